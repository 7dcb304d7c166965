"""Engines, sessions, the base of all tables, and migrations at start.

SQLite (embedded default): a write engine with one connection whose transactions begin with BEGIN IMMEDIATE, and a
read-only engine beside it; with SQLAlchemy's own default, concurrent updates were lost without a word.
PostgreSQL (a province): one engine. The same code above both.
"""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import fcntl
import hashlib
import json
import re
import sqlite3
import time
from collections.abc import AsyncIterator, Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any, ClassVar

import aiosqlite
import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

MIGRATIONS = Path(__file__).resolve().parent.parent / "migrations"
WRITING = "IMMEDIATE"
TIDY_SECONDS = 30.0
LOCK_PATIENCE, LOCK_PAUSE = 10.0, 0.005  # seconds
MIGRATION_LOCK = 7_001
PRAGMAS = ("journal_mode=WAL", "synchronous=NORMAL", "busy_timeout=0", "foreign_keys=ON", "cache_size=-8000", "wal_autocheckpoint=0")


class UtcDateTime(sa.TypeDecorator[dt.datetime]):
    """A point in time: aware in Python, UTC in the database."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: dt.datetime | None, dialect: sa.Dialect) -> dt.datetime | None:
        del dialect
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a datetime without a time zone must not reach the database")
        return value.astimezone(dt.UTC)

    def process_result_value(self, value: dt.datetime | None, dialect: sa.Dialect) -> dt.datetime | None:
        del dialect
        if value is None:
            return None
        return value.replace(tzinfo=dt.UTC) if value.tzinfo is None else value.astimezone(dt.UTC)


class Base(DeclarativeBase):
    """Base of every table; constraint names are fixed here so that migrations can name them."""

    metadata = sa.MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map: ClassVar[dict[Any, Any]] = {dt.datetime: UtcDateTime, dict[str, Any]: sa.JSON, list[str]: sa.JSON}


class Commune(Base):
    """A commune, ward or special zone. The default installation has exactly one, with id 1."""

    __tablename__ = "communes"

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(sa.String(60), unique=True)
    name: Mapped[str] = mapped_column(sa.String(200))


async def lock_commune(session: AsyncSession, commune_id: int) -> None:
    """What is decided by looking at several rows of a commune is decided one by one; SQLite writes one by one anyway."""
    await session.execute(sa.select(Commune.id).where(Commune.id == commune_id).with_for_update(key_share=True))


def version_of(stored: Any) -> str:
    """Changes with every change of what is stored, and only then: whoever saves must not undo unseen what somebody else saved meanwhile."""
    return hashlib.sha256(json.dumps(stored, default=str).encode()).hexdigest()[:16]


def partial_index(name: str, *columns: str, where: str) -> sa.Index:
    """An index of the rows that meet a condition, the same on both kinds of database."""
    return sa.Index(name, *columns, sqlite_where=sa.text(where), postgresql_where=sa.text(where))


Transaction = AsyncSession | AsyncConnection
"""What statements run on: a session, or a bare connection."""


def dialect_of(transaction: Transaction) -> str:
    """`sqlite` or `postgresql`."""
    bind = transaction.get_bind() if isinstance(transaction, AsyncSession) else transaction
    return bind.dialect.name


def insert_of(dialect: str, table: Any) -> postgresql.Insert | sqlite.Insert:
    """An INSERT that may say what to do when the row is there already: the standard's own cannot."""
    return sqlite.insert(table) if dialect == "sqlite" else postgresql.insert(table)


class Database:
    """Sessions on one database. One request or job is one `write()` or one `read()`; the edge commits."""

    def __init__(self, url: str) -> None:
        self.url = url
        if url.startswith("sqlite"):
            self._write_engine = _sqlite_engine(url, pool_size=1)
            self._read_engine = _sqlite_engine(url, pool_size=4, reads=True).execution_options(sqlite_begin="DEFERRED")
        else:
            self._write_engine = create_async_engine(url, pool_size=10, max_overflow=5, pool_pre_ping=True, hide_parameters=True)
            self._read_engine = self._write_engine
        self._write = async_sessionmaker(self._write_engine, expire_on_commit=False)
        self._read = async_sessionmaker(self._read_engine, expire_on_commit=False)

    @contextlib.asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncSession]:
        """A transaction that is committed when the block ends, rolled back when it raises."""
        async with self._write.begin() as session:
            yield session

    @contextlib.asynccontextmanager
    async def transact(self) -> AsyncIterator[AsyncConnection]:
        """As `write`, without the session's machinery of objects: for the busiest ways, where that is half of the time."""
        async with self._write_engine.begin() as connection:
            yield connection

    @contextlib.asynccontextmanager
    async def look(self) -> AsyncIterator[AsyncConnection]:
        """As `transact`; on SQLite for reading only, so that it holds no writer up."""
        async with self._read_engine.begin() as connection:
            yield connection

    @property
    def alone(self) -> bool:
        """Whether one process has the database for itself: SQLite, by design."""
        return self.url.startswith("sqlite")

    @contextlib.asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncSession]:
        """A session for reading only."""
        async with self._read() as session:
            yield session

    async def keep_tidy(self) -> None:
        """Bring SQLite's log into its file now and then, in a thread, until cancelled.

        Left to itself SQLite does so inside whichever COMMIT comes after a thousand pages, and waits for the disk there:
        with a hundred messages a second, one in fifty had to wait.
        """
        while self.alone:
            await asyncio.sleep(TIDY_SECONDS)
            await asyncio.to_thread(_checkpoint, sa.make_url(self.url).database or "")

    async def close(self) -> None:
        """Give all connections back."""
        await self._write_engine.dispose()
        await self._read_engine.dispose()


class NearConnection(aiosqlite.Connection):
    """Runs statements where it is called instead of in its thread.

    A statement of ours takes SQLite some microseconds; handing each of its steps to a thread and back took half of the
    time of an answer. Only the lock of other processes (a command of the keeper) can take long: it is waited for here.
    """

    async def _execute(self, fn: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        if not self._running or self._connection is None:
            return await super()._execute(fn, *args, **kwargs)  # type: ignore[no-untyped-call]
        given_up = time.monotonic() + LOCK_PATIENCE
        while True:
            try:
                return fn(*args, **kwargs)
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > given_up:
                    raise
            await asyncio.sleep(LOCK_PAUSE)


def _checkpoint(file: str) -> None:
    with contextlib.closing(sqlite3.connect(file, timeout=1)) as connection, contextlib.suppress(sqlite3.OperationalError):
        connection.execute("PRAGMA wal_checkpoint(PASSIVE)")


def _near_connection(file: str) -> NearConnection:
    connection = NearConnection(partial(sqlite3.connect, file, check_same_thread=False), iter_chunk_size=64)
    connection._thread.daemon = True  # noqa: SLF001 -- as SQLAlchemy does: a forgotten connection must not keep the process
    return connection


def _sqlite_engine(url: str, pool_size: int, *, reads: bool = False) -> AsyncEngine:
    engine = create_async_engine(
        url,
        pool_size=pool_size,
        max_overflow=0,
        hide_parameters=True,  # an error that is logged must not tell whose row it was
        async_creator=partial(_near_connection, sa.make_url(url).database or ""),
    )

    @event.listens_for(engine.sync_engine, "connect")
    def _set_pragmas(connection: Any, _record: object) -> None:
        connection.isolation_level = None  # SQLAlchemy begins transactions itself (next listener)
        cursor = connection.cursor()
        for pragma in (*PRAGMAS, f"query_only={'ON' if reads else 'OFF'}"):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine.sync_engine, "begin")
    def _begin(connection: sa.Connection) -> None:
        mode = connection.get_execution_options().get("sqlite_begin", WRITING)
        connection.exec_driver_sql(f"BEGIN {mode}")

    return engine


def migrate(url: str, revision: str = "head") -> None:
    """Bring the database at `url` to `revision`. Safe when several processes start at once: one migrates, others wait."""
    engine = sa.create_engine(_sync_url(url))
    if url.startswith("sqlite"):
        Path(sa.make_url(url).database or "").parent.mkdir(parents=True, exist_ok=True)
    if revision == "head" and _is_current(engine):
        engine.dispose()
        return
    from alembic import command  # noqa: PLC0415 -- a third of a second that an unchanged database need not wait

    with _one_at_a_time(url, engine) as connection:
        config = alembic_config()
        config.attributes["connection"] = connection
        if revision == "base" or revision.startswith("-"):
            command.downgrade(config, revision)
        else:
            command.upgrade(config, revision)
    engine.dispose()


def _is_current(engine: sa.Engine) -> bool:
    """Whether the database is at the newest migration, without loading Alembic."""
    written = [path.read_text("utf-8") for path in (MIGRATIONS / "versions").glob("*.py")]
    revisions = {match for text in written for match in re.findall(r"^revision = [\"'](\w+)", text, re.MULTILINE)}
    earlier = {match for text in written for match in re.findall(r"^down_revision = [\"'](\w+)", text, re.MULTILINE)}
    with engine.connect() as connection:
        if not sa.inspect(connection).has_table("alembic_version"):
            return False
        return set(connection.execute(sa.text("select version_num from alembic_version")).scalars()) == revisions - earlier


def alembic_config() -> Any:
    """Alembic's configuration, without an ini file."""
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("file_template", "%%(year)d-%%(month).2d-%%(day).2d-%%(hour).2d%%(minute).2d_%%(slug)s")
    return config


def _sync_url(url: str) -> str:
    return url.replace("sqlite+aiosqlite:", "sqlite:")


@contextlib.contextmanager
def _one_at_a_time(url: str, engine: sa.Engine) -> Iterator[sa.Connection]:
    if url.startswith("sqlite"):
        path = Path(sa.make_url(url).database or "")
        with path.with_suffix(".migrate.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            with engine.begin() as connection:
                yield connection
    else:
        with engine.begin() as connection:
            connection.execute(sa.text("select pg_advisory_xact_lock(:key)"), {"key": MIGRATION_LOCK})
            yield connection
