"""Learns when a message in a conversation turns to another procedure. Also on its own: `python -m app.assistant.learn_turning`."""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from app.assistant.knowing import Knowledge
from app.assistant.learn_hashed_words import learn_hashed_words
from app.assistant.slips import mistyped
from app.assistant.training_rows import learn_judgement, told_messages
from app.understanding.decision import State
from app.understanding.dialogue import decide
from app.understanding.hashed_words import HashedWords, bounded
from app.understanding.heard import heard, joins
from app.understanding.ranker import WEIGHTS_FILE
from app.understanding.reader import Reader
from app.understanding.terms import Terms
from app.understanding.turning import TURN_BUCKETS, TURN_FEATURES, TURN_FILE, TurnEvidence, said

FOLDS, SEED = 5, 1
ALONE, SHORT = 400, 10  # messages, and words


@dataclass(frozen=True)
class Heard:
    """A message after an answer: its words, all other evidence, and whether it is about another procedure."""

    words: Terms
    rest: TurnEvidence
    turns: bool


def main() -> None:
    """Learn from `procedures/training/conversations` with the index and the weights that are there; write both files."""
    weights = json.loads(WEIGHTS_FILE.read_text("utf-8"))
    weights |= {"turn_features": TURN_FEATURES, "turn": weights.get("turn", [0.0] * len(TURN_FEATURES))}
    WEIGHTS_FILE.write_text(json.dumps(weights, indent=1) + "\n", "utf-8")
    folder = Path("procedures")
    knowledge = Knowledge.load(folder, None)
    reader, catalog = knowledge.reader, knowledge.catalog
    rows = [json.loads(line) for path in sorted((folder / "training" / "conversations").glob("*.jsonl")) for line in path.open("rb")]
    messages = [_heard(reader, **row) for row in [*rows, *_alone(folder, catalog.everyday)]]
    turns = np.array([each.turns for each in messages])
    fold = np.arange(len(messages)) % FOLDS
    logits = np.zeros(len(messages))
    for number in range(FOLDS):
        words = _learn_words([each for each, of in zip(messages, fold, strict=True) if of != number])
        logits[fold == number] = [words.score(each.words) for each, of in zip(messages, fold, strict=True) if of == number]
    found = [replace(each.rest, words=bounded(logit)).vector() for each, logit in zip(messages, logits, strict=True)]
    print("sang việc khác: ngưỡng → nhận ra, câu hỏi tiếp bị coi là việc khác")
    learned = learn_judgement(np.array(found), turns, np.ones(len(turns)), TURN_FEATURES, (0.3, 0.4, 0.5, 0.6, 0.7, 0.8))
    _learn_words(messages).save(TURN_FILE)
    weights["turn"] = [round(float(weight), 4) for weight in learned]
    WEIGHTS_FILE.write_text(json.dumps(weights, indent=1) + "\n", "utf-8")


def _alone(folder: Path, everyday: Sequence[str]) -> list[dict[str, str]]:
    """Short messages that were written to stand alone, after an answer about something else."""
    chance = random.Random(SEED)  # noqa: S311 -- reproducible shuffling, not cryptography
    short = [each for each in told_messages(folder / "training") if ":" not in each.target and len(each.text.split()) <= SHORT]
    rows = []
    for each in chance.sample(short, ALONE):
        before = chance.choice([code for code in everyday if code != each.target])
        text = mistyped(each.text, chance) if chance.random() < 0.5 else each.text
        rows.append({"before": before, "first": "", "text": text, "code": each.target})
    return rows


def _heard(reader: Reader, before: str, first: str, text: str, code: str) -> Heard:
    """A message as the dialogue hears it. Where the first was understood otherwise, as if it had been understood."""
    state = decide(reader, first, State()).state
    if state.code != before:
        state = State(code=before, recent=(before,))
    text, reading = heard(reader, text, state)
    rest = reader.turn_evidence(reading, before, 0.0, joins=joins(text))
    return Heard(said(reading.query.words.folded), rest, code != before)


def _learn_words(messages: list[Heard]) -> HashedWords:
    return learn_hashed_words([(each.words, each.turns, 1.0) for each in messages], TURN_BUCKETS, SEED)


if __name__ == "__main__":
    main()
