"""Whether people will understand it: hints beside the form, never an obstacle."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass

from app.announcements.content import Content
from app.announcements.words import words

LONG_SENTENCE = 25  # words
LONG_TITLE = 80  # letters
CAPITALS = 4  # words in a row
PERSONAL_DIGITS = (9, 12)

_UPPER = "".join(char for char in map(chr, range(0x41, 0x1EF9)) if char.isupper())
_SENTENCE = re.compile(rf"(?<=[^\d\s][.!?…])\s+|\n+|(?<=\d[.!?…])\s+(?=[{_UPPER}])")
_CAPITALS = re.compile(rf"(?:(?<!\w)[{_UPPER}]{{2,}}(?!\w)[\s,]*){{{CAPITALS},}}")
_DATE = re.compile(
    r"(?:(?P<weekday>chủ nhật|chúa nhật|cn|thứ (?:hai|ba|tư|năm|sáu|bảy|[2-7])|t[2-7])\b[\s,(]*(?:ngày\s+)?)?"
    r"(?<![\d/.])(?P<day>\d{1,2})/(?P<month>\d{1,2})(?:/(?P<year>\d{4}))?(?![\d/])",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"(?<![\d.,/+])\d{9,12}(?!\d|[.,/]\d)")
_WEEKDAYS = ("thứ hai", "thứ ba", "thứ tư", "thứ năm", "thứ sáu", "thứ bảy", "Chủ nhật")
_WRITTEN = {
    **{name.lower(): number for number, name in enumerate(_WEEKDAYS)},
    **{f"thứ {number}": number - 2 for number in range(2, 8)},
    **{f"t{number}": number - 2 for number in range(2, 8)},
    "cn": 6,
    "chúa nhật": 6,
}


@dataclass(frozen=True)
class Hint:
    """One hint. `serious`: probably a mistake, not a matter of style."""

    text: str
    serious: bool = False


def hints(content: Content, today: dt.date) -> tuple[Hint, ...]:
    """What an editor would say, mistakes first. `today` is the day in Vietnam."""
    said = words().hints
    everything = "\n".join(filter(None, (content.title, content.what, content.when, content.where, content.who, content.do, content.body)))
    found = [*_dates(everything, today), *_personal(f"{everything}\n{content.contact}")]
    if content.what and not content.when:
        found.append(Hint(said["no_when"]))
    if content.what and not content.where:
        found.append(Hint(said["no_where"]))
    if content.what and not content.contact:
        found.append(Hint(said["no_contact"]))
    if len(content.title) > LONG_TITLE:
        found.append(Hint(said["long_title"].format(count=len(content.title))))
    found += _long_sentences(f"{content.what}\n{content.do}\n{content.body}")
    found += _officialese(everything)
    if _CAPITALS.search(everything):
        found.append(Hint(said["capitals"]))
    if everything.count("!") > 1:
        found.append(Hint(said["exclaims"]))
    return tuple(sorted(dict.fromkeys(found), key=lambda hint: not hint.serious))


def _dates(text: str, today: dt.date) -> list[Hint]:
    """Days that do not exist, are over, or whose day of the week is another."""
    said, found = words().hints, []
    for match in _DATE.finditer(text):
        day, month, year = int(match["day"]), int(match["month"]), int(match["year"] or 0)
        if not year and (day > 31 or month > 12 or re.search(r"(?:số|nhà|ngõ|hẻm|kiệt|hẻm số)\s*$", text[: match.start()], re.IGNORECASE)):
            continue  # a house number
        written = match[0][match[0].index(match["day"]) if not match["weekday"] else len(match["weekday"]) :].strip(" ,(")
        written = re.sub(r"^ngày\s+", "", written, flags=re.IGNORECASE)
        try:
            date = dt.date(year or today.year, month, day)
        except ValueError:
            found.append(Hint(said["no_such_day"].format(date=written), serious=True))
            continue
        if not year and (today - date).days > 180:  # «5/1» written in December is next January
            date = date.replace(year=today.year + 1) if (month, day) != (2, 29) else date
        elif date < today:
            found.append(Hint(said["past"].format(date=written), serious=True))
        weekday = match["weekday"]
        if weekday and _WRITTEN[" ".join(weekday.lower().split())] != date.weekday():
            right = _WEEKDAYS[date.weekday()]
            found.append(Hint(said["weekday"].format(date=f"{day}/{month}/{date.year}", right=right, written=weekday), serious=True))
    return found


def _personal(text: str) -> list[Hint]:
    """Long numbers that are somebody's; phone numbers have ten digits, or are announced as such."""
    numbers = {match[0] for match in _NUMBER.finditer(text)}
    return [
        Hint(words().hints["personal"].format(count=len(number)), serious=True)
        for number in sorted(numbers)
        if len(number) in PERSONAL_DIGITS and not number.startswith(("1800", "1900"))
    ]


def _long_sentences(text: str) -> list[Hint]:
    found = []
    for sentence in _SENTENCE.split(text):
        spoken = sentence.split()
        if len(spoken) > LONG_SENTENCE:
            found.append(Hint(words().hints["long_sentence"].format(count=len(spoken), start=" ".join(spoken[:5]))))
    return found


def _officialese(text: str) -> list[Hint]:
    lower, found, covered = text.lower(), [], ""
    for each in words().officialese:
        if re.search(rf"(?<!\w){re.escape(each.word)}(?!\w)", lower) and each.word not in covered:
            covered += f" {each.word}"
            found.append(Hint(words().hints["officialese"].format(word=each.word, better=each.better)))
    return found
