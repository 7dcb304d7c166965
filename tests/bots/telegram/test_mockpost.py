"""An opponent that others wrote: mockpost plays Telegram and the citizen. It knows no secret, no menu and no entities."""

from __future__ import annotations

import contextlib
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp

from app.messages import Button, Part, Update
from tests.bots.telegram.peers import PERSON, SECRET, TOKEN, MemoryVault, hook, served, started

PORTS = ("HTTP", "SMTP", "FTP", "FTPS", "FTPS_IMPLICIT", "SFTP")
APP = {"X-MockPost-App": "xa-a"}


@pytest.fixture
def mockpost(tmp_path: Path) -> Iterator[str]:
    """Address of a running mockpost that knows our bot."""
    with contextlib.ExitStack() as held:
        probes = [held.enter_context(socket.socket()) for _ in PORTS]
        for probe in probes:
            probe.bind(("127.0.0.1", 0))
        ports = {f"MOCKPOST_{name}_PORT": str(probe.getsockname()[1]) for name, probe in zip(PORTS, probes, strict=True)}
    environment = os.environ | ports | {"MOCKPOST_HOST": "127.0.0.1", "MOCKPOST_STRICT_AUTH": "1"}
    url = f"http://127.0.0.1:{ports['MOCKPOST_HTTP_PORT']}"
    log = tmp_path / "mockpost.log"
    with log.open("wb") as output:
        program = Path(sys.executable).with_name("mockpost")
        process = subprocess.Popen([program], cwd=tmp_path, env=environment, stdout=output, stderr=output)
        try:
            _wait(f"{url}/health", process, log)
            httpx.post(f"{url}/api/apps", json={"name": "xa-a", "creds": {"telegram_token": TOKEN}}, timeout=30).raise_for_status()
            yield url
        finally:
            process.kill()  # it would wait for its idle connections
            process.wait()


def _wait(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    end = time.monotonic() + 60
    while time.monotonic() < end:
        if process.poll() is not None:
            raise RuntimeError(log.read_text("utf-8", "replace")[-2000:])
        with contextlib.suppress(httpx.TransportError):
            httpx.get(url, timeout=1)
            return
        time.sleep(0.1)
    raise TimeoutError(log.read_text("utf-8", "replace")[-2000:])


def with_secret(target: str) -> ASGIApp:
    """A proxy that adds the secret header, which mockpost does not send."""

    async def forward(request: Request) -> Response:
        headers = {"X-Telegram-Bot-Api-Secret-Token": SECRET, "Content-Type": "application/json"}
        async with httpx.AsyncClient() as client:
            answer = await client.post(f"{target}{request.url.path}", content=await request.body(), headers=headers)
        return Response(answer.content, answer.status_code)

    return Starlette(routes=[Route("/{path:path}", forward, methods=["POST"])])


async def test_a_citizen_writes_and_is_answered(mockpost: str) -> None:
    vault = MemoryVault()
    async with started(f"{mockpost}/telegram", vault) as channel, httpx.AsyncClient(timeout=30) as citizen:

        async def answer(update: Update) -> None:
            choice = Button(label="Bé sinh chưa quá 60 ngày", data="c:a1:1")
            await channel.send(update.person, Part(text=f"📄 Bạn hỏi: {update.text}", bold=((2, 8),), buttons=(choice,)))

        async def say(text: str) -> list[int]:
            message = {"chat_id": int(PERSON), "text": text, "from_user": "an"}
            told = await citizen.post(f"{mockpost}/telegram/client/sendMessage", json=message, headers=APP)
            return [delivery["response_code"] for delivery in told.json()["webhooks_delivered"]]

        async with served(hook(channel, answer)) as direct, served(with_secret(direct)) as proxied:
            found = {finding.what: finding.good for finding in await channel.connect(f"{proxied}/hooks/a1b2c3")}
            assert found[f"Đã báo cho Telegram gửi tin về {proxied.removeprefix('http://')}."]
            assert not found["Chưa đặt được bảng lệnh và lời giới thiệu: lỗi 404. Not Found: method not found"]
            assert vault.values == {"username": "mockpost_bot", "bot_id": "123456789"}

            assert await say("hộ khẩu thì sao 🏠") == [200]
            assert await say("/chunhat") == [200]

            await channel.connect(f"{direct}/hooks/a1b2c3")
            assert 403 in await say("không có mật khẩu")

        listed = (await citizen.get(f"{mockpost}/api/messages?channel=telegram")).json()
    sent = [message for message in listed if message["direction"] == "outbound"]
    payloads = [json.loads(message["raw_payload"]) for message in reversed(sent)]
    assert [payload["text"] for payload in payloads[:2]] == ["📄 Bạn hỏi: hộ khẩu thì sao 🏠", "📄 Bạn hỏi: chủ nhật này có làm không"]
    assert {message["recipient"] for message in sent} == {PERSON}
    assert payloads[0]["reply_markup"]["inline_keyboard"] == [[{"text": "Bé sinh chưa quá 60 ngày", "callback_data": "c:a1:1"}]]
