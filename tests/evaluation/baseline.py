"""The baseline: TF-IDF over letter n-grams (2-4, at word edges) of procedures' names, cosine, no knowledge at all."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping

from app.understanding.text import clean, fold


def grams(text: str) -> Counter[str]:
    """Letter n-grams of 2 to 4 inside each padded word of a folded text."""
    found: Counter[str] = Counter()
    for word in fold(clean(text)).split():
        padded = f" {word} "
        for size in (2, 3, 4):
            found.update(padded[at : at + size] for at in range(len(padded) - size + 1))
    return found


class NameSearch:
    """Ranks codes by the similarity of a message and their names."""

    def __init__(self, names: Mapping[str, Iterable[str]]) -> None:
        counts = [(code, grams(name)) for code, given in names.items() for name in given]
        seen = Counter(gram for _, counter in counts for gram in counter)
        self._idf = {gram: math.log((1 + len(counts)) / (1 + count)) + 1 for gram, count in seen.items()}
        self._vectors = [(code, self._vector(counter)) for code, counter in counts]

    def _vector(self, counter: Counter[str]) -> dict[str, float]:
        weighted = {gram: (1 + math.log(n)) * self._idf[gram] for gram, n in counter.items() if gram in self._idf}
        norm = math.sqrt(sum(value * value for value in weighted.values())) or 1.0
        return {gram: value / norm for gram, value in weighted.items()}

    def rank(self, text: str, limit: int = 5) -> list[str]:
        """Codes best first."""
        query = self._vector(grams(text))
        best: dict[str, float] = {}
        for code, vector in self._vectors:
            score = sum(value * vector.get(gram, 0.0) for gram, value in query.items())
            best[code] = max(best.get(code, 0.0), score)
        return sorted(best, key=lambda code: -best[code])[:limit]
