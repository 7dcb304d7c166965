"""What the index is made of: classes, markers, and texts as weighted terms."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache

from app.understanding.phrases import Phrases
from app.understanding.text import Words

NGRAM = 4
WEIGHT_WORD, WEIGHT_PAIR, WEIGHT_HALF_PAIR, WEIGHT_NGRAM, WEIGHT_ACCENT = 1.0, 0.9, 0.3, 0.3, 0.45

Terms = Mapping[str, float]
"""A text as weighted terms."""


class Kind(StrEnum):
    """What a class is; it decides what may be answered."""

    PROCEDURE = "procedure"
    FAMILY = "family"
    ELSEWHERE = "elsewhere"
    EVENT = "event"
    INTENT = "intent"


@dataclass(frozen=True)
class Entry:
    """One class with its names and example texts. `extra` texts count as vocabulary only."""

    id: str
    kind: Kind
    names: tuple[str, ...]
    asks: tuple[str, ...]
    told: tuple[str, ...] = ()
    """Longer examples: words are learned from them, but no message is compared with them one by one."""
    extra: tuple[str, ...] = ()
    members: tuple[str, ...] = ()
    """Of a family or a life event: the classes it leads to, the commonest first."""
    everyday: bool = False
    """Asked every day: likelier than its rare look-alikes."""
    plain_first: bool = False
    """Of a family: who asks to get it («xin, làm, đăng ký») means its first member."""
    related: frozenset[str] = frozenset()
    """Ids of its look-alikes: what a conversation about it moves to."""
    oldest: int | None = None
    """Days of age of the oldest it is for, when it is for the young only."""
    when: tuple[tuple[str, str], ...] = ()
    """Of a life event: of those it leads to that are not always needed, when they are."""


@dataclass(frozen=True)
class Markers:
    """Words that tell look-alikes apart (làm lại, gia hạn, nước ngoài…), as phrases over folded text."""

    phrases: Phrases
    deniable: Mapping[str, re.Pattern[str]] = field(default_factory=dict)
    """Markers that people also deny («không có yếu tố nước ngoài»), with how they are said."""
    denied: Mapping[str, re.Pattern[str]] = field(default_factory=dict)
    """Other words that deny a marker («trong nước»)."""
    variants: frozenset[str] = frozenset()
    """Markers of a variant: when nobody speaks of them, the plain procedure is meant."""
    acts: frozenset[str] = frozenset()
    """Words that say what is to be done (sửa, cấp lại) and not to what."""

    def split(self, folded: str) -> tuple[str, frozenset[str]]:
        """The text without denied markers, and the markers that were denied."""
        no: set[str] = set()
        if " khong " in f" {folded}":
            for name, said in self.deniable.items():
                text = re.sub(rf"\bkhong (?:\w+ ){{0,2}}(?:{said.pattern})", " ", folded)
                if text != folded:
                    no.add(name)
                    folded = text
        for name, pattern in self.denied.items():
            text = pattern.sub(" ", folded)
            if text != folded and name not in self.of(text.split()):
                no.add(name)
                folded = text
        return " ".join(folded.split()), frozenset(no)

    def of(self, folded: Sequence[str]) -> frozenset[str]:
        """Markers that occur in folded words."""
        return self.phrases.names(folded)


@dataclass
class Query:
    """A query as weighted terms."""

    words: Words
    terms: dict[str, float]
    content: list[str]
    text: str
    replaced: str
    """The words after slips and the lexicon: what patterns look at."""
    markers: frozenset[str]
    denied: frozenset[str]
    only_acts: bool = False
    """Whether it says what is to be done and nothing of what it is done to."""


@lru_cache(maxsize=65536)
def _grams(word: str) -> tuple[str, ...]:
    padded = f"^{word}$"
    return tuple("#" + padded[start : start + NGRAM] for start in range(max(1, len(padded) - NGRAM + 1)))


def terms_of(words: Words) -> dict[str, float]:
    """Weighted terms of a text: words, pairs of words, n-grams of letters, accented words."""
    terms: dict[str, float] = {}
    get = terms.get
    filler = words.filler
    if all(filler):  # nothing but politeness: then that is what it says
        filler = (False,) * len(filler)
    before, before_empty = "", True
    for word, empty in zip(words.folded, filler, strict=True):
        if not empty:
            terms[word] = get(word, 0.0) + WEIGHT_WORD
            for gram in _grams(word):
                terms[gram] = get(gram, 0.0) + WEIGHT_NGRAM
        if before and not (empty and before_empty):
            pair = f"{before} {word}"
            terms[pair] = get(pair, 0.0) + (WEIGHT_HALF_PAIR if empty or before_empty else WEIGHT_PAIR)
        before, before_empty = word, empty
    for word in words.accented:
        terms["~" + word] = get("~" + word, 0.0) + WEIGHT_ACCENT
    return {term: 1.0 + math.log(value) if value > 1 else value for term, value in terms.items()}
