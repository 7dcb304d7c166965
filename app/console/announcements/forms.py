"""The form of an announcement: what a browser sends, as a Draft; what was typed, when it was wrong."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from starlette.datastructures import FormData

from app.announcements.content import MAX_LINKS, Cap, Content, Draft, WrongFields, read_cap, read_content
from app.announcements.models import Urgency
from app.announcements.words import words
from app.calendar.opening import VIETNAM
from app.console.forms import Errors
from app.understanding.text import clean

TEXTS = ("title", "what", "when", "where", "who", "bring", "do", "contact", "body", "short", "note")
CAP_FIELDS = ("status", "event", "response", "urgency", "severity", "certainty")
LONGEST = 20_000
_TIMES = ("send", "banner", "onset", "expires")


@dataclass(frozen=True)
class Filled:
    """What was sent. `draft` is None when something is wrong; `values` are as typed."""

    draft: Draft | None
    content: Content
    errors: Errors
    values: dict[str, Any]


def empty(topic: str, channels: tuple[str, ...]) -> dict[str, Any]:
    """The values of a fresh form."""
    return values_of(Draft(content=Content(), topic=topic, channels=channels))


def values_of(draft: Draft, version: str = "0") -> dict[str, Any]:
    """The values of a form for a draft. `version`: the one being changed; a form that comes back keeps it."""
    content = draft.content
    cap = draft.cap
    links = [(link.label, link.url) for link in content.links]
    return {
        "version": version,
        **{name: getattr(content, name) for name in TEXTS},
        "links": links + [("", "")] * (MAX_LINKS - len(links)),
        "topic": draft.topic,
        "urgency": str(draft.urgency),
        "group_ids": [str(number) for number in draft.group_ids],
        "channels": list(draft.channels),
        "quiet_exempt": draft.quiet_exempt,
        "quiet_reason": draft.quiet_reason,
        "cap": cap is not None,
        **_time_values("send", draft.scheduled_at),
        **_time_values("banner", draft.banner_until),
        **_time_values("onset", cap.onset if cap else None),
        **_time_values("expires", cap.expires if cap else None),
        **{f"cap_{name}": getattr(cap, name) if cap else default for name, default in _CAP_DEFAULTS.items()},
    }


_CAP_DEFAULTS = {
    "status": "Actual",
    "event": "Bão",
    "response": "Prepare",
    "urgency": "Expected",
    "severity": "Severe",
    "certainty": "Likely",
}


def read(form: FormData) -> Filled:
    """Read exactly the fields we know. Never raises for what people type."""
    values = _typed(form)
    errors = Errors()
    content = _content(values, errors)
    times = {name: _moment(values[f"{name}_date"], values[f"{name}_time"], f"{name}_date", errors) for name in _TIMES}
    cap = _cap(values, times, errors) if values["cap"] else None
    if not values["channels"]:
        errors["channels"] = "Anh/chị chọn ít nhất một kênh."
    if values["quiet_exempt"] and values["urgency"] != Urgency.URGENT:
        errors["quiet_exempt"] = "Chỉ tin khẩn mới gửi trong giờ nghỉ."
    if values["quiet_exempt"] and not values["quiet_reason"]:
        errors["quiet_reason"] = "Anh/chị ghi lý do gửi trong giờ nghỉ."
    if errors:
        return Filled(None, content, errors, values)
    draft = Draft(
        content=content,
        topic=values["topic"],
        urgency=Urgency.URGENT if values["urgency"] == Urgency.URGENT else Urgency.NORMAL,
        group_ids=tuple(int(number) for number in values["group_ids"]),
        channels=tuple(values["channels"]),
        scheduled_at=times["send"],
        banner_until=times["banner"],
        quiet_exempt=values["quiet_exempt"],
        quiet_reason=values["quiet_reason"],
        cap=cap,
    )
    return Filled(draft, content, errors, values)


def _typed(form: FormData) -> dict[str, Any]:
    labels, urls = _all(form, "link_label")[:MAX_LINKS], _all(form, "link_url")[:MAX_LINKS]
    links = list(zip(labels, urls, strict=False))
    return {
        "version": _one(form, "version")[:9],
        **{name: _one(form, name) for name in TEXTS},
        "links": links + [("", "")] * (MAX_LINKS - len(links)),
        "topic": _one(form, "topic")[:40],
        "urgency": _one(form, "urgency"),
        "group_ids": [number for number in _all(form, "group_ids") if re.fullmatch(r"[0-9]{1,9}", number)][:200],
        "channels": [name for name in _all(form, "channels") if name in words().channels],
        "quiet_exempt": bool(_one(form, "quiet_exempt")),
        "quiet_reason": clean(_one(form, "quiet_reason"))[:300],
        "cap": bool(_one(form, "cap")),
        **{f"{name}_{part}": _one(form, f"{name}_{part}")[:20] for name in _TIMES for part in ("date", "time")},
        **{f"cap_{name}": _one(form, f"cap_{name}")[:80] or default for name, default in _CAP_DEFAULTS.items()},
    }


def _content(values: Mapping[str, Any], errors: Errors) -> Content:
    """The text; where a field is wrong, the rest of it, so that a preview still shows something."""
    links = [{"label": label, "url": url} for label, url in values["links"] if label.strip() or url.strip()]
    given: dict[str, Any] = {name: values[name] for name in TEXTS} | {"links": links}
    try:
        return read_content(given)
    except WrongFields as error:
        errors.update(error.fields)
        return read_content({name: value for name, value in given.items() if name not in error.fields})


def _cap(values: Mapping[str, Any], times: Mapping[str, dt.datetime | None], errors: Errors) -> Cap | None:
    event = next((each for each in words().events if each.name == values["cap_event"]), None)
    if event is None:
        errors["cap_event"] = "Anh/chị chọn loại nguy hiểm."
        return None
    given = {name: values[f"cap_{name}"] for name in CAP_FIELDS}
    try:
        return read_cap(given | {"category": event.category, "onset": times["onset"], "expires": times["expires"]})
    except WrongFields as error:
        errors.update({f"cap_{name}": sentence for name, sentence in error.fields.items()})
        return None


def _moment(date: str, time: str, field: str, errors: Errors) -> dt.datetime | None:
    """«2026-12-06» or «6/12/2026», with «07:30» or «7h30»; empty is no time. Vietnam's time in, UTC out."""
    date, time = date.strip(), time.strip()
    if not date and not time:
        return None
    day = re.fullmatch(r"(?P<y>\d{4})-(?P<m>\d{1,2})-(?P<d>\d{1,2})|(?P<d2>\d{1,2})[/-](?P<m2>\d{1,2})[/-](?P<y2>\d{4})", date)
    clock = re.fullmatch(r"(\d{1,2})\s*[:hg]\s*(\d{2})?(?::\d{2})?", time)
    if day is None or clock is None:
        errors[field] = "Anh/chị ghi đủ ngày và giờ, ví dụ 6/12/2026 và 7:30."
        return None
    year, month, number = (int(day[name] or day[f"{name}2"]) for name in ("y", "m", "d"))
    try:
        here = dt.datetime(year, month, number, int(clock[1]), int(clock[2] or 0), tzinfo=VIETNAM)
        return here.astimezone(dt.UTC)
    except (ValueError, OverflowError):  # no such day; the first day of all is one before it in UTC
        errors[field] = f"Không có ngày giờ {date} {time}. Anh/chị xem lại."
        return None


def _time_values(name: str, at: dt.datetime | None) -> dict[str, str]:
    here = at.astimezone(VIETNAM) if at else None
    return {f"{name}_date": here.strftime("%Y-%m-%d") if here else "", f"{name}_time": here.strftime("%H:%M") if here else ""}


def _one(form: FormData, name: str) -> str:
    value = form.get(name, "")
    return value[:LONGEST] if isinstance(value, str) else ""


def _all(form: FormData, name: str) -> list[str]:
    return [value[:LONGEST] for value in form.getlist(name) if isinstance(value, str)]
