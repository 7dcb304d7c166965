"""SQL that only the demo needs. Only SQL."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any, cast

import sqlalchemy as sa

from app.assistant.models import Conversation
from app.audit.models import AuditEntry
from app.channels.models import ChannelAccount
from app.database import Base, Transaction
from app.deliveries.models import Delivery, Status
from app.officials.models import Official
from app.subscribers.models import Subscriber

_audit = cast("sa.Table", AuditEntry.__table__)
_deliveries = cast("sa.Table", Delivery.__table__)


async def is_empty(transaction: Transaction) -> bool:
    """Whether nobody works with this installation, and nobody wrote to it, follows it, or can."""
    for table in (Official, ChannelAccount, Subscriber, Conversation):
        if await transaction.scalar(sa.select(sa.literal(1)).select_from(table).limit(1)) is not None:
            return False
    return True


async def redate(transaction: Transaction, now: dt.datetime) -> None:
    """Acts whose service asks the clock on the wall happened in the story: nothing in the record is later than its `now`."""
    await transaction.execute(sa.update(_audit).where(_audit.c.at > now).values(at=now))


async def queued(transaction: Transaction) -> Sequence[Any]:
    """Deliveries that would go out now: id, channel."""
    query = sa.select(_deliveries.c.id, _deliveries.c.channel).where(_deliveries.c.status == Status.QUEUED)
    return (await transaction.execute(query.order_by(_deliveries.c.id))).all()


async def settle(transaction: Transaction, outcomes: Sequence[Mapping[str, Any]]) -> None:
    """Write what became of deliveries: mappings of `id_`, `status_`, `reason_`, `updated_`."""
    values = {"status": sa.bindparam("status_"), "reason": sa.bindparam("reason_"), "updated_at": sa.bindparam("updated_"), "attempts": 1}
    if outcomes:
        changed = sa.update(_deliveries).where(_deliveries.c.id == sa.bindparam("id_")).values(**values)
        await (await transaction.connection()).execute(changed, list(outcomes))


async def add_scans(transaction: Transaction, rows: Sequence[Mapping[str, Any]]) -> None:
    """Openings of printed codes: commune_id, code, place, day, scans. The table is the site's, which only main may import."""
    await transaction.execute(sa.insert(Base.metadata.tables["qr_scans"]), list(rows))
