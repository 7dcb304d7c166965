"""Who gets an announcement, as a statement: announcements count with it, deliveries insert from it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, cast

import sqlalchemy as sa

from app.database import Transaction, UtcDateTime
from app.messages import Capabilities
from app.subscribers.models import Subscriber, Subscription

Mode = Literal["trial", "real"]
_people = cast("sa.Table", Subscriber.__table__)
_follows = cast("sa.Table", Subscription.__table__)
# The assistant is built on this slice, so its table is only named here.
_talks = sa.table(
    "conversations",
    sa.column("commune_id", sa.Integer),
    sa.column("channel", sa.String),
    sa.column("person", sa.String),
    sa.column("updated_at", UtcDateTime),
    sa.column("reachable", sa.Boolean),
)


def audience(
    commune_id: int,
    topic: str,
    group_ids: Sequence[int] = (),
    channels: Sequence[str] = (),
    *,
    mode: Mode,
    urgent: bool = False,
    working: Collection[str] | None = None,
) -> sa.Select[Any]:
    """Select one row per person: `id, commune_id, channel, account_id, person, group_id, person_key, wrote_at, reachable`.

    `group_ids`, `channels`: empty means all. `urgent`: everyone who follows anything. `mode` trial: only staff and guests.
    A person who linked several channels is one row: of those that are reachable, the one they wrote on last. `wrote_at`: when
    they last wrote on it, None when that is no longer known. Others of the same person: `person_key`. `working`: channels that
    can be sent through; on others nobody is reachable. None: not asked, whoever sends sees to it.
    """
    followed = _follows.c.subscriber_id == _people.c.id
    wanted = [
        _people.c.commune_id == commune_id,
        _people.c.left_at.is_(None),
        sa.exists().where(followed, *([] if urgent else [_follows.c.topic == topic])),
    ]
    if group_ids:
        wanted.append(_people.c.group_id.in_(list(group_ids)))
    if channels:
        wanted.append(_people.c.channel.in_(list(channels)))
    if mode == "trial":
        wanted.append(sa.or_(_people.c.guest, _people.c.staff))
    talk = sa.and_(_talks.c.commune_id == _people.c.commune_id, _talks.c.channel == _people.c.channel, _talks.c.person == _people.c.person)
    reachable: sa.ColumnElement[bool] = sa.func.coalesce(_talks.c.reachable, sa.true())
    if working is not None:
        reachable = sa.and_(reachable, _people.c.channel.in_(list(working)))
    best = sa.func.row_number().over(
        partition_by=_people.c.person_key,
        order_by=(sa.case((reachable, 0), else_=1), _talks.c.updated_at.desc().nulls_last(), _people.c.id),
    )
    people = (
        sa.select(
            _people.c.id,
            _people.c.commune_id,
            _people.c.channel,
            _people.c.account_id,
            _people.c.person,
            _people.c.group_id,
            _people.c.person_key,
            _talks.c.updated_at.label("wrote_at"),
            reachable.label("reachable"),
            best.label("best"),
        )
        .select_from(_people.outerjoin(_talks, talk))
        .where(*wanted)
        .subquery("people")
    )
    return sa.select(*(column for column in people.c if column.name != "best")).where(people.c.best == 1)


@dataclass(frozen=True)
class Count:
    """How many people of one channel an announcement meets, by what the channel allows now."""

    channel: str
    total: int
    now: int
    """Can be written to now; `free` of them cost nothing."""
    free: int
    outside: int
    """Wrote too long ago: they get it when they write again."""
    unreachable: int
    """Blocked us, or the platform refuses them."""


async def counts_for(
    session: Transaction, people: sa.Select[Any], capabilities: Mapping[str, Capabilities], now: dt.datetime
) -> list[Count]:
    """Count an audience by channel and window. `capabilities`: of each channel by its name (`zalo_oa`); without, no window is known.

    Where it is not known when a person last wrote, a channel with a window counts them as outside.
    """
    rows = people.subquery("audience")
    counts = []
    for channel in (await session.execute(sa.select(rows.c.channel).distinct().order_by(rows.c.channel))).scalars().all():
        able = capabilities.get(channel)
        reachable = rows.c.reachable
        open_ = sa.and_(reachable, _since(rows.c.wrote_at, able.window if able else None, now))
        free = sa.and_(open_, _since(rows.c.wrote_at, able.free_window if able else None, now))
        query = sa.select(sa.func.count(), _sum(open_), _sum(free), _sum(sa.not_(reachable))).where(rows.c.channel == channel)
        total, can, costless, gone = (int(value or 0) for value in (await session.execute(query)).one())
        counts.append(Count(channel, total, can, costless, total - can - gone, gone))
    return counts


def _since(wrote_at: Any, window: dt.timedelta | None, now: dt.datetime) -> sa.ColumnElement[bool]:
    return sa.true() if window is None else sa.and_(wrote_at.is_not(None), wrote_at > now - window)


def _sum(condition: sa.ColumnElement[bool]) -> sa.ColumnElement[Any]:
    return sa.func.sum(sa.case((condition, 1), else_=0))
