"""Which look-alike of the matter in hand a message turns to: «còn gia hạn thì sao», «không phải đổi, bị mất cơ», «nghỉ hẳn luôn thì sao»."""

from __future__ import annotations

import re

from app.understanding.decision import SURE_ENOUGH, State
from app.understanding.heard import as_well, supposed, without_joining
from app.understanding.reader import Reader, Reading
from app.understanding.terms import Kind

SIBLING_WORDS = 2  # that say something, of a message that only adds to the one in mind
POSSIBLE = 0.01  # probability of a look-alike together with the one in mind
LIKELY = 0.6  # probability of a look-alike that «còn …» and «à nhầm, …» are about
MOST = 0.5  # probability among look-alikes alone, of the one that a correction means
MORE = 0.15  # of the words of a correction, that the one meant has more of than the one taken back
NAMED, NAMED_ALONE = 0.6, 0.7  # overlap with a procedure's name from which the message names it; and nothing else
FEW_WORDS = 4  # that say something, of a correction that is read among the look-alikes
_HAS_NOT = re.compile(r"(?i)^(?:không|khong|ko|k|hông|hong) (?!phải|phai)\w")


def another(reader: Reader, text: str, reading: Reading, state: State) -> str | None:
    """The look-alike of the one in mind that a message is likely about, though by itself it would not turn; None when it is about none."""
    number = reader.index.number_of.get(state.code or "")
    if number is None or not reading.entries:
        return None
    if reading.signs.correction and _HAS_NOT.match(text) is None:
        return _corrected(reader, text, reading, number)
    top, p = reading.entries[0]
    if top.kind is Kind.PROCEDURE and top.id in reader.index.entries[number].related:
        if as_well(text) and p >= LIKELY:
            return top.id
        differs = not reading.query.markers.isdisjoint(reader.index.markers.variants)  # «chưa kết hôn thì sao» tells how things are
        if differs and supposed(text) is not None and _adds_its_marker(reader, reading, number, top.id):
            return top.id
    return sibling(reader, without_joining(text), state) if as_well(text) else None


def _corrected(reader: Reader, text: str, reading: Reading, number: int) -> str | None:
    """«Không phải đổi, bị mất cơ»: what is left is read among the look-alikes alone; it is one that knows more of it, or has its marker."""
    index = reader.index
    entry, (top, p) = index.entries[number], reading.entries[0]
    few = len(set(reading.query.content)) <= FEW_WORDS
    if top.id == entry.id or not entry.related:
        return None
    if top.id in entry.related and top.kind is Kind.PROCEDURE and (p >= LIKELY or (reading.denied and few)):
        return top.id
    among = tuple(each.id for each in index.entries if each.id in entry.related and each.kind is Kind.PROCEDURE)
    if not among or not few or reading.aspects or reading.confidence >= SURE_ENOUGH:
        return None
    best, p = reader.read(f"{text} {entry.names[0]}", among=among).entries[0]
    covers, _ = index.coverage(reading.query)
    more = float(covers[index.number_of[best.id]] - covers[number]) >= MORE
    return best.id if p >= MOST and (more or _adds_its_marker(reader, reading, number, best.id)) else None


def _adds_its_marker(reader: Reader, reading: Reading, number: int, other: str) -> bool:
    """Whether the message says what tells the other from the one in mind (mất, nước ngoài, hẳn…)."""
    index, said = reader.index, reading.query.markers
    there = index.number_of[other]
    added = said - index.class_markers[number]
    if added:
        return added <= index.class_markers[there]
    named = _name_markers(reader, there) - _name_markers(reader, number)
    return not named.isdisjoint(said)


def _name_markers(reader: Reader, number: int) -> frozenset[str]:
    return frozenset(reader.index.query(reader.index.entries[number].names[0]).markers)


def names_another(reading: Reading, code: str) -> bool:
    """«kết hôn», and nothing around it: the name of another than the one in mind, or a way of asking for it."""
    if reading.top is None or reading.top.id == code or reading.top.kind is Kind.INTENT:
        return False
    overlap = reading.ranking.name_overlap if reading.ranking else 0.0
    asks_within = reading.signs.needs or reading.signs.supposes
    return reading.exact or (overlap >= NAMED_ALONE and reading.confidence >= SURE_ENOUGH and not asks_within)


def _names(reading: Reading) -> bool:
    """Whether the message says the name of the likeliest."""
    return reading.ranking is not None and reading.ranking.name_overlap >= NAMED


def sibling(reader: Reader, text: str, state: State) -> str | None:
    """«còn gia hạn thì sao» after tạm trú: the look-alike of the one in mind that has what the message adds, or None."""
    index = reader.index
    number = index.number_of.get(state.code or "")
    reading = reader.read(text)
    if number is None or len(set(reading.query.content)) > SIBLING_WORDS:
        return None
    related = index.entries[number].related
    if _names(reading) and reading.top is not None and reading.top.kind is Kind.PROCEDURE:
        return reading.top.id if reading.top.id in related else None
    added = reading.query.markers - index.class_markers[number]
    if not added:
        return None
    together = reader.read(f"{text} {index.entries[number].names[0]}")
    likely = (entry for entry, p in together.entries if p >= POSSIBLE and entry.id in related and entry.kind is Kind.PROCEDURE)
    return next((entry.id for entry in likely if added <= index.class_markers[index.number_of[entry.id]]), None)


def with_topic(reader: Reader, text: str, state: State) -> Reading | None:
    """«còn gia hạn?» after a question on tạm trú: read the message together with the name in mind."""
    number = reader.index.number_of.get(state.code or "")
    if number is None:
        return None
    name = reader.index.entries[number].names[0]
    together = reader.read(f"{text} {name}")
    top = together.top
    if top is None or top.kind is not Kind.PROCEDURE or together.confidence < SURE_ENOUGH:
        return None
    if top.id == state.code:
        return None
    asked = reader.index.query(text).markers
    new = reader.index.class_markers[reader.index.number_of[top.id]]
    old = reader.index.class_markers[number]
    return together if asked & (new - old) else None
