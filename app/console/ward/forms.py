"""What officials type about their ward, as text, and the profile's values that come of it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from app.commune import WEEKDAYS, CommuneProfile, Shift
from app.console.forms import Errors
from app.understanding.text import clean
from app.ward.differences import words
from app.ward.ward import values_of

_CLOCK = r"(\d{1,2})\s*(?:[:hg.]\s*(\d{2})|[hg])?"
_SHIFT = re.compile(rf"{_CLOCK}\s*(?:-|–|—|đến|tới|~)\s*{_CLOCK}", re.IGNORECASE)
_BETWEEN = re.compile(r"[\s,;.]|và|&", re.IGNORECASE)
_NUMBER = re.compile(r"^\+?[0-9 .]{3,16}$")
MOST = {"office": 600, "address": 600, "police": 600, "hours_note": 400, "sunday_about": 400}
LINES = 30


SHEETS = {
    "lien-he": ("office", "address", "phones", "police"),
    "gio": (*(f"hours_{day}" for day in WEEKDAYS), "hours_note", "sunday_hours", "sunday_about"),
    "quay": ("counters",),
    "lien-ket": ("links",),
}
"""Fields of each form, by its address. Labels and hints are in the template."""


def typed_of(profile: CommuneProfile, sheet: str) -> dict[str, str]:
    """The texts a form begins with."""
    values = values_of(profile)
    texts: dict[str, str] = {name: values[name] or "" for name in ("office", "address", "police", "hours_note", "sunday_about")}
    texts |= {f"hours_{day}": _shifts_text(profile.hours.get(day, ())) for day in WEEKDAYS}
    texts["sunday_hours"] = _shifts_text(profile.sunday.hours if profile.sunday else ())
    texts["phones"] = "\n".join(f"{phone.name}: {phone.number}" for phone in profile.phones)
    texts["counters"] = "\n".join(f"{counter.name}: {counter.handles}" for counter in profile.counters)
    texts["links"] = "\n".join(f"{link.name}: {link.url}" for link in profile.links)
    return {name: texts[name] for name in SHEETS[sheet]}


def read(sheet: str, typed: Mapping[str, str]) -> tuple[dict[str, Any], Errors]:
    """The profile's values, and what is wrong by field. Only the fields of this form are looked at."""
    values: dict[str, Any] = {}
    errors = Errors()
    hours: dict[str, Any] = {}
    for name in SHEETS[sheet]:
        text = typed.get(name, "").strip()
        try:
            if name.startswith("hours_") and name != "hours_note":
                hours[name.removeprefix("hours_")] = _shifts(text)
            else:
                values[name] = _READERS[name](text)
        except ValueError as error:
            errors[name] = str(error)
    if hours:
        values["hours"] = {day: shifts for day, shifts in hours.items() if shifts}
    if sheet == "gio" and not errors and bool(values["sunday_hours"]) != bool(values["sunday_about"]):
        missing = "sunday_about" if values["sunday_hours"] else "sunday_hours"
        errors[missing] = words()["problems"]["required"]
    return values, errors


def _problem(name: str, **more: object) -> ValueError:
    return ValueError(words()["problems"][name].format(**more))


def _text(least: int, most: int, *, required: bool = True) -> Callable[[str], str | None]:
    def read_text(text: str) -> str | None:
        text = clean(text)
        if not text and not required:
            return None
        if not text:
            raise _problem("required")
        if len(text) < least:
            raise _problem("too_short", least=least)
        if len(text) > most:
            raise _problem("too_long", most=most)
        return text

    return read_text


def _shifts(text: str) -> list[dict[str, str]]:
    """`7:30–11:30, 13h30 đến 17h` → two shifts; nothing is closed."""
    text = clean(text)
    found = list(_SHIFT.finditer(text))
    if _BETWEEN.sub("", _SHIFT.sub("", text)):
        raise _problem("clock")
    shifts, last = [], -1
    for match in found:
        opens, closes = _minutes(match[1], match[2]), _minutes(match[3], match[4])
        if not last < opens < closes:
            raise _problem("order")
        shifts.append({"opens": _clock(opens), "closes": _clock(closes)})
        last = closes
    return shifts


def _minutes(hour: str, minute: str | None) -> int:
    found = int(hour) * 60 + int(minute or 0)
    if int(hour) > 23 or int(minute or 0) > 59:
        raise _problem("clock")
    return found


def _clock(minutes: int) -> str:
    return f"{minutes // 60}:{minutes % 60:02d}"


def _phones(text: str) -> list[dict[str, str]]:
    found = []
    for line in _lines(text):
        name, _, number = (part.strip() for part in line.rpartition(":"))
        if not _NUMBER.match(number) or not 3 <= len(name) <= 90:
            raise _problem("phone_line", line=line[:60])
        found.append({"name": name, "number": number})
    if not found:
        raise _problem("one_phone")
    return found


def _counters(text: str) -> list[dict[str, str]]:
    found = []
    for line in _lines(text):
        name, _, handles = (part.strip() for part in line.partition(":"))
        if not (3 <= len(name) <= 90 and 5 <= len(handles) <= 400):
            raise _problem("counter_line", line=line[:60])
        found.append({"name": name, "handles": handles})
    return found


def _links(text: str) -> list[dict[str, str]]:
    found = []
    for line in _lines(text):
        name, _, url = (part.strip() for part in line.partition(": "))
        if not url.startswith("https://") or " " in url or not 3 <= len(name) <= 90:
            raise _problem("link_line", line=line[:60])
        found.append({"name": name, "url": url})
    return found


def _lines(text: str) -> list[str]:
    lines = [line for line in map(clean, text.splitlines()) if line]
    if len(lines) > LINES:
        raise _problem("too_many", most=LINES)
    return lines


def _shifts_text(shifts: tuple[Shift, ...]) -> str:
    return ", ".join(
        f"{_clock(each.opens.hour * 60 + each.opens.minute)}–{_clock(each.closes.hour * 60 + each.closes.minute)}" for each in shifts
    )


_READERS: Mapping[str, Callable[[str], Any]] = {
    "office": _text(2, MOST["office"]),
    "address": _text(2, MOST["address"]),
    "police": _text(2, MOST["police"]),
    "hours_note": _text(5, MOST["hours_note"], required=False),
    "sunday_about": _text(5, MOST["sunday_about"], required=False),
    "sunday_hours": _shifts,
    "phones": _phones,
    "counters": _counters,
    "links": _links,
}
