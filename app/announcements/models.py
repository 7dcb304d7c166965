"""Tables of announcements, and the words of their states."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.database import Base


class Status(StrEnum):
    """Where an announcement stands. What may follow what: `app.announcements.states`."""

    DRAFT = "draft"
    WAITING = "waiting"
    SCHEDULED = "scheduled"
    SENDING = "sending"
    DONE = "done"
    WITHDRAWN = "withdrawn"


class Urgency(StrEnum):
    NORMAL = "normal"
    URGENT = "urgent"


class Kind(StrEnum):
    """What an announcement is to the one it follows (`root_id`)."""

    ORIGINAL = "original"
    CORRECTION = "correction"
    WITHDRAWAL = "withdrawal"
    ALL_CLEAR = "all_clear"
    REMINDER = "reminder"


class FileKind(StrEnum):
    PICTURE = "picture"
    ATTACHMENT = "attachment"


class Announcement(Base):
    """One announcement. `root_id`: the first one, when this corrects or withdraws it.

    `trial`: it went out while the ward was trying: the guests who got it can open its page, no list, feed or banner shows it.
    Names stand beside the officials' ids: what was signed stays readable when an account is gone. `approved_version` is the
    version that the second person read.
    """

    __tablename__ = "announcements"
    __table_args__ = (
        sa.UniqueConstraint("commune_id", "slug"),
        sa.Index("ix_announcements_status", "commune_id", "status", "scheduled_at"),
        sa.Index("ix_announcements_published", "commune_id", "published_at"),
        sa.Index("ix_announcements_root", "root_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    commune_id: Mapped[int] = mapped_column(sa.ForeignKey("communes.id"))
    slug: Mapped[str] = mapped_column(sa.String(120))
    status: Mapped[str] = mapped_column(sa.String(20))
    urgency: Mapped[str] = mapped_column(sa.String(10))
    topic: Mapped[str] = mapped_column(sa.String(40))
    group_ids: Mapped[list[int]] = mapped_column(sa.JSON)
    channels: Mapped[list[str]]
    scheduled_at: Mapped[dt.datetime | None]
    quiet_exempt: Mapped[bool] = mapped_column(default=False)
    quiet_reason: Mapped[str] = mapped_column(sa.String(300), default="")
    version: Mapped[int]
    created_by: Mapped[int | None]
    created_by_name: Mapped[str] = mapped_column(sa.String(120), default="")
    edited_by: Mapped[int | None]
    approved_by: Mapped[int | None]
    approved_by_name: Mapped[str] = mapped_column(sa.String(120), default="")
    approved_version: Mapped[int | None]
    approved_at: Mapped[dt.datetime | None]
    returned_note: Mapped[str] = mapped_column(sa.String(500), default="")
    root_id: Mapped[int | None] = mapped_column(sa.ForeignKey("announcements.id"))
    kind: Mapped[str] = mapped_column(sa.String(20))
    content: Mapped[dict[str, Any]]
    cap: Mapped[dict[str, Any] | None] = mapped_column(sa.JSON)
    banner_until: Mapped[dt.datetime | None]
    trial: Mapped[bool] = mapped_column(default=False, server_default=sa.false())
    published_at: Mapped[dt.datetime | None]
    finished_at: Mapped[dt.datetime | None]
    created_at: Mapped[dt.datetime]
    updated_at: Mapped[dt.datetime]


class AnnouncementVersion(Base):
    """How an announcement read at one version, whole, and who saved it so."""

    __tablename__ = "announcement_versions"
    __table_args__ = (sa.UniqueConstraint("announcement_id", "version"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    commune_id: Mapped[int] = mapped_column(sa.ForeignKey("communes.id"))
    announcement_id: Mapped[int] = mapped_column(sa.ForeignKey("announcements.id"))
    version: Mapped[int]
    content: Mapped[dict[str, Any]]
    saved_by: Mapped[int | None]
    saved_by_name: Mapped[str] = mapped_column(sa.String(120))
    saved_at: Mapped[dt.datetime]


class AnnouncementFile(Base):
    """A picture or PDF of an announcement, as it is given out: checked and stripped. Sizes in bytes and pixels."""

    __tablename__ = "announcement_files"
    __table_args__ = (sa.Index("ix_announcement_files_announcement", "announcement_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    commune_id: Mapped[int] = mapped_column(sa.ForeignKey("communes.id"))
    announcement_id: Mapped[int] = mapped_column(sa.ForeignKey("announcements.id"))
    kind: Mapped[str] = mapped_column(sa.String(20))
    name: Mapped[str] = mapped_column(sa.String(120))
    alt: Mapped[str] = mapped_column(sa.String(300), default="")
    media_type: Mapped[str] = mapped_column(sa.String(40))
    size: Mapped[int]
    width: Mapped[int] = mapped_column(default=0)
    height: Mapped[int] = mapped_column(default=0)
    digest: Mapped[str] = mapped_column(sa.String(64))
    data: Mapped[bytes] = mapped_column(sa.LargeBinary, deferred=True)
    created_at: Mapped[dt.datetime]
