"""HTTP of the deliveries: all dispatches, the state of one, the state of an announcement, trying again."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from app.announcements import repository as announcements
from app.console.pages import redirect, render, wants_fragment
from app.deliveries import reporting, service
from app.deliveries.service import Report
from app.errors import NotFound
from app.officials.access import PUBLISHERS, access_publish, access_read, csrf_official
from app.officials.models import Signed

PATH = "/can-bo/gui-tin"
PER_PAGE = 20
LAST_PAGE = 1_000
router = APIRouter(include_in_schema=False)


@router.get(PATH)
async def dispatches(request: Request, who: Annotated[Signed, Depends(access_read)], trang: int = 1) -> Response:
    """Everything that was sent, the newest first."""
    page = min(max(trang, 1), LAST_PAGE)
    async with request.app.state.database.read() as session:
        found = await reporting.dispatches(session, who.commune_id, PER_PAGE + 1, (page - 1) * PER_PAGE)
        reports = [await service.report_of(session, each) for each in found[:PER_PAGE]]
    return render(request, "deliveries/list.html", reports=reports, page=page, more=len(found) > PER_PAGE)


@router.get(f"{PATH}/{{dispatch_id}}")
async def dispatch(request: Request, dispatch_id: int, who: Annotated[Signed, Depends(access_read)]) -> Response:
    """Who got it, who did not, and why."""
    async with request.app.state.database.read() as session:
        found = await service.find(session, who.commune_id, dispatch_id)
        report = await service.report_of(session, found, _held(request, found))
    return _states(request, [report], report.title, f"{PATH}/{dispatch_id}", who)


@router.get("/can-bo/thong-bao/{announcement_id}/gui")
async def announcement(request: Request, announcement_id: int, who: Annotated[Signed, Depends(access_read)]) -> Response:
    """The same for an announcement; its own page shows this inside."""
    async with request.app.state.database.read() as session:
        row = await announcements.announcement(session, who.commune_id, announcement_id)
        if row is None:
            raise NotFound("Không có thông báo này.")
        found = await reporting.dispatches_of(session, who.commune_id, announcement_id)
        reports = [await service.report_of(session, each, _held(request, each)) for each in found]
    title = str(row.content.get("title", "")) or "Thông báo"
    return _states(request, reports, title, f"/can-bo/thong-bao/{announcement_id}/gui", who)


@router.get(f"{PATH}/{{dispatch_id}}/gui-lai")
async def ask_again(request: Request, dispatch_id: int, who: Annotated[Signed, Depends(access_publish)]) -> Response:
    """Before trying again: whom it would reach."""
    async with request.app.state.database.read() as session:
        report = await service.report_of(session, await service.find(session, who.commune_id, dispatch_id))
    return render(request, "deliveries/again.html", report=report, here=f"{PATH}/{dispatch_id}")


@router.post(f"{PATH}/{{dispatch_id}}/gui-lai", dependencies=[Depends(csrf_official)])
async def again(request: Request, dispatch_id: int, who: Annotated[Signed, Depends(access_publish)]) -> Response:
    """Try again what surely did not arrive."""
    async with request.app.state.database.write() as session:
        queued = await service.retry(session, who, dispatch_id, dt.datetime.now(dt.UTC))
    return redirect(request, f"{PATH}/{dispatch_id}", say=f"Đang gửi lại cho {queued} người.")


def _states(request: Request, reports: list[Report], title: str, here: str, who: Signed) -> Response:
    block = "state" if wants_fragment(request) else ""
    may_retry = who.role in PUBLISHERS
    return render(request, "deliveries/state.html", block=block, reports=reports, title=title, here=here, may_retry=may_retry)


def _held(request: Request, found: object) -> str:
    held: str = request.app.state.deliveries.dispatcher.hold(found)
    return held
