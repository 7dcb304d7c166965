"""The control API of the fake: `POST /_sim/<action>` with a JSON object; the actions are the functions of `ACTIONS`.

Everything a citizen does takes `Delivery`'s values too, and answers `{msg_id, delivered, seconds, copies}` after its
webhook was answered: `delivered` is the HTTP status, null without an answer in time or without a webhook address.
A value the fake cannot use is refused with HTTP 400.
"""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import datetime as dt
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, get_args

from tests.fakes import zalo_oa_oauth as oauth
from tests.fakes.zalo_oa_events import Party, console_test, event
from tests.fakes.zalo_oa_flood import TEXTS, Flood, interacted, percentiles, said
from tests.fakes.zalo_oa_platform import GROUPS, Platform, recorded
from tests.fakes.zalo_oa_post import require_local
from tests.fakes.zalo_oa_state import Fault, Hook, Json, Phone, Template
from tests.fakes.zalo_oa_webhooks import Signing, hook

FAULTS = {"delivered_but_error", "cut_after_delivery", "cut_before_delivery", "error", "http500", "slow", "none"}


class ControlError(Exception):
    """A test asked for something impossible."""


@dataclass
class Delivery:
    """How a webhook goes out. `hold`: not before `release`; `copies`: so many times; see `Signing` for `signature`."""

    signature: Signing = "good"
    copies: int = 1
    hold: bool = False
    msg_id: str = ""
    timestamp: str = ""

    def __post_init__(self) -> None:
        if self.signature not in get_args(Signing):
            raise ControlError(f"signature is one of {', '.join(get_args(Signing))}")

    def stamp(self) -> Json:
        """The timestamp, when the test chose one."""
        return {"timestamp": self.timestamp} if self.timestamp else {}


@dataclass
class Control:
    """What the actions work on."""

    platform: Platform
    flood: Flood | None = None
    flooding: asyncio.Task[None] | None = None

    async def stop(self) -> None:
        """End a flood and all webhooks under way."""
        if self.flooding:
            self.flooding.cancel()
            await asyncio.gather(self.flooding, return_exceptions=True)
        await self.platform.hooks.stop()

    async def send(self, each: Hook, delivery: Delivery) -> Json:
        """Send a webhook as the test wants it."""
        if delivery.hold:
            self.platform.world.held += [each] * delivery.copies
            return {"msg_id": each.msg_id, "delivered": None, "seconds": 0.0, "copies": []}
        results = [await self.platform.hooks.deliver(each) for _ in range(delivery.copies)]
        first = results[0]
        copies = [result["delivered"] for result in results]
        return {"msg_id": each.msg_id, "delivered": first["delivered"], "seconds": first["seconds"], "copies": copies}

    async def says(self, id: str, name: str, message: Json, delivery: Delivery) -> Json:  # noqa: A002
        """A citizen sends something."""
        world = self.platform.world
        if delivery.msg_id:
            message["msg_id"] = delivery.msg_id
        return await self.send(said(world, world.citizen(id), name, message, delivery.signature, **delivery.stamp()), delivery)


# --- the account and the world ---------------------------------------------------------------------------------------


async def oa(control: Control, **fields: Any) -> Json:
    """Set fields of `Account`; the account as it is then. A webhook address must be on loopback; it subscribes again."""
    account = control.platform.world.account
    known = {each.name for each in dataclasses.fields(account)}
    if fields.keys() - known:
        raise ControlError(f"unknown: {', '.join(sorted(fields.keys() - known))}")
    if fields.get("webhook_url"):
        require_local(fields["webhook_url"])
        control.platform.world.subscribed = True
    for name, value in fields.items():
        setattr(account, name, tuple(value) if isinstance(value, list) else value)
    return dataclasses.asdict(account)


async def reset(control: Control) -> Json:
    """A new world with the account of the command line: no citizens, no calls, no tokens, real time."""
    await control.stop()
    control.flood = control.flooding = None
    control.platform.begin(dataclasses.replace(control.platform.first))
    return {}


async def clock(control: Control, advance_seconds: float = 0.0, set_to: str = "") -> Json:
    """Move the clock (`set_to`: ISO 8601), then do all that became due: retries, deliveries. The webhooks sent for it."""
    world = control.platform.world
    if set_to:
        world.clock.offset = dt.datetime.fromisoformat(set_to).timestamp() - time.time()
    world.clock.offset += advance_seconds
    return {"now": world.clock.now(), "webhooks": await control.platform.hooks.settle()}


async def fault(control: Control, kind: str, times: int = 1, on: str = "send", code: int = -200, seconds: float = 0.0) -> Json:
    """`times` -1: until `none` clears all. See `Fault`. `cut_after_delivery` on `token`: rotated, but the answer is lost."""
    if kind not in FAULTS or (on not in {"any", *GROUPS} and not on.startswith("/")):
        raise ControlError(f"kind is one of {', '.join(sorted(FAULTS))}; on is any, {', '.join(GROUPS)} or a path")
    if kind == "none":
        control.platform.world.faults.clear()
    elif times:
        control.platform.world.faults.append(Fault(kind, on, times, code, seconds))
    return {}


async def grant(control: Control) -> Json:
    """A pair of tokens as if an admin had consented. The pair before is dead."""
    pair = oauth.renewed(control.platform.world)
    return {"access_token": pair.access_token, "refresh_token": pair.refresh_token, "expires_in": str(int(oauth.ACCESS_LIFE))}


async def revoke(control: Control) -> Json:
    """End the grant, as when the callback address or the permissions change."""
    oauth.retire(control.platform.world)
    return {}


async def phone(control: Control, phone: str, error: int = 0, *, admin: bool = False) -> Json:
    """A phone number; `error` is what template messages to it get. What it received."""
    known = control.platform.world.phones.setdefault(phone, Phone())
    known.error, known.admin = error, admin
    return {"messages": known.messages}


async def template(control: Control, id: str, params: dict[str, int], *, by_uid: bool = True, status: str = "ENABLE") -> Json:  # noqa: A002
    """A ZNS template; `params`: name → most characters."""
    control.platform.world.templates[id] = Template(id, params, by_uid=by_uid, status=status)
    return {}


# --- citizens ---------------------------------------------------------------------------------------------------------


async def citizen(control: Control, id: str, silent_for: float | None = 0.0, **fields: Any) -> Json:  # noqa: A002
    """A citizen with fields of `Citizen` (follows, name, phone, refuse). `silent_for`: seconds since the last interaction, null: never."""
    world = control.platform.world
    if fields.keys() - {"follows", "name", "phone", "refuse"}:
        raise ControlError("a citizen has follows, name, phone, refuse")
    person = world.citizen(id)
    for name, value in fields.items():
        setattr(person, name, value)
    person.last_interaction = None if silent_for is None else world.clock.now() - silent_for
    person.answered = 0
    return {"id": id, "user_id_by_app": person.id_by_app}


async def say(control: Control, id: str, text: str, quote: str = "", **delivery: Any) -> Json:  # noqa: A002
    """A text; `quote`: the message id it answers."""
    message = {"text": text, **({"quote_msg_id": quote} if quote else {})}
    return await control.says(id, "user_send_text", message, Delivery(**delivery))


def _sends(name: str) -> Callable[..., Awaitable[Json]]:
    async def sends(control: Control, id: str, text: str = "", message: Json | None = None, **delivery: Any) -> Json:  # noqa: A002
        """A sample attachment; `text`: its caption; `message` goes over the sample."""
        return await control.says(id, name, {**({"text": text} if text else {}), **(message or {})}, Delivery(**delivery))

    return sends


async def follow(control: Control, id: str, source: str = "oa_profile", **delivery: Any) -> Json:  # noqa: A002
    """The citizen follows the OA."""
    world, how = control.platform.world, Delivery(**delivery)
    person = world.citizen(id)
    person.follows = True
    interacted(world, person)
    return await control.send(hook(world, event(world, "follow", person, source=source, **how.stamp()), person, how.signature), how)


async def unfollow(control: Control, id: str, **delivery: Any) -> Json:  # noqa: A002
    """The citizen leaves."""
    world, how = control.platform.world, Delivery(**delivery)
    person = world.citizen(id)
    person.follows = False
    return await control.send(hook(world, event(world, "unfollow", person, **how.stamp()), None, how.signature), how)


async def press(control: Control, id: str, message_id: str, button: int | str, **delivery: Any) -> Json:  # noqa: A002
    """A button under a message of the inbox: its number from 0, or its title. Only query buttons say something."""
    person = control.platform.world.citizen(id)
    shown = next((shown for shown in person.inbox if shown.message_id == message_id), None)
    if shown is None:
        raise ControlError("the citizen has no such message")
    found = [each for number, each in enumerate(shown.buttons) if button in {number, each["title"]}]
    if not found:
        raise ControlError("the message has no such button")
    if found[0]["type"] not in {"oa.query.show", "oa.query.hide"}:
        return {"msg_id": None, "delivered": None, "seconds": 0.0, "copies": [], "opened": found[0]["payload"]}
    return await control.says(id, "user_send_text", {"text": found[0]["payload"]}, Delivery(**delivery))


async def inbox(control: Control, id: str) -> list[Json]:  # noqa: A002
    """What the OA sent to a citizen, in order."""
    known = control.platform.world.citizens.get(id)
    return [dataclasses.asdict(shown) for shown in known.inbox] if known else []


async def wait(control: Control, count: int = 1, to: str = "", timeout: float = 10.0, id: str = "") -> Json:  # noqa: A002, ASYNC109
    """Wait until citizen `to` or `id` (without: all together) has received `count` messages."""
    world, to = control.platform.world, to or id

    def seen() -> int:
        return len(world.citizen(to).inbox) if to else world.counters["accepted"]

    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(timeout):
            while seen() < count:
                world.arrived.clear()
                await world.arrived.wait()
    return {"count": seen(), "done": seen() >= count}


# --- webhooks ---------------------------------------------------------------------------------------------------------


async def any_event(
    control: Control,
    name: str,
    id: str = "9000000000000000001",  # noqa: A002
    party: Party | None = None,
    fields: Json | None = None,
    **delivery: Any,
) -> Json:
    """Any event of the reference, or an unknown one. `fields` go over the sample's; `party`: who is named where."""
    world, how = control.platform.world, Delivery(**delivery)
    message = {"message": {"msg_id": how.msg_id}} if how.msg_id else {}
    body = event(world, name, world.citizen(id), party=party, **{**message, **how.stamp(), **(fields or {})})
    return await control.send(hook(world, body, None, how.signature), how)


async def test_event(control: Control, **delivery: Any) -> Json:
    """The console's test button."""
    how = Delivery(**delivery)
    return await control.send(hook(control.platform.world, console_test(control.platform.world), None, how.signature), how)


async def raw(control: Control, body: str, headers: dict[str, str] | None = None) -> Json:
    """Bytes of the test's own to the webhook address, unsigned."""
    world = control.platform.world
    return await control.send(Hook("raw", body.encode(), headers or {}, world.clock.now()), Delivery())


async def release(control: Control, order: str = "same") -> list[Json]:
    """Send what was held, one after the other: `same` or `reversed` order."""
    world = control.platform.world
    held, world.held = world.held, []
    return [await control.send(each, Delivery()) for each in (held[::-1] if order == "reversed" else held)]


# --- what happened ----------------------------------------------------------------------------------------------------


async def calls(control: Control, after: int = 0) -> list[Json]:
    """Every call with a number above `after`, oldest first, without tokens."""
    return [recorded(call) for call in control.platform.world.calls[int(after) :]]


async def webhooks(control: Control, after: int = 0) -> list[Json]:
    """Every webhook that was sent: event, msg_id, num_retry, delivered, seconds."""
    return control.platform.world.webhooks[int(after) :]


async def state(control: Control) -> Json:
    """Clock, counters, warnings, and whether the webhook is still subscribed."""
    world = control.platform.world
    warnings = [warning for call in world.calls for warning in call.warnings]
    return {"now": world.clock.now(), **world.counters, "calls": len(world.calls), "warnings": warnings, "subscribed": world.subscribed}


async def flood(control: Control, citizens: int, per_second: float, seconds: float, texts: tuple[str, ...] = TEXTS) -> Json:
    """Begin to send at a steady rate; forgets earlier latencies. `latencies` tells when it is over."""
    if control.flooding and not control.flooding.done():
        raise ControlError("a flood is running")
    world = control.platform.world
    world.latencies.clear()
    for person in world.citizens.values():
        person.waiting.clear()
    control.flood = Flood(citizens, per_second, seconds, texts)
    control.flooding = asyncio.create_task(control.flood.run(control.platform.hooks))
    return {"planned": control.flood.planned}


async def latencies(control: Control) -> Json:
    """Seconds from a citizen's webhook to the first message accepted for that citizen after it, and the flood's state."""
    world = control.platform.world
    waiting = sum(len(person.waiting) for person in world.citizens.values())
    found: Json = {"count": len(world.latencies), "waiting": waiting, **percentiles(world.latencies), "list": world.latencies}
    return found | {"flood": control.flood.summary() if control.flood else None}


ACTIONS: dict[str, Callable[..., Awaitable[Any]]] = {
    action.__name__: action
    for action in (
        *(oa, reset, clock, fault, grant, revoke, phone, template),
        *(citizen, say, follow, unfollow, press, inbox, wait),
        *(raw, release, calls, webhooks, state, flood, latencies),
    )
} | {
    "event": any_event,
    "console_test": test_event,
    "photo": _sends("user_send_image"),
    **{kind: _sends(f"user_send_{kind}") for kind in ("gif", "link", "audio", "video", "sticker", "location", "file", "business_card")},
}


async def perform(control: Control, name: str, values: Json) -> tuple[int, Any]:
    """HTTP status and answer of one action."""
    if name not in ACTIONS:
        return HTTPStatus.NOT_FOUND, {"error": f"actions: {', '.join(ACTIONS)}"}
    try:
        return HTTPStatus.OK, await ACTIONS[name](control, **values)
    except (ControlError, TypeError, ValueError) as error:
        return HTTPStatus.BAD_REQUEST, {"error": str(error)}
