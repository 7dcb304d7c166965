"""Codes that are typed: they join two channels of one person, or put somebody on the list of a trial."""

from __future__ import annotations

import datetime as dt

import pytest

from app.assistant.service import Assistant
from app.database import Database
from app.subscribers import repository
from app.subscribers.models import CodeKind
from app.subscribers.tries import MOST
from tests.assistant.ward import MONDAY, Clock
from tests.subscribers.ward import EVERY, Talk, code_of, followed, subscriber

# --- linking -------------------------------------------------------------------------------------------------------------


async def test_two_channels_are_joined_by_a_code(talk: Talk, desk: Assistant, database: Database) -> None:
    telegram = Talk(desk, "telegram", "555")
    assert "chưa theo dõi" in await talk.say("liên kết")
    await talk.say("nhận tin tiêm chủng")
    code = await code_of(talk)
    assert "mã này để nhắn ở kênh khác" in await talk.say(f"liên kết {code}")
    assert "đã nối: Zalo và Telegram" in await telegram.say(code)
    here, there = await subscriber(database), await subscriber(database, "555", "telegram")
    assert here.person_key == there.person_key
    assert "Ở đó bạn đang nhận: Tiêm chủng" in await telegram.say("tôi đang theo dõi gì")
    assert "Kênh đã nối: Telegram" in await talk.say("tôi đang theo dõi gì")
    assert "trên Zalo" in await telegram.say("vì sao tôi nhận tin này")
    assert "không còn nối" in await telegram.say("HỦY")
    assert (await subscriber(database, "555", "telegram")).person_key != here.person_key
    assert await followed(database) == {"tiem-chung"}
    assert "không đúng hoặc đã hết hạn" in await Talk(desk, "telegram", "666").say(f"liên kết {code}")


async def test_stopping_on_one_channel_tells_of_the_other(talk: Talk, desk: Assistant, database: Database) -> None:
    telegram = Talk(desk, "telegram", "555")
    await talk.say("nhận tin tiêm chủng")
    await telegram.say("nhận tin điện nước")
    await telegram.say(f"liên kết {await code_of(talk)}")
    said = await talk.say("HỦY")
    assert "Ở Telegram bạn vẫn nhận" in said
    assert await followed(database, "555", "telegram") == {"dien-nuoc"}


async def test_a_code_lives_a_quarter_of_an_hour(talk: Talk, desk: Assistant, clock: Clock, database: Database) -> None:
    await talk.say("nhận tin")
    code = await code_of(talk)
    clock.pass_by(dt.timedelta(minutes=15))
    assert "hết hạn" in await Talk(desk, "telegram", "555").say(f"liên kết {code}")
    assert await subscriber(database, "555", "telegram") is None


async def test_codes_cannot_be_tried_out(talk: Talk, desk: Assistant, clock: Clock) -> None:
    await talk.say("nhận tin")
    code = await code_of(talk)
    thief = Talk(desk, "telegram", "666")
    for number in range(MOST):
        assert "không đúng" in await thief.say(f"liên kết {(int(code) + 1 + number) % 1_000_000:06d}")
    assert "thử nhiều mã quá" in await thief.say(f"liên kết {code}")
    assert "đã nối" not in await thief.say(code)
    assert "đã nối" in await Talk(desk, "telegram", "555").say(code)
    clock.pass_by(dt.timedelta(minutes=16))
    assert "không đúng" in await thief.say(f"liên kết {code}")


async def test_six_digits_that_are_no_code_are_answered_as_ever(talk: Talk) -> None:
    assert "mã này" not in await talk.say("482913")


# --- guests and staff of a trial --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "text", "flags"), [(CodeKind.GUEST, "MÃ KHÁCH 4821", (True, False)), (CodeKind.STAFF, "mã cán bộ 4821", (False, True))]
)
async def test_a_code_puts_on_the_list_of_the_trial(
    talk: Talk, database: Database, clock: Clock, kind: CodeKind, text: str, flags: tuple[bool, bool]
) -> None:
    assert "không đúng" in await talk.say(text)
    async with database.write() as session:
        values = {"commune_id": 1, "code": "4821", "kind": kind, "created_at": MONDAY, "expires_at": MONDAY + dt.timedelta(days=7)}
        assert await repository.put_code(session, values)
        assert not await repository.put_code(session, values)
    assert "nhận thử" in await talk.say(text)
    row = await subscriber(database)
    assert (row.guest, row.staff) == flags
    assert await followed(database) == EVERY
    await talk.say("HỦY")
    row = await subscriber(database)
    assert (row.guest, row.staff) == (False, False)
    clock.pass_by(dt.timedelta(days=7))
    assert "hết hạn" in await talk.say(text)
