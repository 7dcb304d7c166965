"""Guided questions: at most three short ones lead to the very case, and one answer can be corrected without starting over.

What was answered is kept in `State.answers`. Here a message is heard as an answer or a correction, and the reply is made.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from app.assistant.cards import WHOLE, Cards
from app.assistant.knowing import Knowledge
from app.assistant.options import SHORT, OptionPicker, Spoken, beside_name
from app.assistant.replies import Replies
from app.catalog.content import Case, Procedure, Question
from app.catalog.narrowing import Possible, answers_of, left_by, open_options, walked
from app.messages import Card, Choice, Line, Reply
from app.understanding.danger import HEARD
from app.understanding.decision import SURE_ENOUGH, Decision, Part, State
from app.understanding.dialogue import choose
from app.understanding.rules import Aspect
from app.understanding.text import fold

GUIDE = "guide"
"""The intent of a question asked again."""
LISTS = (Aspect.DOCUMENTS, Aspect.FORMS)
MORE = 3  # words beside «đổi câu 1»
_ORDINAL = {"mot": 1, "dau": 1, "nhat": 1, "hai": 2, "nhi": 2, "ba": 3, "cuoi": -1}
_AGAIN = re.compile(
    r"\b(?:doi|sua|quay lai|tro lai|chon lai|tra loi lai|xem lai|hoi lai|lam lai|nham|sai)\b(?: \w+){0,2}? "
    r"cau (?:hoi )?(?:so |thu )?(\d|mot|dau|nhat|hai|nhi|ba|cuoi)\b"
)
_ONLY_NUMBER = re.compile(r"^cau (?:so |thu )?(\d|mot|dau|nhat|hai|nhi|ba|cuoi)$")
_BACK = re.compile(
    r"^(?:da |a |cho \w+ )*(?:quay lai|tro lai|lui lai|chon lai|doi lai|tra loi lai)(?: cau)?(?: truoc| vua roi)?(?: di| nha| nhe| a)*$"
)
_UNSURE = re.compile(r"\b(?:khong|chua|ko|k|hong|hok) (?:biet|ro|chac|nho|hieu)\b")
_DENIED = re.compile(r"\b(?:khong|ko|hong|hok|chang|dau) phai (?:la )?\w")


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
        given = {question: int(number) for question, _, number in (answer.rpartition(":") for answer in answers) if number.isdigit()}
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


class Guiding:
    """Hears answers to guided questions and asks the next one."""

    def __init__(self, replies: Replies, cards: Cards) -> None:
        self._replies, self._cards = replies, cards
        self._made: dict[tuple[str, str], tuple[Procedure, OptionPicker]] = {}

    # --- hearing -------------------------------------------------------------------------------------------------

    def heard(self, decision: Decision, knowledge: Knowledge, text: str, state: State) -> Decision:
        """The decision about a message, when it was no answer in a guide; else what follows from the answer."""
        procedure = knowledge.catalog.current(state.code) if state.code else None
        asking = any(choice.startswith("guide:") for choice in state.choices)
        if procedure is None or procedure.guide is None or not (asking or state.answers):
            return decision
        words = knowledge.reader.index.query(text).words
        signs = knowledge.reader.rules.signs(words.plain, " ".join(words.folded), words.original)
        if signs.sure is not None or decision.intent in HEARD:
            return decision
        standing = Standing.of(procedure, state.answers)
        again = _asked_again(words.plain, standing, asking=asking)
        if again is not None:
            return _repeat(standing, state, again)
        if decision.intent == "choice":
            return decision
        chosen = self._answer(decision, standing, knowledge, text, state)
        if chosen is not None:
            return chosen if isinstance(chosen, Decision) else choose(chosen, signs.aspects or state.aspects, state)
        same = decision.inherited and [part.code for part in decision.parts] == [procedure.code]
        name = knowledge.reader.index.normalizer.words(procedure.name).content
        nothing = same and not signs.aspects and set(words.content).isdisjoint(name)
        unheard = decision.outcome == "unknown" or decision.intent == "empty" or decision.choices == state.choices or nothing
        unsure = _UNSURE.search(words.plain) is not None and len(words.folded) <= MORE + MORE and not signs.aspects
        if asking and standing.question is not None and (unheard or unsure):
            return replace(_repeat(standing, state, None), outcome="clarify")
        if asking and decision.outcome == "other" and not decision.state.choices:  # after a thanks, the question still stands
            return replace(decision, state=replace(decision.state, choices=state.choices, labels=state.labels))
        return replace(decision, state=replace(decision.state, answers=state.answers)) if same else decision

    def _answer(self, decision: Decision, standing: Standing, knowledge: Knowledge, text: str, state: State) -> str | Decision | None:
        """The answer that the message gives to the open question, or another one to an earlier question."""
        index, code = knowledge.reader.index, standing.procedure.code
        words = index.query(text).words
        signs = knowledge.reader.rules.signs(words.plain, " ".join(words.folded), words.original)
        spoken, denied = Spoken.of(text, index), _DENIED.search(fold(text)) is not None
        other = decision.confidence >= SURE_ENOUGH and not (decision.inherited and decision.codes[:1] == (code,))
        named = index.exact(index.query(text)) not in (None, code)
        now = {question.id: number for question, number in standing.answered}
        earlier = [question for question, _ in reversed(standing.answered)]
        open_ = [standing.question] if standing.question is not None else []
        later = [each for each in standing.procedure.guide or () if each not in (*earlier, *open_)] if open_ else []
        order = (*earlier, *open_, *later) if signs.correction else (*open_, *earlier, *later)
        fits = [(each, self._picker(each, standing.procedure, knowledge).fit(spoken, standing.offered(each))) for each in order]
        for question, fit in sorted(((each, fit) for each, fit in fits if fit), key=lambda pair: not pair[1].sure):
            if (other and not fit.sure) or (named and len(spoken.content) > 1) or (signs.aspects and not fit.spoken):
                continue
            if denied:
                if fit.number == now.get(question.id):
                    return _repeat(standing, state, question)
            elif fit.number != now.get(question.id) and (question in open_ or fit.sure or (signs.correction and question in earlier)):
                return f"guide:{code}:{question.id}:{fit.number}"
        return None

    def _picker(self, question: Question, procedure: Procedure, knowledge: Knowledge) -> OptionPicker:
        key = (procedure.code, question.id)
        made_from, picker = self._made.get(key, (None, None))
        if picker is None or made_from is not procedure:
            picker = OptionPicker(question, procedure, knowledge.reader.index)
            self._made[key] = (procedure, picker)
        return picker

    def told(self, procedure: Procedure, case_id: str | None, knowledge: Knowledge, text: str) -> tuple[str, ...]:
        """The answers that a first message already gives: those that lead to the case it is about, or that it says in so many words."""
        questions, possible = procedure.guide or (), frozenset(case.id for case in procedure.cases)
        found = answers_of(questions, case_id, possible) if case_id is not None else None
        spoken = beside_name(text, procedure, knowledge.reader.index)
        if found is None and len(spoken.words) <= SHORT and _DENIED.search(fold(text)) is None:
            found = {}
            while (question := walked(questions, possible, found)[2]) is not None:
                left = walked(questions, possible, found)[0]
                said = self._picker(question, procedure, knowledge).told(spoken, open_options(question, left))
                if said is None:
                    break
                found[question.id] = said
        return tuple(f"{question}:{number}" for question, number in (found or {}).items())

    # --- replying ------------------------------------------------------------------------------------------------

    def compose(
        self, procedure: Procedure, decision: Decision, today: dt.date, introduce: Callable[[str, Part], str], *, told: bool
    ) -> tuple[Reply, Decision]:
        """The reply, and the decision with what it offers. `told`: the answers are what a message was understood to say."""
        standing, [part] = Standing.of(procedure, decision.state.answers), decision.parts
        answering = decision.intent == GUIDE or (decision.intent == "choice" and bool(decision.state.answers) and not told)
        choices = standing.choices()
        case_id = standing.cases[0].id if standing.question is None else None
        part = replace(part, code=procedure.code, case_id=case_id)
        state = replace(decision.state, choices=tuple(each.send for each in choices), labels=tuple(each.label for each in choices))
        decision = replace(decision, parts=(part,), state=state)
        if case_id is not None:
            return self._ended(standing, decision, today, introduce, answering=answering, told=told), decision
        shown = tuple(Choice(label=each.label, send=each.label) for each in choices)
        so_far = self._said("understood" if told else "chosen", names=standing.labels) if standing.labels else ""
        if answering:
            unheard = self._said("unheard") if decision.outcome == "clarify" else ""
            said = (unheard, so_far if not unheard else "", self._question(standing))
            return Reply(paragraphs=tuple(filter(None, said)), choices=shown), decision
        if part.aspects:
            words, card = introduce(procedure.name, part), self._aspects(standing, part.aspects, today)
        else:
            words, card = self._said("intro", name=procedure.name, count=len(procedure.guide or ())), self._short(standing, today)
        closing = tuple(filter(None, (so_far, self._question(standing))))
        return Reply(paragraphs=(words,), cards=(card,), choices=shown, closing=closing, feedback=True), decision

    def _ended(
        self, standing: Standing, decision: Decision, today: dt.date, introduce: Callable[[str, Part], str], *, answering: bool, told: bool
    ) -> Reply:
        """The case is known: its card with all its papers, or the aspects asked of it."""
        [part], [case], procedure = decision.parts, standing.cases, standing.procedure
        whole = answering or not part.aspects
        card = self._cards.card(procedure, case, () if whole else part.aspects, today, case_known=True)
        if whole:
            papers = self._cards.card(procedure, case, (Aspect.DOCUMENTS,), today, case_known=True)
            card = card.model_copy(update={"lines": (papers.lines[0], *card.lines[1:])})
        words = self._said("end") if answering else introduce(procedure.name, part)
        end = self._said("told", case=case.name) if told else self._said("done", names=standing.labels)
        closing = (end,) if whole or told else ()
        return Reply(paragraphs=(words,), cards=(card,), closing=closing, feedback=True)

    def _question(self, standing: Standing) -> str:
        assert standing.question is not None
        number = len(standing.answered) + 1
        return self._said("question", count=len(standing.procedure.guide or ()), number=number, text=standing.question.text)

    def _short(self, standing: Standing, today: dt.date) -> Card:
        """Name and what for."""
        card = self._cards.card(standing.procedure, standing.cases[0], (), today, case_known=False)
        what_for = Line(label=self._replies.get("card.guide.what_for"), text=standing.procedure.summary)
        return card.model_copy(update={"lines": (what_for,), "case": "", "links": ()})

    def _aspects(self, standing: Standing, aspects: tuple[Aspect, ...], today: dt.date) -> Card:
        """What was asked, for all cases still possible."""
        procedure, cases = standing.procedure, standing.cases
        cards = [self._cards.card(procedure, case, aspects, today, case_known=False) for case in cases]
        briefly = [self._cards.card(procedure, case, (), today, case_known=False) for case in cases]
        lines = []
        for at, aspect in enumerate(aspects):
            own = [card.lines[at] for card in cards]
            if aspect is Aspect.FEE and any(line != own[0] for line in own):  # a list for each of several cases is too long to read
                own = [card.lines[WHOLE.index(aspect)] for card in briefly]
            lines.append(self._together(aspect, list(zip(cases, own, strict=True))))
        return cards[0].model_copy(update={"lines": tuple(lines), "case": ""})

    def _together(self, aspect: Aspect, lines: list[tuple[Case, Line]]) -> Line:
        """One line for several cases: what is the same for all, or each with what is true for it."""
        first = lines[0][1]
        if all(line == first for _, line in lines):
            return first
        if aspect in LISTS:
            common = tuple(item for item in first.items if all(item in line.items for _, line in lines))
            return first.model_copy(update={"text": self._said("common" if common else "depends"), "items": common})
        said: dict[str, list[str]] = {}
        for case, line in lines:
            said.setdefault(" ".join(filter(None, (line.text, "; ".join(line.items)))), []).append(case.name)
        items = tuple(self._said("of_case", names=names, text=text) for text, names in said.items())
        return first.model_copy(update={"text": "", "items": items})

    def _said(self, words: str, **context: object) -> str:
        return self._replies.say(self._replies.get(f"card.guide.{words}"), context)


def _asked_again(plain: str, standing: Standing, *, asking: bool) -> Question | None:
    """«đổi câu 2», «quay lại câu đầu», «quay lại»: the question that is to be asked again."""
    asked = [question for question, _ in standing.answered]
    match = _AGAIN.search(plain) or (None if asking else _ONLY_NUMBER.match(plain))
    if match is not None and len(plain.split()) <= len(match[0].split()) + MORE:
        number = int(match[1]) if match[1].isdigit() else _ORDINAL[match[1]]
        asked += [standing.question] if standing.question is not None else []
        at = len(asked) if number == -1 else number
        return asked[min(max(at, 1), len(asked)) - 1]  # a number too high means the last one
    return asked[-1] if asked and _BACK.match(plain) else None


def _repeat(standing: Standing, state: State, question: Question | None) -> Decision:
    """Ask this question again, or the open one; the other answers are kept."""
    code = standing.procedure.code
    kept = tuple(answer for answer in state.answers if question is None or answer.rpartition(":")[0] != question.id)
    part = Part(code, state.aspects)
    after = replace(state, code=code, choices=(), labels=(), answers=kept)
    return Decision("answer", GUIDE, (code,), state.aspects, parts=(part,), confidence=1.0, state=after)
