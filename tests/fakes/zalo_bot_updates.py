"""What citizens do, on its way to the bot: pushed to its webhook, or handed out one by one to who asks.

Nothing is known of retries, so there are none: what a webhook does not take is gone.
"""

from __future__ import annotations

import asyncio
import json
from collections import deque
from dataclasses import dataclass

from tests.fakes.serving import Json
from tests.fakes.telegram_push import Pushed, Pusher
from tests.fakes.zalo_bot_state import ApiError, State

SECRET_HEADER = "X-Bot-Api-Secret-Token"


@dataclass(frozen=True)
class Delivery:
    """How a test wants an event to go: with another secret ("" for none), not before `release`, so many times, in this form."""

    secret: str | None = None
    hold: bool = False
    copies: int = 1
    body: str = ""  # enveloped or bare; empty: as switched


class Updates:
    """The queue, and the webhook."""

    def __init__(self, state: State) -> None:
        self._state = state
        self.url, self.secret = "", ""
        self.updated_at = 0
        self.pushes: list[Json] = []
        self._queue: deque[Json] = deque()
        self._held: list[tuple[Json, Delivery]] = []
        self._pollers = 0
        self._tasks: set[asyncio.Task[Pushed]] = set()
        self._pusher = Pusher(30)

    def close(self) -> None:
        for task in self._tasks:
            task.cancel()
        self._pusher.close()

    def set_webhook(self, url: str, secret: str) -> Json:
        """From now on events go there, "" for nowhere."""
        self.url, self.secret, self.updated_at = url, secret, self._state.milliseconds()
        self._state.changed.send()
        return self.info()

    def info(self) -> Json:
        return {"url": self.url, "updated_at": self.updated_at}

    def add(self, event: Json, delivery: Delivery) -> asyncio.Task[Pushed] | None:
        """A new event; the push under way, None when nothing is pushed now."""
        if delivery.hold:
            self._held.append((event, delivery))
        elif self.url:
            return self.add_body(_body(event, delivery.body or self._state.switches.body), event["message"]["chat"]["id"], delivery)
        elif self._pollers or self._state.switches.keep_unpolled:
            self._queue.extend([event] * delivery.copies)
            self._state.changed.send()
        return None

    def add_body(self, body: bytes, chat: str, delivery: Delivery) -> asyncio.Task[Pushed]:
        """Push something, whatever it says."""
        task = asyncio.create_task(self._push(body, chat, delivery))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def release(self, *, reverse: bool) -> list[str]:
        """Send what was held, one after the other; the message ids in the order in which they went."""
        held, self._held = self._held[:: -1 if reverse else 1], []
        for event, delivery in held:
            if push := self.add(event, Delivery(delivery.secret, copies=delivery.copies, body=delivery.body)):
                await push
        return [event["message"]["message_id"] for event, _ in held]

    async def poll(self, seconds: float) -> Json:
        """One event. Raises ApiError: 408 when there is none in time, or a webhook is set."""
        self._refuse_beside_a_webhook()
        self._pollers += 1
        try:
            await self._state.changed.until(lambda: bool(self._queue or self.url), seconds)
        finally:
            self._pollers -= 1
        self._refuse_beside_a_webhook()
        if not self._queue:
            raise ApiError(408)
        event = self._queue.popleft()
        self._state.load.sent(event["message"]["chat"]["id"])
        return event

    def _refuse_beside_a_webhook(self) -> None:
        if self.url:
            raise ApiError(self._state.switches.conflict_code, "getUpdates does not work while a webhook is set")

    async def _push(self, body: bytes, chat: str, delivery: Delivery) -> Pushed:
        """Push the copies; how the first went."""
        secret = self.secret if delivery.secret is None else delivery.secret
        self._state.load.sent(chat)
        first = None
        for _ in range(delivery.copies):
            pushed = await self._pusher.post(self.url, body, {SECRET_HEADER: secret} if secret else {})
            self.pushes.append({"at": self._state.clock.now(), "status": pushed.status, "seconds": pushed.seconds, "error": pushed.error})
            first = first or pushed
        assert first
        return first


def _body(event: Json, form: str) -> bytes:
    return json.dumps({"ok": True, "result": event} if form == "enveloped" else event, ensure_ascii=False, separators=(",", ":")).encode()
