"""A file → a plan that can be read and then written. What `gandan catalog import` runs."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from app.catalog.collections import Layer
from app.catalog.content import Procedure
from app.catalog.importing.comparing import Difference, compare
from app.catalog.importing.reading import Unreadable, read_tables
from app.catalog.importing.rows import Found, Origin, origin_of, rows_of
from app.catalog.importing.saying import sentences
from app.catalog.importing.writing import write_layers
from app.catalog.loader import load_catalog
from app.catalog.yaml_loader import read_document


@dataclass(frozen=True)
class Plan:
    """What a file says, compared with the catalog; nothing is written until `write`."""

    folder: Path
    locale: str
    place: str
    origin: Origin
    found: Found
    difference: Difference
    national: Mapping[str, Procedure]

    def sentences(self) -> Iterator[str]:
        """The whole difference, line by line, in Vietnamese."""
        return sentences(self.found, self.difference, self.origin, self.place)

    def write(self, today: dt.date) -> list[Path]:
        """Write all changes, or none; the files written. Raises Unreadable, and then nothing has changed."""
        return write_layers(self.folder, self.locale, self.place, self.difference.changes, self.origin, self.national, today)


def prepare(
    folder: Path,
    locale: str,
    file: Path,
    *,
    sheet: str | None = None,
    title: str | None = None,
    date: dt.date | None = None,
    place: str | None = None,
    province: str,
) -> Plan:
    """Read the file and compare it. Raises Unreadable for a file that is no table of procedures, ContentError for a broken catalog."""
    if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", locale):
        raise Unreadable(f"Tên thư mục địa phương «{locale}» chưa đúng. Viết chữ thường không dấu, nối bằng gạch ngang: da-nang.")
    found = rows_of(read_tables(file, sheet))
    origin = origin_of(found.headline, _nfc(title), date)
    national = load_catalog(folder)
    home = folder / "locales" / locale
    catalog = load_catalog(folder, locale) if home.is_dir() else national
    return Plan(
        folder, locale, _nfc(place) or _place(home, province), origin, found, compare(found, catalog.procedures), national.procedures
    )


def _place(home: Path, province: str) -> str:
    """How the layers that are there call the place; else the name of the province without its rank."""
    for path in sorted(home.glob("*.yaml")):
        return Layer.model_validate(read_document(path).data).place
    return province.removeprefix("Thành phố ").removeprefix("Tỉnh ")


def _nfc(text: str | None) -> str | None:
    return unicodedata.normalize("NFC", text).strip() if text and text.strip() else None
