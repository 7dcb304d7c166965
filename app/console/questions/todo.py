"""Questions of the last week that nobody has looked at."""

from __future__ import annotations

import datetime as dt

from fastapi import Request
from sqlalchemy.ext.asyncio import AsyncSession

from app.console.todo import Todo, Urgency
from app.officials.access import WRITERS
from app.officials.models import Signed
from app.questions import repository
from app.questions.grouping import key_of

DAYS = 7


async def todos(request: Request, session: AsyncSession, who: Signed) -> list[Todo]:
    """One for all of them: how many different questions were «chưa rõ» or disliked. Grouping them would take too long here."""
    if who.role not in WRITERS:
        return []
    now = dt.datetime.now(dt.UTC)
    rows = await repository.answers_to_look_at(session, who.commune_id, now - dt.timedelta(days=DAYS))
    dealt = await repository.dealt_questions(session, who.commune_id)
    keys = {key_of(row.masked_text) for row in rows if row.status == "unknown" or row.feedback == "bad"} - dealt.keys()
    if not keys:
        return []
    words = request.app.state.templates.get_template("console/questions/words.jinja").module
    return [Todo(str(words.todo(len(keys))).strip(), "/can-bo/cau-hoi?ngay=7", Urgency.SOON)]
