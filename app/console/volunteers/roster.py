"""HTTP of the roster and of the counts of help given."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.responses import Response

from app.calendar.agenda import Entry
from app.console.calendar.desk import calendar_of, now, today
from app.console.pages import redirect, render
from app.console.volunteers.endpoints import COUNTS, PATH, ROSTER, TABS, numbers
from app.errors import NotFound
from app.officials.access import access_volunteers, csrf_official
from app.officials.models import Signed
from app.subscribers.service import few
from app.volunteers import repository, roster, service, words
from app.volunteers.models import Reply

SPANS = {"7": "7 ngày", "30": "30 ngày", "365": "12 tháng"}
USUAL = "30"
ENOUGH = 3
"""A team of fewer people is not counted by itself: its number would be a person's."""
OTHER_TEAMS = "Các tổ khác, người chưa thuộc tổ nào"
router = APIRouter(prefix=PATH, include_in_schema=False)
Leading = Annotated[Signed, Depends(access_volunteers)]


@router.get("/truc")
async def sessions(request: Request, who: Leading) -> Response:
    """The services and sessions ahead, with how many come."""
    async with request.app.state.database.read() as session:
        entries = roster.coming(await calendar_of(request, session, who), today())
        shifts = await repository.shifts(session, who.commune_id, [entry.uid for entry in entries])
    count = {
        entry.uid: {reply: sum(1 for shift, _ in shifts if shift.session_uid == entry.uid and shift.reply == reply) for reply in Reply}
        for entry in entries
    }
    return render(request, "volunteers/roster.html", entries=entries, count=count, tabs=TABS, here=ROSTER)


@router.get("/truc/{uid}")
async def one(request: Request, who: Leading, uid: str) -> Response:
    """Who is put down for one session, to be changed."""
    async with request.app.state.database.read() as session:
        entry = await _entry(request, session, who, uid)
        people = await repository.volunteers(session, who.commune_id, active=True)
        shifts = await repository.shifts(session, who.commune_id, [uid])
        teams = {each.id: each.name for each in await repository.teams(session, who.commune_id)}
    replies = {person.id: words.get(f"reply.{shift.reply}").lower() for shift, person in shifts}
    options = [(str(each.id), " · ".join(filter(None, (each.name, teams.get(each.team_id or 0), replies.get(each.id))))) for each in people]
    chosen = [str(person.id) for _, person in shifts]
    return render(request, "volunteers/session.html", entry=entry, options=options, chosen=chosen)


@router.post("/truc/{uid}", dependencies=[Depends(csrf_official)])
async def assign(
    request: Request,
    who: Leading,
    uid: str,
    people: Annotated[list[str], Form()] = [],  # noqa: B006 -- FastAPI copies it
) -> Response:
    """Put exactly these volunteers down for a session."""
    async with request.app.state.database.write() as session:
        entry = await _entry(request, session, who, uid)
        await service.assign(session, who, entry, set(numbers(people)), now())
    return redirect(request, ROSTER, say=f"Đã lưu phân công ngày {entry.day.day}/{entry.day.month}.")


@router.get("/da-giup")
async def counts(request: Request, who: Leading, trong: str = USUAL) -> Response:
    """What was helped with, for the whole ward and by team, never by person; few are not told apart."""
    span = trong if trong in SPANS else USUAL
    since = today() - dt.timedelta(days=int(span) - 1)
    catalog = request.app.state.catalog()
    async with request.app.state.database.read() as session:
        behalf = await repository.counts(session, who.commune_id, since, "on_behalf")
        hard = await repository.counts(session, who.commune_id, since, "hard")
        codes = await repository.counts_by_code(session, who.commune_id, since)
        by_team = await repository.counts_by_team(session, who.commune_id, since)
        members = await repository.members(session, who.commune_id)
        apart = _told_apart(members)
        teams = {each.id: each.name for each in await repository.teams(session, who.commune_id) if each.id in apart}

    def named(code: str) -> str:
        found = catalog.get(code)
        return found.name if found is not None else code

    told: Counter[str] = Counter()
    for team_id, count in by_team.items():
        told[teams.get(team_id or 0, OTHER_TEAMS)] += count
    by_code = sorted(((named(code), *both) for code, both in codes.items()), key=lambda row: (-row[1], row[0]))
    return render(
        request,
        "volunteers/counts.html",
        total=sum(behalf.values()),
        on_behalf=behalf.get(True, 0),
        codes=by_code,
        hard=sorted(((words.hard().get(key, key), count) for key, count in hard.items()), key=lambda row: (-row[1], row[0])),
        teams=sorted(told.items(), key=lambda row: (row[0] == OTHER_TEAMS, row[0])),
        few=few,
        spans=[(name, f"{COUNTS}?trong={key}") for key, name in SPANS.items()],
        span=f"{COUNTS}?trong={span}",
        tabs=TABS,
        here=COUNTS,
    )


def _told_apart(members: Mapping[int | None, int]) -> set[int | None]:
    """Teams that are counted by themselves. Of the others together it must be as hard to tell who it was."""
    apart = sorted(
        (team for team, count in members.items() if team is not None and count >= ENOUGH), key=lambda team: (members[team], team)
    )
    rest = sum(members.values()) - sum(members[team] for team in apart)
    return set(apart[1:] if 0 < rest < ENOUGH else apart)


async def _entry(request: Request, session: AsyncSession, who: Signed, uid: str) -> Entry:
    found = next((each for each in roster.coming(await calendar_of(request, session, who), today()) if each.uid == uid), None)
    if found is None:
        raise NotFound
    return found
