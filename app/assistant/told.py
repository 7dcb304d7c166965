"""The sentences of a procedure (conditions, notes, steps, papers…), and which of them speak of what was asked."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from app.catalog.content import UNKNOWN, Case, Paper, Procedure
from app.understanding.text import folded_words
from app.words import Words

FILE = Path(__file__).parent / "templates" / "told.yaml"
LONG = 170  # letters from which a text is taken sentence by sentence
_SENTENCE = re.compile(r"(?<=[.!?]) (?=[^\W\d_a-zà-ỹ])")


@dataclass(frozen=True)
class Sentence:
    """One thing the catalog says, as it is shown."""

    text: str
    paper: Paper | None = None
    """The paper it is about."""
    aside: bool = False
    """Noted beside a fee or a processing time: it tells nothing of the citizen's own terms."""
    beside: bool = False
    """Says when a case or a look-alike is meant: it answers what is asked of that, and speaks of no term."""

    @cached_property
    def plain(self) -> str:
        """Its folded words."""
        return " ".join(folded_words(self.text))


def sentences(procedure: Procedure, cases: Iterable[Case], said: Callable[[Paper], str]) -> tuple[Sentence, ...]:
    """All that is said of a procedure and these cases, the most telling kinds first. `said`: a paper in words."""
    found = {
        sentence.text: sentence for sentence in (*_texts(procedure), *_papers(cases, said), *_asides(cases), *_beside(procedure, cases))
    }
    return tuple(found.values())


def _texts(procedure: Procedure) -> Iterator[Sentence]:
    texts = [] if procedure.conditions == UNKNOWN else [condition.text for condition in procedure.conditions]
    texts += [note.text for note in procedure.notes]
    texts += [procedure.who.text] if procedure.who else []
    texts += [] if procedure.result == UNKNOWN else [procedure.result]
    texts += [] if procedure.steps == UNKNOWN else [step.text for step in procedure.steps]
    for text in (*texts, procedure.where.text, procedure.summary):
        for part in _SENTENCE.split(text) if len(text) > LONG else [text]:
            yield Sentence(part)


def _papers(cases: Iterable[Case], said: Callable[[Paper], str]) -> Iterator[Sentence]:
    for case in cases:
        for paper in case.papers if case.papers != UNKNOWN else ():
            text = said(paper)
            yield Sentence(f"{text.removesuffix('.')}. {paper.note}" if paper.note else text, paper)


def _asides(cases: Iterable[Case]) -> Iterator[Sentence]:
    """What is noted beside a fee or a time."""
    for case in cases:
        notes = [fee.note for fee in case.fees] if case.fees != UNKNOWN else []
        notes += [time.note for time in case.time] if case.time != UNKNOWN else []
        yield from (Sentence(note, aside=True) for note in notes if note)


def _beside(procedure: Procedure, cases: Iterable[Case]) -> Iterator[Sentence]:
    """When each case applies, and what else is done where it does not."""
    for text in (*(case.when for case in cases), *(other.difference for other in procedure.lookalikes)):
        yield Sentence(text, beside=True)


class Topics:
    """What a sentence speaks of, by the patterns of `told.yaml`."""

    def __init__(self) -> None:
        words = Words(FILE).data
        self.alike = {tuple(str(said).split()): tuple(str(meant).split()) for said, meant in words["alike"].items()}
        self.compounds = frozenset(meant[0] for said, meant in self.alike.items() if len(said) > 1 == len(meant))
        """Several words written as one, so that none of them is found alone."""
        self.empty = frozenset(words["empty"])
        self.passing = frozenset(words["passing"])
        """Words for the people of a story: shared, they say something beside other words, and nothing alone."""
        self._pointed = [(re.compile("|".join(each["asked"])), re.compile("|".join(each["of"]))) for each in words["pointed"].values()]
        self._qualifiers = [(re.compile("|".join(each["of"])), re.compile("|".join(each["said"]))) for each in words["qualifiers"].values()]
        self._events = [(re.compile("|".join(each["of"])), re.compile("|".join(each["said"]))) for each in words["events"].values()]
        self._meant = [
            (re.compile("|".join(each["of"])), re.compile("|".join(each["said"])), _any(each["not"])) for each in words["meant"].values()
        ]
        self._patterns = {
            name: (_any(topic["of"]), _any(topic["not"])) for name, topic in words.items() if isinstance(topic, dict) and "of" in topic
        }

    def about(self, topic: str, plain: str) -> bool:
        """Whether folded words speak of it."""
        of, beside = self._patterns[topic]
        return bool(of and of.search(plain)) and not (beside and beside.search(plain))

    def pointed(self, question: str) -> tuple[re.Pattern[str], ...]:
        """What a question in other words than the catalog's asks for: how a sentence looks that answers it."""
        return tuple(of for asked, of in self._pointed if asked.search(question))

    def qualified(self, plain: str, question: str) -> bool:
        """Whether folded words are about others only (abroad, organisations…), of whom a question says nothing."""
        return any(of.search(plain) and not said.search(question) for of, said in self._qualifiers)

    def meant(self, said: str, cases: Sequence[str]) -> int | None:
        """The one case that is about what is said in other words: «mờ hết chữ», «bằng học ở Úc». All folded."""
        for of, spoken, beside in self._meant:
            if spoken.search(said) is not None and (beside is None or beside.search(said) is None):
                found = [number for number, case in enumerate(cases) if of.search(case) is not None]
                if len(found) == 1:
                    return found[0]
        return None

    def unlike(self, said: str, own: str, others: Iterable[str]) -> bool:
        """Whether a case is about what is not said, or another alone is about what is said. All folded."""
        rest = tuple(others)
        for of, spoken in self._events:
            about, told = of.search(own) is not None, spoken.search(said) is not None
            if about != told and any((of.search(each) is not None) == told for each in rest):
                return True
        return False

    def speaking(self, topic: str, among: Iterable[Sentence]) -> tuple[Sentence, ...]:
        """The sentences that speak of it; of a text of several, only those."""
        found = (
            Sentence(part)
            for each in among
            if each.paper is None and not (each.aside or each.beside)
            for part in _SENTENCE.split(each.text)
        )
        papers = (each for each in among if each.paper is not None and self.about(topic, each.plain))
        return (*(each for each in found if self.about(topic, each.plain)), *papers)


def _any(patterns: Sequence[str]) -> re.Pattern[str] | None:
    return re.compile("|".join(f"(?:{pattern})" for pattern in patterns)) if patterns else None
