"""Puts right a word that is one slip away from a known one (a letter lost, doubled, changed or swapped)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from rapidfuzz.distance import OSA

SHORTEST = 3


class Spelling:
    """Finds the commonest known word at distance one, by deletions (the SymSpell idea), without scanning all words."""

    def __init__(self, frequency: Mapping[str, int]) -> None:
        """`frequency`: known folded words and how often each occurs."""
        self._frequency = dict(frequency)
        self._by_deletion: dict[str, list[str]] = {}
        for word in self._frequency:
            if len(word) >= SHORTEST - 1:
                for key in (word, *_deletions(word)):
                    self._by_deletion.setdefault(key, []).append(word)

    def repair(self, word: str) -> str:
        """The word itself when it is known, too short or has digits; else the commonest known word at distance one."""
        if word in self._frequency or len(word) < SHORTEST or not word.isalpha():
            return word
        candidates = {known for key in (word, *_deletions(word)) for known in self._by_deletion.get(key, ())}
        near = [known for known in candidates if OSA.distance(word, known, score_cutoff=1) <= 1]
        return max(near, key=lambda known: (self._frequency[known], known), default=word)


def _deletions(word: str) -> Iterator[str]:
    return (word[:at] + word[at + 1 :] for at in range(len(word)))
