"""What the Telegram fake knows: its bot, citizens and groups, the messages, and how strict it is."""

from __future__ import annotations

import itertools
import math
import secrets
from dataclasses import dataclass, field
from typing import Any

from tests.fakes.serving import Clock, Faults, Json, Load, Signal
from tests.fakes.telegram_contract import ApiError

TOKEN = "123456789:AAFakeTokenOfTheTelegramFake"
DAY = 86400.0


@dataclass
class Switches:
    """How the fake treats its caller; `/_sim/switch` sets every field by its name."""

    http_loopback: bool = False  # webhook and picture addresses may be http://127.0.0.1:…
    ports: bool = True  # webhooks on 80, 88, 443, 8443 only
    rate: bool = True  # 429 by the numbers below
    chat_per_second: float = 1.0
    chat_burst: int = 5  # «short bursts tolerated»: how short is not published
    overall_per_second: float = 30.0
    overall_burst: int = 30
    group_per_minute: float = 20.0
    callback_seconds: float = 15.0  # how long a press can be answered; not published either
    inline_seconds: float = 30.0


@dataclass
class Citizen:
    """A person on Telegram. Before their first message the bot cannot write to them."""

    id: int
    name: str
    started: bool = False
    blocked: bool = False
    deactivated: bool = False

    def user(self) -> Json:
        return {"id": self.id, "is_bot": False, "first_name": self.name, "language_code": "vi"}

    def chat(self) -> Json:
        return {"id": self.id, "first_name": self.name, "type": "private"}


@dataclass
class Shown:
    """A message of the bot as people see it."""

    message: Json
    markup: Json | None = None
    picture: Json | None = None
    silent: bool = False
    edited: bool = False

    def view(self) -> Json:
        message, markup = self.message, self.markup or {}
        return {
            "message_id": message["message_id"],
            "text": message.get("text", message.get("caption", "")),
            "entities": message.get("entities", message.get("caption_entities", [])),
            "buttons": markup.get("inline_keyboard", []),
            "keyboard": markup.get("keyboard", []),
            "picture": self.picture,
            "location": message.get("location"),
            "file": message.get("document"),
            "silent": self.silent,
            "edited": self.edited,
        }


@dataclass
class Query:
    """A press or an inline query that waits for its answer."""

    user: int
    made: float
    answer: Json | None = None


@dataclass
class _Bucket:
    """So many at once, then so many per second."""

    size: float
    per_second: float
    left: float = field(init=False)
    at: float = 0.0

    def __post_init__(self) -> None:
        self.left = self.size

    def wait(self, now: float) -> float:
        """Seconds until one may go; 0 when it may go now."""
        self.left = min(self.size, self.left + max(now - self.at, 0.0) * self.per_second)
        self.at = now
        return 0.0 if self.left >= 1 else (1 - self.left) / self.per_second


class State:
    """Everything, empty at first. Message ids rise without a gap over all chats."""

    def __init__(self, token: str) -> None:
        self.bot: Json = {
            "id": int(token.partition(":")[0]),
            "is_bot": True,
            "first_name": "Xã A",
            "username": "xa_a_bot",
            "can_join_groups": True,
            "can_read_all_group_messages": True,
            "supports_inline_queries": True,
            "can_connect_to_business": False,
            "has_main_web_app": False,
        }
        self.clock, self.switches, self.faults, self.load = Clock(), Switches(), Faults(), Load()
        self.changed = Signal()
        self.citizens: dict[int, Citizen] = {}
        self.groups: dict[int, Json] = {}
        self.messages: dict[int, Json] = {}
        self.shown: dict[int, dict[int, Shown]] = {}  # by chat, by message
        self.files: dict[str, bytes] = {}
        self.presses: dict[str, Query] = {}
        self.searches: dict[str, Query] = {}
        self.commands: dict[tuple[str, str], list[Json]] = {}  # by scope, by language
        self.words: dict[tuple[str, str], str] = {}  # name, description, short_description by language
        self.menus: dict[int, Json] = {}
        self._message_ids = itertools.count(11)
        self._buckets: dict[int, _Bucket] = {}
        self._overall: _Bucket | None = None

    def citizen(self, number: Any, name: str = "An") -> Citizen:
        """The citizen with this id; somebody new when unknown."""
        return self.citizens.setdefault(int(number), Citizen(int(number), name))

    def group(self, number: Any) -> Json:
        """The group with this id, which is negative."""
        return self.groups.setdefault(int(number), {"id": int(number), "title": "Tổ dân phố 1", "type": "supergroup"})

    def chat(self, chat_id: int | str) -> Json:
        """The chat the bot wants to write to. Raises ApiError when it may not."""
        number = chat_id if isinstance(chat_id, int) else 0  # no person has a public @name here
        if group := self.groups.get(number):
            return group
        citizen = self.citizens.get(number)
        if citizen is None:
            raise ApiError("chat not found")
        if citizen.deactivated:
            raise ApiError("user is deactivated", 403)
        if citizen.blocked:
            raise ApiError("bot was blocked by the user", 403)
        if not citizen.started:
            raise ApiError("bot can't initiate conversation with a user", 403)
        return citizen.chat()

    def message(self, sender: Json, chat: Json, content: Json) -> Json:
        """A new message in a chat."""
        number = next(self._message_ids)
        head: Json = {"message_id": number, "from": sender, "chat": chat, "date": int(self.clock.now())}
        self.messages[number] = head | content
        return self.messages[number]

    def show(self, chat: Json, content: Json, markup: Json | None, picture: Json | None, *, silent: bool) -> Json:
        """A message of the bot arrives in a chat."""
        inline = {"reply_markup": markup} if markup and "inline_keyboard" in markup else {}
        message = self.message({key: self.bot[key] for key in ("id", "is_bot", "first_name", "username")}, chat, content | inline)
        self.shown.setdefault(chat["id"], {})[message["message_id"]] = Shown(message, markup, picture, silent)
        self.load.answered(chat["id"])
        self.changed.send()
        return dict(message)

    def inbox(self, chat_id: int) -> list[Json]:
        """What the bot wrote into a chat, as people see it, in order."""
        return [shown.view() for shown in self.shown.get(chat_id, {}).values()]

    def keep_file(self, content: bytes) -> Json:
        """A stored file: its ids and size."""
        file_id = f"AgACAgUAAxkBAAI{secrets.token_urlsafe(24)}"
        self.files[file_id] = content
        return {"file_id": file_id, "file_unique_id": f"AQAD{secrets.token_urlsafe(8)}", "file_size": len(content)}

    def take_rate(self, chat: Json) -> None:
        """Count a message. Raises ApiError when it comes too soon; such a one counts nothing."""
        rules, now = self.switches, self.clock.now()
        if not rules.rate:
            return
        private = chat["type"] == "private"
        bucket = self._buckets.get(chat["id"]) or _Bucket(
            rules.chat_burst if private else rules.group_per_minute,
            rules.chat_per_second if private else rules.group_per_minute / 60,
        )
        overall = self._overall = self._overall or _Bucket(rules.overall_burst, rules.overall_per_second)
        self._buckets[chat["id"]] = bucket
        if wait := max(bucket.wait(now), overall.wait(now)):
            raise too_many(math.ceil(wait))
        bucket.left -= 1
        overall.left -= 1

    def new_rates(self) -> None:
        """Begin counting anew, by the numbers of the switches."""
        self._buckets, self._overall = {}, None


def too_many(seconds: int) -> ApiError:
    return ApiError(f"retry after {seconds}", 429, seconds)
