"""All SQL about local facts, and only SQL."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from app.local.models import FactStatus, LocalFact


async def in_force(session: AsyncSession, commune_id: int) -> Sequence[LocalFact]:
    """Checked facts that nothing replaced, in the order they were checked."""
    query = (
        sa.select(LocalFact)
        .where(LocalFact.commune_id == commune_id, LocalFact.status == FactStatus.CHECKED, LocalFact.replaced_at.is_(None))
        .order_by(LocalFact.checked_at, LocalFact.id)
    )
    return (await session.execute(query)).scalars().all()


async def of_procedure(session: AsyncSession, commune_id: int, code: str) -> Sequence[LocalFact]:
    """Every fact ever proposed for a procedure, newest first."""
    query = sa.select(LocalFact).where(LocalFact.commune_id == commune_id, LocalFact.code == code).order_by(LocalFact.id.desc())
    return (await session.execute(query)).scalars().all()


async def drafts(session: AsyncSession, commune_id: int) -> Sequence[LocalFact]:
    """Facts that wait to be checked, oldest first."""
    query = sa.select(LocalFact).where(LocalFact.commune_id == commune_id, LocalFact.status == FactStatus.DRAFT).order_by(LocalFact.id)
    return (await session.execute(query)).scalars().all()


async def fact(session: AsyncSession, commune_id: int, fact_id: int, *, for_change: bool = False) -> LocalFact | None:
    """One fact of this commune. `for_change`: nobody else changes it until the transaction ends."""
    query = sa.select(LocalFact).where(LocalFact.commune_id == commune_id, LocalFact.id == fact_id)
    return (await session.execute(query.with_for_update() if for_change else query)).scalar_one_or_none()


async def add(session: AsyncSession, row: LocalFact) -> LocalFact:
    """Store a new fact; it has its id afterwards."""
    session.add(row)
    await session.flush()
    return row


async def replace_others(session: AsyncSession, row: LocalFact, now: dt.datetime) -> int:
    """End what was in force in the place of this fact. Returns how many."""
    others = (
        sa.update(LocalFact)
        .where(
            LocalFact.commune_id == row.commune_id,
            LocalFact.code == row.code,
            LocalFact.case_id == row.case_id,
            LocalFact.field == row.field,
            LocalFact.status == FactStatus.CHECKED,
            LocalFact.replaced_at.is_(None),
            LocalFact.id != row.id,
        )
        .values(replaced_at=now)
    )
    return int((await session.execute(others)).rowcount)  # type: ignore[attr-defined]
