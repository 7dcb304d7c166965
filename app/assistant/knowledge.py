"""Joins the catalog to the understanding: catalog entries and word lists become one Reader."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from app.catalog.catalog import Catalog
from app.catalog.content import UNKNOWN, Procedure
from app.catalog.yaml_loader import ContentError, Problem, read_document
from app.understanding.index import Index
from app.understanding.ranker import Weights
from app.understanding.reader import Reader
from app.understanding.rules import Aspect, IntentRule, Rules
from app.understanding.terms import Entry, Kind, Markers
from app.understanding.text import Normalizer


def build_reader(catalog: Catalog, folder: Path, weights: Weights | None = None) -> Reader:
    """A Reader for this catalog, with the lexicon and intents of `folder` (procedures/).

    Raises ContentError when a word list is broken.
    """
    try:
        intents = read_document(folder / "intents.yaml").data
        index = build_index([*catalog_entries(catalog), *intent_entries(intents)], folder)
        rules = build_rules(intents)
    except (KeyError, TypeError, ValueError, AttributeError, re.error) as error:
        wrong = f"không dùng được: {type(error).__name__} {error}"
        advice = "so với bản trước trong git; mẫu (pattern) phải đủ ngoặc, tên phải có thật"
        raise ContentError([Problem("intents.yaml, lexicon.yaml", "", wrong, advice)]) from error
    return Reader(index, rules, weights or Weights.load())


def build_index(entries: Sequence[Entry], folder: Path) -> Index:
    """An Index over these entries with the lexicon of `folder`."""
    lexicon = read_document(folder / "lexicon.yaml").data
    unheard = {*lexicon["deniable"], *lexicon["denied_by"], *lexicon["variants"]} - lexicon["markers"].keys()
    if unheard:
        raise ValueError(f"không có dấu hiệu {', '.join(sorted(unheard))} trong `markers`")
    markers = Markers(
        {name: re.compile(pattern) for name, pattern in lexicon["markers"].items()},
        frozenset(lexicon["deniable"]),
        {name: re.compile(pattern) for name, pattern in lexicon["denied_by"].items()},
        frozenset(lexicon["variants"]),
    )
    return Index(entries, Normalizer(lexicon["replace"], lexicon["filler"], lexicon["aspect_phrases"]), markers)


def catalog_entries(catalog: Catalog) -> list[Entry]:
    """Classes of the catalog: procedures in force, families, agencies elsewhere, life events."""
    entries = [_procedure_entry(procedure) for procedure in catalog.in_force()]
    entries += [
        Entry(f"family:{family.id}", Kind.FAMILY, (family.asks[0],), family.asks[1:], members=family.choices) for family in catalog.families
    ]
    entries += [Entry(f"elsewhere:{item.id}", Kind.ELSEWHERE, (item.name,), item.asks) for item in catalog.elsewhere]
    entries += [
        Entry(f"event:{event.id}", Kind.EVENT, (event.name,), event.asks, members=event.procedures) for event in catalog.life_events
    ]
    return entries


def _procedure_entry(procedure: Procedure) -> Entry:
    names = tuple(dict.fromkeys((procedure.name, procedure.official_name, *procedure.aliases)))
    papers = [p.name for case in procedure.cases if case.papers != UNKNOWN for p in case.papers]
    extra = (procedure.summary, *(case.name for case in procedure.cases), *(case.when for case in procedure.cases), *papers)
    return Entry(procedure.code, Kind.PROCEDURE, names, procedure.all_asks(), extra)


def intent_entries(intents: dict[str, Any]) -> list[Entry]:
    """Classes of `intents.yaml`."""
    return [Entry(f"intent:{item['id']}", Kind.INTENT, (), tuple(item["examples"])) for item in intents["intents"]]


def build_rules(intents: dict[str, Any]) -> Rules:
    """Compiled patterns of `intents.yaml`."""

    def compiled(patterns: Sequence[str]) -> tuple[re.Pattern[str], ...]:
        """One pattern that finds any of them: a search costs more to begin than to go on."""
        return (re.compile("|".join(f"(?:{pattern})" for pattern in patterns)),) if patterns else ()

    return Rules(
        [
            IntentRule(
                f"{item['id']}",
                compiled(item.get("patterns", ())),
                item.get("sure") == "true",
                item.get("strong") == "true",
                compiled(item.get("veto", ())),
                compiled(item.get("always", ())),
            )
            for item in intents["intents"]
        ],
        {Aspect(name): compiled(patterns) for name, patterns in intents["aspects"].items()},
        compiled(intents["follow_up"]),
        compiled(intents["correction"]),
        compiled(intents["back"]),
    )
