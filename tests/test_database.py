"""The schema and the promises of the database layer, on SQLite and on a real PostgreSQL."""

from __future__ import annotations

import asyncio
import datetime as dt
import re
import subprocess
import sys
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from app.assistant.models import Conversation
from app.database import MIGRATIONS, Database, alembic_config, migrate
from app.tables import Base, Commune, QrScan


def sync_engine(url: str) -> sa.Engine:
    return sa.create_engine(url.replace("sqlite+aiosqlite:", "sqlite:"))


def test_there_is_one_head_and_file_names_are_a_diary() -> None:
    scripts = ScriptDirectory.from_config(alembic_config())
    assert len(scripts.get_heads()) == 1
    names = sorted(path.name for path in (MIGRATIONS / "versions").glob("*.py"))
    assert names
    assert all(re.fullmatch(r"\d{4}-\d{2}-\d{2}-\d{4}_[a-z0-9_]+\.py", name) for name in names), names


def test_models_and_migrations_agree(database_url: str) -> None:
    engine = sync_engine(database_url)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []
    engine.dispose()


def test_every_migration_can_be_taken_back(database_url: str) -> None:
    migrate(database_url, "base")
    engine = sync_engine(database_url)
    assert set(sa.inspect(engine).get_table_names()) <= {"alembic_version"}
    migrate(database_url)
    assert set(sa.inspect(engine).get_table_names()) == {*Base.metadata.tables, "alembic_version"}
    engine.dispose()


def test_every_table_of_a_commune_carries_its_id() -> None:
    for table in Base.metadata.tables.values():
        if table.name != "communes":
            assert not table.c.commune_id.nullable, table.name


def test_many_processes_may_migrate_at_once(tmp_path: Path) -> None:
    url = f"sqlite+aiosqlite:///{tmp_path}/fresh.sqlite3"
    code = f"from app.database import migrate; migrate({url!r})"
    processes = [subprocess.Popen([sys.executable, "-c", code]) for _ in range(4)]
    assert [process.wait(60) for process in processes] == [0, 0, 0, 0]


async def test_a_write_is_committed_at_the_end_and_rolled_back_on_error(database_url: str) -> None:
    database = Database(database_url)
    async with database.write() as session:
        session.add(Commune(id=2, slug="xa-hai", name="Xã Hai"))
    with pytest.raises(RuntimeError):
        async with database.write() as session:
            session.add(Commune(id=3, slug="xa-ba", name="Xã Ba"))
            await session.flush()
            raise RuntimeError
    async with database.read() as session:
        assert (await session.execute(sa.select(Commune.id).order_by(Commune.id))).scalars().all() == [1, 2]
    await database.close()


async def test_an_error_does_not_tell_whose_row_it_was(database_url: str) -> None:
    database = Database(database_url)
    with pytest.raises(sa.exc.DBAPIError) as failed:
        async with database.write() as session:
            await session.execute(sa.text("insert into nowhere values (:person)"), {"person": "0905123456"})
    assert "0905123456" not in str(failed.value)
    await database.close()


async def test_concurrent_updates_are_not_lost(database_url: str) -> None:
    database = Database(database_url)
    day = dt.date(2026, 11, 22)
    async with database.write() as session:
        session.add(QrScan(commune_id=1, code="1.001193", place="", day=day, scans=0))

    async def add_one() -> None:
        async with database.write() as session:
            row = (await session.execute(sa.select(QrScan).with_for_update())).scalar_one()
            row.scans += 1

    await asyncio.gather(*(add_one() for _ in range(50)))
    async with database.read() as session:
        assert (await session.execute(sa.select(QrScan.scans))).scalar_one() == 50
    await database.close()


async def test_time_without_a_zone_is_refused_and_time_comes_back_in_utc(database_url: str) -> None:
    database = Database(database_url)
    vietnam = dt.timezone(dt.timedelta(hours=7))
    async with database.write() as session:
        moment = dt.datetime(2026, 11, 22, 8, 0, tzinfo=vietnam)
        session.add(Conversation(commune_id=1, channel="web", person="a", state={}, updated_at=moment))
    async with database.read() as session:
        found = (await session.execute(sa.select(Conversation.updated_at))).scalar_one()
    assert found == dt.datetime(2026, 11, 22, 1, 0, tzinfo=dt.UTC)
    assert found.tzinfo is dt.UTC
    with pytest.raises(sa.exc.StatementError, match="time zone"):
        async with database.write() as session:
            naive = dt.datetime(2026, 11, 22)  # noqa: DTZ001
            session.add(Conversation(commune_id=1, channel="web", person="b", state={}, updated_at=naive))
    await database.close()


async def test_sqlite_reading_cannot_write(tmp_path: Path) -> None:
    url = f"sqlite+aiosqlite:///{tmp_path}/read.sqlite3"
    await asyncio.to_thread(migrate, url)
    database = Database(url)
    with pytest.raises(sa.exc.OperationalError, match="readonly"):
        async with database.read() as session:
            session.add(Commune(id=9, slug="x", name="X"))
            await session.flush()
    await database.close()
