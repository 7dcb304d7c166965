"""OAuth v4 of Zalo with PKCE: the consent page, the first pair of tokens, and every next one (zalo-oa.md §2).

A refresh token works once. Whoever holds one spends it alone, stores the new pair, and only then uses it: `Vault.renew`.
"""

from __future__ import annotations

import asyncio
import base64
import datetime as dt
import hashlib
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlencode

from app.messages import SendAction, SendError, Vault
from bots.zalo_oa.client import RATE_LIMIT, Client, error_code
from bots.zalo_oa.errors import consent_needed

Clock = Callable[[], dt.datetime]

LIFETIME = dt.timedelta(hours=25)  # when Zalo does not say
EARLY = dt.timedelta(minutes=10)
ATTEMPT = 20.0  # seconds; two of them must end before the vault lets another process renew
NOT_GRANTED = {
    -14002: "ứng dụng không đúng hoặc chưa hoạt động",
    -14003: "địa chỉ nhận kết quả chưa khai báo với Zalo, hoặc phiên cấp quyền đã hết hạn",
}


def challenge(verifier: str) -> str:
    """The S256 challenge of a PKCE verifier: base64url without padding."""
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()


class OAuth:
    """Tokens for one app. Times are UTC."""

    def __init__(self, client: Client, url: str, app_id: str, secret: str, clock: Clock) -> None:
        self._client, self._url, self._clock = client, url, clock
        self._app_id, self._secret = app_id, secret

    def consent_url(self, redirect_uri: str, state: str, verifier: str) -> str:
        """Where an administrator of the OA consents. `redirect_uri`: exactly as registered, https, without a query."""
        query = {"app_id": self._app_id, "redirect_uri": redirect_uri, "code_challenge": challenge(verifier), "state": state}
        return f"{self._url}/v4/oa/permission?{urlencode(query)}"

    async def grant(self, redirect_uri: str, code: str, verifier: str) -> Mapping[str, str]:
        """The first pair, for the code that came back; a code works once, within 10 minutes. Raises SendError."""
        asked = self._clock()
        form = {
            "app_id": self._app_id,
            "code": code,
            "grant_type": "authorization_code",
            "code_verifier": verifier,
            "redirect_uri": redirect_uri,
        }
        answer = await self._client.token(self._secret, form)
        pair = _pair(answer, asked)
        if pair is None:
            number = error_code(answer) or 0
            raise SendError(
                SendAction.ACCOUNT, str(number), NOT_GRANTED.get(number, "Zalo không cấp quyền; bạn mở lại đường dẫn cấp quyền")
            )
        return pair

    async def refresh(self, values: Mapping[str, str]) -> Mapping[str, str]:
        """The next pair, for the account's `refresh_token`. RETRY when Zalo did not answer, ACCOUNT when the grant is gone."""
        spent = values.get("refresh_token", "")
        if not spent:
            raise consent_needed("no-token")
        try:
            answer, asked = await self._spend(spent)
        except SendError as error:
            if error.code == str(RATE_LIMIT):
                raise
            # Once more with the same token: if the first time reached Zalo, the answer is -14014 and says so for good.
            answer, asked = await self._spend(spent)
        pair = _pair(answer, asked)
        if pair:
            return pair | {"previous_refresh_token": spent}
        raise consent_needed(str(error_code(answer) or 0))

    async def _spend(self, refresh_token: str) -> tuple[Mapping[str, Any], dt.datetime]:
        """Zalo's answer, and when it was asked."""
        asked = self._clock()
        form = {"app_id": self._app_id, "refresh_token": refresh_token, "grant_type": "refresh_token"}
        try:
            async with asyncio.timeout(ATTEMPT):
                return await self._client.token(self._secret, form), asked
        except TimeoutError:
            raise SendError(SendAction.RETRY, "network", "Zalo không trả lời") from None


def _pair(answer: Mapping[str, Any], asked: dt.datetime) -> dict[str, str] | None:
    """The tokens in an answer and when the access token ends; None in a refusal. `expires_in` comes as text or number."""
    access, refresh = answer.get("access_token"), answer.get("refresh_token")
    if not (isinstance(access, str) and access and isinstance(refresh, str) and refresh):
        return None
    try:
        ends = asked + dt.timedelta(seconds=int(answer["expires_in"]))
    except (KeyError, TypeError, ValueError, OverflowError):
        ends = asked + LIFETIME
    return {"access_token": access, "refresh_token": refresh, "expires_at": ends.isoformat()}


class Access:
    """The access token in use: kept in memory, renewed once for everyone who waits."""

    def __init__(self, vault: Vault, oauth: OAuth, clock: Clock) -> None:
        self._vault, self._oauth, self._clock = vault, oauth, clock
        self._token = ""
        self._ends = dt.datetime.max.replace(tzinfo=dt.UTC)
        self._renewal: asyncio.Task[Mapping[str, str]] | None = None

    async def token(self) -> str:
        """A token that is good for some minutes. Raises SendError when there is none to be had."""
        if not self._token:
            self._take(await self._vault.read())
        if self._ends - EARLY <= self._clock():
            return await self.renew(self._token)
        return self._token

    async def renew(self, stale: str) -> str:
        """Another token than `stale`. Who is cancelled while waiting cancels nobody's renewal: its pair would be lost."""
        if self._token == stale:
            if self._renewal is None or self._renewal.done():
                self._renewal = asyncio.create_task(self._renew(stale))
            await asyncio.shield(self._renewal)
        return self._token

    async def stop(self) -> None:
        """Wait for a renewal that is on its way."""
        if self._renewal:
            await asyncio.gather(self._renewal, return_exceptions=True)

    async def _renew(self, stale: str) -> Mapping[str, str]:
        values = await self._vault.renew(stale, self._oauth.refresh)
        self._take(values)
        return values

    def _take(self, values: Mapping[str, str]) -> None:
        if not values.get("access_token"):
            raise consent_needed("no-token")
        self._token, self._ends = values["access_token"], ends_at(values)


def ends_at(values: Mapping[str, str]) -> dt.datetime:
    """When the access token ends; the end of time when it is not written, for then Zalo will say so."""
    try:
        at = dt.datetime.fromisoformat(values["expires_at"])
    except (KeyError, ValueError):
        return dt.datetime.max.replace(tzinfo=dt.UTC)
    return at if at.tzinfo else at.replace(tzinfo=dt.UTC)
