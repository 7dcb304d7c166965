"""Times of day as people say them, and what is no time."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.calendar.answering import answer
from app.calendar.calendar import Calendar
from app.calendar.drafts import read_date, read_time
from app.calendar.facts import VIETNAM
from app.calendar.said_time import Part, normal, said_time
from tests.assistant.ward import commune
from tests.dialogues.calendar_ward import FACTS


@pytest.mark.parametrize(
    ("text", "time", "part"),
    [
        ("5h chiều còn nhận không", "17:00", Part.AFTERNOON),
        ("17h30 còn nhận không", "17:30", None),
        ("16:30 phường làm không", "16:30", None),
        ("4 rưỡi chiều", "16:30", Part.AFTERNOON),
        ("4h rưỡi chiều", "16:30", Part.AFTERNOON),
        ("5 giờ kém 15 chiều", "16:45", Part.AFTERNOON),
        ("năm giờ chiều", "17:00", Part.AFTERNOON),
        ("bảy giờ sáng", "07:00", Part.MORNING),
        ("bay gio sang", "07:00", Part.MORNING),
        ("7g30 sáng mai", "07:30", Part.MORNING),
        ("1h trưa", "13:00", Part.NOON),
        ("12h trưa", "12:00", Part.NOON),
        ("11 giờ rưỡi", "11:30", None),
        ("5h còn nhận không", "17:00", None),
        ("8h mở cửa chưa", "08:00", None),
        ("7 giờ tối", "19:00", Part.EVENING),
        ("24h", "00:00", None),
        ("25h chiều", None, Part.AFTERNOON),
        ("bây giờ còn làm không", None, None),
        ("mấy giờ đóng cửa", None, None),
        ("ngày 2/9", None, None),
        ("2026-11-23", None, None),
        ("sáng tác", None, None),
        ("sáng hay chiều phường làm", None, None),
    ],
)
def test_times(text: str, time: str | None, part: Part | None) -> None:
    said, _ = said_time(normal(text))
    assert (said.time.isoformat("minutes") if said.time else None) == time
    assert said.part == part


@pytest.mark.parametrize(
    ("text", "now"),
    [
        ("bây giờ còn làm không", True),
        ("bay gio con lam khong", True),
        ("giờ này lên còn kịp không", True),
        ("7 giờ sáng", False),
        ("bảy giờ sáng", False),
    ],
)
def test_this_very_moment(text: str, now: bool) -> None:
    assert said_time(normal(text))[0].now is now


@pytest.mark.parametrize(("typed", "time"), [("7:30", "07:30"), ("7h30", "07:30"), ("7h", "07:00"), ("13.30", "13:30"), ("7", "07:00"), ("24:00", None), ("7:75", None), ("", None), ("sáng", None), ("-1", None)])  # fmt: skip
def test_times_officials_type(typed: str, time: str | None) -> None:
    found = read_time(typed)
    assert (found.isoformat("minutes") if found else None) == time


@pytest.mark.parametrize(("typed", "day"), [("2026-12-06", "2026-12-06"), ("6/12/2026", "2026-12-06"), ("06-12-2026", "2026-12-06"), ("31/2/2027", None), ("mai", None), ("", None), ("0/0/0000", None), ("2026-1-1", None)])  # fmt: skip
def test_days_officials_type(typed: str, day: str | None) -> None:
    found = read_date(typed)
    assert (found.isoformat() if found else None) == day


CALENDAR = Calendar(commune(), FACTS)
_WORDS = (
    "thứ 7", "cn", "mai", "mốt", "5h", "chiều", "sáng", "29", "tết", "mùng", "3", "rằm", "tháng", "chạp", "2/9", "31/2", "âm lịch", "tuần sau", "cuối", "đầu",
    "năm", "2028", "giờ", "còn làm", "nghỉ mấy ngày", "chủ nhật", "gần dân", "tổ 12", "định danh", "tiêm", "🎉", "kém", "rưỡi", "đợt", "hôm qua", "9999",
)  # fmt: skip


@given(
    words=st.lists(st.sampled_from(_WORDS), max_size=8),
    now=st.datetimes(dt.datetime(2025, 1, 1), dt.datetime(2040, 1, 1)),  # noqa: DTZ001 -- Hypothesis wants no zone
    sunday=st.booleans(),
)
def test_every_question_gets_a_sentence(words: list[str], now: dt.datetime, sunday: bool) -> None:
    said = answer(CALENDAR, " ".join(words), now.replace(tzinfo=VIETNAM), sunday=sunday)
    for sentence in (said.answer, said.following, said.soon):
        assert "None" not in sentence
        assert "  " not in sentence
        assert " ." not in sentence
        assert "()" not in sentence
    assert said.answer.endswith((".", "nhé."))
