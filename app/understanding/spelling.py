"""Puts right a word that is one slip away from a known one (a letter lost, doubled, changed or swapped), by its neighbours."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import chain, pairwise
from math import log1p
from typing import Any

from rapidfuzz.distance import OSA

SHORTEST = 2
NEIGHBOURS, FREQUENCY = 1.0, 0.2  # how much a pair of words that was seen speaks for a word, and how much the word alone
DOUBT = 4.0  # a known word is only changed when its neighbours speak that much for another
FAMILIAR = 60  # times a word must occur to be left alone beside whatever it stands
NOBODY = ""


class Spelling:
    """Known words and pairs of words; finds near words by deletions (the SymSpell idea), without scanning all words."""

    def __init__(self, texts: Sequence[Sequence[str]], more: Iterable[str] = ()) -> None:
        """`texts`: known texts as folded words. `more`: words, and pairs of words, that are known too."""
        self._frequency = Counter(chain.from_iterable(texts))
        self._pairs = Counter(pair for text in texts for pair in pairwise((NOBODY, *text, NOBODY)))
        for known in more:
            first, _, second = known.partition(" ")
            if second:
                self._pairs.setdefault((first, second), 1)
            else:
                self._frequency.setdefault(first, 1)
        self._by_deletion: dict[str, list[str]] = {}
        for word in self._frequency:
            if len(word) >= SHORTEST:
                for key in (word, *_deletions(word)):
                    self._by_deletion.setdefault(key, []).append(word)
        self._near = lru_cache(maxsize=20_000)(self._find_near)

    def __getstate__(self) -> dict[str, Any]:
        """Without the cache, which cannot be sent to another process."""
        return {name: value for name, value in vars(self).items() if name != "_near"}

    def __setstate__(self, state: dict[str, Any]) -> None:
        vars(self).update(state)
        self._near = lru_cache(maxsize=20_000)(self._find_near)

    def repair(self, words: Sequence[str]) -> tuple[str, ...]:
        """The words, each unknown or strange one replaced by the near known word that fits best between its neighbours."""
        fixed: list[str] = []
        for at, word in enumerate(words):
            before = fixed[-1] if fixed else NOBODY
            after = words[at + 1] if at + 1 < len(words) else NOBODY
            fixed.append(self._best(before, word, after))
        return tuple(fixed)

    def _best(self, before: str, word: str, after: str) -> str:
        seen = self._frequency[word]
        known = seen > 0
        if not word.isalpha() or seen >= FAMILIAR or (known and (self._pairs[before, word] or self._pairs[word, after])):
            return word
        near = self._near(word)
        if not near:
            return word
        best = max(near, key=lambda other: (self._fits(before, other, after), other))
        if known and self._fits(before, best, after) < self._fits(before, word, after) + DOUBT:
            return word
        return best

    def _fits(self, before: str, word: str, after: str) -> float:
        beside = log1p(self._pairs[before, word]) + log1p(self._pairs[word, after])
        return NEIGHBOURS * beside + FREQUENCY * log1p(self._frequency[word])

    def _find_near(self, word: str) -> tuple[str, ...]:
        candidates = {known for key in (word, *_deletions(word)) for known in self._by_deletion.get(key, ())}
        return tuple(sorted(known for known in candidates if known != word and OSA.distance(word, known, score_cutoff=1) <= 1))


def _deletions(word: str) -> Iterator[str]:
    return (word[:at] + word[at + 1 :] for at in range(len(word)))
