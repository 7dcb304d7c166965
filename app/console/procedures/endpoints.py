"""HTTP of procedures: the list, one with its national and local facts side by side, proposals and their check."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.responses import Response

from app.calendar.opening import VIETNAM
from app.catalog.content import OnlineLevel
from app.console.forms import Errors
from app.console.pages import redirect, render, wants_fragment
from app.console.procedures import forms
from app.console.procedures.listing import Filters, find
from app.errors import BadInput, NotFound
from app.local import repository
from app.local.differences import Saying, words
from app.local.models import FactStatus, LocalFact
from app.local.schemas import ALL_CASES, OF_A_CASE, FactField
from app.local.service import LocalFacts, Versions
from app.officials.access import PUBLISHERS, access_publish, access_read, access_write, csrf_official
from app.officials.models import Signed

PATH = "/can-bo/thu-tuc"
PER_PAGE = 40
router = APIRouter(prefix=PATH, include_in_schema=False)


@router.get("")
async def procedures(
    request: Request, who: Annotated[Signed, Depends(access_read)], q: str = "", muc: str = "", rieng: str = "", trang: int = 1
) -> Response:
    """All procedures, found as the bot finds them."""
    async with request.app.state.database.read() as session:
        having = {fact.code for fact in await repository.in_force(session, who.commune_id)}
        waiting = {fact.code for fact in await repository.drafts(session, who.commune_id)}
    filters = Filters.read(q, muc, rieng)
    found = find(request.app.state.catalog(), filters, request.app.state.search, having, waiting)
    last = max(1, -(-len(found) // PER_PAGE))
    page = min(max(trang, 1), last)
    return render(
        request,
        "procedures/list.html",
        block="results" if wants_fragment(request) and request.headers.get("hx-target") == "ket-qua" else "",
        filters=filters,
        found=found[(page - 1) * PER_PAGE : page * PER_PAGE],
        total=len(found),
        page=page,
        last=last,
        having=having,
        waiting=waiting,
        levels=list(OnlineLevel),
        say=_say(request),
    )


@router.get("/du-kien/{fact_id}")
async def fact(request: Request, who: Annotated[Signed, Depends(access_read)], fact_id: int) -> Response:
    """One proposal or fact, with what it changes and where it was read."""
    async with request.app.state.database.read() as session:
        return await _fact_page(request, session, who, fact_id)


@router.post("/du-kien/{fact_id}/kiem-tra", dependencies=[Depends(csrf_official)])
async def check(request: Request, who: Annotated[Signed, Depends(access_publish)], fact_id: int) -> Response:
    """Compared with its source by a second person: citizens read it from now on."""
    async with request.app.state.database.write() as session:
        checked = await _work(request, who).check(session, who, fact_id, _now())
        code = checked.code
    await request.app.state.ward.refresh()
    return redirect(request, f"{PATH}/{code}", say="Đã cho dùng. Người dân đọc được ngay.")


@router.post("/du-kien/{fact_id}/ngung", dependencies=[Depends(csrf_official)])
async def withdraw(
    request: Request, who: Annotated[Signed, Depends(access_write)], fact_id: int, reason: Annotated[str, Form()] = ""
) -> Response:
    """End a proposal or a fact."""
    try:
        async with request.app.state.database.write() as session:
            ended = await _work(request, who).withdraw(session, who, fact_id, reason, _now(), may_publish=who.role in PUBLISHERS)
            code, said = ended.code, "Đã ngừng. Người dân đọc thông tin chung." if ended.checked_at else "Đã ngừng đề nghị này."
    except BadInput as error:
        async with request.app.state.database.read() as session:
            return await _fact_page(request, session, who, fact_id, Errors(reason=error.message), reason)
    await request.app.state.ward.refresh()
    return redirect(request, f"{PATH}/{code}", say=said)


@router.get("/{code}")
async def procedure(request: Request, who: Annotated[Signed, Depends(access_read)], code: str) -> Response:
    """One procedure: what is true everywhere, what is true here, what waits, what was."""
    async with request.app.state.database.read() as session:
        versions = await _work(request, who).versions(session, code)
    return render(
        request,
        "procedures/procedure.html",
        versions=versions,
        rows=_rows(request, versions),
        words=words(),
        statuses=_statuses(versions.facts),
        sources=_sources(versions),
        many=len(versions.national.cases) > 1,
    )


@router.get("/{code}/de-nghi/{field}")
async def propose_form(
    request: Request, who: Annotated[Signed, Depends(access_write)], code: str, field: FactField, truong_hop: str = ALL_CASES
) -> Response:
    """A fact to be proposed; the form begins with what citizens read now."""
    async with request.app.state.database.read() as session:
        versions = await _work(request, who).versions(session, code)
    known = {case.id for case in versions.national.cases}
    case_id = truong_hop if truong_hop in known and field in OF_A_CASE else ALL_CASES
    return _form(request, versions, field, forms.typed_of(versions.local, field, case_id), Errors())


@router.post("/{code}/de-nghi/{field}", dependencies=[Depends(csrf_official)])
async def propose(
    request: Request, who: Annotated[Signed, Depends(access_write)], code: str, field: FactField, sure: Annotated[str, Form()] = ""
) -> Response:
    """Show what citizens would read differently; with `sure`, send it to be checked."""
    sent = await request.form()
    typed = {name: str(sent.get(name, ""))[: forms.LONGEST] for name in forms.names_of(field)}
    work = _work(request, who)
    async with request.app.state.database.read() as session:
        versions = await work.versions(session, code)
        proposal, errors = forms.read(versions.national, field, typed, request.app.state.commune.name)
        if proposal is None:
            return _form(request, versions, field, typed, errors)
        sentences = await work.differences(session, proposal)
    if not sure:
        return render(
            request,
            "procedures/difference.html",
            versions=versions,
            field=field,
            typed=typed,
            sentences=sentences,
            proposal=proposal,
        )
    try:
        async with request.app.state.database.write() as session:
            await work.propose(session, who, proposal, _now())
    except BadInput as error:
        return _form(request, versions, field, typed, Errors({"": error.message}))
    return redirect(request, f"{PATH}/{code}", say="Đã gửi đề nghị. Người khác kiểm tra xong thì người dân mới đọc được.")


async def _fact_page(
    request: Request, session: AsyncSession, who: Signed, fact_id: int, errors: Errors | None = None, reason: str = ""
) -> Response:
    found = await repository.fact(session, who.commune_id, fact_id)
    if found is None:
        raise NotFound
    work = _work(request, who)
    versions = await work.versions(session, found.code)
    draft = found.status == FactStatus.DRAFT
    return render(
        request,
        "procedures/fact.html",
        status=422 if errors else 200,
        fact=found,
        procedure=versions.national,
        case=_case_name(versions, found.case_id),
        status_word=_statuses([found])[found.id],
        sentences=work.differences_of(versions, found) if draft else [],
        draft=draft,
        in_force=found.status == FactStatus.CHECKED and found.replaced_at is None,
        own=found.proposed_by == who.official_id,
        publishes=who.role in PUBLISHERS,
        words=words(),
        # What it says in words: what would be read if it stood alone over the national facts.
        value=work.differences_of(Versions(versions.national, versions.national, []), found),
        errors=errors or Errors(),
        reason=reason,
    )


def _form(request: Request, versions: Versions, field: FactField, typed: dict[str, str], errors: Errors) -> Response:
    return render(
        request,
        "procedures/form.html",
        status=422 if errors else 200,
        versions=versions,
        field=field,
        typed=typed,
        errors=errors,
        words=words(),
        of_a_case=field in OF_A_CASE and len(versions.national.cases) > 1,
        lines=forms.ROWS,
        today=dt.datetime.now(VIETNAM).date().isoformat(),
    )


def _rows(request: Request, versions: Versions) -> list[dict[str, object]]:
    """The table: each fact that may differ, as everywhere and as here."""
    say = _say(request)
    first, rows = versions.national.cases[0], []
    for field in (FactField.ONLINE, FactField.WHERE):
        rows.append(
            (field, ALL_CASES, "", say.value(versions.national, first, field), say.value(versions.local, versions.local.cases[0], field))
        )
    for case in versions.national.cases:
        for field in OF_A_CASE:
            here = say.value(versions.local, versions.local.case(case.id), field)
            rows.append((field, case.id, case.name, say.value(versions.national, case, field), here))
    return [
        {"field": field, "case_id": case_id, "case": name, "national": national, "here": here, "differs": national != here}
        for field, case_id, name, national, here in rows
    ]


def _sources(versions: Versions) -> dict[int, str]:
    return {
        fact.id: f"{fact.source_title} ({fact.source_date.day}/{fact.source_date.month}/{fact.source_date.year})" for fact in versions.facts
    }


def _statuses(facts: Sequence[LocalFact]) -> dict[int, tuple[str, str]]:
    """Word and tone of each fact's status."""
    named = words()["statuses"]
    return {fact.id: tuple(named["replaced" if fact.status == FactStatus.CHECKED and fact.replaced_at else fact.status]) for fact in facts}


def _case_name(versions: Versions, case_id: str) -> str:
    return next((case.name for case in versions.national.cases if case.id == case_id), "")


def _work(request: Request, who: Signed) -> LocalFacts:
    state = request.app.state
    return LocalFacts(state.holder.files.catalog, _say(request), state.commune.name, who.commune_id)


def _say(request: Request) -> Saying:
    return Saying(request.app.state.templates)


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)
