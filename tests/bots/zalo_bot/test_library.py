"""Why we do not build on python-zalo-bot: what it does in the situations that matter, on a real HTTP server.

Each test states a failure of the library. One that fails tells that the library changed: look at
docs/decisions/0008-zalo-bot-client.md again.
"""

from __future__ import annotations

import gc
import inspect
import json
import logging

import pytest
from zalo_bot import Bot, Update  # type: ignore[import-untyped]
from zalo_bot.constants import BASE_URL  # type: ignore[import-untyped]
from zalo_bot.error import InvalidToken, NetworkError, TimedOut  # type: ignore[import-untyped]

from tests.bots.zalo_bot.bot import CITIZEN, TOKEN
from tests.bots.zalo_bot.scripted import CUT, LOOPBACK, Answer, free_port, ok, refusal, scripted
from tests.bots.zalo_bot.test_updates import payload

TEXT = "Bạn cần tờ khai và giấy chứng sinh."


async def raised_by(*answers: Answer) -> BaseException:
    """What sending raises; without answers, nobody listens."""
    async with scripted(*answers) as server:
        url = server.url if answers else f"http://{LOOPBACK}:{free_port()}"
        with pytest.raises(Exception) as caught:  # noqa: PT011 - which one is the question
            await Bot(TOKEN, base_url=url).send_message(CITIZEN, TEXT)
    return caught.value


@pytest.mark.parametrize("code", [400, 401, 403, 429])
async def test_a_refusal_with_http_200_looks_like_success(code: int) -> None:
    async with scripted(refusal(code, "refused")) as server:
        assert await Bot(TOKEN, base_url=server.url).send_message(CITIZEN, TEXT) is None


async def test_never_delivered_and_perhaps_delivered_are_one_error() -> None:
    unreachable, cut, quota, broken = [
        await raised_by(*answers) for answers in ((), (CUT,), (refusal(429, "Quota", 429),), (refusal(500, "", 500),))
    ]
    assert {type(error) for error in (unreachable, cut, quota, broken)} == {NetworkError}
    assert not [error for error in (unreachable, cut, quota, broken) if hasattr(error, "retry_after") or isinstance(error, TimedOut)]


async def test_an_unknown_chat_is_an_invalid_token() -> None:
    assert type(await raised_by(refusal(404, "chat not found", 404))) is InvalidToken


async def test_setting_the_webhook_fails_in_a_running_loop() -> None:
    with pytest.warns(RuntimeWarning, match="never awaited"):
        _set_webhook_in_vain()


def _set_webhook_in_vain() -> None:
    bot = Bot(TOKEN, base_url=f"http://{LOOPBACK}:{free_port()}")
    with pytest.raises(RuntimeError, match="running event loop"):
        bot.set_webhook("https://phuongmau.example.vn/x", "fake-secret-of-tests")
    gc.collect()


def test_it_cannot_send_styles_nor_wait_for_a_picture() -> None:
    assert set(inspect.signature(Bot.send_message).parameters) == {"self", "chat_id", "text", "reply_to_message_id"}
    assert set(inspect.signature(Bot.send_photo).parameters) == {"self", "chat_id", "caption", "photo", "reply_to_message_id"}


def test_an_enveloped_webhook_has_no_message_and_a_picture_no_caption() -> None:
    assert Update.de_json(json.loads(payload("text", "enveloped"))).message is None
    message = Update.de_json(json.loads(payload("image-photo"))).message
    assert message.photo_url is None
    assert not hasattr(message, "caption")


async def test_the_token_is_in_errors_and_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, logger="httpx")
    async with scripted(refusal(401, "Unauthorized", 401)) as server:
        with pytest.raises(InvalidToken, match=TOKEN):
            await Bot(TOKEN, base_url=server.url).initialize()
    assert TOKEN in caplog.text


async def test_the_words_are_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    async with scripted(ok({"message_id": "m", "date": 0})) as server:
        await Bot(TOKEN, base_url=server.url).send_message(CITIZEN, TEXT)
    assert TEXT in caplog.text


async def test_every_message_opens_a_connection() -> None:
    sent = ok({"message_id": "m", "date": 0})
    async with scripted(sent, sent, sent) as server:
        bot = Bot(TOKEN, base_url=server.url)
        for _ in range(3):
            await bot.send_message(CITIZEN, TEXT)
    assert server.connections == 3


def test_it_goes_to_the_old_address_unless_told() -> None:
    assert BASE_URL == "https://bot-api.zapps.me"
