"""Rendering a page: the things every page needs, in one place."""

from __future__ import annotations

import datetime as dt
import secrets
from typing import Any

from starlette.requests import Request
from starlette.responses import HTMLResponse

from app.calendar.opening import VIETNAM
from app.commune import CommuneProfile
from app.settings import Settings

# What a visitor wrote is on the page, or a form token: never kept by a proxy, asked again by the browser.
PERSONAL = "private, no-cache"
# The same for everyone; a correction by an official is seen within a minute.
SHARED = "private, max-age=60"


def wants_fragment(request: Request) -> bool:
    """Whether HTMX asks, and so wants only the part that changes."""
    return request.headers.get("hx-request") == "true" and request.headers.get("hx-history-restore-request") != "true"


def today() -> dt.date:
    """The day in Vietnam."""
    return dt.datetime.now(VIETNAM).date()


def fresh_message_id() -> str:
    """An id for a form that is sent at most once."""
    return secrets.token_urlsafe(12)


def render(
    request: Request,
    template: str,
    *,
    status: int = 200,
    headers: dict[str, str] | None = None,
    cache: str = PERSONAL,
    **context: Any,
) -> HTMLResponse:
    """A page, or a fragment of one. `commune`, `settings` and `path` are there in every template."""
    commune: CommuneProfile = request.app.state.commune
    settings: Settings = request.app.state.settings
    text = request.app.state.templates.get_template(template).render(commune=commune, settings=settings, path=request.url.path, **context)
    return HTMLResponse(text, status, headers={"cache-control": cache, "vary": "hx-request"} | (headers or {}))
