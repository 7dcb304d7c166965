"""A part becomes the arguments of the Bot API, as plain JSON: cheaper to make than the library's objects."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from telegram import InputFile

from app.messages import Button, Found, Part, is_public

MAX_ENTITIES = 100
LONG_LABEL = 20  # characters; longer ones get a row of their own
NO_PREVIEW = {"is_disabled": True}

Json = dict[str, Any]


def message(person: str, part: Part) -> Json:
    """Arguments of sendMessage. A picture that could not be made is told in its words."""
    text = part.text or (part.picture.alt if part.picture else "")
    return {"chat_id": person, "text": text, "link_preview_options": NO_PREVIEW} | _marks("entities", part) | _keyboard(part.buttons)


def photo(person: str, part: Part, picture: bytes) -> Json:
    """Arguments of sendPhoto. `picture`: a PNG."""
    file = InputFile(picture, filename="picture.png")
    return {"chat_id": person, "photo": file, "caption": part.text} | _marks("caption_entities", part) | _keyboard(part.buttons)


def article(found: Found) -> Json:
    """One result of an inline search. Only buttons that open an address: a press in a foreign chat could not be answered."""
    links = [button for button in found.part.buttons if button.url]
    content = {"message_text": found.part.text, "link_preview_options": NO_PREVIEW} | _marks("entities", found.part)
    described = {"type": "article", "id": found.id, "title": found.title, "description": found.summary}
    return described | {"input_message_content": content} | _keyboard(links)


def _marks(name: str, part: Part) -> Json:
    """Bold runs, counted in UTF-16 units as Telegram counts: an emoji is two."""
    runs = [
        {"type": "bold", "offset": _utf16(part.text[:start]), "length": _utf16(part.text[start : start + length])}
        for start, length in part.bold[:MAX_ENTITIES]
    ]
    return {name: runs} if runs else {}


def _keyboard(buttons: Sequence[Button]) -> Json:
    """Rows of buttons: short labels in pairs of one kind, so that «Đúng ý» stands beside «Chưa đúng»."""
    rows: list[list[Json]] = []
    open_kind = ""  # of the last row, while it has room
    for button in buttons:
        if button.data:
            kind, target = button.data[:2], {"callback_data": button.data}
        elif is_public(button.url):
            kind, target = "url", {"url": button.url}
        else:
            continue
        shown = {"text": button.label, **target}
        if len(button.label) > LONG_LABEL:
            rows.append([shown])
            open_kind = ""
        elif kind == open_kind:
            rows[-1].append(shown)
            open_kind = ""
        else:
            rows.append([shown])
            open_kind = kind
    return {"reply_markup": {"inline_keyboard": rows}} if rows else {}


def _utf16(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2
