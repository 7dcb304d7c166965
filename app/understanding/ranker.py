"""From candidates' features to probabilities and one honest confidence, with learned weights.

The weights are in `weights.json`, made by `./dev train` from our own ways of asking; nothing is learned at run time.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from app.understanding.foreign import FOREIGN_FEATURES
from app.understanding.index import FEATURES, Scored
from app.understanding.turning import TURN_FEATURES
from app.understanding.vagueness import VAGUE_FEATURES

WEIGHTS_FILE = Path(__file__).with_name("weights.json")
LEARNED = FEATURES.index("learned")
CONFIDENCE_FEATURES = ("probability", "margin", "nearest", "name", "fuzzy", "name_overlap", "coverage", "unknown_share", "words", "one")


@dataclass(frozen=True)
class Weights:
    """`rank`: one weight per feature. `confidence`, `vague`, `foreign`, `turn`: logistic weights over the features of that name.

    `unlearned`: over the features, what the learned sum of a class would likely be that is newer than the weights.
    """

    rank: NDArray[np.float64]
    confidence: NDArray[np.float64]
    unlearned: NDArray[np.float64]
    vague: NDArray[np.float64]
    foreign: NDArray[np.float64]
    turn: NDArray[np.float64]

    @classmethod
    def load(cls, path: Path = WEIGHTS_FILE) -> Weights:
        """Read learned weights. Raises ValueError when they were learned for other features."""
        data = json.loads(path.read_text("utf-8"))
        features = {"": FEATURES, "confidence_": CONFIDENCE_FEATURES, "vague_": VAGUE_FEATURES, "foreign_": FOREIGN_FEATURES}
        features["turn_"] = TURN_FEATURES
        if any(tuple(data.get(f"{name}features", ())) != of for name, of in features.items()):
            raise ValueError("weights.json was learned for other features: run ./dev train")
        return cls(*(np.array(data[name]) for name in ("rank", "confidence", "unlearned", "vague", "foreign", "turn")))


@dataclass(frozen=True)
class Ranking:
    """Classes best first, with probabilities; `confidence` that the first is right (0-1)."""

    classes: tuple[int, ...]
    probabilities: tuple[float, ...]
    confidence: float
    coverage: float
    nearest: float
    name_overlap: float


def rank(scored: Scored, weights: Weights, words: int, bonus: NDArray[np.float64] | None = None) -> Ranking:
    """Order candidates. `bonus` is added to the candidates' logits (context of the conversation)."""
    if scored.unlearned.any():
        guessed = scored.features @ weights.unlearned
        scored.features[scored.unlearned, LEARNED] = guessed[scored.unlearned]
    logits = scored.features @ weights.rank
    if bonus is not None:
        logits = logits + bonus
    order = np.argsort(-logits, kind="stable")
    probabilities = np.exp(logits[order] - logits[order[0]])
    probabilities /= probabilities.sum()
    top = scored.features[order[0]]
    evidence = confidence_features(probabilities, top, scored.unknown_share, words)
    confidence = likely(evidence, weights.confidence)
    return Ranking(
        classes=tuple(int(number) for number in scored.classes[order]),
        probabilities=tuple(float(value) for value in probabilities),
        confidence=confidence,
        coverage=float(top[FEATURES.index("coverage")]),
        nearest=float(top[FEATURES.index("nearest")]),
        name_overlap=float(top[FEATURES.index("name_overlap")]),
    )


def likely(evidence: NDArray[np.float64], weights: NDArray[np.float64]) -> float:
    """What logistic regression makes of the evidence (0-1)."""
    return float(1.0 / (1.0 + np.exp(-float(evidence @ weights))))


def confidence_features(
    probabilities: NDArray[np.float64], top: NDArray[np.float32], unknown_share: float, words: int
) -> NDArray[np.float64]:
    """Evidence of honesty for the best candidate."""
    second = float(probabilities[1]) if len(probabilities) > 1 else 0.0
    first = float(probabilities[0])
    named = dict(zip(FEATURES, top.tolist(), strict=True))
    return np.array(
        [
            first,
            first - second,
            named["nearest"],
            named["name"],
            named["fuzzy"],
            named["name_overlap"],
            named["coverage"],
            unknown_share,
            min(words, 20) / 20,
            1.0,
        ]
    )
