"""Counting that a printed code was opened: the code and the place it hangs at, nothing of who opened it."""

from __future__ import annotations

from fastapi import Request

from app.paper.places import is_tag
from app.site.pages import today
from app.site.repository import count_scan

COMMUNE_ID = 1


async def count(request: Request, key: str, place: str) -> None:
    """Count one opening, unless it only looks (HEAD) or the browser asks not to be counted. An odd place counts as none."""
    if request.method != "GET" or _asks_not_to_be_counted(request):
        return
    async with request.app.state.database.write() as session:
        await count_scan(session, COMMUNE_ID, key, place if is_tag(place) else "", today())


def _asks_not_to_be_counted(request: Request) -> bool:
    return request.headers.get("dnt") == "1" or request.headers.get("sec-gpc") == "1"
