"""All SQL of the channels, and only SQL. Core statements: the inbox is the busiest place of the house."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from functools import cache
from typing import Any, cast

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from app.channels.models import OPEN, AccountStatus, ChannelAccount, ChannelMessage, MessageStatus
from app.database import Transaction, dialect_of, insert_of

_messages = cast("sa.Table", ChannelMessage.__table__)
_accounts = cast("sa.Table", ChannelAccount.__table__)
_PICKED = (
    _messages.c.id,
    _messages.c.commune_id,
    _messages.c.account_id,
    _messages.c.kind,
    _messages.c.person,
    _messages.c.content,
    _messages.c.sent_at,
)
_earlier = _messages.alias("earlier")


def _open(table: Any, status: MessageStatus | None = None) -> sa.ColumnElement[bool]:
    """Open, and of this status. Written out in the SQL, as the indexes of open messages are: bound values would not use them."""
    every: sa.ColumnElement[bool] = table.c.status.in_([sa.literal_column(f"'{each}'") for each in OPEN])
    return every if status is None else sa.and_(every, _is(table, status))


def _is(table: Any, status: MessageStatus) -> sa.ColumnElement[bool]:
    found: sa.ColumnElement[bool] = table.c.status == sa.literal_column(f"'{status}'")
    return found


_CLAIM = (
    sa.select(*_PICKED)
    .where(
        _is(_messages, MessageStatus.RECEIVED),
        ~sa.exists().where(
            _earlier.c.account_id == _messages.c.account_id,
            _earlier.c.person == _messages.c.person,
            _earlier.c.id < _messages.c.id,
            _open(_earlier),
        ),
    )
    # «+ 0»: the database must walk through what was received in order, and stop early, however much waits.
    .where((_messages.c.account_id + 0).in_(sa.bindparam("account_ids", expanding=True)))
    .order_by(_messages.c.id)
    .limit(sa.bindparam("limit"))
    .with_for_update(skip_locked=True, of=_messages)
)


def _set(*names: str) -> sa.Update:
    """Write these columns of the message `id_`: parameters are the names with a dash below behind."""
    values: dict[str, Any] = {name: sa.bindparam(f"{name}_") for name in names}
    return sa.update(_messages).where(_messages.c.id == sa.bindparam("id_")).values(**values)


_ANSWERED = _set("status", "answer_id", "worker", "due_at", "reason", "done_at", "content")
_SET = cache(_set)


@cache
def _record(dialect: str) -> Any:
    """The statement of `record`. Statements of the busy way are built once: building costs more than running them."""
    return insert_of(dialect, _messages).on_conflict_do_nothing(index_elements=["account_id", "update_id"]).returning(_messages.c.id)


async def record(session: Transaction, rows: Sequence[dict[str, Any]]) -> int:
    """Record messages once under the platform's id; how many are new."""
    return len((await session.execute(_record(dialect_of(session)), rows if len(rows) > 1 else rows[0])).all())


async def claim_received(session: Transaction, account_ids: Sequence[int], limit: int) -> Sequence[Any]:
    """Messages of these accounts to answer now, locked: each the first open one of its person."""
    return (await session.execute(_CLAIM, {"account_ids": account_ids, "limit": limit})).all()


async def mark_answered(session: Transaction, rows: Sequence[dict[str, Any]]) -> None:
    """Set `id_`'s status, answer, worker and due time, and forget its words: the answer holds them, masked."""
    await session.execute(_ANSWERED, [row | {"content_": {}} for row in rows])


async def take_over(
    session: Transaction, account_ids: Sequence[int], worker: str, now: dt.datetime, until: dt.datetime, limit: int
) -> Sequence[Any]:
    """Answered messages that nobody is sending: released for a later try, or left by a process that died."""
    due = (
        sa.select(_messages.c.id)
        .where(_open(_messages, MessageStatus.ANSWERED), _messages.c.due_at <= now, _messages.c.account_id.in_(account_ids))
        .order_by(_messages.c.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    statement = (
        sa.update(_messages)
        .where(_messages.c.id.in_(due))
        .values(worker=worker, due_at=until, attempts=_messages.c.attempts + 1)
        .returning(
            _messages.c.id,
            _messages.c.account_id,
            _messages.c.person,
            _messages.c.answer_id,
            _messages.c.parts_sent,
            _messages.c.attempts,
            _messages.c.received_at,
        )
    )
    return sorted((await session.execute(statement)).all(), key=lambda row: row.id)


async def keep(session: Transaction, worker: str, until: dt.datetime) -> None:
    """Say that this worker is alive and still sending what it holds."""
    await session.execute(
        sa.update(_messages).where(_messages.c.worker == worker, _open(_messages, MessageStatus.ANSWERED)).values(due_at=until)
    )


async def release_all(session: Transaction, now: dt.datetime) -> None:
    """Give everything back at once. Only where no other process can be sending."""
    await session.execute(
        sa.update(_messages).where(_open(_messages, MessageStatus.ANSWERED), _messages.c.worker.is_not(None)).values(due_at=now)
    )


async def release(session: Transaction, account_id: int, now: dt.datetime) -> None:
    """Send at once what waits for a later try: the account works again."""
    waits = (_messages.c.account_id == account_id, _open(_messages, MessageStatus.ANSWERED), _messages.c.worker.is_(None))
    await session.execute(sa.update(_messages).where(*waits).values(due_at=now))


async def update_message(session: Transaction, message_id: int, **values: Any) -> None:
    """Write what became of one message."""
    parameters = {f"{name}_": value for name, value in values.items()}
    await session.execute(_SET(*values), [parameters | {"id_": message_id}])


async def forget_person(session: Transaction, account_id: int, person: str) -> None:
    """Erase a person's finished messages."""
    done = ~_open(_messages)
    await session.execute(sa.delete(_messages).where(_messages.c.account_id == account_id, _messages.c.person == person, done))


async def purge(session: AsyncSession, before: dt.datetime) -> int:
    """Erase finished messages received before; how many went."""
    done = ~_open(_messages)
    gone = await session.execute(sa.delete(_messages).where(_messages.c.received_at < before, done).returning(_messages.c.id))
    return len(gone.all())


async def count_open(session: AsyncSession) -> dict[int, int]:
    """Open messages per account."""
    query = sa.select(_messages.c.account_id, sa.func.count()).where(_open(_messages)).group_by(_messages.c.account_id)
    return {row[0]: row[1] for row in await session.execute(query)}


async def activity(session: AsyncSession, commune_id: int) -> dict[int, tuple[dt.datetime | None, dt.datetime | None]]:
    """Per account of a commune, when the last message came and when the last answer went, as far as messages are kept."""
    sent = sa.case((_messages.c.status == MessageStatus.SENT, _messages.c.done_at))
    columns = (sa.func.max(_messages.c.received_at), sa.type_coerce(sa.func.max(sent), _messages.c.done_at.type))
    query = sa.select(_messages.c.account_id, *columns).where(_messages.c.commune_id == commune_id).group_by(_messages.c.account_id)
    return {row[0]: (row[1], row[2]) for row in await session.execute(query)}


# --- accounts --------------------------------------------------------------------------------------------------------


async def accounts(session: AsyncSession) -> Sequence[ChannelAccount]:
    """Every account, oldest first."""
    return (await session.execute(sa.select(ChannelAccount).order_by(ChannelAccount.id))).scalars().all()


async def account(session: AsyncSession, account_id: int, *, lock: bool = False) -> ChannelAccount | None:
    """One account; `lock`: no other transaction changes it until this one ends."""
    query = sa.select(ChannelAccount).where(ChannelAccount.id == account_id)
    return (await session.execute(query.with_for_update() if lock else query)).scalar_one_or_none()


async def account_of(session: AsyncSession, hook: str) -> ChannelAccount | None:
    """The account with this hook, locked."""
    query = sa.select(ChannelAccount).where(ChannelAccount.hook == hook).with_for_update()
    return (await session.execute(query)).scalar_one_or_none()


async def note_refusal(session: Transaction, account_id: int, reason: str) -> None:
    """Write that the platform refuses an account, or, with no reason, that it takes it again. A missing consent stays."""
    was, becomes = (AccountStatus.ON, AccountStatus.FAILING) if reason else (AccountStatus.FAILING, AccountStatus.ON)
    await session.execute(
        sa.update(_accounts).where(_accounts.c.id == account_id, _accounts.c.status == was).values(status=becomes, reason=reason[:300])
    )


async def lease_polling(session: AsyncSession, account_id: int, poller: str, now: dt.datetime, until: dt.datetime) -> bool:
    """Become, or stay, the one poller of an account."""
    statement = (
        sa.update(_accounts)
        .where(
            _accounts.c.id == account_id,
            sa.or_(_accounts.c.poller == poller, _accounts.c.polling_until.is_(None), _accounts.c.polling_until < now),
        )
        .values(poller=poller, polling_until=until)
        .returning(_accounts.c.id)
    )
    return (await session.execute(statement)).scalar_one_or_none() is not None
