"""All SQL of printing, and only SQL: the names of the places where codes hang. How often they were opened is the statistics' matter."""

from __future__ import annotations

import sqlalchemy as sa

from app.database import Transaction, dialect_of, insert_of
from app.paper.models import CodePlace


async def remember_place(session: Transaction, commune_id: int, tag: str, name: str) -> None:
    """Keep a place's name in place of how it was written before."""
    statement = insert_of(dialect_of(session), CodePlace).values(commune_id=commune_id, tag=tag, name=name)
    await session.execute(statement.on_conflict_do_update(index_elements=["commune_id", "tag"], set_={"name": name}))


async def places(session: Transaction, commune_id: int) -> dict[str, str]:
    """Names of the places that this commune printed codes for, by tag."""
    query = sa.select(CodePlace.tag, CodePlace.name).where(CodePlace.commune_id == commune_id).order_by(CodePlace.name)
    return {row.tag: row.name for row in await session.execute(query)}
