"""Sessions: planned, changed, cancelled."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.responses import Response

from app.calendar import service, words
from app.calendar.answering import answer
from app.calendar.calendar import DAY, Calendar
from app.calendar.clashes import clashes
from app.calendar.drafts import REASON, SessionDraft, clean, read_repeats, read_session
from app.calendar.facts import Session, SessionKind, SessionStatus
from app.calendar.session_answers import hours_words, planned_words
from app.console.calendar.desk import SESSIONS, TABS, calendar_of, kept, now, refresh, today, typed, version_of
from app.console.forms import Errors
from app.console.pages import redirect, render
from app.errors import BadInput, NotFound
from app.officials.access import access_read, access_write, csrf_official
from app.signed import Signed
from app.subscribers import repository as subscribers

FIELDS = (
    "kind", "title", "day", "starts", "ends", "place", "group", "procedures", "bring", "team", "reason", "repeat", "times", "version",
)  # fmt: skip
REPEATS = [("", "Chỉ một lần"), ("weekly", "Hằng tuần"), ("fortnightly", "Hai tuần một lần"), ("monthly", "Hằng tháng, cùng thứ")]
BACK_DAYS, AHEAD_DAYS = 30, 800
Reader = Annotated[Signed, Depends(access_read)]
Writer = Annotated[Signed, Depends(access_write)]
router = APIRouter(prefix=SESSIONS, include_in_schema=False)


@router.get("")
async def sessions(request: Request, who: Reader) -> Response:
    """Sessions to come, and those of the last month."""
    async with request.app.state.database.read() as session:
        calendar = await calendar_of(request, session, who)
    found = calendar.sessions_between(today() - BACK_DAYS * DAY, today() + AHEAD_DAYS * DAY, cancelled=True)
    coming = [each for each in found if each.ends_at > now()]
    gone = [each for each in reversed(found) if each.ends_at <= now()]
    return render(
        request,
        "calendar/sessions.html",
        tabs=TABS,
        saying=words,
        hours=hours_words,
        kinds=words.get("kind_titles"),
        coming=coming,
        gone=gone,
    )


@router.get("/them")
async def new(request: Request, who: Writer, ngay: str = "") -> Response:
    """The form for a new session."""
    async with request.app.state.database.read() as session:
        groups = await _groups(session, who)
    return _form(request, None, dict.fromkeys(FIELDS, "") | {"day": ngay[:10], "kind": "identity"}, groups, Errors())


@router.post("/them", dependencies=[Depends(csrf_official)])
async def add(request: Request, who: Writer) -> Response:
    """`act`: preview, edit, save."""
    values = await typed(request, FIELDS)
    async with request.app.state.database.write() as session:
        calendar, groups = await calendar_of(request, session, who), await _groups(session, who)
        draft, errors = read_session(values, groups, today())
        days, more = read_repeats(values, draft.starts_at.date()) if draft else ([], {})
        errors |= more
        if draft is None or errors or values["act"] == "edit":
            return _form(request, None, values, groups, Errors(errors))
        if values["act"] != "save":
            return _preview(request, calendar, draft, values, None, [words.date_words(day) for day in days])
        await service.add_sessions(session, who, draft, days, now())
    await refresh(request)
    return redirect(request, SESSIONS, say=f"Đã thêm «{draft.title}»" + (f", {len(days)} lần." if len(days) > 1 else "."))


@router.get("/{session_id}")
async def one(request: Request, who: Reader, session_id: int) -> Response:
    """One session."""
    async with request.app.state.database.read() as session:
        calendar, groups = await calendar_of(request, session, who), await _groups(session, who)
    found = _find(calendar, session_id)
    return _form(request, found, _values(found), groups, Errors())


@router.post("/{session_id}", dependencies=[Depends(csrf_official)])
async def edit(request: Request, who: Writer, session_id: int) -> Response:
    """`act`: preview, edit, save."""
    values = await typed(request, FIELDS)
    try:
        async with request.app.state.database.write() as session:
            calendar, groups = await calendar_of(request, session, who), await _groups(session, who)
            found = _find(calendar, session_id)
            if found.group_id is not None:
                groups.setdefault(found.group_id, found.group_name)
            draft, errors = read_session(values, groups, today())
            if found.cancelled:
                raise BadInput("Buổi này đã hủy. Anh/chị thêm buổi mới.")
            if draft is None or values["act"] == "edit" or version_of(values) != found.sequence:
                return _form(request, found, values, groups, Errors(errors))
            if values["act"] != "save":
                return _preview(request, calendar, draft, values, found, [])
            await service.edit_session(session, who, session_id, draft, version_of(values), now())
    except service.ChangedMeanwhile:
        async with request.app.state.database.read() as session:
            found = _find(await calendar_of(request, session, who), session_id)
            return _form(request, found, values, await _groups(session, who), Errors())
    await refresh(request)
    return redirect(request, SESSIONS, say=f"Đã lưu «{draft.title}».")


@router.get("/{session_id}/huy")
async def ask_cancel(request: Request, who: Writer, session_id: int) -> Response:
    """Ask for the reason before a session is cancelled."""
    async with request.app.state.database.read() as session:
        found = _find(await calendar_of(request, session, who), session_id)
    return _cancel_form(request, found, "", Errors(), found.sequence)


@router.post("/{session_id}/huy", dependencies=[Depends(csrf_official)])
async def cancel(request: Request, who: Writer, session_id: int) -> Response:
    """Cancel a session."""
    values = await typed(request, ("reason", "version"))
    reason, version = clean(values["reason"]), version_of(values)
    try:
        async with request.app.state.database.write() as session:
            found = _find(await calendar_of(request, session, who), session_id)
            if not reason or len(reason) > REASON:
                wrong = "Anh/chị ghi lý do: người dân sẽ đọc." if not reason else f"Dài quá, nhiều nhất {REASON} chữ cái."
                return _cancel_form(request, found, reason, Errors({"reason": wrong}), version)
            await service.cancel_session(session, who, session_id, reason, version, now())
    except service.ChangedMeanwhile:
        async with request.app.state.database.read() as session:
            found = _find(await calendar_of(request, session, who), session_id)
        return _cancel_form(request, found, reason, Errors(), version)
    await refresh(request)
    return redirect(request, SESSIONS, say=f"Đã hủy «{found.title}».")


def _cancel_form(request: Request, found: Session, reason: str, errors: Errors, version: int) -> Response:
    """`version`: the session as it was seen; the page shows it as it is now, and says when that is another."""
    stale = version != found.sequence
    return render(
        request,
        "calendar/cancel.html",
        status=422 if errors or stale else 200,
        session=found,
        stale=stale,
        reason=reason,
        errors=errors,
        saying=words,
        hours=hours_words,
    )


def _form(request: Request, found: Session | None, values: dict[str, str], groups: dict[int, str], errors: Errors) -> Response:
    if found is not None and found.group_id is not None:
        groups = {found.group_id: found.group_name} | groups
    stale = found is not None and version_of(values) != found.sequence
    return render(
        request,
        "calendar/session.html",
        status=422 if errors or stale else 200,
        session=found,
        stale=stale,
        values=values,
        errors=errors,
        kinds=list(words.get("kind_titles").items()),
        groups=[("", "Cả phường, xã"), *((str(number), name) for number, name in groups.items())],
        repeats=REPEATS,
        saying=words,
    )


def _preview(
    request: Request, calendar: Calendar, draft: SessionDraft, values: dict[str, str], found: Session | None, days: list[str]
) -> Response:
    """What citizens will read, and what would clash."""
    drafted = _drafted(draft, found)
    others = tuple(each for each in calendar.facts.sessions if each.id != drafted.id)
    after = Calendar(calendar.profile, calendar.facts.model_copy(update={"sessions": (*others, drafted)}))
    warned = [
        clash for clash in clashes(after, drafted.day, drafted.day) if clash.uid == drafted.uid or f"«{drafted.title}»" in clash.sentence
    ]
    return render(
        request,
        "calendar/session_preview.html",
        session=found,
        said=planned_words(drafted, now()),
        day=answer(calendar, f"ngày {drafted.day.day}/{drafted.day.month}/{drafted.day.year}", now()).answer,
        days=days if len(days) > 1 else [],
        clashes=warned,
        kept=kept(values),
    )


def _drafted(draft: SessionDraft, found: Session | None) -> Session:
    return Session(
        id=found.id if found else 0,
        uid=found.uid if found else "moi",
        kind=draft.kind,
        title=draft.title,
        starts_at=draft.starts_at,
        ends_at=draft.ends_at,
        place=draft.place,
        group_id=draft.group_id,
        group_name=draft.group_name,
        procedures=draft.procedures,
        bring=draft.bring,
        team=draft.team,
        reason=draft.reason,
        status=SessionStatus.PLANNED,
    )


def _values(found: Session) -> dict[str, str]:
    return {
        "kind": str(found.kind if found.kind in SessionKind else SessionKind.OTHER),
        "title": found.title,
        "day": found.day.isoformat(),
        "starts": words.clock(found.starts.time()),
        "ends": words.clock(found.ends.time()),
        "place": found.place,
        "group": str(found.group_id or ""),
        "procedures": "\n".join(found.procedures),
        "bring": found.bring,
        "team": found.team,
        "reason": found.reason,
        "repeat": "",
        "times": "",
        "version": str(found.sequence),
    }


async def _groups(session: AsyncSession, who: Signed) -> dict[int, str]:
    return {row.id: row.name for row in await subscribers.groups(session, who.commune_id, active=True)}


def _find(calendar: Calendar, session_id: int) -> Session:
    found = next((each for each in calendar.facts.sessions if each.id == session_id), None)
    if found is None:
        raise NotFound("Không có buổi này.")
    return found
