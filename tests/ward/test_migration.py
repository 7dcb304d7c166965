"""A ward that already talks with citizens stays in the real mode when the tables of this part arrive."""

from __future__ import annotations

import sqlalchemy as sa

from app.database import Database, migrate
from app.ward.service import mode_of
from app.ward.ward import WardMode


async def test_an_installation_in_use_stays_real_and_a_new_one_begins_with_a_trial(empty_database_url: str) -> None:
    migrate(empty_database_url, "0004")
    engine = sa.create_engine(empty_database_url.replace("sqlite+aiosqlite:", "sqlite:"))
    with engine.begin() as connection:
        connection.execute(sa.text("insert into communes (id, slug, name) values (2, 'xa-hai', 'Xã Hai')"))
        for hook in ("a", "b"):
            connection.execute(
                sa.text(
                    "insert into channel_accounts (commune_id, channel, hook, mode, status, reason, sealed, updated_at)"
                    " values (1, 'telegram', :hook, 'polling', 'on', '', 'x', '2026-11-22 03:00:00')"
                ),
                {"hook": hook},
            )
    engine.dispose()
    migrate(empty_database_url)
    database = Database(empty_database_url)
    async with database.read() as session:
        assert await mode_of(session, 1) is WardMode.REAL
        assert await mode_of(session, 2) is WardMode.TRIAL
    await database.close()
