"""Sets of phrases written as one short pattern, found by looking windows of words up: cheaper than fifty searches.

A pattern knows only `|`, groups `( )` or `(?: )`, and `?` for what may be missing; so it stands for finitely many phrases.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import product
from typing import Any

END = ""
_SIGN = re.compile(r"\(\?:|[()|?]|\\b|[\w ]")


def expand(pattern: str) -> set[str]:
    """All phrases of a pattern, spaces put right. Raises ValueError where it is more than a pattern of phrases."""
    signs = _SIGN.findall(pattern)
    if "".join(signs) != pattern:
        raise ValueError(f"«{pattern}»: chỉ dùng chữ, dấu cách, | ( ) và ?")
    phrases, rest = _choices(signs)
    if rest:
        raise ValueError(f"«{pattern}»: thừa dấu đóng ngoặc")
    return {" ".join(phrase.split()) for phrase in phrases} - {""}


def _choices(signs: list[str]) -> tuple[set[str], list[str]]:
    """Phrases up to the closing bracket or the end, and the signs after them."""
    found: set[str] = set()
    pieces: list[set[str]] = []
    while signs and signs[0] != ")":
        sign, *signs = signs
        if sign == "|":
            found |= {"".join(parts) for parts in product(*pieces)}
            pieces = []
        elif sign == "?":
            pieces[-1] = pieces[-1] | {""}
        elif sign.startswith("("):
            inner, signs = _choices(signs)
            if not signs:
                raise ValueError("thiếu dấu đóng ngoặc")
            pieces.append(inner)
            signs = signs[1:]
        elif sign != r"\b":
            pieces.append({sign})
    return found | {"".join(parts) for parts in product(*pieces)}, signs


class Phrases:
    """Named sets of phrases; finds which of them a text has, and where."""

    def __init__(self, patterns: Mapping[str, str]) -> None:
        # A tree of words; what ends at a node is under END.
        self._tree: dict[str, Any] = {}
        for name, pattern in patterns.items():
            for phrase in expand(pattern):
                node = self._tree
                for word in phrase.split():
                    node = node.setdefault(word, {})
                node.setdefault(END, []).append(name)

    def find(self, words: Sequence[str]) -> Iterator[tuple[int, int, list[str]]]:
        """Begin, end and names of every phrase in these words, the shorter ones of one beginning first."""
        tree = self._tree
        for begin, first in enumerate(words):
            node, end = tree.get(first), begin + 1
            while node is not None:
                if END in node:
                    yield begin, end, node[END]
                if end == len(words):
                    break
                node, end = node.get(words[end]), end + 1

    def names(self, words: Sequence[str]) -> frozenset[str]:
        """Names of which these words have a phrase."""
        return frozenset(name for _, _, names in self.find(words) for name in names)

    @classmethod
    def of(cls, patterns: Iterable[str]) -> Phrases:
        """Phrases that need no name."""
        return cls({str(number): pattern for number, pattern in enumerate(patterns)})
