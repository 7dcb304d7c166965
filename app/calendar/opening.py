"""Short ways to the calendar of a profile that no official changed."""

from __future__ import annotations

import datetime as dt

from app.calendar.calendar import FIRST, Calendar
from app.calendar.day_plan import DayPlan, Reason
from app.calendar.facts import VIETNAM
from app.commune import CommuneProfile

__all__ = ["FIRST", "VIETNAM", "DayPlan", "Reason", "is_sunday_service", "next_open", "next_sunday_service", "plan"]


def plan(profile: CommuneProfile, day: dt.date) -> DayPlan:
    """The plan of one day by the profile alone."""
    return Calendar(profile).plan(day)


def is_sunday_service(profile: CommuneProfile, day: dt.date) -> bool:
    """Whether the Sunday rule, with its exceptions and extra days, names this day."""
    return Calendar(profile).is_sunday_service(day)


def next_sunday_service(profile: CommuneProfile, day: dt.date) -> DayPlan | None:
    """The first Sunday service on or after `day` that is really held, within a year."""
    return Calendar(profile).next_sunday_service(day)


def next_open(profile: CommuneProfile, day: dt.date) -> DayPlan | None:
    """The first day after `day` on which the ward is open."""
    return Calendar(profile).next_open(day)
