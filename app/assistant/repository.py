"""All SQL of the conversation, and only SQL."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from app.assistant.models import Answer, Conversation


async def find_answer(session: AsyncSession, commune_id: int, channel: str, message_id: str) -> Answer | None:
    """The answer already given to this message of the platform, if any."""
    query = sa.select(Answer).where(Answer.commune_id == commune_id, Answer.channel == channel, Answer.message_id == message_id)
    return (await session.execute(query)).scalar_one_or_none()


async def conversation_of(session: AsyncSession, commune_id: int, channel: str, person: str, now: dt.datetime) -> Conversation:
    """The conversation with this person, made when there is none; locked until the transaction ends."""
    row = {"commune_id": commune_id, "channel": channel, "person": person, "state": {}, "updated_at": now}
    statement: sa.Insert
    if session.get_bind().dialect.name == "sqlite":
        statement = sqlite.insert(Conversation).values(row).on_conflict_do_nothing()
    else:
        statement = postgresql.insert(Conversation).values(row).on_conflict_do_nothing()
    await session.execute(statement)
    query = sa.select(Conversation).where(
        Conversation.commune_id == commune_id, Conversation.channel == channel, Conversation.person == person
    )
    return (await session.execute(query.with_for_update())).scalar_one()


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
    session: AsyncSession, commune_id: int, channel: str, person: str, answer_id: str, word: str, now: dt.datetime
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


async def forget_person(session: AsyncSession, commune_id: int, channel: str, person: str) -> None:
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
