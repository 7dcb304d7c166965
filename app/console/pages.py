"""Rendering a page of the console: the full page, or for HTMX the inside of it, from the same address."""

from __future__ import annotations

import base64
import datetime as dt
import json
from typing import Any

from fastapi import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from app.calendar.opening import VIETNAM
from app.commune import CommuneProfile
from app.console.navigation import menu
from app.errors import GanDanError
from app.officials.access import csrf_of
from app.officials.models import Signed
from app.visitor import Signer

FLASH, FLASH_SECONDS = "gdcb_loi", 60
KEPT = "private, no-store"  # nothing of the console is left in the browser of a shared computer


def wants_fragment(request: Request) -> bool:
    """Whether HTMX asks, and so wants only the part that changes."""
    return request.headers.get("hx-request") == "true" and request.headers.get("hx-history-restore-request") != "true"


def render(request: Request, template: str, *, status: int = 200, block: str = "", **context: Any) -> HTMLResponse:
    """The page `template` ("noun/page.html", in app/console/templates) with `context`.

    HTMX gets the inside of <main>; with `block`, only that block of the template, whoever asks. Every template also has:
    `signed`, `csrf`, `commune`, `path`, `navigation`, `flashes`, `trial`, `ui` (the macros), `static`.
    """
    fragment = wants_fragment(request)
    flashes = [] if block else _flashes(request)
    known = _known(request) | {
        "layout": "console/fragment.html" if fragment else "console/layout.html",
        "flashes": flashes,
        "status": status,
    }
    found = request.app.state.templates.get_template(f"console/{template}")
    variables = known | context
    text = "".join(found.blocks[block](found.new_context(variables))) if block else found.render(variables)
    response = HTMLResponse(text, status, headers={"cache-control": KEPT, "vary": "hx-request"})
    if flashes:
        response.delete_cookie(FLASH, path="/can-bo")
    return response


def redirect(request: Request, url: str, say: str = "") -> Response:
    """After a form: on to `url`, where `say` («Đã lưu giờ làm ngày 6/12.») is shown once."""
    response = RedirectResponse(url, status_code=303, headers={"cache-control": KEPT})
    if say:
        signer: Signer = request.app.state.signer
        text = base64.urlsafe_b64encode(json.dumps([say]).encode()).decode().rstrip("=")
        sealed = f"{text}.{signer.sign('flash', text)}"
        response.set_cookie(FLASH, sealed, max_age=FLASH_SECONDS, path="/can-bo", httponly=True, samesite="lax", secure=_secure(request))
    return response


def error_page(request: Request, error: GanDanError) -> HTMLResponse:
    """An error, within the console."""
    return render(request, "error.html", status=error.status, message=error.message)


def local_time(at: dt.datetime) -> str:
    """A moment as officials read it, in Vietnam's time: `14:05 ngày 22/11/2026`."""
    here = at.astimezone(VIETNAM)
    return f"{here.hour}:{here.minute:02d} ngày {here.day}/{here.month}/{here.year}"


def _known(request: Request) -> dict[str, Any]:
    state = request.app.state
    ward = getattr(state, "ward", None)
    profile: CommuneProfile = ward.now.profile if ward is not None else state.commune
    current = getattr(request.state, "current", None)
    signed: Signed | None = current.signed if current is not None else None
    complete = current is not None and current.is_complete
    return {
        "commune": profile,
        "trial": ward is not None and ward.now.mode == "trial",
        "path": request.url.path,
        "signed": signed,
        "csrf": csrf_of(request, current) if current is not None else "",
        "navigation": menu(state.navigation, signed.role) if signed is not None and complete else [],
    }


def _flashes(request: Request) -> list[str]:
    text, _, signature = request.cookies.get(FLASH, "").partition(".")
    signer: Signer = request.app.state.signer
    if not text or signature != signer.sign("flash", text):
        return []
    found: list[str] = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    return found


def _secure(request: Request) -> bool:
    return bool(request.app.state.sessions.secure)
