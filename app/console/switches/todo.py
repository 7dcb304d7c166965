"""What is switched off waits to be switched on again."""

from __future__ import annotations

from fastapi import Request
from sqlalchemy.ext.asyncio import AsyncSession

from app.console.todo import Todo, Urgency
from app.officials.access import SWITCHERS
from app.officials.models import Signed
from app.ward.differences import words
from app.ward.holder import WardHolder


async def todos(request: Request, session: AsyncSession, who: Signed) -> list[Todo]:
    """One for each switch that is off, for who may switch it."""
    del session
    holder: WardHolder = request.app.state.ward
    if who.role not in SWITCHERS or holder.commune_id != who.commune_id:
        return []
    off = [(name, switch) for name, switch in holder.now.switches.items() if not switch.on]
    named = words()["switches"]
    return [
        Todo(words()["todo"].format(name=named[name]["name"], reason=switch.reason), f"/can-bo/cong-tac/{name}", Urgency.TODAY)
        for name, switch in off
        if name in named
    ]
