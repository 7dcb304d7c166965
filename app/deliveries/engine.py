"""The durable engine: a chunk of deliveries, once given to it, is run until it is done, whatever dies in between.

The one module that imports dbos (three quarters of a second: imported when the server is up already). The rules
(docs/decisions): one workflow per chunk, partitioned by channel account with one at a
time, JSON instead of pickle, an application version that does not change with the code, public API only.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import importlib
import json
import logging
import sqlite3
import sys
import time
from collections.abc import Awaitable, Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Protocol

import sqlalchemy as sa
import structlog

log = structlog.get_logger()
NAME = "gandan"
QUEUE = "deliveries"
APPLICATION_VERSION = "1"  # never a hash of the code: work left by yesterday's version must be taken up by today's
UNFINISHED = frozenset({"ENQUEUED", "PENDING", "DELAYED"})
PENDING = "PENDING"
FORGET_AT_ONCE = 500
SQLITE_PRAGMAS = ("journal_mode=WAL", "synchronous=NORMAL", "busy_timeout=30000", "foreign_keys=ON", "cache_size=-2000")

Run = Callable[[int], Awaitable[None]]
"""Sends one chunk. Safe to run again, also while a fenced-off earlier run has not noticed yet."""


class Engine(Protocol):
    """What the dispatcher needs of an engine; tests have a simpler one."""

    async def start(self, run: Run) -> None:
        """Begin to work, in the running loop."""

    async def stop(self) -> None:
        """Stop; what is unfinished goes on at the next start."""

    async def enqueue(self, work: str, chunk_id: int, partition: str) -> None:
        """Have a chunk run. `work`: its name for ever; a second call with the same name changes nothing."""

    async def unfinished(self, works: Sequence[str]) -> tuple[set[str], set[str]]:
        """Of these works, those still to be done, and those the engine does not know."""

    async def adopt(self, executors: Iterable[str]) -> int:
        """Give unfinished work of dead executors back to the queue; how much there was."""

    async def forget(self, before: dt.datetime) -> int:
        """Erase what was finished before; how much went."""


class DurableEngine:
    """DBOS: in its own SQLite file beside the database, or in its own schema of the same PostgreSQL."""

    def __init__(self, database_url: str, executor: str, poll_seconds: float) -> None:
        self._url, self._executor, self._poll = database_url, executor, poll_seconds
        self._dbos: Any = None
        self._chunk: Any = None
        self._starting: asyncio.Task[None] | None = None

    async def start(self, run: Run) -> None:
        # Who gives up waiting does not leave a half-started engine behind: `stop` lets it start, then ends it.
        self._starting = asyncio.create_task(self._start(run))
        await asyncio.shield(self._starting)

    async def _start(self, run: Run) -> None:
        dbos = await asyncio.to_thread(importlib.import_module, "dbos")
        self._dbos = dbos.DBOS
        if not self._url.startswith("sqlite"):
            await asyncio.to_thread(_migrate, self._url)
        await asyncio.to_thread(self._prepare, dbos)
        self._chunk = _workflow(dbos, run)
        self._dbos.launch()  # in the running loop: elsewhere async workflows run on a loop of their own, with our connections
        await self._dbos.register_queue_async(QUEUE, partition_concurrency=1, polling_interval_sec=self._poll, on_conflict="always_update")
        log.info("engine_started", executor=self._executor)

    def _prepare(self, dbos: Any) -> None:
        """The engine's configuration: some work at the first start, so not in the loop."""
        config = {
            "name": NAME,
            "application_version": APPLICATION_VERSION,
            "executor_id": self._executor,
            "enable_otlp": False,
            "log_level": "ERROR",
            "serializer": _json_serializer(),
            "notification_listener_polling_interval_sec": 1.0,  # we send none; a longer sleep would hold up the end
            "scheduler_polling_interval_sec": 3600.0,  # nor use its scheduler: what recurs is in the dispatcher's pulse
            "max_executor_threads": 8,
            "system_database_url": _sync_url(self._url),
        }
        if self._url.startswith("sqlite"):
            config["system_database_engine"] = _sqlite_engine(self._url)
        else:
            config |= {"sys_db_pool_size": 5, "use_listen_notify": False, "run_migrations": False}
        dbos.DBOS(config=config)
        logging.getLogger("dbos").propagate = False

    async def stop(self) -> None:
        if self._starting is not None:
            await asyncio.gather(self._starting, return_exceptions=True)
        if self._dbos is not None:
            # DBOS made its own threads those of the whole loop, and ends them: whoever needs a thread later must find one.
            asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(thread_name_prefix="asyncio"))
            await asyncio.to_thread(self._dbos.destroy)
            self._dbos = None

    async def enqueue(self, work: str, chunk_id: int, partition: str) -> None:
        dbos = importlib.import_module("dbos")
        with dbos.SetWorkflowID(work), dbos.SetEnqueueOptions(queue_partition_key=partition):
            await self._dbos.enqueue_workflow_async(QUEUE, self._chunk, chunk_id)

    async def unfinished(self, works: Sequence[str]) -> tuple[set[str], set[str]]:
        known = await self._dbos.list_workflows_async(workflow_ids=list(works), load_input=False, load_output=False)
        states = {each.workflow_id: each.status for each in known}
        return {work for work, state in states.items() if state in UNFINISHED}, set(works) - states.keys()

    async def adopt(self, executors: Iterable[str]) -> int:
        dead = [name for name in executors if name != self._executor]
        if not dead:
            return 0
        # Only PENDING: resuming would also revive what was cancelled. With the queue's name: else it runs without its limits.
        left = await self._dbos.list_workflows_async(executor_id=dead, status=[PENDING], load_input=False, load_output=False)
        for each in left:
            await self._dbos.resume_workflow_async(each.workflow_id, queue_name=each.queue_name or QUEUE)
        return len(left)

    async def forget(self, before: dt.datetime) -> int:
        gone = 0
        while True:
            done = await self._dbos.list_workflows_async(
                status=["SUCCESS", "ERROR", "CANCELLED", "MAX_RECOVERY_ATTEMPTS_EXCEEDED"],
                completed_before=before.isoformat(),
                limit=FORGET_AT_ONCE,
                load_input=False,
                load_output=False,
            )
            if not done:
                return gone
            await self._dbos.delete_workflows_async([each.workflow_id for each in done])
            gone += len(done)


def _migrate(url: str) -> None:
    """The engine's tables on PostgreSQL, made or changed. For a thread, never for the loop.

    It builds indexes CONCURRENTLY, which waits for every open transaction of the database: in the loop it would wait
    for ever for one of our own, which the halted loop cannot end. Several processes do it one behind the other.
    """
    sys_db = importlib.import_module("dbos._sys_db")  # its public `migrate` would make LISTEN/NOTIFY triggers as well
    database = sys_db.SystemDatabase.create(
        system_database_url=url,
        engine_kwargs={"pool_timeout": 30, "max_overflow": 0, "pool_size": 2},
        engine=None,
        schema="dbos",
        serializer=_json_serializer(),
        executor_id=None,
        use_listen_notify=False,
    )
    try:
        database.run_migrations()
    finally:
        database.destroy()


def _workflow(dbos: Any, run: Run) -> Any:
    """The workflow of a chunk, registered. One step: it decides by itself, row by row, what is left to do."""

    async def send_chunk(chunk_id: int) -> None:
        await run(chunk_id)

    step = dbos.DBOS.step(name="send_chunk")(send_chunk)

    async def chunk(chunk_id: int) -> None:
        await step(chunk_id)

    # A chunk may be interrupted as often as processes die: giving it up is decided per recipient, not per chunk.
    return dbos.DBOS.workflow(name="chunk", max_recovery_attempts=10_000)(chunk)


def _json_serializer() -> Any:
    """JSON in the engine's tables: its default is pickle, which is code."""
    serialization = importlib.import_module("dbos._serialization")

    class Json(serialization.Serializer):  # type: ignore[misc,name-defined]
        def serialize(self, data: Any) -> str:
            return json.dumps(data, default=str)

        def deserialize(self, serialized_data: str) -> Any:
            return json.loads(serialized_data)

        def name(self) -> str:
            return "gandan_json"

    return Json()


def engine_file(database_url: str) -> Path:
    """The engine's SQLite file: beside the database, since two libraries must not share one file's locks."""
    return Path((sa.make_url(database_url).database or "") + ".engine")


def _sync_url(database_url: str) -> str:
    return f"sqlite:///{engine_file(database_url)}" if database_url.startswith("sqlite") else database_url


def _sqlite_engine(database_url: str) -> sa.Engine:
    """DBOS' own engine for SQLite sets neither WAL nor synchronous, and is up to five times slower."""
    engine = sa.create_engine(_sync_url(database_url), pool_size=5, max_overflow=5)

    @sa.event.listens_for(engine, "connect")
    def _prepare(connection: sqlite3.Connection, _record: object) -> None:
        connection.isolation_level = "IMMEDIATE"
        for pragma in SQLITE_PRAGMAS:
            connection.execute(f"PRAGMA {pragma}")
        if needs_unixepoch(sys.version_info[:2], sqlite3.sqlite_version_info):
            connection.create_function("unixepoch", 1, lambda _modifier: time.time())

    return engine


def needs_unixepoch(python: tuple[int, ...], sqlite: tuple[int, ...]) -> bool:
    """Whether `unixepoch('subsec')` is NULL here, which DBOS uses from Python 3.12 on (Debian 12's library is such)."""
    return python >= (3, 12) and sqlite < (3, 42)
