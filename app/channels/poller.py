"""Polling accounts: one poller per token in all processes, by a lease in the account's row."""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
from collections.abc import Awaitable, Callable, Sequence

import structlog

from app.channels import repository
from app.channels.accounts import Account, Accounts
from app.channels.models import Mode
from app.database import Database
from app.messages import Update

log = structlog.get_logger()
LEASE = dt.timedelta(seconds=45)
RENEW = 15.0

Accept = Callable[[Account, Sequence[Update]], Awaitable[None]]


class Pollers:
    """Keeps one task per polling account in use."""

    def __init__(self, database: Database, accounts: Accounts, owner: str, accept: Accept) -> None:
        self._database, self._accounts, self._owner, self._accept = database, accounts, owner, accept
        self._tasks: dict[int, tuple[Account, asyncio.Task[None]]] = {}

    def follow(self) -> None:
        """Start tasks of new polling accounts, end those of accounts that are gone or were opened anew."""
        wanted = {account.id: account for account in self._accounts.all() if account.mode is Mode.POLLING}
        for account_id, (account, task) in list(self._tasks.items()):
            if wanted.get(account_id) is not account or task.done():
                task.cancel()
                del self._tasks[account_id]
        for account in wanted.values():
            if account.id not in self._tasks:
                self._tasks[account.id] = (account, asyncio.create_task(self._run(account)))

    async def stop(self) -> None:
        """End all tasks and give the leases back."""
        tasks = [task for _, task in self._tasks.values()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _run(self, account: Account) -> None:
        while True:
            if await self._lease(account, LEASE):
                polling = asyncio.create_task(self._poll(account))
                try:
                    while not polling.done() and await self._lease(account, LEASE):
                        await asyncio.wait({polling}, timeout=RENEW)
                finally:
                    polling.cancel()
                    await asyncio.gather(polling, return_exceptions=True)
                    with contextlib.suppress(Exception):
                        await self._lease(account, dt.timedelta(0))
            await asyncio.sleep(RENEW)

    async def _lease(self, account: Account, duration: dt.timedelta) -> bool:
        now = dt.datetime.now(dt.UTC)
        async with self._database.write() as session:
            return await repository.lease_polling(session, account.id, self._owner, now, now + duration)

    async def _poll(self, account: Account) -> None:
        try:
            async for updates in account.channel.poll():
                await self._accept(account, updates)
        except Exception as error:  # noqa: BLE001 -- tried again with the next lease
            log.error("channel_polling", account=account.id, kind=type(error).__name__)
