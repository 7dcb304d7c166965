"""Lunar dates: Tết as the government's calendar has it, months that come twice, days that do not exist."""

from __future__ import annotations

import datetime as dt

import holidays
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.calendar.lunar import LunarDate, lunar_of, solar_of, tet


@pytest.mark.parametrize("year", range(2024, 2051))
def test_tet_is_the_day_the_holiday_library_has(year: int) -> None:
    library = {name: day for day, name in holidays.country_holidays("VN", years=year, language="vi").items()}
    assert tet(year) == library["Tết Nguyên Đán"]


@pytest.mark.parametrize(
    ("day", "lunar"),
    [
        # From the calendar of the Vietnamese government (Ban Lịch Nhà nước); the first four differ from China's.
        ("1968-01-29", LunarDate(1, 1, 1968)),
        ("1985-01-21", LunarDate(1, 1, 1985)),
        ("2007-02-17", LunarDate(1, 1, 2007)),
        ("2030-02-02", LunarDate(1, 1, 2030)),
        ("2026-11-22", LunarDate(14, 10, 2026)),
        ("2026-02-16", LunarDate(29, 12, 2025)),
        ("2027-02-05", LunarDate(29, 12, 2026)),
        ("2025-07-25", LunarDate(1, 6, 2025, leap=True)),
        ("2025-08-22", LunarDate(29, 6, 2025, leap=True)),
        ("2025-08-23", LunarDate(1, 7, 2025)),
        ("2028-06-23", LunarDate(1, 5, 2028, leap=True)),
        ("2033-12-22", LunarDate(1, 11, 2033, leap=True)),
        ("2034-02-19", LunarDate(1, 1, 2034)),
        ("2027-04-16", LunarDate(10, 3, 2027)),
    ],
)
def test_known_days(day: str, lunar: LunarDate) -> None:
    assert lunar_of(dt.date.fromisoformat(day)) == lunar
    assert solar_of(lunar.day, lunar.month, lunar.year, leap=lunar.leap) == dt.date.fromisoformat(day)


def test_years_are_named_by_stem_and_branch() -> None:
    assert [LunarDate(1, 1, year).year_name for year in (2024, 2025, 2026, 2027)] == ["Giáp Thìn", "Ất Tỵ", "Bính Ngọ", "Đinh Mùi"]


def test_a_day_that_the_month_has_not_is_none() -> None:
    assert solar_of(30, 12, 2026) is None  # the year ends with the 29th
    assert solar_of(30, 12, 2023) == dt.date(2024, 2, 9)
    assert solar_of(1, 6, 2026, leap=True) is None
    assert solar_of(31, 1, 2026) is None
    assert solar_of(1, 13, 2026) is None
    assert solar_of(1, 1, 9999) is None


@given(st.dates(dt.date(1901, 6, 1), dt.date(2198, 6, 1)))
def test_there_and_back(day: dt.date) -> None:
    lunar = lunar_of(day)
    assert 1 <= lunar.day <= 30
    assert solar_of(lunar.day, lunar.month, lunar.year, leap=lunar.leap) == day


def test_outside_the_known_years_it_says_so() -> None:
    with pytest.raises(ValueError, match="no lunar calendar"):
        lunar_of(dt.date(1800, 1, 1))
