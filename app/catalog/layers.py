"""Local layers: what is different in one place, laid over the national text.

A layer may set the online level, fees, times, the place of filing and notes; it never replaces papers or steps.
"""

from __future__ import annotations

from typing import TypeVar

from app.catalog.collections import Layer
from app.catalog.content import Case, Fact, Procedure

FactT = TypeVar("FactT", bound=Fact)
PREFIX = "tai-cho-"


def apply_layer(procedure: Procedure, layer: Layer) -> Procedure:
    """The procedure as it is in the layer's place. Raises ValueError when a case of the layer does not exist."""
    unknown = layer.cases.keys() - {case.id for case in procedure.cases} - {"*"}
    if unknown:
        raise ValueError(f"Không có trường hợp {', '.join(sorted(unknown))} trong thủ tục {procedure.code}.")
    own = {"place": layer.place, "checked_on": layer.checked_on}
    update: dict[str, object] = {
        "sources": {**procedure.sources, **{PREFIX + key: source.model_copy(update=own) for key, source in layer.sources.items()}},
        "cases": tuple(_local_case(case, layer) for case in procedure.cases),
        "notes": (*procedure.notes, *(_local(note, layer) for note in layer.notes)),
    }
    if layer.online is not None:
        update["online"] = _local(layer.online, layer)
    if layer.where is not None:
        update["where"] = _local(layer.where, layer)
    return procedure.model_copy(update=update)


def _local(fact: FactT, layer: Layer) -> FactT:
    return fact.model_copy(update={"source": PREFIX + (fact.source or layer.default_source)})


def _local_case(case: Case, layer: Layer) -> Case:
    for patch in (layer.cases.get("*"), layer.cases.get(case.id)):
        if patch is not None and patch.time is not None:
            case = case.model_copy(update={"time": tuple(_local(item, layer) for item in patch.time)})
        if patch is not None and patch.fees is not None:
            case = case.model_copy(update={"fees": tuple(_local(item, layer) for item in patch.fees)})
    return case
