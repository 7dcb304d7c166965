"""HTTP of questions that were not answered well: groups, one group, teaching, putting aside, proposals."""

from __future__ import annotations

import asyncio
import datetime as dt
import re
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from starlette.responses import Response

from app.catalog.yaml_loader import ContentError
from app.console.forms import Errors
from app.console.pages import redirect, render
from app.errors import BadInput, NotFound, Unavailable
from app.officials.access import access_read, access_write, csrf_official
from app.officials.models import Signed
from app.questions import proposals
from app.questions.grouping import key_of
from app.questions.service import Group, Kind, Questions
from app.questions.teaching import Teacher

PATH = "/can-bo/cau-hoi"
DAYS = (7, 30, 90)
SHOWN = 40
GROUPED = 300  # the newest different questions; a page must not keep anybody waiting
KEPT_MEANINGS = 3_000
BROKEN = "Kho thủ tục đang có tệp hỏng nên chưa dạy được. Anh/chị nhờ quản trị chạy lệnh gandan catalog check."
TAUGHT_BEFORE = "Thủ tục này đã có cách hỏi ấy rồi, không cần dạy nữa."
_ID = re.compile(r"[0-9a-f]{6,32}")
router = APIRouter(prefix=PATH, include_in_schema=False)
_teaching = asyncio.Lock()  # it reads and writes the catalog's files, and takes seconds


@router.get("")
async def groups(request: Request, who: Annotated[Signed, Depends(access_read)], ngay: int = 30, vi: str = "") -> Response:
    """Groups of the last days' questions, those asked most first."""
    days, kind = _days(ngay), _kind(vi)
    work = _work(request, who)
    found = await work.groups(days, kind)
    async with request.app.state.database.read() as session:
        waiting = await proposals.waiting(session, who.commune_id)
    rows = [{"group": each, "near": work.nearest(each, 2)} for each in found[:SHOWN]]
    return render(
        request,
        "questions/list.html",
        rows=rows,
        total=len(found),
        times=sum(each.times for each in found),
        days=days,
        kind=kind or "",
        choices=DAYS,
        waiting=waiting,
        catalog=request.app.state.catalog(),
    )


@router.get("/{group_id}")
async def group(request: Request, who: Annotated[Signed, Depends(access_read)], group_id: str, ngay: int = 90) -> Response:
    """Every question of one group, and what can be done about it."""
    days = _days(ngay)
    work = _work(request, who)
    return _group_page(request, work, await _found(work, group_id, days), days, Errors(), {})


@router.post("/{group_id}/day", dependencies=[Depends(csrf_official)])
async def teach(
    request: Request,
    who: Annotated[Signed, Depends(access_write)],
    group_id: str,
    text: Annotated[str, Form()] = "",
    code: Annotated[str, Form()] = "",
    ngay: Annotated[int, Form()] = 90,
) -> Response:
    """One question becomes a way of asking of a procedure; where files cannot be written, a proposal to the keeper."""
    days, work = _days(ngay), _work(request, who)
    found, text, code = await _found(work, group_id, days), text[:1_000], code.strip()[:20]
    teacher = Teacher(request.app.state.settings.procedures_dir)
    try:
        try:
            async with _teaching:
                taught = await asyncio.to_thread(partial(teacher.teach, text, code, again=True))
            # Written, but not marked: whoever wrote it was cut off before; the rest is done now.
            if not taught.is_new and await work.is_taught(taught.text, code):
                raise BadInput(TAUGHT_BEFORE)
        except Unavailable:
            text = await asyncio.to_thread(teacher.may_be_taught, text, code)
            await work.propose(who, text, code, [key_of(text), found.teachable.key])
            return redirect(request, PATH, say="Đã gửi đề nghị. Người quản trị thêm vào kho ở lần cập nhật tới.")
    except (BadInput, ContentError) as error:
        wrong = error.message if isinstance(error, BadInput) else BROKEN
        return _group_page(request, work, found, days, Errors(text=wrong), {"text": text, "code": code})
    led = work.leading_to(found, code, taught.knowledge)
    await work.mark_taught([key_of(taught.text), *(question.key for question in led)], code, taught.text, who)
    said = f"Đã dạy: «{taught.text}» nay dẫn tới {taught.procedure.name}. {len(led)} câu trong nhóm được trả lời theo."
    return redirect(request, PATH, say=said)


@router.get("/{group_id}/bo-qua")
async def putting_aside(request: Request, who: Annotated[Signed, Depends(access_write)], group_id: str, ngay: int = 90) -> Response:
    """Asks once more."""
    days = _days(ngay)
    return render(request, "questions/aside.html", group=await _found(_work(request, who), group_id, days), days=days)


@router.post("/{group_id}/bo-qua", dependencies=[Depends(csrf_official)])
async def put_aside(
    request: Request, who: Annotated[Signed, Depends(access_write)], group_id: str, ngay: Annotated[int, Form()] = 90
) -> Response:
    """Not to be listed again, unless somebody dislikes a later answer."""
    work = _work(request, who)
    found = await _found(work, group_id, _days(ngay))
    await work.put_aside(found, who)
    return redirect(request, PATH, say=f"Đã bỏ qua {len(found.questions)} câu.")


def _group_page(request: Request, work: Questions, found: Group, days: int, errors: Errors, typed: dict[str, str]) -> Response:
    near = work.nearest(found, 4)
    return render(
        request,
        "questions/group.html",
        status=422 if errors else 200,
        group=found,
        near=near,
        typed={"text": found.teachable.text, "code": near[0].code if near else ""} | typed,
        procedures=[(each.code, f"{each.name} ({each.code})") for each in request.app.state.catalog().in_force()],
        errors=errors,
        days=days,
    )


async def _found(work: Questions, group_id: str, days: int) -> Group:
    if not _ID.fullmatch(group_id):
        raise NotFound
    try:
        return await work.find(group_id, days)
    except NotFound as error:
        raise NotFound("Nhóm câu hỏi này đã được xử lý, hoặc đã cũ. Anh/chị xem lại danh sách.") from error


def _days(wanted: int) -> int:
    return wanted if wanted in DAYS else 30


def _kind(wanted: str) -> Kind | None:
    return Kind(wanted) if wanted in set(Kind) else None


async def unanswered_groups(
    request: Request, who: Signed, begins: dt.datetime, ends: dt.datetime, most: int = 10
) -> list[dict[str, object]]:
    """The groups asked most in a time, each with what is nearest: for the statistics. Whole days."""
    work = _work(request, who, ends)
    found = await work.groups((ends - begins).days, Kind.UNANSWERED)
    return [{"group": each, "near": work.nearest(each, 2)} for each in found[:most]]


def _work(request: Request, who: Signed, until: dt.datetime | None = None) -> Questions:
    state = request.app.state
    known = state.holder.now
    version, meanings = getattr(state, "meanings", ("", {}))
    if version != known.catalog.version or len(meanings) > KEPT_MEANINGS:
        state.meanings = (known.catalog.version, meanings := {})
    patience = state.settings.conversation_expiry
    clock = _now if until is None else lambda: until
    return Questions(state.database, known, patience, who.commune_id, clock, most=GROUPED, meanings=meanings, until=until)


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)
