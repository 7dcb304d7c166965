"""How fast an account sends, and when it stops trying: a token bucket and a circuit breaker."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

Monotonic = Callable[[], float]


class Pace:
    """At most `per_second` sends, in bursts of at most `burst` seconds' worth."""

    def __init__(self, per_second: float, clock: Monotonic = time.monotonic, burst: float = 1.0) -> None:
        self._gap = 1.0 / per_second
        self._burst = burst
        self._clock = clock
        self._next = 0.0

    async def wait(self) -> None:
        """Return when it is this send's turn."""
        now = self._clock()
        self._next = max(self._next + self._gap, now - self._burst)
        delay = self._next - now
        if delay > 0:
            await asyncio.sleep(delay)
            self._next = max(self._next, self._clock() - self._burst)  # who woke late holds the next one back


class Breaker:
    """Opens after `limit` failures in a row, for ever longer times; one try closes it or opens it again."""

    def __init__(self, limit: int = 5, longest: float = 60.0, clock: Monotonic = time.monotonic) -> None:
        self._limit, self._longest, self._clock = limit, longest, clock
        self._failures = 0
        self._until = 0.0
        self._trying = False

    def wait(self) -> float:
        """Seconds to wait before a try; 0: try now (alone, when it was open)."""
        if self._failures < self._limit:
            return 0.0
        left = self._until - self._clock()
        if left > 0:
            return left
        if self._trying:
            return 1.0
        self._trying = True
        return 0.0

    def succeeded(self) -> None:
        """The platform answered."""
        self._failures, self._trying = 0, False

    def failed(self) -> None:
        """The platform did not answer."""
        self._failures += 1
        self._trying = False
        if self._failures >= self._limit:
            self._until = self._clock() + min(self._longest, 2.0 ** (self._failures - self._limit + 1))
