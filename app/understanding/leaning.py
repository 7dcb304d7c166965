"""What certain words say of a matter whatever else is said («vợ tui mất» is a death): classes that gain by them, classes that lose.

Patterns are written as people write with accents; each word is found without accents too. What is typed with other
accents is another word: «con dấu» is no «con dâu».
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

from app.understanding.screen import Screen, Screened
from app.understanding.text import fold

TOWARD, AWAY = 5.0, 8.0  # added to a class's logit, and taken from it
MOST_WORDS = 24  # of a message that most of them speak of: a story says much in passing
_WORD = re.compile(r"=?[^\W\d_]+")
_NAMED = re.compile(r"<(\w+)>")
_ESCAPE = re.compile(r"\\.")


@dataclass(frozen=True)
class Leaning:
    """One sign and the classes that it speaks for and against."""

    when: re.Pattern[str]
    unless: re.Pattern[str] | None = None
    toward: tuple[str, ...] = ()
    away: tuple[str, ...] = ()
    anyhow: bool = False
    """Whether it is believed in a long story too, and in a message that sets one matter against another."""

    def patterns(self) -> tuple[re.Pattern[str], ...]:
        """Whatever is looked for."""
        return (self.when,) if self.unless is None else (self.when, self.unless)

    def speaks(self, message: Screened) -> bool:
        """Whether a message (lower case, accents as typed, no punctuation) has the sign."""
        return message.has((self.when,)) and (self.unless is None or not message.has((self.unless,)))


@dataclass(frozen=True)
class Due:
    """What a message says of what the family of somebody who died is due."""

    by_what_he_received: str
    """The class that is for the family of one who received what it names («lương hưu»); empty when it names nothing."""
    asks_what_first: str
    """The life event that tells what to do first, where that is asked; empty when it is not."""
    is_asked: bool
    """Whether it asks for such money («tiền mai táng»)."""


class Leanings:
    """All of them, and the words without which some classes are never meant."""

    def __init__(
        self,
        leanings: Sequence[Leaning] = (),
        own_words: Mapping[str, re.Pattern[str]] | None = None,
        mourning: Leaning | None = None,
        silence: re.Pattern[str] | None = None,
        dues: Sequence[Leaning] = (),
        due_first: Leaning | None = None,
        due_asked: re.Pattern[str] | None = None,
    ) -> None:
        """`own_words`: of classes that nobody means without saying such a word («cai nghiện»). `mourning`: a death not long ago is told.

        `silence`: a message that sets one matter against another («chứ không phải …», «… xong rồi, chỉ cần …») has signs of both.
        `dues`: what somebody who died received, and the class that is for the family now; `due_asked`: words that ask for that.
        `due_first`: words that ask what to do first, and the life event that tells it.
        """
        self._leanings, self._own_words, self._mourning, self._silence = tuple(leanings), dict(own_words or {}), mourning, silence
        self._dues, self._due_first, self._due_asked = tuple(dues), due_first, due_asked
        self._anyhow = tuple(leaning for leaning in self._leanings if leaning.anyhow)
        single = [*self._own_words.values(), *([silence] if silence else ()), *([due_asked] if due_asked else ())]
        self.screen = Screen([*chain(*(one.patterns() for one in (*leanings, *dues, *filter(None, (mourning, due_first))))), *single])

    def mourns(self, original: str) -> bool:
        """Whether somebody tells of a death not long ago: no question in general, nobody dead for decades."""
        return self._mourning is not None and self._mourning.speaks(self.screen.read(original))

    def due(self, original: str) -> Due:
        """What a message says of what the family of one who died is due."""
        message = self.screen.read(original)
        received = next((due.toward[0] for due in self._dues if due.speaks(message)), "")
        first = self._due_first.toward[0] if self._due_first is not None and self._due_first.speaks(message) else ""
        return Due(received, first, self._due_asked is not None and message.has((self._due_asked,)))

    def of(self, original: str, heard: Collection[str] = ()) -> dict[str, float]:
        """What each class gains or loses by a message. `heard`: classes that their own patterns tell of already."""
        found: dict[str, float] = {}
        message = self.screen.read(original)
        story = original.count(" ") >= MOST_WORDS
        doubtful = story or (self._silence is not None and message.has((self._silence,)))
        for leaning in self._anyhow if doubtful else self._leanings:
            if message.may_be(leaning.when) and leaning.speaks(message):
                found |= {name: found.get(name, 0.0) - AWAY for name in leaning.away}
                found |= {name: found.get(name, 0.0) + TOWARD for name in leaning.toward}
        for name, said in self._own_words.items():
            if story and not name.startswith("intent:"):
                continue
            if name not in heard and not message.has((said,)):
                found[name] = found.get(name, 0.0) - AWAY
        return found


def pattern(written: str, words: Mapping[str, str]) -> re.Pattern[str]:
    """A pattern of whole words. `<name>` stands for one of `words`; `=từ` is found only with its accents."""
    while _NAMED.search(written):
        written = _NAMED.sub(lambda match: f"(?:{words[match[1]]})", written)
    pieces = (_ESCAPE.findall(written), _ESCAPE.split(written))
    whole = "".join(_WORD.sub(_either, text) + (pieces[0][at] if at < len(pieces[0]) else "") for at, text in enumerate(pieces[1]))
    return re.compile(rf"\b(?:{whole})\b")


def _either(match: re.Match[str]) -> str:
    word = match[0]
    if word.startswith("="):
        return word[1:]
    return word if fold(word) == word else f"(?:{word}|{fold(word)})"
