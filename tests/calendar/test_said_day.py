"""Which day a message is about: as people name days, around weeks, months and years."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.calendar.said_day import said_day
from app.calendar.said_time import normal, said_time

MONDAY, WEDNESDAY = dt.date(2026, 11, 23), dt.date(2026, 11, 25)
SATURDAY, SUNDAY = dt.date(2026, 11, 28), dt.date(2026, 11, 29)
LAST_OF_YEAR = dt.date(2026, 12, 31)


def _asked(text: str, today: dt.date) -> str | None:
    day = said_day(said_time(normal(text))[1], today).day
    return day.isoformat() if day else None


@pytest.mark.parametrize(
    ("text", "today", "day"),
    [
        ("hôm nay phường có làm không", SUNDAY, "2026-11-29"),
        ("bây giờ còn mở cửa không", SUNDAY, "2026-11-29"),
        ("chiều nay mấy giờ nghỉ", MONDAY, "2026-11-23"),
        ("mai phường có làm không", MONDAY, "2026-11-24"),
        ("sáng mai làm không", SATURDAY, "2026-11-29"),
        ("mai có mở cửa không", LAST_OF_YEAR, "2027-01-01"),
        ("ngày mai", dt.date(2028, 2, 28), "2028-02-29"),
        ("ngày mai", dt.date(2027, 2, 28), "2027-03-01"),
        ("ngày kia làm không", LAST_OF_YEAR, "2027-01-02"),
        ("ngày mốt em ghé được không", MONDAY, "2026-11-25"),
        ("mốt phường có làm hông", MONDAY, "2026-11-25"),
        ("sáng mốt làm không", MONDAY, "2026-11-25"),
    ],
)
def test_days_named_from_today(text: str, today: dt.date, day: str) -> None:
    assert _asked(text, today) == day


@pytest.mark.parametrize(
    ("text", "today", "day"),
    [
        ("thứ 7 có làm không", MONDAY, "2026-11-28"),
        ("thứ bảy có làm không", MONDAY, "2026-11-28"),
        ("t7 làm không", MONDAY, "2026-11-28"),
        ("thứ 7 có làm không", SATURDAY, "2026-11-28"),
        ("thứ 7 có làm không", SUNDAY, "2026-12-05"),
        ("thứ hai mấy giờ mở cửa", MONDAY, "2026-11-23"),
        ("thứ hai mấy giờ mở cửa", SUNDAY, "2026-11-30"),
        ("thứ 2 tuần sau", SUNDAY, "2026-11-30"),
        ("thứ 2 tuần sau", MONDAY, "2026-11-30"),
        ("thứ tư tuần sau", MONDAY, "2026-12-02"),
        ("thứ sáu này làm không", WEDNESDAY, "2026-11-27"),
        ("thứ sáu tuần sau", WEDNESDAY, "2026-12-04"),
        ("chủ nhật có làm không", MONDAY, "2026-11-29"),
        ("chủ nhật có làm không", SUNDAY, "2026-11-29"),
        ("chủ nhật tuần này", MONDAY, "2026-11-29"),
        ("chủ nhật tuần sau", MONDAY, "2026-12-06"),
        ("chủ nhật tuần sau", SATURDAY, "2026-12-06"),
        ("chủ nhật tuần sau", SUNDAY, "2026-12-06"),
        ("chủ nhật tuần tới", SUNDAY, "2026-12-06"),
        ("cn làm không", SUNDAY, "2026-11-29"),
        ("thứ 6 làm không", LAST_OF_YEAR, "2027-01-01"),
    ],
)
def test_days_of_the_week_and_of_the_next(text: str, today: dt.date, day: str) -> None:
    assert _asked(text, today) == day


@pytest.mark.parametrize(
    ("text", "today", "day"),
    [
        ("30/4 có làm không", MONDAY, "2027-04-30"),
        ("30/4 có làm không", dt.date(2027, 4, 30), "2027-04-30"),
        ("ngày 2/9 phường nghỉ không", MONDAY, "2027-09-02"),
        ("ngày 30 tháng 4 năm 2027", MONDAY, "2027-04-30"),
        ("24-11 nghỉ không", MONDAY, "2026-11-24"),
        ("22/11 có làm không", MONDAY, "2027-11-22"),
        ("1/1 có làm không", LAST_OF_YEAR, "2027-01-01"),
        ("31/12 có làm không", LAST_OF_YEAR, "2026-12-31"),
        ("29/2 làm không", MONDAY, "2028-02-29"),
        ("29/2 làm không", dt.date(2028, 3, 1), "2032-02-29"),
        ("1/12/2026 có làm không", MONDAY, "2026-12-01"),
        ("20/11/2026 hôm đó có làm không", MONDAY, "2026-11-20"),
    ],
)
def test_dates(text: str, today: dt.date, day: str) -> None:
    assert _asked(text, today) == day


@pytest.mark.parametrize(
    "text",
    [
        "31/4 có làm không",
        "30/2",
        "0/5",
        "15/13",
        "29/2/2027",
        "45/45",
        "30/4/9999",
        "30/4/0000",
        "2/9/1945",
        "99/99/9999",
        "7:30 mở cửa chưa",
    ],
)
def test_days_that_do_not_exist_or_lie_years_away_are_none(text: str) -> None:
    assert _asked(text, MONDAY) is None


@pytest.mark.parametrize(
    "text",
    [
        "giờ làm việc của phường",
        "một cửa mở cửa lúc mấy giờ",
        "bộ phận một cửa làm mấy giờ",
        "cho hỏi một lần cho chắc phường làm mấy giờ",
        "làm mai táng phí thì tới giờ nào",
        "khi nào làm căn cước lưu động",
        "",
    ],
)
def test_no_day_is_heard_where_none_is_named(text: str) -> None:
    assert _asked(text, MONDAY) is None


def test_lunar_years_that_nobody_can_mean() -> None:
    for year in ("0001", "1901", "1950", "2199", "9999"):
        for day in ("30/12", "15/8"):
            assert said_day(said_time(normal(f"{day}/{year} âm lịch"))[1], MONDAY).kind in ("far", "impossible")


@given(
    text=st.lists(
        st.sampled_from(
            ["thu", "cn", "chu nhat", "tuan sau", "mai", "mot", "ngay", "thang", "nam", "2", "7", "29", "30", "31", "12", "2028"]
        )
        | st.integers(0, 99999).map(str),
        max_size=6,
    ).map(" ".join),
    today=st.dates(dt.date(2024, 1, 1), dt.date(2090, 12, 31)),
)
def test_no_words_and_no_numbers_can_break_it(text: str, today: dt.date) -> None:
    day = said_day(said_time(normal(text))[1], today).day
    assert day is None or abs((day - today).days) < 9 * 366
