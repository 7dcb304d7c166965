"""Public holidays as the list has them, and as the government decreed them: overrides, bridge days, days made up for."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from app.calendar import service, words
from app.calendar.drafts import read_holiday
from app.calendar.lunar import lunar_of
from app.calendar.public_holidays import holidays_of
from app.console.calendar.desk import HOLIDAYS, TABS, calendar_of, day_of, now, refresh, today, typed
from app.console.forms import Errors
from app.console.pages import redirect, render
from app.database import version_of
from app.officials.access import access_read, access_write, csrf_official
from app.signed import Signed

FIELDS = ("day", "kind", "name", "swapped_with", "version")
KINDS = [("holiday", "Nghỉ"), ("workday", "Làm việc")]
Reader = Annotated[Signed, Depends(access_read)]
Writer = Annotated[Signed, Depends(access_write)]
router = APIRouter(prefix=HOLIDAYS, include_in_schema=False)


@router.get("")
async def holidays(request: Request, who: Reader, nam: int = 0) -> Response:
    """The holidays of a year."""
    return await _page(request, who, nam, dict.fromkeys(FIELDS, ""), Errors())


@router.post("", dependencies=[Depends(csrf_official)])
async def set_holiday(request: Request, who: Writer, nam: int = 0) -> Response:
    """Say that a day is a holiday, or worked."""
    values = await typed(request, FIELDS)
    change, errors = read_holiday(values, today())
    if change is None:
        return await _page(request, who, nam, values, Errors(errors))
    try:
        async with request.app.state.database.write() as session:
            await service.set_holiday(session, who, change, values["version"], now())
    except service.ChangedMeanwhile:
        return await _page(request, who, change.day.year, values, Errors(), stale=True)
    await refresh(request)
    return redirect(request, f"{HOLIDAYS}?nam={change.day.year}", say=f"Đã ghi {words.date_inside(change.day)}.")


@router.post("/{day}/bo", dependencies=[Depends(csrf_official)])
async def drop_holiday(request: Request, who: Writer, day: str) -> Response:
    """Take an override back."""
    of_day, version = day_of(day), (await typed(request, ("version",)))["version"]
    try:
        async with request.app.state.database.write() as session:
            await service.drop_holiday(session, who, of_day, version)
    except service.ChangedMeanwhile:
        return await _page(request, who, of_day.year, dict.fromkeys(FIELDS, ""), Errors(), stale=True)
    await refresh(request)
    return redirect(request, f"{HOLIDAYS}?nam={of_day.year}", say=f"Đã bỏ sửa {words.date_inside(of_day)}.")


async def _page(request: Request, who: Signed, year: int, values: dict[str, str], errors: Errors, *, stale: bool = False) -> Response:
    """`stale`: the list is no longer the one that was looked at; this is the one of now."""
    year = year if today().year - 1 <= year <= today().year + 2 else today().year
    async with request.app.state.database.read() as session:
        calendar = await calendar_of(request, session, who)
    changed = {each.day: each for each in calendar.facts.holidays if each.day.year == year}
    listed = holidays_of(year)
    rows = [
        (day, changed.get(day), listed.names.get(day, ""), listed.make_up.get(day))
        for day in sorted({*changed, *listed.names, *listed.make_up})
    ]
    return render(
        request,
        "calendar/holidays.html",
        status=422 if errors or stale else 200,
        rows=rows,
        year=year,
        stale=stale,
        version=version_of(calendar.facts.holidays),
        years=range(today().year, today().year + 3),
        values=values,
        errors=errors,
        kinds=KINDS,
        tabs=TABS,
        saying=words,
        lunar=lunar_of,
    )
