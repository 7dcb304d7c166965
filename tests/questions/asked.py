"""Answers as the assistant records them, for tests about questions."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from itertools import count

from app.assistant.models import Answer, Conversation
from app.database import Database

NOW = dt.datetime(2026, 11, 22, 3, 0, tzinfo=dt.UTC)


@dataclass
class Ward:
    """Writes what was asked into a database."""

    database: Database
    now: dt.datetime = NOW
    _numbers: count[int] = field(default_factory=lambda: count(1))

    async def person(self) -> int:
        """A fresh conversation; its id."""
        async with self.database.write() as session:
            row = Conversation(commune_id=1, channel="web", person=f"nguoi-{next(self._numbers)}", state={}, updated_at=self.now)
            session.add(row)
            await session.flush()
            return row.id

    async def ask(
        self,
        text: str,
        status: str = "unknown",
        *,
        minutes_ago: float = 600,
        person: int | None = None,
        code: str | None = None,
        feedback: str | None = None,
        feedback_minutes_ago: float | None = None,
        commune: int = 1,
    ) -> None:
        """One answered question."""
        asked_at = self.now - dt.timedelta(minutes=minutes_ago)
        number = next(self._numbers)
        liked_at = self.now - dt.timedelta(minutes=minutes_ago if feedback_minutes_ago is None else feedback_minutes_ago)
        async with self.database.write() as session:
            session.add(
                Answer(
                    id=f"{number:032x}", commune_id=commune, conversation_id=person, channel="web", message_id=f"m{number}",
                    asked_at=asked_at, masked_text=text, status=status, intent="procedure", code=code, case_id=None, aspects=[],
                    confidence=0.2, catalog_version="0" * 12, app_version="0.1.0", reply={"paragraphs": ["…"]}, elapsed_ms=1.0,
                    feedback=feedback, feedback_at=liked_at if feedback else None,
                )
            )  # fmt: skip
