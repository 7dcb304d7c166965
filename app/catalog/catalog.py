"""The catalog as the rest of the app sees it: immutable, one version, looked up by code."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from app.catalog.collections import Elsewhere, Family, FieldOfWork, LifeEvent
from app.catalog.content import Procedure


@dataclass(frozen=True)
class Catalog:
    """One version of the catalog. `version` is a content hash; every answer names the version it used."""

    version: str
    procedures: Mapping[str, Procedure]
    fields: tuple[FieldOfWork, ...]
    life_events: tuple[LifeEvent, ...]
    elsewhere: tuple[Elsewhere, ...]
    families: tuple[Family, ...]
    everyday: tuple[str, ...]
    """Codes that citizens ask for every day; the first five are offered to who has not said anything yet."""

    def get(self, code: str) -> Procedure | None:
        """The procedure with this code, or None."""
        return self.procedures.get(code)

    def current(self, code: str) -> Procedure | None:
        """The procedure in force for this code: follows `replaced_by`."""
        procedure = self.procedures.get(code)
        seen = {code}
        while procedure is not None and procedure.replaced_by is not None and procedure.replaced_by not in seen:
            seen.add(procedure.replaced_by)
            procedure = self.procedures.get(procedure.replaced_by, procedure)
        return procedure

    def in_force(self) -> list[Procedure]:
        """Procedures that are not replaced, by field order, then by name."""
        order = {field.id: index for index, field in enumerate(self.fields)}
        return sorted(
            (procedure for procedure in self.procedures.values() if procedure.replaced_by is None),
            key=lambda procedure: (order.get(procedure.field, len(order)), procedure.name),
        )

    def field(self, field_id: str) -> FieldOfWork | None:
        """The field of work with this id, or None."""
        return next((field for field in self.fields if field.id == field_id), None)

    def life_event(self, event_id: str) -> LifeEvent | None:
        """The life event with this id, or None."""
        return next((event for event in self.life_events if event.id == event_id), None)

    def agency_elsewhere(self, item_id: str) -> Elsewhere | None:
        """The entry of `elsewhere.yaml` with this id, or None."""
        return next((item for item in self.elsewhere if item.id == item_id), None)

    def family(self, family_id: str) -> Family | None:
        """The family of look-alikes with this id, or None."""
        return next((family for family in self.families if family.id == family_id), None)
