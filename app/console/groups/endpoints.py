"""HTTP of the residential groups."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Request
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.responses import Response

from app.console.forms import Errors
from app.console.pages import redirect, render
from app.errors import NotFound
from app.officials.access import access_publish, access_read, access_write, csrf_official
from app.officials.models import Signed
from app.subscribers import repository, service
from app.subscribers.groups import Pasted, read_pasted
from app.subscribers.service import GroupDraft, few

PATH = "/can-bo/to-dan-pho"
PASTED_LENGTH = 40_000
NOTHING_PASTED = "Anh/chị dán danh sách, mỗi dòng một tổ."
ADDED_MEANWHILE = "Người khác vừa thêm tổ trùng tên với danh sách này. Chưa thêm gì, anh/chị xem lại rồi bấm thêm lần nữa."
router = APIRouter(prefix=PATH, include_in_schema=False)
Reading = Annotated[Signed, Depends(access_read)]
Writing = Annotated[Signed, Depends(access_write)]
Publishing = Annotated[Signed, Depends(access_publish)]


@router.get("")
async def groups(request: Request, who: Reading) -> Response:
    """All groups, with how many follow each."""
    async with request.app.state.database.read() as session:
        found = await repository.groups(session, who.commune_id)
        counts = await repository.count_by(session, who.commune_id, "group_id")
    return render(request, "groups/list.html", groups=found, counts={id_: few(count) for id_, count in counts.items()})


@router.get("/them")
async def adding(request: Request, who: Writing) -> Response:
    """An empty form."""
    del who
    return _form(request, None, GroupDraft("", []), Errors())


@router.post("/them", dependencies=[Depends(csrf_official)])
async def add(
    request: Request, who: Writing, name: Annotated[str, Form()] = "", aliases: Annotated[str, Form(max_length=2000)] = ""
) -> Response:
    """A new group."""
    return await _save(request, who, None, GroupDraft.typed(name, aliases, active=True))


@router.get("/dan")
async def pasting(request: Request, who: Writing) -> Response:
    """A box for a whole list."""
    del who
    return render(request, "groups/paste.html", text="", errors=Errors(), pasted=None)


@router.post("/dan", dependencies=[Depends(csrf_official)])
async def paste(request: Request, who: Writing, text: Annotated[str, Form()] = "", sure: Annotated[str, Form()] = "") -> Response:
    """Show what the list would add; with `sure`, add it."""
    text, errors = text[:PASTED_LENGTH], Errors()
    try:
        async with request.app.state.database.write() as session:
            pasted = await _pasted(session, who, text)
            if sure and pasted.new:
                added = await service.add_pasted(session, who, pasted)
                return redirect(request, PATH, say=f"Đã thêm {added} tổ.")
    except IntegrityError:  # somebody else saved one of the names a moment ago
        async with request.app.state.database.read() as session:
            pasted = await _pasted(session, who, text)
        errors = Errors(text=ADDED_MEANWHILE)
    if not (pasted.new or pasted.known):
        errors = Errors(text=NOTHING_PASTED)
    return render(
        request,
        "groups/paste.html",
        status=422 if errors else 200,
        text=text,
        errors=errors,
        pasted=pasted if pasted.new or pasted.known else None,
    )


@router.get("/{group_id}")
async def editing(request: Request, who: Writing, group_id: int) -> Response:
    """One group, to be changed."""
    group = await _group(request, who, group_id)
    return _form(request, group_id, GroupDraft(group.name, list(group.aliases), group.active), Errors())


@router.post("/{group_id}", dependencies=[Depends(csrf_official)])
async def save(
    request: Request,
    who: Writing,
    group_id: int,
    name: Annotated[str, Form()] = "",
    aliases: Annotated[str, Form(max_length=2000)] = "",
    active: Annotated[str, Form()] = "",
) -> Response:
    """Change a group."""
    await _group(request, who, group_id)
    return await _save(request, who, group_id, GroupDraft.typed(name, aliases, active=bool(active)))


@router.get("/{group_id}/xoa")
async def deleting(request: Request, who: Publishing, group_id: int) -> Response:
    """What deleting a group does."""
    group = await _group(request, who, group_id)
    async with request.app.state.database.read() as session:
        counts = await repository.count_by(session, who.commune_id, "group_id")
    return render(request, "groups/delete.html", group=group, count=few(counts.get(group_id, 0)))


@router.post("/{group_id}/xoa", dependencies=[Depends(csrf_official)])
async def delete(request: Request, who: Publishing, group_id: int) -> Response:
    """Delete a group."""
    async with request.app.state.database.write() as session:
        name = await service.delete_group(session, who, group_id)
    return redirect(request, PATH, say=f"Đã xóa {name}.")


async def _pasted(session: AsyncSession, who: Signed, text: str) -> Pasted:
    return read_pasted(text, [group.name for group in await repository.groups(session, who.commune_id)])


async def _save(request: Request, who: Signed, group_id: int | None, draft: GroupDraft) -> Response:
    async with request.app.state.database.read() as session:
        others = [group for group in await repository.groups(session, who.commune_id) if group.id != group_id]
    errors = Errors(draft.wrong(others))
    if not errors:
        try:
            async with request.app.state.database.write() as session:
                await service.save_group(session, who, group_id, draft)
        except IntegrityError:  # somebody else saved the same name a moment ago
            errors = Errors(name=f"Đã có «{draft.name}» trong danh sách.")
        else:
            return redirect(request, PATH, say=f"Đã lưu {draft.name}.")
    return _form(request, group_id, draft, errors)


def _form(request: Request, group_id: int | None, draft: GroupDraft, errors: Errors) -> Response:
    return render(request, "groups/form.html", status=422 if errors else 200, group_id=group_id, draft=draft, errors=errors)


async def _group(request: Request, who: Signed, group_id: int) -> Any:
    async with request.app.state.database.read() as session:
        group = await repository.group(session, who.commune_id, group_id)
    if group is None:
        raise NotFound
    return group
