"""A small catalog with a local layer, and tables as provinces publish them, made by the libraries that write such files."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import openpyxl
import xlwt  # type: ignore[import-untyped]
from odf.opendocument import OpenDocumentSpreadsheet  # type: ignore[import-untyped]
from odf.table import CoveredTableCell, Table, TableCell, TableRow  # type: ignore[import-untyped]
from odf.text import P  # type: ignore[import-untyped]

from tests.catalog.small_catalog import case, procedure, write_catalog

Grid = Sequence[Any]
BIRTH, WEDDING, DEATH, COPY = "1.001193", "1.000894", "1.000656", "2.000635"
DECISION = "Quyết định số 1234/QĐ-UBND của Chủ tịch UBND thành phố Đà Nẵng"
LAYER = """# Lớp của Đà Nẵng, ai sửa thì ghi lại ở đây
code: "1.000894"
place: Đà Nẵng
notes:
  - Ở Đà Nẵng, đi cả hai vợ chồng.  # hỏi quầy ngày 1/11
cases:
  "*":
    fees:
      - {status: by_province, basis: "Nghị quyết 14/2025/NQ-HĐND", note: "Mức thu do thành phố quyết định."}
default_source: bao
sources:
  bao: {title: "Báo Đà Nẵng", date: 2025-12-18, kind: press}
checked_on: 2026-11-01
checked_by: Nhóm Gần Dân
"""


def catalog(folder: Path) -> Path:
    """Four procedures of `ho-tich`, one with two cases, one with a layer of da-nang."""
    fees = [{"status": "amount", "amount": "8000", "per": "bản"}]
    free = [{"status": "free", "basis": "Luật Hộ tịch"}]
    two = [case("dung-han", "Đúng hạn", fees=free), case("qua-han", "Quá hạn", fees=[{"status": "by_province"}])]
    files: dict[str, object] = {
        "ho-tich/1.000001-dat-ten.yaml": None,
        "ho-tich/1.000002-doi-ten.yaml": None,
        f"ho-tich/{BIRTH}-khai-sinh.yaml": procedure(BIRTH, "Đăng ký khai sinh") | {"cases": two, "case_question": "Bé mấy tuổi?"},
        f"ho-tich/{WEDDING}-ket-hon.yaml": procedure(WEDDING, "Đăng ký kết hôn"),
        f"ho-tich/{DEATH}-khai-tu.yaml": procedure(DEATH, "Đăng ký khai tử") | {"cases": [case(time="unknown", fees="unknown")]},
        f"ho-tich/{COPY}-trich-luc.yaml": procedure(COPY, "Cấp bản sao trích lục hộ tịch") | {"cases": [case(fees=fees)]},
        f"locales/da-nang/{WEDDING}.yaml": LAYER,
    }
    for name, content in files.items():
        if isinstance(content, dict):
            files[name] = content | {"lookalikes": []}
    return write_catalog(folder / "procedures", files)


def layer(folder: Path, code: str) -> Path:
    """Where the layer of a procedure is."""
    return folder / "locales" / "da-nang" / f"{code}.yaml"


def snapshot(folder: Path) -> dict[str, bytes]:
    """Every file there is, with its bytes: to see that nothing has changed."""
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def decision_sheet(path: Path) -> Path:
    """A published decision: titles over all columns, a header of two rows, numbers under it, sections, the header again on page two."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "Phụ lục I"
    head = [
        "STT",
        "Mã TTHC",
        "Tên thủ tục hành chính",
        "Thời hạn giải quyết",
        "Phí, lệ phí (nếu có)",
        "Mức độ dịch vụ công trực tuyến",
        None,
        "Ghi chú",
    ]
    rows: Grid = [
        ["DANH MỤC THỦ TỤC HÀNH CHÍNH THUỘC THẨM QUYỀN GIẢI QUYẾT CỦA UBND CẤP XÃ"],
        ["(Kèm theo Quyết định số 1234/QĐ-UBND ngày 30 tháng 6 năm 2026 của Chủ tịch UBND thành phố Đà Nẵng)"],
        [],
        head,
        [None, None, None, None, None, "Toàn trình", "Một phần", None],
        ["(1)", "(2)", "(3)", "(4)", "(5)", "(6)", "(7)", "(8)"],
        ["I. LĨNH VỰC HỘ TỊCH"],
        [1, "1.001193.000.00.00.H17", "Thủ tục đăng ký khai sinh", "Trong ngày", "Không", "x", None, None],
        [
            2,
            "1.000894.H17",
            "Thủ tục đăng ký kết hôn",
            "03 (ba) ngày làm việc kể từ ngày nhận đủ hồ sơ hợp lệ",
            "Không",
            None,
            "x",
            "TTHC sửa đổi, bổ sung",
        ],
        head,
        [3, "1.000656", "Thủ tục đăng ký khai tử", "Không quá 08 giờ làm việc", "HĐND tỉnh quy định", "x", None, "Mang theo căn cước."],
        ["II. LĨNH VỰC CHỨNG THỰC"],
        [
            4,
            "2.000635",
            "Cấp bản sao trích lục hộ tịch",
            "05 ngày làm việc; phải xác minh thì 10 ngày",
            "10.000 đồng/bản",
            None,
            None,
            None,
        ],
        [5, "9.999999", "Thủ tục kho chưa có", "05 ngày", "Không", "x", None, None],
        [6, "1.00065", "Thủ tục đăng ký tàu cá", "05 ngày", "Không", "x", None, None],
        [7, None, "Thủ tục chưa được cấp mã số", "05 ngày", "Không", "x", None, None],
    ]
    for row in rows:
        sheet.append(list(row) or [None])
    for number in (1, 2, 7, 12):
        sheet.merge_cells(start_row=number, end_row=number, start_column=1, end_column=8)
    for column in "ABCDEH":
        sheet.merge_cells(f"{column}4:{column}5")
    sheet.merge_cells("F4:G4")
    book.create_sheet("Bìa").append(["Chỉ là trang bìa"])
    book.save(path)
    return path


def plain_csv(path: Path, rows: Grid, encoding: str = "utf-8", delimiter: str = ";") -> Path:
    """A plain list, as a csv."""
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=delimiter).writerows(rows)
    path.write_bytes(text.getvalue().encode(encoding))
    return path


def xlsx(path: Path, rows: Grid) -> Path:
    """A plain list, as an xlsx."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in rows:
        sheet.append(list(row))
    book.save(path)
    return path


def xls(path: Path, rows: Grid) -> Path:
    """A plain list, as Excel wrote it until 2003."""
    book = xlwt.Workbook(encoding="utf-8")
    sheet = book.add_sheet("Trang 1")
    for number, row in enumerate(rows):
        for column, value in enumerate(row):
            sheet.write(number, column, value)
    book.save(str(path))
    return path


def ods(path: Path, rows: Grid, spans: dict[tuple[int, int], tuple[int, int]] | None = None) -> Path:
    """A plain list, as LibreOffice writes it; `spans`: (row, column) → (rows, columns) of a merged cell."""
    document = OpenDocumentSpreadsheet()
    table = Table(name="Bảng")
    for number, row in enumerate(rows):
        line = TableRow()
        for column, value in enumerate(row):
            high, wide = (spans or {}).get((number, column), (1, 1))
            cell = CoveredTableCell() if value is None else TableCell(valuetype="string", numberrowsspanned=high, numbercolumnsspanned=wide)
            for paragraph in str(value or "").split("\n"):
                cell.addElement(P(text=paragraph))
            line.addElement(cell)
        table.addElement(line)
    table.addElement(TableRow(numberrowsrepeated=1_000_000))
    document.spreadsheet.addElement(table)
    document.save(str(path))
    return path
