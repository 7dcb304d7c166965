"""What a wish does, said through the whole assistant, on both databases: consent kept, nothing of another, everything erasable."""

from __future__ import annotations

import datetime as dt

import pytest
import sqlalchemy as sa

from app.assistant.models import Answer
from app.assistant.service import Assistant
from app.database import Database, Transaction
from app.messages import MessageKind
from app.subscribers import repository
from tests.assistant.ward import MONDAY, Clock
from tests.subscribers.ward import EVERY, Talk, add_commune, add_groups, assistant, code_of, everything, followed, subscriber

# --- following ---------------------------------------------------------------------------------------------------------


async def test_following_keeps_the_day_the_words_and_the_channel(talk: Talk, database: Database) -> None:
    said = await talk.say("Theo dõi tin tiêm chủng nhé")
    assert "từ nay bạn nhận tin trên Zalo này: Tiêm chủng, y tế" in said
    assert "HỦY" in said
    row = await subscriber(database)
    assert (row.channel, row.consent_at, row.consent_words, row.left_at) == ("zalo_oa", MONDAY, "Theo dõi tin tiêm chủng nhé", None)
    assert await followed(database) == {"tiem-chung"}
    assert "đang theo dõi rồi" in await talk.say("theo dõi tin tiêm chủng")
    assert await followed(database) == {"tiem-chung"}


async def test_a_number_of_somebody_is_not_kept_with_the_consent(talk: Talk, database: Database) -> None:
    said = await talk.say("đăng ký nhận tin điện nước 0905123456")
    assert "đã che số điện thoại" in said
    assert await followed(database) == {"dien-nuoc"}
    assert "0905123456" not in await everything(database)


async def test_one_short_question_at_most(talk: Talk, database: Database) -> None:
    assert "tổ dân phố nào" not in await talk.say("nhận tin")  # no list of groups, no question
    ids = await add_groups(database, "Tổ 12", "Thôn Phú Hạ")
    assert "Bạn ở tổ dân phố nào" in await talk.say("nhận tin tiêm chủng")
    assert "Thôn Phú Hạ" in await talk.say("phú hạ")
    assert (await subscriber(database)).group_id == ids["Thôn Phú Hạ"]
    assert "tổ dân phố nào" not in await talk.say("nhận tin điện nước")


@pytest.mark.parametrize(
    ("answer", "name"),
    [
        ("12", "Tổ 12"),
        ("tổ 12", "Tổ 12"),
        ("em ở tổ dân phố số 12 ạ", "Tổ 12"),
        ("TDP 5", "Tổ dân phố số 5"),
        ("5", "Tổ dân phố số 5"),
        ("012", "Tổ 12"),
    ],
)
async def test_the_group_is_told_in_many_ways(talk: Talk, database: Database, answer: str, name: str) -> None:
    ids = await add_groups(database, "Tổ 12", "Tổ dân phố số 5", "Thôn Phú Hạ")
    await talk.say("nhận tin")
    assert name in await talk.say(answer)
    assert (await subscriber(database)).group_id == ids[name]


async def test_a_group_in_the_same_message_and_one_that_is_not_there(talk: Talk, database: Database) -> None:
    ids = await add_groups(database, "Tổ 12")
    assert "Nơi ở của bạn: Tổ 12" in await talk.say("đăng ký nhận tin tổ 12")
    assert (await subscriber(database)).group_id == ids["Tổ 12"]
    assert "chưa thấy «tổ 99»" in await talk.say("đổi tổ") + await talk.say("tổ 99")
    assert (await subscriber(database)).group_id == ids["Tổ 12"]
    assert "Tổ 12" in await talk.say("12")


@pytest.mark.parametrize(
    ("answer", "name"), [("thành lập", "Thôn Thành Lập"), ("dạ em ở thành lập ạ", "Thôn Thành Lập"), ("cảm ơn", "Xóm Cảm Ơn")]
)
async def test_a_name_that_means_something_else_too_answers_where_one_lives(talk: Talk, database: Database, answer: str, name: str) -> None:
    ids = await add_groups(database, "Thôn Thành Lập", "Xóm Cảm Ơn")
    await talk.say("nhận tin")
    assert name in await talk.say(answer)
    assert (await subscriber(database)).group_id == ids[name]


async def test_another_matter_in_place_of_the_answer_is_another_matter(talk: Talk, database: Database) -> None:
    await add_groups(database, "Thôn Thành Lập")
    await talk.say("nhận tin")
    await talk.say("thành lập hợp tác xã")
    await talk.say("nhận tin điện nước")
    await talk.say("xin cảm ơn")
    assert (await subscriber(database)).group_id is None


async def test_groups_of_one_number_are_told_apart(talk: Talk, database: Database) -> None:
    ids = await add_groups(database, "Tổ 3", "Thôn 3", "Khu phố 4")
    await talk.say("nhận tin")
    reply = await talk.reply("3")
    assert [choice.label for choice in reply.choices] == ["Tổ 3", "Thôn 3"]
    assert "Thôn 3" in await talk.say(reply.choices[1].send)
    assert (await subscriber(database)).group_id == ids["Thôn 3"]


async def test_who_does_not_follow_and_names_a_group_is_answered_as_ever(talk: Talk, database: Database) -> None:
    await add_groups(database, "Tổ 12")
    await talk.say("tôi ở tổ 12")
    assert await subscriber(database) is None


async def test_no_answer_about_the_group_is_an_answer(talk: Talk, database: Database) -> None:
    await add_groups(database, "Tổ 12")
    await talk.say("nhận tin")
    assert "tin chung của cả phường" in await talk.say("không")
    await talk.say("nhận tin tiêm chủng")
    assert (await talk.reply("đăng ký kết hôn")).cards[0].code == "1.000894"
    assert (await subscriber(database)).group_id is None


async def test_topics_are_offered_and_chosen_by_number(talk: Talk, database: Database) -> None:
    reply = await talk.reply("chủ đề")
    assert len(reply.choices) == 8
    await talk.say("2 và 5")
    assert await followed(database) == {"chu-nhat-gan-dan", "thien-tai"}
    await talk.say(reply.choices[3].send)
    assert await followed(database) == {"chu-nhat-gan-dan", "thien-tai", "tiem-chung"}
    await talk.say("chủ đề")
    await talk.say("tất cả")
    assert await followed(database) == EVERY


async def test_a_number_after_another_answer_is_not_a_topic(talk: Talk, database: Database) -> None:
    await talk.say("chủ đề")
    await talk.say("giấy xác nhận")
    await talk.say("2")
    assert await followed(database) == set()


async def test_a_ward_that_only_tries_things_out_says_so(database: Database, clock: Clock) -> None:
    talk = Talk(assistant(database, clock, trial=True))
    assert "Phường đang chạy thử" in await talk.say("nhận tin")
    async with database.write() as session:
        await repository.change(session, (await subscriber(database)).id, guest=True)
    assert "chạy thử" not in await talk.say("nhận tin tiêm chủng")


# --- stopping ----------------------------------------------------------------------------------------------------------


async def test_one_topic_is_stopped_and_the_rest_stays(talk: Talk, database: Database) -> None:
    await talk.say("đăng ký nhận tin mưa bão và tiêm chủng")
    said = await talk.say("hủy tin tiêm chủng")
    assert "đã dừng: Tiêm chủng, y tế" in said
    assert "còn nhận: Thiên tai" in said
    assert await followed(database) == {"thien-tai"}


@pytest.mark.parametrize("word", ["HỦY", "stop", "ngừng nhận tin", "hủy đăng ký", "đừng gửi tin nữa"])
async def test_everything_is_stopped_by_a_word(talk: Talk, database: Database, clock: Clock, word: str) -> None:
    await add_groups(database, "Tổ 12")
    await talk.say("nhận tất cả tin tổ 12")
    clock.pass_by(dt.timedelta(days=3))
    assert "không gửi tin cho bạn trên Zalo này nữa" in await talk.say(word)
    row = await subscriber(database)
    assert (row.left_at, row.group_id) == (clock.now, None)
    assert await followed(database) == set()
    await talk.say("nhận tin điện nước")
    row = await subscriber(database)
    assert (row.left_at, row.consent_at) == (None, clock.now)
    assert await followed(database) == {"dien-nuoc"}


async def test_huy_of_who_follows_nothing_changes_nothing(talk: Talk, database: Database) -> None:
    assert "chưa theo dõi tin nào" in await talk.say("HỦY")
    assert "chưa theo dõi" not in await talk.say("hủy đăng ký")
    assert await subscriber(database) is None


async def test_a_group_is_left_without_leaving_the_news(talk: Talk, database: Database) -> None:
    await add_groups(database, "Tổ 12")
    await talk.say("nhận tin tổ 12")
    assert "không còn nhận tin riêng của Tổ 12" in await talk.say("ngừng nhận tin tổ 12")
    assert (await subscriber(database)).group_id is None
    assert await followed(database) == {"tin-chung"}


@pytest.mark.parametrize(
    "text", ["đăng ký tạm trú", "hủy đăng ký tạm trú", "hủy kết hôn", "làm căn cước", "lịch tiêm chủng", "đăng ký khai sinh"]
)
async def test_procedures_change_nothing_of_what_is_followed(talk: Talk, database: Database, text: str) -> None:
    await talk.say(text)
    assert await subscriber(database) is None
    await talk.say("nhận tin tiêm chủng")
    await talk.say(text)
    assert await followed(database) == {"tiem-chung"}


async def test_likeness_alone_changes_nothing(talk: Talk, database: Database) -> None:
    await talk.say("nhận tin tiêm chủng")
    await talk.say("sao gửi tin hoài vậy phiền quá")
    assert await followed(database) == {"tiem-chung"}


async def test_who_blocked_us_gets_nothing_until_they_follow_again(talk: Talk, desk: Assistant, database: Database) -> None:
    await talk.say("nhận tin tiêm chủng")
    async with database.write() as session:
        await desk.left(session, (1, "zalo_oa", talk.person))
    assert (await subscriber(database)).left_at == MONDAY
    await talk.say("khai sinh")
    assert await followed(database) == set()
    await talk.say("nhận tin điện nước")
    assert await followed(database) == {"dien-nuoc"}


# --- what and why --------------------------------------------------------------------------------------------------------


async def test_why_is_answered_with_topic_day_and_words(talk: Talk, clock: Clock) -> None:
    assert "đừng bấm đường dẫn" in await talk.say("vì sao tôi nhận tin này")
    await talk.say("theo dõi tin tiêm chủng")
    clock.pass_by(dt.timedelta(days=40))
    said = await talk.say("vì sao tôi nhận tin này")
    assert "Tiêm chủng, y tế: ngày 23/11/2026, bạn nhắn «theo dõi tin tiêm chủng»." in said


async def test_what_is_followed_is_told(talk: Talk, database: Database) -> None:
    assert "chưa theo dõi tin nào" in await talk.say("tôi đang theo dõi gì")
    await add_groups(database, "Tổ 12")
    await talk.say("đăng ký nhận tin tiêm chủng tổ 12")
    said = await talk.say("tôi đang theo dõi gì")
    assert "Tiêm chủng, y tế" in said
    assert "Tổ 12" in said


async def test_the_web_page_says_honestly_that_it_cannot_write(desk: Assistant, database: Database) -> None:
    web = Talk(desk, "web", "khách")
    reply = await web.reply("nhận tin tiêm chủng")
    assert "không nhắn tin tới bạn được" in reply.as_text()
    addresses = {link.url for link in reply.links}
    assert {"https://t.me/phuong_mau_bot", "https://phuong.example.vn/thong-bao/tiem-chung/atom.xml"} <= addresses
    assert any(link.url.endswith("/lich.ics") for link in (await web.reply("nhắc tôi chủ nhật gần dân")).links)
    assert await subscriber(database, "khách", "web") is None


# --- erasure ---------------------------------------------------------------------------------------------------------------


async def test_erasure_asks_first_and_then_leaves_nothing(talk: Talk, desk: Assistant, database: Database) -> None:
    other = Talk(desk, "zalo_oa", "ông Năm 91bc")
    await add_groups(database, "Tổ 12")
    for each in (talk, other):
        await each.say("đăng ký nhận tin tiêm chủng tổ 12")
        await each.say("liên kết")
    assert "nhắn XÓA" in await talk.say("xóa dữ liệu của tôi")
    assert await followed(database) == {"tiem-chung"}
    assert "đã xóa" in await talk.say("XÓA")
    kept = await everything(database)
    assert "Tư 7f3a" not in kept
    assert kept.count("Năm 91bc") == 3  # conversation, subscriber, code
    assert await followed(database, "ông Năm 91bc") == {"tiem-chung"}
    assert "chưa theo dõi tin nào" in await talk.say("tôi đang theo dõi gì")


async def test_erasure_runs_every_hook_before_and_keeps_answers_without_a_person(talk: Talk, desk: Assistant, database: Database) -> None:
    seen: list[tuple[int, str, str]] = []

    async def hook(session: Transaction, person: tuple[int, str, str]) -> None:
        assert await repository.find(session, person) is not None  # subscribers are still there
        seen.append(person)

    desk.forget_hooks.insert(0, hook)
    await talk.say("nhận tin tiêm chủng")
    await talk.say("xóa dữ liệu của tôi")
    assert seen == []
    await talk.say("xóa")
    assert seen == [(1, "zalo_oa", "bà Tư 7f3a")]
    async with database.read() as session:
        answers = (await session.execute(sa.select(Answer))).scalars().all()
    assert len(answers) == 3
    assert all(answer.conversation_id is None for answer in answers)


@pytest.mark.parametrize("between", ["không", "đăng ký kết hôn", "ok", "cháy nhà rồi cứu với", "xóa đăng ký thường trú"])
async def test_only_the_very_next_word_confirms(talk: Talk, database: Database, between: str) -> None:
    await talk.say("nhận tin tiêm chủng")
    await talk.say("xóa dữ liệu của tôi")
    await talk.say(between)
    await talk.say("xóa")
    assert await followed(database) == {"tiem-chung"}


async def test_a_confirmation_much_later_confirms_nothing(talk: Talk, database: Database, clock: Clock) -> None:
    await talk.say("nhận tin tiêm chủng")
    await talk.say("xóa dữ liệu của tôi")
    clock.pass_by(dt.timedelta(days=2))
    await talk.say("xóa")
    assert await followed(database) == {"tiem-chung"}


# --- bad input, and others ---------------------------------------------------------------------------------------------------


async def test_the_same_person_of_another_commune_is_somebody_else(talk: Talk, desk: Assistant, database: Database) -> None:
    await add_commune(database)
    await add_groups(database, "Tổ 12", commune_id=2)
    there = Talk(desk, commune_id=2)
    await talk.say("nhận tin tiêm chủng")
    code = await code_of(talk)
    assert "không đúng" in await Talk(desk, "telegram", "555", commune_id=2).say(f"liên kết {code}")
    assert "chưa theo dõi" in await there.say("tôi đang theo dõi gì")
    await there.say("nhận tin điện nước tổ 12")
    await there.say("xóa dữ liệu của tôi")
    await there.say("xóa")
    assert await followed(database) == {"tiem-chung"}
    assert await followed(database, commune_id=2) == set()


@pytest.mark.parametrize("text", ["nhận tin 😀😀", "nhận tin\x00", "nhận tin ' or 1=1 --", "theo dõi tin <script>alert(1)</script>"])
async def test_odd_letters_break_nothing(talk: Talk, text: str) -> None:
    assert "<script>" not in await talk.say(text)


async def test_a_picture_after_the_question_is_no_answer(talk: Talk, database: Database) -> None:
    await add_groups(database, "Tổ 12")
    await talk.say("nhận tin")
    await talk.say("", MessageKind.STICKER)
    assert (await subscriber(database)).group_id is None


async def test_ordinary_messages_ask_the_database_nothing_more(talk: Talk, database: Database) -> None:
    await talk.say("nhận tin")
    counted: list[str] = []
    engine = database._write_engine.sync_engine
    sa.event.listen(engine, "before_cursor_execute", lambda *given: counted.append(given[2]))
    await talk.say("làm giấy khai sinh cần gì")
    assert not [statement for statement in counted if "subscri" in statement]
