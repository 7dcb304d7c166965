"""All SQL about questions that were not answered well, and only SQL."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any, cast

import sqlalchemy as sa

from app.assistant.models import Answer
from app.database import Transaction, dialect_of, insert_of
from app.questions.models import DealtQuestion

_answers = cast("sa.Table", Answer.__table__)
_dealt = cast("sa.Table", DealtQuestion.__table__)


async def answers_to_look_at(session: Transaction, commune_id: int, since: dt.datetime) -> Sequence[Any]:
    """Answers since then that were «chưa rõ», a question asked back, or disliked, oldest first. No row says who asked.

    Each with when the same person wrote next (`next_at`); None also when the person was forgotten: then `known` is false.
    """
    columns = _answers.c
    # The window is over all answers of the time, the condition over what comes out: a good answer may be what came next.
    after = sa.func.lead(columns.asked_at).over(partition_by=columns.conversation_id, order_by=(columns.asked_at, columns.id))
    every = (
        sa.select(
            columns.id,
            columns.asked_at,
            columns.masked_text,
            columns.status,
            columns.code,
            columns.feedback,
            columns.feedback_at,
            columns.conversation_id.is_not(None).label("known"),
            sa.type_coerce(after, columns.asked_at.type).label("next_at"),
        )
        .where(columns.commune_id == commune_id, columns.asked_at >= since)
        .subquery()
    )
    query = (
        sa.select(every)
        .where(sa.or_(every.c.status.in_(("unknown", "clarify")), every.c.feedback == "bad"))
        .order_by(every.c.asked_at, every.c.id)
    )
    return (await session.execute(query)).all()


async def dealt_questions(session: Transaction, commune_id: int) -> dict[str, tuple[dt.datetime, str | None]]:
    """What was dealt with: by key, when, and the procedure it was taught to."""
    query = sa.select(_dealt.c.key, _dealt.c.dealt_at, _dealt.c.code).where(_dealt.c.commune_id == commune_id)
    return {row.key: (row.dealt_at, row.code) for row in await session.execute(query)}


async def mark_dealt(session: Transaction, commune_id: int, keys: Iterable[str], now: dt.datetime, code: str | None) -> None:
    """Remember that these were dealt with; what was remembered of them before gives way."""
    rows = [{"commune_id": commune_id, "key": key, "dealt_at": now, "code": code} for key in sorted(set(keys))]
    if not rows:
        return
    statement = insert_of(dialect_of(session), _dealt)
    again = {"dealt_at": statement.excluded.dealt_at, "code": statement.excluded.code}
    await session.execute(statement.on_conflict_do_update(index_elements=["commune_id", "key"], set_=again), rows)
