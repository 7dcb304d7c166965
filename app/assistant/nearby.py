"""What stands near an answer and is offered with it: the matter that pays, the step that comes first, the counter."""

from __future__ import annotations

import re
from dataclasses import dataclass

from app.assistant.replies import Replies
from app.assistant.told import Topics
from app.catalog.catalog import Catalog
from app.catalog.content import Handler, LookAlike, Procedure
from app.commune import CommuneProfile
from app.messages import Card, Line, Reply
from app.understanding.decision import Part, State
from app.understanding.rules import Aspect
from app.understanding.text import fold, folded_words

MOST = 2  # matters offered


@dataclass(frozen=True)
class Offer:
    """Matters to choose from, and the reply that says why."""

    codes: tuple[str, ...]
    reply: Reply


class Nearby:
    """Looks at the look-alikes of a procedure and at what the ward says of its counters."""

    def __init__(self, replies: Replies, topics: Topics) -> None:
        self._replies, self._topics = replies, topics

    def pays(self, procedure: Procedure) -> bool:
        """Whether one receives money by it."""
        amounts = any(note.about == "amount" for note in procedure.notes)
        return amounts or self._topics.about("pays", fold(f"{procedure.name} {procedure.official_name}"))

    def gives(self, procedure: Procedure) -> bool:
        """Whether one receives money by it, though its name says something else."""
        said = f"{procedure.name} {procedure.official_name} {procedure.summary} {procedure.result}"
        return self.pays(procedure) or self._topics.about("money", " ".join(folded_words(said)))

    def receiving(self, plain: str) -> bool:
        """Whether folded words ask what one receives: «được mấy tiền»."""
        return self._topics.about("receiving", plain)

    def _aided(self, text: str) -> bool:
        """Whether it asks if one gets money: «có được trợ cấp không»."""
        return self._topics.about("aided", " ".join(folded_words(text)))

    def offer(self, reply: Reply, part: Part, procedure: Procedure, text: str, before: State, catalog: Catalog) -> Offer | None:
        """What is offered beside an answer about a procedure instead of its cases; None when nothing is near."""
        if (Aspect.AMOUNT in part.aspects or self._aided(text)) and not self.gives(procedure):
            likely = [(other, catalog.current(other.code)) for other in procedure.lookalikes]
            paying = [other for other, found in likely if found is not None and self.pays(found)][:MOST]
            return self._paying(reply, paying) if paying else None
        first = self._first(procedure, text, before)
        return None if first is None else self._before(reply, first, again=bool(part.aspects) and first.code in before.choices)

    def _paying(self, reply: Reply, paying: list[LookAlike]) -> Offer:
        """The card says which matter pays, and when."""
        words = self._replies.get("card")
        [card], more = reply.cards, tuple(other.difference for other in paying)
        lines = [
            line.model_copy(update={"items": (*line.items, *more)}) if line.label == words["amount"]["label"] else line
            for line in card.lines
        ]
        return Offer(tuple(other.code for other in paying), _with(reply, card, tuple(lines), words["paying"]))

    def _before(self, reply: Reply, first: LookAlike, *, again: bool) -> Offer:
        """`again`: it was said, and something else is asked: it is only offered."""
        words, [card] = self._replies.get("card"), reply.cards
        line = Line(label=words["first"]["label"], text=first.difference)
        return Offer((first.code,), _with(reply, card, card.lines if again else (line, *card.lines), words["first"]["offer"]))

    def _first(self, procedure: Procedure, text: str, before: State) -> LookAlike | None:
        """What is done before, of whom the owner has died: told now, or told before and offered then, while nothing else is known."""
        plain = " ".join(folded_words(text))
        offered = before.choices if before.code == procedure.code else ()
        for other in procedure.lookalikes:
            if self._topics.about("first", " ".join(folded_words(other.difference))):
                told = self._topics.about("died", plain)
                return other if told or other.code in offered else None
        return None

    def counter(self, procedure: Procedure, text: str, commune: CommuneProfile) -> Line | None:
        """The counter of the ward that takes it in, when that is asked and the ward names one."""
        if procedure.handled_by is Handler.COMMUNE_POLICE or not self._topics.about("counter", " ".join(folded_words(text))):
            return None
        named = f" {' '.join(folded_words(f'{procedure.name} {procedure.official_name}'))} "
        found = [
            counter.name
            for counter in commune.counters
            if any(f" {' '.join(folded_words(matter))} " in named for matter in re.split("[,;.]", counter.handles) if matter.strip())
        ]
        words = self._replies.get("card.counter")
        said = {"name": found[0], "commune": commune} if len(found) == 1 else None
        return None if said is None else Line(label=words["label"], text=self._replies.say(words["text"], said))


def _with(reply: Reply, card: Card, lines: tuple[Line, ...], closing: str) -> Reply:
    """The reply with other lines, and with other words instead of the question which case it is."""
    kept = reply.closing[:-1] if reply.choices else reply.closing
    cards = (card.model_copy(update={"lines": lines}),)
    return reply.model_copy(update={"cards": cards, "closing": (*kept, closing)})
