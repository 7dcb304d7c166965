"""Sends the answers of one account: paced, part by part, each marked when the platform has it."""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import structlog

from app.assistant import repository as assistant_repository
from app.calendar.opening import VIETNAM
from app.channels import repository
from app.channels.accounts import Account
from app.channels.models import MessageStatus
from app.channels.pace import Breaker, Pace
from app.channels.together import Together
from app.messages import Part, Picture, Reply, SendAction, SendError
from app.rendering import render

log = structlog.get_logger()
AT_ONCE = 32
GIVE_UP = dt.timedelta(hours=24)
LONGEST_WAIT = 300.0
ACCOUNT_WAIT = 600.0
MORNING = 6
NO_ANSWER = frozenset({SendAction.RETRY, SendAction.UNKNOWN})

Draw = Callable[[Picture], bytes | None]


@dataclass(frozen=True)
class Job:
    """One answer to send. `message_id` None: a courtesy that is not recorded and not repeated."""

    message_id: int | None
    person: str
    reply: Reply
    received_at: dt.datetime
    parts_sent: int = 0
    attempts: int = 0
    forget: bool = False  # the person asked to be forgotten: nothing says who it was once this is done


class Courier:
    """Everything on its way to the people of one account. `finished` is called when a person's next message may be worked on."""

    def __init__(self, account: Account, together: Together, draw: Draw, finished: Callable[[], None]) -> None:
        self.account = account
        self._together, self._draw, self._finished = together, draw, finished
        self._pace = Pace(account.per_second)
        self._breaker = Breaker()
        self._at_once = asyncio.Semaphore(AT_ONCE)
        self._tasks: set[asyncio.Task[None]] = set()
        self._refused = True  # until the first message arrives: an account that was refused before is noted as well again

    @property
    def busy(self) -> bool:
        """Whether something is on its way."""
        return bool(self._tasks)

    def put(self, job: Job) -> None:
        """Send this soon."""
        task = asyncio.create_task(self._deliver(job))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def close(self, patience: float = 5.0) -> None:
        """Let what is on its way arrive, for a while; the rest stays recorded."""
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=patience)
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _deliver(self, job: Job) -> None:
        async with self._at_once:
            try:
                await self._send_parts(job)
            except asyncio.CancelledError:
                raise
            except Exception as error:  # noqa: BLE001 -- a fault of ours with one answer must not end the sending of others
                log.error("channel_send_crashed", account=self.account.id, message=job.message_id, kind=type(error).__name__)
                await self._mark(job, status=MessageStatus.UNKNOWN, reason=type(error).__name__)
            finally:
                self._finished()

    async def _send_parts(self, job: Job) -> None:
        if dt.datetime.now(dt.UTC) - job.received_at > GIVE_UP:
            await self._mark(job, status=MessageStatus.FAILED, reason="quá 24 giờ")
            return
        parts = render(job.reply, self.account.channel.capabilities)
        for number in range(job.parts_sent, len(parts)):
            wait = self._breaker.wait()
            if wait > 0:
                await self._release(job, wait, "nền tảng không trả lời")
                return
            await self._pace.wait()
            try:
                await self._send(job.person, parts[number])
            except SendError as error:
                await self._not_sent(job, error)
                return
            self._breaker.succeeded()
            if self._refused:
                await self._note_refusal("")
            if number + 1 < len(parts):
                await self._mark(job, parts_sent=number + 1)
        await self._mark(job, status=MessageStatus.SENT, parts_sent=len(parts))

    async def _send(self, person: str, part: Part) -> None:
        picture = self._draw(part.picture) if part.picture is not None else None
        await self.account.channel.send(person, part, picture)

    async def _not_sent(self, job: Job, error: SendError) -> None:
        log.warning("channel_not_sent", account=self.account.id, message=job.message_id, action=str(error.action), code=error.code)
        if error.action in NO_ANSWER:
            self._breaker.failed()
        else:
            self._breaker.succeeded()
        match error.action:
            case SendAction.RETRY:
                await self._release(job, max(error.retry_after or 0.0, min(LONGEST_WAIT, 2.0**job.attempts)), error.code)
            case SendAction.MORNING:
                await self._release(job, _until_morning(), error.code)
            case SendAction.ACCOUNT:
                log.error("channel_account_refused", account=self.account.id, code=error.code)
                await self._note_refusal(f"{error.code} {error.detail}".strip())
                await self._release(job, ACCOUNT_WAIT, error.code)
            case SendAction.PERSON:
                await self._mark(job, status=MessageStatus.SKIPPED, reason=error.code)
                account = self.account
                await self._together.write(lambda s: assistant_repository.set_unreachable(s, account.commune_id, account.name, job.person))
            case SendAction.UNKNOWN:
                await self._mark(job, status=MessageStatus.UNKNOWN, reason=error.code)
            case SendAction.REJECTED:
                log.error("channel_message_rejected", account=self.account.id, message=job.message_id, code=error.code, detail=error.detail)
                await self._mark(job, status=MessageStatus.FAILED, reason=error.code)

    async def _note_refusal(self, reason: str) -> None:
        self._refused = bool(reason)
        await self._together.write(lambda session: repository.note_refusal(session, self.account.id, reason))

    async def _release(self, job: Job, seconds: float, reason: str) -> None:
        due = dt.datetime.now(dt.UTC) + dt.timedelta(seconds=seconds)
        await self._mark(job, worker=None, due_at=due, reason=reason[:200])

    async def _mark(self, job: Job, **values: Any) -> None:
        if job.message_id is None:
            return
        message_id = job.message_id
        if "status" in values:
            values["done_at"] = dt.datetime.now(dt.UTC)
            if job.forget:
                values["person"] = ""
        # A shut-down must not leave a sent answer unmarked: it would be sent again.
        write = asyncio.ensure_future(self._together.write(lambda s: repository.update_message(s, message_id, **values)))
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.shield(write)
            return
        await write
        raise asyncio.CancelledError


def _until_morning() -> float:
    now = dt.datetime.now(VIETNAM)
    morning = now.replace(hour=MORNING, minute=0, second=0, microsecond=0)
    return (morning + dt.timedelta(days=now >= morning) - now).total_seconds()
