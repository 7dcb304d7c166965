"""Which of the choices that were offered a message takes: by its number, by its words; and what follows from a choice."""

from __future__ import annotations

import re
from dataclasses import replace

from app.understanding.decision import SURE_ENOUGH, Decision, Part, State
from app.understanding.lost import next_lost
from app.understanding.reader import Reader, Reading
from app.understanding.rules import Aspect
from app.understanding.single import sent_elsewhere
from app.understanding.terms import Kind

FEW_SAID, ANSWER_WORDS = 3, 7  # words that say something, and words at all, of who answers a list in words
MATTERS = frozenset({"viec", "chuyen"})  # «việc thứ hai» is one that was asked, no answer to a question of ours
THINGS = frozenset({"cai", "muc", "viec", "chuyen", "giay"})  # «cái thứ nhất»; «số 2», «loại 2» may be part of a name


def by_number(reader: Reader, text: str, reading: Reading, state: State) -> Decision | None:
    """A number, an ordinal, or exactly the words of one offered choice."""
    said = reading.query.words.original
    for label, chosen in zip(state.labels, state.choices, strict=False):
        if said and said == " ".join(re.findall(r"[^\W_]+", label.casefold())):
            return choose(chosen, state.aspects, state)
    if (lost := next_lost(reader, text, reading, state)) is not None:
        return choose(lost, reading.aspects, state)
    number = reading.signs.number
    if number is None or _names_besides(reading, state):
        return None
    own = _own_matter(reading, number, state)
    if own is not None:
        return own
    if not state.choices:
        return _of_those_asked_before(reading, number, state)
    count = len(state.choices)
    position = {-1: count - 1, 0: count // 2}.get(number, number - 1)
    if "0" in reading.query.words.folded:  # typed, it is no «cái giữa»
        position = count
    if not 0 <= position < count:
        codes = tuple(choice for choice in state.choices if ":" not in choice)
        return Decision("clarify", "vague", codes, choices=state.choices, confidence=0.9, state=state)
    return choose(state.choices[position], reading.aspects or state.aspects, state)


def by_words(reader: Reader, reading: Reading, state: State) -> Decision | None:
    """«bị mất», «nhập cho con», when several were just offered: the one whose name alone has what is said."""
    said = set(reading.query.content) - reader.rules.aspect_words
    if not len(state.choices) >= 2 or not 0 < len(said) <= FEW_SAID or len(reading.query.words.folded) > ANSWER_WORDS:
        return None
    if reading.exact or reading.signs.intents or any(choice not in reader.index.number_of for choice in state.choices):
        return None
    if reading.confidence >= SURE_ENOUGH and reading.top is not None and reading.top.id not in state.choices:
        return None
    names = [set(reader.index.query(reader.index.entries[reader.index.number_of[choice]].names[0]).content) for choice in state.choices]
    found = [
        n for n, own in enumerate(names) if 2 * len(said & own.difference(*(each for at, each in enumerate(names) if at != n))) >= len(said)
    ]
    return choose(state.choices[found[0]], reading.aspects or state.aspects, state) if len(found) == 1 else None


def _names_besides(reading: Reading, state: State) -> bool:
    """«xin lý lịch tư pháp số 2»: the number is part of the name of what was not offered."""
    top = reading.top
    says_more = len(set(reading.query.content) - reading.signs.number_words) > 1
    sure = (
        top is not None and top.kind is not Kind.INTENT and top.id not in (*state.choices, state.code) and reading.confidence >= SURE_ENOUGH
    )
    return says_more and sure


def _own_matter(reading: Reading, number: int, state: State) -> Decision | None:
    """«Cái thứ nhất bao lâu có» after two matters were named: the citizen's own first one, and not the first answer to our question."""
    of_one = bool(state.choices) and all(choice.startswith(("case:", "guide:")) for choice in state.choices)
    asks = (
        bool(reading.aspects)
        or not reading.signs.number_words.isdisjoint(MATTERS)
        or reading.query.words.plain.endswith(("thi sao", "thi rang"))
    )
    return _of_those_asked_before(reading, number, state) if of_one and asks else None


def _of_those_asked_before(reading: Reading, number: int, state: State) -> Decision | None:
    """«cái thứ nhất», and nothing was offered: of those asked about together, or one after the other, the first one."""
    asked = state.outer or tuple(reversed(state.recent))
    position = len(asked) - 1 if number == -1 else number - 1
    if len(asked) < 2 or not reading.signs.number_words & THINGS or not 0 <= position < len(asked):
        return None
    chosen = choose(asked[position], reading.aspects or state.aspects, state)
    return replace(chosen, state=replace(chosen.state, recent=state.recent))  # «cái thứ hai» stays the second


def choose(chosen: str, aspects: tuple[Aspect, ...], state: State) -> Decision:
    """The citizen chose this class, this case of a procedure, or this answer in its guide."""
    case_id: str | None = None
    answers: tuple[str, ...] = ()
    if chosen.startswith("case:"):
        _, chosen, case_id = chosen.split(":")
    elif chosen.startswith("guide:"):
        _, chosen, question, number = chosen.split(":")
        answers = _answered(state, chosen, question, number)
    if chosen.startswith("elsewhere:"):
        return sent_elsewhere(chosen, (), aspects, state, 1.0)
    if ":" in chosen:
        after = replace(state, choices=(), labels=(), elsewhere="")
        return Decision("answer", "life_event", (), aspects, target=chosen, confidence=1.0, state=after)
    recent = (chosen, *(code for code in state.recent if code != chosen))[:4]
    codes = (chosen, *(code for code in state.choices if code != chosen and ":" not in code))
    return Decision(
        "answer", "choice", codes, aspects, parts=(Part(chosen, aspects, case_id),), confidence=1.0,
        state=State(code=chosen, aspects=aspects, recent=recent, answers=answers, case=case_id or ""),
    )  # fmt: skip


def _answered(state: State, code: str, question: str, number: str) -> tuple[str, ...]:
    """The answers in the guide of a procedure, with this one instead of the one to the same question."""
    kept = state.answers if state.code == code else ()
    return (*(answer for answer in kept if answer.rpartition(":")[0] != question), f"{question}:{number}")
