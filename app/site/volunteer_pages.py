"""Pages of the volunteers: joining by a code, the tally in three taps, the roster; and for everyone, who is in charge where."""

from __future__ import annotations

import datetime as dt
import json
import time
import uuid
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Query, Request
from starlette.requests import ClientDisconnect
from starlette.responses import JSONResponse, RedirectResponse, Response

from app.access import public
from app.catalog.catalog import Catalog
from app.catalog.content import Procedure
from app.errors import BadInput, NotFound, TooMany
from app.site.lookup import DATA
from app.site.lookup_data import LookupHolder
from app.site.pages import PERSONAL, SHARED, render, today
from app.volunteers import joining, repository, roster, tallies, words
from app.volunteers.access import (
    HOME,
    JOIN,
    access_volunteer,
    before_of,
    before_token,
    commune_of,
    csrf_joining,
    csrf_of,
    csrf_queue,
    csrf_volunteer,
    found,
    give,
    give_before,
    take_back,
)
from app.volunteers.joining import Helper
from app.volunteers.models import Reply

READ = ["GET", "HEAD"]
KEPT = "private, no-store"
OFTEN = 8
FOUND = 8
SAID_BACK = {
    "da-ghi": "Đã ghi một lượt.",
    "da-tra-loi": "Đã gửi trả lời của bạn.",
    "da-vao": "Bạn đã vào nhóm. Máy này ghi được lượt giúp.",
}

router = APIRouter(include_in_schema=False)
Joined = Annotated[Helper, Depends(access_volunteer)]
Text = Annotated[str, Form()]


# --- joining -----------------------------------------------------------------------------------------------------


@router.api_route(JOIN, methods=READ, dependencies=[Depends(public)])
async def joining_page(request: Request, ma: str = "") -> Response:
    """Where a code is typed, or stands already when the lead's QR code was scanned. Opening it uses nothing up."""
    if await found(request) is not None and not ma:
        return RedirectResponse(HOME, status_code=303, headers={"cache-control": KEPT})
    return _joining(request, joining.read_code(ma), "")


@router.post(JOIN, dependencies=[Depends(public), Depends(csrf_joining)])
async def join(request: Request, ma: Text = "") -> Response:
    """Use a code: this browser is the volunteer's from now on."""
    address = request.client.host if request.client else "unknown"
    if not joining.read_code(ma):
        return _joining(request, ma[:20], words.get("wrong.code_empty"))
    if not request.app.state.limiter.allow(f"tn:{address}"):
        raise TooMany(words.get("wrong.too_many"))
    async with request.app.state.database.write() as session:
        joined = await joining.join(session, request.app.state.signer, commune_of(request), ma, dt.datetime.now(dt.UTC))
    if joined is None:
        return _joining(request, ma[:20], words.get("wrong.code"))
    response = RedirectResponse(f"{HOME}?xong=da-vao", status_code=303, headers={"cache-control": KEPT})
    give(request, response, joined[1])
    return response


@router.post(f"{HOME}/ra", dependencies=[Depends(csrf_volunteer)])
async def leave(request: Request, helper: Joined) -> Response:
    """Sign this phone out."""
    async with request.app.state.database.write() as session:
        await joining.leave(session, helper)
    response = RedirectResponse(JOIN, status_code=303, headers={"cache-control": KEPT})
    take_back(request, response)
    return response


def _joining(request: Request, code: str, wrong: str) -> Response:
    known = before_of(request)
    context = {"code": code, "wrong": wrong, "csrf": before_token(request, known), "banners": tuple, "path": JOIN}
    response = render(request, "site/volunteer_join.html", context, status=422 if wrong else 200, cache=KEPT)
    give_before(request, response, known)
    return response


# --- the tally ---------------------------------------------------------------------------------------------------


@router.api_route(HOME, methods=READ)
async def volunteer(request: Request, helper: Joined, tim: Annotated[str, Query(max_length=400)] = "", xong: str = "") -> Response:
    """The volunteer's page. The phone keeps a copy for places without a network."""
    return await _page(request, helper, tim, said=SAID_BACK.get(xong, ""))


@router.post(f"{HOME}/ghi", dependencies=[Depends(csrf_volunteer)])
async def one_tally(
    request: Request, helper: Joined, ma_luot: Text = "", thu_tuc: Text = "", nop_ho: Text = "", vuong: Text = ""
) -> Response:
    """One tally from the form, for browsers without JavaScript. The form's own id keeps a second press from counting twice."""
    now = int(time.time() * 1000)
    sent = {"id": _own_id(ma_luot, thu_tuc, nop_ho, vuong), "code": thu_tuc, "on_behalf": nop_ho == "1", "hard": vuong, "made": now}
    whole = nop_ho in {"0", "1"} and vuong in words.hard() and thu_tuc
    taken = await _take(request, helper, {"now": now, "tallies": [sent] if whole else []})
    if not taken.kept:
        refused = next(iter(taken.refused.values()), words.get("wrong.choice"))
        return await _page(request, helper, "", wrong=refused, chosen=(thu_tuc, nop_ho, vuong))
    return RedirectResponse(f"{HOME}?xong=da-ghi", status_code=303, headers={"cache-control": KEPT})


@router.post(f"{HOME}/gui", dependencies=[Depends(csrf_queue)])
async def send_queue(request: Request, helper: Joined) -> Response:
    """What a phone collected: JSON, see `tallies.take`. Sending it again changes nothing."""
    if not request.app.state.limiter.allow(f"tn-gui:{helper.id}"):
        raise TooMany
    try:
        body = json.loads(await request.body())
    except (ValueError, RecursionError, ClientDisconnect) as error:
        raise BadInput from error
    taken = await _take(request, helper, body)
    answer = {"kept": taken.kept, "refused": taken.refused, "month": await _month(request, helper)}
    return JSONResponse(answer, headers={"cache-control": KEPT})


@router.post(f"{HOME}/truc/{{shift_id}}", dependencies=[Depends(csrf_volunteer)])
async def reply(request: Request, helper: Joined, shift_id: int, tra_loi: Text = "") -> Response:
    """Yes or no to a session the lead put this volunteer down for."""
    if tra_loi not in {Reply.YES, Reply.NO}:
        raise BadInput
    calendar, now = request.app.state.local.now.calendar, dt.datetime.now(dt.UTC)
    async with request.app.state.database.write() as session:
        shifts = roster.of_uids(calendar, await repository.shifts_of(session, helper.commune_id, helper.id), today())
        open_now = any(shift.id == shift_id and not entry.gone for shift, entry in shifts)
        if not open_now or await repository.reply(session, helper.commune_id, helper.id, shift_id, Reply(tra_loi), now) is None:
            raise NotFound(words.get("wrong.not_ours"))
    return RedirectResponse(f"{HOME}?xong=da-tra-loi#lich-truc", status_code=303, headers={"cache-control": KEPT})


async def _take(request: Request, helper: Helper, body: Any) -> tallies.Taken:
    calendar, catalog = request.app.state.local.now.calendar, _catalog(request)
    async with request.app.state.database.write() as session:
        return await tallies.take(session, helper, calendar, catalog.get, body, dt.datetime.now(dt.UTC))


async def _month(request: Request, helper: Helper) -> int:
    async with request.app.state.database.read() as session:
        return await repository.count_of(session, helper.commune_id, helper.id, today().replace(day=1))


async def _page(
    request: Request, helper: Helper, asked: str, *, said: str = "", wrong: str = "", chosen: tuple[str, str, str] = ("", "", "")
) -> Response:
    """The same for everyone but for name, team and roster; no urgent banner: it would stay in the copy that phones keep."""
    lookup: LookupHolder = request.app.state.lookup
    catalog, calendar = _catalog(request), request.app.state.local.now.calendar
    data = await lookup.data(catalog)
    async with request.app.state.database.read() as session:
        shifts = roster.of_uids(calendar, await repository.shifts_of(session, helper.commune_id, helper.id), today())
        team = await repository.team(session, helper.commune_id, helper.team_id) if helper.team_id is not None else None
    often = _often(catalog)
    listed = _search(request, catalog, asked) if asked.strip() else often
    if chosen[0] and (picked := catalog.get(chosen[0])) is not None and picked not in listed:
        listed = [picked, *listed]
    context = {
        "helper": helper,
        "team": team,
        "csrf": csrf_of(request, helper),
        "tally_id": str(uuid.uuid4()),
        "often": [(each.code, each.name) for each in often],
        "listed": listed,
        "asked": asked,
        "hard": words.hard(),
        "filed": words.get("filed"),
        "replies": words.get("reply"),
        "shifts": shifts,
        "month": await _month(request, helper),
        "said": said,
        "wrong": wrong,
        "chosen": chosen,
        "file": f"{DATA}?v={data.file.digest}",
        "home": HOME,
        "banners": tuple,
        "chats": (),
        "path": HOME,
    }
    return render(request, "site/volunteer.html", context, status=422 if wrong else 200, cache=PERSONAL)


def _own_id(form: str, *chosen: str) -> str:
    """Pressed twice, a form is one tally; filled in anew after «back», which shows it with its old id, it is another."""
    try:
        return str(uuid.uuid5(uuid.UUID(form), " ".join(chosen)))
    except ValueError:
        return form


def _often(catalog: Catalog) -> list[Procedure]:
    found = [catalog.get(code) for code in catalog.everyday]
    return [each for each in found if each is not None and each.replaced_by is None][:OFTEN]


def _search(request: Request, catalog: Catalog, text: str) -> list[Procedure]:
    return [each for code in request.app.state.search(text) if (each := catalog.current(code)) is not None][:FOUND]


# --- who is in charge where --------------------------------------------------------------------------------------


@router.api_route("/to-cong-nghe-so", methods=READ, dependencies=[Depends(public)])
async def teams(request: Request) -> Response:
    """Every team in use and where it helps; phone numbers of teams that agreed."""
    return render(request, "site/teams.html", {"teams": request.app.state.local.now.teams}, cache=SHARED)


def _catalog(request: Request) -> Catalog:
    found_catalog: Catalog = request.app.state.catalog()
    return found_catalog
