"""The evening before a Sunday service, who asked for it is reminded, once; and the calendar's changes are told anew."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa

from app.deliveries.models import Dispatch
from tests.deliveries.post_office import post_office

SUNDAY = "chu-nhat-gan-dan"
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


async def test_a_calendar_that_cannot_be_read_stops_no_announcement(sqlite_database_url: str) -> None:
    async with post_office(sqlite_database_url, at=EVENING) as post:
        await post.follows("mot")
        async with post.database.write() as session:
            await session.execute(sa.text("alter table calendar_days rename to gone"))
        await post.send()
        assert post.got() == {"mot": 1}
