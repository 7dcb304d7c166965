"""How posters and stickers look. One design for A4, drawn smaller for A5 and A6; stickers have their own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from enum import StrEnum
from itertools import islice
from typing import TypeVar

from app.errors import BadInput
from app.paper import words
from app.paper.codes import code_at
from app.paper.posters import Poster
from app.paper.sheet import INK, LINE, RED, SHADE, SOFT, WHITE, Box, Code, Item, Page, Rule
from app.paper.typesetting import fit, set_text

A4_WIDTH, A4_HEIGHT = 210.0, 297.0
MARGIN = 15.0
STICKER = 50.0
STICKER_CODES = (34.5, 36.0, 38.0)
"""Sides tried for the code of a sticker: the smallest that a phone reads leaves most room for the words."""
ACROSS, DOWN = 4, 5


Each = TypeVar("Each")


class Format(StrEnum):
    """What is printed."""

    A4 = "a4"
    A5 = "a5"
    A6 = "a6"
    STICKERS = "tem"


SIZES = {Format.A4: (210.0, 297.0), Format.A5: (148.5, 210.0), Format.A6: (105.0, 148.5)}


def pages_of(posters: Iterable[Poster], paper: Format, *, joined: bool = False) -> list[Page]:
    """The pages to print. `joined`: A5 and A6 together on A4, with lines to cut along; stickers always are."""
    if paper is Format.STICKERS:
        return [_sticker_sheet(group) for group in _groups(posters, ACROSS * DOWN)]
    pages = [poster_page(each, paper) for each in posters]
    if not joined or paper is Format.A4:
        return pages
    return [_joined(group, paper) for group in _groups(pages, 2 if paper is Format.A5 else 4)]


def poster_page(poster: Poster, paper: Format) -> Page:
    """One poster on a page of its own. Raises BadInput when its address is too long to be scanned at this size."""
    width, height = SIZES[paper]
    return Page(width, height, tuple(_poster(poster, width / A4_WIDTH)), paper.value)


def _poster(poster: Poster, scale: float) -> Iterator[Item]:
    """Measured from top and bottom to the middle, where the title gets what is left; given in the order it is read."""
    margin, inner = MARGIN * scale, (A4_WIDTH - 2 * MARGIN) * scale
    band, top = _band(poster, margin, inner, scale)
    notes = fit(" · ".join(poster.notes), inner, 5 * scale, 9 * scale, most_lines=1)
    bottom = (A4_HEIGHT - 12) * scale
    last = notes.at(margin, bottom - notes.height, colour=SOFT)
    panel, bottom = _panel(poster, margin, bottom - 6 * scale, inner, scale)
    typed, bottom = _typed(poster, margin, bottom - 5 * scale, inner, scale)

    side = (94 if poster.subject.facts else 102) * scale
    bottom -= 7 * scale + side
    frame = 1.2 * scale
    top += 8 * scale
    column = margin + side + 9 * scale
    yield from band
    yield from _heading(poster, margin, top, inner, bottom - 7 * scale - top, scale)
    yield Box(margin + frame / 2, bottom + frame / 2, side - frame, side - frame, line=RED, thickness=frame, radius=4 * scale)
    yield code_at(margin + 1.5 * frame, bottom + 1.5 * frame, side - 3 * frame, poster.address)
    yield from _beside(poster, column, bottom, margin + inner - column, side, scale)
    yield from (*typed, *panel, *last)


def _band(poster: Poster, x: float, width: float, scale: float) -> tuple[list[Item], float]:
    """Whose poster it is, white on red; and its lower edge."""
    ward = fit(poster.ward, width - 14 * scale, 11 * scale, 27 * scale, bold=True, most_lines=1)
    office = fit(poster.office, width - 14 * scale, 12 * scale, 15 * scale)
    box = Box(x, 13 * scale, width, ward.height + office.height + 11 * scale, fill=RED, radius=3 * scale)
    lines = [*ward.at(x + 7 * scale, 17 * scale, colour=WHITE), *office.at(x + 7 * scale, 19 * scale + ward.height, colour=WHITE)]
    return [box, *lines], box.y + box.height


def _panel(poster: Poster, x: float, bottom: float, width: float, scale: float) -> tuple[list[Item], float]:
    """Where to go without a phone; and its upper edge."""
    inner, left = width - 14 * scale, x + 7 * scale
    label = set_text(words.say("no_phone"), inner, 18 * scale, bold=True)
    come = [fit(each, inner, 15 * scale, 17 * scale, even=True) for each in poster.come]
    phone = fit(poster.phone, inner, 9 * scale, 17 * scale, bold=True, most_lines=1)
    lines = [label, *come, phone]
    height = sum(each.height + scale for each in lines) + 7 * scale
    y = bottom - height
    items: list[Item] = [Box(x, y, width, height, fill=SHADE, radius=3 * scale)]
    below = y + 4 * scale
    for each in lines:
        items += each.at(left, below)
        below += each.height + scale
    return items, y


def _typed(poster: Poster, x: float, bottom: float, width: float, scale: float) -> tuple[list[Item], float]:
    """The address in letters, on one baseline with what it is for; and its upper edge."""
    label = set_text(words.say("type_it"), width, 16 * scale)
    indent = label.width + 4 * scale
    letters = fit(poster.letters, width - indent, 20 * scale, 24 * scale, bold=True)
    y = bottom - letters.height
    lines = letters.at(x + indent, y)
    drop = lines[0].y - label.at(0, 0)[0].y
    return [*label.at(x, drop, colour=SOFT), *lines], y


def _beside(poster: Poster, x: float, top: float, width: float, height: float, scale: float) -> Iterator[Item]:
    """What to do with the code."""
    indent, gap = 8 * scale, 8 * scale
    steps = [fit(each, width - indent, 16 * scale, 16.5 * scale, even=True) for each in poster.steps]
    rest = sum(each.height + 3 * scale for each in steps)
    scan = fit(poster.scan, width, height - rest - gap, 29 * scale, bold=True, leading=1.25, even=True)
    y = top + max(0.0, (height - scan.height - gap - rest) / 2)
    yield from scan.at(x, y, colour=RED)
    y += scan.height + gap
    for number, each in enumerate(steps, 1):
        yield from set_text(str(number), indent, each.size, bold=True).at(x, y, colour=RED)
        yield from each.at(x + indent, y)
        y += each.height + 3 * scale


def _heading(poster: Poster, x: float, top: float, width: float, height: float, scale: float) -> Iterator[Item]:
    """The title as large as it may be, then the sentence and, for a day, its facts."""
    subject = poster.subject
    facts = [fit(each, width, 16 * scale, 20 * scale, bold=True, most_lines=1) for each in subject.facts]
    below = sum(each.height + 3 * scale for each in facts)
    sentence = fit(subject.sentence, width, min(30 * scale, height * (0.3 if facts else 0.45)), 19 * scale, even=True)
    title = fit(subject.title, width, height - sentence.height - below - 6 * scale, 56 * scale, bold=True, leading=1.22, even=True)
    blocks = [(title, 5.0, INK), *((each, 3.0, INK) for each in facts), (sentence, 0.0, SOFT)]
    y = top + max(0.0, (height - sum(block.height + gap * scale for block, gap, _ in blocks)) / 2)
    for block, gap, colour in blocks:
        yield from block.at(x, y, colour=colour)
        y += block.height + gap * scale


def sticker(poster: Poster) -> tuple[Item, ...]:
    """Five by five centimetres: what, the code, whose. There is no room for more than that."""
    middle, inner = STICKER / 2, STICKER - 5
    code = _sticker_code(poster)
    ward = fit(f"{poster.ward} · {poster.letters}", inner, 2.4, 6, most_lines=1)
    short = fit(poster.short, inner, 3.2, 7.5, bold=True, most_lines=1)
    y = STICKER - 1.6 - ward.height
    items: list[Item] = [*ward.at(middle, y, colour=SOFT, centred=True)]
    y -= short.height
    items += short.at(middle, y, colour=RED, centred=True)
    y -= code.side
    room = y - 1.8
    title = fit(poster.subject.title, inner, room, 12, bold=True, leading=1.15, even=True)
    items += title.at(middle, 1.8 + (room - title.height) / 2, centred=True)
    return (*items, Code(middle - code.side / 2, y, code.side, code.rows, code.address))


def _sticker_code(poster: Poster) -> Code:
    *smaller, largest = STICKER_CODES
    for side in smaller:
        try:
            return code_at(0, 0, side, poster.address)
        except BadInput:
            continue
    return code_at(0, 0, largest, poster.address)


def _sticker_sheet(posters: Sequence[Poster]) -> Page:
    left, top = (A4_WIDTH - ACROSS * STICKER) / 2, (A4_HEIGHT - DOWN * STICKER) / 2
    note = set_text(words.say("stickers"), A4_WIDTH, 9)
    items: list[Item] = [*note.at(A4_WIDTH / 2, 10, colour=SOFT, centred=True)]
    for column in range(ACROSS + 1):
        x = left + column * STICKER
        items.append(Rule(x, top - 4, x, top + DOWN * STICKER + 4, LINE, dashed=True))
    for row in range(DOWN + 1):
        y = top + row * STICKER
        items.append(Rule(left - 4, y, left + ACROSS * STICKER + 4, y, LINE, dashed=True))
    for number, poster in enumerate(posters):
        one = Page(STICKER, STICKER, sticker(poster))
        items += one.moved(left + number % ACROSS * STICKER, top + number // ACROSS * STICKER)
    return Page(A4_WIDTH, A4_HEIGHT, tuple(items), "a4")


def _joined(pages: Sequence[Page], paper: Format) -> Page:
    """Two A5 on A4 that lies, four A6 on A4 that stands."""
    across, down = (2, 1) if paper is Format.A5 else (2, 2)
    wide, high = SIZES[paper]
    width, height = across * wide, down * high
    items: list[Item] = [Rule(wide, 0, wide, height, LINE, dashed=True)]
    if down > 1:
        items.append(Rule(0, high, width, high, LINE, dashed=True))
    for number, page in enumerate(pages):
        items += page.moved(number % across * wide, number // across * high)
    return Page(width, height, tuple(items), "a4-ngang" if width > height else "a4")


def _groups(all_of_them: Iterable[Each], size: int) -> Iterator[list[Each]]:
    rest = iter(all_of_them)
    while group := list(islice(rest, size)):
        yield group
