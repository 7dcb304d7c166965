"""SQL of who gets what: dispatches, their recipients, who has to wait and until when, other channels, counts. Only SQL."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

import sqlalchemy as sa

from app.announcements.models import Announcement
from app.announcements.models import Status as AnnouncementStatus
from app.assistant.models import Conversation
from app.channels.models import ChannelAccount, ChannelMessage
from app.database import Transaction, UtcDateTime, dialect_of, insert_of
from app.deliveries.models import Chunk, Delivery, Dispatch, DispatchStatus, Status
from app.deliveries.states import MAY_HAVE
from app.subscribers.models import Subscriber

_dispatches = cast("sa.Table", Dispatch.__table__)
_deliveries = cast("sa.Table", Delivery.__table__)
_chunks = cast("sa.Table", Chunk.__table__)
_announcements = cast("sa.Table", Announcement.__table__)
_conversations = cast("sa.Table", Conversation.__table__)
_messages = cast("sa.Table", ChannelMessage.__table__)
_accounts = cast("sa.Table", ChannelAccount.__table__)
_subscribers = cast("sa.Table", Subscriber.__table__)


@dataclass(frozen=True)
class Way:
    """A connected account, and how long after somebody's last message it may write to them (None: always)."""

    account_id: int
    channel: str
    window: dt.timedelta | None


def _is(status: Status) -> sa.ColumnElement[bool]:
    """Of this status, written out as the partial indexes are."""
    found: sa.ColumnElement[bool] = _deliveries.c.status == sa.literal_column(f"'{status}'")
    return found


# --- dispatches --------------------------------------------------------------------------------------------------------


async def dispatch(transaction: Transaction, dispatch_id: int) -> Any:
    """One dispatch."""
    return (await transaction.execute(sa.select(_dispatches).where(_dispatches.c.id == dispatch_id))).one()


async def make_dispatch(transaction: Transaction, values: Mapping[str, Any]) -> int | None:
    """A new dispatch, or None when its key is there already."""
    statement = (
        insert_of(dialect_of(transaction), _dispatches).values(**values).on_conflict_do_nothing(index_elements=["commune_id", "key"])
    )
    made: int | None = (await transaction.execute(statement.returning(_dispatches.c.id))).scalar_one_or_none()
    return made


async def open_dispatches(transaction: Transaction, now: dt.datetime) -> Sequence[Any]:
    """Dispatches of which something may still go out, the urgent ones first."""
    columns = [each for each in _dispatches.c if each.name not in {"reply", "summary"}]
    query = sa.select(*columns).where(_dispatches.c.status != DispatchStatus.STOPPED, _dispatches.c.summary.is_(None))
    return (
        await transaction.execute(query.where(_dispatches.c.expires_at > now).order_by(_dispatches.c.urgent.desc(), _dispatches.c.id))
    ).all()


async def chain(transaction: Transaction, announcement: Any) -> list[int]:
    """The announcements that this one follows: the first, and all that corrected it before."""
    root = announcement.root_id
    query = sa.select(_announcements.c.id).where(
        sa.or_(_announcements.c.id == root, _announcements.c.root_id == root), _announcements.c.id != announcement.id
    )
    return list((await transaction.execute(query)).scalars())


def who_may_have(announcement_ids: Sequence[int]) -> sa.Select[Any]:
    """Subscribers who got one of these announcements, may have got it, or would have got it had it not been replaced."""
    got = (
        sa.select(_deliveries.c.subscriber_id)
        .join(_dispatches, _dispatches.c.id == _deliveries.c.dispatch_id)
        .where(
            _dispatches.c.announcement_id.in_(announcement_ids),
            sa.or_(_deliveries.c.status.in_(MAY_HAVE), _deliveries.c.reason == "replaced"),
        )
    )
    columns = [getattr(_subscribers.c, name) for name in ("id", "commune_id", "channel", "account_id", "person", "person_key")]
    reachable = sa.func.coalesce(_conversations.c.reachable, sa.true()).label("reachable")
    return (
        sa.select(*columns, _conversations.c.updated_at.label("wrote_at"), reachable)
        .select_from(_subscribers.outerjoin(_conversations, _conversation_of(_subscribers)))
        .where(_subscribers.c.id.in_(got), _subscribers.c.left_at.is_(None))
    )


async def stop(transaction: Transaction, announcement_ids: Sequence[int], reason: str, now: dt.datetime) -> None:
    """Send no more of these announcements. What is just on its way arrives; `settle_stopped` writes what did not go out."""
    running = (_dispatches.c.announcement_id.in_(announcement_ids), _dispatches.c.status != DispatchStatus.STOPPED)
    stopped = {"status": DispatchStatus.STOPPED, "reason": reason, "finished_at": sa.func.coalesce(_dispatches.c.finished_at, now)}
    await transaction.execute(sa.update(_dispatches).where(*running).values(**stopped))


async def withdrawn(transaction: Transaction) -> list[int]:
    """Announcements that were withdrawn while something of them could still go out."""
    query = (
        sa.select(_dispatches.c.announcement_id)
        .join(_announcements, _announcements.c.id == _dispatches.c.announcement_id)
        .where(_announcements.c.status == AnnouncementStatus.WITHDRAWN, _dispatches.c.status != DispatchStatus.STOPPED)
    )
    return list((await transaction.execute(query)).scalars())


async def settle_stopped(transaction: Transaction, now: dt.datetime) -> None:
    """Deliveries of stopped dispatches that never went out are skipped, for the reason of their dispatch."""
    for status in (Status.QUEUED, Status.WAITING):
        query = sa.select(_dispatches.c.id, _dispatches.c.reason).where(
            _dispatches.c.status == DispatchStatus.STOPPED, _dispatches.c.id.in_(sa.select(_deliveries.c.dispatch_id).where(_is(status)))
        )
        for row in (await transaction.execute(query)).all():
            left = sa.update(_deliveries).where(_deliveries.c.dispatch_id == row.id, _is(status))
            await transaction.execute(left.values(status=Status.SKIPPED, reason=row.reason, updated_at=now))


async def settle_expired(transaction: Transaction, now: dt.datetime) -> None:
    """What could not go out until its text lost its sense is given up."""
    for status, then in ((Status.QUEUED, Status.FAILED), (Status.WAITING, Status.SKIPPED)):
        old = sa.select(_dispatches.c.id).where(_dispatches.c.expires_at <= now)
        late = (_is(status), _deliveries.c.chunk_id.is_(None), _deliveries.c.dispatch_id.in_(old))
        await transaction.execute(sa.update(_deliveries).where(*late).values(status=then, reason="expired", updated_at=now))


async def unsettled(transaction: Transaction, now: dt.datetime) -> bool:
    """Whether anything queued or waiting belongs to a dispatch that was stopped or lost its sense."""
    over = sa.or_(_dispatches.c.status == DispatchStatus.STOPPED, _dispatches.c.expires_at <= now)
    for status in (Status.QUEUED, Status.WAITING):
        left = sa.select(sa.literal(1)).where(_is(status), _deliveries.c.dispatch_id.in_(sa.select(_dispatches.c.id).where(over)))
        if await transaction.scalar(left.limit(1)) is not None:
            return True
    return False


async def has_queued(transaction: Transaction, dispatch_id: int, account_id: int, now: dt.datetime) -> bool:
    """Whether an account has something of this dispatch to send now that no chunk holds."""
    query = sa.select(sa.literal(1)).where(
        _is(Status.QUEUED),
        _deliveries.c.dispatch_id == dispatch_id,
        _deliveries.c.account_id == account_id,
        _deliveries.c.chunk_id.is_(None),
        _deliveries.c.due_at <= now,
    )
    return await transaction.scalar(query.limit(1)) is not None


async def to_finish(transaction: Transaction) -> bool:
    """Whether any dispatch may be done."""
    return await transaction.scalar(sa.select(sa.literal(1)).where(_ended()).limit(1)) is not None


def _ended() -> sa.ColumnElement[bool]:
    queued = sa.exists().where(_deliveries.c.dispatch_id == _dispatches.c.id, _is(Status.QUEUED))
    under_way = sa.exists().where(_chunks.c.dispatch_id == _dispatches.c.id, _chunks.c.finished_at.is_(None))
    return sa.and_(_dispatches.c.status == DispatchStatus.SENDING, ~queued, ~under_way)


async def finish(transaction: Transaction, now: dt.datetime) -> list[Any]:
    """Dispatches of which nothing is on its way any more become done; these, as (id, announcement_id)."""
    done = (
        sa.update(_dispatches)
        .where(_ended())
        .values(status=DispatchStatus.DONE, finished_at=now)
        .returning(_dispatches.c.id, _dispatches.c.announcement_id)
    )
    return list((await transaction.execute(done)).all())


# --- recipients --------------------------------------------------------------------------------------------------------


async def fill(transaction: Transaction, made: Any, audience: sa.Select[Any], ways: Sequence[Way], now: dt.datetime) -> int:
    """One delivery for every row of `audience` (see app/subscribers/audience.py); how many."""
    who = audience.subquery("who")
    account, open_ = _conditions(who, who.c.wrote_at, ways, now)
    status = sa.case(
        (sa.or_(account.is_(None), ~who.c.reachable), Status.SKIPPED.value), (~open_, Status.WAITING.value), else_=Status.QUEUED.value
    )
    reason = sa.case((account.is_(None), "no_account"), (~who.c.reachable, "blocked"), (~open_, "window"), else_="")
    fixed = {
        "commune_id": made.commune_id, "dispatch_id": made.id, "attempts": 0, "crashes": 0, "parts_sent": 0, "due_at": now, "updated_at": now,
    }  # fmt: skip
    chosen = {"subscriber_id": who.c.id, "channel": who.c.channel, "account_id": account, "person": who.c.person}
    chosen |= {"status": status, "reason": reason}
    constant = (sa.literal(value, _deliveries.c[name].type).label(name) for name, value in fixed.items())
    rows = sa.select(*(column.label(name) for name, column in chosen.items()), *constant).order_by(who.c.id)
    await transaction.execute(sa.insert(_deliveries).from_select([*chosen, *fixed], rows))
    return await _count(transaction, made.id)


async def _count(transaction: Transaction, dispatch_id: int) -> int:
    total = await transaction.scalar(sa.select(sa.func.count()).where(_deliveries.c.dispatch_id == dispatch_id))
    await transaction.execute(sa.update(_dispatches).where(_dispatches.c.id == dispatch_id).values(total=total))
    return int(total or 0)


async def stuck(transaction: Transaction, dispatch_id: int) -> Sequence[Any]:
    """Deliveries (id, status) that cannot go out now, of people who linked another channel."""
    me, other = _subscribers.alias("me"), _subscribers.alias("other")
    query = (
        sa.select(_deliveries.c.id, _deliveries.c.status)
        .join(me, me.c.id == _deliveries.c.subscriber_id)
        .where(
            _deliveries.c.dispatch_id == dispatch_id,
            _deliveries.c.status.in_([Status.WAITING, Status.SKIPPED]),
            sa.exists().where(
                other.c.person_key == me.c.person_key,
                other.c.commune_id == me.c.commune_id,
                other.c.id != me.c.id,
                other.c.left_at.is_(None),
            ),
        )
    )
    return (await transaction.execute(query)).all()


def _conversation_of(who: Any) -> sa.ColumnElement[bool]:
    return sa.and_(
        _conversations.c.commune_id == who.c.commune_id, _conversations.c.channel == who.c.channel, _conversations.c.person == who.c.person
    )


def _conditions(who: Any, wrote_at: Any, ways: Sequence[Way], now: dt.datetime) -> tuple[Any, Any]:
    """Of a subscriber: the account that serves them (NULL: none), and whether it may write to them now."""
    known = [way.account_id for way in ways]
    newest = {way.channel: way.account_id for way in sorted(ways, key=lambda way: way.account_id)}
    if not newest:
        return sa.cast(sa.null(), sa.Integer), sa.true()
    other = sa.case(*((who.c.channel == name, number) for name, number in newest.items()), else_=None)
    account = sa.case((who.c.account_id.in_(known), who.c.account_id), else_=other)
    never = sa.literal(dt.datetime(1970, 1, 1, tzinfo=dt.UTC), UtcDateTime)
    limits = {way.channel: way.window for way in ways if way.window is not None}
    oldest = [(who.c.channel == name, sa.literal(now - window, UtcDateTime)) for name, window in limits.items()]
    return account, sa.func.coalesce(wrote_at, never) >= sa.case(*oldest, else_=never) if oldest else sa.true()


async def fall_back(transaction: Transaction, delivery_id: int, ways: Sequence[Way], now: dt.datetime, *, only_open: bool = False) -> bool:
    """Somebody cannot be reached where we tried: queue the same text on another channel that they linked, if there is one.

    `only_open`: only on a channel where it can go out at once.
    """
    who = _subscribers
    account, open_ = _conditions(who, _conversations.c.updated_at, ways, now)
    columns = (_deliveries.c.dispatch_id, who.c.commune_id, who.c.id, who.c.channel, who.c.person)
    query = _elsewhere(account, *columns, account.label("account_id"), open_.label("open")).where(_deliveries.c.id == delivery_id)
    other = (await transaction.execute(query.order_by(sa.case((open_, 0), else_=1), who.c.id).limit(1))).one_or_none()
    if other is None or (only_open and not other.open):
        return False
    status, reason = (Status.QUEUED, "") if other.open else (Status.WAITING, "window")
    values = {"commune_id": other.commune_id, "dispatch_id": other.dispatch_id, "subscriber_id": other.id, "channel": other.channel}
    values |= {"account_id": other.account_id, "person": other.person, "status": status, "reason": reason, "due_at": now, "updated_at": now}
    await transaction.execute(sa.insert(_deliveries).values(**values, attempts=0, crashes=0, parts_sent=0))
    was = _deliveries.c.status
    given_up = {"reason": "other_channel", "status": sa.case((was == Status.WAITING, Status.SKIPPED.value), else_=was), "updated_at": now}
    await transaction.execute(sa.update(_deliveries).where(_deliveries.c.id == delivery_id).values(**given_up))
    return True


def _elsewhere(account: Any, *columns: Any) -> sa.Select[Any]:
    """Deliveries beside the other channels (`_subscribers`, `_conversations`) that their people linked and that were not tried."""
    who, me, tried = _subscribers, _subscribers.alias("me"), _deliveries.alias("tried")
    return (
        sa.select(*columns)
        .select_from(
            _deliveries.join(me, me.c.id == _deliveries.c.subscriber_id)
            .join(who, sa.and_(who.c.person_key == me.c.person_key, who.c.commune_id == me.c.commune_id, who.c.id != me.c.id))
            .outerjoin(_conversations, _conversation_of(who))
        )
        .where(
            who.c.left_at.is_(None),
            account.is_not(None),
            sa.func.coalesce(_conversations.c.reachable, sa.true()),
            ~sa.exists().where(tried.c.dispatch_id == _deliveries.c.dispatch_id, tried.c.subscriber_id == who.c.id),
        )
    )


async def open_elsewhere(transaction: Transaction, ways: Sequence[Way], now: dt.datetime) -> list[int]:
    """Deliveries that wait for their person to write, though a channel linked since then, or written on, could take them now."""
    account, open_ = _conditions(_subscribers, _conversations.c.updated_at, ways, now)
    query = _elsewhere(account, _deliveries.c.id).where(_is(Status.WAITING), _deliveries.c.reason == "window", open_).distinct()
    return list((await transaction.execute(query.order_by(_deliveries.c.id))).scalars())


# --- who waits ---------------------------------------------------------------------------------------------------------


async def anybody_waits(transaction: Transaction) -> bool:
    """Whether any delivery waits at all."""
    return await transaction.scalar(sa.select(sa.literal(1)).where(_is(Status.WAITING)).limit(1)) is not None


async def last_message(transaction: Transaction) -> int:
    """The newest message of a citizen."""
    return int(await transaction.scalar(sa.select(sa.func.max(_messages.c.id))) or 0)


async def wake_writers(transaction: Transaction, after: int, now: dt.datetime, due_at: dt.datetime) -> int:
    """Who wrote since message `after` gets what waited for them, from `due_at` on: their own answer comes first."""
    wrote = (
        sa.select(_deliveries.c.id)
        .join(_messages, sa.and_(_messages.c.person == _deliveries.c.person, _messages.c.commune_id == _deliveries.c.commune_id))
        .join(_accounts, sa.and_(_accounts.c.id == _messages.c.account_id, _accounts.c.channel == _deliveries.c.channel))
        .where(_messages.c.id > after, _is(Status.WAITING), _deliveries.c.reason == "window")
    )
    return await _wake(transaction, wrote, now, due_at)


async def wake_open(transaction: Transaction, channel: str, since: dt.datetime, now: dt.datetime) -> int:
    """The same by the conversations: for what was missed while no process looked. Who was written to since `since`."""
    wrote = (
        sa.select(_deliveries.c.id)
        .join(_conversations, _conversation_of(_deliveries))
        .where(
            _is(Status.WAITING),
            _deliveries.c.reason == "window",
            _deliveries.c.channel == channel,
            _conversations.c.reachable,
            _conversations.c.updated_at >= since,
            _conversations.c.updated_at > _deliveries.c.updated_at,
        )
    )
    return await _wake(transaction, wrote, now, now)


async def wake_morning(transaction: Transaction, now: dt.datetime) -> int:
    """What waited for the morning goes out."""
    due = sa.select(_deliveries.c.id).where(_is(Status.WAITING), _deliveries.c.reason == "morning", _deliveries.c.due_at <= now)
    return await _wake(transaction, due, now, now)


async def _wake(transaction: Transaction, ids: sa.Select[Any], now: dt.datetime, due_at: dt.datetime) -> int:
    woken = sa.update(_deliveries).where(_deliveries.c.id.in_(ids), _is(Status.WAITING))
    values = {"status": Status.QUEUED, "reason": "", "updated_at": now, "due_at": due_at}
    return len((await transaction.execute(woken.values(**values).returning(_deliveries.c.id))).all())
