"""Is the ward open: hours, holidays, Ngày Chủ nhật gần Dân, and what is closed in between."""

from __future__ import annotations

import datetime as dt

import pytest

from app.calendar.calendar import Calendar
from app.calendar.opening import VIETNAM, DayPlan, plan
from app.commune import CommuneProfile, SundayService, load_commune
from app.settings import ROOT

SAMPLE = load_commune(ROOT / "procedures" / "commune.sample.yaml")


def _profile(**sunday: object) -> CommuneProfile:
    """The sample ward with another Sunday rule."""
    assert SAMPLE.sunday is not None
    data = SAMPLE.sunday.model_dump(mode="json") | sunday
    return SAMPLE.model_copy(update={"sunday": SundayService.model_validate(data)})


NO_SUNDAY = SAMPLE.model_copy(update={"sunday": None})
EXTRA = _profile(extra_days=["2026-11-29", "2027-02-07"])
EXCEPT = _profile(except_days=["2026-12-06"])


def _day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


def _hours(found: DayPlan) -> list[str]:
    return [f"{shift.opens:%H:%M}-{shift.closes:%H:%M}" for shift in found.shifts]


@pytest.mark.parametrize(
    ("day", "reason"),
    [
        ("2026-11-23", "weekday"),
        ("2026-11-24", "holiday"),  # Ngày Văn hóa Việt Nam
        ("2026-11-27", "weekday"),
        ("2026-11-28", "day_off"),
        ("2026-11-29", "day_off"),
        ("2026-12-06", "sunday_service"),
        ("2026-12-13", "day_off"),
        ("2026-12-31", "weekday"),
        ("2027-01-01", "holiday"),
        ("2027-01-03", "sunday_service"),
        ("2027-02-06", "holiday"),  # Tết, a Saturday
        ("2027-02-07", "holiday"),  # Tết, the first Sunday of the month
        ("2027-02-14", "day_off"),  # not moved to the second Sunday
        ("2027-02-28", "day_off"),
        ("2027-03-07", "sunday_service"),
        ("2027-04-16", "holiday"),  # Giỗ Tổ
        ("2027-04-30", "holiday"),
        ("2027-05-02", "sunday_service"),  # between two holidays
        ("2027-05-03", "holiday"),  # in place of 1/5, a Saturday
        ("2027-08-01", "sunday_service"),  # the first of the month
        ("2027-08-08", "day_off"),
        ("2028-02-29", "weekday"),
        ("2028-10-01", "sunday_service"),
    ],
)
def test_each_day_has_its_reason(day: str, reason: str) -> None:
    found = plan(SAMPLE, _day(day))
    assert found.reason == reason
    assert found.is_open == (reason in ("weekday", "sunday_service"))
    assert bool(found.holiday) == (reason == "holiday")


def test_hours_are_those_of_the_profile() -> None:
    assert _hours(plan(SAMPLE, _day("2026-11-23"))) == ["07:30-11:30", "13:30-17:30"]
    assert _hours(plan(SAMPLE, _day("2026-12-06"))) == ["07:30-11:30", "13:30-16:30"]
    assert _hours(plan(SAMPLE, _day("2026-11-28"))) == []


def test_holidays_are_named_in_vietnamese() -> None:
    assert "Tết Nguyên Đán" in plan(SAMPLE, _day("2027-02-07")).holiday
    assert "Quốc khánh" in plan(SAMPLE, _day("2027-09-02")).holiday


@pytest.mark.parametrize(
    ("profile", "day", "reason"),
    [
        (EXTRA, "2026-11-29", "sunday_service"),
        (EXTRA, "2026-12-06", "sunday_service"),
        (EXTRA, "2027-02-07", "sunday_service"),  # held on purpose although it is Tết
        (EXCEPT, "2026-12-06", "day_off"),
        (EXCEPT, "2027-01-03", "sunday_service"),
        (NO_SUNDAY, "2026-12-06", "day_off"),
        (NO_SUNDAY, "2027-02-07", "holiday"),
        (_profile(extra_days=["2026-12-06"], except_days=["2026-12-06"]), "2026-12-06", "day_off"),
        (_profile(rule="FREQ=MONTHLY;BYDAY=1SU,3SU"), "2026-12-20", "sunday_service"),
        (_profile(rule="FREQ=MONTHLY;BYDAY=-1SU"), "2027-02-28", "sunday_service"),
        (_profile(rule="FREQ=MONTHLY;BYDAY=-1SU"), "2027-02-07", "holiday"),
        (_profile(rule="FREQ=MONTHLY;BYDAY=5SU"), "2026-11-29", "sunday_service"),
        (_profile(rule="FREQ=MONTHLY;BYDAY=5SU"), "2026-12-27", "day_off"),
        (_profile(rule="FREQ=WEEKLY;BYDAY=SU"), "2026-12-13", "sunday_service"),
    ],
)
def test_the_sunday_rule_with_its_exceptions_and_extra_days(profile: CommuneProfile, day: str, reason: str) -> None:
    assert plan(profile, _day(day)).reason == reason


@pytest.mark.parametrize(
    ("profile", "today", "day"),
    [
        (SAMPLE, "2026-11-22", "2026-12-06"),
        (SAMPLE, "2026-12-06", "2026-12-06"),
        (SAMPLE, "2026-12-07", "2027-01-03"),
        (SAMPLE, "2026-12-31", "2027-01-03"),
        (SAMPLE, "2027-01-31", "2027-03-07"),  # February's falls on Tết
        (SAMPLE, "2027-02-07", "2027-03-07"),
        (EXTRA, "2026-11-22", "2026-11-29"),
        (EXTRA, "2027-01-31", "2027-02-07"),
        (EXCEPT, "2026-11-22", "2027-01-03"),
        (NO_SUNDAY, "2026-11-22", None),
        (_profile(rule="FREQ=MONTHLY;BYDAY=1SU;UNTIL=20261130T000000"), "2026-11-22", None),
        (_profile(rule="FREQ=MONTHLY;BYDAY=1SU;UNTIL=20261130T000000", extra_days=["2026-12-20"]), "2026-11-22", "2026-12-20"),
        (_profile(rule="FREQ=MONTHLY;BYDAY=1SU;UNTIL=20261130T000000", extra_days=["2026-10-04"]), "2026-11-22", None),
    ],
)
def test_the_next_sunday_service_is_one_that_is_held(profile: CommuneProfile, today: str, day: str | None) -> None:
    found = Calendar(profile).next_sunday_service(_day(today))
    assert (found.day.isoformat() if found else None) == day
    assert found is None or found.is_open


def test_every_second_sunday_is_the_same_sunday_whoever_asks_and_whenever() -> None:
    profile = _profile(rule="FREQ=WEEKLY;INTERVAL=2;BYDAY=SU")
    sundays = [_day("2027-08-01") + dt.timedelta(days=7 * week) for week in range(20)]
    held = [plan(profile, sunday).reason == "sunday_service" for sunday in sundays]
    assert held in ([True, False] * 10, [False, True] * 10)
    for today in sundays:
        found = Calendar(profile).next_sunday_service(today - dt.timedelta(days=3))
        assert found is not None
        assert plan(profile, found.day).reason == "sunday_service"


@pytest.mark.parametrize(
    ("today", "day"),
    [
        ("2026-11-22", "2026-11-23"),
        ("2026-11-23", "2026-11-25"),  # over a holiday
        ("2026-11-27", "2026-11-30"),
        ("2026-12-05", "2026-12-06"),  # a Sunday service
        ("2026-12-31", "2027-01-03"),
        ("2027-02-03", "2027-02-11"),  # over Tết
        ("2028-02-28", "2028-02-29"),
    ],
)
def test_the_next_open_day_comes_after_today(today: str, day: str) -> None:
    found = Calendar(SAMPLE).next_open(_day(today))
    assert found is not None
    assert (found.day.isoformat(), found.is_open) == (day, True)


def test_a_ward_that_never_opens_has_no_next_day() -> None:
    assert Calendar(SAMPLE.model_copy(update={"hours": {}, "sunday": None})).next_open(_day("2026-11-22")) is None


def test_sunday_services_of_a_year_are_the_first_sundays_that_are_no_holidays() -> None:
    days = [_day("2027-01-01") + dt.timedelta(days=ahead) for ahead in range(365)]
    held = [day for day in days if plan(SAMPLE, day).reason == "sunday_service"]
    assert all(day.isoweekday() == 7 and day.day <= 7 for day in held)
    assert {day.month for day in held} == set(range(1, 13)) - {2}


def test_today_is_the_day_in_vietnam() -> None:
    moment = dt.datetime(2026, 11, 28, 18, 30, tzinfo=dt.UTC)
    assert moment.astimezone(VIETNAM).date() == _day("2026-11-29")
