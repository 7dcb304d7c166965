"""SQL of sending: chunks, claiming and marking single deliveries, executors. Only SQL. Core statements, built once: two run per recipient."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from functools import cache
from typing import Any, cast

import sqlalchemy as sa

from app.announcements.models import Announcement, Kind
from app.announcements.models import Status as AnnouncementStatus
from app.database import Transaction, dialect_of, insert_of
from app.deliveries.models import Chunk, Delivery, Dispatch, DispatchStatus, Executor, Status
from app.deliveries.states import OPEN, before
from app.subscribers.models import Subscriber, Subscription

CRASHES = 2
"""So often may a delivery be interrupted; then nobody knows, and it is not sent again."""

_dispatches = cast("sa.Table", Dispatch.__table__)
_deliveries = cast("sa.Table", Delivery.__table__)
_chunks = cast("sa.Table", Chunk.__table__)
_executors = cast("sa.Table", Executor.__table__)
_announcements = cast("sa.Table", Announcement.__table__)
_subscribers = cast("sa.Table", Subscriber.__table__)
_follows = cast("sa.Table", Subscription.__table__)


def _is(status: Status) -> sa.ColumnElement[bool]:
    """Of this status, written out as the partial indexes are: bound values would not use them."""
    found: sa.ColumnElement[bool] = _deliveries.c.status == sa.literal_column(f"'{status}'")
    return found


def _changed(result: Any) -> bool:
    return bool(result.rowcount == 1)


_MINE = sa.exists().where(_chunks.c.id == sa.bindparam("chunk_"), _chunks.c.runner == sa.bindparam("runner_"))
_STANDS = (
    sa.exists()
    .select_from(_dispatches.outerjoin(_announcements, _announcements.c.id == _dispatches.c.announcement_id))
    .where(
        _dispatches.c.id == _deliveries.c.dispatch_id,
        _dispatches.c.status != DispatchStatus.STOPPED,
        sa.or_(_announcements.c.id.is_(None), _announcements.c.status != AnnouncementStatus.WITHDRAWN),
    )
)
_FOLLOWS = sa.exists().where(
    _subscribers.c.id == _deliveries.c.subscriber_id,
    _subscribers.c.left_at.is_(None),
    sa.or_(sa.bindparam("everyone_", type_=sa.Boolean), _subscribers.c.staff, _subscribers.c.guest),
)
_me, _own = _subscribers.alias("me"), _subscribers.alias("own")
_FOLLOWED = (
    sa.exists()
    .select_from(
        _me.join(_own, sa.and_(_own.c.commune_id == _me.c.commune_id, _own.c.person_key == _me.c.person_key)).join(
            _follows, _follows.c.subscriber_id == _own.c.id
        )
    )
    .where(
        _me.c.id == _deliveries.c.subscriber_id,
        _own.c.left_at.is_(None),
        sa.or_(_dispatches.c.urgent, _follows.c.topic == _dispatches.c.topic),
    )
    .correlate(_deliveries, _dispatches)
)
_WANTED = sa.exists().where(
    _dispatches.c.id == _deliveries.c.dispatch_id, sa.or_(_dispatches.c.kind.not_in([Kind.ORIGINAL, Kind.REMINDER]), _FOLLOWED)
)
"""The topic is still followed, on any channel of the person. A correction must reach whoever has what it corrects."""
_CLAIM = (
    sa.update(_deliveries)
    .where(
        _deliveries.c.id == sa.bindparam("id_"),
        _deliveries.c.status == sa.bindparam("was_"),
        _deliveries.c.attempts == sa.bindparam("attempts_"),
        _MINE,
        _STANDS,
        _FOLLOWS,
        _WANTED,
    )
    .values(
        status=Status.SENDING,
        attempts=_deliveries.c.attempts + 1,
        crashes=sa.bindparam("crashes_"),
        reason="",
        updated_at=sa.bindparam("now_"),
    )
)


async def claim(transaction: Transaction, row: Any, crashes: int, chunk_id: int, runner: str, now: dt.datetime, *, everyone: bool) -> bool:
    """Say that this delivery is being sent now; False when it may not be: see `why_not`.

    It may not when another runner has the chunk, it was withdrawn, or the person left or follows the topic no more.
    `everyone` False: trial mode.
    """
    parameters = {
        "id_": row.id,
        "was_": row.status,
        "attempts_": row.attempts,
        "crashes_": crashes,
        "chunk_": chunk_id,
        "runner_": runner,
        "now_": now,
        "everyone_": everyone,
    }
    return _changed(await transaction.execute(_CLAIM, parameters))


async def why_not(transaction: Transaction, delivery_id: int, runner: str, chunk_id: int, *, everyone: bool) -> str:
    """Why a delivery could not be claimed: `fenced`, `withdrawn`, `erased`, `left`, `trial`, `unfollowed`, or `changed` by somebody."""
    query = (
        sa.select(
            _MINE.label("mine"), _STANDS.label("stands"), _WANTED.label("wanted"), _deliveries.c.subscriber_id, _subscribers.c.left_at
        )
        .select_from(_deliveries.outerjoin(_subscribers, _subscribers.c.id == _deliveries.c.subscriber_id))
        .where(_deliveries.c.id == delivery_id)
    )
    row = (await transaction.execute(query, {"chunk_": chunk_id, "runner_": runner})).one_or_none()
    if row is None or not row.mine:
        return "fenced"
    if not row.stands:
        return "withdrawn"
    if row.subscriber_id is None:
        return "erased"
    if row.left_at is not None:
        return "left"
    trial = sa.select(sa.or_(_subscribers.c.staff, _subscribers.c.guest)).where(_subscribers.c.id == row.subscriber_id)
    if not everyone and not await transaction.scalar(trial):
        return "trial"
    return "changed" if row.wanted else "unfollowed"


@cache
def _mark(names: tuple[str, ...]) -> sa.Update:
    values: dict[str, Any] = {name: sa.bindparam(f"{name}_") for name in names}
    return (
        sa.update(_deliveries)
        .where(
            _deliveries.c.id == sa.bindparam("id_"),
            _deliveries.c.status == sa.bindparam("was_"),
            _deliveries.c.attempts == sa.bindparam("had_"),
        )
        .values(**values)
    )


async def mark(transaction: Transaction, delivery_id: int, had: int, was: Status, **values: Any) -> bool:
    """Write what became of a delivery, when it is still as we left it: in state `was`, after `had` attempts."""
    parameters = {f"{name}_": value for name, value in values.items()} | {"id_": delivery_id, "had_": had, "was_": was}
    return _changed(await transaction.execute(_mark(tuple(sorted(values))), parameters))


# --- chunks ----------------------------------------------------------------------------------------------------------


async def open_chunks(transaction: Transaction, account_id: int) -> int:
    """How many chunks of an account are not finished."""
    query = sa.select(sa.func.count()).select_from(_chunks).where(_chunks.c.account_id == account_id, _chunks.c.finished_at.is_(None))
    return int(await transaction.scalar(query) or 0)


async def make_chunk(
    transaction: Transaction, dispatch: Any, account_id: int, work: str, size: int, now: dt.datetime
) -> tuple[int, int] | None:
    """Put the next queued deliveries into a new chunk; its id and how many they are, or None when there are none due."""
    due = (
        sa.select(_deliveries.c.id)
        .where(
            _is(Status.QUEUED),
            _deliveries.c.dispatch_id == dispatch.id,
            _deliveries.c.account_id == account_id,
            _deliveries.c.chunk_id.is_(None),
            _deliveries.c.due_at <= now,
        )
        .order_by(_deliveries.c.id)
        .limit(size)
        .with_for_update(skip_locked=True)
    )
    ids = list((await transaction.execute(due)).scalars())
    if not ids:
        return None
    values = {"commune_id": dispatch.commune_id, "dispatch_id": dispatch.id, "account_id": account_id, "work": work}
    made = await transaction.execute(
        sa.insert(_chunks).values(**values, runner="", touched_at=now, finished_at=None).returning(_chunks.c.id)
    )
    chunk_id = int(made.scalar_one())
    between = _deliveries.c.id.between(ids[0], ids[-1])  # a range and few conditions: no list of a thousand numbers
    taken = sa.update(_deliveries).where(
        between,
        _is(Status.QUEUED),
        _deliveries.c.dispatch_id == dispatch.id,
        _deliveries.c.account_id == account_id,
        _deliveries.c.chunk_id.is_(None),
        _deliveries.c.due_at <= now,
    )
    await transaction.execute(taken.values(chunk_id=chunk_id))
    return chunk_id, len(ids)


async def take_chunk(transaction: Transaction, chunk_id: int, runner: str, now: dt.datetime) -> Any | None:
    """Become the one who may send this chunk; an earlier runner may not any more. None when it is finished.

    The row says who had it before: `runner`.
    """
    columns = (_chunks.c.id, _chunks.c.dispatch_id, _chunks.c.account_id, _chunks.c.runner)
    query = sa.select(*columns).where(_chunks.c.id == chunk_id, _chunks.c.finished_at.is_(None)).with_for_update()
    found = (await transaction.execute(query)).one_or_none()
    if found is not None:
        await transaction.execute(sa.update(_chunks).where(_chunks.c.id == chunk_id).values(runner=runner, touched_at=now))
    return found


async def rows_of(transaction: Transaction, chunk_id: int) -> Sequence[Any]:
    """What is left to do of a chunk, in order; what an earlier run was just sending comes last."""
    columns = (
        _deliveries.c.id,
        _deliveries.c.commune_id,
        _deliveries.c.channel,
        _deliveries.c.person,
        _deliveries.c.status,
        _deliveries.c.attempts,
        _deliveries.c.crashes,
        _deliveries.c.parts_sent,
    )
    query = sa.select(*columns).where(_deliveries.c.chunk_id == chunk_id, _deliveries.c.status.in_(OPEN))
    return (await transaction.execute(query.order_by(_deliveries.c.status, _deliveries.c.id))).all()


async def finish_chunk(transaction: Transaction, chunk_id: int, runner: str | None, now: dt.datetime, due_at: dt.datetime | None) -> bool:
    """Close a chunk and let go what is left of it, not before `due_at`. `runner` None: whoever had it is known to be done.

    What an earlier run was just sending, and this one did not come to, counts as interrupted once more; it is unknown where
    it would not be sent again anyway.
    """
    mine = [_chunks.c.id == chunk_id, _chunks.c.finished_at.is_(None), *([_chunks.c.runner == runner] if runner is not None else [])]
    closed = await transaction.execute(sa.update(_chunks).where(*mine).values(finished_at=now).returning(_chunks.c.id))
    if closed.scalar_one_or_none() is None:
        return False
    await _interrupted(transaction, chunk_id, now)
    if due_at is not None:
        left = (_deliveries.c.chunk_id == chunk_id, _is(Status.QUEUED), _deliveries.c.due_at < due_at)
        await transaction.execute(sa.update(_deliveries).where(*left).values(due_at=due_at))
    await transaction.execute(sa.update(_deliveries).where(_deliveries.c.chunk_id == chunk_id).values(chunk_id=None))
    return True


async def unfinished_chunks(transaction: Transaction, before_: dt.datetime, limit: int = 200) -> Sequence[Any]:
    """Chunks that are not finished and were begun before, for the replay."""
    query = sa.select(_chunks.c.id, _chunks.c.work, _chunks.c.account_id).where(
        _chunks.c.finished_at.is_(None), _chunks.c.touched_at < before_
    )
    return (await transaction.execute(query.order_by(_chunks.c.id).limit(limit))).all()


async def _interrupted(transaction: Transaction, chunk_id: int, now: dt.datetime) -> None:
    hanging = sa.update(_deliveries).where(_deliveries.c.chunk_id == chunk_id, _is(Status.SENDING))
    late = sa.exists().where(_dispatches.c.id == _deliveries.c.dispatch_id, _dispatches.c.expires_at <= now)
    over = sa.or_(_deliveries.c.crashes + 1 >= CRASHES, ~_STANDS, late)
    values = {
        "status": sa.case((over, Status.UNKNOWN.value), else_=Status.QUEUED.value),
        "reason": sa.case((over, "interrupted"), else_=""),
        "crashes": _deliveries.c.crashes + 1,
        "updated_at": now,
    }
    await transaction.execute(hanging.values(**values))


# --- an account, executors -------------------------------------------------------------------------------------------


async def hold_account(transaction: Transaction, account_id: int, until: dt.datetime) -> None:
    """The platform refuses this account: nothing of it goes out until then."""
    waits = (_is(Status.QUEUED), _deliveries.c.account_id == account_id, _deliveries.c.due_at < until)
    await transaction.execute(sa.update(_deliveries).where(*waits).values(due_at=until, reason="account"))


async def release_accounts(transaction: Transaction, account_ids: Sequence[int], now: dt.datetime) -> None:
    """These accounts work again: what waited for them goes out now."""
    waits = (_is(Status.QUEUED), _deliveries.c.account_id.in_(account_ids), _deliveries.c.due_at > now, _deliveries.c.reason == "account")
    await transaction.execute(sa.update(_deliveries).where(*waits).values(due_at=now, reason=""))


async def beat(transaction: Transaction, executor: str, now: dt.datetime) -> None:
    """Say that this process lives."""
    statement = insert_of(dialect_of(transaction), _executors).values(id=executor, commune_id=1, seen_at=now)
    await transaction.execute(statement.on_conflict_do_update(index_elements=["id"], set_={"seen_at": now}))


async def silent_executors(transaction: Transaction, since: dt.datetime) -> list[str]:
    """Processes that have not said for long that they live."""
    return list((await transaction.execute(sa.select(_executors.c.id).where(_executors.c.seen_at < since))).scalars())


async def forget_executors(transaction: Transaction, since: dt.datetime) -> None:
    """Strike off processes that never came back and left nothing."""
    await transaction.execute(sa.delete(_executors).where(_executors.c.seen_at < since))


# --- receipts --------------------------------------------------------------------------------------------------------


async def receive(transaction: Transaction, account_id: int, message_ids: Sequence[str], then: Status, now: dt.datetime) -> set[str]:
    """Platforms' receipts: these messages are `then` now, where that may follow. The ids that are deliveries of ours."""
    about = (_deliveries.c.account_id == account_id, _deliveries.c.platform_message_id.in_(message_ids))
    await transaction.execute(
        sa.update(_deliveries).where(*about, _deliveries.c.status.in_(before(then))).values(status=then, updated_at=now)
    )
    return set((await transaction.execute(sa.select(_deliveries.c.platform_message_id).where(*about))).scalars())
