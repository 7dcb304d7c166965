"""Pages as SVG for the print view: the same places, the pages' own letters. No style attribute: our content policy forbids them."""

from __future__ import annotations

from markupsafe import Markup, escape

from app.paper.sheet import POINT, Box, Code, Item, Page, Rule, Words, runs


def svg_of(page: Page) -> Markup:
    """A page; its text stays text, which can be read aloud and copied."""
    inside = "".join(_drawn(item) for item in page.items)
    return Markup(  # noqa: S704 -- every text in it is escaped in _words
        f'<svg xmlns="http://www.w3.org/2000/svg" class="paper-sheet paper-{page.name}" viewBox="0 0 {_n(page.width)} {_n(page.height)}">'
        f'<rect width="100%" height="100%" fill="#fff"/>{inside}</svg>'
    )


def _drawn(item: Item) -> str:
    if isinstance(item, Words):
        return _words(item)
    if isinstance(item, Code):
        return _code(item)
    if isinstance(item, Rule):
        return _rule(item)
    return _box(item)


def _words(words: Words) -> str:
    middle = ' text-anchor="middle"' if words.centred else ""
    weight = "600" if words.bold else "400"
    place = f'x="{_n(words.x)}" y="{_n(words.y)}" font-size="{_n(words.size * POINT)}" font-weight="{weight}" fill="{words.colour}"{middle}'
    return f"<text {place}>{escape(words.text)}</text>\n"


def _code(code: Code) -> str:
    side, module = _n(code.side), code.module
    path = "".join(f"M{_n(x)} {_n(y)}h{_n(width)}v{_n(module)}h-{_n(width)}z" for x, y, width in runs(code))
    ground = f'<rect x="{_n(code.x)}" y="{_n(code.y)}" width="{side}" height="{side}" fill="#fff"/>'
    return f'<g role="img" aria-label="QR: {escape(code.address)}">{ground}<path d="{path}" fill="#000"/></g>'


def _rule(rule: Rule) -> str:
    dashes = ' stroke-dasharray="1.2"' if rule.dashed else ""
    ends = f'x1="{_n(rule.x)}" y1="{_n(rule.y)}" x2="{_n(rule.to_x)}" y2="{_n(rule.to_y)}"'
    return f'<line {ends} stroke="{rule.colour}" stroke-width="{_n(rule.thickness)}"{dashes}/>'


def _box(box: Box) -> str:
    line = f' stroke="{box.line}" stroke-width="{_n(box.thickness)}"' if box.line else ""
    place = f'x="{_n(box.x)}" y="{_n(box.y)}" width="{_n(box.width)}" height="{_n(box.height)}" rx="{_n(box.radius)}"'
    return f'<rect {place} fill="{box.fill or "none"}"{line}/>'


def _n(number: float) -> str:
    """A number as short as a thousandth of a millimetre lets it be."""
    return f"{number:.3f}".rstrip("0").rstrip(".")
