"""What the channel's tests stand on: a vault in memory, and a server that answers byte by byte as a test scripts it."""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from typing import Any, Self
from urllib.parse import parse_qsl

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp

from app.messages import Forged, Malformed, SendAction, SendError, Update, WebhookRequest
from app.settings import Settings
from bots.telegram import Telegram, build

TOKEN = "123456789:" + "x" * 35  # of the shape Telegram gives, and nobody's
SECRET = "webhook_secret-of_this_test"
PERSON = "5000000001"


class MemoryVault:
    """A Vault without a database."""

    def __init__(self, **values: str) -> None:
        self.values = dict(values)

    async def read(self) -> Mapping[str, str]:
        return dict(self.values)

    async def remember(self, values: Mapping[str, str]) -> None:
        self.values.update(values)

    async def renew(self, stale: str, exchange: Callable[[Mapping[str, str]], Awaitable[Mapping[str, str]]]) -> Mapping[str, str]:
        raise SendError(SendAction.ACCOUNT, "none", f"a bot's token is not renewed: {len(stale)} {exchange}")


def channel(url: str, vault: MemoryVault | None = None, token: str = TOKEN) -> Telegram:
    return build({"token": token, "secret": SECRET}, vault or MemoryVault(), Settings(telegram_url=url))


@contextlib.asynccontextmanager
async def started(url: str, vault: MemoryVault | None = None, token: str = TOKEN) -> AsyncIterator[Telegram]:
    telegram = channel(url, vault, token)
    await telegram.start()
    try:
        yield telegram
    finally:
        await telegram.stop()


Answer = tuple[int, object]
ACCEPTED: Answer = (200, {"ok": True, "result": {"message_id": 77, "date": 1786300001, "chat": {"id": 5000000001, "type": "private"}}})
CUT: Answer = (0, "cut")
HANG: Answer = (0, "hang")


def refusal(code: int, description: str, **parameters: int) -> Answer:
    body: dict[str, object] = {"ok": False, "error_code": code, "description": description}
    return code, body | ({"parameters": parameters} if parameters else {})


class Scripted:
    """Answers each request with the next scripted answer (the last one again and again), and keeps what was asked."""

    def __init__(self, *answers: Answer) -> None:
        self.answers = list(answers)
        self.asked: list[tuple[str, dict[str, Any]]] = []
        self.bodies: list[bytes] = []
        self.url = ""

    async def __aenter__(self) -> Self:
        self._over, self._heard = asyncio.Event(), asyncio.Event()
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"
        return self

    async def __aexit__(self, *_: object) -> None:
        self._over.set()
        self._server.close()
        await self._server.wait_closed()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
            length = next((int(line.split(":")[1]) for line in head.splitlines() if line.lower().startswith("content-length:")), 0)
            self._note(head.split()[1], await reader.readexactly(length))
            status, content = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
            if (status, content) == HANG:
                await self._over.wait()
            if status:
                body = content if isinstance(content, bytes) else json.dumps(content).encode()
                writer.write(b"HTTP/1.1 %d x\r\ncontent-length: %d\r\nconnection: close\r\n\r\n" % (status, len(body)) + body)
                await writer.drain()
        finally:
            writer.close()

    async def next(self) -> None:
        """Wait until something is asked."""
        await asyncio.wait_for(self._heard.wait(), 20)

    def _note(self, path: str, body: bytes) -> None:
        self.bodies.append(body)
        fields = {} if body.startswith(b"--") else dict(parse_qsl(body.decode()))
        self._heard.set()
        self.asked.append((path.rsplit("/", 1)[1], {name: _plain(value) for name, value in fields.items()}))


def _plain(value: str) -> Any:
    """A field as the library wrote it: JSON, or a bare string."""
    try:
        return json.loads(value)
    except ValueError:
        return value


@contextlib.asynccontextmanager
async def served(app: ASGIApp) -> AsyncIterator[str]:
    """An ASGI app on a free loopback port, in this event loop; its address."""
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    listener.listen()  # so early callers wait instead of being refused
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning", access_log=False, lifespan="off", ws="none"))
    task = asyncio.create_task(server.serve([listener]))
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        await task


def hook(channel: Telegram, take: Callable[[Update], Awaitable[None]]) -> ASGIApp:
    """The least a webhook does: reads, refuses what is forged or malformed, and hands on what was told."""

    async def receive(request: Request) -> Response:
        try:
            updates = channel.read(WebhookRequest(dict(request.headers), await request.body()))
        except Forged:
            return Response(status_code=403)
        except Malformed:
            return Response(status_code=400)
        for update in updates:
            await take(update)
        return Response()

    return Starlette(routes=[Route("/hooks/a1b2c3", receive, methods=["POST"])])
