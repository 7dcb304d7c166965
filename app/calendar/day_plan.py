"""What the ward does on one day, and what became of one Sunday service."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Literal

from app.calendar.facts import DayChange
from app.commune import Shift

Reason = Literal["weekday", "sunday_service", "holiday", "day_off", "closed", "moved", "make_up"]


@dataclass(frozen=True)
class DayPlan:
    """What the ward does on a day. `shifts` is empty when it is closed.

    `note`: an official's reason. `moved_to`, `moved_from`: where this day's Sunday service went, or came from.
    `swapped_with`: the bridge day this day is worked for (reason `make_up`). `change`: place, counters, team of its Sunday service.
    """

    day: dt.date
    reason: Reason
    shifts: tuple[Shift, ...]
    holiday: str = ""
    note: str = ""
    moved_to: dt.date | None = None
    moved_from: dt.date | None = None
    swapped_with: dt.date | None = None
    change: DayChange | None = None

    @property
    def is_open(self) -> bool:
        return bool(self.shifts)

    @property
    def is_service(self) -> bool:
        """Whether it is a Ngày Chủ nhật gần Dân, on a Sunday or moved to another day."""
        return self.reason == "sunday_service"


@dataclass(frozen=True)
class Occurrence:
    """One Sunday service: `planned` on a day, and what became of it. `held` is None when it is not held at all."""

    planned: dt.date
    held: DayPlan | None
    why: str = ""
    """Why it was moved or is not held: a holiday's name or an official's reason."""
    change: DayChange | None = None

    @property
    def day(self) -> dt.date:
        """The day it is held, or should have been."""
        return self.held.day if self.held else self.planned

    @property
    def moved(self) -> bool:
        return self.held is not None and self.held.day != self.planned
