"""Security headers on every answer, compression, and errors as pages or JSON in plain Vietnamese."""

from __future__ import annotations

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.middleware.gzip import GZipMiddleware
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.errors import BadInput, GanDanError, NotFound, TooLarge

log = structlog.get_logger()
BAD_REQUEST = 400  # what FastAPI says of a body that is no JSON; to our readers it is bad input like any other
CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'; manifest-src 'self'"
)
HEADERS = {
    "content-security-policy": CONTENT_SECURITY_POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "strict-origin-when-cross-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=()",
    "cross-origin-opener-policy": "same-origin",
}


class SecurityHeadersMiddleware:
    """Adds HEADERS to every answer; what does not say how long it keeps is asked for again each time."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers[name] = value
                headers.setdefault("cache-control", "no-cache")
            await send(message)

        await self.app(scope, receive, with_headers)


class HeadMiddleware:
    """Answers HEAD below /api/ as GET without the body: one operation with two methods would be two in its description."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "HEAD" or not scope["path"].startswith("/api/"):
            await self.app(scope, receive, send)
            return

        async def without_body(message: Message) -> None:
            await send({**message, "body": b""} if message["type"] == "http.response.body" else message)

        await self.app({**scope, "method": "GET"}, receive, without_body)


def add_error_pages(app: FastAPI) -> None:
    """Every error becomes a page for people, JSON for the API."""
    app.add_middleware(GZipMiddleware, minimum_size=500)

    @app.exception_handler(GanDanError)
    async def expected(request: Request, error: GanDanError) -> Response:
        return answer_error(request, error)

    @app.exception_handler(HTTPException)
    async def http(request: Request, error: HTTPException) -> Response:
        known = {404: NotFound, 413: TooLarge}.get(error.status_code, BadInput)()
        known.status = 422 if error.status_code == BAD_REQUEST else error.status_code
        response = answer_error(request, known)
        response.headers.update(error.headers or {})
        return response

    @app.exception_handler(RequestValidationError)
    async def validation(request: Request, _error: RequestValidationError) -> Response:
        return answer_error(request, BadInput())

    @app.exception_handler(Exception)
    async def crash(request: Request, error: Exception) -> Response:
        log.error("crash", path=request.url.path, kind=type(error).__name__, exc_info=error)
        response = answer_error(request, GanDanError())
        response.headers.update(HEADERS)  # Starlette answers a crash outside of our middleware
        return response


def answer_error(request: Request, error: GanDanError) -> Response:
    """An error as a page for people, as JSON for programs."""
    accepts = "text/html" in request.headers.get("accept", "") or "hx-request" in request.headers
    wants_page = accepts and not request.url.path.startswith("/api/")
    if not wants_page:
        return JSONResponse({"error": error.code, "detail": error.message}, error.status)
    if request.url.path.startswith("/can-bo"):
        console: Response = request.app.state.console_error(request, error)
        return console
    templates = request.app.state.templates
    page = templates.get_template("site/error.html").render(request=request, status=error.status, message=error.message)
    return HTMLResponse(page, error.status)
