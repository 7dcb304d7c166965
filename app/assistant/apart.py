"""The pipeline in a process of its own: while one citizen's words are understood, everybody else is still served.

Understanding is pure computing, some milliseconds of it. In the process that serves, nobody else would be heard
meanwhile. Forked from it, the second process shares the catalog's memory. Without a second core it is not worth it.
"""

from __future__ import annotations

import asyncio
import gc
import multiprocessing
import os
import signal
from collections.abc import Sequence
from multiprocessing.connection import Connection
from typing import Any

import structlog

from app.assistant.pipeline import Pipeline, Thought
from app.messages import Incoming
from app.understanding.decision import State

log = structlog.get_logger()
Asked = Sequence[tuple[Incoming, State]]
WARMING = "mai có làm việc không"
"""A first question to oneself: holidays take a quarter of a second to be made, and no citizen should wait for them."""


class Thinker:
    """Thinks about messages: apart when it was started, else here. When the other process is lost, here from then on."""

    def __init__(self, pipeline: Pipeline) -> None:
        self._pipeline = pipeline
        self._pipe: Connection | None = None
        self._process: Any = None
        self._told = pipeline.local.version
        """The version of what officials set that the other process has."""
        self._one_at_a_time = asyncio.Lock()  # so that neither side ever writes while the other writes as well

    def start(self) -> None:
        """Fork. Only while the process has no second thread yet."""
        if len(os.sched_getaffinity(0)) == 1:
            return
        context = multiprocessing.get_context("fork")
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(target=_serve, args=(self._pipeline, theirs, self._pipe), daemon=True)
        gc.freeze()  # a collection would write to everything it looks at, and nothing would be shared any more
        self._process.start()
        theirs.close()

    async def think(self, asked: Asked) -> list[Thought]:
        """One thought for each message."""
        # Who asked may go away; what was asked is heard out all the same, or the next one would get its answer.
        return await asyncio.shield(asyncio.ensure_future(self._think(asked)))

    async def _think(self, asked: Asked) -> list[Thought]:
        async with self._one_at_a_time:
            if self._pipe is not None:
                try:
                    return await self._ask(self._pipe, asked)
                except (EOFError, OSError) as error:
                    log.error("thinker_lost", kind=type(error).__name__)
                    self.close()
        return [self._pipeline.think(*one) for one in asked]

    async def _ask(self, pipe: Connection, asked: Asked) -> list[Thought]:
        loop, arrived = asyncio.get_running_loop(), asyncio.Event()
        local = self._pipeline.local
        pipe.send((self._pipeline.version, local if local.version != self._told else None, asked))
        self._told = local.version
        loop.add_reader(pipe.fileno(), arrived.set)
        try:
            await arrived.wait()
        finally:
            loop.remove_reader(pipe.fileno())
        found: list[Thought] | Exception = pipe.recv()
        if isinstance(found, Exception):
            raise found
        return found

    def close(self) -> None:
        """End the other process."""
        if self._pipe is not None:
            self._pipe.close()
            self._process.kill()
            self._process.join()
            self._pipe = None


def _serve(pipeline: Pipeline, pipe: Connection, theirs: Connection) -> None:
    """The other process: until the one that serves is gone."""
    theirs.close()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C is for the one that serves
    gc.freeze()
    gc.enable()
    pipeline.ask(WARMING, [])
    while True:
        try:
            version, local, asked = pipe.recv()
        except (EOFError, OSError):
            return
        try:
            if version != pipeline.version:
                pipeline.reload()
            if local is not None:
                pipeline.use(local)
            found: list[Thought] | Exception = [pipeline.think(*one) for one in asked]
        except Exception as error:  # noqa: BLE001 -- the process that serves tells it
            found = error
        pipe.send(found)
