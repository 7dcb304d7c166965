"""What goes on paper, for everyone: posters and slips to print, and where their codes lead."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from fastapi import APIRouter, Depends, Request
from starlette.responses import RedirectResponse, Response

from app.access import public
from app.calendar.agenda import service_uid
from app.calendar.calendar import Calendar
from app.catalog.catalog import Catalog
from app.catalog.content import Procedure
from app.errors import NotFound
from app.limits import one_question
from app.paper.places import is_tag, tag_of
from app.paper.poster_layout import Format
from app.paper.posters import SEARCHED, WEB, Kind, Subject
from app.paper.service import SLIP_FORMATS, Press, Print
from app.paper.svg import svg_of
from app.site.doors import doors_of
from app.site.links import page_path
from app.site.listing import Filters, find
from app.site.pages import PERSONAL, render, today
from app.site.scans import count

READ = ["GET", "HEAD"]
PDF = "application/pdf"
NOT_KEPT = "no-store"
SHOWN_FOR_A_COUNTER = 3

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True)
class Handled:
    """One of the things a counter does, as its sign says, and the procedures that fit."""

    words: str
    procedures: tuple[Procedure, ...]


# --- printing ----------------------------------------------------------------------------------------------------


@router.api_route("/in/phieu/{code}/{case_id}.pdf", methods=READ, dependencies=[Depends(public), Depends(one_question)])
async def slip_file(request: Request, code: str, case_id: str, kho: str = "a4") -> Response:
    """The slip of a case as a PDF."""
    return await _file(_press(request).slip(code, case_id, _format(kho)))


@router.api_route("/in/phieu/{code}/{case_id}", methods=READ, dependencies=[Depends(public)])
async def slip(request: Request, code: str, case_id: str, kho: str = "a4") -> Response:
    """The slip of a case, to be printed from the browser."""
    made = _press(request).slip(code, case_id, _format(kho))
    procedure = _catalog(request).current(code)
    back = page_path(procedure) if procedure else "/thu-tuc"
    return _sheets(request, made, _format(kho), SLIP_FORMATS, back=f"{back}#{case_id}", place="")


@router.api_route("/in/ma/{kind}/{ident}.pdf", methods=READ, dependencies=[Depends(public), Depends(one_question)])
async def poster_file(request: Request, kind: str, ident: str, kho: str = "a4", p: str = "") -> Response:
    """A poster, or a sheet of stickers, as a PDF."""
    return await _file(_press(request).one(kind, ident, _format(kho), _place(p)))


@router.api_route("/in/ma/{kind}/{ident}", methods=READ, dependencies=[Depends(public)])
async def poster(request: Request, kind: str, ident: str, kho: str = "a4", p: str = "") -> Response:
    """A poster, or a sheet of stickers, to be printed from the browser."""
    made = _press(request).one(kind, ident, _format(kho), _place(p))
    subject = _subject(request, kind, ident)
    return _sheets(request, made, _format(kho), tuple(Format), back=_leads_to(request, subject), place=_place(p))


# --- where codes lead --------------------------------------------------------------------------------------------


@router.api_route("/q/{kind}/{ident}", methods=READ, dependencies=[Depends(public)])
async def short_address(request: Request, kind: str, ident: str, p: str = "") -> Response:
    """Where a printed code that is not a procedure's leads. The scan is counted without anything of who scanned."""
    subject = _subject(request, kind, ident)
    if subject.kind is Kind.PROCEDURE:
        return RedirectResponse(f"/q/{subject.ident}", status_code=308)
    await count(request, subject.key, p)
    return RedirectResponse(_leads_to(request, subject), status_code=302, headers={"cache-control": NOT_KEPT})


@router.api_route("/quay/{number}", methods=READ, dependencies=[Depends(public)])
async def counter(request: Request, number: str) -> Response:
    """What one counter takes, with the procedures that fit."""
    subject = _subject(request, Kind.COUNTER, number)
    catalog = _catalog(request)
    said = [part.strip(" .") for part in subject.sentence.replace(";", ",").split(",")]
    handled = [Handled(part, _found(request, catalog, part)) for part in said if part]
    return render(request, "site/paper_counter.html", {"subject": subject, "handled": handled, "page_path": page_path}, cache=PERSONAL)


def _found(request: Request, catalog: Catalog, text: str) -> tuple[Procedure, ...]:
    groups = find(catalog, Filters.read(catalog, text, "", "", ""), request.app.state.search)
    return groups[0].procedures[:SHOWN_FOR_A_COUNTER] if groups else ()


def _leads_to(request: Request, subject: Subject) -> str:
    if subject.kind is Kind.PROCEDURE:
        procedure = _catalog(request).current(subject.ident)
        return page_path(procedure) if procedure else "/thu-tuc"
    if subject.kind is Kind.SUNDAY:
        calendar: Calendar = request.app.state.local.now.calendar
        coming = next(
            (each for each in calendar.sunday_services(today(), today() + SEARCHED) if each.held and each.held.day >= today()), None
        )
        return f"/lich/{service_uid(coming.planned)}" if coming else "/lich"
    if subject.kind is Kind.CHAT and subject.ident != WEB:
        doors = doors_of(request.app.state.accounts)
        return next((door.url for door in doors if tag_of(door.name) == subject.ident), "/")
    return {
        Kind.FIELD: f"/thu-tuc?linh-vuc={subject.ident}",
        Kind.EVENT: f"/su-kien/{subject.ident}",
        Kind.COUNTER: f"/quay/{subject.ident}",
    }.get(subject.kind, "/")


# --- pieces ------------------------------------------------------------------------------------------------------


def _sheets(request: Request, made: Print, paper: Format, formats: tuple[Format, ...], *, back: str, place: str) -> Response:
    here = request.url.path
    tag = f"&p={place}" if place else ""
    context = {
        "title": made.title,
        "sheets": [svg_of(page) for page in made.pages],
        "paper": paper,
        "formats": [(each, f"{here}?kho={each}{tag}") for each in formats],
        "file": f"{here}.pdf?kho={paper}{tag}",
        "back": back,
        "place": place,
    }
    return render(request, "site/paper.html", context)


async def _file(made: Print) -> Response:
    body = await asyncio.to_thread(made.pdf)
    headers = {"content-disposition": f'inline; filename="{made.file_name}.pdf"', "cache-control": "private, max-age=60"}
    return Response(body, media_type=PDF, headers=headers)


def _subject(request: Request, kind: str, ident: str) -> Subject:
    subject = _press(request).subjects().find(kind, ident)
    if subject is None:
        raise NotFound
    return subject


def _format(name: str) -> Format:
    if name not in set(Format):
        raise NotFound("Không có khổ giấy này. Bạn chọn A4, A5, A6 hoặc tem.")
    return Format(name)


def _place(tag: str) -> str:
    return tag if is_tag(tag) else ""


def _press(request: Request) -> Press:
    press: Press = request.app.state.press
    return press


def _catalog(request: Request) -> Catalog:
    catalog: Catalog = request.app.state.catalog()
    return catalog
