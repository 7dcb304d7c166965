"""Everything of the deliveries that runs, put together: the dispatcher's pulse, the sender, the engine, the receipts."""

from __future__ import annotations

import asyncio
import datetime as dt
import os
import socket
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession

from app.announcements.models import Announcement
from app.announcements.published import picture_bytes, reply_of
from app.announcements.quiet import QuietHours
from app.calendar import repository as calendar_repository
from app.calendar.calendar import Calendar
from app.calendar.reminders import Reminder, due_reminders
from app.channels.accounts import Accounts
from app.database import Database, Transaction
from app.deliveries import reporting
from app.deliveries.dispatcher import Clock, Dispatcher, Rules
from app.deliveries.engine import DurableEngine, Engine
from app.deliveries.receipts import Receipts
from app.deliveries.sender import Sender
from app.messages import Reply
from app.settings import Settings
from app.ward.holder import WardHolder

log = structlog.get_logger()
BEAT = 1.0
HEARTBEAT = 3.0
LOOK_EVERYWHERE = 15.0
REMIND = 60.0
PURGE = 6 * 3600.0
LATER = 2.0  # seconds after the start: whoever waits for the first page does not wait for the engine
TRY_AGAIN = 5.0


def executor_name(settings: Settings) -> str:
    """How this process is called in the engine. Where none was chosen: always the same with SQLite, else one that never comes back."""
    if settings.executor_id:
        return settings.executor_id
    if settings.resolved_database_url.startswith("sqlite"):
        return "gandan"
    return f"{socket.gethostname()[:40]}-{os.getpid()}"


def utc_now() -> dt.datetime:
    """The clock of a process."""
    return dt.datetime.now(dt.UTC)


class Deliveries:
    """One per process. `start` returns at once; the engine is loaded when everything else is up. `is_alone`: no worker sends beside it."""

    def __init__(
        self,
        database: Database,
        accounts: Accounts,
        ward: WardHolder,
        settings: Settings,
        *,
        engine: Engine | None = None,
        clock: Clock = utc_now,
    ) -> None:
        self._database, self._ward, self._settings = database, ward, settings
        # With SQLite there is one process, which does everything. In a province workers send and web processes answer.
        self.is_alone = settings.resolved_database_url.startswith("sqlite") or bool(settings.executor_id)
        name = executor_name(settings)
        self._engine = engine or DurableEngine(settings.resolved_database_url, name, settings.engine_poll.total_seconds())
        rules = Rules(QuietHours.parse(settings.quiet_hours), settings.channel_lease, settings.keep_deliveries)
        self.dispatcher = Dispatcher(
            database, accounts, self._engine, lambda: ward.now, rules, self._text, clock, name=name, reminders=self._reminders
        )
        self.sender = Sender(
            database,
            accounts,
            self._picture,
            self.dispatcher.hold,
            clock,
            name=name,
            everyone=self.dispatcher.everyone,
            ways=self.dispatcher.ways,
        )
        self.receipts = Receipts(database, clock)
        self._tasks: list[asyncio.Task[None]] = []

    async def _text(self, session: AsyncSession, announcement: Announcement) -> Reply:
        return await reply_of(session, announcement, self._ward.now.profile, self._settings.public_url)

    async def _reminders(self, session: AsyncSession, now: dt.datetime) -> Sequence[Reminder]:
        facts = await calendar_repository.load(session, self._ward.commune_id, now)
        return due_reminders(Calendar(self._ward.now.profile, facts), now)

    async def _picture(self, dispatch: Any) -> bytes | None:
        if dispatch.announcement_id is None:
            return None
        async with self._database.read() as session:
            announcement = await session.get(Announcement, dispatch.announcement_id)
            return await picture_bytes(session, announcement) if announcement is not None else None

    async def forget_person(self, transaction: Transaction, person: tuple[int, str, str]) -> None:
        """Somebody erases their data: (commune, channel, person)."""
        await reporting.forget_person(transaction, *person)

    def start(self, *, sends: bool, after: float = LATER) -> None:
        """Hear receipts, and, where this process is one that sends, send."""
        self._tasks.append(asyncio.create_task(self.receipts.keep_writing()))
        if sends:
            self._tasks.append(asyncio.create_task(self._work(after)))

    async def stop(self) -> None:
        """Let what is on its way arrive; the rest goes on at the next start."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.sender.stop()
        await self._engine.stop()

    async def _work(self, after: float) -> None:
        await asyncio.sleep(after)
        await self._start_engine()
        dispatcher = self.dispatcher
        heartbeat = min(HEARTBEAT, self._settings.channel_lease.total_seconds() / 4)
        async with asyncio.TaskGroup() as group:
            for work, pause in (
                (dispatcher.heartbeat, heartbeat),
                (dispatcher.beat, BEAT),
                (dispatcher.replay, HEARTBEAT),
                (dispatcher.sweep, heartbeat),
                (dispatcher.look_everywhere, LOOK_EVERYWHERE),
                (dispatcher.remind, REMIND),
                (dispatcher.purge, PURGE),
            ):
                group.create_task(_forever(work, pause))

    async def _start_engine(self) -> None:
        await self.dispatcher.heartbeat()
        while True:
            try:
                await self._engine.start(self.sender.run)
            except Exception as error:
                log.exception("engine_not_started", kind=type(error).__name__)
                await self._engine.stop()
                await asyncio.sleep(TRY_AGAIN)
            else:
                return


async def _forever(work: Callable[[], Awaitable[None]], pause: float) -> None:
    while True:
        try:
            await work()
        except SQLAlchemyError as error:
            log.error("deliveries_database", work=work.__name__, kind=type(error).__name__)
        except Exception as error:
            log.exception("deliveries_work", work=work.__name__, kind=type(error).__name__)
        await asyncio.sleep(pause)
