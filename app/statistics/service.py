"""What pages and the report show of a period: figures with names, tables, targets."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from app.calendar.calendar import Calendar
from app.catalog.catalog import Catalog
from app.catalog.content import OnlineLevel
from app.database import Transaction
from app.paper import repository as paper
from app.statistics import figures as reading
from app.statistics import repository
from app.statistics.figures import Figures
from app.statistics.periods import Period, today, year_of
from app.statistics.tables import Headline, Names, Table, files_table, headlines, tables, targets_table
from app.statistics.targets import Progress, entered, progress
from app.statistics.words import words
from app.subscribers import repository as subscribers
from app.subscribers.topics import Topics
from app.volunteers.words import hard


@dataclass(frozen=True)
class Sources:
    """What is known besides the database, as it is at this moment."""

    catalog: Catalog
    topics: Topics
    calendar: Calendar
    answers_kept: dt.timedelta

    def erased(self, now: dt.datetime) -> dt.date:
        """The last day of which answers are erased, by their age."""
        return today(now - self.answers_kept)

    def is_full(self, code: str) -> bool:
        """Whether a procedure can be filed online from end to end."""
        procedure = self.catalog.current(code)
        return procedure is not None and procedure.online.level is OnlineLevel.FULL

    def procedure(self, code: str) -> str:
        """Its name; the code itself when it is gone."""
        found = self.catalog.get(code)
        return found.name if found else f"{code} ({words()['gone']})"


@dataclass(frozen=True)
class Overview:
    """A period for people to read. `files`: what was typed in of its months; `progress`: the targets of its year."""

    figures: Figures
    headlines: list[Headline]
    tables: dict[str, Table]
    progress: list[Progress]
    files: Sequence[Any]

    @property
    def period(self) -> Period:
        return self.figures.period

    @property
    def incomplete(self) -> str:
        """That questions of its first days are erased; nothing when all are there."""
        last = self.figures.erased
        return str(words()["erased"]).format(day=f"{last.day}/{last.month}/{last.year}") if last else ""


async def names(session: Transaction, commune_id: int, sources: Sources) -> Names:
    """The names of a commune."""
    groups = {group.id: group.name for group in await subscribers.groups(session, commune_id)}
    return Names(sources.procedure, sources.topics.name, groups, hard(), await paper.places(session, commune_id))


async def overview(session: Transaction, commune_id: int, period: Period, now: dt.datetime, sources: Sources) -> Overview:
    """Everything of a period."""
    found = await reading.read(session, commune_id, period, now, sources.calendar, sources.is_full, sources.erased(now))
    made = tables(found, await names(session, commune_id, sources))
    steps = await year_progress(session, commune_id, period.first.year, now, sources, found if period.is_year else None)
    files = await repository.entries(session, commune_id, period)
    made["targets"], made["files"] = targets_table(steps), files_table(files)
    return Overview(found, headlines(found), made, steps, files)


async def year_progress(
    session: Transaction, commune_id: int, year: int, now: dt.datetime, sources: Sources, known: Figures | None = None
) -> list[Progress]:
    """Where the year's targets stand. `known`: the year's figures, where they are there already."""
    targets = await repository.targets(session, commune_id, year)
    if not targets:
        return []
    whole = year_of(year)
    found = known or await reading.read(session, commune_id, whole, now, sources.calendar, sources.is_full, sources.erased(now))
    return progress(targets, found, entered(await repository.entries(session, commune_id, whole)))
