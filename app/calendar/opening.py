"""The short way to the calendar of a profile that no official changed."""

from __future__ import annotations

import datetime as dt

from app.calendar.calendar import Calendar
from app.calendar.day_plan import DayPlan
from app.calendar.facts import VIETNAM
from app.commune import CommuneProfile

__all__ = ["VIETNAM", "DayPlan", "plan"]


def plan(profile: CommuneProfile, day: dt.date) -> DayPlan:
    """The plan of one day by the profile alone."""
    return Calendar(profile).plan(day)
