"""A part becomes the arguments of a method of the Bot API."""

from __future__ import annotations

from typing import Any

from app.messages import Part, is_public

TEXT_LIMIT = 2000  # of a text and of a caption; Zalo does not say in which unit, so both must fit


def method_of(part: Part) -> tuple[str, dict[str, Any]]:
    """`sendPhoto` when Zalo can fetch the picture, else `sendMessage`; with the arguments beside `chat_id`."""
    picture = part.picture
    if picture is None:
        return "sendMessage", _text(part, part.text)
    if can_be_fetched(picture.url):
        caption = part.text or picture.alt
        return "sendPhoto", {"photo": picture.url} | ({"caption": caption} if caption else {})
    with_address = "\n\n".join(filter(None, (part.text, f"{picture.alt}: {picture.url}")))
    return "sendMessage", _text(part, with_address if _utf16(with_address) <= TEXT_LIMIT else part.text)


def can_be_fetched(url: str) -> bool:
    """Whether Zalo's servers can fetch an address: https, and a host that the whole internet knows."""
    return url.startswith("https:") and is_public(url)


def _text(part: Part, text: str) -> dict[str, Any]:
    styles = [{"start": _utf16(text[:start]), "len": _utf16(text[start : start + length]), "st": ["b"]} for start, length in part.bold]
    return {"text": text} | ({"text_styles": styles} if styles else {})


def _utf16(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2
