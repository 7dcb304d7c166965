"""Every address of the site: what it answers, what it counts, what it says when something is wrong."""

from __future__ import annotations

import contextlib
import json
import re
import sqlite3
from pathlib import Path

import httpx
import pytest

from tests.site.conftest import Site, Visitor

BIRTH = "/thu-tuc/1.001193/dang-ky-khai-sinh"
SCANNED = "1.000894"


def _scans(data: Path, code: str = SCANNED) -> dict[str, int]:
    """Scans by place."""
    with contextlib.closing(sqlite3.connect(data / "gandan.sqlite3")) as database:
        return dict(database.execute("select place, sum(scans) from qr_scans where code = ? group by place", (code,)))


@pytest.mark.parametrize("path", ["/", "/thu-tuc", BIRTH, "/gioi-thieu", "/thu-tuc?q=khai+sinh&muc=full"])
def test_a_page_is_whole(visitor: Visitor, path: str) -> None:
    answer = visitor.get(path)
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/html")
    assert answer.text.count("<h1") == 1
    assert "</html>" in answer.text
    assert re.search(r"<title>[^<]+ – [^<]+</title>", answer.text)
    assert not re.search(r"\bNone\b|\bunknown\b(?!\")|Undefined|\{\{|\{%", re.sub(r'class="[^"]*"', "", answer.text))


def test_nothing_on_a_page_is_inline(visitor: Visitor) -> None:
    for path in ("/", "/thu-tuc", BIRTH, "/gioi-thieu", "/nope"):
        page = visitor.get(path).text
        assert not re.search(r"<style|\sstyle=|\son[a-z]+=|javascript:", page), path
        assert set(re.findall(r"<script(?![^>]*\bsrc=)[^>]*>", page)) <= {'<script type="application/ld+json">'}, path


@pytest.mark.parametrize("path", ["/thu-tuc/1.001193", "/thu-tuc/1.001193/ten-cu"])
def test_an_address_without_the_right_name_leads_to_it(visitor: Visitor, path: str) -> None:
    answer = visitor.get(path)
    assert (answer.status_code, answer.headers["location"]) == (308, BIRTH)


def test_structured_data_is_valid_json(visitor: Visitor) -> None:
    match = re.search(r'<script type="application/ld\+json">(.+?)</script>', visitor.get(BIRTH).text, re.DOTALL)
    assert match is not None
    assert json.loads(match[1])["identifier"] == "1.001193"


def test_htmx_gets_the_results_alone_and_a_clean_address(visitor: Visitor) -> None:
    answer = visitor.get("/thu-tuc?q=ket+hon&linh-vuc=&muc=&su-kien=", **{"hx-request": "true"})
    assert "<html" not in answer.text
    assert 'id="ket-qua"' in answer.text
    assert answer.headers["hx-replace-url"] == "/thu-tuc?q=ket+hon"
    assert "hx-request" in answer.headers["vary"].lower()


def test_an_empty_list_says_what_to_do(visitor: Visitor) -> None:
    page = visitor.get("/thu-tuc?q=zzzz&linh-vuc=ho-tich").text
    assert "Không tìm thấy thủ tục nào" in page
    assert 'href="/thu-tuc?q=zzzz"' in page
    assert 'href="/?hoi=zzzz"' in page


def test_a_scan_is_counted_by_place_and_leads_to_the_page(visitor: Visitor, site: Site) -> None:
    before = _scans(site.data)
    for query in ("?p=cho-an-khe", "?p=cho-an-khe", "", "?p=" + "a" * 41, "?p=Chợ"):
        answer = visitor.get(f"/q/{SCANNED}{query}")
        assert answer.status_code == 302
        assert answer.headers["location"].startswith(f"/thu-tuc/{SCANNED}/")
        assert "set-cookie" not in answer.headers
    after = _scans(site.data)
    assert after["cho-an-khe"] - before.get("cho-an-khe", 0) == 2
    assert after[""] - before.get("", 0) == 3
    assert after.keys() <= {"", "cho-an-khe"}


@pytest.mark.parametrize("headers", [{"dnt": "1"}, {"sec-gpc": "1"}])
def test_who_asks_not_to_be_counted_is_not(visitor: Visitor, site: Site, headers: dict[str, str]) -> None:
    before = _scans(site.data)
    assert visitor.get(f"/q/{SCANNED}", **headers).status_code == 302
    assert _scans(site.data) == before


def test_a_preview_without_opening_is_not_counted(visitor: Visitor, site: Site) -> None:
    before = _scans(site.data)
    assert visitor.http.head(f"/q/{SCANNED}").status_code == 302
    assert _scans(site.data) == before


def test_an_unknown_code_offers_the_list_and_counts_nothing(visitor: Visitor, site: Site) -> None:
    answer = visitor.get("/q/9.999999?p=cho")
    assert answer.status_code == 404
    assert "Mã này không còn dùng" in answer.text
    assert 'href="/thu-tuc?linh-vuc=ho-tich"' in answer.text
    assert _scans(site.data, "9.999999") == {}


@pytest.mark.parametrize("path", ["/khong-co", "/thu-tuc/9.999999", "/thu-tuc/x/y", "/su-kien/khong-co"])
def test_a_page_that_is_not_there_helps_on(visitor: Visitor, path: str) -> None:
    answer = visitor.get(path)
    assert answer.status_code == 404
    assert "Không tìm thấy trang này" in answer.text
    assert 'href="/thu-tuc"' in answer.text


def test_the_about_page_says_that_it_is_a_sample_and_what_is_kept(visitor: Visitor) -> None:
    page = visitor.get("/gioi-thieu").text
    assert "Đây là dữ liệu mẫu." in page
    assert "tự xóa sau 30 ngày" in page
    assert "được giữ 1 năm" in page
    assert 'name="robots" content="noindex"' in page


def test_a_life_event_lists_its_procedures_in_order(visitor: Visitor) -> None:
    options = re.findall(r'<option value="([a-z-]+)"', visitor.get("/thu-tuc").text.partition('name="su-kien"')[2])
    assert options
    for event in options:
        page = visitor.get(f"/su-kien/{event}").text
        assert page.count("<ol") == 1
        assert len(re.findall(r'<a href="/thu-tuc/\d\.\d{6}/', page)) >= 2


def test_every_procedure_has_a_page(visitor: Visitor) -> None:
    paths = set(re.findall(r'href="(/thu-tuc/\d[^"]+)"', visitor.get("/thu-tuc").text))
    assert len(paths) > 50
    with httpx.Client(base_url=visitor.http.base_url, headers={"accept": "text/html"}, timeout=30) as client:
        for path in sorted(paths):
            answer = client.get(path)
            assert answer.status_code == 200, path
            assert not re.search(r">\s*None\b|\bunknown\b(?!\")", re.sub(r'class="[^"]*"', "", answer.text)), path
