"""What a refusal, a cut or a silence of Telegram means: over real HTTP, against a server that answers byte by byte."""

from __future__ import annotations

import asyncio
import logging
import socket
import traceback

import pytest

from app.messages import Part, SendAction, SendError
from bots.telegram.connection import Connection
from bots.telegram.updates import read
from tests.bots.telegram.peers import ACCEPTED, CUT, HANG, PERSON, TOKEN, Answer, Scripted, channel, refusal, started
from tests.bots.telegram.test_updates import payload

WORDS = "mẹ tôi tên là Nguyễn Thị Bí Mật"
PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 2000

REFUSALS: list[tuple[Answer, SendAction, str]] = [
    (refusal(403, "Forbidden: bot was blocked by the user"), SendAction.PERSON, "403"),
    (refusal(403, "Forbidden: user is deactivated"), SendAction.PERSON, "403"),
    (refusal(400, "Bad Request: chat not found"), SendAction.PERSON, "400"),
    (refusal(400, "Bad Request: group chat was upgraded to a supergroup chat", migrate_to_chat_id=-1001), SendAction.PERSON, "400"),
    (refusal(400, "Bad Request: message is too long"), SendAction.REJECTED, "400"),
    (refusal(400, "Bad Request: BUTTON_DATA_INVALID"), SendAction.REJECTED, "400"),
    (refusal(413, "Request Entity Too Large"), SendAction.REJECTED, "413"),
    (refusal(401, "Unauthorized"), SendAction.ACCOUNT, "401"),
    (refusal(404, "Not Found"), SendAction.ACCOUNT, "404"),
    (refusal(409, "Conflict: terminated by other getUpdates request"), SendAction.ACCOUNT, "409"),
    (refusal(429, "Too Many Requests: retry after 7", retry_after=7), SendAction.RETRY, "429"),
    ((429, b"slow down"), SendAction.RETRY, "429"),
    (refusal(500, "Internal Server Error"), SendAction.UNKNOWN, "500"),
    ((502, f"<html>https://api.telegram.org/bot{TOKEN}/sendMessage</html>".encode()), SendAction.UNKNOWN, "502"),
    ((302, b""), SendAction.UNKNOWN, "302"),
    ((200, f"<html>{WORDS}".encode()), SendAction.UNKNOWN, "TelegramError"),
    ((200, [WORDS]), SendAction.UNKNOWN, "TelegramError"),
    ((200, {"ok": False, "description": "so say some proxies"}), SendAction.UNKNOWN, "TelegramError"),
    ((200, {"ok": True, "result": True}), SendAction.UNKNOWN, "200"),
    (CUT, SendAction.UNKNOWN, "RemoteProtocolError"),
]


async def refused(url: str, picture: bytes | None = None) -> SendError:
    async with started(url) as telegram:
        with pytest.raises(SendError) as caught:
            await telegram.send(PERSON, Part(text=WORDS), picture)
    return caught.value


async def test_a_message_is_sent_and_its_id_comes_back() -> None:
    async with Scripted(ACCEPTED) as server, started(server.url) as telegram:
        assert await telegram.send(PERSON, Part(text=WORDS)) == "77"
    assert server.asked == [("SendMessage", {"chat_id": int(PERSON), "text": WORDS, "link_preview_options": {"is_disabled": True}})]


async def test_a_picture_is_uploaded() -> None:
    async with Scripted(ACCEPTED) as server, started(server.url) as telegram:
        assert await telegram.send(PERSON, Part(text=WORDS), PNG) == "77"
    assert server.asked[0][0] == "SendPhoto"
    assert PNG in server.bodies[0]
    assert WORDS.encode() in server.bodies[0]


@pytest.mark.parametrize(("answer", "action", "code"), REFUSALS, ids=[str(answer) for answer, _, _ in REFUSALS])
async def test_what_a_refusal_means(
    answer: Answer, action: SendAction, code: str, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.INFO)
    logging.getLogger("httpx").setLevel(logging.WARNING)  # as the project sets it: it prints addresses
    async with Scripted(answer) as server:
        error = await refused(server.url)
    assert (error.action, error.code) == (action, code)
    printed = capsys.readouterr()
    told = "".join([str(error), repr(error), *traceback.format_exception(error), caplog.text, printed.out, printed.err])
    assert TOKEN not in told
    assert WORDS not in told


async def test_how_long_to_wait_is_told() -> None:
    async with Scripted(refusal(429, "Too Many Requests: retry after 7", retry_after=7)) as server:
        assert (await refused(server.url)).retry_after == 7.0
    async with Scripted((429, b"")) as server:
        assert (await refused(server.url)).retry_after is None


async def test_nobody_there_is_surely_not_delivered() -> None:
    with socket.socket() as taken:  # bound but not listening: nobody else gets the port, nobody answers
        taken.bind(("127.0.0.1", 0))
        error = await refused(f"http://127.0.0.1:{taken.getsockname()[1]}")
    assert (error.action, error.code) == (SendAction.RETRY, "ConnectError")


async def test_a_connection_that_is_not_made_in_time_is_surely_not_delivered() -> None:
    with socket.socket() as full, socket.socket() as first, socket.socket() as second:
        full.bind(("127.0.0.1", 0))
        full.listen(0)  # its queue holds one; further ones wait for ever
        for one in (first, second):
            one.settimeout(0)
            one.connect_ex(full.getsockname())
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("bots.telegram.connection.CONNECT", 0.3)
            error = await refused(f"http://127.0.0.1:{full.getsockname()[1]}")
    assert (error.action, error.code) == (SendAction.RETRY, "ConnectTimeout")


@pytest.mark.parametrize("picture", [None, PNG])
async def test_silence_after_the_request_may_mean_delivered(picture: bytes | None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bots.telegram.connection.READ", 0.5)
    async with Scripted(HANG) as server:
        error = await refused(server.url, picture)
        assert len(server.asked) == 1  # it is not tried again
    assert (error.action, error.code) == (SendAction.UNKNOWN, "ReadTimeout")


async def test_no_connection_left_is_surely_not_delivered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bots.telegram.connection.CONNECT", 0.3)
    monkeypatch.setattr("bots.telegram.connection.CONNECTIONS", 1)
    async with Scripted(HANG) as server, started(server.url) as telegram:
        first = asyncio.create_task(telegram.send(PERSON, Part(text="a")))
        await server.next()
        with pytest.raises(SendError) as caught:
            await telegram.send(PERSON, Part(text="b"))
        first.cancel()
    assert (caught.value.action, caught.value.code) == (SendAction.RETRY, "PoolTimeout")
    assert len(server.asked) == 1


async def test_an_address_that_is_none_reaches_nobody() -> None:
    error = await refused("api.telegram.org")
    assert (error.action, error.code) == (SendAction.RETRY, "UnsupportedProtocol")


def test_connections_wait_as_long_as_promised() -> None:
    timeout = Connection()._client.timeout
    assert (timeout.connect, timeout.read) == (5.0, 10.0)


@pytest.mark.parametrize(
    "answer", [ACCEPTED, refusal(400, "Bad Request: query is too old and response timeout expired or query ID is invalid"), CUT]
)
async def test_acknowledging_and_showing_never_raise(answer: Answer) -> None:
    press, search = read(payload("press")).update, read(payload("search")).update
    assert press
    assert search
    async with Scripted(answer) as server, started(server.url) as telegram:
        await telegram.acknowledge(press)
        await telegram.show(search, [])
    assert [method for method, _ in server.asked] == ["answerCallbackQuery", "AnswerInlineQuery"]


async def test_only_a_press_is_acknowledged() -> None:
    message = read(payload("text")).update
    assert message
    async with Scripted(ACCEPTED) as server, started(server.url) as telegram:
        await telegram.acknowledge(message)
    assert server.asked == []


async def test_it_starts_when_telegram_is_away_and_stops_twice() -> None:
    async with started("http://127.0.0.1:9") as telegram:
        await telegram.start()
        await telegram.stop()
        await telegram.start()
    await telegram.stop()
    press = read(payload("press")).update
    assert press
    await telegram.acknowledge(press)  # closed: nothing is sent, nothing raised


def test_its_own_words_show_no_token() -> None:
    telegram = channel("http://127.0.0.1:9")
    assert TOKEN not in f"{telegram!r} {telegram}"
