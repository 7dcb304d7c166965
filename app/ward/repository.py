"""All SQL about what a ward set itself, and only SQL."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from app.audit.models import AuditEntry
from app.database import dialect_of, insert_of
from app.ward.models import WardChange, WardSetting

LAST_ACTS = 40
_settings = cast("sa.Table", WardSetting.__table__)


@dataclass(frozen=True)
class By:
    """Who changes, and when. `official_id` None: a command."""

    official_id: int | None
    name: str
    at: dt.datetime


async def stamp(session: AsyncSession, commune_id: int) -> tuple[int, ...]:
    """Numbers of the last acts of the commune's officials: whatever they change, this changes.

    Several, because of two acts at once the one with the lower number may be seen later.
    """
    query = sa.select(AuditEntry.id).where(AuditEntry.commune_id == commune_id).order_by(AuditEntry.id.desc()).limit(LAST_ACTS)
    return tuple((await session.execute(query)).scalars())


async def settings(session: AsyncSession, commune_id: int) -> Sequence[WardSetting]:
    """All values in force of a commune."""
    query = sa.select(WardSetting).where(WardSetting.commune_id == commune_id).order_by(WardSetting.key)
    return (await session.execute(query)).scalars().all()


async def put(session: AsyncSession, commune_id: int, key: str, value: Any, reason: str, by: By) -> None:
    """Set one value."""
    row = {"value": value, "reason": reason, "changed_by": by.official_id, "changed_name": by.name, "changed_at": by.at}
    statement = insert_of(dialect_of(session), _settings).values(commune_id=commune_id, key=key, **row)
    await session.execute(statement.on_conflict_do_update(index_elements=["commune_id", "key"], set_=row))


async def remove(session: AsyncSession, commune_id: int, key: str) -> None:
    """Forget a value: the profile file counts again."""
    await session.execute(sa.delete(WardSetting).where(WardSetting.commune_id == commune_id, WardSetting.key == key))


async def write_change(
    session: AsyncSession, commune_id: int, key: str, value: Any, words: list[str], reason: str, by: By, *, present: bool = True
) -> None:
    """Add one change to the history."""
    session.add(
        WardChange(
            commune_id=commune_id,
            key=key,
            value=value,
            present=present,
            words=words,
            reason=reason,
            changed_by=by.official_id,
            changed_name=by.name,
            changed_at=by.at,
        )
    )
    await session.flush()


async def changes(session: AsyncSession, commune_id: int, prefix: str, limit: int) -> Sequence[WardChange]:
    """Changes of keys that begin with `prefix`, newest first."""
    query = (
        sa.select(WardChange)
        .where(WardChange.commune_id == commune_id, WardChange.key.startswith(prefix, autoescape=True))
        .order_by(WardChange.id.desc())
        .limit(limit)
    )
    return (await session.execute(query)).scalars().all()


async def change(session: AsyncSession, commune_id: int, change_id: int) -> WardChange | None:
    """One change of this commune."""
    query = sa.select(WardChange).where(WardChange.commune_id == commune_id, WardChange.id == change_id)
    return (await session.execute(query)).scalar_one_or_none()


async def saved_with(session: AsyncSession, change: WardChange, prefix: str) -> Sequence[WardChange]:
    """A change and those saved with it, of keys that begin with `prefix`."""
    query = sa.select(WardChange).where(
        WardChange.commune_id == change.commune_id,
        WardChange.changed_at == change.changed_at,
        WardChange.key.startswith(prefix, autoescape=True),
    )
    return (await session.execute(query)).scalars().all()


async def change_before(session: AsyncSession, change: WardChange) -> WardChange | None:
    """The change of the same key before this one."""
    query = (
        sa.select(WardChange)
        .where(WardChange.commune_id == change.commune_id, WardChange.key == change.key, WardChange.id < change.id)
        .order_by(WardChange.id.desc())
        .limit(1)
    )
    return (await session.execute(query)).scalar_one_or_none()
