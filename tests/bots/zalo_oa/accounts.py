"""An account for tests: its values, its vault in memory, its channel."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path

from app.messages import SendAction, SendError, WebhookRequest
from app.settings import Settings
from bots.zalo_oa import ZaloOA, build
from bots.zalo_oa.webhook import signature

APP, SECRET, OA_SECRET = "4444444444444444444", "APP_SECRET_fake_0123456789", "OA_SECRET_fake_0123456789"
OA, CITIZEN = "3333333333333333333", "9000000000000000001"
PAYLOADS = Path(__file__).parents[3] / "bots" / "zalo_oa" / "payloads"
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000b49444154789c63f80f040009fb03fdfb5e6b2b0000000049454e44ae426082"
)
TOKENS = {"access_token": "at-1", "refresh_token": "rt-1", "oa_id": OA}


class MemoryVault:
    """A vault as `app.messages` wants it, in memory. A refused renewal stays refused until consent comes."""

    def __init__(self, values: Mapping[str, str]) -> None:
        self.values = dict(values)
        self.asked = self.renewals = self.reads = 0
        self._refused = False
        self._lock = asyncio.Lock()

    async def read(self) -> Mapping[str, str]:
        self.reads += 1
        return dict(self.values)

    async def remember(self, values: Mapping[str, str]) -> None:
        self.values.update(values)

    async def renew(self, stale: str, exchange: Callable[[Mapping[str, str]], Awaitable[Mapping[str, str]]]) -> Mapping[str, str]:
        self.asked += 1
        async with self._lock:
            if self.values.get("access_token") != stale:
                return dict(self.values)
            if self._refused:
                raise SendError(SendAction.ACCOUNT, "consent", "cần cấp quyền lại")
            self.renewals += 1
            try:
                new = await exchange(dict(self.values))
            except SendError as error:
                self._refused = error.action is SendAction.ACCOUNT
                raise
            self.values.update(new)
            return dict(self.values)

    async def consent(self, values: Mapping[str, str]) -> None:
        """What the keeper's consent does."""
        self.values.update(values)
        self._refused = False


class Clock:
    """A clock that tests move."""

    def __init__(self) -> None:
        self.now = dt.datetime.now(dt.UTC)

    def __call__(self) -> dt.datetime:
        return self.now

    def pass_(self, **time: float) -> None:
        self.now += dt.timedelta(**time)


def account(url: str, values: Mapping[str, str] = TOKENS, clock: Clock | None = None) -> tuple[ZaloOA, MemoryVault]:
    """A channel that is not started, and its vault. `url`: where both hosts of Zalo are."""
    vault = MemoryVault({"app_id": APP, "app_secret": SECRET, "oa_secret": OA_SECRET, **values})
    return build(dict(vault.values), vault, Settings(zalo_oa_url=url, zalo_oauth_url=url), clock or Clock()), vault


def signed(body: bytes, timestamp: str, secret: str = OA_SECRET) -> WebhookRequest:
    """A webhook as Zalo sends it."""
    return WebhookRequest({"x-zevent-signature": f"mac={signature(APP, body, timestamp, secret)}"}, body)
