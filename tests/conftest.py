"""Fixtures for all tests: no network, and fresh databases of both kinds."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.database import migrate
from tests.support.databases import (
    TEMPLATE,
    close_sqlite,
    copy_sqlite,
    create_postgres_database,
    postgres_database,
    sqlite_url,
)
from tests.support.network import network_forbidden
from tests.support.postgres import TempPostgres

pytest_plugins = ["pytester"]

DATABASES = ("sqlite", "postgresql")
LONGEST = ("tests/channels/test_kill.py", "tests/dialogues/", "tests/deploy/", "tests/channels/test_keeper.py", "tests/browser/")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest files first: with one file per worker, whoever gets one of them last keeps everybody waiting."""
    items.sort(key=lambda item: next((n for n, name in enumerate(LONGEST) if item.nodeid.startswith(name)), len(LONGEST)))


@pytest.fixture(autouse=True)
def no_network() -> Iterator[list[str]]:
    """Fail any test that reaches beyond this machine, also when the code under test swallows the error."""
    with network_forbidden() as refused:
        yield refused
    if refused:
        pytest.fail(f"tests must not use the network; this one reached for {', '.join(sorted(set(refused)))}")


@pytest.fixture(autouse=True, scope="session")
def kept_knowledge(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """One cache of the built catalog for every process of the run: each server of the tests would build it anew."""
    base = tmp_path_factory.getbasetemp()
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "kept"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GANDAN_CACHE_DIR", str(folder))
        yield folder


@pytest.fixture(scope="session")
def postgres() -> Iterator[TempPostgres]:
    """A running PostgreSQL server, started when the first test asks for it. With pytest-xdist: one per worker."""
    with TempPostgres() as server:
        yield server


@pytest.fixture(scope="session")
def postgres_template(postgres: TempPostgres) -> str:
    """Name of a PostgreSQL database with all migrations applied, to clone from. Nothing may stay connected to it."""
    migrate(create_postgres_database(postgres, TEMPLATE))
    return TEMPLATE


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with all migrations applied, to copy from."""
    path = tmp_path_factory.mktemp("sqlite") / "template.sqlite3"
    migrate(sqlite_url(path))
    close_sqlite(path)
    return path


@pytest.fixture(params=DATABASES)
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """URL of a fresh database with all migrations applied. The test runs once on SQLite and once on PostgreSQL."""
    if request.param == "sqlite":
        yield copy_sqlite(request.getfixturevalue("sqlite_template"), tmp_path / "gandan.sqlite3")
    else:
        server = request.getfixturevalue("postgres")
        with postgres_database(server, request.getfixturevalue("postgres_template")) as url:
            yield url


@pytest.fixture
def sqlite_database_url(sqlite_template: Path, tmp_path: Path) -> str:
    """URL of a fresh SQLite database with all migrations applied, for tests the kind of database does not matter to."""
    return copy_sqlite(sqlite_template, tmp_path / "gandan.sqlite3")


@pytest.fixture(params=DATABASES)
def empty_database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """URL of a fresh database without any table, for tests of the migrations themselves."""
    if request.param == "sqlite":
        yield sqlite_url(tmp_path / "empty.sqlite3")
    else:
        with postgres_database(request.getfixturevalue("postgres")) as url:
            yield url
