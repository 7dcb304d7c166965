"""Which words follow each other in what people write here: counts of words and of pairs, and how likely a word is beside another.

Words are kept as they are typed, with their accents, and once more without: whoever types without them is understood too.
"""

from __future__ import annotations

import math
from array import array
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, pairwise
from pathlib import Path

import numpy as np

from app.understanding.text import fold

LANGUAGE_FILE = Path(__file__).with_name("language.npz")
NOBODY = ""  # before the first word of a text and after the last
KEPT_BACK = 0.75  # of each pair's count, for pairs that were never seen (absolute discounting)
NEVER_SEEN = 0.1  # count of a word that was never seen
MOST = 0xFFFF  # that is counted of a pair, and of words that are known


class Language:
    """Counts of words and pairs of words. Immutable."""

    def __init__(self, words: Sequence[str], counts: Sequence[int], starts: Sequence[int], seconds: bytes, pair_counts: bytes) -> None:
        """Of the word number n, the words after it are `seconds[starts[n]:starts[n + 1]]`, ascending numbers as unsigned shorts."""
        self.words = tuple(words)
        self._counts = list(counts)
        self._number = {word: number for number, word in enumerate(self.words)}
        self._starts = list(starts)
        self._seconds, self._pair_counts = array("H"), array("H")
        self._seconds.frombytes(seconds)
        self._pair_counts.frombytes(pair_counts)
        followed = np.add.reduceat(np.append(np.array(self._pair_counts, dtype=np.int64), 0), self._starts[:-1])
        types = np.diff(self._starts)
        self._followed = np.where(types > 0, followed, 0).tolist()
        total = sum(self._counts) + NEVER_SEEN * len(self._counts)
        self._alone = [(count + NEVER_SEEN) / total for count in self._counts]
        self._unknown = NEVER_SEEN / total

    @classmethod
    def of(cls, texts: Iterable[Sequence[str]]) -> Language:
        """Count texts, each as words in order."""
        return cls._counted(*_count(texts))

    @classmethod
    def _counted(cls, words: Counter[str], pairs: Counter[tuple[str, str]]) -> Language:
        known = [NOBODY, *sorted(words, key=lambda word: (-words[word], word))[: MOST - 1]]
        number = {word: at for at, word in enumerate(known)}
        kept = sorted((number[a], number[b], min(n, MOST)) for (a, b), n in pairs.items() if a in number and b in number)
        starts = np.searchsorted(np.array([first for first, _, _ in kept]), np.arange(len(known) + 1))
        seconds, counts = (np.array([row[at] for row in kept], dtype=np.uint16).tobytes() for at in (1, 2))
        return cls(known, [words[word] for word in known], starts.tolist(), seconds, counts)

    def with_texts(self, texts: Iterable[Sequence[str]]) -> Language:
        """The same and what of these texts has a word that it does not know: they are newer than it."""
        unknown = [text for text in texts if any(word not in self._number for word in text)]
        if not unknown:
            return self
        words, pairs = _count(unknown)
        words.update(dict(zip(self.words[1:], self._counts[1:], strict=True)))
        pairs.update(dict(self._pairs()))
        return self._counted(words, pairs)

    def _pairs(self) -> Iterator[tuple[tuple[str, str], int]]:
        for first, (begin, end) in enumerate(pairwise(self._starts)):
            for at in range(begin, end):
                yield (self.words[first], self.words[self._seconds[at]]), self._pair_counts[at]

    @classmethod
    def load(cls, path: Path = LANGUAGE_FILE) -> Language:
        """Read from a file that `save` wrote."""
        with np.load(path) as data:
            words = bytes(data["words"]).decode("utf-8").split("\n")
            starts = np.concatenate([[0], np.cumsum(data["followers"], dtype=np.int64)])
            rows = np.repeat(np.arange(len(words)), data["followers"])
            steps = data["steps"].astype(np.int64)
            ascending = np.cumsum(steps)
            # A row's first step is counted from nought: what the rows before it summed up to is taken away.
            before = np.append(0, ascending)[starts[:-1]]
            seconds = (ascending - before[rows]).astype(np.uint16)
            return cls(words, data["counts"].tolist(), starts.tolist(), seconds.tobytes(), data["pair_counts"].tobytes())

    def save(self, path: Path = LANGUAGE_FILE) -> None:
        """Write compressed: within a word those after it ascend, and their differences are small."""
        seconds = np.array(self._seconds, dtype=np.int64)
        steps = np.diff(seconds, prepend=0)
        first = np.array(self._starts[:-1])[np.diff(self._starts) > 0]
        steps[first] = seconds[first]
        np.savez_compressed(
            path,
            words=np.frombuffer("\n".join(self.words).encode(), np.uint8),
            counts=np.array(self._counts, dtype=np.uint32),
            followers=np.diff(self._starts).astype(np.uint16),
            steps=steps.astype(np.uint16),
            pair_counts=np.array(self._pair_counts, dtype=np.uint16),
        )

    def __contains__(self, word: str) -> bool:
        return word in self._number

    def pair(self, first: str, second: str) -> int:
        """How often the second word was seen right after the first."""
        before, after = self._number.get(first), self._number.get(second)
        return 0 if before is None or after is None else self._pair(before, after)

    def _pair(self, before: int, after: int) -> int:
        end = self._starts[before + 1]
        at = bisect_left(self._seconds, after, self._starts[before], end)
        return self._pair_counts[at] if at < end and self._seconds[at] == after else 0

    def alone(self, word: str) -> float:
        """How likely a word is anywhere (natural logarithm)."""
        number = self._number.get(word)
        return math.log(self._unknown if number is None else self._alone[number])

    def beside(self, first: str, second: str) -> float:
        """How likely the second word is right after the first (natural logarithm)."""
        before, after = self._number.get(first), self._number.get(second)
        alone = self._unknown if after is None else self._alone[after]
        if before is None or not self._followed[before]:
            return math.log(alone)
        kept_back = KEPT_BACK * (self._starts[before + 1] - self._starts[before]) * alone
        seen = self._pair(before, after) if after is not None else 0
        return math.log((max(seen - KEPT_BACK, 0.0) + kept_back) / self._followed[before])


def as_written(texts: Iterable[Sequence[str]]) -> Iterator[Sequence[str]]:
    """Texts as words, each once more without accents when it has any."""
    for text in texts:
        yield text
        folded = [fold(word) for word in text]
        if folded != list(text):
            yield folded


def _count(texts: Iterable[Sequence[str]]) -> tuple[Counter[str], Counter[tuple[str, str]]]:
    kept = [tuple(text) for text in texts]
    return Counter(chain.from_iterable(kept)), Counter(pair for text in kept for pair in pairwise((NOBODY, *text, NOBODY)))
