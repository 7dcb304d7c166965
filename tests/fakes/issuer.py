"""A stand-in for a province's sign-in: OpenID Connect over loopback HTTP, strict about what it is sent."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import json
import secrets
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey

CLIENT, SECRET = "phuong-an-khe", "bi mat cua phuong"


@dataclass
class Issuer:
    """Who signs in next is `claims`; `lie` is what the next ID token does wrong."""

    url: str = ""
    claims: dict[str, Any] = field(default_factory=lambda: {"sub": "7", "email": "lan@tinh.example", "email_verified": True})
    lie: str = ""
    public: bool = False
    """Whether the client has no secret and only names itself."""
    asked: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    key: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048, {"kid": "k1"}))
    codes: dict[str, dict[str, str]] = field(default_factory=dict)

    def discovery(self) -> dict[str, Any]:
        return {
            "issuer": "https://evil.example" if self.lie == "issuer" else self.url,
            "authorization_endpoint": f"{self.url}/authorize",
            "token_endpoint": f"{self.url}/token",
            "jwks_uri": f"{self.url}/jwks",
        }

    def authorize(self, query: dict[str, str]) -> str | None:
        """Where the browser goes on; None when we asked wrongly."""
        good = query.get("client_id") == CLIENT and query.get("response_type") == "code" and "openid" in query.get("scope", "")
        if not good or query.get("code_challenge_method") != "S256" or len(query.get("state", "")) < 20 or len(query.get("nonce", "")) < 20:
            self.refused.append(f"authorize {query}")
            return None
        code = secrets.token_urlsafe(12)
        self.codes[code] = query
        return f"{query['redirect_uri']}?{urlencode({'code': code, 'state': query['state']})}"

    def token(self, form: dict[str, str], authorization: str) -> dict[str, Any] | None:
        asked = self.codes.pop(form.get("code", ""), None)
        login = base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
        named = authorization == "" and form.get("client_id") == CLIENT and "client_secret" not in form
        known = named if self.public else authorization == f"Basic {login}"
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).decode().rstrip("=")
        fits = asked is not None and asked["code_challenge"] == challenge and asked["redirect_uri"] == form.get("redirect_uri")
        if asked is None or not fits or not known or form.get("grant_type") != "authorization_code":
            self.refused.append(f"token {form}")
            return None
        return {"access_token": "a", "token_type": "Bearer", "id_token": self._id_token(asked["nonce"])}

    def _id_token(self, nonce: str) -> str:
        now = int(time.time())
        claims = {"iss": self.url, "aud": CLIENT, "iat": now, "exp": now + 300, "nonce": nonce} | self.claims
        wrong: dict[str, dict[str, Any]] = {
            "nonce": {"nonce": "x" * 32},
            "aud": {"aud": "another"},
            "azp": {"aud": [CLIENT, "another"]},
            "exp": {"exp": now - 3600},
            "iss": {"iss": "https://evil.example"},
            "no-sub": {"sub": None},
        }
        claims = {name: value for name, value in (claims | wrong.get(self.lie, {})).items() if value is not None}
        if self.lie == "none":
            parts = [base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in ({"alg": "none"}, claims)]
            return ".".join([*parts, ""])
        if self.lie == "hmac":
            public = json.dumps(self.key.as_dict(private=False)).encode()
            return jwt.encode({"alg": "HS256", "kid": "k1"}, claims, OctKey.import_key(public))
        key = RSAKey.generate_key(2048, {"kid": "k1"}) if self.lie == "key" else self.key
        token = jwt.encode({"alg": "RS256", "kid": "k1"}, claims, key)
        return "no token" if self.lie == "text" else token


class Handler(BaseHTTPRequestHandler):
    """The issuer's addresses. `issuer` is set by `running_issuer`."""

    issuer: Issuer

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        self.issuer.asked.append(parts.path)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        if self.issuer.lie == "down":
            self._send(500, b"broken")
        elif parts.path == "/.well-known/openid-configuration":
            self._json(self.issuer.discovery())
        elif parts.path == "/jwks":
            self._json({"keys": [self.issuer.key.as_dict(private=False)]})
        elif parts.path == "/authorize" and (place := self.issuer.authorize(query)) is not None:
            self._send(302, b"", location=place)
        else:
            self._send(400, b"")

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"])).decode()
        form = {name: values[0] for name, values in parse_qs(body).items()}
        answer = self.issuer.token(form, self.headers.get("authorization", ""))
        if answer is None:
            self._send(400, b'{"error": "invalid_grant"}')
        else:
            self._json(answer)

    def _json(self, data: dict[str, Any]) -> None:
        self._send(200, json.dumps(data).encode(), **{"content-type": "application/json"})

    def _send(self, status: int, body: bytes, **headers: str) -> None:
        self.send_response(status)
        for name, value in (headers | {"content-length": str(len(body))}).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_args: object) -> None:
        return


@contextlib.contextmanager
def running_issuer() -> Iterator[Issuer]:
    """The issuer on a free loopback port."""
    issuer = Issuer()
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Its", (Handler,), {"issuer": issuer}))
    issuer.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield issuer
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
