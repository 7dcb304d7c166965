"""The report as a Word file in the form of Nghị định 30/2020/NĐ-CP: A4, Times New Roman 13, the two heads, the place to sign."""

from __future__ import annotations

import datetime as dt
import io
from typing import Any

from docx import Document
from docx.document import Document as Doc
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_COLOR_INDEX
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Mm, Pt
from docx.table import _Cell
from docx.text.paragraph import Paragraph as Para

from app.statistics.charts import png
from app.statistics.report_text import Heading, Paragraph, Report, printable
from app.statistics.tables import Table
from app.statistics.words import words

FONT, SIZE = "Times New Roman", 13
CHART_WIDTH = Cm(14)
CENTRE, RIGHT = WD_ALIGN_PARAGRAPH.CENTER, WD_ALIGN_PARAGRAPH.RIGHT


def docx(report: Report, made_at: dt.datetime) -> bytes:
    """The file."""
    document = Document()
    _set_up(document, report, made_at)
    _head(document, report)
    said = words()["report"]
    to = _line(document, said["to"], align=CENTRE, before=6)
    _marked(to, said["mark"].format(what=said["to_write"]))
    for piece in report.pieces:
        if isinstance(piece, Heading):
            _line(document, piece.text, bold=True, before=8 if piece.level == 1 else 4, keep=True, level=piece.level)
        elif isinstance(piece, Paragraph):
            _text(document, piece)
        else:
            _table(document, piece)
    _foot(document, report)
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


def _set_up(document: Doc, report: Report, made_at: dt.datetime) -> None:
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin, section.bottom_margin, section.left_margin, section.right_margin = Mm(20), Mm(20), Mm(30), Mm(15)
    normal: Any = document.styles["Normal"]
    normal.font.name, normal.font.size = FONT, Pt(SIZE)
    fonts = normal.element.get_or_add_rPr().get_or_add_rFonts()
    for name in ("w:ascii", "w:hAnsi", "w:cs", "w:eastAsia"):
        fonts.set(qn(name), FONT)
    language = OxmlElement("w:lang")
    language.set(qn("w:val"), "vi-VN")
    normal.element.get_or_add_rPr().append(language)
    for level in (1, 2):  # real headings, so that Word can list them, in the letters of the form
        style: Any = document.styles[f"Heading {level}"]
        style.font.name, style.font.size, style.font.bold, style.font.color.rgb = FONT, Pt(SIZE), True, None
        heading = style.element.get_or_add_rPr().get_or_add_rFonts()
        for name in list(heading.attrib):
            del heading.attrib[name]
        for name in ("w:ascii", "w:hAnsi", "w:cs", "w:eastAsia"):
            heading.set(qn(name), FONT)
        colour = style.element.rPr.find(qn("w:color"))
        if colour is not None:
            style.element.rPr.remove(colour)
    properties = document.core_properties
    properties.title, properties.author, properties.language = printable(report.subject), printable(report.ward), "vi-VN"
    properties.comments = ""
    properties.created = properties.modified = made_at.replace(tzinfo=None)


def _head(document: Doc, report: Report) -> None:
    said = words()["report"]
    left, right = _two_columns(document, 6.3, 10.2)
    _in(left, said["above"], first=True)
    _in(left, report.ward.upper(), bold=True)
    _in(left, "_______")
    _in(left, said["number"])
    _in(right, said["nation"], bold=True, first=True, size=12.5)
    _in(right, said["motto"], bold=True)
    _in(right, "_____________________")
    _in(right, said["dated"].format(place=report.place, year=report.period.last.year), italic=True)
    _line(document, said["title"], bold=True, align=CENTRE, before=14, size=14)
    _line(document, report.subject, bold=True, align=CENTRE, size=14)
    _line(document, "_______________", align=CENTRE)


def _foot(document: Doc, report: Report) -> None:
    said = words()["report"]
    _line(document, report.made, italic=True, size=11, before=6)
    left, right = _two_columns(document, 8, 8.5)
    _in(left, said["copies"], bold=True, italic=True, first=True, align=None, size=12)
    _marked(left.add_paragraph(), said["mark"].format(what=said["copies_write"]), size=11)
    _in(left, said["keep"], align=None, size=11)
    _in(right, said["signed_for"], bold=True, first=True)
    _in(right, said["signer"], bold=True)
    for _ in range(4):
        _in(right, "")


def _two_columns(document: Doc, left: float, right: float) -> tuple[_Cell, _Cell]:
    table = document.add_table(rows=1, cols=2)
    table.alignment = WD_TABLE_ALIGNMENT.CENTER
    table.autofit = False
    cells = table.rows[0].cells
    for cell, width in zip(cells, (left, right), strict=True):
        cell.width = Cm(width)
    return cells[0], cells[1]


def _in(
    cell: _Cell, text: str, *, bold: bool = False, italic: bool = False, first: bool = False, size: float = SIZE, align: Any = CENTRE
) -> None:
    paragraph = cell.paragraphs[0] if first else cell.add_paragraph()
    _put(paragraph, text, bold=bold, italic=italic, size=size)
    paragraph.alignment = align
    paragraph.paragraph_format.space_after = paragraph.paragraph_format.space_before = Pt(0)


def _line(
    document: Doc,
    text: str,
    *,
    bold: bool = False,
    italic: bool = False,
    align: Any = None,
    before: float = 0,
    size: float = SIZE,
    keep: bool = False,
    level: int = 0,
) -> Para:
    paragraph = document.add_paragraph(style=f"Heading {level}" if level else None)
    _put(paragraph, text, bold=bold, italic=italic, size=size)
    paragraph.alignment = align
    shape = paragraph.paragraph_format
    shape.space_before, shape.space_after, shape.keep_with_next = Pt(before), Pt(3), keep
    return paragraph


def _put(paragraph: Para, text: str, *, bold: bool = False, italic: bool = False, size: float = SIZE) -> None:
    run = paragraph.add_run(printable(text))
    run.bold, run.italic, run.font.size = bold, italic, Pt(size)


def _marked(paragraph: Para, text: str, size: float = SIZE) -> None:
    """What an official must write: yellow, and in words and brackets, so that it is seen in black and white too."""
    run = paragraph.add_run(printable(text))
    run.font.highlight_color, run.font.size = WD_COLOR_INDEX.YELLOW, Pt(size)
    paragraph.paragraph_format.space_after = Pt(3)


def _text(document: Doc, piece: Paragraph) -> None:
    paragraph = document.add_paragraph(style="List Bullet" if piece.bullet else None)
    if piece.marked:
        _marked(paragraph, piece.text)
    else:
        _put(paragraph, piece.text)
    shape = paragraph.paragraph_format
    shape.space_after = Pt(4)
    if not piece.bullet:
        shape.first_line_indent = Cm(1)
        paragraph.alignment = WD_ALIGN_PARAGRAPH.JUSTIFY


def _table(document: Doc, table: Table) -> None:
    if not table.lines:
        _text(document, Paragraph(table.empty))
        return
    if table.chart:
        paragraph = document.add_paragraph()
        paragraph.alignment = CENTRE
        paragraph.paragraph_format.keep_with_next = True
        picture = paragraph.add_run().add_picture(io.BytesIO(png(table.chart)), width=CHART_WIDTH)
        about = picture._inline.docPr  # noqa: SLF001 -- python-docx has no other way to give a picture its words
        about.set("descr", printable(f"{table.chart.title}. {table.chart.description}"))
        about.set("title", printable(table.chart.title))
    _line(document, table.title, italic=True, align=CENTRE, size=12, keep=True)
    grid = document.add_table(rows=1, cols=len(table.columns), style="Table Grid")
    grid.alignment = WD_TABLE_ALIGNMENT.CENTER
    widths = _widths(len(table.columns))
    grid.autofit = False
    for column, width in zip(grid.columns, widths, strict=True):  # LibreOffice looks at the columns, Word at the cells
        column.width = Cm(width)
    _row(grid.rows[0].cells, table.columns, table, widths, bold=True)
    header = OxmlElement("w:tblHeader")
    header.set(qn("w:val"), "true")
    grid.rows[0]._tr.get_or_add_trPr().append(header)  # noqa: SLF001 -- repeated on every page
    for line in table.lines:
        row = grid.add_row()
        whole = OxmlElement("w:cantSplit")
        row._tr.get_or_add_trPr().append(whole)  # noqa: SLF001
        _row(row.cells, table.said(line), table, widths)
    document.add_paragraph().paragraph_format.space_after = Pt(0)


def _row(cells: Any, texts: list[str], table: Table, widths: list[float], *, bold: bool = False) -> None:
    for cell, text, unit, width in zip(cells, texts, table.units, widths, strict=True):
        cell.width = Cm(width)
        paragraph = cell.paragraphs[0]
        _put(paragraph, text, bold=bold, size=12)
        paragraph.alignment = CENTRE if bold else None if unit == "text" else RIGHT
        paragraph.paragraph_format.space_before = paragraph.paragraph_format.space_after = Pt(1)


def _widths(columns: int) -> list[float]:
    """The first is wide, the others share what is left of 16 cm."""
    rest = {1: [], 2: [3.5], 3: [3.2, 3.2], 4: [2.8, 2.8, 2.8]}[columns]
    return [16 - sum(rest), *rest]
