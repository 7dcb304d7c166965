"""Polling, connecting and checking against prepared answers, for what a faithful fake does not say."""

from __future__ import annotations

import contextlib
import json
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import urlsplit

import pytest

from app.messages import Channel, SendAction, SendError, Update
from bots.zalo_bot import ZaloBot, findings
from bots.zalo_bot.findings import Bot
from bots.zalo_bot.updates import read_body
from tests.bots.zalo_bot.bot import SECRET, TOKEN, Memory, channel_at
from tests.bots.zalo_bot.scripted import CUT, LOOPBACK, Answer, Server, free_port, ok, refusal, scripted
from tests.bots.zalo_bot.test_updates import payload

WEBHOOK = "https://phuongmau.example.vn/webhook/zalo-bot"
ME = ok({"id": "1459232241454765289", "account_name": "bot.UbndXaA", "account_type": "BASIC", "can_join_groups": False})
NOTHING_NEW = refusal(408, "Request timeout")


def news(number: int) -> Answer:
    """A text message with its own id."""
    event = json.loads(payload("text"))
    event["message"]["message_id"] = f"m-{number}"
    return ok(event)


class Waiting:
    """A clock that only waiting moves."""

    def __init__(self) -> None:
        self.now, self.waits = 0.0, list[float]()

    def __call__(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.now += seconds


@contextlib.asynccontextmanager
async def polled(*answers: Answer) -> AsyncIterator[tuple[Server, ZaloBot, Waiting]]:
    """A channel that polls a server with these answers and waits without waiting."""
    waiting = Waiting()
    async with scripted(*answers) as server:
        channel = ZaloBot(channel_at(server.url)._client, SECRET, Memory(), clock=waiting, sleep=waiting.sleep)
        yield server, channel, waiting
        await channel.stop()


async def first(channel: ZaloBot, count: int) -> list[str]:
    """Ids of the first `count` updates that polling gives."""
    updates: list[Update] = []
    async with contextlib.aclosing(channel.poll()) as batches:
        async for batch in batches:
            assert len(batch) == 1
            updates += batch
            if len(updates) == count:
                break
    return [update.update_id for update in updates]


async def test_polling_gives_one_update_at_a_time_and_asks_again_when_it_was_taken() -> None:
    async with polled(news(1), news(2)) as (server, channel, waiting):
        async with contextlib.aclosing(channel.poll()) as batches:
            (update,) = await anext(batches)
            assert (update.update_id, len(server.asked)) == ("m-1", 1)
            (update,) = await anext(batches)
            assert (update.update_id, len(server.asked)) == ("m-2", 2)
        assert server.asked[0] == (f"/bot{TOKEN}/getUpdates", {"timeout": "30"})
        assert waiting.waits == []


async def test_nothing_new_is_no_error_but_asked_in_no_tight_loop() -> None:
    own = Answer(NOTHING_NEW.body, 408)
    async with polled(NOTHING_NEW, own, NOTHING_NEW, ok(None), ok({}), news(1)) as (_, channel, waiting):
        assert await first(channel, 1) == ["m-1"]
        assert waiting.waits == [1] * 5


async def test_what_starts_no_work_is_passed_over_at_once() -> None:
    unsupported, group = (ok(json.loads(payload(name))) for name in ("unsupported", "group"))
    async with polled(unsupported, group, news(1)) as (_, channel, waiting):
        assert await first(channel, 1) == ["m-1"]
        assert waiting.waits == []


async def test_errors_wait_longer_and_longer_up_to_a_minute_and_a_success_ends_it() -> None:
    failures = [refusal(403, "Internal server error"), Answer(b"<html>", 502), CUT, refusal(429), ok("?"), refusal(400), refusal(401), CUT]
    async with polled(*failures, news(1), CUT, news(2)) as (_, channel, waiting):
        assert await first(channel, 2) == ["m-1", "m-2"]
        assert waiting.waits == [1, 2, 4, 8, 16, 32, 60, 60, 1]


async def test_a_failed_poll_is_logged_without_the_token(logged: list[Any]) -> None:
    async with polled(refusal(401, f"bad {TOKEN}"), ok({"event_name": "message.text.received", "message": "kín"}), news(1)) as (
        _,
        channel,
        _w,
    ):
        await first(channel, 1)
    assert [line["event"] for line in logged] == ["zalo_bot_poll_failed"] * 2
    assert TOKEN not in str(logged)
    assert "kín" not in str(logged)


async def answered(*answers: Answer, check: bool = False, url: str = WEBHOOK) -> tuple[list[str], list[bool], Memory, Server]:
    """What connect (or check) says to these answers: «what advice» per finding, and which are good."""
    vault = Memory()
    async with scripted(*answers) as server:
        channel = channel_at(server.url, vault)
        found = await (channel.check if check else channel.connect)(url)
        await channel.stop()
    return [f"{finding.what} {finding.advice}".strip() for finding in found], [finding.good for finding in found], vault, server


async def test_connecting_learns_the_bot_sets_the_webhook_and_tells_the_limits() -> None:
    told, good, vault, server = await answered(ME, ok({"url": WEBHOOK, "updated_at": 1749538250568}))
    assert server.asked == [(f"/bot{TOKEN}/getMe", {}), (f"/bot{TOKEN}/setWebhook", {"url": WEBHOOK, "secret_token": SECRET})]
    assert {name: vault.values[name] for name in ("name", "bot_id")} == {"name": "bot.UbndXaA", "bot_id": "1459232241454765289"}
    assert good == [True] * 3
    assert "bot.UbndXaA" in told[0]
    assert "phuongmau.example.vn." in told[1]
    assert WEBHOOK not in "".join(told)
    assert "50 người" in told[2]
    assert "3.000 tin" in told[2]
    assert "cán bộ" in told[2]


async def test_connecting_without_an_address_deletes_the_webhook() -> None:
    told, good, _, server = await answered(ME, ok({"url": "", "updated_at": 0}), url="")
    assert [path.rpartition("/")[2] for path, _ in server.asked] == ["getMe", "deleteWebhook"]
    assert good == [True] * 3
    assert "tự hỏi tin" in told[1]


async def test_an_address_that_zalo_refuses_is_explained_without_the_secret() -> None:
    told, good, _, _ = await answered(ME, refusal(400, f"url {WEBHOOK} must be https, secret {SECRET}"))
    assert good == [True, False, True]
    assert "GANDAN_PUBLIC_URL" in told[1]
    assert SECRET not in "".join(told)


@pytest.mark.parametrize(
    ("answer", "word"),
    [
        (refusal(401, "Unauthorized", 401), "token"),
        (refusal(429, "Quota exceeded"), "hạn mức"),
        (refusal(403, "Internal server error"), "lỗi 403"),
        (Answer(b"<html>", 502), "HTTP 502"),
        (CUT, "đứt kết nối"),
    ],
)
@pytest.mark.parametrize("check", [False, True], ids=["connect", "check"])
async def test_every_trouble_is_told_with_what_to_do(answer: Answer, word: str, check: bool) -> None:
    (told,), (good,), vault, _ = await answered(answer, check=check)
    assert not good
    assert word in told
    assert TOKEN not in told
    assert "bot_id" not in vault.values


async def test_zalo_out_of_reach_is_told() -> None:
    channel = channel_at(f"http://{LOOPBACK}:{free_port()}")
    for (finding,) in (await channel.check(WEBHOOK), await channel.connect("")):
        assert not finding.good
        assert "Chưa nối được" in finding.what
        assert "mạng" in finding.advice
    await channel.stop()


@pytest.mark.parametrize("actual", [WEBHOOK, "", "https://noikhac.example.vn/x"])
@pytest.mark.parametrize("wanted", [WEBHOOK, ""])
async def test_checking_compares_the_webhook(actual: str, wanted: str) -> None:
    told, good, _, _ = await answered(ME, ok({"url": actual, "updated_at": 0}), check=True, url=wanted)
    assert good == [True, actual == wanted, True]
    assert ("nối lại" in told[1]) == (actual != wanted)
    assert urlsplit(actual).netloc in told[1]
    assert not actual or actual not in told[1]


async def test_a_token_of_another_bot_is_noticed() -> None:
    vault = Memory()
    vault.values |= {"bot_id": "1", "name": "bot.Khac"}
    async with scripted(ME, ok({"url": WEBHOOK})) as server:
        channel = channel_at(server.url, vault)
        found = await channel.check(WEBHOOK)
        await channel.stop()
    assert [finding.good for finding in found] == [False, True, True]
    assert "bot khác" in found[0].what


async def test_sparse_results_are_no_crash() -> None:
    told, good, _, _ = await answered(ok(None), ok(None), check=True, url="")
    assert good == [True, True, True]
    assert "50 người" in told[2]


def test_a_paid_plan_is_not_warned_about() -> None:
    assert findings.limits(Bot(id="1", name="bot.A", plan="PRO")) == ()


def test_a_message_refused_while_connecting_is_no_refused_address() -> None:
    error = SendError(SendAction.REJECTED, "404", "Not found")
    assert "Not found" in findings.not_set_up(error, "").what


async def test_a_press_a_search_and_a_door_ask_nobody() -> None:
    async with scripted() as server:
        channel: Channel = channel_at(server.url)
        (update,) = read_body(payload("text"))
        await channel.acknowledge(update)
        await channel.show(update, ())
        assert channel.door("1.001193") is None
        await channel.stop()
        assert server.asked == []


def test_capabilities_are_those_of_the_reference() -> None:
    able = ZaloBot.capabilities
    assert (able.text_limit, able.caption_limit, able.text_unit, able.bold) == (2000, 2000, "characters", True)
    assert (able.pictures, able.buttons, able.button_answers, able.button_urls) == ("address", 0, "none", False)
    assert (able.window, able.free_window, able.per_second, able.search) == (None, None, 5, False)
