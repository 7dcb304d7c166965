"""Learns when a message is too vague: what nobody can decide (ways of asking of families) against what is clear (of procedures)."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np

from app.assistant.training_rows import Floats, Row, Sample, importance, learn_logistic, ranked
from app.understanding.index import FEATURES
from app.understanding.ranker import confidence_features
from app.understanding.reader import EVERYDAY
from app.understanding.vagueness import VAGUE_FEATURES, vague_features

VAGUE_COUNTS = 2.5  # there are fifteen clear texts for a vague one
FAMILY = "family:"


def learn_vagueness(
    tables: list[Row], samples: list[Sample], weights: Floats, confidence_weights: Floats, everyday: Collection[str]
) -> Floats:
    """Weights over VAGUE_FEATURES; prints what they would do with the texts they were learned from."""
    of_ours = np.array([sample.target.startswith(FAMILY) or ":" not in sample.target for sample in samples])
    kept = [sample for sample, ours in zip(samples, of_ours, strict=True) if ours]
    evidence = evidence_of_vagueness([row for row, ours in zip(tables, of_ours, strict=True) if ours], weights, confidence_weights)
    vague = np.array([sample.target.startswith(FAMILY) for sample in kept])
    counts = np.where(vague, VAGUE_COUNTS, importance(kept, everyday))
    learned = learn_logistic(evidence, vague, counts)
    guess = 1 / (1 + np.exp(-evidence @ learned))
    print("mơ hồ: ngưỡng → mơ hồ được hỏi lại, rõ mà bị hỏi lại")
    for threshold in (0.2, 0.3, 0.4, 0.5, 0.6, 0.7):
        print(f"  {threshold:.1f} → {(guess[vague] >= threshold).mean():.3f}, {(guess[~vague] >= threshold).mean():.3f}")
    for feature, weight in zip(VAGUE_FEATURES, learned, strict=True):
        print(f"  {feature:18} {weight:+.2f}")
    return learned


def evidence_of_vagueness(tables: list[Row], weights: Floats, confidence_weights: Floats) -> Floats:
    """The evidence of vagueness of each text, as the reader would have it."""
    family, coverage = FEATURES.index("is_family"), FEATURES.index("coverage")
    apart = [FEATURES.index(name) for name in ("is_family", "is_elsewhere", "is_event", "is_intent")]
    rows = []
    for row in tables:
        order, probabilities = ranked(row, weights, EVERYDAY * row.everyday.astype(np.float64))
        top = row.features[order[0]]
        evidence = confidence_features(probabilities, top, row.unknown_share, row.words)
        confidence = 1 / (1 + np.exp(-float(evidence @ confidence_weights)))
        everyday = float(probabilities[0]) if row.everyday[order[0]] and not top[apart].any() else 0.0
        families = row.features[order, family] > 0
        rows.append(
            vague_features(probabilities, families, everyday, confidence, float(top[coverage]), row.rarities, row.aspects, row.markers)
        )
    return np.array(rows)
