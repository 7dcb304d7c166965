"""A visitor of the web page: a random number in a signed cookie. It names a conversation, never a person."""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
import time
from pathlib import Path

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.settings import Settings

COOKIE = "gd"
COOKIE_DAYS = 30


class Signer:
    """Signs visitor ids and form tokens with the installation's secret."""

    def __init__(self, secret: bytes) -> None:
        self._secret = secret

    def sign(self, purpose: str, value: str) -> str:
        """A hex signature of `value` for one purpose."""
        return hmac.new(self._secret, f"{purpose}:{value}".encode(), hashlib.sha256).hexdigest()[:32]

    def ticket(self, purpose: str, value: str, lasts: float) -> str:
        """A text that `read_ticket` takes for `lasts` seconds: `value`, its end, its signature."""
        content = f"{value}.{int(time.time() + lasts)}"
        return f"{content}.{self.sign(purpose, content)}"

    def read_ticket(self, purpose: str, text: str) -> str | None:
        """The value of a ticket; None when it is not ours or has ended."""
        content, _, signature = text.rpartition(".")
        value, _, end = content.rpartition(".")
        good = hmac.compare_digest(signature.encode(), self.sign(purpose, content).encode())
        return value if good and end.isdigit() and time.time() < int(end) else None

    def cookie(self, visitor: str) -> str:
        """Text of the cookie for a visitor."""
        return f"{visitor}.{self.sign('visitor', visitor)}"

    def read_cookie(self, text: str) -> str | None:
        """The visitor of a cookie, or None when it is not ours."""
        visitor, _, signature = text.partition(".")
        return visitor if visitor and hmac.compare_digest(signature, self.sign("visitor", visitor)) else None


def load_secret(settings: Settings) -> bytes:
    """The secret of the settings, else one made once and kept in data_dir (mode 0600)."""
    if settings.secret_key is not None:
        return settings.secret_key.get_secret_value().encode()
    path = Path(settings.data_dir) / "secret.key"
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_bytes()
    with os.fdopen(handle, "wb") as file:
        secret = secrets.token_hex(32).encode()
        file.write(secret)
    return secret


class VisitorMiddleware:
    """Gives each visitor of the chat a cookie, and reads it. All other pages need none and may be cached for all."""

    def __init__(self, app: ASGIApp, signer: Signer, *, secure: bool) -> None:
        self.app, self.signer, self.secure = app, signer, secure

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not (scope["path"] == "/" or scope["path"].startswith("/chat")):
            await self.app(scope, receive, send)
            return
        request = Request(scope)
        known = self.signer.read_cookie(request.cookies.get(COOKIE, ""))
        visitor = known or secrets.token_urlsafe(18)
        scope.setdefault("state", {})["visitor"] = visitor

        async def send_with_cookie(message: Message) -> None:
            if message["type"] == "http.response.start" and known is None:
                cookie = f"{COOKIE}={self.signer.cookie(visitor)}; Path=/; Max-Age={COOKIE_DAYS * 86400}; HttpOnly; SameSite=Lax"
                MutableHeaders(scope=message).append("set-cookie", cookie + ("; Secure" if self.secure else ""))
            await send(message)

        await self.app(scope, receive, send_with_cookie)


def visitor_of(request: Request) -> str:
    """The visitor of this request."""
    return str(request.state.visitor)


def csrf_token(request: Request) -> str:
    """The form token of this visitor."""
    signer: Signer = request.app.state.signer
    return signer.sign("csrf", visitor_of(request))


def csrf_matches(request: Request, token: str) -> bool:
    """Whether `token` is this visitor's."""
    return hmac.compare_digest(token.encode(), csrf_token(request).encode())
