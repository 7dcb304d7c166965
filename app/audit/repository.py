"""All SQL of the record, and only SQL."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from app.audit.models import AuditEntry


@dataclass(frozen=True)
class Wanted:
    """What to look for; empty is everything. `since` is included, `until` is not."""

    official_id: int | None = None
    subject_kind: str = ""
    subject_id: str = ""
    since: dt.datetime | None = None
    until: dt.datetime | None = None


async def entries(session: AsyncSession, commune_id: int, wanted: Wanted, *, limit: int, skip: int = 0) -> Sequence[AuditEntry]:
    """Entries of a commune, newest first."""
    query = sa.select(AuditEntry).where(*_conditions(commune_id, wanted)).order_by(AuditEntry.id.desc()).limit(limit).offset(skip)
    return (await session.execute(query)).scalars().all()


async def count(session: AsyncSession, commune_id: int, wanted: Wanted) -> int:
    """How many entries there are."""
    return (await session.execute(sa.select(sa.func.count()).where(*_conditions(commune_id, wanted)))).scalar_one()


async def people(session: AsyncSession, commune_id: int) -> Sequence[tuple[int, str]]:
    """Who has acted: id and the latest name, by name."""
    latest = sa.select(sa.func.max(AuditEntry.id)).where(AuditEntry.commune_id == commune_id, AuditEntry.official_id.is_not(None))
    query = sa.select(AuditEntry.official_id, AuditEntry.actor).where(AuditEntry.id.in_(latest.group_by(AuditEntry.official_id)))
    return [(number, name) for number, name in await session.execute(query.order_by(AuditEntry.actor)) if number is not None]


async def kinds(session: AsyncSession, commune_id: int) -> Sequence[str]:
    """The kinds of things acted upon."""
    query = sa.select(AuditEntry.subject_kind).where(AuditEntry.commune_id == commune_id, AuditEntry.subject_kind != "").distinct()
    return sorted((await session.execute(query)).scalars())


def _conditions(commune_id: int, wanted: Wanted) -> list[sa.ColumnElement[bool]]:
    found: list[sa.ColumnElement[bool]] = [AuditEntry.commune_id == commune_id]
    if wanted.official_id is not None:
        found.append(AuditEntry.official_id == wanted.official_id)
    if wanted.subject_kind:
        found.append(AuditEntry.subject_kind == wanted.subject_kind)
    if wanted.subject_id:
        found.append(AuditEntry.subject_id == wanted.subject_id)
    if wanted.since is not None:
        found.append(AuditEntry.at >= wanted.since)
    if wanted.until is not None:
        found.append(AuditEntry.at < wanted.until)
    return found
