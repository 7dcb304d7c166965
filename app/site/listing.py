"""The list of procedures: accent-free search over names, the bot's understanding beside it, and three filters."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import urlencode

from app.catalog.catalog import Catalog
from app.catalog.collections import FieldOfWork
from app.catalog.content import OnlineLevel, Procedure
from app.understanding.text import clean, fold

QUERY_LENGTH = 200
UNDERSTOOD = 5  # how many of the bot's guesses join the names that match
PLAUSIBLE = 0.5  # the least share of typed words that a guess must know

_WORD = re.compile(r"[^\W_]+")

Search = Callable[[str], list[str]]


@dataclass(frozen=True)
class Filters:
    """What the visitor asked for. Empty text: no filter."""

    words: str = ""
    field: str = ""
    level: str = ""
    event: str = ""

    @classmethod
    def read(cls, catalog: Catalog, words: str, field: str, level: str, event: str) -> Filters:
        """Keep what means something in this catalog; an old or foreign value is no filter."""
        return cls(
            words=clean(words)[:QUERY_LENGTH],
            field=field if catalog.field(field) else "",
            level=level if level in set(OnlineLevel) else "",
            event=event if catalog.life_event(event) else "",
        )

    @property
    def narrowed(self) -> bool:
        """Whether a filter beside the words is on."""
        return bool(self.field or self.level or self.event)

    def path(self) -> str:
        """The address of this list, without empty parts."""
        values = {"q": self.words, "linh-vuc": self.field, "muc": self.level, "su-kien": self.event}
        query = urlencode({name: value for name, value in values.items() if value})
        return "/thu-tuc" + (f"?{query}" if query else "")


@dataclass(frozen=True)
class Group:
    """Procedures under one heading; no field when the list is in order of relevance."""

    field: FieldOfWork | None
    procedures: tuple[Procedure, ...]


def find(catalog: Catalog, filters: Filters, search: Search) -> list[Group]:
    """The procedures in force that pass the filters: by relevance when there are words, else by field."""
    found = [procedure for procedure in _by_words(catalog, filters.words, search) if _passes(catalog, procedure, filters)]
    if filters.words:
        return [Group(None, tuple(found))] if found else []
    if filters.event:
        order = {code: index for index, code in enumerate(_codes_of_event(catalog, filters.event))}
        return [Group(None, tuple(sorted(found, key=lambda procedure: order[procedure.code])))] if found else []
    groups = ((field, tuple(item for item in found if item.field == field.id)) for field in catalog.fields)
    return [Group(field, members) for field, members in groups if members]


def count_by_field(catalog: Catalog) -> dict[str, int]:
    """How many procedures in force each field has."""
    counts: dict[str, int] = {}
    for procedure in catalog.in_force():
        counts[procedure.field] = counts.get(procedure.field, 0) + 1
    return counts


def _by_words(catalog: Catalog, words: str, search: Search) -> list[Procedure]:
    procedures = catalog.in_force()
    if not words:
        return procedures
    wanted = _haystack(words).split()
    matching = {procedure.code for procedure in procedures if _share(wanted, _names(procedure)) == 1}
    understood = [code for code in search(words) if _is_plausible(catalog, code, wanted)]
    chosen = matching | set(understood[:UNDERSTOOD])
    rank = {code: index for index, code in enumerate(understood)}
    # The bot's order first; names it did not think of follow in the order of the list.
    return sorted(
        (procedure for procedure in procedures if procedure.code in chosen),
        key=lambda procedure: rank.get(procedure.code, len(rank)),
    )


def _passes(catalog: Catalog, procedure: Procedure, filters: Filters) -> bool:
    return (
        (not filters.field or procedure.field == filters.field)
        and (not filters.level or procedure.online.level == filters.level)
        and (not filters.event or procedure.code in _codes_of_event(catalog, filters.event))
    )


def _codes_of_event(catalog: Catalog, event_id: str) -> tuple[str, ...]:
    event = catalog.life_event(event_id)
    return event.procedures if event else ()


def _is_plausible(catalog: Catalog, code: str, wanted: list[str]) -> bool:
    """Whether a guess of the bot shares words with what was typed: it always has a best guess, also for nonsense."""
    procedure = catalog.get(code)
    return procedure is not None and _share(wanted, f"{_names(procedure)} {' '.join(procedure.all_asks())}") >= PLAUSIBLE


def _share(wanted: list[str], text: str) -> float:
    """The share of words that begin a word of the text: typing `khai si` already finds `khai sinh`."""
    haystack = _haystack(text)
    return sum(f" {word}" in haystack for word in wanted) / len(wanted) if wanted else 0


def _names(procedure: Procedure) -> str:
    return " ".join((procedure.name, procedure.official_name, *procedure.aliases, procedure.code))


@lru_cache(maxsize=8192)
def _haystack(names: str) -> str:
    """Folded words, a space before each."""
    return "".join(f" {word}" for word in _WORD.findall(fold(names)))
