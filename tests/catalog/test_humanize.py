"""A broken file is told to its writer in Vietnamese: which file, which field, what is wrong, what to write instead."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest
from typer.testing import CliRunner

from app.catalog.check import report
from app.cli import app
from tests.catalog.small_catalog import FIELDS, FIRST, GONE, SECOND, case, changed, layer, procedure, write_catalog


@dataclass(frozen=True)
class Broken:
    """Files that break the small catalog, and what the report must say about one of them."""

    name: str
    files: dict[str, object]
    file: str
    field: str
    wrong: str
    advice: str
    locale: str | None = None


def _first(name: str, changes: dict[str, object], field: str, wrong: str, advice: str) -> Broken:
    return Broken(name, {FIRST: changed(procedure(), changes)}, FIRST, field, wrong, advice)


LAYER = "locales/da-nang/1.000001.yaml"
TWO_CASES = [case("mot", "Trường hợp một"), case("hai", "Trường hợp hai")]
FEE = "cases.0.fees.0"
BROKEN = [
    _first("a missing field", {"name": GONE}, "name", "thiếu trường này", "thêm vào"),
    _first("a missing field inside", {"cases.0.papers.0.kind": GONE}, "cases[0].papers[0].kind", "thiếu trường này", "thêm vào"),
    _first("a misspelt field", {"sumary": "x"}, "sumary", "không có trường tên này", "FIELDS.md"),
    _first("an unknown field inside", {"steps.0.who": "x"}, "steps[0].who", "không có trường tên này", "FIELDS.md"),
    _first("an unknown word", {"handled_by": "phuong"}, "handled_by", "giá trị lạ: «phuong»", "commune_people_committee"),
    _first("an unknown unit", {"cases.0.time.0.unit": "ngày"}, "cases[0].time[0].unit", "giá trị lạ: «ngày»", "working_day"),
    _first("an unknown voice", {"asks.mien-nam": ["x y"]}, "asks.mien-nam", "giá trị lạ: «mien-nam»", "dialect"),
    _first("an amount with dots", {f"{FEE}.amount": "8.000"}, "cases[0].fees[0].amount", "không phải số nguyên: «8.000»", "8000"),
    _first("an amount with letters", {f"{FEE}.amount": "8 nghìn"}, "cases[0].fees[0].amount", "«8 nghìn»", "không chữ"),
    _first("an amount of nothing", {f"{FEE}.amount": "0"}, "cases[0].fees[0].amount", "số quá nhỏ", "từ 1 trở lên"),
    _first("a time of years", {"cases.0.time.0.value": "500"}, "cases[0].time[0].value", "số quá lớn", "không quá 400"),
    _first("free without basis", {FEE: {"status": "free"}}, "cases[0].fees[0]", "`free` (miễn phí) phải có `basis`", ""),
    _first("an amount without its status", {FEE: {"status": "unknown", "amount": "8000"}}, "cases[0].fees[0]", "status: amount", ""),
    _first("a status without its amount", {FEE: {"status": "amount"}}, "cases[0].fees[0]", "bắt buộc phải ghi", ""),
    _first("an online level without basis", {"online": {"level": "full"}}, "online", "phải có `basis` và `place`", ""),
    _first("an empty list of papers", {"cases.0.papers": []}, "cases[0]", "`papers` đang trống. Không biết thì ghi `unknown`", ""),
    _first("no case", {"cases": []}, "cases", "có 0 mục", "ít nhất 1 mục"),
    _first("papers that are no list", {"cases.0.papers": "đơn xin"}, "cases[0].papers", "phải là danh sách", "dấu gạch"),
    _first("a source nobody declared", {"default_source": "bao"}, "cả tệp", "Nguồn chưa khai báo trong `sources`: bao", ""),
    _first("a fact of an undeclared source", {f"{FEE}.source": "luat"}, "cả tệp", "chưa khai báo trong `sources`: luat", ""),
    _first("two cases with one id", {"cases": [case(), case()], "case_question": "Bạn ở đâu?"}, "cả tệp", "trùng `id`", ""),
    _first("several cases and no question", {"cases": TWO_CASES}, "cả tệp", "phải có `case_question`", ""),
    _first("a date as people write it", {"checked_on": "22/11/2026"}, "checked_on", "ngày sai: «22/11/2026»", "2026-11-22"),
    _first("a day that does not exist", {"checked_on": "2026-02-30"}, "checked_on", "ngày sai: «2026-02-30»", "2026-11-22"),
    _first("a code that YAML ate", {"code": "1.00001"}, "code", "sai dạng: «1.00001»", '"1.001193"'),
    _first("a look-alike with a wrong code", {"lookalikes.0.code": "khai sinh"}, "lookalikes[0].code", "sai dạng", '"1.001193"'),
    _first("an id with accents", {"cases.0.id": "Quá hạn"}, "cases[0].id", "sai dạng: «Quá hạn»", "không dấu"),
    _first("a portal id that is a code", {"portal_id": "1.000001"}, "portal_id", "sai dạng", "UUID"),
    _first("true that is neither", {"essential_online": "chắc vậy"}, "essential_online", "không phải đúng/sai", "true hoặc false"),
    _first("an ask of one letter", {"asks.plain.0": "a"}, "asks.plain[0]", "quá ngắn", "ít nhất 2 ký tự"),
    _first("a name as long as a story", {"name": "dài " * 40}, "name", "quá dài", "tối đa 90 ký tự"),
    _first("a source that is a word", {"sources.cong": "Cổng"}, "sources.cong", "phải là các cặp tên: giá trị", "thụt vào"),
    Broken("a repeated key", {FIRST: "code: a\nname: b\nname: c\n"}, FIRST, "name", "viết hai lần", "giữ lại một"),
    Broken("an unclosed bracket", {FIRST: "code: [a\n"}, FIRST, "cả tệp", "không đọc được YAML", "dấu ngoặc"),
    Broken("an empty file", {FIRST: ""}, FIRST, "cả tệp", "tệp trống", "chép"),
    Broken("a list instead of a procedure", {FIRST: "- a\n- b\n"}, FIRST, "cả tệp", "phải là các cặp tên: giá trị", "thụt"),
    Broken("broken fields.yaml", {"fields.yaml": "fields: [x\n"}, "fields.yaml", "cả tệp", "không đọc được YAML", "kiểm tra"),
    Broken("missing fields.yaml", {"fields.yaml": None}, "fields.yaml", "cả tệp", "không mở được tệp", "kiểm tra tên"),
    Broken(
        "a field without a name",
        {"fields.yaml": changed(FIELDS, {"fields.1.name": GONE})},
        "fields.yaml",
        "fields[1].name",
        "thiếu trường này",
        "thêm vào",
    ),
    Broken(
        "a family without a choice",
        {"families.yaml": {"families": [{"id": "a", "question": "Việc nào?", "choices": ["1.000001"], "asks": ["a b", "b c", "c d"]}]}},
        "families.yaml",
        "families[0].choices",
        "có 1 mục",
        "ít nhất 2 mục",
    ),
    Broken(
        "a family with too many choices",
        {"families.yaml": {"families": [{"id": "a", "question": "Việc nào?", "choices": ["1.000001"] * 6, "asks": ["a b", "b c", "c d"]}]}},
        "families.yaml",
        "families[0].choices",
        "có 6 mục",
        "nhiều nhất 5 mục",
    ),
    Broken(
        "a layer that knows no fees",
        {LAYER: layer(cases={"khac": {"fees": "unknown"}})},
        LAYER,
        "cases.khac.fees",
        "phải là danh sách",
        "dấu gạch",
        "da-nang",
    ),
    Broken(
        "a layer with a case nobody has",
        {LAYER: layer(cases={"la-hoac": {"time": [{"value": "1", "unit": "day"}]}})},
        LAYER,
        "cases",
        "Không có trường hợp la-hoac trong thủ tục 1.000001",
        "`*`",
        "da-nang",
    ),
    Broken("a layer for no procedure", {LAYER: layer("1.999999")}, LAYER, "code", "không có thủ tục 1.999999", "sửa mã", "da-nang"),
    Broken(
        "a layer that would replace papers",
        {LAYER: layer(cases={"*": {"papers": []}})},
        LAYER,
        "cases.*.papers",
        "không có trường tên này",
        "FIELDS.md",
        "da-nang",
    ),
    Broken(
        "a layer of no source", {LAYER: layer(default_source="dau")}, LAYER, "cả tệp", "chưa khai báo trong `sources`: dau", "", "da-nang"
    ),
]
each_broken = pytest.mark.parametrize("broken", BROKEN, ids=lambda broken: broken.name)


def _lines_about(text: str, broken: Broken) -> list[str]:
    heads = [line for line in text.splitlines() if line.startswith("LỖI ") and broken.file in line]
    return [line for line in heads if f"— {broken.field}: " in line]


@each_broken
def test_the_report_says_file_field_wrong_and_what_to_write(tmp_path: Path, broken: Broken) -> None:
    text, good = report(write_catalog(tmp_path, broken.files), broken.locale, [])
    assert not good
    lines = _lines_about(text, broken)
    assert len(lines) == 1, text
    wrong, _, advice = lines[0].partition(" → ")
    assert broken.wrong in wrong
    assert broken.advice in advice
    assert len(advice) > 5


@each_broken
def test_the_command_line_says_the_same_without_a_traceback(tmp_path: Path, broken: Broken) -> None:
    folder = write_catalog(tmp_path, broken.files)
    result = CliRunner().invoke(app, ["catalog", "check", str(folder)])
    assert result.exit_code == 1
    assert isinstance(result.exception, SystemExit)
    assert _lines_about(result.output, broken)
    assert "Traceback" not in result.output
    assert result.output.rstrip().endswith("lỗi.")


@each_broken
def test_one_mistake_is_told_once(tmp_path: Path, broken: Broken) -> None:
    text, _ = report(write_catalog(tmp_path, broken.files), broken.locale, [])
    errors = [line for line in text.splitlines() if line.startswith("LỖI ")]
    assert len([line for line in errors if broken.file in line]) == 1, text


def test_the_small_catalog_itself_is_good(tmp_path: Path) -> None:
    text, good = report(write_catalog(tmp_path, {LAYER: layer()}), "da-nang", [])
    assert good, text
    assert "2 thủ tục: 2 Vàng · 42 cách hỏi" in text
    result = CliRunner().invoke(app, ["catalog", "check", str(tmp_path)])
    assert (result.exit_code, result.output.splitlines()[-1]) == (0, "Không có lỗi.")


def test_lines_point_into_the_file(tmp_path: Path) -> None:
    text = "# yaml\n" + (write_catalog(tmp_path) / FIRST).read_text("utf-8").replace("8000", "8.000")
    number = next(number for number, line in enumerate(text.splitlines(), 1) if "8.000" in line)
    report_text, _ = report(write_catalog(tmp_path, {FIRST: text}), None, [])
    assert f"{FIRST}, dòng {number} — cases[0].fees[0].amount" in report_text


def test_every_broken_file_is_told_not_only_the_first(tmp_path: Path) -> None:
    files = {FIRST: changed(procedure(), {"name": GONE, "code": "x"}), SECOND: "a: [", "fields.yaml": ""}
    text, good = report(write_catalog(tmp_path, files), None, [])
    assert not good
    for part in ("— name: thiếu trường này", f"{FIRST}, dòng 2 — code", f"{SECOND}, dòng", "fields.yaml — cả tệp", "4 lỗi."):
        assert part in text


def test_no_catalog_at_all_is_told(tmp_path: Path) -> None:
    result = CliRunner().invoke(app, ["catalog", "check", str(tmp_path / "khong-co")])
    assert result.exit_code == 1
    assert "fields.yaml — cả tệp: không mở được tệp" in result.output


def test_only_one_procedure_can_be_looked_at(tmp_path: Path) -> None:
    files = {FIRST: changed(procedure(), {"name": GONE}), SECOND: changed(procedure("1.000002", "Đổi tên đường"), {"steps": "unknown"})}
    folder = write_catalog(tmp_path, files)
    result = CliRunner().invoke(app, ["catalog", "check", str(folder), "--only", "1.000002"])
    assert result.exit_code == 0
    assert "1.000002 Đổi tên đường: chưa đạt Vàng vì thiếu các bước" in result.output
    assert "1.000001" not in result.output
    assert CliRunner().invoke(app, ["catalog", "check", str(folder), "--only", "1.000001"]).exit_code == 1
