"""Writing the record: one sentence per act, in the transaction of the act."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from app.audit.models import AuditEntry
from app.signed import Signed

SYSTEM = "Hệ thống"
SENTENCE_LENGTH = 1000


async def record(
    session: AsyncSession,
    who: Signed | None,
    sentence: str,
    *,
    commune_id: int = 1,
    subject: tuple[str, str] | None = None,
    details: dict[str, Any] | None = None,
    actor: str = SYSTEM,
    at: dt.datetime | None = None,
) -> None:
    """Write that `who` did what `sentence` says («sửa giờ làm ngày 6/12/2026»; the name stands before it when shown).

    `who` None: a command or the system itself, named by `actor`, in `commune_id`. `subject`: kind and id of the thing,
    such as ("calendar_day", "2026-12-06"). `details`: plain JSON, never a secret and never a citizen's data.
    """
    kind, identity = subject or ("", "")
    entry = AuditEntry(
        commune_id=who.commune_id if who else commune_id,
        at=at or dt.datetime.now(dt.UTC),
        official_id=who.official_id if who else None,
        actor=(who.name if who else actor)[:120],
        sentence=sentence if len(sentence) <= SENTENCE_LENGTH else sentence[: SENTENCE_LENGTH - 1] + "…",
        subject_kind=kind[:40],
        subject_id=identity[:120],
        details=details or {},
    )
    session.add(entry)
    await session.flush()
