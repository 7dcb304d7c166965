"""The catalog as open data: JSON (the content model as it is), CSV (a table for Excel), JSON-LD (CPSV-AP)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from app.catalog.catalog import Catalog
from app.catalog.content import Procedure
from app.catalog.exporting.linked import linked_data
from app.catalog.exporting.plain import as_json, as_table


class Format(StrEnum):
    """The formats there are; the name is the ending of the file."""

    JSONLD = "jsonld"
    CSV = "csv"
    JSON = "json"


MEDIA_TYPES = {Format.JSONLD: "application/ld+json", Format.CSV: "text/csv; charset=utf-8", Format.JSON: "application/json"}


@dataclass(frozen=True)
class Selection:
    """What is exported: a catalog, the procedures chosen from it, and the address its pages have (no slash at the end)."""

    catalog: Catalog
    procedures: Sequence[Procedure]
    base_url: str


def select(catalog: Catalog, base_url: str, fields: Sequence[str] = ()) -> Selection:
    """The procedures of the given fields (all without any), by field, name, code; replaced ones last.

    Raises ValueError, in Vietnamese, for a field that does not exist.
    """
    known = [field.id for field in catalog.fields]
    strange = [name for name in fields if name not in known]
    if strange:
        raise ValueError(f"Không có lĩnh vực {', '.join(strange)}. Chọn trong: {', '.join(known)}.")
    order = {name: index for index, name in enumerate(known)}
    chosen = [procedure for procedure in catalog.procedures.values() if not fields or procedure.field in fields]
    chosen.sort(key=lambda p: (p.replaced_by is not None, order.get(p.field, len(order)), p.name, p.code))
    return Selection(catalog, tuple(chosen), base_url.rstrip("/"))


def export(selection: Selection, form: Format) -> bytes:
    """The selection in one format, as the bytes of a file. The same catalog always gives the same bytes."""
    build: dict[Format, Callable[[Catalog, Sequence[Procedure], str], bytes]] = {
        Format.JSONLD: linked_data,
        Format.CSV: as_table,
        Format.JSON: as_json,
    }
    return build[form](selection.catalog, selection.procedures, selection.base_url)
