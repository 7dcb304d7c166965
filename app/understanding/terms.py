"""What the index is made of: classes, markers, and texts as weighted terms."""

from __future__ import annotations

import math
import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import pairwise

from app.understanding.text import Words

NGRAM = 4
WEIGHT_WORD, WEIGHT_PAIR, WEIGHT_HALF_PAIR, WEIGHT_NGRAM, WEIGHT_ACCENT = 1.0, 0.9, 0.3, 0.3, 0.45


class Kind(StrEnum):
    """What a class is; it decides what may be answered."""

    PROCEDURE = "procedure"
    FAMILY = "family"
    ELSEWHERE = "elsewhere"
    EVENT = "event"
    INTENT = "intent"


@dataclass(frozen=True)
class Entry:
    """One class with its names and example texts. `extra` texts count as vocabulary, not as examples."""

    id: str
    kind: Kind
    names: tuple[str, ...]
    asks: tuple[str, ...]
    extra: tuple[str, ...] = ()
    members: tuple[str, ...] = ()
    """Of a family or a life event: the classes it leads to, the commonest first."""


@dataclass(frozen=True)
class Markers:
    """Words that tell look-alikes apart (làm lại, gia hạn, nước ngoài…), as one pattern per marker over folded text."""

    patterns: Mapping[str, re.Pattern[str]]
    deniable: frozenset[str] = frozenset()
    """Markers that people also deny («không có yếu tố nước ngoài»)."""
    denied: Mapping[str, re.Pattern[str]] = field(default_factory=dict)
    """Other words that deny a marker («trong nước»)."""
    variants: frozenset[str] = frozenset()
    """Markers of a variant: when nobody speaks of them, the plain procedure is meant."""

    def split(self, folded: str) -> tuple[str, frozenset[str]]:
        """The text without denied markers, and the markers that were denied."""
        no: set[str] = set()
        for name in self.deniable:
            text = re.sub(rf"\bkhong (?:\w+ ){{0,2}}(?:{self.patterns[name].pattern})", " ", folded)
            if text != folded:
                no.add(name)
                folded = text
        for name, pattern in self.denied.items():
            text = pattern.sub(" ", folded)
            if text != folded and not self.patterns[name].search(text):
                no.add(name)
                folded = text
        return " ".join(folded.split()), frozenset(no)

    def of(self, folded: str) -> frozenset[str]:
        """Markers that occur in a folded text."""
        return frozenset(name for name, pattern in self.patterns.items() if pattern.search(folded))


@dataclass
class Query:
    """A query as weighted terms."""

    words: Words
    terms: dict[str, float]
    content: list[str]
    text: str
    replaced: str
    """The words after the lexicon, slips and all: what patterns look at."""
    markers: frozenset[str]
    denied: frozenset[str]


def terms_of(words: Words) -> dict[str, float]:
    """Weighted terms of a text: words, pairs of words, n-grams of letters, accented words."""
    terms: defaultdict[str, float] = defaultdict(float)
    flagged = list(zip(words.folded, words.filler, strict=True))
    if all(words.filler):  # nothing but politeness: then that is what it says
        flagged = [(word, False) for word in words.folded]
    for word, empty in flagged:
        if not empty:
            terms[word] += WEIGHT_WORD
    for (first, first_empty), (second, second_empty) in pairwise(flagged):
        if not (first_empty and second_empty):
            terms[f"{first} {second}"] += WEIGHT_PAIR if not (first_empty or second_empty) else WEIGHT_HALF_PAIR
    for word, empty in flagged:
        if not empty:
            padded = f"^{word}$"
            for start in range(max(1, len(padded) - NGRAM + 1)):
                terms["#" + padded[start : start + NGRAM]] += WEIGHT_NGRAM
    for word in words.accented:
        terms["~" + word] += WEIGHT_ACCENT
    return {term: 1.0 + math.log(value) if value > 1 else value for term, value in terms.items()}
