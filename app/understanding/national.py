"""Names of the whole national catalogue: to recognise what the ward does not do, and to say who does.

They never enter the ranking of the ward's own procedures. Whether a message is about one of theirs is judged in `foreign.py`.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from app.understanding.text import folded_words

COMMON = 0.08  # share of names from which a word tells nothing
FEWEST = 3  # telling words that a message must have
STRANGE = 0.3  # how much a word that is in no name speaks against all of them, of the rarest word's weight
_OF_A_PLACE = re.compile(r"(?:\s+-)?\s+(?:[Tt]ỉnh|[Tt]hành phố|TP\.?) ?[A-ZĐÀ-Ỹ].*")
_OF_ANY_PLACE = re.compile("cấp tỉnh|tỉnh, thành phố")
ENOUGH = 0.5  # of the evidence on both sides that must agree


@dataclass(frozen=True)
class Named:
    """One procedure of the national catalogue."""

    code: str
    portal_id: str
    name: str
    agency: str

    @property
    def agencies(self) -> str:
        """Who does it, as the catalogue says; without the office of one province where it names that of every province as well."""
        named = [each.strip() for each in self.agency.split(";")]
        everywhere = {each for each in named if not _OF_A_PLACE.search(each)}
        in_any = any(_OF_ANY_PLACE.search(each) for each in everywhere)
        return "; ".join(each for each in named if each in everywhere or not (in_any or _OF_A_PLACE.sub("", each) in everywhere))

    @property
    def names_a_place(self) -> bool:
        """Whether one of those who do it is the office of one province: elsewhere it may be another."""
        return any(_OF_A_PLACE.search(each) for each in self.agencies.split(";"))

    @property
    def is_of_wards(self) -> bool:
        """Whether wards do it too, and only we hold nothing of it: what one province decided, for example."""
        return "cấp xã" in self.agency.casefold()


@dataclass(frozen=True)
class Nearest:
    """The name that shares most with a message: what share of both agrees (0-1), and how many telling words the message has."""

    named: Named
    agreement: float
    telling: int

    @property
    def is_meant(self) -> bool:
        """Whether what they share is most of both."""
        return self.telling >= FEWEST and self.agreement >= ENOUGH


class National:
    """Finds names by their words and pairs of words, weighted by rarity."""

    def __init__(self, names: Iterable[Named]) -> None:
        self._names = list(names)
        self.by_code = {each.code: each for each in self._names}
        terms = [_terms(folded_words(each.name)) for each in self._names]
        seen = Counter(term for each in terms for term in each)
        count = max(1, len(self._names))
        self._known = frozenset(seen)
        self._rarest = math.log(1 + count)
        self._position = {term: at for at, term in enumerate(t for t, n in seen.items() if n <= max(2, COMMON * count))}
        self._rarity = np.log(1 + count / np.array([seen[term] for term in self._position], dtype=np.float64))
        pairs = [(self._position[term], number) for number, each in enumerate(terms) for term in each if term in self._position]
        where, numbers = np.array(pairs, dtype=np.int32).reshape(-1, 2).T
        order = np.argsort(where, kind="stable")
        self._numbers = numbers[order]
        self._starts = np.searchsorted(where[order], np.arange(len(self._position) + 1))
        self._weights = np.bincount(numbers, self._rarity[where], minlength=len(self._names))

    def nearest(self, words: Sequence[str]) -> Nearest | None:
        """The name nearest to these folded words, None when they share nothing that tells."""
        terms = _terms(words)
        where = sorted(self._position[term] for term in terms if term in self._position)
        if not where:
            return None
        rarity = self._rarity[where]
        strange = sum(word not in self._known for word in set(words))
        said = float(rarity.sum()) + strange * STRANGE * self._rarest
        postings = [self._numbers[self._starts[at] : self._starts[at + 1]] for at in where]
        weights = np.repeat(rarity, [len(each) for each in postings])
        shared = np.bincount(np.concatenate(postings), weights, minlength=len(self._names))
        # Share of the message that the name covers, a little less when the name says much more.
        agreement = shared / said * (0.6 + 0.4 * np.minimum(1.0, 2 * shared / np.maximum(self._weights, 1e-9)))
        best = int(np.argmax(agreement))
        return Nearest(self._names[best], float(agreement[best]), sum(word in self._position for word in set(words)))


def _terms(words: Sequence[str]) -> set[str]:
    return {*words, *(f"{first} {second}" for first, second in pairwise(words))}
