"""Which of many patterns may be found in a text, by the words they cannot do without: one look by RE2 instead of a search for each.

RE2 has no lookarounds; without them, and with a dot for each class of letters or figures, a pattern finds no less than it did.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import re2

REMEMBERED = 8  # texts
_LOOKAROUND = re.compile(r"\(\?<?[=!]")
_PIECE = re.compile(r"\[(?:\\.|[^\]\\])*\]|\\u[0-9a-f]{4}|\\.|[()]|[^\\[()]+|.", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Screened:
    """A text, and the patterns that may be found in it."""

    text: str
    possible: frozenset[int]

    def may_be(self, pattern: re.Pattern[str]) -> bool:
        """Whether it is worth looking for this one."""
        return id(pattern) in self.possible

    def has(self, patterns: Iterable[re.Pattern[str]]) -> bool:
        """Whether one of them is found in the text: these are patterns of the screen."""
        for pattern in patterns:  # noqa: SIM110 - twice as quick as `any`, and asked 200 times a message
            if id(pattern) in self.possible and pattern.search(self.text) is not None:
                return True
        return False

    def without(self, patterns: Iterable[re.Pattern[str]]) -> Screened:
        """The text without what these patterns find. What is left may have what the whole text may have."""
        text = self.text
        for pattern in patterns:
            if id(pattern) in self.possible:
                text = pattern.sub(" ", text)
        return Screened(text, self.possible)


class Screen:
    """Looks texts through for a fixed set of patterns. Texts and patterns are in small letters."""

    def __init__(self, patterns: Iterable[re.Pattern[str]], groups: Iterable[Iterable[re.Pattern[str]]] = ()) -> None:
        """`groups`: patterns of these that are asked for together, to know at once whether any of them may be found.

        Raises ValueError for a pattern that RE2 cannot read even without its lookarounds: a reference back.
        """
        self._grouped = tuple(tuple(group) for group in groups)
        self.patterns = tuple({id(pattern): pattern for pattern in patterns}.values())
        self._wider = tuple(wider(pattern.pattern) for pattern in self.patterns)
        self._build()

    def _build(self) -> None:
        self.groups = tuple(frozenset(map(id, group)) for group in self._grouped)
        self._ids = tuple(map(id, self.patterns))  # hashing a pattern would read the whole of it
        self._filter = re2.Filter()
        options = re2.Options()
        options.never_capture, options.log_errors = True, False
        for pattern in self._wider:
            try:
                self._filter.Add(pattern, options)
            except re2.error as error:
                raise ValueError(f"«{pattern}»: {error}") from error
        if self._wider:
            self._filter.Compile()
        self._remembered = lru_cache(maxsize=REMEMBERED)(self._look)

    def __getstate__(self) -> dict[str, Any]:
        """Without what cannot be sent to another process, or is only true in this one."""
        return {"patterns": self.patterns, "_wider": self._wider, "_grouped": self._grouped}

    def __setstate__(self, state: dict[str, Any]) -> None:
        vars(self).update(state)
        self._build()

    def read(self, text: str) -> Screened:
        """The text with the patterns that may be found in it. The last few are remembered: one message is asked about several times."""
        return self._remembered(text)

    def _look(self, text: str) -> Screened:
        numbers = (self._filter.Match(text, potential=True) or ()) if self._wider else ()
        return Screened(text, frozenset([self._ids[number] for number in numbers]))


def wider(pattern: str) -> str:
    """A pattern for RE2 that is found wherever this one is, and maybe elsewhere."""
    pieces, at = [], 0
    while at < len(pattern):
        if _LOOKAROUND.match(pattern, at):
            at = _end_of_group(pattern, at)
            continue
        piece = _PIECE.match(pattern, at)
        assert piece is not None
        pieces.append(_widened(piece[0]))
        at = piece.end()
    return "".join(pieces)


def _widened(piece: str) -> str:
    if piece.startswith("[") or piece in {r"\w", r"\W", r"\d", r"\D", r"\s", r"\S"}:
        return "."
    if piece in {r"\b", r"\B"}:  # RE2 knows the borders of English words only
        return ""
    return piece.encode().decode("unicode_escape") if piece.startswith(r"\u") else piece


def _end_of_group(pattern: str, start: int) -> int:
    """Where the group that opens here has closed."""
    depth = 0
    for piece in _PIECE.finditer(pattern, start):
        depth += {"(": 1, ")": -1}.get(piece[0], 0)
        if depth == 0:
            return piece.end()
    raise ValueError(f"«{pattern}»: thiếu dấu đóng ngoặc")
