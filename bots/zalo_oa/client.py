"""The two hosts of Zalo OA over HTTP: answers as plain values, everything else as SendError.

Zalo answers HTTP 200 also when it refuses; the number in `error` decides (zalo-oa.md §1, §10).
"""

from __future__ import annotations

import functools
import ssl
from collections.abc import Mapping
from typing import Any, Literal

import httpx
from pydantic_core import from_json, to_json

from app.messages import SendAction, SendError
from bots.zalo_oa.errors import refusal

Api = Literal["v3", "v2"]

TIMEOUT = httpx.Timeout(10, connect=5)
LIMITS = httpx.Limits(max_connections=20, max_keepalive_connections=6)
RATE_LIMIT = -32
RATE_PAUSE, LONGEST_PAUSE = 60.0, 3600.0  # seconds

NOTHING_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError)


class Client:
    """Calls Zalo. Between `start` and `stop` it keeps connections open."""

    def __init__(self, openapi_url: str, oauth_url: str) -> None:
        # Parsed once: httpx would parse an address anew for every message.
        self._message: dict[Api, httpx.URL] = {
            "v3": httpx.URL(f"{openapi_url}/v3.0/oa/message/cs"),
            "v2": httpx.URL(f"{openapi_url}/v2.0/oa/message"),
        }
        self._upload = httpx.URL(f"{openapi_url}/v2.0/oa/upload/image")
        self._account = httpx.URL(f"{openapi_url}/v2.0/oa/getoa")
        self._token = httpx.URL(f"{oauth_url}/v4/oa/access_token")
        self._http: httpx.AsyncClient | None = None

    async def start(self) -> None:
        """Open the pool; nothing is asked of Zalo yet."""
        self._http = httpx.AsyncClient(timeout=TIMEOUT, limits=LIMITS, verify=_certificates())

    async def stop(self) -> None:
        """Close all connections."""
        if self._http:
            await self._http.aclose()

    async def message(self, token: str, api: Api, body: Mapping[str, Any]) -> str:
        """Send one message; its id, empty when Zalo told none. Whatever may have been delivered is UNKNOWN."""
        headers = {"access_token": token, "Content-Type": "application/json"}
        data = await self._call("POST", self._message[api], SendAction.UNKNOWN, headers=headers, content=to_json(body))
        return str(data.get("message_id") or "")

    async def upload(self, token: str, png: bytes) -> str:
        """Upload a picture; its attachment id, good for 7 days. An upload reaches nobody, so a lost one is RETRY."""
        files = {"file": ("picture.png", png, "image/png")}
        data = await self._call("POST", self._upload, SendAction.RETRY, headers={"access_token": token}, files=files)
        return str(data.get("attachment_id") or "")

    async def account(self, token: str) -> Mapping[str, Any]:
        """What Zalo tells about the token's OA, such as `oaid` (or `oa_id`), `name`, `oa_type`, `is_verified`."""
        return await self._call("GET", self._account, SendAction.RETRY, headers={"access_token": token})

    async def token(self, secret: str, form: Mapping[str, str]) -> Mapping[str, Any]:
        """Ask for a pair of tokens; the answer as it is, also a refusal. RETRY when no answer came."""
        # As bytes: httpx refuses text beyond ASCII, which a keeper may have pasted, with an error that is no refusal.
        return await self._answer("POST", self._token, SendAction.RETRY, headers={"secret_key": secret.encode()}, data=dict(form))

    async def _call(self, method: str, url: httpx.URL, unsure: SendAction, **request: Any) -> Mapping[str, Any]:
        """The `data` of an accepted call, empty when there is none."""
        answer = await self._answer(method, url, unsure, **request)
        code = error_code(answer)
        if code is None:
            raise SendError(unsure, "answer", "Zalo trả lời không rõ")
        if code:
            raise refusal(code, answer.get("message"), unsure)
        data = answer.get("data")
        return data if isinstance(data, dict) else {}

    async def _answer(self, method: str, url: httpx.URL, unsure: SendAction, **request: Any) -> dict[str, Any]:
        """The JSON object Zalo answered, unless it asks for patience."""
        assert self._http, "start() comes first"
        # The errors of httpx hold the request, and with it the token: they go no further.
        try:
            response = await self._http.request(method, url, **request)
        except NOTHING_SENT:
            raise SendError(SendAction.RETRY, "connect", "không nối được tới Zalo") from None
        except httpx.RequestError:
            raise SendError(unsure, "network", "mất liên lạc với Zalo giữa chừng") from None
        if response.status_code == httpx.codes.TOO_MANY_REQUESTS:
            raise rate_limited(response)
        if response.is_server_error:
            raise SendError(unsure, f"http-{response.status_code}", "máy chủ của Zalo đang lỗi")
        try:
            answer = from_json(response.content)
        except ValueError:
            answer = None
        if not isinstance(answer, dict):
            raise SendError(unsure, "answer", "Zalo trả lời không rõ")
        if error_code(answer) == RATE_LIMIT:
            raise rate_limited(response)
        return answer


@functools.cache
def _certificates() -> ssl.SSLContext:
    """Shared by all accounts: reading them takes a tenth of a second, in which nothing else runs."""
    return httpx.create_ssl_context()


def error_code(answer: Mapping[str, Any]) -> int | None:
    """The number in `error`, 0 when all is well; None when there is none."""
    try:
        return int(answer["error"])
    except (KeyError, TypeError, ValueError):
        return None


def rate_limited(response: httpx.Response) -> SendError:
    """Too many calls: surely not done. Zalo counts per minute and rarely says when to come back."""
    told = response.headers.get("retry-after", "")
    pause = min(float(told), LONGEST_PAUSE) if told.isdecimal() else RATE_PAUSE
    return SendError(SendAction.RETRY, str(RATE_LIMIT), "gọi Zalo quá nhanh", pause)
