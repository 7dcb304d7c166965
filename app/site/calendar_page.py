"""The ward's calendar for everyone: a month as a list, one entry, paper, and the feed for phones."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from email.utils import format_datetime, parsedate_to_datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import Response

from app.access import public
from app.calendar import words
from app.calendar.agenda import Entry, agenda, find
from app.calendar.answering import answer
from app.calendar.calendar import DAY, Calendar
from app.calendar.facts import VIETNAM
from app.calendar.feed import Feed, details, feed, feed_of_one
from app.calendar.lunar import lunar_of
from app.errors import NotFound
from app.site.pages import SHARED, render, today, wants_fragment
from app.site.qr import qr_svg

READ = ["GET", "HEAD"]
CALENDAR = "text/calendar; charset=utf-8"
_MONTH = re.compile(r"(\d{4})-(\d{2})")
YEARS_BACK, YEARS_AHEAD = 1, 2
PRINTED_MONTHS = 3

router = APIRouter(prefix="/lich", include_in_schema=False)


@dataclass(frozen=True)
class Month:
    """A month of the list."""

    first: dt.date

    @property
    def last(self) -> dt.date:
        return (self.first.replace(day=28) + 4 * DAY).replace(day=1) - DAY

    @property
    def name(self) -> str:
        return f"Tháng {self.first.month}/{self.first.year}"

    @property
    def key(self) -> str:
        return f"{self.first:%Y-%m}"

    def before(self) -> Month:
        return Month((self.first - DAY).replace(day=1))

    def after(self) -> Month:
        return Month(self.last + DAY)


@router.api_route("", methods=READ, dependencies=[Depends(public)])
async def calendar_page(request: Request, thang: str = "") -> Response:
    """One month; this one unless another is asked."""
    calendar, month = _calendar(request), _month(thang)
    entries = agenda(calendar, month.first, month.last)
    coming = [entry for entry in entries if (entry.until or entry.day) >= today()]
    this = month.first == today().replace(day=1)
    context = {
        "month": month,
        "this": this,
        "entries": coming if this else entries,
        "earlier": [entry for entry in entries if entry not in coming] if this else [],
        "reaches": _reaches,
        "now": _now(calendar, dt.datetime.now(VIETNAM)),
        "next_service": calendar.next_sunday_service(today()),
        "saying": words,
        "lunar": lunar_of,
        "address": _address(request),
        "webcal": re.sub(r"^https?", "webcal", _address(request)) + ".ics",
        "qr_svg": qr_svg(_address(request) + "#them-vao-lich"),
    }
    return render(request, "site/calendar_month.html" if wants_fragment(request) else "site/calendar.html", context, cache=SHARED)


@router.api_route(".ics", methods=READ, dependencies=[Depends(public)])
async def calendar_feed(request: Request, to: Annotated[int | None, Query(ge=1, le=2**31)] = None) -> Response:
    """The feed to subscribe to. `to`: only sessions for all or for this residential group."""
    return _send(request, feed(_calendar(request), dt.datetime.now(dt.UTC), _host(request), group_id=to), "lich.ics")


@router.api_route("/in", methods=READ, dependencies=[Depends(public)])
async def calendar_paper(request: Request) -> Response:
    """The next months on one sheet, for the notice board."""
    calendar, first = _calendar(request), Month(today().replace(day=1))
    months = [first, first.after(), first.after().after()][:PRINTED_MONTHS]
    listed = [
        (month, [each for each in agenda(calendar, month.first, month.last) if (each.until or each.day) >= today()]) for month in months
    ]
    context = {"listed": listed, "saying": words, "lunar": lunar_of, "address": _address(request), "qr_svg": qr_svg(_address(request))}
    return render(request, "site/calendar_paper.html", context | {"week": words.week_words(calendar.profile)}, cache=SHARED)


@router.api_route("/{uid}.ics", methods=READ, dependencies=[Depends(public)])
async def entry_feed(request: Request, uid: str) -> Response:
    """One entry, to be put into a calendar."""
    calendar, entry = _calendar(request), _entry(request, uid)
    return _send(request, feed_of_one(calendar, entry, dt.datetime.now(dt.UTC), _host(request)), f"{entry.uid}.ics")


@router.api_route("/{uid}", methods=READ, dependencies=[Depends(public)])
async def entry_page(request: Request, uid: str) -> Response:
    """One Sunday service or session."""
    entry = _entry(request, uid)
    context = {
        "entry": entry,
        "details": details(entry),
        "saying": words,
        "lunar": lunar_of,
        "qr_svg": qr_svg(f"{_address(request)}/{entry.uid}.ics"),
    }
    return render(request, "site/calendar_entry.html", context, cache=SHARED)


def _now(calendar: Calendar, now: dt.datetime) -> list[str]:
    """Today in sentences, as the chat says it, without its «Dạ»."""
    said = answer(calendar, "hôm nay", now)
    sentence = said.answer.removeprefix("Dạ có ạ. ").removeprefix("Dạ, ")
    return [each for each in (sentence[:1].upper() + sentence[1:], said.following, said.soon) if each]


def _send(request: Request, made: Feed, name: str) -> Response:
    """The feed, or that it has not changed."""
    headers = {
        "etag": made.etag,
        "last-modified": format_datetime(made.modified.astimezone(dt.UTC), usegmt=True),
        "cache-control": "public, max-age=300",
        "content-disposition": f'inline; filename="{name}"',
    }
    if _is_known(request, made):
        return Response(status_code=304, headers=headers)
    return Response(made.body, media_type=CALENDAR, headers=headers)


def _is_known(request: Request, made: Feed) -> bool:
    """If-None-Match decides; If-Modified-Since only where there is none, for a feed's window also moves without a change."""
    if tags := request.headers.get("if-none-match"):
        return made.etag in {tag.strip().removeprefix("W/") for tag in tags.split(",")} or tags.strip() == "*"
    try:
        since = parsedate_to_datetime(request.headers.get("if-modified-since", ""))
    except (TypeError, ValueError):
        return False
    return since.tzinfo is not None and made.modified <= since


def _entry(request: Request, uid: str) -> Entry:
    entry = find(_calendar(request), uid)
    if entry is None:
        raise NotFound("Không có buổi này trong lịch. Bạn xem lịch cả tháng.")
    return entry


def _month(key: str) -> Month:
    match, this = _MONTH.fullmatch(key), today().replace(day=1)
    if match is None or not 1 <= int(match[2]) <= 12:
        return Month(this)
    month = Month(dt.date(int(match[1]) or 1, int(match[2]), 1))
    return month if _reaches(month) else Month(this)


def _reaches(month: Month) -> bool:
    """Whether the calendar is known for this month."""
    return -YEARS_BACK <= month.first.year - today().year <= YEARS_AHEAD


def _calendar(request: Request) -> Calendar:
    calendar: Calendar = request.app.state.local.now.calendar
    return calendar


def _host(request: Request) -> str:
    host: str = request.app.state.settings.public_url
    return host


def _address(request: Request) -> str:
    return f"{_host(request)}/lich"
