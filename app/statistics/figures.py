"""The exact figures of a period, for officials: what was asked and how it went, what was sent, scanned and helped with.

Nothing here ranks or names people: not citizens, not volunteers, not officials.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import statistics
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from app.calendar.agenda import SERVICE
from app.calendar.calendar import Calendar
from app.database import Transaction
from app.statistics import repository
from app.statistics.periods import Period, last_months, same_days_before, today

TREND_MONTHS = 12
RISING_AT_LEAST = 10
"""A procedure asked less often than this has no trend: three instead of one is chance."""
RISING_BY = 1.5
MEDIAN_AT_LEAST = 5
PERCENTILE_AT_LEAST = 100
TO_THE_COUNTER = "ra-quay"
"""The tally's word for «had to go to the counter all the same»."""


@dataclass(frozen=True)
class Asked:
    """Answers of a period, by what became of them."""

    total: int = 0
    by_status: Counter[str] = field(default_factory=Counter)
    by_channel: Counter[str] = field(default_factory=Counter)
    by_code: Counter[str] = field(default_factory=Counter)
    by_feedback: Counter[str] = field(default_factory=Counter)

    def share(self, *statuses: str) -> float | None:
        """Of all (0-1); None when there are none."""
        return sum(self.by_status[each] for each in statuses) / self.total if self.total else None

    @property
    def disliked(self) -> float | None:
        """Of the answers that anybody judged (0-1)."""
        judged = self.by_feedback["good"] + self.by_feedback["bad"]
        return self.by_feedback["bad"] / judged if judged else None

    def __add__(self, other: Asked) -> Asked:
        return Asked(
            self.total + other.total,
            self.by_status + other.by_status,
            self.by_channel + other.by_channel,
            self.by_code + other.by_code,
            self.by_feedback + other.by_feedback,
        )


@dataclass(frozen=True)
class Rising:
    """A procedure asked clearly more often than in the time before."""

    code: str
    now: int
    before: int


@dataclass(frozen=True)
class Sent:
    """One announcement on its way: how many it was for, how many got it."""

    id: int
    title: str
    total: int
    got: int


@dataclass(frozen=True)
class Helped:
    """Help with one procedure. `alone`: the citizen filed; `behalf`: a volunteer did."""

    code: str
    alone: int
    behalf: int

    @property
    def total(self) -> int:
        return self.alone + self.behalf


@dataclass(frozen=True)
class Figures:
    """A period in numbers. `compared`: the days before it that stand beside; `months`: the trend, the earliest first.

    `erased`: the last of its days whose questions are erased by now. `is_compared`: those of the days before are all there still.
    """

    period: Period
    compared: Period
    asked: Asked
    before: Asked
    is_compared: bool
    erased: dt.date | None
    months: list[tuple[Period, Asked]]
    p50: float | None
    p99: float | None
    rising: list[Rising]
    places: list[tuple[str, int]]
    scans: int
    announced: int
    sent: list[Sent]
    followers: int
    by_topic: dict[str, int]
    by_group: dict[int | None, int]
    helped: list[Helped]
    hard: Counter[str]
    full_online: int
    services: list[dt.date]
    visits: dict[dt.date, int]

    @property
    def times_helped(self) -> int:
        return sum(each.total for each in self.helped)

    @property
    def behalf(self) -> int:
        return sum(each.behalf for each in self.helped)

    @property
    def reached(self) -> float | None:
        """The median announcement's share of people who got it (0-1); None when nothing was sent to anybody."""
        shares = [each.got / each.total for each in self.sent if each.total]
        return statistics.median(shares) if shares else None


async def read(
    session: Transaction,
    commune_id: int,
    period: Period,
    now: dt.datetime,
    calendar: Calendar,
    is_full: Callable[[str], bool],
    erased: dt.date = dt.date.min,
) -> Figures:
    """All figures of a period. `is_full`: whether a procedure (its code) can be filed online from end to end.

    `erased`: the last day of which answers are erased, by their age.
    """
    day = today(now)
    trend = last_months(period.until(day) if period.is_year else period, TREND_MONTHS)
    months = []
    took = Counter[int]()
    for month in trend:
        months.append((month, await asked(session, commune_id, month)))
        if period.holds(month.first):
            took.update(await repository.elapsed(session, commune_id, month))
        await asyncio.sleep(0)  # SQLite counts where it is called: let who waits for an answer come between
    known = dict(months)
    own = sum((each for month, each in months if period.holds(month.first)), Asked())
    compared = same_days_before(period, day)
    before, is_compared = Asked(), compared.first > erased
    for month in compared.months() if is_compared else ():
        part = month.until(compared.last)
        before += known[part] if part in known else await asked(session, commune_id, part)
        await asyncio.sleep(0)
    scanned = await repository.scans(session, commune_id, period)
    places: Counter[str] = Counter()
    for row in scanned:
        places[row.place] += row.number
    helped, hard, full_online = await _help(session, commune_id, period, is_full)
    services = await asyncio.to_thread(service_days, calendar, period)  # the holidays of another year take a quarter of a second
    return Figures(
        period=period,
        compared=compared,
        asked=own,
        before=before,
        is_compared=is_compared,
        erased=min(erased, period.last) if erased >= period.first else None,
        months=months,
        p50=percentile(took, 0.5) if own.total >= MEDIAN_AT_LEAST else None,
        p99=percentile(took, 0.99) if own.total >= PERCENTILE_AT_LEAST else None,
        rising=rising(own.by_code, before.by_code) if is_compared else [],
        places=ordered(places),
        scans=sum(places.values()),
        announced=await repository.announced(session, commune_id, period),
        sent=[Sent(*each) for each in await repository.dispatches(session, commune_id, period)],
        followers=(await repository.followers(session, commune_id, min(period.ends, now))).get(None, 0),
        by_topic=await repository.followers(session, commune_id, min(period.ends, now), "topic"),
        by_group=await repository.followers(session, commune_id, min(period.ends, now), "group"),
        helped=helped,
        hard=hard,
        full_online=full_online,
        services=[each for each in services if each <= day],
        visits=await repository.visits(session, commune_id, period, services, SERVICE),
    )


async def asked(session: Transaction, commune_id: int, period: Period) -> Asked:
    """What was asked, exactly."""
    found = Asked()
    total = 0
    for status, channel, code, feedback, number in await repository.answers(session, commune_id, period):
        total += number
        found.by_status[status] += number
        found.by_channel[channel] += number
        if code is not None:
            found.by_code[code] += number
        if feedback is not None:
            found.by_feedback[feedback] += number
    return Asked(total, found.by_status, found.by_channel, found.by_code, found.by_feedback)


def percentile(counts: Counter[int], share: float) -> float | None:
    """The smallest value that this share (0-1) of all do not exceed."""
    left = share * counts.total()
    for value in sorted(counts):
        left -= counts[value]
        if left <= 0:
            return float(value)
    return None


def rising(now: Counter[str], before: Counter[str]) -> list[Rising]:
    """Procedures asked at least RISING_AT_LEAST times, and RISING_BY times as often as before; the steepest first."""
    found = [Rising(code, count, before[code]) for code, count in now.items() if count >= max(RISING_AT_LEAST, RISING_BY * before[code])]
    return sorted(found, key=lambda each: (each.before - each.now, each.code))


def ordered(counts: Counter[str]) -> list[tuple[str, int]]:
    """The most first; equal ones in a fixed order."""
    return sorted(counts.items(), key=lambda each: (-each[1], each[0]))


def service_days(calendar: Calendar, period: Period) -> list[dt.date]:
    """The days of a period on which a Sunday service is really held."""
    found = calendar.sunday_services(period.first, period.last)
    return sorted({each.held.day for each in found if each.held is not None and period.holds(each.held.day)})


async def _help(
    session: Transaction, commune_id: int, period: Period, is_full: Callable[[str], bool]
) -> tuple[list[Helped], Counter[str], int]:
    alone, behalf, hard, full = Counter[str](), Counter[str](), Counter[str](), 0
    for row in await repository.tallies(session, commune_id, period):
        (behalf if row.on_behalf else alone)[row.code] += row.number
        hard[row.hard] += row.number
        full += row.number if row.hard != TO_THE_COUNTER and is_full(row.code) else 0
    found = [Helped(code, alone[code], behalf[code]) for code in alone | behalf]
    return sorted(found, key=lambda each: (-each.total, each.code)), hard, full
