"""Every figure against the sample ward that was counted by hand."""

from __future__ import annotations

import datetime as dt
from collections import Counter

import sqlalchemy as sa

from app.assistant.models import Answer
from app.calendar.calendar import Calendar
from app.calendar.facts import VIETNAM
from app.database import Database
from app.statistics import figures, repository
from app.statistics.figures import Figures, rising
from app.statistics.periods import Period, month_of, read, same_days_before, year_of
from app.statistics.public import Publisher, make, next_published, published
from app.statistics.tables import Names, headlines, tables
from app.tables import QrScan
from app.volunteers.models import Tally
from tests.statistics.sample_ward import BIRTH, COPY, COUNTED, MARRIAGE, NOVEMBER, NOW, PUBLISHED, at


async def read_figures(
    database: Database, calendar: Calendar, period: Period = NOVEMBER, now: dt.datetime = NOW, commune: int = 1
) -> Figures:
    async with database.read() as session:
        return await figures.read(session, commune, period, now, calendar, lambda code: code == BIRTH)


async def test_every_figure_is_what_was_counted_by_hand(ward: Database, calendar: Calendar) -> None:
    found = await read_figures(ward, calendar)
    counted = {
        "total": found.asked.total,
        "status": dict(found.asked.by_status),
        "channel": dict(found.asked.by_channel),
        "code": dict(found.asked.by_code),
        "feedback": dict(found.asked.by_feedback),
        "p50": found.p50,
        "before": found.before.total,
        "places": found.places,
        "scans": found.scans,
        "announced": found.announced,
        "sent": [(each.title, each.total, each.got) for each in found.sent],
        "followers": found.followers,
        "topics": found.by_topic,
        "groups": found.by_group,
        "helped": [(each.code, each.alone, each.behalf) for each in found.helped],
        "hard": dict(found.hard),
        "full_online": found.full_online,
        "visits": found.visits,
    }
    assert counted == COUNTED
    assert found.p99 is None  # of 24 answers there is no hundredth
    assert found.asked.disliked == 0.5
    assert found.asked.share("unknown") == 0.25
    assert found.reached == (30 / 40 + 2 / 3) / 2
    assert [month.key for month, _ in found.months][-2:] == ["2026-10", "2026-11"]
    assert [each.total for _, each in found.months] == [0] * 10 + [5, 24]


async def test_what_everyone_may_see_is_what_was_rounded_by_hand(ward: Database, calendar: Calendar) -> None:
    publisher = Publisher(ward, lambda: calendar, lambda code: code == BIRTH, lambda: NOW)
    assert [each.key for each in await publisher.look()] == ["2026-10", "2026-11"]
    async with ward.read() as session:
        months = await published(session, 1, NOW)
    assert [each.period.key for each in months] == ["2026-10", "2026-11"]
    assert months[1].model_dump(mode="json") == PUBLISHED
    assert await publisher.look() == []  # made once


async def test_a_year_is_the_sum_of_its_months(ward: Database, calendar: Calendar) -> None:
    found = await read_figures(ward, calendar, year_of(2026))
    assert found.asked.total == 5 + 24 + 1
    assert found.asked.by_status["unknown"] == 1 + 6 + 1
    assert found.scans == 9 + 17 + 4
    assert found.times_helped == 1 + 12 + 1
    assert found.followers == 8  # today: k9 came
    assert found.before.total == 0
    assert next(month.key for month, _ in found.months) == "2026-01"


async def test_what_is_erased_by_its_age_is_not_taken_for_nothing(ward: Database, calendar: Calendar) -> None:
    async def of(period: Period, erased: dt.date) -> Figures:
        async with ward.read() as session:
            return await figures.read(session, 1, period, NOW, calendar, lambda code: code == BIRTH, erased)

    whole = await of(NOVEMBER, dt.date(2026, 9, 30))
    assert (whole.is_compared, whole.erased, whole.before.total) == (True, None, 5)
    beside = await of(NOVEMBER, dt.date(2026, 10, 1))
    assert (beside.is_compared, beside.erased, beside.before.total, beside.rising) == (False, None, 0, [])
    names = Names(str, str, {}, {}, {})
    assert [line.cells for line in tables(beside, names)["procedures"].lines] == [(BIRTH, 9, None), (MARRIAGE, 3, None), (COPY, 1, None)]
    assert not any(each.before for each in headlines(beside))
    assert (await of(NOVEMBER, dt.date(2026, 11, 1))).erased == dt.date(2026, 11, 1)
    assert (await of(NOVEMBER.before(), dt.date(2026, 11, 5))).erased == dt.date(2026, 10, 31)


async def test_another_commune_sees_its_own(ward: Database, calendar: Calendar) -> None:
    found = await read_figures(ward, calendar, commune=2)
    assert (found.asked.total, found.scans, found.followers, found.times_helped, found.announced, found.sent) == (3, 50, 1, 2, 0, [])
    async with ward.read() as session:
        total, rows = await repository.listed(session, 2, NOVEMBER, {"status": "unknown"}, 50)
    assert (total, rows) == (0, [])


async def test_a_place_that_nobody_printed_codes_for_is_not_named(ward: Database, calendar: Calendar) -> None:
    async with ward.write() as session:
        session.add(QrScan(commune_id=1, code=BIRTH, place="lanh-dao-an-hoi-lo", day=dt.date(2026, 11, 5), scans=6))
        session.add(QrScan(commune_id=1, code=BIRTH, place="phieu", day=dt.date(2026, 11, 5), scans=1))
    found = await read_figures(ward, calendar)
    assert found.places == [("cho-an-khe", 12), ("*", 6), ("quay-1", 3), ("", 2), ("phieu", 1)]
    async with ward.read() as session:
        made = await make(session, 1, NOVEMBER, calendar)
    assert made.scanning.places.keys() == {"cho-an-khe", "*", "quay-1", "", "phieu"}


async def test_an_empty_ward_and_the_first_day(database: Database, calendar: Calendar) -> None:
    found = await read_figures(database, calendar)
    assert (found.asked.total, found.asked.share("unknown"), found.asked.disliked) == (0, None, None)
    assert (found.p50, found.reached) == (None, None)
    publisher = Publisher(database, lambda: calendar, lambda _code: True, lambda: NOW)
    assert await publisher.look() == []
    async with database.read() as session:
        assert await published(session, 1, NOW) == []


async def test_the_list_behind_a_number_is_as_long_as_the_number(ward: Database) -> None:
    async with ward.read() as session:
        for name, values in (("status", COUNTED["status"]), ("channel", COUNTED["channel"]), ("code", COUNTED["code"])):
            for value, count in values.items():  # type: ignore[attr-defined]
                total, rows = await repository.listed(session, 1, NOVEMBER, {name: value}, 100)
                assert total == len(rows) == count
        total, rows = await repository.listed(session, 1, NOVEMBER, {}, 10, 20)
        assert (total, len(rows)) == (24, 4)
        assert not {"conversation_id", "message_id", "reply"} & set(rows[0]._fields)


async def test_a_month_waits_for_late_tallies_and_is_not_changed_afterwards(ward: Database, calendar: Calendar) -> None:
    clock = [dt.datetime(2026, 12, 1, 0, 5, tzinfo=VIETNAM)]
    publisher = Publisher(ward, lambda: calendar, lambda code: code == BIRTH, lambda: clock[0])
    assert NOVEMBER in await publisher.look()
    async with ward.read() as session:
        assert [each.period.key for each in await published(session, 1, clock[0])] == ["2026-10"]
    async with ward.write() as session:  # everybody asks to be erased, and a phone sends what it kept
        await session.execute(sa.update(Answer).values(conversation_id=None))
        session.add_all(_late(number) for number in range(4))
    clock[0] = dt.datetime(2026, 12, 3, 0, 5, tzinfo=VIETNAM)
    await publisher.look()
    async with ward.read() as session:
        month = (await published(session, 1, clock[0]))[-1]
    assert month.asking is not None
    assert month.asking.people == 10
    assert month.helping is not None
    assert month.helping.procedures[BIRTH] == (10, None)  # 6 and the 4 that came late
    async with ward.write() as session:
        await session.execute(repository._published.delete())
    clock[0] += dt.timedelta(days=1)
    await publisher.look()
    async with ward.read() as session:
        assert (await published(session, 1, clock[0]))[-1].asking is None  # nobody knows any more how many they were


def _late(number: int) -> Tally:
    return Tally(
        commune_id=1, tally_id=f"late-{number}", volunteer_id=None, code=BIRTH, on_behalf=False, hard="khong", day=dt.date(2026, 11, 29),
        session_uid=None, received_at=NOW,
    )  # fmt: skip


def test_a_month_is_seen_from_the_third_day_of_the_next() -> None:
    for day, seen in (
        ("2026-12-01", "2026-12-03"),
        ("2026-12-02", "2026-12-03"),
        ("2026-12-03", "2027-01-03"),
        ("2026-12-31", "2027-01-03"),
    ):
        assert next_published(dt.date.fromisoformat(day)) == dt.date.fromisoformat(seen)


def test_rising_needs_enough_and_enough_more() -> None:
    now, before = Counter(a=9, b=10, c=30, d=29, e=100), Counter(a=0, b=0, c=20, d=20, e=90)
    assert [(each.code, each.now, each.before) for each in rising(now, before)] == [("b", 10, 0), ("c", 30, 20)]


def test_days_and_months_are_vietnams() -> None:
    new_year = dt.datetime(2026, 12, 31, 17, 0, tzinfo=dt.UTC)
    assert read("", new_year).key == "2027-01"
    assert read("", new_year - dt.timedelta(microseconds=1)).key == "2026-12"
    november = month_of(dt.date(2026, 11, 30))
    assert (november.begins, november.ends) == (
        dt.datetime(2026, 10, 31, 17, tzinfo=dt.UTC),
        dt.datetime(2026, 11, 30, 17, tzinfo=dt.UTC),
    )
    for key, expected in {
        "2026-11": "2026-11", "2026": "2026", "2027": "2026-12", "2026-13": "2026-12", "2026-00": "2026-12", "0000": "2026-12", "": "2026-12",
        "２０２６": "2026-12", "2026-11-01": "2026-12", "a" * 10_000: "2026-12", "-1": "2026-12", "2023": "2026-12", "2027-01": "2026-12",
    }.items():  # fmt: skip
        assert read(key, at("04/12")).key == expected
    leap = month_of(dt.date(2028, 2, 29))
    assert leap.last == dt.date(2028, 2, 29)
    assert [each.key for each in year_of(2026).months()] == [f"2026-{number:02d}" for number in range(1, 13)]
    # 31 March stands beside 28 February, 15 March beside 15 February.
    march = month_of(dt.date(2026, 3, 1))
    assert same_days_before(march, dt.date(2026, 3, 30)).after == dt.date(2026, 3, 1)
    assert same_days_before(march, dt.date(2026, 3, 15)).last == dt.date(2026, 2, 15)
    assert same_days_before(march, dt.date(2026, 5, 1)).key == "2026-02"
