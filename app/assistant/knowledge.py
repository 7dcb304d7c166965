"""Joins the catalog to the understanding: catalog entries and word lists become one Reader."""

from __future__ import annotations

import contextlib
import csv
import gc
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from app.catalog.catalog import Catalog
from app.catalog.content import UNKNOWN, Procedure
from app.catalog.yaml_loader import ContentError, Problem, read_document
from app.understanding.foreign import FOREIGN_FILE
from app.understanding.hashed_words import HashedWords
from app.understanding.index import Index
from app.understanding.language import Language
from app.understanding.leaning import Leaning, Leanings, pattern
from app.understanding.learned import Learned
from app.understanding.national import Named, National
from app.understanding.phrases import Phrases
from app.understanding.ranker import Weights
from app.understanding.reader import Reader
from app.understanding.rules import Aspect, IntentRule, Rules
from app.understanding.spoken import Spoken
from app.understanding.terms import Entry, Kind, Markers
from app.understanding.text import Normalizer
from app.understanding.turning import TURN_FILE
from app.understanding.vagueness import VAGUE_FILE

OFTEN = 5  # procedures to offer to who has not said anything yet
LONG = 18  # words from which a way of asking is a story: no other story will be like it
_GROUP = re.compile(r"(?<!\\)\((?!\?)")  # that is numbered for nothing


def build_reader(catalog: Catalog, folder: Path, weights: Weights | None = None) -> Reader:
    """A Reader for this catalog, with the lexicon and intents of `folder` (procedures/).

    Raises ContentError when a word list is broken.
    """
    try:
        intents = read_document(folder / "intents.yaml").data
        national = read_national(folder)
        index = build_index([*catalog_entries(catalog, national), *intent_entries(intents)], folder, Learned.load(), Language.load())
        rules = build_rules(intents)
        leanings = build_leanings(folder)
    except (KeyError, TypeError, ValueError, AttributeError, re.error) as error:
        wrong = f"không dùng được: {type(error).__name__} {error}"
        advice = "so với bản trước trong git; mẫu (pattern) phải đủ ngoặc, tên phải có thật"
        raise ContentError([Problem("intents.yaml, lexicon.yaml, leanings.yaml", "", wrong, advice)]) from error
    foreign, turning, vague = (HashedWords.load(file) for file in (FOREIGN_FILE, TURN_FILE, VAGUE_FILE))
    return Reader(
        index, rules, weights or Weights.load(), _not_held(national, catalog), catalog.everyday[:OFTEN], foreign, turning, vague, leanings
    )


def read_national(folder: Path) -> list[Named]:
    """The national catalogue (`national.csv`), none when there is no such file."""
    file = folder / "national.csv"
    if not file.exists():
        return []
    with file.open(encoding="utf-8", newline="") as rows:
        return [Named(**row) for row in csv.DictReader(rows)]


def _not_held(national: Iterable[Named], catalog: Catalog) -> National:
    return National(each for each in national if each.code not in catalog.procedures)


def build_index(entries: Sequence[Entry], folder: Path, learned: Learned | None = None, language: Language | None = None) -> Index:
    """An Index over these entries with the lexicon of `folder`."""
    lexicon = read_document(folder / "lexicon.yaml").data
    unheard = {*lexicon["deniable"], *lexicon["denied_by"], *lexicon["variants"]} - lexicon["markers"].keys()
    if unheard:
        raise ValueError(f"không có dấu hiệu {', '.join(sorted(unheard))} trong `markers`")
    markers = Markers(
        Phrases(lexicon["markers"]),
        {name: re.compile(lexicon["markers"][name]) for name in lexicon["deniable"]},
        {name: re.compile(pattern) for name, pattern in lexicon["denied_by"].items()},
        frozenset(lexicon["variants"]),
        frozenset(lexicon["acts"]),
    )
    with _no_collecting():
        normalizer = Normalizer(lexicon["replace"], lexicon["filler"], lexicon["aspect_phrases"])
        return Index(entries, normalizer, markers, learned, language)


@contextlib.contextmanager
def _no_collecting() -> Iterator[None]:
    """A million objects are made and none is thrown away: looking for garbage meanwhile takes a third of the time."""
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            gc.enable()


def catalog_entries(catalog: Catalog, national: Iterable[Named] = ()) -> list[Entry]:
    """Classes of the catalog: procedures in force, families, agencies elsewhere (by their `national` names too), life events."""
    official = {each.code: each.name for each in national}
    siblings = _siblings(catalog)
    entries = [_procedure_entry(procedure, siblings, everyday=procedure.code in catalog.everyday) for procedure in catalog.in_force()]
    for family in catalog.families:
        everyday = not set(catalog.everyday).isdisjoint(family.choices)
        entries.append(
            Entry(
                f"family:{family.id}",
                Kind.FAMILY,
                (family.asks[0],),
                family.asks[1:],
                members=family.choices,
                everyday=everyday,
                plain_first=family.plain_first,
            )
        )
    for item in catalog.elsewhere:
        names = (item.name, *(official[code] for code in item.codes if code in official and code not in catalog.procedures))
        entries.append(Entry(f"elsewhere:{item.id}", Kind.ELSEWHERE, names, item.asks))
    entries += [
        Entry(f"event:{event.id}", Kind.EVENT, (event.name,), event.asks, members=event.procedures, when=tuple(event.when.items()))
        for event in catalog.life_events
    ]
    return entries


def _siblings(catalog: Catalog) -> dict[str, frozenset[str]]:
    """Of each procedure, its look-alikes (whichever of the two names the other) and those a family's question offers beside it."""
    found: dict[str, set[str]] = defaultdict(set)
    for procedure in catalog.in_force():
        for other in procedure.lookalikes:
            found[procedure.code].add(other.code)
            found[other.code].add(procedure.code)
    for family in catalog.families:
        for code in family.choices:
            found[code] |= set(family.choices) - {code}
    return {code: frozenset(codes) for code, codes in found.items()}


def _procedure_entry(procedure: Procedure, siblings: Mapping[str, frozenset[str]], *, everyday: bool) -> Entry:
    names = tuple(dict.fromkeys((procedure.name, procedure.official_name, *procedure.aliases)))
    papers = [p.name for case in procedure.cases if case.papers != UNKNOWN for p in case.papers]
    extra = (procedure.summary, *(case.name for case in procedure.cases), *(case.when for case in procedure.cases), *papers)
    related = siblings.get(procedure.code, frozenset())
    asks = [ask for ask in procedure.all_asks() if ask.count(" ") < LONG]
    told = [ask for ask in procedure.all_asks() if ask.count(" ") >= LONG]
    ages = [case.age_days for case in procedure.cases]
    oldest = max(age[1] for age in ages if age) if all(ages) else None
    return Entry(procedure.code, Kind.PROCEDURE, names, tuple(asks), tuple(told), extra, everyday=everyday, related=related, oldest=oldest)


def intent_entries(intents: dict[str, Any]) -> list[Entry]:
    """Classes of `intents.yaml`."""
    return [Entry(f"intent:{item['id']}", Kind.INTENT, (), tuple(item["examples"])) for item in intents["intents"]]


def build_leanings(folder: Path) -> Leanings:
    """What certain words say for sure (`leanings.yaml`), nothing when there is no such file."""
    file = folder / "leanings.yaml"
    if not file.exists():
        return Leanings()
    data = read_document(file).data
    words, groups = data["words"], data["groups"]

    def codes(item: Mapping[str, Any], key: str) -> tuple[str, ...]:
        return tuple(code for name in item.get(key, ()) for code in groups.get(name, [name]))

    def leaning(item: Mapping[str, Any]) -> Leaning:
        unless = pattern(item["unless"], words) if "unless" in item else None
        anyhow = item.get("anyhow") == "true"
        return Leaning(pattern(item["when"], words), unless, codes(item, "toward"), codes(item, "away"), anyhow)

    own_words = {code: pattern(said, words) for code, said in data["own_words"].items()}
    leanings, dues = ([leaning(item) for item in data[name]] for name in ("leanings", "dues"))
    asked = pattern(data["due_asked"], words)
    return Leanings(
        leanings, own_words, leaning(data["mourning"]), pattern(data["silence"], words), dues, leaning(data["dues_first"]), asked
    )


def build_rules(intents: dict[str, Any]) -> Rules:
    """Compiled patterns of `intents.yaml`."""

    def compiled(patterns: Sequence[str]) -> tuple[re.Pattern[str], ...]:
        """One pattern for all that begin at a word, one for all others: a search costs more to begin than to go on."""
        unnumbered = [_GROUP.sub("(?:", pattern) for pattern in patterns]
        at_words = [pattern for pattern in unnumbered if pattern.startswith(r"\b")]
        others = [pattern for pattern in unnumbered if not pattern.startswith(r"\b")]
        return tuple(re.compile("|".join(f"(?:{pattern})" for pattern in some)) for some in (at_words, others) if some)

    return Rules(
        [
            IntentRule(
                f"{item['id']}",
                compiled(item.get("patterns", ())),
                item.get("sure") == "true",
                item.get("strong") == "true",
                compiled(item.get("veto", ())),
                compiled(item.get("always", ())),
                compiled(item.get("telling", ())),
                Spoken.of(item.get("said", ()), intents["sets"], item.get("accented", ()), item.get("bare", ())),
                Spoken.of(item.get("unsaid", ()), intents["sets"]),
                Spoken.of(item.get("despite", ()), intents["sets"]),
                Spoken.of((), intents["sets"], item.get("at_once", ()), item.get("at_once_bare", ())),
            )
            for item in intents["intents"]
        ],
        {Aspect(name): compiled(patterns) for name, patterns in intents["aspects"].items()},
        compiled(intents["follow_up"]),
        compiled(intents["correction"]),
        compiled(intents["back"]),
        compiled(intents["supposes"]),
        compiled(intents["needs"]),
        compiled(intents["wants"]),
        compiled(intents["states"]),
        compiled(intents["receives"]),
        compiled(intents["compares"]),
        compiled(intents["gets"]),
        compiled(intents["general"]),
        frozenset(intents["aspect_words"]),
        frozenset(intents["general_words"]),
    )
