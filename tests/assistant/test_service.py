"""The assistant's memory, on both databases: nothing lost, nothing twice, nobody kept longer than promised."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import AsyncIterator

import pytest
import sqlalchemy as sa

from app import __version__
from app.assistant.models import Answer, Conversation
from app.assistant.service import Assistant
from app.database import Base, Database
from app.erasing import erase
from app.messages import MessageKind, Reply
from tests.assistant.ward import MONDAY, Clock, incoming, knowledge, pipeline, settings

BIRTH = "1.001193"


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    database = Database(database_url)
    yield database
    await database.close()


@pytest.fixture
def assistant(database: Database, clock: Clock) -> Assistant:
    return Assistant(pipeline(clock), database, settings())


async def _answers(database: Database) -> list[Answer]:
    async with database.read() as session:
        return list((await session.execute(sa.select(Answer).order_by(Answer.asked_at, Answer.message_id))).scalars())


async def _conversations(database: Database) -> list[Conversation]:
    async with database.read() as session:
        return list((await session.execute(sa.select(Conversation).order_by(Conversation.person))).scalars())


async def _everything(database: Database) -> str:
    """All rows of all tables, as text."""
    async with database.read() as session:
        rows = [(await session.execute(sa.select(table))).all() for table in Base.metadata.sorted_tables]
    return repr(rows)


# --- recording -----------------------------------------------------------------------------------------------------


async def test_what_was_asked_and_answered_is_recorded_masked(assistant: Assistant, database: Database) -> None:
    reply = await assistant.handle(incoming("làm giấy khai sinh cho con hết bao nhiêu tiền 0905123456", "m1"))
    (answer,) = await _answers(database)
    assert answer.masked_text == "làm giấy khai sinh cho con hết bao nhiêu tiền [số điện thoại]"
    assert (answer.status, answer.code, answer.channel, answer.message_id) == ("answer", BIRTH, "web", "m1")
    assert "fee" in answer.aspects
    assert 0 < answer.confidence <= 1
    assert (answer.catalog_version, answer.app_version) == (knowledge().now.catalog.version, __version__)
    assert answer.asked_at == MONDAY
    assert answer.elapsed_ms > 0
    assert answer.id == reply.answer_id
    assert Reply.model_validate(answer.reply) == reply
    assert "0905123456" not in await _everything(database)
    assert any("số điện thoại" in line for line in reply.closing)


@pytest.mark.parametrize(
    ("text", "status"),
    [("khai sinh", "answer"), ("chứng thực", "clarify"), ("qwe rty uio", "unknown"), ("cháy nhà rồi cứu với", "other"), ("", "other")],
)
async def test_every_outcome_is_recorded(assistant: Assistant, database: Database, text: str, status: str) -> None:
    await assistant.handle(incoming(text, "m1"))
    (answer,) = await _answers(database)
    assert answer.status == status


@pytest.mark.parametrize("kind", [MessageKind.PHOTO, MessageKind.VOICE, MessageKind.STICKER])
async def test_what_is_no_text_is_answered_and_recorded(assistant: Assistant, database: Database, kind: MessageKind) -> None:
    reply = await assistant.handle(incoming("", "m1", kind=kind))
    (answer,) = await _answers(database)
    assert answer.intent == "not_text"
    assert "bằng chữ" in reply.as_text()


async def test_a_message_of_ten_thousand_letters_is_kept_shortened(assistant: Assistant, database: Database) -> None:
    reply = await assistant.handle(incoming("khai sinh " * 1000, "m1"))
    (answer,) = await _answers(database)
    assert len(answer.masked_text) <= settings().message_max_length
    assert any("dài quá" in line for line in reply.closing)


@pytest.mark.parametrize("text", ["khai sinh 🙏", "khai sinh' OR 1=1 --", "khai\x00sinh", "khai \ud800 sinh", "khai sinh \U0010ffff"])
async def test_no_characters_can_keep_an_answer_from_being_recorded(assistant: Assistant, database: Database, text: str) -> None:
    await assistant.handle(incoming(text, "m1"))
    assert len(await _answers(database)) == 1


# --- repeats -------------------------------------------------------------------------------------------------------


async def test_a_repeat_gets_the_same_reply_and_adds_nothing(assistant: Assistant, database: Database, clock: Clock) -> None:
    first = await assistant.handle(incoming("khai sinh cho con", "m1"))
    clock.pass_by(dt.timedelta(hours=5))
    again = await assistant.handle(incoming("một câu khác hẳn", "m1"))
    assert again == first
    assert len(await _answers(database)) == 1
    (conversation,) = await _conversations(database)
    assert conversation.updated_at == MONDAY


async def test_one_id_on_two_channels_is_two_messages(assistant: Assistant, database: Database) -> None:
    for channel in ("web", "zalo"):
        await assistant.handle(incoming("khai sinh", "m1", channel=channel))
    assert len(await _answers(database)) == 2


@pytest.mark.parametrize("known", [False, True], ids=["a new person", "a known person"])
async def test_twenty_repeats_at_once_are_one_message(assistant: Assistant, database: Database, known: bool) -> None:
    if known:
        await assistant.handle(incoming("chào ad", "m0"))
    replies = await asyncio.gather(*(assistant.handle(incoming("khai sinh cho con", "m1")) for _ in range(20)))
    assert len({reply.answer_id for reply in replies}) == 1
    assert len(await _answers(database)) == 1 + known
    assert len(await _conversations(database)) == 1


@pytest.mark.parametrize("known", [False, True], ids=["a new person", "a known person"])
async def test_thirty_messages_of_one_person_at_once_are_all_recorded(assistant: Assistant, database: Database, known: bool) -> None:
    if known:
        await assistant.handle(incoming("chào ad", "m0"))
    texts = ["khai sinh", "bao nhiêu tiền", "nộp ở đâu"]
    await asyncio.gather(*(assistant.handle(incoming(texts[number % 3], f"m{number}")) for number in range(1, 31)))
    answers = await _answers(database)
    assert {answer.message_id for answer in answers} == {f"m{number}" for number in range(0 if known else 1, 31)}
    (conversation,) = await _conversations(database)
    assert {answer.conversation_id for answer in answers} == {conversation.id}


async def test_thirty_people_at_once_have_thirty_conversations(assistant: Assistant, database: Database) -> None:
    await asyncio.gather(*(assistant.handle(incoming("khai sinh", "m1-" + str(n), person=f"người {n}")) for n in range(30)))
    assert len(await _answers(database)) == len(await _conversations(database)) == 30


# --- the conversation ----------------------------------------------------------------------------------------------


async def test_a_conversation_goes_on_in_a_new_process(assistant: Assistant, database: Database, clock: Clock) -> None:
    await assistant.handle(incoming("làm giấy khai sinh cho con", "m1"))
    another = Assistant(pipeline(clock), database, settings())
    await another.handle(incoming("bao nhiêu tiền vậy", "m2"))
    answers = await _answers(database)
    assert [answer.code for answer in answers] == [BIRTH, BIRTH]
    assert answers[1].aspects == ["fee"]


async def test_a_number_chooses_what_was_offered_also_in_a_new_process(assistant: Assistant, database: Database, clock: Clock) -> None:
    offered = await assistant.handle(incoming("chứng thực", "m1"))
    assert len(offered.choices) >= 2
    reply = await Assistant(pipeline(clock), database, settings()).handle(incoming("số 1", "m2"))
    assert reply.cards[0].title == offered.choices[0].label


@pytest.mark.parametrize(("minutes", "kept"), [(29, True), (31, False)])
async def test_a_conversation_ends_after_half_an_hour(
    assistant: Assistant, database: Database, clock: Clock, minutes: int, kept: bool
) -> None:
    await assistant.handle(incoming("làm giấy khai sinh cho con", "m1"))
    clock.pass_by(dt.timedelta(minutes=minutes))
    await assistant.handle(incoming("bao nhiêu tiền vậy", "m2"))
    answer = next(answer for answer in await _answers(database) if answer.message_id == "m2")
    assert (answer.code == BIRTH) == kept


async def test_two_people_do_not_share_a_conversation(assistant: Assistant, database: Database) -> None:
    await assistant.handle(incoming("làm giấy khai sinh cho con", "m1", person="bà Tư"))
    await assistant.handle(incoming("bao nhiêu tiền vậy", "m2", person="ông Năm"))
    assert next(answer for answer in await _answers(database) if answer.message_id == "m2").code is None
    assert [len(await assistant.history("web", person)) for person in ("bà Tư", "ông Năm", "không ai")] == [1, 1, 0]


async def test_history_is_told_oldest_first_and_not_longer_than_asked(assistant: Assistant, clock: Clock) -> None:
    for number, text in enumerate(["khai sinh", "bao nhiêu tiền", "nộp ở đâu"]):
        await assistant.handle(incoming(text, f"m{number}"))
        clock.pass_by(dt.timedelta(seconds=1))
    assert [exchange.masked_text for exchange in await assistant.history("web", "ba-tu")] == ["khai sinh", "bao nhiêu tiền", "nộp ở đâu"]
    assert [exchange.masked_text for exchange in await assistant.history("web", "ba-tu", limit=2)] == ["bao nhiêu tiền", "nộp ở đâu"]


# --- feedback, forgetting ------------------------------------------------------------------------------------------


async def test_only_the_one_who_asked_can_judge_the_answer(assistant: Assistant, database: Database) -> None:
    reply = await assistant.handle(incoming("khai sinh", "m1", person="bà Tư"))
    assert not await assistant.feedback("web", "ông Năm", reply.answer_id, good=False)
    assert not await assistant.feedback("zalo", "bà Tư", reply.answer_id, good=False)
    assert not await assistant.feedback("web", "bà Tư", "không có", good=False)
    assert (await _answers(database))[0].feedback is None
    assert await assistant.feedback("web", "bà Tư", reply.answer_id, good=True)
    assert (await _answers(database))[0].feedback == "good"
    assert await assistant.feedback("web", "bà Tư", reply.answer_id, good=False)
    (answer,) = await _answers(database)
    assert (answer.feedback, answer.feedback_at) == ("bad", MONDAY)


async def test_forgetting_leaves_no_trace_of_the_person(assistant: Assistant, database: Database) -> None:
    for person in ("bà Tư 7f3a", "ông Năm 91bc"):
        await assistant.handle(incoming("khai sinh", f"m-{len(person)}", person=person))
    await assistant.forget("web", "bà Tư 7f3a")
    kept = await _everything(database)
    assert "Tư 7f3a" not in kept
    assert "Năm 91bc" in kept
    assert len(await _answers(database)) == 2
    assert await assistant.history("web", "bà Tư 7f3a") == []


async def test_asking_for_erasure_erases(assistant: Assistant, database: Database) -> None:
    first = await assistant.handle(incoming("khai sinh", "m1", person="bà Tư 7f3a"))
    asked = await assistant.handle(incoming("xóa dữ liệu của tôi", "m1b", person="bà Tư 7f3a"))
    assert "nhắn XÓA" in asked.as_text()
    assert "Tư 7f3a" in await _everything(database)
    reply = await assistant.handle(incoming("XÓA", "m2", person="bà Tư 7f3a"))
    assert "đã xóa" in reply.as_text()
    assert "Tư 7f3a" not in await _everything(database)
    assert await _conversations(database) == []
    assert not await assistant.feedback("web", "bà Tư 7f3a", first.answer_id, good=True)
    assert await assistant.handle(incoming("XÓA", "m2", person="bà Tư 7f3a")) == reply
    await assistant.handle(incoming("bao nhiêu tiền vậy", "m3", person="bà Tư 7f3a"))
    assert next(answer for answer in await _answers(database) if answer.message_id == "m3").code is None


async def test_a_repeat_of_the_erasing_message_does_not_bring_the_person_back(assistant: Assistant, database: Database) -> None:
    await assistant.handle(incoming("xóa dữ liệu của tôi", "m0", person="bà Tư 7f3a"))
    reply = await assistant.handle(incoming("xóa", "m1", person="bà Tư 7f3a"))
    assert "đã xóa" in reply.as_text()
    assert await assistant.handle(incoming("xóa", "m1", person="bà Tư 7f3a")) == reply
    assert "Tư 7f3a" not in await _everything(database)


async def test_what_is_older_than_promised_is_erased_and_the_rest_is_kept(assistant: Assistant, database: Database, clock: Clock) -> None:
    kept = settings()
    await assistant.handle(incoming("khai sinh", "m1", person="cũ"))
    clock.now = MONDAY + kept.keep_conversations - dt.timedelta(days=1)
    await assistant.handle(incoming("khai tử", "m2", person="mới"))
    assert await erase(database, kept, clock.now) == (0, 0, 0)
    clock.now = MONDAY + kept.keep_conversations + dt.timedelta(minutes=1)
    assert await erase(database, kept, clock.now) == (1, 0, 0)
    assert [conversation.person for conversation in await _conversations(database)] == ["mới"]
    assert [answer.conversation_id is None for answer in await _answers(database)] == [True, False]
    clock.now = MONDAY + kept.keep_answers + dt.timedelta(minutes=1)
    assert await erase(database, kept, clock.now) == (1, 1, 0)
    assert [answer.message_id for answer in await _answers(database)] == ["m2"]


async def test_a_purge_beside_messages_loses_none(assistant: Assistant, database: Database) -> None:
    work = [assistant.handle(incoming("khai sinh", f"m{number}", person=f"người {number}")) for number in range(10)]
    await asyncio.gather(*work, *(erase(database, settings(), MONDAY) for _ in range(2)))
    assert len(await _answers(database)) == 10
