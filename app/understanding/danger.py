"""Somebody is in danger, in despair, lost or robbed: it comes before any procedure, and is not forgotten with the next message."""

from __future__ import annotations

import re
from dataclasses import replace

from app.understanding.decision import Decision, State
from app.understanding.reader import Reading
from app.understanding.single import told
from app.understanding.terms import Kind

REMEMBERED = frozenset({"emergency", "despair", "violence", "foundling", "missing", "robbed", "crime"})
"""Intents after which a message that names no procedure is about the same."""
HEARD = REMEMBERED | {"lure", "scam_check"}
"""Intents that are believed on little likeness rather than that nothing is understood."""
POLITE = frozenset({"thanks", "greeting", "goodbye"})
_PAPERS = re.compile(
    r"\b(?:giay|ho so|so do|thu tuc|don|no|vay|khat no|ngan hang|tien|ho tro|den bu|den|boi thuong|bao hiem|tro cap|che do)\b"
)
LEAVES = 0.65  # confidence from which a message is about something else
LIKENESS = 0.25  # probability of danger from which it is believed where nothing else is sure


def still(reading: Reading, state: State) -> Decision | None:
    """«Không ai quan tâm đâu», «ở số 12 đường Mẫu», «cần giấy gì»: the help of before, shortly."""
    if not state.danger or _leaves(reading) or (state.danger == "emergency" and _asks_for_papers(reading)):
        return None
    return Decision("other", state.danger, confidence=0.6, inherited=True, state=replace(state, choices=(), labels=()))


def perhaps(reading: Reading, decision: Decision, state: State) -> Decision:
    """The decision; or help, where nothing is understood and it sounds like danger."""
    likely = {entry.id.removeprefix("intent:"): p for entry, p in reading.entries if entry.kind is Kind.INTENT}
    heard = {name: p for name, p in likely.items() if name in HEARD}
    if decision.outcome not in ("unknown", "clarify") or reading.signs.beside or sum(heard.values()) < LIKENESS:
        return decision
    best = max(heard, key=lambda name: heard[name])
    return told(reading, best, heard[best], state)


def remembered(reading: Reading, decision: Decision, state: State) -> Decision:
    """The decision with what it leaves in mind of danger, and what to say of it beside a procedure."""
    if decision.intent in REMEMBERED:
        return replace(decision, state=replace(decision.state, danger=decision.intent))
    kept = state.danger if decision.intent in POLITE else ""
    sure = reading.signs.sure
    beside = reading.signs.beside or (sure if sure in HEARD else "") or ""
    beside = "" if beside == decision.intent else beside
    return replace(decision, beside=beside, state=replace(decision.state, danger=kept))


def _asks_for_papers(reading: Reading) -> bool:
    """«Nợ ngân hàng thì răng, có được khất không» after a flood: who asks for papers or money is out of the water."""
    return bool(reading.aspects) and _PAPERS.search(reading.query.words.plain) is not None


def _leaves(reading: Reading) -> bool:
    """Whether a message is clearly about something else: it names it, or says thanks."""
    signs, top = reading.signs, reading.top
    if reading.exact or signs.sure is not None or not POLITE.isdisjoint(signs.intents):
        return True
    if top is None or reading.only_asks or reading.confidence < LEAVES:
        return False
    return top.kind is not Kind.INTENT or top.id.removeprefix("intent:") in signs.intents
