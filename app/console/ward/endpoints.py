"""HTTP of the ward's pages: profile, history, trial and real mode."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from pydantic import ValidationError
from starlette.responses import Response

from app.console.forms import Errors
from app.console.pages import redirect, render
from app.console.ward import forms
from app.console.ward.readiness import checklist
from app.database import lock_commune
from app.errors import BadInput, NotFound
from app.officials.access import access_approve, access_read, access_switch, csrf_official
from app.officials.models import Signed
from app.ward import service
from app.ward.differences import shifts_in_words, words
from app.ward.holder import WardHolder
from app.ward.ward import Ward, WardMode

PATH = "/can-bo/phuong"
router = APIRouter(prefix=PATH, include_in_schema=False)


@router.get("")
async def profile(request: Request, who: Annotated[Signed, Depends(access_read)]) -> Response:
    """What citizens may know of the ward."""
    return render(request, "ward/profile.html", ward=_ward(request, who), weekdays=words()["weekdays"], shifts=shifts_in_words)


@router.get("/sua/{sheet}")
async def edit(request: Request, who: Annotated[Signed, Depends(access_switch)], sheet: str) -> Response:
    """One part of the profile, to be changed."""
    typed = forms.typed_of(_ward(request, who).profile, _known(sheet))
    return _form(request, sheet, typed, Errors())


@router.post("/sua/{sheet}", dependencies=[Depends(csrf_official)])
async def save(request: Request, who: Annotated[Signed, Depends(access_switch)], sheet: str, seen: Annotated[str, Form()] = "") -> Response:
    """Show what would change; when that was `seen` of the ward as it still is, change it."""
    holder, sent = _holder(request, who), await request.form()
    typed = {name: str(sent.get(name, ""))[:20_000] for name in forms.SHEETS[_known(sheet)]}
    values, errors = forms.read(sheet, typed)
    if errors:
        return _form(request, sheet, typed, errors)
    async with request.app.state.database.write() as session:
        await lock_commune(session, who.commune_id)
        ward = await service.read_ward(session, holder.base, who.commune_id)
        try:
            draft = service.draft_of(ward.profile, values)
        except ValidationError as error:
            wrong = {str(each["loc"][0]) if each["loc"] else "": words()["problems"]["wrong"] for each in error.errors()}
            return _form(request, sheet, typed, Errors(wrong))
        if seen != ward.version or not draft.values:
            return render(request, "ward/difference.html", sheet=sheet, typed=typed, sentences=draft.words, seen=ward.version)
        await service.save_profile(session, who, holder.base, ward, draft, _now())
    await holder.refresh()
    return redirect(request, PATH, say="Đã lưu. Trang người dân và câu trả lời đã dùng thông tin mới.")


@router.get("/lich-su")
async def history(request: Request, who: Annotated[Signed, Depends(access_read)]) -> Response:
    """Every change of the profile."""
    async with request.app.state.database.read() as session:
        changes = await service.before_all(session, who.commune_id)
    return render(request, "ward/history.html", changes=changes)


@router.get("/lich-su/{change_id}")
async def restoring(request: Request, who: Annotated[Signed, Depends(access_switch)], change_id: int) -> Response:
    """What undoing this change would change now."""
    holder = _holder(request, who)
    async with request.app.state.database.read() as session:
        change, draft = await service.restorable(session, holder.base, holder.now, who.commune_id, change_id)
    return render(request, "ward/restore.html", change=change, sentences=draft.words)


@router.post("/lich-su/{change_id}", dependencies=[Depends(csrf_official)])
async def restore(request: Request, who: Annotated[Signed, Depends(access_switch)], change_id: int) -> Response:
    """Undo this change."""
    holder = _holder(request, who)
    async with request.app.state.database.write() as session:
        await lock_commune(session, who.commune_id)
        ward = await service.read_ward(session, holder.base, who.commune_id)
        _, draft = await service.restorable(session, holder.base, ward, who.commune_id, change_id)
        await service.save_profile(session, who, holder.base, ward, draft, _now())
    await holder.refresh()
    return redirect(request, PATH, say="Đã đưa về như trước lần sửa đó.")


@router.get("/che-do")
async def mode(request: Request, who: Annotated[Signed, Depends(access_read)]) -> Response:
    """Trial or real, and what is missing for the real mode."""
    async with request.app.state.database.read() as session:
        found = await checklist(request, session, who.commune_id)
    return render(request, "ward/mode.html", ward=_ward(request, who), found=found, errors=Errors(), reason="")


@router.post("/che-do", dependencies=[Depends(csrf_official)])
async def change_mode(
    request: Request,
    who: Annotated[Signed, Depends(access_approve)],
    wanted: Annotated[WardMode, Form()],
    reason: Annotated[str, Form()] = "",
) -> Response:
    """Open the real mode, when nothing that it needs is missing; or go back to trial."""
    holder = _holder(request, who)
    async with request.app.state.database.read() as session:
        found = await checklist(request, session, who.commune_id)
    missing = [item.sentence for item in found if item.required and not item.good]
    try:
        _refuse(missing if wanted is WardMode.REAL else [])
        async with request.app.state.database.write() as session:
            await service.set_mode(session, who, wanted, reason, _now())
    except BadInput as error:
        errors = Errors(reason=error.message)
        return render(request, "ward/mode.html", status=422, ward=holder.now, found=found, errors=errors, reason=reason)
    await holder.refresh()
    said = "Đã mở chế độ chính thức." if wanted is WardMode.REAL else "Đã chuyển về chạy thử."
    return redirect(request, f"{PATH}/che-do", say=said)


def _refuse(missing: list[str]) -> None:
    if missing:
        raise BadInput("Chưa mở được: " + " ".join(missing))


def _form(request: Request, sheet: str, typed: dict[str, str], errors: Errors) -> Response:
    status, weekdays = 422 if errors else 200, words()["weekdays"]
    return render(request, "ward/form.html", status=status, sheet=sheet, typed=typed, errors=errors, weekdays=weekdays, most=forms.MOST)


def _known(sheet: str) -> str:
    if sheet not in forms.SHEETS:
        raise NotFound
    return sheet


def _holder(request: Request, who: Signed) -> WardHolder:
    """What this installation serves. Officials of another commune in the same database have no business with it."""
    holder: WardHolder = request.app.state.ward
    if holder.commune_id != who.commune_id:
        raise NotFound
    return holder


def _ward(request: Request, who: Signed) -> Ward:
    return _holder(request, who).now


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)
