"""Every statement on both kinds of database: one long tour, people at once, and the numbers."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import AsyncIterator

import pytest

from app.assistant.service import Assistant
from app.database import Database
from app.erasing import erase
from app.subscribers import repository, service
from app.subscribers.models import CodeKind
from app.subscribers.service import Week, few
from tests.assistant.ward import MONDAY, Clock, knowledge, settings
from tests.subscribers.ward import EVERY, Talk, add_commune, add_groups, code_of, everything, followed, subscriber


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """Each kind of database."""
    database = Database(database_url)
    yield database
    await database.close()


async def test_the_whole_way(talk: Talk, desk: Assistant, database: Database) -> None:
    ids = await add_groups(database, "Tổ 12", "Thôn Phú Hạ")
    telegram = Talk(desk, "telegram", "555")
    await talk.say("đăng ký nhận tin tiêm chủng tổ 12")
    assert (await subscriber(database)).group_id == ids["Tổ 12"]
    await talk.say("nhận tất cả tin")
    assert await followed(database) == EVERY
    await talk.say("hủy tin tiêm chủng")
    assert await followed(database) == EVERY - {"tiem-chung"}
    assert "Tổ 12" in await talk.say("tôi đang theo dõi gì")
    assert "bạn nhắn" in await talk.say("vì sao tôi nhận tin này")
    assert "đã nối" in await telegram.say(f"liên kết {await code_of(talk)}")
    assert "không còn nối" in await telegram.say("hủy liên kết")
    await talk.say("ngừng nhận tin tổ 12")
    assert (await subscriber(database)).group_id is None
    await talk.say("HỦY")
    assert await followed(database) == set()
    await talk.say("nhận tin")
    async with database.write() as session:
        await desk.left(session, (1, "zalo_oa", talk.person))
    assert await followed(database) == set()
    for each in (talk, telegram):
        await each.say("xóa dữ liệu của tôi")
        assert "đã xóa" in await each.say("xóa")
    kept = await everything(database)
    assert "Tư 7f3a" not in kept
    assert "'555'" not in kept


async def test_repeats_at_once_are_one_subscription(talk: Talk, database: Database) -> None:
    await asyncio.gather(*(talk.say("theo dõi tin tiêm chủng") for _ in range(8)), *(talk.say("nhận tin điện nước") for _ in range(8)))
    assert await followed(database) == {"tiem-chung", "dien-nuoc"}


async def test_the_numbers(desk: Assistant, database: Database, clock: Clock) -> None:
    await add_commune(database)
    groups = await add_groups(database, "Tổ 12", "Tổ 5")
    for number in range(6):
        await Talk(desk, person=f"p{number}").say("nhận tin tiêm chủng tổ 12")
    clock.pass_by(dt.timedelta(days=7))
    await Talk(desk, "telegram", "t").say("nhận tin điện nước")
    await Talk(desk, person="p0").say("HỦY")
    await Talk(desk, person="p1", commune_id=2).say("nhận tin")
    async with database.read() as session:
        found = await service.numbers(session, 1, knowledge().now.topics, clock.now)
        assert (await service.numbers(session, 2, knowledge().now.topics, clock.now)).total == 1
    assert (found.total, found.no_group, found.guests, found.staff) == (6, 1, 0, 0)
    assert dict(found.topics)["Tiêm chủng, y tế"] == 5
    assert dict(found.groups) == {"Tổ 12": 5, "Tổ 5": 0}
    assert found.channels == [("zalo_oa", 5), ("telegram", 1)]
    assert found.weeks[:2] == [Week(dt.date(2026, 11, 30), 1, 1), Week(dt.date(2026, 11, 23), 6, 0)]
    assert len(found.weeks) == service.WEEKS
    assert [few(count) for count in (0, 1, 4, 5, 20_000)] == ["chưa có", "dưới 5", "dưới 5", "5", "20.000"]
    async with database.write() as session:
        assert not await repository.delete_group(session, 2, groups["Tổ 12"])
        assert await repository.delete_group(session, 1, groups["Tổ 12"])
    assert (await subscriber(database, "p2")).group_id is None


async def test_a_new_group_never_gets_the_number_of_a_deleted_one(database: Database) -> None:
    """A scheduled announcement for the deleted one would reach the wrong people."""
    gone = (await add_groups(database, "Tổ 5", "Tổ 12"))["Tổ 12"]
    async with database.write() as session:
        assert await repository.delete_group(session, 1, gone)
    assert (await add_groups(database, "Tổ 13"))["Tổ 13"] != gone


async def test_codes_of_a_commune_are_its_own(talk: Talk, database: Database) -> None:
    await add_commune(database)
    times = {"created_at": MONDAY, "expires_at": MONDAY + dt.timedelta(days=7)}
    async with database.write() as session:
        for commune_id in (1, 2):
            assert await repository.put_code(session, {"commune_id": commune_id, "code": "4821", "kind": CodeKind.GUEST} | times)
        assert not await repository.put_code(session, {"commune_id": 1, "code": "4821", "kind": CodeKind.STAFF} | times)
    assert "nhận thử" in await talk.say("mã khách 4821")
    async with database.write() as session:
        [code] = await repository.guest_codes(session, 1, MONDAY)
        assert code.used == 1
        assert await repository.drop_code(session, 2, code.id) is None
        assert await repository.drop_code(session, 1, code.id) == "4821"
        assert await repository.end_trial(session, 2, CodeKind.GUEST) == 0
        assert await repository.end_trial(session, 1, CodeKind.GUEST) == 1
        await repository.drop_stale_codes(session, MONDAY + dt.timedelta(days=8))
        assert await repository.guest_codes(session, 2, MONDAY) == []


async def test_who_left_long_ago_is_erased_by_the_purge(talk: Talk, desk: Assistant, database: Database, clock: Clock) -> None:
    stays = Talk(desk, person="ông Năm 91bc")
    for each in (talk, stays):
        await each.say("nhận tin")
    await talk.say("HỦY")
    clock.pass_by(settings().keep_conversations - dt.timedelta(hours=1))
    await erase(database, settings(), clock())
    assert await subscriber(database) is not None
    clock.pass_by(dt.timedelta(hours=2))
    await erase(database, settings(), clock())
    assert await subscriber(database) is None
    assert await followed(database, "ông Năm 91bc") == {"tin-chung"}
