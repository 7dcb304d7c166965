"""Channels that need somebody: no consent, refused by their platform."""

from __future__ import annotations

from fastapi import Request
from sqlalchemy.ext.asyncio import AsyncSession

from app.channels import repository
from app.channels.keeper import KINDS
from app.channels.models import AccountStatus
from app.console.todo import Todo, Urgency
from app.officials.access import SWITCHERS
from app.officials.models import Signed


async def todos(request: Request, session: AsyncSession, who: Signed) -> list[Todo]:
    """One for each account that is not well, for keeper and leader."""
    if who.role not in SWITCHERS:
        return []
    words = request.app.state.templates.get_template("console/channels/words.jinja").module
    found = [row for row in await repository.accounts(session) if row.commune_id == who.commune_id]
    ill = [row for row in found if row.status in (AccountStatus.CONSENT, AccountStatus.FAILING)]
    return [
        Todo(" ".join(str(words.todo(KINDS[row.channel].title, row.status)).split()), "/can-bo/kenh", Urgency.TODAY)
        for row in ill
        if row.channel in KINDS
    ]
