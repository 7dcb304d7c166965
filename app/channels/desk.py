"""The desk: takes messages in, answers them in order, hands the answers to the couriers, and finds what was left behind.

A message is recorded before the platform hears «200»; its answer is recorded with the conversation's new state in one
transaction; sending follows. A person's next message waits until the last one is done. A process that dies leaves rows
whose lease (`due_at`) runs out; whoever finds them sends what is left of them. See docs/decisions/0009.
"""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import secrets
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import structlog
from sqlalchemy.exc import SQLAlchemyError

from app.assistant import repository as assistant_repository
from app.assistant.masking import mask
from app.assistant.pipeline import Thought
from app.assistant.service import Assistant
from app.channels import repository
from app.channels.accounts import Account, Accounts
from app.channels.courier import Courier, Draw, Job
from app.channels.models import MessageStatus, Mode
from app.channels.poller import Pollers
from app.channels.together import Together
from app.database import Database, Transaction
from app.errors import GanDanError, TooMany
from app.limits import RateLimiter
from app.messages import Found, Incoming, MessageKind, Reply, Update, UpdateKind
from app.rendering import render
from app.settings import Settings

log = structlog.get_logger()
BATCH = 8  # answers in one transaction: the interpreter is busy for some milliseconds with each
GATHER = 0.005
LOOK_AGAIN = 1.0
FOLLOW_ACCOUNTS = 5.0
LOOK_AFTER = 12 * 3600.0  # waited before and after: once a day
KEPT_LENGTH = 8_000  # of a message; more is never answered
START_AGAIN = dt.timedelta(hours=1)  # opening the chat greets once, however many events the platform makes of it
ASKING = frozenset({UpdateKind.MESSAGE, UpdateKind.PRESS})
UNRECORDED = frozenset({UpdateKind.SEARCH, UpdateKind.RECEIPT})


@dataclass
class Batch:
    """Messages that are answered together, sorted."""

    marks: list[dict[str, Any]] = field(default_factory=list)
    courtesies: list[tuple[int, Job]] = field(default_factory=list)
    others: list[Any] = field(default_factory=list)
    asking: list[tuple[Any, Incoming]] = field(default_factory=list)
    thoughts: Sequence[Thought] = ()


class Desk:
    """One per process. `accept` for webhooks and pollers; `start` and `stop` with the application."""

    def __init__(self, database: Database, assistant: Assistant, accounts: Accounts, settings: Settings, draw: Draw) -> None:
        self._database, self._assistant, self._accounts, self._settings = database, assistant, accounts, settings
        self._draw = draw
        self._together = Together(database)
        self._limiter = RateLimiter(settings.messages_per_minute)
        self._warnings = RateLimiter(1)
        self._couriers: dict[int, Courier] = {}
        self._retired: list[Courier] = []
        self._last_batch = 0.0
        self._worker = secrets.token_hex(8)
        self._wake = asyncio.Event()
        self._waiting = 0  # messages taken in here and not yet answered: without any, a finished one frees no other
        self._tasks: list[asyncio.Task[None]] = []
        self._courtesies: set[asyncio.Task[None]] = set()
        self._pollers = Pollers(database, accounts, self._worker, self.accept)
        self.receipts: Callable[[Account, Sequence[Update]], None] = lambda _account, _receipts: None
        """Who wants to know what became of our messages; the deliveries do."""

    # --- coming in -----------------------------------------------------------------------------------------------

    async def accept(self, account: Account, updates: Sequence[Update]) -> None:
        """Record updates once each. When this returns, they survive anything."""
        receipts = [update for update in updates if update.kind is UpdateKind.RECEIPT]
        if receipts:
            self.receipts(account, receipts)
        now = dt.datetime.now(dt.UTC)
        rows = [_row(account, update, now) for update in updates if update.kind not in UNRECORDED]

        async def record(session: Transaction) -> int:
            return await repository.record(session, rows)

        new = await self._together.write(record) if rows else 0
        if new:
            self._waiting += new
            self._wake.set()
        for update in updates:
            if update.kind is UpdateKind.SEARCH or update.receipt:
                self._reply_at_once(account, update)

    def _reply_at_once(self, account: Account, update: Update) -> None:
        """What waits on the citizen's screen: a pressed button, an inline search. Not recorded, never repeated."""
        task = asyncio.create_task(self._at_once(account, update))
        self._courtesies.add(task)
        task.add_done_callback(self._courtesies.discard)

    async def _at_once(self, account: Account, update: Update) -> None:
        if update.kind is not UpdateKind.SEARCH:
            await account.channel.acknowledge(update)
            return
        cards = self._assistant.pipeline.cards(update.text) if update.text.strip() else []
        found = []
        for card in cards:
            part = render(Reply(cards=(card,)), account.channel.capabilities)[0]
            found.append(Found(id=card.code, title=card.title, summary=card.subtitle or card.title, part=part))
        await account.channel.show(update, found)

    # --- life ----------------------------------------------------------------------------------------------------

    async def start(self) -> None:
        """Open the channels and begin to work."""
        await self._accounts.refresh()
        if self._database.alone:  # one process by design: nobody else can be sending
            await self._together.write(lambda session: repository.release_all(session, dt.datetime.now(dt.UTC)))
        self._tasks = [
            asyncio.create_task(self._forever(self._answer_some, 0.0)),
            asyncio.create_task(self._forever(self._find_left_behind, LOOK_AGAIN)),
            asyncio.create_task(self._forever(self._keep_lease, self._settings.channel_lease.total_seconds() / 3)),
            asyncio.create_task(self._forever(self._follow_accounts, FOLLOW_ACCOUNTS)),
            asyncio.create_task(self._forever(self._look_after_accounts, LOOK_AFTER)),
        ]

    async def stop(self) -> None:
        """Stop taking on work, let what is on its way arrive, close the channels."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._pollers.stop()
        await asyncio.gather(*self._courtesies, return_exceptions=True)
        await asyncio.gather(*(courier.close() for courier in (*self._retired, *self._couriers.values())))
        await self._together.close()
        await self._accounts.close()

    async def _forever(self, work: Any, pause: float) -> None:
        while True:
            try:
                await work()
            except SQLAlchemyError as error:
                log.error("channel_database", work=work.__name__, kind=type(error).__name__)
                await asyncio.sleep(LOOK_AGAIN)
            except Exception as error:
                log.exception("channel_desk", work=work.__name__, kind=type(error).__name__)
                await asyncio.sleep(LOOK_AGAIN)
            if pause:
                await asyncio.sleep(pause)

    async def _follow_accounts(self) -> None:
        await self._accounts.refresh()
        self._pollers.follow()

    async def _look_after_accounts(self) -> None:
        """Ask each platform once a day, also when nobody writes: a token that is never used lapses, and with it the consent."""
        await asyncio.sleep(LOOK_AFTER)
        for account in self._accounts.all():
            webhook = f"{self._settings.public_url}/kenh/{account.hook}" if account.mode is Mode.WEBHOOK else ""
            bad = [finding.what for finding in await account.channel.check(webhook) if not finding.good]
            if bad:
                log.warning("channel_needs_attention", channel=account.name, account=account.id, findings=len(bad))

    async def _keep_lease(self) -> None:
        self._retired = [courier for courier in self._retired if courier.busy]
        if self._retired or any(courier.busy for courier in self._couriers.values()):
            until = self._lease()
            await self._together.write(lambda session: repository.keep(session, self._worker, until))

    def _lease(self) -> dt.datetime:
        return dt.datetime.now(dt.UTC) + self._settings.channel_lease

    def _courier(self, account: Account) -> Courier:
        courier = self._couriers.get(account.id)
        if courier is None or courier.account is not account:
            if courier is not None:
                self._retired.append(courier)  # it finishes what it holds
            courier = self._couriers[account.id] = Courier(account, self._together, self._draw, self._one_finished)
        return courier

    def _one_finished(self) -> None:
        if self._waiting:
            self._wake.set()

    # --- answering -----------------------------------------------------------------------------------------------

    async def _answer_some(self) -> None:
        self._wake.clear()
        ahead = self._last_batch + GATHER - time.monotonic()
        if ahead > 0:
            await asyncio.sleep(ahead)
        began = time.monotonic()
        try:
            answered = await self._answer(BATCH)
        except SQLAlchemyError:
            raise
        except Exception as error:
            log.exception("channel_answer", kind=type(error).__name__)
            answered = await self._answer(1, failing=True)
        if answered:
            self._last_batch = began
        if answered < BATCH:  # nothing more to take now: until the next message, or a person's answer that holds back the next
            with contextlib.suppress(TimeoutError):  # not wait_for: Python 3.11's forgets to stop when woken at that very moment
                async with asyncio.timeout(LOOK_AGAIN):
                    await self._wake.wait()

    async def _answer(self, limit: int, *, failing: bool = False) -> int:
        """Answer the next messages in one transaction, then hand the answers over; how many there were."""
        in_use = [account.id for account in self._accounts.all()]
        if not in_use:
            return 0
        async with contextlib.AsyncExitStack() as stack:
            # Several processes keep what they claimed locked until it is answered. One alone need not: it looks and thinks
            # without holding up those who write, and a crash meanwhile leaves everything as it was.
            session = await stack.enter_async_context(self._database.look())
            rows = await repository.claim_received(session, in_use, limit)
            if not rows:
                return 0
            self._waiting = max(0, self._waiting - len(rows))
            try:
                batch = await self._think(session, rows)
                if self._database.alone:
                    await stack.aclose()
                    session = await stack.enter_async_context(self._database.transact())
                async with session.begin_nested() if failing else contextlib.nullcontext():
                    jobs = await self._record(session, batch)
            except Exception as error:
                if not failing or isinstance(error, SQLAlchemyError):
                    raise
                log.exception("channel_message_failed", message=rows[0].id, kind=type(error).__name__)
                if self._database.alone:
                    await stack.aclose()
                    session = await stack.enter_async_context(self._database.transact())
                jobs = [(rows[0].account_id, Job(None, rows[0].person, Reply(paragraphs=(GanDanError.message,)), _now()))]
                await repository.mark_answered(session, [self._mark(rows[0], MessageStatus.FAILED, reason=type(error).__name__)])
        for account_id, job in jobs:
            account = self._accounts.by_id(account_id)
            if account is not None:
                self._courier(account).put(job)
        return len(rows)

    async def _think(self, session: Transaction, rows: Sequence[Any]) -> Batch:
        """Sort the messages and think about the questions among them. Only reads."""
        batch = Batch()
        pressed = await self._pressed(session, rows)
        for row in rows:
            key = f"{row.account_id}:{row.person}"
            if UpdateKind(row.kind) not in ASKING:
                batch.others.append(row)
            elif not self._limiter.allow(key):
                batch.marks.append(self._mark(row, MessageStatus.SKIPPED, reason="quá nhanh"))
                if self._warnings.allow(key):
                    batch.courtesies.append((row.account_id, Job(None, row.person, Reply(paragraphs=(TooMany.message,)), _now())))
            elif row.content.get("message") == MessageKind.START and await self._just_greeted(session, row):
                batch.marks.append(self._mark(row, MessageStatus.SKIPPED, reason="đã chào"))
            else:
                batch.asking.append((row, self._incoming(row, pressed)))
        if batch.asking:
            batch.thoughts = await self._assistant.think(session, [incoming for _, incoming in batch.asking])
        return batch

    async def _record(self, session: Transaction, batch: Batch) -> list[tuple[int, Job]]:
        """Write everything that came of a batch; what to send."""
        marks, jobs = list(batch.marks), []
        for row in batch.others:
            said = await self._other(session, row, UpdateKind(row.kind))
            marks.append(self._mark(row, MessageStatus.SKIPPED, reason=row.kind))
            if said is not None:
                jobs.append((row.account_id, Job(None, row.person, said, _now())))
        asked = [incoming for _, incoming in batch.asking]
        answered = await self._assistant.record(session, asked, batch.thoughts) if asked else []
        for (row, _), each in zip(batch.asking, answered, strict=True):
            marks.append(self._mark(row, MessageStatus.ANSWERED, answer_id=each.reply.answer_id))
            jobs.append((row.account_id, Job(row.id, row.person, each.reply, _now(), forget=each.forgotten)))
            if each.forgotten:
                await repository.forget_person(session, row.account_id, row.person)
        await repository.mark_answered(session, marks)
        return jobs + batch.courtesies

    def _mark(self, row: Any, status: MessageStatus, answer_id: str | None = None, reason: str = "") -> dict[str, Any]:
        sending = status is MessageStatus.ANSWERED
        return {
            "id_": row.id,
            "status_": status,
            "answer_id_": answer_id,
            "reason_": reason,
            "worker_": self._worker if sending else None,
            "due_at_": self._lease(),
            "done_at_": None if sending else _now(),
        }

    async def _other(self, session: Transaction, row: Any, update: UpdateKind) -> Reply | None:
        """What is no question: leaving, erasure, feedback. What to say to it, if anything."""
        channel = self._channel_name(row)
        if update is UpdateKind.ERASE:
            await self._assistant.forget_person(session, (row.commune_id, channel, row.person))
            await repository.forget_person(session, row.account_id, row.person)
            await repository.update_message(session, row.id, person="")
        elif update is UpdateKind.BLOCKED:
            await self._assistant.left(session, (row.commune_id, channel, row.person))
        elif update is UpdateKind.FEEDBACK:
            word = "good" if row.content.get("number") else "bad"
            known = await assistant_repository.set_feedback(
                session, row.commune_id, channel, row.person, row.content.get("answer_id", ""), word, _now()
            )
            return self._assistant.pipeline.thanks_for_feedback(word) if known else None
        return None

    async def _just_greeted(self, session: Transaction, row: Any) -> bool:
        since = await assistant_repository.last_exchange(session, row.commune_id, self._channel_name(row), row.person)
        return since is not None and _now() - since < START_AGAIN

    async def _pressed(self, session: Transaction, rows: Sequence[Any]) -> dict[str, Reply]:
        wanted = {row.content.get("answer_id", "") for row in rows if row.kind == UpdateKind.PRESS}
        return await self._assistant.replies_of(session, wanted) if wanted else {}

    def _incoming(self, row: Any, pressed: dict[str, Reply]) -> Incoming:
        text = row.content.get("text", "")
        if row.kind == UpdateKind.PRESS:
            reply, number = pressed.get(row.content.get("answer_id", "")), row.content.get("number", 0)
            offered = reply.choices if reply is not None else ()
            text = offered[number - 1].send if 0 < number <= len(offered) else str(number)
        return Incoming(
            commune_id=row.commune_id,
            channel=self._channel_name(row),
            person=row.person,
            message_id=f"m{row.id}",
            kind=MessageKind(row.content.get("message", "text")),
            text=text,
            sent_at=row.sent_at,
            account_id=row.account_id,
        )

    def _channel_name(self, row: Any) -> str:
        account = self._accounts.by_id(row.account_id)
        assert account is not None  # only accounts in use are claimed, and nothing waits in between
        return account.name

    # --- what was left behind ------------------------------------------------------------------------------------

    async def _find_left_behind(self) -> None:
        in_use = [account.id for account in self._accounts.all()]
        if not in_use:
            return
        until = self._lease()
        rows = await self._together.write(lambda session: repository.take_over(session, in_use, self._worker, _now(), until, limit=50))
        if not rows:
            return
        async with self._database.read() as session:
            replies = await self._assistant.replies_of(session, [row.answer_id for row in rows])
        for row in rows:
            account, reply = self._accounts.by_id(row.account_id), replies.get(row.answer_id)
            if account is not None and reply is not None:
                self._courier(account).put(Job(row.id, row.person, reply, row.received_at, row.parts_sent, row.attempts))


def _row(account: Account, update: Update, now: dt.datetime) -> dict[str, Any]:
    content = {
        "message": update.message if update.message is not MessageKind.TEXT else None,
        "text": mask(update.text[:KEPT_LENGTH]).text,
        "answer_id": update.answer_id,
        "number": update.number,
    }
    return {
        "commune_id": account.commune_id,
        "account_id": account.id,
        "update_id": update.update_id,
        "kind": update.kind,
        "person": update.person,
        "content": {name: value for name, value in content.items() if value},
        "sent_at": update.sent_at,
        "received_at": now,
        "status": MessageStatus.RECEIVED,
        "due_at": now,
        "attempts": 0,
        "parts_sent": 0,
        "reason": "",
    }


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)
