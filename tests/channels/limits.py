"""What the channels can show, and whether parts stay within it."""

from __future__ import annotations

from collections.abc import Iterator

from app.messages import Capabilities, Part
from app.rendering import MAX_PARTS
from bots.telegram.channel import Telegram
from bots.zalo_bot.channel import ZaloBot
from bots.zalo_oa.channel import CAPABILITIES as OFFICIAL_ACCOUNT

CAPABILITIES = {"zalo-oa": OFFICIAL_ACCOUNT, "zalo-bot": ZaloBot.capabilities, "telegram": Telegram.capabilities}


def size(text: str) -> int:
    """The larger of code points and UTF-16 units."""
    return max(len(text), len(text.encode("utf-16-le")) // 2)


def broken_rules(parts: tuple[Part, ...], can: Capabilities) -> list[str]:
    """Every way in which parts break the rules of a channel, in words; empty when a platform takes them all."""
    found = [] if 1 <= len(parts) <= MAX_PARTS else [f"{len(parts)} parts"]
    for number, part in enumerate(parts, 1):
        found += [f"part {number}: {rule}" for rule in _of_text(part, can)]
        if part.buttons and number < len(parts):
            found.append(f"part {number}: buttons that are not under the last part")
    return found + list(_of_buttons(parts[-1], can))


def _of_text(part: Part, can: Capabilities) -> Iterator[str]:
    limit = can.caption_limit if part.picture else can.text_limit
    if size(part.text) > limit:
        yield f"{size(part.text)} of {limit} units"
    if part.text != part.text.strip() or not (part.text or part.picture):
        yield "blank, or blank at an end"
    if part.picture and can.pictures == "none":
        yield "a picture that cannot be shown"
    if part.bold and not can.bold:
        yield "bold that cannot be shown"
    at = 0
    for start, length in part.bold:
        run = part.text[start : start + length]
        if start < at or length < 1 or len(run) != length or run != run.strip():
            yield f"bold at {start} for {length}"
        at = start + length


def _of_buttons(part: Part, can: Capabilities) -> Iterator[str]:
    if len(part.buttons) > can.buttons:
        yield f"{len(part.buttons)} of {can.buttons} buttons"
    for button in part.buttons:
        if not 0 < size(button.label) <= can.button_label:
            yield f"label «{button.label}»"
        if sum(map(bool, (button.send, button.data, button.url))) != 1:
            yield f"«{button.label}» does not do one thing"
        if button.url and not can.button_urls:
            yield f"«{button.label}» opens an address"
        if button.send and (can.button_answers != "words" or size(button.send) > can.button_data):
            yield f"«{button.label}» says «{button.send}»"
        if button.data and (can.button_answers == "none" or len(button.data.encode()) > can.button_data):
            yield f"«{button.label}» gives back «{button.data}»"
