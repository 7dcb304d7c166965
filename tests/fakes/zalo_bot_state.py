"""What the Zalo Bot fake knows: the account, its citizens and groups, what was sent, and how strict it is.

Where the reference knows nothing for sure, a switch says which way the fake goes.
"""

from __future__ import annotations

import datetime as dt
import secrets
from dataclasses import dataclass, field
from typing import Literal

from tests.fakes.serving import Clock, Faults, Json, Load, Signal

TOKEN = "1459232241454765289:fakeSecretOfTheZaloBotFake"
VIETNAM = dt.timezone(dt.timedelta(hours=7))
DESCRIPTIONS = {
    400: "Bad Request",
    401: "Unauthorized",
    403: "Internal server error",  # the official table says so
    404: "Not Found",
    408: "Request timeout",
    429: "Quota exceeded",
}


@dataclass
class Switches:
    """How the fake treats its caller; `/_sim/switch` sets every field by its name."""

    http_loopback: bool = False  # webhook and picture addresses may be http://127.0.0.1:…
    errors: Literal["code", "ok"] = "code"  # HTTP status of errors: their code, or always 200
    idle_status: int = 200  # of a poll that found nothing; a known client understands it with 200 only
    conflict_code: int = 400  # getUpdates while a webhook is set
    unknown_chat_code: int = 400
    blocked_code: int = 403
    rate: bool = True  # 429 by the numbers of the free plan below
    users: int = 50
    messages_per_month: int = 3000
    body: Literal["enveloped", "bare"] = "enveloped"  # of a webhook
    photo_keys: tuple[str, ...] = ("photo_url",)  # the documents say `photo`
    keep_unpolled: bool = True  # «không gửi bù»: without it, what nobody waits for is lost


class ApiError(Exception):
    """The API says no."""

    def __init__(self, code: int, description: str = "") -> None:
        self.code, self.description = code, description or DESCRIPTIONS.get(code, "Error")
        super().__init__(self.description)

    def body(self) -> Json:
        return {"ok": False, "error_code": self.code, "description": self.description}


@dataclass
class Citizen:
    """A person on Zalo. The bot knows their chat from their first message on."""

    id: str
    name: str = "Nguyễn Văn A"
    known: bool = False
    blocked: bool = False

    def sender(self) -> Json:
        return {"id": self.id, "display_name": self.name, "is_bot": False}


@dataclass
class State:
    """Everything, empty at first."""

    clock: Clock = field(default_factory=Clock)
    switches: Switches = field(default_factory=Switches)
    faults: Faults = field(default_factory=Faults)
    load: Load = field(default_factory=Load)
    changed: Signal = field(default_factory=Signal)
    citizens: dict[str, Citizen] = field(default_factory=dict)
    groups: set[str] = field(default_factory=set)
    shown: dict[str, list[Json]] = field(default_factory=dict)  # what each chat received, in order
    sent: dict[str, int] = field(default_factory=dict)  # by month
    bot: Json = field(
        default_factory=lambda: {
            "id": TOKEN.partition(":")[0],
            "account_name": "bot.UbndXaA",
            "account_type": "BASIC",
            "can_join_groups": False,
        }
    )

    def citizen(self, number: str) -> Citizen:
        """The citizen with this id; somebody new when unknown."""
        return self.citizens.setdefault(number, Citizen(number))

    def chat(self, number: str) -> str:
        """A chat the bot may write to. Raises ApiError: it must have been written to before."""
        citizen = self.citizens.get(number)
        if number not in self.groups and (citizen is None or not citizen.known):
            raise ApiError(self.switches.unknown_chat_code, "Bad Request: chat not found")
        if citizen and citizen.blocked:
            raise ApiError(self.switches.blocked_code)
        return number

    def show(self, chat: str, content: Json) -> Json:
        """A message of the bot arrives in a chat. Raises ApiError when the plan is used up."""
        month = dt.datetime.fromtimestamp(self.clock.now(), VIETNAM).strftime("%Y-%m")
        one_too_many = chat not in self.shown and len(self.shown) >= self.switches.users
        if self.switches.rate and (one_too_many or self.sent.get(month, 0) >= self.switches.messages_per_month):
            raise ApiError(429)
        self.sent[month] = self.sent.get(month, 0) + 1
        head = {"message_id": new_id(), "date": self.milliseconds()}
        self.shown.setdefault(chat, []).append(head | content)
        self.load.answered(chat)
        self.changed.send()
        return head

    def milliseconds(self) -> int:
        return int(self.clock.now() * 1000)


def new_id() -> str:
    """An id as the platform makes them."""
    return secrets.token_hex(10)
