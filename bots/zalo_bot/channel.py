"""A Zalo Bot as a channel: text with bold words, pictures by address, no buttons."""

from __future__ import annotations

import asyncio
import hmac
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from typing import Any

import structlog

from app.messages import Capabilities, Door, Finding, Forged, Found, Malformed, Part, SendError, Update, Vault, WebhookRequest
from app.settings import Settings
from bots.zalo_bot import findings
from bots.zalo_bot.client import NOTHING_NEW, POLL_SECONDS, QUOTA, Client, Quota
from bots.zalo_bot.findings import Bot
from bots.zalo_bot.outgoing import TEXT_LIMIT, method_of
from bots.zalo_bot.updates import read_body, read_event

log = structlog.get_logger()

SECRET_HEADER = "x-bot-api-secret-token"  # noqa: S105 - the name of a header
SHORTEST_PAUSE, LONGEST_PAUSE = 1.0, 60.0


class ZaloBot:
    """One bot. `clock` and `sleep` measure and wait in seconds."""

    name = "zalo_bot"
    capabilities = Capabilities(text_limit=TEXT_LIMIT, caption_limit=TEXT_LIMIT, bold=True, pictures="address", per_second=5)

    def __init__(
        self,
        client: Client,
        secret: str,
        vault: Vault,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._client, self._secret, self._vault = client, secret, vault
        self._clock, self._sleep = clock, sleep
        self._quota = Quota(clock)

    async def start(self) -> None:
        """Make the connections' pool; nothing is asked of Zalo."""
        self._client.open()

    async def stop(self) -> None:
        """Close the connections."""
        await self._client.close()

    def read(self, request: WebhookRequest) -> Sequence[Update]:
        """Check a webhook's secret and read it: one update, or none when it starts no work. Raises Forged, Malformed."""
        given = request.headers.get(SECRET_HEADER, "")
        if not self._secret or not hmac.compare_digest(given.encode(), self._secret.encode()):
            raise Forged("zalo_bot: wrong secret")
        return read_body(request.body)

    async def poll(self) -> AsyncGenerator[Sequence[Update], None]:
        """Batches of one update. Zalo forgets an update when it hands it out: there is no offset to ask again from."""
        pause = SHORTEST_PAUSE
        while True:
            asked = self._clock()
            try:
                updates = await self._next()
            except (SendError, Malformed) as error:
                log.warning("zalo_bot_poll_failed", error=str(error), pause=pause)
                await self._sleep(pause)
                pause = min(2 * pause, LONGEST_PAUSE)
                continue
            pause = SHORTEST_PAUSE
            if updates:
                yield updates
            elif updates is None and self._clock() - asked < SHORTEST_PAUSE:  # Zalo did not wait for news: no tight loop
                await self._sleep(SHORTEST_PAUSE)

    async def _next(self) -> Sequence[Update] | None:
        """What one getUpdates gave; None when nothing was new."""
        try:
            event = await self._client.call("getUpdates", {"timeout": str(POLL_SECONDS)})
        except SendError as error:
            if error.code == NOTHING_NEW:
                return None
            raise
        return read_event(event) if event else None

    async def send(self, person: str, part: Part, picture: bytes | None = None) -> str:  # noqa: ARG002 - Zalo fetches the address itself
        """Send one part; Zalo's id of the message, empty when Zalo gives none. Raises SendError."""
        method, arguments = method_of(part)
        try:
            result = await self._client.call(method, {"chat_id": person, **arguments})
        except SendError as error:
            raise (self._quota.refused() if error.code == QUOTA else error) from None
        self._quota.accepted()
        return str(_fields(result).get("message_id") or "")

    async def acknowledge(self, update: Update) -> None:
        """Nothing: a bot without buttons knows no press."""

    async def show(self, update: Update, results: Sequence[Found]) -> None:
        """Nothing: there is no inline search."""

    def door(self, code: str) -> Door | None:  # noqa: ARG002 - no address carries it
        """None: a bot's address is a link that only Bot Creator shows, and none takes a payload."""
        return None

    async def connect(self, webhook_url: str) -> Sequence[Finding]:
        """Learn the bot's name and id; set the webhook, or delete it for polling. Never raises SendError."""
        try:
            bot = await self._me()
        except SendError as error:
            return [findings.trouble(error)]
        await self._vault.remember({"name": bot.name, "bot_id": bot.id})
        try:
            if webhook_url:
                await self._client.call("setWebhook", {"url": webhook_url, "secret_token": self._secret})
            else:
                await self._client.call("deleteWebhook")
        except SendError as error:
            return [findings.recognised(bot, bot.id), findings.not_set_up(error, webhook_url), *findings.limits(bot)]
        return [findings.recognised(bot, bot.id), findings.set_up(webhook_url), *findings.limits(bot)]

    async def check(self, webhook_url: str) -> Sequence[Finding]:
        """Ask for the bot and its webhook, and compare them with what we know. Never raises SendError."""
        try:
            bot = await self._me()
            webhook = await self._client.call("getWebhookInfo")
        except SendError as error:
            return [findings.trouble(error)]
        known = await self._vault.read()
        address = str(_fields(webhook).get("url") or "")
        return [findings.recognised(bot, known.get("bot_id", "")), findings.webhook(address, webhook_url), *findings.limits(bot)]

    async def _me(self) -> Bot:
        told = _fields(await self._client.call("getMe"))
        return Bot(id=str(told.get("id") or ""), name=str(told.get("account_name") or ""), plan=str(told.get("account_type") or ""))


def _fields(result: object) -> Mapping[str, Any]:
    """The fields of a result; Zalo leaves some results out."""
    return result if isinstance(result, dict) else {}


def build(values: Mapping[str, str], vault: Vault, settings: Settings) -> ZaloBot:
    """The channel of one bot. `values`: `token`, and `secret` for the webhook (8 to 256 characters, made by us)."""
    return ZaloBot(Client(settings.zalo_bot_url, values["token"]), values.get("secret", ""), vault)
