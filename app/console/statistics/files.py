"""HTTP of the files of a period: the report as Word, the figures as Excel and CSV."""

from __future__ import annotations

import asyncio
import datetime as dt
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from app.console.pages import KEPT
from app.console.questions.endpoints import unanswered_groups
from app.console.statistics.endpoints import PATH, now, sources
from app.errors import NotFound
from app.officials.access import access_read
from app.officials.models import Signed
from app.statistics import export, service
from app.statistics.periods import Period, read, today
from app.statistics.report_text import Report, report
from app.statistics.service import Overview
from app.statistics.words import words

WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
router = APIRouter(prefix=f"{PATH}/bao-cao", include_in_schema=False)
Reading = Annotated[Signed, Depends(access_read)]
_making = asyncio.Lock()  # a second of computing each; one at a time leaves room for those who ask


@router.get("/{ky}.docx")
async def word(request: Request, who: Reading, ky: str) -> Response:
    """The report of a month."""
    period = _period(ky)
    if period.is_year:
        raise NotFound("Báo cáo làm theo tháng. Anh/chị chọn một tháng.")
    found, at = await _overview(request, who, period), now()
    until = period.until(today(at))
    groups = await unanswered_groups(request, who, until.begins, until.ends)
    asked = [(each["group"].teachable.text, each["group"].times) for each in groups]  # type: ignore[attr-defined]
    day = min(today(at), period.last)
    text = report(found, request.app.state.commune, asked, f"{day.day}/{day.month}/{day.year}")
    async with _making:
        made = await asyncio.to_thread(_word, text, at)
    return _file(made, period, "docx", WORD)


@router.get("/{ky}.xlsx")
async def excel(request: Request, who: Reading, ky: str) -> Response:
    """The figures of a period."""
    period = _period(ky)
    found = await _overview(request, who, period)
    async with _making:
        made = await asyncio.to_thread(_excel, found, request.app.state.commune.name)
    return _file(made, period, "xlsx", EXCEL)


@router.get("/{ky}.csv")
async def table(request: Request, who: Reading, ky: str) -> Response:
    """The same for any programme."""
    period = _period(ky)
    return _file(export.overview_csv(await _overview(request, who, period)), period, "csv", "text/csv; charset=utf-8")


def _word(text: Report, at: dt.datetime) -> bytes:
    from app.statistics.report_docx import docx  # noqa: PLC0415 -- takes a while to load, and is wanted once a month

    return docx(text, at)


def _excel(found: Overview, ward: str) -> bytes:
    from app.statistics.report_xlsx import xlsx  # noqa: PLC0415 -- as above

    return xlsx(found, ward)


async def _overview(request: Request, who: Signed, period: Period) -> Overview:
    async with request.app.state.database.read() as session:
        return await service.overview(session, who.commune_id, period, now(), sources(request))


def _period(key: str) -> Period:
    found = read(key, now())
    if found.key != key:
        raise NotFound("Không có số liệu của kỳ này.")
    return found


def _file(made: bytes, period: Period, ending: str, media_type: str) -> Response:
    name = words()["report"]["file"].format(key=period.key)
    headers = {"content-disposition": f'attachment; filename="{name}.{ending}"', "cache-control": KEPT}
    return Response(made, media_type=media_type, headers=headers)
