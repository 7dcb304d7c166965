"""Counting scans of printed codes: one number per procedure, place and day."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from app.database import dialect_of, insert_of
from app.site.models import QrScan

PLACES_A_DAY = 50
"""Places that one code is counted at on one day: anybody can write a tag into an address, and each makes a row."""


async def count_scan(session: AsyncSession, commune_id: int, code: str, place: str, day: dt.date) -> None:
    """Add one scan. `place` is the tag printed with the code, or empty; one more than `PLACES_A_DAY` counts as none. Safe when many count at once."""
    today = sa.select(QrScan.place).where(QrScan.commune_id == commune_id, QrScan.code == code, QrScan.day == day)
    seen = set(await session.scalars(today.limit(PLACES_A_DAY + 1)))
    if place not in seen and len(seen) >= PLACES_A_DAY:
        place = ""
    row = {"commune_id": commune_id, "code": code, "place": place, "day": day, "scans": 1}
    key = ["commune_id", "code", "place", "day"]
    one_more = {"scans": QrScan.scans + 1}
    statement = insert_of(dialect_of(session), QrScan).values(row)
    await session.execute(statement.on_conflict_do_update(index_elements=key, set_=one_more))


async def scans_of(session: AsyncSession, commune_id: int, code: str) -> int:
    """How often the code of a procedure was scanned, over all places and days."""
    query = sa.select(sa.func.coalesce(sa.func.sum(QrScan.scans), 0))
    return int(await session.scalar(query.where(QrScan.commune_id == commune_id, QrScan.code == code)) or 0)
