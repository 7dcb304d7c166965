"""The web chat: the visitor's words to the assistant, and the conversation as the page shows it."""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from typing import Any

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from app.assistant.service import Assistant
from app.messages import Incoming
from app.site.pages import fresh_message_id, render, today, wants_fragment
from app.visitor import csrf_token, visitor_of

CHANNEL = "web"
SHOWN = 20
PREFILL_LENGTH = 200
FORGOTTEN = "/?xong=da-xoa"
_MESSAGE_ID = re.compile(r"[A-Za-z0-9_-]{8,64}")


async def home_page(request: Request, *, status: int = 200, draft: str = "", hint: str = "", done: str = "") -> HTMLResponse:
    """The home page with this visitor's conversation. `hint` and `done` name a sentence of the template."""
    exchanges = await _assistant(request).history(CHANNEL, visitor_of(request), limit=SHOWN)
    context = {
        "exchanges": exchanges,
        "draft": draft[:PREFILL_LENGTH],
        "hint": hint,
        "done": done,
        "day": request.app.state.local.now.calendar.plan(today()),
    }
    return render(request, "site/home.html", context | form_context(request), status=status)


async def answer(request: Request, text: str, message_id: str) -> Response:
    """Answer one message: the new exchange alone for HTMX, else back to the conversation."""
    if not text.strip():
        return await home_page(request, status=422, hint="empty")
    visitor = visitor_of(request)
    reply = await _assistant(request).handle(
        Incoming(
            channel=CHANNEL,
            person=visitor,
            message_id=_one_id(visitor, message_id, text),
            text=text,
            sent_at=dt.datetime.now(dt.UTC),
        )
    )
    exchange = await _assistant(request).exchange(CHANNEL, visitor, reply.answer_id)
    if exchange is None:  # the visitor asked to be forgotten: what stands on the page must go too
        return _go(request, FORGOTTEN)
    if not wants_fragment(request):
        return _go(request, "/#cuoi")
    return render(request, "site/exchange.html", {"exchange": exchange} | form_context(request))


async def take_feedback(request: Request, answer_id: str, *, good: bool) -> Response:
    """Record «Đúng ý / Chưa đúng» and thank."""
    known = await _assistant(request).feedback(CHANNEL, visitor_of(request), answer_id, good=good)
    if not wants_fragment(request):
        return _go(request, f"/#t-{answer_id}" if known else "/")
    word = ("good" if good else "bad") if known else "gone"
    return render(request, "site/feedback.html", {"word": word})


async def forget(request: Request) -> Response:
    """Erase the conversation."""
    await _assistant(request).forget(CHANNEL, visitor_of(request))
    return _go(request, FORGOTTEN)


def form_context(request: Request) -> dict[str, Any]:
    """What a conversation needs to be shown: its forms' tokens and ids, and addresses of our own pages without the host."""
    public_url: str = request.app.state.settings.public_url

    def local(url: str) -> str:
        """The same page at the address the visitor came by, which need not be the public one."""
        return url.removeprefix(public_url) or "/"

    return {"csrf": csrf_token(request), "fresh_message_id": fresh_message_id, "local": local}


def _one_id(visitor: str, message_id: str, text: str) -> str:
    """The id of this message for this visitor. The text is part of it: one form can hold several buttons."""
    given = message_id if _MESSAGE_ID.fullmatch(message_id) else fresh_message_id()
    return hashlib.sha256(f"{visitor}|{given}|{text}".encode()).hexdigest()[:40]


def _assistant(request: Request) -> Assistant:
    assistant: Assistant = request.app.state.assistant
    return assistant


def _go(request: Request, path: str) -> Response:
    if wants_fragment(request):
        return Response(status_code=200, headers={"hx-redirect": path})
    return RedirectResponse(path, status_code=303)
