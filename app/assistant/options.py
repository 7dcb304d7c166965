"""Which answer to a guide's question a message is: its number aside, by the words that only this answer has."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from app.catalog.content import Procedure, Question
from app.understanding.index import Index

LABEL, CASE = 2, 1  # what a word counts: of an option's own words, or only of its cases'
ENOUGH, CLEAR = 2, 2
SHORT = 14  # words; who answers a question tells no story
POLITE = frozenset(
    [
        "da",
        "vang",
        "a",
        "ak",
        "ah",
        "nha",
        "nhe",
        "ad",
        "em",
        "anh",
        "chi",
        "ban",
        "toi",
        "minh",
        "chau",
        "con",
        "thi",
        "la",
        "oi",
        "u",
        "uh",
        "um",
        "ok",
        "chon",
        "chac",
        "dang",
    ]
)


@dataclass(frozen=True)
class Spoken:
    """A message as options are compared with it."""

    words: tuple[str, ...]
    """All folded words."""
    content: frozenset[str]

    @classmethod
    def of(cls, text: str, index: Index) -> Spoken:
        """Read as the catalog's texts are: with the lexicon, and slips put right."""
        words = index.normalizer.words(text, index.spelling.repair)
        return cls(words.folded, frozenset(words.content) - POLITE)

    @property
    def bare(self) -> tuple[str, ...]:
        """The words without the politeness around them."""
        words = list(self.words)
        while words and words[0] in POLITE:
            words.pop(0)
        while words and words[-1] in POLITE:
            words.pop()
        return tuple(words) or self.words

    def without(self, phrase: tuple[str, ...]) -> frozenset[str]:
        """What else it says."""
        return self.content - frozenset(phrase)

    def holds(self, phrase: tuple[str, ...]) -> bool:
        """Whether these words occur in it one behind the other."""
        return any(self.words[at : at + len(phrase)] == phrase for at in range(len(self.words) - len(phrase) + 1))


@dataclass(frozen=True)
class Fit:
    """An option that a message fits. `sure`: it says nothing else, so nothing else is looked for in it."""

    number: int
    sure: bool


class OptionPicker:
    """The options of one question with their words."""

    def __init__(self, question: Question, procedure: Procedure, index: Index) -> None:
        self._phrases: dict[tuple[str, ...], set[int]] = {}
        self._known: dict[int, frozenset[str]] = {}
        bags: dict[int, Counter[str]] = {}
        for number, option in enumerate(question.options, 1):
            said = [Spoken.of(text, index) for text in (option.label, *option.asks)]
            cases = [case for case in procedure.cases if case.id in option.cases]
            for each in said:
                self._phrases.setdefault(each.bare, set()).add(number)
            own, named = _content(said), _content(Spoken.of(case.name, index) for case in cases)
            told = _content(Spoken.of(text, index) for case in cases for text in (case.when, *case.asks))
            bags[number] = Counter(dict.fromkeys(told | named, CASE) | dict.fromkeys(own, LABEL))
            self._known[number] = own | named
        shared = Counter(word for bag in bags.values() for word in bag)
        self._own = {number: {word: n for word, n in bag.items() if shared[word] == 1} for number, bag in bags.items()}

    def fit(self, spoken: Spoken, offered: Iterable[int]) -> Fit | None:
        """The one of the offered options that a message fits, if there is one and it is clear."""
        numbers = set(offered)
        exact = self._phrases.get(spoken.bare, set()) & numbers
        if len(exact) == 1:
            return Fit(exact.pop(), sure=True)
        if len(spoken.words) > SHORT:
            return None
        phrase = self.told(spoken, numbers, shortest=1)
        if phrase is not None:
            number, words = phrase
            return Fit(number, sure=spoken.without(words) <= self._known[number])
        scores = sorted((sum(self._own[number].get(word, 0) for word in spoken.content), number) for number in numbers)
        if not scores or scores[-1][0] < ENOUGH or (len(scores) > 1 and scores[-1][0] - scores[-2][0] < CLEAR):
            return None
        number = scores[-1][1]
        by_label = any(self._own[number].get(word) == LABEL for word in spoken.content)
        return Fit(number, sure=by_label and spoken.content <= self._known[number])

    def told(self, spoken: Spoken, numbers: set[int], shortest: int = 2) -> tuple[int, tuple[str, ...]] | None:
        """The option whose words, at least `shortest` of them, stand in the message as they are written; the longest wins."""
        found = [(len(phrase), phrase, ids & numbers) for phrase, ids in self._phrases.items() if ids & numbers and spoken.holds(phrase)]
        longest = max((length for length, _, _ in found), default=0)
        ids = set().union(*(each for length, _, each in found if length == longest))
        if longest < shortest or len(ids) != 1:
            return None
        return ids.pop(), next(phrase for length, phrase, _ in found if length == longest)


def _content(said: Iterable[Spoken]) -> frozenset[str]:
    return frozenset().union(*(each.content for each in said))
