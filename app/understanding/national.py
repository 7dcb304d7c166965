"""Names of the whole national catalogue: to recognise what the ward does not do, and to say who does.

Looked at only when no procedure of the ward is a sure answer: it never outranks them.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from app.understanding.text import folded_words

COMMON = 0.08  # share of names from which a word tells nothing
FEWEST = 3  # telling words that a message must have
STRANGE = 0.3  # how much a word that is in no name speaks against all of them, of the rarest word's weight
ENOUGH = 0.5  # of the evidence on both sides that must agree


@dataclass(frozen=True)
class Named:
    """One procedure of the national catalogue."""

    code: str
    portal_id: str
    name: str
    agency: str


class National:
    """Finds names by their words and pairs of words, weighted by rarity."""

    def __init__(self, names: Iterable[Named]) -> None:
        self._names = list(names)
        self.by_code = {each.code: each for each in self._names}
        words = [_terms(folded_words(each.name)) for each in self._names]
        seen = Counter(term for terms in words for term in terms)
        count = max(1, len(self._names))
        self._rarity = {term: math.log(1 + count / number) for term, number in seen.items() if number <= max(2, COMMON * count)}
        self._known = frozenset(seen)
        self._rarest = math.log(1 + count)
        self._postings: defaultdict[str, list[int]] = defaultdict(list)
        self._weights = [0.0] * len(self._names)
        for number, terms in enumerate(words):
            for term in terms & self._rarity.keys():
                self._postings[term].append(number)
                self._weights[number] += self._rarity[term]

    def find(self, words: Sequence[str]) -> Named | None:
        """The name that shares most with these folded words, when what they share is most of both; else None."""
        terms = _terms(words) & self._rarity.keys()
        strange = sum(word not in self._known for word in set(words))
        said = sum(self._rarity[term] for term in terms) + strange * STRANGE * self._rarest
        shared: defaultdict[int, float] = defaultdict(float)
        for term in terms:
            for number in self._postings[term]:
                shared[number] += self._rarity[term]
        if len({*words} & terms) < FEWEST:
            return None
        best = max(shared, key=lambda number: (self._agreement(number, shared[number], said), -number))
        return self._names[best] if self._agreement(best, shared[best], said) >= ENOUGH else None

    def _agreement(self, number: int, shared: float, said: float) -> float:
        """Share of the message that the name covers, a little less when the name says much more."""
        return shared / said * (0.6 + 0.4 * min(1.0, 2 * shared / self._weights[number]))


def _terms(words: Sequence[str]) -> set[str]:
    return {*words, *(f"{first} {second}" for first, second in pairwise(words))}
