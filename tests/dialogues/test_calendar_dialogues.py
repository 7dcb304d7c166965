"""Every question of calendar.yaml through the whole way of a message, with the clock where the question puts it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from app.catalog.yaml_loader import read_document
from tests.dialogues.calendar_ward import ask

SITUATIONS: list[dict[str, Any]] = read_document(Path(__file__).with_name("calendar.yaml")).data
QUESTIONS = [(situation["at"], question) for situation in SITUATIONS for question in situation["ask"]]


@pytest.mark.parametrize(("at", "question"), QUESTIONS, ids=[f"{at} {question['say'][:50]}" for at, question in QUESTIONS])
def test_question(at: str, question: dict[str, Any]) -> None:
    intent, said = ask(question["say"], at, tuple(question.get("earlier", ())))
    for words in question["has"]:
        assert words in said, f"thiếu «{words}» ({intent}): {said}"
    for words in question.get("hasnt", ()):
        assert words not in said, f"không được có «{words}» ({intent}): {said}"


def test_there_are_enough_questions_and_none_twice() -> None:
    asked = [(at, question["say"]) for at, question in QUESTIONS]
    assert len(asked) >= 120
    assert len(set(asked)) == len(asked)
