"""Guided questions: at most three short ones lead to the very case, and one answer can be corrected without starting over.

What was answered is kept in `State.answers`. Here a message is heard as an answer or a correction, and the reply is made.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Sequence
from dataclasses import replace

from app.assistant.affirmed import affirmed
from app.assistant.asked import Asked
from app.assistant.cards import WHOLE, Cards
from app.assistant.knowing import Knowledge
from app.assistant.options import Fit, OptionPicker, Spoken, beside_name, case_question
from app.assistant.replies import Replies
from app.assistant.standing import Standing, numbers_of
from app.catalog.content import Case, Procedure, Question
from app.catalog.narrowing import answers_of, open_options
from app.commune import CommuneProfile
from app.messages import Card, Choice, Line, Reply
from app.understanding.choosing import choose
from app.understanding.danger import HEARD
from app.understanding.decision import SURE_ENOUGH, Decision, Part, State
from app.understanding.index import Index
from app.understanding.rules import Aspect, Signs

FINES = "fines"
GUIDE = "guide"
"""The intent of a question asked again."""
QUESTION = "question"
"""The target of a question that somebody asks instead of answering, and that names nothing of what we know."""
FACT = "fact"
"""The target of a question that somebody answers with a fact that chooses nothing: «cháu 15 tuổi rồi»."""
OFTEN = 2  # times in a row that a question was not answered, from which all is shown
LISTS = (Aspect.DOCUMENTS, Aspect.FORMS)
ASKED, EVERYTHING = (Aspect.DOCUMENTS, Aspect.CONDITIONS), (Aspect.DOCUMENTS, Aspect.FEE, Aspect.TIME)
CLEARLY = 3  # words that answer another question than the open one, whatever is said beside them
REPLY = 8  # words of who answers a question, whatever else they may be about
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


class Guiding:
    """Hears answers to guided questions and asks the next one."""

    def __init__(self, replies: Replies, cards: Cards) -> None:
        self._replies, self._cards = replies, cards
        self._made: dict[tuple[str, str], tuple[Procedure, OptionPicker]] = {}

    # --- hearing -------------------------------------------------------------------------------------------------

    def heard(self, decision: Decision, knowledge: Knowledge, text: str, state: State, today: dt.date) -> Decision:
        """The decision about a message, when it was no answer to a question about the case; else what follows from the answer."""
        procedure = knowledge.catalog.current(state.code) if state.code else None
        if procedure is None or len(procedure.cases) == 1:
            return decision
        index = knowledge.reader.index
        words = index.query(text).words
        signs = knowledge.reader.rules.signs(words.plain, " ".join(words.folded), words.original)
        if signs.sure is not None or decision.intent in HEARD:
            return decision
        so = _so(text, index)
        corrects, text, spoken = so != text, so, Spoken.of(so, index, today)
        if decision.intent == FINES and spoken.asks:  # «khai tử trễ có bị phạt không» asks, and answers nothing
            return replace(decision, state=replace(decision.state, choices=state.choices, labels=state.labels, answers=state.answers))
        if procedure.guide is None:
            return self._case_heard(_kept(decision, procedure, knowledge, spoken, state), procedure, knowledge, signs, spoken, text, state)
        asking = any(choice.startswith("guide:") for choice in state.choices)
        standing = Standing.of(procedure, state.answers)
        again = _asked_again(words.plain, standing, asking=asking) if asking or state.answers else None
        if again is not None:
            return _repeat(standing, state, again)
        if decision.intent == "choice" or not (asking or state.answers):
            return decision
        chosen = self._answer(decision, standing, knowledge, signs, spoken, text, state)
        if chosen is not None:
            return chosen if isinstance(chosen, Decision) else choose(chosen, signs.aspects or state.aspects, state)
        return (
            self._beside(decision, standing, knowledge, signs, spoken, state, corrects=corrects)
            if asking
            else _kept(decision, procedure, knowledge, spoken, state)
        )

    def _beside(
        self, decision: Decision, standing: Standing, knowledge: Knowledge, signs: Signs, spoken: Spoken, state: State, *, corrects: bool
    ) -> Decision:
        """What follows from a message that answers no question of a guide while one is open."""
        procedure, index = standing.procedure, knowledge.reader.index
        words = index.query(spoken.original).words
        same = decision.inherited and [part.code for part in decision.parts] == [procedure.code]
        name = index.normalizer.words(procedure.name).content
        nothing = same and not signs.aspects and (spoken.asks or set(words.content).isdisjoint(name))
        unheard = decision.outcome == "unknown" or decision.intent == "empty" or decision.choices == state.choices or nothing
        unsure = _UNSURE.search(words.plain) is not None and len(words.folded) <= MORE + MORE and not signs.aspects
        if standing.question is not None and (unheard or unsure):
            if unsure:
                return _not_answered(standing, state, None, 0)
            tells = corrects or (signs.states and decision.outcome != "unknown")
            return _not_answered(standing, state, QUESTION if spoken.asks else FACT if tells else None, state.unheard + 1)
        if decision.outcome == "other" and not decision.state.choices:  # after a thanks, the question still stands
            return replace(decision, state=replace(decision.state, choices=state.choices, labels=state.labels))
        return _kept(decision, procedure, knowledge, spoken, state)

    def _case_heard(
        self, decision: Decision, procedure: Procedure, knowledge: Knowledge, signs: Signs, spoken: Spoken, text: str, state: State
    ) -> Decision:
        """Of a procedure without a guide: the case that is answered, or another than the one that was chosen or told."""
        if decision.intent == "choice":
            return decision
        if decision.outcome == "clarify" and decision.choices == state.choices:  # a number that the list does not have
            return replace(_repeat(Standing.of(procedure, ()), state, None), intent="follow_up", inherited=True)
        ids = [case.id for case in procedure.cases]
        offered, picker = range(1, len(ids) + 1), self._picker(case_question(procedure), procedure, knowledge)
        asking = any(choice.startswith("case:") for choice in state.choices)
        now = ids.index(state.case) + 1 if state.case in ids else None
        other, named = _other(decision, knowledge, text, procedure.code)
        fit = picker.fit(spoken, offered)
        if fit is not None and _DENIED.search(spoken.plain):
            if fit.number == now and decision.state.code == procedure.code:
                return replace(decision, state=replace(decision.state, case=""))
            return decision
        if fit is None or fit.number == now or (named and len(spoken.content) > 1) or (signs.aspects and not fit.spoken):
            return decision
        about = decision.codes[:1] == (procedure.code,)
        answers = asking and now is None and (not other or fit.sure or (fit.spoken and _replies(spoken, signs)))
        if answers or (about and (signs.correction or picker.told(spoken, offered) == fit.number)):
            return choose(f"case:{procedure.code}:{ids[fit.number - 1]}", signs.aspects or state.aspects, state)
        return decision

    def _answer(
        self, decision: Decision, standing: Standing, knowledge: Knowledge, signs: Signs, spoken: Spoken, text: str, state: State
    ) -> str | Decision | None:
        """The answer that the message gives to the open question, or another one to an earlier question."""
        code, denied = standing.procedure.code, _DENIED.search(spoken.plain) is not None
        other, named = _other(decision, knowledge, text, code)
        now = {question.id: number for question, number in standing.answered}
        earlier = [question for question, _ in reversed(standing.answered)]
        open_ = [standing.question] if standing.question is not None else []
        later = [each for each in standing.procedure.guide or () if each not in (*earlier, *open_)] if open_ else []
        order = (*earlier, *open_, *later) if signs.correction else (*open_, *earlier, *later)
        fits = [(each, self._picker(each, standing.procedure, knowledge).fit(spoken, standing.offered(each))) for each in order]
        for question, fit in sorted(((each, fit) for each, fit in fits if fit), key=lambda pair: not pair[1].sure):
            replies = question in open_ and fit.spoken and _replies(spoken, signs)
            if (other and not (fit.sure or replies)) or (named and len(spoken.content) > 1 and not replies):
                continue
            if signs.aspects and not fit.spoken:
                continue
            if denied:
                if fit.number == now.get(question.id):
                    return _repeat(standing, state, question)
            elif fit.number != now.get(question.id) and (
                question in open_ or self._another(question, fit, standing, knowledge, signs, spoken)
            ):
                return f"guide:{code}:{question.id}:{fit.number}"
        return None

    def _another(self, question: Question, fit: Fit, standing: Standing, knowledge: Knowledge, signs: Signs, spoken: Spoken) -> bool:
        """Whether a question that is not open is answered: who corrects does, and who says whole words that mean nothing else."""
        if signs.correction:
            return question in [each for each, _ in standing.answered]
        picker, offered = self._picker(question, standing.procedure, knowledge), standing.offered(question)
        said = picker.said(spoken, offered)
        clear = fit.sure or (said is not None and len(said[1]) >= CLEARLY)
        return clear and picker.told(spoken, offered) is not None

    def _picker(self, question: Question, procedure: Procedure, knowledge: Knowledge) -> OptionPicker:
        key = (procedure.code, question.id)
        made_from, picker = self._made.get(key, (None, None))
        if picker is None or made_from is not procedure:
            picker = OptionPicker(question, procedure, knowledge.reader.index)
            self._made[key] = (procedure, picker)
        return picker

    def told(
        self,
        procedure: Procedure,
        case_id: str | None,
        asked: Asked,
        given: tuple[str, ...] = (),
    ) -> tuple[str, ...]:
        """The answers that a message gives unasked, beside those already given: what it says in so many words, or what leads to its case.

        When somebody died may have been said before.
        """
        knowledge, text = asked.knowledge, asked.text or asked.plain
        questions, possible = procedure.guide or (), frozenset(case.id for case in procedure.cases)
        known = numbers_of(given)
        found: dict[str, int] = {}
        spoken = beside_name(affirmed(text), procedure, knowledge.reader.index, asked.now.date())
        if asked.before.died:
            spoken = replace(spoken, times=spoken.times.or_died(asked.before.died))
        if _DENIED.search(spoken.plain) is None:
            for question in questions:
                said = self._picker(question, procedure, knowledge).told(spoken, open_options(question, possible))
                if said is not None and question.id not in known:
                    found[question.id] = said
        if not known and not found and case_id is not None:
            found = answers_of(questions, case_id, possible) or {}
        return (*given, *(f"{question}:{number}" for question, number in found.items()))

    def told_case(self, procedure: Procedure, knowledge: Knowledge, text: str, today: dt.date) -> str | None:
        """The case that a message says unasked, in whole words or by a time."""
        spoken, question = beside_name(affirmed(text), procedure, knowledge.reader.index, today), case_question(procedure)
        if _DENIED.search(spoken.plain) is not None:
            return None
        number = self._picker(question, procedure, knowledge).told(spoken, range(1, len(procedure.cases) + 1))
        return procedure.cases[number - 1].id if number is not None else None

    # --- replying ------------------------------------------------------------------------------------------------

    def compose(
        self,
        procedure: Procedure,
        decision: Decision,
        today: dt.date,
        introduce: Callable[[str, Part], str],
        commune: CommuneProfile,
        *,
        told: bool,
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
        often = decision.outcome == "clarify" and state.unheard >= OFTEN
        if answering and (often or decision.target == QUESTION):
            sorry = self._said("unheard_often" if often else "asked_back", commune=commune)
            card = self.together(procedure, standing.cases, EVERYTHING if often else ASKED, today)
            question = (self._question(standing),)
            return Reply(paragraphs=(sorry,), cards=(card,), choices=shown, closing=question, feedback=True), decision
        if answering:
            if decision.target == FACT:
                return Reply(paragraphs=(self._said("fact"),), choices=shown, closing=(self._question(standing),)), decision
            unheard = self._said("unheard") if decision.outcome == "clarify" else ""
            said = (unheard, so_far if not unheard else "", self._question(standing))
            return Reply(paragraphs=tuple(filter(None, said)), choices=shown), decision
        if part.aspects:
            words, card = introduce(procedure.name, part), self.together(procedure, standing.cases, part.aspects, today)
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

    def short(self, procedure: Procedure, answers: tuple[str, ...], today: dt.date) -> tuple[Card | None, str | None]:
        """Of what may not be meant at all: the case when it was told, else name and what for; no case stands for all of them."""
        standing = Standing.of(procedure, answers)
        return (None, standing.cases[0].id) if standing.question is None else (self._short(standing, today), None)

    def _short(self, standing: Standing, today: dt.date) -> Card:
        """Name and what for."""
        card = self._cards.card(standing.procedure, standing.cases[0], (), today, case_known=False)
        what_for = Line(label=self._replies.get("card.guide.what_for"), text=standing.procedure.summary)
        return card.model_copy(update={"lines": (what_for,), "case": "", "links": ()})

    def together(
        self, procedure: Procedure, cases: Sequence[Case], aspects: tuple[Aspect, ...], today: dt.date, *, first: tuple[Aspect, ...] = ()
    ) -> Card:
        """What was asked, for all these cases. `first`: of what differs in these aspects, only what is true for the first case."""
        cards = [self._cards.card(procedure, case, aspects, today, case_known=False) for case in cases]
        briefly = [self._cards.card(procedure, case, (), today, case_known=False) for case in cases]
        lines = []
        for at, aspect in enumerate(aspects):
            own = [card.lines[at] for card in cards]
            if aspect in first:
                lines.append(own[0])
                continue
            if aspect is Aspect.FEE and any(line != own[0] for line in own):  # a list for each of several cases is too long to read
                own = [card.lines[WHOLE.index(aspect)] for card in briefly]
            lines.append(self._together(aspect, list(zip(cases, own, strict=True))))
        of_first = any(aspect in first and any(card.lines[at] != cards[0].lines[at] for card in cards) for at, aspect in enumerate(aspects))
        return cards[0].model_copy(update={"lines": tuple(lines), "case": cards[0].case if of_first else ""})

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


def _other(decision: Decision, knowledge: Knowledge, text: str, code: str) -> tuple[bool, bool]:
    """Whether a message is likely about another matter than this procedure, and whether it is another's very name."""
    index = knowledge.reader.index
    other = decision.confidence >= SURE_ENOUGH and not (decision.inherited and decision.codes[:1] == (code,))
    return other and decision.codes[:1] != (code,), index.exact(index.query(text)) not in (None, code)


def _replies(spoken: Spoken, signs: Signs) -> bool:
    """Short, and no question on papers or money: while a question is open, that answers it."""
    return len(spoken.words) <= REPLY and not signs.aspects and not spoken.asks


def _kept(decision: Decision, procedure: Procedure, knowledge: Knowledge, spoken: Spoken, state: State) -> Decision:
    """The decision with the case and the answers that are known, while the procedure is the same and nobody begins anew by its name."""
    after, index = decision.state, knowledge.reader.index
    named = index.normalizer.words(f"{procedure.name} {procedure.official_name}").content
    by_name = spoken.content.issubset(named) and (not decision.inherited or index.exact(index.query(spoken.original)) == procedure.code)
    anew = by_name and bool(decision.parts) and not decision.aspects
    if after.code != state.code or len(decision.parts) > 1 or decision.intent == "choice" or anew:
        return decision
    return replace(decision, state=replace(after, case=after.case or state.case, answers=after.answers or state.answers))


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


def _so(text: str, index: Index) -> str:
    """What is so, of «không phải mất, chỉ hết hạn thôi»; all of a message that asks."""
    return text if Spoken.of(text, index).asks else affirmed(text)


def _not_answered(standing: Standing, state: State, instead: str | None, unheard: int) -> Decision:
    """The open question again, after a question or a fact `instead` of an answer, or after what was not understood so many times."""
    if instead is not None:
        return replace(_repeat(standing, state, None), target=instead)
    return replace(_repeat(standing, replace(state, unheard=unheard), None), outcome="clarify")


def _repeat(standing: Standing, state: State, question: Question | None) -> Decision:
    """Ask this question again, or the open one; the other answers are kept."""
    code = standing.procedure.code
    kept = tuple(answer for answer in state.answers if question is None or answer.rpartition(":")[0] != question.id)
    part = Part(code, state.aspects)
    after = replace(state, code=code, choices=(), labels=(), answers=kept)
    return Decision("answer", GUIDE, (code,), state.aspects, parts=(part,), confidence=1.0, state=after)
