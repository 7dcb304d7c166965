"""Writing is all or nothing, keeps what people wrote into the files, and leaves a catalog without errors."""

from __future__ import annotations

import csv
import datetime as dt
import io
import unicodedata
from pathlib import Path
from typing import Any

import pytest

from app.catalog.content import OnlineLevel
from app.catalog.exporting import Format, export, select
from app.catalog.importing import writing
from app.catalog.importing.importer import Plan, prepare
from app.catalog.importing.reading import Unreadable
from app.catalog.loader import load_catalog, read_catalog
from tests.catalog.importing import ward
from tests.catalog.importing.ward import BIRTH, COPY, DEATH, DECISION, WEDDING

TODAY = dt.date(2026, 11, 22)
HEAD = ["Mã TTHC", "Thời hạn", "Phí, lệ phí", "Mức độ DVC", "Ghi chú", "Địa điểm"]
ROWS = [
    HEAD,
    [WEDDING, "3 ngày làm việc", "30.000 đồng", "Toàn trình", "Mang theo căn cước cả hai người.", "Số 12 đường Trần Phú"],
    [COPY, "2 ngày", "", "Một phần", "", ""],
    [DEATH, "trong ngày", "Không", "", "", ""],
]


def _plan(folder: Path, file: Path, locale: str = "da-nang", **more: Any) -> Plan:
    return prepare(folder, locale, file, title=DECISION, date=dt.date(2026, 6, 30), province="Thành phố Đà Nẵng", **more)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return ward.catalog(tmp_path)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return ward.xlsx(tmp_path / "bang.xlsx", ROWS)


def test_what_people_wrote_into_a_layer_stays(folder: Path, file: Path) -> None:
    _plan(folder, file).write(TODAY)
    text = ward.layer(folder, WEDDING).read_text("utf-8")
    assert text.startswith("# Lớp của Đà Nẵng, ai sửa thì ghi lại ở đây\n")
    assert "  - Ở Đà Nẵng, đi cả hai vợ chồng.  # hỏi quầy ngày 1/11\n" in text
    assert '  bao: {title: "Báo Đà Nẵng", date: 2025-12-18, kind: press}\n' in text
    assert "default_source: bao\n" in text


def test_each_new_fact_names_the_new_source_and_old_ones_the_old(folder: Path, file: Path) -> None:
    _plan(folder, file).write(TODAY)
    done = load_catalog(folder, "da-nang").procedures[WEDDING]
    (case,) = done.cases
    assert not isinstance(case.time, str)
    assert not isinstance(case.fees, str)
    assert [note.text for note in done.notes] == ["Ở Đà Nẵng, đi cả hai vợ chồng.", "Mang theo căn cước cả hai người."]
    facts = [*done.notes, done.online, done.where, *case.time, *case.fees]
    assert [done.source_of(fact).title for fact in facts] == ["Báo Đà Nẵng", *[DECISION] * 5]
    assert done.online.basis == DECISION
    assert (case.fees[0].amount, case.fees[0].note) == (30_000, None)


def test_a_new_layer_is_a_whole_file_in_nfc_that_passes_the_check(folder: Path, file: Path) -> None:
    written = _plan(folder, file).write(TODAY)
    assert {path.name for path in written} == {f"{code}.yaml" for code in (WEDDING, COPY, DEATH)}
    assert [str(problem) for problem in read_catalog(folder, "da-nang").problems if problem.severity == "error"] == []
    text = ward.layer(folder, COPY).read_text("utf-8")
    assert unicodedata.is_normalized("NFC", text)
    assert text.splitlines()[:2] == ['code: "2.000635"', "place: Đà Nẵng"]
    assert "checked_on: 2026-11-22" in text


def test_papers_and_steps_and_national_files_are_never_touched(folder: Path, file: Path) -> None:
    before = {name: raw for name, raw in ward.snapshot(folder).items() if not name.startswith("locales/")}
    _plan(folder, file).write(TODAY)
    assert {name: raw for name, raw in ward.snapshot(folder).items() if not name.startswith("locales/")} == before


def test_words_without_a_fact_are_kept_as_words(folder: Path, file: Path) -> None:
    _plan(folder, file).write(TODAY)
    fee = load_catalog(folder, "da-nang").procedures[DEATH].cases[0].fees[0]
    assert not isinstance(fee, str)
    assert (fee.status, fee.note) == ("unknown", "Bảng công bố ghi «Không», bạn hỏi lại bộ phận một cửa.")


def test_a_value_for_all_cases_wins_over_what_one_case_said(folder: Path, tmp_path: Path) -> None:
    text = ward.LAYER.replace(WEDDING, BIRTH).split("cases:")[0] + (
        "cases:\n  dung-han:\n    time:\n      - {value: 4, unit: day}\n    fees:\n      - {status: by_regulation}\n"
        "  qua-han:\n    time:\n      - {value: 4, unit: day}\n"
    )
    ward.layer(folder, BIRTH).write_text(text + "default_source: bao" + ward.LAYER.split("default_source: bao")[1], "utf-8")
    _plan(folder, ward.xlsx(tmp_path / "a.xlsx", [HEAD, [BIRTH, "2 ngày", "", "", "", ""]])).write(TODAY)
    done = load_catalog(folder, "da-nang").procedures[BIRTH]
    assert [[time.value for time in case.time if not isinstance(time, str)] for case in done.cases] == [[2], [2]]
    assert [case.fees[0].status for case in done.cases if not isinstance(case.fees[0], str)] == ["by_regulation", "by_province"]


def test_a_second_source_of_the_same_name_gets_its_own(folder: Path, tmp_path: Path) -> None:
    for day, words in ((30, "2 ngày"), (29, "4 ngày")):
        file = ward.xlsx(tmp_path / "a.xlsx", [HEAD, [COPY, words, "", "", "", ""]])
        prepare(folder, "da-nang", file, title=DECISION, date=dt.date(2026, 6, day), province="Đà Nẵng").write(TODAY)
    done = load_catalog(folder, "da-nang").procedures[COPY]
    time = done.cases[0].time[0]
    assert not isinstance(time, str)
    assert (time.value, done.source_of(time).date) == (4, dt.date(2026, 6, 29))


def test_a_province_without_layers_gets_its_folder(folder: Path, file: Path) -> None:
    plan = _plan(folder, file, "hue", place="Huế")
    plan.write(TODAY)
    done = load_catalog(folder, "hue").procedures[COPY]
    assert (done.online.level, done.online.place) == (OnlineLevel.PARTIAL, "Huế")


@pytest.mark.parametrize("locale", ["da-nang", "hue"])
@pytest.mark.parametrize("at", [0, 1, 2])
def test_a_disk_that_fails_midway_leaves_everything_as_it_was(
    folder: Path, file: Path, monkeypatch: pytest.MonkeyPatch, at: int, locale: str
) -> None:
    plan, before = _plan(folder, file, locale), ward.snapshot(folder)
    calls: list[Path] = []
    replace = Path.replace

    def failing(self: Path, target: Path) -> Path:
        calls.append(self)
        if len(calls) > at:
            raise OSError(28, "No space left on device")
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", failing)
    with pytest.raises(Unreadable, match="Kho vẫn như cũ"):
        plan.write(TODAY)
    assert ward.snapshot(folder) == before
    assert (folder / "locales" / locale).exists() is (locale == "da-nang")


def test_somebody_who_interrupts_leaves_everything_as_it_was(folder: Path, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plan, before = _plan(folder, file), ward.snapshot(folder)

    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(writing, "_check_whole", interrupted)
    with pytest.raises(KeyboardInterrupt):
        plan.write(TODAY)
    assert ward.snapshot(folder) == before


def test_a_layer_that_would_be_wrong_is_not_written(folder: Path, file: Path) -> None:
    plan = _plan(folder, file)
    ward.layer(folder, WEDDING).write_text(ward.LAYER.replace("kind: press", "kind: tin-don"), "utf-8")
    before = ward.snapshot(folder)
    with pytest.raises(Unreadable, match=r"Không ghi gì, vì tệp sẽ sai: 1\.000894\.yaml.*kind"):
        plan.write(TODAY)
    assert ward.snapshot(folder) == before


@pytest.mark.parametrize("text", ["- a\n- b\n", "a: [", "\x00"])
def test_a_layer_that_is_broken_already_is_named(folder: Path, file: Path, text: str) -> None:
    plan = _plan(folder, file)
    ward.layer(folder, WEDDING).write_text(text, "utf-8")
    before = ward.snapshot(folder)
    with pytest.raises(Unreadable, match=r"1\.000894\.yaml.*Sửa tệp đó trước"):
        plan.write(TODAY)
    assert ward.snapshot(folder) == before


def test_the_same_table_twice_changes_nothing_the_second_time(folder: Path, file: Path) -> None:
    _plan(folder, file).write(TODAY)
    assert _plan(folder, file).difference.changes == []


def _edited(folder: Path, path: Path, edits: dict[tuple[str, str], dict[str, str]]) -> Path:
    """The export with other words in some cells: (code, case) → heading → text."""
    text = export(select(load_catalog(folder, "da-nang"), "https://x.vn"), Format.CSV).decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    for row in rows:
        row.update(edits.pop((row["Mã thủ tục"], row["Mã trường hợp"]), {}))
    assert edits == {}
    return ward.plain_csv(path, [list(rows[0]), *(list(row.values()) for row in rows)], "utf-8-sig", ",")


def test_an_export_that_nobody_edited_changes_nothing(folder: Path, tmp_path: Path) -> None:
    plan = _plan(folder, _edited(folder, tmp_path / "kho.csv", {}))
    assert (plan.difference.changes, plan.difference.not_taken, plan.difference.conflicts) == ([], [], [])
    assert plan.difference.same > 10


def test_an_edited_export_gives_exactly_the_edits(folder: Path, tmp_path: Path) -> None:
    edits = {
        (COPY, "chung"): {"Mức độ trực tuyến": "Toàn trình", "Phí, lệ phí": "9.000 đồng/bản"},
        (BIRTH, "dung-han"): {"Phí, lệ phí": "Miễn phí [căn cứ: Luật Hộ tịch]\nNộp qua mạng: 5.000 đồng/bản"},
        (WEDDING, "chung"): {"Thời hạn giải quyết": "Nộp trực tiếp: trong ngày làm việc\nNộp qua mạng: 2 ngày (Tính từ hôm sau.)"},
    }
    file = _edited(folder, tmp_path / "kho.csv", edits)
    plan = _plan(folder, file)
    assert sorted(line.strip() for line in plan.sentences() if " → " in line) == [
        "Cấp bản sao trích lục hộ tịch (2.000635): mức trực tuyến chưa rõ → toàn trình",
        "Cấp bản sao trích lục hộ tịch (2.000635): phí 8.000 đồng/bản → 9.000 đồng/bản",
        (
            "Đăng ký khai sinh (1.001193), trường hợp «dung-han»: phí Miễn phí [căn cứ: Luật Hộ tịch] → "
            "Miễn phí [căn cứ: Luật Hộ tịch]; Nộp qua mạng: 5.000 đồng/bản"
        ),
        (
            "Đăng ký kết hôn (1.000894): thời hạn 5 ngày làm việc → "
            "Nộp trực tiếp: trong ngày làm việc; Nộp qua mạng: 2 ngày (Tính từ hôm sau.)"
        ),
    ]
    plan.write(TODAY)
    done = load_catalog(folder, "da-nang").procedures
    assert [len(case.fees) for case in done[BIRTH].cases] == [2, 1]
    assert done[COPY].online.level is OnlineLevel.FULL
    assert _plan(folder, file).difference.changes == []
