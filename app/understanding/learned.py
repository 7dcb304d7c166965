"""What `./dev train` learned about which words speak for and against which class: a softmax regression, kept sparse.

It knows what the other evidence cannot: that «lại» outweighs three words of a name, or what people tell of who need a
paper that they never name. A class or a word that it has never seen has no say here; the other evidence still has.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from app.understanding.terms import Terms

LEARNED_FILE = Path(__file__).with_name("learned.npz")
VOCABULARY, COLUMNS = "vocabulary.npz", "learned_classes.npz"
"""Beside it: the terms, and which classes the weights are of. Three files, for none of a repository's should be larger than a megabyte."""
UNKNOWN_SHARE = 0.6  # how much a term that was never seen adds to a text's length

Floats = NDArray[np.float32]
Ints = NDArray[np.int32]


def ranges(starts: NDArray[np.integer], numbers: NDArray[np.integer]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """All of `starts[n]` to `starts[n + 1]` for these numbers, one behind the other, without a loop; and how many of each."""
    begins = starts[numbers].astype(np.int64)
    lengths = starts[numbers + 1] - begins
    before = np.cumsum(lengths) - lengths
    return np.arange(lengths.sum()) + np.repeat(begins - before, lengths), lengths


@dataclass(frozen=True)
class Vocabulary:
    """Terms with their positions and rarities."""

    position: Mapping[str, int]
    rarity: Floats

    def vector(self, terms: Terms) -> tuple[Ints, Floats]:
        """A text's known terms as positions and weights; its length, with the unknown ones, is one."""
        found = [self.position.get(term, -1) for term in terms]
        positions, values = np.array(found, dtype=np.int32), np.fromiter(terms.values(), np.float32, len(found))
        known = positions >= 0
        where, strange = positions[known], values[~known]
        weights = values[known] * self.rarity[where]
        rarest = UNKNOWN_SHARE * float(self.rarity.max(initial=1.0))
        return where, weights / (math.sqrt(float(weights @ weights) + float(strange @ strange) * rarest**2) or 1.0)


@dataclass(frozen=True)
class Learned:
    """Weights by term and class: for each term, from `starts`, numbers of `classes` and weights."""

    vocabulary: Vocabulary
    classes: tuple[str, ...]
    starts: Ints
    columns: Ints
    weights: Floats

    @classmethod
    def from_table(cls, table: Floats, vocabulary: Vocabulary, classes: Sequence[str], smallest: float) -> Learned:
        """Keep of a full table (terms x classes) what is at least `smallest`, and every term: it is known."""
        rows, columns = np.nonzero(np.abs(table) >= smallest)
        starts = np.searchsorted(rows, np.arange(len(table) + 1)).astype(np.int32)
        return cls(vocabulary, tuple(classes), starts, columns.astype(np.int32), table[rows, columns].astype(np.float32))

    @classmethod
    def load(cls, path: Path = LEARNED_FILE) -> Learned:
        """Read from a file that `save` wrote."""
        with np.load(path.with_name(VOCABULARY)) as words, np.load(path.with_name(COLUMNS)) as where, np.load(path) as data:
            terms, classes = (bytes(words[name]).decode("utf-8").split("\n") for name in ("terms", "classes"))
            vocabulary = Vocabulary({term: number for number, term in enumerate(terms)}, words["rarity"].astype(np.float32))
            weights = data["weights"] * np.float32(data["scale"])
            columns = np.cumsum(where["steps"].astype(np.int32)) % len(classes)
            return cls(vocabulary, tuple(classes), words["starts"], columns.astype(np.int32), weights)

    def save(self, path: Path = LEARNED_FILE) -> None:
        """Write compressed: a byte for each weight, and the vocabulary beside it."""
        scale = float(np.abs(self.weights).max(initial=0.0)) / 127 or 1.0
        np.savez_compressed(
            path.with_name(VOCABULARY),
            terms=np.frombuffer("\n".join(self.vocabulary.position).encode(), np.uint8),
            classes=np.frombuffer("\n".join(self.classes).encode(), np.uint8),
            rarity=self.vocabulary.rarity.astype(np.float16),
            starts=self.starts,
        )
        # Within a term classes ascend: their differences, from one term to the next around the end, are small and pack well.
        steps = np.diff(self.columns, prepend=0) % len(self.classes)
        np.savez_compressed(path.with_name(COLUMNS), steps=steps.astype(np.uint16))
        np.savez_compressed(
            path,
            weights=np.round(self.weights / scale).astype(np.int8),
            scale=np.array(scale),
        )

    def score(self, terms: Terms) -> Floats:
        """One sum for each of `classes`."""
        where, values = self.vocabulary.vector(terms)
        rows, lengths = ranges(self.starts, where)
        found = np.bincount(self.columns[rows], np.repeat(values, lengths) * self.weights[rows], minlength=len(self.classes))
        return found.astype(np.float32)
