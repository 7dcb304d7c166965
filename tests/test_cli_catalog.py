"""`gandan catalog export` and `import` as the keeper types them."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
import unicodedata
from pathlib import Path

import pytest

from app.catalog.loader import load_catalog
from tests.catalog.importing import ward
from tests.catalog.importing.ward import COPY

GANDAN = str(Path(sys.executable).with_name("gandan"))
COMMUNE = """slug: an-khe
name: Phường An Khê
province: Thành phố Đà Nẵng
locale: da-nang
office: Trung tâm Phục vụ hành chính công
address: 1 đường Mẫu
police: Công an phường
phones:
  - {name: Một cửa, number: "0236 000 000"}
hours: {mon: [{opens: "7:30", closes: "11:30"}]}
"""
ROWS = [["Mã TTHC", "Tên TTHC", "Thời hạn"], [COPY, "Cấp bản sao trích lục hộ tịch", "2 ngày"]]
TOLD = ["--source", "Quyết định 1", "--date", "2026-06-30"]
LINE = "Cấp bản sao trích lục hộ tịch (2.000635): thời hạn 5 ngày làm việc → 2 ngày"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A catalog, a ward, and a table beside it; commands run in that folder."""
    catalog = ward.catalog(tmp_path)
    (tmp_path / "phuong.yaml").write_text(COMMUNE, "utf-8")
    ward.xlsx(tmp_path / "bang.xlsx", ROWS)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GANDAN_PROCEDURES_DIR", str(catalog))
    monkeypatch.setenv("GANDAN_COMMUNE_FILE", str(tmp_path / "phuong.yaml"))
    monkeypatch.setenv("GANDAN_PUBLIC_URL", "https://phuong.example.vn")
    return catalog


def _run(*words: str, code: int = 0) -> subprocess.CompletedProcess[bytes]:
    done = subprocess.run([GANDAN, "catalog", *words], capture_output=True, stdin=subprocess.DEVNULL, timeout=60, check=False)
    assert done.returncode == code, (done.stdout + done.stderr).decode()
    assert b"Traceback" not in done.stderr
    return done


def _answered(words: list[str], answer: str) -> str:
    """What the command says on a terminal where somebody types `answer`."""
    controller, terminal = pty.openpty()
    with subprocess.Popen([GANDAN, "catalog", *words], stdin=terminal, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as process:
        os.close(terminal)
        os.write(controller, answer.encode() + b"\n")
        output, _ = process.communicate(timeout=60)
    os.close(controller)
    return output.decode()


def test_export_goes_to_the_screen_or_to_a_file(folder: Path) -> None:
    data = json.loads(_run("export", "--format", "json").stdout)
    assert {item["code"] for item in data["procedures"]} == set(load_catalog(folder).procedures)
    done = _run("export", "--format", "csv", "--output", "kho.csv")
    assert done.stdout == b""
    assert "Đã ghi kho.csv" in done.stderr.decode()
    assert Path("kho.csv").read_bytes().startswith(b"\xef\xbb\xbf")
    linked = _run("export", "--format", "jsonld", "--field", "ho-tich").stdout
    assert b"https://phuong.example.vn/thu-tuc/2.000635" in linked


def test_what_cannot_be_exported_is_said(folder: Path) -> None:
    assert "chọn một trong: jsonld, csv, json" in _run("export", "--format", "pdf", code=2).stderr.decode()
    assert "ho-tich" in _run("export", "--format", "csv", "--field", "khong-co", code=2).stderr.decode()
    assert "Chọn nơi khác" in _run("export", "--format", "csv", "--output", "khong/co/kho.csv", code=1).stderr.decode()


def test_without_a_terminal_nothing_is_written_unless_told_so(folder: Path) -> None:
    before = ward.snapshot(folder)
    done = _run("import", "bang.xlsx", *TOLD)
    assert LINE in done.stdout.decode()
    assert "Chưa ghi gì." in done.stdout.decode()
    assert "--yes" in done.stderr.decode()
    assert ward.snapshot(folder) == before
    assert "Đã ghi 1 tệp" in _run("import", "bang.xlsx", "--yes", *TOLD).stdout.decode()
    assert _run("check", str(folder)).stdout.decode().splitlines()[-1] == "Không có lỗi."
    assert "Không có gì thay đổi." in _run("import", "bang.xlsx", *TOLD).stdout.decode()


@pytest.mark.parametrize(("answer", "written"), [("c", True), ("Có", True), ("", False), ("k", False), ("không", False), ("gì vậy", False)])
def test_on_a_terminal_it_asks_and_no_is_what_silence_means(folder: Path, answer: str, written: bool) -> None:
    before = ward.snapshot(folder)
    said = _answered(["import", "bang.xlsx", *TOLD], answer)
    assert LINE in said
    assert "Ghi những thay đổi này? [c/K]" in said
    assert ("Đã ghi 1 tệp" in said, ward.snapshot(folder) != before) == (written, written)


def test_a_broken_file_changes_nothing_and_says_why(folder: Path) -> None:
    before = ward.snapshot(folder)
    Path("hong.xlsx").write_bytes(b"PK\x03\x04 cut off")
    for words in (["import", "hong.xlsx", "--yes", *TOLD], ["import", "bang.xlsx", "--yes"], ["import", "khong-co.xls", "--yes", *TOLD]):
        assert _run(*words, code=1).stderr.decode().startswith("LỖI  ")
    assert ward.snapshot(folder) == before


def test_a_source_typed_in_any_form_of_unicode_is_written_as_nfc(folder: Path) -> None:
    _run("import", "bang.xlsx", "--yes", "--source", unicodedata.normalize("NFD", "Quyết định của tỉnh"), "--date", "2026-06-30")
    text = ward.layer(folder, COPY).read_text("utf-8")
    assert unicodedata.is_normalized("NFC", text)
    assert "Quyết định của tỉnh" in text


def test_a_date_that_is_none_is_refused(folder: Path) -> None:
    assert "2026-13-45" in _run("import", "bang.xlsx", "--source", "Bảng", "--date", "2026-13-45", code=2).stderr.decode()
