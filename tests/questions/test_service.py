"""Which questions a keeper sees, how they are grouped, and when they are seen no more. On both databases."""

from __future__ import annotations

import dataclasses
import datetime as dt

import pytest
import sqlalchemy as sa

from app.assistant.usage import answers_by_code
from app.database import Commune, Database, migrate
from app.errors import NotFound
from app.questions.grouping import key_of
from app.questions.service import Group, Kind, Questions
from tests.questions.asked import NOW, Ward

PUMP = ("bơm nước tưới ruộng hợp tác xã hỏng", "hợp tác xã bơm nước tưới ruộng bị hỏng thì sao", "bom nuoc tuoi ruong hop tac xa hong")
CAT = ("mèo nhà tôi lạc mất", "tìm mèo lạc ở đâu")


def _texts(groups: list[Group]) -> list[list[str]]:
    return [sorted(question.text for question in each.questions) for each in groups]


async def test_questions_about_one_matter_are_one_group_the_commonest_first(ward: Ward, questions: Questions) -> None:
    for text in (*CAT, *PUMP, PUMP[0]):
        await ward.ask(text)
    pump, *cats = await questions.groups(30)
    assert {question.text for question in pump.questions} <= set(PUMP)
    assert pump.times == 4
    assert all(question.text in CAT for each in cats for question in each.questions)


async def test_the_same_words_are_one_question_however_they_are_typed(ward: Ward, questions: Questions) -> None:
    for minutes, text in enumerate(("BƠM NƯỚC tưới!!", "bơm nước  tưới", "bom nuoc tuoi ?"), 1):
        await ward.ask(text, minutes_ago=100 - minutes)
    [only] = await questions.groups(30)
    [question] = only.questions
    assert (question.times, question.text) == (3, "bom nuoc tuoi ?")
    assert (question.first, question.last) == (NOW - dt.timedelta(minutes=99), NOW - dt.timedelta(minutes=97))


async def test_only_what_went_wrong_is_seen(ward: Ward, questions: Questions) -> None:
    person = await ward.person()
    await ward.ask("đăng ký kết hôn", "answer", code="1.000894", person=person)
    await ward.ask("cảm ơn", "other", person=person, feedback="good")
    assert await questions.groups(30) == []
    await ward.ask("đăng ký kết hôn cần gì", "answer", code="1.000894", person=person, feedback="bad")
    [only] = await questions.groups(30)
    assert only.kinds == {Kind.DISLIKED: 1}
    assert only.questions[0].answered == {"1.000894": 1}
    [nearest, *_] = questions.nearest(only)
    assert (nearest.code, nearest.share) == ("1.000894", 1.0)


async def test_a_question_asked_back_is_seen_when_the_person_left(ward: Ward, questions: Questions) -> None:
    stayed, came_back, left, waiting = [await ward.person() for _ in range(4)]
    await ward.ask("giấy xác nhận", "clarify", person=stayed, minutes_ago=300)
    await ward.ask("1", "answer", person=stayed, minutes_ago=299, code="1.010041")
    await ward.ask("giấy xác nhận à", "clarify", person=came_back, minutes_ago=300)
    await ward.ask("đăng ký kết hôn", "answer", person=came_back, minutes_ago=200, code="1.000894")
    await ward.ask("giấy xác nhận gì đó", "clarify", person=left, minutes_ago=300)
    await ward.ask("giấy xác nhận nhanh", "clarify", person=waiting, minutes_ago=29)
    await ward.ask("giấy xác nhận của ai", "clarify", person=None, minutes_ago=300)  # forgotten since: nobody knows
    await ward.ask("giấy xác nhận của ai đó", "clarify", person=None, minutes_ago=100)
    found = await questions.groups(30, Kind.CLARIFIED)
    assert sorted(text for texts in _texts(found) for text in texts) == ["giấy xác nhận gì đó", "giấy xác nhận à"]


async def test_kinds_can_be_chosen_and_one_answer_may_have_two(ward: Ward, questions: Questions) -> None:
    await ward.ask("mèo lạc", feedback="bad")
    await ward.ask("bơm nước")
    assert len(await questions.groups(30)) == 2
    assert _texts(await questions.groups(30, Kind.DISLIKED)) == [["mèo lạc"]]
    assert len(await questions.groups(30, Kind.UNANSWERED)) == 2
    [disliked] = await questions.groups(30, Kind.DISLIKED)
    assert disliked.kinds == {Kind.DISLIKED: 1}


async def test_only_the_last_days_and_only_this_commune(ward: Ward, questions: Questions) -> None:
    async with ward.database.write() as session:
        session.add(Commune(id=2, slug="xa-hai", name="Xã Hai"))
    await ward.ask("mèo lạc", minutes_ago=31 * 24 * 60)
    await ward.ask("bơm nước", commune=2)
    assert await questions.groups(30) == []
    assert _texts(await questions.groups(32)) == [["mèo lạc"]]


async def test_no_person_is_known_from_what_is_shown(ward: Ward, questions: Questions) -> None:
    await ward.ask("mèo lạc", person=await ward.person())
    [only] = await questions.groups(30)
    names = {field.name for question in only.questions for field in dataclasses.fields(question)}
    assert not names & {"person", "conversation_id", "channel", "message_id", "id"}


async def test_nothing_asked_gives_no_groups_and_strange_texts_do_no_harm(ward: Ward, questions: Questions) -> None:
    assert await questions.groups(30) == []
    for text in ("", "🙏", "[số điện thoại]", "a" * 2000, "hai\ndòng\tđây", "me\u0300o lạc", "'; drop table answers; --", "  "):
        await ward.ask(text)
    found = await questions.groups(30)
    assert sum(each.times for each in found) == 8
    assert "hai dòng đây" in {question.text for each in found for question in each.questions}
    assert "mèo lạc" in {question.text for each in found for question in each.questions}


# --- a group by its name --------------------------------------------------------------------------------------------


async def test_a_group_is_found_by_any_of_its_questions(ward: Ward, questions: Questions) -> None:
    for text in PUMP:
        await ward.ask(text)
    [whole, *_] = await questions.groups(30)
    for question in whole.questions:
        assert (await questions.find(question.key[:6], 30)).times == whole.times
    with pytest.raises(NotFound, match="Không có nhóm 000000 trong 30 ngày qua"):
        await questions.find("000000", 30)


async def test_what_hides_a_number_is_not_what_is_taught(ward: Ward, questions: Questions) -> None:
    for text in (*["bơm nước ruộng gọi [số điện thoại]"] * 5, "bơm nước ruộng"):
        await ward.ask(text)
    [only] = await questions.groups(30)
    assert "[" in only.questions[0].text
    assert only.teachable.text == "bơm nước ruộng"


# --- dealt with -----------------------------------------------------------------------------------------------------


async def test_what_was_put_aside_is_not_seen_again_however_often_it_is_asked(ward: Ward, questions: Questions) -> None:
    await ward.ask(CAT[0])
    [cats] = await questions.groups(30)
    await questions.put_aside(cats)
    assert await questions.groups(30) == []
    await ward.ask("MÈO nhà tôi lạc mất?", minutes_ago=-5)
    assert await questions.groups(30) == []


async def test_a_dislike_after_that_is_news(ward: Ward, questions: Questions) -> None:
    await ward.ask(CAT[0], "answer", code="1.000894", feedback="bad", minutes_ago=60)
    [cats] = await questions.groups(30)
    await questions.put_aside(cats)
    assert await questions.groups(30) == []
    await ward.ask(CAT[0], "answer", code="1.000894", feedback="bad", minutes_ago=30, feedback_minutes_ago=-1)
    assert [each.times for each in await questions.groups(30)] == [1]


async def test_what_was_taught_is_seen_again_when_it_is_asked_in_vain_again(ward: Ward, questions: Questions) -> None:
    await ward.ask(CAT[0])
    await questions.mark_taught([key_of(CAT[0])], "1.000894")
    assert await questions.groups(30) == []
    await ward.ask(CAT[0], minutes_ago=-5)
    assert [each.times for each in await questions.groups(30)] == [1]


async def test_dealing_with_it_twice_is_the_same_as_once(ward: Ward, questions: Questions) -> None:
    await ward.ask(CAT[0])
    [cats] = await questions.groups(30)
    await questions.mark_taught([key_of(CAT[0])] * 3, "1.000894")
    await questions.put_aside(cats)
    await questions.put_aside(cats)
    await questions.mark_taught([], "1.000894")
    assert await questions.groups(30) == []
    async with ward.database.read() as session:
        rows = (await session.execute(sa.text("select key, code from dealt_questions"))).all()
    assert [tuple(row) for row in rows] == [(key_of(CAT[0]), None)]


# --- the table, and use for the freshness report ---------------------------------------------------------------------


def test_the_table_comes_and_goes(database_url: str) -> None:
    engine = sa.create_engine(database_url.replace("sqlite+aiosqlite:", "sqlite:"))
    with engine.begin() as connection:
        connection.execute(sa.text("insert into dealt_questions values (1, 'k', '2026-11-22 00:00:00+00:00', null)"))
    migrate(database_url, "base")
    migrate(database_url, "0002")
    assert "dealt_questions" not in sa.inspect(engine).get_table_names()
    assert "channel_messages" in sa.inspect(engine).get_table_names()
    migrate(database_url, "0003")
    with engine.connect() as connection:
        assert connection.execute(sa.text("select count(*) from dealt_questions")).scalar_one() == 0
    engine.dispose()


async def test_use_is_counted_by_code(ward: Ward) -> None:
    for minutes, code in ((10, "1.000894"), (20, "1.000894"), (30, "1.001193"), (40, None), (200_000, "1.001193")):
        await ward.ask("x", "answer", code=code, minutes_ago=minutes)
    async with ward.database.read() as session:
        used = await answers_by_code(session, 1, NOW - dt.timedelta(days=90))
        assert used == {"1.000894": 2, "1.001193": 1}
        assert await answers_by_code(session, 2, NOW - dt.timedelta(days=90)) == {}


async def test_closing_is_not_the_end(database_url: str) -> None:
    database = Database(database_url)
    for _ in range(2):
        async with database.read() as session:
            await session.execute(sa.text("select 1"))
        await database.close()
