"""Who gets an announcement: topic, group, channel, mode; each person once; what each channel's window allows."""

from __future__ import annotations

import datetime as dt
from collections.abc import AsyncIterator, Sequence
from typing import Any

import pytest
import sqlalchemy as sa

from app.assistant.models import Conversation
from app.database import Database
from app.messages import Capabilities
from app.subscribers.audience import Count, audience, counts_for
from app.subscribers.models import Subscriber, Subscription
from tests.assistant.ward import MONDAY
from tests.subscribers.ward import add_commune, add_groups

ZALO = Capabilities(text_limit=2000, caption_limit=2000, window=dt.timedelta(days=7), free_window=dt.timedelta(hours=48))
TELEGRAM = Capabilities(text_limit=4096, caption_limit=1024)
ABLE = {"zalo_oa": ZALO, "telegram": TELEGRAM}


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """Each kind of database."""
    database = Database(database_url)
    yield database
    await database.close()


async def add_person(
    database: Database, name: str, topics: Sequence[str] = ("tin-chung",), *, wrote: float | None = 0, **values: Any
) -> int:
    """A subscriber who wrote so many hours ago; None: no conversation is kept any more."""
    reachable = values.pop("reachable", True)
    given = {"commune_id": 1, "channel": "zalo_oa", "person": name, "consent_at": MONDAY, "consent_words": "nhận tin", "person_key": name}
    async with database.write() as session:
        row = Subscriber(**(given | values))
        session.add(row)
        await session.flush()
        session.add_all(Subscription(subscriber_id=row.id, commune_id=row.commune_id, topic=topic, created_at=MONDAY) for topic in topics)
        if wrote is not None:
            at = MONDAY - dt.timedelta(hours=wrote)
            talk = {"commune_id": row.commune_id, "channel": row.channel, "person": row.person}
            session.add(Conversation(**talk, state={}, updated_at=at, reachable=reachable))
        return row.id


async def _names(database: Database, query: sa.Select[Any]) -> list[str]:
    async with database.read() as session:
        return sorted(f"{row.channel}:{row.person}" if row.channel != "zalo_oa" else row.person for row in await session.execute(query))


async def test_topic_group_channel_and_mode_choose(database: Database) -> None:
    groups = await add_groups(database, "Tổ 12", "Tổ 5")
    await add_person(database, "a", ["tiem-chung"], group_id=groups["Tổ 12"])
    await add_person(database, "b", ["tiem-chung", "tin-chung"], group_id=groups["Tổ 5"], guest=True)
    await add_person(database, "c", ["tin-chung"], staff=True)
    await add_person(database, "d", ["tiem-chung"], channel="telegram")
    await add_person(database, "gone", ["tiem-chung"], left_at=MONDAY, guest=True)
    await add_person(database, "linked only", [])
    assert await _names(database, audience(1, "tiem-chung", mode="real")) == ["a", "b", "telegram:d"]
    assert await _names(database, audience(1, "tiem-chung", [groups["Tổ 12"]], mode="real")) == ["a"]
    assert await _names(database, audience(1, "tiem-chung", list(groups.values()), mode="real")) == ["a", "b"]
    assert await _names(database, audience(1, "tiem-chung", (), ["telegram"], mode="real")) == ["telegram:d"]
    assert await _names(database, audience(1, "tiem-chung", mode="trial")) == ["b"]
    assert await _names(database, audience(1, "thien-tai", mode="real")) == []
    assert await _names(database, audience(1, "thien-tai", mode="real", urgent=True)) == ["a", "b", "c", "telegram:d"]
    assert await _names(database, audience(1, "thien-tai", mode="trial", urgent=True)) == ["b", "c"]


async def test_another_commune_is_another_audience(database: Database) -> None:
    await add_commune(database)
    groups = await add_groups(database, "Tổ 12", commune_id=2)
    await add_person(database, "here")
    await add_person(database, "there", commune_id=2, group_id=groups["Tổ 12"])
    assert await _names(database, audience(1, "tin-chung", mode="real")) == ["here"]
    assert await _names(database, audience(2, "tin-chung", mode="real")) == ["there"]
    assert await _names(database, audience(1, "tin-chung", [groups["Tổ 12"]], mode="real")) == []


async def test_who_linked_channels_gets_it_once_where_they_wrote_last(database: Database) -> None:
    await add_person(database, "old", person_key="k", wrote=100)
    await add_person(database, "new", person_key="k", wrote=1, channel="telegram")
    await add_person(database, "other", wrote=1)
    assert await _names(database, audience(1, "tin-chung", mode="real")) == ["other", "telegram:new"]
    assert await _names(database, audience(1, "tin-chung", (), ["zalo_oa"], mode="real")) == ["old", "other"]
    await add_person(database, "newest", person_key="k", wrote=0, channel="zalo_bot", reachable=False)
    assert await _names(database, audience(1, "tin-chung", mode="real")) == ["other", "telegram:new"]


async def test_nobody_is_reached_on_a_channel_that_is_off(database: Database) -> None:
    await add_person(database, "alone", wrote=1)
    for name, channel, hours in (("last", "zalo_oa", 1), ("linked", "telegram", 400)):
        await add_person(database, name, wrote=hours, channel=channel, person_key="both")
    async with database.read() as session:
        counts = await counts_for(session, audience(1, "tin-chung", mode="real", working={"telegram"}), ABLE, MONDAY)
        none = await counts_for(session, audience(1, "tin-chung", mode="real", working=()), ABLE, MONDAY)
    assert counts == [Count("telegram", 1, 1, 1, 0, 0), Count("zalo_oa", 1, 0, 0, 0, 1)]
    assert [(each.total, each.now, each.unreachable) for each in none] == [(2, 0, 2)]


async def test_windows_are_counted_by_channel(database: Database) -> None:
    for hours, name in ((1, "a"), (47, "b"), (49, "c"), (24 * 6, "d"), (24 * 8, "e")):
        await add_person(database, name, wrote=hours)
    await add_person(database, "unknown", wrote=None)
    await add_person(database, "blocked", wrote=1, reachable=False)
    await add_person(database, "t1", wrote=24 * 300, channel="telegram")
    await add_person(database, "t2", wrote=None, channel="telegram")
    async with database.read() as session:
        counts = await counts_for(session, audience(1, "tin-chung", mode="real"), ABLE, MONDAY)
    assert counts == [Count("telegram", 2, 2, 2, 0, 0), Count("zalo_oa", 7, 4, 2, 2, 1)]


async def test_an_empty_audience_counts_nothing(database: Database) -> None:
    async with database.read() as session:
        assert await counts_for(session, audience(1, "tin-chung", mode="real"), ABLE, MONDAY) == []


async def test_the_audience_can_be_inserted_from(database: Database) -> None:
    await add_person(database, "a")
    people = audience(1, "tin-chung", mode="real").subquery()
    async with database.write() as session:
        await session.execute(sa.text("create table taken (subscriber_id integer, channel varchar(30))"))
        taken = sa.table("taken", sa.column("subscriber_id"), sa.column("channel"))
        await session.execute(sa.insert(taken).from_select(["subscriber_id", "channel"], sa.select(people.c.id, people.c.channel)))
        assert await session.scalar(sa.text("select count(*) from taken")) == 1
