"""The channel-neutral words: what comes in, what goes out. Nothing here knows Zalo, Telegram or a procedure's inside.

A Reply is typed blocks in reading order. A channel shows what it can and the rest degrades by rule (`app.rendering`):
choices become a numbered list that the citizen can answer by number, a link becomes its address. What a channel
must be able to do is `Channel`; how it says that something went wrong is `SendError`.
"""

from __future__ import annotations

import datetime as dt
import ipaddress
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal, Protocol
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field

OWN_NETWORK = (".localhost", ".local", ".internal", ".lan", ".home.arpa")


class MessageKind(StrEnum):
    """What the citizen sent. `START`: nothing yet, the chat was opened."""

    TEXT = "text"
    PHOTO = "photo"
    STICKER = "sticker"
    VOICE = "voice"
    FILE = "file"
    VIDEO = "video"
    LOCATION = "location"
    CONTACT = "contact"
    OTHER = "other"
    START = "start"


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Incoming(_Frozen):
    """One message from a person on a channel. Ids are strings: platforms' numbers outgrow 2^53."""

    commune_id: int = 1
    channel: str = Field(min_length=1, max_length=30)
    person: str = Field(min_length=1, max_length=200, description="The platform's id of the person, or our web visitor id.")
    message_id: str = Field(min_length=1, max_length=200, description="The platform's own id; a repeat changes nothing.")
    kind: MessageKind = MessageKind.TEXT
    text: str = ""
    sent_at: dt.datetime
    account_id: int | None = Field(default=None, description="Our account on the channel that the person wrote to; None on the web page.")


class Choice(_Frozen):
    """One numbered choice. Choosing it is the same as sending `send`, or its number. `note` says more and is no part of what is chosen."""

    label: str
    send: str
    note: str = ""

    def row(self, number: int) -> str:
        """The choice as a numbered line."""
        return f"{number}. {self.label}" + (f" – {self.note}" if self.note else "")


class Link(_Frozen):
    label: str
    url: str


class Picture(_Frozen):
    """A picture at an address of ours, and the words for who cannot see it."""

    url: str
    alt: str


class Line(_Frozen):
    """A line of a card: what it answers, and its text. `icon` is a hint, at most one per line in chat."""

    label: str
    text: str
    icon: str = ""
    items: tuple[str, ...] = ()


class Badge(_Frozen):
    """A word with a tone; the colour never stands without the word."""

    text: str
    tone: Literal["full", "partial", "neutral"]


class Card(_Frozen):
    """The procedure card: fits one screen; `url` opens everything."""

    code: str
    title: str
    subtitle: str = ""
    case: str = ""
    badge: Badge | None = None
    lines: tuple[Line, ...] = ()
    basis: str = ""
    url: str = ""
    links: tuple[Link, ...] = ()


class Reply(_Frozen):
    """One answer. `paragraphs` come before the cards, `closing` after them."""

    paragraphs: tuple[str, ...] = ()
    cards: tuple[Card, ...] = ()
    choices: tuple[Choice, ...] = ()
    links: tuple[Link, ...] = ()
    picture: Picture | None = None
    closing: tuple[str, ...] = ()
    urgent: bool = False
    feedback: bool = Field(default=False, description="Offer «Đúng ý / Chưa đúng».")
    answer_id: str = Field(default="", description="Names the recorded answer, for feedback.")

    def as_text(self) -> str:
        """The whole reply as plain text: the fallback of every channel and the form tests read."""
        blocks = list(self.paragraphs)
        blocks += [_card_text(card) for card in self.cards]
        blocks += [link.label if link.url.startswith("tel:") else f"{link.label}: {link.url}" for link in self.links]
        if self.picture is not None:
            blocks.append(f"{self.picture.alt}: {self.picture.url}")
        if self.choices:
            blocks.append("\n".join(choice.row(number) for number, choice in enumerate(self.choices, 1)))
        blocks += self.closing
        return "\n\n".join(block for block in blocks if block)


def _card_text(card: Card) -> str:
    head = card.title + (f" — {card.case}" if card.case else "")
    rows = [head + (f" [{card.badge.text}]" if card.badge else "")]
    for line in card.lines:
        rows.append(f"{line.icon} {line.label}: {line.text}".strip())
        rows += [f"  - {item}" for item in line.items]
    if card.basis:
        rows.append(card.basis)
    rows += [f"{link.label}: {link.url}" for link in card.links]
    if card.url:
        rows.append(f"Xem đầy đủ: {card.url}")
    return "\n".join(rows)


# --- what a channel is ----------------------------------------------------------------------------------------------


class UpdateKind(StrEnum):
    """What a platform tells us. Echoes of our own messages and tests of the console are no updates at all."""

    MESSAGE = "message"
    PRESS = "press"  # a choice under an earlier answer
    FEEDBACK = "feedback"  # «Đúng ý / Chưa đúng» under an earlier answer
    BLOCKED = "blocked"  # the person left: nothing may be sent any more
    ERASE = "erase"  # the person asked the platform to have their data erased
    SEARCH = "search"  # inline search of a volunteer in any chat: answered at once, never recorded
    RECEIPT = "receipt"  # a message of ours, named by `update_id`, arrived or was seen: never recorded as a message


class Update(_Frozen):
    """One thing a platform told us about one person. `update_id` is the platform's own and unique within the account."""

    update_id: str = Field(min_length=1, max_length=200)
    kind: UpdateKind = UpdateKind.MESSAGE
    person: str = Field(min_length=1, max_length=200, description="Whom to answer: the platform's id of the chat.")
    sent_at: dt.datetime
    message: MessageKind = MessageKind.TEXT
    text: str = ""
    answer_id: str = Field(default="", max_length=64, description="PRESS, FEEDBACK: the answer it stands under.")
    number: int = Field(
        default=0, ge=0, le=99, description="PRESS: which choice, from 1. FEEDBACK: 1 good, 0 bad. RECEIPT: 1 arrived, 2 seen."
    )
    receipt: str = Field(default="", max_length=200, description="What the platform wants back at once, such as a callback query's id.")


class Button(_Frozen):
    """A button under a part: opens `url`, or says `send` in the citizen's name, or gives back `data` unseen."""

    label: str
    send: str = ""
    data: str = ""
    url: str = ""


class Part(_Frozen):
    """One message as a platform takes it. `bold`: (start, length) in code points of `text`."""

    text: str
    bold: tuple[tuple[int, int], ...] = ()
    buttons: tuple[Button, ...] = ()
    picture: Picture | None = None


@dataclass(frozen=True)
class Capabilities:
    """What a channel can show, and how it wants to be treated. What it cannot is degraded by `app.rendering`."""

    text_limit: int
    caption_limit: int
    text_unit: Literal["characters", "utf16"] = "characters"
    bold: bool = False
    pictures: Literal["upload", "address", "none"] = "none"
    buttons: int = 0  # at most so many under one part; 0: none, choices become numbered lines
    button_label: int = 0  # characters
    button_answers: Literal["words", "data", "none"] = "none"  # pressing says words, or gives data back
    button_data: int = 0  # bytes of `data`, or characters of `send`
    button_urls: bool = False
    window: dt.timedelta | None = None  # how long after a person's last message we may write; None: always
    free_window: dt.timedelta | None = None  # how long it costs nothing
    window_codes: frozenset[str] = frozenset()  # of SendError(PERSON): the window is over, they get it when they write again
    per_second: float = 20.0  # messages of one account
    search: bool = False  # inline search


class SendAction(StrEnum):
    """What to do about a message that was not accepted."""

    RETRY = "retry"  # surely not delivered: again, after `retry_after`
    UNKNOWN = "unknown"  # may have been delivered: never again blindly
    PERSON = "person"  # this person cannot be reached: stop, keep for their next message
    MORNING = "morning"  # not at night: after 6:00
    ACCOUNT = "account"  # the account cannot send: tell the keeper
    REJECTED = "rejected"  # our mistake: the message breaks a rule of the platform


class SendError(Exception):
    """A message was not accepted. `code` is the platform's; `detail` never holds a token or what was said."""

    def __init__(self, action: SendAction, code: str, detail: str = "", retry_after: float | None = None) -> None:
        self.action, self.code, self.detail, self.retry_after = action, code, detail, retry_after
        super().__init__(f"{action}: {code} {detail}".strip())


class Forged(Exception):
    """A webhook without the right signature or secret. Nothing of it is stored."""


class Malformed(Exception):
    """A webhook that is no JSON, or not of the platform's shape. Nothing of it is stored."""


@dataclass(frozen=True)
class WebhookRequest:
    """What came to a webhook. Header names are lower case."""

    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True)
class Finding:
    """One thing `gandan channel check` found, and what the keeper does about it. `advice` is empty when all is well."""

    good: bool
    what: str
    advice: str = ""


@dataclass(frozen=True)
class Found:
    """One result of an inline search: what the list shows, and the card it sends."""

    id: str
    title: str
    summary: str
    part: Part


@dataclass(frozen=True)
class Door:
    """How a citizen with a phone gets into this chat. `words`: the platform takes no payload, so they type what to ask."""

    name: str
    url: str
    words: bool


def is_public(url: str) -> bool:
    """Whether a citizen's phone and the platform can open it: a web address that is not of this machine or house."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        return False
    if parts.scheme not in {"http", "https"}:
        return False
    try:
        return ipaddress.ip_address(host).is_global
    except ValueError:
        return "." in host and not host.endswith(OWN_NETWORK)


class Vault(Protocol):
    """What one account keeps: secrets (encrypted at rest) and facts it learned. All values are text."""

    async def read(self) -> Mapping[str, str]:
        """The account's values as they are now."""

    async def remember(self, values: Mapping[str, str]) -> None:
        """Store values, beside those that are there."""

    async def renew(self, stale: str, exchange: Callable[[Mapping[str, str]], Awaitable[Mapping[str, str]]]) -> Mapping[str, str]:
        """Replace the access token `stale`: one `exchange` at a time in all processes, its result stored before it is used.

        Returns the values with the new `access_token`; whoever comes while another renews gets that one's result.
        `exchange` raises SendError(ACCOUNT) when consent must be given again; the account then says so until it is.
        """


class Consent(Protocol):
    """An account that its owner connects by consenting on the platform's page (OAuth with PKCE)."""

    def consent_url(self, redirect_uri: str, state: str, verifier: str) -> str:
        """Where the owner consents. `verifier`: 43 letters and digits; its challenge goes into the address."""

    async def grant(self, redirect_uri: str, code: str, verifier: str, account_id: str) -> Mapping[str, str]:
        """Exchange the code that came back for values to remember. Raises SendError."""


class Channel(Protocol):
    """One account on one platform. No method needs a database session; none is called while one is open."""

    name: str
    capabilities: Capabilities

    async def start(self) -> None:
        """Open what is needed to send. Must not fail when the platform is away."""

    async def stop(self) -> None:
        """Give everything back."""

    def read(self, request: WebhookRequest) -> Sequence[Update]:
        """Check a webhook and read it; empty when it starts no work. Raises Forged, Malformed."""

    def poll(self) -> AsyncIterator[Sequence[Update]]:
        """Updates by asking for them, until cancelled; the next ones are asked for when the last ones are stored."""

    async def send(self, person: str, part: Part, picture: bytes | None = None) -> str:
        """Send one part; the platform's id of the message. `picture`: PNG bytes of `part.picture`. Raises SendError."""

    async def acknowledge(self, update: Update) -> None:
        """Tell the platform that a press was seen. Never raises."""

    async def show(self, update: Update, results: Sequence[Found]) -> None:
        """Answer an inline search. Never raises."""

    def door(self, code: str) -> Door | None:
        """The address that opens this chat at a procedure; None while it is not known."""

    async def connect(self, webhook_url: str) -> Sequence[Finding]:
        """Set the platform up: webhook or polling, commands, names. `webhook_url` empty: polling."""

    async def check(self, webhook_url: str) -> Sequence[Finding]:
        """Ask the platform whether all is well, in words for a keeper."""
