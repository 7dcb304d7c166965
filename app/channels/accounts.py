"""The accounts in use: which channels are connected, and the open Channel of each."""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import structlog

from app.channels import repository
from app.channels.models import AccountStatus, ChannelAccount, Mode
from app.channels.sealing import Sealer
from app.channels.vault import AccountVault
from app.database import Database
from app.errors import GanDanError
from app.messages import Channel, Vault
from app.settings import Settings

log = structlog.get_logger()
Build = Callable[[Mapping[str, str], Vault, Settings], Channel]
HOOK_BYTES = 24
STILL_SENDING = 120.0  # seconds an old channel stays open for what is on its way


@dataclass(frozen=True)
class Account:
    """One connected account and its open channel."""

    id: int
    commune_id: int
    name: str
    hook: str
    mode: Mode
    channel: Channel
    per_second: float
    stamp: dt.datetime


class Accounts:
    """Holds the open channels, by id and by hook; `refresh` follows what the command line changed."""

    def __init__(self, database: Database, sealer: Sealer, settings: Settings, builders: Mapping[str, Build]) -> None:
        self._database, self._sealer, self._settings = database, sealer, settings
        self.builders = builders
        self._by_id: dict[int, Account] = {}
        self._by_hook: dict[str, Account] = {}
        self._lock = asyncio.Lock()
        self._stopping: set[asyncio.Task[None]] = set()

    def by_hook(self, hook: str) -> Account | None:
        """The account behind a webhook's address."""
        return self._by_hook.get(hook)

    def by_id(self, account_id: int) -> Account | None:
        """An account in use; None when it is off or gone."""
        return self._by_id.get(account_id)

    def all(self) -> list[Account]:
        """Every account in use."""
        return list(self._by_id.values())

    async def refresh(self) -> None:
        """Open accounts that are new or changed, close those that are off. One broken account harms no other."""
        async with self._lock:
            async with self._database.read() as session:
                rows = [row for row in await repository.accounts(session) if row.status != AccountStatus.OFF]
            wanted = {row.id: row for row in rows if row.channel in self.builders}
            for known in list(self._by_id.values()):
                row = wanted.get(known.id)
                if row is None or row.updated_at != known.stamp:
                    self._close(known)
            for row in wanted.values():
                if row.id not in self._by_id:
                    await self._open(row)

    async def close(self) -> None:
        """Close every channel."""
        for account in self.all():
            with contextlib.suppress(Exception):
                await account.channel.stop()
        self._by_id.clear()
        self._by_hook.clear()
        for task in list(self._stopping):
            task.cancel()
        await asyncio.gather(*self._stopping, return_exceptions=True)

    def build(self, row: ChannelAccount) -> Channel:
        """A channel for a row, not yet started."""
        return self._built(row, self._sealer.open(row.sealed))

    def _built(self, row: ChannelAccount, values: Mapping[str, str]) -> Channel:
        vault = AccountVault(self._database, self._sealer, row.id)
        return self.builders[row.channel](values, vault, self._settings)

    async def _open(self, row: ChannelAccount) -> None:
        try:
            values = self._sealer.open(row.sealed)
            channel = self._built(row, values)
            per_second = float(values.get("per_second") or channel.capabilities.per_second)
            await channel.start()
        except (GanDanError, ValueError, KeyError) as error:
            log.error("channel_not_opened", channel=row.channel, account=row.id, kind=type(error).__name__)
            return
        account = Account(row.id, row.commune_id, row.channel, row.hook, Mode(row.mode), channel, per_second, row.updated_at)
        self._by_id[row.id] = self._by_hook[row.hook] = account
        log.info("channel_open", channel=row.channel, account=row.id, mode=row.mode)

    def _close(self, account: Account) -> None:
        del self._by_id[account.id]
        del self._by_hook[account.hook]
        task = asyncio.create_task(self._stop(account.channel, after=STILL_SENDING))
        self._stopping.add(task)
        task.add_done_callback(self._stopping.discard)

    async def _stop(self, channel: Channel, after: float) -> None:
        try:
            await asyncio.sleep(after)
        finally:
            with contextlib.suppress(Exception):
                await channel.stop()


async def put_account(
    database: Database,
    sealer: Sealer,
    channel: str,
    mode: Mode,
    values: Mapping[str, str],
    *,
    status: AccountStatus = AccountStatus.OFF,
    reason: str = "",
    hook: str = "",
) -> int:
    """Write an account of this installation's commune; its id. A known `hook` gives that account new values.

    The hook stays when the account is connected anew: the keeper has entered its addresses at the platform.
    """
    async with database.write() as session:
        row = await repository.account_of(session, hook) if hook else None
        if row is None:
            row = ChannelAccount(commune_id=1, channel=channel, hook=hook or new_hook())
            session.add(row)
        row.mode, row.status, row.reason = mode, status, reason
        row.sealed, row.updated_at = sealer.seal(values), dt.datetime.now(dt.UTC)
        await session.flush()
        if status == AccountStatus.ON:
            await repository.release(session, row.id, row.updated_at)
        return row.id


def new_hook() -> str:
    """The secret part of an account's addresses."""
    return secrets.token_urlsafe(HOOK_BYTES)


async def set_status(database: Database, account_id: int, status: AccountStatus, reason: str = "") -> bool:
    """Write an account's status; False when there is no such account. A running server follows within seconds."""
    async with database.write() as session:
        row = await repository.account(session, account_id, lock=True)
        if row is None:
            return False
        row.status, row.reason = status, reason[:300]
        row.updated_at = now = dt.datetime.now(dt.UTC)
        if status == AccountStatus.ON:
            await repository.release(session, account_id, now)
        return True
