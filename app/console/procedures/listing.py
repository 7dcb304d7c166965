"""Which procedures the list shows: the bot's own understanding of what was typed, and filters."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Literal

from app.catalog.catalog import Catalog
from app.catalog.content import OnlineLevel, Procedure
from app.understanding.text import clean, fold

QUERY_LENGTH = 200
UNDERSTOOD = 8
_WORD = re.compile(r"[^\W_]+")
State = Literal["", "co", "cho"]


@dataclass(frozen=True)
class Filters:
    """What was asked for. `state`: with facts of this ward (`co`), or with some that wait (`cho`)."""

    words: str = ""
    level: str = ""
    state: State = ""

    @classmethod
    def read(cls, words: str, level: str, state: str) -> Filters:
        """Keep what means something."""
        known: State = "co" if state == "co" else "cho" if state == "cho" else ""
        return cls(clean(words)[:QUERY_LENGTH], level if level in set(OnlineLevel) else "", known)


def find(
    catalog: Catalog, filters: Filters, search: Callable[[str], list[str]], having: Collection[str], waiting: Collection[str]
) -> list[Procedure]:
    """Procedures in force that pass: by relevance when there are words, else by field and name."""
    found = catalog.in_force()
    if filters.words:
        wanted = _WORD.findall(fold(filters.words))
        understood = [code for code in search(filters.words)[:UNDERSTOOD] if _is_plausible(catalog.get(code), wanted)]
        rank = {code: at for at, code in enumerate(understood)}
        named = {each.code for each in found if wanted and all(f" {word}" in _names(each) for word in wanted)}
        found = [each for each in found if each.code in named or each.code in rank]
        phrase = f" {' '.join(wanted)}"
        # Names that hold the words side by side, names that hold them all, then what the bot thinks of.
        found.sort(key=lambda each: (phrase not in _names(each), each.code not in named, rank.get(each.code, len(rank))))
    if filters.level:
        found = [each for each in found if each.online.level == filters.level]
    if filters.state:
        wanted_codes = having if filters.state == "co" else waiting
        found = [each for each in found if each.code in wanted_codes]
    return found


def _is_plausible(procedure: Procedure | None, wanted: list[str]) -> bool:
    """Whether a guess of the bot knows half of the words: it always has a best guess, also for nonsense."""
    if procedure is None or not wanted:
        return False
    told = "".join(f" {word}" for word in _WORD.findall(fold(" ".join((*procedure.all_asks(), procedure.name)))))
    return sum(f" {word}" in told for word in wanted) >= len(wanted) / 2


def _names(procedure: Procedure) -> str:
    names = " ".join((procedure.name, procedure.official_name, *procedure.aliases, procedure.code))
    return "".join(f" {word}" for word in _WORD.findall(fold(names)))
