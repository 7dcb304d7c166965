"""HTTP of the followers' numbers and of the lists of a trial."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from starlette.responses import Response

from app.announcements.words import words
from app.console.forms import Errors
from app.console.pages import redirect, render
from app.errors import NotFound
from app.officials.access import access_publish, access_read, csrf_official
from app.officials.models import Signed
from app.subscribers import repository, service
from app.subscribers.models import CodeKind
from app.subscribers.service import GUEST_DAYS, KIND_WORDS, MOST_CODES, MOST_DAYS, few

PATH = "/can-bo/nguoi-theo-doi"
LISTS = f"{PATH}/nhan-thu"
router = APIRouter(prefix=PATH, include_in_schema=False)
Reading = Annotated[Signed, Depends(access_read)]
Publishing = Annotated[Signed, Depends(access_publish)]


@router.get("")
async def numbers(request: Request, who: Reading) -> Response:
    """How many follow what."""
    async with request.app.state.database.read() as session:
        found = await service.numbers(session, who.commune_id, request.app.state.topics, _now())
    return render(request, "subscribers/numbers.html", numbers=found, few=few, channels=words().channels)


@router.get("/nhan-thu")
async def lists(request: Request, who: Reading) -> Response:
    """Who receives while the ward tries things out: codes and how many used them."""
    return await _lists(request, who, Errors())


@router.post("/nhan-thu", dependencies=[Depends(csrf_official)])
async def make_code(
    request: Request, who: Publishing, kind: Annotated[str, Form()] = "", days: Annotated[str, Form()] = str(GUEST_DAYS)
) -> Response:
    """A new code."""
    errors = Errors()
    if kind not in KIND_WORDS:
        errors["kind"] = "Anh/chị chọn mã cho khách hay cho cán bộ."
    if not days.isdecimal() or not 1 <= int(days[:4]) <= MOST_DAYS or len(days) > len(str(MOST_DAYS)):
        errors["days"] = f"Số ngày từ 1 tới {MOST_DAYS}."
    async with request.app.state.database.write() as session:
        if not errors and len(await repository.guest_codes(session, who.commune_id, _now())) >= MOST_CODES:
            errors["kind"] = f"Đang có {MOST_CODES} mã. Anh/chị bỏ bớt mã cũ rồi tạo mã mới."
        code = "" if errors else await service.make_code(session, who, CodeKind(kind), int(days), _now())
    if errors:
        return await _lists(request, who, errors, kind, days[:10])
    return redirect(request, LISTS, say=f"Mã mới: {code}. Người nhận thử nhắn: MÃ {KIND_WORDS[CodeKind(kind)].upper()} {code}")


@router.post("/nhan-thu/ma/{code_id}/bo", dependencies=[Depends(csrf_official)])
async def drop_code(request: Request, who: Publishing, code_id: int) -> Response:
    """Take a code back."""
    async with request.app.state.database.write() as session:
        await service.drop_code(session, who, code_id)
    return redirect(request, LISTS, say="Đã bỏ mã. Ai đã dùng mã vẫn còn trong danh sách.")


@router.get("/nhan-thu/{kind}/het")
async def ending(request: Request, who: Publishing, kind: str) -> Response:
    """What emptying a list does."""
    known = _kind(kind)
    async with request.app.state.database.read() as session:
        counts = await repository.count_by(session, who.commune_id, "staff" if known is CodeKind.STAFF else "guest")
    return render(request, "subscribers/end_list.html", kind=kind, words=KIND_WORDS[known], count=few(counts.get(True, 0)))


@router.post("/nhan-thu/{kind}/het", dependencies=[Depends(csrf_official)])
async def end_list(request: Request, who: Publishing, kind: str) -> Response:
    """Empty a list."""
    known = _kind(kind)
    async with request.app.state.database.write() as session:
        await service.end_list(session, who, known)
    return redirect(request, LISTS, say=f"Danh sách {KIND_WORDS[known]} nhận thử đã trống.")


async def _lists(request: Request, who: Signed, errors: Errors, kind: str = "", days: str = str(GUEST_DAYS)) -> Response:
    async with request.app.state.database.read() as session:
        codes = await repository.guest_codes(session, who.commune_id, _now())
        guests = (await repository.count_by(session, who.commune_id, "guest")).get(True, 0)
        staff = (await repository.count_by(session, who.commune_id, "staff")).get(True, 0)
    return render(
        request,
        "subscribers/lists.html",
        status=422 if errors else 200,
        codes=codes,
        lists=[("guest", KIND_WORDS[CodeKind.GUEST], few(guests)), ("staff", KIND_WORDS[CodeKind.STAFF], few(staff))],
        kinds=KIND_WORDS,
        errors=errors,
        typed={"kind": kind, "days": days},
    )


def _kind(kind: str) -> CodeKind:
    if kind not in KIND_WORDS:
        raise NotFound
    return CodeKind(kind)


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)
