"""The platform, and one account connected to it, for the tests against the fake."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from app.messages import Finding, Part
from bots.zalo_oa import ZaloOA
from tests.bots.zalo_oa.accounts import CITIZEN, OA, Clock, MemoryVault, account
from tests.fakes.serving import Fake, running_fake

WEBHOOK = "https://xa.test/kenh/bi-mat"


@dataclass
class Connected:
    """A started channel with a good token, its vault and clock, and the platform with one citizen who has just written."""

    fake: Fake
    channel: ZaloOA
    vault: MemoryVault
    clock: Clock

    async def say(self, text: str = "Chào bà con", to: str = CITIZEN) -> str:
        return await self.channel.send(to, Part(text=text))

    def inbox(self, person: str = CITIZEN) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.fake.sim("inbox", id=person)
        return found

    def paths(self) -> list[str]:
        return [call["path"] for call in self.fake.calls()]

    def refreshes(self) -> int:
        return int(self.fake.sim("state")["refreshes"])

    def pass_(self, **time: float) -> None:
        """Time goes by on both ends."""
        before = self.clock()
        self.clock.pass_(**time)
        self.fake.sim("clock", advance_seconds=(self.clock() - before).total_seconds())

    async def bad(self) -> list[Finding]:
        """What `check` finds wrong."""
        return [finding for finding in await self.channel.check(WEBHOOK) if not finding.good]


@pytest.fixture(scope="package")
def platform() -> Iterator[Fake]:
    with running_fake("zalo_oa") as fake:
        yield fake


@pytest.fixture
async def oa(platform: Fake) -> AsyncIterator[Connected]:
    platform.sim("reset")
    pair = platform.sim("grant")
    platform.sim("citizen", id=CITIZEN)
    clock = Clock()
    values = {"access_token": pair["access_token"], "refresh_token": pair["refresh_token"], "oa_id": OA}
    channel, vault = account(platform.url, values, clock)
    await channel.start()
    yield Connected(platform, channel, vault, clock)
    await channel.stop()
