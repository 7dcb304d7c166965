"""Fresh databases for tests. Migrations run once per kind of database; every test gets a copy of the result."""

from __future__ import annotations

import contextlib
import shutil
import sqlite3
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import sqlalchemy as sa

from tests.support.postgres import TempPostgres

TEMPLATE = "gandan_template"
_numbers = count(1)


def sqlite_url(path: Path) -> str:
    """The app's URL of a SQLite file."""
    return f"sqlite+aiosqlite:///{path}"


def close_sqlite(path: Path) -> None:
    """Bring what lies in the write-ahead log into the file, so that the file alone is the database."""
    with contextlib.closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def copy_sqlite(template: Path, target: Path) -> str:
    """Copy a closed SQLite file. Returns the URL of the copy."""
    shutil.copyfile(template, target)
    return sqlite_url(target)


@contextlib.contextmanager
def postgres_database(server: TempPostgres, template: str = "template0") -> Iterator[str]:
    """A database cloned from `template` and dropped after the block. Yields its URL."""
    name = f"test_{next(_numbers)}"
    _execute(server, f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
    try:
        yield server.url(name)
    finally:
        # FORCE: an engine that a test left open must not spoil the tests after it.
        _execute(server, f'DROP DATABASE "{name}" WITH (FORCE)')


def create_postgres_database(server: TempPostgres, name: str) -> str:
    """An empty database that lives as long as the server. Returns its URL."""
    _execute(server, f'CREATE DATABASE "{name}" TEMPLATE "template0"')
    return server.url(name)


def _execute(server: TempPostgres, statement: str) -> None:
    engine = sa.create_engine(server.url(), isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
    with engine.connect() as connection:
        connection.execute(sa.text(statement))
