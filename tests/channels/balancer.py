"""A small load balancer: hands each connection to one of several servers in turn, to the next when one is down."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import threading
from collections.abc import Iterator, Sequence

LOOPBACK = "127.0.0.1"


async def _pipe(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        with contextlib.suppress(OSError):
            while data := await reader.read(65536):
                writer.write(data)
                await writer.drain()
    finally:
        writer.close()


@contextlib.contextmanager
def balanced(port: int, backends: Sequence[int]) -> Iterator[None]:
    """Listen on `port` while the block runs."""
    turns = itertools.cycle(backends)
    ready, loop = threading.Event(), asyncio.new_event_loop()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for _ in backends:
            with contextlib.suppress(OSError):
                there, back = await asyncio.open_connection(LOOPBACK, next(turns))
                await asyncio.gather(_pipe(reader, back), _pipe(there, writer))
                return
        writer.close()

    async def run() -> None:
        server = await asyncio.start_server(serve, LOOPBACK, port)
        ready.set()
        await stop.wait()
        server.close()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)
        await asyncio.sleep(0.05)  # closed transports say goodbye in the next rounds of the loop

    stop = asyncio.Event()
    thread = threading.Thread(target=loop.run_until_complete, args=(run(),))
    thread.start()
    ready.wait(10)
    try:
        yield
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join(10)
        loop.run_until_complete(loop.shutdown_asyncgens())
        loop.close()
