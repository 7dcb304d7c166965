"""The ward of the calendar's dialogues: the sample profile with what an official changed, and any moment as now."""

from __future__ import annotations

import datetime as dt
import functools

from app.assistant.pipeline import Pipeline
from app.calendar.facts import VIETNAM, CalendarFacts, DayChange, DayKind, HolidayChange, HolidayKind, Session, SessionKind, SessionStatus
from app.commune import Shift
from app.local.snapshot import Snapshot
from app.ward.ward import Ward, WardMode
from tests.assistant.ward import Clock, commune, pipeline


def _at(day: str, time: str) -> dt.datetime:
    return dt.datetime.fromisoformat(f"{day}T{time}").replace(tzinfo=VIETNAM)


def _session(number: int, kind: SessionKind, title: str, day: str, hours: tuple[str, str], place: str, **more: object) -> Session:
    times = {"starts_at": _at(day, hours[0]), "ends_at": _at(day, hours[1])}
    return Session.model_validate({"id": number, "uid": f"dot-{number}", "kind": kind, "title": title, "place": place, **times, **more})


FACTS = CalendarFacts(
    days=(
        DayChange(day=dt.date(2026, 12, 18), kind=DayKind.CLOSED, reason="Tập huấn toàn phường"),
        DayChange(
            day=dt.date(2026, 12, 25),
            kind=DayKind.OPEN,
            hours=(Shift(opens=dt.time(7, 30), closes=dt.time(11, 30)),),
            reason="chiều họp cuối năm",
        ),
        DayChange(
            day=dt.date(2027, 2, 7),
            kind=DayKind.MOVED,
            moved_to=dt.date(2027, 2, 21),
            reason="Trùng mùng 2 Tết",
            place="Nhà văn hóa phường",
            counters=("Hộ tịch", "Chứng thực"),
        ),
        DayChange(day=dt.date(2026, 12, 20), kind=DayKind.EXTRA, reason="Nhiều người cần làm giấy tờ cuối năm"),
        DayChange(day=dt.date(2027, 1, 3), kind=DayKind.CLOSED, reason="Mất điện toàn khu vực"),
    ),
    sessions=(
        _session(
            1,
            SessionKind.IDENTITY,
            "Làm căn cước lưu động",
            "2026-12-05",
            ("08:00", "11:30"),
            "nhà văn hóa tổ 12",
            group_name="Tổ 12",
            bring="căn cước cũ, giấy khai sinh của trẻ",
        ),
        _session(2, SessionKind.RECEPTION, "Chủ tịch phường tiếp công dân", "2026-11-26", ("08:00", "11:00"), "phòng tiếp công dân"),
        _session(
            3,
            SessionKind.VACCINATION,
            "Tiêm chủng mở rộng",
            "2026-11-25",
            ("07:30", "11:00"),
            "trạm y tế",
            status=SessionStatus.CANCELLED,
            reason="Chưa về vắc xin",
        ),
        _session(4, SessionKind.VACCINATION, "Tiêm chủng mở rộng", "2026-12-02", ("07:30", "11:00"), "trạm y tế"),
        _session(5, SessionKind.LEGAL_AID, "Trợ giúp pháp lý miễn phí", "2026-12-10", ("13:30", "16:30"), "hội trường phường"),
    ),
    holidays=(
        HolidayChange(day=dt.date(2027, 2, 3), kind=HolidayKind.HOLIDAY, name="Nghỉ Tết Nguyên Đán"),
        HolidayChange(day=dt.date(2027, 1, 9), kind=HolidayKind.WORKDAY, swapped_with=dt.date(2027, 1, 8)),
        HolidayChange(day=dt.date(2027, 1, 8), kind=HolidayKind.HOLIDAY, name="Nghỉ hoán đổi"),
    ),
)
CLOCK = Clock()


@functools.cache
def calendar_pipeline() -> Pipeline:
    """The whole way of a message over the real catalog, with FACTS and CLOCK."""
    found = pipeline(CLOCK)
    found.local = Snapshot.made(Ward.made(commune(), WardMode.REAL, {}), FACTS)
    return found


def ask(text: str, now: str, earlier: tuple[str, ...] = ()) -> tuple[str, str]:
    """The intent and the words of the reply to `text` at a local moment such as `2026-11-23 09:00`."""
    CLOCK.now = dt.datetime.fromisoformat(now).replace(tzinfo=VIETNAM)
    turn = calendar_pipeline().ask(text, list(earlier))
    assert turn.decision is not None
    assert turn.reply is not None
    return turn.decision.intent, turn.reply.as_text()
