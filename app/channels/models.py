"""Tables of the channels: accounts and the inbox."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.database import Base, partial_index


class Mode(StrEnum):
    """How messages come in."""

    WEBHOOK = "webhook"
    POLLING = "polling"


class AccountStatus(StrEnum):
    """`CONSENT`: the owner must consent, for the first time or again. `FAILING`: the platform refuses; `reason` says why."""

    ON = "on"
    OFF = "off"
    CONSENT = "needs_consent"
    FAILING = "failing"


class MessageStatus(StrEnum):
    """A message's way: received → answered → sent. `UNKNOWN`: may have arrived, is never sent again."""

    RECEIVED = "received"
    ANSWERED = "answered"
    SENT = "sent"
    SKIPPED = "skipped"
    UNKNOWN = "unknown"
    FAILED = "failed"


OPEN = (MessageStatus.RECEIVED, MessageStatus.ANSWERED)


class ChannelAccount(Base):
    """One account on one platform. `sealed`: its values, encrypted; `hook`: the secret part of its addresses."""

    __tablename__ = "channel_accounts"

    id: Mapped[int] = mapped_column(primary_key=True)
    commune_id: Mapped[int] = mapped_column(sa.ForeignKey("communes.id"))
    channel: Mapped[str] = mapped_column(sa.String(30))
    hook: Mapped[str] = mapped_column(sa.String(64), unique=True)
    mode: Mapped[str] = mapped_column(sa.String(10))
    status: Mapped[str] = mapped_column(sa.String(20))
    reason: Mapped[str] = mapped_column(sa.String(300), default="")
    sealed: Mapped[str] = mapped_column(sa.Text)
    updated_at: Mapped[dt.datetime]
    renewing_until: Mapped[dt.datetime | None]
    poller: Mapped[str | None] = mapped_column(sa.String(40))
    polling_until: Mapped[dt.datetime | None]


class ChannelMessage(Base):
    """One message of a citizen, recorded once under the platform's id. `due_at`: when it is worked on, or given up as lost."""

    __tablename__ = "channel_messages"
    __table_args__ = (
        sa.UniqueConstraint("account_id", "update_id"),
        partial_index("ix_channel_messages_open", "account_id", "person", "id", where="status in ('received', 'answered')"),
        partial_index("ix_channel_messages_received", "id", where="status = 'received'"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    commune_id: Mapped[int] = mapped_column(sa.ForeignKey("communes.id"))
    account_id: Mapped[int] = mapped_column(sa.ForeignKey("channel_accounts.id"))
    update_id: Mapped[str] = mapped_column(sa.String(200))
    kind: Mapped[str] = mapped_column(sa.String(20))
    person: Mapped[str] = mapped_column(sa.String(200))
    content: Mapped[dict[str, Any]]
    sent_at: Mapped[dt.datetime]
    received_at: Mapped[dt.datetime]
    status: Mapped[str] = mapped_column(sa.String(20))
    due_at: Mapped[dt.datetime]
    worker: Mapped[str | None] = mapped_column(sa.String(40))
    attempts: Mapped[int] = mapped_column(default=0)
    parts_sent: Mapped[int] = mapped_column(default=0)
    answer_id: Mapped[str | None] = mapped_column(sa.String(32))
    reason: Mapped[str] = mapped_column(sa.String(200), default="")
    done_at: Mapped[dt.datetime | None]
