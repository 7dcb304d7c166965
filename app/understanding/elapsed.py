"""How long ago something happened, and how old somebody is, as spans of days: «hai bữa rồi», «năm 1968», «bé 8 tháng».

Pure: today is given. Everything is read in text without accents, before the lexicon.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from app.understanding.ages import DAYS, WORDS, said_ages

Span = tuple[int, int]
"""At least and at most so many days."""
UNITS = {**DAYS, "bua": 1, "hom": 1, "nam": 365}
FEW, DOZENS = (2, 9), (20, 95)
JUST = (0, 15)  # «mới mất»
NEAR = 5  # words between what happened and when
_SMALL = {**WORDS, "tu": 4, "lam": 5, "chuc": 10}
_DIGIT = "|".join(WORDS)
_NUMBER = (
    rf"(?:\d{{1,3}}|nua|vai|may chuc|may|hang chuc|(?:{_DIGIT}) (?:muoi|chuc)(?: (?:{_DIGIT}|lam|tu))?|muoi (?:{_DIGIT}|lam)|chuc|{_DIGIT})"
)
_LAPSE = re.compile(
    rf"(?:\b(?P<how>chua qua|chua toi|chua den|chua day|chua duoc|gan|duoi|hon|qua|tren) )?\b(?P<number>{_NUMBER}) ?"
    r"(?P<unit>ngay|bua|hom|tuan|thang|nam)\b(?P<after>(?: may| hon)? (?:roi|nay|truoc|qua|tuoi))?(?! \d+(?! (?:thang|ngay)\b))"
)
_POINTS: tuple[tuple[str, Span], ...] = (
    (r"hom nay|(?:hoi )?(?:sang|trua|chieu|toi) nay|vua moi|moi (?:tuc thi|day)", (0, 3)),
    (r"hom qua|hoi hom|(?:toi|dem|khuya|sang|chieu) (?:hom )?qua", (1, 1)),
    (r"hom kia|hom kia|bua kia", (2, 3)),
    (r"hom ray|bua ray|may bua ray|hom truoc|bua truoc|bua hom", (2, 10)),
    (r"tuan (?:truoc|roi|qua|vua roi|ngoai)", (1, 14)),
    (r"ram thang (?:truoc|roi|vua roi)", (16, 46)),
    (r"(?:hoi|thoi|luc)(?: con)? (?:chien tranh|phap|my|chong my|chong phap|giai phong|truoc giai phong|bao cap)", (25 * 365, 90 * 365)),
)
_POINT = tuple((re.compile(rf"\b(?:{words})\b"), span) for words, span in _POINTS)
_YEAR = re.compile(r"\b(?:nam|hoi|tu|thang \d{1,2}|\d{1,2}) (?P<year>19\d\d|20\d\d|[4-9]\d)\b(?! (?:tuoi|ngay|nguoi))")
_BARE_YEAR = re.compile(r"^(?:da )?(?P<year>19\d\d|20\d\d)\b")
_UNCOUNTED = "".join(rf"(?<!\b{word} )" for word in (*_SMALL, "may", "vai", "nua")) + r"(?<!\d )"
_LAST_YEARS = ((re.compile(_UNCOUNTED + r"\bnam (?:ngoai|roi|truoc|qua)\b"), 1), (re.compile(r"\bnam kia\b"), 2))
_LAST_MONTH = re.compile(_UNCOUNTED + r"\bthang (?:truoc|roi|vua roi|qua)\b")
_DIED = re.compile(r"\b(?:mat|chet|qua doi|tu tran|khuat|ra di|di roi|hy sinh|chon|dam|tang)\b")
_JUST_DIED = re.compile(
    r"\b(?:ba|ma|me|bo|cha|tia|ong|noi|ngoai|chong|vo|con|anh|chi|em|co|chu|bac|di|duong|cau|mo|cu|than|nha)(?: \w+){0,2} (?:moi|vua|vua moi) "
    r"(?:qua doi|chet|tu tran|khuat|mat(?= (?:hom|hoi|o|tai|trong|roi|gio|bua|luc|thi|la|chua|lam|phai|xong|a|day|do|ne|nen)\b|$))"
)
_NO_DEATH = re.compile(r"\b(?:lam mat|bi mat giay|mat giay|mat tien|mat phi|mat cong|mat bao lau|mat may ngay|mat so)\b")
_UNBORN = re.compile(
    r"\b(?:co (?:bau|thai|chua)|mang (?:bau|thai)|(?:bau|thai) (?:duoc |gan |hon )?\d+|sap (?:sinh|sanh|de)|chua (?:sinh|sanh|de)|du sinh)\b"
)
_STAYS = re.compile(
    r"\b(?:o|vao|ve|vo|den|toi|qua|cham|trong)(?: nha)?(?: voi)? (?:con|chau|be)(?: (?:gai|trai|dau|re|ruot|noi|ngoai|toi|tui|em|minh|ba|ong))*(?= \d+ (?:ngay|tuan|thang)\b(?! tuoi))"
)
_NOT_BEFORE = re.compile(r"\b(?:trong|sau|cho|hen|nop|tra|giu|moi|truoc khi|han|toi da|it nhat|tre|muon|cham)(?: \w+){0,2}$")
_BORN_IN = re.compile(r"(?<!khai )\b(?:sinh|sanh|de)(?: (?:hoi|vao|ra|nam|thang|ngay|\d{1,2}))* (?P<year>19\d\d|20\d\d)\b")


@dataclass(frozen=True)
class Times:
    """What a message says about time."""

    since: Span | None = None
    """How long ago somebody died."""
    age: Span | None = None
    """How old the youngest is who is spoken of."""
    bare: Span | None = None
    """A time said without what happened then: it answers a question, and tells nothing where nobody has asked."""

    def or_died(self, before: tuple[int, ...]) -> Times:
        """What was said before of when somebody died, where this says nothing of it."""
        return replace(self, since=self.since or (before[0], before[1]))


def said_times(plain: str, today: dt.date) -> Times:
    """Of a message without accents."""
    found = list(_spans(plain, today))
    dead = list(_DIED.finditer(_NO_DEATH.sub(lambda match: "_" * len(match[0]), plain)))
    since = next((span for begin, end, span, certain in found if _beside(plain, begin, end, dead, certain=certain)), None)
    if since is None and _JUST_DIED.search(plain):
        since = JUST
    unborn = _UNBORN.search(plain) is not None
    ages = [(age, age) for age in said_ages(_STAYS.sub("_", plain)) if not unborn]
    ages += [_in_year(int(match["year"]), today) for match in _BORN_IN.finditer(plain)]
    return Times(since, min(ages, default=None), (0, 0) if unborn else found[0][2] if found else None)


def _beside(plain: str, begin: int, end: int, dead: list[re.Match[str]], *, certain: bool) -> bool:
    """Whether a death is spoken of near this time. «Mất 3 ngày» may be how long something takes, «mất 3 ngày rồi» is not."""
    for match in dead:
        between = plain[match.end() : begin] if match.end() <= begin else plain[end : match.start()]
        if len(between.split()) <= NEAR and (certain or match[0] != "mat" or between.strip()):
            return True
    return False


def _spans(plain: str, today: dt.date) -> Iterator[tuple[int, int, Span, bool]]:
    """Times in a text: where they stand, the days, and whether it is certain that they are past."""
    for pattern, span in _POINT:
        for match in pattern.finditer(plain):
            yield match.start(), match.end(), span, True
    for pattern, years in _LAST_YEARS:
        for match in pattern.finditer(plain):
            yield match.start(), match.end(), _in_year(today.year - years, today), True
    for match in _LAST_MONTH.finditer(plain):
        yield match.start(), match.end(), (today.day, today.day + 30), True
    for match in (*_YEAR.finditer(plain), *_BARE_YEAR.finditer(plain)):
        year = int(match["year"]) + (1900 if len(match["year"]) == 2 else 0)
        if year <= today.year:
            yield match.start(), match.end(), _in_year(year, today), True
    for match in _LAPSE.finditer(plain):
        if _NOT_BEFORE.search(plain[: match.start()].rstrip()) is None and (days := _span(match)) is not None:
            yield match.start(), match.end(), days, match["after"] is not None


def _in_year(year: int, today: dt.date) -> Span:
    return max((today - dt.date(year, 12, 31)).days, 0), (today - dt.date(year, 1, 1)).days


def _span(match: re.Match[str]) -> Span | None:
    if match["number"] in ("may", "vai") and match["after"] is None:  # «mất mấy ngày» asks
        return None
    unit = UNITS[match["unit"]]
    low, high = _numbers(match["number"])
    least, most = round(low * unit), round(high * unit)
    how = match["how"] or ""
    if how in ("hon", "qua", "tren"):
        return least + 1, most * 2
    if how:
        return least * 2 // 3, most - 1
    return least, most


def _numbers(said: str) -> tuple[float, float]:
    if said.isdigit():
        return int(said), int(said)
    if said == "nua":
        return 0.5, 0.5
    if said in ("may", "vai"):
        return FEW
    if said in ("may chuc", "hang chuc"):
        return DOZENS
    first, *rest = (_SMALL[word] for word in said.split())
    number = first if not rest else first + rest[0] if first == WORDS["muoi"] else first * 10 + sum(rest[1:])
    return number, number
