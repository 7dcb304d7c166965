"""From checked facts to layers, and from a catalog and layers to the catalog of this ward."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

import structlog
from pydantic import ValidationError

from app.calendar.facts import VIETNAM
from app.catalog.catalog import Catalog
from app.catalog.collections import Layer
from app.catalog.content import Procedure
from app.catalog.layers import apply_layer
from app.local.models import LocalFact
from app.local.schemas import ALL_CASES, VALUES, FactField, digest

log = structlog.get_logger()
SOURCE = "xa-"


def layers_of(facts: Iterable[LocalFact], place: str) -> tuple[Layer, ...]:
    """One layer for each procedure. Later facts win over earlier ones; one that today's model refuses is left out."""
    by_code: defaultdict[str, list[LocalFact]] = defaultdict(list)
    for fact in facts:
        by_code[fact.code].append(fact)
    found = (layer_of(code, each, place) for code, each in sorted(by_code.items()))
    return tuple(layer for layer in found if layer is not None)


def layer_of(code: str, facts: Iterable[LocalFact], place: str) -> Layer | None:
    """The layer of one procedure, None when no fact is left, or today's model refuses what stands around them."""
    said: dict[str, Any] = {}
    cases: defaultdict[str, dict[str, Any]] = defaultdict(dict)
    notes: list[Any] = []
    used: list[LocalFact] = []
    for fact in facts:
        try:
            value = _with_source(VALUES[FactField(fact.field)].validate_python(fact.value), _key(fact))
        except (ValidationError, ValueError):
            log.error("local_fact_refused", code=fact.code, fact=fact.id)
            continue
        used.append(fact)
        if fact.field == FactField.NOTE:
            notes.append(value)
        elif fact.field in (FactField.ONLINE, FactField.WHERE):
            said[fact.field] = value
        else:
            cases[fact.case_id][fact.field] = value
    if not used:
        return None
    newest = used[-1]
    checked = newest.checked_at or newest.proposed_at
    data = {
        "code": code,
        "place": place,
        "notes": tuple(notes),
        "cases": {case_id: dict(patch) for case_id, patch in cases.items()},
        "default_source": _key(newest),
        "sources": {_key(fact): _source(fact) for fact in used},
        "checked_on": checked.astimezone(VIETNAM).date(),
        "checked_by": newest.checked_name or newest.proposed_name or place,
    }
    try:
        return Layer.model_validate(data | said)
    except ValidationError:  # one procedure must not keep the whole ward from being read
        log.error("local_layer_refused", code=code)
        return None


def laid_over(catalog: Catalog, layers: Iterable[Layer]) -> Catalog:
    """The catalog as it is in this ward, with a version of its own. A layer for what the catalog no longer has is left out."""
    layers = tuple(layers)
    if not layers:
        return catalog
    procedures: dict[str, Procedure] = dict(catalog.procedures)
    for layer in layers:
        procedure = procedures.get(layer.code)
        if procedure is not None:
            procedures[layer.code] = apply_layer(procedure, fitting(layer, procedure))
    version = digest([catalog.version, version_of(layers)])
    return replace(catalog, version=version, procedures=procedures)


def fitting(layer: Layer, procedure: Procedure) -> Layer:
    """The layer without cases that the procedure no longer has."""
    known = {case.id for case in procedure.cases} | {ALL_CASES}
    lost = layer.cases.keys() - known
    if not lost:
        return layer
    log.warning("local_case_lost", code=layer.code, cases=sorted(lost))
    return layer.model_copy(update={"cases": {name: case for name, case in layer.cases.items() if name in known}})


def version_of(layers: Iterable[Layer]) -> str:
    """A digest of all that layers say."""
    return digest([layer.model_dump(mode="json") for layer in layers])


def _key(fact: LocalFact) -> str:
    """Names the fact's source; one that is not stored yet has no number."""
    return f"{SOURCE}{fact.id or 0}"


def _with_source(value: Any, source: str) -> Any:
    if isinstance(value, tuple):
        return tuple(_with_source(item, source) for item in value)
    return value.model_copy(update={"source": source})


def _source(fact: LocalFact) -> Mapping[str, Any]:
    return {"title": fact.source_title, "date": fact.source_date, "kind": fact.source_kind, "url": fact.source_url or None}
