"""The methods about the bot itself: who it is, its webhook, its commands and names, its chats and files."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from tests.fakes.serving import Json, on_loopback
from tests.fakes.telegram_contract import ApiError
from tests.fakes.telegram_messages import Call, Handler
from tests.fakes.telegram_state import State, too_many
from tests.fakes.telegram_updates import Updates

PORTS = {80, 88, 443, 8443}
MAX_COMMANDS, MAX_DESCRIPTION, MAX_SECRET = 100, 256, 256
COMMAND, LANGUAGE, SECRET = re.compile(r"/?[a-z0-9_]{1,32}"), re.compile(r"(?:[a-z]{2})?"), re.compile(r"[A-Za-z0-9_-]*")
SCOPES: dict[str, tuple[str, ...]] = {
    "default": (),
    "all_private_chats": (),
    "all_group_chats": (),
    "all_chat_administrators": (),
    "chat": ("chat_id",),
    "chat_administrators": ("chat_id",),
    "chat_member": ("chat_id", "user_id"),
}
# Characters of what the bot says about itself.
WORDS = {"name": 64, "description": 512, "short_description": 120}
GIFTS = ("unlimited_gifts", "limited_gifts", "unique_gifts", "premium_subscription", "gifts_from_channels")


@dataclass(frozen=True)
class Described:
    """A result that comes with words."""

    result: Any
    description: str


class Account:
    """What the bot is, and where its updates go."""

    def __init__(self, state: State, updates: Updates) -> None:
        self._state, self._updates = state, updates
        self._webhook_set_at = -1.0
        self.handlers: Mapping[str, Handler] = {
            "getMe": self._get_me,
            "getUpdates": self._get_updates,
            "setWebhook": self._set_webhook,
            "deleteWebhook": self._delete_webhook,
            "getWebhookInfo": self._webhook_info,
            "setMyCommands": self._set_commands,
            "getMyCommands": self._get_commands,
            "deleteMyCommands": self._delete_commands,
            "setChatMenuButton": self._set_menu,
            "getChat": self._get_chat,
            "getFile": self._get_file,
        } | {f"{verb}My{_camel(name)}": self._words(verb, name) for name in WORDS for verb in ("set", "get")}

    async def _get_me(self, _: Call) -> Json:
        return self._state.bot

    async def _get_updates(self, call: Call) -> list[Json]:
        values = call.values
        if "allowed_updates" in values:
            self._updates.allowed = values["allowed_updates"]
        limit = min(max(values.get("limit", 100), 1), 100)
        return await self._updates.poll(values.get("offset", 0), limit, values.get("timeout", 0))

    async def _set_webhook(self, call: Call) -> Described:
        values, now = call.values, self._state.clock.now()
        if self._state.switches.rate and now - self._webhook_set_at < 1:
            raise too_many(1)
        self._webhook_set_at = now
        if not values["url"]:
            return await self._delete_webhook(call)
        self._check_webhook(values["url"], values.get("secret_token", ""))
        if "allowed_updates" in values:
            self._updates.allowed = values["allowed_updates"]
        connections = min(max(values.get("max_connections", 40), 1), 100)
        drop = values.get("drop_pending_updates", False)
        news = self._updates.set_webhook(values["url"], values.get("secret_token", ""), connections, drop=drop)
        return Described(True, "Webhook was set" if news else "Webhook is already set")  # noqa: FBT003

    def _check_webhook(self, url: str, secret: str) -> None:
        parts, rules = urlsplit(url), self._state.switches
        loopback = rules.http_loopback and parts.scheme == "http" and on_loopback(url)
        if not loopback and (parts.scheme != "https" or not parts.hostname):
            raise ApiError("bad webhook: An HTTPS URL must be provided for webhook")
        if rules.ports and (parts.port or 443) not in PORTS:
            raise ApiError("bad webhook: Webhook can be set up only on ports 80, 88, 443 or 8443")
        if len(secret) > MAX_SECRET:
            raise ApiError("secret token is too long")
        if not SECRET.fullmatch(secret):
            raise ApiError("secret token contains unallowed characters")

    async def _delete_webhook(self, call: Call) -> Described:
        known = bool(self._updates.url)
        self._updates.set_webhook("", "", 40, drop=call.values.get("drop_pending_updates", False))
        return Described(True, "Webhook was deleted" if known else "Webhook is already deleted")  # noqa: FBT003

    async def _webhook_info(self, _: Call) -> Json:
        return self._updates.info()

    async def _set_commands(self, call: Call) -> bool:
        commands = call.values["commands"]
        if len(commands) > MAX_COMMANDS:
            raise ApiError("BOT_COMMANDS_TOO_MUCH")
        for command in commands:
            if not COMMAND.fullmatch(command["command"]):
                raise ApiError("BOT_COMMAND_INVALID")
            if not 1 <= len(command["description"]) <= MAX_DESCRIPTION:
                raise ApiError("BOT_COMMAND_DESCRIPTION_INVALID")
        self._state.commands[_audience(call.values)] = [command | {"command": command["command"].removeprefix("/")} for command in commands]
        return True

    async def _get_commands(self, call: Call) -> list[Json]:
        return self._state.commands.get(_audience(call.values), [])

    async def _delete_commands(self, call: Call) -> bool:
        self._state.commands.pop(_audience(call.values), None)
        return True

    def _words(self, verb: str, name: str) -> Handler:
        async def set_words(call: Call) -> bool:
            if len(call.values.get(name, "")) > WORDS[name]:
                raise ApiError(f"{name.upper()}_TOO_LONG")
            self._state.words[name, _language(call.values)] = call.values.get(name, "")
            return True

        async def get_words(call: Call) -> Json:
            words, language = self._state.words, _language(call.values)
            own = self._state.bot["first_name"] if name == "name" else ""
            return {name: words.get((name, language)) or words.get((name, ""), own)}

        return set_words if verb == "set" else get_words

    async def _set_menu(self, call: Call) -> bool:
        menu = call.values.get("menu_button", {"type": "default"})
        if menu.get("type") not in {"commands", "web_app", "default"}:
            raise ApiError("can't parse menu button: invalid menu button type specified")
        self._state.menus[call.values.get("chat_id", 0)] = menu
        return True

    async def _get_chat(self, call: Call) -> Json:
        chat = self._state.chat(call.values["chat_id"])
        return chat | {"accent_color_id": 0, "max_reaction_count": 11, "accepted_gift_types": dict.fromkeys(GIFTS, True)}

    async def _get_file(self, call: Call) -> Json:
        file_id = call.values["file_id"]
        content = self._state.files.get(file_id)
        if content is None:
            raise ApiError("wrong file_id or the file is temporarily unavailable")
        return {"file_id": file_id, "file_unique_id": file_id[-12:], "file_size": len(content), "file_path": f"files/{file_id}"}


def _camel(name: str) -> str:
    return "".join(part.title() for part in name.split("_"))


def _language(values: Json) -> str:
    language: str = values.get("language_code", "")
    if not LANGUAGE.fullmatch(language):
        raise ApiError("LANG_CODE_INVALID")
    return language


def _audience(values: Json) -> tuple[str, str]:
    """Whom commands are for: scope and language. Raises ApiError."""
    scope = values.get("scope", {"type": "default"})
    kind = scope.get("type")
    if kind not in SCOPES:
        raise ApiError("can't parse BotCommandScope: Unsupported type specified")
    for name in SCOPES[kind]:
        if name not in scope:
            raise ApiError(f"can't parse BotCommandScope: Can't find field \"{name}\"")
    return json.dumps({name: scope[name] for name in ("type", *SCOPES[kind])}), _language(values)
