"""All SQL of the calendar, and only SQL. Every statement names the commune."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from typing import Any, TypeVar

import sqlalchemy as sa
import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from app.calendar.facts import CalendarFacts, DayChange, DayKind, HolidayChange, HolidayKind, Session, SessionKind, SessionStatus
from app.calendar.models import CalendarDay, CalendarSession, HolidayOverride
from app.commune import Shift

Fact = TypeVar("Fact")
log = structlog.get_logger()
KEPT = dt.timedelta(days=400)
"""How far back citizens may ask; older changes stay in the database, not in memory."""
ANEW = {"populate_existing": True}
"""What was read before the lock may be old."""


async def load(session: AsyncSession, commune_id: int, now: dt.datetime) -> CalendarFacts:
    """Everything officials changed, as the running service uses it."""
    since = now - KEPT
    days = sa.select(CalendarDay).where(CalendarDay.commune_id == commune_id, CalendarDay.day >= since.date()).order_by(CalendarDay.day)
    sessions = (
        sa.select(CalendarSession)
        .where(CalendarSession.commune_id == commune_id, CalendarSession.ends_at >= since)
        .order_by(CalendarSession.starts_at, CalendarSession.id)
    )
    return CalendarFacts(
        days=_readable(_change, (await session.scalars(days)).all()),
        sessions=_readable(_session, (await session.scalars(sessions)).all()),
        holidays=await holidays(session, commune_id),
    )


async def holidays(session: AsyncSession, commune_id: int) -> tuple[HolidayChange, ...]:
    """The days that are other than the list of public holidays says."""
    query = sa.select(HolidayOverride).where(HolidayOverride.commune_id == commune_id).order_by(HolidayOverride.day)
    return _readable(_holiday, (await session.scalars(query, execution_options=ANEW)).all())


def _readable(read: Callable[[Any], Fact], rows: Iterable[Any]) -> tuple[Fact, ...]:
    """What the rows say. One that today's rules do not bear is left out and logged: it must not take the whole calendar with it."""
    found = []
    for row in rows:
        try:
            found.append(read(row))
        except ValueError:  # pydantic's, too
            log.exception("calendar_row_refused", table=row.__tablename__, id=row.id)
    return tuple(found)


async def day_of(session: AsyncSession, commune_id: int, day: dt.date) -> CalendarDay | None:
    """The change of one day, locked."""
    found = sa.select(CalendarDay).where(CalendarDay.commune_id == commune_id, CalendarDay.day == day).with_for_update()
    return (await session.scalars(found, execution_options=ANEW)).one_or_none()


async def session_of(session: AsyncSession, commune_id: int, session_id: int) -> CalendarSession | None:
    """One session of this commune, locked."""
    found = sa.select(CalendarSession).where(CalendarSession.commune_id == commune_id, CalendarSession.id == session_id).with_for_update()
    return (await session.scalars(found, execution_options=ANEW)).one_or_none()


async def holiday_of(session: AsyncSession, commune_id: int, day: dt.date) -> HolidayOverride | None:
    """The override of one holiday, locked."""
    found = sa.select(HolidayOverride).where(HolidayOverride.commune_id == commune_id, HolidayOverride.day == day).with_for_update()
    return (await session.scalars(found, execution_options=ANEW)).one_or_none()


async def add(session: AsyncSession, row: CalendarDay | CalendarSession | HolidayOverride) -> None:
    """Store a new row; its id is known afterwards."""
    session.add(row)
    await session.flush()


async def remove(session: AsyncSession, row: HolidayOverride) -> None:
    """Take an override away."""
    await session.delete(row)
    await session.flush()


def day_values(change: DayChange) -> dict[str, Any]:
    """A change as values of its row."""
    return {
        "kind": str(change.kind),
        "hours": [shift.model_dump(mode="json") for shift in change.hours],
        "reason": change.reason,
        "moved_to": change.moved_to,
        "place": change.place,
        "counters": list(change.counters),
        "procedures": list(change.procedures),
        "bring": change.bring,
        "team": change.team,
    }


def _hours(row: CalendarDay) -> tuple[Shift, ...]:
    """The hours of a day; without them those of the rule hold, and the rest of the change still stands."""
    try:
        return tuple(Shift.model_validate(each) for each in row.hours)
    except ValueError:
        log.exception("calendar_hours_refused", day=row.day.isoformat(), commune=row.commune_id)
        return ()


def _change(row: CalendarDay) -> DayChange:
    return DayChange(
        day=row.day,
        kind=DayKind(row.kind),
        hours=_hours(row),
        reason=row.reason,
        moved_to=row.moved_to,
        place=row.place,
        counters=tuple(row.counters),
        procedures=tuple(row.procedures),
        bring=row.bring,
        team=row.team,
        sequence=row.sequence,
        updated_at=row.updated_at,
    )


def _session(row: CalendarSession) -> Session:
    return Session(
        id=row.id,
        uid=row.uid,
        kind=SessionKind(row.kind),
        title=row.title,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        place=row.place,
        group_id=row.group_id,
        group_name=row.group_name,
        procedures=tuple(row.procedures),
        bring=row.bring,
        team=row.team,
        status=SessionStatus(row.status),
        reason=row.reason,
        sequence=row.sequence,
        updated_at=row.updated_at,
    )


def _holiday(row: HolidayOverride) -> HolidayChange:
    return HolidayChange(day=row.day, kind=HolidayKind(row.kind), name=row.name, swapped_with=row.swapped_with)
