"""What a reply says to a labelled message, beside which procedure was found: whether the citizen is asked something."""

from __future__ import annotations

import datetime as dt

from app.assistant.asked import Asked
from app.assistant.composer import Composer
from app.assistant.knowing import Knowledge
from app.calendar.opening import VIETNAM
from app.commune import load_commune
from app.local.snapshot import Snapshot
from app.settings import ROOT
from app.templates import environment
from app.understanding.decision import Decision
from tests.evaluation.questions import Question

NOON = dt.datetime(2026, 11, 23, 12, tzinfo=VIETNAM)


class Speaker:
    """Composes replies as the assistant does, for the ward of the sample."""

    def __init__(self, knowledge: Knowledge) -> None:
        self._composer = Composer(environment(), "https://phuong.example.vn")
        self._local = Snapshot.of_file(load_commune(ROOT / "procedures" / "commune.sample.yaml"))
        self._knowledge = knowledge

    def asks(self, question: Question, decision: Decision) -> bool:
        """Whether the reply holds a question of its own, with answers to choose from: which matter, or which case of it."""
        query = self._knowledge.reader.index.query(question.text)
        asked = Asked(
            self._knowledge, query.words.plain, frozenset(query.content), query.markers, now=NOON, local=self._local, text=question.text
        )
        reply, _ = self._composer.compose(decision, asked)
        return bool(reply.choices) and any("?" in line for line in (*reply.paragraphs, *reply.closing))
