"""Baselines in the same run: what plain search reaches, over names only and over our own ways of asking."""

from __future__ import annotations

import math
import sqlite3
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from functools import cached_property

import numpy as np
from rapidfuzz import fuzz, process

from app.understanding.text import clean, fold, plain_words

Texts = Mapping[str, Iterable[str]]
"""Texts of each code."""


class Baseline:
    """Ranks codes by the best of their texts."""

    def __init__(self, texts: Texts) -> None:
        self.pairs = [(code, fold(clean(text))) for code, given in texts.items() for text in given]

    def scores(self, text: str) -> list[float]:
        """One score for each pair, higher is nearer."""
        raise NotImplementedError

    def rank(self, text: str, limit: int = 5) -> list[str]:
        """Codes best first."""
        best: dict[str, float] = {}
        for (code, _), score in zip(self.pairs, self.scores(fold(clean(text))), strict=True):
            best[code] = max(best.get(code, 0.0), score)
        return sorted(best, key=lambda code: -best[code])[:limit]


class LetterGrams(Baseline):
    """TF-IDF of letter n-grams (2-4, inside padded words), cosine."""

    @cached_property
    def _postings(self) -> dict[str, list[tuple[int, float]]]:
        counts = [_grams(text) for _, text in self.pairs]
        seen = Counter(gram for counter in counts for gram in counter)
        self._idf = {gram: math.log((1 + len(counts)) / (1 + count)) + 1 for gram, count in seen.items()}
        found: dict[str, list[tuple[int, float]]] = defaultdict(list)
        for number, counter in enumerate(counts):
            for gram, weight in self._vector(counter).items():
                found[gram].append((number, weight))
        return found

    def _vector(self, counter: Counter[str]) -> dict[str, float]:
        weighted = {gram: (1 + math.log(n)) * self._idf[gram] for gram, n in counter.items() if gram in self._idf}
        norm = math.sqrt(sum(value * value for value in weighted.values())) or 1.0
        return {gram: value / norm for gram, value in weighted.items()}

    def scores(self, text: str) -> list[float]:
        postings, found = self._postings, np.zeros(len(self.pairs))
        for gram, weight in self._vector(_grams(text)).items():
            for number, value in postings[gram]:
                found[number] += weight * value
        return [float(value) for value in found]


class Bm25(Baseline):
    """Okapi BM25 over folded words (k1 1.2, b 0.75)."""

    @cached_property
    def _index(self) -> tuple[dict[str, list[tuple[int, int]]], list[int], float]:
        postings: dict[str, list[tuple[int, int]]] = defaultdict(list)
        lengths = []
        for number, (_, text) in enumerate(self.pairs):
            words = Counter(text.split())
            lengths.append(sum(words.values()))
            for word, count in words.items():
                postings[word].append((number, count))
        return postings, lengths, sum(lengths) / max(1, len(lengths))

    def scores(self, text: str) -> list[float]:
        postings, lengths, mean = self._index
        found = [0.0] * len(self.pairs)
        for word in set(text.split()):
            given = postings.get(word, [])
            rarity = math.log(1 + (len(self.pairs) - len(given) + 0.5) / (len(given) + 0.5))
            for number, count in given:
                found[number] += rarity * count * 2.2 / (count + 1.2 * (0.25 + 0.75 * lengths[number] / mean))
        return found


class FullText(Baseline):
    """SQLite FTS5 with its own bm25(), any of the words."""

    @cached_property
    def _database(self) -> sqlite3.Connection:
        database = sqlite3.connect(":memory:")
        database.execute("create virtual table names using fts5(text)")
        database.executemany("insert into names(rowid, text) values (?, ?)", enumerate(text for _, text in self.pairs))
        return database

    def scores(self, text: str) -> list[float]:
        found = [0.0] * len(self.pairs)
        words = " OR ".join(f'"{word}"' for word in sorted(plain_words(text)))
        if words:
            for number, score in self._database.execute("select rowid, -bm25(names) from names where names match ?", (words,)):
                found[number] = score
        return found


class Fuzzy(Baseline):
    """RapidFuzz token_set_ratio."""

    def scores(self, text: str) -> list[float]:
        return [float(value) for value in process.cdist([text], [name for _, name in self.pairs], scorer=fuzz.token_set_ratio)[0]]


def baselines(names: Texts, asks: Texts) -> dict[str, Baseline]:
    """By what they are called in the report."""
    both = {code: [*names[code], *asks[code]] for code in names}
    return {
        "FTS5 trên tên": FullText(names),
        "BM25 trên tên": Bm25(names),
        "RapidFuzz trên tên": Fuzzy(names),
        "n-gram chữ trên tên": LetterGrams(names),
        "RapidFuzz trên tên và cách hỏi": Fuzzy(both),
        "n-gram chữ trên tên và cách hỏi": LetterGrams(both),
    }


def _grams(text: str) -> Counter[str]:
    found: Counter[str] = Counter()
    for word in text.split():
        padded = f" {word} "
        for size in (2, 3, 4):
            found.update(padded[at : at + size] for at in range(len(padded) - size + 1))
    return found
