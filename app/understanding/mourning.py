"""What the family of somebody who died is due, by what the dead received: «ông có lương hưu», then «tiền mai táng thì sao».

What the dead would have applied for himself is no answer any more.
"""

from __future__ import annotations

from dataclasses import replace

from app.understanding.choosing import choose
from app.understanding.decision import Decision, State
from app.understanding.reader import Reader, Reading
from app.understanding.text import fold


def for_the_family(reader: Reader, reading: Reading, state: State) -> Decision | None:
    """«Ông có lương hưu», «tiền mai táng bao nhiêu» after a death was told: what the family is due, not what he would apply for."""
    pressed = reading.query.words.plain in map(fold, state.labels)
    if not state.died or reading.exact or reading.signs.intents or pressed:
        return None
    said = reader.leanings.due(reading.query.words.original)
    if said.asks_what_first in reader.index.number_of:
        return choose(said.asks_what_first, reading.aspects, state)
    target = said.by_what_he_received if not reading.signs.wants else ""
    target = target or (state.due if said.is_asked else "")
    if target == state.code or target not in reader.index.number_of:
        return None
    decision = choose(target, reading.aspects, state)
    return replace(decision, inherited=True) if target == state.elsewhere else decision


def remembering(reader: Reader, reading: Reading, decision: Decision, state: State) -> Decision:
    """Keeps in mind what the family is due, once a death and what the dead received were told."""
    original = reading.query.words.original
    told = bool(state.died) or reader.leanings.mourns(original)
    due = (reader.leanings.due(original).by_what_he_received if told else "") or ("" if decision.intent == "restart" else state.due)
    return decision if due == decision.state.due else replace(decision, state=replace(decision.state, due=due))
