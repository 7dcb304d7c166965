"""The feed is read by two independent readers, and both see what the calendar says."""

from __future__ import annotations

import datetime as dt
from typing import Any

import icalendar
import pytest
import recurring_ical_events  # type: ignore[import-untyped]
import vobject  # type: ignore[import-untyped]

from app.calendar.agenda import agenda, find
from app.calendar.calendar import Calendar
from app.calendar.facts import VIETNAM, CalendarFacts, DayChange, DayKind
from app.calendar.feed import feed, feed_of_one
from tests.assistant.ward import commune
from tests.dialogues.calendar_ward import FACTS

NOW = dt.datetime(2026, 11, 23, 2, 0, tzinfo=dt.UTC)
URL = "https://phuong.example.vn"
CALENDAR = Calendar(commune(), FACTS)
FEED = feed(CALENDAR, NOW, URL)


def _events(body: bytes) -> dict[str, Any]:
    return {str(event["uid"]): event for event in icalendar.Calendar.from_ical(body).walk("VEVENT")}


def test_the_first_reader_sees_each_event_once_at_the_right_time() -> None:
    made = icalendar.Calendar.from_ical(FEED.body)
    of_day = recurring_ical_events.of(made).at(dt.date(2026, 12, 6))
    assert [(event["dtstart"].dt, event["dtend"].dt) for event in of_day] == [
        (dt.datetime(2026, 12, 6, 7, 30, tzinfo=VIETNAM), dt.datetime(2026, 12, 6, 16, 30, tzinfo=VIETNAM))
    ]
    between = recurring_ical_events.of(made).between(dt.date(2026, 10, 1), dt.date(2028, 5, 1))
    assert len(between) == len(_events(FEED.body)) > 30
    told = [entry for entry in agenda(CALENDAR, dt.date(2026, 10, 1), dt.date(2028, 4, 30)) if not entry.moved_to]
    assert len(between) == len(told)


def test_the_second_reader_reads_it_too_and_agrees() -> None:
    made = vobject.readOne(FEED.body.decode())
    found = {event.uid.value: event for event in made.vevent_list}
    others = _events(FEED.body)
    assert found.keys() == others.keys()
    for uid, event in found.items():
        other = others[uid]
        assert event.dtstart.value == other["dtstart"].dt
        assert event.summary.value == str(other["summary"])
        assert int(event.sequence.value) == other["sequence"]
    made.validate(raiseException=True)
    moment = found["chu-nhat-2026-12-06@phuong-mau.gandan"].dtstart.value
    assert moment.utcoffset() == dt.timedelta(hours=7)


def test_a_moved_service_keeps_its_name_and_grows_its_sequence() -> None:
    before = _events(feed(Calendar(commune()), NOW, URL).body)
    changed = CalendarFacts(
        days=(DayChange(day=dt.date(2026, 12, 6), kind=DayKind.MOVED, moved_to=dt.date(2026, 12, 13), reason="Bão", sequence=1),)
    )
    after = _events(feed(Calendar(commune(), changed), NOW, URL).body)
    uid = "chu-nhat-2026-12-06@phuong-mau.gandan"
    assert before.keys() == after.keys()
    assert (before[uid]["sequence"], after[uid]["sequence"]) == (0, 1)
    assert after[uid]["dtstart"].dt.date() == dt.date(2026, 12, 13)
    assert "Chuyển từ Chủ nhật 6/12/2026" in str(after[uid]["description"])


def test_what_is_not_held_is_cancelled() -> None:
    events = _events(FEED.body)
    states = {uid.split("@")[0]: str(event["status"]) for uid, event in events.items()}
    assert states["chu-nhat-2027-01-03"] == "CANCELLED"
    assert states["dot-3"] == "CANCELLED"
    assert states["chu-nhat-2027-02-07"] == states["dot-1"] == "CONFIRMED"
    assert "Mất điện" in str(events["chu-nhat-2027-01-03@phuong-mau.gandan"]["description"])


def test_days_off_are_whole_days() -> None:
    event = _events(FEED.body)["off-2027-02-03@phuong-mau.gandan"]
    assert (event["dtstart"].dt, event["dtend"].dt) == (dt.date(2027, 2, 3), dt.date(2027, 2, 11))


def test_every_line_is_as_the_standard_wants() -> None:
    lines = FEED.body.split(b"\r\n")
    assert all(len(line) <= 75 for line in lines)
    assert b"\n" not in FEED.body.replace(b"\r\n", b"")
    assert FEED.body.startswith(b"BEGIN:VCALENDAR\r\n")
    assert FEED.body.count(b"BEGIN:VTIMEZONE") == 1


def test_the_feed_is_the_same_until_something_changes() -> None:
    assert feed(CALENDAR, NOW + dt.timedelta(days=3), URL).etag == FEED.etag
    assert feed(CALENDAR, NOW + dt.timedelta(days=20), URL).etag != FEED.etag, "another month"
    assert feed(Calendar(commune()), NOW, URL).etag != FEED.etag


def test_sessions_of_other_groups_are_left_out_when_asked() -> None:
    theirs = CalendarFacts(sessions=(FACTS.sessions[0].model_copy(update={"group_id": 7}), FACTS.sessions[1]))
    calendar = Calendar(commune(), theirs)
    assert {"dot-1@phuong-mau.gandan", "dot-2@phuong-mau.gandan"} <= _events(feed(calendar, NOW, URL, group_id=7).body).keys()
    others = _events(feed(calendar, NOW, URL, group_id=8).body).keys()
    assert "dot-1@phuong-mau.gandan" not in others
    assert "dot-2@phuong-mau.gandan" in others


@pytest.mark.parametrize("uid", ["chu-nhat-2026-12-06", "dot-1"])
def test_one_entry_alone_is_a_calendar_too(uid: str) -> None:
    entry = find(CALENDAR, uid)
    assert entry is not None
    made = feed_of_one(CALENDAR, entry, NOW, URL)
    assert list(_events(made.body)) == [f"{uid}@phuong-mau.gandan"]
    assert vobject.readOne(made.body.decode()).vevent.url.value == f"{URL}/lich/{uid}"
