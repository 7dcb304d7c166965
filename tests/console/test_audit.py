"""The record as a page and as a file."""

from __future__ import annotations

import csv
import io

import pytest

from tests.console.desk import Desk

FORMULA = "=HYPERLINK(1)"


@pytest.fixture(scope="module", autouse=True)
def _entries(desk: Desk) -> None:
    for number in range(120):
        desk.sql(
            "insert into audit_entries (commune_id, at, official_id, actor, sentence, subject_kind, subject_id, details)"
            " values (1, ?, 1, ?, ?, 'of_this_test', ?, '{}')",
            f"2026-10-{1 + number // 10:02d} 01:00:00.000000",
            FORMULA if number == 0 else "Trần Văn Cán",
            f"làm việc thứ {number}",
            str(number),
        )


def test_sentences_are_listed_by_pages_and_filters_stay(desk: Desk) -> None:
    reader = desk.official("official")
    page = reader.get("/can-bo/nhat-ky?loai=of_this_test&nguoi=1").text
    assert "120 dòng." in page
    assert "Trang 1 trên 3" in page
    assert 'href="/can-bo/nhat-ky?nguoi=1&amp;loai=of_this_test&amp;trang=2"' in page
    last = reader.get("/can-bo/nhat-ky?loai=of_this_test&nguoi=1&trang=99").text
    assert "Trang 3 trên 3" in last
    assert "làm việc thứ 0<" in last.replace("\n", "<")


def test_a_day_is_a_day_in_vietnam(desk: Desk) -> None:
    desk.sql("update audit_entries set at = '2026-10-01 17:30:00.000000' where sentence = 'làm việc thứ 1'")  # 0:30 on the 2nd
    page = desk.official("leader").get("/can-bo/nhat-ky?loai=of_this_test&tu=2026-10-02&den=2026-10-02").text
    assert "11 dòng." in page
    assert "0:30 ngày 2/10/2026" in page


def test_the_file_opens_in_a_spreadsheet_and_runs_nothing(desk: Desk) -> None:
    answer = desk.official("leader").get("/can-bo/nhat-ky.csv?loai=of_this_test")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert rows[0] == ["Lúc", "Người", "Việc", "Loại", "Mục"]
    assert len(rows) == 121
    assert [row[1] for row in rows if "HYPERLINK" in row[1]] == ["'" + FORMULA]


@pytest.mark.parametrize(
    "query",
    [
        "tu=2026-02-31",
        "tu=x&den=9999-12-31",
        "nguoi=x",
        "nguoi=99999999999999999999",
        "trang=-1",
        "trang=x",
        "loai=%00",
        "muc=%F0%9F%98%80",
    ],
)
def test_an_odd_question_finds_something_or_nothing(desk: Desk, query: str) -> None:
    assert desk.official("leader").get(f"/can-bo/nhat-ky?{query}").status_code == 200
    assert desk.official("leader").get(f"/can-bo/nhat-ky.csv?{query}").status_code == 200


def test_another_commune_has_its_own_record(desk: Desk) -> None:
    page = desk.official("other-leader").get("/can-bo/nhat-ky?nguoi=1").text
    assert "làm việc thứ" not in page
