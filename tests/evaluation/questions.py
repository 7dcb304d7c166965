"""Labelled messages: those for development (`shared/`, when they are there) and our own, written by people who saw no way of asking."""

from __future__ import annotations

import json
import random
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from app.assistant.slips import with_slips
from app.understanding.text import fold

DEV_FILE = Path(__file__).resolve().parents[3] / "shared" / "data" / "questions" / "dev.jsonl"
BLIND = Path(__file__).with_name("blind")
CLARITY_FILE = Path(__file__).with_name("clarity.tsv")
HELD = ("procedure", "aspect", "followup", "multi", "story", "lookalike", "eligibility")
VAGUE = ("clarify", "vague")
OTHER = (
    "portal_help", "status", "local_info", "smalltalk", "petition", "out_of_scope", "bot_feedback", "other_level", "fine", "abuse",
)  # fmt: skip


@dataclass(frozen=True)
class Question:
    """One labelled message."""

    id: str
    text: str
    kind: str
    gold: frozenset[str]
    aspects: frozenset[str]
    prev: tuple[str, ...]
    style: frozenset[str]


def load(path: Path = DEV_FILE) -> list[Question]:
    """Read the development messages; codes that count as right too are in `gold`."""
    return [
        Question(
            row["id"],
            row["text"],
            row["kind"],
            frozenset(row["gold_codes"]) | frozenset(row["alt_codes"]),
            frozenset(row["aspect"]),
            tuple(row["prev"]),
            frozenset(row["style"]),
        )
        for row in _rows(path)
    ]


def load_blind(writer: str) -> list[Question]:
    """Read what one of our blind writers wrote."""
    return [
        Question(
            row["id"],
            row["text"],
            row["kind"],
            frozenset(row["codes"]) | frozenset(row["also"]),
            frozenset(row["aspect"]),
            tuple(row["prev"]),
            frozenset([row["voice"]]),
        )
        for row in _rows(BLIND / f"{writer}.jsonl")
    ]


def judged_by_two(path: Path = CLARITY_FILE) -> dict[str, str]:
    """What two readers, who saw no answer, agree on of development messages, by id: `ask` (too vague), `answer` (clear) or `other`.

    They were given the message, what was said before it and the names of our procedures, and were to ask only where several are about equally likely.
    """
    lines = (line.split("\t") for line in path.read_text("utf-8").splitlines()[1:])
    return {id_: first for id_, first, second in lines if first == second}


def _rows(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines() if line.strip()]


def without_accents(question: Question) -> Question:
    """The same message with all accents lost."""
    return replace(question, text=fold(question.text), prev=tuple(fold(text) for text in question.prev))


def with_typing_errors(question: Question, every: int = 10) -> Question:
    """The same message with one typing error in each `every` letters. Reproducible for the same message."""
    return replace(question, text=with_slips(question.text, random.Random(question.id), every))
