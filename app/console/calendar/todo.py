"""What clashes in the calendar, as things to do."""

from __future__ import annotations

from fastapi import Request
from sqlalchemy.ext.asyncio import AsyncSession

from app.calendar.calendar import DAY
from app.calendar.clashes import AHEAD, clashes
from app.console.calendar.desk import calendar_of, today
from app.console.calendar.endpoints import place_of
from app.console.todo import Todo, Urgency
from app.officials.access import WRITERS
from app.signed import Signed

WEEK = 7 * DAY


async def todos(request: Request, session: AsyncSession, who: Signed) -> list[Todo]:
    """Each clash of the next two months."""
    if who.role not in WRITERS:
        return []
    calendar = await calendar_of(request, session, who)
    return [
        Todo(clash.sentence, place_of(calendar, clash), Urgency.TODAY if clash.day - today() <= WEEK else Urgency.SOON)
        for clash in clashes(calendar, today(), today() + AHEAD)
    ]
