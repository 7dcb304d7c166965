"""A real HTTP server that gives prepared answers in order: for answers that no faithful fake would give."""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

LOOPBACK = "127.0.0.1"


@dataclass(frozen=True)
class Answer:
    """One answer. `cut`: the request is read and the connection closed; `silent`: it is read and nothing happens."""

    body: bytes = b""
    status: int = 200
    cut: bool = False
    silent: bool = False


def ok(result: object) -> Answer:
    return Answer(json.dumps({"ok": True, "result": result}).encode())


def refusal(code: int, description: str = "", status: int = 200) -> Answer:
    return Answer(json.dumps({"ok": False, "error_code": code, "description": description}).encode(), status)


CUT = Answer(cut=True)
SILENT = Answer(silent=True)


@dataclass
class Server:
    """`asked` is (path, arguments) of every request, in order."""

    url: str = ""
    answers: list[Answer] = field(default_factory=list)
    asked: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    connections: int = 0
    open: set[asyncio.StreamWriter] = field(default_factory=set)
    closing: asyncio.Event = field(default_factory=asyncio.Event)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self.open.add(writer)
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode()
                length = next((int(line.split(":")[1]) for line in head.lower().splitlines() if line.startswith("content-length:")), 0)
                body = await reader.readexactly(length)
                form = "x-www-form-urlencoded" in head
                self.asked.append((head.split(" ")[1], json.loads(body) if body and not form else {}))
                answer = self.answers.pop(0)
                if answer.silent:
                    await self.closing.wait()
                if answer.silent or answer.cut:
                    break
                writer.write(b"HTTP/1.1 %d X\r\ncontent-length: %d\r\n\r\n%b" % (answer.status, len(answer.body), answer.body))
                await writer.drain()
        self.open.discard(writer)
        writer.close()


@contextlib.asynccontextmanager
async def scripted(*answers: Answer) -> AsyncIterator[Server]:
    """A server with these answers, on a free port."""
    server = Server(answers=list(answers))
    listening = await asyncio.start_server(server.serve, LOOPBACK, 0)
    server.url = f"http://{LOOPBACK}:{listening.sockets[0].getsockname()[1]}"
    try:
        yield server
    finally:
        server.closing.set()
        listening.close()
        for writer in server.open:
            writer.close()
        await asyncio.sleep(0)


def free_port() -> int:
    """A port on which nobody listens."""
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        port: int = probe.getsockname()[1]
        return port
