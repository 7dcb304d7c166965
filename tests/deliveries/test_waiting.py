"""Who cannot be written to now: the window, the other channel they linked, the morning, the end of a text's sense."""

from __future__ import annotations

import datetime as dt

import pytest
import sqlalchemy as sa

from app.deliveries import reporting
from app.deliveries.models import Delivery
from app.messages import SendAction, SendError
from tests.deliveries.post_office import post_office

LONG_AGO = dt.timedelta(days=8)


@pytest.mark.parametrize(
    ("channel", "wrote", "state"),
    [
        ("zalo_oa", dt.timedelta(hours=1), "sent"),
        ("zalo_oa", dt.timedelta(days=6, hours=23), "sent"),
        ("zalo_oa", dt.timedelta(days=7, minutes=1), "waiting:window"),
        ("zalo_oa", None, "waiting:window"),
        ("telegram", dt.timedelta(days=300), "sent"),
        ("telegram", None, "sent"),
        ("zalo_bot", None, "sent"),
    ],
)
async def test_the_window_of_a_channel(sqlite_database_url: str, channel: str, wrote: dt.timedelta | None, state: str) -> None:
    async with post_office(sqlite_database_url) as post:
        await post.follows("ba-tu", channel=channel, wrote=wrote)
        await post.send()
        assert await post.states() == {"ba-tu": state}


async def test_who_writes_again_gets_what_waited_after_their_answer(database_url: str) -> None:
    async with post_office(database_url) as post:
        await post.follows("ba-tu", "ong-nam", channel="zalo_oa", wrote=LONG_AGO)
        announcement = await post.send()
        assert (await post.dispatch(announcement)).status == "done"
        await post.writes("ba-tu")
        await post.beat()
        assert post.got("zalo_oa") == {}  # their own answer comes first
        await post.beat(seconds=3, times=3)
        assert post.got("zalo_oa") == {"ba-tu": 1}
        assert await post.states() == {"ba-tu": "sent", "ong-nam": "waiting:window"}


async def test_who_wrote_while_no_process_looked_gets_it_too(database_url: str) -> None:
    async with post_office(database_url) as post:
        await post.follows("ba-tu", "ong-nam", channel="zalo_oa", wrote=LONG_AGO)
        await post.send()
        post.clock.pass_by(dt.timedelta(hours=1))
        await post.writes("ba-tu")
        async with post_office(database_url, at=post.clock()) as later:
            await later.deliveries.dispatcher.look_everywhere()
            await later.beat(times=2)
            assert later.got("zalo_oa") == {"ba-tu": 1}


async def test_a_platform_that_says_the_window_is_over_is_believed(sqlite_database_url: str) -> None:
    async with post_office(sqlite_database_url) as post:
        await post.follows("ba-tu", channel="zalo_oa")
        post.platforms["zalo_oa"].refuse = [SendError(SendAction.PERSON, "closed")]
        await post.send()
        assert await post.states() == {"ba-tu": "waiting:window"}


async def test_what_waits_expires_with_the_text(database_url: str) -> None:
    async with post_office(database_url) as post:
        await post.follows("ba-tu", channel="zalo_oa", wrote=LONG_AGO)
        await post.send()
        post.clock.pass_by(dt.timedelta(days=7, hours=1))
        await post.deliveries.dispatcher.look_everywhere()
        assert await post.states() == {"ba-tu": "skipped:expired"}
        await post.writes("ba-tu")
        await post.beat(seconds=20, times=3)
        assert post.got("zalo_oa") == {}


async def test_what_was_refused_at_night_goes_out_at_six(sqlite_database_url: str) -> None:
    night = dt.datetime(2026, 11, 23, 16, 0, tzinfo=dt.UTC)
    async with post_office(sqlite_database_url, at=night) as post:
        await post.follows("ba-tu", channel="zalo_oa")
        post.platforms["zalo_oa"].refuse = [SendError(SendAction.MORNING, "-234")]
        await post.send(urgent=True, quiet_exempt=True)
        [row] = await post.rows()
        assert (row.status, row.reason, row.due_at) == ("waiting", "morning", dt.datetime(2026, 11, 23, 23, 0, tzinfo=dt.UTC))
        for _ in range(2):
            post.clock.pass_by(dt.timedelta(hours=3, minutes=40))
            await post.deliveries.dispatcher.look_everywhere()
            await post.beat(times=2)
        assert post.got("zalo_oa") == {"ba-tu": 1}


# --- several channels of one person ------------------------------------------------------------------------------------


async def test_one_person_on_two_channels_gets_it_once_where_it_can_go_out(database_url: str) -> None:
    async with post_office(database_url) as post:
        await post.follows("z", channel="zalo_oa", key="ba-tu", wrote=LONG_AGO)
        await post.follows("t", channel="telegram", key="ba-tu", wrote=dt.timedelta(days=30))
        await post.send()
        assert post.got("telegram") == {"t": 1}
        assert post.got("zalo_oa") == {}
        assert await post.states() == {"z": "skipped:other_channel", "t": "sent"}
        await post.writes("z")
        await post.beat(seconds=20, times=3)
        assert post.got("zalo_oa") == {}


@pytest.mark.parametrize(
    "error", [SendError(SendAction.PERSON, "403"), SendError(SendAction.REJECTED, "-201"), SendError(SendAction.PERSON, "closed")]
)
async def test_who_cannot_be_reached_here_is_reached_where_they_linked(database_url: str, error: SendError) -> None:
    async with post_office(database_url) as post:
        await post.follows("z", channel="zalo_oa", key="ba-tu")
        await post.follows("t", channel="telegram", key="ba-tu", wrote=dt.timedelta(days=3))
        post.platforms["zalo_oa"].refuse = [error]
        await post.send()
        assert (post.got("zalo_oa"), post.got("telegram")) == ({}, {"t": 1})
        assert (await post.states())["t"] == "sent"
        assert (await post.states())["z"].endswith(":other_channel")


async def test_a_message_that_may_have_arrived_is_not_sent_elsewhere(sqlite_database_url: str) -> None:
    async with post_office(sqlite_database_url) as post:
        await post.follows("z", channel="zalo_oa", key="ba-tu")
        await post.follows("t", channel="telegram", key="ba-tu", wrote=dt.timedelta(days=3))
        post.platforms["zalo_oa"].refuse = [SendError(SendAction.UNKNOWN, "timeout")]
        await post.send()
        assert await post.states() == {"z": "unknown:no_answer"}
        assert post.got("telegram") == {}


async def test_when_no_channel_takes_it_nobody_runs_in_circles(sqlite_database_url: str) -> None:
    async with post_office(sqlite_database_url) as post:
        for channel in ("zalo_oa", "zalo_bot", "telegram"):
            await post.follows(channel, channel=channel, key="ba-tu")
            post.platforms[channel].refuse = [SendError(SendAction.PERSON, "403")] * 9
        await post.send()
        await post.beat(times=5)
        assert sorted((await post.states()).values()) == ["skipped:blocked", "skipped:other_channel", "skipped:other_channel"]


async def test_a_channel_that_is_not_connected(sqlite_database_url: str) -> None:
    async with post_office(sqlite_database_url, channels=("telegram",)) as post:
        await post.follows("z", channel="zalo_oa")
        await post.follows("zz", channel="zalo_oa", key="hai")
        await post.follows("tt", channel="telegram", key="hai", wrote=dt.timedelta(days=2))
        await post.send()
        assert await post.states() == {"z": "skipped:no_account", "zz": "skipped:other_channel", "tt": "sent"}


async def test_an_account_of_another_platform_never_gets_somebodys_message(database_url: str) -> None:
    async with post_office(database_url) as post:
        telegram = post.account("telegram")
        await post.follows("z", channel="zalo_oa", account_id=post.account("zalo_oa").id)
        await post.follows("t", channel="telegram", account_id=telegram.id)
        await post.follows("moi", channel="telegram")
        await post.send()
        assert {row.person: row.account_id == telegram.id for row in await post.rows()} == {"z": False, "t": True, "moi": True}


async def test_who_links_a_channel_later_gets_there_what_waited(database_url: str) -> None:
    async with post_office(database_url) as post:
        await post.follows("z", channel="zalo_oa", key="ba-tu", wrote=LONG_AGO)
        await post.follows("zz", channel="zalo_oa", key="ong-nam", wrote=LONG_AGO)
        await post.send()
        assert await post.states() == {"z": "waiting:window", "zz": "waiting:window"}
        await post.links("t", key="ba-tu")
        await post.deliveries.dispatcher.look_everywhere()
        await post.beat(times=2)
        assert await post.states() == {"z": "skipped:other_channel", "zz": "waiting:window", "t": "sent"}
        await post.writes("z")
        await post.beat(seconds=20, times=3)
        assert (post.got("telegram"), post.got("zalo_oa")) == ({"t": 1}, {})


async def test_who_blocked_us_here_and_was_silent_there_gets_it_when_they_write_there(database_url: str) -> None:
    async with post_office(database_url) as post:
        await post.follows("t", key="ba-tu")
        await post.links("z", channel="zalo_oa", key="ba-tu")
        async with post.database.write() as session:
            await session.execute(sa.text("update conversations set reachable = false where person = 't'"))
        await post.send()
        assert await post.states() == {"t": "skipped:other_channel", "z": "waiting:window"}


# --- what is followed no more ------------------------------------------------------------------------------------------


async def test_what_waited_is_not_sent_to_who_follows_the_topic_no_more(database_url: str) -> None:
    """They still follow something else, so they are still subscribers."""
    async with post_office(database_url) as post:
        for person in ("thoi", "con"):
            await post.follows(person, channel="zalo_oa", wrote=LONG_AGO)
        await post.send()
        await post.unfollows("thoi", instead="dien-nuoc")
        for person in ("thoi", "con"):
            await post.writes(person)
        await post.beat(seconds=20, times=3)
        assert await post.states() == {"thoi": "skipped:unfollowed", "con": "sent"}
        assert post.got("zalo_oa") == {"con": 1}


async def test_urgent_news_and_corrections_ask_for_no_topic(database_url: str) -> None:
    async with post_office(database_url) as post:
        await post.follows("khac", topic="dien-nuoc")
        await post.send("Bão", urgent=True)
        assert post.got() == {"khac": 1}
        await post.follows("ba-tu")
        first = await post.send("Tiêm ngày 5")
        await post.unfollows("ba-tu", instead="dien-nuoc")
        await post.send("Tiêm ngày 6", kind="correction", root_id=first)
        assert post.got() == {"khac": 1, "ba-tu": 2}


async def test_who_left_this_channel_just_now_gets_it_where_they_still_follow(database_url: str) -> None:
    async with post_office(database_url) as post:
        await post.follows("z", channel="zalo_oa", key="hai", wrote=dt.timedelta(minutes=1))
        await post.follows("t", channel="telegram", key="hai", wrote=dt.timedelta(days=9))
        await post.follows("zz", channel="zalo_oa", key="mot")
        await post.links("tt", key="mot")
        await post.announce()
        post.engine.forgets = True
        await post.beat()
        post.engine.forgets = False
        async with post.database.write() as session:
            await session.execute(sa.text("update subscribers set left_at = consent_at where channel = 'zalo_oa'"))
        post.clock.pass_by(dt.timedelta(seconds=11))
        await post.deliveries.dispatcher.replay()
        await post.engine.idle()
        await post.beat(times=2)
        assert (post.got("zalo_oa"), post.got("telegram")) == ({}, {"t": 1})
        assert (await post.states())["tt"] == "skipped:unfollowed"


# --- corrections, withdrawals -------------------------------------------------------------------------------------------


async def test_a_correction_reaches_who_got_or_may_have_got_the_first_and_replaces_what_waits(database_url: str) -> None:
    async with post_office(database_url) as post:
        await post.follows("duoc", "chua-ro", "chan")
        await post.follows("ngoai-han", channel="zalo_oa", wrote=LONG_AGO)
        post.platforms["telegram"].refuse = [None, SendError(SendAction.UNKNOWN, "timeout"), SendError(SendAction.PERSON, "403")]
        first = await post.send("Tiêm ngày 5")
        await post.follows("den-sau")
        second = await post.send("Tiêm ngày 6", kind="correction", root_id=first)
        assert await post.states(first) == {
            "duoc": "sent",
            "chua-ro": "unknown:no_answer",
            "chan": "skipped:blocked",
            "ngoai-han": "skipped:replaced",
        }
        assert await post.states(second) == {"duoc": "sent", "chua-ro": "sent", "ngoai-han": "waiting:window"}
        assert [part.text for to, part in post.platforms["telegram"].got if to == "duoc"][1].count("ngày 6")
        third = await post.send("Tiêm ngày 7", kind="correction", root_id=first)
        assert await post.states(third) == {"duoc": "sent", "chua-ro": "sent", "ngoai-han": "waiting:window"}
        await post.writes("ngoai-han")
        await post.beat(seconds=20, times=2)
        assert post.got("zalo_oa") == {"ngoai-han": 1}


async def test_a_withdrawal_stops_the_rest_and_goes_to_who_has_it(database_url: str) -> None:
    async with post_office(database_url) as post:
        await post.crowd(6)
        await post.follows("ngoai-han", channel="zalo_oa", wrote=LONG_AGO)
        platform = post.platforms["telegram"]
        first = await post.announce("Tin nhầm")
        post.deliveries.sender._hold = lambda _: "" if len(platform.got) < 2 else "switch"
        await post.beat()
        post.deliveries.sender._hold = lambda _: ""
        second = await post.announce("Tin nhầm", kind="withdrawal", root_id=first)
        await post.beat(times=4)
        states = await post.states(first)
        assert sorted(states.values()) == ["sent"] * 2 + ["skipped:withdrawn"] * 5
        assert set(await post.states(second)) == {person for person, state in states.items() if state == "sent"}
        assert sorted(post.got().values()) == [2, 2]


async def test_withdrawn_in_the_console_the_next_message_is_not_sent(database_url: str) -> None:
    """Not after the next beat of a pulse: the claim of each message asks the database."""
    async with post_office(database_url) as post:
        await post.crowd(6)
        announcement = await post.announce()
        platform = post.platforms["telegram"]
        sent = platform.got

        async def withdraw() -> None:
            async with post.database.write() as session:
                await session.execute(sa.text("update announcements set status = 'withdrawn'"))

        original = post.deliveries.sender._send

        async def send(work: object, row: object) -> object:
            outcome = await original(work, row)  # type: ignore[arg-type]
            if len(sent) == 2:
                await withdraw()
            return outcome

        post.deliveries.sender._send = send  # type: ignore[assignment,method-assign]
        await post.beat()
        assert len(sent) == 2
        await post.beat(times=2)
        assert sorted((await post.states(announcement)).values()) == ["sent"] * 2 + ["skipped:withdrawn"] * 4


# --- trying again, forgetting -------------------------------------------------------------------------------------------


async def test_an_official_tries_again_what_surely_did_not_arrive_and_nothing_else(database_url: str) -> None:
    async with post_office(database_url) as post:
        await post.follows("hong", "chan", "chua-ro", "duoc")
        post.platforms["telegram"].refuse = [
            SendError(SendAction.REJECTED, "400"),
            SendError(SendAction.PERSON, "403"),
            SendError(SendAction.UNKNOWN, "timeout"),
        ]
        announcement = await post.send()
        dispatch = await post.dispatch(announcement)
        async with post.database.write() as session:
            assert await reporting.count_retried(session, dispatch.id) == 2
            assert await reporting.retry(session, dispatch.id, post.clock()) == 2
        await post.beat(times=2)
        assert await post.states() == {"hong": "sent", "chan": "sent", "chua-ro": "unknown:no_answer", "duoc": "sent"}
        assert sorted(post.got().values()) == [1, 1, 1]
        assert (await post.dispatch(announcement)).status == "done"


async def test_trying_again_does_not_bring_a_stopped_text_back(database_url: str) -> None:
    async with post_office(database_url) as post:
        await post.follows("hong")
        post.platforms["telegram"].refuse = [SendError(SendAction.REJECTED, "400")]
        announcement = await post.send()
        dispatch = await post.dispatch(announcement)
        async with post.database.write() as session:  # replaced between the official's page and the official's click
            await session.execute(sa.text("update dispatches set status = 'stopped', reason = 'replaced'"))
            await reporting.retry(session, dispatch.id, post.clock())
        await post.beat(times=2)
        assert (await post.dispatch(announcement)).status == "stopped"
        assert post.got() == {}


async def test_a_person_who_erases_their_data_stays_as_a_number(database_url: str) -> None:
    async with post_office(database_url) as post:
        await post.follows("ba-tu", "ong-nam")
        await post.follows("ngoai-han", channel="zalo_oa", wrote=LONG_AGO)
        await post.send()
        async with post.database.write() as session:
            await reporting.forget_person(session, 1, "telegram", "ba-tu")
            await reporting.forget_person(session, 1, "zalo_oa", "ngoai-han")
            await reporting.forget_person(session, 2, "telegram", "ong-nam")
        rows = await post.rows()
        assert sorted((row.person, row.status, row.reason) for row in rows) == [
            ("", "sent", ""),
            ("", "skipped", "erased"),
            ("ong-nam", "sent", ""),
        ]
        assert {row.subscriber_id is None for row in rows if not row.person} == {True}


async def test_after_the_time_of_keeping_only_counts_are_left(database_url: str) -> None:
    async with post_office(database_url) as post:
        await post.crowd(4)
        announcement = await post.send()
        post.clock.pass_by(dt.timedelta(days=181))
        await post.deliveries.dispatcher.purge()
        assert await post.all_of(Delivery) == []
        assert (await post.dispatch(announcement)).summary == [["telegram", "sent", "", 4]]
