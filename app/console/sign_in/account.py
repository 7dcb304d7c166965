"""One's own account: password, second step, signed-in browsers."""

from __future__ import annotations

from typing import Annotated

import segno
from fastapi import APIRouter, Depends, Form, Request
from starlette.responses import Response

from app.console.forms import Errors
from app.console.pages import redirect, render
from app.errors import TooMany
from app.officials import repository
from app.officials.access import CurrentSession, access_self, access_signed, csrf_official
from app.officials.models import Signed
from app.officials.office import Office
from app.officials.passwords import SHORTEST
from app.officials.service import ROLE_NAMES, Refused
from app.officials.sessions import Current

HERE = "/can-bo/tai-khoan"
Who = Annotated[Signed, Depends(access_signed)]
router = APIRouter(prefix=HERE, include_in_schema=False)


@router.get("", dependencies=[Depends(access_signed)])
async def account(request: Request, current: CurrentSession) -> Response:
    """What is known of oneself, and where one is signed in."""
    who = current.signed
    async with request.app.state.database.read() as session:
        official = await repository.official(session, who.commune_id, who.official_id)
        sessions = await repository.sessions(session, who.official_id)
    return render(request, "account/page.html", official=official, sessions=sessions, here=current.session_id, role=ROLE_NAMES[who.role])


@router.get("/mat-khau", dependencies=[Depends(access_self)])
async def password_page(request: Request, current: CurrentSession) -> Response:
    """The form for a new password."""
    return await _password_form(request, current)


@router.post("/mat-khau", dependencies=[Depends(access_self), Depends(csrf_official)])
async def change_password(
    request: Request,
    current: CurrentSession,
    old: Annotated[str, Form()] = "",
    new: Annotated[str, Form()] = "",
    again: Annotated[str, Form()] = "",
) -> Response:
    """A new password; other browsers are signed out."""
    office: Office = request.app.state.office
    try:
        token = await office.accounts.change_password(request, current, old, new, again)
    except Refused as error:
        return await _password_form(request, current, Errors({error.field: error.message}), error.status)
    except TooMany as error:
        return await _password_form(request, current, Errors({"": error.message}), error.status)
    place = "/can-bo" if current.must_change else HERE
    response = redirect(request, place, say="Đã đổi mật khẩu. Các máy khác đã đăng xuất.")
    office.sessions.give(response, token)
    return response


@router.post("/phien/{session_id}/dang-xuat", dependencies=[Depends(access_self), Depends(csrf_official)])
async def end_session(request: Request, current: CurrentSession, session_id: int) -> Response:
    """Sign another browser of one's own out."""
    office: Office = request.app.state.office
    await office.accounts.end_own_session(current, session_id)
    return redirect(request, HERE, say="Đã đăng xuất máy đó.")


@router.get("/buoc-hai")
async def second_step_page(request: Request, who: Who) -> Response:
    """Turn the second step on or off."""
    async with request.app.state.database.read() as session:
        official = await repository.official(session, who.commune_id, who.official_id)
    return render(request, "account/second_step.html", official=official, errors=Errors())


@router.post("/buoc-hai/bat-dau", dependencies=[Depends(csrf_official)])
async def begin_second_step(request: Request, who: Who) -> Response:
    """Show the secret to the phone."""
    return await _secret_form(request, who)


@router.post("/buoc-hai/bat", dependencies=[Depends(access_signed), Depends(csrf_official)])
async def confirm_second_step(request: Request, current: CurrentSession, code: Annotated[str, Form()] = "") -> Response:
    """Turn it on; shows the recovery codes once."""
    office: Office = request.app.state.office
    try:
        codes = await office.accounts.confirm_second_step(current, code)
    except Refused as error:
        return await _secret_form(request, current.signed, Errors({error.field: error.message}))
    return render(request, "account/recovery.html", codes=codes)


@router.post("/buoc-hai/tat", dependencies=[Depends(csrf_official)])
async def stop_second_step(request: Request, who: Who, password: Annotated[str, Form()] = "") -> Response:
    """Turn it off, with the password."""
    office: Office = request.app.state.office
    try:
        await office.accounts.stop_second_step(who, password)
    except (Refused, TooMany) as error:
        async with request.app.state.database.read() as session:
            official = await repository.official(session, who.commune_id, who.official_id)
        errors = Errors({"password": error.message})
        return render(request, "account/second_step.html", status=error.status, official=official, errors=errors)
    return redirect(request, HERE, say="Đã tắt bước xác nhận thứ hai.")


async def _secret_form(request: Request, who: Signed, errors: Errors | None = None) -> Response:
    office: Office = request.app.state.office
    official = await office.accounts.begin_second_step(who)
    sealed = official.totp_sealed or ""
    secret = office.second_step.secret(sealed)
    picture = segno.make(office.second_step.address(sealed, official.username), error="m").svg_data_uri(scale=5, border=2, light="#fff")
    spelled = " ".join(secret[start : start + 4] for start in range(0, len(secret), 4))
    status = 422 if errors else 200
    return render(request, "account/secret.html", status=status, picture=picture, secret=spelled, errors=errors or Errors())


async def _password_form(request: Request, current: Current, errors: Errors | None = None, status: int = 200) -> Response:
    who = current.signed
    async with request.app.state.database.read() as session:
        official = await repository.official(session, who.commune_id, who.official_id)
    return render(
        request,
        "account/password.html",
        status=status,
        must=current.must_change,
        username=official.username if official else "",
        errors=errors or Errors(),
        shortest=SHORTEST,
    )
