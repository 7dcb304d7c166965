"""What is done when Zalo refuses, is silent or is gone: through real sockets."""

from __future__ import annotations

import contextlib
import http.client
import json
import socket
import socketserver
import threading
import time
from collections.abc import Iterator

import httpx
import pytest

from app.messages import Part, SendAction, SendError
from bots.zalo_oa import client as client_module
from bots.zalo_oa import oauth as oauth_module
from bots.zalo_oa.errors import RULES
from tests.bots.zalo_oa.accounts import CITIZEN, account

RETRY, UNKNOWN, PERSON = SendAction.RETRY, SendAction.UNKNOWN, SendAction.PERSON
ACCOUNT, REJECTED, MORNING = SendAction.ACCOUNT, SendAction.REJECTED, SendAction.MORNING
WORDS = Part(text="Chuyện riêng của nhà bà Bảy")

GROUPS = {  # zalo-oa.md §10; -200 may hide a delivered message (§0), -216 and -220 come back after a renewal
    RETRY: [-32],
    PERSON: [-213, -217, -218, -227, -230, -232, -244],
    ACCOUNT: [-204, -205, -209, -211, -212, -216, -219, -220, -221, -223, -224, -242, -320, -321],
    REJECTED: [-100, -201, -210, -233, -248],
    MORNING: [-234],
    UNKNOWN: [-200, -214, -237, -403, -999, 500],
}
CODES = [(action, code) for action, codes in GROUPS.items() for code in codes]


class Line(socketserver.ThreadingTCPServer):
    """A server that gives every request the same bytes and hangs up; None: it keeps the caller waiting."""

    daemon_threads = True

    def __init__(self, answer: bytes | None) -> None:
        self.answer = answer
        self.requests: list[str] = []
        self.closing = threading.Event()
        super().__init__(("127.0.0.1", 0), Call)
        self.url = f"http://127.0.0.1:{self.server_address[1]}"


class Call(socketserver.StreamRequestHandler):
    server: Line

    def handle(self) -> None:
        path = self.rfile.readline().decode().split(" ")[1]
        headers = http.client.parse_headers(self.rfile)
        self.rfile.read(int(headers.get("Content-Length", 0)))
        self.server.requests.append(path)
        if self.server.answer is None:
            self.server.closing.wait(30)
        else:
            self.wfile.write(self.server.answer)


@contextlib.contextmanager
def line(answer: bytes | None) -> Iterator[Line]:
    """A server on a free port, until the block ends."""
    with Line(answer) as made:
        thread = threading.Thread(target=made.serve_forever, args=(0.02,))
        thread.start()
        try:
            yield made
        finally:
            made.closing.set()
            made.shutdown()
            thread.join()


def answer(body: str, status: str = "200 OK", *headers: str) -> bytes:
    lines = [f"HTTP/1.1 {status}", "Connection: close", f"Content-Length: {len(body.encode())}", *headers, "", body]
    return "\r\n".join(lines).encode()


def envelope(code: int, message: str = "…") -> str:
    return json.dumps({"error": code, "message": message})


async def refused(url: str, **values: str) -> SendError:
    """The error of one message."""
    channel, _ = account(url, {"access_token": "at-1", "refresh_token": "rt-1", **values})
    await channel.start()
    try:
        with pytest.raises(SendError) as error:
            await channel.send(CITIZEN, WORDS)
    finally:
        await channel.stop()
    return error.value


@pytest.mark.parametrize(("action", "code"), CODES)
async def test_a_code_leads_to_its_action(action: SendAction, code: int) -> None:
    with line(answer(envelope(code))) as zalo:
        error = await refused(zalo.url)
    renewals = ["/v4/oa/access_token"] if code in {-216, -220} else []
    assert (error.action, error.code) == (action, str(code))
    assert zalo.requests == ["/v3.0/oa/message/cs", *renewals]


async def test_every_rule_is_among_the_tested_codes() -> None:
    assert set(RULES) - {code for _, code in CODES} == {-235, -240}


@pytest.mark.parametrize("code", [-235, -240])
async def test_an_account_that_both_ends_refuse_is_not_tried_for_ever(code: int) -> None:
    with line(answer(envelope(code))) as zalo:
        error = await refused(zalo.url, api="v3" if code == -235 else "v2")
    assert (error.action, len(zalo.requests)) == (ACCOUNT, 2)


@pytest.mark.parametrize(
    ("told", "code"),
    [
        (answer("<html>", "502 Bad Gateway"), "http-502"),
        (answer(envelope(-216), "500 Internal Server Error"), "http-500"),
        (answer("<html>"), "answer"),
        (answer(""), "answer"),
        (answer("[]"), "answer"),
        (answer("{}"), "answer"),
        (answer('{"errorCode":-201}'), "answer"),
        (answer('{"error":null}'), "answer"),
        (answer("not found", "404 Not Found"), "answer"),
        (answer('{"error":0')[:-4], "network"),
        (b"HTTP/1.1 200 OK\r\n", "network"),
        (b"nonsense\r\n\r\n", "network"),
        (b"", "network"),
    ],
)
async def test_what_may_have_been_delivered_is_never_sent_again(told: bytes, code: str) -> None:
    with line(told) as zalo:
        error = await refused(zalo.url)
    assert (error.action, error.code, len(zalo.requests)) == (UNKNOWN, code, 1)


async def test_a_server_that_never_answers_may_have_delivered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client_module, "TIMEOUT", httpx.Timeout(0.3))
    with line(None) as zalo:
        error = await refused(zalo.url)
    assert (error.action, error.code, len(zalo.requests)) == (UNKNOWN, "network", 1)


async def test_where_nobody_listens_nothing_was_delivered() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        error = await refused(f"http://127.0.0.1:{unused.getsockname()[1]}")
    assert (error.action, error.code) == (RETRY, "connect")


@pytest.mark.parametrize(
    ("told", "pause"),
    [
        (answer(envelope(-32), "200 OK", "X-RateLimit-Limit: 4000", "X-RateLimit-Remain: 0"), 60),
        (answer(envelope(-32), "200 OK", "Retry-After: 7"), 7),
        (answer("slow down", "429 Too Many Requests", "Retry-After: 9"), 9),
        (answer("slow down", "429 Too Many Requests", "Retry-After: soon"), 60),
        (answer("slow down", "429 Too Many Requests", "Retry-After: 999999"), 3600),
    ],
)
async def test_too_many_calls_wait_as_long_as_zalo_says(told: bytes, pause: float) -> None:
    with line(told) as zalo:
        error = await refused(zalo.url)
    assert (error.action, error.code, error.retry_after) == (RETRY, "-32", pause)


async def test_an_error_tells_the_field_but_neither_words_nor_tokens() -> None:
    with line(answer(envelope(-201, "user_id is invalid"))) as zalo:
        assert (await refused(zalo.url)).detail == "tham số không hợp lệ: user_id"
    with line(answer(envelope(-201, "at-1 Chuyện riêng của nhà bà Bảy is invalid"))) as zalo:
        error = await refused(zalo.url)
    assert error.detail == "tham số không hợp lệ"
    shown = f"{error!r} {error} {error.__cause__!r} {error.__suppress_context__}"
    assert "at-1" not in shown
    assert "Bảy" not in shown


async def test_a_refresh_without_any_answer_is_tried_once_more_and_then_later() -> None:
    with line(b"") as zalo:
        error = await refused(zalo.url, expires_at="2026-01-01T00:00:00Z")
    assert (error.action, zalo.requests) == (RETRY, ["/v4/oa/access_token"] * 2)


async def test_a_refresh_ends_before_another_process_may_begin_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(oauth_module, "ATTEMPT", 0.3)
    began = time.monotonic()
    with line(None) as zalo:
        error = await refused(zalo.url, expires_at="2026-01-01T00:00:00Z")
    assert time.monotonic() - began < 8
    assert (error.action, zalo.requests) == (RETRY, ["/v4/oa/access_token"] * 2)


@pytest.mark.parametrize("told", [answer(envelope(-14014)), answer(envelope(-14002)), answer('{"error":"invalid_grant"}'), answer("{}")])
async def test_a_refused_refresh_is_final(told: bytes) -> None:
    with line(told) as zalo:
        error = await refused(zalo.url, expires_at="2026-01-01T00:00:00Z")
    assert (error.action, error.detail, len(zalo.requests)) == (ACCOUNT, "cần cấp quyền lại", 1)


async def test_a_refresh_that_must_wait_waits() -> None:
    with line(answer(envelope(-32))) as zalo:
        error = await refused(zalo.url, expires_at="2026-01-01T00:00:00Z")
    assert (error.action, error.retry_after, len(zalo.requests)) == (RETRY, 60, 1)
