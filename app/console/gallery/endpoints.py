"""All macros on one page, for who writes pages; and for the tests of how they look."""

from __future__ import annotations

import datetime as dt

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from app.console.forms import Errors
from app.console.pages import render
from app.officials.access import access_signed

router = APIRouter(include_in_schema=False)


@router.get("/can-bo/mau-giao-dien", dependencies=[Depends(access_signed)])
async def gallery(request: Request) -> Response:
    """The examples."""
    errors = Errors({"ten_sai": "Anh/chị ghi tên tổ."})
    return render(request, "gallery/page.html", errors=errors, moment=dt.datetime(2026, 12, 6, 0, 30, tzinfo=dt.UTC))
