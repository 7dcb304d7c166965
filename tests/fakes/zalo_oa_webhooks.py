"""Sends the webhooks: signed, within two seconds, again when they fail (zalo-oa.md §9.1, §9.2)."""

from __future__ import annotations

import asyncio
import dataclasses
import hashlib
import hmac
import json
import time
from http import HTTPStatus
from typing import Literal

from tests.fakes.zalo_oa_post import Poster
from tests.fakes.zalo_oa_state import HOUR, MINUTE, Account, Citizen, Hook, Json, World

SECONDS = 2.0
RETRIES = (30.0, 5 * MINUTE, 15 * MINUTE, 30 * MINUTE, HOUR)  # each after the attempt before
SIGNATURE = "X-ZEvent-Signature"

Signing = Literal["good", "spaced", "bare", "wrong", "hmac", "missing", "tampered"]


def mac(account: Account, body: bytes, timestamp: str) -> str:
    """The signature of a body: plain SHA-256 with the OA's secret, 64 hex digits."""
    return hashlib.sha256(account.app_id.encode() + body + timestamp.encode() + account.oa_secret.encode()).hexdigest()


def signed(account: Account, body: bytes, timestamp: str, signing: Signing = "good") -> tuple[bytes, dict[str, str]]:
    """Body and signature header. `tampered`: the body was changed after signing; `spaced`, `bare`: good, written differently."""
    good = mac(account, body, timestamp)
    match signing:
        case "good":
            return body, {SIGNATURE: f"mac={good}"}
        case "spaced":
            return body, {SIGNATURE: f"mac = {good}"}
        case "bare":
            return body, {SIGNATURE: good}
        case "wrong":
            return body, {SIGNATURE: f"mac={hashlib.sha256(good.encode()).hexdigest()}"}
        case "hmac":
            return body, {SIGNATURE: f"mac={hmac.new(account.oa_secret.encode(), body, hashlib.sha256).hexdigest()}"}
        case "missing":
            return body, {}
        case "tampered":
            return body[:-1] + b',"forged":true}', {SIGNATURE: f"mac={good}"}
    raise ValueError(f"unknown signing {signing!r}")


def hook(
    world: World, body: Json, citizen: Citizen | None = None, signing: Signing = "good", headers: dict[str, str] | None = None
) -> Hook:
    """A signed webhook. Raises ValueError for an unknown way of signing."""
    raw = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
    raw, signature = signed(world.account, raw, body["timestamp"], signing)
    message = body.get("message")
    msg_id = message.get("msg_id", "") if isinstance(message, dict) else ""
    every = {"Content-Type": "application/json", **signature, **(headers or {})}
    return Hook(body["event_name"], raw, every, world.clock.now(), msg_id, citizen)


class Webhooks:
    """The sender of one world."""

    def __init__(self, world: World) -> None:
        self.world = world
        self._poster = Poster()
        self._tasks: set[asyncio.Task[Json]] = set()
        self._settling = asyncio.Lock()

    async def stop(self) -> None:
        """Forget what is under way."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._poster.close()

    async def settle(self) -> list[Json]:
        """Do all that is due by the clock and wait for its webhooks, retries of retries included."""
        done: list[Json] = []
        async with self._settling:
            while action := self.world.take_due():
                action()
                results = await asyncio.gather(*self.flush(), return_exceptions=True)
                done += [result for result in results if isinstance(result, dict)]
        return done

    def flush(self) -> list[asyncio.Task[Json]]:
        """Begin to send what waits in the outbox."""
        hooks, self.world.outbox = self.world.outbox, []
        return [self.begin(each) for each in hooks]

    def begin(self, each: Hook) -> asyncio.Task[Json]:
        """Begin to send one webhook without waiting."""
        task = asyncio.create_task(self.deliver(each))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def deliver(self, each: Hook) -> Json:
        """Send one webhook. `delivered`: the HTTP status, None without an answer in time or without a subscription."""
        account = self.world.account
        record: Json = {"number": len(self.world.webhooks) + 1, "event": each.event, "msg_id": each.msg_id, "num_retry": each.attempt}
        if not account.webhook_url or not self.world.subscribed or each.event in account.muted:
            return record | {"number": None, "delivered": None, "seconds": 0.0, "error": "not subscribed"}
        self.world.webhooks.append(record)
        started = time.perf_counter()
        if each.citizen is not None and each.attempt == 0:
            each.citizen.waiting.append(started)
        status, error, connected = await self._post(account.webhook_url, each)
        record |= {"delivered": status, "seconds": time.perf_counter() - started, "error": error}
        if status != HTTPStatus.OK and (account.retry_on == "any" or not connected):
            self._again(each)
        return record

    async def _post(self, url: str, each: Hook) -> tuple[int | None, str, bool]:
        retry = {"num_retry": str(each.attempt)} if each.attempt else {}
        try:
            async with asyncio.timeout(SECONDS):
                return await self._poster.post(url, each.headers | retry, each.body), "", True
        except TimeoutError:
            return None, "no answer within 2 s", True
        except (OSError, EOFError, LookupError, ValueError) as error:
            return None, type(error).__name__, False

    def _again(self, each: Hook) -> None:
        if each.attempt == len(RETRIES):
            self.world.subscribed = False
            return
        due = (each.due if each.attempt else self.world.clock.now()) + RETRIES[each.attempt]
        again = dataclasses.replace(each, attempt=each.attempt + 1, due=due)
        self.world.later(due, lambda: self.world.outbox.append(again))
