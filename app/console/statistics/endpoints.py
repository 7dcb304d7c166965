"""HTTP of the statistics: a period's figures, and the list behind each of them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import Response

from app.console.pages import render, wants_fragment
from app.console.questions.endpoints import DAYS, unanswered_groups
from app.officials.access import access_read
from app.officials.models import Signed
from app.statistics import charts, repository, service
from app.statistics.periods import Period, last_months, month_of, read, today, year_of
from app.statistics.service import Sources
from app.statistics.tables import SLOWEST, goal_words, value_words
from app.statistics.words import duration, words

PATH = "/can-bo/so-lieu"
LIST = f"{PATH}/danh-sach"
PER_PAGE = 50
LAST_PAGE = 2_000
CHOICES = 13
ASKED = {"status": "ket-qua", "channel": "kenh", "code": "thu-tuc", "feedback": "danh-gia", "order": "xep"}
"""What the list of answers can be narrowed by, and its order, as the address names it."""
LONGEST = 40
router = APIRouter(prefix=PATH, include_in_schema=False)
Reading = Annotated[Signed, Depends(access_read)]


@router.get("")
async def page(request: Request, who: Reading, ky: str = "") -> Response:
    """The figures of a month or a year."""
    at = now()
    period = read(ky, at)
    async with request.app.state.database.read() as session:
        found = await service.overview(session, who.commune_id, period, at, sources(request))
    return render(
        request,
        "statistics/page.html",
        found=found,
        period=period,
        periods=periods(at),
        svg=charts.svg,
        address=lambda opens: address(period, opens),
        goal_words=goal_words,
        value_words=value_words,
        running=period.holds(today(at)),
        today=today(at),
    )


@router.get("/nhom-cau-hoi")
async def groups(request: Request, who: Reading, ky: str = "") -> Response:
    """What could not be answered, in groups: computed apart, for it takes longest."""
    at = now()
    period = read(ky, at)
    until = period.until(today(at))
    found = await unanswered_groups(request, who, until.begins, until.ends)
    days = next((each for each in DAYS if each > (at - period.begins).days), DAYS[-1])
    block = "groups" if wants_fragment(request) else ""
    return render(request, "statistics/groups.html", block=block, rows=found, period=period, days=days)


@router.get("/danh-sach")
async def answers(
    request: Request,
    who: Reading,
    ky: str = "",
    ket_qua: Annotated[str, Query(alias="ket-qua")] = "",
    kenh: str = "",
    thu_tuc: Annotated[str, Query(alias="thu-tuc")] = "",
    danh_gia: Annotated[str, Query(alias="danh-gia")] = "",
    xep: str = "",
    trang: int = 1,
) -> Response:
    """The masked answers behind a number: what was asked and what became of it, never who."""
    period, number = read(ky, now()), min(max(trang, 1), LAST_PAGE)
    given = {"status": ket_qua, "channel": kenh, "code": thu_tuc, "feedback": danh_gia}
    chosen = {name: value[:LONGEST] for name, value in given.items() if value}
    order = SLOWEST if xep == SLOWEST["order"] else {}
    async with request.app.state.database.read() as session:
        total, rows = await repository.listed(
            session, who.commune_id, period, chosen, PER_PAGE, (number - 1) * PER_PAGE, slowest=bool(order)
        )
    return render(
        request,
        "statistics/answers.html",
        rows=rows,
        total=total,
        period=period,
        chosen=_said(chosen, sources(request)),
        slowest=bool(order),
        duration=duration,
        words=words(),
        procedure=sources(request).procedure,
        day=today,
        page=number,
        last=-(-total // PER_PAGE),
        here=address(period, chosen | order) + "&trang=",
    )


@router.get("/quet")
async def scans(request: Request, who: Reading, ky: str = "", noi: str | None = None) -> Response:
    """Scans by place and what was opened; of one place when it is named."""
    period, known, subjects = read(ky, now()), sources(request), request.app.state.press.subjects()
    async with request.app.state.database.read() as session:
        rows = await repository.scans(session, who.commune_id, period)
        names = await service.names(session, who.commune_id, known)
    found = [
        (names.place(row.place), subject.title if (subject := subjects.at(row.code)) else known.procedure(row.code), row.number)
        for row in rows
        if noi is None or row.place == noi
    ]
    total = sum(each[2] for each in found)
    return render(request, "statistics/scans.html", rows=found, total=total, period=period)


@router.get("/luot-giup")
async def tallies(
    request: Request,
    who: Reading,
    ky: str = "",
    thu_tuc: Annotated[str, Query(alias="thu-tuc")] = "",
    vuong: str = "",
    ngay: str = "",
    trang: int = 1,
) -> Response:
    """What volunteers tallied, added up by day: no row says which of them."""
    period, number, known = read(ky, now()), min(max(trang, 1), LAST_PAGE), sources(request)
    chosen: dict[str, Any] = {name: value[:LONGEST] for name, value in (("code", thu_tuc), ("hard", vuong)) if value}
    if day := _day(ngay):
        chosen["day"] = day
    async with request.app.state.database.read() as session:
        total, rows = await repository.listed_tallies(session, who.commune_id, period, chosen, PER_PAGE + 1, (number - 1) * PER_PAGE)
        names = await service.names(session, who.commune_id, known)
    here = f"{PATH}/luot-giup?" + urlencode({"ky": period.key, "thu-tuc": thu_tuc[:LONGEST], "vuong": vuong[:LONGEST], "ngay": ngay[:10]})
    return render(
        request,
        "statistics/tallies.html",
        rows=rows[:PER_PAGE],
        total=total,
        period=period,
        names=names,
        words=words(),
        page=number,
        more=len(rows) > PER_PAGE,
        here=f"{here}&trang=",
    )


def sources(request: Request) -> Sources:
    """Catalog, topics and calendar as they are now."""
    state = request.app.state
    return Sources(state.catalog(), state.topics, state.local.now.calendar, state.settings.keep_answers)


def now() -> dt.datetime:
    """The moment of this request."""
    return dt.datetime.now(dt.UTC)


def periods(at: dt.datetime) -> list[tuple[str, str]]:
    """What can be chosen: the last months, this year and the one before."""
    months = [(each.key, each.name.capitalize()) for each in reversed(last_months(month_of(today(at)), CHOICES))]
    years = [year_of(today(at).year), year_of(today(at).year - 1)]
    return [*months, *((each.key, each.name.capitalize()) for each in years)]


def address(period: Period, opens: Mapping[str, str] | str | None) -> str:
    """Where a number leads; empty when it opens nothing."""
    if opens is None or isinstance(opens, str):
        return opens or ""
    return f"{LIST}?" + urlencode({"ky": period.key} | {ASKED[name]: value for name, value in opens.items()})


def _said(chosen: Mapping[str, str], known: Sources) -> list[str]:
    """The conditions of a list in words."""
    labels = {
        "status": words()["status"] | {"answered": words()["headline"]["answered"]},
        "channel": words()["channels"],
        "feedback": words()["feedback"],
    }
    return [known.procedure(value) if name == "code" else str(labels[name].get(value, value)) for name, value in chosen.items()]


def _day(text: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text[:10])
    except ValueError:
        return None
