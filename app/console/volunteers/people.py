"""HTTP of the volunteers: inviting, changing, ending."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.responses import Response

from app.console.calendar.desk import calendar_of, now, today
from app.console.forms import Errors
from app.console.pages import redirect, render
from app.console.volunteers.endpoints import PATH, PEOPLE, TABS, numbers
from app.errors import NotFound
from app.officials.access import access_volunteers, csrf_official
from app.officials.models import Signed
from app.volunteers import repository, roster, service
from app.volunteers.access import JOIN
from app.volunteers.joining import CODE_LIVES
from app.volunteers.models import Volunteer
from app.volunteers.service import NAME_LENGTH, tidy, wrong_name

router = APIRouter(prefix=PEOPLE, include_in_schema=False)
Leading = Annotated[Signed, Depends(access_volunteers)]
Text = Annotated[str, Form()]


@router.get("")
async def people(request: Request, who: Leading) -> Response:
    """Everybody, with how far they have come. Nothing here counts what one person did."""
    async with request.app.state.database.read() as session:
        found = await repository.volunteers(session, who.commune_id)
        invited = await repository.invited(session, who.commune_id, now())
        names = {each.id: each.name for each in await repository.teams(session, who.commune_id)}
    return render(request, "volunteers/people.html", people=found, invited=invited, teams=names, tabs=TABS, here=PEOPLE)


@router.get("/them")
async def adding(request: Request, who: Leading) -> Response:
    """An empty form."""
    return await _form(request, who, None, "", "", Errors())


@router.post("/them", dependencies=[Depends(csrf_official)])
async def add(request: Request, who: Leading, name: Text = "", team: Text = "") -> Response:
    """A new volunteer; the code to join with is shown once."""
    name = tidy(name, NAME_LENGTH)
    async with request.app.state.database.write() as session:
        errors = await _wrong(session, who, name, team) or await _invited(session, who, name)
        if not errors:
            row, code = await service.add_volunteer(session, who, request.app.state.signer, name, _team_id(team), now())
    if errors:
        return await _form(request, who, None, name, team, errors)
    return _code(request, row, code)


@router.get("/{volunteer_id}")
async def editing(request: Request, who: Leading, volunteer_id: int) -> Response:
    """One volunteer, to be changed, invited again, ended."""
    row = await _volunteer(request, who, volunteer_id)
    return await _form(request, who, row, row.name, str(row.team_id or ""), Errors())


@router.post("/{volunteer_id}", dependencies=[Depends(csrf_official)])
async def save(request: Request, who: Leading, volunteer_id: int, name: Text = "", team: Text = "") -> Response:
    """Change name and team."""
    row = await _volunteer(request, who, volunteer_id)
    name = tidy(name, NAME_LENGTH)
    async with request.app.state.database.write() as session:
        errors = await _wrong(session, who, name, team)
        if not errors:
            await service.edit_volunteer(session, who, volunteer_id, name, _team_id(team))
    if errors:
        return await _form(request, who, row, name, team, errors)
    return redirect(request, PEOPLE, say=f"Đã lưu {name}.")


@router.post("/{volunteer_id}/ma", dependencies=[Depends(csrf_official)])
async def invite(request: Request, who: Leading, volunteer_id: int) -> Response:
    """A new code, shown once: for a new phone, or for who comes back."""
    async with request.app.state.database.write() as session:
        row, code = await service.invite(session, who, request.app.state.signer, volunteer_id, now())
    return _code(request, row, code)


@router.get("/{volunteer_id}/thoi")
async def ending(request: Request, who: Leading, volunteer_id: int) -> Response:
    """What ending means."""
    return render(request, "volunteers/ask.html", person=await _volunteer(request, who, volunteer_id), act="thoi")


@router.post("/{volunteer_id}/thoi", dependencies=[Depends(csrf_official)])
async def end(request: Request, who: Leading, volunteer_id: int) -> Response:
    """End an account; its phone is signed out."""
    async with request.app.state.database.write() as session:
        coming = [entry.uid for entry in roster.coming(await calendar_of(request, session, who), today())]
        row = await service.end(session, who, volunteer_id, coming, now())
    return redirect(request, PEOPLE, say=f"{row.name} đã thôi làm tình nguyện viên.")


@router.get("/{volunteer_id}/xoa")
async def forgetting(request: Request, who: Leading, volunteer_id: int) -> Response:
    """What erasing means."""
    row = await _volunteer(request, who, volunteer_id)
    if row.ended_at is None:
        raise NotFound
    return render(request, "volunteers/ask.html", person=row, act="xoa")


@router.post("/{volunteer_id}/xoa", dependencies=[Depends(csrf_official)])
async def forget(request: Request, who: Leading, volunteer_id: int) -> Response:
    """Erase an ended volunteer's name; what was tallied stays counted."""
    async with request.app.state.database.write() as session:
        await service.forget(session, who, volunteer_id)
    return redirect(request, PEOPLE, say="Đã xóa tên.")


def _code(request: Request, row: Volunteer, code: str) -> Response:
    """The one page on which a code is ever seen."""
    address = f"{request.app.state.settings.public_url}{JOIN}?ma={code}"
    drawn = request.app.state.draw_qr(address)
    until = now() + CODE_LIVES
    return render(request, "volunteers/code.html", person=row, code=code, address=address, qr_svg=drawn, until=until)


def _team_id(typed: str) -> int | None:
    return next(iter(numbers([typed])), None)


async def _wrong(session: AsyncSession, who: Signed, name: str, team: str) -> Errors:
    errors = Errors(name=wrong) if (wrong := wrong_name(name)) else Errors()
    if team:
        team_id = _team_id(team)
        if team_id is None or await repository.team(session, who.commune_id, team_id) is None:
            errors["team"] = "Tổ này không còn. Anh/chị chọn lại."
    return errors


async def _invited(session: AsyncSession, who: Signed, name: str) -> Errors:
    """Two of one name cannot be told apart on the roster; and the page with the code, loaded again, sends the form once more."""
    known = {each.name.casefold() for each in await repository.volunteers(session, who.commune_id, active=True)}
    said = "Đã mời người tên này rồi. Cần mã mới thì mở tên ấy trong danh sách. Là người khác thì ghi thêm để phân biệt, ví dụ: Lan tổ 12."
    return Errors(name=said) if name.casefold() in known else Errors()


async def _form(request: Request, who: Signed, row: Volunteer | None, name: str, team: str, errors: Errors) -> Response:
    async with request.app.state.database.read() as session:
        found = [each for each in await repository.teams(session, who.commune_id) if each.active or str(each.id) == team]
    options = [("", "Chưa thuộc tổ nào"), *((str(each.id), each.name) for each in found)]
    return render(
        request,
        "volunteers/person.html",
        status=422 if errors else 200,
        person=row,
        name=name,
        team=team,
        options=options,
        errors=errors,
        home=PATH,
    )


async def _volunteer(request: Request, who: Signed, volunteer_id: int) -> Volunteer:
    async with request.app.state.database.read() as session:
        row = await repository.volunteer(session, who.commune_id, volunteer_id)
    if row is None:
        raise NotFound
    return row
