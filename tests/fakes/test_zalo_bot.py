"""The Zalo Bot fake keeps the rules of the platform: over plain HTTP, and with python-zalo-bot as an opponent."""

from __future__ import annotations

import asyncio
import json
import struct
import subprocess
import sys
import threading
import time
from collections.abc import AsyncIterator, Iterator
from typing import Any

import httpx
import pytest
import zalo_bot  # type: ignore[import-untyped]
from zalo_bot.error import InvalidToken, NetworkError, RetryAfter  # type: ignore[import-untyped]

from tests.fakes.serving import Fake, running_fake
from tests.fakes.telegram_hook import Hook, listening
from tests.fakes.zalo_bot_state import TOKEN

AN = "6ede9afa66b88fe6d6a9"
SECRET = "gan-dan-secret"


@pytest.fixture(scope="module")
def process() -> Iterator[Fake]:
    with running_fake("zalo_bot") as fake:
        yield fake


@pytest.fixture
def fake(process: Fake) -> Fake:
    """The fake with nobody in it but An, who wrote to the bot once; her event is taken."""
    process.sim("reset")
    process.sim("switch", http_loopback=True)
    process.sim("say", id=AN, text="xin chào")
    call(process, "getUpdates", timeout=0)
    return process


@pytest.fixture
def hook(fake: Fake) -> Iterator[Hook]:
    with listening() as hook:
        assert call(fake, "setWebhook", url=hook.url, secret_token=SECRET)[1]["url"] == hook.url
        yield hook
        fake.sim("reset")


def call(fake: Fake, method: str, **values: Any) -> tuple[int, Any]:
    """Status, and the result or code and description of the error."""
    answer = httpx.post(f"{fake.url}/bot{TOKEN}/{method}", json=values, timeout=60, verify=False)
    body = answer.json()
    return answer.status_code, body.get("result") if body["ok"] else (body["error_code"], body["description"])


def send(fake: Fake, text: str = "chào", **values: Any) -> tuple[int, Any]:
    return call(fake, "sendMessage", chat_id=AN, text=text, **values)


@pytest.mark.parametrize(
    ("path", "code"), [("/bot1:abc/getMe", 401), (f"/bot{TOKEN}/getMoon", 404), (f"/bot{TOKEN}/getme", 404), (f"/bot{TOKEN}/getMe", 200)]
)
def test_tokens_and_methods(fake: Fake, path: str, code: int) -> None:
    answer = httpx.get(fake.url + path, verify=False)
    assert (answer.status_code, answer.json()["ok"], answer.json().get("error_code", 200)) == (code, code == 200, code)


def test_errors_can_come_as_200(fake: Fake) -> None:
    fake.sim("switch", errors="ok")
    assert send(fake, "") == (200, (400, "Bad Request: text is empty"))


def test_parameters_come_in_four_forms(fake: Fake) -> None:
    url, values = f"{fake.url}/bot{TOKEN}/sendMessage", {"chat_id": AN, "text": "Ấp Bắc 🏡"}
    httpx.get(url, params=values, verify=False).raise_for_status()
    httpx.post(url, data=values, verify=False).raise_for_status()
    httpx.post(url, json=values | {"reply_markup": {}}, verify=False).raise_for_status()
    httpx.post(url, data=values, files={"file": b"x"}, verify=False).raise_for_status()
    assert httpx.post(url, content=b"{", headers={"content-type": "application/json"}, verify=False).status_code == 400
    assert [seen["text"] for seen in fake.sim("inbox", id=AN)] == ["Ấp Bắc 🏡"] * 4
    warnings = [seen["warnings"] for seen in fake.calls()[-5:]]
    assert warnings == [[], [], ["unknown parameter reply_markup"], ["unknown parameter file"], []]


@pytest.mark.parametrize(
    ("values", "description"),
    [
        ({"text": "a"}, "chat_id is empty"),
        ({"chat_id": AN, "text": "\n"}, "text is empty"),
        ({"chat_id": AN, "text": "ế" * 2001}, "text is too long"),
        ({"chat_id": "nobody", "text": "a"}, "chat not found"),
        ({"chat_id": AN, "text": "a", "parse_mode": "MarkdownV2"}, "parse_mode is invalid"),
        ({"chat_id": AN, "text": "🏡", "text_styles": [{"start": 0, "len": 3, "st": ["b"]}]}, "text_styles is invalid"),
        ({"chat_id": AN, "text": "abc", "text_styles": [{"start": 0, "len": 3, "st": ["bold"]}]}, "text_styles is invalid"),
    ],
)
def test_what_is_refused_in_a_message(fake: Fake, values: dict[str, Any], description: str) -> None:
    assert call(fake, "sendMessage", **values) == (400, (400, f"Bad Request: {description}"))
    assert fake.sim("inbox", id=AN) == []


def test_styles_are_seen_unless_a_parse_mode_wins(fake: Fake) -> None:
    styles = [{"start": 3, "len": 7, "st": ["b", "c_db342e"]}]
    code, result = send(fake, "🏡 Hộ khẩu" + "a" * 1990, text_styles=styles)
    assert (code, set(result), result["date"] > 10**12) == (200, {"message_id", "date"}, True)
    send(fake, "**Hộ khẩu**", text_styles=json.dumps([{"start": 0, "len": 2, "st": ["b"]}]), parse_mode="markdown")
    assert [(seen["styles"], seen["parse_mode"]) for seen in fake.sim("inbox", id=AN)] == [(styles, ""), ([], "markdown")]
    assert [seen["warnings"] for seen in fake.calls()[-2:]] == [[], ["text_styles beside parse_mode are ignored"]]
    fake.sim("switch", unknown_chat_code=404)
    assert call(fake, "sendMessage", chat_id="nobody", text="a")[0] == 404


def test_other_messages(fake: Fake) -> None:
    assert call(fake, "sendPhoto", chat_id=AN, photo="https://xa.vn/so-do.png", caption="Sơ đồ")[0] == 200
    for refused in ("http://xa.vn/a.png", "https://10.0.0.1/a.png", fake.url + "/_sim/calls", "http://127.0.0.1:1/a.png"):
        assert call(fake, "sendPhoto", chat_id=AN, photo=refused)[0] == 400
    assert call(fake, "sendSticker", chat_id=AN, sticker="0e078a9b")[0] == 200
    assert [call(fake, "sendVoice", chat_id=AN, voice_url=f"https://xa.vn/a.{kind}")[0] for kind in ("aac", "mp3")] == [200, 400]
    typing = httpx.post(f"{fake.url}/bot{TOKEN}/sendChatAction", json={"chat_id": AN, "action": "typing"}, verify=False)
    assert typing.json() == {"ok": True}
    assert call(fake, "sendChatAction", chat_id=AN, action="dancing")[0] == 400
    assert [seen["kind"] for seen in fake.sim("inbox", id=AN)] == ["photo", "sticker", "voice"]


def test_a_picture_is_fetched(fake: Fake) -> None:
    png = b"\x89PNG\r\n\x1a\n" + struct.pack(">I4sII", 13, b"IHDR", 640, 320)
    with listening() as pictures:
        pictures.pictures["/a.png"] = png
        url = pictures.url.replace("/hook", "/a.png")
        assert call(fake, "sendPhoto", chat_id=AN, photo=url)[0] == 200
    assert fake.sim("inbox", id=AN)[0]["picture"] == {"url": url, "bytes": len(png), "width": 640, "height": 320}


def test_the_free_plan_ends(fake: Fake) -> None:
    fake.sim("switch", users=2, messages_per_month=4)
    for citizen in "123":
        fake.sim("say", id=citizen, text="a")
    codes = [call(fake, "sendMessage", chat_id=citizen, text="a")[0] for citizen in "112321"]
    assert codes == [200, 200, 200, 429, 200, 429]
    fake.sim("switch", rate=False)
    assert call(fake, "sendMessage", chat_id="3", text="a")[0] == 200
    fake.sim("switch", rate=True)
    fake.sim("clock", advance_seconds=31 * 24 * 3600)
    assert call(fake, "sendMessage", chat_id="1", text="a")[0] == 200


def test_one_update_at_a_time(fake: Fake) -> None:
    for text in "ab":
        fake.sim("say", id=AN, text=text)
    _, first = call(fake, "getUpdates", timeout="5")
    assert (first["event_name"], first["message"]["text"], first["message"]["chat"]) == (
        "message.text.received",
        "a",
        {"id": AN, "chat_type": "PRIVATE"},
    )
    assert call(fake, "getUpdates", timeout=5, offset=0)[1]["message"]["text"] == "b"
    started = time.monotonic()
    assert call(fake, "getUpdates", timeout=1) == (200, (408, "Request timeout"))
    assert time.monotonic() - started >= 1
    fake.sim("switch", idle_status=408)
    assert call(fake, "getUpdates", timeout=0)[0] == 408


def test_a_poll_waits_and_a_caller_who_left_takes_nothing(fake: Fake) -> None:
    with pytest.raises(httpx.ReadTimeout):
        httpx.post(f"{fake.url}/bot{TOKEN}/getUpdates", json={"timeout": 30}, timeout=0.5, verify=False)
    late = threading.Timer(0.3, fake.sim, ("say",), {"id": AN, "text": "hộ khẩu"})
    late.start()
    assert call(fake, "getUpdates", timeout=20)[1]["message"]["text"] == "hộ khẩu"
    late.join()
    fake.sim("switch", keep_unpolled=False)
    fake.sim("say", id=AN, text="mất")
    assert call(fake, "getUpdates", timeout=0)[1][0] == 408


@pytest.mark.parametrize(
    ("values", "refused"),
    [
        ({"url": "http://xa.vn/hook", "secret_token": SECRET}, "url"),
        ({"url": "https://localhost/hook", "secret_token": SECRET}, "url"),
        ({"url": "https://192.168.1.2/hook", "secret_token": SECRET}, "url"),
        ({"url": "https://xa.vn/hook", "secret_token": "1234567"}, "secret_token"),
        ({"url": "https://xa.vn/hook", "secret_token": "a" * 257}, "secret_token"),
    ],
)
def test_which_webhooks_are_refused(fake: Fake, values: dict[str, str], refused: str) -> None:
    fake.sim("switch", http_loopback=False)
    assert call(fake, "setWebhook", **values) == (400, (400, f"Bad Request: {refused} is invalid"))


def test_a_webhook_excludes_asking(fake: Fake, hook: Hook) -> None:
    assert call(fake, "getUpdates")[0] == 400
    fake.sim("switch", conflict_code=409)
    assert call(fake, "getUpdates")[0] == 409
    assert call(fake, "getWebhookInfo")[1]["url"] == hook.url
    assert call(fake, "deleteWebhook")[1]["url"] == ""
    assert call(fake, "getUpdates", timeout=0)[1] == (408, "Request timeout")


def test_a_webhook_gets_the_event_in_both_forms(fake: Fake, hook: Hook) -> None:
    assert fake.sim("say", id=AN, text="hộ khẩu")["delivered"] == 200
    fake.sim("say", id=AN, text="hộ khẩu", body="bare")
    enveloped, bare = hook.bodies(2)
    assert (enveloped["ok"], enveloped["result"]["message"]["text"]) == (True, "hộ khẩu")
    assert (bare["event_name"], bare["message"]["from"]["id"], bare["message"]["date"] > 10**12) == ("message.text.received", AN, True)
    fake.sim("say", id=AN, text="a", secret="wrong")
    fake.sim("event", raw="{")
    assert [headers["x-bot-api-secret-token"] for headers, _ in hook.requests] == [SECRET, SECRET, "wrong", SECRET]
    assert hook.requests[-1][1] == b"{"


def test_every_kind_of_event(fake: Fake, hook: Hook) -> None:
    fake.sim("switch", body="bare")
    for name in ("photo", "sticker", "voice", "location"):
        fake.sim(name, id=AN)
    fake.sim("switch", photo_keys=["photo"])
    fake.sim("photo", id=AN, caption="Đơn")
    seen = [(body["event_name"].split(".")[1], set(body["message"]) - {"from", "chat", "message_id", "date"}) for body in hook.bodies(5)]
    assert seen == [
        ("image", {"photo_url"}),
        ("sticker", {"sticker", "url"}),
        ("voice", {"voice_url"}),
        ("unsupported", set()),
        ("image", {"photo", "caption"}),
    ]
    assert fake.sim("say", id=AN, text="a", group="g1", mention=False)["delivered"] is None
    fake.sim("say", id=AN, text="@Bot a", group="g1")
    assert hook.bodies(6)[5]["message"]["chat"] == {"id": "g1", "chat_type": "GROUP"}


def test_duplicates_disorder_and_refusals(fake: Fake, hook: Hook) -> None:
    fake.sim("say", id=AN, text="a", copies=2)
    held = [fake.sim("say", id=AN, text=text, hold=True)["message_id"] for text in "bc"]
    assert fake.sim("release", order="reversed") == held[::-1]
    messages = [body["result"]["message"] for body in hook.bodies(4)]
    assert [message["text"] for message in messages] == ["a", "a", "c", "b"]
    assert messages[0]["message_id"] == messages[1]["message_id"]
    hook.answer(500)
    assert fake.sim("say", id=AN, text="a")["delivered"] == 500
    assert [push["status"] for push in fake.sim("webhooks")] == [200] * 4 + [500]


@pytest.mark.parametrize(
    ("fault", "code", "delivered"),
    [
        ({"kind": "delivered_but_error", "code": 403}, 403, 1),
        ({"kind": "cut_after_delivery"}, None, 1),
        ({"kind": "cut_before_delivery"}, None, 0),
        ({"kind": "error", "code": 400}, 400, 0),
        ({"kind": "http500"}, 500, 0),
        ({"kind": "slow", "seconds": 0.3}, 200, 1),
        ({"kind": "too_many"}, 429, 0),
    ],
)
def test_faults(fake: Fake, fault: dict[str, Any], code: int | None, delivered: int) -> None:
    fake.sim("fault", **fault)
    try:
        answer = httpx.post(f"{fake.url}/bot{TOKEN}/sendMessage", json={"chat_id": AN, "text": "a"}, verify=False)
    except httpx.RemoteProtocolError:
        assert code is None
    else:
        assert answer.status_code == code
        assert "parameters" not in answer.text
    assert len(fake.sim("inbox", id=AN)) == delivered
    assert (fake.calls()[-1]["fault"], fake.calls()[-1]["status"]) == (fault["kind"], code)
    assert send(fake)[0] == 200


def test_blocked_by_a_citizen(fake: Fake) -> None:
    fake.sim("block", id=AN)
    assert send(fake) == (403, (403, "Internal server error"))
    fake.sim("unblock", id=AN)
    assert send(fake)[0] == 200


def test_a_flood_is_timed(fake: Fake, hook: Hook) -> None:
    planned = fake.sim("flood", citizens=4, per_second=40, seconds=0.5)
    assert planned["planned"] == len(hook.bodies(20)) == 20
    chat = hook.bodies(1)[0]["result"]["message"]["chat"]["id"]
    assert call(fake, "sendMessage", chat_id=chat, text="chào")[0] == 200
    assert len(fake.sim("wait", id=chat, count=1)) == 1
    seen = fake.sim("latencies")
    assert (seen["answered"], seen["waiting"]) == (1, 19)
    assert 0 < seen["p50"] == seen["p99"] < 30


def test_the_record_holds_no_secret(fake: Fake, hook: Hook) -> None:
    assert [seen["method"] for seen in fake.calls()] == ["getUpdates", "setWebhook"]
    everything = json.dumps([fake.calls(), fake.sim("webhooks")])
    assert TOKEN.partition(":")[2] not in everything
    assert SECRET not in everything


def test_only_loopback_is_bound() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.fakes.zalo_bot", "--port", "0", "--host", "0.0.0.0"], capture_output=True, check=False
    )
    assert (done.returncode, b"invalid choice" in done.stderr) == (2, True)


# --- python-zalo-bot --------------------------------------------------------------------------------------------------


@pytest.fixture
async def bot(fake: Fake) -> AsyncIterator[zalo_bot.Bot]:
    async with zalo_bot.Bot(TOKEN, base_url=fake.url) as bot:
        yield bot


async def test_zalo_bot_talks_to_a_citizen(fake: Fake, bot: zalo_bot.Bot) -> None:
    me = await bot.get_me()
    assert (me.id, me.account_name) == (TOKEN.partition(":")[0], "bot.UbndXaA")
    await asyncio.to_thread(fake.sim, "say", id=AN, text="hộ khẩu")
    update = await bot.get_update(timeout=5)
    assert (update.message.text, update.message.chat.id, update.message.chat.type, update.effective_user.display_name) == (
        "hộ khẩu",
        AN,
        "PRIVATE",
        "Nguyễn Văn A",
    )
    assert await bot.get_update(timeout=0) is None  # its way to say 408
    sent = await bot.send_message(chat_id=AN, text="Hộ khẩu 🏡")
    assert await bot.send_photo(chat_id=AN, caption="Sơ đồ", photo="https://xa.vn/a.png")
    inbox = fake.sim("inbox", id=AN)
    assert [(seen["text"], seen["message_id"] == sent.message_id) for seen in inbox] == [("Hộ khẩu 🏡", True), ("Sơ đồ", False)]
    assert {seen["form"] for seen in fake.calls() if seen["method"] == "sendMessage"} == {"form"}


async def test_zalo_bot_sets_a_webhook(fake: Fake, bot: zalo_bot.Bot) -> None:
    assert await bot._set_webhook_async("https://xa.vn/hook", SECRET)
    assert fake.calls()[-1]["answer"]["result"]["url"] == "https://xa.vn/hook"
    assert await bot._delete_webhook_async()


async def test_zalo_bot_sees_the_errors(fake: Fake, bot: zalo_bot.Bot) -> None:
    with pytest.raises(InvalidToken):
        async with zalo_bot.Bot("1:abc", base_url=fake.url):
            pass
    fake.sim("fault", kind="too_many", retry_after=7)
    with pytest.raises(RetryAfter):
        await bot.send_message(chat_id=AN, text="a")
    fake.sim("fault", kind="cut_after_delivery")
    with pytest.raises(NetworkError):
        await bot.send_message(chat_id=AN, text="một lần")
    fake.sim("switch", errors="ok")
    assert await bot.send_message(chat_id="nobody", text="a") is None
    assert [seen["text"] for seen in fake.sim("inbox", id=AN)] == ["một lần"]
