"""The traps of YAML: what a person types is what is read, and what cannot be read is said with its line."""

from __future__ import annotations

import time
import unicodedata
from pathlib import Path

import pytest

from app.catalog.yaml_loader import MAX_BYTES, ContentError, Problem, dotted, parse_document, read_document


def _only_problem(text: str) -> Problem:
    with pytest.raises(ContentError) as caught:
        parse_document(text, "thu.yaml")
    (problem,) = caught.value.problems
    return problem


@pytest.mark.parametrize(
    "typed",
    ["1.001190", "13:30", "12:30:45", "0345670123", "048099001234", "5.000", "no", "yes", "on", "null", "~", "0o17", "0x1F", "1e3", "1_000",
     ".5", "2026-11-22", "1.10", "NaN", "-0", "true"],
)  # fmt: skip
def test_every_value_stays_the_text_that_was_typed(typed: str) -> None:
    assert parse_document(f"value: {typed}\n", "thu.yaml").data == {"value": typed}


@pytest.mark.parametrize("typed", ["1.001190", "13:30", "no", "2026-11-22"])
def test_keys_stay_text_too(typed: str) -> None:
    assert parse_document(f"{typed}: x\n", "thu.yaml").data == {typed: "x"}


def test_a_field_left_blank_is_empty_text_and_not_a_python_none() -> None:
    assert parse_document("value:\nother: x\n", "thu.yaml").data == {"value": "", "other": "x"}


def test_a_python_tag_makes_no_object() -> None:
    assert parse_document("value: !!python/name:os.system x\n", "thu.yaml").data == {"value": "x"}


def test_a_repeated_key_is_refused_with_the_line_of_the_second() -> None:
    problem = _only_problem("code: a\nname: b\ncode: c\n")
    assert (problem.line, problem.field) == (3, "code")
    assert "viết hai lần" in problem.wrong
    assert "giữ lại một" in problem.advice


def test_a_repeated_key_is_refused_however_deep_it_lies() -> None:
    problem = _only_problem("cases:\n  - id: a\n    papers:\n      - {name: x, kind: fill, name: y}\n")
    assert (problem.line, problem.field) == (4, "cases[0].papers[0].name")


def test_decomposed_accents_are_refused_with_line_and_field() -> None:
    decomposed = unicodedata.normalize("NFD", "Hộ tịch")
    problem = _only_problem(f"code: a\nasks:\n  - tốt\n  - {decomposed}\n")
    assert (problem.line, problem.field) == (4, "asks[1]")
    assert "NFC" in problem.advice


def test_decomposed_accents_in_a_key_are_refused_too() -> None:
    problem = _only_problem(f"replace:\n  {unicodedata.normalize('NFD', 'mô')}: dau\n")
    assert problem.line == 2
    assert "NFC" in problem.advice


def test_a_tab_for_indentation_is_refused_with_its_line() -> None:
    problem = _only_problem("cases:\n\t- id: a\n")
    assert problem.line == 2
    assert "dấu cách" in problem.advice


@pytest.mark.parametrize("text", ["a: [1, 2\n", "a: 'x\n", "a: b: c\n", "a: *nowhere\n", "a: 1\n---\nb: 2\n", "- a\nb: c\n", "a: {b: c\n"])
def test_what_is_not_yaml_is_refused_with_a_line(text: str) -> None:
    problem = _only_problem(text)
    assert problem.line is not None
    assert "không đọc được YAML" in problem.wrong


@pytest.mark.parametrize("text", ["a: x\x00y\n", "a: x\x07y\n", "a: x\x1by\n", "a: x\ufffey\n"])
def test_control_characters_are_refused(text: str) -> None:
    assert "ký tự" in _only_problem(text).wrong


@pytest.mark.parametrize("text", ["", "\n\n", "# chỉ có lời ghi\n", "---\n"])
def test_an_empty_file_is_refused(text: str) -> None:
    assert _only_problem(text).wrong == "tệp trống"


@pytest.mark.parametrize("text", ["một dòng chữ\n", "'1.001190'\n"])
def test_a_file_that_is_one_line_of_text_is_refused(text: str) -> None:
    assert "một dòng chữ" in _only_problem(text).wrong


@pytest.mark.parametrize("text", ["? [a, b]\n: c\n", "? {a: b}\n: c\n"])
def test_a_key_that_is_a_list_is_refused(text: str) -> None:
    assert "tên trường" in _only_problem(text).wrong


def test_all_problems_of_a_file_are_told_at_once() -> None:
    bad = unicodedata.normalize("NFD", "ộ")
    with pytest.raises(ContentError) as caught:
        parse_document(f"a: {bad}\nb: 1\nb: 2\nc: {bad}\n", "thu.yaml")
    assert [problem.line for problem in caught.value.problems] == [1, 3, 4]


def test_an_anchor_stands_for_the_same_content_wherever_it_is_used() -> None:
    text = "one: &papers\n  - {name: x, list: &inner [a, b]}\ntwo: *papers\nthree: {deep: {deeper: [*papers, *inner]}}\n"
    data = parse_document(text, "thu.yaml").data
    assert data["two"] == data["one"] == [{"name": "x", "list": ["a", "b"]}]
    assert data["three"] == {"deep": {"deeper": [data["one"], ["a", "b"]]}}


@pytest.mark.parametrize(
    "text",
    [
        "a: &x [*x]\n",
        "a: &x {b: [*x, *x]}\n",
        "a: " + "[" * 3_000 + "]" * 3_000 + "\n",
        "a: " + "[" * 90_000 + "]" * 90_000 + "\n",
        "a: " + "{b: " * 40_000 + "}" * 40_000 + "\n",
        "- " * 90_000 + "a\n",
        "a0: &a0 [x, x, x, x, x, x, x, x]\n" + "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 8)}]\n" for n in range(1, 12)),
    ],
    ids=["itself", "itself twice", "3,000 deep", "90,000 deep", "40,000 mappings", "90,000 dashes", "multiplied"],
)
def test_content_that_would_explode_is_refused_at_once(text: str) -> None:
    started = time.process_time()  # of this process alone: a busy machine must not fail it
    assert "lồng" in _only_problem(text).wrong
    assert time.process_time() - started < 2


def test_lines_lead_to_the_value_or_to_its_nearest_parent() -> None:
    document = parse_document("a: x\ncases:\n  - id: b\n    fees: []\n", "thu.yaml")
    assert document.line_of(("cases", 0, "id")) == 3
    assert document.line_of(("cases", 0, "time", 4, "unit")) == 3
    assert document.line_of(("nowhere",)) == 1


@pytest.mark.parametrize("content", ["Hộ tịch".encode("utf-16"), "tên: Hô".encode("cp1252"), b"a: \xff\xfe\n", b"a: \xc3\n"])
def test_a_file_that_is_not_utf8_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "thu.yaml").write_bytes(content)
    with pytest.raises(ContentError, match=r"thu\.yaml — cả tệp: tệp không phải UTF-8 → lưu lại"):
        read_document(tmp_path / "thu.yaml")


def test_a_byte_order_mark_from_windows_does_no_harm(tmp_path: Path) -> None:
    (tmp_path / "thu.yaml").write_bytes("\ufeffcode: '1.001190'\r\nname: Hộ\r\n".encode())
    assert read_document(tmp_path / "thu.yaml").data == {"code": "1.001190", "name": "Hộ"}


def test_a_file_of_a_megabyte_is_refused_before_it_is_parsed(tmp_path: Path) -> None:
    (tmp_path / "thu.yaml").write_text("a: [" * 250_000)
    started = time.process_time()
    with pytest.raises(ContentError, match=r"tệp quá lớn \(1,000,000 byte\) → giữ dưới 200,000 byte"):
        read_document(tmp_path / "thu.yaml")
    assert time.process_time() - started < 0.2


def test_a_file_as_large_as_allowed_is_read(tmp_path: Path) -> None:
    (tmp_path / "thu.yaml").write_text("a: " + "x" * (MAX_BYTES - 3))
    assert len(read_document(tmp_path / "thu.yaml").data["a"]) == MAX_BYTES - 3


@pytest.mark.parametrize("exists", [False, True], ids=["missing", "a folder"])
def test_a_file_that_cannot_be_opened_is_told_by_its_name(tmp_path: Path, exists: bool) -> None:
    if exists:
        (tmp_path / "thu.yaml").mkdir()
    with pytest.raises(ContentError, match="không mở được tệp"):
        read_document(tmp_path / "thu.yaml", "procedures/thu.yaml")


def test_a_problem_reads_file_line_field_wrong_advice() -> None:
    problem = Problem("ho-tich/a.yaml", "cases[0].fees", "đang trống", "ghi `unknown`", 12)
    assert str(problem) == "ho-tich/a.yaml, dòng 12 — cases[0].fees: đang trống → ghi `unknown`"
    assert str(Problem("a.yaml", "", "trống", "viết")) == "a.yaml — cả tệp: trống → viết"


def test_paths_are_written_as_people_read_them() -> None:
    assert dotted(("cases", 0, "papers", 2, "name")) == "cases[0].papers[2].name"
    assert dotted(()) == ""
