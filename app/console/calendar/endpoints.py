"""A month of the calendar, and what is different on one day: first shown as citizens will read it, then saved."""

from __future__ import annotations

import datetime as dt
import re
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from app.calendar import service, words
from app.calendar.answering import answer
from app.calendar.calendar import DAY, Calendar
from app.calendar.clashes import AHEAD, Clash, clashes
from app.calendar.day_plan import DayPlan
from app.calendar.drafts import read_day
from app.calendar.facts import CalendarFacts, DayChange, DayKind
from app.calendar.lunar import lunar_of
from app.console.calendar.desk import HERE, TABS, calendar_of, day_of, kept, now, refresh, today, typed, version_of
from app.console.forms import Errors
from app.console.pages import redirect, render
from app.errors import NotFound
from app.officials.access import access_read, access_write, csrf_official
from app.signed import Signed

FIELDS = (
    "kind", "morning_from", "morning_to", "afternoon_from", "afternoon_to", "reason", "moved_to", "place", "counters", "procedures", "bring", "team", "version",
)  # fmt: skip
Reader = Annotated[Signed, Depends(access_read)]
Writer = Annotated[Signed, Depends(access_write)]
router = APIRouter(prefix=HERE, include_in_schema=False)


@router.get("")
async def month(request: Request, who: Reader, thang: str = "") -> Response:
    """Every day of a month, and what clashes in the next ones."""
    async with request.app.state.database.read() as session:
        calendar = await calendar_of(request, session, who)
    first = _first(thang)
    last = (first.replace(day=28) + 4 * DAY).replace(day=1) - DAY
    days = [
        (plan, _badge(plan), calendar.sessions_between(plan.day, plan.day, cancelled=True))
        for plan in calendar.plans(first, (last - first).days + 1)
    ]
    return render(
        request,
        "calendar/month.html",
        days=days,
        first=first,
        before=(first - DAY).replace(day=1),
        after=last + DAY,
        today=today(),
        clashes=[(clash, place_of(calendar, clash)) for clash in clashes(calendar, today(), today() + AHEAD)],
        tabs=TABS,
        saying=words,
        lunar=lunar_of,
    )


@router.get("/ngay/{day}")
async def one_day(request: Request, who: Reader, day: str) -> Response:
    """What is different on one day."""
    async with request.app.state.database.read() as session:
        calendar = await calendar_of(request, session, who)
    return _form(request, calendar, day_of(day), _values(calendar, day_of(day)), Errors())


@router.post("/ngay/{day}", dependencies=[Depends(csrf_official)])
async def change_day(request: Request, who: Writer, day: str) -> Response:
    """`act`: preview (check, and show what citizens will read), edit (back to the form), save."""
    values, of_day = await typed(request, FIELDS), day_of(day)
    try:
        async with request.app.state.database.write() as session:
            calendar = await calendar_of(request, session, who)
            change, errors = read_day(values, of_day, calendar, today())
            if change is None or values["act"] == "edit" or version_of(values) != _version(calendar, of_day):
                return _form(request, calendar, of_day, values, Errors(errors))
            if values["act"] != "save":
                return _preview(request, calendar, change, values)
            await service.change_day(session, who, change, version_of(values), now())
    except service.ChangedMeanwhile:
        async with request.app.state.database.read() as session:
            return _form(request, await calendar_of(request, session, who), of_day, values, Errors())
    await refresh(request)
    return redirect(request, f"{HERE}?thang={of_day:%Y-%m}", say=f"Đã lưu: {service.sentence_of(change)}.")


@router.get("/ngay/{day}/bo")
async def ask_restore(request: Request, who: Writer, day: str) -> Response:
    """Ask once more before a change is taken back."""
    return await _ask_restore(request, who, day_of(day))


@router.post("/ngay/{day}/bo", dependencies=[Depends(csrf_official)])
async def restore(request: Request, who: Writer, day: str) -> Response:
    """Take the change of a day back."""
    of_day, version = day_of(day), version_of(await typed(request, ("version",)))
    try:
        async with request.app.state.database.write() as session:
            await service.restore_day(session, who, of_day, version, now())
    except service.ChangedMeanwhile:
        return await _ask_restore(request, who, of_day, stale=True)
    await refresh(request)
    return redirect(
        request, f"{HERE}?thang={of_day:%Y-%m}", say=f"Đã bỏ thay đổi của {words.date_inside(of_day)}. Ngày này theo lịch thường."
    )


async def _ask_restore(request: Request, who: Signed, day: dt.date, *, stale: bool = False) -> Response:
    """`stale`: the change is not the one that was to be taken back; this one is asked about anew."""
    async with request.app.state.database.read() as session:
        calendar = await calendar_of(request, session, who)
    change = _change(calendar, day)
    if change is None:
        raise NotFound("Ngày này không có thay đổi nào.")
    return render(
        request,
        "calendar/restore.html",
        status=422 if stale else 200,
        day=day,
        was=service.sentence_of(change),
        said=_read(Calendar(calendar.profile, _without(calendar.facts, day)), day),
        version=change.sequence,
        stale=stale,
        saying=words,
    )


def _form(request: Request, calendar: Calendar, day: dt.date, values: dict[str, str], errors: Errors) -> Response:
    """The form of a day, as typed; it says so when the day is no longer as it was read."""
    plan, change = calendar.plan(day), _change(calendar, day)
    stale = version_of(values) != _version(calendar, day)
    return render(
        request,
        "calendar/day.html",
        status=422 if errors or stale else 200,
        day=day,
        stale=stale,
        plan=plan,
        kinds=_kinds(calendar, plan),
        values=values,
        errors=errors,
        changed=service.sentence_of(change) if change else "",
        said=_read(calendar, day),
        past=day < today(),
        saying=words,
        lunar=words.lunar_words(day),
    )


def _preview(request: Request, calendar: Calendar, change: DayChange, values: dict[str, str]) -> Response:
    after = Calendar(calendar.profile, _with(calendar.facts, change))
    days = [change.day] + ([change.moved_to] if change.moved_to else [])
    known = {clash.key for clash in clashes(calendar, change.day - AHEAD, change.day + AHEAD)}
    found = clashes(after, min(days) - DAY, max(days) + DAY)
    return render(
        request,
        "calendar/day_preview.html",
        day=change.day,
        sentence=service.sentence_of(change),
        said=[(day, _read(after, day)) for day in days],
        clashes=[clash for clash in found if clash.key not in known],
        kept=kept(values),
        saying=words,
    )


def _read(calendar: Calendar, day: dt.date) -> str:
    """What a citizen who asks about this day is told."""
    said = answer(calendar, f"ngày {day.day}/{day.month}/{day.year}", now(), sunday=day.weekday() == 6)
    return " ".join(part for part in (said.answer, said.following) if part)


def _with(facts: CalendarFacts, change: DayChange) -> CalendarFacts:
    return facts.model_copy(update={"days": (*_without(facts, change.day).days, change)})


def _without(facts: CalendarFacts, day: dt.date) -> CalendarFacts:
    return facts.model_copy(update={"days": tuple(each for each in facts.days if each.day != day)})


def _change(calendar: Calendar, day: dt.date) -> DayChange | None:
    """What is different on a day."""
    return next((each for each in calendar.facts.days if each.day == day and each.kind is not DayKind.RULE), None)


def _version(calendar: Calendar, day: dt.date) -> int:
    """Grows with every change of the day; 0 before the first."""
    return next((each.sequence for each in calendar.facts.days if each.day == day), 0)


def _values(calendar: Calendar, day: dt.date) -> dict[str, str]:
    """The form as the day is now."""
    change = _change(calendar, day)
    values = dict.fromkeys(FIELDS, "") | {"version": str(_version(calendar, day))}
    shifts = change.hours if change else ()
    for shift in shifts:
        part = "morning" if shift.opens < dt.time(12) else "afternoon"
        values[f"{part}_from"], values[f"{part}_to"] = words.clock(shift.opens), words.clock(shift.closes)
    if change is not None:
        values |= {"kind": str(change.kind), "reason": change.reason, "place": change.place, "bring": change.bring, "team": change.team}
        values |= {"counters": "\n".join(change.counters), "procedures": "\n".join(change.procedures)}
        values["moved_to"] = change.moved_to.isoformat() if change.moved_to else ""
    return values


def _kinds(calendar: Calendar, plan: DayPlan) -> list[tuple[str, str, str]]:
    """What one can do with a day."""
    service_day = calendar.is_sunday_service(plan.day) or (plan.change is not None and plan.change.kind in (DayKind.MOVED, DayKind.EXTRA))
    found = [(str(DayKind.CLOSED), "Nghỉ cả ngày", "Không nhận hồ sơ hôm đó, người dân được báo lý do.")]
    if service_day:
        found.insert(0, (str(DayKind.MOVED), "Dời Ngày Chủ nhật gần Dân sang ngày khác", "Cả hai ngày đều được báo đúng."))
        found.append((str(DayKind.OPEN), "Vẫn làm, có điều riêng", "Giờ khác, nơi khác, quầy, người giúp."))
    else:
        found.append((str(DayKind.OPEN), "Làm việc với giờ riêng", "Ví dụ chỉ làm buổi sáng, hoặc làm thêm thứ Bảy."))
        found.append((str(DayKind.EXTRA), "Thêm một Ngày Chủ nhật gần Dân", "Ngoài lịch thường kỳ."))
    return found


def _badge(plan: DayPlan) -> tuple[str, str]:
    """A word for the day, and its tone."""
    if plan.is_service:
        return ("Chủ nhật gần Dân", "good")
    names = {
        "holiday": ("Nghỉ lễ", "wait"),
        "closed": ("Nghỉ", "bad"),
        "moved": ("Đã dời", "wait"),
        "make_up": ("Làm bù", "info"),
        "day_off": ("Nghỉ cuối tuần", "neutral"),
    }
    if plan.reason in names:
        return names[plan.reason]
    return ("Giờ riêng", "info") if plan.change is not None else ("Làm việc", "neutral")


def place_of(calendar: Calendar, clash: Clash) -> str:
    """Where a clash is put right."""
    session = next((each for each in calendar.facts.sessions if each.uid == clash.uid), None)
    return f"{HERE}/buoi/{session.id}" if session else f"{HERE}/ngay/{clash.uid.removeprefix('chu-nhat-')}"


def _first(key: str) -> dt.date:
    this = today().replace(day=1)
    match = re.fullmatch(r"(20\d\d)-(0[1-9]|1[0-2])", key)
    return dt.date(int(match[1]), int(match[2]), 1) if match else this
