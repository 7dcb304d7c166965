"""Never faster than the channel allows, in any second that slides over the sends."""

from __future__ import annotations

import time
from collections.abc import Sequence
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


async def test_without_a_burst_the_first_are_spaced_like_all_others() -> None:
    times = await _sends(Pace(100.0, burst=0.0), 20)
    assert min(later - earlier for earlier, later in pairwise(times)) > 0.004
    assert times[-1] - times[0] > 0.15


async def test_with_a_burst_answers_go_at_once() -> None:
    times = await _sends(Pace(100.0), 20)
    assert times[-1] - times[0] < 0.1


async def _sends(pace: Pace, count: int) -> Sequence[float]:
    times = []
    for _ in range(count):
        await pace.wait()
        times.append(time.monotonic())
    return times


def test_the_next_morning_is_six_o_clock_in_vietnam() -> None:
    assert next_morning(MONDAY).isoformat() == "2026-11-23T23:00:00+00:00"
    assert next_morning(MONDAY.replace(hour=22, minute=59)).isoformat() == "2026-11-23T23:00:00+00:00"
    assert next_morning(MONDAY.replace(hour=23)).isoformat() == "2026-11-24T23:00:00+00:00"
