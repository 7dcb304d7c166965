"""What platforms tell about messages of ours: arrived, seen. Gathered and written together, in any order they come."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import structlog

from app.channels.accounts import Account
from app.database import Database
from app.deliveries import repository
from app.deliveries.models import Status
from app.messages import Update

log = structlog.get_logger()
EVERY = 1.0
TOLD = {1: Status.DELIVERED, 2: Status.SEEN}
TRIES = 5
"""A receipt may overtake our own note of what was sent; most are about answers to citizens, which keep no state."""
MOST = 20_000


@dataclass(frozen=True)
class Told:
    """One receipt. `tries`: how often its message was not found."""

    account_id: int
    message_id: str
    status: Status
    tries: int = 0


class Receipts:
    """One per process that hears webhooks. A receipt lost in a crash only leaves «đã gửi» where «đã tới máy» would stand."""

    def __init__(self, database: Database, clock: Callable[[], dt.datetime]) -> None:
        self._database, self._clock = database, clock
        self._waiting: list[Told] = []

    def accept(self, account: Account, updates: Sequence[Update]) -> None:
        """Take receipts in; they are written within seconds."""
        if len(self._waiting) < MOST:
            self._waiting += [Told(account.id, update.update_id, TOLD[update.number]) for update in updates if update.number in TOLD]

    async def keep_writing(self) -> None:
        """Write what came, each second, until cancelled."""
        while True:
            await asyncio.sleep(EVERY)
            try:
                await self.write()
            except Exception as error:  # noqa: BLE001 -- the next second may be better
                log.warning("receipts_not_written", kind=type(error).__name__)

    async def write(self) -> None:
        """Write what came. Those about no message that we know are tried again some times, then forgotten."""
        batch, self._waiting = self._waiting, []
        if not batch:
            return
        found: dict[int, set[str]] = {}
        groups: dict[tuple[int, Status], list[str]] = {}
        for each in batch:
            groups.setdefault((each.account_id, each.status), []).append(each.message_id)
        try:
            async with self._database.transact() as transaction:
                for (account_id, status), ids in groups.items():
                    now = self._clock()
                    found.setdefault(account_id, set()).update(await repository.receive(transaction, account_id, ids, status, now))
        except BaseException:
            self._waiting += batch
            raise
        again = [each for each in batch if each.message_id not in found[each.account_id] and each.tries + 1 < TRIES]
        self._waiting += [Told(each.account_id, each.message_id, each.status, each.tries + 1) for each in again]
