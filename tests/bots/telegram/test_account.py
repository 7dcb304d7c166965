"""Connecting and checking: what the keeper reads, with Telegram in every bad state."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence
from typing import Any

import pytest

from app.messages import Finding
from bots.telegram import Telegram, findings
from bots.telegram.menu import MENU
from tests.bots.telegram.conftest import Platform
from tests.bots.telegram.peers import CUT, SECRET, TOKEN, Answer, MemoryVault, Scripted, hook, refusal, served, started

HOOK = "https://xa-a.example.vn/hooks/a1b2c3"
PRIVATE = {"type": "all_private_chats"}
ME = {"id": 123456789, "is_bot": True, "first_name": "Xã A", "username": "xa_a_bot", "supports_inline_queries": False}


def bad(found: Sequence[Finding]) -> list[str]:
    assert found
    assert all(finding.what and (finding.good or finding.advice) for finding in found)
    told = repr(found)
    assert TOKEN not in told
    assert SECRET not in told
    assert "a1b2c3" not in told  # the address of the webhook is half a secret
    return [finding.what for finding in found if not finding.good]


async def test_connected_by_webhook(platform: Platform, telegram: Telegram, vault: MemoryVault) -> None:
    found = await telegram.connect(HOOK)
    assert bad(found) == []
    assert vault.values == {"username": "xa_a_bot", "bot_id": "123456789"}
    [call] = await platform.calls("setWebhook")
    assert call["values"] | {"secret_token": "***"} == {
        "url": HOOK,
        "secret_token": "***",
        "max_connections": 10,
        "allowed_updates": ["message", "callback_query", "my_chat_member", "inline_query"],
    }
    assert bad(await telegram.check(HOOK)) == []
    assert findings.LEGAL in found
    assert findings.LEGAL in await telegram.check(HOOK)


async def test_the_secret_telegram_got_is_the_one_we_ask_for(platform: Platform, telegram: Telegram) -> None:
    heard: list[Any] = []

    async def take(update: object) -> None:
        heard.append(update)

    async with served(hook(telegram, take)) as url:
        await telegram.connect(f"{url}/hooks/a1b2c3")
        assert (await platform.sim("say", text="a"))["delivered"] == 200
    assert heard


@pytest.mark.parametrize("language", ["vi", ""])
async def test_menu_and_descriptions_for_phones_of_every_language(platform: Platform, telegram: Telegram, language: str) -> None:
    await telegram.connect(HOOK)
    commands = await platform.ask("getMyCommands", scope=PRIVATE, language_code=language)
    assert {command["command"]: command["description"] for command in commands} == {
        name: command.description for name, command in MENU.commands.items()
    }
    assert (await platform.ask("getMyDescription", language_code=language))["description"] == MENU.about
    assert (await platform.ask("getMyShortDescription", language_code=language))["short_description"] == MENU.short
    assert await platform.ask("getMyCommands") == []  # groups are shown no commands: there we do not answer


async def test_connected_by_polling(platform: Platform, telegram: Telegram) -> None:
    await telegram.connect(HOOK)
    assert bad(await telegram.connect("")) == []
    assert (await platform.ask("getWebhookInfo"))["url"] == ""
    assert bad(await telegram.check("")) == []


async def test_an_address_that_telegram_refuses(platform: Platform, telegram: Telegram) -> None:
    await platform.sim("switch", http_loopback=False, ports=True)
    for url, words in [("http://xa-a.example.vn/hooks/a1b2c3", "HTTPS"), ("https://xa-a.example.vn:9000/hooks/a1b2c3", "ports")]:
        [what] = bad(await telegram.connect(url))
        assert "không nhận địa chỉ" in what
        assert words in what
    assert (await platform.ask("getWebhookInfo"))["url"] == ""


@pytest.mark.parametrize(
    ("set_to", "wanted", "words"),
    [
        ("", HOOK, "chưa đặt webhook"),
        ("https://xa-b.example.vn/hooks/a1b2c3", HOOK, "địa chỉ khác, ở xa-b.example.vn"),
        ("https://xa-a.example.vn/hooks/a1b2c3?old", HOOK, "địa chỉ khác, ở xa-a.example.vn"),
        (HOOK, "", "không hỏi tin được"),
    ],
)
async def test_messages_go_elsewhere(telegram: Telegram, set_to: str, wanted: str, words: str) -> None:
    await telegram.connect(set_to)
    [what] = bad(await telegram.check(wanted))
    assert words in what


async def test_messages_are_not_taken(platform: Platform, telegram: Telegram) -> None:
    async def stumble(_update: object) -> None:
        raise ConnectionError

    async with served(hook(telegram, stumble)) as url:
        await telegram.connect(f"{url}/hooks/a1b2c3")
        await asyncio.gather(*(platform.sim("say", text=f"{number}", id=5000000100 + number) for number in range(21)))
        waiting, failed = bad(await telegram.check(f"{url}/hooks/a1b2c3"))
    assert re.search(r"còn giữ 2\d tin", waiting)
    assert "500 Internal Server Error" in failed
    assert re.search(r"lúc \d\d:\d\d ngày \d\d/\d\d:", failed)


async def test_an_error_of_last_week_is_no_news() -> None:
    info = {
        "url": HOOK,
        "has_custom_certificate": False,
        "pending_update_count": 0,
        "last_error_date": 1786300000,
        "last_error_message": "x",
    }
    assert await checked(ME, info) == []


async def test_too_few_kinds_of_updates(platform: Platform, telegram: Telegram) -> None:
    await platform.ask("setWebhook", url=HOOK, allowed_updates=["message"])
    [what] = bad(await telegram.check(HOOK))
    assert "các loại tin" in what
    await telegram.connect(HOOK)
    assert bad(await telegram.check(HOOK)) == []


async def test_a_wrong_token(platform: Platform) -> None:
    async with started(platform.url, token=TOKEN[:-1] + "y") as telegram:
        for found in (await telegram.connect(HOOK), await telegram.check(HOOK)):
            [what] = bad(found)
            assert "không nhận token" in what


async def test_the_token_of_another_bot(platform: Platform) -> None:
    async with started(platform.url, MemoryVault(bot_id="987654321")) as telegram:
        await telegram._account._bot.set_webhook(HOOK)
        [what] = bad(await telegram.check(HOOK))
        assert "bot khác: @xa_a_bot" in what


async def test_a_menu_that_is_refused_does_not_stop_the_rest(platform: Platform, telegram: Telegram) -> None:
    await platform.sim("fault", kind="error", on="setMyDescription", code=429, description="retry after 3")
    [what] = bad(await telegram.connect(HOOK))
    assert "bảng lệnh" in what
    assert (await platform.ask("getWebhookInfo"))["url"] == HOOK


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (CUT, "RemoteProtocolError"),
        ((502, b"<html>"), "502"),
        (refusal(429, "Too Many Requests: retry after 9", retry_after=9), "429. Too Many Requests: retry after 9"),
        (refusal(401, "Unauthorized"), "không nhận token"),
    ],
)
async def test_telegram_answers_strangely(answer: Answer, words: str) -> None:
    async with Scripted(answer) as server, started(server.url) as telegram:
        for found in (await telegram.connect(HOOK), await telegram.check(HOOK)):
            [what] = bad(found)
            assert words in what


async def test_telegram_is_away() -> None:
    async with started("http://127.0.0.1:9") as telegram:
        for found in (await telegram.connect(HOOK), await telegram.check("")):
            assert bad(found) == ["Chưa nối được tới máy chủ Telegram."]


@pytest.mark.parametrize("on", [True, False])
async def test_inline_search_is_switched_on_at_botfather_only(on: bool) -> None:
    info = {"url": HOOK, "has_custom_certificate": False, "pending_update_count": 0}
    async with Scripted(*answers(ME | {"supports_inline_queries": on}, info)) as server, started(server.url) as telegram:
        found = await telegram.check(HOOK)
    assert bad(found) == []
    assert any("/setinline" in finding.advice for finding in found) is not on


def answers(*results: dict[str, Any]) -> list[Answer]:
    return [(200, {"ok": True, "result": result}) for result in results]


async def checked(*results: dict[str, Any]) -> list[str]:
    async with Scripted(*answers(*results)) as server, started(server.url) as telegram:
        return bad(await telegram.check(HOOK))
