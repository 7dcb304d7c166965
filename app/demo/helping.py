"""The volunteers of the two months: teams, invitations and phones, the roster, and the help they gave."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from app.calendar.agenda import Entry
from app.calendar.calendar import Calendar
from app.calendar.facts import VIETNAM
from app.demo.people import COMMUNE
from app.demo.stage import Happening, Stage
from app.signed import Role, Signed
from app.visitor import Signer, load_secret
from app.volunteers import joining, repository, roster, service, tallies
from app.volunteers.models import Reply
from app.volunteers.service import TeamDraft

TALLIES, SUNDAY_EACH = 160, (3, 6)
"""How many times somebody was helped; how many of them by one volunteer on a Sunday service."""
AT_ONCE = 3
"""Who was helped one after another on another day, at most."""
BEGUN = [-63, "15:00"]
DAY = dt.timedelta(days=1)
ASKED_BEFORE, ASKED_FIRST, ASKED_LAST = 12 * DAY, 57 * DAY, 2 * DAY
"""So long before a service the roster is made; and so long ago at most, when there were volunteers, and at least, so that some answered."""
ON_ROSTER, UNANSWERED, ELSEWHERE = 9, 2, 2
"""Volunteers of a Sunday; those who have not answered yet; those who go to each session of that day instead of the service."""


@dataclass
class Person:
    """A volunteer of the story. `cookie`: of the phone, which nobody holds when the story is over."""

    name: str
    joined: dt.datetime
    ended: dt.datetime | None
    invited_only: bool
    id: int = 0
    cookie: str = ""
    says: dict[dt.date, Reply] = field(default_factory=dict)

    def helps_at(self, moment: dt.datetime) -> bool:
        return not self.invited_only and self.joined < moment and (self.ended is None or moment < self.ended)


def happenings(stage: Stage) -> list[Happening]:
    """Everything the volunteers did."""
    return list(Helping(stage).happenings())


class Helping:
    """The volunteers, from their invitation on."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._signer = Signer(load_secret(stage.settings))
        self._people = {told["name"]: self._person(told) for team in stage.story["teams"] for told in team["volunteers"]}
        planned = Calendar(stage.profile).sunday_services(stage.days.today - 56 * DAY, stage.days.today)
        self._past = [each.planned for each in planned if each.held is not None]

    def happenings(self) -> Iterator[Happening]:
        for told in self._stage.story["teams"]:
            yield from self._team(told)
        for day in (*self._past, self._stage.days.service):
            yield from self._roster(day)
        yield from self._help()

    # --- teams -----------------------------------------------------------------------------------------------------------

    def _person(self, told: dict[str, Any]) -> Person:
        days = self._stage.days
        ended = days.at([told["ended"], "17:00"]) if "ended" in told else None
        return Person(told["name"], days.at([told["joined"], "19:30"]), ended, "new" in told)

    def _team(self, told: dict[str, Any]) -> Iterator[Happening]:
        stage, groups = self._stage, told["groups"]
        made: dict[str, int] = {}

        async def save(now: dt.datetime) -> None:
            ids = frozenset(stage.groups[number] for number in groups)
            shown = bool(told.get("shown"))
            draft = TeamDraft(told["name"], told["contact"], told.get("phone", ""), shown, told["place"], ids)
            async with stage.database.write() as session:
                row = await service.save_team(session, self._lead, None, draft, [f"Tổ {number}" for number in groups], now)
                made["id"] = row.id
            await stage.hear()

        yield Happening(stage.days.at(BEGUN), save, official=True)
        for each in told["volunteers"]:
            yield from self._life(self._people[each["name"]], made)

    def _life(self, person: Person, team: dict[str, int]) -> Iterator[Happening]:
        stage = self._stage

        async def invite(now: dt.datetime) -> None:
            async with stage.database.write() as session:
                row, code = await service.add_volunteer(session, self._lead, self._signer, person.name, team["id"], now)
                person.id, person.cookie = row.id, code

        async def join(now: dt.datetime) -> None:
            async with stage.database.write() as session:
                joined = await joining.join(session, self._signer, COMMUNE, person.cookie, now)
                assert joined is not None
                person.cookie = joined[1]

        async def end(now: dt.datetime) -> None:
            async with stage.database.write() as session:
                coming = [entry.uid for entry in roster.coming(self._calendar, now.astimezone(VIETNAM).date())]
                await service.end(session, self._lead, person.id, coming, now)

        yield Happening(person.joined - dt.timedelta(hours=3), invite, official=True)
        if not person.invited_only:
            yield Happening(person.joined, join)
        if person.ended is not None:
            yield Happening(person.ended, end, official=True)

    # --- roster ----------------------------------------------------------------------------------------------------------

    def _roster(self, day: dt.date) -> Iterator[Happening]:
        """The lead puts volunteers down for everything of a day; they answer in the days after, of what is to come not all."""
        stage, rng = self._stage, self._stage.rng
        at = min(max(_at(day, 9, 0) - ASKED_BEFORE, stage.days.now - ASKED_FIRST), stage.days.now - ASKED_LAST)
        free = [each for each in self._people.values() if each.helps_at(at) and each.helps_at(_at(day, 17, 0))]
        chosen = rng.sample(free, ON_ROSTER)
        unanswered = UNANSWERED if day == stage.days.service else 0
        answers = [*[Reply.YES] * (ON_ROSTER - unanswered - 1), *[Reply.ASKED] * unanswered, Reply.NO]
        for person, said in zip(chosen, answers, strict=True):
            person.says[day] = said

        async def assign(now: dt.datetime) -> None:
            found = self._entries(day, now)
            elsewhere = ELSEWHERE * len(found[1:])
            for place, entry in enumerate(found):
                mine = chosen[elsewhere:] if place == 0 else chosen[(place - 1) * ELSEWHERE : place * ELSEWHERE]
                async with stage.database.write() as session:
                    await service.assign(session, self._lead, entry, {each.id for each in mine}, now)

        yield Happening(at, assign, official=True)
        for person in chosen:
            answered = at + min(4 * DAY, stage.days.now - at) * rng.uniform(0.05, 0.9)
            if person.says[day] is not Reply.ASKED:
                yield Happening(answered, self._answer(person, person.says[day]))

    def _answer(self, person: Person, said: Reply) -> Any:
        async def answer(now: dt.datetime) -> None:
            async with self._stage.database.write() as session:
                shifts = await repository.shifts_of(session, COMMUNE, person.id)
                for shift in [each for each in shifts if each.replied_at is None]:
                    await repository.reply(session, COMMUNE, person.id, shift.id, said, now)

        return answer

    def _entries(self, day: dt.date, now: dt.datetime) -> list[Entry]:
        """The Sunday service, and then the sessions of its day."""
        found = [each for each in roster.coming(self._calendar, now.astimezone(VIETNAM).date()) if each.day == day]
        return sorted(found, key=lambda each: each.kind != "service")

    # --- help ------------------------------------------------------------------------------------------------------------

    def _help(self) -> Iterator[Happening]:
        left = TALLIES
        for day in self._past:
            for person in [each for each in self._people.values() if each.says.get(day) is Reply.YES]:
                moments = self._moments(day, self._stage.rng.randint(*SUNDAY_EACH), (7, 8, 9, 10, 13, 14, 15))
                yield from self._sent(person, moments[:left])
                left -= len(moments[:left])
        while left > 0:
            person, moments = self._evening()
            yield from self._sent(person, moments[:left])
            left -= len(moments[:left])

    def _evening(self) -> tuple[Person, list[dt.datetime]]:
        """Somebody who helps a few people on some other day, in his or her group; lately more."""
        rng, days = self._stage.rng, self._stage.days
        while True:
            day = days.today - dt.timedelta(days=1 + int(57 * rng.random() ** 1.2))
            moments = self._moments(day, rng.randint(1, AT_ONCE), (8, 9, 16, 18, 19, 19, 20))
            free = [each for each in self._people.values() if each.helps_at(moments[0] - DAY) and each.helps_at(moments[-1])]
            if free and day not in self._past:
                return rng.choice(free), moments

    def _moments(self, day: dt.date, count: int, hours: tuple[int, ...]) -> list[dt.datetime]:
        rng = self._stage.rng
        found = sorted(_at(day, rng.choice(hours), rng.randrange(30, 60), rng.randrange(60)) for _ in range(count))
        return [each for each in found if each < self._stage.days.now]

    def _sent(self, person: Person, moments: list[dt.datetime]) -> Iterator[Happening]:
        """What a phone sends, a little after the last of it."""
        if not moments:
            return
        body = [self._tally(each) for each in moments]

        async def send(now: dt.datetime) -> None:
            stage = self._stage
            async with stage.database.write() as session:
                helper = await joining.current(session, self._signer, COMMUNE, person.cookie)
                assert helper is not None
                sending = {"now": _milliseconds(now), "tallies": body}
                await tallies.take(session, helper, self._calendar, stage.knowledge.files.catalog.get, sending, now)

        yield Happening(min(moments[-1] + dt.timedelta(minutes=1), self._stage.days.now), send)

    def _tally(self, made: dt.datetime) -> dict[str, Any]:
        rng, helped, hard = self._stage.rng, self._stage.story["helped"], self._stage.story["hard"]
        code = rng.choices(list(helped), [often for often, _ in helped.values()])[0]
        return {
            "id": str(uuid.UUID(int=rng.getrandbits(128), version=4)),
            "code": code,
            "on_behalf": rng.random() * 100 < helped[code][1],
            "hard": rng.choices(list(hard), list(hard.values()))[0],
            "made": _milliseconds(made),
        }

    # --- what is needed for it -------------------------------------------------------------------------------------------

    @property
    def _lead(self) -> Signed:
        return self._stage.who(Role.VOLUNTEER_LEAD)

    @property
    def _calendar(self) -> Calendar:
        return self._stage.pipeline.local.calendar


def _at(day: dt.date, hour: int, minute: int, second: int = 0) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(hour, minute, second), VIETNAM)


def _milliseconds(moment: dt.datetime) -> int:
    return int(moment.timestamp() * 1000)
