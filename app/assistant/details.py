"""Answers to questions that no aspect has: the sentences of the procedure in hand that share the question's telling words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from app.assistant.told import Sentence, Topics
from app.understanding.index import Index
from app.understanding.text import Words, fold

ENOUGH = 0.45  # share of a question's weight that a sentence must answer
NEARLY = 0.8  # of the best one's share, from which another is shown too
PAIR = 0.5  # what two words side by side weigh beside the rarer of them
OTHERWISE = 0.25  # what a word counts that was typed with other accents («ký», not «kỳ»)
MOST = 3
SCATTERED = 0.6  # and where no two words stand side by side in both
OF_PAPER = 0.7  # and of a paper, whose condition may be about something else
IN_A_ROW = 4  # words of the question that a sentence has side by side, so that it speaks of that
RARE = 3.2  # what the only word that is shared must weigh
NAMED = 1.1  # the share that a paper has that the question names
PAPER = frozenset({"giay", "ban", "to", "van", "so", "don"})  # how most papers' names begin
POINTED = 1.5  # added for each thing asked in other words that a sentence speaks of
QUALIFIED = 0.5  # of its share is left to a sentence about others than the question is about
KEPT = 4_000  # texts of the catalog, about a kilobyte each
LONGEST = 30  # words of a question; a story shares words with everything


@dataclass(frozen=True)
class Found:
    """The sentences that fit, best first; and whether the question said anything that could be looked for."""

    sentences: tuple[Sentence, ...] = ()
    telling: bool = False
    pointed: bool = False
    """The best of them has what the question points at, in whatever words."""


@dataclass(frozen=True)
class _Said:
    """A text as it is compared."""

    words: tuple[str, ...]
    content: frozenset[str]
    """The words that say something."""
    filler: frozenset[str]
    typed: str
    """As it was written: its accents tell words apart."""

    def holds(self, phrase: tuple[str, ...]) -> bool:
        """Whether these words stand in it one behind the other."""
        return any(self.words[at : at + len(phrase)] == phrase for at in range(len(self.words) - len(phrase) + 1))

    def agreeing(self, word: str, other: _Said) -> float:
        """1 when this text writes a word as the other does, or without accents."""
        mine, theirs = self._written(word), other._written(word)
        return 1.0 if word in mine or not mine.isdisjoint(theirs) else OTHERWISE

    def _written(self, word: str) -> set[str]:
        typed = self.typed.split()
        return {form for form, folded in zip(typed, fold(self.typed).split(), strict=True) if folded == word} or {word}


@dataclass(frozen=True)
class _Asked:
    """A question as it is compared: what its words and pairs of words weigh."""

    said: _Said
    weights: dict[str, float]
    pairs: dict[tuple[str, str], float]
    passing: frozenset[str]
    """Numbers and people of a story: they count where something else is shared too."""
    total: float


class Details:
    """Looks sentences up by shared words, weighed by how rare the index knows them to be."""

    def __init__(self, topics: Topics) -> None:
        self._topics = topics
        self._alike: dict[str, list[tuple[str, ...]]] = {}
        """Phrases that are said in other words, by their first word."""
        for phrase in topics.alike:
            self._alike.setdefault(phrase[0], []).append(phrase)
        self._known: dict[str, _Said] = {}
        """The catalog's texts that were looked at last, as `_known_by` reads them."""
        self._known_by: Index | None = None

    def find(self, text: str, names: Iterable[str], among: Sequence[Sentence], index: Index) -> Found:
        """What answers `text` among these sentences of a procedure with these names, whose own words tell nothing."""
        read, named = index.words(text), [self._told(name, index) for name in names]
        asked = self._weighed(self._read(read), named, index)
        question = " ".join(read.folded)
        pointed = self._topics.pointed(question)
        if len(asked.said.words) > LONGEST or not (asked.weights or pointed):
            return Found(telling=bool(asked.passing) and len(asked.said.words) <= LONGEST)
        about = " ".join((question, *asked.said.words, *(word for name in named for word in name.words)))
        scored = []
        for sentence in among:
            points = float(sum(of.search(sentence.plain) is not None for of in pointed))
            share, enough = self._share(asked, sentence, index)
            if (share >= enough or points) and self._topics.qualified(sentence.plain, about):
                share, points = share * QUALIFIED, points * QUALIFIED
            if share >= enough or points:
                scored.append((share + POINTED * points, sentence))
        if any(not sentence.beside for _, sentence in scored):
            scored = [(score, sentence) for score, sentence in scored if score > 1 or not sentence.beside]
        best = max((score for score, _ in scored), default=0.0)
        kept = [pair for pair in sorted(scored, key=lambda pair: -pair[0]) if pair[0] >= NEARLY * best]
        return Found(tuple(sentence for _, sentence in kept[:MOST]), telling=True, pointed=best >= POINTED)

    def _weighed(self, asked: _Said, names: Iterable[_Said], index: Index) -> _Asked:
        """What each word of a question, and two side by side, weigh."""
        content = asked.content.difference(*(name.words for name in names))
        passing = frozenset(word for word in content if word.isdigit() or word in self._topics.passing)
        weights = {word: index.rarity(word) for word in content - passing}
        idle = asked.filler | self._topics.empty | passing
        pairs = {
            pair: PAIR * max(map(index.rarity, pair))
            for pair in pairwise(asked.words)
            if not weights.keys().isdisjoint(pair) and idle.isdisjoint(pair)
        }
        numbers = sum(index.rarity(word) for word in passing if word.isdigit())
        return _Asked(asked, weights, pairs, passing, sum(weights.values()) + sum(pairs.values()) + numbers)

    def _share(self, asked: _Asked, sentence: Sentence, index: Index) -> tuple[float, float]:
        """The share of a question's weight that a sentence has, and how much of it is enough to show it."""
        told = self._told(sentence.text, index)
        shared = {word: weight * asked.said.agreeing(word, told) for word, weight in asked.weights.items() if word in told.words}
        beside_each_other = set(pairwise(told.words)) if shared else set()
        near = [
            weight
            for pair, weight in asked.pairs.items()
            if pair in beside_each_other and all(asked.said.agreeing(word, told) == 1 for word in pair)
        ]
        together = bool(near) or not self._topics.compounds.isdisjoint(shared)
        if self._named(asked.said, sentence, index):
            return NAMED, NAMED
        row = bool(shared) and _in_a_row(asked, told)
        if not shared or not (row or together or len(shared) > 1 or max(shared.values()) >= RARE):
            return 0.0, 1.0
        more = sum(index.rarity(word) for word in asked.passing if word in told.words and asked.said.agreeing(word, told) == 1)
        enough = OF_PAPER if sentence.paper or sentence.beside else ENOUGH if together else SCATTERED
        share = min(1.0, (sum(shared.values()) + sum(near) + more) / asked.total)
        return (max(share, enough) if row else share), enough

    def _named(self, asked: _Said, sentence: Sentence, index: Index) -> bool:
        """Whether the question says how the name of the paper begins that a sentence is about."""
        if sentence.paper is None:
            return False
        name = self._told(sentence.paper.name, index)
        said = 0
        while said < len(name.words) and asked.holds(name.words[: said + 1]) and asked.agreeing(name.words[said], name) == 1:
            said += 1
        told = [word for word in name.words[:said] if word in name.content]
        least = 3 if name.words[0] in PAPER else 2
        return bool(told) and (said >= least or not self._topics.compounds.isdisjoint(told))

    def _told(self, text: str, index: Index) -> _Said:
        """A text of the catalog; the last few thousand are kept, for most questions are about few procedures."""
        if self._known_by is not index or len(self._known) >= KEPT:
            self._known, self._known_by = {}, index
        known = self._known.get(text)
        if known is None:
            known = self._known[text] = self._read(index.normalizer.words(text))
        return known

    def _read(self, words: Words) -> _Said:
        said, content, at = list[str](), set[str](), 0
        while at < len(words.folded):
            likely = self._alike.get(words.folded[at], ())
            phrase = next((phrase for phrase in likely if words.folded[at : at + len(phrase)] == phrase), ())
            if phrase:
                said += self._topics.alike[phrase]
                content.update(self._topics.alike[phrase])
            else:
                said.append(words.folded[at])
                content.update(() if words.filler[at] else said[-1:])
            at += max(1, len(phrase))
        return _Said(tuple(said), frozenset(content - self._topics.empty), frozenset(said) - content, words.original)


def _in_a_row(asked: _Asked, told: _Said) -> bool:
    """«Hòa giải không thành thì sao»: whether four words of the question, one of them telling, stand in a sentence one behind the other."""
    words = asked.said.words
    rows = (words[at : at + IN_A_ROW] for at in range(len(words) - IN_A_ROW + 1))
    return any(
        not asked.weights.keys().isdisjoint(row) and told.holds(row) and all(asked.said.agreeing(word, told) == 1 for word in row)
        for row in rows
    )
