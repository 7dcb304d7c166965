"""The table of local facts. A row is never changed but for its status: what is corrected is a new row."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.database import Base


class FactStatus(StrEnum):
    """A fact's way: draft → checked (citizens read it) → withdrawn; a draft can be withdrawn as well."""

    DRAFT = "draft"
    CHECKED = "checked"
    WITHDRAWN = "withdrawn"


class LocalFact(Base):
    """One fact of one procedure (`case_id` `*`: of all its cases) as it is in this ward.

    In force: `status` checked and `replaced_at` empty, at most one for each (code, case_id, field). `field`: see schemas.
    """

    __tablename__ = "local_facts"
    __table_args__ = (sa.Index("ix_local_facts_commune_id_code", "commune_id", "code"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    commune_id: Mapped[int] = mapped_column(sa.ForeignKey("communes.id"))
    code: Mapped[str] = mapped_column(sa.String(10))
    case_id: Mapped[str] = mapped_column(sa.String(60), default="*")
    field: Mapped[str] = mapped_column(sa.String(20))
    value: Mapped[Any] = mapped_column(sa.JSON(none_as_null=False))
    source_title: Mapped[str] = mapped_column(sa.String(600))
    source_kind: Mapped[str] = mapped_column(sa.String(20))
    source_url: Mapped[str] = mapped_column(sa.String(500), default="")
    source_date: Mapped[dt.date]
    note: Mapped[str] = mapped_column(sa.String(400), default="")
    status: Mapped[str] = mapped_column(sa.String(20))
    proposed_by: Mapped[int | None]
    proposed_name: Mapped[str] = mapped_column(sa.String(120), default="")
    proposed_at: Mapped[dt.datetime]
    checked_by: Mapped[int | None]
    checked_name: Mapped[str] = mapped_column(sa.String(120), default="")
    checked_at: Mapped[dt.datetime | None]
    ended_by: Mapped[int | None]
    ended_name: Mapped[str] = mapped_column(sa.String(120), default="")
    ended_reason: Mapped[str] = mapped_column(sa.String(300), default="")
    replaced_at: Mapped[dt.datetime | None]
