"""Tables of what a ward set itself: the value in force of each key, and every change."""

from __future__ import annotations

import datetime as dt
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.database import Base


class WardSetting(Base):
    """The value in force of one key: `profile.<field>`, `mode`, `switch.<name>`. No row: as the profile file says."""

    __tablename__ = "ward_settings"

    commune_id: Mapped[int] = mapped_column(sa.ForeignKey("communes.id"), primary_key=True)
    key: Mapped[str] = mapped_column(sa.String(60), primary_key=True)
    value: Mapped[Any] = mapped_column(sa.JSON(none_as_null=False))
    reason: Mapped[str] = mapped_column(sa.String(300), default="")
    changed_by: Mapped[int | None]
    changed_name: Mapped[str] = mapped_column(sa.String(120), default="")
    changed_at: Mapped[dt.datetime]


class WardChange(Base):
    """One change of one key, for good. `present` false: the key was given back to the profile file."""

    __tablename__ = "ward_changes"
    __table_args__ = (sa.Index("ix_ward_changes_commune_id_key", "commune_id", "key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    commune_id: Mapped[int] = mapped_column(sa.ForeignKey("communes.id"))
    key: Mapped[str] = mapped_column(sa.String(60))
    value: Mapped[Any] = mapped_column(sa.JSON(none_as_null=False))
    present: Mapped[bool]
    words: Mapped[list[str]]
    reason: Mapped[str] = mapped_column(sa.String(300), default="")
    changed_by: Mapped[int | None]
    changed_name: Mapped[str] = mapped_column(sa.String(120), default="")
    changed_at: Mapped[dt.datetime]
