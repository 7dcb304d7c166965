"""Accounts of the office, for the keeper."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from starlette.responses import Response

from app.console.forms import Errors
from app.console.pages import redirect, render
from app.errors import NotFound
from app.officials import repository
from app.officials.access import access_keep, csrf_official
from app.officials.models import Official, Signed
from app.officials.office import Office
from app.officials.service import ROLE_NAMES, Refused, roles

HERE = "/can-bo/can-bo"
Keeper = Annotated[Signed, Depends(access_keep)]
Text = Annotated[str, Form()]
router = APIRouter(prefix=HERE, include_in_schema=False)


@router.get("")
async def everyone(request: Request, who: Keeper) -> Response:
    """All accounts of the ward."""
    async with request.app.state.database.read() as session:
        found = await repository.officials(session, who.commune_id)
    return render(request, "officials/list.html", officials=found, role_names=ROLE_NAMES)


@router.get("/them")
async def add_page(request: Request, _who: Keeper) -> Response:
    """The form for a new account."""
    return _form(request, {"username": "", "name": "", "role": "official", "oidc_name": ""})


@router.post("/them", dependencies=[Depends(csrf_official)])
async def add(request: Request, who: Keeper, username: Text = "", name: Text = "", role: Text = "", oidc_name: Text = "") -> Response:
    """A new account; its one-time password is shown once."""
    try:
        opened = await _office(request).accounts.add(who, username, name, role, oidc_name=oidc_name)
    except Refused as error:
        typed = {"username": username, "name": name, "role": role, "oidc_name": oidc_name}
        return _form(request, typed, Errors({error.field: error.message}))
    return render(request, "officials/one_time.html", official=opened.official, one_time=opened.one_time, new=True)


@router.get("/{official_id}")
async def one(request: Request, who: Keeper, official_id: int) -> Response:
    """One account."""
    official = await _official(request, who, official_id)
    return await _page(request, official, Errors())


@router.post("/{official_id}", dependencies=[Depends(csrf_official)])
async def edit(request: Request, who: Keeper, official_id: int, name: Text = "", role: Text = "", oidc_name: Text = "") -> Response:
    """Change name, role, name at the province."""
    try:
        official = await _office(request).accounts.edit(who, official_id, name, role, oidc_name)
    except Refused as error:
        official = await _official(request, who, official_id)
        return await _page(request, official, Errors({error.field: error.message}), {"name": name, "role": role, "oidc_name": oidc_name})
    return redirect(request, HERE, say=f"Đã lưu tài khoản {official.username}.")


@router.get("/{official_id}/mat-khau")
async def ask_reset(request: Request, who: Keeper, official_id: int) -> Response:
    """Ask once more before a new password."""
    return render(request, "officials/ask.html", official=await _official(request, who, official_id), act="mat-khau")


@router.post("/{official_id}/mat-khau", dependencies=[Depends(csrf_official)])
async def reset(request: Request, who: Keeper, official_id: int) -> Response:
    """A new one-time password, shown once."""
    opened = await _office(request).accounts.reset(who, official_id)
    return render(request, "officials/one_time.html", official=opened.official, one_time=opened.one_time, new=False)


@router.get("/{official_id}/khoa")
async def ask_close(request: Request, who: Keeper, official_id: int) -> Response:
    """Ask once more before closing."""
    return render(request, "officials/ask.html", official=await _official(request, who, official_id), act="khoa")


@router.post("/{official_id}/khoa", dependencies=[Depends(csrf_official)])
async def close(request: Request, who: Keeper, official_id: int) -> Response:
    """Close an account."""
    official = await _office(request).accounts.set_active(who, official_id, active=False)
    return redirect(request, HERE, say=f"Đã khóa tài khoản {official.username}.")


@router.post("/{official_id}/mo", dependencies=[Depends(csrf_official)])
async def reopen(request: Request, who: Keeper, official_id: int) -> Response:
    """Open it again."""
    official = await _office(request).accounts.set_active(who, official_id, active=True)
    return redirect(request, HERE, say=f"Đã mở lại tài khoản {official.username}.")


@router.get("/{official_id}/buoc-hai")
async def ask_drop_second_step(request: Request, who: Keeper, official_id: int) -> Response:
    """Ask once more before taking the second step away."""
    return render(request, "officials/ask.html", official=await _official(request, who, official_id), act="buoc-hai")


@router.post("/{official_id}/buoc-hai", dependencies=[Depends(csrf_official)])
async def drop_second_step(request: Request, who: Keeper, official_id: int) -> Response:
    """Take the second step away."""
    official = await _office(request).accounts.drop_second_step(who, official_id)
    return redirect(request, f"{HERE}/{official.id}", say=f"Đã bỏ bước xác nhận thứ hai của {official.username}.")


@router.post("/{official_id}/dang-xuat", dependencies=[Depends(csrf_official)])
async def end_sessions(request: Request, who: Keeper, official_id: int) -> Response:
    """Sign somebody out everywhere."""
    ended = await _office(request).accounts.end_all_sessions(who, official_id)
    return redirect(request, f"{HERE}/{official_id}", say=f"Đã đăng xuất khỏi {ended} máy.")


def _office(request: Request) -> Office:
    office: Office = request.app.state.office
    return office


async def _official(request: Request, who: Signed, official_id: int) -> Official:
    async with request.app.state.database.read() as session:
        found = await repository.official(session, who.commune_id, official_id)
    if found is None:
        raise NotFound("Không có tài khoản này.")
    return found


def _form(request: Request, values: dict[str, str], errors: Errors | None = None) -> Response:
    return render(
        request,
        "officials/form.html",
        status=422 if errors else 200,
        values=values,
        errors=errors or Errors(),
        roles=roles(),
        with_province=_office(request).province.on,
    )


async def _page(request: Request, official: Official, errors: Errors, typed: dict[str, str] | None = None) -> Response:
    async with request.app.state.database.read() as session:
        sessions = await repository.sessions(session, official.id)
    values = typed or {"name": official.name, "role": official.role, "oidc_name": official.oidc_name or ""}
    return render(
        request,
        "officials/page.html",
        status=422 if errors else 200,
        official=official,
        sessions=sessions,
        values=values,
        errors=errors,
        roles=roles(),
        with_province=_office(request).province.on,
    )
