"""From what officials type to changes of the calendar, with what is wrong in plain words, field by field."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeVar

from app.calendar import words
from app.calendar.calendar import DAY, Calendar
from app.calendar.facts import VIETNAM, DayChange, DayKind, HolidayChange, HolidayKind, SessionKind
from app.commune import Shift

Errors = dict[str, str]
Made = TypeVar("Made")
REASON, PLACE, BRING, TEAM, TITLE = 300, 300, 500, 300, 200
LISTED, ITEM = 20, 120
AHEAD = dt.timedelta(days=2 * 366)
REPEATS = {"": 0, "weekly": 7, "fortnightly": 14, "monthly": 28}
MOST_REPEATS = 26
_TIME = re.compile(r"(\d{1,2})\s*[:hg.]\s*(\d{2})?|(\d{1,2})")
_DATE = re.compile(r"(\d{1,2})[/.\-](\d{1,2})[/.\-](\d{4})")


@dataclass(frozen=True)
class SessionDraft:
    """A session as it was written, checked. Times are aware."""

    kind: SessionKind
    title: str
    starts_at: dt.datetime
    ends_at: dt.datetime
    place: str
    group_id: int | None
    group_name: str
    procedures: tuple[str, ...]
    bring: str
    team: str
    reason: str = ""


def clean(text: str) -> str:
    """NFC, no control characters, single spaces."""
    kept = "".join(each if unicodedata.category(each)[0] != "C" else " " for each in unicodedata.normalize("NFC", text))
    return " ".join(kept.split())


def read_date(text: str) -> dt.date | None:
    """`2026-12-06` or `6/12/2026`; None when it is no day."""
    text = clean(text)
    try:
        if match := _DATE.fullmatch(text):
            return dt.date(int(match[3]), int(match[2]), int(match[1]))
        return dt.date.fromisoformat(text) if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text) else None
    except ValueError:
        return None


def read_time(text: str) -> dt.time | None:
    """`7:30`, `7h30`, `7h`; None when it is no time."""
    match = _TIME.fullmatch(clean(text).lower().replace("giờ", "h"))
    if match is None:
        return None
    try:
        return dt.time(int(match[1] or match[3]), int(match[2] or 0))
    except ValueError:
        return None


class _Form:
    """Reads fields and collects what is wrong with them."""

    def __init__(self, form: Mapping[str, str]) -> None:
        self._form, self.errors = form, Errors()

    def text(self, name: str, longest: int, needed: str = "") -> str:
        """A line of text; `needed`: what to say when it is missing."""
        text = clean(self._form.get(name, ""))
        if not text and needed:
            self.errors[name] = needed
        elif len(text) > longest:
            self.errors[name] = f"Dài quá: {len(text)} chữ cái, nhiều nhất {longest}."
        return text

    def lines(self, name: str) -> tuple[str, ...]:
        """One thing a line."""
        found = tuple(line for raw in self._form.get(name, "")[: LISTED * ITEM * 2].splitlines() if (line := clean(raw)))
        if len(found) > LISTED or any(len(line) > ITEM for line in found):
            self.errors[name] = f"Nhiều nhất {LISTED} dòng, mỗi dòng nhiều nhất {ITEM} chữ cái."
        return found

    def date(self, name: str, needed: str = "Anh/chị chọn ngày.") -> dt.date | None:
        """A day."""
        day = read_date(self._form.get(name, ""))
        if day is None:
            self.errors[name] = needed if not clean(self._form.get(name, "")) else "Ngày này không có. Viết như 6/12/2026."
        return day

    def time(self, name: str, *, needed: bool = True) -> dt.time | None:
        """A time of day."""
        typed = clean(self._form.get(name, ""))
        time = read_time(typed)
        if time is None and (typed or needed):
            self.errors[name] = "Giờ viết như 7:30 hoặc 7h30."
        return time

    def shifts(self) -> tuple[Shift, ...]:
        """Morning and afternoon; each may be left empty."""
        found = []
        for part in ("morning", "afternoon"):
            opens, closes = self.time(f"{part}_from", needed=False), self.time(f"{part}_to", needed=False)
            if opens is None and closes is None:
                continue
            if opens is None or closes is None:
                self.errors.setdefault(f"{part}_from", "Anh/chị ghi cả giờ mở và giờ nghỉ.")
            elif opens >= closes:
                self.errors[f"{part}_to"] = "Giờ nghỉ phải sau giờ mở."
            else:
                found.append(Shift(opens=opens, closes=closes))
        if len(found) == 2 and found[0].closes > found[1].opens:
            self.errors["afternoon_from"] = "Buổi sau phải bắt đầu khi buổi trước đã xong."
        return tuple(found)


def _made(form: _Form, made: Made) -> tuple[Made | None, Errors]:
    return (None, form.errors) if form.errors else (made, form.errors)


def read_day(typed: Mapping[str, str], day: dt.date, calendar: Calendar, today: dt.date) -> tuple[DayChange | None, Errors]:
    """The change of `day`, or what is wrong. `calendar`: as it is now."""
    form = _Form(typed)
    kind = next((each for each in DayKind if each == typed.get("kind") and each is not DayKind.RULE), None)
    if kind is None:
        form.errors["kind"] = "Anh/chị chọn ngày này thế nào."
        return None, form.errors
    plan = calendar.plan(day)
    hours = form.shifts() if kind is not DayKind.CLOSED else ()
    reason = form.text("reason", REASON, needed="Anh/chị ghi lý do: người dân sẽ đọc." if kind in (DayKind.CLOSED, DayKind.MOVED) else "")
    moved_to = form.date("moved_to", "Anh/chị chọn ngày chuyển tới.") if kind is DayKind.MOVED else None
    if day < today:
        form.errors["kind"] = "Ngày này đã qua, không sửa được nữa."
    elif day > today + AHEAD:
        form.errors["kind"] = "Ngày này còn xa quá. Lịch chỉ sửa trước hai năm."
    elif plan.moved_from is not None:
        form.errors["kind"] = f"Ngày này nhận Ngày Chủ nhật gần Dân của {words.date_inside(plan.moved_from)}. Anh/chị sửa ở ngày đó."
    elif kind is DayKind.EXTRA and calendar.is_sunday_service(day) and plan.is_service:
        form.errors["kind"] = "Ngày này đã là Ngày Chủ nhật gần Dân."
    elif kind is DayKind.MOVED and not (
        calendar.is_sunday_service(day) or (plan.change and plan.change.kind in (DayKind.MOVED, DayKind.EXTRA))
    ):
        form.errors["kind"] = "Chỉ dời được Ngày Chủ nhật gần Dân."
    if moved_to is not None and (problem := _bad_target(calendar, day, moved_to, today)):
        form.errors["moved_to"] = problem
    service = plan.is_service or calendar.is_sunday_service(day) or kind in (DayKind.MOVED, DayKind.EXTRA)
    change = DayChange(
        day=day,
        kind=kind,
        hours=hours,
        reason=reason,
        moved_to=moved_to,
        place=form.text("place", PLACE) if service else "",
        counters=form.lines("counters") if service else (),
        procedures=form.lines("procedures") if service else (),
        bring=form.text("bring", BRING) if service else "",
        team=form.text("team", TEAM) if service else "",
    )
    if kind is DayKind.OPEN and not hours and not service and not form.errors:
        form.errors["morning_from"] = "Anh/chị ghi giờ làm việc của ngày này."
    return _made(form, change)


def _bad_target(calendar: Calendar, day: dt.date, target: dt.date, today: dt.date) -> str:
    plan = calendar.plan(target)
    if target == day:
        return "Anh/chị chọn một ngày khác."
    if target < today:
        return "Ngày chuyển tới đã qua."
    if abs(target - day) > dt.timedelta(days=180):
        return "Chỉ dời trong vòng sáu tháng."
    if plan.is_service and plan.moved_from != day:
        return "Ngày đó đã có Ngày Chủ nhật gần Dân. Chọn ngày khác."
    if plan.reason == "closed":
        return "Ngày đó phường nghỉ. Chọn ngày khác."
    return ""


def read_session(typed: Mapping[str, str], groups: Mapping[int, str], today: dt.date) -> tuple[SessionDraft | None, Errors]:
    """A session, or what is wrong. `groups`: residential groups one may choose, by id."""
    form = _Form(typed)
    kind = next((each for each in SessionKind if each == typed.get("kind")), None)
    if kind is None:
        form.errors["kind"] = "Anh/chị chọn loại buổi."
    title = form.text("title", TITLE, needed="Anh/chị ghi tên buổi, ví dụ «Làm căn cước lưu động».")
    day, begins, ends = form.date("day"), form.time("starts"), form.time("ends")
    if begins is not None and ends is not None and begins >= ends:
        form.errors["ends"] = "Giờ xong phải sau giờ bắt đầu."
    if day is not None and day < today:
        form.errors["day"] = "Ngày này đã qua."
    elif day is not None and day > today + AHEAD:
        form.errors["day"] = "Ngày này còn xa quá. Lịch chỉ ghi trước hai năm."
    place = form.text("place", PLACE, needed="Anh/chị ghi nơi đến.")
    chosen = clean(typed.get("group", ""))
    group_id = int(chosen) if re.fullmatch(r"\d{1,9}", chosen) else None
    if chosen and group_id not in groups:
        form.errors["group"] = "Không có tổ này. Chọn trong danh sách."
    procedures, bring, team = form.lines("procedures"), form.text("bring", BRING), form.text("team", TEAM)
    reason = form.text("reason", REASON)
    if form.errors or kind is None or day is None or begins is None or ends is None:
        return None, form.errors
    at = (dt.datetime.combine(day, begins, VIETNAM), dt.datetime.combine(day, ends, VIETNAM))
    group_name = groups.get(group_id, "") if group_id is not None else ""
    return SessionDraft(kind, title, *at, place, group_id, group_name, procedures, bring, team, reason), form.errors


def read_repeats(typed: Mapping[str, str], day: dt.date) -> tuple[list[dt.date], Errors]:
    """The days of a session that repeats, the first included: `repeat` (weekly, fortnightly, monthly), `times` (2–26)."""
    how, times = typed.get("repeat", ""), clean(typed.get("times", ""))
    if how not in REPEATS:
        return [day], {"repeat": "Chọn trong danh sách."}
    if not how:
        return [day], {}
    if not re.fullmatch(r"\d{1,2}", times) or not 2 <= int(times) <= MOST_REPEATS:
        return [day], {"times": f"Số lần từ 2 đến {MOST_REPEATS}."}
    if how != "monthly":
        return [day + REPEATS[how] * DAY * number for number in range(int(times))], {}
    return [_same_weekday(day, months) for months in range(int(times))], {}


def _same_weekday(day: dt.date, months: int) -> dt.date:
    """The same weekday of the same week of a later month; the last one when that month has no fifth."""
    years, month = divmod(day.month - 1 + months, 12)
    first = dt.date(day.year + years, month + 1, 1)
    found = first + ((day.weekday() - first.weekday()) % 7 + 7 * ((day.day - 1) // 7)) * DAY
    return found if found.month == first.month else found - 7 * DAY


def read_holiday(typed: Mapping[str, str], today: dt.date) -> tuple[HolidayChange | None, Errors]:
    """A holiday as decreed, or what is wrong."""
    form = _Form(typed)
    day = form.date("day")
    kind = next((each for each in HolidayKind if each == typed.get("kind")), None)
    if kind is None:
        form.errors["kind"] = "Anh/chị chọn nghỉ hay làm việc."
    name = form.text("name", TITLE, needed="Anh/chị ghi tên ngày nghỉ." if kind is HolidayKind.HOLIDAY else "")
    swapped = form.date("swapped_with") if clean(typed.get("swapped_with", "")) else None
    if day is not None and not today - DAY * 31 <= day <= today + AHEAD:
        form.errors["day"] = "Chỉ sửa được từ tháng trước tới hai năm sau."
    if swapped is not None and swapped == day:
        form.errors["swapped_with"] = "Ngày hoán đổi phải là ngày khác."
    if form.errors or day is None or kind is None:
        return None, form.errors
    return HolidayChange(day=day, kind=kind, name=name, swapped_with=swapped), form.errors
