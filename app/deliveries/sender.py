"""Sends one chunk: paced, one message at a time, each marked before and after, so that a crash leaves one row in doubt.

After each message one transaction writes what became of it and claims the next: a claim made early costs nothing (it was
not sent), a mark made late would send somebody the same text twice. A claim is refused by the database itself when another
runner has taken the chunk over, the text was withdrawn, or the person left.
"""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import structlog
from sqlalchemy.exc import DBAPIError

from app.assistant import repository as assistant_repository
from app.calendar.opening import VIETNAM
from app.channels import repository as channels_repository
from app.channels.accounts import Account, Accounts
from app.channels.pace import Breaker, Pace
from app.database import Database, Transaction
from app.deliveries import recipients, repository
from app.deliveries.models import Status
from app.messages import Part, Reply, SendAction, SendError
from app.rendering import render

log = structlog.get_logger()
SHARE = 0.8
"""Of what an account may send in a second: the rest is for answers to citizens, who must not wait for an announcement."""
AT_ONCE_URGENT = 8
"""Messages on their way at once when minutes count; a crash may then repeat as many. Else one: at most one is repeated."""
ATTEMPTS = 12
LONGEST_RETRY = dt.timedelta(minutes=15)
ACCOUNT_WAIT = dt.timedelta(minutes=10)
SILENCE_WAIT = dt.timedelta(seconds=30)
AFTERTHOUGHT = 2.0
DATABASE_TRIES, DATABASE_PAUSE = 60, 0.5
MORNING = 6
NO_ANSWER = frozenset({SendAction.RETRY, SendAction.UNKNOWN})

Clock = Callable[[], dt.datetime]
PictureOf = Callable[[Any], Awaitable[bytes | None]]
"""The picture of a dispatch, for channels that want it uploaded."""
Hold = Callable[[Any], str]
"""Why nothing of a dispatch may go out now; empty when it may."""


@dataclass
class Work:
    """One run over one chunk."""

    chunk_id: int
    runner: str
    dispatch: Any
    account: Account
    parts: tuple[Part, ...]
    picture: bytes | None = None
    stop: str = ""
    due_at: dt.datetime | None = None
    counts: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Outcome:
    """What to write about a delivery that was claimed."""

    status: Status
    values: dict[str, Any] = field(default_factory=dict)
    gone: bool = False  # the person cannot be reached on this channel
    refused: str = ""  # the platform refuses the whole account


class Sender:
    """Runs chunks. One per process; each account has one pace and one breaker."""

    def __init__(
        self,
        database: Database,
        accounts: Accounts,
        picture_of: PictureOf,
        hold: Hold,
        clock: Clock,
        *,
        name: str,
        everyone: Callable[[], bool],
        ways: Callable[[], list[recipients.Way]],
    ) -> None:
        self._database, self._accounts, self._picture_of = database, accounts, picture_of
        self._hold, self._clock, self._name, self._everyone, self._ways = hold, clock, name, everyone, ways
        self._paces: dict[tuple[int, float], Pace] = {}
        self._breakers: dict[int, Breaker] = {}
        self._stopping = False
        self._running = 0
        self._idle = asyncio.Event()
        self._idle.set()

    async def stop(self, patience: float = 5.0) -> None:
        """Let what is on its way arrive, and send nothing more."""
        self._stopping = True
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._idle.wait(), patience)

    async def run(self, chunk_id: int) -> None:
        """Send what is left of a chunk. Run again after a crash, it goes on where it ended."""
        self._running += 1
        self._idle.clear()
        try:
            await self._run(chunk_id)
        finally:
            self._running -= 1
            if not self._running:
                self._idle.set()

    async def _run(self, chunk_id: int) -> None:
        runner = f"{self._name}:{secrets.token_hex(6)}"
        async with self._database.transact() as transaction:
            taken = await repository.take_chunk(transaction, chunk_id, runner, self._clock())
            if taken is None:
                return
            dispatch = await recipients.dispatch(transaction, taken.dispatch_id)
            rows = list(await repository.rows_of(transaction, chunk_id))
        account = await self._account(taken.account_id)
        if account is None:
            await self._finish(chunk_id, runner, self._clock() + ACCOUNT_WAIT)
            return
        parts = render(Reply.model_validate(dispatch.reply), account.channel.capabilities)
        picture = await self._picture_of(dispatch) if any(part.picture is not None for part in parts) else None
        work = Work(chunk_id, runner, dispatch, account, parts, picture)
        await self._in_lanes(work, [row for row in rows if row.status == Status.QUEUED])
        interrupted = await self._interrupted(work, rows, taken.runner)
        if not work.stop:
            await self._in_lanes(work, interrupted)
        if work.stop != "fenced":
            await self._finish(chunk_id, runner, work.due_at)
        log.info("chunk_done", chunk=chunk_id, dispatch=dispatch.id, account=account.id, stop=work.stop, **work.counts)

    async def _interrupted(self, work: Work, rows: list[Any], earlier: str) -> list[Any]:
        """What an earlier run was just sending, and nobody has written down since.

        Last, and after a moment: should that process live after all (it was only thought dead), it has its time to write
        down what it sent, and nobody gets it twice.
        """
        if not any(row.status == Status.SENDING for row in rows):
            return []
        if earlier.rpartition(":")[0] != self._name:
            await asyncio.sleep(AFTERTHOUGHT)
        async with self._database.read() as session:
            left = await repository.rows_of(session, work.chunk_id)
        return [row for row in left if row.status == Status.SENDING]

    async def _account(self, account_id: int) -> Account | None:
        found = self._accounts.by_id(account_id)
        if found is None:
            await self._accounts.refresh()  # connected a moment ago, perhaps
        return found or self._accounts.by_id(account_id)

    async def _finish(self, chunk_id: int, runner: str, due_at: dt.datetime | None) -> None:
        async with self._database.transact() as transaction:
            await repository.finish_chunk(transaction, chunk_id, runner, self._clock(), due_at)

    async def _in_lanes(self, work: Work, rows: list[Any]) -> None:
        """Urgent texts go in several lanes: a platform's answer takes a quarter of a second, and people wait for a warning."""
        lanes = AT_ONCE_URGENT if work.dispatch.urgent else 1
        async with asyncio.TaskGroup() as group:
            for number in range(lanes):
                group.create_task(self._lane(work, rows[number::lanes]))

    async def _lane(self, work: Work, rows: list[Any]) -> None:
        waiting = list(reversed(rows))
        row = await self._next(work, waiting, None)
        while row is not None:
            await self._pace(work.account).wait()
            outcome = await self._send(work, row)
            row = await self._next(work, waiting, (row, outcome))

    # --- the database's side ---------------------------------------------------------------------------------------

    async def _next(self, work: Work, waiting: list[Any], done: tuple[Any, Outcome] | None) -> Any | None:
        """Write what became of the last one and claim the next, in one transaction; None when nothing more may go out."""
        for patience in range(DATABASE_TRIES):
            left = list(waiting)
            try:
                row = await self._write_and_claim(work, left, done)
            except DBAPIError as error:
                # What was sent must be written down: better to wait for the database than to send it again later.
                if patience + 1 == DATABASE_TRIES:
                    raise
                log.error("delivery_database", kind=type(error).__name__)
                await asyncio.sleep(DATABASE_PAUSE)
            else:
                waiting[:] = left
                return row
        return None

    async def _write_and_claim(self, work: Work, waiting: list[Any], done: tuple[Any, Outcome] | None) -> Any | None:
        now = self._clock()
        async with self._database.transact() as transaction:
            if done is not None:
                await self._write(transaction, work, *done, now)
            if not work.stop:
                work.stop = "stopping" if self._stopping else "expired" if work.dispatch.expires_at <= now else self._hold(work.dispatch)
            while waiting and not work.stop:
                claimed = await self._claim(transaction, work, waiting.pop(), now)
                if claimed is not None:
                    return claimed
        return None

    async def _claim(self, transaction: Transaction, work: Work, row: Any, now: dt.datetime) -> Any | None:
        crashes = row.crashes + (row.status == Status.SENDING)
        if crashes >= repository.CRASHES:  # it met two crashes while it was sent: once more would be a third message perhaps
            unknown = {"status": Status.UNKNOWN, "reason": "interrupted", "crashes": crashes, "updated_at": now}
            await repository.mark(transaction, row.id, row.attempts, Status(row.status), **unknown)
            work.counts["unknown"] = work.counts.get("unknown", 0) + 1
            return None
        everyone = self._everyone()
        if await repository.claim(transaction, row, crashes, work.chunk_id, work.runner, now, everyone=everyone):
            return row
        why = await repository.why_not(transaction, row.id, work.runner, work.chunk_id, everyone=everyone)
        if why in {"fenced", "withdrawn"}:
            work.stop = why
        elif why != "changed":
            skipped = {"status": Status.SKIPPED, "reason": why, "updated_at": now}
            await repository.mark(transaction, row.id, row.attempts, Status(row.status), **skipped)
            if why == "left":  # this channel only, perhaps: the other's own claim asks whether the topic is still followed
                await recipients.fall_back(transaction, row.id, self._ways(), now)
        return None

    async def _write(self, transaction: Transaction, work: Work, row: Any, outcome: Outcome, now: dt.datetime) -> None:
        values = {"reason": "", "updated_at": now} | outcome.values | {"status": outcome.status}
        await repository.mark(transaction, row.id, row.attempts + 1, Status.SENDING, **values)
        work.counts[outcome.status] = work.counts.get(outcome.status, 0) + 1
        if outcome.gone:
            await assistant_repository.set_unreachable(transaction, row.commune_id, row.channel, row.person)
        outside = outcome.status == Status.WAITING and values["reason"] == "window"
        if outside or outcome.status in {Status.SKIPPED, Status.FAILED}:
            await recipients.fall_back(transaction, row.id, self._ways(), now, only_open=outside)
        if outcome.refused:
            await channels_repository.note_refusal(transaction, work.account.id, outcome.refused)
            await repository.hold_account(transaction, work.account.id, now + ACCOUNT_WAIT)

    # --- the platform's side ---------------------------------------------------------------------------------------

    async def _send(self, work: Work, row: Any) -> Outcome:
        """Send every part that was not sent yet. A fault of ours is no reason to send anything twice."""
        message_id = ""
        for number in range(row.parts_sent, len(work.parts)):
            part = work.parts[number]
            try:
                picture = work.picture if part.picture is not None else None
                message_id = await work.account.channel.send(row.person, part, picture)
            except SendError as error:
                return self._not_sent(work, row, number, error)
            except Exception as error:  # it may have gone out before it failed
                log.exception("delivery_crashed", delivery=row.id, kind=type(error).__name__)
                return Outcome(Status.UNKNOWN, {"reason": "crashed", "parts_sent": number})
            self._breaker(work.account).succeeded()
            if number + 1 < len(work.parts):
                await self._part_sent(row, number + 1)
                await self._pace(work.account).wait()
        return Outcome(Status.SENT, {"parts_sent": len(work.parts), "platform_message_id": message_id[:100] or None})

    async def _part_sent(self, row: Any, number: int) -> None:
        async with self._database.transact() as transaction:
            await repository.mark(transaction, row.id, row.attempts + 1, Status.SENDING, parts_sent=number)

    def _not_sent(self, work: Work, row: Any, number: int, error: SendError) -> Outcome:
        log.warning("delivery_not_sent", delivery=row.id, account=work.account.id, action=str(error.action), code=error.code)
        now, code = self._clock(), error.code[:60]
        kept = {"reason": code, "parts_sent": number}
        self._note_silence(work, error, now)
        match error.action:
            case SendAction.RETRY if row.attempts + 1 >= ATTEMPTS:
                return Outcome(Status.FAILED, kept | {"reason": "too_often"})
            case SendAction.RETRY:
                wait = max(
                    dt.timedelta(seconds=error.retry_after or 0), min(LONGEST_RETRY, dt.timedelta(seconds=2.0 ** (row.attempts + 1)))
                )
                if error.retry_after:  # the platform asks all of us to wait, not this one message
                    work.stop, work.due_at = "retry", now + dt.timedelta(seconds=error.retry_after)
                return Outcome(Status.QUEUED, kept | {"reason": "retry", "due_at": now + wait})
            case SendAction.UNKNOWN:
                return Outcome(Status.UNKNOWN, kept | ({} if code.lstrip("-").isdigit() else {"reason": "no_answer"}))
            case SendAction.PERSON if code in work.account.channel.capabilities.window_codes:
                return Outcome(Status.WAITING, kept | {"reason": "window"})
            case SendAction.PERSON:
                return Outcome(Status.SKIPPED, kept | {"reason": "blocked"}, gone=True)
            case SendAction.MORNING:
                return Outcome(Status.WAITING, kept | {"reason": "morning", "due_at": next_morning(now)})
            case SendAction.ACCOUNT:
                log.error("delivery_account_refused", account=work.account.id, code=error.code)
                work.stop = "account"
                # Not an attempt of this message: it waits with all others of its account.
                kept = {"reason": "account", "parts_sent": number, "due_at": now + ACCOUNT_WAIT, "attempts": row.attempts}
                return Outcome(Status.QUEUED, kept, refused=f"{error.code} {error.detail}".strip())
            case SendAction.REJECTED:
                log.error("delivery_rejected", delivery=row.id, account=work.account.id, code=error.code, detail=error.detail)
                return Outcome(Status.FAILED, kept)

    def _note_silence(self, work: Work, error: SendError, now: dt.datetime) -> None:
        """Leave a platform alone that does not answer: a thousand more messages would only become a thousand unknowns."""
        breaker = self._breaker(work.account)
        if error.action not in NO_ANSWER:
            breaker.succeeded()
            return
        breaker.failed()
        if breaker.wait() > 0:
            work.stop, work.due_at = "silence", now + SILENCE_WAIT

    def _pace(self, account: Account) -> Pace:
        key = (account.id, account.per_second)
        if key not in self._paces:
            self._paces[key] = Pace(account.per_second * SHARE, burst=0.0)
        return self._paces[key]

    def _breaker(self, account: Account) -> Breaker:
        return self._breakers.setdefault(account.id, Breaker())


def next_morning(now: dt.datetime) -> dt.datetime:
    """The next six o'clock in Vietnam."""
    here = now.astimezone(VIETNAM)
    morning = here.replace(hour=MORNING, minute=0, second=0, microsecond=0)
    return (morning + dt.timedelta(days=here >= morning)).astimezone(dt.UTC)
