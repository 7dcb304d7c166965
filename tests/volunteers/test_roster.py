"""What stands on the roster, in order."""

from __future__ import annotations

import datetime as dt

from app.calendar.calendar import Calendar
from app.calendar.facts import CalendarFacts, Session, SessionKind
from app.volunteers import roster
from app.volunteers.models import Reply, VolunteerShift
from tests.assistant.ward import commune

DAY = dt.date(2026, 12, 7)
UIDS = ["dot-1", "dot-2"]


def _session(number: int, hour: int, minute: int) -> Session:
    starts = dt.datetime(2026, 12, 7, hour - 7, minute, tzinfo=dt.UTC)
    more = {"starts_at": starts, "ends_at": starts + dt.timedelta(hours=2), "place": "nhà văn hóa"}
    return Session(id=number, uid=f"dot-{number}", kind=SessionKind.IDENTITY, title="Định danh", **more)


def test_half_past_seven_comes_before_half_past_one() -> None:
    calendar = Calendar(commune(), CalendarFacts(sessions=(_session(1, 7, 30), _session(2, 13, 30))))
    assert [each.uid for each in roster.coming(calendar, DAY) if each.day == DAY] == UIDS
    shifts = [VolunteerShift(id=9 - number, session_uid=uid, reply=Reply.ASKED) for number, uid in enumerate(UIDS)]
    assert [entry.uid for _, entry in roster.of_uids(calendar, shifts, DAY)] == UIDS
