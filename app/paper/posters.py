"""What a poster or a sticker says. Each has a subject; its code opens a short address of ours, which stays true when pages move."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from app.calendar import words as calendar_words
from app.calendar.calendar import DAY, Calendar
from app.catalog.catalog import Catalog
from app.commune import CommuneProfile
from app.messages import Door
from app.paper import words
from app.paper.places import tag_of

SUNDAY, WEB = "chu-nhat", "web"
DAYS_SHOWN, SEARCHED = 3, 200 * DAY


class Kind(StrEnum):
    """What a code is about; short, because it stands in the code."""

    PROCEDURE = "tt"
    FIELD = "lv"
    EVENT = "sk"
    COUNTER = "quay"
    SUNDAY = "lich"
    CHAT = "hoi"


@dataclass(frozen=True)
class Subject:
    """One thing a code may be about. `key` names it in forms and in the table of scans."""

    kind: Kind
    ident: str
    title: str
    sentence: str
    facts: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        return self.ident if self.kind is Kind.PROCEDURE else f"{self.kind}/{self.ident}"


@dataclass(frozen=True)
class Poster:
    """All words of a poster. `address`: what the code holds; `letters`: what is typed instead; `notes`: for who hangs it."""

    subject: Subject
    ward: str
    office: str
    scan: str
    short: str
    steps: tuple[str, ...]
    address: str
    letters: str
    come: tuple[str, ...]
    phone: str
    notes: tuple[str, ...]


class Subjects:
    """Everything of one ward that can have a poster."""

    def __init__(self, catalog: Catalog, calendar: Calendar, doors: Sequence[Door], today: dt.date) -> None:
        self._catalog, self._calendar, self._doors, self._today = catalog, calendar, doors, today

    def find(self, kind: str, ident: str) -> Subject | None:
        """The subject with this name, or None."""
        if kind == Kind.PROCEDURE:
            procedure = self._catalog.current(ident)
            return Subject(Kind.PROCEDURE, procedure.code, procedure.name, procedure.summary) if procedure else None
        return next((each for each in self.of(kind) if each.ident == ident), None)

    def at(self, key: str) -> Subject | None:
        """The subject of a key, or None."""
        kind, slash, ident = key.partition("/")
        return self.find(kind, ident) if slash else self.find(Kind.PROCEDURE, key)

    def of(self, kind: str) -> list[Subject]:
        """All subjects of a kind, in the order officials see them."""
        if kind == Kind.PROCEDURE:
            return [Subject(Kind.PROCEDURE, each.code, each.name, each.summary) for each in self._catalog.in_force()]
        if kind == Kind.FIELD:
            used = {each.field for each in self._catalog.in_force()}
            return [Subject(Kind.FIELD, each.id, each.name, each.about) for each in self._catalog.fields if each.id in used]
        if kind == Kind.EVENT:
            return [Subject(Kind.EVENT, each.id, each.name, each.about) for each in self._catalog.life_events]
        if kind == Kind.COUNTER:
            return [Subject(Kind.COUNTER, str(number), each.name, each.handles) for number, each in enumerate(self._profile.counters, 1)]
        if kind == Kind.SUNDAY:
            return self._sunday()
        return self._chats() if kind == Kind.CHAT else []

    @property
    def _profile(self) -> CommuneProfile:
        return self._calendar.profile

    def _sunday(self) -> list[Subject]:
        coming = self._calendar.sunday_services(self._today, self._today + SEARCHED)
        held = [each.held for each in coming if each.held is not None and each.held.day >= self._today][:DAYS_SHOWN]
        if self._profile.sunday is None or not held:
            return []
        first, *later = held
        days = ", ".join([calendar_words.date_inside(first.day), *(f"{each.day.day}/{each.day.month}/{each.day.year}" for each in later)])
        facts = (words.say("sunday_days", days=days), words.say("sunday_hours", hours=calendar_words.shifts_words(first.shifts)))
        return [Subject(Kind.SUNDAY, SUNDAY, words.say("sunday_title"), self._profile.sunday.about, facts)]

    def _chats(self) -> list[Subject]:
        ward, sentence = self._profile.name, words.say("chat_sentence")
        web = Subject(Kind.CHAT, WEB, words.say("chat_title", ward=ward), sentence)
        doors = [
            Subject(Kind.CHAT, tag_of(each.name), words.say("chat_title_door", ward=ward, door=each.name), sentence) for each in self._doors
        ]
        return [web, *doors]


def poster_of(subject: Subject, profile: CommuneProfile, public_url: str, place: str = "") -> Poster:
    """The poster of a subject, hung at a place (as an official calls it, or empty)."""
    path, tag = f"{public_url}/q/{subject.key}", tag_of(place)
    code = [words.say("mark", code=subject.ident)] if subject.kind is Kind.PROCEDURE else []
    return Poster(
        subject=subject,
        ward=profile.name,
        office=profile.office,
        scan=words.say(f"kinds.{subject.kind}.scan"),
        short=words.say(f"kinds.{subject.kind}.short"),
        steps=tuple(words.get("steps")),
        address=f"{path}?p={tag}" if tag else path,
        letters=path.partition("://")[2],
        come=(words.say("come", office=profile.office), profile.address),
        phone=words.say("phone", name=profile.phones[0].name, number=profile.phones[0].number),
        notes=(*code, *([words.say("placed", place=place)] if place else [])),
    )
