"""Counting scans, on both kinds of database."""

from __future__ import annotations

import asyncio
import datetime as dt

import sqlalchemy as sa

from app.database import Database
from app.site.models import QrScan
from app.site.repository import PLACES_A_DAY, count_scan, scans_of

DAY = dt.date(2026, 11, 22)


async def test_scans_of_one_day_and_place_are_one_row(database_url: str) -> None:
    database = Database(database_url)

    async def scan(place: str, day: dt.date) -> None:
        async with database.write() as session:
            await count_scan(session, 1, "1.001193", place, day)

    await asyncio.gather(*(scan("cho-an-khe", DAY) for _ in range(20)), scan("", DAY), scan("cho-an-khe", DAY + dt.timedelta(days=1)))
    async with database.read() as session:
        rows = (await session.execute(sa.select(QrScan.place, QrScan.day, QrScan.scans))).all()
        total = await scans_of(session, 1, "1.001193")
        none = await scans_of(session, 1, "9.999999")
    await database.close()
    assert sorted(tuple(row) for row in rows) == [("", DAY, 1), ("cho-an-khe", DAY, 20), ("cho-an-khe", DAY + dt.timedelta(days=1), 1)]
    assert (total, none) == (22, 0)


async def test_invented_places_do_not_fill_the_table(database_url: str) -> None:
    database = Database(database_url)
    for number in range(PLACES_A_DAY + 20):
        async with database.write() as session:
            await count_scan(session, 1, "1.001193", f"bia-{number}", DAY)
    async with database.write() as session:
        await count_scan(session, 1, "1.001193", "bia-0", DAY)
    async with database.read() as session:
        rows = {row.place: row.scans for row in await session.execute(sa.select(QrScan.place, QrScan.scans))}
    await database.close()
    assert len(rows) == PLACES_A_DAY + 1
    assert (rows["bia-0"], rows[""]) == (2, 20)
