"""Pages as a PDF with our letters embedded, so that its text can be searched, read aloud and copied."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from fpdf import FPDF
from fpdf.drawing import PaintedPath

from app.paper.sheet import Box, Code, Item, Page, Rule, Words, runs
from app.paper.typesetting import BOLD, REGULAR, face

FAMILY = "BeVietnamPro"
CREATOR = "Gần Dân"


def pdf_of(pages: Sequence[Page], title: str, made: dt.datetime) -> bytes:
    """The pages as one file. Pages may be of several sizes."""
    pdf = FPDF(unit="mm", format="A4")
    pdf.set_auto_page_break(False)
    pdf.set_margin(0)
    pdf.add_font(FAMILY, "", REGULAR)
    pdf.add_font(FAMILY, "B", BOLD)
    pdf.set_title(title)
    pdf.set_lang("vi")
    pdf.set_creator(CREATOR)
    pdf.set_creation_date(made)
    for page in pages:
        pdf.add_page(format=(page.width, page.height))
        for item in page.items:
            _paint(pdf, item)
    return bytes(pdf.output())


def _paint(pdf: FPDF, item: Item) -> None:
    if isinstance(item, Words):
        _write(pdf, item)
    elif isinstance(item, Code):
        _draw_code(pdf, item)
    elif isinstance(item, Rule):
        _draw_rule(pdf, item)
    else:
        _draw_box(pdf, item)


def _write(pdf: FPDF, words: Words) -> None:
    pdf.set_font(FAMILY, "B" if words.bold else "", words.size)
    pdf.set_text_color(words.colour)
    x = words.x - face(bold=words.bold).width(words.text, words.size) / 2 if words.centred else words.x
    pdf.text(x, words.y, words.text)


def _draw_code(pdf: FPDF, code: Code) -> None:
    """All modules as one path: strokes painted one by one would leave hair lines between rows."""
    pdf.set_fill_color("#ffffff")
    pdf.rect(code.x, code.y, code.side, code.side, "F")
    path = PaintedPath()
    path.style.fill_color, path.style.stroke_color = "#000000", None
    for x, y, width in runs(code):
        path.rectangle(x, y, width, code.module)
    with pdf.drawing_context() as drawing:
        drawing.add_item(path, clone=False)  # a copy costs ten times as much as the drawing


def _draw_rule(pdf: FPDF, rule: Rule) -> None:
    pdf.set_draw_color(rule.colour)
    pdf.set_line_width(rule.thickness)
    if rule.dashed:
        pdf.set_dash_pattern(1.2, 1.2)
    pdf.line(rule.x, rule.y, rule.to_x, rule.to_y)
    if rule.dashed:
        pdf.set_dash_pattern()


def _draw_box(pdf: FPDF, box: Box) -> None:
    if box.fill:
        pdf.set_fill_color(box.fill)
    if box.line:
        pdf.set_draw_color(box.line)
        pdf.set_line_width(box.thickness)
    style = ("D" if box.line else "") + ("F" if box.fill else "")
    pdf.rect(box.x, box.y, box.width, box.height, style, round_corners=box.radius > 0, corner_radius=box.radius)
