"""The assistant with its memory: one message in, one recorded reply out."""

from __future__ import annotations

import datetime as dt
import secrets
import time
from dataclasses import asdict, dataclass, replace
from typing import Any

import structlog

from app import __version__
from app.assistant import repository
from app.assistant.models import Answer
from app.assistant.pipeline import Pipeline, Turn
from app.database import Database
from app.messages import Incoming, Reply
from app.settings import Settings
from app.understanding.dialogue import State
from app.understanding.rules import Aspect

log = structlog.get_logger()


@dataclass(frozen=True)
class Exchange:
    """One recorded question and answer, as the citizen sees it."""

    masked_text: str
    reply: Reply
    asked_at: dt.datetime
    answer_id: str
    feedback: str | None


class Assistant:
    """Answers citizens and remembers, with a pipeline and a database."""

    def __init__(self, pipeline: Pipeline, database: Database, settings: Settings) -> None:
        self.pipeline, self._database, self._settings = pipeline, database, settings
        self._clock = pipeline.clock

    async def handle(self, incoming: Incoming) -> Reply:
        """Answer one message and record it, in one transaction. A repeat of the same message gets the same reply."""
        started = time.perf_counter()
        async with self._database.write() as session:
            now = self._clock()
            person = (incoming.commune_id, incoming.channel, incoming.person)
            message = (incoming.commune_id, incoming.channel, incoming.message_id)
            known = await repository.find_answer(session, *message)
            if known is None:
                # Repeats that come at once wait here, one behind the other, and look again when it is their turn.
                conversation = await repository.conversation_of(session, *person, now)
                known = await repository.find_answer(session, *message)
            if known is not None:
                return Reply.model_validate(known.reply)
            fresh = now - conversation.updated_at < self._settings.conversation_expiry
            turn = self.pipeline.answer(incoming, _state_of(conversation.state) if fresh else State())
            reply, decision = turn.reply, turn.decision
            assert reply is not None
            assert decision is not None
            answer_id = secrets.token_hex(16)
            reply = reply.model_copy(update={"answer_id": answer_id})
            conversation.state, conversation.updated_at = _state_to_json(decision.state), now
            session.add(self._record(turn, reply, conversation.id, now, (time.perf_counter() - started) * 1000))
            if decision.intent == "delete_data":
                await session.flush()
                await repository.forget_person(session, *person)
        log.info("answered", channel=incoming.channel, intent=decision.intent, outcome=decision.outcome)
        return reply

    def _record(self, turn: Turn, reply: Reply, conversation_id: int, now: dt.datetime, elapsed_ms: float) -> Answer:
        decision = turn.decision
        assert decision is not None
        part = decision.parts[0] if decision.parts else None
        return Answer(
            id=reply.answer_id,
            commune_id=turn.incoming.commune_id,
            conversation_id=conversation_id,
            channel=turn.incoming.channel,
            message_id=turn.incoming.message_id,
            asked_at=now,
            masked_text=turn.masked.text,
            status=decision.outcome,
            intent=decision.intent,
            code=part.code if part else None,
            case_id=part.case_id if part else None,
            aspects=[str(aspect) for aspect in decision.aspects],
            confidence=round(decision.confidence, 4),
            catalog_version=turn.knowledge.catalog.version,
            app_version=__version__,
            reply=reply.model_dump(mode="json"),
            elapsed_ms=round(elapsed_ms, 3),
        )

    async def history(self, channel: str, person: str, limit: int = 20, commune_id: int = 1) -> list[Exchange]:
        """The last exchanges of a person's conversation, oldest first."""
        async with self._database.read() as session:
            answers = await repository.recent_answers(session, commune_id, channel, person, limit)
        return [
            Exchange(answer.masked_text, Reply.model_validate(answer.reply), answer.asked_at, answer.id, answer.feedback)
            for answer in answers
        ]

    async def exchange(self, channel: str, person: str, answer_id: str, commune_id: int = 1) -> Exchange | None:
        """One exchange of a person's conversation, or None when it is not theirs or was erased."""
        async with self._database.read() as session:
            answer = await repository.own_answer(session, commune_id, channel, person, answer_id)
        if answer is None:
            return None
        reply = Reply.model_validate(answer.reply)
        return Exchange(answer.masked_text, reply, answer.asked_at, answer.id, answer.feedback)

    async def feedback(self, channel: str, person: str, answer_id: str, *, good: bool, commune_id: int = 1) -> bool:
        """Record «Đúng ý / Chưa đúng»; False when the answer is not this person's."""
        word = "good" if good else "bad"
        async with self._database.write() as session:
            return await repository.set_feedback(session, commune_id, channel, person, answer_id, word, self._clock())

    async def forget(self, channel: str, person: str, commune_id: int = 1) -> None:
        """Erase a person's conversation."""
        async with self._database.write() as session:
            await repository.forget_person(session, commune_id, channel, person)

    async def purge(self) -> tuple[int, int]:
        """Erase conversations and answers older than the settings keep them."""
        now = self._clock()
        async with self._database.write() as session:
            return await repository.purge(session, now - self._settings.keep_conversations, now - self._settings.keep_answers)


def _state_to_json(state: State) -> dict[str, Any]:
    return {key: value for key, value in asdict(state).items() if value}


def _state_of(data: dict[str, Any]) -> State:
    state = State(
        code=data.get("code"),
        recent=tuple(data.get("recent", ())),
        choices=tuple(data.get("choices", ())),
        labels=tuple(data.get("labels", ())),
    )
    return replace(state, aspects=tuple(Aspect(value) for value in data.get("aspects", ())))
