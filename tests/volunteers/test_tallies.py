"""Tallies in the database, on both kinds: once however often they come, in any order, from any clock."""

from __future__ import annotations

import asyncio
import datetime as dt
import uuid
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import pytest
import sqlalchemy as sa

from app.calendar.calendar import Calendar
from app.calendar.facts import CalendarFacts, DayChange, DayKind, Session, SessionKind
from app.database import Database
from app.errors import BadInput
from app.volunteers import tallies
from app.volunteers.joining import Helper
from app.volunteers.models import Reply, Tally, Volunteer, VolunteerShift
from app.volunteers.tallies import Taken
from tests.assistant.ward import commune
from tests.subscribers.ward import add_commune

NOW = dt.datetime(2026, 12, 6, 3, 0, tzinfo=dt.UTC)
"""10:00 in Vietnam, a Sunday service."""
CLOCK = int(NOW.timestamp() * 1000)
SERVICE = "chu-nhat-2026-12-06"
KNOWN = {"1.001193", "1.000894"}
HOUR = 3_600_000
DAY = 24 * HOUR


def tally(**more: Any) -> dict[str, Any]:
    return {"id": str(uuid.uuid4()), "code": "1.001193", "on_behalf": False, "hard": "khong", "made": CLOCK} | more


@dataclass
class Ward:
    """A database with two volunteers, one of them of another commune."""

    database: Database
    facts: CalendarFacts = field(default_factory=CalendarFacts)
    numbers: dict[int, int] = field(default_factory=dict)

    async def fill(self) -> Ward:
        await add_commune(self.database)
        async with self.database.write() as session:
            for commune_id in (1, 2):
                row = Volunteer(commune_id=commune_id, name="Anh", created_at=NOW - dt.timedelta(days=30))
                session.add(row)
                await session.flush()
                self.numbers[commune_id] = row.id
        return self

    def helper(self, commune_id: int = 1, since: dt.datetime = NOW - dt.timedelta(days=30)) -> Helper:
        return Helper(self.numbers[commune_id], commune_id, "Anh", None, "t", "o", since)

    async def take(self, *sent: Any, clock: int = CLOCK, now: dt.datetime = NOW, helper: Helper | None = None) -> Taken:
        known = {code: code for code in KNOWN}.get
        body = {"now": clock, "tallies": list(sent)}
        calendar = Calendar(commune(), self.facts)
        async with self.database.write() as session:
            return await tallies.take(session, helper or self.helper(), calendar, known, body, now)

    async def put_down(self, *uids: str, reply: Reply = Reply.YES) -> None:
        async with self.database.write() as session:
            session.add_all(
                VolunteerShift(commune_id=1, session_uid=uid, volunteer_id=self.numbers[1], reply=reply, assigned_at=NOW) for uid in uids
            )

    async def rows(self) -> list[Any]:
        async with self.database.read() as session:
            return list((await session.execute(sa.select(Tally).order_by(Tally.id))).scalars())


@pytest.fixture
async def ward(database_url: str) -> AsyncIterator[Ward]:
    database = Database(database_url)
    yield await Ward(database).fill()
    await database.close()


@pytest.fixture
async def near(sqlite_database_url: str) -> AsyncIterator[Ward]:
    """On SQLite alone: what does not depend on the kind of database."""
    database = Database(sqlite_database_url)
    yield await Ward(database).fill()
    await database.close()


async def test_a_tally_is_stored_once_however_often_it_comes(ward: Ward) -> None:
    first, second = tally(), tally(on_behalf=True, hard="mang")
    assert (await ward.take(first, second, first)).kept == [first["id"], second["id"], first["id"]]
    again = await ward.take(second, first, now=NOW + dt.timedelta(days=2))  # in another order, much later
    assert set(again.kept) == {first["id"], second["id"]}
    assert [(row.code, row.on_behalf, row.hard, row.received_at) for row in await ward.rows()] == [
        ("1.001193", False, "khong", NOW),
        ("1.001193", True, "mang", NOW),
    ]


async def test_what_a_sent_tally_says_later_changes_nothing(ward: Ward) -> None:
    sent = tally()
    await ward.take(sent)
    await ward.take(sent | {"hard": "khac", "on_behalf": True})
    assert [(row.hard, row.on_behalf) for row in await ward.rows()] == [("khong", False)]


async def test_two_tabs_sending_the_same_at_once_count_once(ward: Ward) -> None:
    sent = [tally() for _ in range(5)]
    taken = await asyncio.gather(*(ward.take(*sent) for _ in range(4)))
    assert all(len(each.kept) == 5 for each in taken)
    assert len(await ward.rows()) == 5


async def test_the_same_id_in_another_commune_is_another_tally(ward: Ward) -> None:
    sent = tally()
    await ward.take(sent, helper=ward.helper(2))
    assert (await ward.take(sent)).kept == [sent["id"]]
    assert sorted(row.commune_id for row in await ward.rows()) == [1, 2]


BROKEN: list[dict[str, Any]] = [
    {"name": "bà Tư"},  # no field for a person
    {"note": ""},
    {"hard": "bà Tư tổ 12 quên mật khẩu"},  # no free text in the list either
    {"hard": ""},
    {"hard": None},
    {"on_behalf": 1},
    {"on_behalf": "true"},
    {"made": -1},
    {"made": 1.5},
    {"made": "1"},
    {"made": 2**60},
    {"made": True},
    {"code": 1},
    {"code": "1" * 5000},
    {"id": "1"},
    {"id": "x" * 100_000},
    {"id": "{ff3bdac6-ddf1-48ea-b3ba-33fd5e604f15}"},
    {"id": "FF3BDAC6-DDF1-48EA-B3BA-33FD5E604F15"},
    {"id": 5},
    {"id": None},
]


async def test_a_broken_tally_is_refused_and_the_others_are_kept(near: Ward) -> None:
    good = tally()
    for wrong in BROKEN:
        taken = await near.take(good, tally() | wrong)
        assert taken.kept == [good["id"]], wrong
        assert all(sentence == "Lượt ghi bị hỏng." and len(key) <= 36 for key, sentence in taken.refused.items()), wrong
    assert len(await near.rows()) == 1


async def test_what_is_no_tally_breaks_nothing(near: Ward) -> None:
    assert (await near.take("", None, 7, [], {}, "😀", {"id": {"id": 1}}, [[[]]])) == Taken()
    assert await near.rows() == []


async def test_a_procedure_the_catalog_does_not_know_is_told(near: Ward) -> None:
    sent = [tally(code=code) for code in ("9.999999", "", "bà Tư", "1.001193 ", "１.001193", "'; drop table x --")]
    assert (await near.take(*sent)).refused == {each["id"]: "Thủ tục này không còn trong kho." for each in sent}


@pytest.mark.parametrize(
    "body", [None, [], {}, {"now": "1", "tallies": []}, {"now": True, "tallies": []}, {"now": -1, "tallies": []}, {"now": 1, "tallies": {}}]
)
def test_a_sending_that_is_none_is_refused(body: Any) -> None:
    with pytest.raises(BadInput):
        tallies.read(body)


def test_a_sending_is_not_endless() -> None:
    assert len(tallies.read({"now": 1, "tallies": [1] * 50})[1]) == 50
    with pytest.raises(BadInput):
        tallies.read({"now": 1, "tallies": [1] * 51})


CLOCKS = [
    (CLOCK, CLOCK, "2026-12-06"),
    (CLOCK - 3 * DAY, CLOCK, "2026-12-03"),  # three days without a network
    (CLOCK - 11 * HOUR, CLOCK, "2026-12-05"),  # 23:00 in Vietnam
    (9 * HOUR, 10 * HOUR, "2026-12-06"),  # the phone believes it is 1970
    (CLOCK + 900 * DAY, CLOCK + 902 * DAY, "2026-12-04"),  # years ahead, two days ago by its own
    (CLOCK + 5 * DAY, CLOCK, "2026-12-06"),  # put right in between: from the future
    (0, CLOCK, "2026-12-06"),  # put right in between: from 1970
    (CLOCK - 200 * DAY, CLOCK, "2026-12-06"),  # nobody is offline so long
    (CLOCK - 45 * DAY, CLOCK, "2026-11-06"),  # not before the account
]


async def test_the_day_is_put_right_whatever_the_phones_clock_shows(near: Ward) -> None:
    for made, clock, _ in CLOCKS:
        await near.take(tally(made=made), clock=clock)
    assert [row.day.isoformat() for row in await near.rows()] == [day for _, _, day in CLOCKS]


async def test_a_tally_belongs_to_the_session_one_was_put_down_for(near: Ward) -> None:
    await near.put_down(SERVICE)
    await near.take(tally(), tally(made=CLOCK - DAY))
    assert [(row.day.day, row.session_uid) for row in await near.rows()] == [(6, SERVICE), (5, None)]


async def test_no_session_when_one_said_no_or_it_was_moved_away(near: Ward) -> None:
    await near.put_down(SERVICE, reply=Reply.NO)
    await near.take(tally())
    near.facts = CalendarFacts(days=(DayChange(day=dt.date(2026, 12, 6), kind=DayKind.MOVED, moved_to=dt.date(2026, 12, 13)),))
    await near.put_down("chu-nhat-2027-01-03")
    await near.take(tally())
    assert [row.session_uid for row in await near.rows()] == [None, None]


async def test_of_two_sessions_of_a_day_the_one_that_runs(near: Ward) -> None:
    def session(number: int, hours: tuple[int, int]) -> Session:
        starts, ends = (dt.datetime(2026, 12, 7, hour - 7, tzinfo=dt.UTC) for hour in hours)
        uid, kind = f"dot-{number}", SessionKind.IDENTITY
        return Session(id=number, uid=uid, kind=kind, title="Định danh", starts_at=starts, ends_at=ends, place="nhà văn hóa")

    near.facts = CalendarFacts(sessions=(session(1, (8, 11)), session(2, (14, 17))))
    await near.put_down("dot-1", "dot-2", "dot-gone")
    at = dt.datetime(2026, 12, 7, 8, tzinfo=dt.UTC)  # 15:00 in Vietnam
    clock = int(at.timestamp() * 1000)
    await near.take(tally(made=clock), tally(made=clock - 6 * HOUR), tally(made=clock + HOUR), clock=clock, now=at)
    assert [row.session_uid for row in await near.rows()] == ["dot-2", "dot-1", "dot-2"]


async def test_the_tally_stays_when_the_volunteers_name_is_erased(ward: Ward) -> None:
    await ward.take(tally())
    async with ward.database.write() as session:
        await session.delete(await session.get_one(Volunteer, ward.numbers[1]))
    assert [row.volunteer_id for row in await ward.rows()] == [None]
