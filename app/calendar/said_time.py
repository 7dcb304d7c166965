"""Times of day as people say them: «5h chiều», «16:30», «4 rưỡi», «chiều nay», «giờ này còn kịp không»."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum

from app.understanding.text import fold


class Part(StrEnum):
    """A part of the day."""

    MORNING = "morning"
    NOON = "noon"
    AFTERNOON = "afternoon"
    EVENING = "evening"


@dataclass(frozen=True)
class SaidTime:
    """A time of day, a part of it, or this very moment."""

    time: dt.time | None = None
    part: Part | None = None
    now: bool = False


_NUMBERS = {
    "mot": 1, "hai": 2, "ba": 3, "bon": 4, "nam": 5, "sau": 6, "tam": 8, "chin": 9, "muoi": 10, "muoi mot": 11, "muoi hai": 12,
}  # fmt: skip
_WORD = "|".join(sorted(_NUMBERS, key=len, reverse=True))
_CLOCK = re.compile(
    rf"(?<![\d/.:-])(?:(?P<hour>\d{{1,2}})\s*(?:(?:h|g|gio)(?![a-z])\s*(?P<minute>[0-5]\d)?(?!\d)(?:\s*phut\b)?|:\s*(?P<colon>[0-5]\d)(?!\d)|(?=\s+ruoi\b))"
    rf"|\b(?P<word>{_WORD})\s+(?:gio\b|(?=ruoi\b)))"
    r"(?:\s*(?P<half>ruoi)\b|\s*kem\s*(?P<less>\d{1,2})\b)?"
)
_RANGE = re.compile(
    r"\btu (?:luc )?\d{1,2} ?(?:h|g|gio)\d{0,2}(?: \w+)? (?:toi|den) (?:luc )?\d{1,2} ?(?:h|g|gio)\d{0,2}(?: (?:sang|chieu|toi|trua))?"
)
_SEVEN = re.compile(r"\bbay gio(?= (?:sang|toi|ruoi|kem)\b)")  # else «bay gio» without accents is «bây giờ», not «bảy giờ»
_NAMES = {Part.MORNING: "sang", Part.NOON: "trua", Part.AFTERNOON: "chieu", Part.EVENING: "toi"}
_PARTS = (
    (Part.MORNING, re.compile(r"\b(?:buoi )?sang\b(?! tac)")),
    (Part.NOON, re.compile(r"\b(?:buoi )?trua\b")),
    (Part.AFTERNOON, re.compile(r"\b(?:buoi )?chieu\b")),
    (Part.EVENING, re.compile(r"\b(toi nay|toi mai|buoi toi|ban dem|toi mot|dem nay|ban toi)\b|(?<=\d)(?:h|g| gio) toi\b")),
)
_NOW = re.compile(
    r"\b(bay gio|gio nay|luc nay|hien gio|hien tai|bi gio|ngay gio|dang mo|dang lam viec)\b|\bcon (kip|mo|lam)\b|\bkip (khong|ko|k)\b|\b(mo|mo cua|lam|lam viec) chua\b"
)


def normal(text: str) -> str:
    """Folded, with what separates numbers kept: `Ngày 2-9, 16h30` → `ngay 2-9 16h30`."""
    text = unicodedata.normalize("NFC", text).casefold().replace("bây giờ", "hien gio").replace("bảy giờ", "7 gio")
    return " ".join(re.sub(r"[^a-z0-9/:.\-]+|[.\-/:](?=\s|$)|(?<=\s)[.\-/:]", " ", fold(text)).split())


def said_time(text: str) -> tuple[SaidTime, str]:
    """The time in a normal text, and the text without it, so that its numbers are not read as dates.

    Of several times the last one counts («8 giờ tan ca, 3 giờ chiều mới rảnh»); hours of somebody's work («từ 7h tới 5h») do not.
    """
    text = _SEVEN.sub("7 gio", text)
    now = bool(_NOW.search(text))
    text = _RANGE.sub(" ", text)
    matches = list(_CLOCK.finditer(text))
    said = [part for part, pattern in _PARTS if pattern.search(text)]
    if not matches and Part.MORNING in said and Part.AFTERNOON in said:
        return SaidTime(now=now), text  # the whole day
    asked = next((part for part in Part if re.search(rf"\bbuoi {_NAMES[part]}\b", text)), None)
    part = asked or next(iter(said), None)
    time = None
    if matches and asked is None:
        near = text[matches[-1].end() : matches[-1].end() + 7] + " " + text[max(0, matches[-1].start() - 6) : matches[-1].start()]
        bound = next((part for part, pattern in _PARTS if pattern.search(near)), None) if len(matches) > 1 else None
        time = _time(matches[-1], bound or part, text)
    return SaidTime(time, part, now), " ".join(_CLOCK.sub(" ", text).split())


def _time(match: re.Match[str], part: Part | None, text: str) -> dt.time | None:
    hour = int(match["hour"]) if match["hour"] else _NUMBERS[match["word"]]
    minute = int(match["minute"] or match["colon"] or 0)
    if match["half"]:
        minute = 30
    if match["less"]:
        hour, minute = hour - 1, 60 - int(match["less"])
    late = part in (Part.AFTERNOON, Part.EVENING) or (part is Part.NOON and hour < 10)
    if hour < 12 and (late or (part is None and (hour < 6 or (hour == 6 and re.search(r"\b(con|dong|tan ca|het)\b", text))))):
        hour += 12
    if hour == 24:
        hour = 0
    return dt.time(hour, minute) if 0 <= hour < 24 and 0 <= minute < 60 else None
