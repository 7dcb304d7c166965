"""The calendar as iCalendar (RFC 5545), for phones that subscribe to it.

Every Sunday service is an event of its own for eighteen months ahead, not one rule with exceptions: it falls on holidays and is
moved, and not every calendar understands a moved instance (RECURRENCE-ID). The UID is that of the planned day and stays when it
is moved; SEQUENCE grows with every change; what is not held stays in the feed as CANCELLED, so that phones take it away.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import dataclass

from icalendar import Calendar as ICalendar
from icalendar import Event, Timezone, TimezoneStandard

from app.calendar import words
from app.calendar.agenda import Entry, agenda
from app.calendar.calendar import DAY, Calendar
from app.calendar.facts import VIETNAM
from app.calendar.lunar import lunar_of

AHEAD_MONTHS = 18
REFRESH = dt.timedelta(hours=6)
PRODUCT = "-//Gan Dan//Lich phuong xa//VI"


@dataclass(frozen=True)
class Feed:
    """The feed's bytes, with what a reader needs to ask whether they changed."""

    body: bytes
    etag: str
    modified: dt.datetime


def feed(calendar: Calendar, now: dt.datetime, public_url: str, *, group_id: int | None = None) -> Feed:
    """Everything from the beginning of last month on; with `group_id`, sessions of other residential groups are left out."""
    this = now.astimezone(VIETNAM).date().replace(day=1)
    start, end = (this - DAY).replace(day=1), _months_after(this, AHEAD_MONTHS)
    entries = [each for each in agenda(calendar, start, end) if _is_for(each, group_id) and not (each.gone and each.moved_to)]
    return _made(calendar, entries, dt.datetime.combine(this, dt.time(), VIETNAM), public_url)


def feed_of_one(calendar: Calendar, entry: Entry, now: dt.datetime, public_url: str) -> Feed:
    """One Sunday service or session, to be put into a calendar."""
    this = now.astimezone(VIETNAM).date().replace(day=1)
    return _made(calendar, [entry], dt.datetime.combine(this, dt.time(), VIETNAM), public_url)


def _is_for(entry: Entry, group_id: int | None) -> bool:
    return group_id is None or entry.session is None or entry.session.group_id in (None, group_id)


def _made(calendar: Calendar, entries: list[Entry], stamp: dt.datetime, public_url: str) -> Feed:
    profile, made = calendar.profile, ICalendar()
    made.add("prodid", PRODUCT)
    made.add("version", "2.0")
    made.add("method", "PUBLISH")
    made.add("x-wr-calname", words.say("feed.name", profile=profile))
    made.add("x-wr-caldesc", words.say("feed.about", profile=profile))
    made.add("x-wr-timezone", VIETNAM.key)
    made.add("refresh-interval", REFRESH, parameters={"VALUE": "DURATION"})
    made.add("x-published-ttl", "PT6H")
    made.add_component(_vietnam())
    modified = stamp
    for entry in entries:
        changed = _changed(entry)
        modified = max(modified, changed or stamp)
        made.add_component(_event(calendar, entry, changed or stamp, public_url))
    body = made.to_ical()
    return Feed(body, f'"{hashlib.sha256(body).hexdigest()[:24]}"', modified.replace(microsecond=0))


def _changed(entry: Entry) -> dt.datetime | None:
    if entry.session is not None:
        return entry.session.updated_at
    return entry.change.updated_at if entry.change is not None else None


def _event(calendar: Calendar, entry: Entry, stamp: dt.datetime, public_url: str) -> Event:
    event = Event()
    event.add("uid", f"{entry.uid or f'{entry.kind}-{entry.day.isoformat()}'}@{calendar.profile.slug}.gandan")
    event.add("dtstamp", stamp.astimezone(dt.UTC).replace(microsecond=0))
    event.add("sequence", _sequence(calendar, entry))
    event.add("summary", _summary(calendar, entry))
    _add_times(calendar, event, entry)
    if entry.place:
        event.add("location", entry.place)
    if description := _description(calendar, entry):
        event.add("description", description)
    if entry.uid:
        event.add("url", f"{public_url}/lich/{entry.uid}")
    event.add("status", "CANCELLED" if entry.gone else "CONFIRMED")
    event.add("transp", "TRANSPARENT")
    return event


def _sequence(calendar: Calendar, entry: Entry) -> int:
    if entry.session is not None:
        return entry.session.sequence
    return calendar.sequence(entry.occurrence.planned if entry.occurrence else entry.day)


def _summary(calendar: Calendar, entry: Entry) -> str:
    if entry.kind == "off":
        return words.say("feed.closed", profile=calendar.profile, why=entry.note)
    if entry.kind == "service":
        lunar = lunar_of(entry.day)
        return f"{words.say('service_title', profile=calendar.profile)} ({lunar.day}/{lunar.month} âm lịch)"
    return f"{entry.title} – {entry.group}" if entry.group else entry.title


def _add_times(calendar: Calendar, event: Event, entry: Entry) -> None:
    if entry.session is not None:
        event.add("dtstart", entry.session.starts)
        event.add("dtend", entry.session.ends)
        return
    held = entry.occurrence.held if entry.occurrence else None
    shifts = held.shifts if held else calendar.profile.sunday.hours if entry.kind == "service" and calendar.profile.sunday else ()
    if not shifts:
        event.add("dtstart", entry.day)
        event.add("dtend", (entry.until or entry.day) + DAY)
        return
    event.add("dtstart", dt.datetime.combine(entry.day, shifts[0].opens, VIETNAM))
    event.add("dtend", dt.datetime.combine(entry.day, shifts[-1].closes, VIETNAM))


def _description(calendar: Calendar, entry: Entry) -> str:
    said = [entry.hours] if entry.hours and entry.kind != "session" else []
    if entry.gone:
        said.append(words.say("feed.cancelled", why=entry.note.rstrip(".")))
    elif entry.moved_from:
        said.append(words.say("feed.moved", moved_from=words.date_inside(entry.moved_from), why=entry.note.rstrip(".")))
    elif entry.note and entry.kind != "off":
        said.append(entry.note)
    if not entry.gone:
        said += details(entry)
    if entry.kind == "service" and not entry.gone and calendar.profile.sunday:
        said.append(calendar.profile.sunday.about)
    if calendar.profile.is_sample:
        said.append(words.say("feed.sample"))
    return "\n".join(said)


def details(entry: Entry) -> list[str]:
    """What to know of a Sunday service or session, a sentence each."""
    source = entry.session or entry.change
    if source is None:
        return []
    said = []
    if entry.change is not None and entry.change.counters:
        said.append(words.say("details.counters", counters=", ".join(entry.change.counters)))
    if source.procedures:
        said.append(words.say("details.procedures", procedures=", ".join(source.procedures)))
    if source.bring:
        said.append(words.say("details.bring", bring=source.bring.rstrip(".")))
    if source.team:
        said.append(words.say("details.team", team=source.team.rstrip(".")))
    return said


def _vietnam() -> Timezone:
    """UTC+7 all year since 1975."""
    zone, standard = Timezone(), TimezoneStandard()
    zone.add("tzid", VIETNAM.key)
    standard.add("dtstart", dt.datetime(1975, 6, 13))  # noqa: DTZ001 -- local by its nature
    standard.add("tzoffsetfrom", dt.timedelta(hours=7))
    standard.add("tzoffsetto", dt.timedelta(hours=7))
    standard.add("tzname", "+07")
    zone.add_component(standard)
    return zone


def _months_after(first: dt.date, months: int) -> dt.date:
    """The last day before the month that comes `months` later."""
    years, month = divmod(first.month - 1 + months, 12)
    return dt.date(first.year + years, month + 1, 1) - DAY
