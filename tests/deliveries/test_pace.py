"""Never faster than the channel allows, in any second that slides over the sends."""

from __future__ import annotations

import time
from itertools import pairwise

import pytest

from app.channels.pace import Pace
from app.deliveries.sender import SHARE, next_morning
from app.messages import Part
from tests.assistant.ward import MONDAY
from tests.bench.deliveries import most_in_a_second
from tests.channels.office import Platform
from tests.deliveries.post_office import post_office

RATE = 50.0
LATE = 0.003  # seconds


class Timed(Platform):
    """Notes when each message came."""

    def __init__(self) -> None:
        super().__init__()
        self.times: list[float] = []
        self.got = _Noted(self.times)


class _Noted(list[tuple[str, Part]]):
    def __init__(self, times: list[float]) -> None:
        super().__init__()
        self._times = times

    def append(self, item: tuple[str, Part]) -> None:
        self._times.append(time.monotonic())
        super().append(item)


def test_the_measure_itself() -> None:
    assert most_in_a_second([]) == 0
    assert most_in_a_second([0.0, 0.5, 0.99, 1.5]) == 3
    assert most_in_a_second([number / 10 for number in range(100)]) == 11


@pytest.mark.parametrize("urgent", [False, True])
async def test_an_announcement_keeps_the_pace(sqlite_database_url: str, urgent: bool) -> None:
    async with post_office(sqlite_database_url, channels=("telegram",)) as post:
        platform = Timed()
        account = post.account("telegram")
        account.channel.platform = platform  # type: ignore[attr-defined]
        object.__setattr__(account, "per_second", RATE)
        await post.crowd(90)
        await post.announce(urgent=urgent)
        started = time.monotonic()
        await post.beat(times=2)
        assert len(platform.times) == 90
        assert most_in_a_second(platform.times) <= RATE
        assert 90 / (time.monotonic() - started) > 0.1 * RATE * SHARE, "much slower than it could be"


class Sleeper:
    """A clock that only goes on while somebody sleeps, who wakes a little late."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = 1_000.0
        monkeypatch.setattr("app.channels.pace.asyncio.sleep", self._sleep)

    async def _sleep(self, seconds: float) -> None:
        self.now += seconds + LATE

    async def sends(self, burst: float, count: int = 20) -> list[float]:
        """When each of so many messages may go, in seconds, at 100 a second."""
        pace, times = Pace(100.0, clock=lambda: self.now, burst=burst), []
        for _ in range(count):
            await pace.wait()
            times.append(self.now)
        return times


async def test_without_a_burst_the_first_are_spaced_like_all_others(monkeypatch: pytest.MonkeyPatch) -> None:
    times = await Sleeper(monkeypatch).sends(burst=0.0)
    assert min(later - earlier for earlier, later in pairwise(times)) >= 0.01 - 1e-9
    assert times[-1] - times[0] == pytest.approx(19 * (0.01 + LATE))


async def test_with_a_burst_answers_go_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    assert len(set(await Sleeper(monkeypatch).sends(burst=1.0))) == 1


def test_the_next_morning_is_six_o_clock_in_vietnam() -> None:
    assert next_morning(MONDAY).isoformat() == "2026-11-23T23:00:00+00:00"
    assert next_morning(MONDAY.replace(hour=22, minute=59)).isoformat() == "2026-11-23T23:00:00+00:00"
    assert next_morning(MONDAY.replace(hour=23)).isoformat() == "2026-11-24T23:00:00+00:00"
