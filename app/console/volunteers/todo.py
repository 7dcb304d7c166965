"""What waits for the volunteers' lead: a Sunday service within a week that nobody has said yes to."""

from __future__ import annotations

import datetime as dt

from fastapi import Request
from sqlalchemy.ext.asyncio import AsyncSession

from app.console.calendar.desk import calendar_of, today
from app.console.todo import Todo, Urgency
from app.console.volunteers.endpoints import ROSTER
from app.officials.access import VOLUNTEERS
from app.signed import Signed
from app.volunteers import repository, roster
from app.volunteers.models import Reply

WEEK = dt.timedelta(days=7)


async def todos(request: Request, session: AsyncSession, who: Signed) -> list[Todo]:
    """One per Sunday service, where the ward has volunteers at all."""
    if who.role not in VOLUNTEERS or not await repository.volunteers(session, who.commune_id, active=True):
        return []
    entries = roster.coming(await calendar_of(request, session, who), today())
    soon = [entry for entry in entries if entry.kind == "service" and entry.day <= today() + WEEK]
    shifts = await repository.shifts(session, who.commune_id, [entry.uid for entry in soon])
    said_yes = {shift.session_uid for shift, _ in shifts if shift.reply == Reply.YES}
    return [
        Todo(f"Phân công tình nguyện viên cho {entry.title} ngày {entry.day.day}/{entry.day.month}", f"{ROSTER}/{entry.uid}", Urgency.TODAY)
        for entry in soon
        if entry.uid not in said_yes
    ]
