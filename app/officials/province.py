"""Signing in at the province: OpenID Connect, authorization code with PKCE, state and nonce.

What the callback needs is sealed into a cookie of the browser that began: nothing is kept here, and a callback in
another browser is refused.
"""

from __future__ import annotations

import secrets
import time
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import httpx
import structlog
from authlib.oauth2.rfc7636 import create_s256_code_challenge  # type: ignore[import-untyped]
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from app.errors import BadInput, Unavailable
from app.sealing import Sealer
from app.settings import Settings

BEGUN_LASTS = 600  # seconds
KNOWN_LASTS = 3600.0
TIMEOUT = 10.0
LEEWAY = 60  # seconds that clocks may differ
ALGORITHMS = ["RS256", "PS256", "ES256"]
CALLBACK = "/can-bo/dang-nhap/tinh/ve"
DOWN = "Cổng đăng nhập của tỉnh đang không trả lời. Anh/chị thử lại sau, hoặc dùng mật khẩu."
REFUSED = "Cổng của tỉnh chưa xác nhận được anh/chị. Anh/chị bấm đăng nhập lại."
log = structlog.get_logger()


@dataclass(frozen=True)
class Begun:
    """Where to send the browser, and what it keeps until it is back."""

    url: str
    sealed: str


@dataclass(frozen=True)
class Person:
    """Who the province says it is. `names`: a verified e-mail, a user name."""

    subject: str
    names: list[str]


class Province:
    """One issuer. No database is touched here."""

    def __init__(self, settings: Settings, sealer: Sealer) -> None:
        self._settings, self._sealer = settings, sealer
        self._known: tuple[float, dict[str, Any]] | None = None
        self.on = bool(settings.oidc_issuer and settings.oidc_client_id)

    async def begin(self) -> Begun:
        """The first step. Raises Unavailable."""
        known = await self._discover()
        kept = {"state": secrets.token_urlsafe(24), "nonce": secrets.token_urlsafe(24), "verifier": secrets.token_urlsafe(48)}
        asked = {
            "response_type": "code",
            "client_id": self._settings.oidc_client_id,
            "redirect_uri": self._callback,
            "scope": "openid email profile",
            "state": kept["state"],
            "nonce": kept["nonce"],
            "code_challenge": create_s256_code_challenge(kept["verifier"]),
            "code_challenge_method": "S256",
        }
        address = str(known["authorization_endpoint"])
        return Begun(f"{address}{'&' if '?' in address else '?'}{urlencode(asked)}", self._sealer.seal(kept))

    async def finish(self, sealed: str, state: str, code: str) -> Person:
        """The second step. Raises BadInput when anything does not fit, Unavailable when the province is silent."""
        try:
            kept = self._sealer.open(sealed, max_age=BEGUN_LASTS)
        except Unavailable as error:
            raise BadInput(REFUSED) from error
        if not code or not secrets.compare_digest(kept["state"].encode(), state.encode()):
            raise BadInput(REFUSED)
        known = await self._discover()
        secret = self._settings.oidc_client_secret
        form = {"grant_type": "authorization_code", "code": code, "redirect_uri": self._callback, "code_verifier": kept["verifier"]}
        login: httpx.BasicAuth | None = None
        if secret and secret.get_secret_value():
            login = httpx.BasicAuth(self._settings.oidc_client_id, secret.get_secret_value())
        else:  # a public client only names itself (RFC 6749, 3.2.1)
            form["client_id"] = self._settings.oidc_client_id
        async with self._client() as client:
            try:
                answer = await client.post(str(known["token_endpoint"]), data=form, auth=login or httpx.USE_CLIENT_DEFAULT)
                keys = (await client.get(str(known["jwks_uri"]))).raise_for_status().json()
                token = str(answer.json()["id_token"]) if answer.is_success else ""
            except (httpx.HTTPError, ValueError, KeyError, TypeError) as error:
                raise Unavailable(DOWN) from error
        if not token:
            log.warning("oidc_refused", status=answer.status_code)
            raise BadInput(REFUSED)
        return self._read(token, keys, kept["nonce"])

    def _read(self, token: str, keys: dict[str, Any], nonce: str) -> Person:
        registry = jwt.JWTClaimsRegistry(
            now=lambda: int(time.time()),
            leeway=LEEWAY,
            iss={"essential": True, "value": self._settings.oidc_issuer},
            aud={"essential": True, "value": self._settings.oidc_client_id},
            sub={"essential": True},
            exp={"essential": True},
            nonce={"essential": True, "value": nonce},
        )
        try:
            claims = jwt.decode(token, KeySet.import_key_set(keys), algorithms=ALGORITHMS).claims  # type: ignore[arg-type]
            registry.validate(claims)
        except (JoseError, ValueError, KeyError, TypeError) as error:
            log.warning("oidc_token", kind=type(error).__name__)
            raise BadInput(REFUSED) from error
        parties = claims["aud"] if isinstance(claims["aud"], list) else [claims["aud"]]
        if len(parties) > 1 and claims.get("azp") != self._settings.oidc_client_id:
            raise BadInput(REFUSED)
        name, email = str(claims.get("preferred_username") or ""), str(claims.get("email") or "")
        # A user name people may choose for themselves must not pass for somebody's e-mail address.
        names = [name] if name and "@" not in name else []
        if email and claims.get("email_verified") is True:
            names.append(email)
        return Person(f"{self._settings.oidc_issuer}#{claims['sub']}", names)

    @property
    def _callback(self) -> str:
        return self._settings.public_url + CALLBACK

    async def _discover(self) -> dict[str, Any]:
        if self._known is not None and time.monotonic() - self._known[0] < KNOWN_LASTS:
            return self._known[1]
        address = f"{self._settings.oidc_issuer.rstrip('/')}/.well-known/openid-configuration"
        async with self._client() as client:
            try:
                found: dict[str, Any] = (await client.get(address)).raise_for_status().json()
            except (httpx.HTTPError, ValueError) as error:
                raise Unavailable(DOWN) from error
        wanted = ("authorization_endpoint", "token_endpoint", "jwks_uri")
        if found.get("issuer") != self._settings.oidc_issuer or not all(isinstance(found.get(name), str) for name in wanted):
            raise Unavailable(DOWN)
        self._known = (time.monotonic(), found)
        return found

    def _client(self) -> httpx.AsyncClient:
        return httpx.AsyncClient(timeout=TIMEOUT, follow_redirects=False, trust_env=False)
