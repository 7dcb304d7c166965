"""All SQL of the subscribers, and only SQL. Core statements: they run on a session as well as on a bare connection."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Iterable, Sequence
from typing import Any, cast

import sqlalchemy as sa

from app.commune import as_counted
from app.database import Transaction, dialect_of, insert_of
from app.subscribers.models import CodeKind, ResidentialGroup, Subscriber, SubscriberCode, Subscription

_people = cast("sa.Table", Subscriber.__table__)
_follows = cast("sa.Table", Subscription.__table__)
_groups = cast("sa.Table", ResidentialGroup.__table__)
_codes = cast("sa.Table", SubscriberCode.__table__)

Person = tuple[int, str, str]
"""Commune, channel, and the platform's id of the person."""


def _is(person: Person) -> sa.ColumnElement[bool]:
    commune_id, channel, who = person
    return sa.and_(_people.c.commune_id == commune_id, _people.c.channel == channel, _people.c.person == who)


# --- one person ----------------------------------------------------------------------------------------------------


async def find(session: Transaction, person: Person) -> Any:
    """The subscriber's row, or None."""
    return (await session.execute(sa.select(_people).where(_is(person)))).one_or_none()


async def add(session: Transaction, person: Person, values: dict[str, Any]) -> int:
    """Make the subscriber, or write these values over the one that is there; its id."""
    commune_id, channel, who = person
    row = {"commune_id": commune_id, "channel": channel, "person": who, "left_at": None, "guest": False, "staff": False} | values
    kept = {name: value for name, value in values.items() if name != "person_key"} | {"left_at": None}
    statement = (
        insert_of(dialect_of(session), _people)
        .values(row)
        .on_conflict_do_update(index_elements=["commune_id", "channel", "person"], set_=kept)
    )
    return int((await session.execute(statement.returning(_people.c.id))).scalar_one())


async def change(session: Transaction, subscriber_id: int, **values: Any) -> None:
    """Write values of one subscriber."""
    await session.execute(sa.update(_people).where(_people.c.id == subscriber_id).values(**values))


async def leave(session: Transaction, person: Person, now: dt.datetime) -> None:
    """Remember that a person left; what they followed stays, to be told when they ask."""
    await session.execute(sa.update(_people).where(_is(person), _people.c.left_at.is_(None)).values(left_at=now))


async def left_before(session: Transaction, before: dt.datetime) -> list[Person]:
    """Who left before a moment."""
    query = sa.select(_people.c.commune_id, _people.c.channel, _people.c.person).where(_people.c.left_at < before)
    return [(row.commune_id, row.channel, row.person) for row in await session.execute(query)]


async def forget(session: Transaction, person: Person) -> None:
    """Erase a subscriber, what they followed, and the codes they made."""
    own = sa.select(_people.c.id).where(_is(person))
    commune_id, channel, who = person
    await session.execute(sa.delete(_follows).where(_follows.c.subscriber_id.in_(own)))
    await session.execute(sa.delete(_people).where(_is(person)))
    made = (_codes.c.commune_id == commune_id, _codes.c.channel == channel, _codes.c.person == who)
    await session.execute(sa.delete(_codes).where(*made))


async def topics_of(session: Transaction, subscriber_id: int) -> Sequence[Any]:
    """What someone follows: topic, created_at, words; oldest first."""
    query = sa.select(_follows).where(_follows.c.subscriber_id == subscriber_id).order_by(_follows.c.created_at, _follows.c.topic)
    return (await session.execute(query)).all()


async def follow(session: Transaction, commune_id: int, subscriber_id: int, topics: Iterable[str], words: str, now: dt.datetime) -> None:
    """Follow topics; those followed already keep their day and words."""
    own = {"commune_id": commune_id, "subscriber_id": subscriber_id, "created_at": now, "words": words}
    rows = [own | {"topic": topic} for topic in topics]
    if rows:
        statement = insert_of(dialect_of(session), _follows).on_conflict_do_nothing(index_elements=["subscriber_id", "topic"])
        await session.execute(statement, rows)


async def unfollow(session: Transaction, subscriber_id: int, topics: Iterable[str] | None = None) -> None:
    """Stop following these topics, or all."""
    chosen = (_follows.c.topic.in_(list(topics)),) if topics is not None else ()
    await session.execute(sa.delete(_follows).where(_follows.c.subscriber_id == subscriber_id, *chosen))


# --- linked channels, codes --------------------------------------------------------------------------------------------


async def linked(session: Transaction, commune_id: int, person_key: str) -> Sequence[Any]:
    """The subscribers of one person, on all channels they linked and did not leave."""
    query = sa.select(_people).where(_people.c.commune_id == commune_id, _people.c.person_key == person_key, _people.c.left_at.is_(None))
    return (await session.execute(query.order_by(_people.c.id))).all()


async def join(session: Transaction, commune_id: int, old_key: str, person_key: str) -> None:
    """Give everyone with the old key the new one."""
    own = (_people.c.commune_id == commune_id, _people.c.person_key == old_key)
    await session.execute(sa.update(_people).where(*own).values(person_key=person_key))


async def put_code(session: Transaction, values: dict[str, Any]) -> bool:
    """Store a code; False when the commune has the same one."""
    statement = insert_of(dialect_of(session), _codes).values({"channel": "", "person": "", "used": 0} | values)
    new = statement.on_conflict_do_nothing(index_elements=["commune_id", "code"]).returning(_codes.c.id)
    return (await session.execute(new)).scalar_one_or_none() is not None


async def live_code(session: Transaction, commune_id: int, code: str, kinds: Iterable[CodeKind], now: dt.datetime) -> Any:
    """A code that can still be used, or None."""
    query = sa.select(_codes).where(
        _codes.c.commune_id == commune_id, _codes.c.code == code, _codes.c.kind.in_(list(kinds)), _codes.c.expires_at > now
    )
    return (await session.execute(query)).one_or_none()


async def count_use(session: Transaction, code_id: int) -> None:
    """One more person used this code."""
    await session.execute(sa.update(_codes).where(_codes.c.id == code_id).values(used=_codes.c.used + 1))


async def drop_codes(session: Transaction, person: Person) -> None:
    """Take back the codes a person made."""
    commune_id, channel, who = person
    await session.execute(sa.delete(_codes).where(_codes.c.commune_id == commune_id, _codes.c.channel == channel, _codes.c.person == who))


async def drop_code(session: Transaction, commune_id: int, code_id: int) -> str | None:
    """Take back a guests' code; the code, or None when the commune has none such."""
    own = (_codes.c.commune_id == commune_id, _codes.c.id == code_id, _codes.c.kind != CodeKind.LINK)
    return (await session.execute(sa.delete(_codes).where(*own).returning(_codes.c.code))).scalar_one_or_none()


async def drop_stale_codes(session: Transaction, now: dt.datetime) -> None:
    """Erase codes that no longer work: their numbers may be given again."""
    await session.execute(sa.delete(_codes).where(_codes.c.expires_at <= now))


async def guest_codes(session: Transaction, commune_id: int, now: dt.datetime) -> Sequence[Any]:
    """The commune's codes for guests and staff that still work, newest first."""
    own = (_codes.c.commune_id == commune_id, _codes.c.kind != CodeKind.LINK, _codes.c.expires_at > now)
    return (await session.execute(sa.select(_codes).where(*own).order_by(_codes.c.id.desc()))).all()


async def end_trial(session: Transaction, commune_id: int, kind: CodeKind) -> int:
    """Take everybody off the list of guests or of staff; how many there were."""
    flag = _people.c.staff if kind is CodeKind.STAFF else _people.c.guest
    cleared = sa.update(_people).where(_people.c.commune_id == commune_id, flag).values({flag.name: False})
    return len((await session.execute(cleared.returning(_people.c.id))).all())


# --- residential groups --------------------------------------------------------------------------------------------


async def groups(session: Transaction, commune_id: int, *, active: bool = False) -> Sequence[Any]:
    """The commune's residential groups as people count them; `active`: only those in use."""
    own = [_groups.c.commune_id == commune_id, *([_groups.c.active] if active else [])]
    found = (await session.execute(sa.select(_groups).where(*own).order_by(_groups.c.id))).all()
    return sorted(found, key=lambda group: as_counted(group.name))


async def group(session: Transaction, commune_id: int, group_id: int) -> Any:
    """One group of this commune, or None."""
    query = sa.select(_groups).where(_groups.c.commune_id == commune_id, _groups.c.id == group_id)
    return (await session.execute(query)).one_or_none()


async def save_group(session: Transaction, commune_id: int, group_id: int | None, values: dict[str, Any]) -> int | None:
    """Make or change a group; its id, None when there is no such group in this commune."""
    if group_id is None:
        added = sa.insert(_groups).values({"commune_id": commune_id, "active": True} | values).returning(_groups.c.id)
        return int((await session.execute(added)).scalar_one())
    own = (_groups.c.commune_id == commune_id, _groups.c.id == group_id)
    found = (await session.execute(sa.update(_groups).where(*own).values(**values).returning(_groups.c.id))).scalar_one_or_none()
    return None if found is None else int(found)


async def delete_group(session: Transaction, commune_id: int, group_id: int) -> bool:
    """Delete a group; who lived in it has none from then on. False when this commune has no such group."""
    own = (_groups.c.commune_id == commune_id, _groups.c.id == group_id)
    if await group(session, commune_id, group_id) is None:
        return False
    await session.execute(
        sa.update(_people).where(_people.c.commune_id == commune_id, _people.c.group_id == group_id).values(group_id=None)
    )
    await session.execute(sa.delete(_groups).where(*own))
    return True


# --- counts --------------------------------------------------------------------------------------------------------


def _following(commune_id: int) -> sa.ColumnElement[bool]:
    """Those who follow anything and did not leave."""
    return sa.and_(
        _people.c.commune_id == commune_id,
        _people.c.left_at.is_(None),
        sa.exists().where(_follows.c.subscriber_id == _people.c.id),
    )


async def count_by(session: Transaction, commune_id: int, column: str) -> dict[Any, int]:
    """Subscribers who follow anything, by channel, group_id, guest or staff."""
    by = _people.c[column]
    query = sa.select(by, sa.func.count()).where(_following(commune_id)).group_by(by)
    return {row[0]: row[1] for row in await session.execute(query)}


async def count_by_topic(session: Transaction, commune_id: int) -> dict[str, int]:
    """Followers of each topic."""
    query = (
        sa.select(_follows.c.topic, sa.func.count())
        .join(_people, _people.c.id == _follows.c.subscriber_id)
        .where(_people.c.commune_id == commune_id, _people.c.left_at.is_(None))
        .group_by(_follows.c.topic)
    )
    return {row[0]: row[1] for row in await session.execute(query)}


async def count_changes(session: Transaction, commune_id: int, edges: Sequence[dt.datetime]) -> tuple[list[int], list[int]]:
    """Between each two edges, how many gave their consent, and how many left."""

    def within(column: Any, begin: dt.datetime, end: dt.datetime) -> sa.ColumnElement[Any]:
        return sa.func.coalesce(sa.func.sum(sa.case((sa.and_(column >= begin, column < end), 1), else_=0)), 0)

    spans = list(itertools.pairwise(edges))
    columns = [within(column, *span) for column in (_people.c.consent_at, _people.c.left_at) for span in spans]
    row = (await session.execute(sa.select(*columns).where(_people.c.commune_id == commune_id))).one()
    return [int(value) for value in row[: len(spans)]], [int(value) for value in row[len(spans) :]]
