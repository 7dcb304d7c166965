"""The evening before a Sunday service, who asked for it is reminded, once; and the calendar's changes are told anew."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa

from app.calendar.facts import SERVICE_TOPIC as SUNDAY
from app.calendar.models import CalendarSession
from app.deliveries.models import Dispatch
from tests.deliveries.post_office import post_office

EVENING = dt.datetime(2026, 12, 5, 11, 0, tzinfo=dt.UTC)
"""18:00 in Vietnam on Saturday; the first Sunday of December is tomorrow."""


async def test_who_asked_is_reminded_once(database_url: str) -> None:
    async with post_office(database_url, at=EVENING) as post:
        await post.follows("muon-nhac", topic=SUNDAY)
        await post.follows("chi-tin-chung")
        for _ in range(3):
            await post.deliveries.dispatcher.remind()
            await post.beat(times=2)
        assert post.got() == {"muon-nhac": 1}
        text = post.platforms["telegram"].got[0][1].text
        assert "Chủ nhật" in text
        assert "6/12" in text
        [dispatch] = await post.all_of(Dispatch)
        assert (dispatch.kind, dispatch.announcement_id, dispatch.status) == ("reminder", None, "done")
        assert dispatch.title


async def test_a_session_is_told_to_the_followers_of_its_kind_as_long_as_they_follow_it(sqlite_database_url: str) -> None:
    begins = EVENING + dt.timedelta(days=1, hours=-3)
    async with post_office(sqlite_database_url, at=EVENING - dt.timedelta(days=1)) as post:
        async with post.database.write() as session:
            at = {"starts_at": begins - dt.timedelta(days=1), "ends_at": begins - dt.timedelta(hours=22), "updated_at": EVENING}
            session.add(
                CalendarSession(commune_id=1, uid="x", kind="vaccination", title="Tiêm sởi", place="Trạm y tế", group_id=None, **at)
            )
        await post.follows("tiem", "thoi-tiem", topic="tiem-chung")
        await post.follows("chu-nhat", topic=SUNDAY)
        post.engine.forgets = True
        await post.deliveries.dispatcher.remind()
        await post.beat()
        await post.unfollows("thoi-tiem", instead=SUNDAY)
        post.engine.forgets = False
        post.clock.pass_by(dt.timedelta(minutes=1))
        await post.deliveries.dispatcher.replay()
        await post.engine.idle()
        assert post.got() == {"tiem": 1}
        assert (await post.states())["thoi-tiem"] == "skipped:unfollowed"
        [dispatch] = await post.all_of(Dispatch)
        assert dispatch.topic == "tiem-chung"


async def test_at_another_time_and_before_another_day_nobody_is_reminded(sqlite_database_url: str) -> None:
    for moment in (EVENING - dt.timedelta(hours=3), EVENING + dt.timedelta(hours=4), EVENING + dt.timedelta(days=1)):
        async with post_office(sqlite_database_url, at=moment) as post:
            await post.deliveries.dispatcher.remind()
            assert await post.all_of(Dispatch) == []


async def test_switched_off_nobody_is_reminded_and_later_still_in_time(sqlite_database_url: str) -> None:
    async with post_office(sqlite_database_url, at=EVENING) as post:
        await post.follows("muon-nhac", topic=SUNDAY)
        post.switch(on=False)
        await post.deliveries.dispatcher.remind()
        assert await post.all_of(Dispatch) == []
        post.switch(on=True)
        await post.deliveries.dispatcher.remind()
        await post.beat(times=2)
        assert post.got() == {"muon-nhac": 1}


async def test_a_reminder_says_nothing_the_day_after(sqlite_database_url: str) -> None:
    async with post_office(sqlite_database_url, at=EVENING) as post:
        await post.follows("im-lang", topic=SUNDAY, channel="zalo_oa", wrote=dt.timedelta(days=9))
        await post.deliveries.dispatcher.remind()
        await post.beat(times=2)
        assert await post.states() == {"im-lang": "waiting:window"}
        post.clock.pass_by(dt.timedelta(hours=14))
        await post.deliveries.dispatcher.look_everywhere()
        assert await post.states() == {"im-lang": "skipped:expired"}


async def test_tomorrow_is_said_until_midnight_only(sqlite_database_url: str) -> None:
    """Half past eight in the evening; at half past six the quiet hours end, and «ngày mai» would be today."""
    async with post_office(sqlite_database_url, at=EVENING + dt.timedelta(hours=2, minutes=30)) as post:
        await post.follows("muon-nhac", topic=SUNDAY)
        post.engine.forgets = True
        await post.deliveries.dispatcher.remind()
        await post.beat()
        post.engine.forgets = False
        post.clock.pass_by(dt.timedelta(hours=10, minutes=15))
        await post.deliveries.dispatcher.replay()
        await post.engine.idle()
        await post.beat(times=2)
        assert post.got() == {}


async def test_a_calendar_that_cannot_be_read_stops_no_announcement(sqlite_database_url: str) -> None:
    async with post_office(sqlite_database_url, at=EVENING) as post:
        await post.follows("mot")
        async with post.database.write() as session:
            await session.execute(sa.text("alter table calendar_days rename to gone"))
        await post.send()
        assert post.got() == {"mot": 1}
