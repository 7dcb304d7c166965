"""HTTP of the public site: what each address takes and gives. What happens is in the modules beside this one."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Query, Request
from starlette.responses import RedirectResponse, Response

from app.access import csrf_checked, public
from app.calendar.calendar import Calendar
from app.catalog.catalog import Catalog
from app.catalog.content import OnlineLevel, Procedure
from app.errors import NotFound
from app.limits import one_question
from app.site import chat
from app.site.doors import doors_of
from app.site.links import page_path
from app.site.links import short_address as short_address_of
from app.site.listing import Filters, count_by_field, find
from app.site.pages import SHARED, render, today, wants_fragment
from app.site.procedure_view import structured_data, view_of
from app.site.qr import qr_png
from app.site.scans import count
from app.visitor import COOKIE_DAYS

READ = ["GET", "HEAD"]
NOT_KEPT = "no-store"

router = APIRouter(include_in_schema=False)


@router.api_route("/", methods=READ, dependencies=[Depends(public)])
async def home(request: Request, hoi: str = "", xong: str = "") -> Response:
    """The chat. `hoi` writes a question into the box without sending it."""
    return await chat.home_page(request, draft=hoi, done=xong)


@router.post("/chat", dependencies=[Depends(public), Depends(csrf_checked), Depends(one_question)])
async def ask(request: Request, text: Annotated[str, Form()] = "", message_id: Annotated[str, Form()] = "") -> Response:
    """One message of the visitor."""
    return await chat.answer(request, text, message_id)


@router.post("/chat/phan-hoi", dependencies=[Depends(public), Depends(csrf_checked)])
async def feedback(request: Request, answer_id: Annotated[str, Form()], good: Annotated[bool, Form()]) -> Response:
    """«Đúng ý / Chưa đúng» under an answer."""
    return await chat.take_feedback(request, answer_id, good=good)


@router.post("/chat/xoa", dependencies=[Depends(public), Depends(csrf_checked)])
async def forget(request: Request) -> Response:
    """Erase this visitor's conversation."""
    return await chat.forget(request)


@router.api_route("/thu-tuc", methods=READ, dependencies=[Depends(public)])
async def procedures(
    request: Request,
    q: str = "",
    linh_vuc: Annotated[str, Query(alias="linh-vuc")] = "",
    muc: str = "",
    su_kien: Annotated[str, Query(alias="su-kien")] = "",
) -> Response:
    """The list of procedures with search and filters; only the results when HTMX asks."""
    catalog = _catalog(request)
    filters = Filters.read(catalog, q, linh_vuc, muc, su_kien)
    groups = find(catalog, filters, request.app.state.search)
    fragment = wants_fragment(request)
    return render(
        request,
        "site/results.html" if fragment else "site/list.html",
        {
            "catalog": catalog,
            "filters": filters,
            "groups": groups,
            "found": sum(len(group.procedures) for group in groups),
            "counts": count_by_field(catalog),
            "levels": _levels_in_use(catalog),
            "page_path": page_path,
        },
        headers={"hx-replace-url": filters.path()} if fragment else None,
        cache=SHARED,
    )


@router.api_route("/thu-tuc/{code}", methods=READ, dependencies=[Depends(public)])
async def procedure_by_code(request: Request, code: str) -> Response:
    """The short form of a procedure's address."""
    return _to_page(_procedure(request, code))


@router.api_route("/thu-tuc/{code}/{slug}", methods=READ, dependencies=[Depends(public)])
async def procedure_page(request: Request, code: str, slug: str) -> Response:
    """Everything about one procedure."""
    catalog, procedure = _catalog(request), _procedure(request, code)
    if slug != page_path(procedure).rpartition("/")[2]:
        return _to_page(procedure)
    view = view_of(catalog, procedure, request.app.state.settings.public_url)
    field = catalog.field(procedure.field)
    current = catalog.current(procedure.code) or procedure
    return render(
        request,
        "site/procedure.html",
        {
            "view": view,
            "procedure": procedure,
            "current": current,
            "doors": doors_of(request.app.state.accounts, current.code),
            "field": field,
            "page_path": page_path,
            "structured": structured_data(view, request.app.state.commune, field.name if field else ""),
        },
        cache=SHARED,
    )


@router.api_route("/su-kien/{event_id}", methods=READ, dependencies=[Depends(public)])
async def life_event(request: Request, event_id: str) -> Response:
    """The procedures an event in a family's life needs, in order."""
    catalog = _catalog(request)
    event = catalog.life_event(event_id)
    if event is None:
        raise NotFound
    found = [catalog.current(code) for code in event.procedures]
    steps = [procedure for procedure in found if procedure is not None]
    return render(request, "site/event.html", {"event": event, "steps": steps, "page_path": page_path}, cache=SHARED)


@router.api_route("/q/{code}.png", methods=READ, dependencies=[Depends(public)])
async def qr_picture(request: Request, code: str) -> Response:
    """The QR code of a short address as a picture, for chats."""
    procedure = _catalog(request).get(code)
    if procedure is None:
        raise NotFound
    address = short_address_of(request.app.state.settings.public_url, procedure.code)
    return Response(qr_png(address), media_type="image/png", headers={"cache-control": SHARED})


@router.api_route("/q/{code}", methods=READ, dependencies=[Depends(public)])
async def short_address(request: Request, code: str, p: str = "") -> Response:
    """Where a printed QR code leads: to the page, by a choice when there are chats to ask in.

    A scan is counted without keeping anything of who scanned.
    """
    catalog = _catalog(request)
    procedure = catalog.get(code)
    if procedure is None:
        context = {"code": code[:20], "counts": count_by_field(catalog), "catalog": catalog}
        return render(request, "site/unknown_code.html", context, status=404)
    await count(request, procedure.code, p)
    current = catalog.current(procedure.code) or procedure
    doors = doors_of(request.app.state.accounts, current.code)
    if not doors:
        return RedirectResponse(page_path(procedure), status_code=302, headers={"cache-control": NOT_KEPT})
    context = {"procedure": procedure, "current": current, "doors": doors, "page_path": page_path}
    return render(request, "site/door.html", context, cache=NOT_KEPT)


@router.api_route("/zalo_verifier{code}.html", methods=READ, dependencies=[Depends(public)])
async def zalo_verifier(request: Request, code: str) -> Response:
    """What Zalo reads to see that this domain is ours; the home page says the same."""
    if code != request.app.state.settings.zalo_verification:
        raise NotFound
    return render(request, "site/zalo_verifier.html", {"code": code}, cache=SHARED)


@router.api_route("/gioi-thieu", methods=READ, dependencies=[Depends(public)])
async def about(request: Request) -> Response:
    """What is known of the ward, what we keep of visitors, where our facts come from."""
    calendar: Calendar = request.app.state.local.now.calendar
    day = today()
    catalog = _catalog(request)
    return render(
        request,
        "site/about.html",
        {
            "today": calendar.plan(day),
            "next_open": calendar.next_open(day),
            "next_sunday": calendar.next_sunday_service(day),
            "cookie_days": COOKIE_DAYS,
            "procedure_count": len(catalog.in_force()),
            "checked_on": max((item.checked_on for item in catalog.in_force()), default=None),
            "version": catalog.version,
        },
        cache=SHARED,
    )


def _catalog(request: Request) -> Catalog:
    catalog: Catalog = request.app.state.catalog()
    return catalog


def _procedure(request: Request, code: str) -> Procedure:
    procedure = _catalog(request).get(code)
    if procedure is None:
        raise NotFound
    return procedure


def _to_page(procedure: Procedure) -> Response:
    """A redirect for good, but not kept for long: a name that changes there and back must not make a loop."""
    return RedirectResponse(page_path(procedure), status_code=308, headers={"cache-control": SHARED})


def _levels_in_use(catalog: Catalog) -> list[OnlineLevel]:
    used = {procedure.online.level for procedure in catalog.in_force()}
    return [level for level in OnlineLevel if level in used]
