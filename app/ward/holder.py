"""Holds what is true of the ward, in memory, and follows the database: a change of any process is seen within seconds."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from app.commune import CommuneProfile
from app.database import Database
from app.ward import repository
from app.ward.service import read_ward
from app.ward.ward import Ward, WardMode

log = structlog.get_logger()
LOOK_SECONDS = 2.0
ANYWAY_SECONDS = 60.0
"""Read again after this long also when nobody seems to have acted: a command may have written without a record."""
Follower = Callable[[AsyncSession, Ward], Awaitable[None]]


class WardHolder:
    """`now` is the ward; whoever follows reads what else belongs to it, in the same session."""

    def __init__(self, database: Database, profile: CommuneProfile, commune_id: int = 1) -> None:
        """`profile`: of the file, the base of all changes."""
        self.base, self.commune_id = profile, commune_id
        self.now = Ward.made(profile, WardMode.TRIAL, {})
        self._database = database
        self._followers: list[Follower] = []
        self._stamp: tuple[int, ...] | None = None
        self._read_at = 0.0
        self._lock = asyncio.Lock()

    def follow(self, follower: Follower) -> None:
        """Call `follower` with every reading, before it counts."""
        self._followers.append(follower)

    async def refresh(self) -> None:
        """Read everything now. Call it after a change of one's own, when its transaction is over."""
        async with self._lock, self._database.read() as session:
            await self._read(session, await repository.stamp(session, self.commune_id))

    async def look(self) -> None:
        """Read everything when somebody acted since the last reading, or long ago."""
        async with self._lock, self._database.read() as session:
            stamp = await repository.stamp(session, self.commune_id)
            if stamp != self._stamp or asyncio.get_running_loop().time() - self._read_at > ANYWAY_SECONDS:
                await self._read(session, stamp)

    async def keep_fresh(self) -> None:
        """Look every two seconds, until cancelled. A database that is away for a while leaves the ward as it was."""
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            try:
                await self.look()
            except Exception as error:  # noqa: BLE001 -- the ward must still be served from what was known
                log.warning("ward_not_read", kind=type(error).__name__)

    async def _read(self, session: AsyncSession, stamp: tuple[int, ...]) -> None:
        ward = await read_ward(session, self.base, self.commune_id)
        for follower in self._followers:
            await follower(session, ward)
        if ward.version != self.now.version:
            log.info("ward_changed", version=ward.version)
            self.now = ward
        self._stamp, self._read_at = stamp, asyncio.get_running_loop().time()
