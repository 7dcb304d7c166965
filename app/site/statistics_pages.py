"""Figures everyone may see: a page, and the same as open data. Only what `app.statistics.public` made of months that are over."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Depends, Request
from starlette.responses import JSONResponse, Response

from app.access import public
from app.site.pages import SHARED, render
from app.statistics import public as publishing
from app.statistics import repository, service
from app.statistics.charts import Chart, Row, bars, columns, svg
from app.statistics.disclosure import STEP, Shown, share
from app.statistics.export import Record, csv_of
from app.statistics.periods import Period, month_of, today, year_of
from app.statistics.public import QUESTIONS_STEP, PublicMonth
from app.statistics.service import Sources
from app.statistics.tables import Names, goal_words, value_words
from app.statistics.targets import Progress, entered, public_progress
from app.statistics.words import number, shown, words

READ = ["GET", "HEAD"]
COMMUNE_ID = 1
OPEN = {"access-control-allow-origin": "*", "cache-control": "public, max-age=300"}
MOST = 10
LICENCE = "https://creativecommons.org/licenses/by/4.0/deed.vi"
router = APIRouter(prefix="/so-lieu", include_in_schema=False)


@dataclass(frozen=True)
class Known:
    """Everything that is public, the earliest month first."""

    months: list[PublicMonth]
    names: Names
    progress: list[Progress]

    def month(self, key: str) -> PublicMonth | None:
        """The month an address names, else the last one."""
        named = next((each for each in self.months if each.period.key == key), None)
        return named or (self.months[-1] if self.months else None)


@router.api_route("", methods=READ, dependencies=[Depends(public)])
async def page(request: Request, thang: str = "") -> Response:
    """One month; the last one unless another is asked."""
    known = await _known(request)
    month = known.month(thang)
    context: dict[str, Any] = {"known": known, "month": month, "shown": shown, "number": number, "terms": words(), "svg": svg}
    coming = publishing.next_published(today(dt.datetime.now(dt.UTC)))
    context |= {"goal_words": goal_words, "value_words": value_words, "coming": coming, "share": share}
    if month is not None:
        context |= _month_context(known, month)
    return render(request, "site/statistics.html", context, cache=SHARED)


@router.api_route(".json", methods=READ, dependencies=[Depends(public)])
async def as_json(request: Request) -> Response:
    """Every public month as open data. null: hidden."""
    known = await _known(request)
    state = request.app.state
    body = {
        "ward": state.commune.name,
        "is_sample": state.commune.is_sample,
        "licence": LICENCE,
        "counts": f"people, rounded down to a multiple of {STEP} (questions: {QUESTIONS_STEP}); null is fewer, or withheld",
        "catalog": f"{state.settings.public_url}/api/v1/catalog.json",
        "residential_groups": {str(key): name for key, name in known.names.groups.items()},
        "places": {tag: known.names.place(tag) for month in known.months for tag in month.scanning.places},
        "months": [month.model_dump(mode="json") for month in known.months],
    }
    return JSONResponse(body, headers=OPEN)


@router.api_route(".csv", methods=READ, dependencies=[Depends(public)])
async def as_csv(request: Request) -> Response:
    """The same, one value a line."""
    known = await _known(request)
    rows = [row for month in known.months for row in _records(month, known.names)]
    made = csv_of(rows, [words()["public"]["month"], *words()["public"]["columns"]])
    headers = OPEN | {"content-disposition": 'inline; filename="so-lieu.csv"'}
    return Response(made, media_type="text/csv; charset=utf-8", headers=headers)


async def _known(request: Request) -> Known:
    state = request.app.state
    now = dt.datetime.now(dt.UTC)
    year = year_of(today(now).year)
    sources = Sources(state.catalog(), state.topics, state.local.now.calendar, state.settings.keep_answers)
    async with state.database.read() as session:
        months = await publishing.published(session, COMMUNE_ID, now)
        names = await service.names(session, COMMUNE_ID, sources)
        targets = await repository.targets(session, COMMUNE_ID, year.first.year)
        # Only months that are over: a month's files typed in day by day would show each of them.
        over = Period(year.first, max(year.first, month_of(today(now)).first))
        files = entered(await repository.entries(session, COMMUNE_ID, over))
    this_year = [each for each in months if year.holds(each.month)]
    return Known(months, names, public_progress(targets, this_year, files))


def _month_context(known: Known, month: PublicMonth) -> dict[str, Any]:
    names, said = known.names, words()["public"]
    at = known.months.index(month)
    procedures = sorted(month.procedures.items(), key=lambda each: (-each[1], each[0]))[:MOST]
    asked = [(each.period.short, each.asking.people if each.asking else None) for each in known.months]
    feet = [name if number_ == 0 or name.startswith("1/") else name.partition("/")[0] for number_, (name, _) in enumerate(asked)]
    helping = month.helping
    helped = sorted(helping.procedures.items(), key=lambda each: (-(each[1][0] or 0) - (each[1][1] or 0), each[0])) if helping else []
    return {
        "procedures": [(names.procedure(code), people) for code, people in procedures],
        "rising": rising(month, known.months[at - 1], names) if at else [],
        "procedures_chart": _chart(said["procedures"], [(names.procedure(code), people) for code, people in procedures]),
        "trend_chart": columns(said["trend"], [(foot, count) for foot, (_, count) in zip(feet, asked, strict=True)])
        if any(count for _, count in asked)
        else None,
        "trend": list(zip(known.months, (count for _, count in asked), strict=True))[::-1],
        "channels": _named(month.asking.channels if month.asking else {}, lambda key: words()["channels"].get(key, key)),
        "withheld": month.asking.withheld if month.asking else frozenset(),
        "places": _named(month.scanning.places, names.place),
        "topics": _named(month.following.topics, names.topic),
        "groups": _named(month.following.groups, lambda key: names.group(int(key) or None)),
        "helped": [(names.procedure(code), alone, behalf) for code, (alone, behalf) in helped[:MOST]],
        "helped_chart": _helped_chart(said["helped"], names, helped[:MOST]),
    }


def _named(counts: Mapping[str, Shown], name: Any) -> list[tuple[str, Shown, str]]:
    """(name, count, key), the largest first, hidden ones last."""
    rows = [(str(name(key)), count, key) for key, count in counts.items()]
    return sorted(rows, key=lambda each: (-(each[1] or 0), each[0]))


def _chart(title: str, rows: Sequence[tuple[str, Shown]]) -> Chart | None:
    drawn = [Row(label, count) for label, count in rows if count is not None]
    return bars(title, drawn) if drawn else None


def _helped_chart(title: str, names: Names, helped: Sequence[tuple[str, tuple[Shown, Shown]]]) -> Chart | None:
    filed = words()["filed"]
    rows = [Row(names.procedure(code), alone or 0, behalf or 0, f"{shown(alone)} + {shown(behalf)}") for code, (alone, behalf) in helped]
    return bars(title, rows, (filed["alone"], filed["behalf"])) if rows else None


def rising(month: PublicMonth, before: PublicMonth, names: Names) -> list[tuple[str, int, Shown]]:
    """Procedures clearly more people asked about than in the month before, by the published counts alone."""
    if before.asking is None or before.month != month.period.before().first:
        return []
    found = [
        (names.procedure(code), people, before.procedures.get(code))
        for code, people in month.procedures.items()
        if people >= 2 * STEP and people >= 1.5 * before.procedures.get(code, STEP)
    ]
    return sorted(found, key=lambda each: ((each[2] or 0) - each[1], each[0]))


def _records(month: PublicMonth, names: Names) -> list[Record]:
    """A month as lines of (month, figure, what of, value)."""
    said, key = words()["public"], month.period.key
    rows: list[tuple[str, str, Shown]] = []
    if month.asking is not None:
        for name in ("people", "questions", "unanswered", "quick"):
            rows.append((said[name], "", getattr(month.asking, name)))
        rows += [
            (said["channels"], name, count)
            for name, count, _ in _named(month.asking.channels, lambda one: words()["channels"].get(one, one))
        ]
    rows += [(said["procedures"], f"{names.procedure(code)} ({code})", count) for code, count in month.procedures.items()]
    rows.append((said["followers"], "", month.following.people))
    rows += [(said["topics"], name, count) for name, count, _ in _named(month.following.topics, names.topic)]
    rows += [(said["groups"], name, count) for name, count, _ in _named(month.following.groups, lambda one: names.group(int(one) or None))]
    rows.append((said["scans"], "", month.scanning.total))
    rows += [(said["places"], name, count) for name, count, _ in _named(month.scanning.places, names.place)]
    withheld = (month.asking.withheld if month.asking else frozenset()) | month.following.withheld | month.scanning.withheld
    found: list[Record] = [(key, figure, of, shown_or(count, hidden=bool(withheld))) for figure, of, count in rows]
    found.append((key, said["announced"], "", str(month.announcing.count)))
    if month.announcing.reached is not None:
        found.append((key, said["reached"], "%", str(month.announcing.reached)))
    found.append((key, said["services"], "", str(len(month.services))))
    if month.helping is not None:
        for name in ("alone", "behalf", "full_online", "sunday"):
            found.append((key, said[name], "", shown_or(getattr(month.helping, name))))
        for code, pair in month.helping.procedures.items():
            for name, count in zip(("alone", "behalf"), pair, strict=True):
                found.append((key, said[name], f"{names.procedure(code)} ({code})", shown_or(count)))
    return found


def shown_or(count: Shown, *, hidden: bool = False) -> str:
    """The plain number; for a hidden one the words, which do not tell a small one from one that is withheld beside it."""
    if count is not None:
        return str(count)
    return str(words()["withheld"]) if hidden else shown(None)


__all__ = ["rising", "router"]
