"""How much words speak for one side of a question: a logistic sum over words by their checksum, so that no vocabulary is kept."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from app.understanding.terms import Terms

SHARPNESS = 4.0  # vectors have length one
SUREST = 8.0  # logit of the words beyond which they say no more

Floats = NDArray[np.float32]
Ints = NDArray[np.int32]


@dataclass(frozen=True)
class HashedWords:
    """The weight of each bucket of words."""

    weights: Floats
    bias: float

    def score(self, terms: Terms) -> float:
        """Logit of a text of these weighted terms, from its words alone."""
        where, values = hashed(terms, len(self.weights))
        return SHARPNESS * float(values @ self.weights[where]) + self.bias

    @classmethod
    def load(cls, path: Path) -> HashedWords:
        """Read from a file that `save` wrote."""
        with np.load(path) as data:
            return cls(data["weights"] * np.float32(data["scale"]), float(data["bias"]))

    def save(self, path: Path) -> None:
        """Write compressed: a byte for each weight."""
        scale = float(np.abs(self.weights).max(initial=0.0)) / 127 or 1.0
        np.savez_compressed(path, weights=np.round(self.weights / scale).astype(np.int8), scale=scale, bias=self.bias)


def hashed(terms: Terms, buckets: int) -> tuple[Ints, Floats]:
    """Terms as buckets and weights of length one."""
    where = np.array([zlib.crc32(term.encode()) % buckets for term in terms], dtype=np.int32)
    values = np.array(list(terms.values()), dtype=np.float32)
    return where, values / (float(np.linalg.norm(values)) or 1.0)


def bounded(logit: float) -> float:
    """A logit of words as a feature beside others."""
    return max(-SUREST, min(SUREST, logit)) / SHARPNESS
