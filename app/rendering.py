"""A Reply becomes the parts of a channel: what it can show is shown, the rest degrades by rule.

Reading order is paragraphs, cards, links, choices, closing; after a card the closing asks which case it is, so there it
stands before the choices, as on the web page. Buttons go to choices first, then to web addresses, then to feedback.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import yaml

from app.messages import Button, Capabilities, Card, Line, Link, Part, Picture, Reply, is_public

MAX_PARTS = 5
HIDDEN = "#gd:"
"""Before data that a channel of words sends unseen, so that it is never taken for words."""

_KINDS_OF_CUT = tuple(
    map(
        re.compile,
        (
            r"(?<![:\n])\n\n",  # what ends with a colon stays with what it announces
            r"(?<![:\n])\n(?!\n)",
            r"(?<=[^\d\s][.!?…])\s",
            r"(?<![•\d\s])(?<!\d\.)\s|(?<=\d)\s(?!\d)",  # never after a bullet or a number's dot, nor inside a phone number
        ),
    )
)
_BLANK = re.compile(r"(?<!\s)\s")
_JOINERS = "\u200d\ufe0e\ufe0f"


@dataclass(frozen=True)
class _Words:
    """What a channel adds to a reply, from `rendering.yaml`."""

    number: str
    press: str
    full: str
    good: str
    bad: str
    more: str
    more_asking: str
    phone: str


_WORDS = _Words(**yaml.safe_load(Path(__file__).with_suffix(".yaml").read_text("utf-8")))


@dataclass(frozen=True)
class _Row:
    """One line; `bold` is the part of it that stands out."""

    before: str = ""
    bold: str = ""
    after: str = ""


_Block = tuple[_Row, ...]


def render(reply: Reply, capabilities: Capabilities) -> tuple[Part, ...]:
    """The parts to send, in order: at most `MAX_PARTS`, each within the channel's limits, in NFC. Pure.

    Lengths are measured in UTF-16 units for both text units: there are never fewer of them than code points.
    Raises ValueError when the reply says nothing.
    """
    answers = _answers(reply, capabilities)
    opens = _opens(reply, capabilities, capabilities.buttons - len(answers))
    ratings = _ratings(reply, capabilities, capabilities.buttons - len(answers) - len(opens))
    pressed = frozenset(button.url for button in opens)
    picture = reply.picture if reply.picture and _shows(capabilities, reply.picture) else None
    body = _body(reply, pressed, picture)
    ending = _ending(reply, answers)
    if not body and not ending and picture is None:  # everything became buttons: they need words above them
        body, ending = _body(reply, frozenset(), picture), _choosing(reply, answers)
    text, bold = _joined([*body, *ending])
    if not text and picture is None:
        raise ValueError("a reply that says nothing is never sent")
    more = _more(reply, capabilities.text_limit)
    splitter = _Splitter(text, bold, capabilities.text_limit)
    parts = _parts(splitter, _joined(ending)[0], more, picture, capabilities)
    return (*parts[:-1], parts[-1].model_copy(update={"buttons": (*answers, *opens, *ratings)}))


# --- buttons ---------------------------------------------------------------------------------------------------------


def _answers(reply: Reply, can: Capabilities) -> tuple[Button, ...]:
    """A button for every choice, labelled with its number and words, or its number alone; none when one cannot have one."""
    if can.button_answers == "none" or len(reply.choices) > can.buttons:
        return ()
    labels = [_numbered(number, choice.label) for number, choice in enumerate(reply.choices, 1)]
    if any(choice.note for choice in reply.choices) or any(_size(label) > can.button_label for label in labels):
        labels = [str(number) for number in range(1, len(labels) + 1)]
    buttons = [_answer(reply, can, number, label) for number, label in enumerate(labels, 1)]
    return tuple(button for button in buttons if button) if all(buttons) else ()


def _answer(reply: Reply, can: Capabilities, number: int, label: str) -> Button | None:
    send = reply.choices[number - 1].send
    if can.button_answers == "words" and send.strip() and _size(send) <= can.button_data:
        return Button(label=label, send=send)
    data = _data(reply, can, f"c:{reply.answer_id}:{number}")
    if data:
        return Button(label=label, data=data)
    return Button(label=label, send=str(number)) if can.button_answers == "words" else None


def _data(reply: Reply, can: Capabilities, data: str) -> str:
    """`data` as the channel carries it; empty when it names no answer or is too long."""
    data = HIDDEN + data if can.button_answers == "words" else data
    return data if reply.answer_id and len(data.encode()) <= can.button_data else ""


def _opens(reply: Reply, can: Capabilities, room: int) -> tuple[Button, ...]:
    """Buttons that open pages: whole cards first, then what the cards and the reply link to."""
    if not can.button_urls:
        return ()
    several = len(reply.cards) > 1
    links = [Link(label=_of(_WORDS.full, card, several=several), url=card.url) for card in reply.cards]
    links += [Link(label=_of(link.label, card, several=several), url=link.url) for card in reply.cards for link in card.links]
    links += reply.links
    labels: dict[str, str] = {}
    for link in links:
        if is_public(link.url) and 0 < _size(label := _clean(link.label)) <= can.button_label:
            labels.setdefault(link.url, label)
    return tuple(Button(label=label, url=url) for url, label in list(labels.items())[: max(0, room)])


def _of(label: str, card: Card, *, several: bool) -> str:
    return f"{label}: {card.title}" if several else label


def _ratings(reply: Reply, can: Capabilities, room: int) -> tuple[Button, ...]:
    """«Đúng ý / Chưa đúng», both or none."""
    if not reply.feedback or reply.urgent or room < 2 or can.button_answers == "none":
        return ()
    words = ((_WORDS.good, _data(reply, can, f"f:{reply.answer_id}:1")), (_WORDS.bad, _data(reply, can, f"f:{reply.answer_id}:0")))
    return tuple(Button(label=label, data=data) for label, data in words if data)


@lru_cache(maxsize=4096)
# --- text ------------------------------------------------------------------------------------------------------------


def _body(reply: Reply, pressed: frozenset[str], picture: Picture | None) -> list[_Block]:
    """Everything before the choices. Addresses in `pressed` have a button and need no line."""
    phones = tuple(row for link in reply.links if link.url.startswith("tel:") for row in _link_rows(link))
    pages = tuple(row for link in reply.links if not link.url.startswith("tel:") and link.url not in pressed for row in _link_rows(link))
    blocks = [_said(paragraph) for paragraph in reply.paragraphs]
    blocks += [block for card in reply.cards for block in _card(card, pressed)]
    if reply.picture and picture is None:
        blocks.append(_said(f"{reply.picture.alt}: {reply.picture.url}"))
    blocks = [phones, *blocks, pages] if reply.urgent else [*blocks, phones + pages]
    return [block for block in blocks if block]


def _ending(reply: Reply, answers: Sequence[Button]) -> list[_Block]:
    """The choices, as far as buttons do not say them, and the closing."""
    closing = [block for block in map(_said, reply.closing) if block]
    shown = bool(answers) and answers[0].label != "1"
    choosing = [] if shown else _choosing(reply, answers)
    if not (reply.cards and closing):
        return [*choosing, *closing]
    asked = [(*closing[-1], *rows[1:]) for rows in choosing]  # the closing words are the question: no other line before the numbers
    return [*closing[:-1], *(asked or closing[-1:])]


def _choosing(reply: Reply, answers: Sequence[Button]) -> list[_Block]:
    """The choices as numbered lines under a line that says what to do with the numbers."""
    if not reply.choices:
        return []
    rows = [_clean(choice.row(number)) for number, choice in enumerate(reply.choices, 1)]
    return [tuple(_Row(row) for row in (_WORDS.press if answers else _WORDS.number, *rows))]


def _card(card: Card, pressed: frozenset[str]) -> list[_Block]:
    """Title, facts, basis and addresses. Every fact is a block; the first one stands right under the title."""
    title = " — ".join(filter(None, (_clean(card.title), _clean(card.case))))
    badge = f" [{_clean(card.badge.text)}]" if card.badge else ""
    facts = [(_fact(line), *(_Row(f"• {clean}") for item in line.items if (clean := _clean(item)))) for line in card.lines]
    if title or badge:
        facts[:1] = [(_Row("", title, badge), *(facts[0] if facts else ()))]
    links = [Link(label=_WORDS.full, url=card.url), *card.links] if card.url else card.links
    rows = tuple(row for link in links if link.url not in pressed for row in _link_rows(link))
    return [block for block in (*facts, _said(card.basis), rows) if block]


def _fact(line: Line) -> _Row:
    label, text = _clean(line.label), _clean(line.text)
    return _Row(f"{line.icon} " if line.icon else "", f"{label}:" if label else "", f" {text}" if label and text else text)


def _link_rows(link: Link) -> tuple[_Row, ...]:
    """A link as a line with its address; a phone number stands in full."""
    label, address = _clean(link.label), link.url.removeprefix("tel:")
    line = f"{label}: {address}" if label else address
    if not link.url.startswith("tel:"):
        return (_Row(line),)
    return (_Row(f"{_WORDS.phone} ", label if _digits(address) in _digits(label) else line),)


def _said(text: str) -> _Block:
    """A paragraph; its own line ends stay."""
    return tuple(_Row(clean) for line in text.splitlines() if (clean := _clean(line)))


def _numbered(number: int, label: str) -> str:
    return _clean(f"{number}. {label}")


def _clean(text: str) -> str:
    """One line of NFC text."""
    return unicodedata.normalize("NFC", " ".join(text.split()))


def _digits(text: str) -> str:
    return "".join(char for char in text if char.isdigit())


def _joined(blocks: Iterable[_Block]) -> tuple[str, list[tuple[int, int]]]:
    """The blocks with an empty line between them, and where it is bold: (start, end)."""
    text, bold = [], []
    at = 0
    for block in blocks:
        for row in block:
            start = at + len(row.before)
            if row.bold:
                bold.append((start, start + len(row.bold)))
            text.append(f"{row.before}{row.bold}{row.after}\n")
            at += len(text[-1])
        text.append("\n")
        at += 1
    return "".join(text).rstrip(), bold


# --- parts -----------------------------------------------------------------------------------------------------------


def _parts(splitter: _Splitter, ending: str, more: str, picture: Picture | None, can: Capabilities) -> list[Part]:
    """The text as parts; the picture on the first if its text fits under it, else before it."""
    parts = splitter.within(MAX_PARTS, ending, more).parts(bold=can.bold)
    if picture is None:
        return parts
    if parts and _size(parts[0].text) <= can.caption_limit:
        return [parts[0].model_copy(update={"picture": picture}), *parts[1:]]
    parts = splitter.within(MAX_PARTS - 1, ending, more).parts(bold=can.bold)
    return [Part(text=_clean(picture.alt), picture=picture), *parts]


def _more(reply: Reply, limit: int) -> str:
    """What is said instead of what is beyond the last part."""
    urls = [card.url for card in reply.cards] + [link.url for link in reply.links if not link.url.startswith("tel:")]
    more = next((_WORDS.more.format(url=url) for url in urls if url), _WORDS.more_asking)
    return more if _size(more) <= limit // 4 else _WORDS.more_asking


def _shows(can: Capabilities, picture: Picture) -> bool:
    """Whether the channel can show it, with its words alone as the caption."""
    fetched = can.pictures == "address" and is_public(picture.url) and picture.url.startswith("https:")
    return (can.pictures == "upload" or fetched) and _size(_clean(picture.alt)) <= can.caption_limit


def _size(text: str) -> int:
    """UTF-16 units, the larger of the two ways to count."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le")) // 2


class _Splitter:
    """Cuts a text into as few pieces of at most `limit` units as possible, at the best places that this allows.

    `bold` are (start, end); text in bold is cut only when it is longer than a piece.
    """

    def __init__(self, text: str, bold: Sequence[tuple[int, int]], limit: int) -> None:
        self._text, self._bold, self._limit = text, bold, limit
        self._whole = text  # the same, where no blank in bold looks like one
        if _size(text) > limit:
            for start, end in bold:
                self._whole = self._whole[:start] + _BLANK.sub("x", text[start:end]) + self._whole[end:]

    def parts(self, *, bold: bool) -> list[Part]:
        return [Part(text=self._text[start:end], bold=self._bold_in(start, end) if bold else ()) for start, end in self._pieces()]

    def within(self, most: int, ending: str, more: str) -> _Splitter:
        """The same text if `most` pieces hold it, else its beginning, `more` and its `ending`."""
        if self._fewest(0) <= most:
            return self
        last = f"\n\n{more}\n\n{ending}" if ending else f"\n\n{more}"
        if ending and _size(last) > self._limit // 2:
            ending, last = "", f"\n\n{more}"
        body = _Splitter(self._text.removesuffix(ending).rstrip(), self._bold, self._limit)
        at = 0
        for _ in range(most - 1):
            at = body._after(body._fullest(at))
        end = body._reach(at, self._limit - _size(last))
        cut = next((cut for cut in body._cuts(at, end) if cut > (at + end) // 2), end)
        kept = [(start, min(stop, cut)) for start, stop in self._bold if start < cut]
        return _Splitter(body._text[:cut] + last, kept, self._limit)

    def _pieces(self) -> list[tuple[int, int]]:
        pieces = []
        at, left = 0, self._fewest(0)
        while at < len(self._text):
            end, left = self._reach(at, self._limit), left - 1
            if end < len(self._text):
                end = next(cut for cut in self._cuts(at, end) if self._fewest(self._after(cut)) <= left)
            pieces.append((at, end))
            at = self._after(end)
        return pieces

    def _fewest(self, at: int) -> int:
        """How many pieces the text from `at` needs."""
        count = 0
        while at < len(self._text):
            at, count = self._after(self._fullest(at)), count + 1
        return count

    def _fullest(self, at: int) -> int:
        """End of the longest piece from `at`."""
        end = self._reach(at, self._limit)
        return end if end == len(self._text) else max(self._cuts(at, end))

    def _cuts(self, at: int, end: int) -> list[int]:
        """The last place to cut of each kind in (at, end], best kind first; inside a bold run or a word when there is none."""
        cuts = [cut for kind in _KINDS_OF_CUT if (cut := _last(kind, self._whole, at, end)) > at]
        return cuts or [max(_last(_BLANK, self._text, at, end), 0) or self._between_letters(at, end)]

    def _between_letters(self, at: int, end: int) -> int:
        """`end`, or a little before it so that no letter is parted from its marks."""
        cut = end
        while cut > at and (unicodedata.combining(self._text[cut]) or self._text[cut] in _JOINERS or self._text[cut - 1] == _JOINERS[0]):
            cut -= 1
        return cut if cut > at else end

    def _reach(self, at: int, limit: int) -> int:
        """The furthest end of a piece from `at`."""
        end = min(len(self._text), at + limit)
        while (over := _size(self._text[at:end]) - limit) > 0:
            end -= (over + 1) // 2
        return end

    def _after(self, end: int) -> int:
        """Where the next piece starts after a cut at `end`."""
        while end < len(self._text) and self._text[end].isspace():
            end += 1
        return end

    def _bold_in(self, start: int, end: int) -> tuple[tuple[int, int], ...]:
        clipped = ((max(start, left), min(end, right)) for left, right in self._bold)
        return tuple((left - start, right - left) for left, right in clipped if left < right)


def _last(kind: re.Pattern[str], text: str, at: int, end: int) -> int:
    """Start of the last match in (at, end], or -1."""
    return max((match.start() for match in kind.finditer(text, at + 1, end + 2) if match.start() <= end), default=-1)
