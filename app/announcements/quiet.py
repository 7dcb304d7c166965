"""Quiet hours: nobody's phone rings at night for what can wait. Hours are those of Vietnam."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass

from app.calendar.opening import VIETNAM


@dataclass(frozen=True)
class QuietHours:
    """From `starts` until `ends`, over midnight when `ends` is earlier. Equal: never quiet."""

    starts: dt.time
    ends: dt.time

    @classmethod
    def parse(cls, text: str) -> QuietHours:
        """«21:00-06:30». Raises ValueError."""
        match = re.fullmatch(r"\s*(\d{1,2}):(\d{2})\s*[-–]\s*(\d{1,2}):(\d{2})\s*", text)
        if match is None:
            raise ValueError("Giờ nghỉ viết như 21:00-06:30")
        first, second, third, fourth = map(int, match.groups())
        return cls(dt.time(first, second), dt.time(third, fourth))

    def covers(self, moment: dt.datetime) -> bool:
        """Whether it is quiet then."""
        clock = moment.astimezone(VIETNAM).time()
        if self.starts <= self.ends:
            return self.starts <= clock < self.ends
        return clock >= self.starts or clock < self.ends

    def next_loud(self, moment: dt.datetime) -> dt.datetime:
        """`moment` itself, or when the quiet hours it falls into end."""
        if not self.covers(moment):
            return moment
        here = moment.astimezone(VIETNAM)
        end = here.replace(hour=self.ends.hour, minute=self.ends.minute, second=0, microsecond=0)
        return (end if end > here else end + dt.timedelta(days=1)).astimezone(dt.UTC)

    def words(self) -> str:
        """«21:00 đến 6:30»."""
        return f"{self.starts.hour}:{self.starts.minute:02d} đến {self.ends.hour}:{self.ends.minute:02d}"
