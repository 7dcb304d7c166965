"""JSON and CSV."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Sequence

from app.catalog.catalog import Catalog
from app.catalog.content import UNKNOWN, Case, Procedure
from app.catalog.sheets import fees_cell, papers_cell, sheets, time_cell

SCHEMA_VERSION = "1"
LICENCE = "https://www.apache.org/licenses/LICENSE-2.0"
FORMULA = ("=", "+", "-", "@", "\t", "\r")


def as_json(catalog: Catalog, procedures: Sequence[Procedure], base_url: str) -> bytes:
    """The content model as it is (procedures/_schema.json), with version, licence and date. What is not known is `unknown`."""
    whole = {
        "schema_version": SCHEMA_VERSION,
        "schema": "procedures/_schema.json",
        "catalog_version": catalog.version,
        "license": LICENCE,
        "modified": last_checked(procedures),
        "source": f"{base_url}/api/v1/catalog.json",
        "fields": [field.model_dump(mode="json") for field in catalog.fields],
        "procedures": [procedure.model_dump(mode="json", exclude_none=True) for procedure in procedures],
    }
    return json.dumps(whole, ensure_ascii=False, indent=1).encode() + b"\n"


def last_checked(procedures: Sequence[Procedure]) -> str | None:
    """The newest day a procedure was checked (YYYY-MM-DD): the date of the whole."""
    return max((procedure.checked_on.isoformat() for procedure in procedures), default=None)


def as_table(catalog: Catalog, procedures: Sequence[Procedure], _base_url: str) -> bytes:
    """One row per procedure and case, UTF-8 with a byte order mark, so that Excel reads it; lines end as RFC 4180 says.

    What is not known is an empty cell. A cell that a spreadsheet would take for a formula begins with an apostrophe.
    """
    columns = [(name, column.heading) for name, column in sheets().columns.items() if column.heading is not None]
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([heading for _, heading in columns])
    for procedure in procedures:
        for case in procedure.cases:
            cells = dict(row(catalog, procedure, case))
            writer.writerow([harmless(cells[name]) for name, _ in columns])
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def row(catalog: Catalog, procedure: Procedure, case: Case) -> Iterator[tuple[str, str]]:
    """The cells of one row, by name of column."""
    field = catalog.field(procedure.field)
    yield "code", procedure.code
    yield "name", procedure.official_name
    yield "common_name", procedure.name
    yield "field", field.name if field else procedure.field
    yield "agency", procedure.agency
    yield "case_id", case.id
    yield "case_name", case.name
    yield "when", case.when
    yield "papers", papers_cell(case.papers)
    yield "time", time_cell(case.time)
    yield "fees", fees_cell(case.fees)
    yield "level", sheets().levels[procedure.online.level]
    yield "level_basis", " – ".join(filter(None, (procedure.online.basis, procedure.online.place)))
    yield "channels", "" if procedure.channels == UNKNOWN else "\n".join(sheets().channels[channel] for channel in procedure.channels)
    yield "where", str(procedure.where)
    yield "result", "" if procedure.result == UNKNOWN else procedure.result
    yield "legal_basis", "" if procedure.legal_basis == UNKNOWN else "\n".join(procedure.legal_basis)
    yield "notes", "\n".join(map(str, procedure.notes))
    yield "replaced_by", procedure.replaced_by or ""
    yield "sources", "\n".join(f"{source.title} ({source.date.isoformat()})" for source in procedure.sources.values())
    yield "checked_on", procedure.checked_on.isoformat()
    yield "catalog_version", catalog.version


def harmless(cell: str) -> str:
    """The text, never a formula: Excel runs what begins with one of FORMULA, also after blanks."""
    return f"'{cell}" if cell.lstrip(" \n").startswith(FORMULA) or cell.startswith(FORMULA) else cell
