"""HTTP of the channels' pages."""

from __future__ import annotations

import asyncio
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from app.channels import repository
from app.channels.keeper import KINDS, Keeper
from app.channels.models import ChannelAccount
from app.console.pages import render
from app.errors import NotFound, Unavailable
from app.officials.access import access_keep, access_read, csrf_official
from app.officials.models import Signed

PATH = "/can-bo/kenh"
PATIENCE = 25.0  # seconds a platform may take to answer
router = APIRouter(prefix=PATH, include_in_schema=False)


@router.get("")
async def channels(request: Request, who: Annotated[Signed, Depends(access_read)]) -> Response:
    """Every account and how it is."""
    async with request.app.state.database.read() as session:
        accounts = [row for row in await repository.accounts(session) if row.commune_id == who.commune_id]
        waiting = await repository.count_open(session)
        activity = await repository.activity(session, who.commune_id)
    rows = [
        {"account": row, "title": _title(row), "waiting": waiting.get(row.id, 0), "last": activity.get(row.id, (None, None))}
        for row in accounts
    ]
    return render(request, "channels/list.html", rows=rows, kinds=KINDS)


@router.post("/{account_id}/kiem-tra", dependencies=[Depends(csrf_official)])
async def check(request: Request, who: Annotated[Signed, Depends(access_keep)], account_id: int) -> Response:
    """Ask the platform whether all is well. What it says holds for now only, so it is shown and not kept."""
    state = request.app.state
    async with state.database.read() as session:
        row = await repository.account(session, account_id)
    if row is None or row.commune_id != who.commune_id:
        raise NotFound
    keeper = Keeper(state.settings, state.accounts.builders, state.database)
    try:
        findings = await asyncio.wait_for(keeper.check(row), PATIENCE)
    except TimeoutError as error:
        raise Unavailable("Nền tảng không trả lời. Anh/chị thử lại sau ít phút.") from error
    return render(
        request, "channels/check.html", title=_title(row), findings=[_read(each.good, each.what, each.advice) for each in findings]
    )


def _title(row: ChannelAccount) -> str:
    kind = KINDS.get(row.channel)
    return kind.title if kind else row.channel


def _read(good: bool, what: str, advice: str) -> dict[str, object]:
    """A finding; an address in its advice is a link."""
    text, mark, url = advice.partition("http")
    return {"good": good, "what": what, "advice": text.rstrip(" :"), "url": mark + url if mark else ""}
