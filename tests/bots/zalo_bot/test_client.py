"""What Zalo's answers and silences mean for a message, on a real HTTP server."""

from __future__ import annotations

import asyncio
import logging
import traceback
from typing import Any

import httpx
import pytest

from app.messages import Part, Picture, SendAction, SendError
from bots.zalo_bot import client
from bots.zalo_bot.client import WAITS, Quota
from tests.bots.zalo_bot.bot import CITIZEN, TOKEN, channel_at
from tests.bots.zalo_bot.scripted import CUT, LOOPBACK, SILENT, Answer, free_port, ok, refusal, scripted

TEXT = "Bạn cần tờ khai và giấy chứng sinh."
PART = Part(text=TEXT)
SENT = {"message_id": "82599fa32f56d00e8941", "date": 1749632637199}


async def refused(answer: Answer) -> SendError:
    """The error that sending raises when Zalo answers so."""
    async with scripted(answer) as server:
        channel = channel_at(server.url)
        with pytest.raises(SendError) as caught:
            await channel.send(CITIZEN, PART)
        await channel.stop()
    return caught.value


@pytest.mark.parametrize("own_status", [False, True], ids=["status 200", "status as code"])
@pytest.mark.parametrize(
    ("code", "description", "action"),
    [
        (400, "Bad request: text is too long", SendAction.REJECTED),
        (400, "Bad Request: chat not found", SendAction.PERSON),
        (400, "Invalid chat_id", SendAction.PERSON),
        (401, "Unauthorized", SendAction.ACCOUNT),
        (403, "Internal server error", SendAction.UNKNOWN),
        (404, "Not found", SendAction.REJECTED),
        (404, "User not found", SendAction.PERSON),
        (408, "Request timeout", SendAction.UNKNOWN),
        (413, "Too large", SendAction.REJECTED),
        (429, "Quota exceeded", SendAction.RETRY),
        (500, "Server error", SendAction.UNKNOWN),
        (503, "Unavailable", SendAction.UNKNOWN),
    ],
)
async def test_a_refusal_means_the_same_whatever_the_http_status(code: int, description: str, action: SendAction, own_status: bool) -> None:
    error = await refused(refusal(code, description, code if own_status else 200))
    assert (error.action, error.code) == (action, str(code))


async def test_ok_is_success_whatever_the_http_status() -> None:
    async with scripted(Answer(ok(SENT).body, status=500)) as server:
        channel = channel_at(server.url)
        assert await channel.send(CITIZEN, PART) == SENT["message_id"]
        await channel.stop()


@pytest.mark.parametrize("result", [None, {}, True, [], "x"])
async def test_an_accepted_message_without_an_id_is_accepted(result: object) -> None:
    async with scripted(ok(result)) as server:
        channel = channel_at(server.url)
        assert await channel.send(CITIZEN, PART) == ""
        await channel.stop()


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (Answer(b"<html>Bad Gateway</html>", 502), "HTTP 502"),
        (Answer(b"<html>Slow down</html>", 429), "HTTP 429"),
        (Answer(b"", 500), "HTTP 500"),
        (Answer(b"", 200), "HTTP 200"),
        (Answer(b"[]", 200), "HTTP 200"),
        (Answer(b'{"result":{}}', 200), "HTTP 200"),
        (Answer(b'{"ok":"true"}', 200), "HTTP 200"),
        (Answer(b'{"ok":false}', 200), "200"),
        (Answer(b'{"ok":false,"error_code":"?"}', 502), "502"),
    ],
)
async def test_an_answer_that_says_nothing_leaves_open_whether_it_was_delivered(answer: Answer, code: str) -> None:
    error = await refused(answer)
    assert (error.action, error.code) == (SendAction.UNKNOWN, code)


@pytest.mark.parametrize("body", [b'{"ok":false,"error_code":"401"}', b'{"ok":false}'])
async def test_a_code_as_text_or_as_status_only_is_understood(body: bytes) -> None:
    assert (await refused(Answer(body, status=401))).action is SendAction.ACCOUNT


async def test_a_cut_after_the_request_leaves_open_whether_it_was_delivered() -> None:
    assert (await refused(CUT)).action is SendAction.UNKNOWN


async def test_silence_after_the_request_leaves_open_whether_it_was_delivered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "QUICK", httpx.Timeout(10, read=0.2))
    error = await refused(SILENT)
    assert (error.action, error.code) == (SendAction.UNKNOWN, "ReadTimeout")


async def test_a_refused_connection_means_again() -> None:
    channel = channel_at(f"http://{LOOPBACK}:{free_port()}")
    with pytest.raises(SendError) as caught:
        await channel.send(CITIZEN, PART)
    assert (caught.value.action, caught.value.code) == (SendAction.RETRY, "ConnectError")
    await channel.stop()


async def test_no_free_connection_means_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "QUICK", httpx.Timeout(0.2, pool=0.01))
    async with scripted(SILENT) as server:
        channel = channel_at(server.url)
        channel._client._http = httpx.AsyncClient(limits=httpx.Limits(max_connections=1))
        first, second = await asyncio.gather(*[channel.send(CITIZEN, PART) for _ in range(2)], return_exceptions=True)
        await channel.stop()
    assert isinstance(first, SendError)
    assert isinstance(second, SendError)
    assert (first.action, second.action, second.code) == (SendAction.UNKNOWN, SendAction.RETRY, "PoolTimeout")


async def test_nobody_can_read_the_token_the_person_or_the_words_in_an_error() -> None:
    said = f"no {TOKEN} for {CITIZEN}: {TEXT}"
    answers = [refusal(400, said), refusal(500, said * 50), Answer(said.encode(), 500), CUT]
    async with scripted(*answers) as server:
        channel = channel_at(server.url)
        for _ in answers:
            with pytest.raises(SendError) as caught:
                await channel.send(CITIZEN, PART)
            shown = "".join(traceback.format_exception(caught.value)) + repr(caught.value) + caught.value.detail + repr(channel.__dict__)
            assert not [secret for secret in (TOKEN, TOKEN.partition(":")[2], CITIZEN, TEXT) if secret in shown]
            assert len(caught.value.detail) <= 200
        await channel.stop()


async def test_the_log_never_holds_the_token(caplog: pytest.LogCaptureFixture, logged: list[Any]) -> None:
    caplog.set_level(logging.WARNING, logger="httpx")  # as the project does: it prints addresses at INFO
    caplog.set_level(logging.DEBUG)
    caplog.set_level(logging.DEBUG, logger="httpcore")  # the project keeps it quiet
    async with scripted(ok(SENT), refusal(400, TOKEN), CUT) as server:
        channel = channel_at(server.url)
        await channel.send(CITIZEN, PART)
        for _ in range(2):
            with pytest.raises(SendError):
                await channel.send(CITIZEN, PART)
        await channel.stop()
    assert "httpcore" in caplog.text
    said = caplog.text + str(logged)
    assert not [secret for secret in (TOKEN, TEXT, CITIZEN) if secret in said]


async def test_a_token_stays_one_piece_of_the_address() -> None:
    async with scripted(ok(SENT)) as server:
        channel = channel_at(server.url + "/", token="1:a/../b?c#d\n")
        await channel.send(CITIZEN, PART)
        await channel.stop()
    assert server.asked[0][0] == "/bot1:a%2F..%2Fb%3Fc%23d%0A/sendMessage"


async def test_a_channel_works_again_after_a_stop() -> None:
    async with scripted(ok(SENT), ok(SENT)) as server:
        channel = channel_at(server.url)
        await channel.start()
        await channel.send(CITIZEN, PART)
        await channel.stop()
        await channel.stop()
        await channel.start()
        await channel.send(CITIZEN, PART)
        await channel.stop()
    assert len(server.asked) == 2


def test_we_wait_longer_than_zalo_does() -> None:
    """For news it waits as long as we ask; for a picture's address up to two minutes."""
    assert client.TIMEOUTS["getUpdates"].read == client.POLL_SECONDS + 10
    assert client.TIMEOUTS["sendPhoto"].read == 150
    assert {timeout.connect for timeout in (client.QUICK, *client.TIMEOUTS.values())} == {5}
    assert client.QUICK.read == 10


async def test_messages_share_a_connection() -> None:
    async with scripted(ok(SENT), ok(SENT), ok(SENT)) as server:
        channel = channel_at(server.url)
        for _ in range(3):
            await channel.send(CITIZEN, PART)
        await channel.stop()
    assert server.connections == 1


async def test_starting_asks_nobody() -> None:
    channel = channel_at(f"http://{LOOPBACK}:{free_port()}")
    await channel.start()
    await channel.stop()


async def test_sending_asks_what_the_reference_says() -> None:
    picture = Picture(url="https://phuongmau.example.vn/qr.png", alt="Mã QR")
    async with scripted(ok(SENT), ok(SENT)) as server:
        channel = channel_at(server.url)
        await channel.send(CITIZEN, Part(text="Giấy tờ", bold=((0, 4),)))
        await channel.send(CITIZEN, Part(text="Giấy tờ", picture=picture), picture=b"\x89PNG")
        await channel.stop()
    styles = [{"start": 0, "len": 4, "st": ["b"]}]
    assert server.asked == [
        (f"/bot{TOKEN}/sendMessage", {"chat_id": CITIZEN, "text": "Giấy tờ", "text_styles": styles}),
        (f"/bot{TOKEN}/sendPhoto", {"chat_id": CITIZEN, "photo": picture.url, "caption": "Giấy tờ"}),
    ]


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_the_ladder_is_a_minute_five_thirty_then_the_keeper() -> None:
    clock = Clock()
    quota = Quota(clock)
    for wait in WAITS:
        error = quota.refused()
        assert (error.action, error.code, error.retry_after) == (SendAction.RETRY, "429", wait)
        clock.now += wait
    for _ in range(3):
        error = quota.refused()
        assert (error.action, error.retry_after, error.detail) == (SendAction.ACCOUNT, None, "hết hạn mức tháng hoặc bị giới hạn")


def test_refusals_of_the_same_moment_are_one_step() -> None:
    clock = Clock()
    quota = Quota(clock)
    assert [quota.refused().retry_after for _ in range(5)] == [60] * 5
    clock.now = 20
    assert quota.refused().retry_after == 40
    clock.now = 60
    assert [quota.refused().retry_after for _ in range(5)] == [300] * 5


def test_a_success_begins_the_ladder_anew() -> None:
    clock = Clock()
    quota = Quota(clock)
    for wait in WAITS:
        quota.refused()
        clock.now += wait
    assert quota.refused().action is SendAction.ACCOUNT
    quota.accepted()
    assert quota.refused().retry_after == 60


async def test_sending_climbs_the_ladder_and_comes_down() -> None:
    clock = Clock()
    full = refusal(429, "Quota exceeded")
    async with scripted(full, full, full, full, ok(SENT), full) as server:
        channel = channel_at(server.url)
        channel._quota = Quota(clock)
        seen = []
        for _ in range(6):
            try:
                seen.append(await channel.send(CITIZEN, PART))
            except SendError as error:
                seen.append(f"{error.action} {error.retry_after}")
            clock.now += 2000
        await channel.stop()
    assert seen == ["retry 60.0", "retry 300.0", "retry 1800.0", "account None", SENT["message_id"], "retry 60.0"]
