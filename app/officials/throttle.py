"""Counting failed sign-ins per account and per address, in the database, so that all processes count together.

An attempt is counted before the password is looked at and taken back when it was right: a hundred guesses at once get
no further than one after the other.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from app.errors import TooMany
from app.officials import repository
from app.officials.models import SignInFailure
from app.officials.sessions import FORGOTTEN_AFTER
from app.visitor import Signer

FIRST_WAIT = dt.timedelta(minutes=15)
LONGEST_WAIT = dt.timedelta(hours=4)
PER_ADDRESS = 30
COMMUNE_ID = 1


@dataclass(frozen=True)
class Key:
    """What is counted, and how many failures are free."""

    text: str
    limit: int


class Throttle:
    """`limit`: failures of one account before it waits."""

    def __init__(self, signer: Signer, limit: int) -> None:
        self._signer, self._limit = signer, limit

    def account(self, username: str) -> Key:
        """The key of a user name, known or not."""
        return Key(self._signer.sign("sign-in-name", username), self._limit)

    def address(self, host: str) -> Key:
        """The key of a network address. An office shares one, so more is free."""
        return Key(self._signer.sign("sign-in-address", host), PER_ADDRESS)

    async def count(self, session: AsyncSession, keys: list[Key], now: dt.datetime) -> bool:
        """Count one attempt; True when it is the last free one of the first key. Raises TooMany while one of them waits."""
        rows = await repository.failures(session, [key.text for key in keys])
        waits = [row.locked_until for row in rows.values() if row.locked_until is not None and row.locked_until > now]
        if waits:
            minutes = max(1, -int(-(max(waits) - now).total_seconds() // 60))
            raise TooMany(f"Đã sai nhiều lần nên tạm khóa. Anh/chị chờ {minutes} phút rồi thử lại, hoặc nhờ quản trị đặt lại mật khẩu.")
        for key in keys:
            row = rows.get(key.text)
            if row is None:
                row = SignInFailure(commune_id=COMMUNE_ID, key=key.text, failures=0, last_at=now, locked_until=None)
                session.add(row)
            elif now - row.last_at > FORGOTTEN_AFTER:
                row.failures = 0
            row.failures, row.last_at = row.failures + 1, now
            over = row.failures - key.limit
            row.locked_until = now + min(FIRST_WAIT * 2 ** min(over, 10), LONGEST_WAIT) if over >= 0 else None
            rows[key.text] = row
        try:
            await session.flush()
        except IntegrityError as error:  # two first attempts of one key at the same moment
            raise TooMany from error
        return rows[keys[0].text].failures == keys[0].limit

    async def take_back(self, session: AsyncSession, keys: list[Key]) -> None:
        """The attempt was right: it does not count."""
        for row in (await repository.failures(session, [key.text for key in keys])).values():
            row.failures, row.locked_until = max(0, row.failures - 1), None

    async def forget(self, session: AsyncSession, key: Key) -> None:
        """Start anew: signed in, or set free by the keeper."""
        await repository.forget_failures(session, key.text)
