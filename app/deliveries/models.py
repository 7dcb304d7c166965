"""Tables of the deliveries: dispatches, one delivery per recipient, chunks of work, executors."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.database import Base, partial_index


class DispatchStatus(StrEnum):
    """`DONE`: nothing more goes out now; some may still wait for their person to write. `STOPPED`: withdrawn."""

    SENDING = "sending"
    DONE = "done"
    STOPPED = "stopped"


class Status(StrEnum):
    """What became of one delivery. `UNKNOWN`: may have arrived, is never sent again."""

    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    DELIVERED = "delivered"
    SEEN = "seen"
    WAITING = "waiting"
    SKIPPED = "skipped"
    FAILED = "failed"
    UNKNOWN = "unknown"


class Dispatch(Base):
    """One text on its way to everyone who should get it. `key` makes it happen once; `reply` is what was approved, frozen."""

    __tablename__ = "dispatches"
    __table_args__ = (sa.UniqueConstraint("commune_id", "key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    commune_id: Mapped[int] = mapped_column(sa.ForeignKey("communes.id"))
    key: Mapped[str] = mapped_column(sa.String(250))
    announcement_id: Mapped[int | None] = mapped_column(sa.ForeignKey("announcements.id"), index=True)
    """The announcement, or None for a reminder of the calendar."""
    version: Mapped[int] = mapped_column(default=1)
    kind: Mapped[str] = mapped_column(sa.String(20))
    topic: Mapped[str] = mapped_column(sa.String(40))
    """Who still follows it when their turn comes gets it."""
    title: Mapped[str] = mapped_column(sa.String(300))
    reply: Mapped[dict[str, Any]]
    urgent: Mapped[bool] = mapped_column(default=False)
    quiet_exempt: Mapped[bool] = mapped_column(default=False)
    status: Mapped[str] = mapped_column(sa.String(20))
    reason: Mapped[str] = mapped_column(sa.String(200), default="")
    total: Mapped[int] = mapped_column(default=0)
    summary: Mapped[list[Any] | None] = mapped_column(sa.JSON(none_as_null=True))
    """What became of all, [channel, status, reason, how many], once the single rows are erased."""
    created_at: Mapped[dt.datetime]
    expires_at: Mapped[dt.datetime]
    finished_at: Mapped[dt.datetime | None]


class Chunk(Base):
    """Some deliveries of one account that one workflow sends. `work`: its name in the engine; `runner`: who may send."""

    __tablename__ = "delivery_chunks"
    __table_args__ = (partial_index("ix_delivery_chunks_open", "account_id", "id", where="finished_at is null"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    commune_id: Mapped[int] = mapped_column(sa.ForeignKey("communes.id"))
    dispatch_id: Mapped[int] = mapped_column(sa.ForeignKey("dispatches.id", ondelete="CASCADE"))
    account_id: Mapped[int] = mapped_column(sa.ForeignKey("channel_accounts.id"))
    work: Mapped[str] = mapped_column(sa.String(60))
    runner: Mapped[str] = mapped_column(sa.String(120), default="")
    touched_at: Mapped[dt.datetime]
    finished_at: Mapped[dt.datetime | None]


class Delivery(Base):
    """One text for one person. `person` and `subscriber_id` are empty once the person was erased: the count stays."""

    __tablename__ = "deliveries"
    __table_args__ = (
        sa.UniqueConstraint("dispatch_id", "subscriber_id"),
        # What is to be done, in the order it is done; most rows are done and in none of these.
        partial_index("ix_deliveries_queued", "dispatch_id", "account_id", "id", where="status = 'queued'"),
        partial_index("ix_deliveries_waiting", "channel", "person", where="status = 'waiting'"),
        partial_index("ix_deliveries_chunk_id", "chunk_id", where="chunk_id is not null"),
        sa.Index("ix_deliveries_subscriber_id", "subscriber_id"),
        partial_index("ix_deliveries_message", "platform_message_id", where="platform_message_id is not null"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    commune_id: Mapped[int] = mapped_column(sa.ForeignKey("communes.id"))
    dispatch_id: Mapped[int] = mapped_column(sa.ForeignKey("dispatches.id", ondelete="CASCADE"))
    subscriber_id: Mapped[int | None] = mapped_column(sa.ForeignKey("subscribers.id", ondelete="SET NULL"))
    channel: Mapped[str] = mapped_column(sa.String(30))
    account_id: Mapped[int | None] = mapped_column(sa.ForeignKey("channel_accounts.id"))
    person: Mapped[str] = mapped_column(sa.String(200))
    status: Mapped[str] = mapped_column(sa.String(20))
    reason: Mapped[str] = mapped_column(sa.String(60), default="")
    attempts: Mapped[int] = mapped_column(default=0)
    crashes: Mapped[int] = mapped_column(default=0)
    parts_sent: Mapped[int] = mapped_column(default=0)
    due_at: Mapped[dt.datetime]
    chunk_id: Mapped[int | None] = mapped_column(sa.Integer)
    platform_message_id: Mapped[str | None] = mapped_column(sa.String(100))
    updated_at: Mapped[dt.datetime]


class Executor(Base):
    """A process that sends, and when it last said that it lives. `commune_id`: of the installation."""

    __tablename__ = "executors"

    id: Mapped[str] = mapped_column(sa.String(80), primary_key=True)
    commune_id: Mapped[int] = mapped_column(sa.ForeignKey("communes.id"), default=1)
    seen_at: Mapped[dt.datetime]
