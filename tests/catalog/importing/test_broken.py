"""A file that is broken, locked, huge or something else changes nothing and says what to do."""

from __future__ import annotations

import datetime as dt
import io
import random
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest

from app.catalog.importing import reading
from app.catalog.importing.importer import Plan, prepare
from app.catalog.importing.reading import Unreadable
from tests.catalog.importing import ward
from tests.catalog.importing.ward import COPY

HEAD = ["Mã TTHC", "Tên TTHC", "Thời hạn giải quyết"]
ROW = [COPY, "Cấp bản sao trích lục hộ tịch", "2 ngày"]
OLE = bytes.fromhex("d0cf11e0a1b11ae1")


def _zip(**files: bytes) -> bytes:
    raw = io.BytesIO()
    with zipfile.ZipFile(raw, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name.replace("__", "/").replace("_xml", ".xml"), content)
    return raw.getvalue()


def _good(tmp_path: Path) -> bytes:
    return ward.xlsx(tmp_path / "tot.xlsx", [HEAD, ROW]).read_bytes()


def _patched(good: bytes, name: str, change: Callable[[bytes], bytes]) -> bytes:
    """The same archive with one file in it changed."""
    raw = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(good)) as old, zipfile.ZipFile(raw, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.infolist():
            content = old.read(entry)
            new.writestr(entry.filename, change(content) if entry.filename == name else content)
    return raw.getvalue()


def _prepared(folder: Path, file: Path, locale: str = "da-nang", date: dt.date | None = None) -> Plan:
    return prepare(folder, locale, file, title="Quyết định 1", date=date, province="Thành phố Đà Nẵng")


def _refusal(tmp_path: Path, raw: bytes, name: str = "bang.xlsx") -> str:
    """The sentence about a file; that nothing has changed is part of the check."""
    folder = ward.catalog(tmp_path)
    file = tmp_path / name
    file.write_bytes(raw)
    before = ward.snapshot(folder)
    with pytest.raises(Unreadable) as caught:
        _prepared(folder, file, date=dt.date(2026, 6, 30))
    assert ward.snapshot(folder) == before
    return caught.value.message


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (b"", "Tệp trống"),
        (b"  \n ", "Tệp trống"),
        (b"%PDF-1.7 ...", "tệp PDF"),
        (b"<html><table><tr><td>Ma TTHC</td></tr></table>", "không phải bảng tính thật"),
        (b"PK\x03\x04 cut off", "Tệp hỏng"),
        (OLE + b"\0" * 600, "Tệp hỏng"),
        (OLE + "EncryptedPackage".encode("utf-16-le"), "mật khẩu"),
        (_zip(word__document_xml=b"<w/>"), "tệp Word"),
        (_zip(anh=b"x"), "tệp nén"),
        (_zip(xl__workbook_xml=b"<not xml"), "Tệp hỏng"),
        (_zip(content_xml=b"<not xml"), "Tệp hỏng"),
        (_zip(content_xml=b"<a/>", **{"META-INF__manifest_xml": b"<m:encryption-data/>"}), "mật khẩu"),
        (random.Random(1).randbytes(5000), "không phải bảng tính"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + b"\0\x01" * 60, "không phải bảng tính"),
        ("Họ tên;Số điện thoại\nAn;0901234567\n".encode(), "Không thấy bảng thủ tục"),
        ("Mã TTHC;Tên TTHC\n1.001193;Khai sinh\n".encode(), "Không thấy bảng thủ tục"),
        (
            "M· sè TTHC;Tªn thñ tôc hµnh chÝnh;Thêi h¹n gi¶i quyÕt;Møc ®é\n1.001193;§¨ng ký khai sinh;03 ngµy lµm viÖc".encode("cp1252"),
            "TCVN3",
        ),
        ("M· sè TTHC;Tªn thñ tôc hµnh chÝnh;Thêi h¹n gi¶i quyÕt;Møc ®é\n1.001193;§¨ng ký khai sinh;03 ngµy lµm viÖc".encode(), "TCVN3"),
    ],
)
def test_what_is_no_table_of_procedures_is_refused(tmp_path: Path, raw: bytes, said: str) -> None:
    message = _refusal(tmp_path, raw)
    assert said in message
    assert message.endswith(".")


def test_a_file_that_is_not_there_or_is_a_folder(tmp_path: Path) -> None:
    folder = ward.catalog(tmp_path)
    for file in (tmp_path / "khong-co.xlsx", tmp_path):
        with pytest.raises(Unreadable, match="Không mở được tệp"):
            _prepared(folder, file)


@pytest.mark.parametrize("part", [100, 1000, -100, -30])
def test_a_file_cut_off_while_loading_down(tmp_path: Path, part: int) -> None:
    assert "hỏng" in _refusal(tmp_path, _good(tmp_path)[:part])


def test_a_file_with_broken_sheets(tmp_path: Path) -> None:
    broken = _patched(_good(tmp_path), "xl/worksheets/sheet1.xml", lambda content: content[: len(content) // 2])
    assert "Tệp hỏng" in _refusal(tmp_path, broken)


def test_too_many_bytes(tmp_path: Path) -> None:
    assert "quá lớn (20 MB)" in _refusal(tmp_path, b"a" * (reading.MAX_BYTES + 1))


def test_a_bomb_is_not_unpacked(tmp_path: Path) -> None:
    bomb = _zip(xl__workbook_xml=b"<a/>", xl__sheet_xml=b"\0" * (reading.MAX_UNPACKED + 1))
    assert len(bomb) < 100_000
    assert "bung ra quá lớn" in _refusal(tmp_path, bomb)


def test_a_bomb_that_lies_about_its_size(tmp_path: Path) -> None:
    bomb = bytearray(_zip(xl__workbook_xml=b"<a/>" + b" " * 10_000_000))
    at = bomb.index(b"PK\x01\x02")
    bomb[at + 24 : at + 28] = struct.pack("<I", 100)
    assert "hỏng" in _refusal(tmp_path, bytes(bomb))


ENTITIES = (
    b'<!DOCTYPE a [<!ENTITY a "'
    + b"x" * 1000
    + b'">'
    + b"".join(b'<!ENTITY %c "%s">' % (letter, b"&%c;" % (letter - 1) * 10) for letter in range(ord("b"), ord("k")))
    + b"]>"
)


def test_entities_within_entities_are_refused(tmp_path: Path) -> None:
    bomb = _patched(
        _good(tmp_path), "xl/worksheets/sheet1.xml", lambda content: ENTITIES + content.replace(b"<sheetData>", b"<sheetData>&j;")
    )
    assert "Tệp hỏng" in _refusal(tmp_path, bomb)
    assert "Tệp hỏng" in _refusal(tmp_path, _zip(content_xml=ENTITIES + b"<a>&j;</a>"), "bang.ods")


def test_a_cell_at_the_end_of_the_world(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet["A1"], sheet["XFD1048576"] = "Mã TTHC", "x"
    book.save(tmp_path / "xa.xlsx")
    assert "có 1048576 dòng" in _refusal(tmp_path, (tmp_path / "xa.xlsx").read_bytes())


def test_a_merged_cell_as_large_as_the_world(tmp_path: Path) -> None:
    merged = b'</sheetData><mergeCells count="1"><mergeCell ref="A1:XFD1048576"/></mergeCells>'
    wide = _patched(_good(tmp_path), "xl/worksheets/sheet1.xml", lambda content: content.replace(b"</sheetData>", merged))
    assert "Bỏ gộp các ô" in _refusal(tmp_path, wide)


def test_more_rows_than_there_are_procedures_in_the_world(tmp_path: Path) -> None:
    text = "Mã TTHC;Thời hạn\n" + "1.001193;2 ngày\n" * (reading.MAX_ROWS + 1)
    assert "dòng" in _refusal(tmp_path, text.encode())


def test_a_sheet_that_is_not_there_is_named_with_those_that_are(tmp_path: Path) -> None:
    file = ward.decision_sheet(tmp_path / "qd.xlsx")
    with pytest.raises(Unreadable, match=r"Không có trang tính «Phụ lục 9»\. Tệp này có: Phụ lục I, Bìa\."):
        prepare(ward.catalog(tmp_path), "da-nang", file, sheet="Phụ lục 9", province="Thành phố Đà Nẵng")


def test_without_a_source_nothing_is_compared(tmp_path: Path) -> None:
    folder, file = ward.catalog(tmp_path), ward.xlsx(tmp_path / "a.xlsx", [HEAD, ROW])
    with pytest.raises(Unreadable, match="thiếu --source, --date"):
        prepare(folder, "da-nang", file, province="Thành phố Đà Nẵng")
    with pytest.raises(Unreadable, match="thiếu --date"):
        _prepared(folder, file)
    with pytest.raises(Unreadable, match="ở tương lai"):
        _prepared(folder, file, date=dt.date(2999, 1, 1))


@pytest.mark.parametrize("locale", ["../x", "Đà Nẵng", "", "a/b", "da nang"])
def test_a_locale_is_one_folder_name(tmp_path: Path, locale: str) -> None:
    file = ward.xlsx(tmp_path / "a.xlsx", [HEAD, ROW])
    with pytest.raises(Unreadable, match="nối bằng gạch ngang"):
        _prepared(ward.catalog(tmp_path), file, locale=locale, date=dt.date(2026, 6, 30))
