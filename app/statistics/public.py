"""What everyone may see of a month: made once when it is over, of counts of people only, each as `disclosure` lets it out.

A person counts once a month wherever he or she counts, however much was asked, and those who were erased do not. Volunteers'
tallies count citizens who were helped. Made figures are never made again: who is erased later is not found by comparing.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import statistics
from collections import Counter
from collections.abc import Callable

import structlog
from pydantic import BaseModel, ConfigDict

from app.calendar.agenda import SERVICE
from app.calendar.calendar import Calendar
from app.database import Database, Transaction
from app.statistics import repository
from app.statistics.disclosure import Shown, protect, share, shown
from app.statistics.figures import TO_THE_COUNTER, service_days
from app.statistics.periods import DAY, Period, last_months, month_of, today

log = structlog.get_logger()
MONTHS = 12
SETTLED_AFTER = 2
"""Days after a month in which tallies made without a network may still come."""
LOOK_SECONDS = 900.0
QUESTIONS_EACH = 5
"""Questions of one person on one channel that count; the others would show who asks much."""
QUESTIONS_STEP = 4 * QUESTIONS_EACH
"""Questions are rounded down to this: nobody knows who of two channels is one person, and there are four channels."""
QUICK_MS = 1_000.0
MOST_UNLINKED = 0.2
"""When more answers than this belong to nobody any more, it is not known how many people asked."""


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Asking(_Frozen):
    """People who asked. `unanswered`: who got at least one «chưa rõ»; `quick`: who never waited more than a second."""

    people: Shown
    questions: Shown
    unanswered: Shown
    quick: Shown
    channels: dict[str, Shown]
    withheld: frozenset[str] = frozenset()

    @property
    def answered_share(self) -> int | None:
        """Percent of people who always got an answer; at most this, when nearly all did."""
        if self.people is None or share(self.people, self.people) is None:
            return None
        return 100 - (share(self.unanswered or 5, self.people) or 0)

    @property
    def quick_share(self) -> int | None:
        return share(self.quick, self.people)


class Following(_Frozen):
    """People who followed the ward when the month ended. A group's key is its id, «0» for who named none."""

    people: Shown
    topics: dict[str, Shown]
    groups: dict[str, Shown]
    withheld: frozenset[str] = frozenset()


class Scanning(_Frozen):
    """Openings of printed codes, by the place they hang at."""

    total: Shown
    places: dict[str, Shown]
    withheld: frozenset[str] = frozenset()


class Announcing(_Frozen):
    """Announcements, and percent of people the median one reached."""

    count: int
    reached: int | None


class Helping(_Frozen):
    """Citizens whom volunteers helped. `procedures`: code → filed alone, on behalf."""

    alone: Shown
    behalf: Shown
    full_online: Shown
    sunday: Shown
    procedures: dict[str, tuple[Shown, Shown]]


class PublicMonth(_Frozen):
    """A month as everyone may see it. `asking` None: too many answers had lost their person when it was made."""

    month: dt.date
    asking: Asking | None
    procedures: dict[str, int]
    following: Following
    scanning: Scanning
    announcing: Announcing
    services: list[dt.date]
    helping: Helping | None = None

    @property
    def period(self) -> Period:
        return month_of(self.month)


async def make(session: Transaction, commune_id: int, period: Period, calendar: Calendar) -> PublicMonth:
    """The public figures of a month, all but the volunteers'."""
    followers = await repository.followers(session, commune_id, period.ends)
    groups = {str(key or 0): number for key, number in (await repository.followers(session, commune_id, period.ends, "group")).items()}
    by_group = protect(followers.get(None, 0), dict(sorted(groups.items(), key=lambda each: int(each[0]))))
    topics = await repository.followers(session, commune_id, period.ends, "topic")
    places: Counter[str] = Counter()
    for row in await repository.scans(session, commune_id, period):
        places[row.place] += row.number
    by_place = protect(places.total(), dict(sorted(places.items())))
    codes = await repository.people(session, commune_id, period, "code")
    reached = [share(shown(got), shown(total)) for _, _, total, got in await repository.dispatches(session, commune_id, period)]
    known = [each for each in reached if each is not None]
    asking = await _asking(session, commune_id, period)
    return PublicMonth(
        month=period.first,
        asking=asking,
        procedures={code: people for code in sorted(filter(None, codes)) if (people := shown(codes[code]))} if asking else {},
        following=Following(
            people=by_group.total,
            topics={topic: shown(topics[topic]) for topic in sorted(topics)},
            groups=by_group.parts,
            withheld=by_group.withheld,
        ),
        scanning=Scanning(total=by_place.total, places=by_place.parts, withheld=by_place.withheld),
        announcing=Announcing(
            count=await repository.announced(session, commune_id, period), reached=round(statistics.median(known)) if known else None
        ),
        services=await asyncio.to_thread(service_days, calendar, period),
    )


async def _asking(session: Transaction, commune_id: int, period: Period) -> Asking | None:
    channels = await repository.people(session, commune_id, period, "channel")
    people = sum(channels.values())  # a person writes on one channel; who writes on two is two, as everywhere here
    lost = await repository.unlinked(session, commune_id, period)
    kept = sum(row.number for row in await repository.answers(session, commune_id, period)) - lost
    if lost > MOST_UNLINKED * (lost + kept):
        return None
    by_channel = protect(people, dict(sorted(channels.items())))
    questions = shown(await repository.questions_at_most(session, commune_id, period, QUESTIONS_EACH), QUESTIONS_STEP)
    return Asking(
        people=by_channel.total,
        questions=questions if by_channel.total is not None else None,  # fewer than five people may ask five times
        unanswered=shown((await repository.people(session, commune_id, period, "status")).get("unknown", 0)),
        quick=shown(await repository.people_served_within(session, commune_id, period, QUICK_MS)),
        channels=by_channel.parts,
        withheld=by_channel.withheld,
    )


async def make_helping(
    session: Transaction, commune_id: int, period: Period, calendar: Calendar, is_full: Callable[[str], bool]
) -> Helping:
    """The volunteers' part. Its rows never say how many procedures are missing, so that no column can be taken apart."""
    alone, behalf, full = Counter[str](), Counter[str](), 0
    for row in await repository.tallies(session, commune_id, period):
        (behalf if row.on_behalf else alone)[row.code] += row.number
        full += row.number if row.hard != TO_THE_COUNTER and is_full(row.code) else 0
    rows = {code: (shown(alone[code]), shown(behalf[code])) for code in sorted(alone | behalf)}
    services = await asyncio.to_thread(service_days, calendar, period)
    visits = await repository.visits(session, commune_id, period, services, SERVICE)
    return Helping(
        alone=shown(alone.total()),
        behalf=shown(behalf.total()),
        full_online=shown(full),
        sunday=shown(sum(visits.values())),
        procedures={code: row for code, row in rows.items() if any(row)},
    )


class Publisher:
    """Publishes each month when it is over, from one process or several."""

    def __init__(
        self,
        database: Database,
        calendar: Callable[[], Calendar],
        is_full: Callable[[str], bool],
        clock: Callable[[], dt.datetime],
        commune_id: int = 1,
    ) -> None:
        self._database, self._calendar, self._is_full, self._clock, self._commune_id = database, calendar, is_full, clock, commune_id

    async def keep(self) -> None:
        """Look now and then, until cancelled. A month that was not made is tried again."""
        while True:
            try:
                await self.look()
            except Exception as error:  # noqa: BLE001 -- a database that is away for a moment
                log.warning("month_not_published", kind=type(error).__name__)
            await asyncio.sleep(LOOK_SECONDS)

    async def look(self) -> list[Period]:
        """Make what is over and was not made; these months."""
        now = self._clock()
        over = last_months(month_of(month_of(today(now)).first - DAY), MONTHS)
        async with self._database.read() as session:
            known = {row.month: row for row in await repository.published(session, self._commune_id, over[0].first)}
        made = []
        for period in over:
            row = known.get(period.first)
            if row is not None and row.settled_at is not None:
                continue
            async with self._database.read() as session:
                month = PublicMonth.model_validate(row.figures) if row is not None else await self._make(session, period)
                helping = await make_helping(session, self._commune_id, period, self._calendar(), self._is_full)
            if month is None or (row is None and _is_empty(month, helping)):
                continue
            settled = today(now) >= period.after + SETTLED_AFTER * DAY
            async with self._database.write() as session:
                if row is None:
                    await repository.publish(session, self._commune_id, period.first, month.model_dump(mode="json"), now)
                if settled:
                    whole = month.model_copy(update={"helping": helping})
                    await repository.settle(session, self._commune_id, period.first, whole.model_dump(mode="json"), now)
            made.append(period)
            await asyncio.sleep(0)
        return made

    async def _make(self, session: Transaction, period: Period) -> PublicMonth | None:
        return await make(session, self._commune_id, period, self._calendar())


def _is_empty(month: PublicMonth, helping: Helping) -> bool:
    """Nothing at all is known of it: the ward did not use this yet."""
    counts = [month.scanning.total, month.following.people, *month.procedures.values(), helping.alone, helping.behalf]
    return not any(counts) and not month.announcing.count and (month.asking is None or month.asking.people is None)


def next_published(day: dt.date) -> dt.date:
    """When the next month can be seen, as of a day."""
    here = month_of(day)
    return next(first + SETTLED_AFTER * DAY for first in (here.first, here.after) if first + SETTLED_AFTER * DAY > day)


async def published(session: Transaction, commune_id: int, now: dt.datetime) -> list[PublicMonth]:
    """The months everyone may see, the earliest first."""
    since = last_months(month_of(today(now)), MONTHS + 1)[0].first
    rows = await repository.published(session, commune_id, since)
    return [PublicMonth.model_validate(row.figures) for row in rows if row.settled_at is not None]
