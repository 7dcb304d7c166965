"""Which answer to a guide's question a message is: its number aside, by the words that only this answer has."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from itertools import pairwise

from app.catalog.content import Procedure, Question
from app.understanding.index import Index

LABEL, CASE = 2, 1  # what a word counts: of an option's own words, or only of its cases'
ENOUGH, CLEAR = 2, 2
LONG_SPANS, TENS, SOME = ("nam", "thang"), frozenset({"hai", "muoi", "chuc"}), "may"
SHORT = 20  # words; who answers a question tells no story
BEFORE = frozenset({"da", "vang", "u", "uh", "um", "ok", "a", "em", "anh", "toi", "thi", "chon"})
AFTER = frozenset({"a", "ak", "ah", "nha", "nhe", "ad", "em", "anh", "oi", "thoi", "roi", "vay"})


@dataclass(frozen=True)
class Spoken:
    """A text as options are compared with it."""

    words: tuple[str, ...]
    """All folded words."""
    content: frozenset[str]
    """Those that say something."""

    @classmethod
    def of(cls, text: str, index: Index) -> Spoken:
        """Read as the catalog's texts are: with the lexicon, and slips put right."""
        words = index.normalizer.words(text, index.spelling.repair)
        return cls(words.folded, frozenset(words.content))

    @property
    def bare(self) -> tuple[str, ...]:
        """The words without the politeness around them: «dạ có ạ» is «có»."""
        begin, end = 0, len(self.words)
        while begin < end and self.words[begin] in BEFORE:
            begin += 1
        while begin < end and self.words[end - 1] in AFTER:
            end -= 1
        return self.words[begin:end]

    @property
    def roughly(self) -> Spoken:
        """Numbers of months and years as «mấy»: «mất 10 năm rồi» is said in the words «mất mấy năm rồi»."""
        words = list(self.words)
        for at, (word, unit) in enumerate(pairwise(self.words)):
            if unit in LONG_SPANS and (word.isdigit() or word in TENS) and not "".join(words[at + 2 : at + 3]).isdigit():
                words[at] = SOME
        return self if tuple(words) == self.words else Spoken(tuple(words), self.content)

    def holds(self, phrase: tuple[str, ...]) -> bool:
        """Whether these words occur in it one behind the other."""
        return any(self.words[at : at + len(phrase)] == phrase for at in range(len(self.words) - len(phrase) + 1))

    def without(self, phrase: tuple[str, ...]) -> Spoken:
        """The rest, when these words occur in it one behind the other."""
        for at in range(len(self.words) - len(phrase) + 1):
            if phrase and self.words[at : at + len(phrase)] == phrase:
                words = self.words[:at] + self.words[at + len(phrase) :]
                return Spoken(words, self.content.intersection(words))
        return self


def beside_name(text: str, procedure: Procedure, index: Index) -> Spoken:
    """A message without the procedure's own name: «Đổi thẻ căn cước (hết hạn, sai, thay đổi)» is pressed by who has not given a reason yet."""
    spoken = Spoken.of(text, index)
    for name in (procedure.official_name, procedure.name):
        spoken = spoken.without(Spoken.of(name, index).words)
    return spoken


@dataclass(frozen=True)
class Fit:
    """An option that a message fits."""

    number: int
    sure: bool
    """The message says nothing else, so nothing else is looked for in it."""
    spoken: bool
    """It was said in words that are written in the catalog, not pieced together."""


class OptionPicker:
    """The options of one question with their words."""

    def __init__(self, question: Question, procedure: Procedure, index: Index) -> None:
        self._phrases: dict[tuple[str, ...], set[int]] = {}
        self._known: dict[int, frozenset[str]] = {}
        bags: dict[int, Counter[str]] = {}
        labels: dict[int, frozenset[str]] = {}
        for number, option in enumerate(question.options, 1):
            said = [Spoken.of(text, index) for text in (option.label, *option.asks)]
            cases = [case for case in procedure.cases if case.id in option.cases]
            for each in said:
                self._phrases.setdefault(each.words, set()).add(number)
            own, named = _content(said), _content(Spoken.of(case.name, index) for case in cases)
            told = _content(Spoken.of(text, index) for case in cases for text in (case.when, *case.asks))
            bags[number] = Counter(dict.fromkeys(told | named, CASE) | dict.fromkeys(own, LABEL))
            self._known[number] = own | named
            labels[number] = own
        shared = Counter(word for bag in bags.values() for word in bag)
        said_by = Counter(word for own in labels.values() for word in own)
        self._telling = {number: frozenset(word for word in own if said_by[word] == 1) for number, own in labels.items()}
        self._own = {number: {word: n for word, n in bag.items() if shared[word] == 1} for number, bag in bags.items()}

    def fit(self, spoken: Spoken, offered: Collection[int]) -> Fit | None:
        """The one of the offered options that a message fits, if there is one and it is clear."""
        for words in (spoken.words, spoken.bare):
            exact = self._phrases.get(words, set()).intersection(offered)
            if len(exact) == 1:
                return Fit(exact.pop(), sure=True, spoken=True)
        if len(spoken.words) > SHORT:
            return None
        phrase = self.said(spoken, offered)
        if phrase is not None:
            number, words = phrase
            return Fit(number, sure=spoken.content.difference(words) <= self._known[number], spoken=True)
        scores = sorted((sum(self._own[number].get(word, 0) for word in spoken.content), number) for number in offered)
        if not scores or scores[-1][0] < ENOUGH or (len(scores) > 1 and scores[-1][0] - scores[-2][0] < CLEAR):
            return None
        number = scores[-1][1]
        by_label = any(self._own[number].get(word) == LABEL for word in spoken.content)
        return Fit(number, sure=by_label and spoken.content <= self._known[number], spoken=False)

    def told(self, spoken: Spoken, offered: Collection[int]) -> int | None:
        """The option that is said unasked: «nhà em» answers whose house it is, and tells nothing where nobody has asked."""
        said = self.said(spoken, offered)
        if said is None:
            return None
        number, content = said[0], spoken.content.intersection(said[1])
        return number if len(content) > 1 or content & self._telling[number] else None

    def said(self, spoken: Spoken, offered: Collection[int]) -> tuple[int, tuple[str, ...]] | None:
        """The option of which two words or more stand in the message as they are written; the longest words win."""
        found = [(len(words), words, ids.intersection(offered)) for words, ids in self._phrases.items() if _telling(words, spoken)]
        longest = max((length for length, _, ids in found if ids), default=0)
        ids = set().union(*(each for length, _, each in found if length == longest))
        if not ids and (roughly := spoken.roughly) is not spoken:
            return self.said(roughly, offered)
        return (ids.pop(), next(words for length, words, _ in found if length == longest)) if len(ids) == 1 else None


def _telling(phrase: tuple[str, ...], spoken: Spoken) -> bool:
    return len(phrase) > 1 and spoken.holds(phrase) and not spoken.content.isdisjoint(phrase)


def _content(said: Iterable[Spoken]) -> frozenset[str]:
    return frozenset().union(*(each.content for each in said))
