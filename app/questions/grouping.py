"""Groups questions by meaning: the words they share, weighted by rarity, and what the index finds nearest to them.

Pure, and the same every time.
"""

from __future__ import annotations

import hashlib
import heapq
import math
import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.understanding.reader import Reader
from app.understanding.text import clean, fold

SAME_MATTER = 0.27
"""Mean likeness (0-1) of two groups' questions from which they are one group."""
BY_NEAREST = 0.25  # of the likeness comes from what the index finds nearest; alone it must not make two questions one group
NEAREST = 6  # classes of a question
NEIGHBOUR = 0.1  # less alike counts as nothing: most pairs have a word in common by chance
NEIGHBOURS = 150  # of one question are looked at, the nearest ones
_WORD = re.compile(r"[^\W_]+")

Vector = Mapping[str, float]
Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def key_of(text: str) -> str:
    """A digest of the question's words, 32 hex digits: the same however it is accented, spaced, capitalised or ended.

    No lexicon takes part: what was dealt with stays dealt with when the lexicon grows.
    """
    words = " ".join(_WORD.findall(fold(clean(text))))
    return hashlib.sha256(words.encode()).hexdigest()[:32]


@dataclass(frozen=True)
class Meaning:
    """What a question says: a unit vector of its words and of what is nearest to it, and the nearest procedure."""

    vector: dict[str, float]
    code: str | None


def meaning_of(text: str, reader: Reader) -> Meaning:
    """The meaning of a question. One without any word has an empty vector."""
    reading = reader.read(text)
    words = {term: value * reader.index.rarity(term) for term, value in reading.query.terms.items()}
    near = {f"@{entry.id}": probability for entry, probability in reading.entries[:NEAREST]}
    return Meaning(_unit(words, 1 - BY_NEAREST) | _unit(near, BY_NEAREST), next(iter(reading.codes(1)), None))


def _unit(weights: dict[str, float], share: float) -> dict[str, float]:
    """The weights scaled so that the sum of their squares is `share`."""
    norm = math.sqrt(sum(weight * weight for weight in weights.values()) / share)
    return {term: weight / norm for term, weight in weights.items()} if norm else {}


def group(vectors: Sequence[Vector], counts: Sequence[int]) -> list[list[int]]:
    """Positions of the vectors in groups, each group with its most typical question first; larger groups first.

    The two groups whose questions are most alike on average become one, until none reach SAME_MATTER. `counts`: how often
    each question was asked; groups of equal size keep the order in which they were given.
    """
    likeness = _likeness(vectors)
    members = _merged(likeness, len(vectors))
    groups = [_typical_first(positions, vectors, counts) for positions in members]
    return sorted(groups, key=lambda each: (-sum(counts[at] for at in each), min(each)))


@dataclass
class _Postings:
    """For each term, the texts that have it."""

    texts: list[Ints]
    weights: list[Floats]


def _likeness(vectors: Sequence[Vector]) -> list[dict[int, float]]:
    """For each vector its nearest neighbours and the cosines, both ways."""
    by_term: defaultdict[str, list[tuple[int, float]]] = defaultdict(list)
    for number, vector in enumerate(vectors):
        for term, weight in vector.items():
            by_term[term].append((number, weight))
    shared = {term: at for at, term in enumerate(term for term, found in by_term.items() if len(found) > 1)}
    postings = _Postings(
        [np.array([number for number, _ in by_term[term]], dtype=np.int64) for term in shared],
        [np.array([weight for _, weight in by_term[term]]) for term in shared],
    )
    near: list[dict[int, float]] = [{} for _ in vectors]
    for number, vector in enumerate(vectors):
        terms = [(shared[term], weight) for term, weight in vector.items() if term in shared]
        if not terms:
            continue
        where = np.concatenate([postings.texts[at] for at, _ in terms])
        parts = np.concatenate([postings.weights[at] * weight for at, weight in terms])
        cosines = np.bincount(where, parts, minlength=len(vectors))
        cosines[number] = 0.0
        alike = np.flatnonzero(cosines >= NEIGHBOUR)
        if len(alike) > NEIGHBOURS:
            alike = alike[np.argsort(-cosines[alike], kind="stable")[:NEIGHBOURS]]
        for other, cosine in zip(alike.tolist(), cosines[alike].tolist(), strict=True):
            near[number][other] = near[other][number] = cosine
    return near


def _merged(near: list[dict[int, float]], count: int) -> list[list[int]]:
    """Agglomerative grouping by average likeness. `near` becomes the sums of likeness between groups, and is used up."""
    members: dict[int, list[int]] = {number: [number] for number in range(count)}
    heap = [(-cosine, one, other) for one, found in enumerate(near) for other, cosine in found.items() if one < other]
    heap = [entry for entry in heap if -entry[0] >= SAME_MATTER]
    heapq.heapify(heap)

    def average(one: int, other: int) -> float:
        return near[one].get(other, 0.0) / (len(members[one]) * len(members[other]))

    while heap:
        cosine, one, other = heapq.heappop(heap)
        if one not in members or other not in members or -cosine != average(one, other):
            continue  # one of the two has become another group since
        members[one] += members.pop(other)
        taken, near[other] = near[other], {}
        near[one].pop(other, None)
        for third, sum_ in taken.items():
            near[third].pop(other, None)
            if third != one:
                near[one][third] = near[third][one] = near[one].get(third, 0.0) + sum_
        for third in near[one]:
            if (now := average(one, third)) >= SAME_MATTER:
                heapq.heappush(heap, (-now, min(one, third), max(one, third)))
    return [sorted(positions) for positions in members.values()]


def _typical_first(positions: list[int], vectors: Sequence[Vector], counts: Sequence[int]) -> list[int]:
    """The question nearest to the middle of its group first, then by how near they are."""
    middle: defaultdict[str, float] = defaultdict(float)
    for at in positions:
        for term, weight in vectors[at].items():
            middle[term] += weight * counts[at]
    nearness = {at: sum(weight * middle[term] for term, weight in vectors[at].items()) for at in positions}
    return sorted(positions, key=lambda at: (-round(nearness[at], 9), at))
