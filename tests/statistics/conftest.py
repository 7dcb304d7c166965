"""The sample ward in a fresh database of each kind."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from app.calendar.calendar import Calendar
from app.commune import load_commune
from app.database import Database
from app.settings import ROOT
from tests.statistics.sample_ward import fill


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """Empty, once on SQLite, once on PostgreSQL."""
    found = Database(database_url)
    yield found
    await found.close()


@pytest.fixture
async def ward(database: Database) -> Database:
    """With the sample ward."""
    async with database.write() as session:
        await fill(session)
    return database


@pytest.fixture(scope="session")
def calendar() -> Calendar:
    """The sample commune's: Sunday service on every first Sunday."""
    return Calendar(load_commune(ROOT / "procedures" / "commune.sample.yaml"))
