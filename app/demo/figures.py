"""What the ward aims at, what it typed in, and the months it published, each when it was over."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from app.calendar.facts import VIETNAM
from app.demo.people import COMMUNE, FIRST_DAY
from app.demo.stage import Happening, Stage
from app.signed import Role
from app.statistics import targets
from app.statistics.periods import DAY, Period, last_months, month_of
from app.statistics.public import SETTLED_AFTER, Publisher
from app.statistics.service import Sources
from app.statistics.targets import Metric

TYPED_IN_AFTER = 4
"""Days after a month's end when its files are typed in."""


def happenings(stage: Stage) -> list[Happening]:
    """Targets, entries, published months."""
    return [_targets(stage), *_files(stage), *_published(stage)]


def _targets(stage: Stage) -> Happening:
    told = stage.story["targets"]

    async def aim(now: dt.datetime) -> None:
        async with stage.database.write() as session:
            for metric, goal in told["goals"].items():
                await targets.set_target(session, stage.who(Role.LEADER), stage.days.today.year, Metric(metric), goal, now)

    return Happening(stage.days.at(told["at"]), aim, official=True)


def _over(stage: Stage, count: int) -> list[Period]:
    """The last months that are over, the latest first."""
    return last_months(month_of(month_of(stage.days.today).first - DAY), count)[::-1]


def _files(stage: Stage) -> Iterator[Happening]:
    begun = stage.days.at([10 - FIRST_DAY, "16:00"])
    for period, (received, online, on_time) in zip(_over(stage, len(stage.story["files"])), stage.story["files"], strict=False):

        async def enter(now: dt.datetime, period: Period = period, counts: tuple[int, int, int] = (received, online, on_time)) -> None:
            async with stage.database.write() as session:
                await targets.set_entry(session, stage.who(Role.OFFICIAL), period, *counts, now)

        at = dt.datetime.combine(period.after + TYPED_IN_AFTER * DAY, dt.time(16), VIETNAM)
        yield Happening(min(max(at, begun), stage.days.now), enter, official=True)


def _published(stage: Stage) -> Iterator[Happening]:
    """As the ward's own process does: a month's figures are made when it is over, and seen when late tallies came."""

    def known() -> Sources:
        knowledge = stage.knowledge.now
        return Sources(knowledge.catalog, knowledge.topics, stage.pipeline.local.calendar, stage.settings.keep_answers)

    publisher = Publisher(stage.database, lambda: known().calendar, lambda code: known().is_full(code), stage.clock, COMMUNE)

    async def look(_now: dt.datetime) -> None:
        await publisher.look()

    begun = stage.days.now - FIRST_DAY * DAY
    for period in _over(stage, 3):
        for day in (period.after, period.after + SETTLED_AFTER * DAY):
            at = dt.datetime.combine(day, dt.time(0, 20), VIETNAM)
            if begun < at <= stage.days.now:
                yield Happening(at, look)
