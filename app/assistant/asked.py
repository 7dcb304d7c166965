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
        cases = [_of(case) for case in procedure.cases]
        told = TOPICS.meant(self._said, cases)
        if told is not None:
            return procedure.cases[told].id
        picked = picker.pick(self.words.intersection(beside.words), self.markers)
        return None if picked is None or self.doubted(procedure, procedure.case(picked)) else picked

    @property
    def _said(self) -> str:
        return " ".join(folded_words(self.text or self.plain))

    def doubted(self, procedure: Procedure, case: Case) -> bool:
        """Whether a case is about what the message says nothing of (ly hôn), or it speaks of what another case is about (nước ngoài)."""
        return TOPICS.unlike(self._said, _of(case), [_of(each) for each in procedure.cases if each.id != case.id])


def _of(case: Case) -> str:
    return " ".join(folded_words(f"{case.name} {case.when}"))
