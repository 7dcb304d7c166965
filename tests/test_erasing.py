"""What is kept only so long is erased where nobody runs `gandan worker`, too."""

from __future__ import annotations

import asyncio
import datetime as dt
from pathlib import Path

import pytest

from app import erasing
from app import main as application
from app.database import Database
from app.settings import Settings
from tests.assistant.ward import knowledge, settings


async def test_an_hour_that_fails_is_not_the_last(sqlite_database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    rounds: list[dt.datetime] = []

    async def erase(database: Database, kept: Settings, now: dt.datetime) -> None:
        del database, kept
        rounds.append(now)
        if len(rounds) == 1:
            raise OSError("the disk is full")

    monkeypatch.setattr(erasing, "erase", erase)
    monkeypatch.setattr(erasing, "FIRST", 0.0)
    monkeypatch.setattr(erasing, "EVERY", 0.0)
    task = asyncio.create_task(erasing.keep_erasing(Database(sqlite_database_url), settings()))
    async with asyncio.timeout(5):
        while len(rounds) < 3:
            await asyncio.sleep(0.001)
    task.cancel()


async def test_the_one_web_process_erases_by_itself(sqlite_database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    begun: list[str] = []

    async def keep_erasing(database: Database, kept: Settings) -> None:
        del kept
        begun.append(database.url)

    monkeypatch.setattr(application, "keep_erasing", keep_erasing)
    made = settings(data_dir=tmp_path, database_url=sqlite_database_url)
    app = application.create_app(made, lambda: knowledge().now, sends=True)
    async with app.router.lifespan_context(app):
        await asyncio.sleep(0)
    assert begun == [sqlite_database_url]
