"""The Telegram fake and updates, limits and faults; and python-telegram-bot, written by others, against all of it."""

from __future__ import annotations

import asyncio
import itertools
import json
import re
import time
from collections.abc import AsyncIterator, Iterator
from typing import Any

import httpx
import pytest
import telegram
from telegram import BotCommand, BotCommandScopeAllPrivateChats, InlineKeyboardButton, InlineKeyboardMarkup, MessageEntity
from telegram.error import BadRequest, Conflict, Forbidden, InvalidToken, NetworkError, RetryAfter, TimedOut
from telegram.ext import ApplicationBuilder, CommandHandler, ContextTypes

from tests.fakes.serving import Fake, running_fake
from tests.fakes.telegram_hook import Hook, listening
from tests.fakes.telegram_state import TOKEN
from tests.fakes.test_telegram import AN, article, begin, call, png, send

SECRET = "gd-Secret_1"
FIRST = 700_000_002  # the first update a test sees


@pytest.fixture(scope="module")
def process() -> Iterator[Fake]:
    with running_fake("telegram") as fake:
        yield fake


@pytest.fixture
def fake(process: Fake) -> Fake:
    return begin(process)


@pytest.fixture
def hook(fake: Fake) -> Iterator[Hook]:
    with listening() as hook:
        assert call(fake, "setWebhook", url=hook.url, secret_token=SECRET) == (200, True)
        yield hook
        fake.sim("reset")


@pytest.fixture
async def bot(fake: Fake, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[telegram.Bot]:
    monkeypatch.setenv("PTB_TIMEDELTA", "true")
    async with telegram.Bot(TOKEN, base_url=f"{fake.url}/bot", base_file_url=f"{fake.url}/file/bot") as bot:
        yield bot


def until_called(fake: Fake, method: str, count: int) -> None:
    end = time.monotonic() + 20
    while sum(seen["method"] == method for seen in fake.calls()) < count:
        assert time.monotonic() < end


@pytest.mark.parametrize(
    ("values", "description"),
    [
        ({"url": "http://xa.vn/hook"}, "bad webhook: An HTTPS URL must be provided for webhook"),
        ({"url": "https://xa.vn:8080/hook"}, "bad webhook: Webhook can be set up only on ports 80, 88, 443 or 8443"),
        ({"url": "http://127.0.0.1:88/hook"}, "bad webhook: An HTTPS URL must be provided for webhook"),
        ({"url": "https://xa.vn/hook", "secret_token": "a b"}, "secret token contains unallowed characters"),
        ({"url": "https://xa.vn/hook", "secret_token": "a" * 257}, "secret token is too long"),
    ],
)
def test_which_webhooks_are_refused(fake: Fake, values: dict[str, str], description: str) -> None:
    fake.sim("switch", http_loopback=False, ports=True)
    assert call(fake, "setWebhook", **values) == (400, f"Bad Request: {description}")


def test_a_webhook_comes_and_goes(fake: Fake) -> None:
    fake.sim("switch", rate=False)

    def words(method: str, **values: Any) -> str:
        description: str = httpx.post(f"{fake.url}/bot{TOKEN}/{method}", json=values, verify=False).json()["description"]
        return description

    url = "https://xa.vn:8443/hook"
    assert words("deleteWebhook") == "Webhook is already deleted"
    assert words("setWebhook", url=url, allowed_updates=["message"], max_connections=4) == "Webhook was set"
    assert words("setWebhook", url=url, max_connections=4) == "Webhook is already set"
    info = call(fake, "getWebhookInfo")[1]
    assert {key: info[key] for key in ("url", "max_connections", "allowed_updates")} == {
        "url": url,
        "max_connections": 4,
        "allowed_updates": ["message"],
    }
    assert fake.sim("block", id=AN)["update_id"] is None  # my_chat_member was not asked for
    assert words("deleteWebhook") == "Webhook was deleted"
    fake.sim("switch", rate=True)
    fake.sim("clock", advance_seconds=2)
    refused = next(code for code in (call(fake, "setWebhook", url=url)[0] for _ in range(9)) if code != 200)
    assert (refused, fake.calls()[-1]["answer"]["parameters"]) == (429, {"retry_after": 1})


def test_an_update_is_pushed_with_the_secret(fake: Fake, hook: Hook) -> None:
    said = fake.sim("say", id=AN, text="hộ khẩu")
    assert (said["update_id"], said["delivered"]) == (FIRST, 200)
    headers, body = hook.requests[0]
    assert (headers["x-telegram-bot-api-secret-token"], headers["content-type"]) == (SECRET, "application/json")
    message = json.loads(body)["message"]
    assert (message["text"], message["message_id"], message["from"]["id"]) == ("hộ khẩu", said["message_id"], AN)
    fake.sim("say", id=AN, text="a", secret="wrong")
    fake.sim("say", id=AN, text="a", secret="")
    assert [head.get("x-telegram-bot-api-secret-token") for head, _ in hook.requests[1:]] == ["wrong", None]
    assert fake.sim("event", raw="{")["delivered"] == 200
    assert hook.requests[-1][1] == b"{"


def test_refused_updates_come_again_ever_later(fake: Fake, hook: Hook) -> None:
    hook.answer(500)
    hook.answer(302, location="/")
    hook.answer(503, retry_after="300")
    assert fake.sim("say", id=AN, text="a")["delivered"] == 500
    info = call(fake, "getWebhookInfo")[1]
    assert (info["pending_update_count"], info["last_error_message"]) == (1, "Wrong response from the webhook: 500 Internal Server Error")
    for count, wait in ((2, 1), (3, 2), (4, 300)):
        while len(fake.sim("webhooks")) < count - 1:
            pass  # the answer is not noted yet
        fake.sim("clock", advance_seconds=wait)
        assert {body["update_id"] for body in hook.bodies(count)} == {FIRST}
    while len(pushes := fake.sim("webhooks")) < 4:
        pass
    assert [(push["status"], push["retry_in"]) for push in pushes] == [(500, 1), (302, 2), (503, 300), (200, None)]
    assert all(later["at"] - push["at"] >= push["retry_in"] for push, later in itertools.pairwise(pushes))
    assert call(fake, "getWebhookInfo")[1]["pending_update_count"] == 0


def test_updates_are_kept_for_a_day(fake: Fake, hook: Hook) -> None:
    hook.answer(500)
    fake.sim("say", id=AN, text="a")
    fake.sim("clock", advance_seconds=24 * 3600)
    assert call(fake, "getWebhookInfo")[1]["pending_update_count"] == 0
    fake.sim("say", id=AN, text="b")
    assert [body["message"]["text"] for body in hook.bodies(2)] == ["a", "b"]


def test_a_webhook_that_is_gone_for_long_is_closed(fake: Fake, hook: Hook) -> None:
    hook.answer(410)
    hook.answer(410)
    fake.sim("say", id=AN, text="a")
    fake.sim("clock", advance_seconds=23 * 3600)
    hook.bodies(2)
    assert fake.sim("say", id=AN, text="b")["delivered"] is None
    assert call(fake, "getWebhookInfo")[1]["url"] == ""


def test_no_webhook_beyond_this_machine_is_called(fake: Fake) -> None:
    call(fake, "setWebhook", url="https://xa.vn/hook")
    assert fake.sim("say", id=AN, text="a")["delivered"] is None
    assert call(fake, "getWebhookInfo")[1]["last_error_message"].startswith("Failed to resolve host")


def test_duplicates_and_disorder(fake: Fake, hook: Hook) -> None:
    fake.sim("say", id=AN, text="a", copies=2)
    held = [fake.sim("say", id=AN, text=text, hold=True)["update_id"] for text in "bc"]
    assert len(hook.bodies(2)) == 2
    assert fake.sim("release", order="reversed") == held[::-1]
    assert [body["message"]["text"] for body in hook.bodies(4)] == ["a", "a", "c", "b"]


def test_a_connection_that_was_closed_meanwhile_loses_nothing(fake: Fake, hook: Hook) -> None:
    fake.sim("say", id=AN, text="a")
    hook.impolite = True
    fake.sim("say", id=AN, text="b")
    assert len(hook.callers) == 1  # connections are kept
    assert [fake.sim("say", id=AN, text=text)["delivered"] for text in "cd"] == [200] * 2
    assert len(hook.bodies(4)) == 4


def test_an_answer_to_a_webhook_can_be_a_call(fake: Fake, hook: Hook) -> None:
    hook.answer(200, json.dumps({"method": "sendmessage", "chat_id": AN, "text": "chào bạn"}).encode())
    hook.answer(200, b'{"method": "deleteWebhook"}')
    hook.answer(200, b"ok")
    for _ in range(3):
        fake.sim("say", id=AN, text="a")
    assert [seen["text"] for seen in fake.sim("wait", id=AN, count=1)] == ["chào bạn"]
    assert call(fake, "getWebhookInfo")[1]["url"] == hook.url
    assert [seen["method"] for seen in fake.calls() if seen["form"] == "webhook"] == ["sendMessage", "deleteWebhook"]


def test_asking_for_updates(fake: Fake) -> None:
    for text in "abc":
        fake.sim("say", id=AN, text=text)
    assert [update["update_id"] for update in call(fake, "getUpdates", limit=2)[1]] == [FIRST, FIRST + 1]
    assert [update["message"]["text"] for update in call(fake, "getUpdates", offset=FIRST + 1)[1]] == ["b", "c"]
    assert [update["message"]["text"] for update in call(fake, "getUpdates", offset=-1, allowed_updates=["message"])[1]] == ["c"]
    assert [update["update_id"] for update in call(fake, "getUpdates")[1]] == [FIRST + 2]
    assert fake.sim("inline", id=AN, query="a")["update_id"] is None
    assert call(fake, "getUpdates", offset=FIRST + 3, timeout=1) == (200, [])
    call(fake, "setWebhook", url="https://xa.vn/hook")
    conflict = "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"
    assert call(fake, "getUpdates") == (409, conflict)


def test_what_citizens_do_reads_as_telegram_has_it(fake: Fake) -> None:
    texts = ("photo", "document", "video", "sticker", "voice", "audio", "location", "contact")
    for name in texts:
        fake.sim(name, id=AN)
    fake.sim("start", id=AN, payload="lk_4821")
    fake.sim("say", id=AN, text="@xa_a_bot chào", group=-1001)
    fake.sim("edit", id=AN, message_id=11, text="sửa")
    fake.sim("block", id=AN)
    updates = [telegram.Update.de_json(update, None) for update in call(fake, "getUpdates")[1]]
    assert [update.update_id for update in updates] == list(range(FIRST, FIRST + len(texts) + 4))
    for name, update in zip(texts, updates, strict=False):
        assert update.message
        assert getattr(update.message, name)
    start, group, edited, left = updates[len(texts) :]
    assert start.message
    assert start.message.parse_entities([MessageEntity.BOT_COMMAND]) == {MessageEntity(MessageEntity.BOT_COMMAND, 0, 6): "/start"}
    assert (start.message.text, group.effective_chat and group.effective_chat.type) == ("/start lk_4821", "supergroup")
    assert edited.edited_message
    assert edited.edited_message.text == "sửa"
    assert left.my_chat_member
    assert left.my_chat_member.new_chat_member.status == "kicked"


def test_too_many_messages(fake: Fake) -> None:
    fake.sim("switch", chat_per_second=0.001)
    answers = [send(fake) for _ in range(7)]
    assert [code for code, _ in answers] == [200] * 5 + [429] * 2
    assert re.fullmatch(r"Too Many Requests: retry after (9\d\d|1000)", answers[-1][1])
    fake.sim("clock", advance_seconds=1000)
    assert [send(fake)[0] for _ in range(2)] == [200, 429]
    fake.sim("switch", overall_burst=3, overall_per_second=0.001)
    for citizen in range(4):
        fake.sim("say", id=AN + citizen, text="a")
    assert [call(fake, "sendMessage", chat_id=AN + citizen, text="a")[0] for citizen in range(4)] == [200, 200, 200, 429]
    fake.sim("switch", rate=False)
    assert {send(fake)[0] for _ in range(20)} == {200}


@pytest.mark.parametrize(
    ("fault", "code", "delivered"),
    [
        ({"kind": "delivered_but_error", "code": 500}, 500, 1),
        ({"kind": "cut_after_delivery"}, None, 1),
        ({"kind": "cut_before_delivery"}, None, 0),
        ({"kind": "error", "code": 400, "description": "chat not found"}, 400, 0),
        ({"kind": "http500"}, 500, 0),
        ({"kind": "slow", "seconds": 0.3}, 200, 1),
        ({"kind": "too_many", "retry_after": 7}, 429, 0),
    ],
)
def test_faults(fake: Fake, fault: dict[str, Any], code: int | None, delivered: int) -> None:
    fake.sim("fault", **fault)
    assert call(fake, "getMe")[0] == 200  # only sends are struck
    try:
        answer = httpx.post(f"{fake.url}/bot{TOKEN}/sendMessage", json={"chat_id": AN, "text": "a"}, verify=False)
    except httpx.RemoteProtocolError:
        assert code is None
    else:
        assert answer.status_code == code
        assert (answer.headers["content-type"] == "application/json") == (fault["kind"] != "http500")
    assert len(fake.sim("inbox", id=AN)) == delivered
    assert [(seen["fault"], seen["status"], seen["delivered"]) for seen in fake.calls()[-1:]] == [(fault["kind"], code, bool(delivered))]
    assert send(fake)[0] == 200  # once only


def test_the_record_holds_no_secret(fake: Fake, hook: Hook) -> None:
    httpx.post(f"{fake.url}/bot{TOKEN[:-1]}x/sendMessage", json={"chat_id": AN, "text": "a"}, verify=False)
    call(fake, "setWebhook", url=[], secret_token=SECRET)
    record = httpx.get(f"{fake.url}/_sim/calls?after=2", verify=False).json()
    assert [(seen["number"], seen["method"], seen["status"]) for seen in record] == [(3, "sendMessage", 401), (4, "setWebhook", 400)]
    everything = json.dumps([fake.calls(), fake.sim("webhooks")])
    assert TOKEN.partition(":")[2][:-1] not in everything
    assert SECRET not in everything


def test_a_flood_is_timed(fake: Fake, hook: Hook) -> None:
    fake.sim("switch", rate=False)
    planned = fake.sim("flood", citizens=4, per_second=40, seconds=0.5, texts=["a", "b"])
    assert planned["planned"] == len(hook.bodies(20)) == 20
    for number in range(3):
        call(fake, "sendMessage", chat_id=planned["first_id"] + number, text="chào")
    seen = fake.sim("latencies")
    assert (seen["answered"], seen["waiting"], seen["flood"]["sent"]) == (3, 17, 20)
    assert 0 < seen["p50"] <= seen["p99"] == max(seen["list"]) < 30


# --- python-telegram-bot ----------------------------------------------------------------------------------------------


async def test_ptb_talks_to_a_citizen(fake: Fake, bot: telegram.Bot) -> None:
    assert (await bot.get_me()).username == "xa_a_bot"
    bold = MessageEntity(MessageEntity.BOLD, 3, 7)
    buttons = InlineKeyboardMarkup(
        [[InlineKeyboardButton("Khai sinh", callback_data="tt:ks"), InlineKeyboardButton("Cổng", url="https://xa.vn")]]
    )
    message = await bot.send_message(AN, "🏡 Hộ khẩu", entities=[bold], reply_markup=buttons)
    assert message.parse_entities() == {bold: "Hộ khẩu"}
    fake.sim("press", id=AN, message_id=message.message_id, button=0)
    (update,) = await bot.get_updates()
    assert update.callback_query
    assert await bot.answer_callback_query(update.callback_query.id, text="Đã nhận")
    with pytest.raises(BadRequest, match="Query is too old"):
        await bot.answer_callback_query(update.callback_query.id)
    edited = await bot.edit_message_text("Xong", chat_id=AN, message_id=message.message_id)
    assert isinstance(edited, telegram.Message)
    with pytest.raises(BadRequest, match="Message is not modified"):
        await bot.edit_message_text("Xong", chat_id=AN, message_id=message.message_id)
    photo = await bot.send_photo(AN, png(), caption="Sơ đồ")
    assert photo.photo[-1].width == 640
    assert bytes(await (await photo.photo[-1].get_file()).download_as_bytearray()) == png()
    assert await bot.send_chat_action(AN, "typing")
    assert [seen["text"] for seen in fake.sim("inbox", id=AN)] == ["Xong", "Sơ đồ"]
    assert not [seen["warnings"] for seen in fake.calls() if seen["warnings"]]


async def test_ptb_application_understands_a_deep_link(fake: Fake) -> None:
    seen: list[list[str] | None] = []

    async def start(_: telegram.Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        seen.append(context.args)

    application = ApplicationBuilder().token(TOKEN).base_url(f"{fake.url}/bot").updater(None).build()
    application.add_handler(CommandHandler("start", start))
    fake.sim("start", id=AN, payload="lk_4821")
    async with application:
        for update in await application.bot.get_updates():
            await application.process_update(update)
    assert seen == [["lk_4821"]]


async def test_ptb_sets_the_bot_up(fake: Fake, bot: telegram.Bot) -> None:
    commands, scope = (BotCommand("trogiup", "Trợ giúp"),), BotCommandScopeAllPrivateChats()
    assert await bot.set_my_commands(commands, scope, "vi")
    assert await bot.get_my_commands(scope, "vi") == commands
    assert await bot.set_my_description("Giúp tra cứu thủ tục", "vi")
    assert await bot.set_my_short_description("Thủ tục", "vi")
    assert (await bot.get_my_description("vi")).description == "Giúp tra cứu thủ tục"
    assert await bot.set_webhook("https://xa.vn/tg", secret_token=SECRET, allowed_updates=["message"], max_connections=10)
    assert (await bot.get_webhook_info()).allowed_updates == ("message",)
    with pytest.raises(Conflict, match="webhook is active"):
        await bot.get_updates()
    assert (await bot.get_chat(AN)).first_name == "An"


async def test_ptb_answers_inline_queries(fake: Fake, bot: telegram.Bot) -> None:
    number = fake.sim("inline", id=AN, query="khai sinh")["query_id"]
    result = telegram.InlineQueryResultArticle(
        "1", "Khai sinh", telegram.InputTextMessageContent("Cần…", entities=[MessageEntity("bold", 0, 3)])
    )
    assert await bot.answer_inline_query(number, [result], cache_time=0)
    with pytest.raises(BadRequest, match="Query is too old"):
        await bot.answer_inline_query(number, [result])
    assert article(1)["title"] == fake.sim("choose", id=AN, query_id=number, result="1")["result"]["title"]


async def test_ptb_sees_the_errors(fake: Fake, bot: telegram.Bot) -> None:
    with pytest.raises(BadRequest, match="Message is too long"):
        await bot.send_message(AN, "a" * 4097)
    with pytest.raises(BadRequest, match="Chat not found"):
        await bot.send_message(42, "a")
    fake.sim("fault", kind="too_many", retry_after=7)
    with pytest.raises(RetryAfter) as wait:
        await bot.send_message(AN, "a")
    assert str(wait.value.retry_after) == "0:00:07"
    fake.sim("fault", kind="cut_after_delivery")
    with pytest.raises(NetworkError):
        await bot.send_message(AN, "một lần")
    fake.sim("fault", kind="slow", seconds=3)
    with pytest.raises(TimedOut):
        await bot.send_message(AN, "chậm", read_timeout=0.5)
    assert [seen["text"] for seen in fake.sim("inbox", id=AN)] == ["một lần", "chậm"]
    fake.sim("block", id=AN)
    with pytest.raises(Forbidden, match="bot was blocked by the user"):
        await bot.send_message(AN, "a")
    with pytest.raises(InvalidToken):
        async with telegram.Bot("1:abc", base_url=f"{fake.url}/bot"):
            pass


async def test_ptb_polls_and_the_other_instance_is_told(fake: Fake, bot: telegram.Bot) -> None:
    asking = asyncio.create_task(bot.get_updates(timeout=20))
    await asyncio.to_thread(until_called, fake, "getUpdates", 2)
    second = asyncio.create_task(asyncio.to_thread(call, fake, "getUpdates", timeout=10))
    with pytest.raises(Conflict, match="terminated by other getUpdates request"):
        await asking
    await asyncio.to_thread(fake.sim, "say", id=AN, text="hộ khẩu")
    assert [update["message"]["text"] for update in (await second)[1]] == ["hộ khẩu"]
