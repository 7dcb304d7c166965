"""Tables → what is said of each procedure: rows that are no procedure passed over, doubtful ones set aside with the reason."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass, field
from typing import Literal

from app.catalog.importing.headers import Header, column_of, find_header, fold
from app.catalog.importing.reading import Table, Unreadable, looks_like_tcvn3
from app.catalog.importing.values import code_of

_DECISION = re.compile(r"Quyết định số\s*:?\s*(?P<number>[\d]+\s*/[\w/.\-]+)", re.IGNORECASE)
_DAY = re.compile(r"ngày\s+(\d{1,2})(?:\s+tháng\s+|/|-|\.)(\d{1,2})(?:\s+năm\s+|/|-|\.)(\d{4})", re.IGNORECASE)
_OF = re.compile(
    r"của\s+(?P<who>(?:Chủ tịch\s+)?(?:Ủy ban nhân dân|Uỷ ban nhân dân|UBND)\s+(?:tỉnh|thành phố|TP\.?)\s+[^,;.()\n]{2,40})", re.IGNORECASE
)


@dataclass(frozen=True)
class Row:
    """A row of a procedure: where it stands (for the reader, counted from 1), its code, its cells by column."""

    sheet: str
    number: int
    code: str
    guessed_code: bool
    cells: dict[str, str]
    labels: dict[str, str]

    def cell(self, column: str) -> str:
        """The text of a column, empty when the table has none."""
        return self.cells.get(column, "")


@dataclass
class Found:
    """All rows of a file, and what could not be used."""

    rows: list[Row] = field(default_factory=list)
    without_code: list[str] = field(default_factory=list)
    doubtful_codes: list[str] = field(default_factory=list)
    sheets_without_table: list[str] = field(default_factory=list)
    headline: str = ""


@dataclass(frozen=True)
class Origin:
    """Where the facts come from: a title others can find again, its date, its kind."""

    title: str
    date: dt.date
    kind: Literal["decision", "notice"]


def rows_of(tables: list[Table]) -> Found:
    """The rows of all tables. Raises Unreadable when no sheet has a table with a code and a fact."""
    found = Found()
    for table in tables:
        header = find_header(table.rows)
        if header is None:
            found.sheets_without_table.append(table.name)
            found.headline += _head(table, len(table.rows))
            continue
        found.headline += _head(table, header.first_row)
        _read_rows(table, header, found)
    if len(found.sheets_without_table) == len(tables):
        raise Unreadable(_no_table(tables))
    return found


def origin_of(headline: str, title: str | None, date: dt.date | None) -> Origin:
    """The source as told, else as the rows above the table say it (`Quyết định số … ngày …`). Raises Unreadable when neither does."""
    decision, who = _DECISION.search(headline), _OF.search(headline)
    day = (_DAY.search(headline, decision.end()) if decision else None) or _DAY.search(headline)  # a letterhead has a day too
    if title is None and decision is not None:
        title = f"Quyết định số {decision['number'].replace(' ', '')}" + (f" của {who['who'].strip()}" if who else "")
    if date is None and day is not None:
        try:
            date = dt.date(int(day[3]), int(day[2]), int(day[1]))
        except ValueError:
            date = None
    missing = [name for name, value in (("--source", title), ("--date", date)) if value is None]
    if title is None or date is None:
        example = '--source "Quyết định số 123/QĐ-UBND của UBND thành phố" --date 2026-06-30'
        raise Unreadable(f"Chưa biết bảng này lấy từ đâu (thiếu {', '.join(missing)}). Ghi thêm, ví dụ: {example}")
    if date > dt.datetime.now(dt.UTC).date() + dt.timedelta(days=1):
        raise Unreadable(f"Ngày của nguồn ({date.isoformat()}) ở tương lai. Sửa lại --date.")
    return Origin(title.strip(), date, "decision" if fold(title).startswith(("quyet dinh", "qd ", "nghi quyet")) else "notice")


def _read_rows(table: Table, header: Header, found: Found) -> None:
    for number, row in enumerate(table.rows[header.first_row :], header.first_row + 1):
        filled = {cell for cell in row if cell}
        if len(filled) <= 1:
            continue  # empty, or one text over all columns: a section
        cells = {name: row[index] for name, index in header.columns.items()}
        code, guessed = code_of(cells["code"])
        where = f"trang «{table.name}», dòng {number}"
        if code is not None:
            found.rows.append(Row(table.name, number, code, guessed, cells, header.labels))
        elif column_of(cells["code"])[0] or _is_numbering(row):
            continue  # the header again, or (1) (2) (3) under it
        elif cells["code"] and any(sign.isdigit() for sign in cells["code"]):
            found.doubtful_codes.append(f"{where}: «{cells['code'][:40]}»")
        elif len(cells.get("name", "")) > 8 and any(
            cells.get(name) for name in header.columns if name not in ("name", "code", "number", "field")
        ):
            found.without_code.append(f"{where}: «{cells['name'][:60]}»")


def _is_numbering(row: list[str]) -> bool:
    return all(re.fullmatch(r"\(?\d{0,2}\)?", cell) for cell in row)


def _head(table: Table, count: int) -> str:
    return "\n".join(" ".join(dict.fromkeys(filter(None, row))) for row in table.rows[: min(count, 40)]) + "\n"


def _no_table(tables: list[Table]) -> str:
    text = " ".join(cell for table in tables for row in table.rows[:60] for cell in row)
    if looks_like_tcvn3(text):
        return "Bảng viết bằng phông cũ TCVN3 (.VnTime). Chuyển sang Unicode (ví dụ bằng Unikey) rồi nhập lại."
    advice = "Cần một dòng đầu bảng có cột «Mã TTHC» và ít nhất một trong các cột: thời hạn, phí, mức độ trực tuyến, địa điểm, ghi chú"
    return f"Không thấy bảng thủ tục trong tệp (trang: {', '.join(table.name for table in tables)}). {advice}."
