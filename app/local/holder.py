"""Holds the snapshot in use and tells whoever answers citizens when it changed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from app.announcements.news import read_news
from app.calendar import repository as calendar_repository
from app.commune import CommuneProfile
from app.database import Database
from app.local import repository
from app.local.layering import layers_of
from app.local.snapshot import Snapshot
from app.volunteers import repository as volunteers_repository
from app.ward.holder import WardHolder
from app.ward.ward import Ward

log = structlog.get_logger()


async def snapshot_now(database: Database, profile: CommuneProfile, commune_id: int = 1) -> Snapshot:
    """What the database says now, for a command that needs it once."""
    wards = WardHolder(database, profile, commune_id)
    local = SnapshotHolder(wards, lambda _snapshot: None)
    await wards.refresh()
    return local.now


class SnapshotHolder:
    """`now` is the snapshot. It is read with the ward: `WardHolder.refresh` brings all of it up to date."""

    def __init__(
        self, wards: WardHolder, use: Callable[[Snapshot], None], clock: Callable[[], dt.datetime] = lambda: dt.datetime.now(dt.UTC)
    ) -> None:
        """`use`: called with every new snapshot."""
        self.now = Snapshot.of_file(wards.base)
        self._commune_id, self._use, self._clock = wards.commune_id, use, clock
        wards.follow(self._read)

    async def _read(self, session: AsyncSession, ward: Ward) -> None:
        now = self._clock()
        facts = await calendar_repository.load(session, self._commune_id, now)
        layers = layers_of(await repository.in_force(session, self._commune_id), ward.profile.name)
        teams = await volunteers_repository.in_charge(session, self._commune_id)
        news = await read_news(session, self._commune_id, now)
        snapshot = Snapshot.made(ward, facts, layers, teams, news)
        if snapshot.version != self.now.version:
            self._use(snapshot)
            self.now = snapshot
            log.info("snapshot_changed", version=snapshot.version, layers=len(layers))
