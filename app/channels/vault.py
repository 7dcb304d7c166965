"""The vault of one account: read, remember, and renew tokens one at a time in all processes."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Awaitable, Callable, Mapping

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from app.channels import repository
from app.channels.models import AccountStatus, ChannelAccount
from app.channels.sealing import Sealer
from app.database import Database
from app.messages import SendAction, SendError

log = structlog.get_logger()
RENEWAL = dt.timedelta(seconds=45)  # longer than any exchange with its one repetition may take
LOOK_AGAIN = 0.1
CONSENT_REASON = "cần cấp quyền lại"


class AccountVault:
    """Implements `app.messages.Vault` on the accounts table."""

    def __init__(self, database: Database, sealer: Sealer, account_id: int) -> None:
        self._database, self._sealer, self._id = database, sealer, account_id

    async def read(self) -> Mapping[str, str]:
        """The account's values as they are now."""
        async with self._database.read() as session:
            return self._sealer.open((await self._account(session)).sealed)

    async def remember(self, values: Mapping[str, str]) -> None:
        """Store values, beside those that are there."""
        async with self._database.write() as session:
            self._store(await self._account(session, lock=True), values)

    async def renew(self, stale: str, exchange: Callable[[Mapping[str, str]], Awaitable[Mapping[str, str]]]) -> Mapping[str, str]:
        """See `app.messages.Vault.renew`.

        The right to renew is a lease in the account's row, taken and given back in short transactions: no session is
        open during the exchange. A process that dies with it loses it after `RENEWAL`.
        """
        while True:
            async with self._database.write() as session:
                account = await self._account(session, lock=True)
                values = self._sealer.open(account.sealed)
                if values.get("access_token") != stale:
                    return values
                if account.status == AccountStatus.CONSENT:
                    raise SendError(SendAction.ACCOUNT, "consent", CONSENT_REASON)
                now = dt.datetime.now(dt.UTC)
                mine = account.renewing_until is None or account.renewing_until < now
                if mine:
                    account.renewing_until = now + RENEWAL
            if mine:
                return await self._exchange(values, exchange)
            await asyncio.sleep(LOOK_AGAIN)

    async def _exchange(
        self, values: Mapping[str, str], exchange: Callable[[Mapping[str, str]], Awaitable[Mapping[str, str]]]
    ) -> Mapping[str, str]:
        try:
            new = await exchange(values)
        except BaseException as error:
            refused = error if isinstance(error, SendError) and error.action is SendAction.ACCOUNT else None
            async with self._database.write() as session:
                account = await self._account(session, lock=True)
                account.renewing_until = None
                if refused:
                    account.status, account.reason = AccountStatus.CONSENT, f"nền tảng từ chối gia hạn: {refused.code}"
            if refused:
                log.error("channel_needs_consent", account=self._id, code=refused.code)
            raise
        async with self._database.write() as session:
            account = await self._account(session, lock=True)
            account.renewing_until = None
            stored = self._store(account, new)
        log.info("channel_token_renewed", account=self._id)
        return stored

    def _store(self, account: ChannelAccount, values: Mapping[str, str]) -> Mapping[str, str]:
        stored = {**self._sealer.open(account.sealed), **values}
        account.sealed = self._sealer.seal(stored)
        return stored

    async def _account(self, session: AsyncSession, *, lock: bool = False) -> ChannelAccount:
        account = await repository.account(session, self._id, lock=lock)
        if account is None:
            raise SendError(SendAction.ACCOUNT, "gone", "tài khoản kênh đã bị xóa")
        return account
