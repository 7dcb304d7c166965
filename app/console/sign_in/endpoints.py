"""Signing in and out."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Form, Request
from starlette.responses import Response

from app.access import public
from app.console.pages import redirect, render
from app.errors import BadInput, GanDanError, TooMany
from app.officials.access import (
    HOME,
    SECOND_STEP,
    CurrentSession,
    access_any_half,
    access_half,
    csrf_before,
    csrf_before_of,
    csrf_official,
    give_before,
)
from app.officials.models import Stage
from app.officials.office import Office

PLACE_LENGTH = 500
router = APIRouter(prefix="/can-bo", include_in_schema=False)


@router.get("/dang-nhap", dependencies=[Depends(public)])
async def sign_in_page(request: Request, ve: str = "") -> Response:
    """The form. `ve`: where to go on afterwards."""
    office: Office = request.app.state.office
    if await office.sessions.current(request) is not None:
        return redirect(request, safe_place(ve))
    return _form(request, ve)


@router.post("/dang-nhap", dependencies=[Depends(public), Depends(csrf_before)])
async def sign_in(
    request: Request,
    username: Annotated[str, Form()] = "",
    password: Annotated[str, Form()] = "",
    ve: Annotated[str, Form()] = "",
) -> Response:
    """Name and password."""
    office: Office = request.app.state.office
    try:
        entered = await office.signing_in.by_password(request, username, password)
    except (BadInput, TooMany) as error:
        return _form(request, ve, error, username)
    place = safe_place(ve)
    if entered.stage is Stage.HALF:
        place = SECOND_STEP if place == HOME else f"{SECOND_STEP}?{urlencode({'ve': place})}"
    response = redirect(request, place)
    office.sessions.give(response, entered.token)
    return response


@router.get("/dang-nhap/ma", dependencies=[Depends(access_half)])
async def code_page(request: Request, ve: str = "") -> Response:
    """The second step's form."""
    return render(request, "sign_in/code.html", place=safe_place(ve), error="")


@router.post("/dang-nhap/ma", dependencies=[Depends(access_half), Depends(csrf_official)])
async def give_code(
    request: Request, current: CurrentSession, code: Annotated[str, Form()] = "", ve: Annotated[str, Form()] = ""
) -> Response:
    """A code of the app or a recovery code."""
    office: Office = request.app.state.office
    try:
        entered = await office.signing_in.by_code(request, current, code)
    except (BadInput, TooMany) as error:
        return render(request, "sign_in/code.html", status=error.status, place=safe_place(ve), error=error.message)
    response = redirect(request, safe_place(ve))
    office.sessions.give(response, entered.token)
    return response


@router.post("/dang-xuat", dependencies=[Depends(access_any_half), Depends(csrf_official)])
async def sign_out(request: Request, current: CurrentSession) -> Response:
    """End this session."""
    office: Office = request.app.state.office
    await office.accounts.sign_out(current)
    response = redirect(request, "/can-bo/dang-nhap", say="Đã đăng xuất.")
    office.sessions.take_back(response)
    response.headers["clear-site-data"] = '"cache"'
    return response


def safe_place(place: str) -> str:
    """A page of the console; anything else becomes the start page."""
    inside = place == HOME or place.startswith((f"{HOME}/", f"{HOME}?"))
    plain = len(place) <= PLACE_LENGTH and place.isascii() and place.isprintable() and not set(place) & set("\\<>\"'")
    return place if inside and plain and "//" not in place and "/.." not in place else HOME


def _form(request: Request, place: str, error: GanDanError | None = None, username: str = "") -> Response:
    office: Office = request.app.state.office
    response = render(
        request,
        "sign_in/page.html",
        status=error.status if error else 200,
        token=csrf_before_of(request),
        place=safe_place(place),
        error=error.message if error else "",
        username=username[:60],
        province=request.app.state.settings.oidc_name if office.province.on else "",
    )
    give_before(request, response)
    return response
