"""Differently shaped tables say the same things; what they say is written into the layers, and nothing else."""

from __future__ import annotations

import datetime as dt
import unicodedata
import zipfile
from pathlib import Path

import pytest

from app.catalog.content import FeeStatus, OnlineLevel, Procedure, TimeUnit
from app.catalog.importing.importer import Plan, prepare
from app.catalog.loader import load_catalog, read_catalog
from tests.catalog.importing import ward
from tests.catalog.importing.ward import BIRTH, COPY, DEATH, DECISION, WEDDING
from tests.catalog.small_catalog import procedure, write_catalog

TODAY = dt.date(2026, 11, 22)
HEAD: list[object] = ["Mã số TTHC", "Tên TTHC", "Thời gian giải quyết", "Mức độ DVC"]


def _plan(folder: Path, file: Path, title: str | None = DECISION, date: dt.date | None = dt.date(2026, 6, 30)) -> Plan:
    return prepare(folder, "da-nang", file, title=title, date=date, province="Thành phố Đà Nẵng")


def _changes(plan: Plan) -> list[str]:
    return [line.strip() for line in plan.sentences() if " → " in line or "thêm ghi chú" in line]


def _after(folder: Path) -> dict[str, Procedure]:
    assert [str(problem) for problem in read_catalog(folder, "da-nang").errors] == []
    return dict(load_catalog(folder, "da-nang").procedures)


def test_a_published_decision_with_titles_merged_cells_and_sections(tmp_path: Path) -> None:
    folder = ward.catalog(tmp_path)
    plan = _plan(folder, ward.decision_sheet(tmp_path / "qd.xlsx"), title=None, date=None)
    assert (plan.origin.title, plan.origin.date, plan.origin.kind) == (DECISION, dt.date(2026, 6, 30), "decision")
    assert _changes(plan) == [
        "Đăng ký khai sinh (1.001193): mức trực tuyến chưa rõ → toàn trình",
        "Đăng ký khai sinh (1.001193): thời hạn 5 ngày làm việc → trong ngày làm việc",
        "Đăng ký kết hôn (1.000894): mức trực tuyến chưa rõ → một phần",
        "Đăng ký kết hôn (1.000894): thời hạn 5 ngày làm việc → 3 ngày làm việc",
        "Đăng ký khai tử (1.000656): mức trực tuyến chưa rõ → toàn trình",
        "Đăng ký khai tử (1.000656): thời hạn chưa rõ → 8 giờ (Tính theo giờ làm việc.)",
        "Đăng ký khai tử (1.000656): phí chưa rõ → Hội đồng nhân dân tỉnh quy định",
        "Đăng ký khai tử (1.000656): thêm ghi chú «Mang theo căn cước.»",
        "Cấp bản sao trích lục hộ tịch (2.000635): phí 8.000 đồng/bản → 10.000 đồng/bản",
    ]
    text = "\n".join(plan.sentences())
    assert "«05 ngày làm việc; phải xác minh thì 10 ngày» – không hiểu hết" in text
    assert "«TTHC sửa đổi, bổ sung» – lời ghi của cơ quan" in text
    assert "«Không» – kém rõ hơn điều đang có" in text
    assert "9.999999 (Thủ tục kho chưa có)" in text
    assert "1 dòng đáng ngờ, không ghi:\n  trang «Phụ lục I», dòng 15: «1.00065»" in text
    assert "1 dòng không có mã, không ghi:" in text
    assert "Thủ tục chưa được cấp mã số" in text
    assert "Trang không có bảng thủ tục: Bìa." in text

    plan.write(TODAY)
    done = _after(folder)
    assert {done[code].online.level for code in (BIRTH, DEATH)} == {OnlineLevel.FULL}
    assert (done[WEDDING].online.level, done[WEDDING].online.basis, done[WEDDING].online.place) == (
        OnlineLevel.PARTIAL,
        DECISION,
        "Đà Nẵng",
    )
    assert all(case.time[0].unit is TimeUnit.SAME_WORKING_DAY for case in done[BIRTH].cases if not isinstance(case.time, str))
    fee = done[COPY].cases[0].fees[0]
    assert not isinstance(fee, str)
    assert (fee.amount, fee.per) == (10_000, "bản")
    source = done[COPY].source_of(fee)
    assert (source.title, source.date, source.kind) == (DECISION, dt.date(2026, 6, 30), "decision")
    assert [case.fees[0].status for case in done[BIRTH].cases if not isinstance(case.fees[0], str)] == [
        FeeStatus.FREE,
        FeeStatus.BY_PROVINCE,
    ]


LIST: list[list[object]] = [
    HEAD,
    [BIRTH, "Đăng ký khai sinh", "trong ngày", "Toàn trình"],
    [WEDDING, "Đăng ký kết hôn", "3 ngày làm việc", "Mức độ 3"],
    [COPY, "Cấp bản sao trích lục hộ tịch", "5 ngày làm việc", "4"],
]
SAID = [
    "Đăng ký khai sinh (1.001193): mức trực tuyến chưa rõ → toàn trình",
    "Đăng ký khai sinh (1.001193): thời hạn 5 ngày làm việc → trong ngày làm việc",
    "Đăng ký kết hôn (1.000894): mức trực tuyến chưa rõ → một phần",
    "Đăng ký kết hôn (1.000894): thời hạn 5 ngày làm việc → 3 ngày làm việc",
    "Cấp bản sao trích lục hộ tịch (2.000635): mức trực tuyến chưa rõ → toàn trình",
]
OTHER_ORDER: list[list[object]] = [
    ["Bảng tổng hợp dịch vụ công", None, None, None],
    ["Hình thức cung cấp dịch vụ công", "Thời hạn", "Thủ tục hành chính", "Mã thủ tục"],
]


@pytest.mark.parametrize("kind", ["csv", "tab", "utf-16", "cp1258", "nfd", "xlsx", "xls", "ods", "ods in another order"])
def test_a_plain_list_is_read_from_any_file(tmp_path: Path, kind: str) -> None:
    folder, file = ward.catalog(tmp_path), tmp_path / "bang.dat"  # the ending tells nothing
    if kind == "xlsx":
        ward.xlsx(file, LIST)
    elif kind == "xls":
        ward.xls(file, LIST)
    elif kind == "ods":
        ward.ods(file, LIST)
    elif kind == "ods in another order":
        ward.ods(file, [*OTHER_ORDER, *(row[::-1] for row in LIST[1:])], {(0, 0): (1, 4)})
    elif kind == "utf-16":
        ward.plain_csv(file, LIST, "utf-16", "\t")
    elif kind == "tab":
        ward.plain_csv(file, LIST, delimiter="\t")
    elif kind == "cp1258":
        file.write_bytes(_cp1258(ward.plain_csv(file, LIST).read_text("utf-8")).encode("cp1258"))
    else:
        text = ward.plain_csv(file, LIST).read_text("utf-8")
        file.write_text(unicodedata.normalize("NFD", text) if kind == "nfd" else text, "utf-8")
    plan = _plan(folder, file)
    assert _changes(plan) == SAID
    plan.write(TODAY)
    assert _after(folder)[COPY].online.level is OnlineLevel.FULL
    assert _changes(_plan(folder, file)) == []


def _cp1258(text: str) -> str:
    """Text as Windows wrote it: letters with a hat or horn are one sign, tones follow."""
    tones = "\u0300\u0301\u0303\u0309\u0323"
    out = ""
    for letter in unicodedata.normalize("NFC", text):
        parts = unicodedata.normalize("NFD", letter)
        base, marks = parts[0], parts[1:]
        out += unicodedata.normalize("NFC", base + "".join(mark for mark in marks if mark not in tones))
        out += "".join(mark for mark in marks if mark in tones)
    return out


def test_units_may_stand_in_the_heading(tmp_path: Path) -> None:
    rows = [["Mã TTHC", "Thời hạn giải quyết (ngày làm việc)", "Phí, lệ phí (đồng)"], [COPY, 3, 12000.0], [WEDDING, "05", 0]]
    folder = ward.catalog(tmp_path)
    plan = _plan(folder, ward.xlsx(tmp_path / "a.xlsx", rows))
    assert _changes(plan) == [
        "Cấp bản sao trích lục hộ tịch (2.000635): thời hạn 5 ngày làm việc → 3 ngày làm việc",
        "Cấp bản sao trích lục hộ tịch (2.000635): phí 8.000 đồng/bản → 12.000 đồng",
    ]


def test_a_code_that_excel_took_for_a_number_is_believed_only_with_its_name(tmp_path: Path) -> None:
    folder = ward.catalog(tmp_path)
    write_catalog(
        folder,
        {
            "ho-tich/1.000001-dat-ten.yaml": None,
            "ho-tich/1.000002-doi-ten.yaml": None,
            "ho-tich/1.004870-tach-so.yaml": procedure("1.004870", "Tách sổ gia đình") | {"lookalikes": []},
        },
    )
    rows = [["Mã TTHC", "Tên TTHC", "Thời hạn"], [1.00487, "Thủ tục tách sổ gia đình", "2 ngày"], [1.00065, "", "2 ngày"]]
    plan = _plan(folder, ward.xlsx(tmp_path / "a.xlsx", rows))
    assert _changes(plan) == ["Tách sổ gia đình (1.004870): thời hạn 5 ngày làm việc → 2 ngày"]


def test_a_code_with_the_name_of_something_else_is_doubtful(tmp_path: Path) -> None:
    folder = ward.catalog(tmp_path)
    plan = _plan(folder, ward.xlsx(tmp_path / "a.xlsx", [HEAD, [COPY, "Cấp giấy phép xây cầu vượt biển", "2 ngày", ""]]))
    assert _changes(plan) == []
    assert "mã 2.000635 ở đây là «Cấp bản sao trích lục hộ tịch», bảng ghi «Cấp giấy phép xây cầu vượt biển»" in "\n".join(plan.sentences())


def test_rows_that_contradict_each_other_are_not_written(tmp_path: Path) -> None:
    rows = [HEAD, [COPY, "", "2 ngày", "Toàn trình"], [COPY, "", "3 ngày", "Toàn trình"]]
    plan = _plan(ward.catalog(tmp_path), ward.xlsx(tmp_path / "a.xlsx", rows))
    assert _changes(plan)[0] == "Cấp bản sao trích lục hộ tịch (2.000635): mức trực tuyến chưa rõ → toàn trình"
    assert [change.aspect for change in plan.difference.changes] == ["level"]
    assert plan.difference.conflicts == [
        "Cấp bản sao trích lục hộ tịch (2.000635), thời hạn: dòng 2, dòng 3 nói khác nhau: «2 ngày» / «3 ngày»"
    ]


def test_one_fee_for_cases_that_differ_is_not_written(tmp_path: Path) -> None:
    rows = [["Mã TTHC", "Phí"], [BIRTH, "8.000 đồng"]]
    plan = _plan(ward.catalog(tmp_path), ward.xlsx(tmp_path / "a.xlsx", rows))
    assert plan.difference.changes == []
    assert "2 trường hợp khác nhau" in plan.difference.not_taken[0].why


@pytest.mark.parametrize(("cell", "told"), [("Số 12 đường Nguyễn Văn Linh, phường Hải Châu", 1), ("Trung tâm Phục vụ hành chính công", 0)])
def test_a_place_is_taken_only_with_an_address(tmp_path: Path, cell: str, told: int) -> None:
    plan = _plan(ward.catalog(tmp_path), ward.xlsx(tmp_path / "a.xlsx", [["Mã TTHC", "Địa điểm"], [COPY, cell]]))
    assert len(plan.difference.changes) == told


def test_sheets_that_are_hidden_are_not_read_and_one_can_be_named(tmp_path: Path) -> None:
    folder, file = ward.catalog(tmp_path), ward.decision_sheet(tmp_path / "qd.xlsx")
    plan = prepare(folder, "da-nang", file, sheet="Phụ lục I", province="Thành phố Đà Nẵng")
    assert len(plan.difference.changes) == 9
    assert plan.found.sheets_without_table == []


def test_an_ods_keeps_breaks_within_a_line_and_the_value_of_a_number(tmp_path: Path) -> None:
    head = "".join(f"<table:table-cell><text:p>{name}</text:p></table:table-cell>" for name in ("Mã TTHC", "Tên TTHC", "Thời hạn"))
    code = '<table:table-cell office:value-type="float" office:value="2.000635"><text:p>2,000635</text:p></table:table-cell>'
    name = "<table:table-cell><text:p>Cấp bản sao<text:line-break/>trích lục<text:s/>hộ tịch</text:p></table:table-cell>"
    time = "<table:table-cell><text:p>Trực tiếp: 3 ngày<text:line-break/>Trực tuyến: 2<text:s/>ngày</text:p></table:table-cell>"
    spaces = "".join(f' xmlns:{each}="urn:oasis:names:tc:opendocument:xmlns:{each}:1.0"' for each in ("office", "table", "text"))
    rows = f"<table:table-row>{head}</table:table-row><table:table-row>{code}{name}{time}</table:table-row>"
    with zipfile.ZipFile(tmp_path / "a.ods", "w") as archive:
        archive.writestr(
            "content.xml", f'<office:document-content{spaces}><table:table table:name="A">{rows}</table:table></office:document-content>'
        )
    plan = _plan(ward.catalog(tmp_path), tmp_path / "a.ods")
    assert _changes(plan) == [
        "Cấp bản sao trích lục hộ tịch (2.000635): thời hạn 5 ngày làm việc → Nộp trực tiếp: 3 ngày; Nộp qua mạng: 2 ngày"
    ]


def test_the_same_remark_about_many_procedures_is_told_once(tmp_path: Path) -> None:
    rows = [["Mã TTHC", "Địa điểm"], *([code, "Trung tâm hành chính công"] for code in (BIRTH, WEDDING, COPY))]
    text = "\n".join(_plan(ward.catalog(tmp_path), ward.xlsx(tmp_path / "a.xlsx", rows)).sentences())
    assert text.count("Trung tâm hành chính công") == 1
    assert "và 2 thủ tục nữa, nơi nộp: «Trung tâm hành chính công» – không có địa chỉ cụ thể" in text


def test_the_date_of_the_decision_is_not_that_of_the_letterhead(tmp_path: Path) -> None:
    rows = [
        ["Đà Nẵng, ngày 20 tháng 7 năm 2026", "", ""],
        ["(Kèm theo Quyết định số 99/QĐ-UBND ngày 15/7/2026 của UBND thành phố Đà Nẵng)", "", ""],
        ["Mã TTHC", "Tên TTHC", "Thời hạn"],
        [COPY, "", "2 ngày"],
    ]
    plan = _plan(ward.catalog(tmp_path), ward.xlsx(tmp_path / "a.xlsx", rows), title=None, date=None)
    assert (plan.origin.title, plan.origin.date) == ("Quyết định số 99/QĐ-UBND của UBND thành phố Đà Nẵng", dt.date(2026, 7, 15))
