"""Finds the table in a sheet: title rows above it, a header of one or two rows, column names as each province writes them."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cache

from rapidfuzz import fuzz, process

from app.catalog.importing.reading import Cells
from app.catalog.sheets import sheets

SEARCHED_ROWS = 80
ALIKE = 88  # of 100: lets pass a typing error, not another column
FACTS = ("time", "fees", "level", "level_full", "level_partial", "where", "notes")
CODE = re.compile(r"\b\d\.\d{6}\b")


@dataclass(frozen=True)
class Header:
    """Where the table begins, which column holds what, and what stands in the header of each."""

    first_row: int
    columns: dict[str, int]
    labels: dict[str, str]


def fold(text: str) -> str:
    """Small letters without accents and signs: how headings and words are compared."""
    plain = unicodedata.normalize("NFD", text.casefold().replace("đ", "d"))
    return " ".join(re.sub(r"[^a-z0-9]+", " ", "".join(sign for sign in plain if not unicodedata.combining(sign))).split())


def find_header(rows: Cells) -> Header | None:
    """The header with most known columns; None when no row names a code and a fact."""
    best: Header | None = None
    for number in range(min(len(rows), SEARCHED_ROWS)):
        top = rows[number]
        if any(CODE.search(cell) for cell in top):
            continue
        candidates: list[tuple[int, list[tuple[str, ...]]]] = [(number + 1, [(cell,) for cell in top])]
        if number + 1 < len(rows) and not any(CODE.search(cell) for cell in rows[number + 1]):
            bottom = rows[number + 1]
            candidates.append((number + 2, [(low, f"{high} {low}", high) for high, low in zip(top, bottom, strict=True)]))
        for first_row, labels in candidates:
            found = _named(first_row, labels)
            if found is not None and (best is None or len(found.columns) > len(best.columns)):
                best = found
    return best


def column_of(label: str) -> tuple[str, float]:
    """The column that a heading most likely means and how alike they are (0–100)."""
    names = _known()
    found: tuple[str, float] = ("", 0.0)
    for variant in {fold(label), fold(re.sub(r"\(.*?\)", " ", label, flags=re.DOTALL))}:
        hit = process.extractOne(variant, names.keys(), scorer=fuzz.ratio, score_cutoff=ALIKE) if variant else None
        if hit is not None and hit[1] > found[1]:
            found = (names[hit[0]], hit[1])
    return found


@cache
def _known() -> dict[str, str]:
    """Folded heading → name of its column."""
    known: dict[str, str] = {}
    for name, column in sheets().columns.items():
        for heading in (column.heading, *column.known_as):
            if heading is not None:
                known.setdefault(fold(heading), name)
    return known


def _named(first_row: int, labels: list[tuple[str, ...]]) -> Header | None:
    """A header from the labels of each column, the most telling first. A name belongs to the column that fits it best."""
    if len({variants[-1] for variants in labels if variants[-1]}) == 1:
        return None  # a title, merged over all columns
    hits = []
    for index, variants in enumerate(labels):
        for variant in variants:
            name, score = column_of(variant) if len(variant) < 200 else ("", 0.0)
            if name:
                hits.append((score, -index, name, variants))
                break
    columns: dict[str, int] = {}
    told: dict[str, str] = {}
    for _, index, name, variants in sorted(hits, reverse=True):
        if name not in columns:
            columns[name] = -index
            told[name] = " ".join(dict.fromkeys(variants))
    return Header(first_row, columns, told) if "code" in columns and any(name in columns for name in FACTS) else None
