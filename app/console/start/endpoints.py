"""The start page: what has to be done."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from app.console.pages import render
from app.console.todo import Urgency, collect
from app.officials.access import access_signed
from app.officials.models import Signed

router = APIRouter(include_in_schema=False)


@router.get("/can-bo")
async def start(request: Request, who: Annotated[Signed, Depends(access_signed)]) -> Response:
    """«Việc cần làm»."""
    async with request.app.state.database.read() as session:
        todos = await collect(request.app.state.todo_sources, request, session, who)
    groups = [(urgency.name, found) for urgency in Urgency if (found := [todo for todo in todos if todo.urgency == urgency])]
    return render(request, "start/page.html", groups=groups)
