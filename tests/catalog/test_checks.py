"""What only shows when files are looked at together, and what is said about wording: errors stop, reminders do not."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from pathlib import Path

import pytest

from app.catalog.check import report
from app.catalog.loader import read_catalog
from app.catalog.yaml_loader import Problem
from tests.catalog.small_catalog import FIRST, SECOND, changed, procedure, write_catalog

TODAY = dt.date(2026, 11, 22)
OTHER = procedure("1.000002", "Đổi tên đường")
NAMELESS = {"fields.yaml": {"fields": [{"id": "cu-tru", "name": "Cư trú", "about": "Thường trú, tạm trú."}]}}


def _problems(folder: Path, files: Mapping[str, object], severity: str, today: dt.date = TODAY) -> list[Problem]:
    reading = read_catalog(write_catalog(folder, files), today=today)
    assert (reading.catalog is None) == bool(reading.errors)
    return [problem for problem in reading.problems if problem.severity == severity]


def _only_error(folder: Path, files: Mapping[str, object]) -> Problem:
    (problem,) = _problems(folder, files, "error")
    text, good = report(folder, None, [])
    assert not good
    assert f"LỖI   {problem}" in text
    return problem


def test_one_code_in_two_files_is_told_with_both_names(tmp_path: Path) -> None:
    twin = changed(procedure(name="Tên khác hẳn"), {"lookalikes": []})
    problem = _only_error(tmp_path, {"ho-tich/1.000001-ten-khac.yaml": twin})
    assert (problem.file, problem.field) == ("ho-tich/1.000001-ten-khac.yaml", "code")
    assert FIRST in problem.wrong
    assert "xoá một trong hai" in problem.advice


def test_one_way_of_asking_in_two_procedures_is_told_with_both_codes(tmp_path: Path) -> None:
    same = {FIRST: changed(procedure(), {"asks.plain.0": "Làm giấy  gì đó?"}), SECOND: changed(OTHER, {"asks.teen.1": "làm GIẤY gì đó."})}
    problem = _only_error(tmp_path, same)
    assert problem.file == "1.000001, 1.000002"
    assert "«làm giấy gì đó»" in problem.wrong
    assert "giữ ở thủ tục đúng" in problem.advice


def test_the_same_way_of_asking_twice_in_one_procedure_is_no_error(tmp_path: Path) -> None:
    assert not _problems(
        tmp_path, {FIRST: changed(procedure(), {"asks.plain.0": "làm giấy gì đó", "asks.teen.0": "làm giấy gì đó"})}, "error"
    )


@pytest.mark.parametrize("number", ["048099001234", "0905123456"])
def test_a_personal_number_in_a_way_of_asking_is_refused(tmp_path: Path, number: str) -> None:
    problem = _only_error(tmp_path, {FIRST: changed(procedure(), {"asks.story.0": f"số của em là {number} thì làm sao"})})
    assert (problem.file, problem.field) == (FIRST, "asks")
    assert "căn cước hoặc điện thoại" in problem.wrong
    assert number not in str(problem)


@pytest.mark.parametrize(
    "ask", ["năm 2026 mất 150000 đồng", "thủ tục 1.001193 là gì", "luật 60/2014/QH13 nói gì", "gọi 18001096 được không"]
)
def test_other_numbers_in_a_way_of_asking_are_fine(tmp_path: Path, ask: str) -> None:
    assert not _problems(tmp_path, {FIRST: changed(procedure(), {"asks.story.0": ask})}, "error")


def test_a_file_in_the_wrong_folder_is_told_where_it_belongs(tmp_path: Path) -> None:
    problem = _only_error(tmp_path, {FIRST: None, "cu-tru/1.000001-dat-ten.yaml": procedure()})
    assert (problem.file, problem.field) == ("cu-tru/1.000001-dat-ten.yaml", "field")
    assert "đặt tệp vào ho-tich/" in problem.advice


@pytest.mark.parametrize(
    "name", ["1.000002-dat-ten.yaml", "dat-ten.yaml", "1.000001.yaml", "1.000001-Đặt-tên.yaml", "1.000001_dat_ten.yaml"]
)
def test_a_file_name_must_begin_with_the_code(tmp_path: Path, name: str) -> None:
    problem = _only_error(tmp_path, {FIRST: None, f"ho-tich/{name}": procedure()})
    assert (problem.file, problem.field) == (f"ho-tich/{name}", "code")
    assert "1.000001-ten-khong-dau.yaml" in problem.advice


def test_a_file_whose_name_begins_with_an_underscore_is_not_read(tmp_path: Path) -> None:
    assert not _problems(tmp_path, {"ho-tich/_mau.yaml": "a: ["}, "error")


def test_a_replacement_that_does_not_exist_is_told(tmp_path: Path) -> None:
    problem = _only_error(tmp_path, {FIRST: changed(procedure(), {"replaced_by": "1.999999"})})
    assert (problem.file, problem.field) == (FIRST, "replaced_by")
    assert "không có thủ tục 1.999999" in problem.wrong


def test_a_replacement_may_be_a_code_of_another_agency(tmp_path: Path) -> None:
    item = {
        "id": "ho-chieu",
        "name": "Hộ chiếu",
        "codes": ["1.999999"],
        "agency": "Công an tỉnh",
        "advice": "Bạn tới công an tỉnh.",
        "asks": [f"làm hộ chiếu {number}" for number in range(8)],
        "source": {"title": "Cổng", "date": "2026-07-18", "kind": "portal"},
    }
    files = {"elsewhere.yaml": {"elsewhere": [item]}, FIRST: changed(procedure(), {"replaced_by": "1.999999"})}
    assert not _problems(tmp_path, files, "error")


def test_a_procedure_is_not_its_own_look_alike(tmp_path: Path) -> None:
    problem = _only_error(tmp_path, {FIRST: changed(procedure(), {"lookalikes.0.code": "1.000001"})})
    assert (problem.file, problem.field) == (FIRST, "lookalikes[0].code")


def test_a_field_of_work_nobody_declared_is_told_for_each_procedure(tmp_path: Path) -> None:
    problems = _problems(tmp_path, NAMELESS, "error")
    assert [(problem.file, problem.field) for problem in problems] == [("1.000001", "field"), ("1.000002", "field")]
    assert all("không có lĩnh vực `ho-tich`" in problem.wrong and "fields.yaml" in problem.advice for problem in problems)


@pytest.mark.parametrize(
    ("file", "content", "where"),
    [
        (
            "life-events.yaml",
            {
                "life_events": [
                    {
                        "id": "sinh-con",
                        "name": "Sinh con",
                        "about": "Mọi việc khi sinh con.",
                        "asks": [f"mới sinh {number}" for number in range(6)],
                        "procedures": ["1.000001", "1.999999"],
                    }
                ]
            },
            "sinh-con",
        ),
        (
            "families.yaml",
            {"families": [{"id": "dat", "question": "Việc nào?", "choices": ["1.000001", "1.999999"], "asks": ["a b", "b c", "c d"]}]},
            "dat",
        ),
        (
            "families.yaml",
            {
                "families": [
                    {"id": "dat", "question": "Việc nào?", "choices": ["1.000001", "elsewhere:1.999999"], "asks": ["a b", "b c", "c d"]}
                ]
            },
            "dat",
        ),
    ],
    ids=["a life event", "a family", "a family that leads elsewhere"],
)
def test_a_name_that_leads_nowhere_is_told_with_its_place(tmp_path: Path, file: str, content: object, where: str) -> None:
    problem = _only_error(tmp_path, {file: content})
    assert (problem.file, problem.field) == (file, where)
    assert "1.999999" in problem.wrong
    assert "chưa có trong kho" in problem.wrong


def test_a_day_in_the_future_is_an_error(tmp_path: Path) -> None:
    (problem,) = _problems(tmp_path, {FIRST: changed(procedure(), {"checked_on": "2026-11-23"})}, "error")
    assert (problem.file, problem.field) == (FIRST, "checked_on")
    assert "tương lai" in problem.wrong


# --- reminders -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"summary": "Làm theo quy định của pháp luật hiện hành."}, "summary"),
        ({"where": "Nộp ở CƠ QUAN CÓ THẨM QUYỀN gần nhà."}, "where"),
        ({"who": "Đối với trường hợp người già thì con làm."}, "who"),
        ({"notes": ["Giấy nêu trên phải còn hạn."]}, "notes[0]"),
        ({"steps.0.text": "Nộp hồ sơ hợp lệ tại quầy."}, "steps[0]"),
        ({"cases.0.papers.0.note": "Là thành phần hồ sơ cần nộp."}, "cases.chung.papers[0]"),
        ({"cases.0.papers.0.only_if": "Khi thẩm quyền giải quyết ở xã."}, "cases.chung.papers[0]"),
    ],
)
def test_officialese_is_a_reminder_wherever_citizens_read(tmp_path: Path, changes: dict[str, object], field: str) -> None:
    (problem,) = _problems(tmp_path, {FIRST: changed(procedure(), changes)}, "warning")
    assert (problem.file, problem.field) == (FIRST, field)
    assert "lời hành chính: «" in problem.wrong
    text, good = report(tmp_path, None, [])
    assert good
    assert f"Nhắc  {problem}" in text


def test_names_of_laws_and_official_names_are_not_judged(tmp_path: Path) -> None:
    official = {"official_name": "Thủ tục theo quy định của pháp luật nêu trên", "legal_basis": ["Luật về thẩm quyền giải quyết"]}
    assert not _problems(tmp_path, {FIRST: changed(procedure(), official)}, "warning")


def test_a_sentence_too_long_to_read_aloud_is_a_reminder(tmp_path: Path) -> None:
    (problem,) = _problems(tmp_path, {FIRST: changed(procedure(), {"notes": ["Bạn " + "đi " * 34 + "nhé."]})}, "warning")
    assert (problem.file, problem.field) == (FIRST, "notes[0]")
    assert "câu dài 36 chữ" in problem.wrong
    assert "tách thành câu" in problem.advice


def test_several_short_sentences_are_fine(tmp_path: Path) -> None:
    assert not _problems(tmp_path, {FIRST: changed(procedure(), {"notes": ["Bạn đi tới quầy một cửa. " * 12]})}, "warning")


@pytest.mark.parametrize(("days", "words"), [(90, None), (91, "đã 91 ngày chưa đối chiếu lại"), (180, "đã 180 ngày"), (181, "(quá cũ)")])
def test_what_was_not_checked_for_long_is_a_reminder(tmp_path: Path, days: int, words: str | None) -> None:
    found = _problems(tmp_path, {SECOND: None}, "warning", today=TODAY + dt.timedelta(days=days))
    assert [problem.field for problem in found] == ([] if words is None else ["checked_on"])
    assert all(words is not None and words in problem.wrong and "mở nguồn" in problem.advice for problem in found)
    assert ("quá cũ" in str(found)) == (days > 180)
