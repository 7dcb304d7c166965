"""Tables of the statistics: what a ward aims at, what it types in itself, and what was published of a month."""

from __future__ import annotations

import datetime as dt
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.database import Base


class Target(Base):
    """What the ward wants to reach in a year. `metric`: a `targets.Metric`; `goal`: in its unit, a count or percent."""

    __tablename__ = "targets"

    commune_id: Mapped[int] = mapped_column(sa.ForeignKey("communes.id"), primary_key=True)
    year: Mapped[int] = mapped_column(primary_key=True)
    metric: Mapped[str] = mapped_column(sa.String(30), primary_key=True)
    goal: Mapped[int]
    changed_name: Mapped[str] = mapped_column(sa.String(120))
    changed_at: Mapped[dt.datetime]


class MonthlyEntry(Base):
    """What only the province's one-stop system knows of a month, typed in by an official: files received, online, on time."""

    __tablename__ = "monthly_entries"

    commune_id: Mapped[int] = mapped_column(sa.ForeignKey("communes.id"), primary_key=True)
    month: Mapped[dt.date] = mapped_column(primary_key=True)
    """The first day of the month."""
    received: Mapped[int]
    online: Mapped[int]
    on_time: Mapped[int | None]
    changed_name: Mapped[str] = mapped_column(sa.String(120))
    changed_at: Mapped[dt.datetime]


class PublishedMonth(Base):
    """The public figures of a month that is over, made once: whoever is erased later is not found by comparing."""

    __tablename__ = "published_months"

    commune_id: Mapped[int] = mapped_column(sa.ForeignKey("communes.id"), primary_key=True)
    month: Mapped[dt.date] = mapped_column(primary_key=True)
    figures: Mapped[dict[str, Any]]
    made_at: Mapped[dt.datetime]
    settled_at: Mapped[dt.datetime | None]
    """When late tallies were added and it may be seen; None before."""
