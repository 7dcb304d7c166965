"""Which Sunday services and sessions can be put on the roster, and for which of them a volunteer helped somebody."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from app.calendar.agenda import Entry, agenda, find
from app.calendar.calendar import Calendar
from app.calendar.facts import VIETNAM
from app.volunteers.models import Reply, VolunteerShift

AHEAD = dt.timedelta(days=62)


def coming(calendar: Calendar, today: dt.date) -> list[Entry]:
    """The services and sessions of the next two months that take place, in order."""
    return [each for each in agenda(calendar, today, today + AHEAD) if each.uid and not each.gone]


def of_uids(calendar: Calendar, shifts: Iterable[VolunteerShift], today: dt.date) -> list[tuple[VolunteerShift, Entry]]:
    """A volunteer's shifts with their entries, from today on, in order. What was called off meanwhile is told as `gone`."""
    found = [(shift, entry) for shift in shifts if (entry := find(calendar, shift.session_uid)) is not None and entry.day >= today]
    return sorted(found, key=lambda pair: (pair[1].day, pair[1].begins, pair[0].id))


def helped_at(calendar: Calendar, shifts: Iterable[VolunteerShift]) -> list[Entry]:
    """The services and sessions for which a volunteer was on the roster and did not say no."""
    entries = [find(calendar, shift.session_uid) for shift in shifts if shift.reply != Reply.NO]
    return [each for each in entries if each is not None and not each.gone]


def session_at(entries: Iterable[Entry], moment: dt.datetime) -> str | None:
    """Which of these was on the day of `moment`; of several the one that ran then."""
    here = moment.astimezone(VIETNAM)
    found = [each for each in entries if each.day == here.date()]
    return min(found, key=lambda each: (not _runs(each, here), each.uid)).uid if found else None


def _runs(entry: Entry, here: dt.datetime) -> bool:
    if entry.session is not None:
        return entry.session.starts <= here <= entry.session.ends
    plan = entry.occurrence.held if entry.occurrence is not None else None
    return plan is not None and any(shift.opens <= here.time() <= shift.closes for shift in plan.shifts)
