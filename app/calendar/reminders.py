"""The evening before: what to tell those who asked to be reminded."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from app.calendar import words
from app.calendar.agenda import Entry, agenda
from app.calendar.calendar import DAY, Calendar
from app.calendar.facts import SERVICE_TOPIC, VIETNAM
from app.calendar.feed import details
from app.messages import Reply

BEGINS, ENDS = dt.time(17, 0), dt.time(21, 0)
"""When reminders may go out: after work, before quiet hours."""


@dataclass(frozen=True)
class Reminder:
    """One reminder. `key` is the same whenever it is asked, and another when the calendar changed: send each key once."""

    key: str
    day: dt.date
    group_id: int | None
    """For whom: a residential group, None for all."""
    topic: str
    """Whose followers are told."""
    text: str
    reply: Reply


def due_reminders(calendar: Calendar, now: dt.datetime) -> list[Reminder]:
    """Reminders for tomorrow's Sunday service and sessions; empty outside of the evening. `now` is aware."""
    here = now.astimezone(VIETNAM)
    if not BEGINS <= here.time() < ENDS:
        return []
    tomorrow = here.date() + DAY
    return [_reminder(entry) for entry in agenda(calendar, tomorrow, tomorrow) if entry.day == tomorrow and _is_told(entry)]


def _is_told(entry: Entry) -> bool:
    """What was never planned for tomorrow, or is a holiday everybody knows, needs no reminder."""
    if entry.kind == "session":
        return not entry.gone or bool(entry.note)
    return entry.kind == "service" and (not entry.gone or entry.change is not None)


def _reminder(entry: Entry) -> Reminder:
    source = entry.session or entry.change
    key = f"{entry.uid}:{entry.day.isoformat()}:{source.sequence if source else 0}"
    paragraphs = (_sentence(entry), *(() if entry.gone else details(entry)))
    reply = Reply(paragraphs=paragraphs)
    group_id, topic = (entry.session.group_id, entry.session.kind.topic) if entry.session else (None, SERVICE_TOPIC)
    return Reminder(key, entry.day, group_id, topic, reply.as_text(), reply)


def _sentence(entry: Entry) -> str:
    when = words.date_inside(entry.day)
    if entry.session is not None:
        name = "reminder.session_cancelled" if entry.gone else "reminder.session"
        title = f"{entry.title} ({entry.group})" if entry.group else entry.title
        return words.say(name, when=when, title=title, hours=entry.hours, place=entry.place, why=entry.note)
    if entry.gone:
        return words.say(
            "reminder.dropped", when=when, why=entry.note, moved_to=words.date_inside(entry.moved_to) if entry.moved_to else ""
        )
    moved_from = words.date_inside(entry.moved_from) if entry.moved_from else ""
    said = words.say("reminder.service", when=when, hours=entry.hours, moved_from=moved_from)
    return f"{said} " + words.say("reminder.service_place", place=entry.place)
