"""The catalog that is served: no error, every fact sourced, written in our own words."""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import BaseModel

from app.assistant.knowledge import build_rules
from app.catalog.catalog import Catalog
from app.catalog.content import UNKNOWN, Fact, FeeStatus, Procedure
from app.catalog.loader import load_catalog, read_catalog
from app.catalog.tiers import Tier, tier_of
from app.catalog.yaml_loader import read_document
from app.generate import generated_files
from app.settings import ROOT

PROCEDURES = ROOT / "procedures"
OFFICIAL = ROOT.parent / "shared" / "data" / "procedures" / "official"
FEWEST_ASKS = 12
COPIED_WORDS = 14
LOCALES = [None, *sorted(path.name for path in (PROCEDURES / "locales").iterdir() if path.is_dir())]


@pytest.fixture(scope="module")
def national() -> Catalog:
    return load_catalog(PROCEDURES)


@pytest.fixture(scope="module")
def da_nang() -> Catalog:
    return load_catalog(PROCEDURES, "da-nang")


@pytest.mark.parametrize("locale", LOCALES)
def test_there_is_no_error_in_any_place(locale: str | None) -> None:
    assert [str(problem) for problem in read_catalog(PROCEDURES, locale).errors] == []


def test_at_least_sixty_procedures_are_whole(national: Catalog) -> None:
    assert sum(tier_of(procedure) is Tier.GOLD for procedure in national.in_force()) >= 60


def _facts(value: object) -> Iterator[Fact]:
    if isinstance(value, Fact):
        yield value
    if isinstance(value, BaseModel):
        for name in type(value).model_fields:
            yield from _facts(getattr(value, name))
    elif isinstance(value, tuple):
        for item in value:
            yield from _facts(item)


def test_every_fact_has_a_source_with_a_title_and_a_day_not_after_the_check(da_nang: Catalog) -> None:
    wrong = []
    for procedure in da_nang.procedures.values():
        facts = list(_facts(procedure))
        assert len(facts) >= 2, procedure.code
        for fact in facts:
            source = procedure.source_of(fact)
            if len(source.title) < 8 or not dt.date(2000, 1, 1) <= source.date <= procedure.checked_on:
                wrong.append((procedure.code, source))
    assert not wrong


def test_every_procedure_in_force_can_be_asked_for_in_many_ways(national: Catalog) -> None:
    few = {p.code: len(set(p.all_asks())) for p in national.in_force() if len(set(p.all_asks())) < FEWEST_ASKS}
    assert not few


def test_the_tiers_are_as_many_as_promised(national: Catalog) -> None:
    """At least 120 whole ones, 200 more with papers, fees and steps; every commune-level procedure is there."""
    tiers = Counter(tier_of(procedure) for procedure in national.procedures.values())
    assert tiers[Tier.GOLD] >= 120
    assert tiers[Tier.GOLD] + tiers[Tier.SILVER] >= 320
    assert sum(tiers.values()) >= 489


def test_ways_of_asking_and_messages_to_learn_from_are_many(national: Catalog) -> None:
    asks = sum(len(set(procedure.all_asks())) for procedure in national.in_force())
    assert asks >= 8000


def test_no_fee_is_too_small_to_be_true(da_nang: Catalog) -> None:
    """8.000 written as `8` or a fee in thousands would tell citizens 8 đồng."""
    amounts = {
        (procedure.code, fee.amount)
        for procedure in da_nang.procedures.values()
        for case in procedure.cases
        if case.fees != UNKNOWN
        for fee in case.fees
        if fee.status is FeeStatus.AMOUNT and fee.amount is not None
    }
    assert amounts
    assert not {(code, amount) for code, amount in amounts if amount is not None and amount < 500}


def test_every_known_online_level_says_where_it_holds(da_nang: Catalog) -> None:
    levels = [p.online for p in da_nang.procedures.values() if p.online.level != UNKNOWN]
    assert levels
    assert all(online.basis and online.place for online in levels)


def test_every_field_of_work_has_a_procedure(national: Catalog) -> None:
    used = {procedure.field for procedure in national.in_force()}
    assert not [field.id for field in national.fields if field.id not in used]


def test_a_replaced_procedure_leads_to_one_that_is_in_force(national: Catalog) -> None:
    replaced = [p for p in national.procedures.values() if p.replaced_by is not None]
    for procedure in replaced:
        current = national.current(procedure.code)
        assert current is not None
        assert current.code != procedure.code
        assert current.replaced_by is None, procedure.code


def test_patterns_are_written_so_that_they_can_match() -> None:
    """Patterns of `lexicon.yaml` and `intents.yaml` are compared with folded text: an accent or a capital there never matches."""
    lexicon, intents = read_document(PROCEDURES / "lexicon.yaml").data, read_document(PROCEDURES / "intents.yaml").data
    build_rules(intents)
    patterns = [*lexicon["markers"].values(), *lexicon["denied_by"].values()]
    patterns += [pattern for intent in intents["intents"] for pattern in intent.get("patterns", ())]
    patterns += [pattern for name in ("follow_up", "correction", "back") for pattern in intents[name]]
    patterns += [pattern for given in intents["aspects"].values() for pattern in given]
    assert not [pattern for pattern in patterns if not pattern.isascii()]
    assert not [pattern for pattern in patterns if re.search(r"(?<!\\)[A-Z]", pattern)]
    assert set(lexicon["deniable"]) | set(lexicon["denied_by"]) <= set(lexicon["markers"])


# --- the words are ours --------------------------------------------------------------------------------------------


def _our_words(procedure: Procedure) -> Iterator[str]:
    yield from (procedure.summary, *map(str, (procedure.where, procedure.who or "", *procedure.notes)))
    if procedure.steps != UNKNOWN:
        yield from (step.text for step in procedure.steps)
    for case in procedure.cases:
        if case.papers != UNKNOWN:
            yield from (text for paper in case.papers for text in (paper.note or "", paper.only_if or ""))


PORTALS = re.compile("cổng dịch vụ công (quốc gia|bộ công an)")


def _runs(text: str) -> Iterator[str]:
    """Every run of COPIED_WORDS words; the name of a portal counts as one word."""
    words = re.findall(r"\w+", PORTALS.sub("cổng", text.casefold()))
    for start in range(len(words) - COPIED_WORDS + 1):
        yield " ".join(words[start : start + COPIED_WORDS])


@pytest.mark.skipif(not OFFICIAL.is_dir(), reason="the official texts are not beside the project")
def test_the_words_of_the_portal_are_not_copied(national: Catalog) -> None:
    copied, compared = {}, 0
    for procedure in national.procedures.values():
        path = OFFICIAL / f"{procedure.code}.md"
        if not path.exists():
            continue
        compared += 1
        theirs = set(_runs(path.read_text("utf-8")))
        same = {run for text in _our_words(procedure) for run in _runs(text)} & theirs
        if same:
            copied[procedure.code] = min(same)
    assert compared > 50
    assert not copied


# --- Đà Nẵng -------------------------------------------------------------------------------------------------------


def test_da_nang_changes_the_fees_of_a_building_permit_and_keeps_its_papers(national: Catalog, da_nang: Catalog) -> None:
    before, after = national.procedures["1.013225"], da_nang.procedures["1.013225"]
    changed = {case.id for case, local in zip(before.cases, after.cases, strict=True) if case.fees != local.fees}
    assert changed == {"nha-o-rieng-le", "cong-trinh-khac"}
    for case in after.cases:
        assert case.fees != UNKNOWN
        by_channel = {str(fee.channel): fee for fee in case.fees}
        assert by_channel["online"].status is FeeStatus.FREE
        assert by_channel["in_person"].amount in (50_000, 100_000)
        assert "Thanh Niên" in after.source_of(by_channel["online"]).title
    assert [case.papers for case in after.cases] == [case.papers for case in before.cases]
    assert (after.steps, after.conditions, after.result) == (before.steps, before.conditions, before.result)


def test_da_nang_leaves_all_other_procedures_as_they_are(national: Catalog, da_nang: Catalog) -> None:
    layers = {path.stem for path in (PROCEDURES / "locales" / "da-nang").glob("*.yaml")}
    different = {code for code, procedure in national.procedures.items() if da_nang.procedures[code] != procedure}
    assert different == layers


# --- generated files -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", sorted(generated_files()), ids=str)
def test_generated_files_are_fresh(path: Path) -> None:
    assert (ROOT / path).read_text("utf-8") == generated_files()[path], f"{path} is stale: run ./dev generate"
