"""HTTP of the volunteers' teams: who is in charge where."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Request
from sqlalchemy.exc import IntegrityError
from starlette.responses import Response

from app.console.calendar.desk import now, refresh
from app.console.forms import Errors
from app.console.pages import redirect, render
from app.errors import NotFound
from app.officials.access import access_volunteers, csrf_official
from app.officials.models import Signed
from app.subscribers import repository as subscribers
from app.volunteers import repository, service
from app.volunteers.models import VolunteerTeam
from app.volunteers.service import NAME_LENGTH, PHONE_LENGTH, PLACE_LENGTH, TeamDraft, tidy

PATH = "/can-bo/tinh-nguyen"
PEOPLE, ROSTER, COUNTS = f"{PATH}/nguoi", f"{PATH}/truc", f"{PATH}/da-giup"
TABS = (("Tổ", PATH), ("Tình nguyện viên", PEOPLE), ("Lịch trực", ROSTER), ("Đã giúp", COUNTS))
router = APIRouter(prefix=PATH, include_in_schema=False)
Leading = Annotated[Signed, Depends(access_volunteers)]
Text = Annotated[str, Form()]
Ids = Annotated[list[str], Form()]


@router.get("")
async def teams(request: Request, who: Leading) -> Response:
    """All teams with the groups they look after."""
    async with request.app.state.database.read() as session:
        found = await repository.teams(session, who.commune_id)
        groups = await repository.groups_by_team(session, who.commune_id)
        members = await repository.members(session, who.commune_id)
    return render(request, "volunteers/teams.html", teams=found, groups=groups, members=members, tabs=TABS, here=PATH)


@router.get("/to/them")
async def adding(request: Request, who: Leading) -> Response:
    """An empty form."""
    return await _form(request, who, None, TeamDraft(""), Errors())


@router.post("/to/them", dependencies=[Depends(csrf_official)])
async def add(
    request: Request,
    who: Leading,
    name: Text = "",
    contact: Text = "",
    phone: Text = "",
    phone_shown: Text = "",
    place: Text = "",
    groups: Ids = [],  # noqa: B006 -- FastAPI copies it
) -> Response:
    """A new team."""
    return await _save(request, who, None, _draft(name, contact, phone, phone_shown, place, groups, "1"))


@router.get("/to/{team_id}")
async def editing(request: Request, who: Leading, team_id: int) -> Response:
    """One team, to be changed."""
    async with request.app.state.database.read() as session:
        row = await _team(session, who, team_id)
        groups = await repository.groups_by_team(session, who.commune_id)
    chosen = frozenset(group.id for group in groups.get(team_id, ()))
    draft = TeamDraft(row.name, row.contact, row.phone, row.phone_shown, row.place, chosen, row.active)
    return await _form(request, who, team_id, draft, Errors())


@router.post("/to/{team_id}", dependencies=[Depends(csrf_official)])
async def save(
    request: Request,
    who: Leading,
    team_id: int,
    name: Text = "",
    contact: Text = "",
    phone: Text = "",
    phone_shown: Text = "",
    place: Text = "",
    active: Text = "",
    groups: Ids = [],  # noqa: B006 -- FastAPI copies it
) -> Response:
    """Change a team."""
    async with request.app.state.database.read() as session:
        await _team(session, who, team_id)
    return await _save(request, who, team_id, _draft(name, contact, phone, phone_shown, place, groups, active))


@router.get("/to/{team_id}/xoa")
async def deleting(request: Request, who: Leading, team_id: int) -> Response:
    """What deleting a team does."""
    async with request.app.state.database.read() as session:
        row = await _team(session, who, team_id)
        members = await repository.members(session, who.commune_id)
    return render(request, "volunteers/team_delete.html", team=row, members=members.get(team_id, 0))


@router.post("/to/{team_id}/xoa", dependencies=[Depends(csrf_official)])
async def delete(request: Request, who: Leading, team_id: int) -> Response:
    """Delete a team."""
    async with request.app.state.database.write() as session:
        name = await service.delete_team(session, who, team_id)
    await refresh(request)
    return redirect(request, PATH, say=f"Đã xóa {name}.")


def _draft(name: str, contact: str, phone: str, phone_shown: str, place: str, groups: list[str], active: str) -> TeamDraft:
    return TeamDraft(
        tidy(name, NAME_LENGTH),
        tidy(contact, NAME_LENGTH),
        tidy(phone, PHONE_LENGTH),
        bool(phone_shown),
        tidy(place, PLACE_LENGTH),
        numbers(groups),
        bool(active),
    )


def numbers(typed: list[str]) -> frozenset[int]:
    """The ids in a form; what is no number is none."""
    return frozenset(int(each) for each in typed[:500] if each.isascii() and each.isdigit() and len(each) < 10)


async def _save(request: Request, who: Signed, team_id: int | None, draft: TeamDraft) -> Response:
    try:
        async with request.app.state.database.write() as session:
            others = [each for each in await repository.teams(session, who.commune_id) if each.id != team_id]
            known = {each.id: each.name for each in await subscribers.groups(session, who.commune_id)}
            errors = Errors(draft.wrong(others))
            if not draft.group_ids <= set(known):
                errors["groups"] = "Có tổ dân phố không còn trong danh sách. Anh/chị chọn lại."
            if not errors:
                names = [name for each, name in known.items() if each in draft.group_ids]
                await service.save_team(session, who, team_id, draft, names, now())
    except IntegrityError:  # somebody else saved the same name a moment ago
        errors = Errors(name=f"Đã có «{draft.name}» trong danh sách.")
    if errors:
        return await _form(request, who, team_id, draft, errors)
    await refresh(request)
    return redirect(request, PATH, say=f"Đã lưu {draft.name}.")


async def _form(request: Request, who: Signed, team_id: int | None, draft: TeamDraft, errors: Errors) -> Response:
    async with request.app.state.database.read() as session:
        groups = [each for each in await subscribers.groups(session, who.commune_id) if each.active or each.id in draft.group_ids]
    status = 422 if errors else 200
    options = [(str(each.id), each.name) for each in groups]
    chosen = [str(each) for each in draft.group_ids]
    return render(
        request, "volunteers/team.html", status=status, team_id=team_id, draft=draft, errors=errors, options=options, chosen=chosen
    )


async def _team(session: Any, who: Signed, team_id: int) -> VolunteerTeam:
    row = await repository.team(session, who.commune_id, team_id)
    if row is None:
        raise NotFound
    return row
