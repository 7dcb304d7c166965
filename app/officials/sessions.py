"""Signed-in browsers: a random token in a cookie, its hash in the database."""

from __future__ import annotations

import datetime as dt
import hashlib
import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass

from fastapi import Request
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.responses import Response

from app.database import Database
from app.officials import repository
from app.officials.models import Official, OfficialSession, Role, Signed, Stage
from app.settings import Settings

SEEN_EVERY = dt.timedelta(minutes=1)
FORGOTTEN_AFTER = dt.timedelta(days=1)  # a failed sign-in
HALF_LASTS = dt.timedelta(minutes=10)
_TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")
_BROWSERS = (("Zalo", "Zalo"), ("Edg", "Edge"), ("coc_coc", "Cốc Cốc"), ("Firefox", "Firefox"), ("Chrome", "Chrome"), ("Safari", "Safari"))
_SYSTEMS = (("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Windows", "Windows"), ("Mac OS", "Mac"), ("Linux", "Linux"))


@dataclass(frozen=True)
class Current:
    """The session of a request."""

    signed: Signed
    session_id: int
    token_hash: str
    stage: Stage
    must_change: bool

    @property
    def is_complete(self) -> bool:
        """Whether nothing stands before work: no second step, no password to change."""
        return self.stage is Stage.FULL and not self.must_change


class Sessions:
    """Begins, finds and ends sessions. `clock` gives the time in UTC."""

    def __init__(self, database: Database, settings: Settings, clock: Callable[[], dt.datetime]) -> None:
        self._database, self._settings, self._clock = database, settings, clock
        self.secure = settings.public_url.startswith("https://")
        self.cookie = "__Host-gdcb" if self.secure else "gdcb"

    async def current(self, request: Request) -> Current | None:
        """Who sends this request; None without a living session."""
        token = request.cookies.get(self.cookie, "")
        if not _TOKEN.fullmatch(token):
            return None
        hashed, now = hash_of(token), self._clock()
        async with self._database.read() as session:
            row = await repository.session_of(session, hashed)
        if row is None or not self._lives(row[0], now):
            return None
        found, official = row
        if now - found.seen_at > SEEN_EVERY:
            async with self._database.write() as session:
                await repository.seen(session, found.id, now)
        return Current(signed_of(official), found.id, hashed, Stage(found.stage), official.must_change)

    async def begin(self, session: AsyncSession, official: Official, stage: Stage, request: Request) -> str:
        """A new session in the caller's transaction; the one this browser had ends. Returns the token for `give`."""
        old = request.cookies.get(self.cookie, "")
        row = await repository.session_of(session, hash_of(old)) if old else None
        if row is not None:
            await repository.end_session(session, row[1].id, row[0].id)
        token, now = secrets.token_urlsafe(32), self._clock()
        session.add(
            OfficialSession(
                commune_id=official.commune_id,
                official_id=official.id,
                token_hash=hash_of(token),
                stage=stage,
                device=device_of(request.headers.get("user-agent", "")),
                created_at=now,
                seen_at=now,
            )
        )
        await session.flush()
        return token

    def give(self, response: Response, token: str) -> None:
        """Put the token into the browser."""
        lasts = int(self._settings.session_absolute.total_seconds())
        response.set_cookie(self.cookie, token, max_age=lasts, path="/", secure=self.secure, httponly=True, samesite="lax")

    def take_back(self, response: Response) -> None:
        """Remove the token from the browser."""
        response.delete_cookie(self.cookie, path="/", secure=self.secure, httponly=True, samesite="lax")

    def _lives(self, found: OfficialSession, now: dt.datetime) -> bool:
        if found.stage == Stage.HALF:
            return now - found.created_at < HALF_LASTS
        return now - found.seen_at < self._settings.session_idle and now - found.created_at < self._settings.session_absolute


async def purge(session: AsyncSession, settings: Settings, now: dt.datetime) -> int:
    """Erase sessions that have ended by time, and counts of old failures; how many sessions."""
    await repository.purge_failures(session, now - FORGOTTEN_AFTER)
    return await repository.end_old_sessions(session, now - settings.session_idle, now - settings.session_absolute)


def signed_of(official: Official) -> Signed:
    """The official as others see him or her."""
    return Signed(official.id, official.commune_id, official.name, Role(official.role))


def hash_of(token: str) -> str:
    """What the database keeps of a token: 256 random bits need no salt."""
    return hashlib.sha256(token.encode()).hexdigest()


def device_of(user_agent: str) -> str:
    """What to call a browser in the list of sessions: «Chrome trên Windows»."""
    browser = next((name for sign, name in _BROWSERS if sign in user_agent), "Trình duyệt")
    system = next((name for sign, name in _SYSTEMS if sign in user_agent), "")
    return f"{browser} trên {system}" if system else browser
