"""A message as the calendar hears it, and what is said back."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass

from app.calendar.facts import VIETNAM
from app.calendar.said_day import SaidDay, said_day
from app.calendar.said_time import SaidTime, normal, said_time

# What is asked beside the day.
LUNAR_ASKED = re.compile(
    r"\b(may|bao nhieu|ngay gi|gi) (?:ngay )?(?:am lich|am)\b|\b(?:ngay|la) (?:may|bao nhieu|gi)\b.*\b(?:am lich|am)\b|\b(?:am lich|lich am)\b.*\b(?:may|bao nhieu|ngay gi|ngay nao)\b|\bram chua\b"
)
BREAK_ASKED = re.compile(r"\bnghi trua\b")
RUN_ASKED = re.compile(
    r"\b(nghi (may|bao nhieu|nhung) (ngay|bua|hom)|nghi (tu|den|toi|het) |lich nghi|nghi le|lam (viec )?lai|mo (cua )?lai|khi nao (moi )?(lam|mo)|bao gio (moi )?(lam|mo)|di lam lai|may ngay)\b"
)
BRING_ASKED = re.compile(r"\b(mang|dem|cam) (theo )?(gi|giay)|\bcan (mang|gi)\b|\bchuan bi\b")
DOES_ASKED = re.compile(
    r"\blam (nhung )?(gi|viec gi|duoc gi|thu tuc (gi|nao))|\bnhung (viec|thu tuc) (gi|nao)|\b(quay|o dau|cho nao|dia diem|nha van hoa)\b"
)
LIST_ASKED = re.compile(
    r"\b(lich|cac ngay|nhung ngay|ca nam|trong nam|may (ngay|buoi|lan)) .*(chu nhat|cn)\b|\b(chu nhat|cn)\b.*\b(trong nam|ca nam|nhung ngay nao|cac ngay nao)\b|\blich (chu nhat|cn)\b"
)
ANY_SERVICE = re.compile(r"\b(?:ngay )?(?:chu nhat|cn) (?:gan dan|nao)\b(?! (?:nay|tuan|dau|cuoi))")


@dataclass(frozen=True)
class Said:
    """What is said. `answer` is the answer, `following` when it is open next, `soon` what changes soon. `about`: the day."""

    answer: str
    following: str = ""
    soon: str = ""
    about: dt.date | None = None
    is_session: bool = False


@dataclass(frozen=True)
class Question:
    """A message as the calendar hears it."""

    text: str
    """Normal form, see `said_time.normal`."""
    day: SaidDay
    time: SaidTime
    now: dt.datetime
    """Local time of the ward."""
    sunday: bool
    """The message is about the Sunday service."""

    @classmethod
    def heard(cls, text: str, now: dt.datetime, *, sunday: bool = False) -> Question:
        """Hear a message as it was typed."""
        here = now.astimezone(VIETNAM)
        plain = normal(text)
        time, rest = said_time(plain)
        day = said_day(ANY_SERVICE.sub(" ", rest), here.date())
        if day.kind == "none" and time.now:
            day = SaidDay("day", here.date(), here.date(), "today")
        return cls(plain, day, time, here, sunday)

    @property
    def today(self) -> dt.date:
        return self.now.date()
