"""HTTP of what a ward types in: targets of a year, files of a month."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Request
from starlette.responses import Response

from app.console.forms import Errors
from app.console.pages import redirect, render
from app.console.statistics.endpoints import PATH, now, sources
from app.database import lock_commune, version_of
from app.officials.access import access_publish, access_read, access_write, csrf_official
from app.officials.models import Signed
from app.statistics import repository, service
from app.statistics.periods import Period, month_of, read, today, year_of
from app.statistics.tables import files_table, goal_words, value_words
from app.statistics.targets import Metric, entered, entry_problem, goal_problem, set_entry, set_target

DIGITS = 8
router = APIRouter(prefix=PATH, include_in_schema=False)


@router.get("/chi-tieu")
async def page(request: Request, who: Annotated[Signed, Depends(access_read)], nam: str = "") -> Response:
    """The targets of a year, and where they stand."""
    return await _targets(request, who, _year(nam), Errors(), None)


@router.post("/chi-tieu", dependencies=[Depends(csrf_official)])
async def save(request: Request, who: Annotated[Signed, Depends(access_publish)], nam: Annotated[str, Form()] = "") -> Response:
    """Set them; an empty field takes one back."""
    period, form = _year(nam), await request.form()
    typed = {str(metric): str(form.get(metric, "")).strip()[:DIGITS] for metric in Metric} | {"version": str(form.get("version", ""))}
    goals = {metric: _count(typed[metric]) if typed[metric] else None for metric in Metric}
    wrong = ((metric, goal_problem(metric, goals[metric] or 0)) for metric in Metric if typed[metric])
    errors = Errors((str(metric), problem) for metric, problem in wrong if problem)
    if errors:
        return await _targets(request, who, period, errors, typed)
    async with request.app.state.database.write() as session:
        await lock_commune(session, who.commune_id)  # a target never set has no row to lock
        stale = typed["version"] != version_of(_goals(await repository.targets(session, who.commune_id, period.first.year)))
        for metric, goal in () if stale else goals.items():
            await set_target(session, who, period.first.year, metric, goal, now())
    if stale:
        return await _targets(request, who, period, errors, typed, stale=True)
    return redirect(request, f"{PATH}/chi-tieu?nam={period.key}", say=f"Đã lưu chỉ tiêu {period.name}.")


@router.get("/ho-so")
async def files(request: Request, who: Annotated[Signed, Depends(access_read)], ky: str = "") -> Response:
    """The files of a month, as the province's system counts them."""
    return await _files(request, who, _month(ky), Errors(), None)


@router.post("/ho-so", dependencies=[Depends(csrf_official)])
async def save_files(
    request: Request,
    who: Annotated[Signed, Depends(access_write)],
    ky: Annotated[str, Form()] = "",
    received: Annotated[str, Form()] = "",
    online: Annotated[str, Form()] = "",
    on_time: Annotated[str, Form()] = "",
    version: Annotated[str, Form()] = "",
) -> Response:
    """Type them in."""
    typed = {"received": received.strip()[:DIGITS], "online": online.strip()[:DIGITS], "on_time": on_time.strip()[:DIGITS]}
    period, errors = _month(ky), Errors()
    counts = {name: _count(text) for name, text in typed.items()}
    typed["version"] = version
    for name in ("received", "online"):
        if counts[name] is None:
            errors[name] = "Anh/chị ghi một số, không có thì ghi 0."
    if typed["on_time"] and counts["on_time"] is None:
        errors["on_time"] = "Anh/chị ghi một số, hoặc để trống."
    if not errors and (problem := entry_problem(period, counts["received"] or 0, counts["online"] or 0, counts["on_time"], now())):
        errors[problem[0]] = problem[1]
    if errors:
        return await _files(request, who, period, errors, typed)
    async with request.app.state.database.write() as session:
        await lock_commune(session, who.commune_id)
        stale = version != version_of(_counts(await repository.entries(session, who.commune_id, period)))
        if not stale:
            await set_entry(session, who, period, counts["received"] or 0, counts["online"] or 0, counts["on_time"], now())
    if stale:
        return await _files(request, who, period, errors, typed, stale=True)
    return redirect(request, f"{PATH}/ho-so?ky={period.key}", say=f"Đã lưu số hồ sơ {period.name}.")


async def _targets(
    request: Request, who: Signed, period: Period, errors: Errors, typed: dict[str, str] | None, *, stale: bool = False
) -> Response:
    """`typed`: a form that was not saved; with `stale` because somebody else saved since it was opened."""
    year, this = period.first.year, today(now()).year
    async with request.app.state.database.read() as session:
        goals = _goals(await repository.targets(session, who.commune_id, year))
        found = await service.year_progress(session, who.commune_id, year, now(), sources(request)) if year <= this else []
    return render(
        request,
        "statistics/targets.html",
        status=200 if typed is None else 422,
        stale=stale,
        period=period,
        years=[(each.key, each.name.capitalize()) for each in map(year_of, (this + 1, this, this - 1))],
        metrics=list(Metric),
        values=typed or {**goals, "version": version_of(goals)},
        errors=errors,
        progress=found,
        goal_words=goal_words,
        value_words=value_words,
    )


async def _files(
    request: Request, who: Signed, period: Period, errors: Errors, typed: dict[str, str] | None, *, stale: bool = False
) -> Response:
    """As `_targets`."""
    this = month_of(today(now()))
    async with request.app.state.database.read() as session:
        rows = await repository.entries(session, who.commune_id, year_of(period.first.year))
    row = next((each for each in rows if each.month == period.first), None)
    counts = _counts([row] if row else [])
    return render(
        request,
        "statistics/files.html",
        status=200 if typed is None else 422,
        stale=stale,
        period=period,
        months=[(each.key, each.name.capitalize()) for each in reversed(year_of(period.first.year).months()) if each <= this],
        values=typed or {**counts, "version": version_of(counts)},
        row=row,
        table=files_table(rows),
        sum=entered(rows),
        errors=errors,
    )


def _goals(rows: Sequence[Any]) -> dict[str, str]:
    """The targets of a year, as the form shows them."""
    return {row.metric: str(row.goal) for row in rows}


def _counts(rows: Sequence[Any]) -> dict[str, str]:
    """The entry of a month, if there is one, as the form shows it."""
    found = {name: getattr(rows[0], name) if rows else None for name in ("received", "online", "on_time")}
    return {name: "" if count is None else str(count) for name, count in found.items()}


def _year(text: str) -> Period:
    this = today(now()).year
    return year_of(int(text)) if text in {str(this - 1), str(this), str(this + 1)} else year_of(this)


def _month(key: str) -> Period:
    found = read(key, now())
    return month_of(today(now())) if found.is_year else found


def _count(text: str) -> int | None:
    """A number as people type it: «1.250» is 1250. None for anything else."""
    digits = text.replace(".", "").replace(" ", "")
    return int(digits) if digits.isascii() and digits.isdigit() else None
