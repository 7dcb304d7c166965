"""Labelled messages for development: ours (`shared/`) when they are there. Nothing is tuned on single lines of them."""

from __future__ import annotations

import json
import random
from dataclasses import dataclass, replace
from pathlib import Path

from app.understanding.text import fold

DEV_FILE = Path(__file__).resolve().parents[3] / "shared" / "data" / "questions" / "dev.jsonl"
HELD = ("procedure", "aspect", "followup", "multi")
OTHER = ("portal_help", "status", "local_info", "smalltalk", "petition", "out_of_scope", "bot_feedback", "other_level")

# Neighbours on a keyboard; typing errors for Vietnamese phones and computers.
NEIGHBOURS = {
    "a": "sq", "b": "vn", "c": "xv", "d": "sf", "e": "wr", "g": "fh", "h": "gj", "i": "uo", "k": "jl", "l": "k", "m": "n", "n": "bm",
    "o": "ip", "p": "o", "q": "wa", "r": "et", "s": "ad", "t": "ry", "u": "yi", "v": "cb", "x": "zc", "y": "tu",
}  # fmt: skip
TELEX = {"á": "as", "à": "af", "ả": "ar", "ã": "ax", "ạ": "aj", "â": "aa", "ă": "aw", "ê": "ee", "ô": "oo", "ơ": "ow", "ư": "uw", "đ": "dd"}


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
    """Read labelled messages; codes that count as right too are in `gold`."""
    rows = [json.loads(line) for line in path.read_text("utf-8").splitlines() if line.strip()]
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
        for row in rows
    ]


def without_accents(question: Question) -> Question:
    """The same message with all accents lost."""
    return replace(question, text=fold(question.text), prev=tuple(fold(text) for text in question.prev))


def with_typing_errors(question: Question, every: int = 10) -> Question:
    """The same message with one typing error in each `every` letters. Reproducible for the same message."""
    chance = random.Random(question.id)
    letters = list(question.text)
    positions = [at for at, letter in enumerate(letters) if letter.isalpha()]
    for at in chance.sample(positions, len(positions) // every):
        letters[at] = _slip(letters[at], chance)
    return replace(question, text="".join(letters))


def _slip(letter: str, chance: random.Random) -> str:
    small = letter.lower()
    if small in TELEX and chance.random() < 0.5:
        return TELEX[small]
    plain = fold(small)
    kind = chance.choice(("neighbour", "twice", "lost"))
    if kind == "neighbour" and plain in NEIGHBOURS:
        return chance.choice(NEIGHBOURS[plain])
    return letter * 2 if kind == "twice" else ""
