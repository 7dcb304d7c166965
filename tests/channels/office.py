"""A desk in this process, with one channel whose platform does what the test says."""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from app.assistant.service import Assistant
from app.channels.accounts import Account, Accounts, put_account, set_status
from app.channels.desk import Desk
from app.channels.models import AccountStatus, ChannelMessage, Mode
from app.channels.sealing import Sealer
from app.database import Database
from app.messages import (
    Capabilities,
    Door,
    Finding,
    Found,
    Part,
    SendError,
    Update,
    UpdateKind,
    Vault,
    WebhookRequest,
)
from app.settings import Settings
from app.site.qr import draw
from app.subscribers.acts import Acts
from app.templates import environment
from tests.assistant.ward import Clock, knowledge, pipeline, settings

SEALER = Sealer(b"a secret of the tests")
SENT_AT = dt.datetime(2026, 11, 23, 2, 0, tzinfo=dt.UTC)


@dataclass
class Platform:
    """What a platform got, and how it answers: `answers` yields None for good, or an error to raise, per message."""

    got: list[tuple[str, Part]] = field(default_factory=list)
    refuse: list[SendError | None] = field(default_factory=list)
    delay: float = 0.0
    shown: list[Sequence[Found]] = field(default_factory=list)
    acknowledged: list[str] = field(default_factory=list)
    polled: asyncio.Queue[Sequence[Update]] = field(default_factory=asyncio.Queue)

    def texts(self, person: str = "ba-tu") -> list[str]:
        return [part.text for to, part in self.got if to == person]


class ScriptedChannel:
    """Implements `Channel` on a Platform."""

    name = "scripted"
    capabilities = Capabilities(text_limit=2000, caption_limit=1000, per_second=100_000.0)

    def __init__(self, platform: Platform) -> None:
        self.platform = platform

    async def start(self) -> None:
        """Nothing to open."""

    async def stop(self) -> None:
        """Nothing to give back."""

    def read(self, request: WebhookRequest) -> Sequence[Update]:
        """One text message per body."""
        return [update(request.body.decode(), request.headers["x-id"])]

    async def poll(self) -> AsyncIterator[Sequence[Update]]:
        while True:
            yield await self.platform.polled.get()

    async def send(self, person: str, part: Part, picture: bytes | None = None) -> str:
        del picture
        if self.platform.delay:
            await asyncio.sleep(self.platform.delay)
        error = self.platform.refuse.pop(0) if self.platform.refuse else None
        if error is not None:
            raise error
        self.platform.got.append((person, part))
        return str(len(self.platform.got))

    async def acknowledge(self, update: Update) -> None:
        self.platform.acknowledged.append(update.receipt)

    async def show(self, update: Update, results: Sequence[Found]) -> None:
        del update
        self.platform.shown.append(results)

    def door(self, code: str) -> Door | None:
        del code
        return None

    async def connect(self, webhook_url: str) -> Sequence[Finding]:
        del webhook_url
        return []

    async def check(self, webhook_url: str) -> Sequence[Finding]:
        del webhook_url
        return []


@dataclass
class Office:
    """The desk, its account, and what lies behind."""

    desk: Desk
    account: Account
    platform: Platform
    database: Database

    async def send(self, text: str, update_id: str, person: str = "ba-tu", **more: Any) -> None:
        """The platform delivers a message."""
        await self.desk.accept(self.account, [update(text, update_id, person, **more)])

    async def rows(self) -> list[ChannelMessage]:
        """The inbox, oldest first."""
        async with self.database.read() as session:
            return list((await session.execute(sa.select(ChannelMessage).order_by(ChannelMessage.id))).scalars())

    async def until(self, condition: Callable[[], bool], patience: float = 20.0) -> None:
        """Wait until something is so."""
        async with asyncio.timeout(patience):
            while not condition():
                await asyncio.sleep(0.01)

    async def until_status(self, *statuses: str, patience: float = 20.0) -> list[ChannelMessage]:
        """Wait until the inbox's rows have these statuses, in order."""
        async with asyncio.timeout(patience):
            while [row.status for row in await self.rows()] != list(statuses):
                await asyncio.sleep(0.02)
        return await self.rows()


def update(text: str, update_id: str, person: str = "ba-tu", kind: UpdateKind = UpdateKind.MESSAGE, **more: Any) -> Update:
    """A message as a channel reads it."""
    return Update(update_id=update_id, kind=kind, person=person, text=text, sent_at=SENT_AT, **more)


@contextlib.asynccontextmanager
async def office(
    database_url: str, platform: Platform | None = None, mode: Mode = Mode.WEBHOOK, *, start: bool = True, **chosen: object
) -> AsyncIterator[Office]:
    """A desk at work until the block ends. A second one on the same database finds the account of the first."""
    known, platform = settings(**({"messages_per_minute": 1000} | chosen)), platform or Platform()

    def build(values: Mapping[str, str], vault: Vault, settings: Settings) -> ScriptedChannel:
        del values, vault, settings
        return ScriptedChannel(platform)

    database = Database(database_url)
    accounts = Accounts(database, SEALER, known, {"scripted": build})
    await accounts.refresh()
    if not accounts.all():
        await set_status(database, await put_account(database, SEALER, "scripted", mode, {"token": "t"}), AccountStatus.ON)
        await accounts.refresh()
    acts = Acts(environment(), lambda: knowledge().now.topics, known.public_url)
    desk = Desk(database, Assistant(pipeline(Clock(dt.datetime.now(dt.UTC)), known), database, known, acts), accounts, known, draw)
    if start:
        await desk.start()
    try:
        yield Office(desk, accounts.all()[0], platform, database)
    finally:
        await desk.stop()
        await database.close()
