"""`python -m tests.bench.statistics`: how long the figures take over 100,000 answers of a year, on SQLite and on PostgreSQL."""

from __future__ import annotations

import asyncio
import datetime as dt
import random
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from app.assistant.models import Answer, Conversation
from app.calendar.calendar import Calendar
from app.commune import load_commune
from app.database import Database, migrate
from app.settings import ROOT
from app.statistics import figures, public, repository
from app.statistics.periods import month_of, read
from tests.support.databases import sqlite_url
from tests.support.postgres import TempPostgres

ANSWERS, PEOPLE, BATCH = 100_000, 8_000, 5_000
NOW = dt.datetime(2026, 12, 31, 9, tzinfo=dt.UTC)
REPEATS = 5
BLINK_SECONDS = 0.001


def rows(rng: random.Random, first: int) -> list[dict[str, Any]]:
    """One batch of answers, spread over the year, each with a reply as long as ours are."""
    codes = [f"1.{number:06d}" for number in range(120)]
    step = dt.timedelta(days=364) / ANSWERS
    return [
        {
            "id": f"{rng.getrandbits(128):032x}", "commune_id": 1, "conversation_id": rng.randint(1, PEOPLE), "channel": rng.choice(["web", "zalo_oa", "telegram"]),
            "message_id": f"m{number}", "asked_at": dt.datetime(2026, 1, 1, tzinfo=dt.UTC) + step * number, "masked_text": "làm giấy khai sinh",
            "status": rng.choices(["answer", "clarify", "unknown", "other"], [80, 8, 5, 7])[0], "intent": "procedure", "code": rng.choice(codes),
            "case_id": None, "aspects": [], "confidence": 0.5, "catalog_version": "v", "app_version": "1", "reply": {"paragraphs": ["x" * 1500]},
            "elapsed_ms": rng.random() * 20, "feedback": rng.choice([None, None, None, "good", "bad"]), "feedback_at": None,
        }
        for number in range(first, first + BATCH)
    ]  # fmt: skip


async def fill(database: Database) -> float:
    """Write the answers; microseconds for one."""
    rng = random.Random(1)
    talks = [
        {"id": number, "commune_id": 1, "channel": "web", "person": f"p{number}", "state": {}, "updated_at": NOW, "reachable": True}
        for number in range(1, PEOPLE + 1)
    ]
    async with database.write() as session:
        await session.execute(sa.insert(Conversation), talks)
    spent = 0.0
    for first in range(0, ANSWERS, BATCH):
        batch = rows(rng, first)
        started = time.perf_counter()
        async with database.write() as session:
            await session.execute(sa.insert(Answer), batch)
        spent += time.perf_counter() - started
    return spent / ANSWERS * 1e6


async def measure(database: Database, work: Callable[[Any], Awaitable[Any]]) -> tuple[float, float]:
    """The median time of a reading in ms, and the longest that everybody else had to wait meanwhile."""
    times, longest = [], 0.0

    async def others() -> None:
        nonlocal longest
        while True:
            started = time.perf_counter()
            await asyncio.sleep(BLINK_SECONDS)
            longest = max(longest, time.perf_counter() - started - BLINK_SECONDS)

    waiting = asyncio.create_task(others())
    for _ in range(REPEATS):
        started = time.perf_counter()
        async with database.read() as session:
            await work(session)
        times.append(time.perf_counter() - started)
        await asyncio.sleep(0)
    waiting.cancel()
    return sorted(times)[REPEATS // 2] * 1e3, longest * 1e3


async def bench(name: str, url: str) -> None:
    """Print the times of one database."""
    migrate(url)
    database = Database(url)
    calendar = Calendar(load_commune(ROOT / "procedures" / "commune.sample.yaml"))
    print(f"{name}: {await fill(database):.0f} µs to write an answer")
    if name == "PostgreSQL":
        engine = sa.create_engine(url, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(sa.text("vacuum analyze answers"))
        engine.dispose()
    work: dict[str, Callable[[Any], Awaitable[Any]]] = {
        "a month's page": lambda session: figures.read(session, 1, read("2026-12", NOW), NOW, calendar, lambda _code: True),
        "a year's page": lambda session: figures.read(session, 1, read("2026", NOW), NOW, calendar, lambda _code: True),
        "a month made public": lambda session: public.make(session, 1, month_of(dt.date(2026, 11, 1)), calendar),
        "a list's first page": lambda session: repository.listed(session, 1, read("2026-12", NOW), {"status": "unknown"}, 50),
        "a year's list": lambda session: repository.listed(session, 1, read("2026", NOW), {"status": "unknown"}, 50, 4_000),
    }
    for what, each in work.items():
        took, waited = await measure(database, each)
        print(f"{name}: {what}: {took:.0f} ms, others wait at most {waited:.0f} ms")
    await database.close()


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(bench("SQLite", sqlite_url(Path(folder) / "bench.sqlite3")))
    with TempPostgres() as server:
        asyncio.run(bench("PostgreSQL", server.url()))


if __name__ == "__main__":
    main()
