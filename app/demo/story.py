"""The sample ward as it is written in `story.yaml` and `questions.yaml`, and its days as words."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path
from typing import Any

import yaml

from app.calendar import words
from app.calendar.facts import VIETNAM

FOLDER = Path(__file__).parent
SATURDAY = 5
_DAY = re.compile(r"<([+-]\d+|cn)>")
Story = dict[str, Any]


def load(name: str) -> Story:
    """One of the two files."""
    found: Story = yaml.safe_load((FOLDER / f"{name}.yaml").read_text("utf-8"))
    return found


class Days:
    """Days of the story. `service`: the next Sunday service."""

    def __init__(self, now: dt.datetime, service: dt.date) -> None:
        self.now, self.service = now, service
        self.today = now.astimezone(VIETNAM).date()

    def day(self, said: int | str) -> dt.date:
        """`cn`, or so many days from today on; what is to come is on a working day of the week."""
        if said == "cn":
            return self.service
        found = self.today + dt.timedelta(days=int(said))
        return found + dt.timedelta(days=7 - found.weekday()) if found > self.today and found.weekday() >= SATURDAY else found

    def at(self, said: list[Any]) -> dt.datetime:
        """[days from today, "h:mm" in Vietnam]; what was to be done this morning was done at the latest now."""
        return min(self.later(said), self.now) if int(said[0]) <= 0 else self.later(said)

    def later(self, said: list[Any]) -> dt.datetime:
        """The same, as it is written."""
        return dt.datetime.combine(self.day(said[0]), time_of(said[1]), VIETNAM)

    def say(self, text: str) -> str:
        """A text with its days: «<+3>» becomes «thứ Tư 25/11/2026»."""

        def said(match: re.Match[str]) -> str:
            return words.date_inside(self.day(match[1]))

        return _DAY.sub(said, text)


def time_of(text: str) -> dt.time:
    """`7:30`."""
    hour, minute = map(int, text.split(":"))
    return dt.time(hour, minute)
