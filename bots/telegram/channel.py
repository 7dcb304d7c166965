"""A Telegram bot as a channel: bold words, buttons, pictures, inline search; by webhook or by polling."""

from __future__ import annotations

import asyncio
import contextlib
import hmac
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence

import structlog
import telegram
from telegram.error import TelegramError
from telegram.helpers import create_deep_linked_url

from app.messages import (
    Capabilities,
    Door,
    Finding,
    Forged,
    Found,
    Malformed,
    Part,
    SendAction,
    SendError,
    Update,
    Vault,
    WebhookRequest,
)
from app.settings import Settings
from bots.telegram import outgoing
from bots.telegram.account import ALLOWED_UPDATES, Account
from bots.telegram.connection import READ, Connection, send_error
from bots.telegram.updates import Told, parse, read, start_payload

log = structlog.get_logger()

SECRET_HEADER = "x-telegram-bot-api-secret-token"  # noqa: S105 - the name of a header
POLL_SECONDS = 25
SHORTEST_PAUSE, LONGEST_PAUSE, CONFLICT_PAUSE = 1.0, 60.0, 30.0
MAX_RESULTS, SEARCH_CACHE_SECONDS = 50, 60


class Telegram:
    """One bot. `sleep` waits in seconds.

    The busiest calls go through `do_api_request`: it gives the plain answer, where `send_message` reads a whole Message
    of which we need one number. It asks for methods the library does not know, hence their names with a capital;
    Telegram does not mind the case.
    """

    name = "telegram"
    capabilities = Capabilities(
        text_limit=4096,
        caption_limit=1024,
        text_unit="utf16",
        bold=True,
        pictures="upload",
        buttons=10,
        button_label=60,
        button_answers="data",
        button_data=64,
        button_urls=True,
        per_second=25,
        search=True,
    )

    def __init__(
        self,
        token: str,
        secret: str,
        vault: Vault,
        url: str,
        username: str = "",
        *,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._connection = Connection()
        self._bot = telegram.Bot(token, f"{url}/bot", request=self._connection, get_updates_request=self._connection)
        self._secret, self._username, self._sleep = secret, username, sleep
        self._account = Account(self._bot, secret, vault)
        self._acknowledging: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        """Make the connections' pool; nothing is asked of Telegram."""
        await self._connection.initialize()

    async def stop(self) -> None:
        """Close the connections."""
        for task in self._acknowledging:
            task.cancel()
        await asyncio.gather(*self._acknowledging, return_exceptions=True)
        await self._connection.shutdown()

    def read(self, request: WebhookRequest) -> Sequence[Update]:
        """Check a webhook's secret and read it: one update, or none when it starts no work. Raises Forged, Malformed."""
        given = request.headers.get(SECRET_HEADER, "")
        if not self._secret or not hmac.compare_digest(given.encode(), self._secret.encode()):
            raise Forged("telegram: wrong secret")
        return self._taken(parse(request.body))

    async def poll(self) -> AsyncGenerator[Sequence[Update], None]:
        """Batches by long polling. A batch is confirmed to Telegram when the next one is asked for."""
        pause, offset = SHORTEST_PAUSE, 0
        while True:
            try:
                told = await self._next(offset)
            except SendError as error:
                wait = CONFLICT_PAUSE if error.code == "409" else error.retry_after or pause
                log.warning("telegram_poll_failed", error=str(error), pause=wait)
                await self._sleep(wait)
                pause = min(2 * pause, LONGEST_PAUSE)
                continue
            pause = SHORTEST_PAUSE
            if updates := [update for one in told for update in self._taken(one)]:
                yield updates
            offset = max([one.number + 1 for one in told], default=offset)

    async def _next(self, offset: int) -> list[Told]:
        """What one getUpdates gave. Raises SendError."""
        arguments = {"offset": offset, "timeout": POLL_SECONDS, "allowed_updates": ALLOWED_UPDATES}
        try:
            raws = await self._bot.do_api_request("GetUpdates", arguments, read_timeout=POLL_SECONDS + READ)
            return [read(raw) for raw in raws]
        except TelegramError as error:
            raise send_error(error) from None
        except (Malformed, TypeError):
            raise _strange() from None

    async def send(self, person: str, part: Part, picture: bytes | None = None) -> str:
        """Send one part; Telegram's id of the message. `picture`: PNG bytes. Raises SendError."""
        try:
            if picture is None:
                sent = await self._bot.do_api_request("SendMessage", outgoing.message(person, part))
            else:
                sent = await self._bot.do_api_request("SendPhoto", outgoing.photo(person, part, picture))
            return str(sent["message_id"])
        except TelegramError as error:
            raise send_error(error) from None  # the cause holds the request, whose address holds the token
        except (LookupError, TypeError):
            raise _strange() from None

    async def acknowledge(self, update: Update) -> None:
        """Stop the waiting sign on a pressed button. Never raises."""
        if update.receipt:
            await self._acknowledge(update.receipt)

    async def show(self, update: Update, results: Sequence[Found]) -> None:
        """Answer an inline search; the same words give the same results to everyone for a minute. Never raises."""
        articles = [outgoing.article(found) for found in results[:MAX_RESULTS]]
        arguments = {"inline_query_id": update.receipt, "results": articles, "cache_time": SEARCH_CACHE_SECONDS, "is_personal": False}
        with contextlib.suppress(TelegramError):
            await self._bot.do_api_request("AnswerInlineQuery", arguments)

    def door(self, code: str) -> Door | None:
        """The deep link to a procedure; None until `connect` learned the bot's name, or when a link cannot carry the code."""
        with contextlib.suppress(ValueError):
            return Door("Telegram", create_deep_linked_url(self._username, start_payload(code) if code else None), words=False)
        return None

    async def connect(self, webhook_url: str) -> Sequence[Finding]:
        """Set up commands, descriptions and the webhook, or polling when `webhook_url` is empty. Never raises SendError."""
        return await self._account.connect(webhook_url)

    async def check(self, webhook_url: str) -> Sequence[Finding]:
        """Compare what Telegram knows with what we want. Never raises SendError."""
        return await self._account.check(webhook_url)

    def _taken(self, told: Told) -> Sequence[Update]:
        """The update, if it starts work. A press that means nothing to us is acknowledged beside, or it waits for ever."""
        if told.stray:
            task = asyncio.get_running_loop().create_task(self._acknowledge(told.stray))
            self._acknowledging.add(task)
            task.add_done_callback(self._acknowledging.discard)
        return [told.update] if told.update else []

    async def _acknowledge(self, query_id: str) -> None:
        with contextlib.suppress(TelegramError):
            await self._bot.answer_callback_query(query_id)


def _strange() -> SendError:
    """A success in a shape that Telegram does not use."""
    return SendError(SendAction.UNKNOWN, "200", "the answer is not Telegram's")


def build(values: Mapping[str, str], vault: Vault, settings: Settings) -> Telegram:
    """The channel of one bot. `values`: `token`; `secret` for the webhook, made by us; `username`, once learned.

    Raises KeyError, ValueError without a token.
    """
    if not values["token"]:
        raise ValueError("telegram: no token")
    return Telegram(values["token"], values.get("secret", ""), vault, settings.telegram_url.rstrip("/"), values.get("username", ""))
