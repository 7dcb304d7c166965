"""Words of the calendar (`words.yaml`): days, hours and sentences, said alike in chats, pages, feeds and the console."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from jinja2 import Environment, StrictUndefined

from app.calendar.day_plan import DayPlan
from app.calendar.lunar import lunar_of
from app.commune import WEEKDAYS, CommuneProfile, Shift
from app.words import Words

FILE = Path(__file__).with_name("words.yaml")
_BECAUSE = ("vì ", "do ", "nhân ", "để ", "bởi ", "theo ")


def _because(reason: str) -> str:
    """An official's reason inside a sentence: «vì trùng Tết»."""
    reason = reason.strip().rstrip(".")
    small = reason[:1].lower() + reason[1:] if reason[1:2].islower() or reason[1:2] == " " else reason
    return small if small.startswith(_BECAUSE) else f"vì {small}"


def _sentence(text: str) -> str:
    text = text.strip()
    return text[:1].upper() + text[1:] + ("" if text.endswith((".", "!", "?", "…")) else ".")


def _environment() -> Environment:
    environment = Environment(undefined=StrictUndefined, autoescape=False, trim_blocks=True, lstrip_blocks=True)  # noqa: S701 -- chat text; pages escape it
    environment.filters["because"] = _because
    environment.filters["sentence"] = _sentence
    environment.filters["upper_first"] = lambda text: text[:1].upper() + text[1:]
    return environment


_WORDS = Words(FILE, _environment())
get = _WORDS.get


def say(name: str, /, **context: Any) -> str:
    """The text at a dotted name, rendered."""
    return _WORDS.say(get(name), context)


def date_words(day: dt.date) -> str:
    """`Chủ nhật 6/12/2026`."""
    return say("date", weekday=get("weekdays")[day.weekday()], day=day)


def date_inside(day: dt.date) -> str:
    """The same within a sentence: `thứ Hai 7/12/2026`, `Chủ nhật 6/12/2026`."""
    words = date_words(day)
    return words if day.weekday() == 6 else words[:1].lower() + words[1:]


def short_date(day: dt.date) -> str:
    """`6/12`."""
    return f"{day.day}/{day.month}"


def clock(time: dt.time) -> str:
    """`7:30`."""
    return f"{time.hour}:{time.minute:02d}"


def span(opens: dt.time, closes: dt.time) -> str:
    """`7:30–11:30`."""
    return f"{clock(opens)}–{clock(closes)}"


def shifts_words(shifts: Iterable[Shift]) -> str:
    """`7:30–11:30 và 13:30–17:30`."""
    return " và ".join(span(shift.opens, shift.closes) for shift in shifts)


def plan_words(plan: DayPlan) -> str:
    """`Thứ Hai 7/12/2026, 7:30–11:30`."""
    return f"{date_words(plan.day)}, {shifts_words(plan.shifts)}"


def lunar_words(day: dt.date) -> str:
    """`rằm tháng Giêng năm Đinh Mùi`."""
    return say("lunar", lunar=lunar_of(day), months=get("months"))


def week_words(profile: CommuneProfile) -> str:
    """The week's hours, days with the same hours together: `Thứ Hai đến Thứ Sáu 7:30–11:30 và …`."""
    names = get("weekdays")
    groups: list[tuple[list[int], tuple[Shift, ...]]] = []
    for number, key in enumerate(WEEKDAYS):
        shifts = profile.hours.get(key, ())
        if groups and groups[-1][1] == shifts:
            groups[-1][0].append(number)
        else:
            groups.append(([number], shifts))
    return "; ".join(
        names[days[0]] + (f" đến {names[days[-1]]}" if len(days) > 1 else "") + f" {shifts_words(shifts)}"
        for days, shifts in groups
        if shifts
    )


def joined(items: Iterable[str]) -> str:
    """`a; b; c`."""
    return "; ".join(items)
