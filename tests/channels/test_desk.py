"""The desk, on both databases: recorded once, answered in order, sent once, and nothing lost on the way."""

from __future__ import annotations

import asyncio
import datetime as dt

import pytest
import sqlalchemy as sa

from app.assistant.models import Answer, Conversation
from app.channels.accounts import set_status
from app.channels.models import AccountStatus, ChannelMessage, MessageStatus, Mode
from app.errors import TooMany
from app.messages import MessageKind, SendAction, SendError, UpdateKind
from tests.channels.office import Office, Platform, office, update


async def test_a_message_is_answered_and_its_words_are_kept_only_masked(database_url: str) -> None:
    async with office(database_url) as at:
        await at.send("làm giấy khai sinh cho con, số em 0905123456", "1")
        [row] = await at.until_status("sent")
        assert "Giấy chứng sinh" in at.platform.texts()[0]
        assert "số điện thoại" in at.platform.texts()[0], "the citizen is told that a number was hidden"
        assert row.content == {}
        async with at.database.read() as session:
            [answer] = (await session.execute(sa.select(Answer))).scalars()
        assert "0905123456" not in answer.masked_text


async def test_what_waits_is_stored_masked(database_url: str) -> None:
    async with office(database_url, start=False) as at:
        await at.send("cccd 048099001234 của em sao r", "1")
        [row] = await at.rows()
        assert row.content["text"] == "cccd [số căn cước] của em sao r"


async def test_a_repeat_changes_nothing(database_url: str) -> None:
    async with office(database_url) as at:
        for _ in range(3):
            await at.send("đăng ký kết hôn", "1")
        await asyncio.gather(*(at.send("đăng ký kết hôn", "1") for _ in range(5)))
        await at.until_status("sent")
        await at.send("đăng ký kết hôn", "1")
        await at.send("giấy độc thân", "2", person="ong-nam")
        await at.until_status("sent", "sent")
        assert len(at.platform.texts()) == 1


async def test_one_persons_messages_are_answered_in_order(database_url: str) -> None:
    async with office(database_url, Platform(delay=0.02)) as at:
        await at.desk.accept(
            at.account, [update("đăng ký kết hôn", "1"), update("phí bao nhiêu", "2"), update("à không, ý là khai tử cơ", "3")]
        )
        await at.until_status("sent", "sent", "sent")
        first, second, third = at.platform.texts()
        assert "Đăng ký kết hôn" in first
        assert "Phí" in second
        assert "Giấy tờ" not in second
        assert "Khai tử" in third or "khai tử" in third


async def test_many_people_at_once(database_url: str) -> None:
    async with office(database_url) as at:
        await asyncio.gather(*(at.send("đăng ký kết hôn", f"{n}", person=f"p{n}") for n in range(40)))
        await at.until_status(*["sent"] * 40)
        assert all(len(at.platform.texts(f"p{n}")) == 1 for n in range(40))


# --- what platforms refuse -------------------------------------------------------------------------------------------


async def test_surely_not_delivered_is_sent_again(database_url: str) -> None:
    async with office(database_url, Platform(refuse=[SendError(SendAction.RETRY, "429", retry_after=0.1)])) as at:
        await at.send("đăng ký kết hôn", "1")
        await at.until_status("sent")
        assert len(at.platform.texts()) == 1


async def test_perhaps_delivered_is_never_sent_again(database_url: str) -> None:
    async with office(database_url, Platform(refuse=[SendError(SendAction.UNKNOWN, "-200")]), channel_lease=0.3) as at:
        await at.send("đăng ký kết hôn", "1")
        [row] = await at.until_status("unknown")
        assert row.reason == "-200"
        await asyncio.sleep(1.5)
        assert at.platform.texts() == []
        await at.send("phí bao nhiêu", "2")  # it holds nothing up
        await at.until_status("unknown", "sent")


async def test_who_cannot_be_reached_is_remembered_until_they_write_again(database_url: str) -> None:
    async with office(database_url, Platform(refuse=[SendError(SendAction.PERSON, "403")])) as at:
        await at.send("đăng ký kết hôn", "1")
        await at.until_status("skipped")
        assert await _reachable(at) == [False]
        await at.send("đăng ký kết hôn", "2")
        await at.until_status("skipped", "sent")
        assert await _reachable(at) == [True]


async def test_our_own_mistake_is_told_in_the_row(database_url: str) -> None:
    async with office(database_url, Platform(refuse=[SendError(SendAction.REJECTED, "-210", "too long")])) as at:
        await at.send("đăng ký kết hôn", "1")
        [row] = await at.until_status("failed")
        assert row.reason == "-210"


async def test_a_refused_account_waits_and_says_so(database_url: str) -> None:
    async with office(database_url, Platform(refuse=[SendError(SendAction.ACCOUNT, "-204", "OA đã khóa")])) as at:
        await at.send("đăng ký kết hôn", "1")
        [row] = await at.until_status("answered")
        while row.worker is not None:
            await asyncio.sleep(0.01)
            [row] = await at.rows()
        assert row.due_at > dt.datetime.now(dt.UTC) + dt.timedelta(minutes=5)
        status, reason = await _account(at)
        assert (status, reason) == ("failing", "-204 OA đã khóa")
        await at.send("đăng ký kết hôn", "2", person="ong-nam")
        await at.until_status("answered", "sent")
        assert await _account(at) == ("on", "")


async def test_a_silent_platform_is_not_asked_on_and_on(database_url: str) -> None:
    refuse: list[SendError | None] = [SendError(SendAction.RETRY, "connect", retry_after=0) for _ in range(5)]
    async with office(database_url, Platform(refuse=refuse)) as at:
        for n in range(12):
            await at.send("đăng ký kết hôn", f"{n}", person=f"p{n}")
        await at.until(lambda: not at.platform.refuse)
        await at.until_status(*["sent"] * 12, patience=30)
        assert all(len(at.platform.texts(f"p{n}")) == 1 for n in range(12))


# --- other updates -----------------------------------------------------------------------------------------------------


async def test_opening_the_chat_greets_once(database_url: str) -> None:
    async with office(database_url) as at:
        await at.send("", "f", message=MessageKind.START)
        await at.until_status("sent")
        await at.send("", "c", message=MessageKind.START)
        await at.until_status("sent", "skipped")
        [greeting] = at.platform.texts()
        assert "chào bạn" in greeting


async def test_a_pressed_choice_is_that_of_its_own_answer(database_url: str) -> None:
    async with office(database_url) as at:
        await at.send("khai sinh cho con", "1")
        [row] = await at.until_status("sent")
        await at.send("đăng ký kết hôn", "2")
        await at.until_status("sent", "sent")
        await at.send("", "3", kind=UpdateKind.PRESS, answer_id=row.answer_id, number=2)
        await at.until_status("sent", "sent", "sent")
        assert "quá 60 ngày" in at.platform.texts()[-1]


async def test_a_press_under_a_forgotten_answer_is_a_number(database_url: str) -> None:
    async with office(database_url) as at:
        await at.send("", "1", kind=UpdateKind.PRESS, answer_id="0" * 32, number=2)
        await at.until_status("sent")
        assert at.platform.texts()


async def test_feedback_is_written_to_the_answer_and_thanked_for(database_url: str) -> None:
    async with office(database_url) as at:
        await at.send("đăng ký kết hôn", "1")
        [row] = await at.until_status("sent")
        await at.send("", "2", kind=UpdateKind.FEEDBACK, answer_id=row.answer_id, number=1)
        await at.until_status("sent", "skipped")
        await at.until(lambda: len(at.platform.got) == 2)
        assert "Cảm ơn" in at.platform.texts()[1]
        async with at.database.read() as session:
            assert (await session.execute(sa.select(Answer.feedback))).scalars().all() == ["good"]
        await at.send("", "3", person="nguoi-la", kind=UpdateKind.FEEDBACK, answer_id=row.answer_id, number=0)
        await at.until_status("sent", "skipped", "skipped")
        assert at.platform.texts("nguoi-la") == []


async def test_who_left_is_not_written_to(database_url: str) -> None:
    async with office(database_url) as at:
        await at.send("nhận tin", "0")
        await at.until_status("sent")
        at.platform.got.clear()
        await at.send("", "1", kind=UpdateKind.BLOCKED)
        await at.until_status("sent", "skipped")
        assert await _reachable(at) == [False]
        async with at.database.read() as session:
            assert await session.scalar(sa.text("select count(*) from subscribers where left_at is not null")) == 1
        assert at.platform.got == []


@pytest.mark.parametrize("by_platform", [True, False], ids=["on the platform", "by a message"])
async def test_erasure_leaves_nothing_that_names_the_person(database_url: str, *, by_platform: bool) -> None:
    async with office(database_url) as at:
        for number, text in enumerate(("đăng ký kết hôn", "nhận tin tiêm chủng", "liên kết")):
            await at.send(text, f"{number}")
        await at.until_status("sent", "sent", "sent")
        assert len(await _trace(at)) == 4
        if by_platform:
            await at.send("", "3", kind=UpdateKind.ERASE)
        else:
            await at.send("xóa dữ liệu của tôi", "3")
            await at.until_status("sent", "sent", "sent", "sent")
            assert len(await _trace(at)) == 4
            await at.send("xóa", "4")
        async with asyncio.timeout(20):
            while await _trace(at):
                await asyncio.sleep(0.05)


async def test_too_fast_is_told_once_and_nobody_else_waits(database_url: str) -> None:
    async with office(database_url, messages_per_minute=2) as at:
        for n in range(6):
            await at.send("đăng ký kết hôn", f"{n}")
        await at.send("đăng ký kết hôn", "x", person="ong-nam")
        await at.until_status(*["sent"] * 2, *["skipped"] * 4, "sent")
        await at.until(lambda: len(at.platform.texts()) == 3)
        assert at.platform.texts().count(TooMany.message) == 1


async def test_inline_search_is_answered_and_not_recorded(database_url: str) -> None:
    async with office(database_url) as at:
        search = update("ket hon", "s", kind=UpdateKind.SEARCH, receipt="q1")
        await at.desk.accept(at.account, [search])
        await at.until(lambda: bool(at.platform.shown))
        assert at.platform.shown[0][0].id == "1.000894"
        assert await at.rows() == []


async def test_polled_messages_take_the_same_way(database_url: str) -> None:
    async with office(database_url, mode=Mode.POLLING) as at:
        await at.platform.polled.put([update("đăng ký kết hôn", "1")])
        await at.until_status("sent")
        assert len(at.platform.texts()) == 1


# --- two desks, and desks that die --------------------------------------------------------------------------------------


async def test_what_a_dead_desk_left_is_sent_by_the_next(database_url: str) -> None:
    """Answered, but its sender died: found when the lease is over, on SQLite at once."""
    async with office(database_url, channel_lease=0.5) as at:
        await at.send("đăng ký kết hôn", "1")
        await at.until_status("sent")
        async with at.database.write() as session:
            due = dt.datetime.now(dt.UTC) + dt.timedelta(seconds=0.5)
            await session.execute(sa.update(ChannelMessage).values(status="answered", worker="dead", parts_sent=0, due_at=due))
        await at.until_status("sent")
        assert len(at.platform.texts()) == 2


async def test_what_is_on_its_way_when_an_account_is_opened_anew_is_sent_once(database_url: str) -> None:
    """The keeper changes something while the old channel is slow: the old one finishes, the new one does not send it too."""
    async with office(database_url, Platform(delay=2.5), channel_lease=0.6) as at:
        await at.send("đăng ký kết hôn", "1")
        await at.until_status("answered")
        await set_status(at.database, at.account.id, AccountStatus.ON)  # as every command of the keeper does
        await at.desk._follow_accounts()
        at.platform.delay = 0.0
        await at.send("giấy độc thân", "2", person="ong-nam")
        await at.until_status("sent", "sent")
        await asyncio.sleep(2.5)  # until the slow one, too, has arrived
        assert len(at.platform.texts()) == 1


async def test_parts_that_arrived_are_not_sent_again(database_url: str) -> None:
    async with office(database_url, channel_lease=0.3) as at:
        await at.send("đăng ký kết hôn", "1")
        await at.until_status("sent")
        before = len(at.platform.got)
        async with at.database.write() as session:
            now = dt.datetime.now(dt.UTC)
            await session.execute(sa.update(ChannelMessage).values(status="answered", worker="dead", parts_sent=before, due_at=now))
        await at.until_status("sent")
        assert len(at.platform.got) == before


async def test_a_desk_that_is_woken_while_it_is_stopped_stops(database_url: str) -> None:
    """`asyncio.wait_for` of Python 3.11 forgets that it was cancelled when what it waits for comes at that very moment."""
    async with office(database_url) as at:
        await at.send("đăng ký kết hôn", "1")
        await at.until_status("sent")
        await asyncio.sleep(0.1)
        tasks = list(at.desk._tasks)
        at.desk._wake.set()
        for task in tasks:
            task.cancel()
        _, still_at_work = await asyncio.wait(tasks, timeout=5)
        assert not still_at_work


async def test_an_answer_of_yesterday_is_given_up(database_url: str) -> None:
    async with office(database_url, channel_lease=0.3) as at:
        await at.send("đăng ký kết hôn", "1")
        await at.until_status("sent")
        async with at.database.write() as session:
            now = dt.datetime.now(dt.UTC)
            old = now - dt.timedelta(hours=25)
            await session.execute(
                sa.update(ChannelMessage).values(status="answered", worker="dead", parts_sent=0, due_at=now, received_at=old)
            )
        await at.until_status(MessageStatus.FAILED)


async def _reachable(at: Office) -> list[bool]:
    async with at.database.read() as session:
        return list((await session.execute(sa.select(Conversation.reachable))).scalars())


async def _account(at: Office) -> tuple[str, str]:
    async with at.database.read() as session:
        row = (await session.execute(sa.text("select status, reason from channel_accounts"))).one()
        return row.status, row.reason


async def _trace(at: Office) -> list[str]:
    """Tables that still name the person."""
    found = []
    for table in ("channel_messages", "conversations", "subscribers", "subscriber_codes"):
        async with at.database.read() as session:
            query = sa.text(f"select count(*) from {table} where person = 'ba-tu'")
            if await session.scalar(query):
                found.append(table)
    return found
