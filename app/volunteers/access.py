"""Who may use a volunteer's pages: whose phone holds a token that nobody ended. A form needs the token of that very phone."""

from __future__ import annotations

import hmac
import secrets
from typing import Annotated

from fastapi import Depends, Form, Request
from starlette.responses import Response

from app.database import Database
from app.errors import BadInput
from app.officials.access import ElsewhereFirst
from app.visitor import Signer
from app.volunteers import joining, words
from app.volunteers.joining import Helper

HOME, JOIN = "/tinh-nguyen", "/tinh-nguyen/vao"
COOKIE, BEFORE = "gdtn", "gdtn_truoc"
COOKIE_DAYS = 400
_BEFORE_LENGTH = 32


def _secure(request: Request) -> bool:
    return bool(request.app.state.settings.public_url.startswith("https://"))


def _name(request: Request, name: str) -> str:
    return f"__Secure-{name}" if _secure(request) else name


def commune_of(request: Request) -> int:
    """The commune whose site this is."""
    return int(request.app.state.ward.commune_id)


async def found(request: Request) -> Helper | None:
    """The volunteer who sends this request, if any."""
    signer: Signer = request.app.state.signer
    database: Database = request.app.state.database
    cookie = request.cookies.get(_name(request, COOKIE), "")
    if not cookie:
        return None
    async with database.read() as session:
        return await joining.current(session, signer, commune_of(request), cookie)


async def access_volunteer(request: Request) -> Helper:
    """A volunteer who joined. Raises ElsewhereFirst: others are led to the page where a code is typed."""
    helper = await found(request)
    if helper is None:
        raise ElsewhereFirst(JOIN)
    return helper


CurrentHelper = Annotated[Helper, Depends(access_volunteer)]


def csrf_of(request: Request, helper: Helper) -> str:
    """The form token of this phone; the same as long as it is signed in, so that a page kept for days still works."""
    signer: Signer = request.app.state.signer
    return signer.sign("volunteer-csrf", helper.token_hash)


async def csrf_volunteer(request: Request, helper: CurrentHelper, csrf: Annotated[str, Form()] = "") -> None:
    """A form of our own page, from this phone. Raises BadInput."""
    _compare(csrf, csrf_of(request, helper))


async def csrf_queue(request: Request, helper: CurrentHelper) -> None:
    """What a phone sends in the background brings the token as header `x-csrf`. Raises BadInput."""
    _compare(request.headers.get("x-csrf", ""), csrf_of(request, helper))


def give(request: Request, response: Response, text: str) -> None:
    """Put the volunteer's token into the browser."""
    response.set_cookie(
        _name(request, COOKIE), text, max_age=COOKIE_DAYS * 86400, path=HOME, secure=_secure(request), httponly=True, samesite="lax"
    )


def take_back(request: Request, response: Response) -> None:
    """Remove the token from the browser."""
    response.delete_cookie(_name(request, COOKIE), path=HOME, secure=_secure(request), httponly=True, samesite="lax")


def before_of(request: Request) -> str:
    """What the form token of a browser that has not joined is made from: its cookie, or a new one."""
    known = request.cookies.get(_name(request, BEFORE), "")
    return known if len(known) == _BEFORE_LENGTH and known.isascii() and known.isalnum() else secrets.token_hex(_BEFORE_LENGTH // 2)


def before_token(request: Request, known: str) -> str:
    """The form token that goes with it."""
    signer: Signer = request.app.state.signer
    return signer.sign("volunteer-before", known)


def give_before(request: Request, response: Response, known: str) -> None:
    """Put `before_of` into the browser."""
    response.set_cookie(_name(request, BEFORE), known, path=HOME, secure=_secure(request), httponly=True, samesite="lax")


async def csrf_joining(request: Request, csrf: Annotated[str, Form()] = "") -> None:
    """The form in which a code is typed, from our own page: nobody is made a volunteer by another site. Raises BadInput."""
    _compare(csrf, before_token(request, before_of(request)))


def _compare(given: str, right: str) -> None:
    if not hmac.compare_digest(given.encode(), right.encode()):
        raise BadInput(words.get("wrong.page_old"))
