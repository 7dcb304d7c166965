"""All SQL of the channels, and only SQL. Core statements: the inbox is the busiest place of the house."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from functools import cache
from typing import Any, cast

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from app.channels.models import OPEN, AccountStatus, ChannelAccount, ChannelContact, ChannelMessage, MessageStatus

_messages = cast("sa.Table", ChannelMessage.__table__)
_contacts = cast("sa.Table", ChannelContact.__table__)
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
_CLAIM = (
    sa.select(*_PICKED)
    .where(
        _messages.c.status == MessageStatus.RECEIVED,
        ~sa.exists().where(
            _earlier.c.account_id == _messages.c.account_id,
            _earlier.c.person == _messages.c.person,
            _earlier.c.id < _messages.c.id,
            _earlier.c.status.in_([*OPEN]),
        ),
    )
    .where(_messages.c.account_id.in_(sa.bindparam("account_ids", expanding=True)))
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
def _record(dialect: str) -> tuple[Any, Any]:
    """The statements of `record`. Statements of the busy way are built once: building costs more than running them."""
    insert = sqlite.insert if dialect == "sqlite" else postgresql.insert
    messages = insert(_messages).on_conflict_do_nothing(index_elements=["account_id", "update_id"]).returning(_messages.c.id)
    people = insert(_contacts)
    last = {"last_at": people.excluded.last_at, "reachable": people.excluded.reachable}
    return messages, people.on_conflict_do_update(index_elements=["account_id", "person"], set_=last)


async def record(session: AsyncSession, rows: Sequence[dict[str, Any]], now: dt.datetime) -> int:
    """Record messages once under the platform's id, and that their people wrote; how many are new."""
    insert, upsert = _record(session.get_bind().dialect.name)
    new = (await session.execute(insert, rows)).all()
    people = {(row["account_id"], row["person"]): row for row in rows}
    contacts = [
        {
            "commune_id": row["commune_id"],
            "account_id": row["account_id"],
            "person": row["person"],
            "first_at": now,
            "last_at": now,
            "reachable": row["kind"] not in ("blocked", "erase"),
        }
        for row in people.values()
    ]
    await session.execute(upsert, contacts)
    return len(new)


async def claim_received(session: AsyncSession, account_ids: Sequence[int], limit: int) -> Sequence[Any]:
    """Messages of these accounts to answer now, locked: each the first open one of its person."""
    return (await session.execute(_CLAIM, {"account_ids": account_ids, "limit": limit})).all()


async def mark_answered(session: AsyncSession, rows: Sequence[dict[str, Any]]) -> None:
    """Set `id_`'s status, answer, worker and due time, and forget its words: the answer holds them, masked."""
    await session.execute(_ANSWERED, [row | {"content_": {}} for row in rows])


async def take_over(
    session: AsyncSession, account_ids: Sequence[int], worker: str, now: dt.datetime, until: dt.datetime, limit: int
) -> Sequence[Any]:
    """Answered messages that nobody is sending: released for a later try, or left by a process that died."""
    due = (
        sa.select(_messages.c.id)
        .where(_messages.c.status == MessageStatus.ANSWERED, _messages.c.due_at <= now, _messages.c.account_id.in_(account_ids))
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


async def keep(session: AsyncSession, worker: str, until: dt.datetime) -> None:
    """Say that this worker is alive and still sending what it holds."""
    await session.execute(
        sa.update(_messages).where(_messages.c.worker == worker, _messages.c.status == MessageStatus.ANSWERED).values(due_at=until)
    )


async def release_all(session: AsyncSession, now: dt.datetime) -> None:
    """Give everything back at once. Only where no other process can be sending."""
    await session.execute(
        sa.update(_messages).where(_messages.c.status == MessageStatus.ANSWERED, _messages.c.worker.is_not(None)).values(due_at=now)
    )


async def update_message(session: AsyncSession, message_id: int, **values: Any) -> None:
    """Write what became of one message."""
    parameters = {f"{name}_": value for name, value in values.items()}
    await session.execute(_SET(*values), [parameters | {"id_": message_id}])


async def set_reachable(session: AsyncSession, account_id: int, person: str, *, reachable: bool) -> None:
    """Remember whether a person can be written to."""
    await session.execute(
        sa.update(_contacts).where(_contacts.c.account_id == account_id, _contacts.c.person == person).values(reachable=reachable)
    )


async def last_wrote(session: AsyncSession, account_id: int, person: str) -> dt.datetime | None:
    """When this person wrote last."""
    query = sa.select(ChannelContact.last_at).where(ChannelContact.account_id == account_id, ChannelContact.person == person)
    return await session.scalar(query)


async def forget_contact(session: AsyncSession, account_id: int, person: str) -> None:
    """Erase a person and their finished messages."""
    await session.execute(sa.delete(_contacts).where(_contacts.c.account_id == account_id, _contacts.c.person == person))
    done = _messages.c.status.not_in([*OPEN])
    await session.execute(sa.delete(_messages).where(_messages.c.account_id == account_id, _messages.c.person == person, done))


async def purge(session: AsyncSession, before: dt.datetime) -> int:
    """Erase finished messages received before; how many went."""
    done = _messages.c.status.not_in([*OPEN])
    gone = await session.execute(sa.delete(_messages).where(_messages.c.received_at < before, done).returning(_messages.c.id))
    return len(gone.all())


async def count_open(session: AsyncSession) -> dict[int, int]:
    """Open messages per account."""
    query = sa.select(_messages.c.account_id, sa.func.count()).where(_messages.c.status.in_([*OPEN])).group_by(_messages.c.account_id)
    return {row[0]: row[1] for row in await session.execute(query)}


# --- accounts --------------------------------------------------------------------------------------------------------


async def accounts(session: AsyncSession) -> Sequence[ChannelAccount]:
    """Every account, oldest first."""
    return (await session.execute(sa.select(ChannelAccount).order_by(ChannelAccount.id))).scalars().all()


async def account(session: AsyncSession, account_id: int, *, lock: bool = False) -> ChannelAccount | None:
    """One account; `lock`: no other transaction changes it until this one ends."""
    query = sa.select(ChannelAccount).where(ChannelAccount.id == account_id)
    return (await session.execute(query.with_for_update() if lock else query)).scalar_one_or_none()


async def note_refusal(session: AsyncSession, account_id: int, reason: str) -> None:
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
