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
    return sorted(found, key=lambda pair: (pair[1].day, pair[1].hours, pair[0].id))


def session_at(calendar: Calendar, shifts: Iterable[VolunteerShift], moment: dt.datetime) -> str | None:
    """The service or session of that day for which a volunteer was on the roster; of several the one that ran at `moment`."""
    here = moment.astimezone(VIETNAM)
    entries = [find(calendar, shift.session_uid) for shift in shifts if shift.reply != Reply.NO]
    found = sorted(
        (each for each in entries if each is not None and not each.gone and each.day == here.date()),
        key=lambda each: (not _runs(each, here), each.uid),
    )
    return found[0].uid if found else None


def _runs(entry: Entry, here: dt.datetime) -> bool:
    if entry.session is not None:
        return entry.session.starts <= here <= entry.session.ends
    plan = entry.occurrence.held if entry.occurrence is not None else None
    return plan is not None and any(shift.opens <= here.time() <= shift.closes for shift in plan.shifts)
