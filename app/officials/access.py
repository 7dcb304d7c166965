"""Who may use a route of the console. Every such route depends on exactly one `access_*`, and every POST on `csrf_official` too.

    access_read         official, editor, leader, keeper            look
    access_write        official, editor, leader, keeper            drafts, calendar, proposing facts, questions
    access_publish      editor, leader                              schedule, send, check another's fact; what is urgent waits for a leader
    access_approve      leader                                      trial and real mode
    access_keep         keeper                                      accounts, channels
    access_switch       leader, keeper                              the ward's profile, switches with a reason
    access_volunteers   volunteer lead, editor, leader, keeper      volunteers
    access_signed       every role                                  start page, one's own things
    access_self         every role                                  the same, also while the password must first be changed
    access_half         who owes the second step of signing in
    access_any_half     either of the last two: signing out

Each returns `Signed`: `who: Annotated[Signed, Depends(access_write)]`.
"""

from __future__ import annotations

import hmac
import secrets
from typing import Annotated
from urllib.parse import quote

from fastapi import Depends, Form, Request
from starlette.responses import Response

from app.errors import BadInput, GanDanError, NotAllowed
from app.officials.models import Role, Signed, Stage
from app.officials.sessions import Current, Sessions
from app.visitor import Signer

HOME, SIGN_IN, SECOND_STEP, CHANGE_PASSWORD = "/can-bo", "/can-bo/dang-nhap", "/can-bo/dang-nhap/ma", "/can-bo/tai-khoan/mat-khau"

READERS = frozenset({Role.OFFICIAL, Role.EDITOR, Role.LEADER, Role.KEEPER})
WRITERS = READERS
PUBLISHERS = frozenset({Role.EDITOR, Role.LEADER})
APPROVERS = frozenset({Role.LEADER})
KEEPERS = frozenset({Role.KEEPER})
SWITCHERS = frozenset({Role.LEADER, Role.KEEPER})
VOLUNTEERS = frozenset({Role.VOLUNTEER_LEAD, Role.EDITOR, Role.LEADER, Role.KEEPER})
EVERYONE = frozenset(Role)
_BEFORE_LENGTH = 32


class ElsewhereFirst(GanDanError):
    """The reader must go somewhere else first: sign in, give the second step, change the password."""

    code = "can-dang-nhap"
    status = 401
    message = "Anh/chị đăng nhập rồi làm tiếp."

    def __init__(self, place: str) -> None:
        super().__init__()
        self.place = place


async def current(request: Request) -> Current:
    """The session of this request. Raises ElsewhereFirst when there is none."""
    sessions: Sessions = request.app.state.sessions
    found = await sessions.current(request)
    if found is None:
        back = request.url.path if request.method == "GET" else ""
        here = back + (f"?{request.url.query}" if back and request.url.query else "")
        raise ElsewhereFirst(SIGN_IN + (f"?ve={quote(here, safe='')}" if back not in {"", HOME} else ""))
    request.state.current = found
    return found


CurrentSession = Annotated[Current, Depends(current)]


def _allow(found: Current, roles: frozenset[Role]) -> Signed:
    if found.stage is Stage.HALF:
        raise ElsewhereFirst(SECOND_STEP)
    if found.must_change:
        raise ElsewhereFirst(CHANGE_PASSWORD)
    if found.signed.role not in roles:
        raise NotAllowed
    return found.signed


async def access_read(found: CurrentSession) -> Signed:
    """Everyone of the office."""
    return _allow(found, READERS)


async def access_write(found: CurrentSession) -> Signed:
    """Who prepares: drafts, calendar, proposals."""
    return _allow(found, WRITERS)


async def access_publish(found: CurrentSession) -> Signed:
    """Who lets others' work reach citizens."""
    return _allow(found, PUBLISHERS)


async def access_approve(found: CurrentSession) -> Signed:
    """The leader."""
    return _allow(found, APPROVERS)


async def access_keep(found: CurrentSession) -> Signed:
    """The keeper."""
    return _allow(found, KEEPERS)


async def access_switch(found: CurrentSession) -> Signed:
    """Leader and keeper: turning parts off and on."""
    return _allow(found, SWITCHERS)


async def access_volunteers(found: CurrentSession) -> Signed:
    """Who leads volunteers."""
    return _allow(found, VOLUNTEERS)


async def access_signed(found: CurrentSession) -> Signed:
    """Every official, whatever the role."""
    return _allow(found, EVERYONE)


async def access_self(found: CurrentSession) -> Signed:
    """Every official, for his or her own account, also while the password must be changed."""
    if found.stage is Stage.HALF:
        raise ElsewhereFirst(SECOND_STEP)
    return found.signed


async def access_half(found: CurrentSession) -> Signed:
    """Who gave the password and owes the second step."""
    if found.stage is not Stage.HALF:
        raise ElsewhereFirst(HOME)
    return found.signed


async def access_any_half(found: CurrentSession) -> Signed:
    """Whoever has a session, finished or not."""
    return found.signed


def csrf_of(request: Request, found: Current) -> str:
    """The form token of this session."""
    signer: Signer = request.app.state.signer
    return signer.sign("official-csrf", found.token_hash)


async def csrf_official(request: Request, found: CurrentSession, csrf: Annotated[str, Form()] = "") -> None:
    """A form of our own pages, sent by this session; HTMX may give the token as header `x-csrf`. Raises BadInput."""
    given = csrf or request.headers.get("x-csrf", "")
    if not hmac.compare_digest(given.encode(), csrf_of(request, found).encode()):
        raise BadInput("Trang này mở đã lâu nên hết hạn. Anh/chị tải lại trang rồi gửi lại.")


def before_cookie(request: Request) -> str:
    """Name of the cookie that a browser gets with the sign-in page."""
    return "__Host-gdcb_truoc" if request.app.state.sessions.secure else "gdcb_truoc"


def give_before(request: Request, response: Response) -> None:
    """Put the sign-in page's cookie, made by `csrf_before_of`, into the browser."""
    secure = request.app.state.sessions.secure
    response.set_cookie(before_cookie(request), request.state.before, path="/", secure=secure, httponly=True, samesite="lax")


def csrf_before_of(request: Request) -> str:
    """The form token of a browser that is not signed in yet."""
    signer: Signer = request.app.state.signer
    known = request.cookies.get(before_cookie(request), "")
    request.state.before = known if len(known) == _BEFORE_LENGTH and known.isascii() and known.isalnum() else secrets.token_hex(16)
    return signer.sign("official-before", request.state.before)


async def csrf_before(request: Request, csrf: Annotated[str, Form()] = "") -> None:
    """The sign-in form, sent from our own page: nobody is signed in by another site. Raises BadInput."""
    if before_cookie(request) not in request.cookies or not hmac.compare_digest(csrf.encode(), csrf_before_of(request).encode()):
        raise BadInput("Trang đăng nhập mở đã lâu nên hết hạn. Anh/chị tải lại trang rồi đăng nhập.")
