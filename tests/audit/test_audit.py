"""The record: what is written stays, and is found again."""

from __future__ import annotations

import datetime as dt
from collections.abc import AsyncIterator

import pytest

from app.audit import repository
from app.audit.repository import Wanted
from app.audit.service import record
from app.database import Commune, Database
from app.signed import Role, Signed

LAN, MAI, FAR = (Signed(1, 1, "Lan", Role.OFFICIAL), Signed(2, 1, "Mai", Role.LEADER), Signed(3, 2, "Xa", Role.KEEPER))
NOON = dt.datetime(2026, 12, 6, 5, 0, tzinfo=dt.UTC)


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    found = Database(database_url)
    async with found.write() as session:
        session.add(Commune(id=2, slug="xa-hai", name="Xã Hai"))
    async with found.write() as session:
        await record(session, LAN, "sửa giờ làm ngày 6/12/2026", subject=("calendar_day", "2026-12-06"), at=NOON)
        await record(
            session, MAI, "duyệt thông báo 7", subject=("announcement", "7"), details={"muc": "khan"}, at=NOON + dt.timedelta(days=1)
        )
        await record(session, None, "tự khóa tài khoản", commune_id=1, at=NOON + dt.timedelta(days=2))
        await record(session, FAR, "việc của xã khác", subject=("calendar_day", "2026-12-06"), at=NOON)
    yield found
    await found.close()


async def found(database: Database, commune: int = 1, **wanted: object) -> list[str]:
    async with database.read() as session:
        rows = await repository.entries(session, commune, Wanted(**wanted), limit=50)  # type: ignore[arg-type]
        assert await repository.count(session, commune, Wanted(**wanted)) == len(rows)  # type: ignore[arg-type]
    return [f"{row.actor} {row.sentence}" for row in rows]


async def test_the_newest_is_first_and_communes_are_apart(database: Database) -> None:
    assert await found(database) == ["Hệ thống tự khóa tài khoản", "Mai duyệt thông báo 7", "Lan sửa giờ làm ngày 6/12/2026"]
    assert await found(database, 2) == ["Xa việc của xã khác"]


async def test_it_is_found_by_person_thing_and_day(database: Database) -> None:
    assert await found(database, official_id=1) == ["Lan sửa giờ làm ngày 6/12/2026"]
    assert await found(database, subject_kind="announcement") == ["Mai duyệt thông báo 7"]
    assert await found(database, subject_kind="calendar_day", subject_id="2026-12-06") == ["Lan sửa giờ làm ngày 6/12/2026"]
    assert await found(database, since=NOON, until=NOON + dt.timedelta(days=1)) == ["Lan sửa giờ làm ngày 6/12/2026"]
    assert await found(database, official_id=3) == []


async def test_what_an_act_could_not_do_is_not_in_the_record(database: Database) -> None:
    with pytest.raises(RuntimeError):
        async with database.write() as session:
            await record(session, LAN, "việc không thành")
            raise RuntimeError
    assert "Lan việc không thành" not in await found(database)


async def test_people_have_the_name_of_their_last_act_and_kinds_are_listed(database: Database) -> None:
    async with database.write() as session:
        await record(session, Signed(1, 1, "Lan (mới)", Role.OFFICIAL), "đổi tên")
    async with database.read() as session:
        assert list(await repository.people(session, 1)) == [(1, "Lan (mới)"), (2, "Mai")]
        assert list(await repository.kinds(session, 1)) == ["announcement", "calendar_day"]
    assert "Lan sửa giờ làm ngày 6/12/2026" in await found(database)  # the record keeps the name of that day


@pytest.mark.parametrize("sentence", ["", "x" * 5000, "😀" * 2000, "đô\u0323\u0302"])
async def test_any_sentence_fits(database: Database, sentence: str) -> None:
    async with database.write() as session:
        await record(session, LAN, sentence, subject=("x" * 99, "y" * 999))
    assert len((await found(database, official_id=1))[0]) <= 1004
