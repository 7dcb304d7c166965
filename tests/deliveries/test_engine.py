"""The durable engine: once per name, one at a time per account, in its own file or schema, no pickle, forgetting."""

from __future__ import annotations

import asyncio
import datetime as dt
import sqlite3
import sys
import time
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from app.database import Database
from app.deliveries import engine as engine_module
from app.deliveries.engine import DurableEngine, engine_file, needs_unixepoch
from app.deliveries.running import executor_name
from tests.assistant.ward import settings
from tests.support.databases import postgres_database
from tests.support.postgres import TempPostgres

PATIENCE = 20.0
INDEX_WAITS = "select count(*) from pg_stat_activity where wait_event = 'virtualxid'"


async def _until(done: Any) -> None:
    async with asyncio.timeout(PATIENCE):
        while not done():
            await asyncio.sleep(0.02)


@pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")
async def test_the_engine_keeps_its_promises(database_url: str) -> None:
    """One start for all of them: it takes a second and a half."""
    runs: list[int] = []
    at_once: dict[int, int] = {0: 0, 1: 0}
    most: dict[int, int] = {0: 0, 1: 0}
    failing = {5}

    async def run(chunk_id: int) -> None:
        runs.append(chunk_id)
        account = chunk_id % 2
        at_once[account] += 1
        most[account] = max(most[account], at_once[account])
        await asyncio.sleep(0.03)
        at_once[account] -= 1
        if chunk_id in failing:
            raise RuntimeError("broken")

    engine = DurableEngine(database_url, "test-1", 0.05)
    await engine.start(run)
    try:
        for chunk_id in (*range(6), *range(6)):  # given twice, run once
            await engine.enqueue(f"w{chunk_id}", chunk_id, f"account-{chunk_id % 2}")
        working, unknown = await engine.unfinished(["w0", "w5", "never"])
        assert "w5" in working
        assert unknown == {"never"}
        await _until(lambda: len(runs) >= 6)
        await asyncio.sleep(0.3)
        assert sorted(runs) == [0, 1, 2, 3, 4, 5]
        assert most == {0: 1, 1: 1}, "one at a time per account"
        assert await engine.unfinished(["w0", "w5"]) == (set(), set()), "also what failed is finished, and known"
        assert await engine.adopt(["somebody-else", "test-1"]) == 0
        _look_inside(database_url)
        assert await engine.forget(dt.datetime.now(dt.UTC) - dt.timedelta(hours=1)) == 0
        assert await engine.forget(dt.datetime.now(dt.UTC) + dt.timedelta(hours=1)) == 6
        assert await engine.unfinished(["w0"]) == (set(), {"w0"})
    finally:
        await engine.stop()


@pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")
async def test_its_tables_are_made_while_we_write(postgres: TempPostgres, postgres_template: str) -> None:
    """Indexes are built CONCURRENTLY: they wait for a transaction of ours, so the loop must be free to end it."""

    async def run(_chunk_id: int) -> None: ...

    with postgres_database(postgres, postgres_template) as url:
        database, engine = Database(url), DurableEngine(url, "test-1", 0.05)
        try:
            async with database.write() as session:
                # PostgreSQL itself ends a transaction that nobody ends: the test fails then instead of hanging.
                await session.execute(sa.text("set local idle_in_transaction_session_timeout = '15s'"))
                # What returns rows holds its snapshot until the next statement on its connection.
                await session.execute(sa.text("delete from conversations where id = :id returning id"), {"id": 7})
                starting = asyncio.create_task(engine.start(run))
                while not await _first(database, INDEX_WAITS):
                    await asyncio.sleep(0.1)
            await asyncio.wait_for(starting, PATIENCE)
        finally:
            await engine.stop()
            await database.close()


async def _first(database: Database, statement: str) -> Any:
    async with database.read() as session:  # each time anew: within a transaction PostgreSQL shows the same activity again
        return (await session.execute(sa.text(statement))).scalar()


def _look_inside(database_url: str) -> None:
    """Its tables are apart from ours, and hold JSON."""
    if database_url.startswith("sqlite"):
        file = engine_file(database_url)
        assert file != Path(sa.make_url(database_url).database or "")
        url, table = f"sqlite:///{file}", "workflow_input"
    else:
        url, table = database_url, "dbos.workflow_input"
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    with engine.connect() as connection:
        inputs = list(connection.execute(sa.text(f"select inputs from {table} where workflow_uuid = 'w3'")).scalars())
        assert inputs == ['{"args": [3], "kwargs": {}}']
        if database_url.startswith("sqlite"):
            assert connection.execute(sa.text("pragma journal_mode")).scalar() == "wal"
    engine.dispose()


@pytest.mark.parametrize(
    ("python", "sqlite", "needed"),
    [((3, 11), (3, 40, 1), False), ((3, 12), (3, 40, 1), True), ((3, 13), (3, 41, 2), True), ((3, 12), (3, 42, 0), False)],
)
def test_where_sqlite_has_no_fractions_of_a_second(python: tuple[int, ...], sqlite: tuple[int, ...], needed: bool) -> None:
    assert needs_unixepoch(python, sqlite) is needed


def test_there_we_give_it_the_function(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine_module, "needs_unixepoch", lambda _python, _sqlite: True)
    engine = engine_module._sqlite_engine(f"sqlite+aiosqlite:///{tmp_path / 'a.sqlite3'}")
    with engine.connect() as connection:
        assert abs(float(connection.execute(sa.text("select unixepoch('subsec')")).scalar() or 0) - time.time()) < 5
    engine.dispose()
    assert sqlite3.sqlite_version_info >= (3, 35), sys.version


def test_an_executor_has_a_name_that_stays_or_one_that_never_comes_back(tmp_path: Path) -> None:
    assert executor_name(settings(executor_id="worker-1")) == "worker-1"
    assert executor_name(settings(data_dir=tmp_path)) == "gandan"
    province = settings(database_url="postgresql+psycopg://x@y/z", secret_key="s" * 16)
    assert executor_name(province) not in {"", "gandan"}
    assert executor_name(province) == executor_name(province)
    with pytest.raises(ValueError, match="executor_id"):
        settings(executor_id="tên có dấu")


@pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")
async def test_an_end_in_the_middle_of_the_start_leaves_nothing_behind(tmp_path: Path) -> None:
    ran = asyncio.Event()

    async def run(_chunk_id: int) -> None:
        ran.set()

    for number in range(2):
        engine = DurableEngine(f"sqlite+aiosqlite:///{tmp_path / str(number)}.sqlite3", "test-1", 0.05)
        starting = asyncio.create_task(engine.start(run))
        if number == 0:
            await asyncio.sleep(0.01)
            starting.cancel()
            await asyncio.gather(starting, return_exceptions=True)
        else:
            await starting
            await engine.enqueue("w", 1, "account-1")
            await asyncio.wait_for(ran.wait(), PATIENCE)
        await engine.stop()
    assert engine_file(f"sqlite+aiosqlite:///{tmp_path / '1'}.sqlite3").exists()
