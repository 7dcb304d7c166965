"""Tables of the conversation."""

from __future__ import annotations

import datetime as dt
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.database import Base


class Conversation(Base):
    """What is in mind with one person on one channel. Erased when untouched for `keep_conversations`."""

    __tablename__ = "conversations"
    __table_args__ = (sa.UniqueConstraint("commune_id", "channel", "person"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    commune_id: Mapped[int] = mapped_column(sa.ForeignKey("communes.id"))
    channel: Mapped[str] = mapped_column(sa.String(30))
    person: Mapped[str] = mapped_column(sa.String(200))
    state: Mapped[dict[str, Any]] = mapped_column(default=dict)
    updated_at: Mapped[dt.datetime]
    reachable: Mapped[bool] = mapped_column(default=True)
    """Whether the person can be written to: false once they left or the platform refused them, true when they write."""


class Answer(Base):
    """One answered message: masked text, what was decided, and the reply exactly as it was given."""

    __tablename__ = "answers"
    __table_args__ = (
        sa.UniqueConstraint("commune_id", "channel", "message_id"),
        sa.CheckConstraint("feedback in ('good', 'bad')", name="feedback_word"),
        # All that statistics count, so that they need not read the replies.
        sa.Index(
            "ix_answers_counted",
            *("commune_id", "asked_at", "status", "channel", "code", "feedback", "elapsed_ms", "conversation_id"),
        ),
    )

    id: Mapped[str] = mapped_column(sa.String(32), primary_key=True)
    commune_id: Mapped[int] = mapped_column(sa.ForeignKey("communes.id"))
    conversation_id: Mapped[int | None] = mapped_column(sa.ForeignKey("conversations.id", ondelete="SET NULL"), index=True)
    channel: Mapped[str] = mapped_column(sa.String(30))
    message_id: Mapped[str] = mapped_column(sa.String(200))
    asked_at: Mapped[dt.datetime] = mapped_column(index=True)
    masked_text: Mapped[str] = mapped_column(sa.Text)
    status: Mapped[str] = mapped_column(sa.String(40))
    intent: Mapped[str] = mapped_column(sa.String(40))
    code: Mapped[str | None] = mapped_column(sa.String(20))
    case_id: Mapped[str | None] = mapped_column(sa.String(60))
    aspects: Mapped[list[str]] = mapped_column(default=list)
    confidence: Mapped[float]
    catalog_version: Mapped[str] = mapped_column(sa.String(12))
    app_version: Mapped[str] = mapped_column(sa.String(20))
    reply: Mapped[dict[str, Any]]
    elapsed_ms: Mapped[float]
    feedback: Mapped[str | None] = mapped_column(sa.String(10))
    feedback_at: Mapped[dt.datetime | None]
