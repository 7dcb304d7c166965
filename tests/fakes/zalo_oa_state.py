"""What the fake of Zalo OA knows: the account, its citizens, what was sent, and a clock that tests move.

Times are seconds since 1970 of that clock. Ids are decimal strings, as on the platform.
"""

from __future__ import annotations

import asyncio
import heapq
import itertools
import secrets
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal

Json = dict[str, Any]
Warn = Callable[[str], None]

MINUTE, HOUR, DAY = 60.0, 3600.0, 86400.0
THIS_MACHINE = {"127.0.0.1", "localhost"}

MESSAGES = {
    -32: "Your application reached limit call api quota",
    -100: "attachment_id is expired",
    -200: "Send message failed",
    -204: "Official Account is disabled",
    -205: "Official Account is not exist",
    -209: "This API is not supported because the application is not activated",
    -210: "Parameter exceeds limit",
    -211: "Out of quota",
    -212: "Application has not registered this API",
    -213: "User has not followed OA",
    -214: "Article is processing",
    -216: "Access token is invalid",
    -219: "Application is removed or disabled",
    -220: "Access token is expired or removed",
    -221: "Official Account must be verified",
    -223: "OA reach the limit quota create article",
    -224: "OA package is too low",
    -230: "User has not interacted with the OA in the past 7 days",
    -232: "User has not interacted with the OA or the interaction is expired",
    -233: "Message type is not supported",
    -234: "Messages of this type are not sent from 22:00 to 06:00",
    -235: "This API does not support this type of OA",
    -240: "MessageV2 API has been shut down",
    -249: "Template can not be sent by UID",
    -403: "OA is not in the group",
    -14014: "Invalid refresh token.",
}


class Refusal(Exception):
    """The platform says no: a number, and words for people. `name`: `error_name` of the OAuth host."""

    def __init__(self, error: int, message: str = "", name: str = "") -> None:
        self.error, self.message, self.name = error, message or MESSAGES.get(error, "Request failed"), name
        super().__init__(f"{error} {self.message}")


def invalid(what: str) -> Refusal:
    """-201: a field is wrong."""
    return Refusal(-201, f"{what} is invalid")


@dataclass
class Account:
    """One app with its OA, and how Zalo treats them. `/_sim/oa` sets every field by its name."""

    app_id: str = "4444444444444444444"
    app_secret: str = "APP_SECRET_fake_0123456789"
    oa_secret: str = "OA_SECRET_fake_0123456789"
    oa_id: str = "3333333333333333333"
    oa_type: int = 2  # 2 business, 4 state agency
    name: str = "UBND xã Mẫu"
    is_verified: bool = True
    package_name: str = "Growth"
    package_valid_through_date: str = "31/12/2030"
    oa_id_key: Literal["oa_id", "oaid"] = "oa_id"  # sources disagree on the name in getoa
    refuse: int = 0  # this error for every call with a good token: -204, -209, -212, -219, -221, -224…
    callback: str = ""  # registered callback address
    consent: Literal["grant", "refuse"] = "grant"
    reuse_kills_grant: bool = True  # a spent refresh token ends the whole grant, not only itself
    expired_error: int = -216  # or -220
    webhook_url: str = ""
    muted: tuple[str, ...] = ()  # events not subscribed to in the console
    retry_on: Literal["any", "connection"] = "any"  # what is retried: documented for connection failure only
    echo: bool = True  # oa_send_… events
    receipts: bool = True  # user_received_message, user_seen_message
    rate_per_minute: int = 4000
    text_unit: Literal["utf16", "codepoints"] = "utf16"  # unit of the 2000 is unknown; the stricter one
    v2_for_business: bool = False  # no real -240 was ever seen
    list_on_v3: bool = True
    bad_quote_refused: bool = False
    free_replies: int | None = None  # within 48 h; None: unlimited, as from 2026
    paid_quota: int | None = None  # 48 h to 7 d; None: enough
    broadcast: Literal["ok", "refused"] = "ok"
    article_polls: int = 1  # verify answers -214 so often
    article_quota: int | None = None
    refused_covers: tuple[str, ...] = ()  # addresses of covers that are too small
    zns_quota: int = 500
    zns_error: int = 0  # this error for every template message by phone
    zns_delay: float = 5.0  # seconds until the delivery event


@dataclass
class Clock:
    """Real time plus what tests added."""

    offset: float = 0.0

    def now(self) -> float:
        return time.time() + self.offset

    def milliseconds(self) -> str:
        return str(int(self.now() * 1000))


@dataclass
class Shown:
    """One message of the OA as the citizen sees it."""

    message_id: str
    to: str
    kind: str  # text, image, gif, sticker, list, file, template, article
    at: float
    text: str = ""
    buttons: list[Json] = field(default_factory=list)
    picture: Json | None = None  # sha256, size, type; or url
    cards: list[Json] = field(default_factory=list)
    file: Json | None = None
    quote: str = ""
    free: bool = True
    reactions: list[str] = field(default_factory=list)


@dataclass
class Citizen:
    """A person on Zalo. `refuse`: this error for every message to them (-217, -218, -227, -244)."""

    id: str
    follows: bool = True
    name: str = "Nguyễn Văn A"
    phone: str = ""
    last_interaction: float | None = None
    refuse: int = 0
    answered: int = 0  # messages received since the last interaction
    tags: set[str] = field(default_factory=set)
    inbox: list[Shown] = field(default_factory=list)
    said: list[Json] = field(default_factory=list)
    waiting: deque[float] = field(default_factory=deque)  # perf_counter of webhooks not answered yet

    @property
    def id_by_app(self) -> str:
        """Their id for the app: another number space."""
        return str(552177279717587729 + int(self.id) % 10**12) if self.id.isdecimal() else f"app-{self.id}"


@dataclass
class Upload:
    """An uploaded file, under its attachment id or token."""

    kind: Literal["image", "gif", "file"]
    name: str
    size: int
    sha256: str
    type: str
    until: float


@dataclass
class Grant:
    """The one valid pair of tokens."""

    access_token: str
    refresh_token: str
    access_until: float
    refresh_until: float


@dataclass
class Code:
    """An authorization code on its way. `challenge` is empty when the consent had none."""

    challenge: str
    redirect_uri: str
    until: float


@dataclass
class Article:
    """An article, known by its token until `verify` gives its id."""

    id: str
    token: str
    fields: Json
    polls: int
    changed: float


@dataclass
class Template:
    """A ZNS template. `params`: name → most characters. `by_uid`: may go to a user id."""

    id: str
    params: dict[str, int]
    by_uid: bool = True
    price: int = 120
    status: str = "ENABLE"


@dataclass
class Phone:
    """A phone number. `error`: what a template message to it gets; 0: delivered."""

    error: int = 0
    admin: bool = False
    messages: list[Json] = field(default_factory=list)


@dataclass
class Fault:
    """What goes wrong for the next `times` calls (-1: until cleared) on `on`: send, upload, token, any, or a path."""

    kind: str
    on: str = "send"
    times: int = 1
    code: int = -200
    seconds: float = 0.0


@dataclass
class Call:
    """One call the fake received. `token`: current, expired, unknown, query, none."""

    number: int
    at: float
    method: str
    path: str
    headers: dict[str, str]
    query: dict[str, str]
    body: Any = None
    file: tuple[str, bytes] | None = None
    token: str = "none"
    rate: tuple[int, int] | None = None
    warnings: list[str] = field(default_factory=list)
    status: int | None = None  # None: the connection was cut, or the answer is not out yet
    answer: Any = None


@dataclass
class Hook:
    """A webhook ready to go. `attempt` 0 is the first; `due` is when it should go, by the clock."""

    event: str
    body: bytes
    headers: dict[str, str]
    due: float
    msg_id: str = ""
    citizen: Citizen | None = None
    attempt: int = 0


class World:
    """Everything, empty at first. `outbox`: webhooks that a change of the world caused, not sent yet."""

    def __init__(self, account: Account) -> None:
        self.account = account
        self.clock = Clock()
        self.citizens: dict[str, Citizen] = {}
        self.sent: dict[str, Shown] = {}
        self.broadcasts: list[Json] = []
        self.uploads: dict[str, Upload] = {}
        self.articles: dict[str, Article] = {}
        self.tags: set[str] = set()
        self.codes: dict[str, Code] = {}
        self.grant: Grant | None = None
        self.retired: set[str] = set()  # access and refresh tokens that were valid once
        self.templates = {"7895417": Template("7895417", {"ho_ten": 30, "ma_ho_so": 30, "ngay": 20})}
        self.phones: dict[str, Phone] = {}
        self.zns: dict[str, Json] = {}
        self.faults: list[Fault] = []
        self.calls: list[Call] = []
        self.webhooks: list[Json] = []
        self.held: list[Hook] = []
        self.outbox: list[Hook] = []
        self.latencies: list[float] = []
        self.counters = dict.fromkeys(("grants", "refreshes", "accepted", "billed", "uploads", "articles"), 0)
        self.subscribed = True
        self.arrived = asyncio.Event()  # set when a citizen gets a message
        self._minutes: dict[str, tuple[int, int]] = {}
        self._due: list[tuple[float, int, Callable[[], None]]] = []
        self._order = itertools.count()

    def later(self, due: float, action: Callable[[], None]) -> None:
        """Do something when the clock shows `due`."""
        heapq.heappush(self._due, (due, next(self._order), action))

    def take_due(self) -> Callable[[], None] | None:
        """The next action whose time has come."""
        if self._due and self._due[0][0] <= self.clock.now():
            return heapq.heappop(self._due)[2]
        return None

    def take_rate(self, group: str) -> tuple[int, int]:
        """Count one call of this minute: limit and what remains, -1 when it is over."""
        limit, minute = self.account.rate_per_minute, int(self.clock.now() // MINUTE)
        known, used = self._minutes.get(group, (minute, 0))
        used = used + 1 if known == minute else 1
        self._minutes[group] = (minute, used)
        return limit, max(limit - used, -1)

    def citizen(self, id: str) -> Citizen:  # noqa: A002
        """The citizen with this id; somebody new when unknown."""
        return self.citizens.setdefault(id, Citizen(id))


def new_id() -> str:
    """A message id as the platform makes them."""
    return secrets.token_hex(8)
