"""What officials changed wins: closed, moved, extra days, holidays as decreed, days made up for, sessions, now."""

from __future__ import annotations

import datetime as dt
import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.calendar.agenda import agenda, find
from app.calendar.calendar import Calendar
from app.calendar.clashes import clashes
from app.calendar.facts import VIETNAM, CalendarFacts, DayChange, DayKind, HolidayChange, HolidayKind, Session, SessionKind, SessionStatus
from app.calendar.reminders import due_reminders
from app.commune import Shift
from tests.assistant.ward import commune
from tests.dialogues.calendar_ward import FACTS

CALENDAR = Calendar(commune(), FACTS)
MORNING = (Shift(opens=dt.time(8), closes=dt.time(11)),)


def _day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


def _at(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=VIETNAM)


def _with(*days: DayChange, sessions: tuple[Session, ...] = (), holidays: tuple[HolidayChange, ...] = ()) -> Calendar:
    return Calendar(commune(), CalendarFacts(days=days, sessions=sessions, holidays=holidays))


def _session(number: int = 1, **more: object) -> Session:
    times = {"starts_at": _at("2026-12-05T08:00"), "ends_at": _at("2026-12-05T11:00")}
    return Session.model_validate(
        {"id": number, "uid": f"dot-{number}", "kind": "health", "title": "Khám mắt", "place": "Trạm y tế"} | times | more
    )


@pytest.mark.parametrize(
    ("day", "reason", "open_"),
    [
        ("2026-12-18", "closed", False),
        ("2026-12-20", "sunday_service", True),
        ("2026-12-25", "weekday", True),
        ("2027-01-03", "closed", False),
        ("2027-01-08", "holiday", False),
        ("2027-01-09", "make_up", True),
        ("2027-02-03", "holiday", False),
        ("2027-02-07", "holiday", False),
        ("2027-02-21", "sunday_service", True),
        ("2026-12-06", "sunday_service", True),
    ],
)
def test_a_change_wins_over_the_rule(day: str, reason: str, open_: bool) -> None:
    plan = CALENDAR.plan(_day(day))
    assert (plan.reason, plan.is_open) == (reason, open_)


def test_a_moved_service_is_known_from_both_days() -> None:
    origin, target = CALENDAR.plan(_day("2027-02-07")), CALENDAR.plan(_day("2027-02-21"))
    assert (origin.moved_to, target.moved_from) == (target.day, origin.day)
    occurrence = next(each for each in CALENDAR.sunday_services(_day("2027-02-01"), _day("2027-02-28")))
    assert (occurrence.planned, occurrence.day, occurrence.moved, occurrence.why) == (origin.day, target.day, True, "Trùng mùng 2 Tết")
    assert [each.planned for each in CALENDAR.sunday_services(target.day, target.day)] == [origin.day]
    assert CALENDAR.next_sunday_service(_day("2027-02-01")) == target


def test_a_service_moved_to_a_weekday_is_held_there_with_its_own_hours() -> None:
    moved = DayChange(day=_day("2026-12-06"), kind=DayKind.MOVED, moved_to=_day("2026-12-08"), hours=MORNING, reason="Bầu cử")
    calendar = _with(moved)
    assert calendar.plan(_day("2026-12-08")).reason == "sunday_service"
    assert calendar.plan(_day("2026-12-08")).shifts == MORNING
    assert calendar.plan(_day("2026-12-06")).reason == "moved"
    assert not calendar.plan(_day("2026-12-06")).is_open


def test_a_service_moved_onto_a_day_that_is_then_closed_is_not_held() -> None:
    moved = DayChange(day=_day("2026-12-06"), kind=DayKind.MOVED, moved_to=_day("2026-12-13"), reason="Bầu cử")
    calendar = _with(moved, DayChange(day=_day("2026-12-13"), kind=DayKind.CLOSED, reason="Bão"))
    assert [each.held for each in calendar.sunday_services(_day("2026-12-01"), _day("2026-12-31"))] == [None]
    assert [clash.key for clash in clashes(calendar, _day("2026-12-01"), _day("2026-12-31"))] == [
        "moved_to_closed:chu-nhat-2026-12-06:2026-12-06"
    ]


def test_a_change_taken_back_leaves_the_rule_but_its_sequence_stays() -> None:
    calendar = _with(DayChange(day=_day("2026-12-06"), kind=DayKind.RULE, sequence=4))
    assert calendar.plan(_day("2026-12-06")) == Calendar(commune()).plan(_day("2026-12-06"))
    assert calendar.sequence(_day("2026-12-06")) == 4


def test_a_service_held_on_a_holiday_on_purpose_is_one_and_is_warned_of() -> None:
    calendar = _with(DayChange(day=_day("2027-02-07"), kind=DayKind.OPEN, reason="Trực Tết"))
    assert calendar.plan(_day("2027-02-07")).is_service
    assert [clash.key.split(":")[0] for clash in clashes(calendar, _day("2027-02-01"), _day("2027-02-28"))] == ["held_on_holiday"]


def test_bridge_days_the_government_decreed_are_made_up_for() -> None:
    calendar = Calendar(commune())
    assert calendar.plan(_day("2026-08-31")).reason == "holiday"
    assert calendar.plan(_day("2026-08-22")).reason == "make_up"
    assert calendar.plan(_day("2026-08-22")).shifts == calendar.plan(_day("2026-08-24")).shifts
    given_back = _with(holidays=(HolidayChange(day=_day("2026-08-31"), kind=HolidayKind.WORKDAY),))
    assert given_back.plan(_day("2026-08-31")).reason == "weekday"
    assert given_back.plan(_day("2026-08-22")).reason == "day_off"


@pytest.mark.parametrize(
    ("now", "open_", "left"),
    [
        ("2026-11-23T07:29", False, 0),
        ("2026-11-23T07:30", True, 240),
        ("2026-11-23T11:29", True, 1),
        ("2026-11-23T11:30", False, 0),
        ("2026-11-23T13:30", True, 240),
        ("2026-11-23T17:30", False, 0),
        ("2026-11-24T09:00", False, 0),
        ("2026-11-22T09:00", False, 0),
    ],
)
def test_now(now: str, open_: bool, left: int) -> None:
    moment = CALENDAR.at(_at(now).astimezone(dt.UTC))
    assert (moment.is_open, moment.minutes_left) == (open_, left)


def test_facts_travel_between_processes_and_their_version_tells_changes() -> None:
    copy = CalendarFacts.model_validate_json(FACTS.model_dump_json())
    assert copy == FACTS
    assert copy.version == FACTS.version
    assert pickle.loads(pickle.dumps(FACTS)).version == FACTS.version
    changed = FACTS.model_copy(update={"sessions": FACTS.sessions[:-1]})
    assert CalendarFacts.model_validate(changed.model_dump()).version != FACTS.version


# --- what is listed ------------------------------------------------------------------------------------------------


def test_the_agenda_lists_what_differs_and_tet_as_one() -> None:
    found = [(entry.day.isoformat(), entry.kind, entry.gone) for entry in agenda(CALENDAR, _day("2026-12-15"), _day("2027-02-28"))]
    assert found == [
        ("2026-12-18", "off", False),
        ("2026-12-20", "service", False),
        ("2026-12-25", "hours", False),
        ("2027-01-01", "off", False),
        ("2027-01-03", "service", True),
        ("2027-01-08", "off", False),
        ("2027-01-09", "hours", False),
        ("2027-02-03", "off", False),
        ("2027-02-07", "service", True),
        ("2027-02-21", "service", False),
    ]
    tet = next(entry for entry in agenda(CALENDAR, _day("2027-02-01"), _day("2027-02-28")) if entry.kind == "off")
    assert tet.until == _day("2027-02-10")


@pytest.mark.parametrize(
    "uid", ["", "chu-nhat-", "chu-nhat-2026-12-07", "chu-nhat-0001-01-01", "chu-nhat-9999-12-31", "chu-nhat-2026-13-01", "dot-99", "../x"]
)
def test_a_name_that_is_none_finds_nothing(uid: str) -> None:
    assert find(CALENDAR, uid) is None


def test_an_entry_is_found_by_its_name_wherever_it_was_moved() -> None:
    entry = find(CALENDAR, "chu-nhat-2027-02-07")
    assert entry is not None
    assert (entry.day, entry.moved_from, entry.gone) == (_day("2027-02-21"), _day("2027-02-07"), False)


# --- clashes -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("calendar", "kind"),
    [
        (Calendar(commune()), "service_on_holiday"),
        (_with(sessions=(_session(starts_at=_at("2027-02-08T08:00"), ends_at=_at("2027-02-08T09:00")),)), "session_on_holiday"),
        (_with(DayChange(day=_day("2026-12-04"), kind=DayKind.CLOSED, reason="Bão"), sessions=(_session(starts_at=_at("2026-12-04T08:00"), ends_at=_at("2026-12-04T09:00")),)), "session_on_closed"),
        (_with(sessions=(_session(place="Trung tâm Phục vụ hành chính công phường"),)), "session_on_day_off"),
        (_with(sessions=(_session(1), _session(2, place="TRẠM  y tế", starts_at=_at("2026-12-05T10:00")))), "same_place"),
        (_with(sessions=(_session(1, team="Lê A, Trần B"), _session(2, place="Chợ", team="Trần B; Võ C"))), "same_people"),
        (_with(DayChange(day=_day("2026-12-06"), kind=DayKind.MOVED, moved_to=_day("2027-01-03"), reason="Bão")), "two_services"),
    ],
)  # fmt: skip
def test_each_clash_is_found(calendar: Calendar, kind: str) -> None:
    found = clashes(calendar, _day("2026-12-01"), _day("2027-02-28"))
    if kind == "two_services":
        assert calendar.plan(_day("2027-01-03")).is_service
    assert kind in {clash.key.split(":")[0] for clash in found}
    assert all(clash.sentence.endswith(".") for clash in found)


@pytest.mark.parametrize(
    "sessions",
    [
        (_session(1), _session(2, place="Chợ")),
        (_session(1), _session(2, starts_at=_at("2026-12-05T11:00"), ends_at=_at("2026-12-05T12:00"))),
        (_session(1), _session(2, status=SessionStatus.CANCELLED)),
        (_session(1, team="Lê A"), _session(2, place="Chợ", team="Lê B")),
    ],
)
def test_what_does_not_clash_is_left_alone(sessions: tuple[Session, ...]) -> None:
    assert clashes(_with(sessions=sessions), _day("2026-12-01"), _day("2026-12-31")) == []


# --- reminders -----------------------------------------------------------------------------------------------------


def test_the_evening_before_reminds_once_with_place_and_what_to_bring() -> None:
    [reminder] = due_reminders(CALENDAR, _at("2026-12-04T18:00"))
    assert "Ngày mai, thứ Bảy 5/12/2026: Làm căn cước lưu động (Tổ 12), 8:00–11:30, tại nhà văn hóa tổ 12." in reminder.text
    assert "Bạn mang theo: căn cước cũ" in reminder.text
    assert due_reminders(CALENDAR, _at("2026-12-04T19:30")) == [reminder], "the same key all evening"
    [reminder] = due_reminders(CALENDAR, _at("2027-02-20T18:00"))
    assert "chuyển từ Chủ nhật 7/2/2027" in reminder.text
    [reminder] = due_reminders(CALENDAR, _at("2027-02-06T18:00"))
    assert "không có Ngày Chủ nhật gần Dân, vì trùng mùng 2 Tết. Ngày đó chuyển sang Chủ nhật 21/2/2027." in reminder.text


@pytest.mark.parametrize("now", ["2026-12-04T09:00", "2026-12-04T21:00", "2026-12-01T18:00", "2026-12-06T18:00"])
def test_no_reminder_at_other_times_and_for_ordinary_days(now: str) -> None:
    calendar = CALENDAR if now != "2026-12-01T18:00" else Calendar(commune())
    assert due_reminders(calendar, _at(now)) == []


def test_a_change_makes_another_reminder() -> None:
    before, after = _with(sessions=(_session(),)), _with(sessions=(_session(sequence=1, place="Chợ"),))
    keys = {reminder.key for calendar in (before, after) for reminder in due_reminders(calendar, _at("2026-12-04T18:00"))}
    assert len(keys) == 2


@given(
    kind=st.sampled_from(list(DayKind)),
    day=st.dates(dt.date(2026, 11, 1), dt.date(2027, 6, 1)),
    ahead=st.integers(-60, 60),
)
def test_no_change_can_break_a_plan(kind: DayKind, day: dt.date, ahead: int) -> None:
    calendar = _with(DayChange(day=day, kind=kind, reason="Thử", moved_to=day + dt.timedelta(days=ahead)))
    for plan in calendar.plans(day - dt.timedelta(days=61), 123):
        assert plan.is_open == (plan.reason in ("weekday", "sunday_service", "make_up"))
    agenda(calendar, day - dt.timedelta(days=31), day + dt.timedelta(days=31))
    clashes(calendar, day - dt.timedelta(days=31), day + dt.timedelta(days=31))
    assert SessionKind.HEALTH
