"""Printing for everyone: posters and slips as pages and as PDF, where their codes lead, what is counted."""

from __future__ import annotations

import contextlib
import io
import re
import sqlite3
from pathlib import Path

import httpx
import pytest
from pypdf import PdfReader

from app.paper.poster_layout import Format
from tests.site.chats import BOT, BOTH, OA, running_with
from tests.site.conftest import Site, Visitor

BIRTH = "/in/ma/tt/1.001193"
SLIP = "/in/phieu/1.001193/trong-60-ngay"


def _scans(data: Path) -> dict[tuple[str, str], int]:
    with contextlib.closing(sqlite3.connect(data / "gandan.sqlite3")) as database:
        return {
            (code, place): scans
            for code, place, scans in database.execute("select code, place, sum(scans) from qr_scans group by code, place")
        }


@pytest.mark.parametrize("paper", list(Format))
@pytest.mark.parametrize("path", [BIRTH, "/in/ma/quay/1", "/in/ma/lich/chu-nhat"])
def test_a_poster_is_a_page_and_a_file(visitor: Visitor, path: str, paper: Format) -> None:
    page = visitor.get(f"{path}?kho={paper}&p=cho-an-khe")
    assert page.status_code == 200
    assert page.text.count("<h1") == 1
    assert page.text.count("<svg xmlns") == 1
    assert "style=" not in page.text
    assert f"{path}.pdf?kho={paper}&amp;p=cho-an-khe" in page.text
    file = visitor.get(f"{path}.pdf?kho={paper}&p=cho-an-khe")
    assert file.headers["content-type"] == "application/pdf"
    assert re.fullmatch(r'inline; filename="[a-z0-9.-]+\.pdf"', file.headers["content-disposition"])
    (sheet,) = PdfReader(io.BytesIO(file.content)).pages
    points = {"a4": (595, 842), "a5": (421, 595), "a6": (298, 421), "tem": (595, 842)}[paper]
    assert (round(sheet.mediabox.width), round(sheet.mediabox.height)) == points
    assert ("Nơi dán: cho-an-khe" in sheet.extract_text()) == (paper is not Format.STICKERS)


def test_a_slip_is_a_page_and_a_file(visitor: Visitor) -> None:
    page = visitor.get(SLIP)
    assert "Giấy chứng sinh của bé (1 bản chính)" in page.text
    assert f"{SLIP}.pdf?kho=a4" in page.text
    reader = PdfReader(io.BytesIO(visitor.get(f"{SLIP}.pdf?kho=a5").content))
    assert "Bao nhiêu tiền" in "".join(page.extract_text() for page in reader.pages)
    assert reader.metadata is not None
    assert reader.metadata.title == "Phiếu Đăng ký khai sinh"


def test_a_procedure_leads_to_its_poster_and_each_case_to_its_slip(visitor: Visitor) -> None:
    page = visitor.http.get("/thu-tuc/1.001193", follow_redirects=True).text
    assert f'href="{BIRTH}"' in page
    slips = re.findall(r'href="(/in/phieu/[^"]+)"', page)
    assert SLIP in slips
    assert all(visitor.get(path).status_code == 200 for path in slips)


@pytest.mark.parametrize(
    "path",
    [
        "/in/ma/tt/9.999999", "/in/ma/xx/1", "/in/ma/quay/99", "/in/ma/tt/1.001193?kho=a3", "/in/ma/tt/1.001193.pdf?kho=",
        "/in/phieu/1.001193/khong-co", "/in/phieu/9.999999/x.pdf", f"{SLIP}?kho=tem", "/q/lv/khong-co", "/q/xx/yy", "/quay/0",
        "/in/ma/quay/%F0%9F%8E%89", "/in/ma/lv/..%2f..", f"/in/ma/hoi/{'a' * 5000}",
    ],
)  # fmt: skip
def test_what_is_not_there_says_so(visitor: Visitor, path: str) -> None:
    answer = visitor.get(path)
    assert answer.status_code == 404
    assert "Traceback" not in answer.text


@pytest.mark.parametrize("place", ["x" * 5000, "<b>", "cho an", "🎉", "cho--an", "%00"])
def test_an_odd_place_is_no_place(visitor: Visitor, place: str) -> None:
    page = visitor.http.get(BIRTH, params={"p": place})
    assert page.status_code == 200
    assert "Nơi dán" not in page.text


@pytest.mark.parametrize(
    ("code", "leads_to"),
    [
        ("lv/ho-tich", "/thu-tuc?linh-vuc=ho-tich"),
        ("sk/sinh-con", "/su-kien/sinh-con"),
        ("quay/1", "/quay/1"),
        ("hoi/web", "/"),
    ],
)
def test_a_code_leads_to_its_page_and_is_counted_by_place(visitor: Visitor, site: Site, code: str, leads_to: str) -> None:
    before = _scans(site.data)
    answer = visitor.get(f"/q/{code}?p=cho-an-khe")
    assert (answer.status_code, answer.headers["location"]) == (302, leads_to)
    assert visitor.get(leads_to).status_code == 200
    visitor.get(f"/q/{code}?p=cho-an-khe", dnt="1")
    visitor.get(f"/q/{code}?p=cho-an-khe", **{"sec-gpc": "1"})
    visitor.http.head(f"/q/{code}?p=cho-an-khe")
    visitor.get(f"/q/{code}?p=<odd>")
    now = _scans(site.data)
    assert now[code, "cho-an-khe"] - before.get((code, "cho-an-khe"), 0) == 1
    assert now[code, ""] - before.get((code, ""), 0) == 1


def test_the_sunday_code_leads_to_the_next_one(visitor: Visitor) -> None:
    place = visitor.get("/q/lich/chu-nhat").headers["location"]
    assert re.fullmatch(r"/lich/chu-nhat-\d{4}-\d\d-\d\d", place)
    assert "Ngày Chủ nhật gần Dân" in visitor.get(place).text


def test_a_procedures_code_in_the_long_form_leads_to_the_short_one(visitor: Visitor, site: Site) -> None:
    before = _scans(site.data)
    answer = visitor.get("/q/tt/1.001193")
    assert (answer.status_code, answer.headers["location"]) == (308, "/q/1.001193")
    assert _scans(site.data) == before


def test_a_counter_shows_what_it_takes(visitor: Visitor) -> None:
    page = visitor.get("/quay/1").text
    assert "Quầy 1 – Hộ tịch" in page
    assert "Đăng ký khai sinh" in page
    assert "Đăng ký kết hôn" in page


def test_codes_of_chats_lead_into_them(tmp_path: Path) -> None:
    with running_with(BOTH, tmp_path / "data") as url, httpx.Client(base_url=url, timeout=30) as http:
        assert http.get("/q/hoi/zalo").headers["location"] == OA
        assert http.get("/q/hoi/telegram").headers["location"] == BOT
        assert "trên Zalo" in http.get("/in/ma/hoi/zalo").text
