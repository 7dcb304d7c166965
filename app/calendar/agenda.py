"""What is worth telling of some days, in order: Sunday services, sessions, days off, days with other hours."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Literal

from app.calendar import words
from app.calendar.calendar import DAY, Calendar
from app.calendar.day_plan import DayPlan, Occurrence
from app.calendar.facts import DayChange, Session
from app.calendar.session_answers import hours_words
from app.commune import WEEKDAYS

Kind = Literal["service", "session", "off", "hours"]
SERVICE = "chu-nhat-"


@dataclass(frozen=True)
class Entry:
    """One line of the calendar. `uid` names its page; empty when it has none. `gone`: moved away, not held or cancelled."""

    day: dt.date
    kind: Kind
    title: str
    hours: str = ""
    place: str = ""
    note: str = ""
    group: str = ""
    uid: str = ""
    gone: bool = False
    moved_to: dt.date | None = None
    moved_from: dt.date | None = None
    session: Session | None = None
    occurrence: Occurrence | None = None
    until: dt.date | None = None
    """The last of several days off."""

    @property
    def change(self) -> DayChange | None:
        return self.occurrence.change if self.occurrence else None

    @property
    def begins(self) -> dt.time:
        """When on its day, to put those of one day in order: «7:30» comes before «13:30»."""
        held = self.occurrence.held if self.occurrence else None
        return self.session.starts.time() if self.session else held.shifts[0].opens if held and held.shifts else dt.time.min


def agenda(calendar: Calendar, start: dt.date, end: dt.date) -> list[Entry]:
    """The entries of these days, the last one included."""
    found = [entry for each in calendar.sunday_services(start, end) for entry in _service(calendar, each) if start <= entry.day <= end]
    found += [of_session(each) for each in calendar.sessions_between(start, end, cancelled=True)]
    found += _unusual(calendar, start, end)
    order = {"off": 0, "hours": 1, "service": 2, "session": 3}
    return sorted(found, key=lambda each: (each.day, order[each.kind], each.begins))


def service_uid(planned: dt.date) -> str:
    """The stable name of a Sunday service: of the day it was planned, wherever it is moved."""
    return f"{SERVICE}{planned.isoformat()}"


def find(calendar: Calendar, uid: str) -> Entry | None:
    """The entry of a Sunday service or session by its name."""
    if uid.startswith(SERVICE):
        try:
            planned = dt.date.fromisoformat(uid.removeprefix(SERVICE))
        except ValueError:
            return None
        if not 2000 <= planned.year <= 2190:
            return None
        occurrence = next((each for each in calendar.sunday_services(planned, planned) if each.planned == planned), None)
        return _service(calendar, occurrence)[-1] if occurrence else None
    session = next((each for each in calendar.facts.sessions if each.uid == uid), None)
    return of_session(session) if session else None


def _service(calendar: Calendar, occurrence: Occurrence) -> list[Entry]:
    """A held service, with a line on the day it was moved from; or one that is not held."""
    title, uid, held = words.get("service_name"), service_uid(occurrence.planned), occurrence.held
    if held is None:
        return [Entry(occurrence.planned, "service", title, note=occurrence.why, uid=uid, gone=True, occurrence=occurrence)]
    profile, change = calendar.profile, occurrence.change
    place = change.place if change and change.place else f"{profile.office}, {profile.address}"
    entry = Entry(
        held.day,
        "service",
        title,
        words.shifts_words(held.shifts),
        place,
        occurrence.why,
        uid=uid,
        moved_from=occurrence.planned if occurrence.moved else None,
        occurrence=occurrence,
    )
    if not occurrence.moved:
        return [entry]
    away = Entry(occurrence.planned, "service", title, note=occurrence.why, uid=uid, gone=True, moved_to=held.day, occurrence=occurrence)
    return [away, entry]


def of_session(session: Session) -> Entry:
    """The entry of a session."""
    return Entry(
        session.day,
        "session",
        session.title,
        hours_words(session),
        session.place,
        session.reason,
        session.group_name,
        session.uid,
        gone=session.cancelled,
        session=session,
    )


def _unusual(calendar: Calendar, start: dt.date, end: dt.date) -> list[Entry]:
    """Working days that are off (those that follow each other as one), days with other hours, days made up for."""
    found: list[Entry] = []
    for plan in calendar.plans(start, (end - start).days + 1):
        usual = calendar.profile.hours.get(WEEKDAYS[plan.day.weekday()], ())
        if plan.is_service:
            continue
        if plan.is_open:
            if plan.reason == "make_up" or plan.change is not None:
                found.append(Entry(plan.day, "hours", _hours_title(plan), words.shifts_words(plan.shifts), note=plan.note))
        elif usual or (plan.reason == "closed" and not calendar.is_sunday_service(plan.day)):
            found = _with_day_off(calendar, found, plan)
    return found


def _with_day_off(calendar: Calendar, found: list[Entry], plan: DayPlan) -> list[Entry]:
    name = plan.note or plan.holiday if plan.reason == "closed" else plan.holiday or plan.note
    last = found[-1] if found else None
    tet = "Tết Nguyên Đán" in name or name.endswith(" Tết")
    if last is not None and last.kind == "off" and (last.note == name or (tet and last.note == TET)):
        between = (last.until or last.day) + DAY
        while between < plan.day and not calendar.plan(between).is_open:
            between += DAY
        if between == plan.day:
            merged = Entry(last.day, "off", last.title, note=last.note, until=plan.day)
            return [*found[:-1], merged]
    return [*found, Entry(plan.day, "off", "Phường nghỉ", note=TET if tet else name)]


def _hours_title(plan: DayPlan) -> str:
    if plan.swapped_with is not None:
        return f"Làm bù cho {words.date_inside(plan.swapped_with)}"
    return "Giờ làm khác thường"


TET = "Tết Nguyên Đán"
