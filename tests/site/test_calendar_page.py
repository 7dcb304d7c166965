"""The calendar's public pages: a month, one entry, paper, the feed and what it answers to those who have it already."""

from __future__ import annotations

import datetime as dt
import html

import icalendar
import pytest

from app.calendar.calendar import Calendar
from app.calendar.facts import VIETNAM
from app.calendar.lunar import tet
from tests.assistant.ward import commune
from tests.site.conftest import Site, Visitor

TODAY = dt.datetime.now(VIETNAM).date()


def _next_service() -> dt.date:
    found = Calendar(commune()).next_sunday_service(TODAY + dt.timedelta(days=1))
    assert found is not None
    return found.day


def test_the_month_names_the_next_service_and_how_to_have_it_in_the_phone(visitor: Visitor, site: Site) -> None:
    page = html.unescape(visitor.get("/lich").text)
    assert "Ngày Chủ nhật gần Dân sắp tới" in page
    assert f'href="{site.server.url.replace("http://", "webcal://")}/lich.ics"' in page
    assert 'href="/lich.ics"' in page
    assert "<svg" in page
    assert 'aria-current="page">Lịch' in page


def test_tet_is_told_in_its_month(visitor: Visitor) -> None:
    page = html.unescape(visitor.get(f"/lich?thang={tet(TODAY.year + 1):%Y-%m}").text)
    assert "Tết Nguyên Đán" in page
    assert "Phường nghỉ" in page


@pytest.mark.parametrize("month", ["", "0000-00", "2026-13", "9999-12", "1999-01", "x" * 5000, "2027-2", "2026-11'--", "٢٠٢٦-١١"])
def test_a_month_that_is_none_gives_this_one(visitor: Visitor, month: str) -> None:
    page = visitor.http.get("/lich", params={"thang": month})
    assert page.status_code == 200
    assert f"Tháng {TODAY.month}/{TODAY.year}" in page.text


def test_htmx_gets_the_month_alone(visitor: Visitor) -> None:
    page = visitor.get("/lich?thang=2027-02", **{"hx-request": "true"})
    assert "<h2" in page.text
    assert "<html" not in page.text
    assert "hx-request" in page.headers["vary"]


def test_one_service_has_a_page_and_a_file(visitor: Visitor) -> None:
    day = _next_service()
    page = html.unescape(visitor.get(f"/lich/chu-nhat-{day}").text)
    assert f"Chủ nhật {day.day}/{day.month}/{day.year}" in page
    assert "âm lịch" not in page or "tháng" in page
    file = visitor.get(f"/lich/chu-nhat-{day}.ics")
    assert file.headers["content-type"] == "text/calendar; charset=utf-8"
    assert len(icalendar.Calendar.from_ical(file.content).walk("VEVENT")) == 1


@pytest.mark.parametrize(
    "name", ["khong-co", "chu-nhat-2026-12-07", "chu-nhat-9999-99-99", "dot-%00", "chu-nhat-" + "9" * 300, "%F0%9F%98%80"]
)
def test_a_name_that_is_none_is_not_found(visitor: Visitor, name: str) -> None:
    assert visitor.get(f"/lich/{name}").status_code == 404
    assert visitor.get(f"/lich/{name}.ics").status_code == 404


def test_the_feed_is_not_sent_twice(visitor: Visitor) -> None:
    first = visitor.get("/lich.ics")
    assert first.status_code == 200
    assert first.headers["content-type"] == "text/calendar; charset=utf-8"
    etag, modified = first.headers["etag"], first.headers["last-modified"]
    for known in ({"if-none-match": etag}, {"if-none-match": f'W/{etag}, "x"'}, {"if-modified-since": modified}):
        again = visitor.get("/lich.ics", **known)
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["etag"] == etag
    for unknown in (
        {"if-none-match": '"other"', "if-modified-since": modified},
        {"if-modified-since": "yesterday"},
        {"if-modified-since": ""},
    ):
        assert visitor.get("/lich.ics", **unknown).status_code == 200
    assert visitor.http.head("/lich.ics").status_code == 200


@pytest.mark.parametrize("group", ["x", "-1", "0", "99999999999999999999"])
def test_a_group_that_is_none_is_refused(visitor: Visitor, group: str) -> None:
    assert visitor.get(f"/lich.ics?to={group}").status_code == 422


def test_the_paper_has_three_months_and_a_code(visitor: Visitor) -> None:
    page = html.unescape(visitor.get("/lich/in").text)
    assert page.count("<h2>Tháng") == 3
    assert "<svg" in page
    assert "Thứ Hai đến Thứ Sáu 7:30–11:30 và 13:30–17:30" in page
