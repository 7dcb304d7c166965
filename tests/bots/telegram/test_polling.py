"""Long polling: what is asked for, what is confirmed, and how long it waits when Telegram does not answer."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import aclosing
from typing import Any

import pytest

from app.messages import Update
from bots.telegram import Telegram
from tests.bots.telegram.peers import CUT, SECRET, TOKEN, Answer, MemoryVault, Scripted, refusal
from tests.bots.telegram.test_updates import payload

CONFLICT = refusal(409, "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running")


def batch(*raws: Any) -> Answer:
    return 200, {"ok": True, "result": list(raws)}


async def polled(answers: Sequence[Answer], batches: int) -> tuple[list[list[Update]], list[float], Scripted]:
    """So many batches, the pauses in between, and the server that was asked."""
    pauses: list[float] = []

    async def sleep(seconds: float) -> None:
        pauses.append(seconds)

    async with Scripted(*answers) as server:
        telegram = Telegram(TOKEN, SECRET, MemoryVault(), server.url, sleep=sleep)
        found: list[list[Update]] = []
        async with aclosing(telegram.poll()) as poll:
            while len(found) < batches:
                found.append(list(await anext(poll)))
        await telegram.stop()
    return found, pauses, server


async def test_a_batch_is_confirmed_when_the_next_is_asked_for() -> None:
    answers = [batch(payload("text"), payload("notice")), batch(), batch(payload("press"))]
    found, pauses, server = await polled(answers, 2)
    assert [[update.update_id for update in updates] for updates in found] == [["700000001"], ["700000021"]]
    assert [values["offset"] for _, values in server.asked] == [0, 700000018, 700000018]
    assert server.asked[0][1] == {
        "offset": 0,
        "timeout": 25,
        "allowed_updates": ["message", "callback_query", "my_chat_member", "inline_query"],
    }
    assert pauses == []


async def test_what_starts_no_work_is_confirmed_without_a_batch() -> None:
    found, _, server = await polled([batch(payload("group")), batch(payload("text"))], 1)
    assert len(found) == 1
    assert [values["offset"] for _, values in server.asked] == [0, payload("group")["update_id"] + 1]


async def test_an_unreadable_update_does_not_come_again_for_ever() -> None:
    broken = {"update_id": 700000100, "message": {"message_id": 1}}
    found, _, server = await polled([batch(broken, payload("text") | {"update_id": 700000101}), batch(payload("press"))], 2)
    assert [update.update_id for update in found[0]] == ["700000101"]
    assert server.asked[1][1]["offset"] == 700000102


async def test_it_waits_longer_and_longer_and_begins_anew_after_a_success() -> None:
    failures: list[Answer] = [CUT, refusal(500, "Internal Server Error"), *[(502, b"<html>")] * 6]
    answers = [*failures, batch(payload("text")), CUT, batch(payload("press"))]
    _, pauses, _ = await polled(answers, 2)
    assert pauses == [1, 2, 4, 8, 16, 32, 60, 60, 1]


async def test_it_makes_room_for_another_poller_and_obeys_retry_after() -> None:
    answers = [CONFLICT, CONFLICT, refusal(429, "Too Many Requests: retry after 9", retry_after=9), batch(payload("text"))]
    _, pauses, _ = await polled(answers, 1)
    assert pauses == [30, 30, 9]


@pytest.mark.parametrize("strange", [True, {"update_id": 7}, ["chao"], [{"message": {}}], None, 5])
async def test_a_strange_answer_does_not_end_the_polling(strange: Any) -> None:
    found, pauses, _ = await polled([(200, {"ok": True, "result": strange}), batch(payload("text"))], 1)
    assert len(found) == 1
    assert pauses == [1]
