"""Ways of asking that an official proposes where the catalog's files cannot be written: kept until the keeper adds them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from app.audit import service as audit
from app.database import Transaction
from app.errors import BadInput
from app.questions.models import AskProposal
from app.signed import Signed

MOST = 500


async def waiting(session: Transaction, commune_id: int) -> Sequence[AskProposal]:
    """Those that nobody added yet, oldest first."""
    query = sa.select(AskProposal).where(AskProposal.commune_id == commune_id, AskProposal.done_at.is_(None)).order_by(AskProposal.id)
    return list((await session.execute(query)).scalars())


async def propose(session: AsyncSession, who: Signed, text: str, code: str, now: dt.datetime) -> None:
    """Keep one. Raises BadInput when it is kept already, or too many wait."""
    known = await waiting(session, who.commune_id)
    if any((each.text, each.code) == (text, code) for each in known):
        raise BadInput("Câu này đã có người đề nghị, đang chờ người quản trị thêm.")
    if len(known) >= MOST:
        raise BadInput("Đang có quá nhiều đề nghị chờ. Nhờ người quản trị thêm vào kho trước.")
    session.add(
        AskProposal(commune_id=who.commune_id, text=text, code=code, proposed_by=who.official_id, proposed_name=who.name, proposed_at=now)
    )
    await session.flush()
    await audit.record(session, who, f"đề nghị dạy cách hỏi «{text}» cho thủ tục {code}", subject=("question", code), at=now)


async def mark_done(session: Transaction, commune_id: int, text: str, code: str, now: dt.datetime) -> None:
    """The keeper added it."""
    same = (AskProposal.commune_id == commune_id, AskProposal.text == text, AskProposal.code == code, AskProposal.done_at.is_(None))
    await session.execute(sa.update(AskProposal).where(*same).values(done_at=now))


async def record_taught(session: AsyncSession, who: Signed, text: str, code: str, now: dt.datetime) -> None:
    """The record's sentence of teaching."""
    await audit.record(session, who, f"dạy cách hỏi «{text}» cho thủ tục {code}", subject=("question", code), at=now)


async def record_aside(session: AsyncSession, who: Signed, group_id: str, text: str, times: int, now: dt.datetime) -> None:
    """The record's sentence of putting aside."""
    await audit.record(session, who, f"bỏ qua nhóm câu hỏi «{text}» ({times} lượt)", subject=("question", group_id), at=now)
