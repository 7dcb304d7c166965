"""Deliveries that somebody should look at: refused, or nobody knows whether they arrived."""

from __future__ import annotations

import datetime as dt

from fastapi import Request
from sqlalchemy.ext.asyncio import AsyncSession

from app.console.todo import Todo, Urgency
from app.deliveries import reporting
from app.officials.access import PUBLISHERS
from app.officials.models import Signed

LATELY = dt.timedelta(days=3)


async def todos(request: Request, session: AsyncSession, who: Signed) -> list[Todo]:
    """One for each dispatch of the last days with failed or unknown deliveries, for those who may try again."""
    if who.role not in PUBLISHERS:
        return []
    found = await reporting.troubled(session, who.commune_id, dt.datetime.now(dt.UTC) - LATELY)
    words = request.app.state.templates.get_template("console/deliveries/words.jinja").module
    return [Todo(str(words.todo(row.title, row.count)).strip(), f"/can-bo/gui-tin/{row.id}", Urgency.TODAY) for row in found]
