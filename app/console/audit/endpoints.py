"""The record of acts: who did what, and when."""

from __future__ import annotations

import csv
import datetime as dt
import io
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from app.audit import repository
from app.audit.repository import Wanted
from app.calendar.opening import VIETNAM
from app.console.pages import KEPT, local_time, render
from app.officials.access import access_read
from app.officials.models import Signed

HERE = "/can-bo/nhat-ky"
PER_PAGE = 50
IN_FILE = 10_000
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
Who = Annotated[Signed, Depends(access_read)]
router = APIRouter(include_in_schema=False)


@router.get(HERE)
async def entries(
    request: Request, who: Who, nguoi: str = "", loai: str = "", muc: str = "", tu: str = "", den: str = "", trang: str = "1"
) -> Response:
    """Sentences, newest first; by person, kind, thing and days."""
    wanted, page = _wanted(nguoi, loai, muc, tu, den), max(1, _number(trang) or 1)
    async with request.app.state.database.read() as session:
        total = await repository.count(session, who.commune_id, wanted)
        last = max(1, -(-total // PER_PAGE))
        page = min(page, last)
        found = await repository.entries(session, who.commune_id, wanted, limit=PER_PAGE, skip=(page - 1) * PER_PAGE)
        people = await repository.people(session, who.commune_id)
        kinds = await repository.kinds(session, who.commune_id)
    asked = {name: value for name, value in (("nguoi", nguoi), ("loai", loai), ("muc", muc), ("tu", tu), ("den", den)) if value}
    return render(
        request,
        "audit/page.html",
        entries=found,
        total=total,
        in_file=IN_FILE,
        page=page,
        last=last,
        people=[("", "Tất cả"), *((str(number), name) for number, name in people)],
        kinds=kinds,
        asked=asked,
        query=urlencode(asked),
    )


@router.get(f"{HERE}.csv")
async def as_file(request: Request, who: Who, nguoi: str = "", loai: str = "", muc: str = "", tu: str = "", den: str = "") -> Response:
    """The same as a file for a spreadsheet."""
    async with request.app.state.database.read() as session:
        found = await repository.entries(session, who.commune_id, _wanted(nguoi, loai, muc, tu, den), limit=IN_FILE)
    written = io.StringIO()
    rows = csv.writer(written)
    rows.writerow(["Lúc", "Người", "Việc", "Loại", "Mục"])
    for one in found:
        rows.writerow([_plain(text) for text in (local_time(one.at), one.actor, one.sentence, one.subject_kind, one.subject_id)])
    headers = {"content-disposition": 'attachment; filename="nhat-ky.csv"', "cache-control": KEPT}
    return Response("\ufeff" + written.getvalue(), media_type="text/csv; charset=utf-8", headers=headers)


def _wanted(person: str, kind: str, thing: str, since: str, until: str) -> Wanted:
    first, last = _day(since), _day(until)
    return Wanted(
        official_id=_number(person),
        subject_kind=_text(kind, 40),
        subject_id=_text(thing, 120),
        since=_midnight(first) if first else None,
        until=_midnight(last + dt.timedelta(days=1)) if last else None,
    )


def _text(typed: str, length: int) -> str:
    """What may be asked of the database: PostgreSQL takes no zero byte."""
    return typed.replace("\0", "")[:length]


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else None


def _day(text: str) -> dt.date | None:
    try:
        found = dt.date.fromisoformat(text)
    except ValueError:
        return None
    return found if 2000 <= found.year <= 2100 else None


def _midnight(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(), VIETNAM)


def _plain(text: str) -> str:
    """Text that a spreadsheet does not take for a formula."""
    return f"'{text}" if text.startswith(_FORMULA) else text
