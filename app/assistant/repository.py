"""All SQL of the conversation, and only SQL."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any, cast

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from app.assistant.models import Answer, Conversation
from app.database import Transaction, dialect_of, insert_of

_answers = cast("sa.Table", Answer.__table__)
_conversations = cast("sa.Table", Conversation.__table__)
_SAVE_ANSWER = sa.insert(_answers)
_SAVE_STATE = (
    sa.update(_conversations)
    .where(_conversations.c.id == sa.bindparam("id_"))
    .values(state=sa.bindparam("state_"), updated_at=sa.bindparam("updated_at_"), reachable=True)
)


async def find_answer(session: AsyncSession, commune_id: int, channel: str, message_id: str) -> Answer | None:
    """The answer already given to this message of the platform, if any."""
    query = sa.select(Answer).where(Answer.commune_id == commune_id, Answer.channel == channel, Answer.message_id == message_id)
    return (await session.execute(query)).scalar_one_or_none()


Person = tuple[int, str, str]
"""Commune, channel, and the platform's id of the person: whose conversation it is."""


@cache
def _open(dialect: str) -> Any:
    """The statement of `open_conversations`, built once: it runs for every message."""
    columns = _conversations.c
    # Writing what is there already returns the row, locked, whether it is new or not.
    statement = insert_of(dialect, _conversations).on_conflict_do_update(
        index_elements=["commune_id", "channel", "person"], set_={"channel": columns.channel}
    )
    return statement.returning(columns.commune_id, columns.channel, columns.person, columns.id, columns.state, columns.updated_at)


async def open_conversations(session: Transaction, people: Iterable[Person], now: dt.datetime) -> dict[Person, Any]:
    """Each person's conversation (id, state, updated_at), made when there is none; locked until the transaction ends."""
    keys = sorted(set(people))  # in one order, so that two processes cannot wait for each other
    fresh = {"state": {}, "updated_at": now, "reachable": True}
    rows = [{"commune_id": commune, "channel": channel, "person": person} | fresh for commune, channel, person in keys]
    found = await session.execute(_open(dialect_of(session)), rows if len(rows) > 1 else rows[0])
    return {(row.commune_id, row.channel, row.person): row for row in found}


async def conversations(session: Transaction, people: Iterable[Person]) -> dict[Person, Any]:
    """The conversations there are (state, updated_at), by person."""
    columns = _conversations.c
    query = sa.select(columns.commune_id, columns.channel, columns.person, columns.state, columns.updated_at)
    found = await session.execute(query.where(sa.tuple_(columns.commune_id, columns.channel, columns.person).in_(set(people))))
    return {(row.commune_id, row.channel, row.person): row for row in found}


async def save_answers(session: Transaction, answers: Sequence[dict[str, Any]]) -> None:
    """Record answers."""
    await session.execute(_SAVE_ANSWER, answers)


async def save_states(session: Transaction, states: Sequence[dict[str, Any]]) -> None:
    """Write conversations' new states: dicts of `id_`, `state_`, `updated_at_`."""
    await session.execute(_SAVE_STATE, states)


async def replies_of(session: Transaction, answer_ids: Iterable[str]) -> dict[str, dict[str, Any]]:
    """The replies given, by answer id."""
    query = sa.select(_answers.c.id, _answers.c.reply).where(_answers.c.id.in_(list(answer_ids)))
    return {row.id: row.reply for row in await session.execute(query)}


async def recent_answers(session: AsyncSession, commune_id: int, channel: str, person: str, limit: int) -> list[Answer]:
    """The last answers of a person's conversation, oldest first."""
    query = (
        sa.select(Answer)
        .join(Conversation, Answer.conversation_id == Conversation.id)
        .where(Conversation.commune_id == commune_id, Conversation.channel == channel, Conversation.person == person)
        .order_by(Answer.asked_at.desc(), Answer.id.desc())
        .limit(limit)
    )
    return list(reversed((await session.execute(query)).scalars().all()))


async def own_answer(session: AsyncSession, commune_id: int, channel: str, person: str, answer_id: str) -> Answer | None:
    """An answer of this person's own conversation, or None."""
    query = (
        sa.select(Answer)
        .join(Conversation, Answer.conversation_id == Conversation.id)
        .where(
            Answer.id == answer_id,
            Conversation.commune_id == commune_id,
            Conversation.channel == channel,
            Conversation.person == person,
        )
    )
    return (await session.execute(query)).scalar_one_or_none()


async def set_feedback(
    session: Transaction, commune_id: int, channel: str, person: str, answer_id: str, word: str, now: dt.datetime
) -> bool:
    """Record «đúng ý / chưa đúng» on an answer of this person's own conversation; False when there is none."""
    own = sa.select(Conversation.id).where(
        Conversation.commune_id == commune_id, Conversation.channel == channel, Conversation.person == person
    )
    update = (
        sa.update(Answer)
        .where(Answer.id == answer_id, Answer.conversation_id.in_(own))
        .values(feedback=word, feedback_at=now)
        .returning(Answer.id)
    )
    return (await session.execute(update)).scalar_one_or_none() is not None


async def set_unreachable(session: Transaction, commune_id: int, channel: str, person: str) -> None:
    """Remember that a person left, or that the platform refused them."""
    key = (Conversation.commune_id == commune_id, Conversation.channel == channel, Conversation.person == person)
    await session.execute(sa.update(Conversation).where(*key).values(reachable=False))


async def last_exchange(session: Transaction, commune_id: int, channel: str, person: str) -> dt.datetime | None:
    """When this person's conversation last went on, or None."""
    query = sa.select(Conversation.updated_at).where(
        Conversation.commune_id == commune_id, Conversation.channel == channel, Conversation.person == person
    )
    return await session.scalar(query)


async def forget_person(session: Transaction, commune_id: int, channel: str, person: str) -> None:
    """Erase a person's conversation; its answers stay without any link to a person."""
    own = sa.select(Conversation.id).where(
        Conversation.commune_id == commune_id, Conversation.channel == channel, Conversation.person == person
    )
    await session.execute(sa.update(Answer).where(Answer.conversation_id.in_(own)).values(conversation_id=None))
    await session.execute(
        sa.delete(Conversation).where(Conversation.commune_id == commune_id, Conversation.channel == channel, Conversation.person == person)
    )


async def purge(session: AsyncSession, conversations_before: dt.datetime, answers_before: dt.datetime) -> tuple[int, int]:
    """Erase what is older than its time; how many conversations and answers went."""
    old = sa.select(Conversation.id).where(Conversation.updated_at < conversations_before)
    await session.execute(sa.update(Answer).where(Answer.conversation_id.in_(old)).values(conversation_id=None))
    gone = await session.execute(sa.delete(Conversation).where(Conversation.updated_at < conversations_before).returning(Conversation.id))
    answers = await session.execute(sa.delete(Answer).where(Answer.asked_at < answers_before).returning(Answer.id))
    return len(gone.all()), len(answers.all())
