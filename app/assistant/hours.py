"""Words about opening hours: which day is asked, is the ward open, when next."""

from __future__ import annotations

import datetime as dt
from typing import Any

from app.assistant.replies import Replies
from app.calendar.asked_day import asked_day
from app.calendar.opening import DayPlan, next_open, next_sunday_service, plan
from app.commune import WEEKDAYS, CommuneProfile, Shift

SUNDAY = 6


def hours_context(replies: Replies, commune: CommuneProfile, plain: str, now: dt.datetime, *, sunday: bool) -> dict[str, Any]:
    """Variables for the templates of opening hours. `sunday`: the message is about the Sunday service."""
    today = now.date()
    asked = asked_day(plain, today)
    general = sunday and (asked is None or not any(word in plain for word in ("nay", "tuan", "toi", "mai", "nay")))
    day = plan(commune, asked or today)
    upcoming = next_sunday_service(commune, today)
    if general and upcoming is not None and (asked is None or not day.is_open):
        day = upcoming if asked is None else day
    following = next_open(commune, day.day)
    return {
        "asked": asked,
        "day": day,
        "hours": shifts_in_words(day.shifts),
        "day_sentence": _sentence(replies, commune, day),
        "next_open": following,
        "next_open_words": _plan_in_words(replies, following) if following else "",
        "next_sunday": upcoming,
        "next_sunday_words": _plan_in_words(replies, upcoming) if upcoming else "",
        "week": week_in_words(replies, commune),
    }


def _sentence(replies: Replies, commune: CommuneProfile, day: DayPlan) -> str:
    name = {"sunday_service": "sunday", "holiday": "holiday"}.get(day.reason, "open" if day.is_open else "closed")
    when = date_in_words(replies, day.day)
    if name != "sunday":
        when = when[:1].lower() + when[1:]
    context = {"commune": commune, "when": when, "hours": shifts_in_words(day.shifts), "holiday": day.holiday}
    return replies.say(replies.get(f"hours.{name}"), context)


def date_in_words(replies: Replies, day: dt.date) -> str:
    """`Chủ nhật 6/12/2026`."""
    return replies.say(replies.get("hours.date"), {"weekday": replies.get("weekdays")[day.weekday()], "day": day})


def _plan_in_words(replies: Replies, day: DayPlan) -> str:
    return f"{date_in_words(replies, day.day)}, {shifts_in_words(day.shifts)}"


def shifts_in_words(shifts: tuple[Shift, ...]) -> str:
    """`7:30–11:30 và 13:30–17:30`."""
    return " và ".join(f"{_clock(shift.opens)}–{_clock(shift.closes)}" for shift in shifts)


def _clock(time: dt.time) -> str:
    return f"{time.hour}:{time.minute:02d}"


def week_in_words(replies: Replies, commune: CommuneProfile) -> str:
    """The week's hours, days with the same hours together: `Thứ Hai đến Thứ Sáu 7:30–11:30 và …`."""
    names = replies.get("weekdays")
    groups: list[tuple[list[int], tuple[Shift, ...]]] = []
    for number, key in enumerate(WEEKDAYS):
        shifts = commune.hours.get(key, ())
        if groups and groups[-1][1] == shifts and groups[-1][0][-1] == number - 1:
            groups[-1][0].append(number)
        else:
            groups.append(([number], shifts))
    parts = []
    for days, shifts in groups:
        if shifts:
            span = names[days[0]] + (f" đến {names[days[-1]]}" if len(days) > 1 else "")
            parts.append(f"{span} {shifts_in_words(shifts)}")
    return "; ".join(parts)
