"""What learning works on: a text with its class, and the same text scored by an index that has not seen it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.understanding.foreign import ForeignWords
from app.understanding.index import Index
from app.understanding.national import National
from app.understanding.rules import Rules

EVERYDAY_COUNTS, SHORT_COUNTS, SHORT_WORDS = 5.0, 2.0, 6

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Sample:
    """One text with the class it belongs to and the fold that must not see it."""

    text: str
    target: str
    fold: int


@dataclass(frozen=True)
class Row:
    """A text scored by an index that has not seen it: its candidates, and what else of it is evidence."""

    features: NDArray[np.float32]
    classes: NDArray[np.int32]
    unknown_share: float
    words: int
    everyday: NDArray[np.bool_]
    """Of the candidates, those asked every day."""
    rarities: tuple[float, ...]
    aspects: int
    markers: int
    agreement: float = 0.0
    """With the nearest national name; `telling` words it has to tell by, `foreign` the logit of its words."""
    telling: int = 0
    foreign: float = 0.0


def score(index: Index, rules: Rules, text: str, national: National | None = None, foreign_words: ForeignWords | None = None) -> Row:
    """What an index finds for a text, and what names of others' matters do."""
    query = index.query(text)
    signs = rules.signs(query.words.plain, query.replaced, query.words.original)
    scored = index.score(query, frozenset(f"intent:{name}" for name in signs.intents))
    nearest = national.nearest(query.words.plain.split()) if national else None
    return Row(
        scored.features,
        scored.classes,
        scored.unknown_share,
        len(query.content),
        np.array([index.entries[number].everyday for number in scored.classes]),
        tuple(index.rarity(word) for word in set(query.content)),
        len(signs.aspects),
        len(query.markers),
        nearest.agreement if nearest else 0.0,
        nearest.telling if nearest else 0,
        foreign_words.score(query.terms) if foreign_words else 0.0,
    )


def importance(samples: Sequence[Sample], everyday: Collection[str]) -> Floats:
    """How much each text counts: hardly any is short and everyday, which is what people type."""
    found = np.ones(len(samples))
    for at, sample in enumerate(samples):
        found[at] *= EVERYDAY_COUNTS if sample.target in everyday else 1.0
        found[at] *= SHORT_COUNTS if len(sample.text.split()) <= SHORT_WORDS else 1.0
    return found


def ranked(row: Row, weights: Floats, bonus: Floats | float = 0.0) -> tuple[NDArray[np.int64], Floats]:
    """Candidates best first, and their probabilities in that order."""
    logits = row.features @ weights + bonus
    order = np.argsort(-logits)
    probabilities = np.exp(logits[order] - logits[order[0]])
    return order, probabilities / probabilities.sum()


def learn_logistic(evidence: Floats, correct: NDArray[np.bool_], importance: Floats | None = None, rounds: int = 3000) -> Floats:
    """Logistic regression, full batch, with Nesterov's momentum. `importance`: how much each row counts."""
    weights, moved = np.zeros(evidence.shape[1]), np.zeros(evidence.shape[1])
    wanted = correct.astype(np.float64)
    counts = np.ones(len(wanted)) if importance is None else importance
    counts = counts / counts.sum()
    for _ in range(rounds):
        ahead = weights + 0.9 * moved
        guess = 1 / (1 + np.exp(-evidence @ ahead))
        moved = 0.9 * moved - 0.8 * (evidence.T @ ((guess - wanted) * counts) + 1e-5 * ahead)
        weights = weights + moved
    return weights
