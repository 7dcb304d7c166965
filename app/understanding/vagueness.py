"""Whether a message is too vague to be answered: a learned judgement, apart from which procedure is the likeliest.

«làm giấy cho con» may rank one procedure high and still name none. Learned from the ways of asking of families (what
nobody can decide) against those of procedures, each scored by what has not seen it. How much words alone tell of
vagueness is in `vagueness.npz`, the weights of the evidence in `weights.json`, made by `./dev train`.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from app.understanding.hashed_words import bounded

VAGUE_FILE = Path(__file__).with_name("vagueness.npz")
VAGUE_BUCKETS = 1 << 16

VAGUE_FEATURES = (
    "entropy",
    "families",
    "confidence",
    "coverage",
    "rarest",
    "rarity",
    "words",
    "one_word",
    "aspects",
    "markers",
    "everyday",
    "said",
    "one",
)
MOST_WORDS = 12
RARITY = 6.0  # about the most that one word tells


def vague_features(
    probabilities: NDArray[np.float64],
    is_family: NDArray[np.bool_],
    everyday: float,
    confidence: float,
    coverage: float,
    rarities: Sequence[float],
    aspects: int,
    markers: int,
    said: float,
) -> NDArray[np.float64]:
    """Evidence of vagueness.

    `everyday`: probability of the best class when it is a procedure asked every day, else 0; `rarities`: how much each
    different word tells; `said`: the logit of the message's words alone.
    """
    likely = probabilities[:8]
    return np.array(
        [
            -float((likely * np.log(likely + 1e-9)).sum()),
            float(probabilities[is_family].sum()),
            confidence,
            coverage,
            max(rarities, default=0.0) / RARITY,
            sum(rarities) / (5 * RARITY),
            min(len(rarities), MOST_WORDS) / MOST_WORDS,
            float(len(rarities) <= 1),
            float(aspects > 0),
            min(markers, 3) / 3,
            everyday,
            bounded(said),
            1.0,
        ]
    )
