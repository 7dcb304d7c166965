"""Local layers: what is different in one place, laid over the national text.

A layer may set the online level, fees, times, the place of filing and notes; it never replaces papers or steps.
"""

from __future__ import annotations

from typing import TypeVar

from app.catalog.collections import Layer, LocalCase
from app.catalog.content import Case, Fact, Procedure

FactT = TypeVar("FactT", bound=Fact)


def apply_layer(procedure: Procedure, layer: Layer) -> Procedure:
    """The procedure as it is in the layer's place. Raises ValueError when a case of the layer does not exist."""
    unknown = layer.cases.keys() - {case.id for case in procedure.cases} - {"*"}
    if unknown:
        raise ValueError(f"Không có trường hợp {', '.join(sorted(unknown))} trong thủ tục {procedure.code}.")
    prefix = "tai-cho-"
    sources = {**procedure.sources, **{prefix + key: source for key, source in layer.sources.items()}}

    def local(fact: FactT) -> FactT:
        return fact.model_copy(update={"source": prefix + (fact.source or layer.default_source)})

    def local_case(case: Case) -> Case:
        for patch in (layer.cases.get("*"), layer.cases.get(case.id)):
            if patch is not None:
                case = _patched(case, patch)
        return case

    def _patched(case: Case, patch: LocalCase) -> Case:
        update: dict[str, object] = {}
        if patch.time is not None:
            update["time"] = tuple(local(item) for item in patch.time)
        if patch.fees is not None:
            update["fees"] = tuple(local(item) for item in patch.fees)
        return case.model_copy(update=update)

    update: dict[str, object] = {
        "sources": sources,
        "cases": tuple(local_case(case) for case in procedure.cases),
        "notes": (*procedure.notes, *layer.notes),
    }
    if layer.online is not None:
        update["online"] = local(layer.online)
    if layer.where is not None:
        update["where"] = layer.where
    return procedure.model_copy(update=update)
