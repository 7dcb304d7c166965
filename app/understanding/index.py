"""The index: every class (procedure, family of look-alikes, agency elsewhere, life event, intent) and its example texts.

A query is scored in two stages. All classes at once by their merged examples (postings, cheap at any catalog size);
then the best CANDIDATES of them example by example, with the evidence of names, coverage and markers.
"""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import fuzz

from app.understanding.text import Normalizer, Words

CANDIDATES = 24
NGRAM = 4
WEIGHT_WORD, WEIGHT_FILLER, WEIGHT_PAIR, WEIGHT_NGRAM, WEIGHT_ACCENT = 1.0, 0.2, 0.9, 0.3, 0.45
NB_SMOOTHING = 0.4

Floats = NDArray[np.float32]
Ints = NDArray[np.int32]


class Kind(StrEnum):
    """What a class is; it decides what may be answered."""

    PROCEDURE = "procedure"
    FAMILY = "family"
    ELSEWHERE = "elsewhere"
    EVENT = "event"
    INTENT = "intent"


@dataclass(frozen=True)
class Entry:
    """One class with its names and example texts. `extra` texts count as vocabulary, not as examples."""

    id: str
    kind: Kind
    names: tuple[str, ...]
    asks: tuple[str, ...]
    extra: tuple[str, ...] = ()
    members: tuple[str, ...] = ()
    """Of a family or a life event: the classes it leads to, the commonest first."""


@dataclass(frozen=True)
class Markers:
    """Words that tell look-alikes apart (làm lại, gia hạn, nước ngoài…), as one pattern per marker over folded text."""

    patterns: Mapping[str, re.Pattern[str]]
    deniable: frozenset[str] = frozenset()
    """Markers that people also deny («không có yếu tố nước ngoài»)."""
    denied: Mapping[str, re.Pattern[str]] = field(default_factory=dict)
    """Other words that deny a marker («trong nước»)."""

    def split(self, folded: str) -> tuple[str, frozenset[str]]:
        """The text without denied markers, and the markers that were denied."""
        no: set[str] = set()
        for name in self.deniable:
            text = re.sub(rf"\bkhong (?:\w+ ){{0,2}}(?:{self.patterns[name].pattern})", " ", folded)
            if text != folded:
                no.add(name)
                folded = text
        for name, pattern in self.denied.items():
            text = pattern.sub(" ", folded)
            if text != folded and not self.patterns[name].search(text):
                no.add(name)
                folded = text
        return " ".join(folded.split()), frozenset(no)

    def of(self, folded: str) -> frozenset[str]:
        """Markers that occur in a folded text."""
        return frozenset(name for name, pattern in self.patterns.items() if pattern.search(folded))


FEATURES = (
    "centroid",
    "bayes",
    "nearest",
    "nearest_three",
    "name",
    "fuzzy",
    "coverage",
    "marker_match",
    "marker_query_only",
    "marker_class_only",
    "marker_denied",
    "default",
    "rule",
    "is_family",
    "is_elsewhere",
    "is_event",
    "is_intent",
)


@dataclass
class Scored:
    """Candidates of one query: class numbers and their features (rows follow `classes`)."""

    classes: Ints
    features: Floats
    unknown_share: float
    """Share of the query's content that no class knows (0-1)."""


@dataclass
class Query:
    """A query as weighted terms."""

    words: Words
    terms: dict[str, float]
    content: list[str]
    text: str
    markers: frozenset[str]
    denied: frozenset[str]


def terms_of(words: Words, filler: frozenset[str]) -> dict[str, float]:
    """Weighted terms of a text: words, pairs of words, n-grams of letters, accented words."""
    terms: defaultdict[str, float] = defaultdict(float)
    folded = words.folded
    for word in folded:
        terms[word] += WEIGHT_FILLER if word in filler else WEIGHT_WORD
    for first, second in pairwise(folded):
        both_filler = first in filler and second in filler
        terms[f"{first} {second}"] += WEIGHT_FILLER if both_filler else WEIGHT_PAIR
    for word in folded:
        if word not in filler:
            padded = f"^{word}$"
            for start in range(max(1, len(padded) - NGRAM + 1)):
                terms["#" + padded[start : start + NGRAM]] += WEIGHT_NGRAM
    for word in words.accented:
        terms["~" + word] += WEIGHT_ACCENT
    return {term: 1.0 + math.log(value) if value > 1 else value for term, value in terms.items()}


class Index:
    """Built once per catalog version; `score` is safe to call from several threads."""

    def __init__(self, entries: Sequence[Entry], normalizer: Normalizer, filler: Iterable[str], markers: Markers) -> None:
        self.entries = list(entries)
        self.normalizer = normalizer
        self.filler = frozenset(filler)
        self.markers = markers
        self._defaults = {entry.members[0] for entry in self.entries if entry.kind is Kind.FAMILY and entry.members}
        self.number_of = {entry.id: number for number, entry in enumerate(self.entries)}
        self._kinds = np.array([list(Kind).index(entry.kind) for entry in self.entries], dtype=np.int32)
        texts: list[tuple[int, bool, dict[str, float]]] = []
        self._fuzzy_names: list[list[str]] = []
        self.class_markers: list[frozenset[str]] = []
        for number, entry in enumerate(self.entries):
            named = [normalizer.words(text) for text in entry.names]
            asked = [normalizer.words(text) for text in entry.asks]
            texts += [(number, True, terms_of(words, self.filler)) for words in named]
            texts += [(number, False, terms_of(words, self.filler)) for words in asked]
            self._fuzzy_names.append([self._content_text(words) for words in named[:6]])
            self.class_markers.append(self._markers_of(named, asked))
        extra = [(n, terms_of(normalizer.words(t), self.filler)) for n, e in enumerate(self.entries) for t in e.extra]
        self._build_vocabulary(texts, extra)
        self._build_documents(texts)
        self._build_classes(texts, extra)

    # --- building ----------------------------------------------------------------------------------------------

    def _markers_of(self, named: list[Words], asked: list[Words]) -> frozenset[str]:
        """A class has a marker when its main name does, or at least a third of its examples do."""
        counts: Counter[str] = Counter()
        for words in asked:
            counts.update(self.markers.of(" ".join(words.folded)))
        often = {name for name, count in counts.items() if count >= max(2, len(asked) / 3)}
        main = {marker for words in named[:2] for marker in self.markers.of(" ".join(words.folded))}
        return frozenset(often | main)

    def _content_text(self, words: Words) -> str:
        return " ".join(word for word in words.folded if word not in self.filler) or " ".join(words.folded)

    def _build_vocabulary(self, texts: list[tuple[int, bool, dict[str, float]]], extra: list[tuple[int, dict[str, float]]]) -> None:
        classes_with: dict[str, set[int]] = {}
        for number, _, terms in texts:
            for term in terms:
                classes_with.setdefault(term, set()).add(number)
        for number, terms in extra:
            for term in terms:
                if term[0] not in "#~" and " " not in term:
                    classes_with.setdefault(term, set()).add(number)
        self.vocabulary = {term: position for position, term in enumerate(classes_with)}
        count = max(1, len(self.entries))
        self._idf = np.array([math.log(1 + count / (0.5 + len(found))) for found in classes_with.values()], dtype=np.float32)
        self.unknown_idf = math.log(1 + count / 0.5)
        self.common_words = {
            term for term, found in classes_with.items() if " " not in term and term[0] not in "#~" and len(found) > count / 3
        }

    def _vector(self, terms: Mapping[str, float]) -> tuple[Ints, Floats, float]:
        """Positions and weights of known terms, and the norm over known and unknown ones."""
        positions, weights, squares = [], [], 0.0
        for term, value in terms.items():
            position = self.vocabulary.get(term)
            if position is None:
                squares += (value * self.unknown_idf * 0.6) ** 2
            else:
                weight = value * float(self._idf[position])
                positions.append(position)
                weights.append(weight)
                squares += weight**2
        return np.array(positions, dtype=np.int32), np.array(weights, dtype=np.float32), math.sqrt(squares) or 1.0

    def _build_documents(self, texts: list[tuple[int, bool, dict[str, float]]]) -> None:
        positions, values, starts = [], [], [0]
        for _, _, terms in texts:
            where, weights, norm = self._vector(terms)
            positions.append(where)
            values.append(weights / norm)
            starts.append(starts[-1] + len(where))
        self._doc_terms = np.concatenate(positions) if positions else np.zeros(0, np.int32)
        self._doc_values = np.concatenate(values) if values else np.zeros(0, np.float32)
        self._doc_starts = np.array(starts, dtype=np.int64)
        self._doc_is_name = np.array([is_name for _, is_name, _ in texts], dtype=bool)
        doc_class = np.array([number for number, _, _ in texts], dtype=np.int32)
        numbers = np.arange(len(self.entries))
        self._first_doc = np.searchsorted(doc_class, numbers, side="left")
        self._last_doc = np.searchsorted(doc_class, numbers, side="right")

    def _build_classes(self, texts: list[tuple[int, bool, dict[str, float]]], extra: list[tuple[int, dict[str, float]]]) -> None:
        merged: list[defaultdict[int, float]] = [defaultdict(float) for _ in self.entries]
        for number, _, terms in texts:
            for term, weight_here in terms.items():
                merged[number][self.vocabulary[term]] += weight_here
        total: NDArray[np.float64] = np.zeros(len(self.vocabulary))
        mass = np.array([sum(counter.values()) for counter in merged])
        for counter in merged:
            for position, weight_here in counter.items():
                total[position] += weight_here
        size = max(1, len(self.vocabulary))
        rows, classes, centroid, bayes = [], [], [], []
        for number, counter in enumerate(merged):
            if not counter:
                continue
            where = np.fromiter(counter.keys(), dtype=np.int32, count=len(counter))
            value = np.fromiter(counter.values(), dtype=np.float64, count=len(counter))
            weight = np.sqrt(value) * self._idf[where]
            inside = np.log((value + NB_SMOOTHING) / (mass[number] + NB_SMOOTHING * size))
            rest = np.log((total[where] - value + NB_SMOOTHING) / (total.sum() - mass[number] + NB_SMOOTHING * size))
            rows.append(where)
            classes.append(np.full(len(where), number, dtype=np.int32))
            centroid.append(weight / (np.linalg.norm(weight) or 1.0))
            bayes.append(np.clip(inside - rest, 0.0, 6.0))
        for number, terms in extra:
            known = [self.vocabulary[t] for t in terms if t in self.vocabulary and self.vocabulary[t] not in merged[number]]
            where = np.array(sorted(set(known)), dtype=np.int32)
            rows.append(where)
            classes.append(np.full(len(where), number, dtype=np.int32))
            centroid.append(np.full(len(where), 0.004))
            bayes.append(np.full(len(where), 0.15))
        row = np.concatenate(rows)
        order = np.argsort(row, kind="stable")
        self._posting_class = np.concatenate(classes)[order]
        self._posting_centroid = np.concatenate(centroid)[order].astype(np.float32)
        self._posting_bayes = np.concatenate(bayes)[order].astype(np.float32)
        self._posting_starts = np.searchsorted(row[order], np.arange(len(self.vocabulary) + 1))

    # --- asking ------------------------------------------------------------------------------------------------

    def query(self, text: str) -> Query:
        """The query of a text."""
        words = self.normalizer.words(text)
        kept, denied = self.markers.split(" ".join(words.folded))
        if denied:
            words = replace(words, folded=tuple(kept.split()))
        content = [word for word in words.folded if word not in self.filler]
        asked = self.markers.of(kept)
        return Query(words, terms_of(words, self.filler), content, self._content_text(words), asked, denied)

    def score(self, query: Query, rules: frozenset[str] = frozenset()) -> Scored:
        """Candidates with their features. `rules` are ids of intents whose pattern fired."""
        where, weights, norm = self._vector(query.terms)
        weights = weights / norm
        centroid, bayes = self._class_scores(where, weights)
        coverage, unknown_share = self._coverage(query)
        rough = centroid + 0.12 * bayes + 0.15 * coverage
        for rule in rules:
            if rule in self.number_of:
                rough[self.number_of[rule]] += 10.0
        count = min(CANDIDATES, len(self.entries))
        best = np.argpartition(-rough, count - 1)[:count].astype(np.int32)
        nearest, nearest_three, name = self._nearest(best, where, weights)
        table = np.zeros((count, len(FEATURES)), dtype=np.float32)
        table[:, 0], table[:, 1] = centroid[best], bayes[best]
        table[:, 2], table[:, 3], table[:, 4] = nearest, nearest_three, name
        table[:, 6] = coverage[best]
        for row, number in enumerate(best):
            names = self._fuzzy_names[number]
            if names:
                table[row, 5] = max(fuzz.token_set_ratio(query.text, candidate) for candidate in names) / 100
            own = self.class_markers[number]
            table[row, 7] = len(query.markers & own)
            table[row, 8] = len(query.markers - own)
            table[row, 9] = len(own - query.markers)
            table[row, 10] = len(own & query.denied)
            table[row, 11] = float(self.entries[number].id in self._defaults)
            table[row, 12] = float(self.entries[number].id in rules)
            kind = self._kinds[number]
            if kind > 0:
                table[row, 12 + kind] = 1.0
        return Scored(best, table, unknown_share)

    def _class_scores(self, where: Ints, weights: Floats) -> tuple[Floats, Floats]:
        count = len(self.entries)
        if len(where) == 0:
            return np.zeros(count, np.float32), np.zeros(count, np.float32)
        slices = [slice(self._posting_starts[p], self._posting_starts[p + 1]) for p in where]
        lengths = [piece.stop - piece.start for piece in slices]
        classes = np.concatenate([self._posting_class[piece] for piece in slices])
        repeated = np.repeat(weights, lengths)
        centroid = np.bincount(classes, repeated * np.concatenate([self._posting_centroid[piece] for piece in slices]), minlength=count)
        bayes = np.bincount(classes, repeated * np.concatenate([self._posting_bayes[piece] for piece in slices]), minlength=count)
        return centroid.astype(np.float32), bayes.astype(np.float32)

    def _coverage(self, query: Query) -> tuple[Floats, float]:
        """For each class, the share of the query's content (by rarity) that its examples know; and what none knows."""
        found = np.zeros(len(self.entries), dtype=np.float32)
        total, unknown = 0.0, 0.0
        for word in set(query.content):
            position = self.vocabulary.get(word)
            if position is None:
                unknown += self.unknown_idf
                total += self.unknown_idf
                continue
            weight = float(self._idf[position])
            total += weight
            piece = slice(self._posting_starts[position], self._posting_starts[position + 1])
            found[self._posting_class[piece]] += weight
        if total == 0:
            return found, 0.0
        return found / total, unknown / total

    def _nearest(self, classes: Ints, where: Ints, weights: Floats) -> tuple[Floats, Floats, Floats]:
        dense = np.zeros(len(self.vocabulary) + 1, dtype=np.float32)
        dense[where] = weights
        nearest, three, name = (np.zeros(len(classes), dtype=np.float32) for _ in range(3))
        for row, number in enumerate(classes):
            first, last = int(self._first_doc[number]), int(self._last_doc[number])
            if first == last:
                continue
            begin, end = self._doc_starts[first], self._doc_starts[last]
            products = dense[self._doc_terms[begin:end]] * self._doc_values[begin:end]
            starts = self._doc_starts[first:last] - begin
            sums = np.add.reduceat(np.append(products, 0.0), np.minimum(starts, len(products)))
            nearest[row] = sums.max()
            three[row] = np.sort(sums)[-3:].mean()
            named = self._doc_is_name[first:last]
            if named.any():
                name[row] = sums[named].max()
        return nearest, three, name
