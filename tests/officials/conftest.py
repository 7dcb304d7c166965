"""An office on a fresh database, with a clock that the test sets."""

from __future__ import annotations

import datetime as dt
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from starlette.requests import Request

from app.audit.models import AuditEntry
from app.database import Commune, Database
from app.officials.models import Official
from app.officials.office import Office
from app.officials.service import Opened
from app.officials.sessions import Current
from app.officials.signing_in import Entered
from app.settings import Settings

SECRET = b"a secret of the tests"
OWN = "tre xanh bên sông"


@dataclass
class Clock:
    now: dt.datetime = field(default_factory=lambda: dt.datetime(2026, 12, 1, 1, 0, tzinfo=dt.UTC))

    def __call__(self) -> dt.datetime:
        return self.now

    def forward(self, **span: float) -> None:
        self.now += dt.timedelta(**span)


def request_from(host: str = "10.0.0.1", token: str = "", agent: str = "Mozilla/5.0 (Windows NT 10.0) Firefox/130.0") -> Request:
    headers = [(b"user-agent", agent.encode())] + ([(b"cookie", f"gdcb={token}".encode())] if token else [])
    return Request({"type": "http", "method": "POST", "path": "/", "headers": headers, "client": (host, 4000), "query_string": b""})


@dataclass
class Hall:
    """The office, its clock, its database."""

    office: Office
    clock: Clock
    database: Database

    async def open(self, username: str = "lan", role: str = "official", **more: Any) -> Opened:
        return await self.office.accounts.add(None, username, f"Bà {username.title()}", role, **more)

    async def ready(self, username: str = "lan", role: str = "official", **more: Any) -> Current:
        """An official who has set an own password and is signed in."""
        opened = await self.open(username, role, **more)
        current = await self.current(await self.enter(username, opened.one_time))
        await self.office.accounts.change_password(request_from(), current, opened.one_time, OWN, OWN)
        return await self.current(await self.enter(username, OWN))

    async def enter(self, username: str, password: str, host: str = "10.0.0.1", token: str = "") -> Entered:
        return await self.office.signing_in.by_password(request_from(host, token), username, password)

    async def current(self, entered: Entered | str) -> Current:
        found = await self.office.sessions.current(request_from(token=entered if isinstance(entered, str) else entered.token))
        assert found is not None
        return found

    async def lives(self, token: str) -> bool:
        return await self.office.sessions.current(request_from(token=token)) is not None

    async def sentences(self) -> list[str]:
        async with self.database.read() as session:
            rows = (await session.execute(sa.select(AuditEntry).order_by(AuditEntry.id))).scalars()
            return [f"{row.actor} {row.sentence}" for row in rows]

    async def official(self, username: str) -> Official:
        async with self.database.read() as session:
            return (await session.execute(sa.select(Official).where(Official.username == username))).scalar_one()


@pytest.fixture
async def hall(database_url: str, tmp_path: Path) -> AsyncIterator[Hall]:
    database, clock = Database(database_url), Clock()
    async with database.write() as session:
        session.add(Commune(id=2, slug="xa-hai", name="Xã Hai"))
    yield Hall(Office(database, Settings(data_dir=tmp_path), SECRET, clock), clock, database)
    await database.close()
