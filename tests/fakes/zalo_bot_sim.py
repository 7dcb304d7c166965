"""The citizens of the Zalo Bot fake, moved by its control API: what they say, and what they see."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields

from tests.fakes.serving import Action, Fault, Json, Refused, switch
from tests.fakes.zalo_bot_state import Citizen, State, new_id
from tests.fakes.zalo_bot_updates import Delivery, Updates

FILES = "https://photo-stal.zdn.vn/fake"

Content = Callable[[Json, tuple[str, ...]], Json]
"""What was posted, and the keys under which a picture's address goes: the content of a message."""

# Action → event, content. There is no event for a place: it comes as unsupported, as whatever a protected user sends does.
EVENTS: dict[str, tuple[str, Content]] = {
    "say": ("message.text.received", lambda values, _: {"text": values["text"]}),
    "photo": (
        "message.image.received",
        lambda values, keys: (
            dict.fromkeys(keys, values.get("url", f"{FILES}.jpg")) | ({"caption": values["caption"]} if "caption" in values else {})
        ),
    ),
    "sticker": ("message.sticker.received", lambda values, _: {"sticker": values.get("sticker", "0e078a9b"), "url": f"{FILES}.webp"}),
    "voice": ("message.voice.received", lambda _, __: {"voice_url": f"{FILES}.aac"}),
    "location": ("message.unsupported.received", lambda _, __: {}),
    "unsupported": ("message.unsupported.received", lambda _, __: {}),
}


class Sim:
    """The control API. Every action of a citizen may carry the fields of `Delivery`."""

    def __init__(self, state: State, updates: Updates) -> None:
        self._state, self._updates = state, updates
        self.actions: Mapping[str, Action] = {
            "citizen": self._citizen,
            "block": self._block,
            "unblock": self._unblock,
            "event": self._event,
            "release": self._release,
            "webhooks": self._webhooks,
            "clock": self._clock,
            "switch": self._switch,
            "fault": self._fault,
            "inbox": self._inbox,
            "wait": self._wait,
            "flood": self._flood,
            "latencies": self._latencies,
        } | {name: self._does(name) for name in EVENTS}

    async def _citizen(self, values: Json) -> Json:
        citizen = self._state.citizen(values["id"])
        citizen.name = values.get("name", citizen.name)
        return citizen.sender()

    def _does(self, name: str) -> Action:
        """Write to the bot, or into the `group`: there it sees what answers or mentions it only (`mention`, true unless said)."""

        async def act(values: Json) -> Json:
            event = self._write(name, values)
            if values.get("group") and not values.get("mention", True):
                return {"message_id": event["message"]["message_id"], "delivered": None, "seconds": 0.0}
            return await self._send(event, values)

        return act

    async def _block(self, values: Json) -> Json:
        self._state.citizen(values["id"]).blocked = True
        return {}

    async def _unblock(self, values: Json) -> Json:
        self._state.citizen(values["id"]).blocked = False
        return {}

    async def _event(self, values: Json) -> Json:
        """Any event: `event_name` and `message`; or `raw`, a body that need not be JSON."""
        if "raw" not in values:
            return await self._send({"event_name": values["event_name"], "message": values["message"]}, values)
        if not self._updates.url:
            raise Refused("a raw body needs a webhook")
        pushed = await self._updates.add_body(values["raw"].encode(), "", _delivery(values))
        return {"message_id": None, "delivered": pushed.status, "seconds": pushed.seconds}

    async def _release(self, values: Json) -> list[str]:
        """Send what was held, `same` or `reversed` order; the message ids as they went."""
        return await self._updates.release(reverse=values.get("order") == "reversed")

    async def _webhooks(self, _: Json) -> list[Json]:
        return self._updates.pushes

    async def _clock(self, values: Json) -> Json:
        self._state.clock.advance(float(values.get("advance_seconds", 0)))
        return {"now": self._state.clock.now()}

    async def _switch(self, values: Json) -> Json:
        return switch(self._state.switches, values)

    async def _fault(self, values: Json) -> Json:
        self._state.faults.add(Fault(**values))
        return {}

    async def _inbox(self, values: Json) -> list[Json]:
        return self._state.shown.get(values["id"], [])

    async def _wait(self, values: Json) -> list[Json]:
        """Wait until a chat has `count` messages of the bot; its inbox, also when they did not come."""
        chat, count = values["id"], int(values.get("count", 1))
        await self._state.changed.until(lambda: len(self._state.shown.get(chat, ())) >= count, float(values.get("timeout", 10)))
        return self._state.shown.get(chat, [])

    async def _flood(self, values: Json) -> Json:
        """Begin to send `per_second` for `seconds`, from so many `citizens`; `latencies` tells how it goes."""

        def say(number: int, text: str) -> None:
            self._updates.add(self._write("say", {"id": flood_id(number), "text": text}), Delivery())

        return self._state.load.begin(values, say) | {"first_id": flood_id(0)}

    async def _latencies(self, _: Json) -> Json:
        return self._state.load.report()

    def _write(self, name: str, values: Json) -> Json:
        """The event of what a citizen does; from now on the bot knows the chat."""
        citizen: Citizen = self._state.citizen(values["id"])
        if citizen.blocked:
            raise Refused("this citizen left; unblock first")
        group = values.get("group", "")
        if group:
            self._state.groups.add(group)
        else:
            citizen.known = True
        event_name, content = EVENTS[name]
        chat = {"id": group or citizen.id, "chat_type": "GROUP" if group else "PRIVATE"}
        message = {"from": citizen.sender(), "chat": chat, **content(values, tuple(self._state.switches.photo_keys))}
        return {"event_name": event_name, "message": message | {"message_id": new_id(), "date": self._state.milliseconds()}}

    async def _send(self, event: Json, values: Json) -> Json:
        """What became of an event: HTTP status and seconds of the webhook's answer."""
        push = self._updates.add(event, _delivery(values))
        pushed = await push if push else None
        number = event["message"].get("message_id")
        return {"message_id": number, "delivered": pushed.status if pushed else None, "seconds": pushed.seconds if pushed else 0.0}


def flood_id(number: int) -> str:
    return f"f100d{number:015x}"


def _delivery(values: Json) -> Delivery:
    return Delivery(**{each.name: values[each.name] for each in fields(Delivery) if each.name in values})
