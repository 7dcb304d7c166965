"""Updates on their way to the bot: pushed to its webhook until it takes them, or kept until it asks for them."""

from __future__ import annotations

import asyncio
import json
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from tests.fakes.serving import Json
from tests.fakes.telegram_contract import CONTRACT, ApiError
from tests.fakes.telegram_push import Pushed, Pusher
from tests.fakes.telegram_state import DAY, State

BY_DEFAULT = frozenset(CONTRACT.updates) - {"chat_member", "message_reaction", "message_reaction_count"}
CLOSED_AFTER = 23 * 3600.0  # of nothing but 410
MAX_DELAY, MAX_RETRY_AFTER, MAX_POLL = 120, 3600.0, 50
SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"
HEADERS = {"Connection": "keep-alive", "Accept-Encoding": "gzip, deflate"}


@dataclass(frozen=True)
class Delivery:
    """How a test wants an update to go: with another secret ("" for none), not before `release`, so many times."""

    secret: str | None = None
    hold: bool = False
    copies: int = 1


@dataclass
class Pending:
    """An update that is not taken yet. `first`: how the first attempt ended."""

    number: int
    body: bytes
    made: float
    chat: int | None
    secret: str | None
    copies: int
    due: float = 0.0
    delay: float = 1.0
    attempts: int = 0
    first: asyncio.Future[Pushed | None] = field(default_factory=lambda: asyncio.get_running_loop().create_future())

    def settle(self, pushed: Pushed | None) -> None:
        if not self.first.done():
            self.first.set_result(pushed)


class Updates:
    """The queue. `on_reply`: what the bot wrote into its answer to a webhook."""

    def __init__(self, state: State, on_reply: Callable[[Json], Awaitable[None]]) -> None:
        self._state, self._on_reply = state, on_reply
        self.url, self.secret, self.max_connections = "", "", 40
        self.allowed: list[str] = []
        self.pushes: list[Json] = []
        self.last_error: Json = {}
        self._next = 700_000_001
        self._queue: dict[int, Pending] = {}
        self._held: list[Pending] = []
        self._tasks: set[asyncio.Task[None]] = set()
        self._slots = asyncio.Semaphore(self.max_connections)
        self._pusher = Pusher(60)
        self._poll = 0
        self._gone_since: float | None = None

    def close(self) -> None:
        self._stop()
        self._pusher.close()

    def add(self, kind: str, content: Json, chat: int | None, delivery: Delivery) -> Pending | None:
        """A new update; None when the bot did not ask for this kind. `chat`: where an answer is awaited."""
        if kind not in (self.allowed or BY_DEFAULT):
            return None
        body = json.dumps({"update_id": self._next, kind: content}, ensure_ascii=False, separators=(",", ":"))
        return self.add_body(body.encode(), chat, delivery)

    def add_body(self, body: bytes, chat: int | None, delivery: Delivery) -> Pending:
        """A new update, whatever it says."""
        pending = Pending(self._next, body, self._state.clock.now(), chat, delivery.secret, delivery.copies)
        self._next += 1
        if delivery.hold:
            self._held.append(pending)
        else:
            self._enqueue(pending)
        return pending

    async def outcome(self, pending: Pending) -> Pushed | None:
        """What the webhook answered at the first attempt; None when nothing is pushed now."""
        return await asyncio.shield(pending.first) if self.url and pending.number in self._queue else None

    async def release(self, *, reverse: bool) -> list[int]:
        """Send what was held, one after the other; the order in which it went."""
        held, self._held = self._held[:: -1 if reverse else 1], []
        for pending in held:
            self._enqueue(pending)
            await self.outcome(pending)
        return [pending.number for pending in held]

    def set_webhook(self, url: str, secret: str, max_connections: int, *, drop: bool) -> bool:
        """From now on updates go there, "" for nowhere. Whether that is news."""
        news = (self.url, self.secret, self.max_connections) != (url, secret, max_connections)
        if not news and not drop:
            return False
        self._stop()
        if drop:
            self._queue = {}
        self.url, self.secret, self.max_connections = url, secret, max_connections
        self._slots = asyncio.Semaphore(max_connections)
        self.last_error, self._gone_since = {}, None
        self._state.changed.send()
        for pending in self._queue.values() if url else ():
            self._start(pending)
        return news

    def info(self) -> Json:
        """WebhookInfo."""
        head: Json = {"url": self.url, "has_custom_certificate": False, "pending_update_count": len(self._fresh())}
        allowed = {"allowed_updates": self.allowed} if self.allowed else {}
        return head | ({"max_connections": self.max_connections, "ip_address": "127.0.0.1"} if self.url else {}) | self.last_error | allowed

    async def poll(self, offset: int, limit: int, seconds: float) -> list[Json]:
        """Updates by asking. Raises ApiError when somebody else asks or a webhook is set."""
        if self.url:
            raise ApiError("can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first", 409)
        self._poll += 1
        mine = self._poll
        self._state.changed.send()
        numbers = list(self._fresh())
        first = offset if offset >= 0 else (numbers[offset:] or [0])[0]
        self._queue = {number: pending for number, pending in self._fresh().items() if number >= first}
        changed = self._state.changed
        await changed.until(lambda: bool(self._queue or self._poll != mine or self.url), min(seconds, MAX_POLL))
        if self.url:
            raise ApiError("terminated by setWebhook request", 409)
        if self._poll != mine:
            raise ApiError("terminated by other getUpdates request; make sure that only one bot instance is running", 409)
        taken = list(self._queue.values())[:limit]
        for pending in taken:
            self._leaves(pending)
        return [json.loads(pending.body) for pending in taken]

    def _fresh(self) -> dict[int, Pending]:
        """The queue without what is older than a day."""
        oldest = self._state.clock.now() - DAY
        self._queue = {number: pending for number, pending in self._queue.items() if pending.made > oldest}
        return self._queue

    def _enqueue(self, pending: Pending) -> None:
        self._queue[pending.number] = pending
        if self.url:
            self._start(pending)
        self._state.changed.send()

    def _start(self, pending: Pending) -> None:
        task = asyncio.create_task(self._deliver(pending))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        for pending in self._queue.values():
            pending.settle(None)

    def _leaves(self, pending: Pending) -> None:
        pending.attempts += 1
        if pending.chat is not None and pending.attempts == 1:
            self._state.load.sent(pending.chat)

    async def _deliver(self, pending: Pending) -> None:
        """Push an update until it is taken, too old, or the webhook is closed."""
        clock = self._state.clock
        while True:
            await clock.until(pending.due)
            if clock.now() - pending.made >= DAY:
                break
            async with self._slots:
                self._leaves(pending)
                secret = self.secret if pending.secret is None else pending.secret
                pushed = await self._pusher.post(self.url, pending.body, HEADERS | ({SECRET_HEADER: secret} if secret else {}))
            retry_in = None if pushed.accepted else _delay(pending, pushed)
            attempt = {"update_id": pending.number, "attempt": pending.attempts, "at": clock.now(), "retry_in": retry_in}
            self.pushes.append(attempt | {"status": pushed.status, "seconds": pushed.seconds, "error": pushed.error})
            pending.settle(pushed)
            if retry_in is not None:
                pending.due = clock.now() + retry_in
                self._note_error(pushed)
                continue
            pending.copies -= 1
            await self._execute(pushed.content)
            if pending.copies <= 0:
                break
        self._queue.pop(pending.number, None)

    def _note_error(self, pushed: Pushed) -> None:
        now = self._state.clock.now()
        phrase = f"Wrong response from the webhook: {pushed.status} {HTTPStatus(pushed.status).phrase}" if pushed.status else pushed.error
        self.last_error = {"last_error_date": int(now), "last_error_message": phrase}
        if pushed.status != HTTPStatus.GONE:
            self._gone_since = None
        elif self._gone_since is None:
            self._gone_since = now
        elif now - self._gone_since >= CLOSED_AFTER:
            asyncio.get_running_loop().call_soon(lambda: self.set_webhook("", "", 40, drop=False))

    async def _execute(self, content: bytes) -> None:
        """An answer that names a method is a call."""
        try:
            reply: Any = json.loads(content) if content else None
        except ValueError:
            return
        if isinstance(reply, dict) and isinstance(reply.get("method"), str):
            await self._on_reply(reply)


def _delay(pending: Pending, pushed: Pushed) -> float:
    """Seconds until the next attempt: doubling up to a random cap, or what the bot asks for."""
    wait = min(pending.delay, 60 + secrets.randbelow(MAX_DELAY - 60 + 1))
    pending.delay = wait * 2
    return min(float(pushed.retry_after), MAX_RETRY_AFTER) if pushed.retry_after.isdecimal() else wait
