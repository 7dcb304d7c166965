"""Warnings: what in the calendar cannot be meant so, told early enough to change it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

from app.calendar import words
from app.calendar.agenda import service_uid
from app.calendar.calendar import Calendar
from app.calendar.facts import Session, SessionKind
from app.understanding.text import fold

AHEAD = dt.timedelta(days=62)
"""How far ahead we look: a month's warning for what is planned at a month's end."""
_OUTSIDE = frozenset({SessionKind.MEETING, SessionKind.OTHER})


@dataclass(frozen=True)
class Clash:
    """One warning. `sentence` says what is wrong and what to do; `uid` names the entry it is about."""

    day: dt.date
    sentence: str
    uid: str
    key: str
    """The same for the same clash, whenever it is asked."""


def clashes(calendar: Calendar, start: dt.date, end: dt.date) -> list[Clash]:
    """Everything that clashes in these days, the last one included, in order."""
    found = [*_services(calendar, start, end), *_sessions(calendar, start, end), *_pairs(calendar, start, end)]
    return sorted(found, key=lambda each: (each.day, each.key))


def _clash(name: str, day: dt.date, uid: str, **context: object) -> Clash:
    return Clash(day, words.say(f"clashes.{name}", day=words.date_inside(day), **context), uid, f"{name}:{uid}:{day.isoformat()}")


def _services(calendar: Calendar, start: dt.date, end: dt.date) -> Iterator[Clash]:
    held: dict[dt.date, int] = {}
    for each in calendar.sunday_services(start, end):
        uid = service_uid(each.planned)
        if each.held is None and each.change is None and calendar.holiday(each.planned):
            yield _clash("service_on_holiday", each.planned, uid, holiday=calendar.holiday(each.planned))
        if each.held is None and each.change is not None and each.change.moved_to is not None:
            yield _clash("moved_to_closed", each.planned, uid, target=words.date_inside(each.change.moved_to))
        if each.held is not None:
            held[each.held.day] = held.get(each.held.day, 0) + 1
            if each.held.holiday:
                yield _clash("held_on_holiday", each.held.day, uid, holiday=each.held.holiday)
            if held[each.held.day] == 2:
                yield _clash("two_services", each.held.day, uid)


def _sessions(calendar: Calendar, start: dt.date, end: dt.date) -> Iterator[Clash]:
    for each in calendar.sessions_between(start, end):
        plan = calendar.plan(each.day)
        if plan.holiday:
            yield _clash("session_on_holiday", each.day, each.uid, title=each.title, holiday=plan.holiday)
        elif plan.reason == "closed":
            yield _clash("session_on_closed", each.day, each.uid, title=each.title, why=plan.note)
        elif not plan.is_open and each.kind not in _OUTSIDE and _is_at_office(calendar, each):
            yield _clash("session_on_day_off", each.day, each.uid, title=each.title)


def _is_at_office(calendar: Calendar, session: Session) -> bool:
    place, profile = fold(session.place), calendar.profile
    return fold(profile.office) in place or fold(profile.address) in place


def _pairs(calendar: Calendar, start: dt.date, end: dt.date) -> Iterator[Clash]:
    sessions = calendar.sessions_between(start, end)
    for one, other in combinations(sessions, 2):
        if one.starts_at >= other.ends_at or other.starts_at >= one.ends_at:
            continue
        about = {"one": one.title, "other": other.title}
        if _same(one.place, other.place):
            yield _clash("same_place", other.day, other.uid, place=other.place, **about)
        if shared := _shared_people(one.team, other.team):
            yield _clash("same_people", other.day, other.uid, people=", ".join(sorted(shared)), **about)
    for each in calendar.sunday_services(start, end):
        team = each.change.team if each.change else ""
        for session in sessions:
            if each.held is not None and session.day == each.held.day and (shared := _shared_people(team, session.team)):
                yield _clash(
                    "same_people",
                    session.day,
                    session.uid,
                    people=", ".join(sorted(shared)),
                    one=words.get("service_name"),
                    other=session.title,
                )


def _same(one: str, other: str) -> bool:
    return " ".join(fold(one).split()) == " ".join(fold(other).split())


def _shared_people(one: str, other: str) -> set[str]:
    """Names that stand in both teams; a team is a list with commas."""
    names = {" ".join(fold(name).split()): " ".join(name.split()) for name in one.replace(";", ",").split(",") if name.strip()}
    others = {" ".join(fold(name).split()) for name in other.replace(";", ",").split(",") if name.strip()}
    return {names[name] for name in names.keys() & others}
