"""Vietnamese lunar dates: new moons and solar terms at UTC+7.

The algorithm is Hồ Ngọc Đức's («Thuật toán tính âm lịch», 2004), with the new-moon and sun series of Jean Meeus,
«Astronomical Algorithms» (1998). A library for China's calendar (UTC+8) would be a day or a month off in years such as 2007 and 2030.
"""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import dataclass
from functools import lru_cache

_UTC_OFFSET = 7 / 24
_SYNODIC = 29.530588853
_EPOCH = 2415021.076998695  # Julian date of the new moon of January 1900
_ORDINAL = 1721425  # Julian day number at noon minus the day's ordinal in Python
FIRST_YEAR, LAST_YEAR = 1900, 2199
_STEMS = ("Giáp", "Ất", "Bính", "Đinh", "Mậu", "Kỷ", "Canh", "Tân", "Nhâm", "Quý")
_BRANCHES = ("Tý", "Sửu", "Dần", "Mão", "Thìn", "Tỵ", "Ngọ", "Mùi", "Thân", "Dậu", "Tuất", "Hợi")


@dataclass(frozen=True)
class LunarDate:
    """A day of the lunar calendar. `leap`: of the month that comes twice."""

    day: int
    month: int
    year: int
    leap: bool = False

    @property
    def year_name(self) -> str:
        """`Bính Ngọ`."""
        return f"{_STEMS[(self.year + 6) % 10]} {_BRANCHES[(self.year + 8) % 12]}"


def lunar_of(day: dt.date) -> LunarDate:
    """The lunar date of a day. Raises ValueError outside 1900–2199."""
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise ValueError(f"no lunar calendar for {day.year}")
    number = _number(day)
    k = int((number - _EPOCH) / _SYNODIC)
    start = _new_moon(k + 1)
    if start > number:
        start = _new_moon(k)
    before, after = _eleventh_month(day.year), _eleventh_month(day.year)
    if before >= start:
        year, before = day.year, _eleventh_month(day.year - 1)
    else:
        year, after = day.year + 1, _eleventh_month(day.year + 1)
    months = (start - before) // 29
    month, leap = months + 11, False
    if after - before > 365:
        leap_at = _leap_month(before)
        if months >= leap_at:
            month = months + 10
            leap = months == leap_at
    if month > 12:
        month -= 12
    if month >= 11 and months < 4:
        year -= 1
    return LunarDate(number - start + 1, month, year, leap)


def solar_of(day: int, month: int, year: int, *, leap: bool = False) -> dt.date | None:
    """The day of a lunar date, or None when that month has no such day, or the year no such leap month."""
    if not (FIRST_YEAR < year < LAST_YEAR and 1 <= month <= 12 and 1 <= day <= 30):
        return None
    start = month_start(month, year, leap=leap)
    if start is None:
        return None
    found = start + dt.timedelta(days=day - 1)
    return found if lunar_of(found) == LunarDate(day, month, year, leap) else None


def month_start(month: int, year: int, *, leap: bool = False) -> dt.date | None:
    """The first day of a lunar month; None when it is no leap month of that year."""
    before, after = (_eleventh_month(year - 1), _eleventh_month(year)) if month < 11 else (_eleventh_month(year), _eleventh_month(year + 1))
    k = int(0.5 + (before - _EPOCH) / _SYNODIC)
    ahead = month - 11 if month >= 11 else month + 1
    if after - before > 365:
        leap_at = _leap_month(before)
        if leap and month != (leap_at - 2 if leap_at - 2 > 0 else leap_at + 10):
            return None
        if leap or ahead >= leap_at:
            ahead += 1
    elif leap:
        return None
    return dt.date.fromordinal(_new_moon(k + ahead) - _ORDINAL)


def tet(year: int) -> dt.date:
    """The first day of the lunar year."""
    found = month_start(1, year)
    assert found is not None
    return found


def _number(day: dt.date) -> int:
    """Julian day number at noon."""
    return day.toordinal() + _ORDINAL


@lru_cache(maxsize=4096)
def _new_moon(k: int) -> int:
    """Julian day number, in Vietnam, of the k-th new moon after January 1900."""
    t = k / 1236.85
    rad = math.pi / 180
    mean = 2415020.75933 + 29.53058868 * k + 0.0001178 * t**2 - 0.000000155 * t**3
    mean += 0.00033 * math.sin((166.56 + 132.87 * t - 0.009173 * t**2) * rad)
    sun = (359.2242 + 29.10535608 * k - 0.0000333 * t**2 - 0.00000347 * t**3) * rad
    moon = (306.0253 + 385.81691806 * k + 0.0107306 * t**2 + 0.00001236 * t**3) * rad
    latitude = (21.2964 + 390.67050646 * k - 0.0016528 * t**2 - 0.00000239 * t**3) * rad
    shift = (0.1734 - 0.000393 * t) * math.sin(sun) + 0.0021 * math.sin(2 * sun)
    shift += -0.4068 * math.sin(moon) + 0.0161 * math.sin(2 * moon) - 0.0004 * math.sin(3 * moon)
    shift += 0.0104 * math.sin(2 * latitude) - 0.0051 * math.sin(sun + moon) - 0.0074 * math.sin(sun - moon)
    shift += 0.0004 * math.sin(2 * latitude + sun) - 0.0004 * math.sin(2 * latitude - sun)
    shift += -0.0006 * math.sin(2 * latitude + moon) + 0.0010 * math.sin(2 * latitude - moon) + 0.0005 * math.sin(2 * moon + sun)
    if t < -11:
        delta = 0.001 + 0.000839 * t + 0.0002261 * t**2 - 0.00000845 * t**3 - 0.000000081 * t**4
    else:
        delta = -0.000278 + 0.000265 * t + 0.000262 * t**2
    return int(mean + shift - delta + 0.5 + _UTC_OFFSET)


def _sun_twelfth(number: int) -> int:
    """Which twelfth of the ecliptic (0 from the March equinox) the sun is in at the beginning of a day in Vietnam."""
    t = (number - 2451545.5 - _UTC_OFFSET) / 36525
    rad = math.pi / 180
    anomaly = (357.52910 + 35999.05030 * t - 0.0001559 * t**2 - 0.00000048 * t**3) * rad
    mean = 280.46645 + 36000.76983 * t + 0.0003032 * t**2
    mean += (1.914600 - 0.004817 * t - 0.000014 * t**2) * math.sin(anomaly)
    mean += (0.019993 - 0.000101 * t) * math.sin(2 * anomaly) + 0.000290 * math.sin(3 * anomaly)
    return int((mean % 360) / 30)


@lru_cache(maxsize=512)
def _eleventh_month(year: int) -> int:
    """Julian day number of the first day of the month that holds the winter solstice of a year."""
    k = int((_number(dt.date(year, 12, 31)) - 2415021) / _SYNODIC)
    start = _new_moon(k)
    return _new_moon(k - 1) if _sun_twelfth(start) >= 9 else start


@lru_cache(maxsize=512)
def _leap_month(eleventh: int) -> int:
    """How many months after this eleventh month the leap month comes: the first in which the sun enters no new twelfth."""
    k = int((eleventh - _EPOCH) / _SYNODIC + 0.5)
    ahead, last, current = 1, -1, _sun_twelfth(_new_moon(k + 1))
    while True:
        last, ahead = current, ahead + 1
        current = _sun_twelfth(_new_moon(k + ahead))
        if current == last or ahead >= 14:
            return ahead - 1
