"""The channel-neutral words: what comes in, what goes out. Nothing here knows Zalo, Telegram or a procedure's inside.

A Reply is typed parts in reading order. A channel shows what it can and degrades the rest by rule:
choices become a numbered list that the citizen can answer by number, a link becomes its address.
"""

from __future__ import annotations

import datetime as dt
from enum import StrEnum
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class MessageKind(StrEnum):
    """What the citizen sent."""

    TEXT = "text"
    PHOTO = "photo"
    STICKER = "sticker"
    VOICE = "voice"
    FILE = "file"
    LOCATION = "location"


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


class Choice(_Frozen):
    """One numbered choice. Choosing it is the same as sending `send`, or its number."""

    label: str
    send: str


class Link(_Frozen):
    label: str
    url: str


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
    closing: tuple[str, ...] = ()
    urgent: bool = False
    feedback: bool = Field(default=False, description="Offer «Đúng ý / Chưa đúng».")
    answer_id: str = Field(default="", description="Names the recorded answer, for feedback.")

    def as_text(self) -> str:
        """The whole reply as plain text: the fallback of every channel and the form tests read."""
        blocks = list(self.paragraphs)
        blocks += [_card_text(card) for card in self.cards]
        blocks += [link.label if link.url.startswith("tel:") else f"{link.label}: {link.url}" for link in self.links]
        if self.choices:
            blocks.append("\n".join(f"{number}. {choice.label}" for number, choice in enumerate(self.choices, 1)))
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
