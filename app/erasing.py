"""Erases what was kept as long as the settings say. In a province `gandan worker` does it, else the one web process."""

from __future__ import annotations

import asyncio
import datetime as dt

import structlog

from app.assistant import repository as assistant_repository
from app.channels import repository as channels_repository
from app.database import Database
from app.deliveries import reporting
from app.officials import sessions as officials_sessions
from app.settings import Settings
from app.subscribers import repository as subscribers_repository

log = structlog.get_logger()
FIRST, EVERY = 60.0, 3600.0


async def erase(database: Database, settings: Settings, now: dt.datetime) -> tuple[int, int, int]:
    """Erase what is older than its time; how many conversations, answers and finished messages went.

    Who left the ward's news goes as late as a conversation, and stays in the counts of what they got.
    """
    before = now - settings.keep_conversations
    async with database.write() as session:
        for person in await subscribers_repository.left_before(session, before):
            await reporting.forget_person(session, *person)
            await subscribers_repository.forget(session, person)
        conversations, answers = await assistant_repository.purge(session, before, now - settings.keep_answers)
    async with database.write() as session:
        messages = await channels_repository.purge(session, now - settings.keep_messages)
    async with database.write() as session:
        await officials_sessions.purge(session, settings, now)
    return conversations, answers, messages


async def keep_erasing(database: Database, settings: Settings) -> None:
    """Erase every hour, until cancelled. Not at once: whoever waits for the first page does not wait for this."""
    await asyncio.sleep(FIRST)
    while True:
        try:
            await erase(database, settings, dt.datetime.now(dt.UTC))
        except Exception as error:
            log.exception("not_erased", kind=type(error).__name__)
        await asyncio.sleep(EVERY)
