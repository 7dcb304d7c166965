"""What officials changed in the calendar, as one frozen value that travels between processes."""

from __future__ import annotations

import datetime as dt
import hashlib
from enum import StrEnum
from functools import cached_property
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict

from app.commune import Shift

VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")


class DayKind(StrEnum):
    """What is different on a day."""

    CLOSED = "closed"  # nobody is served, whatever the rule says
    OPEN = "open"  # served: with other hours, on a day off, or a Sunday service with a place, counters, a team of its own
    MOVED = "moved"  # the Sunday service of this day is held on `moved_to` instead
    EXTRA = "extra"  # a Sunday service more
    RULE = "rule"  # nothing any more: a change that was taken back


class SessionKind(StrEnum):
    """What a session is for."""

    IDENTITY = "identity"  # mobile e-ID and identity cards
    VACCINATION = "vaccination"
    RECEPTION = "reception"  # the chairman receives citizens
    NOTARY = "notary"
    COURT = "court"
    LEGAL_AID = "legal_aid"
    HEALTH = "health"
    MEETING = "meeting"
    OTHER = "other"

    @property
    def topic(self) -> str:
        """The topic of news (`procedures/topics.yaml`) whose followers are reminded of such a session."""
        return _TOPICS.get(self, "tin-chung")


SERVICE_TOPIC = "chu-nhat-gan-dan"
"""Whose followers are reminded of the Sunday service."""
_TOPICS = {SessionKind.IDENTITY: "dinh-danh", SessionKind.VACCINATION: "tiem-chung", SessionKind.HEALTH: "tiem-chung"}


class SessionStatus(StrEnum):
    """Whether a session takes place."""

    PLANNED = "planned"
    CANCELLED = "cancelled"


class HolidayKind(StrEnum):
    """What a day is, other than the list of public holidays says."""

    HOLIDAY = "holiday"
    WORKDAY = "workday"  # no holiday after all; with `swapped_with`: worked for a bridge day («hoán đổi»)


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True)


class DayChange(_Frozen):
    """What is different on `day`. Empty `hours`: those of the rule. The rest is about the Sunday service of that day."""

    day: dt.date
    kind: DayKind
    hours: tuple[Shift, ...] = ()
    reason: str = ""
    moved_to: dt.date | None = None
    place: str = ""
    counters: tuple[str, ...] = ()
    procedures: tuple[str, ...] = ()
    bring: str = ""
    team: str = ""
    sequence: int = 0
    updated_at: dt.datetime | None = None


class Session(_Frozen):
    """One session. Times are aware; `group_name` empty: for the whole ward."""

    id: int
    uid: str
    kind: SessionKind
    title: str
    starts_at: dt.datetime
    ends_at: dt.datetime
    place: str
    group_id: int | None = None
    group_name: str = ""
    procedures: tuple[str, ...] = ()
    bring: str = ""
    team: str = ""
    status: SessionStatus = SessionStatus.PLANNED
    reason: str = ""
    sequence: int = 0
    updated_at: dt.datetime | None = None

    @property
    def starts(self) -> dt.datetime:
        """When it begins, as the ward's clock shows."""
        return self.starts_at.astimezone(VIETNAM)

    @property
    def ends(self) -> dt.datetime:
        """When it ends, as the ward's clock shows."""
        return self.ends_at.astimezone(VIETNAM)

    @property
    def day(self) -> dt.date:
        """The day in Vietnam on which it begins."""
        return self.starts.date()

    @property
    def cancelled(self) -> bool:
        return self.status is SessionStatus.CANCELLED


class HolidayChange(_Frozen):
    """One day that is a holiday, or a working day, other than the list says."""

    day: dt.date
    kind: HolidayKind
    name: str = ""
    swapped_with: dt.date | None = None


class CalendarFacts(_Frozen):
    """Everything officials changed. Empty: the profile's rule and the public holidays alone."""

    days: tuple[DayChange, ...] = ()
    sessions: tuple[Session, ...] = ()
    holidays: tuple[HolidayChange, ...] = ()

    @cached_property
    def version(self) -> str:
        """Changes with every change, and only then."""
        return hashlib.sha256(self.model_dump_json().encode()).hexdigest()[:16]


NO_FACTS = CalendarFacts()
