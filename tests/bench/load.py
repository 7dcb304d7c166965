"""A small HTTP load generator: keep-alive connections, one request in flight on each, latencies of all of them."""

from __future__ import annotations

import asyncio
import json
import sys
import time
from dataclasses import dataclass


@dataclass(frozen=True)
class Load:
    """What a load run saw."""

    per_second: float
    p50_ms: float
    p99_ms: float
    errors: int


async def run(host: str, port: int, requests: list[bytes], connections: int, seconds: float) -> Load:
    """Send `requests` round robin over `connections` for `seconds`."""
    latencies: list[float] = []
    errors = 0
    end = time.perf_counter() + seconds

    async def one(number: int) -> None:
        nonlocal errors
        reader, writer = await asyncio.open_connection(host, port)
        position = number
        while time.perf_counter() < end:
            started = time.perf_counter()
            writer.write(requests[position % len(requests)])
            position += connections
            head = await reader.readuntil(b"\r\n\r\n")
            length = next((int(line.split(b":")[1]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")), 0)
            if length:
                await reader.readexactly(length)
            latencies.append(time.perf_counter() - started)
            errors += not (head.startswith((b"HTTP/1.1 200", b"HTTP/1.1 303")))
        writer.close()

    await asyncio.gather(*(one(number) for number in range(connections)))
    latencies.sort()
    return Load(
        len(latencies) / seconds,
        1000 * latencies[len(latencies) // 2],
        1000 * latencies[int(len(latencies) * 0.99)],
        errors,
    )


def request(path: str, body: bytes, headers: dict[str, str]) -> bytes:
    """One HTTP/1.1 POST as bytes."""
    lines = [f"POST {path} HTTP/1.1", "host: 127.0.0.1", f"content-length: {len(body)}", *(f"{k}: {v}" for k, v in headers.items())]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def main() -> None:
    """A child process of the bench: reads its order as JSON from stdin, prints what it saw."""
    order = json.load(sys.stdin)
    requests = [bytes.fromhex(text) for text in order["requests"]]
    seen = asyncio.run(run("127.0.0.1", order["port"], requests, order["connections"], order["seconds"]))
    print(json.dumps(seen.__dict__))


if __name__ == "__main__":
    main()
