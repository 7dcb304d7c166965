"""One message read: signs, ranking, aspects. Pure; `dialogue` decides what to do with it."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial

import numpy as np
from numpy.typing import NDArray

from app.understanding.ages import grown_up
from app.understanding.foreign import foreign_features
from app.understanding.hashed_words import HashedWords, bounded
from app.understanding.index import FEATURES, Index
from app.understanding.leaning import Leanings
from app.understanding.national import National, Nearest
from app.understanding.ranker import Ranking, Weights, likely, rank
from app.understanding.rules import FINER, Aspect, Rules, Signs
from app.understanding.terms import Entry, Kind, Query
from app.understanding.turning import MOST_MARKERS, MOST_TOPIC, MOST_WORDS, TurnEvidence, said, share
from app.understanding.vagueness import vague_features

FAVOURED, STRONG, EVERYDAY, RELATED, EXACT = 1.2, 4.5, 1.2, 1.0, 4.0  # added to a class's logit
AT_HOME, ELSEWISE, SHORT = "luu_dong", 3.0, 24  # a marker; what such a class loses; most words of a message of which that is true
IN_CONVERSATION = 0.5  # of what certain words say when a procedure is in mind
TOO_OLD = 6.0  # what a procedure for children loses when only a grown-up's age is said
UNASKED = 0.5  # taken from a variant's (nước ngoài, lưu động) that nobody speaks of, beside the plain one of every day


def zero() -> float:
    """Of what is, word for word, a way of asking."""
    return 0.0


def unasked_variants(features: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Of candidates by their features, those that are a variant nobody speaks of."""
    return features[:, FEATURES.index("variant_unasked")] > 0


def plain_first(candidates: Sequence[Entry], unasked: NDArray[np.bool_]) -> NDArray[np.float64]:
    """What candidates' logits gain for being asked every day, and unasked variants lose beside the plain one. In learning too."""
    usual = {entry.id for entry in candidates if entry.everyday and entry.kind is Kind.PROCEDURE}
    beside = np.array([not entry.everyday and not usual.isdisjoint(entry.related) for entry in candidates], dtype=bool)
    everyday = np.array([entry.everyday for entry in candidates], dtype=bool)
    return EVERYDAY * everyday - UNASKED * (beside & unasked)


@dataclass(frozen=True)
class Reading:
    """What one message says, before the conversation is looked at."""

    query: Query
    signs: Signs
    ranking: Ranking | None
    entries: tuple[tuple[Entry, float], ...]
    """Classes best first with their probability; empty for a message without any word."""
    exact: bool = False
    """Whether it is, word for word, a way of asking for one class."""
    often: tuple[str, ...] = ()
    """Codes to offer to who has not said anything yet."""
    plain: frozenset[str] = frozenset()
    """Ids of those that are no variant (nước ngoài, làm lại…) or whose variant the message speaks of."""
    only_asks: bool = False
    """Whether it asks for papers, money, time or place, and says nothing of a matter."""
    leant: bool = False
    """Whether certain words say that the likeliest is meant (`leaning.py`)."""
    weigh: Callable[[], float] = zero
    """Weighs how vague it is: only for who asks, since most messages are clear."""
    denied: bool = False
    """Whether something was taken out of it that it says is not meant («không phải đổi, bị mất»)."""

    @cached_property
    def vagueness(self) -> float:
        """How surely it is too vague to be answered (0-1)."""
        return self.weigh()

    @property
    def top(self) -> Entry | None:
        return self.entries[0][0] if self.entries else None

    @property
    def confidence(self) -> float:
        return self.ranking.confidence if self.ranking else 0.0

    @property
    def aspects(self) -> tuple[Aspect, ...]:
        return self.signs.aspects

    def besides(self, code: str) -> tuple[Entry, float] | None:
        """The likeliest class but this one and those that are no matter, with its probability."""
        return next(((entry, p) for entry, p in self.entries if entry.id != code and entry.kind is not Kind.INTENT), None)

    def codes(self, limit: int = 5) -> list[str]:
        """Codes of procedures, best first."""
        return [entry.id for entry, _ in self.entries if entry.kind is Kind.PROCEDURE][:limit]


class Reader:
    """Reads messages with one index, one set of rules, one set of learned weights."""

    def __init__(
        self,
        index: Index,
        rules: Rules,
        weights: Weights,
        national: National | None = None,
        often: tuple[str, ...] = (),
        foreign_words: HashedWords | None = None,
        turning_words: HashedWords | None = None,
        vague_words: HashedWords | None = None,
        leanings: Leanings | None = None,
    ) -> None:
        """`often`: codes asked most, to offer to who has not said anything yet."""
        self.index = index
        self.rules = rules
        self.weights = weights
        self.national = national or National(())
        self.often = often
        self.foreign_words = foreign_words
        self.turning_words = turning_words
        self.vague_words = vague_words
        self.leanings = leanings or Leanings()

    def read(self, text: str, favoured: tuple[str, ...] = (), after: str | None = None, among: tuple[str, ...] = ()) -> Reading:
        """Read a message. `favoured` classes (those offered) get a small bonus, and so do the look-alikes of `after`, the one in mind.

        `among`: ids of the only classes that may be meant.
        """
        query = self.index.query(text)
        signs = self.rules.signs(query.words.plain, query.replaced, query.words.original)
        if not query.words.folded or not self.index.entries:
            return Reading(query, signs, None, (), often=self.often)
        exact = self.index.exact(query)
        fired = {f"intent:{name}" for name in signs.intents}
        leans = self._leans(query, {*favoured, after} - {None}, fired) if exact is None else {}
        unheard = {name.removeprefix("intent:") for name, weight in leans.items() if weight < 0}
        if not unheard.isdisjoint(signs.intents):
            kept = tuple(name for name in signs.intents if name not in unheard)
            signs = replace(signs, intents=kept, telling=None if signs.telling in unheard else signs.telling)
            fired = {f"intent:{name}" for name in kept}
        besides = frozenset(name for name, weight in leans.items() if weight > 0) if exact is None else frozenset({exact})
        scored = self.index.score(query, frozenset(fired), besides, [self.index.number_of[each] for each in among])
        given = dict.fromkeys(favoured, FAVOURED) | {f"intent:{name}": STRONG for name in signs.strong if name != signs.sure}
        if exact is not None:
            given[exact] = EXACT
        candidates = [self.index.entries[number] for number in scored.classes]
        names = [entry.id for entry in candidates]
        earlier = self.index.number_of.get(after or "")
        related = self.index.entries[earlier].related if earlier is not None else frozenset()
        bonus = np.array([given.get(n, 0.0) + leans.get(n, 0.0) + RELATED * (n in related) for n in names])
        bonus -= ELSEWISE * self._at_home_for_another(query, scored.classes.tolist())
        age = grown_up(query.words.plain)
        if age is not None:
            bonus -= TOO_OLD * np.array([entry.oldest is not None and entry.oldest < age for entry in candidates], dtype=bool)
        unasked = unasked_variants(scored.features)
        ranking = rank(scored, self.weights, len(query.content), bonus + plain_first(candidates, unasked))
        pairs = zip(ranking.classes, ranking.probabilities, strict=True)
        entries = tuple((self.index.entries[number], probability) for number, probability in pairs)
        plain = frozenset(name for name, is_unasked in zip(names, unasked, strict=True) if not is_unasked)
        if signs.general:
            only_asks = self.rules.general_words.issuperset(query.content)
        else:
            only_asks = bool(signs.aspects) and self.rules.aspect_words.issuperset(query.content)
        leant = bool(entries) and leans.get(entries[0][0].id, 0.0) > 0
        weigh = zero if exact is not None else partial(self._vagueness, query, signs, ranking, entries)
        return Reading(query, signs, ranking, entries, exact is not None, self.often, plain, only_asks, leant, weigh)

    def _leans(self, query: Query, in_mind: set[str | None], fired: set[str]) -> dict[str, float]:
        """What classes gain and lose by certain words.

        In a conversation they tell less. What is in mind or was offered loses nothing, for it need not be named again; what leads to it
        gains nothing, for something is told of it.
        """
        share = IN_CONVERSATION if in_mind else 1.0
        found = {n: share * w for n, w in self.leanings.of(query.words.original, fired).items() if n in self.index.number_of}
        members = {name: self.index.entries[self.index.number_of[name]].members for name in found}
        return {n: w for n, w in found.items() if (in_mind.isdisjoint(members[n]) if w > 0 else n not in in_mind)}

    def _at_home_for_another(self, query: Query, classes: Sequence[int]) -> NDArray[np.bool_]:
        """«Tới nhà làm căn cước»: of candidates, those that are done at home and are for another thing than the short message names."""
        things = query.markers - self.index.markers.variants
        if AT_HOME not in query.markers or not things or len(query.words.folded) > SHORT:
            return np.zeros(len(classes), dtype=bool)
        own = (self.index.class_markers[number] for number in classes)
        return np.array([AT_HOME in markers and (markers - {AT_HOME}).isdisjoint(things) for markers in own], dtype=bool)

    def _vagueness(self, query: Query, signs: Signs, ranking: Ranking, entries: tuple[tuple[Entry, float], ...]) -> float:
        top, first = entries[0]
        everyday = first if top.everyday and top.kind is Kind.PROCEDURE else 0.0
        families = np.array([entry.kind is Kind.FAMILY for entry, _ in entries])
        rarities = [self.index.rarity(word) for word in set(query.content)]
        found = vague_features(
            np.array(ranking.probabilities),
            families,
            everyday,
            ranking.confidence,
            ranking.coverage,
            rarities,
            len(set(signs.aspects) - FINER),
            len(query.markers),
            self.vague_words.score(query.terms) if self.vague_words else 0.0,
        )
        return likely(found, self.weights.vague)

    def foreign(self, reading: Reading, least: float = 0.0) -> tuple[float, Nearest | None]:
        """How surely it is a matter of another agency (0-1), and the national name nearest to it.

        `least`: where it cannot be as sure as that, no name is looked for and the most that it can be is said.
        """
        words = reading.query.words.plain.split()
        if self.foreign_words is None or reading.ranking is None or reading.top is None or reading.exact or reading.leant:
            return 0.0, self.national.nearest(words)
        said = self.foreign_words.score(reading.query.terms)
        evidence = partial(foreign_features, reading.confidence, reading.ranking.nearest, reading.ranking.coverage, said)
        evidence = partial(evidence, everyday=reading.top.everyday)
        # Both of these speak for another agency (their weights are positive), so this is the most that a name could make of it.
        most = likely(evidence(agreement=1.0, telling=len(set(words))), self.weights.foreign)
        if most < least:
            return most, None
        nearest = self.national.nearest(words)
        agreement, telling = (nearest.agreement, nearest.telling) if nearest else (0.0, 0)
        return likely(evidence(agreement=agreement, telling=telling), self.weights.foreign), nearest

    def turns(self, reading: Reading, code: str, *, joins: bool) -> float:
        """How surely a message after an answer about the procedure `code` is about another (0-1). `joins`: «còn …», «thế nếu …»."""
        words = self.turning_words.score(said(reading.query.words.folded)) if self.turning_words else 0.0
        return likely(self.turn_evidence(reading, code, words, joins=joins).vector(), self.weights.turn)

    def turn_evidence(self, reading: Reading, code: str, words: float, *, joins: bool) -> TurnEvidence:
        """What speaks for another procedure. `words`: the logit of the message's words alone."""
        index, query, signs = self.index, reading.query, reading.signs
        here, beside = index.number_of[code], reading.besides(code)
        other, probability = beside or (None, 0.0)
        there = index.number_of[other.id] if other else here
        before = next((p for entry, p in reading.entries if entry.id == code), 0.0)
        covers, _ = index.coverage(query)
        added = query.markers - index.class_markers[here]
        kind = other.kind if other else None
        return TurnEvidence(
            other=math.log(probability + 0.01) / 4,
            before=math.log(before + 0.01) / 4,
            confidence=reading.confidence,
            other_covers=float(covers[there]) if other else 0.0,
            before_covers=float(covers[here]),
            name=reading.ranking.name_overlap if reading.ranking else 0.0,
            topic=share(set(index.topic_words(query.content)), MOST_TOPIC),
            content=share(set(query.content), MOST_TOPIC),
            length=share(query.words.folded, MOST_WORDS),
            asks=bool(signs.aspects),
            follows=signs.follow_up,
            corrects=signs.correction,
            joins=joins,
            supposes=signs.supposes,
            needs=signs.needs,
            wants=signs.wants,
            states=signs.states,
            added=share(added, MOST_MARKERS),
            added_there=share(added & index.class_markers[there], MOST_MARKERS) if other else 0.0,
            related=other is not None and other.id in index.entries[here].related,
            is_procedure=kind is Kind.PROCEDURE,
            is_family=kind is Kind.FAMILY,
            leads_elsewhere=kind in (Kind.EVENT, Kind.ELSEWHERE),
            intent=bool(signs.intents),
            words=bounded(words),
        )
