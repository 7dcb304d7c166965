"""Limits that protect everybody: messages per person and minute, size of a request."""

from __future__ import annotations

import re
import time
from collections import OrderedDict

from fastapi import HTTPException, Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.errors import TooLarge, TooMany
from app.middleware import answer_error

MAX_BODY = 100_000
UPLOADS, MAX_UPLOAD = re.compile(r"/can-bo/thong-bao/\d{1,9}/tep"), 5_100_000
"""Where officials send pictures and PDFs, and how large such a form may be."""
_REMEMBERED = 50_000


class RateLimiter:
    """At most `per_minute` events per key in a sliding minute, in this process."""

    def __init__(self, per_minute: int) -> None:
        self._per_minute = per_minute
        self._events: OrderedDict[str, list[float]] = OrderedDict()

    def allow(self, key: str, now: float | None = None) -> bool:
        """Count one event; False when it is one too many."""
        now = time.monotonic() if now is None else now
        recent = [moment for moment in self._events.pop(key, ()) if moment > now - 60]
        allowed = len(recent) < self._per_minute
        if allowed:
            recent.append(now)
        self._events[key] = recent
        while len(self._events) > _REMEMBERED:
            self._events.popitem(last=False)
        return allowed


async def one_question(request: Request) -> None:
    """Count one question of this visitor, or of this address where there is no visitor. Raises TooMany."""
    visitor = getattr(request.state, "visitor", None)
    address = request.client.host if request.client else "unknown"
    limiter: RateLimiter = request.app.state.limiter
    # A fresh visitor is made for each request without a cookie: such requests are counted by address, generously.
    known = visitor is not None and "cookie" in request.headers
    if not limiter.allow(f"v:{visitor}" if known else f"a:{address}"):
        raise TooMany


class BodyLimitMiddleware:
    """Refuses bodies over MAX_BODY bytes, by their declared length or while they arrive."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        limit = MAX_UPLOAD if UPLOADS.fullmatch(scope["path"]) else MAX_BODY
        declared = dict(scope["headers"]).get(b"content-length", b"0")
        if declared.isdigit() and int(declared) > limit:
            await self._refuse(scope, receive, send)
            return
        seen = 0

        async def counted() -> Message:
            nonlocal seen
            message = await receive()
            seen += len(message.get("body", b""))
            if seen > limit:
                raise HTTPException(TooLarge.status)  # FastAPI lets this one through while it reads a body
            return message

        await self.app(scope, counted, send)

    async def _refuse(self, scope: Scope, receive: Receive, send: Send) -> None:
        message = "Tệp nặng quá 5 MB. Anh/chị giảm cỡ tệp rồi gửi lại." if UPLOADS.fullmatch(scope["path"]) else None
        await answer_error(Request(scope), TooLarge(message))(scope, receive, send)
