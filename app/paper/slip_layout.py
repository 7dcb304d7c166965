"""How a slip looks: letters of 16 points and more, boxes to tick. What one side cannot hold goes on the back; nothing is made smaller."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from app.paper import words
from app.paper.codes import code_at
from app.paper.poster_layout import SIZES, Format
from app.paper.sheet import INK, LINE, RED, SOFT, Box, Item, Page, Rule
from app.paper.slips import Slip, ToBring
from app.paper.typesetting import fit, set_text

TEXT, HEADING, TITLE = 16.0, 17.0, 24.0
"""Points. People of seventy read 16 at arm's length with their everyday glasses."""
LEADING = 1.2
MARGIN = 12.0
TICK, INDENT = 5.5, 9.5
FOOT = 8.0
"""Millimetres kept free for the last line of a side."""
TIGHTER = (1.0, 0.65, 0.35)
"""Gaps between pieces are tried in these parts before a second side is taken; letters stay as large as they are."""


@dataclass(frozen=True)
class Piece:
    """Something that stays together. `draw` gives its things with their upper edge at a height; `keep`: never last on a side."""

    height: float
    gap: float
    draw: Callable[[float], list[Item]]
    keep: bool = False


def slip_pages(slip: Slip, paper: Format = Format.A4) -> list[Page]:
    """One page, more where the papers are many."""
    width, height = SIZES[paper]
    pieces = list(_pieces(slip, width - 2 * MARGIN, width))
    tried = [_sides(pieces, height - MARGIN - FOOT, part) for part in TIGHTER]
    fewest = min(len(each) for each in tried)
    sides = next(each for each in tried if len(each) == fewest)
    return [
        Page(width, height, (*items, *_foot(slip, number, len(sides), width, height)), paper.value) for number, items in enumerate(sides, 1)
    ]


def _sides(pieces: list[Piece], bottom: float, part: float) -> list[list[Item]]:
    """The pieces one below the other, on as many sides as they take."""
    sides: list[list[Item]] = [[]]
    y = MARGIN
    for piece, after in zip(pieces, [*pieces[1:], None], strict=True):
        needed = piece.height + (after.height + piece.gap * part if piece.keep and after else 0)
        if y + needed > bottom and y > MARGIN:
            sides.append([])
            y = MARGIN
        sides[-1] += piece.draw(y)
        y += piece.height + piece.gap * part
    return sides


def _pieces(slip: Slip, inner: float, width: float) -> Iterator[Piece]:
    yield _head(slip, inner, width)
    if slip.always:
        yield _heading(words.get("slip.bring"), inner)
        yield from (_paper(each, inner) for each in slip.always)
    if slip.sometimes:
        yield _heading(words.get("slip.bring_when"), inner)
        yield from (_paper(each, inner) for each in slip.sometimes)
    if slip.facts:
        yield Piece(2, 1.2, lambda y: [Rule(MARGIN, y + 1, MARGIN + inner, y + 1, RED, 0.5)], keep=True)
    yield from (_fact(name, lines, inner) for name, lines in slip.facts)


def _head(slip: Slip, inner: float, width: float) -> Piece:
    """Whose slip, what for, and at the right the code for a relative."""
    side = 40.0
    column = inner - side - 8
    ward = fit(slip.ward, column, 9, HEADING, bold=True)
    title = fit(slip.title, column, 60, TITLE, bold=True, leading=1.2)
    case = set_text(slip.case, column, TEXT, leading=LEADING) if slip.case else None
    left = ward.height + 3 + title.height + (2 + case.height if case else 0)
    told = set_text(words.get("slip.relative"), side + 6, TEXT, leading=1.15)
    x = width - MARGIN - side

    def draw(y: float) -> list[Item]:
        items: list[Item] = [*ward.at(MARGIN, y, colour=RED), *title.at(MARGIN, y + ward.height + 3)]
        if case:
            items += case.at(MARGIN, y + ward.height + 5 + title.height, colour=SOFT)
        items += [code_at(x, y - 3, side, slip.address), *told.at(x + side / 2, y + side - 6.5, colour=SOFT, centred=True)]
        return items

    return Piece(max(left, side - 6.5 + told.height), 2, draw)


def _heading(text: str, inner: float) -> Piece:
    block = set_text(text, inner, HEADING, bold=True)
    return Piece(block.height, 1.5, lambda y: list(block.at(MARGIN, y, colour=RED)), keep=True)


def _paper(paper: ToBring, inner: float) -> Piece:
    """A box to tick, the name, how many, when it is needed."""
    block = set_text(_told(paper), inner - INDENT, TEXT, leading=LEADING)

    def draw(y: float) -> list[Item]:
        return [Box(MARGIN, y + 0.7, TICK, TICK, line=INK, thickness=0.5, radius=0.6), *block.at(MARGIN + INDENT, y)]

    return Piece(max(block.height, TICK + 1), 1.7, draw)


def _told(paper: ToBring) -> str:
    counted = f"{paper.name} ({paper.count})" if paper.count else paper.name
    return words.say("slip.only", paper=counted, case=paper.only_if) if paper.only_if else counted


def _fact(name: str, lines: tuple[str, ...], inner: float) -> Piece:
    """The name at the left where there is room for it, its lines at the right."""
    label_width = 44.5 if inner > 150 else 0.0
    label = set_text(name, label_width - 2 if label_width else inner, TEXT, bold=True, leading=LEADING)
    blocks = [set_text(line, inner - label_width, TEXT, leading=LEADING) for line in lines]
    said = sum(block.height + 0.5 for block in blocks)

    def draw(y: float) -> list[Item]:
        items: list[Item] = list(label.at(MARGIN, y))
        y += 0 if label_width else label.height + 0.5
        for block in blocks:
            items += block.at(MARGIN + label_width, y)
            y += block.height + 0.5
        return items

    return Piece(max(label.height, said) if label_width else label.height + 0.5 + said, 1.6, draw)


def _foot(slip: Slip, number: int, count: int, width: float, height: float) -> Iterator[Item]:
    last = number == count
    text = slip.closing if last else words.get("slip.back")
    y = height - MARGIN - 6
    yield Rule(MARGIN, y - 2, width - MARGIN, y - 2, LINE)
    pages = set_text(words.say("slip.page", page=number, pages=count), 60, TEXT) if count > 1 else None
    room = width - 2 * MARGIN - (pages.width + 4 if pages else 0)
    yield from fit(text, room, 7, TEXT, bold=not last, most_lines=1).at(MARGIN, y, colour=SOFT if last else INK)
    if pages:
        yield from pages.at(width - MARGIN - pages.width, y, colour=SOFT)
