"""What is known of a message beside what was decided about it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

from app.assistant.knowing import Knowledge
from app.assistant.options import beside_name
from app.assistant.told import Topics
from app.catalog.content import Case, Procedure
from app.local.snapshot import Snapshot
from app.understanding.decision import State
from app.understanding.text import folded_words

TOPICS = Topics()


@dataclass(frozen=True)
class Asked:
    """What the composer needs beside the decision. `now` is local time of the ward."""

    knowledge: Knowledge
    plain: str
    words: frozenset[str]
    markers: frozenset[str]
    now: dt.datetime
    local: Snapshot
    text: str = ""
    """As typed, personal numbers out: `2/9` and `16:30` are told apart by their signs."""
    before: State = field(default_factory=State)
    """What was in mind before this message."""

    def guessed_case(self, procedure: Procedure) -> str | None:
        """The case whose own words the message has most of; «có được ủy quyền không», asked after the matter itself, tells none."""
        picker = self.knowledge.pickers.get(procedure.code)
        if picker is None:
            return None
        beside = beside_name(self.text or self.plain, procedure, self.knowledge.reader.index)
        if beside.asks_whether and self.before.code == procedure.code:
            return None
        picked = picker.pick(self.words.intersection(beside.words), self.markers)
        if picked is None:
            return self._issued_abroad(procedure)
        return None if self.doubted(procedure, procedure.case(picked)) else picked

    def _issued_abroad(self, procedure: Procedure) -> str | None:
        """«Bằng học ở Úc»: the one case that is about what a foreign country issued."""
        if not TOPICS.about("issued_abroad", " ".join(folded_words(self.text or self.plain))):
            return None
        found = [case.id for case in procedure.cases if TOPICS.about("by_abroad", _of(case))]
        return found[0] if len(found) == 1 else None

    def doubted(self, procedure: Procedure, case: Case) -> bool:
        """Whether a case is about what the message says nothing of (ly hôn), or it speaks of what another case is about (nước ngoài)."""
        said = " ".join(folded_words(self.text or self.plain))
        return TOPICS.unlike(said, _of(case), [_of(each) for each in procedure.cases if each.id != case.id])


def _of(case: Case) -> str:
    return " ".join(folded_words(f"{case.name} {case.when}"))
