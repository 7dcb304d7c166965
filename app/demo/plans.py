"""The ward itself in these months: its mode, its calendar, local facts, posters that were scanned, words proposed for the bot."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

from app.calendar import service as calendar
from app.calendar.calendar import Calendar
from app.calendar.drafts import SessionDraft, read_repeats
from app.calendar.facts import VIETNAM, DayChange, DayKind, SessionKind
from app.demo import repository
from app.demo.people import COMMUNE, FIRST_DAY
from app.demo.stage import Happening, Stage
from app.demo.story import time_of
from app.local.differences import Saying
from app.local.schemas import Proposal
from app.local.service import LocalFacts
from app.paper.places import SLIP, tag_of
from app.paper.repository import remember_place
from app.questions.proposals import propose
from app.signed import Role
from app.ward import service as ward
from app.ward.ward import WardMode

WEEK = dt.timedelta(days=7)
YEAR = dt.timedelta(days=366)
SCAN_DAYS = 60


def happenings(stage: Stage) -> list[Happening]:
    """Everything but people, talks and announcements."""
    return [*_mode(stage), *_sunday(stage), *_sessions(stage), *_facts(stage), *_proposals(stage)]


# --- trial and real -------------------------------------------------------------------------------------------------------


def _mode(stage: Stage) -> Iterator[Happening]:
    """The ward left the trial long ago, so its announcements are everybody's. Nothing is connected: whoever tries the demo reaches nobody."""

    async def open_for_all(now: dt.datetime) -> None:
        async with stage.database.write() as session:
            await ward.set_mode(session, stage.who(Role.LEADER), WardMode.REAL, "Đã thử hai tuần, cán bộ và tổ trưởng nhận tin tốt", now)

    yield Happening(stage.days.now - dt.timedelta(days=FIRST_DAY - 10), open_for_all, official=True)


# --- calendar -------------------------------------------------------------------------------------------------------------


def _sunday(stage: Stage) -> Iterator[Happening]:
    told, moved = stage.story["sunday"], stage.story["moved"]

    def change(wanted: DayChange) -> Any:
        async def act(now: dt.datetime) -> None:
            async with stage.database.write() as session:
                await calendar.change_day(session, stage.who(Role.EDITOR), wanted, 0, now)
            await stage.hear()

        return act

    names = {name: told[name] for name in ("bring", "team")}
    counters, procedures = tuple(told["counters"]), tuple(told["procedures"])
    opened = DayChange(day=stage.days.service, kind=DayKind.OPEN, counters=counters, procedures=procedures, **names)
    yield Happening(stage.days.at(told["at"]), change(opened), official=True)
    planned = Calendar(stage.profile)
    found = [each.planned for each in planned.sunday_services(stage.days.today, stage.days.today + YEAR) if each.held is None]
    for day in found[:1]:
        target = next(day + weeks * WEEK for weeks in range(1, 5) if planned.plan(day + weeks * WEEK).reason == "day_off")
        away = DayChange(day=day, kind=DayKind.MOVED, moved_to=target, reason=moved["reason"])
        yield Happening(stage.days.at(moved["at"]), change(away), official=True)


def _sessions(stage: Stage) -> Iterator[Happening]:
    for told in stage.story["sessions"]:
        yield Happening(stage.days.at(told["at"]), _session(stage, told), official=True)


def _session(stage: Stage, told: dict[str, Any]) -> Any:
    day, hours, group = stage.days.day(told["day"]), told["hours"], told.get("group")

    async def act(now: dt.datetime) -> None:
        who = stage.who(Role.OFFICIAL)
        draft = SessionDraft(
            kind=SessionKind(told["kind"]),
            title=told["title"],
            starts_at=dt.datetime.combine(day, time_of(hours[0]), VIETNAM),
            ends_at=dt.datetime.combine(day, time_of(hours[1]), VIETNAM),
            place=told["place"],
            group_id=stage.groups[group] if group else None,
            group_name=f"Tổ {group}" if group else "",
            procedures=tuple(told["procedures"]),
            bring=told["bring"],
            team=told["team"],
        )
        days, _ = read_repeats({"repeat": "monthly", "times": str(told["months"])} if "months" in told else {}, day)
        async with stage.database.write() as session:
            made = await calendar.add_sessions(session, who, draft, days, now)
        if "cancelled" in told:
            async with stage.database.write() as session:
                await calendar.cancel_session(session, who, made[0].id, told["cancelled"], made[0].sequence, now)
        await stage.hear()

    return act


# --- local facts, proposals -----------------------------------------------------------------------------------------------


def _facts(stage: Stage) -> Iterator[Happening]:
    for told in stage.story["facts"]:
        yield Happening(stage.days.at(told["at"]), _fact(stage, told), official=True)


def _fact(stage: Stage, told: dict[str, Any]) -> Any:
    async def act(now: dt.datetime) -> None:
        work = LocalFacts(stage.knowledge.files.catalog, Saying(stage.templates), stage.profile.name, COMMUNE)
        proposal = Proposal.model_validate(
            {
                "code": told["code"],
                "case_id": told.get("case", "*"),
                "field": told["field"],
                "value": told["value"],
                "source_title": told["source"],
                "source_kind": told["kind"],
                "source_date": now.astimezone(VIETNAM).date().isoformat(),
            }
        )
        async with stage.database.write() as session:
            made = await work.propose(session, stage.who(Role.OFFICIAL), proposal, now)
        if told.get("checked"):
            async with stage.database.write() as session:
                await work.check(session, stage.who(Role.EDITOR), made.id, now + dt.timedelta(hours=1))
        await stage.hear()

    return act


def _proposals(stage: Stage) -> Iterator[Happening]:
    for told in stage.story["proposals"]:

        async def act(now: dt.datetime, told: dict[str, Any] = told) -> None:
            async with stage.database.write() as session:
                await propose(session, stage.who(Role.EDITOR), told["text"], told["code"], now)

        yield Happening(stage.days.at(told["at"]), act, official=True)


# --- printed codes ----------------------------------------------------------------------------------------------------------


async def scan(stage: Stage) -> None:
    """Openings of the posters' codes, spread over the days."""
    rows: list[dict[str, Any]] = []
    names: dict[str, str] = {}
    for code, places in stage.story["scans"].items():
        for place, total in places.items():
            names |= {tag_of(place): place} if place != SLIP else {}
            days = stage.rng.choices(range(SCAN_DAYS), k=total)
            for ago in sorted(set(days)):
                day = stage.days.today - dt.timedelta(days=ago)
                rows.append({"commune_id": COMMUNE, "code": code, "place": tag_of(place), "day": day, "scans": days.count(ago)})
    async with stage.database.write() as session:
        await repository.add_scans(session, rows)
        for tag, name in names.items():
            await remember_place(session, COMMUNE, tag, name)
