"""SQL on how much is asked of what, and only SQL."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa

from app.assistant.models import Answer
from app.database import Transaction


async def answers_by_code(session: Transaction, commune_id: int, since: dt.datetime) -> dict[str, int]:
    """How many answers since then were given with each procedure."""
    query = (
        sa.select(Answer.code, sa.func.count().label("answers"))
        .where(Answer.commune_id == commune_id, Answer.asked_at >= since, Answer.code.is_not(None))
        .group_by(Answer.code)
    )
    return {row.code: row.answers for row in await session.execute(query)}
