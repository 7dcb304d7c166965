"""A Zalo Official Account as a channel: text, buttons that say words, and uploaded pictures."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from typing import Any, TypeVar

import structlog

from app.messages import Capabilities, Door, Finding, Found, Part, SendAction, SendError, Update, Vault, WebhookRequest
from app.settings import Settings
from bots.zalo_oa import findings
from bots.zalo_oa.client import Api, Client
from bots.zalo_oa.errors import ATTACHMENT_EXPIRED, NEEDS_V2, NEEDS_V3, TOKEN_REFUSED
from bots.zalo_oa.oauth import Access, Clock, OAuth, ends_at
from bots.zalo_oa.outgoing import picture_message, text_message
from bots.zalo_oa.webhook import read_webhook

log = structlog.get_logger()
T = TypeVar("T")

# Zalo takes 2000 characters and does not say of which kind: a margin covers what the two ways of counting differ in.
CAPABILITIES = Capabilities(
    text_limit=1900,
    caption_limit=1900,
    pictures="upload",
    buttons=5,
    button_label=100,
    button_answers="words",
    button_data=1000,
    button_urls=True,
    window=dt.timedelta(days=7),
    free_window=dt.timedelta(hours=48),
    window_codes=frozenset({"-230", "-232"}),
    per_second=50.0,  # Zalo takes 4,000 requests a minute of one app; the half second between sends of others is for announcements
)
UPLOAD_KEPT = dt.timedelta(days=6)  # Zalo keeps it for 7
REFUSED_BY: dict[Api, str] = {"v3": NEEDS_V2, "v2": NEEDS_V3}
OTHER: dict[Api, Api] = {"v3": "v2", "v2": "v3"}


class ZaloOA:
    """One Official Account."""

    name = "zalo_oa"

    def __init__(self, values: Mapping[str, str], vault: Vault, client: Client, oauth: OAuth, clock: Clock) -> None:
        self.capabilities = CAPABILITIES
        self._values, self._vault, self._client, self._oauth, self._clock = values, vault, client, oauth, clock
        self._access = Access(vault, oauth, clock)
        self._api: Api = "v2" if values.get("api") == "v2" else "v3"
        self._uploads: dict[str, tuple[str, dt.datetime]] = {}
        self._uploading = asyncio.Lock()

    async def start(self) -> None:
        """Open the connections' pool; nothing is asked of Zalo yet."""
        await self._client.start()

    async def stop(self) -> None:
        """Finish a renewal of the token that is on its way, then close the connections."""
        await self._access.stop()
        await self._client.stop()

    def read(self, request: WebhookRequest) -> Sequence[Update]:
        """Check a webhook and read it: its updates, none when it starts no work. Raises Forged, Malformed."""
        values = self._values
        if not values.get("oa_secret"):
            # Zalo's console shows the secret only once it has seen the address answer: answered, and nothing believed.
            log.warning("zalo_oa_secret_missing")
            return ()
        return read_webhook(request, values.get("app_id", ""), values.get("oa_secret", ""), values.get("oa_id", ""))

    async def poll(self) -> AsyncIterator[Sequence[Update]]:
        """Nothing: Zalo OA only calls webhooks."""
        return
        yield ()

    async def send(self, person: str, part: Part, picture: bytes | None = None) -> str:
        """Send one part; Zalo's id of the message, empty when it tells none. Raises SendError."""
        api = self._api
        try:
            return await self._send(api, person, part, picture)
        except SendError as error:
            if error.code != REFUSED_BY[api]:
                raise
        api = OTHER[api]
        # Stored first: a failure to store must not follow a delivered message, which would then be sent again.
        await self._vault.remember({"api": api})
        self._api = api
        return await self._send(api, person, part, picture)

    async def acknowledge(self, update: Update) -> None:
        """Nothing: Zalo does not wait for it."""

    async def show(self, update: Update, results: Sequence[Found]) -> None:
        """Nothing: there is no inline search."""

    def door(self, code: str) -> Door | None:  # noqa: ARG002 -- Zalo's links carry nothing
        """The OA's chat. The citizen types what they want: Zalo's links take no payload. None before consent."""
        oa_id = self._values.get("oa_id", "")
        return Door("Zalo", f"https://zalo.me/{oa_id}", words=True) if oa_id else None

    async def connect(self, webhook_url: str) -> Sequence[Finding]:
        """What the keeper sets on Zalo's pages: Zalo offers no way to do it from here."""
        oa_id = self._values.get("oa_id", "")
        return [*findings.missing(self._values), *findings.address(webhook_url), *findings.by_hand(webhook_url, oa_id)]

    async def check(self, webhook_url: str) -> Sequence[Finding]:
        """Ask Zalo about the account, and remember its name and type. Never raises SendError."""
        found = [*findings.missing(self._values), *findings.address(webhook_url)]
        try:
            account = await self._authorized(self._client.account)
        except SendError as error:
            return [*found, findings.refused(error)]
        known = await self._vault.read()
        oa_id = known.get("oa_id", "")
        if oa_id in {"", findings.account_id(account)}:
            learned = _learned(account)
            self._api = "v2" if learned.get("api") == "v2" else self._api
            await self._vault.remember(learned)
        return [*found, *findings.told(account, oa_id, ends_at(known), self._clock())]

    def consent_url(self, redirect_uri: str, state: str, verifier: str) -> str:
        """Where an administrator of the OA consents. `redirect_uri`: exactly as registered with Zalo, without a query."""
        return self._oauth.consent_url(redirect_uri, state, verifier)

    async def grant(self, redirect_uri: str, code: str, verifier: str, account_id: str) -> Mapping[str, str]:
        """The values to remember after consent: tokens, `expires_at`, `oa_id` and what Zalo told. Raises SendError."""
        self._expect(account_id)
        pair = await self._oauth.grant(redirect_uri, code, verifier)
        try:
            account = await self._client.account(pair["access_token"])
        except SendError as error:
            # The code is spent: these tokens are all there is. `check` will say what is wrong.
            log.warning("zalo_oa_account_unknown", code=error.code)
            return {**pair, "oa_id": account_id or self._values.get("oa_id", "")}
        actual = findings.account_id(account) or account_id
        self._expect(actual)
        return {"api": "v3", **_learned(account), **pair, "oa_id": actual}

    def _expect(self, account_id: str) -> None:
        """Raise SendError when consent was given for another OA than the one that was connected."""
        ours = self._values.get("oa_id", "")
        if ours and account_id and account_id != ours:
            raise SendError(SendAction.ACCOUNT, "oa_id", f"cấp quyền cho OA {account_id}, không phải OA {ours} của kênh này")

    async def _send(self, api: Api, person: str, part: Part, picture: bytes | None) -> str:
        if part.picture is None:
            return await self._deliver(api, text_message(person, part.text, part.buttons))
        if api == "v2" or not part.buttons:
            return await self._send_picture(api, person, part, picture)
        # Buttons under a picture were only ever seen on v2.0. The words come first: without them the picture is nothing.
        message_id = await self._deliver(api, text_message(person, part.text, part.buttons))
        try:
            await self._send_picture(api, person, Part(text="", picture=part.picture), picture)
        except SendError as error:
            log.warning("zalo_oa_picture_not_sent", code=error.code, action=error.action)
        return message_id

    async def _send_picture(self, api: Api, person: str, part: Part, png: bytes | None) -> str:
        """One message: the picture with the words as its caption. Without bytes Zalo fetches the picture's address."""
        assert part.picture
        url = part.picture.url
        if png is None:
            return await self._deliver(api, picture_message(person, {"url": url}, part.text, part.buttons))
        attachment = await self._attachment(url, png)
        try:
            return await self._deliver(api, picture_message(person, {"attachment_id": attachment}, part.text, part.buttons))
        except SendError as error:
            if error.code != ATTACHMENT_EXPIRED:
                raise
        attachment = await self._attachment(url, png, expired=attachment)
        return await self._deliver(api, picture_message(person, {"attachment_id": attachment}, part.text, part.buttons))

    async def _attachment(self, url: str, png: bytes, expired: str = "") -> str:
        """The picture's id at Zalo, uploaded once in 6 days; Zalo counts uploads. `expired`: an id that Zalo refused."""
        async with self._uploading:
            now = self._clock()
            known, until = self._uploads.get(url, ("", now))
            if until > now and known != expired:
                return known
            attachment = await self._authorized(lambda token: self._client.upload(token, png))
            self._uploads = {key: upload for key, upload in self._uploads.items() if upload[1] > now}
            self._uploads[url] = (attachment, now + UPLOAD_KEPT)
            return attachment

    async def _deliver(self, api: Api, body: Mapping[str, Any]) -> str:
        return await self._authorized(lambda token: self._client.message(token, api, body))

    async def _authorized(self, request: Callable[[str], Awaitable[T]]) -> T:
        """Make a request with the token; a refused token is renewed once. Raises SendError."""
        token = await self._access.token()
        try:
            return await request(token)
        except SendError as error:
            if error.code not in TOKEN_REFUSED:
                raise
        return await request(await self._access.renew(token))


def _learned(account: Mapping[str, Any]) -> dict[str, str]:
    """What is worth remembering of an account: its name and type, and the API that a state agency needs."""
    oa_type = str(account.get("oa_type", ""))
    learned = {"name": str(account.get("name", "")), "oa_type": oa_type}
    return learned | {"api": "v2"} if oa_type == findings.STATE_AGENCY else learned


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


def build(values: Mapping[str, str], vault: Vault, settings: Settings, clock: Clock = _now) -> ZaloOA:
    """The channel of one account. `values`: `app_id`, `app_secret`, `oa_secret` from the keeper, the rest from consent."""
    client = Client(settings.zalo_oa_url, settings.zalo_oauth_url)
    oauth = OAuth(client, settings.zalo_oauth_url, values.get("app_id", ""), values.get("app_secret", ""), clock)
    return ZaloOA(values, vault, client, oauth, clock)
