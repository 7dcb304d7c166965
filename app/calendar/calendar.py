"""When the ward is open and what takes place: the profile's rule, public holidays, and what officials changed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, replace

from dateutil.rrule import rrulestr

from app.calendar.day_plan import DayPlan, Occurrence
from app.calendar.facts import NO_FACTS, VIETNAM, CalendarFacts, DayKind, HolidayKind, Session
from app.calendar.public_holidays import holidays_of
from app.commune import WEEKDAYS, CommuneProfile, Shift

FIRST = dt.datetime(2024, 1, 1)  # noqa: DTZ001 -- where rules such as «every second Sunday» count from; rrule wants no zone
DAY = dt.timedelta(days=1)
SEARCHED = 60
"""Days ahead that are searched for the next open one: a ward closed longer than that has no hours at all."""


@dataclass(frozen=True)
class Moment:
    """Now, as a citizen at the door sees it. `shift`: the one that runs. `coming`: the next of this day."""

    now: dt.datetime
    plan: DayPlan
    shift: Shift | None
    coming: Shift | None

    @property
    def is_open(self) -> bool:
        return self.shift is not None

    @property
    def minutes_left(self) -> int:
        """Minutes until the running shift ends."""
        return _minutes(self.shift.closes) - _minutes(self.now.time()) if self.shift else 0

    @property
    def is_last_shift(self) -> bool:
        return self.coming is None


class Calendar:
    """Answers about days. Pure: the same profile and facts give the same answers."""

    def __init__(self, profile: CommuneProfile, facts: CalendarFacts = NO_FACTS) -> None:
        self.profile, self.facts = profile, facts
        self._changes = {change.day: change for change in facts.days if change.kind is not DayKind.RULE}
        self._sequences = {change.day: change.sequence for change in facts.days}
        self._origins = {change.moved_to: change for change in facts.days if change.kind is DayKind.MOVED and change.moved_to}
        self._holidays = {change.day: change for change in facts.holidays}
        self._services: dict[int, frozenset[dt.date]] = {}

    @property
    def version(self) -> str:
        return self.facts.version

    # --- one day -------------------------------------------------------------------------------------------------

    def plan(self, day: dt.date) -> DayPlan:
        """What the ward does on a day. An official's change wins over a holiday, a holiday over the rule."""
        change = self._changes.get(day)
        origin = self._origins.get(day)
        if change is not None and change.kind is DayKind.CLOSED:
            return DayPlan(day, "closed", (), self.holiday(day), change.reason, change=change)
        if origin is not None:
            hours = origin.hours or self._service_hours()
            return DayPlan(day, "sunday_service", hours, self.holiday(day), origin.reason, moved_from=origin.day, change=origin)
        if change is None:
            return self._planned(day)
        if change.kind is DayKind.EXTRA:
            return DayPlan(day, "sunday_service", change.hours or self._service_hours(), self.holiday(day), change.reason, change=change)
        if change.kind is DayKind.OPEN:
            planned, service = self._planned(day), self.is_sunday_service(day)
            reason = planned.reason if planned.is_open else "sunday_service" if service else "weekday"
            hours = change.hours or planned.shifts or (self._service_hours() if service else self._usual_hours())
            return replace(planned, reason=reason, shifts=hours, note=change.reason, change=change)
        without = self._without_service(day)
        reason = without.reason if without.is_open or without.holiday else "moved"
        return replace(without, reason=reason, note=change.reason, moved_to=change.moved_to, change=change)

    def _planned(self, day: dt.date) -> DayPlan:
        """By the rule alone. A Sunday service that falls on a holiday is not held unless the profile says so for this day."""
        if self.is_sunday_service(day) and (not self.holiday(day) or self._is_extra(day)):
            return DayPlan(day, "sunday_service", self._service_hours(), self.holiday(day))
        return self._without_service(day)

    def _without_service(self, day: dt.date) -> DayPlan:
        holiday = self.holiday(day)
        if holiday:
            return DayPlan(day, "holiday", (), holiday)
        swapped = self._swapped_with(day)
        if swapped is not None:
            return DayPlan(day, "make_up", self._hours(swapped) or self._usual_hours(), swapped_with=swapped)
        shifts = self._hours(day)
        return DayPlan(day, "weekday" if shifts else "day_off", shifts)

    def holiday(self, day: dt.date) -> str:
        """The name of the holiday, or nothing."""
        changed = self._holidays.get(day)
        if changed is not None:
            return (changed.name or "Ngày nghỉ lễ") if changed.kind is HolidayKind.HOLIDAY else ""
        return holidays_of(day.year).names.get(day, "")

    def _swapped_with(self, day: dt.date) -> dt.date | None:
        changed = self._holidays.get(day)
        if changed is not None:
            return changed.swapped_with if changed.kind is HolidayKind.WORKDAY else None
        bridge = holidays_of(day.year).make_up.get(day)
        given_back = bridge is not None and bridge in self._holidays and self._holidays[bridge].kind is HolidayKind.WORKDAY
        return None if given_back else bridge

    def is_sunday_service(self, day: dt.date) -> bool:
        """Whether the profile's rule, with its exceptions and extra days, names this day; officials' changes left aside."""
        if self.profile.sunday is None or day in self.profile.sunday.except_days:
            return False
        return self._is_extra(day) or day in self._rule_days(day.year)

    def _is_extra(self, day: dt.date) -> bool:
        return self.profile.sunday is not None and day in self.profile.sunday.extra_days

    def _rule_days(self, year: int) -> frozenset[dt.date]:
        """The days of a year that the rule names."""
        if year not in self._services:
            assert self.profile.sunday is not None
            rule = rrulestr(self.profile.sunday.rule, dtstart=FIRST)
            begin, end = dt.datetime(year, 1, 1), dt.datetime(year, 12, 31)  # noqa: DTZ001 -- as FIRST
            self._services[year] = frozenset(moment.date() for moment in rule.between(begin, end, inc=True))
        return self._services[year]

    def _hours(self, day: dt.date) -> tuple[Shift, ...]:
        return self.profile.hours.get(WEEKDAYS[day.weekday()], ())

    def _usual_hours(self) -> tuple[Shift, ...]:
        """The hours of the first day of the week that has any: for a day that is worked though its weekday is off."""
        return next((self.profile.hours[key] for key in WEEKDAYS if self.profile.hours.get(key)), ())

    def _service_hours(self) -> tuple[Shift, ...]:
        return self.profile.sunday.hours if self.profile.sunday else self._usual_hours()

    # --- now -----------------------------------------------------------------------------------------------------

    def at(self, moment: dt.datetime) -> Moment:
        """What a citizen finds at a moment."""
        local = moment.astimezone(VIETNAM)
        plan, time = self.plan(local.date()), local.time()
        running = next((shift for shift in plan.shifts if shift.opens <= time < shift.closes), None)
        coming = next((shift for shift in plan.shifts if shift.opens > time), None)
        return Moment(local, plan, running, coming)

    # --- the next days -------------------------------------------------------------------------------------------

    def plans(self, start: dt.date, days: int) -> Iterator[DayPlan]:
        """The plans of `days` days from `start` on."""
        return (self.plan(start + ahead * DAY) for ahead in range(days))

    def next_open(self, day: dt.date) -> DayPlan | None:
        """The first day after `day` on which the ward is open."""
        return next((found for found in self.plans(day + DAY, SEARCHED) if found.is_open), None)

    def next_sunday_service(self, day: dt.date) -> DayPlan | None:
        """The first Sunday service on or after `day` that is really held, within a year."""
        found = self.sunday_services(day, day + 366 * DAY)
        return next((each.held for each in found if each.held is not None and each.held.day >= day), None)

    def sunday_services(self, start: dt.date, end: dt.date) -> list[Occurrence]:
        """Every Sunday service planned or held in these days (the last one included), in the order they are held."""
        planned = {day for year in range(start.year, end.year + 1) if self.profile.sunday for day in self._rule_days(year)}
        if self.profile.sunday is not None:
            planned = (planned - set(self.profile.sunday.except_days)) | set(self.profile.sunday.extra_days)
        planned |= {change.day for change in self.facts.days if change.kind in (DayKind.EXTRA, DayKind.MOVED)}
        found = [self._occurrence(day) for day in planned]
        within = [each for each in found if start <= each.planned <= end or start <= each.day <= end]
        return sorted(within, key=lambda each: (each.day, each.planned))

    def _occurrence(self, planned: dt.date) -> Occurrence:
        change = self._changes.get(planned)
        if change is not None and change.kind is DayKind.MOVED and change.moved_to is not None:
            held = self.plan(change.moved_to)
            return Occurrence(planned, held if held.is_service else None, change.reason or held.note, change)
        plan = self.plan(planned)
        own = plan.moved_from is None or (change is None and self._planned(planned).is_service)
        if plan.is_service and own:
            return Occurrence(planned, plan, plan.note, change)
        return Occurrence(planned, None, plan.note or plan.holiday, change)

    def sequence(self, planned: dt.date) -> int:
        """How often the Sunday service of this day was changed, changes that were taken back included."""
        return self._sequences.get(planned, 0)

    # --- sessions ------------------------------------------------------------------------------------------------

    def sessions_between(self, start: dt.date, end: dt.date, *, cancelled: bool = False) -> list[Session]:
        """Sessions that touch these days (the last one included), in order; cancelled ones only when asked."""
        found = [
            each for each in self.facts.sessions if each.day <= end and each.ends.date() >= start and (cancelled or not each.cancelled)
        ]
        return sorted(found, key=lambda each: (each.starts_at, each.id))


def _minutes(time: dt.time) -> int:
    return time.hour * 60 + time.minute
