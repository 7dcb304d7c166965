"""A citizen, the fake Telegram and our channel: everything over HTTP, as it will be."""

from __future__ import annotations

import asyncio
import io
from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import Any

import pytest
import segno

from app.messages import Button, Door, Found, MessageKind, Part, Picture, SendAction, SendError, Update, UpdateKind
from app.settings import Settings
from bots.telegram import Telegram, build
from bots.telegram.connection import CONNECTIONS
from tests.bots.telegram.conftest import Platform
from tests.bots.telegram.peers import PERSON, TOKEN, MemoryVault, hook, served

TEXT = "Đăng ký khai sinh 👶 — Bé sinh chưa quá 60 ngày\n📄 Giấy tờ: tờ khai, giấy chứng sinh\n💰 Phí: không mất tiền\n📍 Nơi nộp: một cửa"
BOLD = ["Đăng ký khai sinh 👶", "Giấy tờ:", "💰 Phí:", "Nơi nộp"]
CARD = Part(
    text=TEXT,
    bold=tuple((TEXT.index(words), len(words)) for words in BOLD),
    buttons=(
        Button(label="Bé sinh quá 60 ngày (đăng ký muộn)", data="c:a1:1"),
        Button(label="Đúng ý", data="f:a1:1"),
        Button(label="Chưa đúng", data="f:a1:0"),
        Button(label="Xem đầy đủ", url="https://xa-a.example.vn/tt/1.001193"),
        Button(label="Xem trên máy này", url="http://127.0.0.1:8000/tt/1.001193"),
    ),
)


class Told(asyncio.Queue[Update]):
    """What the webhook handed on."""

    async def next(self) -> Update:
        return await asyncio.wait_for(self.get(), 20)


@pytest.fixture(autouse=True)
async def _chat(platform: Platform) -> None:
    """Our citizen opened the chat: before that a bot cannot write."""
    await platform.sim("start")


@pytest.fixture
async def told(platform: Platform, telegram: Telegram) -> AsyncIterator[Told]:
    """The channel connected by webhook."""
    updates = Told()
    async with served(hook(telegram, updates.put)) as url:
        assert all(finding.good for finding in await telegram.connect(f"{url}/hooks/a1b2c3"))
        assert (await updates.next()).message is MessageKind.START  # it waited for the webhook
        yield updates


def cut_out(text: str, entity: dict[str, Any]) -> str:
    """The piece of a text that Telegram marks."""
    units = text.encode("utf-16-le")
    return units[2 * entity["offset"] : 2 * (entity["offset"] + entity["length"])].decode("utf-16-le")


async def refused(telegram: Telegram, person: str = PERSON, part: Part = CARD, picture: bytes | None = None) -> SendError:
    with pytest.raises(SendError) as caught:
        await telegram.send(person, part, picture)
    return caught.value


def png() -> bytes:
    picture = io.BytesIO()
    segno.make("https://t.me/xa_a_bot?start=tt_1-001193").save(picture, kind="png", scale=8)
    return picture.getvalue()


async def test_a_conversation_from_start_to_feedback(platform: Platform, telegram: Telegram, told: Told) -> None:
    await platform.sim("start", payload="tt_1-001193")
    question = await told.next()
    assert (question.person, question.text, question.message) == (PERSON, "1.001193", MessageKind.TEXT)

    message_id = await telegram.send(question.person, CARD)
    [seen] = await platform.sim("inbox")
    assert seen["text"] == CARD.text
    assert [cut_out(CARD.text, entity) for entity in seen["entities"]] == BOLD
    assert {entity["type"] for entity in seen["entities"]} == {"bold"}
    assert [[button["text"] for button in row] for row in seen["buttons"]] == [
        ["Bé sinh quá 60 ngày (đăng ký muộn)"],
        ["Đúng ý", "Chưa đúng"],
        ["Xem đầy đủ"],
    ]
    assert str(seen["message_id"]) == message_id
    [call] = await platform.calls("sendMessage")
    assert call["values"]["link_preview_options"] == {"is_disabled": True}
    assert call["warnings"] == []

    for button, kind, number in [("c:a1:1", UpdateKind.PRESS, 1), ("Chưa đúng", UpdateKind.FEEDBACK, 0)]:
        pressed = await platform.sim("press", message_id=seen["message_id"], button=button)
        press = await told.next()
        assert (press.kind, press.person, press.answer_id, press.number) == (kind, PERSON, "a1", number)
        assert press.receipt == pressed["query_id"]
        await telegram.acknowledge(press)
        await telegram.acknowledge(press)  # answerable once: the second refusal is nobody's business
    assert [call["status"] for call in await platform.calls("answerCallbackQuery")] == [200, 400, 200, 400]


async def test_what_citizens_send(platform: Platform, told: Told) -> None:
    expected = {
        "photo": MessageKind.PHOTO,
        "sticker": MessageKind.STICKER,
        "voice": MessageKind.VOICE,
        "audio": MessageKind.VOICE,
        "video": MessageKind.VIDEO,
        "document": MessageKind.FILE,
        "location": MessageKind.LOCATION,
        "contact": MessageKind.CONTACT,
    }
    for action, kind in expected.items():
        assert (await platform.sim(action))["delivered"] == 200
        update = await told.next()
        assert (update.kind, update.message, update.person) == (UpdateKind.MESSAGE, kind, PERSON)
    await platform.sim("start")
    assert (await told.next()).message is MessageKind.START
    await platform.sim("say", text="/giolamviec")
    assert (await told.next()).text == "giờ làm việc"


async def test_what_is_none_of_our_business(platform: Platform, told: Told) -> None:
    said = await platform.sim("say", text="cả tổ ơi", group=-1001234567890)
    await platform.sim("edit", message_id=said["message_id"], text="cả tổ ơi!")
    await platform.sim("say", text="làm khai sinh")
    assert (await told.next()).text == "làm khai sinh"
    assert told.empty()


async def test_only_telegram_is_believed(platform: Platform, told: Told) -> None:
    assert (await platform.sim("say", text="a", secret="guessed"))["delivered"] == 403
    assert (await platform.sim("say", text="a", secret=""))["delivered"] == 403
    assert (await platform.sim("event", raw="<xml>"))["delivered"] == 400
    assert told.empty()


async def test_the_same_update_twice_has_the_same_id(platform: Platform, told: Told) -> None:
    await platform.sim("say", text="đăng ký kết hôn", copies=2)
    first, second = await told.next(), await told.next()
    assert (first.update_id, first.text) == (second.update_id, "đăng ký kết hôn")


async def test_out_of_order_the_numbers_tell_the_order(platform: Platform, told: Told) -> None:
    for words in ("một", "hai", "ba"):
        await platform.sim("say", text=words, hold=True)
    await platform.sim("release", reverse=True)
    updates = [await told.next() for _ in range(3)]
    assert [update.text for update in sorted(updates, key=lambda update: int(update.update_id))] == ["một", "hai", "ba"]


async def test_a_press_under_something_else_is_acknowledged(platform: Platform, telegram: Telegram, told: Told) -> None:
    await telegram.send(PERSON, Part(text="a", buttons=(Button(label="cũ", data="tt:khai-sinh"),)))
    [seen] = await platform.sim("inbox")
    await platform.sim("press", message_id=seen["message_id"], button="cũ")
    [answered] = await platform.until_called("answerCallbackQuery", 1)
    assert answered["status"] == 200
    assert told.empty()


async def test_a_picture_arrives_whole(platform: Platform, telegram: Telegram) -> None:
    part = Part(text="📍 Quét để hỏi", bold=((2, 12),), picture=Picture(url="http://127.0.0.1:8000/qr.png", alt="Mã QR"))
    await telegram.send(PERSON, part, png())
    [seen] = await platform.sim("inbox")
    assert seen["picture"]["bytes"] == len(png())
    assert seen["text"] == part.text
    assert [cut_out(part.text, entity) for entity in seen["entities"]] == ["Quét để hỏi"]
    assert (await refused(telegram, part=part, picture=b"no picture")).action is SendAction.REJECTED


async def test_the_longest_text_is_measured_as_telegram_does(platform: Platform, telegram: Telegram) -> None:
    limit = telegram.capabilities.text_limit
    await telegram.send(PERSON, Part(text="👶" * (limit // 2)))
    error = await refused(telegram, part=Part(text="👶" * (limit // 2) + "a"))
    assert (error.action, error.code) == (SendAction.REJECTED, "400")
    caption = "ă" * telegram.capabilities.caption_limit
    await telegram.send(PERSON, Part(text=caption), png())
    assert (await refused(telegram, part=Part(text=caption + "a"), picture=png())).action is SendAction.REJECTED
    assert len(await platform.sim("inbox")) == 2


async def test_as_many_and_as_long_buttons_as_promised(platform: Platform, telegram: Telegram) -> None:
    shown = telegram.capabilities
    buttons = tuple(
        Button(label="ố" * shown.button_label, data="c:" + "a" * (shown.button_data - 5) + f":{n:02}"[:3]) for n in range(10, 20)
    )
    assert {len(button.data.encode()) for button in buttons} == {shown.button_data}
    await telegram.send(PERSON, Part(text="a", buttons=buttons))
    assert len((await platform.sim("inbox"))[0]["buttons"]) == shown.buttons


async def test_too_fast(platform: Platform, telegram: Telegram) -> None:
    await platform.sim("fault", kind="too_many", retry_after=7)
    error = await refused(telegram)
    assert (error.action, error.retry_after) == (SendAction.RETRY, 7)
    await platform.sim("switch", rate=True)
    sent = await asyncio.gather(*(telegram.send(PERSON, Part(text=f"{n}")) for n in range(9)), return_exceptions=True)
    told = [one for one in sent if isinstance(one, SendError)]
    assert told
    assert {(one.action, one.code) for one in told} == {(SendAction.RETRY, "429")}
    assert all(one.retry_after and one.retry_after >= 1 for one in told)
    assert len(await platform.sim("inbox")) == len(sent) - len(told)


async def test_more_at_once_than_there_are_connections(platform: Platform, telegram: Telegram) -> None:
    ids = await asyncio.gather(*(telegram.send(PERSON, CARD) for _ in range(3 * CONNECTIONS)))
    assert len(set(ids)) == len(ids)
    assert {str(seen["message_id"]) for seen in await platform.sim("inbox")} == set(ids)


async def test_the_door_opens_the_chat_at_a_procedure(platform: Platform, told: Told, vault: MemoryVault) -> None:
    door = build({"token": TOKEN, **vault.values}, vault, Settings(telegram_url=platform.url)).door("1.001193")
    assert door == Door(name="Telegram", url="https://t.me/xa_a_bot?start=tt_1-001193", words=False)
    plain = build({"token": TOKEN, **vault.values}, vault, Settings(telegram_url=platform.url)).door("")
    assert plain == Door(name="Telegram", url="https://t.me/xa_a_bot", words=False)
    await platform.sim("start", payload=door.url.partition("?start=")[2])
    assert (await told.next()).text == "1.001193"


async def test_who_cannot_be_reached(platform: Platform, telegram: Telegram, told: Told) -> None:
    await platform.sim("block")
    blocked = await told.next()
    assert (blocked.kind, blocked.person) == (UpdateKind.BLOCKED, PERSON)
    assert (await refused(telegram)).action is SendAction.PERSON
    await platform.sim("unblock")
    await telegram.send(PERSON, CARD)
    await platform.sim("citizen", id="5000000002", name="Bình")  # never wrote
    assert (await refused(telegram, "5000000002")).action is SendAction.PERSON
    assert (await refused(telegram, "5000000003")).action is SendAction.PERSON
    await platform.sim("deactivate")
    assert (await refused(telegram)).action is SendAction.PERSON
    assert told.empty()  # to be unblocked is no news: the next message will tell


@pytest.mark.parametrize(
    ("fault", "arrived"),
    [
        ({"kind": "cut_before_delivery"}, 0),
        ({"kind": "cut_after_delivery"}, 1),
        ({"kind": "delivered_but_error", "code": 500, "description": "Internal Server Error"}, 1),
        ({"kind": "http500"}, 0),
    ],
)
@pytest.mark.parametrize("picture", [None, png()], ids=["text", "photo"])
async def test_what_may_have_arrived_is_unknown(
    platform: Platform, telegram: Telegram, fault: dict[str, Any], arrived: int, picture: bytes | None
) -> None:
    await platform.sim("fault", **fault)
    assert (await refused(telegram, part=Part(text="a"), picture=picture)).action is SendAction.UNKNOWN
    assert len(await platform.sim("inbox")) == arrived
    await telegram.send(PERSON, Part(text="b"), picture)  # the next one goes its way
    assert len(await platform.sim("inbox")) == arrived + 1


async def test_an_answer_that_comes_too_late(platform: Platform, telegram: Telegram, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(telegram._connection._client, "timeout", 0.3)
    await platform.sim("fault", kind="slow", seconds=2)
    error = await refused(telegram)
    assert (error.action, error.code) == (SendAction.UNKNOWN, "ReadTimeout")
    assert len(await platform.sim("wait", count=1)) == 1


async def test_inline_search(platform: Platform, telegram: Telegram, told: Told) -> None:
    search = asyncio.create_task(platform.sim("inline", query="khai sinh", timeout=20))
    asked = await told.next()
    assert (asked.kind, asked.text, asked.person) == (UpdateKind.SEARCH, "khai sinh", PERSON)
    results = [Found(id=f"1.{n:06}", title="Đăng ký khai sinh", summary="Tư pháp · 1 ngày", part=CARD) for n in range(60)]
    await telegram.show(asked, results)
    answer = (await search)["answer"]
    assert len(answer["results"]) == 50
    assert (answer["cache_time"], answer.get("is_personal", False)) == (60, False)
    first = answer["results"][0]
    assert (first["id"], first["title"], first["description"]) == ("1.000000", "Đăng ký khai sinh", "Tư pháp · 1 ngày")
    content = first["input_message_content"]
    assert [cut_out(content["message_text"], entity) for entity in content["entities"]] == BOLD
    assert [button["text"] for row in first["reply_markup"]["inline_keyboard"] for button in row] == ["Xem đầy đủ"]
    await telegram.show(asked, results)  # too late: answered already, and nothing is raised


async def test_polling(platform: Platform, telegram: Telegram) -> None:
    assert all(finding.good for finding in await telegram.connect(""))
    await platform.sim("say", text="một")
    async with aclosing(telegram.poll()) as poll:
        [start, one] = await anext(poll)
        assert (start.message, one.text) == (MessageKind.START, "một")
    async with aclosing(telegram.poll()) as poll:  # the process died before they were stored: they come again
        assert list(await anext(poll)) == [start, one]
        later = asyncio.create_task(anext(poll))
        await platform.until_called("getUpdates", 3)
        assert (await platform.ask("getWebhookInfo"))["pending_update_count"] == 0
        await platform.sim("say", text="hai")
        [two] = await asyncio.wait_for(later, 20)
        assert two.text == "hai"
        assert int(two.update_id) > int(one.update_id)
        assert (await platform.ask("getWebhookInfo"))["pending_update_count"] == 1  # not confirmed before the next is asked for
