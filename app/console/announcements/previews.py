"""What an announcement becomes everywhere: the very parts that each channel will send, the script, the hints, the audience."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fastapi import Request

from app.announcements import service
from app.announcements.content import SHORT_LENGTH, Content, propose_short, slug_of
from app.announcements.loudspeaker import script
from app.announcements.messages import Framing, reply_for
from app.announcements.models import Announcement, Kind, Urgency
from app.announcements.published import PREFIX, sender_of
from app.announcements.reading import Hint, hints
from app.announcements.words import words
from app.calendar.opening import VIETNAM
from app.deliveries import recipients
from app.messages import Capabilities, Part
from app.rendering import render as render_parts
from app.subscribers.audience import Count, audience, counts_for
from app.templates import dong


@dataclass(frozen=True)
class Shown:
    """One part as it will be sent: letters used and allowed."""

    part: Part
    used: int
    allowed: int

    @property
    def pieces(self) -> list[tuple[str, bool]]:
        """The text in runs, each with whether it is bold."""
        found, at = [], 0
        for start, length in self.part.bold:
            found += [(self.part.text[at:start], False), (self.part.text[start : start + length], True)]
            at = start + length
        return [*found, (self.part.text[at:], False)]

    @property
    def is_nearly_full(self) -> bool:
        return self.used > self.allowed * 0.9


@dataclass(frozen=True)
class Preview:
    """All parts of one channel."""

    name: str
    parts: tuple[Shown, ...]


@dataclass(frozen=True)
class Previews:
    """Everything beside the form."""

    channels: tuple[Preview, ...]
    title: str
    short: str
    short_allowed: int
    proposed: str
    script: tuple[str, ...]
    hints: tuple[Hint, ...]
    page: str


async def capabilities(request: Request) -> dict[str, Capabilities]:
    """What each channel can show, under its key (`zalo_oa`). Loaded once, beside everything else: it takes half a second."""
    state = request.app.state
    known: dict[str, Capabilities] | None = getattr(state, "known_capabilities", None)
    if known is None:
        keys = {label: key for key, label in words().channels.items()}
        loaded = await asyncio.to_thread(state.capabilities)
        known = state.known_capabilities = {keys[label]: able for label, able in loaded.items() if label in keys}
    return known


def fresh_framing(request: Request, content: Content, *, urgent: bool, exercise: bool) -> Framing:
    """What stands around a text that was never saved. Its number is not known yet; an address of the same length stands for it."""
    page = f"{request.app.state.settings.public_url}{PREFIX}/{slug_of(content.title)}-100"
    return Framing(sender=sender_of(request.app.state.commune), page=page, urgent=urgent, exercise=exercise)


def previews(content: Content, framing: Framing, able: Mapping[str, Capabilities], chosen: Sequence[str], now: dt.datetime) -> Previews:
    """Everything of a text, pure."""
    reply = reply_for(content, framing)
    channels = []
    for key, label in words().channels.items():
        if key in able and key in chosen:
            channels.append(Preview(label, tuple(_shown(part, able[key]) for part in render_parts(reply, able[key]))))
    proposed = propose_short(content)
    return Previews(
        channels=tuple(channels),
        title=reply.cards[0].title,
        short=content.short or proposed,
        short_allowed=SHORT_LENGTH,
        proposed=proposed,
        script=script(content, framing),
        hints=hints(content, now.astimezone(VIETNAM).date()),
        page=framing.page,
    )


def _shown(part: Part, able: Capabilities) -> Shown:
    # As app.rendering measures: UTF-16 units, of which there are never fewer than letters.
    used = len(part.text.encode("utf-16-le")) // 2
    return Shown(part, used, able.caption_limit if part.picture else able.text_limit)


@dataclass(frozen=True)
class Reach:
    """How many people, in words."""

    total: int
    lines: tuple[tuple[str, str], ...]
    notes: tuple[str, ...]


async def reach(request: Request, session: Any, found: Announcement, now: dt.datetime) -> Reach:
    """«812 nhận ngay, 40 lâu chưa nhắn: sẽ gửi khi họ nhắn lại», for each channel. Corrections: of who got the one before."""
    said, spec = words().audience, service.audience_spec(found)
    able, mode = await capabilities(request), request.app.state.ward.now.mode
    working = {account.name for account in request.app.state.accounts.all()}
    if spec.same_as:
        people = recipients.who_may_have(await recipients.chain(session, found))
        notes = [said["same"]]
    else:
        people = audience(spec.commune_id, spec.topic, spec.group_ids, spec.channels, mode=mode, urgent=spec.urgent, working=working)
        notes = []
    counts = await counts_for(session, people, able, now)
    lines = tuple(
        (words().channels.get(count.channel, count.channel), _in_words(count, able.get(count.channel), working)) for count in counts
    )
    total = sum(count.total for count in counts)
    if not total:
        notes.append(said["nobody_before" if spec.same_as else "none"])
    if mode == "trial":
        notes.append(said["trial"])
    return Reach(total, lines, tuple(notes))


def _in_words(count: Count, able: Capabilities | None, working: Collection[str]) -> str:
    said, fee = words().audience, words().fees.get(count.channel, 0)
    if count.channel not in working:
        return said["unconnected"].format(count=dong(count.total))
    window = able.window if able else None
    parts = []
    if fee and count.free:
        parts.append(said["free"].format(count=dong(count.free)))
    paid = count.now - count.free if fee else 0
    if paid:
        parts.append(said["paid"].format(count=dong(paid), cost=dong(paid * fee)))
    if not fee and count.now:
        parts.append(said["now"].format(count=dong(count.now)))
    if count.outside and window:
        parts.append(said["outside"].format(count=dong(count.outside), days=window.days))
    if count.unreachable:
        parts.append(said["gone"].format(count=dong(count.unreachable)))
    return "; ".join(parts)


def is_urgent(value: str) -> bool:
    """What the form says."""
    return value == Urgency.URGENT


def kinds_for(*, danger: bool) -> list[tuple[str, str]]:
    """What may follow something that was sent: value and words."""
    labels = words().kinds
    offered = [Kind.CORRECTION, Kind.WITHDRAWAL, *([Kind.ALL_CLEAR] if danger else []), Kind.REMINDER]
    return [(str(kind), labels[kind]) for kind in offered]
