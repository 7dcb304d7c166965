"""Vietnam's public holidays and the bridge days the government decreed, from the `holidays` library."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from functools import lru_cache

from app.calendar.lunar import lunar_of

_IN_PLACE_OF = re.compile(r"thay cho ngày (\d{2})/(\d{2})/(\d{4})")
_EVE = re.compile(r"^29 Tết$")  # so it is called in the library also where the month has 29 days and it is the 28th


@dataclass(frozen=True)
class Holidays:
    """One year: names by day, and the days off that are worked for a bridge day."""

    names: dict[dt.date, str]
    make_up: dict[dt.date, dt.date]
    """Day worked → the bridge day it stands for."""


@lru_cache(maxsize=64)
def holidays_of(year: int) -> Holidays:
    """The holidays of a year. The first call takes a quarter of a second: the library is large."""
    import holidays  # noqa: PLC0415 -- only questions about opening hours need it

    found = holidays.country_holidays("VN", years=year, language="vi").items()
    names = {day: _EVE.sub(f"{lunar_of(day).day} Tết", name) for day, name in found if day.year == year}
    make_up = {}
    for day, name in names.items():
        if (match := _IN_PLACE_OF.search(name)) is not None:
            make_up[dt.date(int(match[3]), int(match[2]), int(match[1]))] = day
    return Holidays(names, make_up)
