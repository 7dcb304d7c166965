"""The index: every class (procedure, family of look-alikes, agency elsewhere, life event, intent) and its example texts.

A query is scored in two stages. All classes at once by their merged examples (postings, cheap at any catalog size);
then the best CANDIDATES of them example by example, with the evidence of names, coverage and markers.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import count as count_up

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import fuzz, process

from app.understanding.language import Language, as_written
from app.understanding.learned import Learned, ranges
from app.understanding.spelling import Spelling
from app.understanding.terms import Entry, Kind, Markers, Query, Terms, terms_of
from app.understanding.text import Normalizer, Words, plain_words

KEPT_QUERIES = 32
CANDIDATES = 16
NEW, KNOWN_BY_NEW = 3, 0.6  # and so many besides of those newer than the weights that know this share: no learned sum speaks for them yet
NAMES = 4  # of a class are compared letter by letter
NB_SMOOTHING = 0.4
COMMON = 0.15  # share of classes from which a word names no matter
ROUGH_LEARNED = 0.12  # of the learned sum, beside the cosine with a class, when candidates are picked
COVER_CENTROID, COVER_BAYES = 0.004, 0.15  # of words that a class's explanations use, but no way of asking

Floats = NDArray[np.float32]
Ints = NDArray[np.int32]


FEATURES = (
    "centroid",
    "bayes",
    "nearest",
    "nearest_three",
    "learned",
    "name",
    "fuzzy",
    "name_overlap",
    "coverage",
    "marker_match",
    "marker_query_only",
    "marker_class_only",
    "variant_unasked",
    "marker_denied",
    "default",
    "rule",
    "is_family",
    "is_elsewhere",
    "is_event",
    "is_intent",
)


AT = {name: number for number, name in enumerate(FEATURES)}
MARKER_MATCH = AT["marker_match"]


@dataclass
class Scored:
    """Candidates of one query: class numbers and their features (rows follow `classes`)."""

    classes: Ints
    features: Floats
    unknown_share: float
    """Share of the query's content that no class knows (0-1)."""
    unlearned: NDArray[np.bool_]
    """Candidates of which nothing was learned: they are newer than the weights."""


class Index:
    """Built once per catalog version; `score` is safe to call from several threads."""

    def __init__(
        self,
        entries: Sequence[Entry],
        normalizer: Normalizer,
        markers: Markers,
        learned: Learned | None = None,
        language: Language | None = None,
    ) -> None:
        """`language`: which words follow each other in what people write; without, in what the entries say."""
        self.entries = list(entries)
        self.normalizer = normalizer
        self.markers = markers
        defaults = {entry.members[0] for entry in self.entries if entry.kind is Kind.FAMILY and entry.members}
        self._queries: dict[str, Query] = {}
        self._words: dict[str, Words] = {}
        self.number_of = {entry.id: number for number, entry in enumerate(self.entries)}
        self._is_default = np.array([entry.id in defaults for entry in self.entries], dtype=bool)
        self._kinds = np.array([list(Kind).index(entry.kind) for entry in self.entries], dtype=np.int32)
        texts: list[tuple[int, bool, dict[str, float]]] = []
        seen: list[list[str]] = []
        self._said: dict[str, str] = {}  # ways of asking, folded, with the one class they belong to
        self._fuzzy_names: list[list[str]] = []
        names: list[list[frozenset[str]]] = []
        self.class_markers: list[frozenset[str]] = []
        for number, entry in enumerate(self.entries):
            named = [normalizer.words(text) for text in entry.names]
            asked = [normalizer.words(text) for text in entry.asks]
            for words in (*named, *asked):
                seen.append(words.original.split())
                self._said[words.plain] = entry.id if self._said.get(words.plain, entry.id) == entry.id else ""
            texts += [(number, True, terms_of(words)) for words in named]
            texts += [(number, False, terms_of(words)) for words in asked]
            self._fuzzy_names.append([self._content_text(words) for words in named[:NAMES]])
            names.append([frozenset(words.content) for words in named[:NAMES]])
            # Intents have no look-alikes to be told apart from.
            self.class_markers.append(frozenset() if entry.kind is Kind.INTENT else self._markers_of(named, asked))
        extra = [(number, plain_words(text)) for number, entry in enumerate(self.entries) for text in entry.extra]
        written = as_written(seen)
        self.spelling = Spelling(language.with_texts(written) if language else Language.of(written), normalizer.short_forms)
        self._build(texts, extra)
        self._learned: Learned | None = None
        self._unlearned = np.ones(len(self.entries), dtype=bool)
        self._new = np.zeros(0, dtype=np.int32)
        if learned is not None:
            self.use(learned)
        self._name_words = [[(words, sum(map(self.rarity, words))) for words in given] for given in names]

    def use(self, learned: Learned) -> None:
        """Use what was learned about words."""
        self._learned = learned
        numbers = np.array([self.number_of.get(name, -1) for name in learned.classes], dtype=np.int64)
        self._learned_known = np.flatnonzero(numbers >= 0)
        self._learned_numbers = numbers[self._learned_known]
        self._unlearned[self._learned_numbers] = False
        self._new = np.flatnonzero(self._unlearned).astype(np.int32)

    def exact(self, query: Query) -> str | None:
        """Id of the class of which this message is a way of asking, word for word."""
        return self._said.get(query.words.plain) or None

    # --- building ----------------------------------------------------------------------------------------------

    def _markers_of(self, named: list[Words], asked: list[Words]) -> frozenset[str]:
        """A class has a marker when its main name does, or at least a third of its examples do."""
        counts = Counter(marker for words in asked for marker in self.markers.of(words.folded))
        often = {name for name, count in counts.items() if count >= max(2, len(asked) / 3)}
        main = {marker for words in named[:2] for marker in self.markers.of(words.folded)}
        return frozenset(often | main)

    def _content_text(self, words: Words) -> str:
        return " ".join(words.content) or " ".join(words.folded)

    def _build(self, texts: list[tuple[int, bool, dict[str, float]]], extra: list[tuple[int, set[str]]]) -> None:
        """All arrays in one pass. `texts`: class, whether it is a name, terms; `extra`: class and words that only cover."""
        texts = [text for text in texts if text[2]]
        numbers: defaultdict[str, int] = defaultdict(count_up().__next__)
        flat = [numbers[term] for _, _, terms in texts for term in terms]
        covers = [numbers[word] for _, words in extra for word in words]
        self.vocabulary = vocabulary = dict(numbers)
        count, size = max(1, len(self.entries)), max(1, len(vocabulary))
        lengths = np.array([len(terms) for _, _, terms in texts], dtype=np.int64)
        doc_class = np.array([number for number, _, _ in texts], dtype=np.int64)
        where = np.array(flat, dtype=np.int64)
        value = np.array([weight for _, _, terms in texts for weight in terms.values()], dtype=np.float64)
        # A pair of term and class is one number; sorted, the pairs are the postings.
        pairs, inverse = np.unique(where * count + np.repeat(doc_class, lengths), return_inverse=True)
        cover_class = np.repeat([number for number, _ in extra], [len(words) for _, words in extra]).astype(np.int64)
        covered = np.setdiff1d(np.array(covers, dtype=np.int64) * count + cover_class, pairs)
        spread = np.bincount(np.concatenate([pairs, covered]) // count, minlength=size)
        self._idf = np.log(1 + count / (0.5 + spread)).astype(np.float32)
        self.unknown_idf = math.log(1 + count / 0.5)
        self.common_words = {
            term for term, at in vocabulary.items() if " " not in term and term[0] not in "#~" and spread[at] > COMMON * count
        }
        self._build_documents(texts, where, value, lengths, doc_class)
        self._build_postings(pairs, np.bincount(inverse, value).astype(np.float64), covered, count, size)

    def _build_documents(
        self,
        texts: list[tuple[int, bool, dict[str, float]]],
        where: NDArray[np.int64],
        value: NDArray[np.float64],
        lengths: NDArray[np.int64],
        doc_class: NDArray[np.int64],
    ) -> None:
        """Every example as a unit vector, one behind the other."""
        weights = value * self._idf[where]
        starts = np.concatenate([[0], np.cumsum(lengths)])
        norms = np.sqrt(np.add.reduceat(weights**2, starts[:-1])) if len(texts) else np.zeros(0)
        self._doc_terms = where.astype(np.int32)
        self._doc_values = (weights / np.repeat(norms, lengths)).astype(np.float32)
        self._doc_starts = starts
        self._doc_is_name = np.array([is_name for _, is_name, _ in texts], dtype=bool)
        self._first_doc = np.searchsorted(doc_class, np.arange(len(self.entries) + 1))

    def _build_postings(
        self, pairs: NDArray[np.int64], value: NDArray[np.float64], covered: NDArray[np.int64], count: int, size: int
    ) -> None:
        """For each term its classes, with the weight in the class's merged vector and the log-odds of naive Bayes."""
        where, classes = pairs // count, pairs % count
        total, mass = np.bincount(where, value, minlength=size), np.bincount(classes, value, minlength=count)
        weight = np.sqrt(value) * self._idf[where]
        norm = np.sqrt(np.bincount(classes, weight**2, minlength=count))
        smooth = NB_SMOOTHING * size
        inside = np.log((value + NB_SMOOTHING) / (mass[classes] + smooth))
        rest = np.log((total[where] - value + NB_SMOOTHING) / (mass.sum() - mass[classes] + smooth))
        all_pairs = np.concatenate([pairs, covered])
        order = np.argsort(all_pairs, kind="stable")
        covers = len(covered)
        centroid = np.concatenate([weight / norm[classes], np.full(covers, COVER_CENTROID)])
        bayes = np.concatenate([np.clip(inside - rest, 0.0, 6.0), np.full(covers, COVER_BAYES)])
        self._posting_class = (all_pairs % count)[order].astype(np.int32)
        self._posting_centroid = centroid[order].astype(np.float32)
        self._posting_bayes = bayes[order].astype(np.float32)
        self._posting_starts = np.searchsorted(all_pairs[order] // count, np.arange(size + 1))

    # --- asking ------------------------------------------------------------------------------------------------

    def query(self, text: str) -> Query:
        """The query of a text. One message is looked at several times: the last few are kept."""
        known = self._queries.get(text)
        if known is None:
            if len(self._queries) >= KEPT_QUERIES:
                self._queries.clear()
            known = self._queries[text] = self._query(text)
        return known

    def words(self, text: str) -> Words:
        """The words of a message, slips put right; the last few are kept, as queries are."""
        known = self._words.get(text)
        if known is None:
            if len(self._words) >= KEPT_QUERIES:
                self._words.clear()
            known = self._words[text] = self.normalizer.words(text, self.spelling.repair)
        return known

    def _query(self, text: str) -> Query:
        words = self.words(text)
        replaced = " ".join(words.folded)
        kept, denied = self.markers.split(" ".join(words.folded))
        if denied:
            empty = dict(zip(words.folded, words.filler, strict=True))
            left = tuple(kept.split())
            words = words.with_folded(left, tuple(empty.get(word, False) for word in left))
        only_acts = bool(words.content) and self.markers.acts.issuperset(words.content)
        markers = self.markers.of(kept.split())
        return Query(words, terms_of(words), words.content, self._content_text(words), replaced, markers, denied, only_acts)

    def score(
        self, query: Query, rules: frozenset[str] = frozenset(), besides: frozenset[str] = frozenset(), among: Sequence[int] = ()
    ) -> Scored:
        """Candidates with their features. `rules` are ids of intents whose pattern fired; those `besides` are candidates too.

        `among`: the only classes that may be meant.
        """
        where, weights, norm = self._vector(query.terms)
        weights = weights / norm
        centroid, bayes = self._class_scores(where, weights)
        coverage, unknown_share = self.coverage(query)
        rough = centroid + 0.12 * bayes + 0.15 * coverage
        learned = np.zeros(len(self.entries), dtype=np.float32)
        if self._learned is not None:
            learned[self._learned_numbers] = self._learned.score(query.terms)[self._learned_known]
            rough += ROUGH_LEARNED * learned
        for rule in rules | besides:
            if rule in self.number_of:
                rough[self.number_of[rule]] += 10.0
        count = min(CANDIDATES, len(self.entries))
        best = np.argpartition(-rough, count - 1)[:count].astype(np.int32)
        new = self._new[coverage[self._new] >= KNOWN_BY_NEW]
        if among:
            best, count = np.array(among, dtype=np.int32), len(among)
        elif len(new):
            new = np.setdiff1d(new, best, assume_unique=True)
            best = np.concatenate([best, new[np.argsort(-rough[new])[:NEW]]])
            count = len(best)
        nearest, nearest_three, name = self._nearest(best, where, weights)
        table = np.zeros((count, len(FEATURES)), dtype=np.float32)
        table[:, AT["centroid"]], table[:, AT["bayes"]] = centroid[best], bayes[best]
        table[:, AT["nearest"]], table[:, AT["nearest_three"]], table[:, AT["name"]] = nearest, nearest_three, name
        table[:, AT["learned"]] = learned[best]
        table[:, AT["fuzzy"]] = self._fuzzy(query.text, best)
        table[:, AT["coverage"]] = coverage[best]
        key = {word: self.rarity(word) for word in query.content}
        total = sum(key.values())
        for row, number in zip(table, best.tolist(), strict=True):
            self._compare(row, number, query, key, total)
        table[:, AT["default"]] = self._is_default[best]
        table[:, AT["rule"]] = np.isin(best, [self.number_of[rule] for rule in rules if rule in self.number_of])
        table[:, AT["is_family"] :] = self._kinds[best, None] == np.arange(1, len(Kind))
        return Scored(best, table, unknown_share, self._unlearned[best])

    def _compare(self, row: Floats, number: int, query: Query, key: Terms, total: float) -> None:
        """Fill one candidate's row with what names and markers say. `key`: the rarities of the query's words, `total` their sum."""
        if self._name_words[number]:
            row[AT["name_overlap"]] = max(
                2 * sum(map(key.__getitem__, key.keys() & words)) / (total + weight or 1.0) for words, weight in self._name_words[number]
            )
        own, said = self.class_markers[number], query.markers
        if own or said:
            unsaid = own - said
            row[MARKER_MATCH : AT["default"]] = (
                len(said & own),
                len(said - own),
                len(unsaid),
                len(unsaid & self.markers.variants),
                len(own & query.denied),
            )

    def topic_words(self, content: Iterable[str]) -> list[str]:
        """Content that names a matter: without words that most classes use."""
        return [word for word in content if word not in self.common_words]

    def rarity(self, word: str) -> float:
        """How much a term tells: the fewer classes have it, the more."""
        position = self.vocabulary.get(word)
        return self.unknown_idf if position is None else float(self._idf[position])

    def _vector(self, terms: Terms) -> tuple[Ints, Floats, float]:
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

    def _class_scores(self, where: Ints, weights: Floats) -> tuple[Floats, Floats]:
        count = len(self.entries)
        rows, lengths = ranges(self._posting_starts, where)
        classes, repeated = self._posting_class[rows], np.repeat(weights, lengths)
        centroid = np.bincount(classes, repeated * self._posting_centroid[rows], minlength=count)
        bayes = np.bincount(classes, repeated * self._posting_bayes[rows], minlength=count)
        return centroid.astype(np.float32), bayes.astype(np.float32)

    def coverage(self, query: Query) -> tuple[Floats, float]:
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

    def _fuzzy(self, text: str, classes: Ints) -> Floats:
        """For each class, how like its best name the text is (0-1), whatever the order of words."""
        names = [name for number in classes for name in self._fuzzy_names[number]]
        counts = np.array([len(self._fuzzy_names[number]) for number in classes])
        found = np.zeros(len(classes), dtype=np.float32)
        if names:
            ratios = process.cdist([text], names, scorer=fuzz.token_set_ratio)[0]
            named = counts > 0
            found[named] = np.maximum.reduceat(ratios, (np.cumsum(counts) - counts)[named]) / 100
        return found

    def _nearest(self, classes: Ints, where: Ints, weights: Floats) -> tuple[Floats, Floats, Floats]:
        """For each class, its best example's cosine, the mean of its best three, and its best name's cosine."""
        dense = np.zeros(len(self.vocabulary), dtype=np.float32)
        dense[where] = weights
        docs, examples = ranges(self._first_doc, classes)
        positions, lengths = ranges(self._doc_starts, docs)
        products = dense[self._doc_terms[positions]] * self._doc_values[positions]
        sums = np.add.reduceat(np.append(products, np.float32(0)), np.cumsum(lengths) - lengths)
        sums[lengths == 0] = 0.0
        owner = np.repeat(np.arange(len(classes)), examples)
        names = np.where(self._doc_is_name[docs], sums, 0.0)
        best = []
        left = sums.copy()
        for _ in range(3):
            top = np.zeros(len(classes), dtype=np.float32)
            np.maximum.at(top, owner, left)
            best.append(top)
            left[left >= top[owner]] = 0.0
        name = np.zeros(len(classes), dtype=np.float32)
        np.maximum.at(name, owner, names)
        return best[0], (best[0] + best[1] + best[2]) / np.float32(3), name
