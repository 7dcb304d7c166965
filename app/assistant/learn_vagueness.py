"""Learns when a message is too vague: what nobody can decide (ways of asking of families) against what is clear (of procedures)."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np

from app.assistant.learn_hashed_words import learn_hashed_words
from app.assistant.training_rows import Floats, Row, Sample, importance, judge, learn_judgement
from app.understanding.hashed_words import HashedWords
from app.understanding.index import FEATURES
from app.understanding.terms import Terms
from app.understanding.vagueness import VAGUE_BUCKETS, VAGUE_FEATURES, vague_features

VAGUE_COUNTS, WORDS_COUNT = 2.5, 4.0  # there are fifteen clear texts for a vague one; what that is in learning the words
FAMILY = "family:"


def learn_vague_words(texts: Sequence[tuple[Terms, str]], seed: int) -> HashedWords:
    """How much words speak for what nobody can decide, from weighted terms and the class meant."""
    clear = [(terms, False, 1.0) for terms, name in texts if ":" not in name]
    return learn_hashed_words(
        [*clear, *((terms, True, WORDS_COUNT) for terms, name in texts if name.startswith(FAMILY))], VAGUE_BUCKETS, seed
    )


def learn_vagueness(
    tables: list[Row], samples: list[Sample], weights: Floats, confidence_weights: Floats, everyday: Collection[str]
) -> Floats:
    """Weights over VAGUE_FEATURES; prints what they would do with the texts they were learned from."""
    of_ours = np.array([sample.target.startswith(FAMILY) or ":" not in sample.target for sample in samples])
    kept = [sample for sample, ours in zip(samples, of_ours, strict=True) if ours]
    evidence = evidence_of_vagueness([row for row, ours in zip(tables, of_ours, strict=True) if ours], weights, confidence_weights)
    vague = np.array([sample.target.startswith(FAMILY) for sample in kept])
    counts = np.where(vague, VAGUE_COUNTS, importance(kept, everyday))
    print("mơ hồ: ngưỡng → mơ hồ được hỏi lại, rõ mà bị hỏi lại")
    return learn_judgement(evidence, vague, counts, VAGUE_FEATURES, (0.2, 0.3, 0.4, 0.5, 0.6, 0.7))


def evidence_of_vagueness(tables: list[Row], weights: Floats, confidence_weights: Floats) -> Floats:
    """The evidence of vagueness of each text, as the reader would have it."""
    family = FEATURES.index("is_family")
    apart = ("is_family", "is_elsewhere", "is_event", "is_intent")
    rows = []
    for row in tables:
        judged = judge(row, weights, confidence_weights)
        probabilities, best = judged.probabilities, judged.order[0]
        everyday = float(probabilities[0]) if row.everyday[best] and not any(judged.best(name) for name in apart) else 0.0
        families = row.features[judged.order, family] > 0
        rows.append(
            vague_features(
                probabilities,
                families,
                everyday,
                judged.confidence,
                judged.best("coverage"),
                row.rarities,
                row.aspects,
                row.markers,
                row.vague,
            )
        )
    return np.array(rows)
