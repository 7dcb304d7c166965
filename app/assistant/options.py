"""Which answer to a question a message is: by whole words of the catalog, by how long ago or how old, by yes and no.

The question is one of a guide, or which of its cases a procedure is about. Where a message is written with accents, they count.
"""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from itertools import pairwise
from unicodedata import normalize

from app.catalog.content import Option, Procedure, Question
from app.understanding.elapsed import Span, Times, said_times
from app.understanding.index import Index
from app.understanding.text import fold

LABEL, CASE = 2, 1  # what a word counts: of an option's own words, or only of its cases'
ENOUGH, CLEAR = 2, 2
LONG_SPANS, TENS, SOME = ("nam", "thang"), frozenset({"hai", "muoi", "chuc"}), "may"
SHORT = 20  # words; who answers a question tells no story
REPLY, ALONE = 10, 3  # words of who says no to a question, and of who says nothing else
BEFORE = frozenset({"da", "vang", "u", "uh", "um", "ok", "a", "em", "anh", "toi", "thi", "chon", "van", "cung", "deu"})
AFTER = frozenset({"a", "ak", "ah", "nha", "nhe", "ad", "em", "anh", "oi", "thoi", "roi", "vay"})
REFUSES = frozenset({"khong", "thoi", "chua", "chac", "deu", "het", "ca", "hai", "dau"})  # «chắc không», «thôi không»
YES = frozenset({"co", "con", "roi", "du", "dung", "phai", "day", "het", "chu", "da"})
NO, NO_MORE = frozenset({"khong", "chua", "chang"}), frozenset({"khong", "chua", "chang", "het", "mat", "co", "con", "nao", "ca", "lam"})
VAGUE = frozenset({"giay", "gi", "nao"})
COSTS, SPENDS = frozenset({"cong", "tien", "phi", "thoi"}), "ton"  # «có làm mất công không» is about nothing lost
WRITTEN_OUT = 3  # from one accented word of so many, a message is written with accents
OTHER = "khac"
_LOST = re.compile(r"\b(?:mat|that lac|tieu)\b(?: \w+)? (?:het|sach|tieu|luon|roi|ca)\b|\bthat lac\b|^het roi\b")
_CONFIRMS = re.compile(r"\b(?:phai|dung) (?:khong|ko|k|hong|hok|hem|hog|hon)$")
_CONFIRMS_LAST = frozenset({"hả", "ha", "hở", "hử", "à", "ư", "nhỉ", "hén", "hen"})
_SUPPOSES = re.compile(r"\bthi (?:phai )?(?:lam )?(?:sao|rang|the nao|ntn)(?: (?:a|ha|he|hi|vay|rua|ad|em|anh|chi|ta|nhi))*$")
_BETWEEN = re.compile(
    r"^(?:la |co )?phai .*\bhay\b|\bhay(?: la)?(?: phai)? (?:toi|tui|em|minh|con|chau|khong|chua|nguoi|ai|vo|chong|cha|me|bo|ba)\b"
)
_AFTER_THAT = re.compile(
    r"\b(?:co|lam|xong|duoc|lay|nhan)\b(?: \w+){0,4} (?:roi|xong) (?:thi|la)(?: \w+){0,2} (?:duoc|dc|lanh|nhan|huong|dung|xai)\b"
)
_NOTHING = re.compile(r"\b(?:gi|nao) (?:het|ca|ho|sat)\b|\b(?:khong|chua|ko|hong) (?:co |con )?(?:\w+ ){0,3}(?:nao|gi)$")
_ASKS = re.compile(r"\b(?:gi|ai|nao|sao|dau|may|bao nhieu|bao lau|the nao)\b")
_ASKS_LAST = re.compile(r"\b(?:co|duoc|dc|phai|bi|can|da|roi)\b.* (?:khong|ko|k|hong|hok|hem|chua)$")


@dataclass(frozen=True)
class Spoken:
    """A text as options are compared with it."""

    words: tuple[str, ...]
    """All folded words."""
    content: frozenset[str]
    """Those that say something."""
    typed: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """For each folded word how it was typed, when the text is written with accents."""
    plain: str = ""
    original: str = ""
    times: Times = field(default_factory=Times)

    @classmethod
    def of(cls, text: str, index: Index, today: dt.date | None = None) -> Spoken:
        """Read as the catalog's texts are: with the lexicon, and slips put right. `today`: times are heard too."""
        words = index.words(text)
        typed: dict[str, set[str]] = defaultdict(set)
        for word in words.original.split():
            typed[fold(word)].add(_letters(word))
        accented = sum(fold(word) != word for word in words.original.split())
        written_out = accented * WRITTEN_OUT >= len(words.original.split())
        times = said_times(words.plain, today) if today else Times()
        forms = {word: frozenset(forms) for word, forms in typed.items()} if written_out else {}
        folded = tuple(SPENDS if pair[0] == "mat" and pair[1] in COSTS else pair[0] for pair in pairwise((*words.folded, "")))
        content = frozenset(words.content) - (set(words.folded) - set(folded))
        return cls(folded, content, forms, words.plain, words.original, times)

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
        return self if tuple(words) == self.words else replace(self, words=tuple(words))

    @property
    def confirms(self) -> bool:
        """«…phải không», «…hả», «chủ nhà đứng tên hay tôi»: it wants to know, and answers nothing."""
        asks = _CONFIRMS.search(self.plain) is not None or _BETWEEN.search(self.plain) is not None
        return asks or self.original.rpartition(" ")[2] in _CONFIRMS_LAST

    @property
    def supposes(self) -> bool:
        """«Không có ADN thì sao»: it asks what is then, and says what is so."""
        return _SUPPOSES.search(self.plain) is not None

    @property
    def looks_ahead(self) -> bool:
        """«Có giấy rồi thì được bao nhiêu tiền»: what comes after, of which nothing is so yet."""
        return _AFTER_THAT.search(self.plain) is not None

    @property
    def asks(self) -> bool:
        """Whether it is a question."""
        said = _NOTHING.sub(" ", _SUPPOSES.sub(" ", self.plain))
        asks = _ASKS.search(said) is not None or _ASKS_LAST.search(said) is not None
        return asks or self.confirms or self.supposes or self.asks_whether

    @property
    def asks_whether(self) -> bool:
        """«Tốn tiền hông»: the last word asks, and says no to nothing."""
        return self.bare[-1:] == ("khong",) and not REFUSES.issuperset(self.bare)

    @property
    def denies(self) -> bool:
        """Whether it says no: «hông còn bản nào», «mất hết rồi»; not «có tốn tiền không»."""
        bare = self.bare
        if self.asks_whether:
            return False
        inside = not NO.isdisjoint(bare[:-1]) or (len(bare) <= ALONE and not NO.isdisjoint(bare))
        return (inside and _ASKS_LAST.search(self.plain) is None) or _LOST.search(self.plain) is not None

    def holds(self, phrase: tuple[str, ...]) -> bool:
        """Whether these words occur in it one behind the other, and are not denied."""
        for at in range(len(self.words) - len(phrase) + 1):
            if self.words[at : at + len(phrase)] == phrase and (at == 0 or self.words[at - 1] not in NO or phrase[0] in NO):
                return True
        return False

    def agrees(self, other: Spoken, words: Iterable[str]) -> bool:
        """Whether these words have the same accents in both, where both are written with accents: «đợi» is no «đội»."""
        return not any(word in self.typed and word in other.typed and self.typed[word].isdisjoint(other.typed[word]) for word in words)

    def without(self, phrase: tuple[str, ...]) -> Spoken:
        """The rest, when these words occur in it one behind the other."""
        for at in range(len(self.words) - len(phrase) + 1):
            if phrase and self.words[at : at + len(phrase)] == phrase:
                words = self.words[:at] + self.words[at + len(phrase) :]
                return replace(self, words=words, content=self.content.intersection(words))
        return self


def _letters(word: str) -> str:
    """A word's letters and marks in any order: «hoà» is «hòa»."""
    return "".join(sorted(normalize("NFD", word)))


def beside_name(text: str, procedure: Procedure, index: Index, today: dt.date | None = None) -> Spoken:
    """A message without the procedure's own name: «Đổi thẻ căn cước (hết hạn, sai, thay đổi)» is pressed by who has not given a reason yet."""
    spoken = Spoken.of(text, index, today)
    for name in (procedure.official_name, procedure.name):
        spoken = spoken.without(Spoken.of(name, index).words)
    return spoken


def case_question(procedure: Procedure) -> Question:
    """Which case it is, as a question of a guide: its options are the cases."""
    options = tuple(Option.model_construct(label=case.name, cases=(case.id,), asks=(*case.asks, *case.said)) for case in procedure.cases)
    return Question.model_construct(id="case", text=procedure.case_question or "", options=options)


@dataclass(frozen=True)
class Fit:
    """An option that a message fits."""

    number: int
    sure: bool
    """The message says nothing else, so nothing else is looked for in it."""
    spoken: bool
    """It was said in words that are written in the catalog, not pieced together."""


@dataclass(frozen=True)
class _Phrase:
    spoken: Spoken
    number: int


class OptionPicker:
    """The options of one question with their words."""

    def __init__(self, question: Question, procedure: Procedure, index: Index) -> None:
        self._phrases: list[_Phrase] = []
        self._known: dict[int, frozenset[str]] = {}
        self._typed: dict[int, list[Spoken]] = {}
        self._spans: dict[int, tuple[Span | None, Span | None]] = {}
        bags: dict[int, Counter[str]] = {}
        labels: dict[int, frozenset[str]] = {}
        forms: dict[int, set[tuple[str, str]]] = {}  # «đã mất» is told though another answer has «vắng mặt»
        for number, option in enumerate(question.options, 1):
            said = [Spoken.of(text, index) for text in (option.label, *option.asks)]
            cases = [case for case in procedure.cases if case.id in option.cases]
            self._phrases += [_Phrase(each, number) for each in said]
            names = [Spoken.of(case.name, index) for case in cases]
            texts = [Spoken.of(text, index) for case in cases for text in (case.when, *case.asks, *case.said)]
            own, named, told = _content(said), _content(names), _content(texts)
            bags[number] = Counter(dict.fromkeys(told | named, CASE) | dict.fromkeys(own, LABEL))
            self._known[number], self._typed[number] = own | named, [*said, *names, *texts]
            self._spans[number] = (_span(case.since_days for case in cases), _span(case.age_days for case in cases))
            labels[number] = own
            forms[number] = {(word, form) for each in said for word in each.content for form in each.typed.get(word, (word,))}
        shared = Counter(word for bag in bags.values() for word in bag)
        said_by = Counter(form for own in forms.values() for _, form in own)
        self._labels = labels
        self._telling = {number: frozenset(word for word, form in own if said_by[form] == 1) for number, own in forms.items()}
        self._own = {number: {word: n for word, n in bag.items() if shared[word] == 1} for number, bag in bags.items()}
        self._name = Spoken.of(f"{procedure.name} {procedure.official_name}", index).content
        self._no = _negative([option.label for option in question.options])

    def fit(self, spoken: Spoken, offered: Collection[int]) -> Fit | None:
        """The one of the offered options that a message fits, if there is one and it is clear."""
        for words in (spoken.words, spoken.bare):
            exact = {each.number for each in self._phrases if each.spoken.words == words and spoken.agrees(each.spoken, words)}
            if len(exact.intersection(offered)) == 1:
                return Fit(exact.intersection(offered).pop(), sure=True, spoken=True)
        if len(spoken.words) > SHORT or spoken.confirms or spoken.looks_ahead:
            return None
        meant = self._at_time(spoken, offered, asked=True) if spoken.supposes or not spoken.asks else None
        phrase = self.said(spoken, offered) if meant is None else None
        if phrase is not None:
            number, words = phrase
            return Fit(number, sure=spoken.content.difference(words) <= self._known[number], spoken=True)
        meant = meant or self._yes_or_no(spoken, offered)
        return Fit(meant, sure=True, spoken=True) if meant is not None else self._pieced(spoken, offered)

    def _pieced(self, spoken: Spoken, offered: Collection[int]) -> Fit | None:
        """By words that only one option has; a word or two of a message that says much else are none."""
        if spoken.asks:
            return None
        own = {number: self._own_words(number, spoken) for number in offered}
        scores = sorted((sum(found.values()), number) for number, found in own.items())
        if not scores or scores[-1][0] < ENOUGH or (len(scores) > 1 and scores[-1][0] - scores[-2][0] < CLEAR):
            return None
        number = scores[-1][1]
        found, known = own[number], spoken.content <= self._known[number]
        if LABEL not in found.values():
            return None
        if not known and (len(found) == 1 or 2 * len(found) <= len(spoken.content)):
            return None
        return Fit(number, sure=known, spoken=False)

    def _own_words(self, number: int, spoken: Spoken) -> dict[str, int]:
        words = spoken.content.intersection(self._own[number])
        alike = [word for word in words if any(word in text.words and spoken.agrees(text, (word,)) for text in self._typed[number])]
        return {word: self._own[number][word] for word in alike}

    def _yes_or_no(self, spoken: Spoken, offered: Collection[int]) -> int | None:
        """Of two answers that are each other's opposite: «hông còn bản nào hết», «mất hết rồi», «có rồi ạ»."""
        if self._no is None or len(offered) != len(self._own) or len(spoken.words) > REPLY:
            return None
        yes = 3 - self._no
        if spoken.denies:
            rest = spoken.content - NO_MORE
            known = (self._labels[yes] | self._labels[self._no]) - self._name
            if spoken.supposes and not rest and not VAGUE.isdisjoint(spoken.words):  # «không có giấy tờ gì thì sao» names no paper
                return None
            return self._no if (not rest or rest & known) and (spoken.supposes or not spoken.asks) else None
        return yes if YES.issuperset(spoken.bare) and spoken.bare and not spoken.asks else None

    def _at_time(self, spoken: Spoken, offered: Collection[int], *, asked: bool) -> int | None:
        """By how long ago it was, or how old somebody is. `asked`: a time alone is an answer."""
        times = spoken.times
        for which, said in enumerate((times.since, times.age)):
            span = said or (times.bare if asked else None)
            within = [number for number in offered if span is not None and _holds(self._spans[number][which], span)]
            if len(within) == 1:
                return within[0]
        return None

    def told(self, spoken: Spoken, offered: Collection[int]) -> int | None:
        """The option that is said unasked: «nhà em», «chỗ khác» answer whose house it is, and tell nothing where nobody has asked."""
        if spoken.confirms or spoken.looks_ahead:
            return None
        at_time = self._at_time(spoken, offered, asked=False)
        said = self.said(spoken, offered, unasked=True) if at_time is None and len(spoken.words) <= SHORT else None
        if said is None and at_time is None:
            return self._left_over(spoken, offered)
        if said is None:
            return at_time
        number, content = said[0], spoken.content.intersection(said[1])
        return number if len(content) > 1 or content & self._telling[number] else None

    def _left_over(self, spoken: Spoken, offered: Collection[int]) -> int | None:
        """«Đăng ký khai tử trễ»: beside the procedure's name nothing is said but one word, and it answers."""
        exact = {each.number for each in self._phrases if each.spoken.words == spoken.bare and spoken.agrees(each.spoken, spoken.bare)}
        found = [number for number in exact.intersection(offered) if spoken.content & self._telling[number]]
        return found[0] if len(found) == 1 else None

    def said(self, spoken: Spoken, offered: Collection[int], *, unasked: bool = False) -> tuple[int, tuple[str, ...]] | None:
        """The option of which two words or more stand in the message as they are written; the longest words win."""
        found = [each for each in self._phrases if _telling(each.spoken, spoken) and not (unasked and each.spoken.words[-1] == OTHER)]
        longest = max((len(each.spoken.words) for each in found if each.number in offered), default=0)
        best = [each for each in found if len(each.spoken.words) == longest and each.number in offered]
        if not best and (roughly := spoken.roughly) is not spoken:
            return self.said(roughly, offered, unasked=unasked)
        return (best[0].number, best[0].spoken.words) if len({each.number for each in best}) == 1 else None


def _telling(phrase: Spoken, spoken: Spoken) -> bool:
    words = phrase.words
    return len(words) > 1 and spoken.holds(words) and not spoken.content.isdisjoint(words) and spoken.agrees(phrase, words)


def _negative(labels: list[str]) -> int | None:
    """Which of two answers is the no: the one that has «không», «chưa», or «mất» where the other has «còn»."""
    if len(labels) != 2:
        return None
    words = [fold(label).split() for label in labels]
    found = [number for number, own in enumerate(words, 1) if not NO.isdisjoint(own)]
    found = found or [number for number, own in enumerate(words, 1) if own[0] == "mat" and words[2 - number][0] == "con"]
    return found[0] if len(found) == 1 else None


def _span(spans: Iterable[Span | None]) -> Span | None:
    """The days of several cases together; None when one of them is not told by days."""
    found = list(spans)
    known = [span for span in found if span is not None]
    return (min(span[0] for span in known), max(span[1] for span in known)) if known and len(known) == len(found) else None


def _holds(span: Span | None, said: Span) -> bool:
    return span is not None and span[0] <= said[0] and said[1] <= span[1]


def _content(said: Iterable[Spoken]) -> frozenset[str]:
    return frozenset().union(*(each.content for each in said))
