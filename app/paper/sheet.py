"""A sheet of paper as things at places, before anybody paints it. Lengths in millimetres from the top left, letters in points."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

POINT = 25.4 / 72
"""Millimetres of one point."""
INK, SOFT, RED, LINE, SHADE, WHITE = "#1c1a18", "#57514a", "#8c1a1d", "#b9b0a4", "#f6f2ec", "#ffffff"


@dataclass(frozen=True)
class Words:
    """One line of text; `y` is its baseline. `centred`: `x` is its middle."""

    x: float
    y: float
    text: str
    size: float
    bold: bool = False
    colour: str = INK
    centred: bool = False


@dataclass(frozen=True)
class Box:
    """A rectangle, filled or outlined or both. Empty colours paint nothing."""

    x: float
    y: float
    width: float
    height: float
    fill: str = ""
    line: str = ""
    thickness: float = 0.3
    radius: float = 0


@dataclass(frozen=True)
class Rule:
    """A straight line."""

    x: float
    y: float
    to_x: float
    to_y: float
    colour: str = LINE
    thickness: float = 0.2
    dashed: bool = False


@dataclass(frozen=True)
class Code:
    """A QR code; `side` holds its quiet zone too. `rows`: its modules without that zone, true is dark."""

    x: float
    y: float
    side: float
    rows: tuple[tuple[bool, ...], ...]
    address: str

    @property
    def module(self) -> float:
        """The side of one module."""
        return self.side / (len(self.rows) + 2 * QUIET)


QUIET = 4
"""Modules of white around a code, as ISO/IEC 18004 asks."""

Item = Words | Box | Rule | Code


@dataclass(frozen=True)
class Page:
    """One page. `name`: its paper («a4»), for printers and for style sheets."""

    width: float
    height: float
    items: tuple[Item, ...]
    name: str = ""

    def moved(self, x: float, y: float) -> tuple[Item, ...]:
        """Its things, for a place on a larger page."""
        return tuple(_moved(item, x, y) for item in self.items)


def _moved(item: Item, x: float, y: float) -> Item:
    if isinstance(item, Rule):
        return replace(item, x=item.x + x, y=item.y + y, to_x=item.to_x + x, to_y=item.to_y + y)
    return replace(item, x=item.x + x, y=item.y + y)


def runs(code: Code) -> Iterator[tuple[float, float, float]]:
    """Dark modules of a row that touch, as one stroke: left, top, width in millimetres."""
    module = code.module
    for number, row in enumerate(code.rows):
        start = -1
        for column, dark in enumerate((*row, False)):
            if dark and start < 0:
                start = column
            elif not dark and start >= 0:
                yield code.x + (start + QUIET) * module, code.y + (number + QUIET) * module, (column - start) * module
                start = -1
