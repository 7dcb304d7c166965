"""The faithful fake, one process for a whole file and empty for each test."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from bots.telegram import Telegram
from tests.bots.telegram.peers import PERSON, TOKEN, MemoryVault, started
from tests.fakes.serving import Fake, running_fake


@dataclass
class Platform:
    """The fake, for tests whose own event loop must go on meanwhile."""

    fake: Fake

    @property
    def url(self) -> str:
        return self.fake.url

    async def sim(self, action: str, **values: Any) -> Any:
        """One control call; `id` is our citizen unless named."""
        return await asyncio.to_thread(self.fake.sim, action, **{"id": PERSON} | values if action not in BARE else values)

    async def calls(self, method: str) -> list[dict[str, Any]]:
        """The calls of one method, oldest first."""
        return [call for call in await asyncio.to_thread(self.fake.calls) if call["method"] == method]

    async def until_called(self, method: str, times: int) -> list[dict[str, Any]]:
        """The calls of one method when there are so many."""
        for _ in range(400):
            if len(found := await self.calls(method)) >= times:
                return found
            await asyncio.sleep(0.05)
        raise TimeoutError(f"{method} was called {len(found)} times")

    async def ask(self, method: str, **values: Any) -> Any:
        """What Telegram answers to anyone who holds the token."""
        async with httpx.AsyncClient(timeout=30) as client:
            answer = await client.post(f"{self.url}/bot{TOKEN}/{method}", json=values)
        return answer.json()["result"]


BARE = {"reset", "switch", "fault", "clock", "event", "release"}


@pytest.fixture(scope="module")
def running() -> Iterator[Fake]:
    with running_fake("telegram", "--token", TOKEN) as fake:
        yield fake


@pytest.fixture
async def platform(running: Fake) -> Platform:
    """Empty; webhooks may go to this machine."""
    platform = Platform(running)
    await platform.sim("reset")
    await platform.sim("switch", http_loopback=True, ports=False, rate=False)
    return platform


@pytest.fixture
def vault() -> MemoryVault:
    return MemoryVault()


@pytest.fixture
async def telegram(platform: Platform, vault: MemoryVault) -> AsyncIterator[Telegram]:
    async with started(platform.url, vault) as channel:
        yield channel
