"""A message while a list is open: what was just offered is what it is about, unless it clearly names something else.

«Phí bao nhiêu» is remembered and the list is asked again; «bả lãnh tiền già» picks among what was offered.
"""

from __future__ import annotations

import re
from dataclasses import replace

from app.understanding.decision import SURE_ENOUGH, Decision, State
from app.understanding.reader import Reader, Reading
from app.understanding.rules import Aspect
from app.understanding.terms import Entry, Kind

GOES_ON = 16  # words, politeness and all, of a message that may go on about what was offered
NAMED, BARE = 0.6, 0.85  # overlap with a name from which something else is named; and nothing is said but that name
CHOSEN, KNOWS = 0.6, 0.4  # probability among the offered, and share of the message that it must know
SURELY, KNOWS_LITTLE = 0.95, 0.2  # the same of what is far likelier than the others
KNOWS_ALL = 0.8  # share of what names something else, from which it is told of one of the offered
PERHAPS, AT_ALL = 0.15, 0.005  # probabilities among the offered of those that stay when the list gets shorter
WARD = frozenset({"phuong", "xa", "day"})
_WHICH = re.compile(
    r"\b(?:bao|lam|khai|chon|xin|can|dang ky) (?:cai|viec|loai) (?:nao|mo)(?: (?:a|ha|vay|rua|day|ad|em|anh|chi|moi dung|cho dung))*$"
)
"""«Em phải báo cái mô» asks which of them, and says none."""
_FIRST = re.compile(r"\b(truoc|dau tien|truoc tien)\b(?! (day|gio|kia|do))")


def is_open(reader: Reader, state: State) -> bool:
    """Whether several matters were offered last and none was chosen: no cases, no guide, and not what everybody is offered."""
    choices = state.choices
    return (
        state.code is None
        and not state.elsewhere
        and bool(choices)
        and choices != reader.often
        and all(c in reader.index.number_of for c in choices)
    )


def among_offered(reader: Reader, text: str, reading: Reading, state: State) -> tuple[str, tuple[str, ...]] | None:
    """What of the open list a message is about: («choose», the one), («ask», those to ask about again); None when it leaves the list."""
    signs, top = reading.signs, reading.top
    if not is_open(reader, state) or top is None or signs.back or signs.telling or signs.general or signs.compares:
        return None
    if _WHICH.search(reading.query.words.plain) or _asks_of_all(reader, reading, state):
        return "ask", state.choices
    if _leaves(reading, state):
        return _told_of_one(reader, text, reading, state)
    if signs.intents and top.kind is Kind.INTENT:
        return None
    short = len(reading.query.words.folded) <= GOES_ON
    said = [word for word in reading.query.content if word not in reader.rules.aspect_words]
    if (
        short
        and (signs.aspects or signs.follow_up)
        and (reading.only_asks or not (reader.index.topic_words(said) or reading.query.markers))
    ):
        first = len(state.choices) == 1 or _FIRST.search(reading.query.words.plain) is not None
        asked = state.choices[:1] if first else _narrowed(reader, text, said, state, top.id)
        return "choose" if len(asked) == 1 else "ask", asked
    hinted = _by_when(reader, reading, state)
    if hinted is not None:
        return "choose", (hinted,)
    narrow = reader.read(text, among=state.choices)
    assert narrow.ranking is not None
    best, p = narrow.entries[0]
    if narrow.ranking.coverage >= (KNOWS if p < SURELY else KNOWS_LITTLE) and not (
        top.kind is Kind.EVENT and reading.confidence >= SURE_ENOUGH
    ):
        if p >= CHOSEN:
            return "choose", (best.id,)
        return ("ask", _likely(narrow, state)) if short else None
    asks_or_tells = bool(signs.aspects or signs.follow_up or signs.states) or not signs.wants
    return ("ask", state.choices) if short and asks_or_tells and reading.confidence < SURE_ENOUGH and len(state.choices) > 1 else None


def _narrowed(reader: Reader, text: str, said: list[str], state: State, likeliest: str) -> tuple[str, ...]:
    """«Có tiền hỗ trợ không» after a death: those that give money. «Có xin phép không»: the permit. All, when the message has no word of a matter."""
    narrow = reader.read(text, among=state.choices)
    covers, _ = reader.index.coverage(narrow.query)
    known = {entry.id for entry, p in narrow.entries if p >= AT_ALL and covers[reader.index.number_of[entry.id]] >= KNOWS_ALL}
    told = len(known) > 1 or known == {likeliest}
    return tuple(choice for choice in state.choices if choice in known) if said and told else state.choices


def _likely(narrow: Reading, state: State) -> tuple[str, ...]:
    likely = {entry.id for entry, p in narrow.entries if p >= PERHAPS}
    return tuple(choice for choice in state.choices if choice in likely) if len(likely) > 1 else state.choices


def _asks_of_all(reader: Reader, reading: Reading, state: State) -> bool:
    """«Cần gì», «phường đăng ký được không» after three ways to register a vehicle: it names nothing but what all of them are."""
    top, signs, index = reading.top, reading.signs, reader.index
    if top is None or top.kind not in (Kind.INTENT, Kind.FAMILY) or not signs.aspects or signs.intents or reading.exact:
        return False
    names = [set(index.query(index.entries[index.number_of[choice]].names[0]).content) for choice in state.choices]
    return set(reading.query.content) - reader.rules.aspect_words <= set.intersection(*names) | WARD


def asked_again(choices: tuple[str, ...], aspects: tuple[Aspect, ...], state: State) -> Decision:
    """The open list once more; what was asked is remembered, and how often the list did not help."""
    codes = tuple(choice for choice in choices if ":" not in choice)
    after = replace(state, aspects=aspects or state.aspects, choices=choices, labels=(), unheard=state.unheard + 1)
    return Decision("clarify", "vague", codes[:5], aspects, choices=choices, confidence=0.6, inherited=True, state=after)


def _leaves(reading: Reading, state: State) -> bool:
    """Whether the message clearly names what was not offered, and wants it."""
    top = reading.top
    if top is None or top.id in state.choices or not set(top.members).isdisjoint(state.choices):
        return False
    if top.kind is Kind.INTENT:
        return reading.confidence >= SURE_ENOUGH
    overlap = reading.ranking.name_overlap if reading.ranking else 0.0
    named = reading.exact or overlap >= NAMED
    return not reading.signs.only_tells and (reading.exact or (reading.confidence >= SURE_ENOUGH and (named or reading.signs.wants)))


def _told_of_one(reader: Reader, text: str, reading: Reading, state: State) -> tuple[str, tuple[str, ...]] | None:
    """«Bả lãnh tiền già» after a question on funeral money: told of her, so it is the one of the offered that is for such people."""
    bare = reading.ranking is not None and reading.ranking.name_overlap >= BARE
    if reading.signs.wants or reading.aspects or reading.exact or bare:
        return None
    narrow = reader.read(text, among=state.choices)
    assert narrow.ranking is not None
    best, p = narrow.entries[0]
    return ("choose", (best.id,)) if p >= CHOSEN and narrow.ranking.coverage >= KNOWS_ALL else None


def _by_when(reader: Reader, reading: Reading, state: State) -> str | None:
    """«Chưa cưới»: the one of a life event that is needed just when that is so, as the event itself says."""
    said = set(reading.query.content)
    found = []
    for code, when in _conditions(reader, state).items():
        words = set(reader.index.query(when).content)
        if code in state.choices and (said <= words or len(said & words) >= 3):
            found.append(code)
    return found[0] if len(found) == 1 else None


def _conditions(reader: Reader, state: State) -> dict[str, str]:
    """When each of the offered is needed, where a life event offered them."""
    events = (entry for entry in reader.index.entries if entry.kind is Kind.EVENT)
    event: Entry | None = next((each for each in events if set(state.choices) <= set(each.members)), None)
    return dict(event.when) if event is not None else {}
