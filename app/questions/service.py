"""Questions that were not answered well, as the keeper sees them: in groups, with what is nearest, until dealt with.

Only masked text is read, and nothing says who asked. The command line uses this now, a page later.
"""

from __future__ import annotations

import asyncio
import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from app.assistant.knowing import Knowledge
from app.assistant.masking import mask
from app.database import Database
from app.errors import NotFound
from app.questions import proposals, repository
from app.questions.grouping import Meaning, group, key_of, meaning_of
from app.signed import Signed
from app.understanding.decision import State
from app.understanding.dialogue import decide
from app.understanding.text import clean

ID_LENGTH = 6  # hex digits: two of ten thousand questions seldom share them, and then the larger group is meant
MOST = 3_000  # different questions are grouped; of more, the newest


class Kind(StrEnum):
    """Why a question is looked at."""

    UNANSWERED = "unanswered"
    DISLIKED = "disliked"
    CLARIFIED = "clarified"
    """It was asked back, and the person wrote no more."""


@dataclass
class Question:
    """One question, however often it was asked in these words."""

    key: str
    text: str
    """As it was asked last: masked, on one line."""
    first: dt.datetime
    last: dt.datetime
    kinds: Counter[Kind] = field(default_factory=Counter)
    answered: Counter[str] = field(default_factory=Counter)
    """Codes of the procedures it was answered with."""
    times: int = 0
    nearest: str | None = None
    """Code of the procedure nearest to it, whether it was answered or not."""


@dataclass(frozen=True)
class Group:
    """Questions about one matter, the most typical first."""

    questions: tuple[Question, ...]

    @property
    def id(self) -> str:
        """Names the group while its typical question stays; `Questions.find` knows it by any of its questions."""
        return self.questions[0].key[:ID_LENGTH]

    @property
    def teachable(self) -> Question:
        """The most typical question in which no personal number was hidden; the most typical when there is none."""
        return next((question for question in self.questions if not mask(question.text).kinds), self.questions[0])

    @property
    def times(self) -> int:
        return sum(question.times for question in self.questions)

    @property
    def kinds(self) -> Counter[Kind]:
        return sum((question.kinds for question in self.questions), Counter[Kind]())

    @property
    def first(self) -> dt.datetime:
        return min(question.first for question in self.questions)

    @property
    def last(self) -> dt.datetime:
        return max(question.last for question in self.questions)


@dataclass(frozen=True)
class Near:
    """A procedure that questions of a group are nearest to."""

    code: str
    name: str
    share: float
    """Of the group's questions, weighted by how often they were asked (0-1)."""


class Questions:
    """What the keeper does with questions of one commune. `patience`: how long someone who was asked back is waited for."""

    def __init__(
        self,
        database: Database,
        knowledge: Knowledge,
        patience: dt.timedelta,
        commune_id: int = 1,
        clock: Callable[[], dt.datetime] = lambda: dt.datetime.now(dt.UTC),
        most: int = MOST,
        meanings: dict[str, Meaning] | None = None,
        until: dt.datetime | None = None,
    ) -> None:
        """`most`: of more different questions only the newest are grouped. `meanings`: known ones by text, of this knowledge; is added to.

        `until`: nothing that was asked from then on; days are counted back from the clock all the same.
        """
        self._until = until
        self._database, self._knowledge, self._patience = database, knowledge, patience
        self._commune_id, self._clock, self._most = commune_id, clock, most
        self._meanings = {} if meanings is None else meanings

    @property
    def database(self) -> Database:
        """Where the questions are."""
        return self._database

    async def close(self) -> None:
        """Give the database's connections back; they are opened again when needed."""
        await self._database.close()

    async def groups(self, days: int, kind: Kind | None = None) -> list[Group]:
        """Groups of the last days' questions that are not dealt with, those asked most first."""
        questions = await self._questions(days, kind)
        return await asyncio.to_thread(self._grouped, questions)  # seconds of computing, for thousands of questions

    def _grouped(self, questions: list[Question]) -> list[Group]:
        reader = self._knowledge.reader
        for question in questions:
            if question.text not in self._meanings:
                self._meanings[question.text] = meaning_of(mask(question.text).for_reading, reader)
        meanings = [self._meanings[question.text] for question in questions]
        for question, meaning in zip(questions, meanings, strict=True):
            question.nearest = meaning.code
        found = group([meaning.vector for meaning in meanings], [question.times for question in questions])
        return [Group(tuple(questions[at] for at in positions)) for positions in found]

    async def find(self, group_id: str, days: int, kind: Kind | None = None) -> Group:
        """The group with this id, or with a question whose digest begins so. Raises NotFound."""
        groups = await self.groups(days, kind)
        by_id = [each for each in groups if each.id == group_id]
        holding = [each for each in groups if any(question.key.startswith(group_id) for question in each.questions)]
        for each in (*by_id, *holding):
            return each
        raise NotFound(
            f"Không có nhóm {group_id} trong {days} ngày qua (có thể đã xử lý xong). Xem lại bằng gandan questions list; "
            "lúc xem có --days, --kind thế nào thì ở đây ghi như thế."
        )

    def nearest(self, found: Group, limit: int = 3) -> list[Near]:
        """The procedures that the group's questions are nearest to."""
        counts: Counter[str] = Counter()
        for question in found.questions:
            counts.update({question.nearest: question.times} if question.nearest else {})
        catalog = self._knowledge.catalog
        return [Near(code, catalog.procedures[code].name, count / found.times) for code, count in counts.most_common(limit)]

    def leading_to(self, found: Group, code: str, knowledge: Knowledge) -> list[Question]:
        """The questions that this knowledge answers with this procedure."""
        return [
            question
            for question in found.questions
            if answered_with(decide(knowledge.reader, mask(question.text).for_reading, State())) == code
        ]

    async def put_aside(self, found: Group, who: Signed | None = None) -> None:
        """Not to be listed again, however often it is asked; only when somebody dislikes a later answer. `who`: the record says so."""
        async with self._database.write() as session:
            await self._mark(session, (question.key for question in found.questions), None)
            if who is not None:
                await proposals.record_aside(session, who, found.id, found.teachable.text, found.times, self._clock())

    async def mark_taught(self, keys: Iterable[str], code: str, text: str = "", who: Signed | None = None) -> None:
        """Taught to a procedure: listed again only if it is asked in vain again.

        `text`: ends the proposal to teach it, and with `who` the record says who taught it. All of that or nothing.
        """
        async with self._database.write() as session:
            await self._mark(session, keys, code)
            if text:
                await proposals.mark_done(session, self._commune_id, text, code, self._clock())
            if text and who is not None:
                await proposals.record_taught(session, who, text, code, self._clock())

    async def is_taught(self, text: str, code: str) -> bool:
        """Whether this was marked as taught to this procedure."""
        async with self._database.read() as session:
            dealt = await repository.dealt_questions(session, self._commune_id)
        return dealt.get(key_of(text), (None, None))[1] == code

    async def propose(self, who: Signed, text: str, code: str, keys: Iterable[str]) -> None:
        """Keep a proposal to teach this; until then these are dealt with. Raises BadInput when it is kept already."""
        async with self._database.write() as session:
            await proposals.propose(session, who, text, code, self._clock())
            await self._mark(session, keys, code)

    async def _mark(self, session: AsyncSession, keys: Iterable[str], code: str | None) -> None:
        await repository.mark_dealt(session, self._commune_id, keys, self._clock(), code)

    async def _questions(self, days: int, kind: Kind | None) -> list[Question]:
        """Different questions, the newest first."""
        now = self._clock()
        async with self._database.read() as session:
            rows = await repository.answers_to_look_at(session, self._commune_id, now - dt.timedelta(days=days))
            dealt = await repository.dealt_questions(session, self._commune_id)
        if self._until is not None:
            rows = [row for row in rows if row.asked_at < self._until]
        questions: dict[str, Question] = {}
        for row in rows:
            kinds = self._kinds(row, now)
            key = key_of(row.masked_text)
            if not kinds or (kind is not None and kind not in kinds) or _is_dealt(dealt.get(key), kinds, row):
                continue
            question = questions.setdefault(key, Question(key, "", row.asked_at, row.asked_at))
            question.text = clean(row.masked_text)
            question.kinds.update(kinds if kind is None else [kind])
            question.answered.update([row.code] if row.code else [])
            question.times += 1
            question.last = row.asked_at  # rows come oldest first
        newest = sorted(questions.values(), key=lambda question: (question.last, question.key), reverse=True)
        return newest[: self._most]

    def _kinds(self, row: Any, now: dt.datetime) -> set[Kind]:
        kinds = set()
        if row.feedback == "bad":
            kinds.add(Kind.DISLIKED)
        if row.status == "unknown":
            kinds.add(Kind.UNANSWERED)
        # Of who was forgotten since, nobody knows whether they wrote on.
        if row.status == "clarify" and row.known and min(row.next_at or now, now) - row.asked_at > self._patience:
            kinds.add(Kind.CLARIFIED)
        return kinds


def answered_with(decision: Any) -> str | None:
    """The procedure a decision answers with first, or None when it does not answer with one."""
    return decision.parts[0].code if decision.outcome == "answer" and decision.parts else None


def _is_dealt(dealt: tuple[dt.datetime, str | None] | None, kinds: set[Kind], row: Any) -> bool:
    """Whether the keeper has dealt with this. A dislike that came afterwards is news, and so is asking in vain what was taught."""
    if dealt is None:
        return False
    dealt_at, code = dealt
    disliked_at = row.feedback_at if Kind.DISLIKED in kinds else None
    if (disliked_at or row.asked_at) <= dealt_at:
        return True
    return code is None and disliked_at is None
