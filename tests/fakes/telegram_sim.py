"""The citizens of the Telegram fake, moved by its control API: what they say and press, and what they see."""

from __future__ import annotations

import base64
import re
import secrets
from collections.abc import Callable, Mapping
from dataclasses import fields
from typing import Any

from tests.fakes.serving import Action, Fault, Json, Refused, switch
from tests.fakes.telegram_state import Citizen, Query, State
from tests.fakes.telegram_text import detected
from tests.fakes.telegram_updates import Delivery, Pending, Updates

FIRST_OF_FLOOD = 7_000_000_000
PAYLOAD = re.compile(r"[A-Za-z0-9_-]{0,64}")
PIXEL = base64.b64decode("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==")

Media = Callable[[Json, Json], Json]
"""What was posted, and a stored file: the content of a message."""

MEDIA: dict[str, Media] = {
    "photo": lambda values, file: {"photo": [file | {"width": 90, "height": 67}, file | {"width": 1280, "height": 960}]} | _caption(values),
    "document": lambda values, file: (
        {"document": file | {"file_name": values.get("name", "don.pdf"), "mime_type": "application/pdf"}} | _caption(values)
    ),
    "video": lambda values, file: {"video": file | {"width": 720, "height": 1280, "duration": 5}} | _caption(values),
    "sticker": lambda _, file: {
        "sticker": file | {"type": "regular", "width": 512, "height": 512, "is_animated": False, "is_video": False, "emoji": "👍"}
    },
    "voice": lambda _, file: {"voice": file | {"duration": 3, "mime_type": "audio/ogg"}},
    "audio": lambda _, file: {"audio": file | {"duration": 30, "mime_type": "audio/mpeg"}},
    "location": lambda values, _: {"location": {"latitude": values.get("latitude", 15.88), "longitude": values.get("longitude", 108.33)}},
    "contact": lambda values, _: {
        "contact": {
            "phone_number": values.get("phone", "+84900000001"),
            "first_name": "An",
            "user_id": values.get("user_id", int(values["id"])),
        }
    },
}


def _delivery(values: Json) -> Delivery:
    return Delivery(**{each.name: values[each.name] for each in fields(Delivery) if each.name in values})


def _caption(values: Json) -> Json:
    return {"caption": values["caption"]} if values.get("caption") else {}


class Sim:
    """The control API. Every action of a citizen may carry the fields of `Delivery`."""

    def __init__(self, state: State, updates: Updates) -> None:
        self._state, self._updates = state, updates
        self.actions: Mapping[str, Action] = {
            "citizen": self._citizen,
            "say": self._say,
            "start": self._start,
            "edit": self._edit,
            "press": self._press,
            "inline": self._inline,
            "choose": self._choose,
            "block": self._block,
            "unblock": self._unblock,
            "deactivate": self._deactivate,
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
        } | {name: self._media(name) for name in MEDIA}

    async def _citizen(self, values: Json) -> Json:
        citizen = self._state.citizen(values["id"])
        citizen.name = values.get("name", citizen.name)
        return citizen.user()

    async def _say(self, values: Json) -> Json:
        return await self._write(values, text_content(values["text"]))

    async def _start(self, values: Json) -> Json:
        """Press START under a deep link `t.me/<bot>?start=<payload>`."""
        payload = values.get("payload", "")
        if not PAYLOAD.fullmatch(payload):
            raise Refused("a payload is at most 64 characters A-Z a-z 0-9 _ -")
        return await self._write(values, text_content(f"/start {payload}".strip()))

    def _media(self, name: str) -> Action:
        async def send(values: Json) -> Json:
            return await self._write(values, MEDIA[name](values, self._state.keep_file(PIXEL)))

        return send

    async def _edit(self, values: Json) -> Json:
        message = self._state.messages[int(values["message_id"])]
        message |= text_content(values["text"]) | {"edit_date": int(self._state.clock.now())}
        return await self._push("edited_message", message, values) | {"message_id": message["message_id"]}

    async def _press(self, values: Json) -> Json:
        """Press a button: its label or data, or its number from 0. One that opens an address sends nothing."""
        citizen, message = self._writer(values), self._state.messages[int(values["message_id"])]
        rows = message.get("reply_markup", {}).get("inline_keyboard", [])
        buttons = [button for row in rows for button in row]
        button = find_button(buttons, values["button"])
        if "callback_data" not in button:
            return {"update_id": None, "delivered": None, "seconds": 0.0, "url": button.get("url")}
        query_id = secrets.token_hex(9)
        self._state.presses[query_id] = Query(citizen.id, self._state.clock.now())
        query = {"id": query_id, "from": citizen.user(), "message": message, "chat_instance": str(-3141592653589793 - citizen.id)}
        return await self._push("callback_query", query | {"data": button["callback_data"]}, values) | {"query_id": query_id}

    async def _inline(self, values: Json) -> Json:
        """Write `@bot query` in any chat. `timeout`: how long to wait for the results."""
        citizen, query_id = self._writer(values), secrets.token_hex(9)
        search = self._state.searches[query_id] = Query(citizen.id, self._state.clock.now())
        query = {"id": query_id, "from": citizen.user(), "query": values["query"], "offset": values.get("offset", ""), "chat_type": "group"}
        pushed = await self._push("inline_query", query, values)
        await self._state.changed.until(lambda: search.answer is not None, values.get("timeout", 0))
        return pushed | {"query_id": query_id, "answer": search.answer}

    async def _choose(self, values: Json) -> Json:
        """Choose a result of an inline query."""
        citizen, search = self._writer(values), self._state.searches[values["query_id"]]
        if result := next((each for each in (search.answer or {}).get("results", []) if each["id"] == values["result"]), None):
            chosen = {"result_id": result["id"], "from": citizen.user(), "query": values.get("query", "")}
            return await self._push("chosen_inline_result", chosen, values) | {"result": result}
        raise Refused("no such result")

    async def _block(self, values: Json) -> Json:
        return await self._membership(values, blocked=True)

    async def _unblock(self, values: Json) -> Json:
        return await self._membership(values, blocked=False)

    async def _membership(self, values: Json, *, blocked: bool) -> Json:
        citizen = self._state.citizen(values["id"])
        citizen.blocked = blocked
        bot = {key: self._state.bot[key] for key in ("id", "is_bot", "first_name", "username")}
        member, kicked = {"user": bot, "status": "member"}, {"user": bot, "status": "kicked", "until_date": 0}
        old, new = (member, kicked) if blocked else (kicked, member)
        change = {"chat": citizen.chat(), "from": citizen.user(), "date": int(self._state.clock.now())}
        return await self._push("my_chat_member", change | {"old_chat_member": old, "new_chat_member": new}, values)

    async def _deactivate(self, values: Json) -> Json:
        self._state.citizen(values["id"]).deactivated = True
        return {}

    async def _event(self, values: Json) -> Json:
        """Any update: `kind` and `content`; or `raw`, a body that need not be JSON."""
        if "raw" not in values:
            return await self._push(values["kind"], values["content"], values)
        if not self._updates.url:
            raise Refused("a raw body needs a webhook")
        return await self._outcome(self._updates.add_body(values["raw"].encode(), None, _delivery(values)))

    async def _release(self, values: Json) -> list[int]:
        """Send what was held, `same` or `reversed` order; the numbers of the updates as they went."""
        return await self._updates.release(reverse=values.get("order") == "reversed")

    async def _webhooks(self, _: Json) -> list[Json]:
        return self._updates.pushes

    async def _clock(self, values: Json) -> Json:
        self._state.clock.advance(float(values.get("advance_seconds", 0)))
        return {"now": self._state.clock.now()}

    async def _switch(self, values: Json) -> Json:
        switches = switch(self._state.switches, values)
        self._state.new_rates()
        return switches

    async def _fault(self, values: Json) -> Json:
        self._state.faults.add(Fault(**values))
        return {}

    async def _inbox(self, values: Json) -> list[Json]:
        return self._state.inbox(int(values["id"]))

    async def _wait(self, values: Json) -> list[Json]:
        """Wait until a chat has `count` messages of the bot; its inbox, also when they did not come."""
        chat, count = int(values["id"]), int(values.get("count", 1))
        await self._state.changed.until(lambda: len(self._state.shown.get(chat, ())) >= count, float(values.get("timeout", 10)))
        return self._state.inbox(chat)

    async def _flood(self, values: Json) -> Json:
        """Begin to send `per_second` for `seconds`, from so many `citizens`; `latencies` tells how it goes."""

        def say(number: int, text: str) -> None:
            self._send({"id": FIRST_OF_FLOOD + number}, text_content(text))

        return self._state.load.begin(values, say) | {"first_id": FIRST_OF_FLOOD}

    async def _latencies(self, _: Json) -> Json:
        return self._state.load.report()

    def _writer(self, values: Json) -> Citizen:
        citizen = self._state.citizen(values["id"])
        if citizen.blocked or citizen.deactivated:
            raise Refused("this citizen left; unblock first")
        return citizen

    def _send(self, values: Json, content: Json) -> tuple[Json, Pending | None]:
        """A message of a citizen: to the bot, or into the `group`."""
        citizen = self._writer(values)
        chat = self._state.group(values["group"]) if values.get("group") else citizen.chat()
        citizen.started |= "group" not in values
        message = self._state.message(citizen.user(), chat, content)
        return message, self._updates.add("message", message, chat["id"], _delivery(values))

    async def _write(self, values: Json, content: Json) -> Json:
        message, pending = self._send(values, content)
        return await self._outcome(pending) | {"message_id": message["message_id"]}

    async def _push(self, kind: str, content: Json, values: Json) -> Json:
        chat = content.get("message", content).get("chat", {}).get("id") if kind in {"message", "callback_query"} else None
        return await self._outcome(self._updates.add(kind, content, chat, _delivery(values)))

    async def _outcome(self, pending: Pending | None) -> Json:
        """What became of an update: its number, and the HTTP status and seconds of the webhook's first answer."""
        pushed = await self._updates.outcome(pending) if pending else None
        number = pending.number if pending else None
        return {"update_id": number, "delivered": pushed.status if pushed else None, "seconds": pushed.seconds if pushed else 0.0}


def text_content(text: str) -> Json:
    """A citizen's text with the entities that Telegram finds in it."""
    entities = detected(text)
    return {"text": text} | ({"entities": entities} if entities else {})


def find_button(buttons: list[Json], wanted: Any) -> Json:
    """A button by its label or data, or by its number from 0. Raises Refused."""
    if isinstance(wanted, int):
        found = buttons[wanted : wanted + 1]
    else:
        found = [button for button in buttons if wanted in {button["text"], button.get("callback_data")}]
    if not found:
        raise Refused(f"no button {wanted!r} under this message")
    return found[0]
