"""Charts drawn on the server: laid out once as a few shapes, painted as SVG for pages and as PNG for the report.

Every chart carries what it shows in words (`title`, `description`); pages put its table beneath. Nothing is said by colour alone:
values stand at their bars, and the second part of a divided bar is an outline. No style attribute: our content policy forbids them.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from markupsafe import Markup, escape
from PIL import Image, ImageDraw, ImageFont

from app.paper.sheet import POINT
from app.paper.typesetting import BOLD, REGULAR, clean, face
from app.statistics.words import number

WIDTH = 400.0
SMALL, NORMAL = 13.0, 15.0
ROW, BAR = 52.0, 18.0
"""Height of a row of bars and of its bar."""
COLUMNS_HEIGHT = 180.0
SCALE = 3
"""Pixels of the PNG for one unit."""

Kind = Literal["bar", "outline", "ink", "soft", "line"]
COLOURS: dict[Kind, str] = {"bar": "#0b4c9c", "outline": "#0b4c9c", "ink": "#1c1a18", "soft": "#57514a", "line": "#857c70"}


@dataclass(frozen=True)
class Box:
    x: float
    y: float
    width: float
    height: float
    kind: Kind


@dataclass(frozen=True)
class Text:
    """Words on a baseline. `anchor`: which part of them stands at x."""

    x: float
    y: float
    text: str
    size: float = NORMAL
    anchor: Literal["start", "middle", "end"] = "start"
    bold: bool = False
    kind: Kind = "ink"


@dataclass(frozen=True)
class Chart:
    """A drawing `WIDTH` wide and `height` high, with what it says in words."""

    title: str
    description: str
    height: float
    shapes: tuple[Box | Text, ...]


@dataclass(frozen=True)
class Row:
    """One bar: `value` drawn solid, then `second` as an outline. `words`: what stands at its end."""

    label: str
    value: float
    second: float = 0
    words: str = ""

    @property
    def said(self) -> str:
        return self.words or number(self.value + self.second)


def bars(title: str, rows: Sequence[Row], legend: tuple[str, str] | None = None) -> Chart:
    """Horizontal bars, each under its label. `legend`: the words for the solid and the outlined part."""
    most = max((row.value + row.second for row in rows), default=0) or 1
    room = WIDTH - 10 - max((_width(row.said, NORMAL, bold=True) for row in rows), default=0)
    shapes: list[Box | Text] = []
    top = 0.0
    if legend:
        shapes += _legend(legend)
        top = 30.0
    for number_, row in enumerate(rows):
        y = top + number_ * ROW
        shapes.append(Text(0, y + 18, _cut(row.label, WIDTH, NORMAL)))
        solid, outlined = room * row.value / most, room * row.second / most
        if solid:
            shapes.append(Box(0, y + 25, max(solid, 1.5), BAR, "bar"))
        if outlined:
            shapes.append(Box(solid + 0.75, y + 25.75, max(outlined - 1.5, 1), BAR - 1.5, "outline"))
        shapes.append(Text(solid + outlined + 8, y + 25 + BAR - 4, row.said, bold=True))
    said = "; ".join(f"{row.label}: {row.said}" for row in rows)
    return Chart(title, said, top + max(1, len(rows)) * ROW, tuple(shapes))


def columns(title: str, values: Sequence[tuple[str, float | None]]) -> Chart:
    """Upright columns with their values above and their names below; None: no column, and «–»."""
    most = max((value or 0 for _, value in values), default=0) or 1
    step = WIDTH / max(1, len(values))
    wide, foot, head = step * 0.66, 26.0, 24.0
    high = COLUMNS_HEIGHT - foot - head
    shapes: list[Box | Text] = [Box(0, COLUMNS_HEIGHT - foot, WIDTH, 1, "line")]
    for at, (label, value) in enumerate(values):
        middle = step * (at + 0.5)
        tall = high * (value or 0) / most
        if value:
            shapes.append(Box(middle - wide / 2, COLUMNS_HEIGHT - foot - max(tall, 1.5), wide, max(tall, 1.5), "bar"))
        said = "–" if value is None else short(value)
        shapes.append(Text(middle, COLUMNS_HEIGHT - foot - tall - 6, said, SMALL, "middle", bold=True))
        shapes.append(Text(middle, COLUMNS_HEIGHT - 6, label, SMALL, "middle", kind="soft"))
    said = "; ".join(f"{label}: {'–' if value is None else number(value)}" for label, value in values)
    return Chart(title, said, COLUMNS_HEIGHT, tuple(shapes))


def short(value: float) -> str:
    """A number that fits above a column: `940`, `8,2k`, `12k`."""
    if value < 1_000:
        return number(value)
    return f"{number(round(value / 1_000, 1) if value < 10_000 else round(value / 1_000))}k"


def _legend(words: tuple[str, str]) -> list[Box | Text]:
    second = 22 + _width(words[0], SMALL) + 22
    return [
        Box(0, 2, 14, 14, "bar"),
        Text(22, 14, words[0], SMALL),
        Box(second + 0.75, 2.75, 12.5, 12.5, "outline"),
        Text(second + 22, 14, words[1], SMALL),
    ]


def _width(text: str, size: float, *, bold: bool = False) -> float:
    return face(bold=bold).width(text, size) / POINT  # our unit is what the letters' size is in


def _cut(text: str, width: float, size: float) -> str:
    text = clean(text)
    if _width(text, size) <= width:
        return text
    end = len(text)
    while end and _width(text[:end].rstrip() + "…", size) > width:
        end -= 1
    return text[:end].rstrip() + "…"


# --- painting --------------------------------------------------------------------------------------------------------


def svg(chart: Chart) -> Markup:
    """The chart for a page; `statistics.css` gives the colours of day and night."""
    key = "b" + hashlib.sha256(f"{chart.title}{chart.description}".encode()).hexdigest()[:10]
    inside = "".join(_box_svg(each) if isinstance(each, Box) else _text_svg(each) for each in chart.shapes)
    return Markup(  # noqa: S704 -- every text in it is escaped
        f'<svg class="chart" role="img" aria-labelledby="{key}t {key}d" viewBox="0 0 {_n(WIDTH)} {_n(chart.height)}">'
        f'<title id="{key}t">{escape(chart.title)}</title><desc id="{key}d">{escape(chart.description)}</desc>{inside}</svg>'
    )


def _box_svg(box: Box) -> str:
    return f'<rect class="chart-{box.kind}" x="{_n(box.x)}" y="{_n(box.y)}" width="{_n(box.width)}" height="{_n(box.height)}"/>'


def _text_svg(text: Text) -> str:
    weight = ' font-weight="600"' if text.bold else ""
    anchor = f' text-anchor="{text.anchor}"' if text.anchor != "start" else ""
    place = f'x="{_n(text.x)}" y="{_n(text.y)}" font-size="{_n(text.size)}"'
    return f'<text class="chart-{text.kind}" {place}{weight}{anchor}>{escape(text.text)}</text>'


def _n(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")


def png(chart: Chart) -> bytes:
    """The chart for the report: WIDTH × SCALE pixels wide, black on white."""
    image = Image.new("RGB", (round(WIDTH * SCALE), round(chart.height * SCALE)), "#fff")
    draw = ImageDraw.Draw(image)
    for each in chart.shapes:
        if isinstance(each, Box):
            corners = [
                round(each.x * SCALE),
                round(each.y * SCALE),
                round((each.x + each.width) * SCALE),
                round((each.y + each.height) * SCALE),
            ]
            if each.kind == "outline":
                draw.rectangle(corners, outline=COLOURS[each.kind], width=SCALE)
            else:
                draw.rectangle(corners, fill=COLOURS[each.kind])
        else:
            font = ImageFont.truetype(str(BOLD if each.bold else REGULAR), round(each.size * SCALE))
            anchor = {"start": "ls", "middle": "ms", "end": "rs"}[each.anchor]
            draw.text((each.x * SCALE, each.y * SCALE), each.text, fill=COLOURS[each.kind], font=font, anchor=anchor)
    file = io.BytesIO()
    image.quantize(32).save(file, "PNG", optimize=True)  # few colours: a tenth of the size
    return file.getvalue()
