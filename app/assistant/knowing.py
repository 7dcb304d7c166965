"""What the assistant knows at one moment: one catalog version with its Reader. Reloaded whole; a broken one is refused."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import structlog

from app.assistant.cases import CasePicker
from app.assistant.knowledge import build_reader
from app.catalog.catalog import Catalog
from app.catalog.collections import Layer
from app.catalog.loader import load_catalog
from app.catalog.yaml_loader import ContentError
from app.local.layering import laid_over
from app.subscribers.hearing import Listener, load_listener
from app.subscribers.topics import Topics
from app.understanding.reader import Reader

log = structlog.get_logger()


@dataclass(frozen=True)
class Knowledge:
    """One catalog version and what was built from it."""

    catalog: Catalog
    reader: Reader
    pickers: dict[str, CasePicker]
    listener: Listener | None = None
    """Hears who wants news; None where the folder has no topics."""

    @property
    def topics(self) -> Topics:
        """What can be followed. Raises KeyError where the folder says nothing of it."""
        if self.listener is None:
            raise KeyError("topics.yaml")
        return self.listener.topics

    @classmethod
    def load(cls, folder: Path, locale: str | None) -> Knowledge:
        """Load and build. Raises ContentError when the content is broken."""
        catalog = load_catalog(folder, locale)
        reader = build_reader(catalog, folder)
        several = [procedure for procedure in catalog.procedures.values() if len(procedure.cases) > 1]
        pickers = {procedure.code: CasePicker.build(procedure, reader.index) for procedure in several}
        return cls(catalog, reader, pickers, load_listener(folder))


class KnowledgeHolder:
    """Holds the knowledge in use. `reload` swaps it only when the new one is whole.

    `now`: with the ward's own facts laid over it. `files`: without them, as the files of the catalog say.
    """

    def __init__(self, folder: Path, locale: str | None, now: Knowledge | None = None) -> None:
        """`now`: what was loaded already from this folder and locale; else it is loaded here."""
        self._folder, self._locale = folder, locale
        self._layers: tuple[Layer, ...] = ()
        self.now = self.files = now or Knowledge.load(folder, locale)

    def lay(self, layers: Sequence[Layer]) -> None:
        """From now on with these facts of the ward, instead of those laid before."""
        self._layers = tuple(layers)
        self.now = self._laid()

    def reload(self) -> ContentError | None:
        """Read the files again; on any error keep serving the last good version and return the error."""
        try:
            fresh = Knowledge.load(self._folder, self._locale)
        except ContentError as error:
            log.error("catalog_refused", problems=len(error.problems), serving=self.now.catalog.version)
            return error
        if fresh.catalog.version != self.files.catalog.version:
            log.info("catalog_reloaded", version=fresh.catalog.version)
        self.files = fresh
        self.now = self._laid()
        return None

    def _laid(self) -> Knowledge:
        """Fees, times, places: nothing that understanding reads, so the reader stays the same."""
        return replace(self.files, catalog=laid_over(self.files.catalog, self._layers)) if self._layers else self.files
