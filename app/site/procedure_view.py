"""What the page of a procedure shows beside the procedure itself: links, QR code, neighbours, structured data."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

from app.catalog.catalog import Catalog
from app.catalog.collections import LifeEvent
from app.catalog.content import UNKNOWN, Case, Channel, Fee, FeeStatus, Handler, Paper, Procedure
from app.commune import CommuneProfile
from app.site import links
from app.site.qr import qr_svg


@dataclass(frozen=True)
class Papers:
    """The papers of a case: those that everyone needs, and those for some."""

    always: tuple[Paper, ...]
    sometimes: tuple[Paper, ...]

    @property
    def count(self) -> int:
        return len(self.always) + len(self.sometimes)


@dataclass(frozen=True)
class Neighbour:
    """A procedure that is easily taken for this one."""

    procedure: Procedure
    difference: str


@dataclass(frozen=True)
class ProcedureView:
    """A procedure with everything its page needs."""

    procedure: Procedure
    public_url: str
    replaced_by: Procedure | None
    lookalikes: tuple[Neighbour, ...]
    events: tuple[LifeEvent, ...]

    @property
    def path(self) -> str:
        return links.page_path(self.procedure)

    @property
    def short_address(self) -> str:
        return links.short_address(self.public_url, self.procedure.code)

    @property
    def qr_svg(self) -> str:
        """The short address as an SVG drawing."""
        return qr_svg(self.short_address)

    @property
    def portal_page(self) -> str | None:
        return links.portal_page(self.procedure)

    @property
    def portal_search(self) -> str:
        return links.portal_search()

    @property
    def portal_filing(self) -> str | None:
        return links.portal_filing(self.procedure)

    @staticmethod
    def papers(case: Case) -> Papers | None:
        """The papers of a case, or None when they are unknown."""
        if case.papers == UNKNOWN:
            return None
        return Papers(
            always=tuple(paper for paper in case.papers if paper.only_if is None),
            sometimes=tuple(paper for paper in case.papers if paper.only_if is not None),
        )

    @staticmethod
    def paper_key(paper: Paper) -> str:
        """A name for a tick that stays the same when papers are put in another order."""
        return hashlib.sha256(f"{paper.name}|{paper.only_if}|{paper.kind}".encode()).hexdigest()[:8]


def view_of(catalog: Catalog, procedure: Procedure, public_url: str) -> ProcedureView:
    """Collect what belongs to the page of a procedure."""
    neighbours = ((catalog.current(item.code), item.difference) for item in procedure.lookalikes)
    return ProcedureView(
        procedure=procedure,
        public_url=public_url,
        replaced_by=catalog.current(procedure.code) if procedure.replaced_by else None,
        lookalikes=tuple(Neighbour(found, difference) for found, difference in neighbours if found is not None),
        events=tuple(event for event in catalog.life_events if procedure.code in event.procedures),
    )


def structured_data(view: ProcedureView, commune: CommuneProfile, field_name: str) -> dict[str, Any]:
    """The procedure as a schema.org GovernmentService. Unknown facts are left out."""
    procedure = view.procedure
    data: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "GovernmentService",
        "@id": view.short_address,
        "url": view.public_url + view.path,
        "identifier": procedure.code,
        "name": procedure.name,
        "alternateName": procedure.official_name,
        "description": procedure.summary,
        "serviceType": field_name,
        "serviceOperator": {"@type": "GovernmentOrganization", "name": procedure.agency},
        "areaServed": {"@type": "AdministrativeArea", "name": f"{commune.name}, {commune.province}"},
        "availableChannel": _channels(view, commune),
        "termsOfService": list(procedure.legal_basis) if procedure.legal_basis != UNKNOWN else None,
        "serviceOutput": {"@type": "Thing", "name": procedure.result} if procedure.result != UNKNOWN else None,
        "offers": [_offer(case, fee) for case in procedure.cases if case.fees != UNKNOWN for fee in case.fees if _has_price(fee)],
        "sameAs": view.portal_page,
    }
    return {name: value for name, value in data.items() if value}


def _channels(view: ProcedureView, commune: CommuneProfile) -> list[dict[str, Any]]:
    procedure = view.procedure
    channels: list[dict[str, Any]] = []
    if view.portal_filing:
        channels.append({"@type": "ServiceChannel", "serviceUrl": view.portal_filing, "availableLanguage": "vi"})
    in_person = procedure.channels != UNKNOWN and Channel.IN_PERSON in procedure.channels
    if in_person and procedure.handled_by is Handler.COMMUNE:
        phone = commune.phones[0].number
        place = {"@type": "GovernmentOffice", "name": commune.office, "address": commune.address, "telephone": phone}
        channels.append({"@type": "ServiceChannel", "serviceLocation": place, "availableLanguage": "vi"})
    return channels


def _has_price(fee: Fee) -> bool:
    return fee.status in {FeeStatus.AMOUNT, FeeStatus.FREE}


def _offer(case: Case, fee: Fee) -> dict[str, Any]:
    offer = {"@type": "Offer", "category": case.name, "price": fee.amount or 0, "priceCurrency": "VND"}
    words = ". ".join(text for text in (fee.per, fee.note) if text)
    return offer | ({"description": words} if words else {})
