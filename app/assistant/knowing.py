"""What the assistant knows at one moment: one catalog version with its Reader. Reloaded whole; a broken one is refused."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import structlog

from app.assistant.cases import CasePicker
from app.assistant.knowledge import build_reader
from app.catalog.catalog import Catalog
from app.catalog.loader import load_catalog
from app.catalog.yaml_loader import ContentError
from app.understanding.reader import Reader

log = structlog.get_logger()


@dataclass(frozen=True)
class Knowledge:
    """One catalog version and what was built from it."""

    catalog: Catalog
    reader: Reader
    pickers: dict[str, CasePicker]

    @classmethod
    def load(cls, folder: Path, locale: str | None) -> Knowledge:
        """Load and build. Raises ContentError when the content is broken."""
        catalog = load_catalog(folder, locale)
        reader = build_reader(catalog, folder)
        several = [procedure for procedure in catalog.procedures.values() if len(procedure.cases) > 1]
        return cls(catalog, reader, {procedure.code: CasePicker.build(procedure, reader.index) for procedure in several})


class KnowledgeHolder:
    """Holds the knowledge in use. `reload` swaps it only when the new one is whole."""

    def __init__(self, folder: Path, locale: str | None, now: Knowledge | None = None) -> None:
        """`now`: what was loaded already from this folder and locale; else it is loaded here."""
        self._folder, self._locale = folder, locale
        self.now = now or Knowledge.load(folder, locale)

    def reload(self) -> ContentError | None:
        """Read the files again; on any error keep serving the last good version and return the error."""
        try:
            fresh = Knowledge.load(self._folder, self._locale)
        except ContentError as error:
            log.error("catalog_refused", problems=len(error.problems), serving=self.now.catalog.version)
            return error
        if fresh.catalog.version != self.now.catalog.version:
            log.info("catalog_reloaded", version=fresh.catalog.version)
        self.now = fresh
        return None
