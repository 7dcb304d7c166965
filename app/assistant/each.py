"""A question while a list of procedures is open: what is asked, said shortly for each of them, so that one can choose."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace

from app.assistant.asked import Asked
from app.assistant.asking import Asking
from app.assistant.guiding import LISTS, OFTEN, Guiding
from app.assistant.replies import Replies
from app.catalog.content import Procedure
from app.messages import Choice, Line, Reply
from app.understanding.decision import Decision
from app.understanding.rules import Aspect

AT_MOST = 4  # procedures; of more, nobody reads what is true for each
ASPECTS = 2  # of one question
ITEMS = 4  # of a list; the whole of it stands on the card


class Each:
    """Says for each of a few procedures what was asked."""

    def __init__(self, replies: Replies, guiding: Guiding, asking: Asking) -> None:
        self._replies, self._guiding, self._asking = replies, guiding, asking

    def again(self, choices: Sequence[Choice], decision: Decision, asked: Asked) -> tuple[Reply, Decision]:
        """Something about an open list: what is asked, of each; else the list once more, and after that who knows."""
        found = [asked.knowledge.catalog.current(choice.send) for choice in choices]
        offered = [procedure for procedure in found if procedure is not None]
        told = self.told(offered, decision.aspects, asked.plain, asked.now.date()) if len(offered) == len(choices) else ()
        if told:
            decision = replace(decision, state=replace(decision.state, unheard=0))
            return Reply(paragraphs=told, choices=tuple(choices), closing=self._say("closing", asked), feedback=True), decision
        if decision.state.unheard >= OFTEN:  # the list has not helped twice: it is still open, and not shown again
            return Reply(paragraphs=self._say("often", asked)), decision
        return Reply(paragraphs=self._say("paragraphs", asked), choices=tuple(choices)), decision

    def _say(self, words: str, asked: Asked) -> tuple[str, ...]:
        context = {"commune": asked.local.profile, "question": "", "nothing_said": False, "again": True}
        return self._replies.say_all(self._replies.get(f"clarify.{words}"), context)

    def told(self, procedures: Sequence[Procedure], heard: tuple[Aspect, ...], plain: str, today: dt.date) -> tuple[str, ...]:
        """A paragraph for each, or one when the same is true for all; nothing when there are too many, or nothing was asked."""
        if not heard or not 1 < len(procedures) <= AT_MOST or Aspect.QR in heard:
            return ()
        said: dict[str, list[str]] = {}
        for number, procedure in enumerate(procedures, 1):
            said.setdefault(self._of(procedure, heard, plain, today), []).append(f"{number}. {procedure.name}")
        words, count = self._replies.get("clarify"), len(procedures)
        if len(said) == 1:
            return (self._replies.say(words["of_all"], {"count": count, "text": next(iter(said))}),)
        return tuple(self._replies.say(words["of_each"], {"names": names, "text": text}) for text, names in said.items())

    def _of(self, procedure: Procedure, heard: tuple[Aspect, ...], plain: str, today: dt.date) -> str:
        aspects = self._asking.aspects(procedure, heard, plain)[:ASPECTS]
        lines = self._guiding.together(procedure, procedure.cases, aspects, today).lines
        return " ".join(_shortly(line, listed=aspect in LISTS) for aspect, line in zip(aspects, lines, strict=True))


def _shortly(line: Line, *, listed: bool) -> str:
    """A line in one sentence or two; of a list that stands under a heading of its own, the list alone."""
    items = "; ".join(item.rstrip(".") for item in line.items[:ITEMS]) + ("…" if len(line.items) > ITEMS else "." if line.items else "")
    text = line.text if not (listed and items) else ""
    return f"{line.label}: {' '.join(filter(None, (text, items)))}"
