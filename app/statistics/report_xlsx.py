"""The figures as a spreadsheet: one sheet per table with numbers that can be reckoned with, and Excel's own charts."""

from __future__ import annotations

import io
from typing import Any

from openpyxl import Workbook
from openpyxl.chart import BarChart, Reference
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter

from app.statistics.report_text import printable
from app.statistics.service import Overview
from app.statistics.tables import Table
from app.statistics.words import words
from app.subscribers.service import few

FORMATS = {"count": "#,##0", "percent": "0.0%"}
DRAWN = {"status": 1, "trend": 1, "channels": 1, "procedures": 1, "places": 1, "helped": 2, "hard": 1}
"""Tables with a chart, and how many of their columns it draws."""
UPRIGHT = frozenset({"trend"})
FORBIDDEN = str.maketrans(dict.fromkeys(r"[]:*?/\\", " "))


def xlsx(found: Overview, ward: str) -> bytes:
    """The file."""
    book = Workbook()
    book.properties.title = printable(f"{ward}, {found.period.name}")
    book.properties.creator = printable(ward)
    sheet: Any = book.active
    _summary(sheet, found, ward)
    for table in found.tables.values():
        _sheet(book, table)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def _summary(sheet: Any, found: Overview, ward: str) -> None:
    sheet.title = words()["summary"]
    _write(sheet, 1, [f"{ward}, {found.period.name}"], bold=True)
    _write(sheet, 3, list(words()["columns_of_summary"]), bold=True)
    for number, each in enumerate(found.headlines, 4):
        _write(sheet, number, [each.label, each.said, each.before])
    if found.incomplete:
        _write(sheet, 5 + len(found.headlines), [found.incomplete])
    _finish(sheet, [42, 18, 30], 3)


def _sheet(book: Workbook, table: Table) -> None:
    sheet: Any = book.create_sheet(_name(table.title, book.sheetnames))
    _write(sheet, 1, [table.title], bold=True)
    _write(sheet, 3, table.columns, bold=True)
    lines = list(reversed(table.lines)) if table.key in UPRIGHT else list(table.lines)
    for number, line in enumerate(lines, 4):
        cells = [few(cell) if unit == "few" else cell for unit, cell in zip(table.units, line.cells, strict=True)]
        _write(sheet, number, cells)
        for column, unit in enumerate(table.units, 1):
            if unit in FORMATS:
                sheet.cell(number, column).number_format = FORMATS[unit]
    if not lines:
        _write(sheet, 4, [table.empty])
    elif table.key in DRAWN:
        _draw(sheet, table, len(lines))
    if table.note:
        _write(sheet, 5 + len(lines), [table.note])
    _finish(sheet, [48, *[18] * (len(table.columns) - 1)], 3)


def _draw(sheet: Any, table: Table, lines: int) -> None:
    chart: Any = BarChart()
    chart.type = "col" if table.key in UPRIGHT else "bar"
    chart.title, chart.style = table.title, 10
    if DRAWN[table.key] > 1:
        chart.grouping, chart.overlap = "stacked", 100
    else:
        chart.legend = None
    chart.add_data(Reference(sheet, min_col=2, max_col=1 + DRAWN[table.key], min_row=3, max_row=3 + lines), titles_from_data=True)
    chart.set_categories(Reference(sheet, min_col=1, min_row=4, max_row=3 + lines))
    chart.x_axis.delete = chart.y_axis.delete = False  # newer Excel hides axes that do not say so
    if chart.type == "bar":
        chart.x_axis.scaling.orientation = "maxMin"  # the first line on top, as in the table
    chart.width, chart.height = 22, max(7.5, 1.2 * lines + 3)
    sheet.add_chart(chart, f"{get_column_letter(len(table.columns) + 2)}3")


def _write(sheet: Any, row: int, values: list[Any], *, bold: bool = False) -> None:
    for column, value in enumerate(values, 1):
        cell = sheet.cell(row, column)
        if isinstance(value, str):
            cell.value = printable(value)
            cell.data_type = "s"  # a title that begins with «=» is a title, not a formula
            cell.alignment = Alignment(wrap_text=column == 1 and row > 3, vertical="top")
        else:
            cell.value = value
        if bold:
            cell.font = Font(bold=True)


def _finish(sheet: Any, widths: list[int], head: int) -> None:
    for column, width in enumerate(widths, 1):
        sheet.column_dimensions[get_column_letter(column)].width = width
    sheet.freeze_panes = sheet.cell(head + 1, 1)
    sheet.page_setup.paperSize, sheet.page_setup.orientation = sheet.PAPERSIZE_A4, "landscape"
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True


def _name(title: str, taken: list[str]) -> str:
    """A sheet's name: 31 letters at most, none that Excel forbids, each once."""
    name = " ".join(title.translate(FORBIDDEN).split())[:31].strip()
    return name if name not in taken else f"{name[:28]} {len(taken)}"
