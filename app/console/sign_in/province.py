"""Signing in at the province: there and back."""

from __future__ import annotations

from fastapi import APIRouter, Depends, Request
from starlette.responses import RedirectResponse, Response

from app.access import public
from app.console.pages import KEPT, redirect
from app.console.sign_in.endpoints import safe_place
from app.errors import NotFound
from app.officials.office import Office
from app.officials.province import BEGUN_LASTS, CALLBACK

BEGUN_COOKIE = "gdcb_tinh"
router = APIRouter(include_in_schema=False)


@router.get("/can-bo/dang-nhap/tinh", dependencies=[Depends(public)])
async def begin(request: Request) -> Response:
    """To the province."""
    office: Office = request.app.state.office
    if not office.province.on:
        raise NotFound
    begun = await office.province.begin()
    response = RedirectResponse(begun.url, status_code=303, headers={"cache-control": KEPT})
    secure = office.sessions.secure
    response.set_cookie(BEGUN_COOKIE, begun.sealed, max_age=BEGUN_LASTS, path=CALLBACK, httponly=True, samesite="lax", secure=secure)
    return response


@router.get(CALLBACK, dependencies=[Depends(public)])
async def back(request: Request, state: str = "", code: str = "") -> Response:
    """Back from the province. What is wrong is said on a page of ours."""
    office: Office = request.app.state.office
    if not office.province.on:
        raise NotFound
    person = await office.province.finish(request.cookies.get(BEGUN_COOKIE, ""), state, code)
    entered = await office.signing_in.by_province(request, person.subject, person.names)
    response = redirect(request, safe_place(""))
    response.delete_cookie(BEGUN_COOKIE, path=CALLBACK)
    office.sessions.give(response, entered.token)
    return response
