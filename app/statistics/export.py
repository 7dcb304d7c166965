"""Figures as CSV: one value a line, so that any programme can read it whatever tables come later."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable

from app.statistics.report_text import printable
from app.statistics.service import Overview
from app.statistics.words import words

BOM = "\ufeff"
FORMULA = ("=", "+", "-", "@", "\t", "\r")
Record = tuple[str, str, str, str]


def csv_of(rows: Iterable[Record], head: Iterable[str]) -> bytes:
    """UTF-8 with a byte order mark, so that Excel shows Vietnamese; a cell that could be a formula begins with an apostrophe."""
    file = io.StringIO(BOM, newline="")
    file.seek(len(BOM))
    writer = csv.writer(file)
    writer.writerow(head)
    for row in rows:
        writer.writerow([f"'{cell}" if cell.startswith(FORMULA) else cell for cell in map(printable, row)])
    return file.getvalue().encode("utf-8")


def overview_csv(found: Overview) -> bytes:
    """Every table of a period: table, line, column, value (numbers with a point, shares from 0 to 1)."""
    rows: list[Record] = [(words()["summary"], each.label, "", each.said) for each in found.headlines]
    for table in found.tables.values():
        for line in table.lines:
            plain, said = line.cells, table.said(line)
            for column, unit, cell, words_ in list(zip(table.columns, table.units, plain, said, strict=True))[1:]:
                value = words_ if unit in {"text", "few"} or cell is None else f"{cell:.4g}" if isinstance(cell, float) else str(cell)
                rows.append((table.title, str(plain[0]), column, value))
    return csv_of(rows, words()["columns_of_all"])
