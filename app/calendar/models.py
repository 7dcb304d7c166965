"""Tables of the calendar: days that differ from the rule, sessions, holidays as decreed."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.database import Base


class CalendarDay(Base):
    """What is different on one day. Kind `rule`: taken back; the row stays, so that its `sequence` never falls."""

    __tablename__ = "calendar_days"
    __table_args__ = (sa.UniqueConstraint("commune_id", "day"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    commune_id: Mapped[int] = mapped_column(sa.ForeignKey("communes.id"))
    day: Mapped[dt.date]
    kind: Mapped[str] = mapped_column(sa.String(10))
    hours: Mapped[list[dict[str, str]]] = mapped_column(sa.JSON, default=list)
    reason: Mapped[str] = mapped_column(sa.String(300), default="")
    moved_to: Mapped[dt.date | None]
    place: Mapped[str] = mapped_column(sa.String(300), default="")
    counters: Mapped[list[str]] = mapped_column(default=list)
    procedures: Mapped[list[str]] = mapped_column(default=list)
    bring: Mapped[str] = mapped_column(sa.String(500), default="")
    team: Mapped[str] = mapped_column(sa.String(300), default="")
    sequence: Mapped[int] = mapped_column(default=0)
    updated_at: Mapped[dt.datetime]


class CalendarSession(Base):
    """One session (đợt, buổi) at one time and place. `group_name` is the residential group's name as it was; empty: for all."""

    __tablename__ = "calendar_sessions"
    __table_args__ = (
        sa.UniqueConstraint("commune_id", "uid"),
        sa.Index("ix_calendar_sessions_commune_id_ends_at", "commune_id", "ends_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    commune_id: Mapped[int] = mapped_column(sa.ForeignKey("communes.id"))
    uid: Mapped[str] = mapped_column(sa.String(100))
    kind: Mapped[str] = mapped_column(sa.String(20))
    title: Mapped[str] = mapped_column(sa.String(200))
    starts_at: Mapped[dt.datetime]
    ends_at: Mapped[dt.datetime]
    place: Mapped[str] = mapped_column(sa.String(300))
    group_id: Mapped[int | None]
    group_name: Mapped[str] = mapped_column(sa.String(100), default="")
    procedures: Mapped[list[str]] = mapped_column(default=list)
    bring: Mapped[str] = mapped_column(sa.String(500), default="")
    team: Mapped[str] = mapped_column(sa.String(300), default="")
    status: Mapped[str] = mapped_column(sa.String(10), default="planned")
    reason: Mapped[str] = mapped_column(sa.String(300), default="")
    sequence: Mapped[int] = mapped_column(default=0)
    updated_at: Mapped[dt.datetime]


class HolidayOverride(Base):
    """A day that is a holiday, or a working day, other than the list of public holidays says."""

    __tablename__ = "holiday_overrides"
    __table_args__ = (sa.UniqueConstraint("commune_id", "day"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    commune_id: Mapped[int] = mapped_column(sa.ForeignKey("communes.id"))
    day: Mapped[dt.date]
    kind: Mapped[str] = mapped_column(sa.String(10))
    name: Mapped[str] = mapped_column(sa.String(200))
    swapped_with: Mapped[dt.date | None]
    updated_at: Mapped[dt.datetime]
