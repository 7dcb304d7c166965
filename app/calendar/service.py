"""What officials do with the calendar. Each act writes its sentence in the same transaction."""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy.ext.asyncio import AsyncSession

from app.audit import service as audit
from app.calendar import repository, words
from app.calendar.drafts import SessionDraft
from app.calendar.facts import VIETNAM, DayChange, DayKind, HolidayChange, HolidayKind, SessionStatus
from app.calendar.models import CalendarDay, CalendarSession, HolidayOverride
from app.database import lock_commune, version_of
from app.errors import BadInput, NotFound
from app.signed import Signed


class ChangedMeanwhile(BadInput):
    """Somebody else saved the same day or session after it was read."""

    message = "Người khác vừa sửa lịch này. Anh/chị mở bản mới nhất, xem chỗ đã sửa rồi làm tiếp."


async def change_day(session: AsyncSession, who: Signed, change: DayChange, version: int, now: dt.datetime) -> None:
    """Set what is different on a day, in place of what was different before.

    `version`: the day's `sequence` when it was read, 0 when it was never changed. Raises ChangedMeanwhile.
    """
    await lock_commune(session, who.commune_id)  # a day never changed has no row to lock
    row = await repository.day_of(session, who.commune_id, change.day)
    _unchanged(row.sequence if row else 0, version)
    values = repository.day_values(change)
    if row is None:
        await repository.add(session, CalendarDay(commune_id=who.commune_id, day=change.day, sequence=1, updated_at=now, **values))
    else:
        for name, value in values.items():
            setattr(row, name, value)
        row.sequence, row.updated_at = row.sequence + 1, now
    await audit.record(session, who, sentence_of(change), subject=("calendar_day", change.day.isoformat()), details=_json(values))


async def restore_day(session: AsyncSession, who: Signed, day: dt.date, version: int, now: dt.datetime) -> None:
    """Take the change of a day back: the rule holds again. Raises NotFound, ChangedMeanwhile."""
    row = await repository.day_of(session, who.commune_id, day)
    if row is None or row.kind == DayKind.RULE:
        raise NotFound("Ngày này không có thay đổi nào.")
    _unchanged(row.sequence, version)
    for name, value in repository.day_values(DayChange(day=day, kind=DayKind.RULE)).items():
        setattr(row, name, value)
    row.sequence, row.updated_at = row.sequence + 1, now
    await audit.record(session, who, f"bỏ thay đổi lịch ngày {_date(day)}", subject=("calendar_day", day.isoformat()))


async def add_sessions(
    session: AsyncSession, who: Signed, draft: SessionDraft, days: Sequence[dt.date], now: dt.datetime
) -> list[CalendarSession]:
    """Plan a session, and again on each further day of `days`."""
    made = []
    first = draft.starts_at.date()
    for day in days:
        moved = replace(draft, starts_at=draft.starts_at + (day - first), ends_at=draft.ends_at + (day - first))
        row = CalendarSession(commune_id=who.commune_id, uid=f"dot-{secrets.token_hex(6)}", sequence=0, status="planned", updated_at=now)
        _write(row, replace(moved, reason=""))
        await repository.add(session, row)
        made.append(row)
    times = f", {len(days)} lần" if len(days) > 1 else ""
    await audit.record(session, who, f"thêm «{draft.title}» ngày {_date(first)}{times}", subject=("calendar_session", str(made[0].id)))
    return made


async def edit_session(
    session: AsyncSession, who: Signed, session_id: int, draft: SessionDraft, version: int, now: dt.datetime
) -> CalendarSession:
    """Change a session that is still planned. Raises NotFound, ChangedMeanwhile, BadInput when it was cancelled.

    `version`: its `sequence` when it was read.
    """
    row = await _planned(session, who, session_id, version)
    before = _facts(row)
    _write(row, draft)
    row.sequence, row.updated_at = row.sequence + 1, now
    changed = "; ".join(f"{name}: {old or 'chưa có'} → {new or 'bỏ trống'}" for name, old, new in _changes(before, _facts(row)))
    sentence = f"sửa «{draft.title}» ngày {_date(draft.starts_at.date())}" + (f" ({changed})" if changed else "")
    await audit.record(session, who, sentence, subject=("calendar_session", str(row.id)))
    return row


async def cancel_session(
    session: AsyncSession, who: Signed, session_id: int, reason: str, version: int, now: dt.datetime
) -> CalendarSession:
    """Cancel a session; citizens read the reason. Raises NotFound, ChangedMeanwhile, BadInput."""
    row = await _planned(session, who, session_id, version)
    row.status, row.reason = SessionStatus.CANCELLED, reason
    row.sequence, row.updated_at = row.sequence + 1, now
    await audit.record(
        session,
        who,
        f"hủy «{row.title}» ngày {_date(row.starts_at.astimezone(VIETNAM).date())}: {reason}",
        subject=("calendar_session", str(row.id)),
    )
    return row


async def set_holiday(session: AsyncSession, who: Signed, change: HolidayChange, version: str, now: dt.datetime) -> None:
    """Say that a day is a holiday, or worked, whatever the list of public holidays says.

    `version`: the `version_of` of what was read. Raises ChangedMeanwhile.
    """
    await _same_holidays(session, who, version)
    row = await repository.holiday_of(session, who.commune_id, change.day) or HolidayOverride(commune_id=who.commune_id, day=change.day)
    row.kind, row.name, row.swapped_with, row.updated_at = str(change.kind), change.name, change.swapped_with, now
    await repository.add(session, row)
    what = (
        f"ghi ngày {_date(change.day)} nghỉ lễ ({change.name})"
        if change.kind is HolidayKind.HOLIDAY
        else f"ghi ngày {_date(change.day)} làm việc"
    )
    if change.swapped_with:
        what += f", hoán đổi với {_date(change.swapped_with)}"
    await audit.record(session, who, what, subject=("holiday", change.day.isoformat()))


async def drop_holiday(session: AsyncSession, who: Signed, day: dt.date, version: str) -> None:
    """Take an override back. Raises NotFound, ChangedMeanwhile."""
    await _same_holidays(session, who, version)
    row = await repository.holiday_of(session, who.commune_id, day)
    if row is None:
        raise NotFound("Ngày này không có gì khác danh sách chung.")
    await repository.remove(session, row)
    await audit.record(session, who, f"bỏ ngày lễ đã sửa {_date(day)}", subject=("holiday", day.isoformat()))


async def _same_holidays(session: AsyncSession, who: Signed, version: str) -> None:
    await lock_commune(session, who.commune_id)  # a day never changed has no row to lock
    if version_of(await repository.holidays(session, who.commune_id)) != version:
        raise ChangedMeanwhile


def sentence_of(change: DayChange) -> str:
    """What a change of a day does, as the record says it."""
    day, hours = _date(change.day), words.shifts_words(change.hours)
    why = f": {change.reason}" if change.reason else ""
    if change.kind is DayKind.MOVED and change.moved_to is not None:
        return f"dời Ngày Chủ nhật gần Dân {day} sang {_date(change.moved_to)}{why}"
    if change.kind is DayKind.CLOSED:
        return f"cho nghỉ ngày {day}{why}"
    if change.kind is DayKind.EXTRA:
        return f"thêm Ngày Chủ nhật gần Dân {day}{why}"
    return f"sửa giờ làm ngày {day}" + (f" thành {hours}" if hours else "") + why


def _unchanged(sequence: int, version: int) -> None:
    if sequence != version:
        raise ChangedMeanwhile


async def _planned(session: AsyncSession, who: Signed, session_id: int, version: int) -> CalendarSession:
    row = await repository.session_of(session, who.commune_id, session_id)
    if row is None:
        raise NotFound("Không có buổi này.")
    if row.status == SessionStatus.CANCELLED:
        raise BadInput("Buổi này đã hủy. Anh/chị thêm buổi mới.")
    _unchanged(row.sequence, version)
    return row


def _write(row: CalendarSession, draft: SessionDraft) -> None:
    row.kind, row.title, row.place = str(draft.kind), draft.title, draft.place
    row.starts_at, row.ends_at = draft.starts_at, draft.ends_at
    row.group_id, row.group_name = draft.group_id, draft.group_name
    row.procedures, row.bring, row.team, row.reason = list(draft.procedures), draft.bring, draft.team, draft.reason


def _facts(row: CalendarSession) -> dict[str, str]:
    starts, ends = row.starts_at.astimezone(VIETNAM), row.ends_at.astimezone(VIETNAM)
    return {
        "tên": row.title,
        "ngày": _date(starts.date()),
        "giờ": words.span(starts.time(), ends.time()),
        "nơi đến": row.place,
        "dành cho": row.group_name,
        "mang theo": row.bring,
        "người giúp": row.team,
    }


def _changes(before: dict[str, str], after: dict[str, str]) -> list[tuple[str, str, str]]:
    return [(name, before[name], after[name]) for name in after if before[name] != after[name]]


def _date(day: dt.date) -> str:
    return f"{day.day}/{day.month}/{day.year}"


def _json(values: dict[str, object]) -> dict[str, object]:
    return {
        name: value.isoformat() if isinstance(value, dt.date) else value for name, value in values.items() if value not in ("", [], None)
    }
