"""Where somebody stands in a procedure's guide, from the answers that are kept."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from app.catalog.content import Case, Procedure, Question
from app.catalog.narrowing import Possible, left_by, open_options, walked
from app.messages import Choice


@dataclass(frozen=True)
class Standing:
    """Where somebody stands in a procedure's guide."""

    procedure: Procedure
    possible: Possible
    answered: tuple[tuple[Question, int], ...]
    question: Question | None
    """The next one to ask; None when the case is known."""
    later: tuple[tuple[Question, int], ...]
    """What was answered of the questions after that one: it is kept, and not asked when its turn comes."""

    @classmethod
    def of(cls, procedure: Procedure, answers: Iterable[str]) -> Standing:
        """After these answers (`<question id>:<option number>`); those to questions that no longer exist do not count."""
        given = numbers_of(answers)
        possible, answered, question = walked(procedure.guide or (), frozenset(case.id for case in procedure.cases), given)
        asked = procedure.guide or ()
        after = asked[asked.index(question) + 1 :] if question is not None else ()
        later = tuple((each, given[each.id]) for each in after if each.id in given and left_by(each, given[each.id], possible))
        return cls(procedure, possible, answered, question, later)

    @property
    def cases(self) -> list[Case]:
        """The cases that are still possible."""
        return [case for case in self.procedure.cases if case.id in self.possible]

    @property
    def labels(self) -> list[str]:
        """The words of the answers, in order."""
        return [question.options[number - 1].label for question, number in (*self.answered, *self.later)]

    def before(self, question: Question) -> Possible:
        """The cases that were possible when this question was asked."""
        possible = frozenset(case.id for case in self.procedure.cases)
        for earlier, number in self.answered:
            if earlier.id == question.id:
                break
            possible = left_by(earlier, number, possible)
        return possible

    def offered(self, question: Question) -> tuple[int, ...]:
        """Numbers of the options of a question that was asked or is asked next."""
        return open_options(question, self.before(question))

    def choices(self) -> list[Choice]:
        """The answers to choose from."""
        if self.question is None:
            return []
        code, asked = self.procedure.code, self.question
        return [Choice(label=asked.options[n - 1].label, send=f"guide:{code}:{asked.id}:{n}") for n in self.offered(asked)]


def numbers_of(answers: Iterable[str]) -> dict[str, int]:
    """The option by question, of answers as they are kept."""
    return {question: int(number) for question, _, number in (answer.rpartition(":") for answer in answers) if number.isdigit()}
