"""Everything officials set, at one moment, for who answers citizens: ward, calendar, local facts, who is in charge where, news."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from app.announcements.news import News
from app.calendar.calendar import Calendar
from app.calendar.facts import NO_FACTS, CalendarFacts
from app.catalog.collections import Layer
from app.commune import CommuneProfile
from app.local.layering import version_of
from app.local.schemas import digest
from app.volunteers.facts import Team
from app.ward.ward import Ward, WardMode


@dataclass(frozen=True)
class Snapshot:
    """Frozen and picklable: the process that understands gets a copy when `version` changed."""

    ward: Ward
    facts: CalendarFacts = NO_FACTS
    layers: tuple[Layer, ...] = ()
    version: str = ""
    teams: tuple[Team, ...] = ()
    news: tuple[News, ...] = ()

    @classmethod
    def made(
        cls,
        ward: Ward,
        facts: CalendarFacts = NO_FACTS,
        layers: tuple[Layer, ...] = (),
        teams: tuple[Team, ...] = (),
        news: tuple[News, ...] = (),
    ) -> Snapshot:
        """A snapshot with its version."""
        said = [ward.version, facts.version, version_of(layers), *(each.model_dump_json() for each in (*teams, *news))]
        return cls(ward, facts, layers, digest(said), teams, news)

    @classmethod
    def of_file(cls, profile: CommuneProfile) -> Snapshot:
        """The ward as its file says, nothing changed."""
        return cls.made(Ward.made(profile, WardMode.TRIAL, {}))

    @property
    def profile(self) -> CommuneProfile:
        return self.ward.profile

    @cached_property
    def calendar(self) -> Calendar:
        """When the ward is open."""
        return Calendar(self.ward.profile, self.facts)

    def __getstate__(self) -> dict[str, Any]:
        """Without the calendar: it is made again where it is needed."""
        return {name: value for name, value in self.__dict__.items() if name != "calendar"}
