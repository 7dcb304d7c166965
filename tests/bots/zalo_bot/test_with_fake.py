"""The channel against the faithful fake of the Zalo Bot Platform: everything goes through real HTTP, both ways."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from app.messages import Forged, Malformed, MessageKind, Part, Picture, SendAction, SendError, Update, WebhookRequest
from bots.zalo_bot import ZaloBot, client
from bots.zalo_bot.client import Quota
from tests.bots.zalo_bot.bot import CITIZEN, TOKEN, Memory, channel_at
from tests.bots.zalo_bot.scripted import LOOPBACK, free_port
from tests.bots.zalo_bot.test_client import Clock
from tests.fakes.serving import Fake, running_fake

PUBLIC = "https://phuongmau.example.vn/webhook/zalo-bot"
PICTURE = Picture(url="https://phuongmau.example.vn/qr/1.001193.png", alt="Mã QR")
both_transports = pytest.mark.parametrize("errors", ["code", "ok"], ids=["status is the code", "always 200"])


@pytest.fixture(scope="module")
def running() -> Iterator[Fake]:
    with running_fake("zalo_bot", "--token", TOKEN) as fake:
        yield fake


@pytest.fixture
def fake(running: Fake) -> Fake:
    """A fake that has forgotten everything, to which one citizen has written."""
    running.sim("reset")
    running.sim("say", id=CITIZEN, text="xin chào")
    return running


@pytest.fixture
def vault() -> Memory:
    return Memory()


@pytest.fixture
async def channel(fake: Fake, vault: Memory) -> AsyncIterator[ZaloBot]:
    found = channel_at(fake.url, vault)
    await found.start()
    yield found
    await found.stop()


async def sending(channel: ZaloBot, person: str = CITIZEN, part: Part | None = None) -> SendAction | None:
    """What is to be done after sending; None: it was accepted."""
    try:
        assert await channel.send(person, part or Part(text="Dạ, xin chào bạn."))
    except SendError as error:
        return error.action
    return None


def inbox(fake: Fake, person: str = CITIZEN) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = fake.sim("inbox", id=person)
    return found


# --- out ------------------------------------------------------------------------------------------------------------


async def test_a_citizen_reads_the_text_with_its_bold_words(fake: Fake, channel: ZaloBot) -> None:
    text = "👶 Giấy tờ: tờ khai, giấy chứng sinh. 🏠 Nơi nộp: quầy 3"
    bold = tuple((text.index(words), len(words)) for words in ("Giấy tờ", "Nơi nộp"))
    number = await channel.send(CITIZEN, Part(text=text, bold=bold))
    (seen,) = inbox(fake)
    assert (seen["message_id"], seen["text"]) == (number, text)
    units = text.encode("utf-16-le")
    words = [units[2 * style["start"] : 2 * (style["start"] + style["len"])].decode("utf-16-le") for style in seen["styles"]]
    assert words == ["Giấy tờ", "Nơi nộp"]
    assert fake.calls()[-1]["warnings"] == []


async def test_a_citizen_sees_the_picture_with_its_caption(fake: Fake, channel: ZaloBot) -> None:
    await channel.send(CITIZEN, Part(text="Mã QR của thủ tục", picture=PICTURE), picture=b"")
    await channel.send(CITIZEN, Part(text="Mã QR", picture=Picture(url=f"{fake.url}/qr.png", alt="Mã QR")))
    photo, text = inbox(fake)
    assert (photo["kind"], photo["text"], photo["picture"]["url"]) == ("photo", "Mã QR của thủ tục", PICTURE.url)
    assert (text["kind"], text["text"]) == ("text", f"Mã QR\n\nMã QR: {fake.url}/qr.png")


@pytest.mark.parametrize("text", ["x" * 2000, "ệ" * 2000, "🏠" * 1000])
async def test_the_longest_text_is_accepted(fake: Fake, channel: ZaloBot, text: str) -> None:
    assert max(len(text), len(text.encode("utf-16-le")) // 2) == channel.capabilities.text_limit
    assert await sending(channel, part=Part(text=text, bold=((0, len(text)),))) is None
    assert inbox(fake)[0]["text"] == text


@both_transports
async def test_refusals_say_what_to_do(fake: Fake, channel: ZaloBot, errors: str) -> None:
    fake.sim("switch", errors=errors)
    assert await sending(channel, "never-wrote") is SendAction.PERSON
    fake.sim("switch", unknown_chat_code=404)
    assert await sending(channel, "never-wrote") is SendAction.PERSON
    assert await sending(channel, part=Part(text="x" * 2001)) is SendAction.REJECTED
    assert await sending(channel, part=Part(text=" ")) is SendAction.REJECTED
    fake.sim("block", id=CITIZEN)
    assert await sending(channel) is SendAction.UNKNOWN  # 403 «Internal server error»: nobody knows
    stranger = channel_at(fake.url, token="1:fake")
    assert await sending(stranger) is SendAction.ACCOUNT
    await stranger.stop()
    assert inbox(fake) == []


@both_transports
@pytest.mark.parametrize(
    ("fault", "action", "delivered"),
    [
        ({"kind": "cut_before_delivery"}, SendAction.UNKNOWN, 0),
        ({"kind": "cut_after_delivery"}, SendAction.UNKNOWN, 1),
        ({"kind": "http500"}, SendAction.UNKNOWN, 0),
        ({"kind": "delivered_but_error", "code": 500}, SendAction.UNKNOWN, 1),
        ({"kind": "delivered_but_error", "code": 403}, SendAction.UNKNOWN, 1),
        ({"kind": "error", "code": 408}, SendAction.UNKNOWN, 0),
        ({"kind": "error", "code": 401}, SendAction.ACCOUNT, 0),
        ({"kind": "too_many"}, SendAction.RETRY, 0),
        ({"kind": "too_many", "retry_after": 7}, SendAction.RETRY, 0),
    ],
    ids=lambda value: "-".join(map(str, value.values())) if isinstance(value, dict) else "",
)
async def test_faults_are_never_sent_again_by_us(
    fake: Fake, channel: ZaloBot, errors: str, fault: dict[str, Any], action: SendAction, delivered: int
) -> None:
    fake.sim("switch", errors=errors)
    fake.sim("fault", **fault)
    assert await sending(channel) is action
    assert len(inbox(fake)) == delivered
    assert [call["method"] for call in fake.calls()] == ["sendMessage"]


async def test_a_late_answer_leaves_open_whether_it_was_delivered(fake: Fake, channel: ZaloBot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "QUICK", httpx.Timeout(10, read=0.5))
    fake.sim("fault", kind="slow", seconds=3)
    assert await sending(channel) is SendAction.UNKNOWN
    assert len(inbox(fake)) == 1


async def test_a_picture_may_take_longer_than_a_text(fake: Fake, channel: ZaloBot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "QUICK", httpx.Timeout(10, read=0.5))
    fake.sim("fault", kind="slow", seconds=1)
    assert await sending(channel, part=Part(text="Mã QR", picture=PICTURE)) is None


async def test_the_plan_ends_at_fifty_people(fake: Fake, channel: ZaloBot) -> None:
    people = [f"person-{number}" for number in range(51)]
    await asyncio.gather(*[asyncio.to_thread(fake.sim, "say", id=person, text="xin chào") for person in people])
    assert [await sending(channel, person) for person in people] == [None] * 50 + [SendAction.RETRY]
    assert await sending(channel, people[0]) is None


@both_transports
async def test_the_months_end_climbs_the_ladder_until_the_next_month(fake: Fake, channel: ZaloBot, errors: str) -> None:
    fake.sim("switch", errors=errors, messages_per_month=3)
    channel._quota = Quota(clock := Clock())
    seen = []
    for _ in range(8):
        try:
            await channel.send(CITIZEN, Part(text="Dạ."))
            seen.append("sent")
        except SendError as error:
            seen.append(f"{error.action} {error.retry_after}")
        clock.now += 1800
    assert seen == ["sent"] * 3 + ["retry 60.0", "retry 300.0", "retry 1800.0", "account None", "account None"]
    fake.sim("clock", advance_seconds=32 * 86400)
    assert await sending(channel) is None
    assert len(inbox(fake)) == 4


# --- in, by webhook -------------------------------------------------------------------------------------------------


@dataclass
class Webhook:
    """The address that a channel gave to Zalo, and what came to it."""

    url: str
    updates: list[Update] = field(default_factory=list)


@contextlib.asynccontextmanager
async def receiving(fake: Fake, channel: ZaloBot) -> AsyncIterator[Webhook]:
    """A web server that hands webhooks to the channel and answers them as ours does: 403 forged, 400 malformed."""
    port = free_port()
    received = Webhook(f"http://{LOOPBACK}:{port}/webhook/zalo-bot")

    async def hook(request: Request) -> Response:
        try:
            received.updates += channel.read(WebhookRequest(headers=dict(request.headers), body=await request.body()))
        except Forged:
            return Response(status_code=403)
        except Malformed:
            return Response(status_code=400)
        return Response("ok")

    app = Starlette(routes=[Route("/webhook/zalo-bot", hook, methods=["POST"])])
    server = uvicorn.Server(uvicorn.Config(app, host=LOOPBACK, port=port, log_level="error", access_log=False, lifespan="off"))
    serving = asyncio.create_task(server.serve())
    try:
        while not server.started:
            await asyncio.sleep(0.01)
        fake.sim("switch", http_loopback=True)
        assert all(finding.good for finding in await channel.connect(received.url))
        yield received
    finally:
        server.should_exit = True
        await serving


async def sim(fake: Fake, action: str, **values: Any) -> Any:
    """A control call beside which this loop serves webhooks."""
    return await asyncio.to_thread(fake.sim, action, **values)


@pytest.mark.parametrize("body", ["enveloped", "bare"])
async def test_what_citizens_send_comes_in(fake: Fake, channel: ZaloBot, body: str) -> None:
    async with receiving(fake, channel) as webhook:
        sent = [
            await sim(fake, "say", id=CITIZEN, text="/khai sinh 👶", body=body),
            await sim(fake, "photo", id=CITIZEN, caption="Giấy này ạ", body=body),
            await sim(fake, "sticker", id=CITIZEN, body=body),
            await sim(fake, "voice", id="nguoi-khac", body=body),
        ]
        assert [answer["delivered"] for answer in sent] == [200] * 4
        assert [update.update_id for update in webhook.updates] == [answer["message_id"] for answer in sent]
        assert [(update.person, update.message, update.text) for update in webhook.updates] == [
            (CITIZEN, MessageKind.TEXT, "khai sinh 👶"),
            (CITIZEN, MessageKind.PHOTO, "Giấy này ạ"),
            (CITIZEN, MessageKind.STICKER, ""),
            ("nguoi-khac", MessageKind.VOICE, ""),
        ]
        for update in webhook.updates:
            await channel.send(update.person, Part(text=f"Đã nhận {update.message}."))
    assert [len(inbox(fake, person)) for person in (CITIZEN, "nguoi-khac")] == [3, 1]


@pytest.mark.parametrize("keys", [["photo"], ["photo_url"], ["photo", "photo_url"]])
async def test_a_picture_is_known_by_either_name(fake: Fake, channel: ZaloBot, keys: list[str]) -> None:
    async with receiving(fake, channel) as webhook:
        fake.sim("switch", photo_keys=keys)
        await sim(fake, "photo", id=CITIZEN)
    assert [update.message for update in webhook.updates] == [MessageKind.PHOTO]


@pytest.mark.parametrize("body", ["enveloped", "bare"])
async def test_protected_people_and_groups_are_taken_without_an_answer(fake: Fake, channel: ZaloBot, body: str) -> None:
    async with receiving(fake, channel) as webhook:
        told = [
            await sim(fake, "unsupported", id=CITIZEN, body=body),
            await sim(fake, "location", id=CITIZEN, body=body),
            await sim(fake, "say", id=CITIZEN, group="nhom-1", text="@Bot khai sinh", body=body),
        ]
    assert [answer["delivered"] for answer in told] == [200] * 3
    assert webhook.updates == []


async def test_a_message_that_comes_twice_has_one_id(fake: Fake, channel: ZaloBot) -> None:
    async with receiving(fake, channel) as webhook:
        await sim(fake, "say", id=CITIZEN, text="khai sinh", copies=2)
    assert len(webhook.updates) == 2
    assert webhook.updates[0] == webhook.updates[1]


async def test_forged_and_malformed_webhooks_leave_nothing(fake: Fake, channel: ZaloBot) -> None:
    async with receiving(fake, channel) as webhook:
        told = [
            await sim(fake, "say", id=CITIZEN, text="khai sinh", secret="sai-bi-mat"),
            await sim(fake, "say", id=CITIZEN, text="khai sinh", secret=""),
            await sim(fake, "event", raw="{"),
            await sim(fake, "event", raw='{"ok":true,"result":{"event_name":"message.text.received"}}'),
        ]
    assert [answer["delivered"] for answer in told] == [403, 403, 400, 400]
    assert webhook.updates == []


# --- in, by polling -------------------------------------------------------------------------------------------------


@both_transports
async def test_polling_gives_everything_in_order_over_pauses_and_faults(
    fake: Fake, channel: ZaloBot, errors: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bots.zalo_bot.channel.POLL_SECONDS", 1)
    fake.sim("switch", errors=errors, idle_status=408)
    fake.sim("fault", kind="cut_before_delivery", on="getUpdates")
    async with contextlib.aclosing(channel.poll()) as batches:
        texts = [(await anext(batches))[0].text]
        nothing = asyncio.ensure_future(anext(batches))
        while not [call for call in await asyncio.to_thread(fake.calls) if (call["answer"] or {}).get("error_code") == 408]:
            await asyncio.sleep(0.1)
        assert not nothing.done()
        await sim(fake, "unsupported", id=CITIZEN)
        await sim(fake, "say", id=CITIZEN, text="khai sinh")
        texts.append((await nothing)[0].text)
        for text in ("cần gì", "ở đâu"):
            await sim(fake, "say", id=CITIZEN, text=text)
        texts += [(await anext(batches))[0].text for _ in range(2)]
    assert texts == ["xin chào", "khai sinh", "cần gì", "ở đâu"]


@pytest.mark.parametrize("conflict_code", [400, 403, 409])
async def test_polling_beside_a_webhook_waits_until_it_is_deleted(fake: Fake, channel: ZaloBot, conflict_code: int) -> None:
    fake.sim("switch", conflict_code=conflict_code)
    assert all(finding.good for finding in await channel.connect(PUBLIC))
    async with contextlib.aclosing(channel.poll()) as batches:
        first = asyncio.ensure_future(anext(batches))
        while not [call for call in await asyncio.to_thread(fake.calls) if call["method"] == "getUpdates"]:
            await asyncio.sleep(0.05)
        assert not first.done()
        await channel.connect("")
        assert (await asyncio.wait_for(first, 30))[0].text == "xin chào"


# --- set up and checked ---------------------------------------------------------------------------------------------


async def test_a_connected_bot_is_found_well(fake: Fake, channel: ZaloBot, vault: Memory) -> None:
    for url in (PUBLIC, ""):
        connected, checked = await channel.connect(url), await channel.check(url)
        assert [finding.good for finding in (*connected, *checked)] == [True] * 6
    assert (vault.values["name"], vault.values["bot_id"]) == ("bot.UbndXaA", TOKEN.partition(":")[0])
    assert "3.000 tin" in checked[2].what


@both_transports
async def test_what_is_wrong_is_told(fake: Fake, channel: ZaloBot, errors: str) -> None:
    fake.sim("switch", errors=errors)

    async def wrong(wanted: str) -> str:
        return " ".join(f"{finding.what} {finding.advice}" for finding in await channel.check(wanted) if not finding.good)

    assert "chưa đặt webhook" in await wrong(PUBLIC)
    refused = await channel.connect(f"http://{LOOPBACK}:8000/x")
    assert [finding.good for finding in refused] == [True, False, True]
    assert "GANDAN_PUBLIC_URL" in refused[1].advice
    await channel.connect(PUBLIC)
    assert "không hỏi tin được" in await wrong("")
    assert "một địa chỉ khác, ở phuongmau.example.vn," in await wrong("https://phuongmau.example.vn/moi")
    stranger = channel_at(fake.url, token="1:fake")
    for findings in (await stranger.check(PUBLIC), await stranger.connect(PUBLIC)):
        assert [(finding.good, finding.what) for finding in findings] == [(False, "Zalo không nhận token của bot.")]
    await stranger.stop()
    fake.sim("fault", kind="http500", on="getMe")
    assert "HTTP 500" in await wrong(PUBLIC)
    assert await wrong(PUBLIC) == ""


@pytest.mark.parametrize("secret", ["", "1234567", "x" * 257])
async def test_a_secret_of_another_length_is_refused(fake: Fake, secret: str) -> None:
    channel = channel_at(fake.url, secret=secret)
    assert [finding.good for finding in await channel.connect(PUBLIC)] == [True, False, True]
    await channel.stop()
