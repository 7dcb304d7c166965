"""Puts slips right (a letter lost, doubled, changed or swapped; a Telex key left over) by the words around them.

A noisy channel: of all ways to read the words that look strange, the likeliest as a whole (Viterbi) by how words follow
each other (`language.py`) and by how many slips it takes. Words that fit where they stand are not looked at again.
"""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Iterator, Sequence
from functools import lru_cache, partial
from typing import Any

from rapidfuzz.distance import OSA

from app.understanding.language import NOBODY, Language
from app.understanding.text import decode_slip, fold

AS_TYPED = math.log(0.96)  # of a word: it was typed right
SLIP, SLIP_IN_HASTE = math.log(0.0002), math.log(0.002)  # it has one certain slip, in most messages and in those typed in haste
UNKNOWN = -13.0  # a word that nobody knows is right all the same: a name
HASTE, HASTY_WORDS = 0.08, 2  # share and number of unknown words from which a message was typed in haste
SEEN, SEEN_IN_HASTE = 3, 10  # times a word was seen beside its neighbour, from which it is left alone
DOUBLED, DECODED = 0.7, 0.5  # what a doubled letter or a Telex key counts as, in slips
NEAREST, PATHS = 20, 6  # words that a typed one is weighed against; ways to read a message that are followed
Near = Sequence[tuple[str, float]]
"""Known words, with how many slips it would be to have meant them."""
_DOUBLE = re.compile(r"(.)\1+")


class Spelling:
    """Finds known words near a typed one by deletions (the SymSpell idea), without scanning all words."""

    def __init__(self, language: Language, certain: Collection[str] = ()) -> None:
        """`certain`: words that are never taken for a slip."""
        self.language = language
        self._certain = frozenset(certain)
        self._by_deletion: dict[str, list[str]] = {}
        for word in language.words:
            for key in (word, *_deletions(word)) if word.isalpha() else ():
                self._by_deletion.setdefault(key, []).append(word)
        self._near = lru_cache(maxsize=10_000)(self._find_near)

    def __getstate__(self) -> dict[str, Any]:
        """Without the cache, which cannot be sent to another process."""
        return {name: value for name, value in vars(self).items() if name != "_near"}

    def __setstate__(self, state: dict[str, Any]) -> None:
        vars(self).update(state)
        self._near = lru_cache(maxsize=10_000)(self._find_near)

    def repair(self, words: Sequence[str]) -> tuple[str, ...]:
        """The words as they were meant, one for one."""
        unknown = sum(word.isalpha() and word not in self.language for word in words)
        haste = unknown >= HASTY_WORDS and unknown >= HASTE * len(words)
        enough, slip = (SEEN_IN_HASTE, SLIP_IN_HASTE) if haste else (SEEN, SLIP)
        strange = [self._strange(words, at, enough) for at in range(len(words))]
        if not any(strange):
            return tuple(words)
        near = partial(self._near, accented=any(fold(word) != word for word in words))
        return self._likeliest(words, [near(word) if doubtful else () for word, doubtful in zip(words, strange, strict=True)], slip)

    def _strange(self, words: Sequence[str], at: int, enough: int) -> bool:
        """Whether a word was hardly ever seen beside the one before and beside the one after."""
        word, pair = words[at], self.language.pair
        if not word.isalpha() or word in self._certain:
            return False
        before = words[at - 1] if at else NOBODY
        after = words[at + 1] if at + 1 < len(words) else NOBODY
        return word not in self.language or max(pair(before, word), pair(word, after)) < enough

    def _likeliest(self, words: Sequence[str], near: Sequence[Near], slip: float) -> tuple[str, ...]:
        """The likeliest way to read the message, by dynamic programming over the words. `near`: what else each may be."""
        beside = self.language.beside
        paths: list[tuple[float, str]] = [(0.0, NOBODY)]
        steps: list[dict[str, str]] = []
        for word, others in zip(words, near, strict=True):
            stays = AS_TYPED + (0.0 if word in self.language else UNKNOWN)
            ways = [(word, stays), *((other, AS_TYPED + slip * slips) for other, slips in others)]
            found = []
            came: dict[str, str] = {}
            for way, cost in ways:
                best, came[way] = max((reached + beside(last, way), last) for reached, last in paths)
                found.append((best + cost, way))
            paths = sorted(found, reverse=True)[:PATHS]
            steps.append(came)
        word = max((reached + beside(last, NOBODY), last) for reached, last in paths)[1]
        meant = [word]
        for came in reversed(steps):
            meant.append(came[meant[-1]])
        return tuple(reversed(meant[:-1]))

    def _find_near(self, typed: str, *, accented: bool) -> Near:
        """Known words that may have been meant, the likeliest first; only those without accents when none was typed."""
        forms = {typed: 0.0}
        single = _DOUBLE.sub(r"\1", typed)
        forms[single] = DOUBLED * (len(typed) - len(single))
        for form, slips in tuple(forms.items()):
            forms.setdefault(decode_slip(form), slips + DECODED)
        found: dict[str, float] = {}
        for form, slips in forms.items():
            for key in (form, *_deletions(form)):
                for word in self._by_deletion.get(key, ()):
                    distance = OSA.distance(form, word, score_cutoff=1)
                    if word != typed and distance <= 1 and (accented or fold(word) == word):
                        found[word] = min(slips + distance, found.get(word, math.inf))
        likely = sorted(found.items(), key=lambda near: (-self.language.alone(near[0]) - SLIP_IN_HASTE * near[1], near[0]))
        return tuple(likely[:NEAREST])


def _deletions(word: str) -> Iterator[str]:
    return (word[:at] + word[at + 1 :] for at in range(len(word)))
