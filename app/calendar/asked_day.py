"""Which day a message asks about: «mai», «thứ 7», «chủ nhật tuần sau», «30/4»."""

from __future__ import annotations

import datetime as dt
import re

_WEEKDAY = {"hai": 0, "2": 0, "ba": 1, "3": 1, "tu": 2, "4": 2, "nam": 3, "5": 3, "sau": 4, "6": 4, "bay": 5, "7": 5}
_NAMED = re.compile(r"\b(?:thu|t) ?(hai|ba|tu|nam|sau|bay|[2-7])\b|\b(chu nhat|cn)\b")
_DATE = re.compile(r"\b(?:ngay |hom )?(\d{1,2}) (?:thang )?(\d{1,2})(?: (?:nam )?(\d{4}))?\b")
_SOON = (
    (r"\b(hom nay|bay gio|gio nay|luc nay|chieu nay|sang nay|trua nay|toi nay)\b", 0),
    (r"\bmai\b(?! tang\b)", 1),  # not mai táng
    (r"\b(?:ngay kia|(?:ngay|bua|sang|trua|chieu|toi) mot)\b|^mot(?= (?:phuong|xa|uy ban|ubnd|co|lam|mo|nghi)\b|$)", 2),  # not một cửa
)
_YEARS_AHEAD = 2  # holidays are not decreed further ahead


def asked_day(plain: str, today: dt.date) -> dt.date | None:
    """The day a folded message is about, or None when it names none."""
    for pattern, ahead in _SOON:
        if re.search(pattern, plain):
            return today + dt.timedelta(days=ahead)
    if (match := _NAMED.search(plain)) is not None:
        weekday = 6 if match.group(2) else _WEEKDAY[match.group(1)]
        ahead = (weekday - today.weekday()) % 7
        if re.search(r"\b(tuan sau|tuan toi)\b", plain):
            ahead += 7 if ahead + today.weekday() <= 6 else 0
        return today + dt.timedelta(days=ahead)
    if (match := _DATE.search(plain)) is not None:
        return _date(int(match.group(1)), int(match.group(2)), match.group(3), today)
    return None


def _date(day: int, month: int, year: str | None, today: dt.date) -> dt.date | None:
    """The day named, or its next coming when no year is named; None when there is no such day, or only years away."""
    years = [int(year)] if year else range(today.year, today.year + 9)
    for candidate in years:
        try:
            found = dt.date(candidate, month, day)
        except ValueError:  # 31/4, or 29/2 in a common year
            continue
        if year is None and found < today:
            continue
        return found if year is None or -1 <= candidate - today.year <= _YEARS_AHEAD else None
    return None
