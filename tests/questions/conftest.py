"""A ward's database and its questions."""

from __future__ import annotations

import datetime as dt
from collections.abc import AsyncIterator

import pytest

from app.database import Database
from app.questions.service import Questions
from tests.assistant.ward import knowledge
from tests.questions.asked import NOW, Ward

PATIENCE = dt.timedelta(minutes=30)


@pytest.fixture
async def ward(database_url: str) -> AsyncIterator[Ward]:
    """Once on SQLite, once on PostgreSQL."""
    database = Database(database_url)
    yield Ward(database)
    await database.close()


@pytest.fixture
def questions(ward: Ward) -> Questions:
    """The keeper's work on that database, with the real catalog, at a fixed time."""
    return Questions(ward.database, knowledge().now, PATIENCE, clock=lambda: NOW)
