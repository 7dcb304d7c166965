"""Consent and tokens: the host oauth.zaloapp.com (zalo-oa.md §2). The JSON of its errors is not certain."""

from __future__ import annotations

import base64
import hashlib
import re
import secrets
from typing import Literal
from urllib.parse import urlencode, urlsplit

from tests.fakes.zalo_oa_state import DAY, MINUTE, THIS_MACHINE, Call, Code, Grant, Json, Refusal, World

CODE_LIFE, ACCESS_LIFE, REFRESH_LIFE = 10 * MINUTE, 90_000.0, 90 * DAY
FORM = "application/x-www-form-urlencoded"
VERIFIER = re.compile(r"[A-Za-z0-9]{43}")
FIELDS = {
    "authorization_code": {"app_id", "grant_type", "code", "code_verifier", "redirect_uri"},
    "refresh_token": {"app_id", "grant_type", "refresh_token"},
}

TokenState = Literal["current", "expired", "retired", "unknown"]


def challenge_of(verifier: str) -> str:
    """The S256 challenge of a verifier."""
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")


def permission(world: World, call: Call) -> str:
    """`GET /v4/oa/permission`, the admin deciding at once: where the browser goes. Raises Refusal."""
    account, query = world.account, call.query
    if query.get("app_id") != account.app_id:
        raise Refusal(-14002, "Invalid app id", "Invalid app id")
    address = query.get("redirect_uri", "")
    parts = urlsplit(address)
    secure = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in THIS_MACHINE)
    if not account.callback or address != account.callback or parts.query or not secure:
        raise Refusal(-14003, "Invalid redirect uri", "Invalid redirect uri")
    state = {"state": query["state"]} if "state" in query else {}
    if account.consent == "refuse":
        return f"{address}?{urlencode({'error': 'access_denied', **state})}"
    code = secrets.token_urlsafe(32)
    world.codes[code] = Code(query.get("code_challenge", ""), address, world.clock.now() + CODE_LIFE)
    return f"{address}?{urlencode({'code': code, 'oa_id': account.oa_id, **state})}"


def access_token(world: World, call: Call) -> Json:
    """`POST /v4/oa/access_token`: a pair for a code, or a new pair for the old one. Raises Refusal."""
    form: dict[str, str] = call.body if call.headers.get("content-type", "").startswith(FORM) else {}
    if form.get("app_id") != world.account.app_id:
        raise Refusal(-14002, "Invalid app id", "Invalid app id")
    if call.headers.get("secret_key") != world.account.app_secret:
        raise Refusal(-14002, "Invalid secret key", "Invalid secret key")
    grant_type = form.get("grant_type", "")
    if grant_type not in FIELDS:
        raise Refusal(-14002, "Invalid grant type", "Invalid grant type")
    call.warnings += [f"form: unknown field {name}" for name in form.keys() - FIELDS[grant_type]]
    if grant_type == "refresh_token":
        _spend_refresh_token(world, form.get("refresh_token", ""))
        world.counters["refreshes"] += 1
    else:
        _spend_code(world, call, form)
        world.counters["grants"] += 1
    grant = renewed(world)
    return {"access_token": grant.access_token, "refresh_token": grant.refresh_token, "expires_in": str(int(ACCESS_LIFE))}


def renewed(world: World) -> Grant:
    """A new pair; the old one is dead."""
    retire(world)
    now = world.clock.now()
    world.grant = Grant(secrets.token_urlsafe(48), secrets.token_urlsafe(48), now + ACCESS_LIFE, now + REFRESH_LIFE)
    return world.grant


def retire(world: World) -> None:
    """End the grant."""
    if world.grant:
        world.retired |= {world.grant.access_token, world.grant.refresh_token}
        world.grant = None


def token_state(world: World, token: str) -> TokenState:
    """What an access token is worth."""
    if world.grant and secrets.compare_digest(token.encode(), world.grant.access_token.encode()):
        return "current" if world.clock.now() < world.grant.access_until else "expired"
    return "retired" if token in world.retired else "unknown"


def _spend_refresh_token(world: World, token: str) -> None:
    grant = world.grant
    if grant and token == grant.refresh_token and world.clock.now() < grant.refresh_until:
        return
    if world.account.reuse_kills_grant and token in world.retired:
        retire(world)
    raise Refusal(-14014, name="Invalid refresh token")


def _spend_code(world: World, call: Call, form: dict[str, str]) -> None:
    code, verifier = world.codes.pop(form.get("code", ""), None), form.get("code_verifier", "")
    if code is None or world.clock.now() > code.until:
        raise Refusal(-14003, "Invalid authorization code", "Invalid authorization code")
    if form.get("redirect_uri", code.redirect_uri) != code.redirect_uri:
        raise Refusal(-14003, "Invalid redirect uri", "Invalid redirect uri")
    if code.challenge and not secrets.compare_digest(challenge_of(verifier), code.challenge):
        raise Refusal(-14003, "Invalid code verifier", "Invalid code verifier")
    if not VERIFIER.fullmatch(verifier):
        call.warnings.append("code_verifier is not 43 letters and digits")
