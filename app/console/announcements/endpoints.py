"""Writing announcements, and everything that moves them on."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Request
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.datastructures import UploadFile
from starlette.responses import Response

from app.announcements import repository, service
from app.announcements.attaching import attach, detach
from app.announcements.checking import Rules
from app.announcements.content import draft_of
from app.announcements.files import PDF_LIMIT, CheckedFile, check_pdf, check_picture
from app.announcements.messages import Framing
from app.announcements.models import Announcement, Kind
from app.announcements.published import framed
from app.announcements.words import words
from app.console.announcements import pages
from app.console.announcements.forms import Filled, empty, read, values_of
from app.console.announcements.pages import HOME, now, page_of, parts_of, quiet_of
from app.console.announcements.previews import capabilities, fresh_framing, is_urgent, previews, reach
from app.console.forms import Errors
from app.console.pages import redirect, render, wants_fragment
from app.errors import BadInput, GanDanError, NotFound
from app.officials.access import access_publish, access_read, access_write, csrf_official
from app.signed import Signed
from app.subscribers import repository as subscribers
from app.subscribers.topics import GENERAL
from app.understanding.text import clean
from app.ward.ward import SwitchName

router = APIRouter(prefix=HOME, include_in_schema=False)
Writer = Annotated[Signed, Depends(access_write)]
Publisher = Annotated[Signed, Depends(access_publish)]
Version = Annotated[int, Form()]
TOKEN = [Depends(csrf_official)]


@router.get("/moi")
async def fresh(request: Request, who: Writer) -> Response:
    """An empty form."""
    return await _form(request, who, empty(GENERAL, tuple(words().channels)), None)


@router.post("/moi", dependencies=TOKEN)
async def create(request: Request, who: Writer) -> Response:
    """Keep a new draft."""
    filled = read(await request.form())
    if filled.draft is None:
        return await _form(request, who, filled.values, None, filled)
    try:
        async with request.app.state.database.write() as session:
            made = await service.create(session, who, filled.draft, await _rules(request, session, who), now())
    except BadInput as error:
        return await _form(request, who, filled.values, None, _wrong(filled, error))
    return redirect(request, f"{HOME}/{made.id}", say="Đã lưu bản nháp.")


@router.post("/xem-truoc", dependencies=TOKEN)
async def preview(request: Request, who: Writer) -> Response:
    """What the text in the form becomes: beside the form while typing, or as a page with the form for who has no JavaScript."""
    form = await request.form()
    filled = read(form)
    number = str(form.get("id", ""))
    found, framing = (
        None,
        fresh_framing(
            request,
            filled.content,
            urgent=is_urgent(filled.values["urgency"]),
            exercise=filled.values["cap"] and filled.values["cap_status"] != "Actual",
        ),
    )
    if number.isdecimal() and len(number) < 10:
        async with request.app.state.database.read() as session:
            found, root, files = await parts_of(session, who, int(number))
        stored = framed(found, files, root, request.app.state.commune, request.app.state.settings.public_url)
        framing = replace(stored, urgent=framing.urgent, exercise=framing.exercise)
    seen = previews(filled.content, framing, await capabilities(request), filled.values["channels"], now())
    if wants_fragment(request):
        return render(request, "announcements/previews.html", previews=seen)
    return await _form(
        request, who, filled.values, found, Filled(None, filled.content, Errors(), filled.values), previewed=True, framing=framing
    )


@router.get("/{announcement_id}/sua")
async def edit(request: Request, announcement_id: int, who: Writer) -> Response:
    """The form of one that was not sent."""
    async with request.app.state.database.read() as session:
        found, _, _ = await parts_of(session, who, announcement_id)
    return await _form(request, who, values_of(draft_of(found), str(found.version)), found)


@router.post("/{announcement_id}/sua", dependencies=TOKEN)
async def update(request: Request, announcement_id: int, who: Writer, version: Version) -> Response:
    """Keep a changed text."""
    filled = read(await request.form())
    async with request.app.state.database.read() as session:
        found, _, _ = await parts_of(session, who, announcement_id)
    if filled.draft is None:
        return await _form(request, who, filled.values, found, filled)
    try:
        async with request.app.state.database.write() as session:
            rules = await _rules(request, session, who)
            await service.update(session, who, announcement_id, version, filled.draft, rules, now())
    except BadInput as error:
        return await _form(request, who, filled.values, found, _wrong(filled, error))
    return redirect(request, f"{HOME}/{announcement_id}", say="Đã lưu.")


@router.post("/{announcement_id}/trinh", dependencies=TOKEN)
async def submit(request: Request, announcement_id: int, who: Writer, version: Version) -> Response:
    """Ask the second person."""
    return await _act(request, who, announcement_id, "Đã trình duyệt.", lambda s: service.submit(s, who, announcement_id, version, now()))


@router.get("/{announcement_id}/truoc-khi-gui")
async def before_sending(request: Request, announcement_id: int, who: Publisher) -> Response:
    """Who gets it, when, and what it costs; then yes or no."""
    async with request.app.state.database.read() as session:
        found, root, files = await parts_of(session, who, announcement_id)
        people = await reach(request, session, found, now())
        groups = {group.id: group.name for group in await subscribers.groups(session, who.commune_id)}
    quiet = quiet_of(request)
    wanted = max(found.scheduled_at or now(), now())
    return render(
        request,
        "announcements/confirm.html",
        found=found,
        reach=people,
        at=wanted if found.quiet_exempt else quiet.next_loud(wanted),
        at_once=wanted <= now() and (found.quiet_exempt or not quiet.covers(now())),
        moved=not found.quiet_exempt and quiet.covers(wanted),
        quiet=quiet.words(),
        groups=[groups.get(number, "tổ đã bỏ") for number in found.group_ids],
        topic=request.app.state.topics.name(found.topic),
        previews=await pages.saved_previews(request, found, root, files),
        allowed=pages.allowed(found, who),
        switch=request.app.state.ward.now.switch(SwitchName.ANNOUNCEMENTS),
    )


@router.post("/{announcement_id}/hen", dependencies=TOKEN)
async def schedule(request: Request, announcement_id: int, who: Publisher, version: Version) -> Response:
    """Send a normal one, at once or at its time."""

    async def act(session: AsyncSession) -> Announcement:
        return await service.schedule(session, who, announcement_id, version, await _rules(request, session, who), now())

    return await _act(request, who, announcement_id, "Đã hẹn giờ gửi.", act)


@router.post("/{announcement_id}/duyet", dependencies=TOKEN)
async def approve(request: Request, announcement_id: int, who: Publisher, version: Version) -> Response:
    """The second person agrees."""

    async def act(session: AsyncSession) -> Announcement:
        return await service.approve(session, who, announcement_id, version, await _rules(request, session, who), now())

    return await _act(request, who, announcement_id, "Đã duyệt. Tin sẽ gửi đúng giờ.", act)


@router.post("/{announcement_id}/tra-lai", dependencies=TOKEN)
async def give_back(
    request: Request, announcement_id: int, who: Publisher, version: Version, note: Annotated[str, Form()] = ""
) -> Response:
    """The second person does not agree."""
    return await _act(
        request, who, announcement_id, "Đã trả lại.", lambda s: service.give_back(s, who, announcement_id, version, clean(note), now())
    )


@router.post("/{announcement_id}/dung", dependencies=TOKEN)
async def unschedule(request: Request, announcement_id: int, who: Writer, version: Version) -> Response:
    """Take it back before it goes out."""
    said = "Đã đưa về bản nháp. Tin chưa gửi cho ai."
    return await _act(request, who, announcement_id, said, lambda s: service.unschedule(s, who, announcement_id, version, now()))


@router.post("/{announcement_id}/bo", dependencies=TOKEN)
async def drop(request: Request, announcement_id: int, who: Writer, version: Version) -> Response:
    """Put a draft aside."""
    return await _act(request, who, announcement_id, "Đã bỏ bản nháp.", lambda s: service.drop(s, who, announcement_id, version, now()))


@router.post("/{announcement_id}/tiep", dependencies=TOKEN)
async def follow(request: Request, announcement_id: int, who: Writer, kind: Annotated[str, Form()] = "") -> Response:
    """Begin a correction, withdrawal, all-clear or reminder of what was sent."""
    if kind not in {Kind.CORRECTION, Kind.WITHDRAWAL, Kind.ALL_CLEAR, Kind.REMINDER}:
        raise BadInput("Anh/chị chọn đính chính, thu hồi hay nhắc lại.")
    try:
        async with request.app.state.database.write() as session:
            made = await service.follow_up(session, who, announcement_id, Kind(kind), now())
    except BadInput as error:
        return await _refused(request, who, announcement_id, error)
    return redirect(request, f"{HOME}/{made.id}/sua", say="Anh/chị sửa nội dung, rồi trình duyệt hoặc gửi.")


# --- files -----------------------------------------------------------------------------------------------------------


@router.post("/{announcement_id}/tep", dependencies=TOKEN)
async def upload(request: Request, announcement_id: int, who: Writer, version: Version, alt: Annotated[str, Form()] = "") -> Response:
    """Put a picture or a PDF to it."""
    sent = (await request.form()).get("file")

    try:
        checked = await _checked(sent)
    except BadInput as error:
        return await _refused(request, who, announcement_id, error)
    return await _act(
        request, who, announcement_id, "Đã thêm tệp.", lambda s: attach(s, who, announcement_id, version, checked, alt, now())
    )


@router.post("/{announcement_id}/tep/{file_id}/bo", dependencies=TOKEN)
async def remove_file(request: Request, announcement_id: int, file_id: int, who: Writer, version: Version) -> Response:
    """Take a file away."""

    async def act(session: AsyncSession) -> None:
        await detach(session, who, announcement_id, version, file_id, now())

    return await _act(request, who, announcement_id, "Đã bỏ tệp.", act)


@router.get("/{announcement_id}/tep/{file_id}")
async def file(request: Request, announcement_id: int, file_id: int, who: Annotated[Signed, Depends(access_read)]) -> Response:
    """A file as it will be given out."""
    async with request.app.state.database.read() as session:
        found = await repository.file(session, who.commune_id, announcement_id, file_id)
    if found is None:
        raise NotFound("Không có tệp này.")
    return Response(found.data, media_type=found.media_type, headers={"cache-control": "private, no-store"})


# --- inside ----------------------------------------------------------------------------------------------------------


async def _checked(sent: object) -> CheckedFile:
    """A file as it may be given out. Raises BadInput."""
    if not isinstance(sent, UploadFile) or not sent.filename:
        raise BadInput("Anh/chị chọn ảnh hoặc tệp PDF.")
    data = await sent.read(PDF_LIMIT + 1)
    check = check_pdf if data.startswith(b"%PDF-") else check_picture
    return await asyncio.to_thread(check, data, sent.filename)


async def _act(request: Request, who: Signed, announcement_id: int, said: str, act: Any) -> Response:
    """Do it in one transaction; back to the page, which says so, or says why not."""
    try:
        async with request.app.state.database.write() as session:
            await act(session)
    except BadInput as error:
        return await _refused(request, who, announcement_id, error)
    return redirect(request, f"{HOME}/{announcement_id}", say=said)


async def _refused(request: Request, who: Signed, announcement_id: int, error: GanDanError) -> Response:
    async with request.app.state.database.read() as session:
        return await page_of(request, session, who, announcement_id, error=error.message, status=error.status)


async def _rules(request: Request, session: AsyncSession, who: Signed) -> Rules:
    groups = {group.id for group in await subscribers.groups(session, who.commune_id, active=True)}
    return Rules(request.app.state.topics, quiet_of(request), groups)


async def _form(
    request: Request,
    who: Signed,
    values: dict[str, Any],
    found: Announcement | None,
    filled: Filled | None = None,
    *,
    previewed: bool = False,
    framing: Framing | None = None,
) -> Response:
    """The form with its previews; status 422 when it comes back wrong."""
    async with request.app.state.database.read() as session:
        groups = await subscribers.groups(session, who.commune_id, active=True)
        if found is not None and framing is None:
            _, root, files = await parts_of(session, who, found.id)
            framing = framed(found, files, root, request.app.state.commune, request.app.state.settings.public_url)
    content = filled.content if filled else draft_of(found).content if found else None
    seen = None
    if content is not None:
        around = framing or fresh_framing(request, content, urgent=is_urgent(values["urgency"]), exercise=False)
        seen = previews(content, around, await capabilities(request), values["channels"], now())
    wrong = filled is not None and not previewed
    return render(
        request,
        "announcements/form.html",
        status=422 if wrong else 200,
        found=found,
        values=values,
        errors=filled.errors if filled else Errors(),
        previews=seen,
        topic_options=[(topic.id, topic.name) for topic in request.app.state.topics.topics],
        groups=groups,
        group_options=[(str(group.id), group.name) for group in groups],
        channels=list(words().channels.items()),
        cap_words=words().cap,
        events=[(event.name, event.name) for event in words().events],
        quiet=quiet_of(request).words(),
        action=f"{HOME}/{found.id}/sua" if found else f"{HOME}/moi",
        kinds=words().kinds,
    )


def _wrong(filled: Filled, error: GanDanError) -> Filled:
    return Filled(None, filled.content, Errors({"": error.message}), filled.values)
