"""What a crash leaves behind is found: rows in doubt, chunks that no engine knows, runners that were only thought dead."""

from __future__ import annotations

import asyncio
import datetime as dt
from dataclasses import replace
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import OperationalError

from app.deliveries import repository, sender
from app.deliveries.models import Chunk, Delivery, Executor, Status
from app.messages import Part
from tests.deliveries.post_office import Post, post_office


class Crash(BaseException):
    """The process is gone: nothing of ours runs after it."""


async def _die_while_sending(post: Post, person: str, *, arrived: bool = True) -> None:
    """The process dies when the platform has (or has not yet) got this person's message."""
    original = post.deliveries.sender._send

    async def send(work: Any, row: Any) -> Any:
        if row.person == person:
            if arrived:
                await original(work, row)
            raise Crash
        return await original(work, row)

    post.deliveries.sender._send = send  # type: ignore[method-assign]
    post.engine.breaks = True
    await post.beat()
    post.engine.breaks = False
    post.deliveries.sender._send = original  # type: ignore[method-assign]


async def _start_again(post: Post) -> None:
    """As after a restart: the engine runs again what was not finished."""
    for work, task in list(post.engine.works.items()):
        if task is not None and task.done() and not task.cancelled() and task.exception() is not None:
            post.engine.works[work] = None
    for chunk in await post.all_of(Chunk):
        if chunk.finished_at is None:
            await post.engine.enqueue(chunk.work, chunk.id, f"account-{chunk.account_id}")
    await post.engine.idle()


async def test_a_crash_repeats_at_most_the_one_that_was_just_sent(database_url: str) -> None:
    async with post_office(database_url) as post:
        await post.follows("1", "2", "3", "4", "5")
        await post.announce()
        await _die_while_sending(post, "3")
        assert post.got() == {"1": 1, "2": 1, "3": 1}
        await _start_again(post)
        assert post.got() == {"1": 1, "2": 1, "3": 2, "4": 1, "5": 1}
        assert {row.crashes for row in await post.rows() if row.person == "3"} == {1}
        assert set((await post.states()).values()) == {"sent"}


async def test_a_claimed_message_that_was_not_sent_arrives_once(database_url: str) -> None:
    async with post_office(database_url) as post:
        await post.follows("1", "2", "3")
        await post.announce()
        await _die_while_sending(post, "2", arrived=False)
        await _start_again(post)
        assert post.got() == {"1": 1, "2": 1, "3": 1}


async def test_what_met_two_crashes_is_unknown_and_stays_so(database_url: str) -> None:
    async with post_office(database_url) as post:
        await post.follows("1", "2", "3")
        announcement = await post.announce()
        await _die_while_sending(post, "2")
        original = post.deliveries.sender._send

        async def send(work: Any, row: Any) -> Any:
            if row.person == "2":
                raise Crash
            return await original(work, row)

        post.deliveries.sender._send = send  # type: ignore[method-assign]
        post.engine.breaks = True
        await _start_again(post)
        post.engine.breaks = False
        post.deliveries.sender._send = original  # type: ignore[method-assign]
        await _start_again(post)
        assert await post.states() == {"1": "sent", "2": "unknown:interrupted", "3": "sent"}
        assert post.got() == {"1": 1, "2": 1, "3": 1}
        await post.beat(seconds=60, times=3)
        assert post.got()["2"] == 1
        assert (await post.dispatch(announcement)).status == "done"


async def test_of_a_long_text_only_the_part_in_doubt_is_repeated(sqlite_database_url: str) -> None:
    async with post_office(sqlite_database_url, channels=("telegram",)) as post:
        await post.follows("1")
        await post.announce(
            content={"title": "Dài", "what": "Việc cần biết. " * 40, "body": "", "do": "Câu dài hơn nữa. " * 38, "bring": "Giấy tờ. " * 40}
        )
        channel = post.account("telegram").channel
        channel.capabilities = replace(channel.capabilities, text_limit=700)
        original, sent = channel.send, []

        async def send(person: str, part: Part, picture: bytes | None = None) -> str:
            sent.append(part.text)
            if len(sent) == 2:
                raise Crash
            return await original(person, part, picture)

        channel.send = send  # type: ignore[method-assign]
        post.engine.breaks = True
        await post.beat()
        post.engine.breaks = False
        await _start_again(post)
        assert len(sent) >= 3
        assert sent[1] == sent[2], "the part that was on its way goes again"
        assert sent.count(sent[0]) == 1, "the one before does not"
        assert set((await post.states()).values()) == {"sent"}


async def test_a_chunk_that_was_never_given_to_the_engine_is_found(database_url: str) -> None:
    async with post_office(database_url) as post:
        await post.crowd(5)
        await post.announce()
        post.engine.forgets = True
        await post.beat()
        post.engine.forgets = False
        await post.deliveries.dispatcher.replay()
        await post.engine.idle()
        assert post.got() == {}, "it may just be on its way to the engine"
        post.clock.pass_by(dt.timedelta(seconds=11))
        await post.deliveries.dispatcher.replay()
        await post.engine.idle()
        assert len(post.got()) == 5


async def test_a_chunk_that_the_engine_gave_up_is_taken_back(database_url: str) -> None:
    async with post_office(database_url) as post:
        await post.follows("1", "2", "3")
        await post.announce()
        await _die_while_sending(post, "2")
        post.clock.pass_by(dt.timedelta(seconds=11))
        await post.deliveries.dispatcher.replay()
        await post.beat(times=2)
        assert set((await post.states()).values()) == {"sent"}
        assert post.got() == {"1": 1, "2": 2, "3": 1}


async def test_a_runner_that_was_only_thought_dead_stops_and_nobody_gets_it_twice(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Process one hangs in the middle of a message; another takes its chunk over; then the first goes on."""
    monkeypatch.setattr(sender, "AFTERTHOUGHT", 0.3)
    async with post_office(database_url, executor_id="one") as one, post_office(database_url, executor_id="two") as two:
        await one.follows("1", "2", "3", "4", "5", "6")
        await one.announce()
        hangs, goes_on = asyncio.Event(), asyncio.Event()
        original = one.deliveries.sender._send

        async def send(work: Any, row: Any) -> Any:
            outcome = await original(work, row)
            if row.person == "2":
                hangs.set()
                await goes_on.wait()
            return outcome

        one.deliveries.sender._send = send  # type: ignore[method-assign]
        beating = asyncio.create_task(one.beat())
        await hangs.wait()
        [chunk] = await one.all_of(Chunk)
        taking_over = asyncio.create_task(two.deliveries.sender.run(chunk.id))
        async with asyncio.timeout(10):
            while sum(two.got().values()) < 4:
                await asyncio.sleep(0.01)
        goes_on.set()
        await asyncio.gather(beating, taking_over)
        assert one.got() + two.got() == dict.fromkeys("123456", 1)
        assert two.got().keys() == set("3456"), "the first one sent no more after it was fenced off"
        assert set((await one.states()).values()) == {"sent"}


async def test_a_database_that_is_away_for_a_moment_makes_nobody_get_it_twice(
    sqlite_database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sender, "DATABASE_PAUSE", 0.01)
    async with post_office(sqlite_database_url) as post:
        await post.follows("1", "2", "3")
        original, away = repository.mark, [3]

        async def mark(*arguments: Any, **values: Any) -> bool:
            if away[0] and post.got().get("2"):
                away[0] -= 1
                raise OperationalError("update", {}, Exception("the server closed the connection"))
            return await original(*arguments, **values)

        monkeypatch.setattr(repository, "mark", mark)
        await post.send()
        assert away == [0]
        assert post.got() == {"1": 1, "2": 1, "3": 1}


async def test_a_fault_of_ours_with_one_message_is_unknown_and_the_others_go_on(sqlite_database_url: str) -> None:
    async with post_office(sqlite_database_url, channels=("telegram",)) as post:
        await post.follows("1", "2", "3")
        channel = post.account("telegram").channel
        original = channel.send

        async def send(person: str, part: Part, picture: bytes | None = None) -> str:
            if person == "2":
                raise KeyError("a bug")
            return await original(person, part, picture)

        channel.send = send  # type: ignore[method-assign]
        await post.send()
        assert await post.states() == {"1": "sent", "2": "unknown:crashed", "3": "sent"}


async def test_an_announcement_that_cannot_be_made_holds_up_no_other(sqlite_database_url: str) -> None:
    async with post_office(sqlite_database_url) as post:
        await post.follows("1")
        broken = await post.announce(content={"title": 5, "no such field": True})
        good = await post.send("Tin tốt")
        assert await post.states(good) == {"1": "sent"}
        assert await post.states(broken) == {}


async def test_when_told_to_stop_what_is_on_its_way_arrives_and_the_rest_waits(sqlite_database_url: str) -> None:
    async with post_office(sqlite_database_url, channels=("telegram",)) as post:
        await post.crowd(50)
        post.platforms["telegram"].delay = 0.01
        await post.announce()
        beating = asyncio.create_task(post.beat())
        async with asyncio.timeout(10):
            while len(post.platforms["telegram"].got) < 5:
                await asyncio.sleep(0.005)
        await post.deliveries.sender.stop()
        sent = len(post.platforms["telegram"].got)
        await beating
        states = [row.status for row in await post.rows()]
        assert (states.count("sent"), states.count("queued")) == (sent, 50 - sent)
        assert sent < 50


async def test_processes_that_say_nothing_are_found_and_forgotten(database_url: str) -> None:
    async with post_office(database_url, executor_id="one") as one, post_office(database_url, executor_id="two") as two:
        adopted: list[list[str]] = []

        async def adopt(executors: Any) -> int:
            adopted.append(list(executors))
            return 0

        two.engine.adopt = adopt  # type: ignore[method-assign]
        await one.deliveries.dispatcher.heartbeat()
        await two.deliveries.dispatcher.heartbeat()
        await two.deliveries.dispatcher.sweep()
        two.clock.pass_by(dt.timedelta(seconds=20))
        await two.deliveries.dispatcher.heartbeat()
        await two.deliveries.dispatcher.sweep()
        assert adopted == [[], ["one"]]
        two.clock.pass_by(dt.timedelta(days=2))
        await two.deliveries.dispatcher.heartbeat()
        await two.deliveries.dispatcher.purge()
        await two.deliveries.dispatcher.sweep()
        assert adopted[-1] == ["one"], "however long it is away, nobody forgets it before its work is taken over"
        assert [executor.id for executor in await two.all_of(Executor)] == ["two"]


async def test_what_was_just_being_sent_is_not_lost_when_the_rest_has_to_wait(database_url: str) -> None:
    """A crash in the evening, a restart in the quiet hours: the chunk is closed before its row in doubt has its turn."""
    async with post_office(database_url) as post:
        await post.follows("1", "2", "3")
        announcement = await post.announce()
        await _die_while_sending(post, "2", arrived=False)
        post.switch(on=False)
        await _start_again(post)
        assert await post.states() == {"1": "sent", "2": "queued", "3": "queued"}
        post.switch(on=True)
        await post.beat(times=2)
        assert post.got() == {"1": 1, "2": 1, "3": 1}
        assert (await post.dispatch(announcement)).status == "done"


async def test_a_chunk_that_is_taken_up_too_late_sends_nothing(database_url: str) -> None:
    """The server was off for longer than the text makes sense."""
    async with post_office(database_url) as post:
        await post.follows("1", "2", "3")
        await post.announce()
        await _die_while_sending(post, "2")
        post.clock.pass_by(dt.timedelta(days=8))
        await _start_again(post)
        await post.deliveries.dispatcher.look_everywhere()
        assert await post.states() == {"1": "sent", "2": "unknown:interrupted", "3": "failed:expired"}
        assert post.got() == {"1": 1, "2": 1}


async def test_an_old_mark_never_overwrites_a_newer_state(sqlite_database_url: str) -> None:
    async with post_office(sqlite_database_url) as post:
        await post.follows("1")
        await post.send()
        [row] = await post.rows()
        async with post.database.write() as session:
            assert not await repository.mark(session, row.id, row.attempts, Status.SENDING, status="failed")
            assert not await repository.mark(session, row.id, row.attempts - 1, Status.SENT, status="failed")
        assert await post.states() == {"1": "sent"}
        async with post.database.read() as session:
            assert await session.scalar(sa.select(sa.func.count()).select_from(Delivery)) == 1
