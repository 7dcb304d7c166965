"""Words about opening hours and sessions for the templates: what is asked, is the ward open, when next."""

from __future__ import annotations

import datetime as dt
from typing import Any

from app.calendar import words
from app.calendar.answering import answer
from app.calendar.calendar import Calendar

INTENTS = frozenset({"opening_hours", "sunday_service", "announcement", "session", "lunar_date", "contact", "queue"})
WITHOUT_DAY = frozenset({"contact", "queue"})


def hours_context(calendar: Calendar, text: str, now: dt.datetime, *, intent: str) -> dict[str, Any]:
    """Variables for the templates. `text`: what was typed, or its folded words; `now`: an aware moment."""
    day = calendar.plan(now.date())
    said = answer(calendar, text, now, sunday=intent == "sunday_service") if intent not in WITHOUT_DAY else None
    return {
        "day": day,
        "hours": words.shifts_words(day.shifts),
        "week": words.week_words(calendar.profile),
        "said": said,
    }
