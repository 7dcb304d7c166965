"""SQL of what officials see of deliveries, of trying again, and of erasing. Only SQL."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any, cast

import sqlalchemy as sa

from app.database import Transaction
from app.deliveries.models import Chunk, Delivery, Dispatch, DispatchStatus, Status

_dispatches = cast("sa.Table", Dispatch.__table__)
_deliveries = cast("sa.Table", Delivery.__table__)
_chunks = cast("sa.Table", Chunk.__table__)
RETRIED = ("blocked", "no_account", "trial")
"""Reasons of skipped deliveries after which trying again may help, and cannot bring anybody the same text twice."""


async def forget_person(transaction: Transaction, commune_id: int, channel: str, person: str) -> None:
    """Strike a person from all deliveries; that there was one stays in the count. What was to come does not."""
    theirs = (_deliveries.c.commune_id == commune_id, _deliveries.c.channel == channel, _deliveries.c.person == person)
    coming = sa.case((_deliveries.c.status.in_([Status.QUEUED, Status.WAITING]), Status.SKIPPED.value), else_=_deliveries.c.status)
    reason = sa.case((_deliveries.c.status.in_([Status.QUEUED, Status.WAITING]), "erased"), else_=_deliveries.c.reason)
    values = {"person": "", "subscriber_id": None, "platform_message_id": None, "status": coming, "reason": reason}
    await transaction.execute(sa.update(_deliveries).where(*theirs).values(**values))


async def summarize(transaction: Transaction, before: dt.datetime, limit: int = 20) -> int:
    """Keep only the counts of dispatches made before; how many dispatches lost their single rows."""
    old = sa.select(_dispatches.c.id).where(_dispatches.c.created_at < before, _dispatches.c.summary.is_(None)).limit(limit)
    ids = list((await transaction.execute(old)).scalars())
    for dispatch_id in ids:
        counted = [[*row] for row in await counts(transaction, [dispatch_id])]
        await transaction.execute(sa.update(_dispatches).where(_dispatches.c.id == dispatch_id).values(summary=counted))
        await transaction.execute(sa.delete(_deliveries).where(_deliveries.c.dispatch_id == dispatch_id))
    await transaction.execute(sa.delete(_chunks).where(_chunks.c.finished_at < before))
    return len(ids)


async def counts(transaction: Transaction, dispatch_ids: Iterable[int]) -> Sequence[Any]:
    """How many deliveries of these dispatches have which (channel, status, reason)."""
    columns = (_deliveries.c.channel, _deliveries.c.status, _deliveries.c.reason)
    query = sa.select(*columns, sa.func.count()).where(_deliveries.c.dispatch_id.in_(list(dispatch_ids))).group_by(*columns)
    return (await transaction.execute(query)).all()


async def dispatches(transaction: Transaction, commune_id: int, limit: int, offset: int = 0) -> Sequence[Any]:
    """Dispatches of a commune, the newest first."""
    query = sa.select(_dispatches).where(_dispatches.c.commune_id == commune_id).order_by(_dispatches.c.id.desc())
    return (await transaction.execute(query.limit(limit).offset(offset))).all()


async def dispatches_of(transaction: Transaction, commune_id: int, announcement_id: int) -> Sequence[Any]:
    """The dispatches of one announcement, the oldest first."""
    query = sa.select(_dispatches).where(_dispatches.c.commune_id == commune_id, _dispatches.c.announcement_id == announcement_id)
    return (await transaction.execute(query.order_by(_dispatches.c.id))).all()


async def dispatch_of(transaction: Transaction, commune_id: int, dispatch_id: int) -> Any | None:
    """One dispatch of this commune, or None."""
    query = sa.select(_dispatches).where(_dispatches.c.commune_id == commune_id, _dispatches.c.id == dispatch_id)
    return (await transaction.execute(query)).one_or_none()


def _retried() -> sa.ColumnElement[bool]:
    skipped = sa.and_(_deliveries.c.status == Status.SKIPPED, _deliveries.c.reason.in_(RETRIED), _deliveries.c.account_id.is_not(None))
    return sa.or_(sa.and_(_deliveries.c.status == Status.FAILED, _deliveries.c.reason != "other_channel"), skipped)


async def count_retried(transaction: Transaction, dispatch_id: int) -> int:
    """How many deliveries could be tried again without bringing anybody the text twice."""
    query = sa.select(sa.func.count()).where(_deliveries.c.dispatch_id == dispatch_id, _deliveries.c.subscriber_id.is_not(None), _retried())
    return int(await transaction.scalar(query) or 0)


async def retry(transaction: Transaction, dispatch_id: int, now: dt.datetime) -> int:
    """Queue again what surely did not arrive; how many."""
    again = sa.update(_deliveries).where(_deliveries.c.dispatch_id == dispatch_id, _deliveries.c.subscriber_id.is_not(None), _retried())
    values = {"status": Status.QUEUED, "reason": "", "attempts": 0, "crashes": 0, "due_at": now, "updated_at": now}
    queued = len((await transaction.execute(again.values(**values).returning(_deliveries.c.id))).all())
    if queued:
        again_open = sa.update(_dispatches).where(_dispatches.c.id == dispatch_id, _dispatches.c.status != DispatchStatus.STOPPED)
        await transaction.execute(again_open.values(status=DispatchStatus.SENDING))
    return queued


async def troubled(transaction: Transaction, commune_id: int, since: dt.datetime, limit: int = 5) -> Sequence[Any]:
    """Dispatches since then with failed or unknown deliveries: id, title, count."""
    bad = sa.and_(_deliveries.c.status.in_([Status.FAILED, Status.UNKNOWN]), _deliveries.c.reason.not_in(["other_channel", "expired"]))
    query = (
        sa.select(_dispatches.c.id, _dispatches.c.title, sa.func.count().label("count"))
        .join(_deliveries, _deliveries.c.dispatch_id == _dispatches.c.id)
        .where(_dispatches.c.commune_id == commune_id, _dispatches.c.created_at >= since, bad)
        .group_by(_dispatches.c.id, _dispatches.c.title)
    )
    return (await transaction.execute(query.order_by(_dispatches.c.id.desc()).limit(limit))).all()
