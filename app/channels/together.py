"""Many small writes in one transaction: who comes while a transaction is committed shares the next one."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from app.database import Database, Transaction

T = TypeVar("T")
Work = Callable[[Transaction], Awaitable[Any]]


class Together:
    """Runs works in shared write transactions. A caller returns when its transaction is committed."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._waiting: list[tuple[Work, asyncio.Future[Any]]] = []
        self._task: asyncio.Task[None] | None = None

    async def write(self, work: Callable[[Transaction], Awaitable[T]]) -> T:
        """Run `work` in a transaction, perhaps with others; its result once committed. Raises what it raises."""
        future: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._waiting.append((work, future))
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._commit())
        return await future

    async def _commit(self) -> None:
        while self._waiting:
            batch, self._waiting = self._waiting, []
            try:
                results = await self._run(batch)
            except Exception:  # noqa: BLE001 -- one of them is at fault: each alone, so that it harms no other
                for one in batch:
                    await self._alone(one)
                continue
            for (_, future), result in zip(batch, results, strict=True):
                if not future.done():
                    future.set_result(result)

    async def _run(self, batch: list[tuple[Work, asyncio.Future[Any]]]) -> list[Any]:
        async with self._database.transact() as transaction:
            return [await work(transaction) for work, _ in batch]

    async def _alone(self, one: tuple[Work, asyncio.Future[Any]]) -> None:
        _, future = one
        try:
            [result] = await self._run([one])
        except Exception as error:  # noqa: BLE001 -- the caller gets it
            if not future.done():
                future.set_exception(error)
        else:
            if not future.done():
                future.set_result(result)

    async def close(self) -> None:
        """Wait until everything is written."""
        if self._task is not None:
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
