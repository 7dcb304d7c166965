"""Learns when a message is about another agency's matter: national names and messages about them against what people ask us."""

from __future__ import annotations

import json
import random
from collections.abc import Collection, Iterable, Sequence
from pathlib import Path

import numpy as np

from app.assistant.learn_hashed_words import learn_hashed_words
from app.assistant.slips import mistyped
from app.assistant.training_rows import Floats, Row, Sample, importance, judge, learn_judgement
from app.understanding.foreign import FOREIGN_BUCKETS, FOREIGN_FEATURES, foreign_features
from app.understanding.hashed_words import HashedWords
from app.understanding.national import Named
from app.understanding.terms import Entry, Terms

NAME_COUNTS, TOLD_COUNTS = 0.5, 4.0  # a name is not what people write; what they write is rare


def told_of_others(folder: Path, folds: int) -> list[Sample]:
    """The messages in `procedures/training/others`, dealt to the folds one by one."""
    rows = [json.loads(line) for path in sorted(folder.glob("*.jsonl")) for line in path.read_text("utf-8").splitlines()]
    return [Sample(row["text"], f"national:{row['code']}", number % folds) for number, row in enumerate(rows)]


def of_others(national: Iterable[Named], entries: Iterable[Entry]) -> list[Named]:
    """National names that none of these classes goes by."""
    ours = {name for entry in entries for name in entry.names}
    return [each for each in national if each.name not in ours]


def with_errors(samples: Sequence[Sample], seed: int) -> list[str]:
    """Texts as written, and once more with typing errors."""
    chance = random.Random(seed)  # noqa: S311 -- reproducible shuffling, not cryptography
    texts = [sample.text for sample in samples]
    return texts + [mistyped(text, chance) for text in texts]


def learn_foreign_words(ours: Sequence[Terms], names: Sequence[Terms], told: Sequence[Terms], seed: int) -> HashedWords:
    """How much words speak for another agency."""
    texts = [*((each, False, 1.0) for each in ours), *((each, True, NAME_COUNTS) for each in names)]
    return learn_hashed_words([*texts, *((each, True, TOLD_COUNTS) for each in told)], FOREIGN_BUCKETS, seed)


def learn_foreign(
    tables: list[Row], samples: list[Sample], weights: Floats, confidence_weights: Floats, everyday: Collection[str]
) -> Floats:
    """Weights over FOREIGN_FEATURES, both sides counting the same; prints what they would do with the texts they were learned from."""
    kept = [at for at, sample in enumerate(samples) if _is_foreign(sample) or ":" not in sample.target]
    rows, of_kept = [tables[at] for at in kept], [samples[at] for at in kept]
    evidence = np.array([_evidence(row, weights, confidence_weights) for row in rows])
    foreign = np.array([_is_foreign(sample) for sample in of_kept])
    counts = importance(of_kept, everyday)
    counts[foreign] *= counts[~foreign].sum() / counts[foreign].sum()
    print("việc cơ quan khác: ngưỡng → nhận ra, việc của kho bị coi là của nơi khác")
    return learn_judgement(evidence, foreign, counts, FOREIGN_FEATURES, (0.5, 0.8, 0.9, 0.95, 0.97, 0.99))


def _is_foreign(sample: Sample) -> bool:
    return sample.target.startswith("national:")


def _evidence(row: Row, weights: Floats, confidence_weights: Floats) -> Floats:
    """The evidence of one text, as the reader would have it."""
    judged = judge(row, weights, confidence_weights)
    nearest, coverage = judged.best("nearest"), judged.best("coverage")
    everyday = bool(row.everyday[judged.order[0]])
    return foreign_features(
        judged.confidence, nearest, coverage, row.foreign, agreement=row.agreement, telling=row.telling, everyday=everyday
    )
