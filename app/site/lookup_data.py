"""What the lookup page takes along: the whole catalog in words and the understanding, packed once for each catalog version."""

from __future__ import annotations

import asyncio
import datetime as dt
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any
from uuid import UUID

from jinja2 import Environment

from app.assistant.knowledge import catalog_entries
from app.catalog.catalog import Catalog
from app.catalog.content import UNKNOWN, Case, Channel, Fee, OnlineLevel, Paper, Procedure
from app.catalog.yaml_loader import read_document
from app.site.links import portal_filing
from app.site.lookup_packing import Json, container, pack, squeezed
from app.site.lookup_words import NAMES_WEIGHT, Learned, classes_of
from app.understanding.terms import Kind
from app.understanding.text import Normalizer, clean, fold

EVERYDAY_WEIGHT = 0.6
LEAST = 2.0  # a sum below which nothing was understood
DIGEST = 12
OFTEN = 24  # everyday procedures shown before anything is typed


@dataclass(frozen=True)
class Packed:
    """One file of the page's data."""

    body: bytes

    @cached_property
    def digest(self) -> str:
        """The start of its SHA-256: the `v` of its address and its ETag."""
        return hashlib.sha256(self.body).hexdigest()[:DIGEST]


@dataclass(frozen=True)
class LookupData:
    """The data of one catalog version."""

    version: str
    day: dt.date
    """The newest day on which a procedure was compared with its source."""
    count: int
    file: Packed


class LookupHolder:
    """Makes the data when it is first asked for, and anew when the catalog has changed."""

    def __init__(self, templates: Environment, folder: Path) -> None:
        """`folder`: where the lexicon is (procedures/)."""
        self._templates, self._folder = templates, folder
        self._now: LookupData | None = None
        self._making = asyncio.Lock()

    async def data(self, catalog: Catalog) -> LookupData:
        """The data of this catalog."""
        if self._now is None or self._now.version != catalog.version:
            async with self._making:
                if self._now is None or self._now.version != catalog.version:
                    self._now = await asyncio.to_thread(build, catalog, self._folder, self._templates)
        return self._now


def build(catalog: Catalog, folder: Path, templates: Environment) -> LookupData:
    """Pack one catalog version; a second's work."""
    procedures = catalog.in_force()
    day = max((procedure.checked_on for procedure in procedures), default=dt.date(2026, 1, 1))
    say: Any = templates.get_template("catalog/say.jinja").module
    sheets = Sheets(say, catalog)
    field = {each.id: str(number) for number, each in enumerate(catalog.fields)}
    level = {each: str(number) for number, each in enumerate(OnlineLevel)}
    meta, sections = _understanding(catalog, folder)
    meta |= {
        "day": day.isoformat(),
        "fields": [[each.id, each.name] for each in catalog.fields],
        "levels": [[each.value, _line(say.level({"level": each}))] for each in OnlineLevel],
    }
    texts: dict[str, Json] = {
        "list": [_listed(each, field.get(each.field, ""), level[each.online.level]) for each in procedures],
        "sheets": [sheets.sheet(each) for each in procedures],
    }
    body = container(meta, {**sections, **pack(texts), "portal": _portal_ids(procedures)})
    return LookupData(catalog.version, day, len(procedures), Packed(squeezed(body)))


def _listed(procedure: Procedure, field: str, level: str) -> list[Json]:
    official = procedure.official_name if procedure.official_name != procedure.name else None
    return [procedure.code, procedure.name, official, list(procedure.aliases), procedure.summary, field, level]


def _understanding(catalog: Catalog, folder: Path) -> tuple[dict[str, Any], dict[str, bytes]]:
    """What `static/lookup/understand.js` needs: a readable part and sections."""
    entries = classes_of(catalog_entries(catalog))
    number_of = {entry.id: number for number, entry in enumerate(entries) if entry.kind is Kind.PROCEDURE}
    leads = entries[len(number_of) :]
    learned = Learned.load()
    normalizer = Normalizer({})
    named = [text for each in catalog.in_force() for text in (each.name, each.official_name, *each.aliases, each.summary)]
    known = {word for text in named for word in normalizer.words(text).plain.split()}
    words, sections = learned.packed([entry.id for entry in entries], known)
    lexicon = read_document(folder / "lexicon.yaml").data
    meta = {
        "leads": [{"name": each.names[0], "members": [number_of[code] for code in each.members if code in number_of]} for each in leads],
        "everyday": [number for number, each in enumerate(entries) if each.everyday],
        "often": [number_of[code] for code in catalog.everyday if code in number_of][:OFTEN],
        "replace": [[clean(source).casefold(), fold(target)] for source, target in lexicon["replace"].items()],
        "filler": [clean(word).casefold() for word in lexicon["filler"]],
        "phrases": lexicon["aspect_phrases"],
        "scale": learned.scale,
        "names_weight": NAMES_WEIGHT,
        "everyday_weight": EVERYDAY_WEIGHT,
        "least": LEAST,
        **words,
    }
    return meta, sections


def _portal_ids(procedures: Iterable[Procedure]) -> bytes:
    """Sixteen bytes each, zeros where the portal's id is not known: letters would be twice as long."""
    return b"".join(UUID(each.portal_id).bytes if each.portal_id else bytes(16) for each in procedures)


# --- the procedures in full --------------------------------------------------------------------------------------
class Sheets:
    """Procedures in the words of chat and pages, as lists that the page lays out.

    None where there is nothing to say; the text `?` where nothing is known.
    """

    def __init__(self, say: Any, catalog: Catalog) -> None:
        """`say`: the macros of `catalog/say.jinja`."""
        self.say, self._catalog = say, catalog

    def sheet(self, procedure: Procedure) -> list[Json]:
        """One procedure; the order is that of `Sheet` in `static/lookup/unpack.js`."""
        unknown = UNKNOWN
        return [
            procedure.where.text,
            procedure.who.text if procedure.who else None,
            _line(self.say.level_sentence(procedure.online)),
            f"{procedure.online.basis} ({procedure.online.place})" if procedure.online.basis else None,
            "?" if procedure.channels == unknown else ", ".join(_line(self.say.channel(each)) for each in procedure.channels),
            procedure.agency,
            "?" if procedure.conditions == unknown else [each.text for each in procedure.conditions],
            [self._case(case) for case in procedure.cases],
            procedure.case_question,
            "?" if procedure.steps == unknown else [each.text for each in procedure.steps],
            "?" if procedure.result == unknown else _sentence(procedure.result),
            [each.text for each in procedure.notes],
            "?" if procedure.legal_basis == unknown else list(procedure.legal_basis),
            [_line(self.say.source(each)) for each in procedure.sources.values()],
            f"{procedure.checked_on.day}/{procedure.checked_on.month}/{procedure.checked_on.year}",
            True if portal_filing(procedure) else None,
            [[each.code, each.difference] for each in procedure.lookalikes if self._in_force(each.code)],
        ]

    def _case(self, case: Case) -> list[Json]:
        return [
            case.id,
            case.name,
            case.when,
            _sentence(_line(self.say.time(case))),
            "?" if case.fees == UNKNOWN else [self._fee(fee) for fee in case.fees],
            "?" if case.papers == UNKNOWN else [self._paper(paper) for paper in case.papers],
        ]

    def _fee(self, fee: Fee) -> list[Json]:
        channel = _line(self.say.channel(fee.channel)) if fee.channel is not Channel.ANY else None
        return [_sentence(_line(self.say.amount(fee))), channel, fee.note, fee.basis]

    def _paper(self, paper: Paper) -> list[Json]:
        return [paper.name, _line(self.say.paper_count(paper)) or None, paper.only_if, paper.replaced_by_data, paper.note]

    def _in_force(self, code: str) -> bool:
        found = self._catalog.get(code)
        return found is not None and found.replaced_by is None


def _line(text: object) -> str:
    return " ".join(str(text).split())


def _sentence(text: str) -> str:
    """With a capital and a full stop."""
    return text[:1].upper() + text[1:] + ("" if text[-1:] in ".!?…" else ".")
