"""Pushing webhooks, for the fakes of Telegram and of Zalo Bot: HTTP over connections that stay open, on loopback only.

A client library costs 2 ms of a core for each POST, which is more than all the rest of a fake that is a peer in a benchmark.
"""

from __future__ import annotations

import asyncio
import time
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from httptools import HttpParserError, HttpResponseParser

from tests.fakes.serving import on_loopback

Connection = tuple[asyncio.StreamReader, asyncio.StreamWriter]


@dataclass(frozen=True)
class Pushed:
    """What a webhook answered. `status` None: nothing, and `error` says why."""

    status: int | None
    seconds: float
    content: bytes = b""
    retry_after: str = ""
    error: str = ""

    @property
    def accepted(self) -> bool:
        return self.status is not None and self.status // 100 == 2


class _Answer:
    """An answer as its parser reads it. `keep`: whether the connection stays open; the parser knows it only while it reads."""

    def __init__(self) -> None:
        self.parser = HttpResponseParser(self)
        self.content, self.retry_after = b"", ""
        self.begun = self.complete = self.keep = False

    def on_header(self, name: bytes, value: bytes) -> None:
        if name.lower() == b"retry-after":
            self.retry_after = value.decode("latin-1")

    def on_headers_complete(self) -> None:
        self.begun = True

    def on_body(self, body: bytes) -> None:
        self.content += body

    def on_message_complete(self) -> None:
        self.complete, self.keep = True, self.parser.should_keep_alive()


class Pusher:
    """POSTs JSON. `seconds`: how long an answer may take."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._idle: dict[str, list[Connection]] = defaultdict(list)

    def close(self) -> None:
        for connections in self._idle.values():
            for _, writer in connections:
                writer.close()
        self._idle.clear()

    async def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> Pushed:
        """Push. An address that is not of this machine is as good as unknown."""
        if not on_loopback(url) or not url.startswith("http://"):
            return Pushed(None, 0.0, error="Failed to resolve host: Name or service not known")
        started = time.perf_counter()
        try:
            async with asyncio.timeout(self._seconds):
                pushed = await self._exchange(url, body, headers, started)
        except TimeoutError:
            error = "Read timeout expired"
        except ConnectionRefusedError:
            error = "Connection refused"
        except (OSError, HttpParserError):
            error = "Connection closed"
        else:
            return pushed
        return Pushed(None, time.perf_counter() - started, error=error)

    async def _exchange(self, url: str, body: bytes, headers: Mapping[str, str], started: float) -> Pushed:
        parts = urlsplit(url)
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        head = {"host": parts.netloc, "content-type": "application/json", "content-length": str(len(body)), **headers}
        lines = [f"POST {target} HTTP/1.1", *(f"{name}: {value}" for name, value in head.items()), "", ""]
        request = "\r\n".join(lines).encode() + body
        idle = self._idle[parts.netloc]
        while idle:
            if pushed := await _talk(idle, idle.pop(), request, started):
                return pushed  # else it was closed while it was idle
        connection = await asyncio.open_connection(parts.hostname, parts.port or 80)
        if pushed := await _talk(idle, connection, request, started):
            return pushed
        raise ConnectionResetError


async def _talk(idle: list[Connection], connection: Connection, request: bytes, started: float) -> Pushed | None:
    """One request and its answer, None when not a byte of it came. The connection is idle again afterwards, or closed."""
    reader, writer = connection
    answer = _Answer()
    try:
        writer.write(request)
        while not answer.complete:
            data = await reader.read(65536)
            if not data and not answer.begun:
                return None
            if not data:
                break  # an answer without a length ends with its connection
            answer.parser.feed_data(data)
    except ConnectionError:
        return None
    finally:
        if answer.keep:
            idle.append(connection)
        else:
            writer.close()
    return Pushed(answer.parser.get_status_code(), time.perf_counter() - started, answer.content, answer.retry_after)
