"""The assistant with its memory: one message in, one recorded reply out."""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import structlog

from app import __version__
from app.assistant import repository
from app.assistant.apart import Thinker
from app.assistant.pipeline import Pipeline, Thought
from app.database import Database, Transaction
from app.messages import Incoming, Reply
from app.settings import Settings
from app.subscribers.acts import Acts
from app.subscribers.hearing import Act
from app.understanding.decision import Decision, State
from app.understanding.rules import Aspect

log = structlog.get_logger()
Forget = Callable[[Transaction, repository.Person], Awaitable[None]]
"""Erases what one slice keeps of a person: commune, channel, person."""


@dataclass(frozen=True)
class Exchange:
    """One recorded question and answer, as the citizen sees it."""

    masked_text: str
    reply: Reply
    asked_at: dt.datetime
    answer_id: str
    feedback: str | None


@dataclass(frozen=True)
class Answered:
    """A reply, and whether the person asked to be forgotten: then only the reply remains to be given."""

    reply: Reply
    forgotten: bool


class Assistant:
    """Answers citizens and remembers, with a pipeline and a database."""

    def __init__(self, pipeline: Pipeline, database: Database, settings: Settings, acts: Acts | None = None) -> None:
        """`acts`: performs what people want of the ward's news; without, they hear where to ask for it."""
        self._acts = acts
        self.forget_hooks: list[Forget] = [acts.forget] if acts is not None else []
        """Run, first to last, before a person's conversation is erased. A slice that points to subscribers comes before them."""
        self.pipeline, self._database, self._settings = pipeline, database, settings
        self.thinker = Thinker(pipeline)
        self._clock = pipeline.clock

    async def handle(self, incoming: Incoming) -> Reply:
        """Answer one message and record it, in one transaction. A repeat of the same message gets the same reply."""
        async with self._database.write() as session:
            message = (incoming.commune_id, incoming.channel, incoming.message_id)
            known = await repository.find_answer(session, *message)
            if known is None:
                # Repeats that come at once wait here, one behind the other, and look again when it is their turn.
                await repository.open_conversations(session, [_person(incoming)], self._clock())
                known = await repository.find_answer(session, *message)
            if known is not None:
                return Reply.model_validate(known.reply)
            [answered] = await self.answer(session, [incoming])
        return answered.reply

    async def answer(self, session: Transaction, messages: Sequence[Incoming]) -> list[Answered]:
        """Answer messages of different people and record everything in the caller's transaction. Who repeats is the caller's matter."""
        return await self.record(session, messages, await self.think(session, messages))

    async def think(self, session: Transaction, messages: Sequence[Incoming]) -> list[Thought]:
        """What to say to messages of different people. Only reads: nobody else has to wait meanwhile."""
        now = self._clock()
        conversations = await repository.conversations(session, map(_person, messages))
        asked = []
        for incoming in messages:
            conversation = conversations.get(_person(incoming))
            fresh = conversation is not None and now - conversation.updated_at < self._settings.conversation_expiry
            asked.append((incoming, _state_of(conversation.state) if conversation is not None and fresh else State()))
        return await self.thinker.think(asked)

    async def record(self, session: Transaction, messages: Sequence[Incoming], thoughts: Sequence[Thought]) -> list[Answered]:
        """Record what was thought, with each conversation's new state."""
        now = self._clock()
        conversations = await repository.open_conversations(session, map(_person, messages), now)
        answered, answers, states = [], [], []
        for incoming, thought in zip(messages, thoughts, strict=True):
            thought = await self._perform(session, incoming, thought, now) if thought.wish is not None else thought  # noqa: PLW2901
            conversation_id, decision = conversations[_person(incoming)].id, thought.decision
            reply = thought.reply.model_copy(update={"answer_id": secrets.token_hex(16)})
            answers.append(_record(incoming, thought, reply) | {"conversation_id": conversation_id, "asked_at": now})
            states.append({"id_": conversation_id, "state_": _state_to_json(decision.state), "updated_at_": now})
            answered.append(Answered(reply, forgotten=decision.intent == Act.ERASE))
            log.info("answered", channel=incoming.channel, intent=decision.intent, outcome=decision.outcome)
        await repository.save_answers(session, answers)
        await repository.save_states(session, states)
        for incoming, each in zip(messages, answered, strict=True):
            if each.forgotten:
                await self.forget_person(session, _person(incoming))
        return answered

    async def _perform(self, session: Transaction, incoming: Incoming, thought: Thought, now: dt.datetime) -> Thought:
        """The thought with what became of its wish; as it was, when nothing did."""
        wish, acts = thought.wish, self._acts
        done = await acts.perform(session, incoming, wish, now) if acts is not None and wish is not None else None
        if done is None or wish is None:
            return thought
        decision = thought.decision
        state = replace(decision.state, choices=(), labels=(), expects=str(done.expects))
        if not wish.sure:
            decision = Decision("other", str(wish.act), confidence=0.9)
        reply = done.reply.model_copy(update={"closing": (*done.reply.closing, *thought.notes)})
        return replace(thought, decision=replace(decision, state=state), reply=reply)

    async def forget_person(self, session: Transaction, person: repository.Person) -> None:
        """Erase everything of a person on this channel: what every slice keeps, then the conversation."""
        for forget in self.forget_hooks:
            await forget(session, person)
        await repository.forget_person(session, *person)

    async def left(self, session: Transaction, person: repository.Person) -> None:
        """The person blocked us or left: nothing may be sent any more."""
        await repository.set_unreachable(session, *person)
        if self._acts is not None:
            await self._acts.left(session, person, self._clock())

    async def replies_of(self, session: Transaction, answer_ids: Iterable[str]) -> dict[str, Reply]:
        """Replies given before, by answer id; those that were erased are missing."""
        found = await repository.replies_of(session, answer_ids)
        return {answer_id: Reply.model_validate(reply) for answer_id, reply in found.items()}

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
        """Erase everything of a person on this channel."""
        async with self._database.write() as session:
            await self.forget_person(session, (commune_id, channel, person))


def _person(incoming: Incoming) -> repository.Person:
    return incoming.commune_id, incoming.channel, incoming.person


def _record(incoming: Incoming, thought: Thought, reply: Reply) -> dict[str, Any]:
    """The answer as a row of its table."""
    decision = thought.decision
    part = decision.parts[0] if decision.parts else None
    return {
        "id": reply.answer_id,
        "commune_id": incoming.commune_id,
        "channel": incoming.channel,
        "message_id": incoming.message_id,
        "masked_text": thought.masked_text,
        "status": decision.outcome,
        "intent": decision.intent,
        "code": part.code if part else None,
        "case_id": part.case_id if part else None,
        "aspects": [str(aspect) for aspect in decision.aspects],
        "confidence": round(decision.confidence, 4),
        "catalog_version": thought.catalog_version,
        "elapsed_ms": thought.elapsed_ms,
        "app_version": __version__,
        "reply": reply.model_dump(mode="json", exclude_defaults=True),
    }


def _state_to_json(state: State) -> dict[str, Any]:
    return {key: value for key, value in asdict(state).items() if value}


def _state_of(data: dict[str, Any]) -> State:
    state = State(
        code=data.get("code"),
        recent=tuple(data.get("recent", ())),
        choices=tuple(data.get("choices", ())),
        labels=tuple(data.get("labels", ())),
        answers=tuple(data.get("answers", ())),
        case=data.get("case", ""),
        unheard=data.get("unheard", 0),
        died=tuple(data.get("died", ())),
        due=data.get("due", ""),
        outer=tuple(data.get("outer", ())),
        elsewhere=data.get("elsewhere", ""),
        danger=data.get("danger", ""),
        expects=data.get("expects", ""),
        condoled=data.get("condoled", False),
    )
    return replace(state, aspects=tuple(Aspect(value) for value in data.get("aspects", ())))
