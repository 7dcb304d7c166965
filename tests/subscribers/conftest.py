"""A database, a clock, the assistant, and a person who talks to it.

On SQLite, for speed; what the SQL must do alike on PostgreSQL is in test_both.py and test_audience.py.
"""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from app.assistant.service import Assistant
from app.database import Database
from tests.assistant.ward import Clock
from tests.subscribers.ward import Talk, assistant


@pytest.fixture
async def database(sqlite_database_url: str) -> AsyncIterator[Database]:
    database = Database(sqlite_database_url)
    yield database
    await database.close()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def desk(database: Database, clock: Clock) -> Assistant:
    return assistant(database, clock)


@pytest.fixture
def talk(desk: Assistant) -> Talk:
    return Talk(desk)
