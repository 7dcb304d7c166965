"""The keeper's side of a bot: set it up at Telegram, and compare what Telegram knows with what we want."""

from __future__ import annotations

from collections.abc import Awaitable, Sequence

import telegram
from telegram.error import TelegramError

from app.messages import Finding, SendError, Vault
from bots.telegram import findings
from bots.telegram.connection import send_error
from bots.telegram.menu import MENU

ALLOWED_UPDATES = ["message", "callback_query", "my_chat_member", "inline_query"]
MAX_CONNECTIONS = 10  # more would deliver one person's messages out of order


class Account:
    """Sets up and checks one bot."""

    def __init__(self, bot: telegram.Bot, secret: str, vault: Vault) -> None:
        self._bot, self._secret, self._vault = bot, secret, vault

    async def connect(self, webhook_url: str) -> Sequence[Finding]:
        """Learn the bot's name and id, set its menu, its descriptions, and how messages come in."""
        try:
            me = await self._bot.get_me()
        except TelegramError as error:
            return [findings.trouble(send_error(error))]
        await self._vault.remember({"username": me.username or "", "bot_id": str(me.id)})
        introduced, receiving = await _refusal(self._introduce()), await _refusal(self._receive(webhook_url))
        return [
            findings.recognised(me.username or "", str(me.id), ""),
            findings.introduced(introduced),
            findings.not_set_up(receiving, webhook_url) if receiving else findings.set_up(webhook_url),
            findings.searchable(on=bool(me.supports_inline_queries)),
            findings.LEGAL,
        ]

    async def check(self, webhook_url: str) -> Sequence[Finding]:
        """Ask for the bot and its webhook."""
        try:
            me = await self._bot.get_me()
            webhook = await self._bot.get_webhook_info()
        except TelegramError as error:
            return [findings.trouble(send_error(error)), findings.LEGAL]
        known = await self._vault.read()
        return [
            findings.recognised(me.username or "", str(me.id), known.get("bot_id", "")),
            *findings.webhook(webhook, webhook_url, ALLOWED_UPDATES),
            findings.searchable(on=bool(me.supports_inline_queries)),
            findings.LEGAL,
        ]

    async def _introduce(self) -> None:
        """The menu and the descriptions: in Vietnamese, and the same for phones in other languages."""
        commands = [(name, command.description) for name, command in MENU.commands.items()]
        private = telegram.BotCommandScopeAllPrivateChats()
        for language in ("vi", None):
            await self._bot.set_my_commands(commands, scope=private, language_code=language)
            await self._bot.set_my_description(MENU.about, language_code=language)
            await self._bot.set_my_short_description(MENU.short, language_code=language)

    async def _receive(self, webhook_url: str) -> None:
        if webhook_url:
            await self._bot.set_webhook(
                webhook_url, secret_token=self._secret, max_connections=MAX_CONNECTIONS, allowed_updates=ALLOWED_UPDATES
            )
        else:
            await self._bot.delete_webhook()


async def _refusal(step: Awaitable[None]) -> SendError | None:
    """What Telegram had against a step; None when all went well."""
    try:
        await step
    except TelegramError as error:
        return send_error(error)
    return None
