"""Tables of who follows the ward. Nothing here holds a name or a phone number."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.database import Base


class CodeKind(StrEnum):
    """What typing a code does: joins two channels of one person, or puts the person on the list of a trial."""

    LINK = "link"
    GUEST = "guest"
    STAFF = "staff"


class ResidentialGroup(Base):
    """Tổ dân phố, khu phố, thôn, xóm, ấp. `number`: as people say it («12», «3B»), empty for a name; `aliases`: other ways of saying it."""

    __tablename__ = "residential_groups"
    # Announcements and sessions name groups by number: SQLite must not give a deleted group's number to another one.
    __table_args__ = (sa.UniqueConstraint("commune_id", "name"), {"sqlite_autoincrement": True})

    id: Mapped[int] = mapped_column(primary_key=True)
    commune_id: Mapped[int] = mapped_column(sa.ForeignKey("communes.id"))
    name: Mapped[str] = mapped_column(sa.String(80))
    number: Mapped[str] = mapped_column(sa.String(10), default="")
    aliases: Mapped[list[str]] = mapped_column(default=list)
    active: Mapped[bool] = mapped_column(default=True)


class Subscriber(Base):
    """One person on one channel. `person_key` is shared by the channels that one person linked; `left_at`: blocked us or stopped everything."""

    __tablename__ = "subscribers"
    __table_args__ = (sa.UniqueConstraint("commune_id", "channel", "person"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    commune_id: Mapped[int] = mapped_column(sa.ForeignKey("communes.id"))
    channel: Mapped[str] = mapped_column(sa.String(30))
    account_id: Mapped[int | None] = mapped_column(sa.ForeignKey("channel_accounts.id", ondelete="SET NULL"))
    person: Mapped[str] = mapped_column(sa.String(200))
    group_id: Mapped[int | None] = mapped_column(sa.ForeignKey("residential_groups.id", ondelete="SET NULL"), index=True)
    consent_at: Mapped[dt.datetime]
    consent_words: Mapped[str] = mapped_column(sa.String(300))
    left_at: Mapped[dt.datetime | None]
    guest: Mapped[bool] = mapped_column(default=False)
    staff: Mapped[bool] = mapped_column(default=False)
    person_key: Mapped[str] = mapped_column(sa.String(32), index=True)


class Subscription(Base):
    """A topic someone follows, with the words that asked for it."""

    __tablename__ = "subscriptions"

    subscriber_id: Mapped[int] = mapped_column(sa.ForeignKey("subscribers.id", ondelete="CASCADE"), primary_key=True)
    topic: Mapped[str] = mapped_column(sa.String(40), primary_key=True, index=True)
    commune_id: Mapped[int] = mapped_column(sa.ForeignKey("communes.id"))
    created_at: Mapped[dt.datetime]
    words: Mapped[str] = mapped_column(sa.String(300), default="")


class SubscriberCode(Base):
    """A code to type in a chat. LINK: made by `channel` and `person`, used once. GUEST, STAFF: made in the console, for several."""

    __tablename__ = "subscriber_codes"
    __table_args__ = (sa.UniqueConstraint("commune_id", "code"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    commune_id: Mapped[int] = mapped_column(sa.ForeignKey("communes.id"))
    code: Mapped[str] = mapped_column(sa.String(10))
    kind: Mapped[str] = mapped_column(sa.String(10))
    channel: Mapped[str] = mapped_column(sa.String(30), default="")
    person: Mapped[str] = mapped_column(sa.String(200), default="")
    used: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[dt.datetime]
    expires_at: Mapped[dt.datetime]
