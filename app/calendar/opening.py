"""Is the ward open on a day, and when next: from the profile's hours, its Sunday rule and Vietnam's public holidays."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal
from zoneinfo import ZoneInfo

from dateutil.rrule import rrulestr

from app.commune import WEEKDAYS, CommuneProfile, Shift

VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")
FIRST = dt.datetime(2024, 1, 1)  # noqa: DTZ001 -- where rules such as «every second Sunday» count from; rrule wants no zone
Reason = Literal["weekday", "sunday_service", "holiday", "day_off"]


@dataclass(frozen=True)
class DayPlan:
    """What the ward does on a day. `shifts` is empty when it is closed."""

    day: dt.date
    reason: Reason
    shifts: tuple[Shift, ...]
    holiday: str = ""

    @property
    def is_open(self) -> bool:
        return bool(self.shifts)


@lru_cache(maxsize=16)
def _holidays(year: int) -> dict[dt.date, str]:
    import holidays  # noqa: PLC0415 -- a quarter of a second that only questions about opening hours need

    return dict(holidays.country_holidays("VN", years=year, language="vi"))


def plan(profile: CommuneProfile, day: dt.date) -> DayPlan:
    """The plan of one day. A Sunday service that falls on a holiday is not held unless it is an extra day."""
    holiday = _holidays(day.year).get(day, "")
    if is_sunday_service(profile, day) and (not holiday or (profile.sunday and day in profile.sunday.extra_days)):
        assert profile.sunday is not None
        return DayPlan(day, "sunday_service", profile.sunday.hours)
    if holiday:
        return DayPlan(day, "holiday", (), holiday)
    shifts = profile.hours.get(WEEKDAYS[day.weekday()], ())
    return DayPlan(day, "weekday" if shifts else "day_off", shifts)


def is_sunday_service(profile: CommuneProfile, day: dt.date) -> bool:
    """Whether the Sunday rule, with its exceptions and extra days, names this day."""
    if profile.sunday is None or day in profile.sunday.except_days:
        return False
    return day in profile.sunday.extra_days or next(_sundays(profile, day), None) == day


def next_sunday_service(profile: CommuneProfile, day: dt.date) -> DayPlan | None:
    """The first Sunday service on or after `day` that is really held, within a year."""
    if profile.sunday is None:
        return None
    days = sorted({*_take_year(profile, day), *(d for d in profile.sunday.extra_days if d >= day)})
    plans = (plan(profile, candidate) for candidate in days)
    return next((found for found in plans if found.reason == "sunday_service"), None)


def next_open(profile: CommuneProfile, day: dt.date) -> DayPlan | None:
    """The first day after `day` on which the ward is open, within 40 days."""
    plans = (plan(profile, day + dt.timedelta(days=ahead)) for ahead in range(1, 41))
    return next((found for found in plans if found.is_open), None)


def _sundays(profile: CommuneProfile, start: dt.date) -> Iterator[dt.date]:
    assert profile.sunday is not None
    rule = rrulestr(profile.sunday.rule, dtstart=FIRST)
    for moment in rule.xafter(dt.datetime.combine(start, dt.time()), inc=True):
        yield moment.date()


def _take_year(profile: CommuneProfile, start: dt.date) -> list[dt.date]:
    found = []
    for day in _sundays(profile, start):
        if day > start + dt.timedelta(days=366):
            break
        found.append(day)
    return found
