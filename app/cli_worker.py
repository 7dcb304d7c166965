"""`gandan worker`: sends announcements beside the web processes of a province, and erases what was kept long enough.

With SQLite the one web process does both by itself.
"""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import signal
from collections.abc import AsyncIterator

import structlog
import typer
from sqlalchemy.exc import SQLAlchemyError

from app.channels.accounts import Accounts
from app.commune import load_commune
from app.database import Database, migrate
from app.deliveries.running import Deliveries
from app.erasing import erase
from app.logs import configure_logging
from app.sealing import Sealer
from app.settings import Settings
from app.visitor import load_secret
from app.ward.holder import WardHolder
from app.wiring import channel_builders

log = structlog.get_logger()
FOLLOW_ACCOUNTS = 5.0


async def work(settings: Settings, every: int, *, once: bool) -> None:
    """Work until told to stop; `every`: seconds between two rounds of erasing. `once`: one such round and nothing else."""
    configure_logging(settings)
    await asyncio.to_thread(migrate, settings.resolved_database_url)
    database = Database(settings.resolved_database_url)
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    sends = not once and not settings.resolved_database_url.startswith("sqlite")
    async with _sending(settings, database) if sends else contextlib.nullcontext():
        while not stop.is_set():
            try:
                await _erase(settings, database)
            except SQLAlchemyError as error:  # a database that is away for a moment must not end the sending
                if once:
                    raise
                log.error("not_erased", kind=type(error).__name__)
            if once:
                break
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), every)
    await database.close()


@contextlib.asynccontextmanager
async def _sending(settings: Settings, database: Database) -> AsyncIterator[None]:
    """A process that sends: the channels are open, the ward is followed, the engine works."""
    accounts = Accounts(database, Sealer(load_secret(settings)), settings, channel_builders())
    ward = WardHolder(database, load_commune(settings.commune_file))
    await ward.refresh()
    await accounts.refresh()
    deliveries = Deliveries(database, accounts, ward, settings)
    deliveries.start(sends=True, after=0.0)
    tasks = [asyncio.create_task(ward.keep_fresh()), asyncio.create_task(_follow(accounts))]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await deliveries.stop()
        await accounts.close()


async def _follow(accounts: Accounts) -> None:
    while True:
        await asyncio.sleep(FOLLOW_ACCOUNTS)
        with contextlib.suppress(Exception):  # a database that is away for a moment
            await accounts.refresh()


async def _erase(settings: Settings, database: Database) -> None:
    conversations, answers, messages = await erase(database, settings, dt.datetime.now(dt.UTC))
    typer.echo(f"Đã xóa {conversations} cuộc trò chuyện, {answers} câu trả lời và {messages} tin đã xong quá hạn giữ.")
