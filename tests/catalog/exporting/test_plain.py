"""JSON loses nothing, CSV opens in Excel, and no cell is a formula."""

from __future__ import annotations

import csv
import io
import json
import unicodedata
from pathlib import Path
from typing import Any

import pytest

from app.catalog.catalog import Catalog
from app.catalog.content import Procedure
from app.catalog.exporting import Format, export, select
from app.catalog.loader import load_catalog
from app.settings import ROOT
from tests.catalog.small_catalog import FIRST, case, procedure, write_catalog

URL = "https://phuong.example.vn"


def _rows(catalog: Catalog, *fields: str) -> list[dict[str, str]]:
    content = export(select(catalog, URL, fields), Format.CSV)
    assert content.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def _row(tmp_path: Path, **more: Any) -> dict[str, str]:
    return _rows(load_catalog(write_catalog(tmp_path, {FIRST: procedure(**more)})))[0]


@pytest.fixture(scope="module")
def real() -> Catalog:
    return load_catalog(ROOT / "procedures", "da-nang")


def test_json_gives_back_the_same_procedures(real: Catalog) -> None:
    data = json.loads(export(select(real, URL), Format.JSON))
    assert (data["schema_version"], data["catalog_version"]) == ("1", real.version)
    assert {"license", "modified", "source"} <= set(data)
    back = {item["code"]: Procedure.model_validate(item) for item in data["procedures"]}
    assert back == dict(real.procedures)


def test_csv_has_a_row_for_every_case_and_is_nfc(real: Catalog) -> None:
    rows = _rows(real)
    assert [row["Mã thủ tục"] for row in rows].count("1.001193") == len(real.procedures["1.001193"].cases)
    assert len(rows) == sum(len(procedure.cases) for procedure in real.procedures.values())
    assert all(unicodedata.is_normalized("NFC", cell) for row in rows for cell in row.values())


def test_a_row_says_the_facts_as_an_official_would(tmp_path: Path) -> None:
    fees = [
        {"channel": "in_person", "status": "amount", "amount": "50000", "per": "giấy phép", "basis": "Nghị quyết 14"},
        {"channel": "online", "status": "free", "basis": "Nghị quyết 13", "note": "Mức thu 0 đồng."},
    ]
    row = _row(tmp_path, cases=[case(fees=fees)], online={"level": "partial", "basis": "Quyết định 1", "place": "Đà Nẵng"})
    assert row["Thời hạn giải quyết"] == "5 ngày làm việc"
    assert row["Phí, lệ phí"].splitlines() == [
        "Nộp trực tiếp: 50.000 đồng/giấy phép [căn cứ: Nghị quyết 14]",
        "Nộp qua mạng: Miễn phí (Mức thu 0 đồng.) [căn cứ: Nghị quyết 13]",
    ]
    assert (row["Mức độ trực tuyến"], row["Căn cứ mức độ trực tuyến"]) == ("Một phần", "Quyết định 1 – Đà Nẵng")
    assert row["Giấy tờ"] == "• Đơn xin đặt tên (điền, 1 bản chính)"
    assert row["Nguồn"] == "Cổng Dịch vụ công quốc gia (2026-07-18)"


def test_what_is_not_known_is_an_empty_cell(tmp_path: Path) -> None:
    row = _row(tmp_path, cases=[case(papers="unknown", time="unknown", fees="unknown")], result="unknown", legal_basis="unknown")
    for heading in ("Giấy tờ", "Thời hạn giải quyết", "Phí, lệ phí", "Mức độ trực tuyến", "Kết quả", "Căn cứ pháp lý"):
        assert row[heading] == "", heading


@pytest.mark.parametrize("text", ['=HYPERLINK("http://x","y")', "+1+1 cộng", "-2+3 trừ", "@SUM(A1)", "  =1+1 thử", "\n=1+1 thử"])
def test_no_cell_is_a_formula(tmp_path: Path, text: str) -> None:
    content = export(select(load_catalog(write_catalog(tmp_path, {FIRST: procedure(official_name=text, agency=text)})), URL), Format.CSV)
    for row in csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")):
        assert not [cell for cell in row if cell.lstrip().startswith(("=", "+", "-", "@"))]


def test_quotes_commas_and_line_breaks_survive(tmp_path: Path) -> None:
    assert _row(tmp_path, agency='Ủy ban "mẫu", tổ 1; phường')["Cơ quan thực hiện"] == 'Ủy ban "mẫu", tổ 1; phường'


def test_the_same_catalog_gives_the_same_bytes(tmp_path: Path) -> None:
    folder = write_catalog(tmp_path)
    for form in Format:
        assert export(select(load_catalog(folder), URL), form) == export(select(load_catalog(folder), URL), form)


def test_a_field_that_does_not_exist_is_said(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"Không có lĩnh vực sao-hoa\. Chọn trong: ho-tich, cu-tru"):
        select(load_catalog(write_catalog(tmp_path)), URL, ["sao-hoa"])


def test_no_procedure_gives_an_empty_table_with_its_heading(tmp_path: Path) -> None:
    catalog = load_catalog(write_catalog(tmp_path))
    assert _rows(catalog, "cu-tru") == []
    assert json.loads(export(select(catalog, URL, ["cu-tru"]), Format.JSON))["procedures"] == []
