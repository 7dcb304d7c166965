"""Posts webhooks over kept connections. httpx needs thirty times the CPU, which would be the benchmark's, not the platform's."""

from __future__ import annotations

import asyncio
import time
from urllib.parse import urlsplit

from tests.fakes.zalo_oa_state import THIS_MACHINE

KEPT_SECONDS = 4.0  # servers close idle connections after five


def require_local(url: str) -> None:
    """Webhooks go to this machine only, over plain http. Raises ValueError."""
    address = urlsplit(url)
    if address.scheme != "http" or address.hostname not in THIS_MACHINE:
        raise ValueError(f"not a plain http address of this machine: {url}")


class Poster:
    """An HTTP/1.1 client for POST to plain http addresses."""

    def __init__(self) -> None:
        self._idle: dict[str, list[tuple[float, asyncio.StreamReader, asyncio.StreamWriter]]] = {}

    async def post(self, url: str, headers: dict[str, str], body: bytes) -> int:
        """The status of the answer. Raises OSError, EOFError or ValueError when there is none."""
        address = urlsplit(url)
        path = f"{address.path or '/'}{'?' if address.query else ''}{address.query}"
        lines = [f"POST {path} HTTP/1.1", f"Host: {address.netloc}", f"Content-Length: {len(body)}"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        reader, writer = await self._connection(address.hostname or "", address.port or 80)
        try:
            writer.write("\r\n".join(lines).encode() + b"\r\n\r\n" + body)
            status, kept = await _answer(reader)
        except BaseException:
            writer.close()
            raise
        if kept:
            self._idle.setdefault(address.netloc, []).append((time.monotonic(), reader, writer))
        else:
            writer.close()
        return status

    def close(self) -> None:
        """Close the kept connections."""
        for connections in self._idle.values():
            for _, _, writer in connections:
                writer.close()
        self._idle.clear()

    async def _connection(self, host: str, port: int) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        idle = self._idle.get(f"{host}:{port}", [])
        while idle:
            since, reader, writer = idle.pop()
            if time.monotonic() - since < KEPT_SECONDS and not reader.at_eof() and not writer.is_closing():
                return reader, writer
            writer.close()
        return await asyncio.open_connection(host, port)


async def _answer(reader: asyncio.StreamReader) -> tuple[int, bool]:
    """Status, and whether the connection can be used again: its body must be read to a known end."""
    first, *lines = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    status = int(first.split(" ", 2)[1])
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines if line)}
    if "content-length" not in headers or headers.get("connection", "").lower() == "close":
        return status, False
    await reader.readexactly(int(headers["content-length"]))
    return status, True
