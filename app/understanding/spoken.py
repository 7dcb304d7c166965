"""Patterns written with accents: compared with accents where a message has them («cháy» is not «chạy»), else folded.

For what must be heard however it is typed, and must not be heard in words that only look alike without accents.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from app.understanding.screen import Screen, Screened
from app.understanding.text import fold

ACCENTED = 0.25  # share of words with an accent, from which a message was typed with accents
_SET = re.compile(r"<([^<>=!?]+)>")
_GROUP = re.compile(r"(?<!\\)\((?!\?)")
_TONE_ON_LAST = re.compile(r"(?<!q)(?:o[àáảãạèéẻẽẹ]|u[ỳýỷỹỵ])(?!\w)")


def one_spelling(text: str) -> str:
    """«doạ» and «dọa» are one word: the tone on the first vowel."""

    def moved(match: re.Match[str]) -> str:
        first, last = match[0][0], unicodedata.normalize("NFD", match[0][1])
        return unicodedata.normalize("NFC", first + last[1:] + last[0])

    return _TONE_ON_LAST.sub(moved, text)


@dataclass(frozen=True)
class Typed:
    """A message as it was typed, in small letters without punctuation: with its accents, or the folded texts of one without."""

    texts: tuple[Screened, ...]
    accented: bool

    @classmethod
    def of(cls, original: str, folded: tuple[Screened, ...], screen: Screen) -> Typed:
        """From the text with its accents, and the folded texts. `screen`: of the patterns that will be looked for."""
        words = original.split()
        marked = sum(fold(word) != word for word in words)
        return cls((screen.read(one_spelling(original)),), accented=True) if marked > ACCENTED * len(words) else cls(folded, accented=False)


@dataclass(frozen=True)
class Spoken:
    """Patterns for messages with accents, and for those without."""

    accented: tuple[re.Pattern[str], ...] = ()
    bare: tuple[re.Pattern[str], ...] = ()

    @classmethod
    def of(cls, both: Sequence[str], sets: Mapping[str, str], accented: Sequence[str] = (), bare: Sequence[str] = ()) -> Spoken:
        """Compile patterns; `<name>` is one of the `sets`. `accented`, `bare`: only for messages with accents, and without."""

        def compiled(patterns: Sequence[str]) -> tuple[re.Pattern[str], ...]:
            unnumbered = [_GROUP.sub("(?:", pattern) for pattern in patterns]
            return (re.compile("|".join(f"(?:{pattern})" for pattern in unnumbered)),) if unnumbered else ()

        full, marked = ([_SET.sub(lambda name: sets[name[1]], pattern) for pattern in some] for some in (both, accented))
        return cls(compiled([one_spelling(pattern) for pattern in (*full, *marked)]), compiled([*map(fold, full), *bare]))

    def patterns(self) -> tuple[re.Pattern[str], ...]:
        """Whatever is looked for."""
        return (*self.accented, *self.bare)

    def says(self, typed: Typed) -> bool:
        """Whether a message says one of them."""
        patterns = self.accented if typed.accented else self.bare
        return any(text.has(patterns) for text in typed.texts)


UNSPOKEN = Spoken()
"""No pattern at all."""
