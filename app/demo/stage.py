"""Everything the parts of the demo work with, and the clock that goes through the two months of the story."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field

from jinja2 import Environment

from app.assistant.knowing import KnowledgeHolder
from app.assistant.pipeline import Pipeline
from app.assistant.service import Assistant
from app.commune import CommuneProfile
from app.database import Database
from app.demo import repository
from app.demo.story import Days, Story
from app.local.holder import SnapshotHolder
from app.settings import Settings
from app.signed import Role, Signed
from app.ward.holder import WardHolder

Act = Callable[[dt.datetime], Awaitable[None]]


@dataclass
class Clock:
    """A clock that shows when the story is."""

    now: dt.datetime

    def __call__(self) -> dt.datetime:
        return self.now


@dataclass(frozen=True)
class Happening:
    """Something that happened at a moment. Happenings are done in the order of time: what is sent depends on who wrote before."""

    at: dt.datetime
    act: Act
    official: bool = False


@dataclass
class Stage:
    """`people`: the officials by user name. `groups`: ids of residential groups by number. `accounts`: ids by channel."""

    settings: Settings
    database: Database
    clock: Clock
    rng: random.Random
    story: Story
    days: Days
    profile: CommuneProfile
    templates: Environment
    knowledge: KnowledgeHolder
    pipeline: Pipeline
    assistant: Assistant
    people: Mapping[str, Signed] = field(default_factory=dict)
    groups: Mapping[str, int] = field(default_factory=dict)
    accounts: Mapping[str, int] = field(default_factory=dict)

    def who(self, role: Role) -> Signed:
        """The first official of a role."""
        return next(each for each in self.people.values() if each.role == role)

    async def hear(self) -> None:
        """From now on the assistant answers with what was just set or published."""
        wards = WardHolder(self.database, self.profile)
        local = SnapshotHolder(wards, lambda _snapshot: None, self.clock)
        await wards.refresh()
        self.pipeline.use(local.now)

    async def run(self, happenings: Iterable[Happening]) -> None:
        """Let everything happen, each at its moment."""
        for each in sorted(happenings, key=lambda each: each.at):
            self.clock.now = each.at.astimezone(dt.UTC)
            await each.act(self.clock.now)
            if each.official:
                async with self.database.write() as session:
                    await repository.redate(session, self.clock.now)
