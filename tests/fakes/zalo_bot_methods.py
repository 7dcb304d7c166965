"""The methods of the Zalo Bot API: what they take, what they refuse, what they answer."""

from __future__ import annotations

import ipaddress
import json
import re
from collections.abc import Callable, Coroutine, Mapping
from typing import Any
from urllib.parse import urlsplit

import httpx

from tests.fakes.serving import Json, image_size, on_loopback
from tests.fakes.zalo_bot_state import ApiError, State
from tests.fakes.zalo_bot_updates import Updates

MAX_TEXT, MIN_SECRET, MAX_SECRET, DEFAULT_POLL = 2000, 8, 256, 30.0
STYLES = {"b", "i", "u", "s", "f_13", "f_15", "f_18", "f_20"} | {"c_050a19", "c_15a85f", "c_f7b503", "c_f27806", "c_db342e"}
STYLES |= {"lst_1", "lst_2"} | {f"ind_{depth}" for depth in range(1, 6)}
NUMBER = re.compile(r"\d+(?:\.\d+)?")

Handler = Callable[[Json, list[str]], Coroutine[Any, Any, Any]]
"""Parameters, and warnings to add to: the result; None when the answer has none. Raises ApiError."""


class Methods:
    """`handlers`: the methods by name, which is case-sensitive. `fields`: what each of them knows."""

    def __init__(self, state: State, updates: Updates) -> None:
        self._state, self._updates = state, updates
        known: dict[str, tuple[Handler, tuple[str, ...]]] = {
            "getMe": (self._get_me, ()),
            "getUpdates": (self._get_updates, ("timeout",)),
            "setWebhook": (self._set_webhook, ("url", "secret_token")),
            "deleteWebhook": (self._delete_webhook, ()),
            "getWebhookInfo": (self._webhook_info, ()),
            "sendMessage": (self._send_message, ("chat_id", "text", "parse_mode", "text_styles")),
            "sendPhoto": (self._send_photo, ("chat_id", "photo", "caption")),
            "sendSticker": (self._send_sticker, ("chat_id", "sticker")),
            "sendVoice": (self._send_voice, ("chat_id", "voice_url")),
            "sendChatAction": (self._send_chat_action, ("chat_id", "action")),
        }
        self.handlers: Mapping[str, Handler] = {name: handler for name, (handler, _) in known.items()}
        self.fields: Mapping[str, tuple[str, ...]] = {name: fields for name, (_, fields) in known.items()}

    async def _get_me(self, _: Json, __: list[str]) -> Json:
        return self._state.bot

    async def _get_updates(self, values: Json, _: list[str]) -> Json:
        seconds = str(values.get("timeout", DEFAULT_POLL))
        if not NUMBER.fullmatch(seconds):
            raise ApiError(400, "Bad Request: timeout is invalid")
        return await self._updates.poll(float(seconds))

    async def _set_webhook(self, values: Json, _: list[str]) -> Json:
        url, secret = _text(values, "url"), _text(values, "secret_token")
        if not (self._state.switches.http_loopback and on_loopback(url)) and not _public_https(url):
            raise ApiError(400, "Bad Request: url is invalid")
        if not MIN_SECRET <= len(secret) <= MAX_SECRET:
            raise ApiError(400, "Bad Request: secret_token is invalid")
        return self._updates.set_webhook(url, secret)

    async def _delete_webhook(self, _: Json, __: list[str]) -> Json:
        return self._updates.set_webhook("", "")

    async def _webhook_info(self, _: Json, __: list[str]) -> Json:
        return self._updates.info()

    async def _send_message(self, values: Json, warnings: list[str]) -> Json:
        chat, text = self._state.chat(_text(values, "chat_id")), _text(values, "text", MAX_TEXT)
        mode = values.get("parse_mode", "")
        if mode not in {"", "markdown", "html"}:
            raise ApiError(400, "Bad Request: parse_mode is invalid")
        styles = _styles(values.get("text_styles", []), text)
        if mode and styles:
            warnings.append("text_styles beside parse_mode are ignored")
        return self._state.show(chat, {"kind": "text", "text": text, "parse_mode": mode, "styles": [] if mode else styles})

    async def _send_photo(self, values: Json, warnings: list[str]) -> Json:
        chat, url = self._state.chat(_text(values, "chat_id")), _text(values, "photo")
        caption = _text(values, "caption", MAX_TEXT) if "caption" in values else ""
        return self._state.show(chat, {"kind": "photo", "text": caption, "picture": await self._picture(url, warnings)})

    async def _send_sticker(self, values: Json, _: list[str]) -> Json:
        return self._state.show(
            self._state.chat(_text(values, "chat_id")), {"kind": "sticker", "text": "", "sticker": _text(values, "sticker")}
        )

    async def _send_voice(self, values: Json, _: list[str]) -> Json:
        chat, url = self._state.chat(_text(values, "chat_id")), _text(values, "voice_url")
        if chat in self._state.groups or not urlsplit(url).path.endswith(".aac"):
            raise ApiError(400, "Bad Request: voice_url is invalid")
        return self._state.show(chat, {"kind": "voice", "text": "", "voice_url": url})

    async def _send_chat_action(self, values: Json, _: list[str]) -> None:
        self._state.chat(_text(values, "chat_id"))
        if values.get("action") != "typing":
            raise ApiError(400, "Bad Request: action is invalid")

    async def _picture(self, url: str, warnings: list[str]) -> Json:
        """Fetch a picture as Zalo does; one that is not on this machine is believed, with a warning. Raises ApiError."""
        if not on_loopback(url):
            if not _public_https(url):
                raise ApiError(400, "Bad Request: photo is invalid")
            warnings.append("pictures are fetched from this machine only; this one was believed")
            return {"url": url, "bytes": 0, "width": 0, "height": 0}
        if not self._state.switches.http_loopback:
            raise ApiError(400, "Bad Request: photo is invalid")
        try:
            async with httpx.AsyncClient(timeout=10, verify=False) as client:
                content = (await client.get(url)).raise_for_status().content
        except httpx.HTTPError:
            raise ApiError(400, "Bad Request: photo cannot be fetched") from None
        if (size := image_size(content)) is None:
            raise ApiError(400, "Bad Request: photo is no picture")
        return {"url": url, "bytes": len(content), "width": size[0], "height": size[1]}


def _text(values: Json, name: str, limit: int = 0) -> str:
    """A text that must be there, at most so many UTF-16 units: which unit is meant is unknown, this is the stricter one."""
    value = values.get(name)
    if not isinstance(value, str) or not value.strip():
        raise ApiError(400, f"Bad Request: {name} is empty")
    if limit and _units(value) > limit:
        raise ApiError(400, f"Bad Request: {name} is too long")
    return value


def _units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def _styles(given: Any, text: str) -> list[Json]:
    """`[{start, len, st: […]}]` in UTF-16 units. Raises ApiError."""
    try:
        styles: list[Json] = json.loads(given) if isinstance(given, str) else given
        good = all(
            style["start"] >= 0
            and style["len"] > 0
            and style["start"] + style["len"] <= _units(text)
            and style["st"]
            and STYLES.issuperset(style["st"])
            for style in styles
        )
    except (KeyError, TypeError, ValueError):
        good = False
    if not good:
        raise ApiError(400, "Bad Request: text_styles is invalid")
    return styles


def _public_https(url: str) -> bool:
    """An https address that others can reach."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    try:
        public = ipaddress.ip_address(host).is_global
    except ValueError:
        public = "." in host and not host.endswith((".local", ".localhost", ".internal"))
    return parts.scheme == "https" and public
