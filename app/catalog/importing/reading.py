"""Spreadsheet files → tables of text. What is broken, locked, too large or something else is refused with what to do instead."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
import unicodedata
import warnings
import zipfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from app.errors import BadInput

MAX_BYTES = 20_000_000
MAX_UNPACKED = 40_000_000
MAX_ROWS, MAX_COLUMNS = 20_000, 100
MAX_STRANGE = 20  # control signs and the like in the first 5,000: more make no text
MAX_MERGED = 300_000
_MERGED = re.compile(rb"""<(?:\w+:)?mergeCell\s[^>]*?ref=["']([A-Z]{1,3})(\d{1,7}):([A-Z]{1,3})(\d{1,7})["']""")
Cells = list[list[str]]

# Bytes of Vietnamese in fonts of the nineties (.VnTime), as they look when read as Windows-1252.
TCVN3 = ("®", "¨n", "­", "Ý", "¸", "µ", "¶", "·", "¹", "Ê", "Ö", "Õ", "«", "©", "¬", "Ï", "Ø", "×", "ã", "ß", "ø", "ñ", "ï", "ä", "è")
MANY_TCVN3 = 6  # different ones: a single one is a letter of other languages too


class Unreadable(BadInput):
    """The file, or what it says of itself, cannot be used; `message` says why and what to do."""


@dataclass(frozen=True)
class Table:
    """One sheet: its name and its cells, as many in each row; text is NFC, merged cells are filled."""

    name: str
    rows: Cells


def read_tables(path: Path, sheet: str | None = None) -> list[Table]:
    """The sheets of an xlsx, xls, ods or csv file, told apart by content, not by name.

    Raises Unreadable for anything else, for more than MAX_BYTES (packed), MAX_UNPACKED, MAX_ROWS or MAX_COLUMNS, and for a
    sheet name that is not there.
    """
    raw = _bytes(path)
    read = _reader_of(raw)
    try:
        tables = [table for table in read(raw) if any(any(row) for row in table.rows)]
    except Unreadable:
        raise
    except Exception as error:  # the libraries raise what they meet in a broken file: KeyError, struct.error, ParseError…
        raise Unreadable(
            f"Tệp hỏng, không đọc được ({type(error).__name__}). Mở bằng Excel hoặc LibreOffice rồi lưu lại dạng .xlsx."
        ) from error
    if not tables:
        raise Unreadable("Tệp không có ô nào có chữ. Kiểm tra lại có chọn đúng tệp không.")
    if sheet is None:
        return tables
    chosen = [table for table in tables if table.name == unicodedata.normalize("NFC", sheet)]
    if not chosen:
        raise Unreadable(f"Không có trang tính «{sheet}». Tệp này có: {', '.join(table.name for table in tables)}.")
    return chosen


def looks_like_tcvn3(text: str) -> bool:
    """True for Vietnamese typed in an old TCVN3 font, which is nonsense in any other."""
    return sum(letters in text for letters in TCVN3) >= MANY_TCVN3 and not any("\u1ea0" <= letter <= "\u1ef9" for letter in text)


def _bytes(path: Path) -> bytes:
    try:
        size = path.stat().st_size
        if size > MAX_BYTES:
            raise Unreadable(f"Tệp quá lớn ({size // 1_000_000} MB). Giữ dưới {MAX_BYTES // 1_000_000} MB: bỏ hình, tách trang tính.")
        raw = path.read_bytes()
    except OSError as error:
        raise Unreadable(f"Không mở được tệp {path.name} ({error.strerror}). Kiểm tra tên và quyền đọc.") from error
    if not raw.strip():
        raise Unreadable("Tệp trống. Tải lại tệp rồi thử lần nữa.")
    return raw


def _reader_of(raw: bytes) -> Callable[[bytes], Iterable[Table]]:
    if raw.startswith(b"PK"):
        return _zip_reader(raw)
    if raw.startswith(bytes.fromhex("d0cf11e0a1b11ae1")):
        if "EncryptedPackage".encode("utf-16-le") in raw:
            raise Unreadable("Tệp có mật khẩu. Mở bằng Excel, bỏ mật khẩu rồi lưu lại.")
        return _xls
    head = raw[:2000].lstrip().lower()
    if head.startswith(b"%pdf"):
        raise Unreadable("Đây là tệp PDF, chưa đọc được. Xin bản Excel, hoặc chép bảng sang Excel rồi lưu .xlsx.")
    if head.startswith((b"<!doctype", b"<html", b"<table", b"<?xml", b"{\\rtf")):
        raise Unreadable("Đây không phải bảng tính thật (là trang web hay văn bản đổi đuôi). Mở bằng Excel rồi lưu lại dạng .xlsx.")
    return _csv


def _zip_reader(raw: bytes) -> Callable[[bytes], Iterable[Table]]:
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            entries = archive.infolist()
            names = {entry.filename for entry in entries}
            if sum(entry.file_size for entry in entries) > MAX_UNPACKED:
                raise Unreadable(f"Tệp bung ra quá lớn (trên {MAX_UNPACKED // 1_000_000} MB). Chép riêng bảng cần nhập sang tệp mới.")
            locked = "META-INF/manifest.xml" in names and b"encryption-data" in archive.read("META-INF/manifest.xml")
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError, EOFError, ValueError) as error:
        raise Unreadable("Tệp hỏng: bên trong bị thiếu hay bị cắt. Tải lại tệp rồi thử lần nữa.") from error
    if locked or any(entry.flag_bits & 1 for entry in entries):
        raise Unreadable("Tệp có mật khẩu. Mở ra, bỏ mật khẩu rồi lưu lại.")
    if "xl/workbook.xml" in names:
        return _xlsx
    if "content.xml" in names:
        return _ods
    if "word/document.xml" in names:
        raise Unreadable("Đây là tệp Word. Chép bảng sang Excel rồi lưu .xlsx.")
    raise Unreadable("Đây là tệp nén, không phải bảng tính. Giải nén rồi chọn tệp .xlsx, .xls, .ods hay .csv bên trong.")


def _xlsx(raw: bytes) -> Iterator[Table]:
    import openpyxl  # noqa: PLC0415
    from openpyxl.utils import column_index_from_string  # noqa: PLC0415

    merged_cells = 0
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:  # openpyxl makes an object of each cell in a merged range
        for name in archive.namelist():
            if name.startswith("xl/worksheets/"):
                for left, top, right, bottom in _MERGED.findall(archive.read(name)):
                    high, wide = int(bottom) - int(top), column_index_from_string(right.decode()) - column_index_from_string(left.decode())
                    merged_cells += (high + 1) * (wide + 1)
    if merged_cells > MAX_MERGED:
        raise Unreadable("Bảng có ô gộp rộng quá (cả trang tính). Bỏ gộp các ô đó rồi lưu lại.")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of styles and drawings it does not know, which do not matter here
        book = openpyxl.load_workbook(io.BytesIO(raw), data_only=True)
    for sheet in book.worksheets:
        if sheet.sheet_state != "visible":
            continue
        _check_size(sheet.title, sheet.max_row)
        width = min(sheet.max_column, MAX_COLUMNS)
        rows = [[_text(value) for value in row] for row in sheet.iter_rows(max_row=sheet.max_row, max_col=width, values_only=True)]
        for merged in sheet.merged_cells.ranges:
            _fill(rows, merged.min_row - 1, merged.max_row, merged.min_col - 1, merged.max_col)
        yield Table(_text(sheet.title), rows)


def _xls(raw: bytes) -> Iterator[Table]:
    import xlrd  # noqa: PLC0415

    try:
        book = xlrd.open_workbook(file_contents=raw, formatting_info=True, logfile=io.StringIO())
    except xlrd.biffh.XLRDError as error:
        if "encrypted" in str(error).lower():
            raise Unreadable("Tệp có mật khẩu. Mở bằng Excel, bỏ mật khẩu rồi lưu lại.") from error
        raise
    for sheet in book.sheets():
        if sheet.visibility:
            continue
        _check_size(sheet.name, sheet.nrows)
        rows = [
            [_xls_text(sheet.cell(row, column), book.datemode) for column in range(min(sheet.ncols, MAX_COLUMNS))]
            for row in range(sheet.nrows)
        ]
        for top, bottom, left, right in sheet.merged_cells:
            _fill(rows, top, bottom, left, right)
        yield Table(_text(sheet.name), rows)


def _xls_text(cell: Any, datemode: Literal[0, 1]) -> str:
    import xlrd  # noqa: PLC0415

    if cell.ctype == xlrd.XL_CELL_DATE:
        return _text(xlrd.xldate_as_datetime(cell.value, datemode))
    return "" if cell.ctype in (xlrd.XL_CELL_ERROR, xlrd.XL_CELL_BLANK) else _text(cell.value)


_TABLE, _TEXT, _OFFICE = (f"{{urn:oasis:names:tc:opendocument:xmlns:{name}:1.0}}" for name in ("table", "text", "office"))


def _ods(raw: bytes) -> Iterator[Table]:
    from defusedxml import ElementTree  # noqa: PLC0415

    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        root = ElementTree.fromstring(archive.read("content.xml"))
    for sheet in root.iter(f"{_TABLE}table"):
        rows: Cells = []
        spans: list[tuple[int, int, int, int]] = []
        for line in sheet.iter(f"{_TABLE}table-row"):
            row, found = _ods_row(line, len(rows))
            spans += found
            repeated = int(line.get(f"{_TABLE}number-rows-repeated", "1"))
            if any(row):
                _check_size(sheet.get(f"{_TABLE}name", ""), len(rows) + repeated)
            rows += [list(row) for _ in range(min(repeated, MAX_ROWS - len(rows)))]
        width = max(map(len, rows), default=0)
        rows = [row + [""] * (width - len(row)) for row in rows]
        for span in spans:
            _fill(rows, *span)
        while rows and not any(rows[-1]):
            rows.pop()
        yield Table(_text(sheet.get(f"{_TABLE}name", "")), rows)


def _ods_row(line: Any, number: int) -> tuple[list[str], list[tuple[int, int, int, int]]]:
    """Texts of a row without the empty ones at its end, and the merged ranges that begin in it."""
    row: list[str] = []
    spans = []
    for cell in line:
        if cell.tag not in (f"{_TABLE}table-cell", f"{_TABLE}covered-table-cell"):
            continue
        text = "\n".join("".join(_ods_text(paragraph)) for paragraph in cell.findall(f"{_TEXT}p"))
        if cell.get(f"{_OFFICE}value-type") == "float":  # shown with a comma or a point, as the writer's country has it
            text = _text(float(cell.get(f"{_OFFICE}value", "nan")))
        high, wide = (int(cell.get(f"{_TABLE}number-{name}-spanned", "1")) for name in ("rows", "columns"))
        if high > 1 or wide > 1:
            spans.append((number, number + high, len(row), len(row) + wide))
        repeated = min(int(cell.get(f"{_TABLE}number-columns-repeated", "1")), MAX_COLUMNS - len(row))
        row += [_text(text)] * repeated
    while row and not row[-1]:
        row.pop()
    return row, spans


def _ods_text(paragraph: Any) -> Iterator[str]:
    """Text of a paragraph; blanks and line breaks are elements of their own."""
    yield paragraph.text or ""
    for node in paragraph:
        yield {f"{_TEXT}line-break": "\n", f"{_TEXT}s": " ", f"{_TEXT}tab": " "}.get(node.tag, "")
        yield from _ods_text(node)
        yield node.tail or ""


def _csv(raw: bytes) -> Iterator[Table]:
    text = _decoded(raw)
    if sum(unicodedata.category(sign) in ("Cc", "Cn", "Co", "So") and sign not in "\t\r\n" for sign in text[:5000]) > MAX_STRANGE:
        raise Unreadable("Tệp này không phải bảng tính hay văn bản. Chọn tệp .xlsx, .xls, .ods hay .csv.")
    delimiter = max(",;\t|", key=lambda sign: sum(min(line.count(sign), MAX_COLUMNS) for line in text.splitlines()[:50]))
    csv.field_size_limit(1_000_000)
    rows = [[_text(cell) for cell in row[:MAX_COLUMNS]] for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)]
    _check_size("csv", len(rows))
    width = max(map(len, rows), default=0)
    yield Table("csv", [row + [""] * (width - len(row)) for row in rows])


def _decoded(raw: bytes) -> str:
    """The text of a CSV file: UTF-8, UTF-16 (with or without mark), else Vietnamese Windows (cp1258)."""
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        return raw.decode("utf-16")
    if b"\0" in raw[:1000]:
        return raw.decode("utf-16-le" if raw[1:2] == b"\0" else "utf-16-be", "replace")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        old = raw.decode("cp1252", "replace")
        if looks_like_tcvn3(old):
            raise Unreadable("Tệp viết bằng phông cũ TCVN3 (.VnTime). Chuyển sang Unicode (ví dụ bằng Unikey) rồi lưu CSV UTF-8.") from None
        return raw.decode("cp1258", "replace")


def _text(value: object) -> str:
    """What stands in a cell, as text: NFC, no blanks around, whole numbers without a point."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "có" if value else "không"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        value = int(value)
    if isinstance(value, dt.datetime):
        value = f"{value.day:02}/{value.month:02}/{value.year}"
    lines = unicodedata.normalize("NFC", str(value)).replace("\xa0", " ").replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return "\n".join(" ".join(line.split()) for line in lines).strip()


def _fill(rows: Cells, top: int, bottom: int, left: int, right: int) -> None:
    """Write the text of a merged range into all its cells."""
    if top >= len(rows) or left >= len(rows[top]):
        return
    text = rows[top][left]
    for row in rows[top:bottom]:
        row[left:right] = [text] * len(row[left:right])


def _check_size(name: str, count: int) -> None:
    if count > MAX_ROWS:
        raise Unreadable(f"Trang tính «{name}» có {count} dòng. Xoá dòng trống ở cuối, giữ dưới {MAX_ROWS} dòng.")
