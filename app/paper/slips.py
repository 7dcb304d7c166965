"""What a slip says: one case of a procedure for somebody without a phone, in whole sentences."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from app.calendar import words as calendar_words
from app.calendar.calendar import Calendar
from app.calendar.facts import VIETNAM
from app.catalog.content import UNKNOWN, Case, Handler, Paper, Procedure
from app.paper import words
from app.paper.places import SLIP


@dataclass(frozen=True)
class ToBring:
    """One paper with its box to tick. `count`: «1 bản chính». `only_if`: when it is needed; empty is always."""

    name: str
    count: str
    only_if: str = ""


@dataclass(frozen=True)
class Slip:
    """All words of a slip. `facts`: a name and its lines. `address`: what the code for a relative holds."""

    ward: str
    title: str
    case: str
    always: tuple[ToBring, ...]
    sometimes: tuple[ToBring, ...]
    facts: tuple[tuple[str, tuple[str, ...]], ...]
    address: str
    closing: str


def slip_of(procedure: Procedure, case: Case, calendar: Calendar, say: Any, public_url: str, now: dt.datetime) -> Slip:
    """The slip of a case as it is right now. `say`: the macros of catalog/say.jinja."""
    profile = calendar.profile
    papers = () if case.papers == UNKNOWN else case.papers
    return Slip(
        ward=profile.name,
        title=procedure.name,
        case=case.name if len(procedure.cases) > 1 else "",
        always=tuple(_to_bring(each, say) for each in papers if each.only_if is None),
        sometimes=tuple(_to_bring(each, say) for each in papers if each.only_if is not None),
        facts=_facts(procedure, case, calendar, say, now),
        address=f"{public_url}/q/{procedure.code}?p={SLIP}",
        closing=words.say("slip.printed", day=_date(now)),
    )


def _to_bring(paper: Paper, say: Any) -> ToBring:
    return ToBring(paper.name, _line(say.paper_count(paper)), _inside(paper.only_if) if paper.only_if else "")


def _facts(procedure: Procedure, case: Case, calendar: Calendar, say: Any, now: dt.datetime) -> tuple[tuple[str, tuple[str, ...]], ...]:
    profile = calendar.profile
    phones = tuple(f"{each.name}: {each.number}" for each in profile.phones[:1])
    rows: list[tuple[str, tuple[str, ...]]] = [
        ("bring", (words.get("slip.unknown"),) if case.papers == UNKNOWN else ()),
        ("fee", _fees(case, say)),
        ("time", (_sentence(say.time(case)),)),
        ("where", (procedure.where.text, *((profile.address,) if procedure.handled_by is Handler.COMMUNE else ()))),
        ("open", _open(calendar, now)),
        ("sunday", _sunday(calendar, now)),
        ("phone", phones),
    ]
    return tuple((words.get(f"slip.{name}"), lines) for name, lines in rows if lines)


def _fees(case: Case, say: Any) -> tuple[str, ...]:
    if case.fees == UNKNOWN:
        return (words.say("slip.unknown"),)
    return tuple(_sentence(say.fee(each)) for each in case.fees)


def _open(calendar: Calendar, now: dt.datetime) -> tuple[str, ...]:
    """Today where a shift runs or is still to come, and the next day."""
    moment = calendar.at(now)
    today, following = moment.plan, calendar.next_open(moment.plan.day)
    lines: list[str] = []
    if moment.is_open or moment.coming:
        lines.append(words.say("slip.open_today", day=_short(today.day), hours=calendar_words.shifts_words(today.shifts)))
    if following is not None:
        weekday = calendar_words.get("weekdays")[following.day.weekday()]
        hours = calendar_words.shifts_words(following.shifts)
        lines.append(words.say("slip.open_next", day=f"{weekday} {_short(following.day)}", hours=hours))
    return tuple(lines)


def _sunday(calendar: Calendar, now: dt.datetime) -> tuple[str, ...]:
    found = calendar.next_sunday_service(now.astimezone(VIETNAM).date())
    return (calendar_words.plan_words(found),) if found is not None and calendar.profile.sunday is not None else ()


def _date(now: dt.datetime) -> str:
    day = now.astimezone(VIETNAM).date()
    return f"{day.day}/{day.month}/{day.year}"


def _short(day: dt.date) -> str:
    return f"{day.day}/{day.month}"


def _line(text: object) -> str:
    return " ".join(str(text).split())


def _sentence(text: object) -> str:
    line = _line(text)
    return line[:1].upper() + line[1:] + ("" if line.endswith((".", "!", "?", "…")) else ".")


def _inside(case: str) -> str:
    """A condition after «khi»: «Khi bạn nhờ người khác.» → «bạn nhờ người khác»."""
    text = case.rstrip(".")
    text = text[:1].lower() + text[1:]
    return text.removeprefix("khi ")
