"""Whether a message is about a matter of another agency: a learned judgement, apart from which of our procedures is the likeliest.

«cấp lại giấy phép phòng khám» shares words with many of our names, and none of ours is meant. Learned from the names of
the national catalogue and from messages about them (`procedures/training/others`) against what people ask us, each scored by
what has not seen it. The words' weights are in `foreign.npz`, those of the evidence in `weights.json`, made by `./dev train`.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from app.understanding.hashed_words import bounded

FOREIGN_FILE = Path(__file__).with_name("foreign.npz")
FOREIGN_FEATURES = ("confidence", "nearest", "coverage", "agreement", "telling", "everyday", "words", "one")
FOREIGN_BUCKETS = 1 << 16  # few words share one
MOST_TELLING = 6


def foreign_features(
    confidence: float, nearest: float, coverage: float, words: float, *, agreement: float, telling: int, everyday: bool
) -> NDArray[np.float64]:
    """Evidence that another agency's matter is meant.

    `confidence`, `nearest`, `coverage`, `everyday`: of the likeliest of ours; `agreement`, `telling`: of the nearest
    national name; `words`: the logit of the message's words.
    """
    telling = min(telling, MOST_TELLING)
    return np.array([confidence, nearest, coverage, agreement, telling / MOST_TELLING, float(everyday), bounded(words), 1.0])
