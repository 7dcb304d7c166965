"""Where a conversation meets what people follow: a message is heard as a wish, or is left to the understanding as it is."""

from __future__ import annotations

from dataclasses import replace

from app.subscribers.hearing import Act, Expects, Listener, Wish
from app.understanding.danger import HEARD
from app.understanding.decision import Decision, State

FIRST = HEARD | {"injection", "abuse", "restart"}
"""Intents that come before any wish."""
PERHAPS = {"follow": Act.TOPICS, "unfollow": Act.MINE, "why_received": Act.WHY, "my_subscriptions": Act.MINE}
"""What is done where only likeness speaks for an intent: something that asks and changes nothing."""
NAME_LENGTH = 5  # words of a group's name without «tổ», «thôn»
ASKS_ERASURE = "delete_data"


def heard(listener: Listener | None, decision: Decision, text: str, state: State) -> tuple[Decision, Wish | None]:
    """The decision with the wish in a message, if there is one. `state` is the state before the message."""
    decision = replace(decision, state=replace(decision.state, expects=Expects.NOTHING))
    if listener is None or decision.intent in FIRST:
        return decision, None
    wish = listener.hear(text, state.expects) or _perhaps(listener, decision, text, state)
    if wish is None and decision.intent == ASKS_ERASURE:
        return replace(decision, state=replace(decision.state, expects=Expects.ERASE)), None
    if wish is None or not wish.sure:
        return decision, wish
    after = replace(state, choices=(), labels=(), expects=Expects.NOTHING)
    return Decision("other", str(wish.act), confidence=0.99, state=after), wish


def _perhaps(listener: Listener, decision: Decision, text: str, state: State) -> Wish | None:
    if decision.intent in PERHAPS:
        return Wish(PERHAPS[decision.intent], words=text)
    if state.expects != Expects.GROUP or decision.intent == ASKS_ERASURE:
        return None
    if decision.outcome in ("unknown", "clarify") and len(text.split()) <= NAME_LENGTH:
        return Wish(Act.GROUP, group=" ".join(text.split()), words=text, sure=False)
    # It may mean something else; where it is the very name of a group, it answers the question all the same.
    return Wish(Act.GROUP, group=listener.bare_name(text), words=text, sure=False, whole=True)
