"""«Thường trú với tạm trú khác nhau sao»: what each of two look-alikes is for, and the question which one is needed.

Also «khác nhau chỗ nào» after a question that offered several, and «cần làm tạm trú hay thường trú».
"""

from __future__ import annotations

import re
from dataclasses import replace

from app.understanding.decision import Decision, State
from app.understanding.reader import Reader, Reading
from app.understanding.rules import Aspect
from app.understanding.terms import Entry, Kind

CLEAR, NAMED = 0.75, 0.6  # confidence, and overlap with its name, from which a piece of a message is about one procedure
WHOLE = 0.9  # share of the piece that it must know
LIKELY = 0.3  # confidence of a piece that is enough where the message says outright that it compares
OPTION, POSSIBLE = 0.1, 0.01  # probabilities from which a piece, and the whole message, may mean a look-alike of what is named
LENGTH, EITHER_LENGTH = 18, 14  # most words of a message that compares, and of one that asks «A hay B», «A khác B chỗ nào»
MOST = 3
_BETWEEN = re.compile(r"(?i)\b(?:so với|so voi|khác|khac|với|voi|vs|và|va|hay là|hay la|hay)\b|[,;?!.\n]")
_EITHER = re.compile(r"(?i)\b(?:khác|khac|hay là|hay la|hay)\b")
_COMPARING = re.compile(
    r"(?i)\b(?:giữa|giua|cái nào|cai nao|là (?:một|1)|la (?:mot|1)|nhanh hơn|nhanh hon|rẻ hơn|re hon|phân biệt|phan biet|so sánh|so sanh|(?:khác|khac|giống|giong)(?: gì| gi| chi| j)? (?:nhau|biệt|biet))\b"
)


def is_clear(part: Reading) -> bool:
    """Whether a piece of a message is surely about the procedure on top."""
    if part.top is None or part.top.kind is not Kind.PROCEDURE or part.ranking is None or not part.query.content:
        return False
    return (part.confidence >= CLEAR or part.ranking.name_overlap >= NAMED) and part.ranking.coverage >= WHOLE


def _is_family(part: Reading) -> bool:
    return part.top is not None and part.top.kind is Kind.FAMILY and part.confidence >= CLEAR


def compared(reader: Reader, text: str, reading: Reading, state: State) -> Decision | None:
    """The difference asked about, or None when the message compares nothing that we hold."""
    words = reading.query.words.plain.split()
    if reading.signs.compares and len(words) <= LENGTH:
        codes = _compared(reader, text, reading, state)
    elif (
        not reading.exact
        and {"hay", "khac"} & set(words)
        and len(words) <= EITHER_LENGTH
        and Aspect.CONDITIONS not in reading.signs.aspects
    ):
        parts = _pieces(reader, text, _EITHER)
        both = len(parts) == 2 and any(map(is_clear, parts)) and all(is_clear(part) or _is_family(part) for part in parts)
        codes = _named(reader, parts, None) if both else ()
        codes = codes if len(codes) == 2 and codes[1] in _related(reader, codes[0]) else ()
    else:
        return None
    if len(codes) < 2:
        return _one_family(reader, text, reading, state) if reading.signs.compares else None
    procedures = tuple(code for code in codes if ":" not in code)
    after = replace(state, code=None, recent=procedures, choices=codes, labels=(), elsewhere="")
    return Decision("clarify", "difference", procedures, reading.aspects, choices=codes, confidence=0.9, state=after)


def _one_family(reader: Reader, text: str, reading: Reading, state: State) -> Decision | None:
    """«Sổ đỏ với sổ hồng»: two names of what leads to the same procedures. Which of those is asked."""
    tops = [part.top for part in _pieces(reader, text)]
    family = tops[0] if len(tops) > 1 else None
    if family is None or family.kind is not Kind.FAMILY or any(top is not family for top in tops):
        return None
    after = replace(state, choices=family.members, labels=())
    codes = tuple(code for code in family.members if ":" not in code)
    return Decision("clarify", "vague", codes, reading.aspects, choices=family.members, family=family.id, confidence=0.9, state=after)


def _pieces(reader: Reader, text: str, between: re.Pattern[str] = _BETWEEN) -> list[Reading]:
    """The parts of a message between «với», «khác», «hay», read one by one; those that say nothing left out."""
    parts = (reader.read(piece) for piece in between.split(_COMPARING.sub(" ", text)) if piece.strip())
    return [part for part in parts if part.query.content and part.top is not None]


def _compared(reader: Reader, text: str, reading: Reading, state: State) -> tuple[str, ...]:
    """The two or three that are named; or those offered; or the one in mind and its look-alike."""
    parts = _pieces(reader, text)
    found = _named(reader, parts, state.code)
    offered = tuple(choice for choice in state.choices if ":" not in choice)
    if not found and len(offered) > 1:
        return offered
    likely = reading.entries if found else ()
    if len(found) < 2 and state.code is not None and state.code not in found:
        found = (state.code, *found)
    if len(found) == 1 and sum(not part.query.only_acts for part in parts) < 2:  # else it is two names of one thing
        return (*found, *_alike(reader, likely, found[0]))
    return found


def _named(reader: Reader, parts: list[Reading], mind: str | None) -> tuple[str, ...]:
    """What the pieces name, in their order. The surest one tells what a piece that may mean several stands for.

    `mind`: the procedure in mind, whose look-alike may be meant.
    """
    surest = max(parts, key=lambda part: (is_clear(part), not part.query.only_acts, part.confidence), default=None)
    if surest is None:
        return ()
    anchor = _meant(surest, _related(reader, mind))
    related = _related(reader, anchor)
    others = related - {anchor or ""}
    named = [anchor if part is surest else _meant(part, others) for part in parts if part is surest or part.top is not surest.top]
    return tuple(dict.fromkeys(code for code in named if code is not None))[:MOST]


def _meant(part: Reading, related: frozenset[str]) -> str | None:
    """What a piece names: something of `related` when it may mean that, else what is likeliest; None when that is nothing."""
    top = part.top
    if top is None or top.kind in (Kind.INTENT, Kind.EVENT):
        return None
    of_family = top.members if top.kind is Kind.FAMILY else ()
    options = (top.id, *of_family, *(entry.id for entry, p in part.entries if p >= OPTION))
    beside = next((code for code in options if code in related), None)
    if is_clear(part) or beside is None:
        sure = is_clear(part) or (part.confidence >= LIKELY and not part.query.only_acts)
        return (of_family or (top.id,))[0] if sure else None
    return beside


def _related(reader: Reader, code: str | None) -> frozenset[str]:
    number = reader.index.number_of.get(code or "")
    return reader.index.entries[number].related if number is not None else frozenset()


def _alike(reader: Reader, entries: tuple[tuple[Entry, float], ...], code: str) -> list[str]:
    """The look-alike that the message speaks of most, else the one with the most similar name; none where there is none."""
    related = _related(reader, code)
    if not related:
        return []
    by_name = reader.read(reader.index.entries[reader.index.number_of[code]].names[0]).entries
    likely = [entry.id for entry, p in entries if entry.id in related and p >= POSSIBLE and entry.kind is Kind.PROCEDURE]
    return (likely + [entry.id for entry, _ in by_name if entry.id in related and entry.kind is Kind.PROCEDURE])[:1]
