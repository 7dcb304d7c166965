"""Proposals that wait for a second person, and facts whose procedure has changed under them."""

from __future__ import annotations

from fastapi import Request
from sqlalchemy.ext.asyncio import AsyncSession

from app.catalog.catalog import Catalog
from app.console.todo import Todo, Urgency
from app.local import repository
from app.local.differences import words
from app.local.models import LocalFact
from app.local.schemas import ALL_CASES
from app.officials.access import PUBLISHERS
from app.officials.models import Signed

FACT = "/can-bo/thu-tuc/du-kien"


async def todos(request: Request, session: AsyncSession, who: Signed) -> list[Todo]:
    """One for each proposal of somebody else and each fact that citizens no longer read, for who may act."""
    if who.role not in PUBLISHERS:
        return []
    catalog = request.app.state.catalog()
    lost = [fact for fact in await repository.in_force(session, who.commune_id) if not _is_used(catalog, fact)]
    found = [fact for fact in await repository.drafts(session, who.commune_id) if fact.proposed_by != who.official_id]
    return [
        Todo(
            words()["todo"].format(field=words()["fields"][fact.field].lower(), name=procedure.name, author=fact.proposed_name),
            f"{FACT}/{fact.id}",
            Urgency.TODAY,
        )
        for fact in found
        if (procedure := catalog.get(fact.code)) is not None
    ] + [
        Todo(words()["todo_lost"].format(field=words()["fields"][fact.field].lower(), code=fact.code), f"{FACT}/{fact.id}", Urgency.TODAY)
        for fact in lost
        if catalog.get(fact.code) is not None
    ]


def _is_used(catalog: Catalog, fact: LocalFact) -> bool:
    """Whether its procedure is in force and still has its case: the national text may have changed since."""
    procedure = catalog.get(fact.code)
    if procedure is None or procedure.replaced_by is not None:
        return False
    return fact.case_id == ALL_CASES or any(case.id == fact.case_id for case in procedure.cases)
