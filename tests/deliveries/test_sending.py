"""An announcement reaches everyone who follows, once, and says honestly what became of it."""

from __future__ import annotations

import datetime as dt

import pytest
import sqlalchemy as sa

from app.announcements.models import Announcement
from app.channels.models import ChannelAccount
from app.deliveries.models import Chunk
from app.deliveries.sender import ATTEMPTS
from app.messages import SendAction, SendError
from app.subscribers.models import Subscriber
from tests.deliveries.post_office import post_office

NIGHT = dt.datetime(2026, 11, 23, 15, 0, tzinfo=dt.UTC)
"""22:00 in Vietnam."""


async def test_everyone_gets_it_once_on_each_channel(database_url: str) -> None:
    async with post_office(database_url) as post:
        for channel in ("zalo_oa", "zalo_bot", "telegram"):
            await post.crowd(30, channel)
        announcement = await post.send()
        assert {row.status for row in await post.rows()} == {"sent"}
        for channel in ("zalo_oa", "zalo_bot", "telegram"):
            assert len(post.got(channel)) == 30
            assert set(post.got(channel).values()) == {1}
            assert post.platforms[channel].got[0][1].text.startswith("Lịch tiêm chủng\nTiêm tại trạm")
        dispatch = await post.dispatch(announcement)
        assert (dispatch.status, dispatch.total) == ("done", 90)
        [found] = await post.all_of(Announcement)
        assert found.status == "done"
        assert all(chunk.finished_at for chunk in await post.all_of(Chunk))


async def test_it_happens_once_however_often_and_wherever_the_pulse_beats(database_url: str) -> None:
    async with post_office(database_url) as post, post_office(database_url) as other:
        await post.crowd(5)
        await post.announce()
        await post.beat()
        await other.beat(times=3)
        await post.beat(times=3)
        assert len(await post.rows()) == 5
        assert sum(post.got().values()) + sum(other.got().values()) == 5


async def test_nobody_else_gets_it(sqlite_database_url: str) -> None:
    async with post_office(sqlite_database_url) as post:
        await post.follows("theo-doi")
        await post.follows("da-huy", left_at=post.clock())
        async with post.database.write() as session:
            await session.execute(sa.text("insert into communes (id, slug, name) values (2, 'xa-hai', 'Xã Hai')"))
        await post.follows("xa-khac")
        async with post.database.write() as session:
            await session.execute(sa.update(Subscriber).where(Subscriber.person == "xa-khac").values(commune_id=2))
        await post.send()
        assert await post.states() == {"theo-doi": "sent"}


async def test_who_stops_following_while_it_is_sent_does_not_get_it(database_url: str) -> None:
    async with post_office(database_url) as post:
        await post.follows("ba-tu", "bo-theo-doi", "da-xoa")
        await post.announce()
        post.engine.forgets = True
        await post.beat()
        async with post.database.write() as session:
            await session.execute(sa.update(Subscriber).where(Subscriber.person == "bo-theo-doi").values(left_at=post.clock()))
            gone = sa.select(Subscriber.id).where(Subscriber.person == "da-xoa").scalar_subquery()
            await session.execute(
                sa.text("delete from subscriptions where subscriber_id = (select id from subscribers where person = 'da-xoa')")
            )
            await session.execute(sa.delete(Subscriber).where(Subscriber.id == gone))
        post.engine.forgets = False
        post.clock.pass_by(dt.timedelta(seconds=20))
        await post.deliveries.dispatcher.replay()
        await post.engine.idle()
        assert await post.states() == {"ba-tu": "sent", "bo-theo-doi": "skipped:left", "da-xoa": "skipped:erased"}
        assert list(post.got()) == ["ba-tu"]


REFUSALS = [
    (SendError(SendAction.PERSON, "403"), "skipped:blocked"),
    (SendError(SendAction.REJECTED, "-201"), "failed:-201"),
    (SendError(SendAction.UNKNOWN, "timeout"), "unknown:no_answer"),
    (SendError(SendAction.UNKNOWN, "-200"), "unknown:-200"),
    (SendError(SendAction.MORNING, "-234"), "waiting:morning"),
    (SendError(SendAction.RETRY, "429"), "queued:retry"),
]


@pytest.mark.parametrize(("error", "state"), REFUSALS, ids=[state for _, state in REFUSALS])
async def test_what_a_refusal_means(database_url: str, error: SendError, state: str) -> None:
    async with post_office(database_url) as post:
        await post.follows("mot", "hai")
        post.platforms["telegram"].refuse = [error]
        await post.announce()
        await post.beat()
        assert await post.states() == {"mot": state, "hai": "sent"}


async def test_a_busy_platform_is_asked_again_and_not_for_ever(sqlite_database_url: str) -> None:
    async with post_office(sqlite_database_url) as post:
        await post.follows("mot")
        post.platforms["telegram"].refuse = [SendError(SendAction.RETRY, "429")] * 3
        await post.announce()
        await post.beat()
        assert post.got() == {}
        await post.beat(seconds=30, times=6)
        assert post.got() == {"mot": 1}

    async with post_office(sqlite_database_url) as post:
        post.platforms["telegram"].refuse = [SendError(SendAction.RETRY, "429")] * 100
        again = await post.announce("Tin hai")
        await post.beat(seconds=1000, times=ATTEMPTS + 4)
        assert await post.states(again) == {"mot": "failed:too_often"}


async def test_when_the_platform_asks_all_to_wait_nobody_is_sent_to(sqlite_database_url: str) -> None:
    async with post_office(sqlite_database_url) as post:
        await post.crowd(10)
        post.platforms["telegram"].refuse = [None, None, SendError(SendAction.RETRY, "429", retry_after=40)]
        await post.announce()
        await post.beat(times=20)
        assert sum(post.got().values()) == 2
        await post.beat(seconds=15, times=4)
        assert sorted(post.got().values()) == [1] * 10


async def test_a_silent_platform_is_left_alone(sqlite_database_url: str) -> None:
    async with post_office(sqlite_database_url) as post:
        await post.crowd(100)
        post.platforms["telegram"].refuse = [SendError(SendAction.UNKNOWN, "timeout")] * 100
        await post.announce()
        await post.beat()
        states = [row.status for row in await post.rows()]
        assert states.count("unknown") == 5
        assert states.count("queued") == 95


async def test_a_refused_account_waits_whole_and_the_keeper_is_told(database_url: str) -> None:
    async with post_office(database_url) as post:
        await post.crowd(8)
        await post.crowd(3, "zalo_bot")
        post.platforms["telegram"].refuse = [None, SendError(SendAction.ACCOUNT, "-221", "OA chưa được xác thực")]
        await post.announce()
        await post.beat(times=5)
        rows = await post.rows()
        assert [row.status for row in rows if row.channel == "telegram"].count("queued") == 7
        assert {row.reason for row in rows if row.status == "queued"} == {"account"}
        assert {row.attempts for row in rows if row.status == "queued"} == {0}
        assert sum(post.got("zalo_bot").values()) == 3
        account = next(each for each in await post.all_of(ChannelAccount) if each.channel == "telegram")
        assert (account.status, account.reason) == ("failing", "-221 OA chưa được xác thực")
        async with post.database.write() as session:
            await session.execute(sa.update(ChannelAccount).values(status="on", reason=""))
        await post.deliveries.dispatcher.sweep()
        await post.beat(times=2)
        assert sorted(post.got().values()) == [1] * 8


async def test_in_quiet_hours_only_what_is_exempt_goes_out(sqlite_database_url: str) -> None:
    async with post_office(sqlite_database_url, at=NIGHT) as post:
        await post.follows("mot")
        await post.announce("Tin thường")
        await post.announce("Bão", urgent=True, quiet_exempt=True)
        await post.beat(times=3)
        assert [part.text for _, part in post.platforms["telegram"].got if "Bão" in part.text]
        assert sum(post.got().values()) == 1
        await post.beat(seconds=9 * 3600, times=2)
        assert sum(post.got().values()) == 2


async def test_sending_stops_when_quiet_hours_begin_and_goes_on_in_the_morning(sqlite_database_url: str) -> None:
    async with post_office(sqlite_database_url, at=NIGHT - dt.timedelta(hours=1, seconds=2)) as post:
        await post.crowd(3)
        await post.announce()
        post.engine.forgets = True
        await post.beat()
        post.engine.forgets = False
        post.clock.pass_by(dt.timedelta(minutes=1))
        await post.deliveries.dispatcher.replay()
        await post.engine.idle()
        assert post.got() == {}
        assert {row.status for row in await post.rows()} == {"queued"}
        await post.beat(seconds=10 * 3600, times=2)
        assert len(post.got()) == 3


async def test_the_switch_stops_everything_and_everything_goes_on(sqlite_database_url: str) -> None:
    async with post_office(sqlite_database_url) as post:
        await post.crowd(3)
        post.switch(on=False)
        await post.announce()
        await post.beat(times=3)
        assert post.got() == {}
        post.switch(on=True)
        await post.beat(times=3)
        assert len(post.got()) == 3


async def test_the_switch_stops_in_the_middle(sqlite_database_url: str) -> None:
    async with post_office(sqlite_database_url) as post:
        await post.crowd(10)
        platform = post.platforms["telegram"]
        await post.announce()
        post.deliveries.sender._hold = lambda _: "" if len(platform.got) < 3 else "switch"
        await post.beat()
        assert len(platform.got) == 3
        post.deliveries.sender._hold = lambda _: ""
        await post.beat(times=2)
        assert sorted(post.got().values()) == [1] * 10


async def test_in_trial_mode_only_staff_and_guests_get_it_also_when_the_mode_changes_meanwhile(database_url: str) -> None:
    async with post_office(database_url) as post:
        await post.follows("can-bo", staff=True)
        await post.follows("khach", guest=True)
        await post.follows("dan")
        post.trial(on=True)
        first = await post.send("Tin thử")
        assert await post.states(first) == {"can-bo": "sent", "khach": "sent"}
        post.trial(on=False)
        second = await post.announce("Tin thật")
        post.engine.forgets = True
        await post.beat()
        post.trial(on=True)
        post.engine.forgets = False
        post.clock.pass_by(dt.timedelta(seconds=20))
        await post.deliveries.dispatcher.replay()
        await post.engine.idle()
        assert await post.states(second) == {"can-bo": "sent", "khach": "sent", "dan": "skipped:trial"}


async def test_an_urgent_text_goes_before_what_is_being_sent(sqlite_database_url: str) -> None:
    async with post_office(sqlite_database_url) as post:
        await post.crowd(60)
        await post.announce("Tin thường")
        await post.announce("Bão", urgent=True)
        await post.beat(times=3)
        texts = [part.text for _, part in post.platforms["telegram"].got]
        first_normal = next((number for number, text in enumerate(texts) if "Bão" not in text), len(texts))
        assert first_normal == 60
        await post.beat(times=3)
        assert len(post.platforms["telegram"].got) == 120
