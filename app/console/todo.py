"""«Việc cần làm»: what waits for somebody, collected from every noun for the start page.

A noun writes `async def todos(request, session, who) -> list[Todo]` in `app/console/<noun>/todo.py` and adds it to SOURCES in
`app/console/routes.py`. A source answers fast (it runs at every visit of the start page) and leaves out what the reader
may not do.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import Protocol

from fastapi import Request
from sqlalchemy.ext.asyncio import AsyncSession

from app.officials.models import Signed


class Urgency(IntEnum):
    """How soon. The words beside it are in start/page.html."""

    NOW = 0
    TODAY = 1
    SOON = 2


@dataclass(frozen=True)
class Todo:
    """One thing to do: a sentence with a verb («Duyệt thông báo khẩn “Bão số 9”») and where it is done."""

    sentence: str
    url: str
    urgency: Urgency = Urgency.SOON


class TodoSource(Protocol):
    """Gives what `who` has to do in one noun. `request.app.state` has what is not in the database."""

    async def __call__(self, request: Request, session: AsyncSession, who: Signed) -> list[Todo]: ...


async def collect(sources: list[TodoSource], request: Request, session: AsyncSession, who: Signed) -> list[Todo]:
    """Everything `who` has to do, the most urgent first."""
    found = [todo for source in sources for todo in await source(request, session, who)]
    return sorted(found, key=lambda todo: todo.urgency)
