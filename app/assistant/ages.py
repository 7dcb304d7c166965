"""The case of a procedure that an age tells: «bé 8 tuổi» must come along, «con 3 tháng chưa khai sinh» is late."""

from __future__ import annotations

from app.catalog.content import Procedure
from app.understanding.ages import said_ages


def case_by_age(procedure: Procedure, plain: str) -> str | None:
    """The case for the youngest who is spoken of: who asks for a child tells of grown-ups too. `plain`: without accents."""
    if all(case.age_days is None for case in procedure.cases):
        return None
    youngest = min(said_ages(plain), default=None)
    if youngest is None:
        return None
    return next((case.id for case in procedure.cases if case.age_days and case.age_days[0] <= youngest <= case.age_days[1]), None)
