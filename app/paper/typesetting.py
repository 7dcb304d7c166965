"""Setting text: how wide it is in our letters, where its lines break, how large it may be in a box. Nothing is ever cut off."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

from fontTools.ttLib import TTFont

from app.paper.sheet import INK, POINT, Words

FONTS = Path(__file__).with_name("fonts")
REGULAR, BOLD = FONTS / "BeVietnamPro-Regular.ttf", FONTS / "BeVietnamPro-SemiBold.ttf"
LEADING = 1.3
"""From baseline to baseline, in sizes: Vietnamese carries marks above and below its letters, two of them on some."""
ASCENT, DESCENT = 0.93, 0.22
"""What a line needs above and below its baseline, in sizes: Ế and ợ are the tallest and the deepest."""
SMALLER = 0.96
LEAST = 3.0
"""Points. What does not fit with whole words at this size is broken inside its words."""
TINIEST = 1.0
"""Points; where the search ends: only a box without any room comes to this, and a test knows that none of ours does."""
_INSTEAD = str.maketrans({"‑": "-", "\u00ad": "", "\u200b": "", "\ufeff": "", "→": "-", "☐": "", "′": "'", "″": '"', "≥": ">=", "≤": "<="})


@dataclass(frozen=True)
class Face:
    """One weight of our letters."""

    file: Path

    @cached_property
    def advances(self) -> dict[str, float]:
        """Width of each letter, in sizes."""
        with TTFont(self.file, lazy=True) as font:
            units, widths = font["head"].unitsPerEm, font["hmtx"].metrics
            return {chr(code): widths[name][0] / units for code, name in font.getBestCmap().items()}

    def width(self, text: str, size: float) -> float:
        """Millimetres that a line takes, without kerning (nobody who paints it kerns)."""
        advances = self.advances
        return sum(advances[letter] for letter in text) * size * POINT


@cache
def face(*, bold: bool) -> Face:
    """The face of a weight, read once."""
    return Face(BOLD if bold else REGULAR)


def clean(text: str) -> str:
    """One line in letters that our faces have: NFC, look-alikes put in, what is left unknown (an emoji) left out."""
    known = face(bold=False).advances
    composed = unicodedata.normalize("NFC", text).translate(_INSTEAD)
    return " ".join("".join(letter if letter in known else " " if letter.isspace() else "" for letter in composed).split())


@dataclass(frozen=True)
class Block:
    """Lines of one size and weight. Height in millimetres."""

    lines: tuple[str, ...]
    size: float
    bold: bool = False
    leading: float = LEADING

    @property
    def step(self) -> float:
        return self.size * POINT * self.leading

    @property
    def height(self) -> float:
        return self.size * POINT * (ASCENT + DESCENT) + self.step * (len(self.lines) - 1) if self.lines else 0

    @property
    def width(self) -> float:
        """Of its widest line."""
        return max((face(bold=self.bold).width(line, self.size) for line in self.lines), default=0)

    def at(self, x: float, top: float, *, colour: str = INK, centred: bool = False) -> list[Words]:
        """Its lines with their upper edge at `top`."""
        first = top + self.size * POINT * ASCENT
        return [Words(x, first + index * self.step, line, self.size, self.bold, colour, centred) for index, line in enumerate(self.lines)]


@dataclass(frozen=True)
class _Measured:
    """Words with their widths at size 1, so that sizes are tried without measuring letters again."""

    words: tuple[str, ...]
    widths: tuple[float, ...]
    space: float
    face: Face

    @classmethod
    def of(cls, text: str, known: Face) -> _Measured:
        words = tuple(clean(text).split())
        return cls(words, tuple(known.width(word, 1) for word in words), known.width(" ", 1), known)

    @property
    def widest(self) -> float:
        return max(self.widths, default=0)

    def lines(self, width: float, size: float) -> tuple[str, ...]:
        """Lines no wider than `width`. A word that is wider is broken, at a mark where it has one."""
        lines: list[str] = []
        line: list[str] = []
        taken = 0.0
        for word, one in zip(self.words, self.widths, strict=True):
            longer = taken + self.space + one if line else one
            if longer * size <= width:
                line.append(word)
                taken = longer
                continue
            if line:
                lines.append(" ".join(line))
            *broken, rest = _broken(word, width, size, self.face)
            lines.extend(broken)
            line, taken = [rest], self.face.width(rest, 1)
        return (*lines, " ".join(line)) if line else tuple(lines)


def wrap(text: str, width: float, size: float, *, bold: bool = False) -> tuple[str, ...]:
    """Lines no wider than `width` millimetres."""
    return _Measured.of(text, face(bold=bold)).lines(width, size)


def set_text(text: str, width: float, size: float, *, bold: bool = False, leading: float = LEADING) -> Block:
    """Text of a given size."""
    return Block(wrap(text, width, size, bold=bold), size, bold, leading)


def fit(
    text: str,
    width: float,
    height: float,
    largest: float,
    *,
    bold: bool = False,
    leading: float = LEADING,
    most_lines: int = 0,
    even: bool = False,
) -> Block:
    """The largest text not over `largest` that the box holds with all its words whole. `even`: lines of about one length."""
    measured, size = _Measured.of(text, face(bold=bold)), largest
    while True:
        block = Block(measured.lines(width, size), size, bold, leading)
        few = not most_lines or len(block.lines) <= most_lines
        whole = measured.widest * size <= width
        if (block.height <= height and ((whole and few) or size <= LEAST)) or size < TINIEST:
            return _evened(measured, block, width) if even else block
        size *= SMALLER


def _evened(measured: _Measured, block: Block, width: float) -> Block:
    """The same number of lines in the narrowest column that gives it."""
    low, high = min(measured.widest * block.size, width), width
    for _ in range(10):
        middle = (low + high) / 2
        if len(measured.lines(middle, block.size)) <= len(block.lines):
            high = middle
        else:
            low = middle
    return Block(measured.lines(high, block.size), block.size, block.bold, block.leading)


def _broken(word: str, width: float, size: float, known: Face) -> list[str]:
    """A word in pieces that fit; at least one, and at least one letter each."""
    pieces: list[str] = []
    rest = word
    while len(rest) > 1 and known.width(rest, size) > width:
        end = max((index for index in range(1, len(rest)) if known.width(rest[:index], size) <= width), default=1)
        mark = max(rest.rfind(char, 1, end) for char in "/?.-&=_@")
        end = mark + 1 if mark > end // 3 else end
        pieces.append(rest[:end])
        rest = rest[end:]
    return [*pieces, rest]
