"""Days, months and years as people in Vietnam mean them, and where they begin and end in UTC."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass

from app.calendar.facts import VIETNAM

DAY = dt.timedelta(days=1)
FIRST_YEAR = 2024
_KEY = re.compile(r"(\d{4})(?:-(\d{2}))?")


@dataclass(frozen=True, order=True)
class Period:
    """Days from `first` up to, not including, `after`."""

    first: dt.date
    after: dt.date

    @property
    def begins(self) -> dt.datetime:
        """Its first moment."""
        return dt.datetime.combine(self.first, dt.time(), VIETNAM)

    @property
    def ends(self) -> dt.datetime:
        """The first moment that is not of it any more."""
        return dt.datetime.combine(self.after, dt.time(), VIETNAM)

    @property
    def last(self) -> dt.date:
        return self.after - DAY

    @property
    def is_year(self) -> bool:
        return (self.after - self.first).days > 31

    @property
    def key(self) -> str:
        """`2026-11` or `2026`, as addresses name it."""
        return f"{self.first:%Y}" if self.is_year else f"{self.first:%Y-%m}"

    @property
    def name(self) -> str:
        """«tháng 11/2026», «năm 2026»."""
        return f"năm {self.first.year}" if self.is_year else f"tháng {self.first.month}/{self.first.year}"

    @property
    def short(self) -> str:
        """«11/26», for the foot of a column."""
        return f"{self.first.month}/{self.first.year % 100:02d}"

    def before(self) -> Period:
        """The month, or year, before this one."""
        return year_of(self.first.year - 1) if self.is_year else month_of(self.first - DAY)

    def next(self) -> Period:
        """The month, or year, after this one."""
        return year_of(self.first.year + 1) if self.is_year else month_of(self.after)

    def months(self) -> list[Period]:
        """The months it consists of, the earliest first."""
        found = [month_of(self.first)]
        while found[-1].after < self.after:
            found.append(found[-1].next())
        return found

    def until(self, day: dt.date) -> Period:
        """Its days up to and with `day`; the whole of it when that comes later."""
        return Period(self.first, min(self.after, max(day + DAY, self.first + DAY)))

    def holds(self, day: dt.date) -> bool:
        return self.first <= day < self.after


def month_of(day: dt.date) -> Period:
    """The month of a day."""
    first = day.replace(day=1)
    return Period(first, (first + 31 * DAY).replace(day=1))


def year_of(year: int) -> Period:
    """A year."""
    return Period(dt.date(year, 1, 1), dt.date(year + 1, 1, 1))


def today(now: dt.datetime) -> dt.date:
    """The day it is in Vietnam."""
    return now.astimezone(VIETNAM).date()


def read(key: str, now: dt.datetime) -> Period:
    """The period an address names; this month for anything else, and for what has not begun."""
    here = month_of(today(now))
    match = _KEY.fullmatch(key) if key.isascii() else None
    if match is None or not FIRST_YEAR <= int(match[1]) <= here.first.year:
        return here
    if match[2] is None:
        return year_of(int(match[1]))
    if not 1 <= int(match[2]) <= 12:
        return here
    found = month_of(dt.date(int(match[1]), int(match[2]), 1))
    return min(found, here)


def last_months(period: Period, count: int) -> list[Period]:
    """The `count` months that end with this period's last, the earliest first."""
    found = [month_of(period.last)]
    while len(found) < count:
        found.append(found[-1].before())
    return found[::-1]


def same_days_before(period: Period, day: dt.date) -> Period:
    """The period before, cut where this one stands on `day`: 1–22 November is compared with 1–22 October."""
    earlier = period.before()
    if not period.holds(day) or day == period.last:
        return earlier
    passed = (day - period.first).days
    return earlier.until(min(earlier.first + passed * DAY, earlier.last))
