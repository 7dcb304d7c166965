"""Understanding in a second process: the same thoughts, and nobody loses an answer when it dies."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Iterator
from dataclasses import replace

import pytest

from app.assistant.apart import Thinker
from app.assistant.pipeline import Pipeline, Thought
from app.messages import Incoming
from app.understanding.decision import State
from tests.assistant.ward import Clock, incoming, pipeline

MESSAGES = ("khai sinh cho con", "chứng thực", "phí bao nhiêu", "😀😀", "", "x" * 200_000)


@pytest.fixture
def thoughtful() -> Pipeline:
    return pipeline(Clock())


@pytest.fixture
def thinker(thoughtful: Pipeline, monkeypatch: pytest.MonkeyPatch) -> Iterator[Thinker]:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _pid: {0, 1})
    thinker = Thinker(thoughtful)
    thinker.start()
    yield thinker
    thinker.close()


def _asked(*texts: str) -> list[tuple[Incoming, State]]:
    return [(incoming(text, f"m{number}"), State(code="1.001193")) for number, text in enumerate(texts)]


def _here(pipeline: Pipeline, *texts: str) -> list[Thought]:
    return [replace(pipeline.think(*one), elapsed_ms=0) for one in _asked(*texts)]


async def _there(thinker: Thinker, *texts: str) -> list[Thought]:
    return [replace(thought, elapsed_ms=0) for thought in await thinker.think(_asked(*texts))]


async def test_thoughts_are_the_same_as_here(thinker: Thinker, thoughtful: Pipeline) -> None:
    assert await _there(thinker, *MESSAGES) == _here(thoughtful, *MESSAGES)


async def test_it_really_is_another_process(thinker: Thinker, thoughtful: Pipeline, monkeypatch: pytest.MonkeyPatch) -> None:
    def think(_incoming: Incoming, _state: State) -> Thought:
        raise AssertionError("thought here")

    monkeypatch.setattr(thoughtful, "think", think)
    assert len(await thinker.think(_asked("khai sinh"))) == 1


async def test_who_goes_away_does_not_mix_up_the_answers(thinker: Thinker, thoughtful: Pipeline) -> None:
    impatient = [asyncio.create_task(thinker.think(_asked(text))) for text in ("khai tử", "kết hôn", "tạm trú")]
    await asyncio.sleep(0)
    for task in impatient:
        task.cancel()
    several = await asyncio.gather(*(_there(thinker, text) for text in MESSAGES))
    assert several == [_here(thoughtful, text) for text in MESSAGES]


async def test_when_it_is_killed_the_answer_is_thought_here(thinker: Thinker, thoughtful: Pipeline) -> None:
    await thinker.think(_asked("khai sinh"))
    os.kill(thinker._process.pid, signal.SIGKILL)
    assert await _there(thinker, "khai tử") == _here(thoughtful, "khai tử")
    assert await _there(thinker, "kết hôn") == _here(thoughtful, "kết hôn")


async def test_a_fault_is_told_and_the_next_one_is_answered(thinker: Thinker) -> None:
    broken = [(incoming("khai sinh", "m1"), None)]
    with pytest.raises(AttributeError):
        await thinker.think(broken)  # type: ignore[arg-type]
    assert len(await thinker.think(_asked("khai sinh"))) == 1


async def test_a_new_catalog_is_known_there_as_well(thinker: Thinker, thoughtful: Pipeline, monkeypatch: pytest.MonkeyPatch) -> None:
    """The other process reads the files again when this one says it has another version."""
    before = (await thinker.think(_asked("khai sinh")))[0].catalog_version
    monkeypatch.setattr(type(thoughtful), "version", property(lambda _self: "newer"))
    after = (await thinker.think(_asked("khai sinh")))[0].catalog_version
    assert before == after != "newer"


async def test_it_ends_with_the_process_that_serves(thinker: Thinker) -> None:
    process = thinker._process
    thinker.close()
    assert not process.is_alive()
    assert len(await thinker.think(_asked("khai sinh"))) == 1
