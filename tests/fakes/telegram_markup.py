"""Keyboards under a message: what Telegram accepts of them."""

from __future__ import annotations

import ipaddress
import json
from urllib.parse import urlsplit

from tests.fakes.serving import Json
from tests.fakes.telegram_contract import ApiError

MAX_BUTTONS, MAX_BYTES, MAX_DATA = 100, 10_240, 64
NO_ACTIONS = {"text", "icon_custom_emoji_id", "style"}
WRONG_BUTTON = "can't parse inline keyboard button: "


def check_markup(markup: Json | None) -> Json | None:
    """A keyboard as the citizen gets it; None when there is none. Raises ApiError."""
    if not markup:
        return None
    rows: list[list[Json]] = [row for row in markup.get("inline_keyboard") or markup.get("keyboard") or [] if row]
    buttons = [button for row in rows for button in row]
    if len(buttons) > MAX_BUTTONS or len(json.dumps(markup, ensure_ascii=False).encode()) > MAX_BYTES:
        raise ApiError("reply markup is too long")
    if any(not button["text"].strip() for button in buttons):
        raise ApiError(f"{WRONG_BUTTON}Text of a button must be non-empty")
    if "inline_keyboard" not in markup:
        return markup
    for button in buttons:
        _check_inline(button)
    return markup | {"inline_keyboard": rows} if rows else None


def _check_inline(button: Json) -> None:
    actions = set(button) - NO_ACTIONS
    if not actions:
        raise ApiError(f"{WRONG_BUTTON}Text buttons are unallowed in the inline keyboard")
    if len(actions) > 1:
        raise ApiError(f"{WRONG_BUTTON}exactly one of {', '.join(sorted(actions))} is allowed")
    if "callback_data" in button and not 1 <= len(button["callback_data"].encode()) <= MAX_DATA:
        raise ApiError("BUTTON_DATA_INVALID")
    if "url" in button:
        check_url(button["url"])


def check_url(url: str) -> None:
    """An address others can open: a phone knows nothing of our machine. Raises ApiError."""
    parts = urlsplit(url)
    if parts.scheme == "tg":
        return
    host = parts.hostname or ""
    try:
        public = ipaddress.ip_address(host).is_global
    except ValueError:
        public = "." in host and " " not in url
    if parts.scheme not in {"http", "https"} or not public:
        raise ApiError(f"inline keyboard button URL '{url}' is invalid: Wrong HTTP URL")
