"""What is known of a message beside what was decided about it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

from app.assistant.knowing import Knowledge
from app.assistant.options import beside_name
from app.catalog.content import Procedure
from app.local.snapshot import Snapshot
from app.understanding.decision import State


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
        return picker.pick(self.words.intersection(beside.words), self.markers)
