"""The report, the spreadsheet and the CSV file: read back with the libraries that read such files, against the hand-counted ward."""

from __future__ import annotations

import csv
import datetime as dt
import io
import zipfile
from collections.abc import AsyncIterator
from typing import Any

import openpyxl
import pytest
from docx import Document
from PIL import Image

from app.calendar.calendar import Calendar
from app.catalog.catalog import Catalog
from app.commune import load_commune
from app.database import Database
from app.settings import ROOT
from app.signed import Role, Signed
from app.statistics import charts, service
from app.statistics.charts import Row, bars, columns
from app.statistics.export import csv_of, overview_csv
from app.statistics.report_docx import docx
from app.statistics.report_text import printable, report
from app.statistics.report_xlsx import xlsx
from app.statistics.service import Overview, Sources
from app.statistics.targets import Metric, set_entry, set_target
from app.subscribers.topics import load_topics
from tests.statistics.sample_ward import NOVEMBER, NOW, fill

LEADER = Signed(1, 1, "Phạm Văn Lãnh", Role.LEADER)
EVIL = "=cmd|'/c calc'!A1\x00\x0b\ud800"
CATALOG = Catalog("v", {}, (), (), (), (), ())  # names of procedures are another's matter
PROFILE = load_commune(ROOT / "procedures" / "commune.sample.yaml")


async def overview_of(database: Database, calendar: Calendar, period: Any = NOVEMBER) -> Overview:
    sources = Sources(CATALOG, load_topics(ROOT / "procedures"), calendar, dt.timedelta(days=365))
    async with database.read() as session:
        return await service.overview(session, 1, period, NOW, sources)


@pytest.fixture
async def empty(sqlite_database_url: str) -> AsyncIterator[Database]:
    """Files are the same whatever database the figures came from."""
    database = Database(sqlite_database_url)
    yield database
    await database.close()


@pytest.fixture
async def november(empty: Database, calendar: Calendar) -> Overview:
    async with empty.write() as session:
        await fill(session)
        await set_target(session, LEADER, 2026, Metric.ONLINE, 95, NOW)
        await set_target(session, LEADER, 2026, Metric.HELPED, 20, NOW)
        await set_entry(session, LEADER, NOVEMBER, 200, 170, 198, NOW)
    return await overview_of(empty, calendar)


def texts_of(file: bytes) -> str:
    """Everything that stands in a Word file, cells too, in order."""
    document = Document(io.BytesIO(file))
    found = []
    for element in document.element.body.iter():
        if element.tag.endswith("}t"):
            found.append(element.text or "")
        elif element.tag.endswith(("}p", "}tc")):
            found.append("\n")
    return "".join(found)


async def test_the_report_has_the_form_and_the_figures(november: Overview) -> None:
    asked = [("đăng ký cho chó", 7), ("hỏi ít", 4)]
    file = docx(report(november, PROFILE, asked, "30/11/2026"), NOW)
    text = texts_of(file)
    for line in (
        "ỦY BAN NHÂN DÂN", PROFILE.name.upper(), "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Độc lập - Tự do - Hạnh phúc", "Số:       /BC-UBND",
        "BÁO CÁO", "tháng 11 năm 2026", "I. KẾT QUẢ THỰC HIỆN", "II. KHÓ KHĂN, VƯỚNG MẮC", "III. ĐỀ XUẤT, KIẾN NGHỊ", "Nơi nhận:",
        "TM. ỦY BAN NHÂN DÂN", "CHỦ TỊCH",
        "tiếp nhận 200 hồ sơ, trong đó nộp trực tuyến 170 hồ sơ, đạt 85 %", "đúng hạn 198 hồ sơ, đạt 99 %",
        "Người dân hỏi 24 câu", "phải hỏi lại 8,3 %; chưa trả lời được 25 %", "tháng 10/2026: 5 câu",
        "được giúp 12 lượt: tự nộp 7 lượt (58,3 %), nộp hộ 5 lượt", "tổ chức 1 buổi (1/11)", "ghi 6 lượt", "Đăng 2 thông báo",
        "tới được 70,8 %", "quét 17 lượt", "Có 6 câu chưa trả lời được", "«đăng ký cho chó», 7 lượt",
    ):  # fmt: skip
        assert line in text, line
    assert "hỏi ít" not in text  # fewer than five times: somebody might be known by the words
    order = [text.index(part) for part in ("BÁO CÁO", "I. KẾT QUẢ", "II. KHÓ KHĂN", "III. ĐỀ XUẤT", "CHỦ TỊCH")]
    assert order == sorted(order)


async def test_what_an_official_must_write_is_marked(november: Overview) -> None:
    document = Document(io.BytesIO(docx(report(november, PROFILE, [], "30/11/2026"), NOW)))
    runs = [run for paragraph in document.paragraphs for run in paragraph.runs]
    runs += [run for table in document.tables for row in table.rows for cell in row.cells for each in cell.paragraphs for run in each.runs]
    marked = [run.text for run in runs if run.font.highlight_color is not None]
    assert len(marked) == 4
    assert all(text.startswith("[Cán bộ viết: ") for text in marked)
    assert document.styles["Normal"].font.name == "Times New Roman"
    assert document.core_properties.language == "vi-VN"
    headings = [each.text for each in document.paragraphs if each.style is not None and each.style.name == "Heading 1"]
    assert [each.split(".")[0] for each in headings] == ["I", "II", "III"]


async def test_every_picture_of_the_report_says_what_it_shows(november: Overview) -> None:
    file = docx(report(november, PROFILE, [], "30/11/2026"), NOW)
    document = Document(io.BytesIO(file))
    about = [shape._inline.docPr.get("descr") for shape in document.inline_shapes]
    assert len(about) >= 4
    assert any("Chưa trả lời được: 6 (25 %)" in each for each in about)
    with zipfile.ZipFile(io.BytesIO(file)) as parts:
        assert parts.testzip() is None
        pictures = [name for name in parts.namelist() if name.endswith(".png")]
        assert all(Image.open(io.BytesIO(parts.read(name))).width == charts.WIDTH * charts.SCALE for name in pictures)
    assert len(file) < 250_000


async def test_the_spreadsheet_reckons_with_numbers_and_draws(november: Overview) -> None:
    book = openpyxl.load_workbook(io.BytesIO(xlsx(november, PROFILE.name)))
    status = book["Trợ lý trả lời thế nào"]
    rows = [[cell.value for cell in row] for row in status.iter_rows(min_row=4, max_row=7, max_col=3)]
    assert rows == [
        ["Trả lời được bằng thủ tục", 13, 13 / 24],
        ["Trả lời được việc khác", 3, 3 / 24],
        ["Phải hỏi lại", 2, 2 / 24],
        ["Chưa trả lời được", 6, 6 / 24],
    ]
    assert status["C4"].number_format == "0.0%"
    drawn = {sheet.title: len(sheet._charts) for sheet in book.worksheets if sheet._charts}  # type: ignore[attr-defined]
    assert len(drawn) >= 5
    helped = book["Tự nộp và nộp hộ theo thủ tục"]
    assert [helped["B4"].value, helped["C4"].value, helped["D4"].value] == [6, 3, 9]
    assert len(set(book.sheetnames)) == len(book.sheetnames)
    assert all(len(name) <= 31 for name in book.sheetnames)
    followers = book["Người theo dõi theo tổ"]
    assert {followers.cell(row, 2).value for row in range(4, 7)} == {"5", "dưới 5"}  # also here nobody is alone


async def test_targets_stand_where_the_figures_are(november: Overview) -> None:
    assert [(each.metric, each.goal, each.value, each.reached) for each in november.progress] == [
        (Metric.ONLINE, 95, 85.0, False),
        (Metric.HELPED, 20, 14.0, False),  # the year's: 1 + 12 + 1
    ]


async def test_an_empty_ward_has_a_report_too(empty: Database, calendar: Calendar) -> None:
    found = await overview_of(empty, calendar)
    text = texts_of(docx(report(found, PROFILE, [], "30/11/2026"), NOW))
    assert "Trong tháng chưa có câu hỏi nào." in text
    assert "[Cán bộ viết: số hồ sơ tiếp nhận" in text
    assert "None" not in text
    assert "nan" not in text.split()
    book = openpyxl.load_workbook(io.BytesIO(xlsx(found, PROFILE.name)))
    assert book["Trợ lý trả lời thế nào"]["A4"].value == "Chưa có."
    assert overview_csv(found).startswith(b"\xef\xbb\xbf")


async def test_nothing_typed_becomes_a_formula_or_breaks_a_file(november: Overview) -> None:
    profile = PROFILE.model_copy(update={"name": EVIL})
    docx(report(november, profile, [(EVIL * 20, 9)], "30/11/2026"), NOW)
    book = openpyxl.load_workbook(io.BytesIO(xlsx(november, EVIL)))
    cell = book.worksheets[0]["A1"]
    assert cell.data_type == "s"
    assert str(cell.value).startswith("=cmd")
    rows = list(csv.reader(io.StringIO(csv_of([("Bảng", EVIL, "-1", "@x")], ["a", "b", "c", "d"]).decode("utf-8-sig"))))
    assert rows[1][1].startswith("'=cmd")
    assert rows[1][2:] == ["'-1", "'@x"]
    assert printable("e\u0302\u0301\x08") == "ế"


def test_charts_say_what_they_show() -> None:
    chart = bars("Hỏi <gì>", [Row("Khai sinh & kết hôn", 10, 5), Row("Rất dài " * 30, 0)], ("Tự nộp", "Nộp hộ"))
    drawn = str(charts.svg(chart))
    assert 'role="img"' in drawn
    assert "Hỏi &lt;gì&gt;" in drawn
    assert "Khai sinh &amp; kết hôn: 15" in drawn
    assert "style=" not in drawn
    assert "…" in drawn
    with Image.open(io.BytesIO(charts.png(chart))) as image:
        assert image.size == (charts.WIDTH * charts.SCALE, chart.height * charts.SCALE)
        assert len(image.convert("RGB").getcolors(1_000_000) or []) > 3  # something is drawn
    empty = columns("Trống", [])
    assert "<svg" in str(charts.svg(empty))
    months = columns("Tháng", [("1/26", 12_400), ("2", None), ("3", 0)])
    assert "12k" in str(charts.svg(months))
    assert "2: –" in months.description


def test_emoji_and_decomposed_letters_do_not_stop_a_chart() -> None:
    chart = bars("Thử", [Row("Chợ 🏪 kha\u0301i sinh ☃", 3)])
    assert "khái sinh" in str(charts.svg(chart))
    charts.png(chart)
