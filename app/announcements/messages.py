"""An announcement as a channel-neutral Reply. `app.rendering` makes each channel's parts of it, in the preview and when sent."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass

from app.announcements.content import Content, titled
from app.announcements.models import Kind
from app.announcements.words import words
from app.calendar.opening import VIETNAM
from app.messages import Card, Line, Link, Picture, Reply

_BULLET = re.compile(r"^\s*(?:[-•*+–]|\d{1,2}[.)])\s+")


@dataclass(frozen=True)
class Framing:
    """What stands around the text: who sends it, what it is to an earlier one, where it can be read whole.

    `earlier`: when the one that this corrects or withdraws was sent. `page`: the full address.
    """

    sender: str
    page: str
    kind: Kind = Kind.ORIGINAL
    urgent: bool = False
    exercise: bool = False
    earlier: dt.datetime | None = None
    picture: Picture | None = None
    files: tuple[Link, ...] = ()


def reply_for(content: Content, framing: Framing) -> Reply:
    """The Reply: what changed (for corrections), title, main text and facts, links, and how to stop. Never empty.

    A withdrawal repeats nothing of what is no longer so.
    """
    said = words()
    withdrawn = framing.kind is Kind.WITHDRAWAL
    lines = [Line(label="", text=row) for row in content.what.splitlines() if row and not withdrawn]
    if not withdrawn:
        lines += [_fact(name, getattr(content, name)) for name in said.facts if getattr(content, name)]
    elif content.contact:
        lines.append(_fact("contact", content.contact))
    card = Card(code="", title=titled(content.title, framing.kind, exercise=framing.exercise), lines=tuple(lines), url=framing.page)
    links = tuple(Link(label=link.label, url=link.url) for link in content.links)
    return Reply(
        paragraphs=tuple(before(content, framing)),
        cards=(card,),
        links=() if withdrawn else (*links, *framing.files),
        picture=None if withdrawn else framing.picture,
        closing=(said.closing.format(sender=framing.sender),),
        urgent=framing.urgent,
    )


def before(content: Content, framing: Framing) -> list[str]:
    """What is said first: that it is an exercise, which one this replaces, and what was wrong there."""
    said = words()
    sentences = {Kind.CORRECTION: said.replaces, Kind.WITHDRAWAL: said.withdraws, Kind.ALL_CLEAR: said.clears}
    paragraphs = [said.exercise_line] if framing.exercise else []
    if framing.kind in sentences:
        sentence = sentences[framing.kind]
        said_when = sentence.format(date=day_of(framing.earlier)) if framing.earlier else sentence.replace("ngày {date}", "trước")
        paragraphs.append(" ".join(filter(None, (said_when, content.note))))
    return paragraphs


def day_of(moment: dt.datetime) -> str:
    """The day in Vietnam as people write it: 6/12/2026."""
    day = moment.astimezone(VIETNAM)
    return f"{day.day}/{day.month}/{day.year}"


def items_of(text: str) -> tuple[str, ...]:
    """The rows of a text without the bullets that people type; one row is no list."""
    rows = tuple(_BULLET.sub("", row) for row in text.splitlines() if row.strip())
    return rows if len(rows) > 1 else ()


def _fact(name: str, text: str) -> Line:
    label = words().facts[name]
    items = items_of(text)
    return Line(label=label.name, text="" if items else text, icon=label.icon, items=items)
