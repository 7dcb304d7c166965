"""The throw-away databases are fresh, migrated, and gone afterwards."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import create_async_engine

from tests.support.databases import postgres_database
from tests.support.postgres import TempPostgres


async def _tables(url: str) -> list[str]:
    engine = create_async_engine(url)
    async with engine.connect() as connection:
        names = await connection.run_sync(lambda sync: sa.inspect(sync).get_table_names())
    await engine.dispose()
    return names


async def test_a_fresh_database_has_our_tables(database_url: str) -> None:
    assert "communes" in await _tables(database_url)


async def test_an_empty_database_has_none(empty_database_url: str) -> None:
    assert await _tables(empty_database_url) == []


async def test_two_databases_of_one_server_do_not_see_each_other(postgres: TempPostgres) -> None:
    with postgres_database(postgres) as one, postgres_database(postgres) as other:
        engine = create_async_engine(one)
        async with engine.begin() as connection:
            await connection.execute(sa.text("create table only_here (id integer)"))
        await engine.dispose()
        assert await _tables(one) == ["only_here"]
        assert await _tables(other) == []


async def test_a_postgres_database_is_dropped_although_someone_is_connected(postgres: TempPostgres) -> None:
    with postgres_database(postgres) as url:
        engine = create_async_engine(url)
        connection = await engine.connect()
        await connection.execute(sa.text("select 1"))
    await connection.invalidate()
    await connection.close()
    await engine.dispose()
    engine = create_async_engine(postgres.url())
    async with engine.connect() as connection:
        names = (await connection.execute(sa.text("select datname from pg_database"))).scalars().all()
    await engine.dispose()
    assert url.split("/")[3].split("?")[0] not in names
