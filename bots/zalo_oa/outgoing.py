"""A part as the body of a consultation message (zalo-oa.md §3)."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any

from app.messages import Button


def nfc(text: str) -> str:
    """The text in composed letters: Zalo counts what it gets, and decomposed Vietnamese is a quarter longer."""
    return unicodedata.normalize("NFC", text)


def text_message(person: str, text: str, buttons: Sequence[Button] = ()) -> dict[str, Any]:
    """Words, with buttons under them."""
    message: dict[str, Any] = {"text": nfc(text)}
    if buttons:
        message["attachment"] = {"type": "template", "payload": {"buttons": [button_json(button) for button in buttons]}}
    return {"recipient": {"user_id": person}, "message": message}


def picture_message(person: str, picture: Mapping[str, str], caption: str, buttons: Sequence[Button] = ()) -> dict[str, Any]:
    """A picture with a caption. `picture`: `{"attachment_id": …}` or `{"url": …}`."""
    element: dict[str, Any] = {"media_type": "image", **picture}
    if buttons:
        element["buttons"] = [button_json(button) for button in buttons]
    message: dict[str, Any] = {"attachment": {"type": "template", "payload": {"template_type": "media", "elements": [element]}}}
    if caption:
        message["text"] = nfc(caption)
    return {"recipient": {"user_id": person}, "message": message}


def button_json(button: Button) -> dict[str, Any]:
    """A button that opens an address, says words in the citizen's name, or says them unseen."""
    if button.url:
        return {"title": nfc(button.label), "type": "oa.open.url", "payload": {"url": button.url}}
    if button.send:
        return {"title": nfc(button.label), "type": "oa.query.show", "payload": button.send}
    return {"title": nfc(button.label), "type": "oa.query.hide", "payload": button.data}
