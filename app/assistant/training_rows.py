"""What learning works on: a text with its class, and the same text scored by an index that has not seen it."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from app.catalog.content import Voice
from app.understanding.hashed_words import HashedWords
from app.understanding.index import FEATURES, Index
from app.understanding.national import National
from app.understanding.ranker import confidence_features, likely
from app.understanding.reader import plain_first, unasked_variants
from app.understanding.rules import Rules

EVERYDAY_COUNTS, SHORT_COUNTS, SHORT_WORDS = 5.0, 2.0, 6

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Sample:
    """One text with the class it belongs to and the fold that must not see it."""

    text: str
    target: str
    fold: int


def told_messages(folder: Path) -> list[Sample]:
    """Messages written for training only, one JSON line each: the code meant, the voice, the text."""
    rows = [json.loads(line) for path in sorted(folder.glob("*.jsonl")) for line in path.read_text("utf-8").splitlines()]
    return [Sample(row["text"], row["code"], list(Voice).index(Voice(row["voice"]))) for row in rows]


@dataclass(frozen=True)
class Row:
    """A text scored by an index that has not seen it: its candidates, and what else of it is evidence."""

    features: NDArray[np.float32]
    classes: NDArray[np.int32]
    unknown_share: float
    words: int
    everyday: NDArray[np.bool_]
    """Of the candidates, those asked every day; `given`: what the reader gives each of them for being plain."""
    given: Floats
    rarities: tuple[float, ...]
    aspects: int
    markers: int
    agreement: float = 0.0
    """With the nearest national name; `telling` words it has to tell by, `foreign` the logit of its words."""
    telling: int = 0
    foreign: float = 0.0
    vague: float = 0.0
    """Logit of its words, that nobody can decide about it."""


@dataclass(frozen=True)
class Besides:
    """What a fold knows besides its index: names of others' matters, and how much words speak for those and for vagueness."""

    national: National
    foreign_words: HashedWords
    vague_words: HashedWords


def score(index: Index, rules: Rules, text: str, besides: Besides | None = None) -> Row:
    """What an index finds for a text, and what is known besides."""
    query = index.query(text)
    signs = rules.signs(query.words.plain, query.replaced, query.words.original)
    scored = index.score(query, frozenset(f"intent:{name}" for name in signs.intents))
    candidates = [index.entries[number] for number in scored.classes]
    nearest = besides.national.nearest(query.words.plain.split()) if besides else None
    return Row(
        scored.features,
        scored.classes,
        scored.unknown_share,
        len(query.content),
        np.array([entry.everyday for entry in candidates]),
        plain_first(candidates, unasked_variants(scored.features)),
        tuple(index.rarity(word) for word in set(query.content)),
        len(signs.aspects),
        len(query.markers),
        nearest.agreement if nearest else 0.0,
        nearest.telling if nearest else 0,
        besides.foreign_words.score(query.terms) if besides else 0.0,
        besides.vague_words.score(query.terms) if besides else 0.0,
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


@dataclass(frozen=True)
class Judged:
    """A text as the reader would have it: its candidates best first, with their probabilities, and the confidence in the best."""

    row: Row
    order: NDArray[np.int64]
    probabilities: Floats
    confidence: float

    def best(self, feature: str) -> float:
        """A feature of the best candidate."""
        return float(self.row.features[self.order[0], FEATURES.index(feature)])


def judge(row: Row, weights: Floats, confidence_weights: Floats) -> Judged:
    """Rank a text's candidates as the reader does."""
    order, probabilities = ranked(row, weights, row.given)
    evidence = confidence_features(probabilities, row.features[order[0]], row.unknown_share, row.words)
    return Judged(row, order, probabilities, likely(evidence, confidence_weights))


def learn_judgement(
    evidence: Floats, meant: NDArray[np.bool_], counts: Floats, names: Sequence[str], thresholds: Sequence[float]
) -> Floats:
    """Logistic regression; prints what share of both sides each threshold would take, and the weights by these names."""
    learned = learn_logistic(evidence, meant, counts)
    guess = 1 / (1 + np.exp(-evidence @ learned))
    for threshold in thresholds:
        print(f"  {threshold:.2f} → {(guess[meant] >= threshold).mean():.3f}, {(guess[~meant] >= threshold).mean():.4f}")
    for name, weight in zip(names, learned, strict=True):
        print(f"  {name:18} {weight:+.2f}")
    return learned


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
