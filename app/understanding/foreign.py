"""Whether a message is about a matter of another agency: a learned judgement, apart from which of our procedures is the likeliest.

«cấp lại giấy phép phòng khám» shares words with many of our names, and none of ours is meant. Learned from the names of
the national catalogue and from messages about them (`procedures/training/others`) against what people ask us, each scored by
what has not seen it. The words' weights are in `foreign.npz`, those of the evidence in `weights.json`, made by `./dev train`.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from app.understanding.terms import Terms

FOREIGN_FILE = Path(__file__).with_name("foreign.npz")
FOREIGN_FEATURES = ("confidence", "nearest", "coverage", "agreement", "telling", "everyday", "words", "one")
BUCKETS = 1 << 16  # of words by their checksum: no vocabulary to be kept, and few words share one
SHARPNESS = 4.0  # vectors have length one
SUREST = 8.0  # logit of the words beyond which they say no more
MOST_TELLING = 6

Floats = NDArray[np.float32]
Ints = NDArray[np.int32]


@dataclass(frozen=True)
class ForeignWords:
    """How much each bucket of words speaks for another agency."""

    weights: Floats
    bias: float

    def score(self, terms: Terms) -> float:
        """Logit that a text of these weighted terms is not about a matter of ours, from its words alone."""
        where, values = hashed(terms)
        return SHARPNESS * float(values @ self.weights[where]) + self.bias

    @classmethod
    def load(cls, path: Path = FOREIGN_FILE) -> ForeignWords:
        """Read from a file that `save` wrote."""
        with np.load(path) as data:
            return cls(data["weights"] * np.float32(data["scale"]), float(data["bias"]))

    def save(self, path: Path = FOREIGN_FILE) -> None:
        """Write compressed: a byte for each weight."""
        scale = float(np.abs(self.weights).max(initial=0.0)) / 127 or 1.0
        np.savez_compressed(path, weights=np.round(self.weights / scale).astype(np.int8), scale=scale, bias=self.bias)


def hashed(terms: Terms) -> tuple[Ints, Floats]:
    """Terms as buckets and weights of length one."""
    where = np.array([zlib.crc32(term.encode()) % BUCKETS for term in terms], dtype=np.int32)
    values = np.array(list(terms.values()), dtype=np.float32)
    return where, values / (float(np.linalg.norm(values)) or 1.0)


def foreign_features(
    confidence: float, nearest: float, coverage: float, agreement: float, telling: int, words: float, *, everyday: bool
) -> NDArray[np.float64]:
    """Evidence that another agency's matter is meant.

    `confidence`, `nearest`, `coverage`, `everyday`: of the likeliest of ours; `agreement`, `telling`: of the nearest
    national name; `words`: logit of `ForeignWords`.
    """
    told = max(-SUREST, min(SUREST, words)) / SHARPNESS
    return np.array([confidence, nearest, coverage, agreement, min(telling, MOST_TELLING) / MOST_TELLING, float(everyday), told, 1.0])
