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


@dataclass(frozen=True)
class Vocabulary:
    """Terms with their positions and rarities."""

    position: Mapping[str, int]
    rarity: Floats

    def vector(self, terms: Terms) -> tuple[Ints, Floats]:
        """A text's known terms as positions and weights; its length, with the unknown ones, is one."""
        known = [(self.position[term], value) for term, value in terms.items() if term in self.position]
        where = np.array([position for position, _ in known], dtype=np.int32)
        weights = np.array([value for _, value in known], dtype=np.float32) * self.rarity[where]
        rarest = float(self.rarity.max(initial=1.0))
        unknown = sum(value**2 for term, value in terms.items() if term not in self.position) * (UNKNOWN_SHARE * rarest) ** 2
        return where, weights / (math.sqrt(float(weights @ weights) + unknown) or 1.0)


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
        slices = [slice(self.starts[position], self.starts[position + 1]) for position in where]
        if not slices:
            return np.zeros(len(self.classes), np.float32)
        repeated = np.repeat(values, [piece.stop - piece.start for piece in slices])
        columns = np.concatenate([self.columns[piece] for piece in slices])
        found = np.bincount(columns, repeated * np.concatenate([self.weights[piece] for piece in slices]), minlength=len(self.classes))
        return found.astype(np.float32)

    def words(self) -> list[str]:
        """The words and pairs of words it knows."""
        return [term for term in self.vocabulary.position if term[0] not in "#~"]
