"""Rendering a page: the things every page needs, in one place."""

from __future__ import annotations

import datetime as dt
import re
import secrets
from typing import Any

from markupsafe import Markup, escape
from starlette.requests import Request
from starlette.responses import HTMLResponse

from app.calendar.opening import VIETNAM
from app.commune import CommuneProfile
from app.settings import Settings
from app.site.doors import doors_of

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


# However its digits are parted: mobile numbers have ten, those of a place (02…) eleven, 1800 and 1900 eight or ten.
_PHONE = re.compile(
    r"(?<![\d/+])(?<!\d[.,-])(?:"
    r"(?:0|\+84[ .-]?)[35789](?:[ .-]?\d){8}"
    r"|(?:0|\+84[ .-]?)2(?:[ .-]?\d){9}"
    r"|\(02\d\) ?\d(?:[ .-]?\d){7}|\(02\d\d\) ?\d(?:[ .-]?\d){6}"
    r"|1[89]00[ .-]?(?:\d{4}|\d\d[ .-]\d\d|\d{6}|\d{3}[ .-]\d{3})"
    r")(?![\d/]|[.,-]\d)"
)


def with_phone_links(text: str) -> Markup:
    """Escaped text in which phone numbers can be pressed."""

    def link(match: re.Match[str]) -> str:
        return f'<a class="phone" href="tel:{re.sub("[^0-9+]", "", match[0])}">{match[0]}</a>'

    return Markup(_PHONE.sub(link, str(escape(text))))  # noqa: S704 -- escaped one call before


def render(
    request: Request,
    template: str,
    context: dict[str, Any],
    *,
    status: int = 200,
    headers: dict[str, str] | None = None,
    cache: str = PERSONAL,
) -> HTMLResponse:
    """A page, or a fragment of one. Every template also has what `known` names; `chats` are our chats elsewhere."""
    commune: CommuneProfile = request.app.state.commune
    settings: Settings = request.app.state.settings
    known = {
        "commune": commune,
        "settings": settings,
        "path": request.url.path,
        "chats": doors_of(request.app.state.accounts),
        "with_phone_links": with_phone_links,
    }
    text = request.app.state.templates.get_template(template).render(known | context)
    return HTMLResponse(text, status, headers={"cache-control": cache, "vary": "hx-request"} | (headers or {}))
