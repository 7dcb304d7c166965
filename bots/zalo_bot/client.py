"""The Bot API over HTTP, and what its refusals mean. Why no library: docs/decisions/0008-zalo-bot-client.md."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import quote

import httpx
from pydantic_core import from_json

from app.messages import SendAction, SendError

POLL_SECONDS = 30

QUICK = httpx.Timeout(10, connect=5)
TIMEOUTS = {
    "sendPhoto": httpx.Timeout(10, connect=5, read=150),  # Zalo fetches the picture before it answers
    "getUpdates": httpx.Timeout(10, connect=5, read=POLL_SECONDS + 10),
}

NOTHING_NEW = "408"
QUOTA = "429"
WAITS = (60.0, 300.0, 1800.0)

_NOT_WRITTEN = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError)
_PERSON = re.compile(r"\b(chat|user|recipient)(_?id)?\b", re.IGNORECASE)


class Client:
    """Calls methods of one bot. The whole token is in every address, so no error of ours carries an address."""

    def __init__(self, base_url: str, token: str) -> None:
        self._token = token
        self._root = f"{base_url.rstrip('/')}/bot{quote(token, safe=':')}/"
        self._http: httpx.AsyncClient | None = None

    def open(self) -> httpx.AsyncClient:
        """The shared connections, made when first needed."""
        if self._http is None:
            self._http = httpx.AsyncClient(timeout=QUICK)
        return self._http

    async def close(self) -> None:
        """Close the connections; the next call makes new ones."""
        http, self._http = self._http, None
        if http is not None:
            await http.aclose()

    async def call(self, method: str, parameters: Mapping[str, Any] | None = None) -> Any:
        """The `result` of a method. Raises SendError; its action is about a message, other callers read its code and detail."""
        try:
            response = await self.open().post(self._root + method, json=parameters or {}, timeout=TIMEOUTS.get(method, QUICK))
        except _NOT_WRITTEN as error:
            raise SendError(SendAction.RETRY, type(error).__name__, "không nối được tới Zalo") from None
        except httpx.RequestError as error:
            raise SendError(SendAction.UNKNOWN, type(error).__name__, "đứt kết nối khi đang chờ Zalo trả lời") from None
        try:
            answer = from_json(response.content)
        except ValueError:
            answer = None
        match answer:  # `ok` decides: errors come with HTTP 200 as well
            case {"ok": True}:
                return answer.get("result")
            case {"ok": False}:
                raise self._refusal(answer, response.status_code, parameters or {})
        raise SendError(SendAction.UNKNOWN, f"HTTP {response.status_code}", "Zalo trả lời không đúng dạng")

    def _refusal(self, answer: Mapping[str, Any], status: int, parameters: Mapping[str, Any]) -> SendError:
        """What an `ok: false` means. Its description is quoted without anything of ours that it may repeat."""
        said = str(answer.get("error_code") or "")
        code = int(said) if said.isdecimal() else status
        description = str(answer.get("description") or "")
        detail = description
        for ours in (self._token, *parameters.values()):
            if isinstance(ours, str) and len(ours) > 3:
                detail = detail.replace(ours, "…")
        return SendError(_action(code, description), str(code), detail[:200])


def _action(code: int, description: str) -> SendAction:
    match code:
        case 401:
            return SendAction.ACCOUNT
        case 403 | 408:  # 403 is «Internal server error» here
            return SendAction.UNKNOWN
        case 429:
            return SendAction.RETRY
        case 400 | 404 if _PERSON.search(description):
            return SendAction.PERSON
    return SendAction.REJECTED if 400 <= code < 500 else SendAction.UNKNOWN


class Quota:
    """Waits after 429. The month's end and a burst look the same, so: a minute, five, thirty, then the keeper is told."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self.accepted()

    def accepted(self) -> None:
        """A message was accepted: the ladder begins anew."""
        self._refusals, self._until = 0, 0.0

    def refused(self) -> SendError:
        """What to raise for a 429. While a wait runs, further refusals are the same refusal and climb no step."""
        now = self._clock()
        if now >= self._until:
            self._refusals += 1
            if self._refusals <= len(WAITS):
                self._until = now + WAITS[self._refusals - 1]
        detail = "hết hạn mức tháng hoặc bị giới hạn"
        if now >= self._until:
            return SendError(SendAction.ACCOUNT, QUOTA, detail)
        return SendError(SendAction.RETRY, QUOTA, detail, retry_after=self._until - now)
