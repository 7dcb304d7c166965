"""The logic of a guide: which cases are still possible after some answers, and which question tells the rest apart. Pure.

`possible` is always a set of case ids; options are numbered from 1 in the order they are written.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol, TypeVar

Possible = frozenset[str]


class AnyOption(Protocol):
    """An option as `content.Option` has it."""

    @property
    def label(self) -> str: ...
    @property
    def cases(self) -> Sequence[str]: ...


class AnyQuestion(Protocol):
    """A question as `content.Question` has it."""

    @property
    def id(self) -> str: ...
    @property
    def options(self) -> Sequence[AnyOption]: ...


Question = TypeVar("Question", bound=AnyQuestion)


def left_by(question: AnyQuestion, number: int, possible: Possible) -> Possible:
    """The cases that remain possible with this option; none when there is no such option."""
    return possible.intersection(question.options[number - 1].cases) if 1 <= number <= len(question.options) else frozenset()


def open_options(question: AnyQuestion, possible: Possible) -> tuple[int, ...]:
    """Numbers of the options that somebody in one of these cases could choose."""
    return tuple(number for number in range(1, len(question.options) + 1) if left_by(question, number, possible))


def narrows(question: AnyQuestion, possible: Possible) -> bool:
    """Whether some answer rules some of these cases out; else the question is not worth asking."""
    return any(left_by(question, number, possible) != possible for number in open_options(question, possible))


def answers_of(questions: Sequence[AnyQuestion], case_id: str, possible: Possible) -> dict[str, int] | None:
    """The first answers (question id → option number) that lead to this case alone; None when none do."""
    asked = next((question for question in questions if narrows(question, possible)), None)
    if asked is None:
        return {} if possible == {case_id} else None
    rest = questions[questions.index(asked) + 1 :]
    for number in open_options(asked, possible):
        left = left_by(asked, number, possible)
        further = answers_of(rest, case_id, left) if case_id in left else None
        if further is not None:
            return {asked.id: number, **further}
    return None


def wrong_with(questions: Sequence[AnyQuestion], case_ids: Sequence[str]) -> str | None:
    """What is wrong with a guide over these cases, in Vietnamese for its writer; None when every answer leads somewhere."""
    if len(case_ids) < 2:
        return "Chỉ có một trường hợp thì không cần `guide`: hãy xoá đi."
    ids = [question.id for question in questions]
    if len(ids) != len(set(ids)):
        return "Hai câu hỏi trong `guide` trùng `id`."
    for question in questions:
        unknown = {case for option in question.options for case in option.cases} - set(case_ids)
        if unknown:
            return f"Câu hỏi `{question.id}` nhắc tới trường hợp không có: {_listed(unknown)}. Các trường hợp là: {', '.join(case_ids)}."
        labels = [option.label.casefold() for option in question.options]
        if len(labels) != len(set(labels)):
            return f"Câu hỏi `{question.id}` có hai lựa chọn cùng lời."
    walk = _Walk()
    problem = walk.through(questions, frozenset(case_ids))
    return problem or walk.left_out(questions, case_ids)


class _Walk:
    """All ways through a guide, and what was met on them."""

    def __init__(self) -> None:
        self._chosen: set[tuple[str, int]] = set()
        self._reached: set[str] = set()

    def through(self, questions: Sequence[AnyQuestion], possible: Possible) -> str | None:
        """Every answer to every question that is asked; the first thing that is wrong."""
        asked = next((question for question in questions if narrows(question, possible)), None)
        if asked is None:
            self._reached |= possible
            together = _listed(possible)
            return f"Trả lời hết các câu vẫn chưa phân được: {together}. Thêm câu hỏi tách chúng ra." if len(possible) > 1 else None
        numbers = open_options(asked, possible)
        forgotten = possible.difference(*(left_by(asked, number, possible) for number in numbers))
        if forgotten:
            return f"Câu hỏi `{asked.id}` không có lựa chọn nào cho: {_listed(forgotten)}. Ghi vào `cases` của lựa chọn đúng."
        rest = questions[questions.index(asked) + 1 :]
        for number in numbers:
            self._chosen.add((asked.id, number))
            problem = self.through(rest, left_by(asked, number, possible))
            if problem is not None:
                return problem
        return None

    def left_out(self, questions: Sequence[AnyQuestion], case_ids: Sequence[str]) -> str | None:
        """A question that is never asked, an option that is never offered, a case that is never reached."""
        for question in questions:
            offered = {number for name, number in self._chosen if name == question.id}
            if not offered:
                return f"Câu hỏi `{question.id}` không loại bớt trường hợp nào nên không bao giờ được hỏi: xoá đi hoặc sửa `cases`."
            for number, option in enumerate(question.options, 1):
                if number not in offered:
                    return f"Lựa chọn «{option.label}» của câu `{question.id}` không bao giờ được đưa ra: xoá đi hoặc sửa `cases`."
        missed = set(case_ids) - self._reached
        return f"Không câu trả lời nào dẫn tới: {_listed(missed)}." if missed else None


def walked(
    questions: Sequence[Question], possible: Possible, answers: Mapping[str, int]
) -> tuple[Possible, tuple[tuple[Question, int], ...], Question | None]:
    """Where these answers lead: the cases still possible, the answers that count, and the next question to ask.

    An answer to a question that tells nothing apart is passed over; one that fits no case left is asked again.
    """
    counted: list[tuple[Question, int]] = []
    for question in questions:
        if not narrows(question, possible):
            continue
        number = answers.get(question.id, 0)
        left = left_by(question, number, possible)
        if not left:
            return possible, tuple(counted), question
        counted.append((question, number))
        possible = left
    return possible, tuple(counted), None


def _listed(names: Iterable[str]) -> str:
    return ", ".join(sorted(names))
