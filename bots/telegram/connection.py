"""How python-telegram-bot reaches Telegram here, and what it means when that fails."""

from __future__ import annotations

import json
from typing import Any

import httpx
from telegram.error import TelegramError
from telegram.request import HTTPXRequest

from app.messages import SendAction, SendError

CONNECT, READ, WRITE, UPLOAD = 5.0, 10.0, 10.0, 20.0  # seconds
CONNECTIONS = 16  # enough for 25 messages a second at 0.6 s each; every call looks at all of them
NOT_WRITTEN = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError, httpx.UnsupportedProtocol)


class Refused(TelegramError):
    """Telegram answered with an HTTP status that is no success. `retry_after` in seconds."""

    def __init__(self, status: int, description: str, retry_after: float | None = None) -> None:
        super().__init__(description)
        self.status, self.description, self.retry_after = status, description, retry_after


class Connection(HTTPXRequest):
    """The library's connections, told to keep what we decide by and to log nothing that was said.

    Its own errors forget the HTTP status, and its RetryAfter warns about itself whenever it is made; so a refusal is
    raised as Refused before the library sees it.
    """

    def __init__(self) -> None:
        super().__init__(
            connection_pool_size=CONNECTIONS,
            pool_timeout=CONNECT,
            connect_timeout=CONNECT,
            read_timeout=READ,
            write_timeout=WRITE,
            media_write_timeout=UPLOAD,
        )

    async def do_request(self, *args: Any, **kwargs: Any) -> tuple[int, bytes]:
        """One HTTP request: status and body of a success. Raises Refused, TimedOut, NetworkError."""
        status, body = await super().do_request(*args, **kwargs)
        if not 200 <= status < 300:
            raise _refused(status, body)
        return status, body

    @staticmethod
    def parse_json_payload(payload: bytes) -> dict[str, Any]:
        """The body of a success, which holds `result`. Raises TelegramError; the library would log the body as well."""
        answer = _json_object(payload)
        if "result" not in answer:
            raise TelegramError("the answer is not Telegram's")
        return answer


def send_error(error: TelegramError) -> SendError:
    """What a failed call means for what was to be sent."""
    if isinstance(error, Refused):
        return SendError(_action(error), str(error.status), error.description, error.retry_after)
    reason = error.__cause__ or error
    action = SendAction.RETRY if isinstance(reason, NOT_WRITTEN) else SendAction.UNKNOWN
    return SendError(action, type(reason).__name__)


def _action(refused: Refused) -> SendAction:
    match refused.status:
        case 429:
            return SendAction.RETRY
        case 403:
            return SendAction.PERSON
        case 401 | 404 | 409:
            return SendAction.ACCOUNT
        case 400 if "chat not found" in refused.description or "upgraded to a supergroup" in refused.description:
            return SendAction.PERSON
        case status if 400 <= status < 500:
            return SendAction.REJECTED
        case _:
            return SendAction.UNKNOWN


def _refused(status: int, body: bytes) -> Refused:
    answer = _json_object(body)
    parameters = answer.get("parameters")
    wait = parameters.get("retry_after") if isinstance(parameters, dict) else None
    return Refused(status, str(answer.get("description") or ""), float(wait) if isinstance(wait, int | float) else None)


def _json_object(body: bytes) -> dict[str, Any]:
    """A body as a JSON object; empty when it is none, such as the page of a proxy."""
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return answer if isinstance(answer, dict) else {}
