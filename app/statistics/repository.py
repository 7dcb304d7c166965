"""All SQL of the statistics, and only SQL. Counts come out; the one exception is the list of masked answers behind a count."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from typing import Any, cast

import sqlalchemy as sa

from app.announcements.models import Announcement, Kind
from app.assistant.models import Answer
from app.database import Transaction, dialect_of, insert_of
from app.deliveries.models import Delivery, Dispatch
from app.deliveries.states import GOT
from app.paper.models import CodePlace
from app.paper.places import SLIP
from app.statistics.models import MonthlyEntry, PublishedMonth, Target
from app.statistics.periods import Period
from app.subscribers.models import Subscriber, Subscription
from app.volunteers.models import Tally

_answers = cast("sa.Table", Answer.__table__)
_dispatches = cast("sa.Table", Dispatch.__table__)
_deliveries = cast("sa.Table", Delivery.__table__)
_announcements = cast("sa.Table", Announcement.__table__)
_people = cast("sa.Table", Subscriber.__table__)
_follows = cast("sa.Table", Subscription.__table__)
_tallies = cast("sa.Table", Tally.__table__)
_targets = cast("sa.Table", Target.__table__)
_entries = cast("sa.Table", MonthlyEntry.__table__)
_published = cast("sa.Table", PublishedMonth.__table__)
_places = cast("sa.Table", CodePlace.__table__)
# The public site is wired on top of everything, so its table is only named here.
_scans = sa.table(
    "qr_scans",
    sa.column("commune_id", sa.Integer),
    sa.column("code", sa.String),
    sa.column("place", sa.String),
    sa.column("day", sa.Date),
    sa.column("scans", sa.Integer),
)
ELSEWHERE = "*"
"""In place of a tag, and never one."""
ANSWERED = ("answer", "other")
TOGETHER = {"answered": ANSWERED}
"""What a list names by one word."""


def _asked(commune_id: int, period: Period) -> sa.ColumnElement[bool]:
    return sa.and_(_answers.c.commune_id == commune_id, _answers.c.asked_at >= period.begins, _answers.c.asked_at < period.ends)


def _days(table: Any, commune_id: int, period: Period) -> sa.ColumnElement[bool]:
    return sa.and_(table.c.commune_id == commune_id, table.c.day >= period.first, table.c.day < period.after)


# --- answers ---------------------------------------------------------------------------------------------------------


async def answers(session: Transaction, commune_id: int, period: Period) -> Sequence[Any]:
    """How many answers there are of each (status, channel, code, feedback): `count`."""
    columns = (_answers.c.status, _answers.c.channel, _answers.c.code, _answers.c.feedback)
    query = sa.select(*columns, sa.func.count().label("number")).where(_asked(commune_id, period)).group_by(*columns)
    return (await session.execute(query)).all()


async def elapsed(session: Transaction, commune_id: int, period: Period) -> dict[int, int]:
    """How many answers took how many milliseconds, rounded."""
    took = sa.cast(sa.func.round(_answers.c.elapsed_ms), sa.Integer)
    query = sa.select(took.label("took"), sa.func.count().label("number")).where(_asked(commune_id, period)).group_by(took)
    return {row.took: row.number for row in await session.execute(query)}


async def people(session: Transaction, commune_id: int, period: Period, column: str = "") -> dict[Any, int]:
    """How many people asked, by one column of their answers; all under None without a column. Who was erased is not known any more."""
    by = _answers.c[column] if column else sa.null()
    query = (
        sa.select(by.label("by"), sa.func.count(_answers.c.conversation_id.distinct()).label("number"))
        .where(_asked(commune_id, period), _answers.c.conversation_id.is_not(None))
        .group_by(*([by] if column else []))
    )
    return {row.by: row.number for row in await session.execute(query) if row.number}


async def people_served_within(session: Transaction, commune_id: int, period: Period, milliseconds: float) -> int:
    """How many people never waited longer than this for an answer."""
    known = (_asked(commune_id, period), _answers.c.conversation_id.is_not(None))
    each = sa.select(sa.func.max(_answers.c.elapsed_ms).label("longest")).where(*known).group_by(_answers.c.conversation_id).subquery()
    return int(await session.scalar(sa.select(sa.func.count()).where(each.c.longest <= milliseconds)) or 0)


async def questions_at_most(session: Transaction, commune_id: int, period: Period, most: int) -> int:
    """How many questions were asked, of nobody counting more than `most`."""
    known = (_asked(commune_id, period), _answers.c.conversation_id.is_not(None))
    each = sa.select(sa.func.count().label("number")).where(*known).group_by(_answers.c.conversation_id).subquery()
    capped = sa.case((each.c.number > most, most), else_=each.c.number)
    return int(await session.scalar(sa.select(sa.func.coalesce(sa.func.sum(capped), 0))) or 0)


async def unlinked(session: Transaction, commune_id: int, period: Period) -> int:
    """How many answers belong to nobody any more: erased, or kept too long."""
    query = sa.select(sa.func.count()).where(_asked(commune_id, period), _answers.c.conversation_id.is_(None))
    return int(await session.scalar(query) or 0)


async def listed(
    session: Transaction,
    commune_id: int,
    period: Period,
    chosen: Mapping[str, str],
    limit: int,
    offset: int = 0,
    *,
    slowest: bool = False,
) -> tuple[int, Sequence[Any]]:
    """How many answers have these values of (status, channel, code, feedback), and some of them, the newest first. Nobody's name.

    `slowest`: those first that took longest.
    """
    where = [_asked(commune_id, period), *(_answers.c[name].in_(TOGETHER.get(value, (value,))) for name, value in chosen.items())]
    total = int(await session.scalar(sa.select(sa.func.count()).where(*where)) or 0)
    names = ("asked_at", "masked_text", "status", "channel", "code", "feedback", "elapsed_ms")
    order = [_answers.c.elapsed_ms.desc()] if slowest else []
    query = sa.select(*(_answers.c[name] for name in names)).where(*where).order_by(*order, _answers.c.asked_at.desc(), _answers.c.id)
    return total, (await session.execute(query.limit(limit).offset(offset))).all()


# --- paper, news -----------------------------------------------------------------------------------------------------


async def scans(session: Transaction, commune_id: int, period: Period) -> Sequence[Any]:
    """Scans by (place, code): `number`, those scanned most first.

    Anybody can write a place into an address: one that nobody printed codes for is ELSEWHERE, and what it says is shown to nobody.
    """
    known = sa.or_(_places.c.tag.is_not(None), _scans.c.place.in_(["", SLIP]))
    place = sa.case((known, _scans.c.place), else_=ELSEWHERE).label("place")
    named = sa.and_(_places.c.commune_id == _scans.c.commune_id, _places.c.tag == _scans.c.place)
    each = sa.select(place, _scans.c.code, _scans.c.scans).outerjoin_from(_scans, _places, named).where(_days(_scans, commune_id, period))
    found = each.subquery().c
    number = sa.func.sum(found.scans).label("number")
    query = sa.select(found.place, found.code, number).group_by(found.place, found.code)
    return (await session.execute(query.order_by(number.desc(), found.place, found.code))).all()


async def dispatches(session: Transaction, commune_id: int, period: Period) -> list[tuple[int, str, int, int]]:
    """What was sent for announcements: (id, title, people it was for, people who got it). Trials are left out."""
    query = (
        sa.select(_dispatches.c.id, _dispatches.c.title, _dispatches.c.summary)
        .join(_announcements, _announcements.c.id == _dispatches.c.announcement_id)
        .where(
            _dispatches.c.commune_id == commune_id,
            _dispatches.c.created_at >= period.begins,
            _dispatches.c.created_at < period.ends,
            _announcements.c.trial.is_(False),
        )
        .order_by(_dispatches.c.id)
    )
    rows = (await session.execute(query)).all()
    open_ = [row.id for row in rows if row.summary is None]
    columns = (_deliveries.c.dispatch_id, _deliveries.c.status, _deliveries.c.reason)
    counted: dict[int, list[Any]] = {}
    if open_:
        single = sa.select(*columns, sa.func.count().label("number")).where(_deliveries.c.dispatch_id.in_(open_)).group_by(*columns)
        for row in await session.execute(single):
            counted.setdefault(row.dispatch_id, []).append((row.status, row.reason, row.number))
    for row in rows:
        if row.summary is not None:
            counted[row.id] = [(status, reason, number) for _channel, status, reason, number in row.summary]
    return [
        (
            row.id,
            row.title,
            # Who was reached on another channel is counted there.
            sum(number for _, reason, number in counted.get(row.id, ()) if reason != "other_channel"),
            sum(number for status, _, number in counted.get(row.id, ()) if status in GOT),
        )
        for row in rows
    ]


async def announced(session: Transaction, commune_id: int, period: Period) -> int:
    """How many announcements were published; corrections and reminders are none of their own."""
    query = sa.select(sa.func.count()).where(
        _announcements.c.commune_id == commune_id,
        _announcements.c.kind == Kind.ORIGINAL,
        _announcements.c.trial.is_(False),
        _announcements.c.published_at >= period.begins,
        _announcements.c.published_at < period.ends,
    )
    return int(await session.scalar(query) or 0)


async def followers(session: Transaction, commune_id: int, at: dt.datetime, by: str = "") -> dict[Any, int]:
    """How many people followed the ward at a moment: all under None, or by `topic` or `group_id`. A person on several channels is one.

    Of who left before, or was erased since, nothing is known.
    """
    there = (_people.c.commune_id == commune_id, _people.c.consent_at < at, sa.or_(_people.c.left_at.is_(None), _people.c.left_at >= at))
    if by == "topic":
        number = sa.func.count(_people.c.person_key.distinct())
        joined = sa.and_(_follows.c.subscriber_id == _people.c.id, _follows.c.created_at < at)
        query = sa.select(_follows.c.topic.label("by"), number.label("number")).join(_follows, joined).where(*there)
        return {row.by: row.number for row in await session.execute(query.group_by(_follows.c.topic))}
    # One group per person, so that groups add up: people name it once, and every channel they linked knows it.
    each = sa.select(sa.func.max(_people.c.group_id).label("by")).where(*there).group_by(_people.c.person_key).subquery()
    column = each.c.by if by else sa.null()
    query = sa.select(column.label("by"), sa.func.count().label("number")).select_from(each)
    return {row.by: row.number for row in await session.execute(query.group_by(column) if by else query) if row.number}


# --- help ------------------------------------------------------------------------------------------------------------


async def tallies(session: Transaction, commune_id: int, period: Period) -> Sequence[Any]:
    """How many times volunteers helped, of each (code, on_behalf, hard): `number`. Nothing says which volunteer."""
    columns = (_tallies.c.code, _tallies.c.on_behalf, _tallies.c.hard)
    query = sa.select(*columns, sa.func.count().label("number")).where(_days(_tallies, commune_id, period)).group_by(*columns)
    return (await session.execute(query)).all()


async def visits(session: Transaction, commune_id: int, period: Period, services: Collection[dt.date], prefix: str) -> dict[dt.date, int]:
    """How many were helped on these days, or for a session whose name begins with `prefix`; by day."""
    sunday = sa.or_(_tallies.c.day.in_(list(services)), _tallies.c.session_uid.startswith(prefix, autoescape=True))
    query = sa.select(_tallies.c.day, sa.func.count().label("number")).where(_days(_tallies, commune_id, period), sunday)
    return {row.day: row.number for row in await session.execute(query.group_by(_tallies.c.day).order_by(_tallies.c.day))}


async def listed_tallies(
    session: Transaction, commune_id: int, period: Period, chosen: dict[str, Any], limit: int, offset: int = 0
) -> tuple[int, Sequence[Any]]:
    """How many tallies have these values of (code, hard, day), and some of them added up by day, procedure and what was chosen."""
    where = [_days(_tallies, commune_id, period), *(_tallies.c[name] == value for name, value in chosen.items())]
    total = int(await session.scalar(sa.select(sa.func.count()).where(*where)) or 0)
    columns = (_tallies.c.day, _tallies.c.code, _tallies.c.on_behalf, _tallies.c.hard)
    query = sa.select(*columns, sa.func.count().label("number")).where(*where).group_by(*columns)
    ordered = query.order_by(_tallies.c.day.desc(), _tallies.c.code, _tallies.c.on_behalf, _tallies.c.hard)
    return total, (await session.execute(ordered.limit(limit).offset(offset))).all()


# --- what a ward types in --------------------------------------------------------------------------------------------


async def targets(session: Transaction, commune_id: int, year: int) -> Sequence[Any]:
    """The year's targets."""
    query = sa.select(_targets).where(_targets.c.commune_id == commune_id, _targets.c.year == year)
    return (await session.execute(query.order_by(_targets.c.metric))).all()


async def set_target(session: Transaction, commune_id: int, year: int, metric: str, values: dict[str, Any] | None) -> None:
    """Write a target over the one there was; None: take it back."""
    key = {"commune_id": commune_id, "year": year, "metric": metric}
    if values is None:
        await session.execute(sa.delete(_targets).where(*(_targets.c[name] == value for name, value in key.items())))
        return
    statement = insert_of(dialect_of(session), _targets).values(**key, **values)
    await session.execute(statement.on_conflict_do_update(index_elements=list(key), set_=values))


async def entries(session: Transaction, commune_id: int, period: Period) -> Sequence[Any]:
    """What was typed in for the months of a period, the earliest first."""
    where = (_entries.c.commune_id == commune_id, _entries.c.month >= period.first, _entries.c.month < period.after)
    return (await session.execute(sa.select(_entries).where(*where).order_by(_entries.c.month))).all()


async def set_entry(session: Transaction, commune_id: int, month: dt.date, values: dict[str, Any]) -> None:
    """Write a month's entry over the one there was."""
    key = {"commune_id": commune_id, "month": month}
    statement = insert_of(dialect_of(session), _entries).values(**key, **values)
    await session.execute(statement.on_conflict_do_update(index_elements=list(key), set_=values))


# --- what was published ----------------------------------------------------------------------------------------------


async def published(session: Transaction, commune_id: int, since: dt.date) -> Sequence[Any]:
    """Months that were made public, or wait for their late tallies, from this one on, the earliest first."""
    where = (_published.c.commune_id == commune_id, _published.c.month >= since)
    return (await session.execute(sa.select(_published).where(*where).order_by(_published.c.month))).all()


async def publish(session: Transaction, commune_id: int, month: dt.date, figures: dict[str, Any], now: dt.datetime) -> None:
    """Write down a month's figures; those that another process wrote first stay."""
    values = {"commune_id": commune_id, "month": month, "figures": figures, "made_at": now, "settled_at": None}
    await session.execute(
        insert_of(dialect_of(session), _published).values(**values).on_conflict_do_nothing(index_elements=["commune_id", "month"])
    )


async def settle(session: Transaction, commune_id: int, month: dt.date, figures: dict[str, Any], now: dt.datetime) -> None:
    """Add what came late and let everyone see the month; once."""
    where = (_published.c.commune_id == commune_id, _published.c.month == month, _published.c.settled_at.is_(None))
    await session.execute(sa.update(_published).where(*where).values(figures=figures, settled_at=now))
