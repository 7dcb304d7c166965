"""Measures over labelled messages, the same way for the assistant and for the baseline."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from app.understanding.decision import Decision, State
from app.understanding.dialogue import decide
from app.understanding.reader import Reader
from tests.evaluation.questions import Question


@dataclass
class Score:
    """Counts over one group of questions."""

    count: int = 0
    first: int = 0
    among_three: int = 0
    aspects_right: int = 0
    aspects_asked: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)

    def share(self, value: int, of: int | None = None) -> float:
        """Per cent, 0 when there is nothing."""
        total = self.count if of is None else of
        return 100 * value / total if total else 0.0

    @property
    def top1(self) -> float:
        return self.share(self.first)

    @property
    def top3(self) -> float:
        return self.share(self.among_three)


def ask(reader: Reader, question: Question) -> Decision:
    """The decision for a message after its earlier ones."""
    state = State()
    for text in question.prev:
        state = decide(reader, text, state).state
    return decide(reader, question.text, state)


def score(pairs: Iterable[tuple[Question, Decision]]) -> Score:
    """Score decisions against their labels."""
    result = Score()
    for question, decision in pairs:
        codes = decision.codes[:5]
        result.count += 1
        result.first += bool(codes) and codes[0] in question.gold
        result.among_three += any(code in question.gold for code in codes[:3])
        result.outcomes[decision.outcome] += 1
        if question.aspects:
            result.aspects_asked += 1
            result.aspects_right += bool(question.aspects & {str(aspect) for aspect in decision.aspects})
    return result
