"""The lookup page's understanding: sparse learned weights and vectors of names, and the bytes they are sent as.

`static/lookup/understand.js` reads these bytes and does the sums. Numbers of a rising row are sent as gaps; pairs of words
as hashes of HASH_BITS bits, since a pair that no text has is rarely asked: a wrong meeting costs one small weight.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from app.understanding.terms import Entry, Kind, Terms, terms_of
from app.understanding.text import Normalizer

LEARNED_FILE = Path(__file__).with_name("lookup_learned.npz")
PAIR = " "
HASH_BITS = 20
UNKNOWN_SHARE = 0.6  # how much a word in no name adds to a question's length
SUMMARY, REPEATED = 0.5, 0.1
NAMES_WEIGHT = 8.0
"""How much a question's nearness to a class's names counts beside the learned weights, which are learned with it."""
LEVELS, BOUND = 8, 16  # steps up to the 99th percentile of the weights; the largest of all
ONE_BYTE, TWO_BYTES = 224, 31 * 256

Floats = NDArray[np.float32]


def classes_of(entries: Iterable[Entry]) -> list[Entry]:
    """What the lookup ranks: procedures, then families and life events, which lead to procedures."""
    kept = list(entries)
    return [entry for entry in kept if entry.kind is Kind.PROCEDURE] + [entry for entry in kept if entry.kind in {Kind.FAMILY, Kind.EVENT}]


@dataclass(frozen=True)
class NameVectors:
    """What each class calls itself, as unit vectors of words and pairs of words."""

    rarity: Mapping[str, float]
    rows: Mapping[str, tuple[NDArray[np.int32], Floats]]
    count: int

    @classmethod
    def build(cls, entries: Sequence[Entry], summaries: Mapping[str, str], normalizer: Normalizer) -> NameVectors:
        """The same vectors as the page makes of what it is sent."""
        documents = []
        for entry in entries:
            document: dict[str, float] = {}
            names = entry.names if entry.kind is Kind.PROCEDURE else entry.names[:1]
            for text, weight in (*((name, 1.0) for name in names), (summaries.get(entry.id, ""), SUMMARY)):
                for term, value in terms_of(normalizer.words(text)).items():
                    if term[0] not in "#~":
                        document[term] = max(document.get(term, 0.0), weight * value) + REPEATED * weight
            documents.append(document)
        count = len(entries)
        spread = Counter(term for document in documents for term in document)
        rarity = {term: math.log(1 + count / (0.5 + seen)) for term, seen in spread.items()}
        rows: defaultdict[str, list[tuple[int, float]]] = defaultdict(list)
        for number, document in enumerate(documents):
            length = math.sqrt(sum(value * rarity[term] ** 2 for term, value in document.items())) or 1.0
            for term, value in document.items():
                rows[term].append((number, math.sqrt(value) * rarity[term] / length))
        arrays = {
            term: (np.array([n for n, _ in row], dtype=np.int32), np.array([v for _, v in row], dtype=np.float32))
            for term, row in rows.items()
        }
        return cls(rarity, arrays, count)

    def score(self, terms: Terms) -> Floats:
        """How near a question (weighted terms) is to each class's names, 0-1."""
        found = np.zeros(self.count, dtype=np.float32)
        unknown = math.log(1 + self.count / 0.5) * UNKNOWN_SHARE
        squares = 0.0
        for term, value in terms.items():
            if term[0] in "#~":
                continue
            rarity = self.rarity.get(term)
            squares += (value * (unknown if rarity is None else rarity)) ** 2
            if rarity is not None:
                where, weights = self.rows[term]
                found[where] += np.float32(value * rarity) * weights
        return found / np.float32(math.sqrt(squares) or 1.0)


@dataclass(frozen=True)
class Learned:
    """Weights in whole steps of `scale`: for each term, columns and steps; how often words and pairs occur in what people ask."""

    scale: float
    classes: tuple[str, ...]
    weights: Mapping[str, tuple[tuple[int, int], ...]]
    words: Mapping[str, int]
    pairs: Mapping[str, int]

    @classmethod
    def from_table(
        cls, table: Floats, terms: Sequence[str], classes: Sequence[str], words: Mapping[str, int], pairs: Mapping[str, int]
    ) -> Learned:
        """Whole steps of a table (terms x classes)."""
        scale = float(np.percentile(np.abs(table[table != 0]), 99)) / LEVELS
        steps = np.clip(np.round(table / scale), -BOUND, BOUND).astype(np.int8)
        rows = {term: tuple((int(at), int(row[at])) for at in np.flatnonzero(row)) for term, row in zip(terms, steps, strict=True)}
        return cls(scale, tuple(classes), {term: row for term, row in rows.items() if row}, dict(words), dict(pairs))

    def save(self, path: Path) -> None:
        """Write compressed."""
        rows = list(self.weights.values())
        np.savez_compressed(
            path,
            scale=np.array(self.scale),
            classes=_letters(self.classes),
            terms=_letters(self.weights),
            counts=np.array([len(row) for row in rows], dtype=np.uint16),
            columns=np.array([column for row in rows for column, _ in row], dtype=np.uint16),
            steps=np.array([step for row in rows for _, step in row], dtype=np.int8),
            words=_letters(self.words),
            frequency=np.array(list(self.words.values()), dtype=np.uint32),
            pairs=_letters(self.pairs),
            beside=np.array(list(self.pairs.values()), dtype=np.uint32),
        )

    @classmethod
    def load(cls, path: Path = LEARNED_FILE) -> Learned:
        """Read what `save` wrote."""
        with np.load(path) as data:
            terms, classes, words, pairs = (_lines(data[name]) for name in ("terms", "classes", "words", "pairs"))
            columns, steps = data["columns"].tolist(), data["steps"].tolist()
            ends = np.cumsum(data["counts"]).tolist()
            weights = {
                term: tuple(zip(columns[start:end], steps[start:end], strict=True))
                for term, start, end in zip(terms, [0, *ends[:-1]], ends, strict=True)
            }
            return cls(
                float(data["scale"]),
                tuple(classes),
                weights,
                dict(zip(words, data["frequency"].tolist(), strict=True)),
                dict(zip(pairs, data["beside"].tolist(), strict=True)),
            )

    def packed(self, class_ids: Sequence[str], names: Iterable[str]) -> tuple[dict[str, str], dict[str, bytes]]:
        """Lists of words, and the sections of bytes beside them, for these classes. `names`: words of names, which are known too."""
        column_of = {name: number for number, name in enumerate(class_ids)}
        column = [column_of.get(name, -1) for name in self.classes]
        rows = {term: sorted((column[at], step) for at, step in row if column[at] >= 0) for term, row in self.weights.items()}
        words = sorted({*self.words, *names, *(term for term in rows if term[0] != "~" and PAIR not in term)})
        accented = sorted(term[1:] for term, row in rows.items() if term[0] == "~" and row)
        pairs: dict[int, str] = {}
        for pair in sorted({*self.pairs, *(term for term in rows if PAIR in term)}, key=lambda pair: -len(rows.get(pair, ()))):
            pairs.setdefault(hashed(pair), pair)
        keys = [*words, *(f"~{word}" for word in accented), *(pairs[key] for key in sorted(pairs))]
        sections: dict[str, bytes] = {
            "frequency": bytes(min(255, round(math.log1p(self.words.get(word, 1)) * 16)) for word in words),
            "pairs": _gaps([sorted(pairs)]),
            "beside": bytes(min(63, round(math.log1p(self.pairs.get(pairs[key], 1)) * 4)) for key in sorted(pairs)),
            "counts": b"".join(_gap(len(rows.get(key, ()))) for key in keys),
            "columns": _gaps([at for at, _ in rows.get(key, ())] for key in keys),
            "weights": np.array([step for key in keys for _, step in rows.get(key, ())], dtype=np.int8).tobytes(),
        }
        return {"words": PAIR.join(words), "accented": PAIR.join(accented)}, sections


def hashed(text: str) -> int:
    """FNV-1a of a pair of folded words, in HASH_BITS bits. The page has the same function."""
    value = 0x811C9DC5
    for char in text:
        value = (value ^ ord(char)) * 0x01000193 & 0xFFFFFFFF
    return (value ^ (value >> HASH_BITS)) & ((1 << HASH_BITS) - 1)


def _gaps(rows: Iterable[Sequence[int]]) -> bytes:
    """Rising numbers of each row as distances, beginning anew for every row."""
    return b"".join(_gap(here - before - 1) for row in rows for before, here in zip([-1, *row], row, strict=False))


def _gap(value: int) -> bytes:
    if value < ONE_BYTE:
        return bytes([value])
    if value < TWO_BYTES:
        return bytes([ONE_BYTE + value // 256, value % 256])
    return bytes([255]) + value.to_bytes(3, "big")


def _letters(lines: Iterable[str]) -> NDArray[np.uint8]:
    return np.frombuffer("\n".join(lines).encode(), np.uint8)


def _lines(letters: NDArray[np.uint8]) -> list[str]:
    text = letters.tobytes().decode()
    return text.split("\n") if text else []
