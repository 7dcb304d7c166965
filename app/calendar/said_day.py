"""Which day or days a message is about: «mai», «thứ 7 tuần sau», «cn đầu tháng 12», «mùng 3 tết», «2/9», «cuối tháng»."""

from __future__ import annotations

import calendar as months
import datetime as dt
import re
from dataclasses import dataclass, replace
from typing import Literal

from app.calendar.lunar import FIRST_YEAR, LAST_YEAR, lunar_of, solar_of, tet

Kind = Literal["none", "day", "days", "impossible", "far"]
YEARS_AHEAD = 2  # holidays are not decreed further ahead
SUNDAY = 6
NEAR_TET = 45
"""Days before Tết from which «mùng 3» is that of Tết."""
_LUNAR_FEASTS = ((10, 3), (5, 5), (3, 3))
DAY = dt.timedelta(days=1)
WEEK = dt.timedelta(days=7)


@dataclass(frozen=True)
class SaidDay:
    """The day or days (`start` to `end`, both included), and how they were named. `label` is the key of its words, or words."""

    kind: Kind = "none"
    start: dt.date | None = None
    end: dt.date | None = None
    label: str = ""
    exact: bool = True
    """False: a weekday without «này, tới, tuần sau»: any such day may be meant."""

    @property
    def day(self) -> dt.date | None:
        return self.start if self.kind == "day" else None


NOTHING = SaidDay()
_NUMBERS = {
    "mot": 1, "hai": 2, "ba": 3, "bon": 4, "tu": 4, "nam": 5, "lam": 5, "sau": 6, "bay": 7, "tam": 8, "chin": 9, "muoi": 10,
    "gieng": 1, "chap": 12, "muoi mot": 11, "muoi hai": 12,
}  # fmt: skip
_SMALL = r"(\d{1,2}|mot|hai|ba|bon|tu|nam|sau|bay|tam|chin|muoi)"
_MONTH = r"(?:thang )?(\d{1,2}|gieng|chap|muoi hai|muoi mot|mot|hai|ba|tu|nam|sau|bay|tam|chin|muoi)"
_LUNAR = r"(?: (?:am lich|am|al)\b| ta\b)"
_YEAR = r"(?:[/ .\-]+(?:nam )?(\d{4}))?"

# Days with a name, of the solar calendar: (pattern, day, month, name).
_SOLAR_NAMES = (
    (r"\b(tet (duong( lich)?|tay)|tet duong|nam moi duong lich)\b", 1, 1, "Tết Dương lịch"),
    (r"\b(quoc te phu nu)\b", 8, 3, "8/3"),
    (r"\b(giai phong( mien nam)?|thong nhat dat nuoc|le chien thang)\b", 30, 4, "lễ 30/4"),
    (r"\b(quoc te lao dong)\b", 1, 5, "lễ 1/5"),
    (r"\b(thuong binh liet si)\b", 27, 7, "27/7"),
    (r"\b(quoc khanh)\b", 2, 9, "Quốc khánh"),
    (r"\b(phu nu viet nam)\b", 20, 10, "20/10"),
    (r"\b(nha giao viet nam)\b", 20, 11, "20/11"),
    (r"\b(ngay van hoa viet nam)\b", 24, 11, "Ngày Văn hóa Việt Nam"),
    (r"\b(noel|giang sinh)\b", 25, 12, "Giáng sinh"),
)
# … and of the lunar one.
_LUNAR_NAMES = (
    (r"\b(gio to( hung vuong)?|le hung vuong)\b", 10, 3, "Giỗ Tổ Hùng Vương"),
    (r"\b(tet )?nguyen tieu\b", 15, 1, "rằm tháng Giêng"),
    (r"\b(tet )?doan ngo\b", 5, 5, "Tết Đoan Ngọ"),
    (r"\b(phat dan)\b", 15, 4, "Phật đản"),
    (r"\b(vu lan)\b", 15, 7, "rằm tháng Bảy"),
    (r"\b(trung thu)\b", 15, 8, "Trung thu"),
    (r"\b(ong tao|ong cong|cung tao)\b", 23, 12, "23 tháng Chạp"),
)
_MONTH_NAMES = ("Giêng", "Hai", "Ba", "Tư", "Năm", "Sáu", "Bảy", "Tám", "Chín", "Mười", "Mười một", "Chạp")
_WEEKDAY = {"hai": 0, "2": 0, "ba": 1, "3": 1, "tu": 2, "4": 2, "nam": 3, "5": 3, "sau": 4, "6": 4, "bay": 5, "7": 5}
_NAMED = re.compile(r"\b(?:thu ?(hai|ba|tu|nam|sau|bay|[2-7])|t([2-7]))\b(?! (?:cua|trong|thang))|\b(chu nhat|cn|chu nhut)\b")
_RELATIVE = (
    (r"\bhom kia\b", -2, "day_before_yesterday"),
    (r"\b(hom qua|bua qua|toi qua|chieu qua|sang qua)\b", -1, "yesterday"),
    (r"\b(ngay kia|(?:ngay|bua|sang|trua|chieu|toi) mot)\b", 2, "after_tomorrow"),
    (r"^mot(?= (?:phuong|xa|uy ban|ubnd|co|lam|mo|nghi|la|thi|len|em|toi)\b|$)", 2, "after_tomorrow"),  # not một cửa
    (r"\bmai\b(?! tang\b)", 1, "tomorrow"),
    (r"\b(hom nay|hom ni|bua nay|bua ni|nay|chieu ni|sang ni|bay gio|gio nay|luc nay|hien gio|bi gio)\b", 0, "today"),
)
_THIS_NAY = re.compile(r"\b(tuan|thang|nam|chu nhat|cn|thu \w+|t[2-7]|ngay|cai|viec|dot|phuong|tet|le|giay|gio|cuoi tuan) nay\b")


def said_day(text: str, today: dt.date) -> SaidDay:
    """The day or days a normal text (see `said_time.normal`) names, seen from `today`."""
    for read in (_by_lunar, _by_name, _by_numbers, _by_week, _by_relative, _by_month, _by_day_number):
        found = read(text, today)
        if found.kind != "none":
            return found
    return NOTHING


def _one(day: dt.date | None, label: str = "", *, exact: bool = True) -> SaidDay:
    return NOTHING if day is None else SaidDay("day", day, day, label, exact)


def _coming_lunar(day: int, month: int, today: dt.date, label: str, year: int | None = None) -> SaidDay:
    """The next coming of a lunar date. The last day of the year stands for a 30th that a short month lacks."""
    now = lunar_of(today).year
    for lunar_year in [year] if year else range(now - 1, now + 4):
        found = solar_of(day, month, lunar_year)
        if found is None and (day, month) == (30, 12) and FIRST_YEAR < lunar_year < LAST_YEAR:
            found, label = tet(lunar_year + 1) - DAY, "no_thirty"
        if found is not None and (year or found >= today):
            far = not -1 <= found.year - today.year <= YEARS_AHEAD
            return SaidDay("far" if far else "day", found, found, label)
    return SaidDay("impossible", label=f"{day}/{month} âm lịch")


def _by_lunar(text: str, today: dt.date) -> SaidDay:
    if re.search(r"\btet (duong|tay)\b", text):
        return NOTHING
    if re.search(r"\bgiao thua\b", text):
        return _one(_next_tet(today, before=1) - DAY, "đêm Giao thừa")
    about_tet = re.search(r"\btet\b(?! (?:doan ngo|nguyen tieu|trung thu)\b)", text) is not None
    readings = (_by_mung(text, today, about_tet=about_tet), _by_last_month(text, today, about_tet=about_tet), _by_full_moon(text, today))
    return next((found for found in readings if found.kind != "none"), _by_lunar_number(text, today))


def _by_mung(text: str, today: dt.date, *, about_tet: bool) -> SaidDay:
    """«mùng 3 tết», «mùng 10 tháng 3»: lunar where it is said or cannot be meant otherwise; «mùng 2 tháng 9» is the 2nd of September."""
    match = re.search(rf"\b(?:mung|mong|mun) {_SMALL}\b(?: {_MONTH}(?![/\d]))?(?P<al>{_LUNAR})?", text)
    day = _number(match[1]) if match else 0
    if match is None or not 1 <= day <= 10:
        return NOTHING
    month = _number(match[2]) if match[2] and not text[match.end() :].startswith(" tet") else 0
    if about_tet and not month:
        return _coming_lunar(day, 1, today, f"mùng {day} Tết")
    told = match[2] in ("gieng", "chap") or match["al"] or (day, month) in _LUNAR_FEASTS or re.search(r"\bam lich\b", text)
    if month and told:
        return _coming_lunar(day, month, today, f"mùng {day} tháng {_MONTH_NAMES[month - 1]}") if month <= 12 else NOTHING
    near_tet = (_next_tet(today) - today).days <= NEAR_TET
    if month or not (match["al"] or near_tet or 0 <= (today - tet(today.year)).days <= day):
        return NOTHING
    if near_tet and not match["al"]:
        return _coming_lunar(day, 1, today, f"mùng {day} Tết")
    return _coming_day_of_lunar_month(day, today)


def _by_last_month(text: str, today: dt.date, *, about_tet: bool) -> SaidDay:
    """«29 tết», «23 tháng chạp», «15 tháng giêng»."""
    if about_tet and (match := re.search(r"\b(2\d|30|ba muoi) (?:thang chap |am lich |am )?(?:giap )?tet\b", text)):
        day = int(match[1]) if match[1].isdigit() else 30
        return _coming_lunar(day, 12, today, f"{day} Tết")
    if match := re.search(r"\b(?:ngay |hom )?(\d{1,2})(?: thang |/)(gieng|chap)\b", text):
        month = _NUMBERS[match[2]]
        return _coming_lunar(int(match[1]), month, today, f"{int(match[1])} tháng {_MONTH_NAMES[month - 1]}")
    return NOTHING


def _by_full_moon(text: str, today: dt.date) -> SaidDay:
    match = re.search(rf"\b(?:ngay )?ram(?: {_MONTH})?\b", text)
    if match is None:
        return NOTHING
    if match[1]:
        month = _number(match[1])
        return _coming_lunar(15, month, today, f"rằm tháng {_MONTH_NAMES[month - 1]}") if 1 <= month <= 12 else NOTHING
    return _coming_day_of_lunar_month(15, today) if re.search(r"\b(ngay ram|ram nay|ram toi|hom ram)\b|^ram\b", text) else NOTHING


def _by_lunar_number(text: str, today: dt.date) -> SaidDay:
    """«15/8 âm lịch», «ngày 20 âm»."""
    match = re.search(rf"\b(?:ngay |hom )?(\d{{1,2}})(?:[/ \-](?:thang )?(\d{{1,2}}))?(?:[/ \-](\d{{4}}))?{_LUNAR}", text)
    if match is None:
        return NOTHING
    day, month = int(match[1]), int(match[2] or 0)
    if match[2]:
        name = f"{day} tháng {_MONTH_NAMES[month - 1]} âm lịch" if 1 <= month <= 12 else ""
        return _coming_lunar(day, month, today, name, int(match[3]) if match[3] else None)
    return _coming_day_of_lunar_month(day, today) if 1 <= day <= 30 else SaidDay("impossible", label=f"ngày {day} âm lịch")


def _coming_day_of_lunar_month(day: int, today: dt.date) -> SaidDay:
    for ahead in range(62):
        found = today + ahead * DAY
        lunar = lunar_of(found)
        if lunar.day == day:
            name = "rằm" if day == 15 else f"mùng {day}" if day <= 10 else str(day)
            return _one(found, f"{name} tháng {_MONTH_NAMES[lunar.month - 1]}{' nhuận' if lunar.leap else ''} âm lịch")
    return NOTHING


def _next_tet(today: dt.date, before: int = 0) -> dt.date:
    """The next first day of a lunar year that is not over on `today`; with `before`, whose eve is not over."""
    found = tet(today.year)
    return found if found - before * DAY >= today else tet(today.year + 1)


def _by_name(text: str, today: dt.date) -> SaidDay:
    if (match := re.search(rf"(?:{_NAMED.pattern}) (truoc|sau) tet\b", text)) is not None:
        weekday = SUNDAY if match[3] else _WEEKDAY[match[1] or match[2]]
        first = _next_tet(today)
        return _one(
            first - ((first.weekday() - weekday) % 7 or 7) * DAY
            if match[4] == "truoc"
            else first + ((weekday - first.weekday()) % 7 or 7) * DAY
        )
    for pattern, day, month, name in _LUNAR_NAMES:
        if re.search(pattern, text):
            return _coming_lunar(day, month, today, name)
    for pattern, day, month, name in _SOLAR_NAMES:
        if re.search(pattern, text):
            return replace(_date(day, month, None, today), label=name)
    if (match := re.search(r"\btet\b(?: (?:nam )?(\d{4}))?", text)) and not re.search(
        r"\b(qua tet|cho tet|tet trung thu|tet nay co)\b", text
    ):
        year = int(match[1]) if match[1] else None
        if year is not None and not -1 <= year - today.year <= YEARS_AHEAD:
            return SaidDay("far", label=str(year))
        first = tet(year) if year else _tet_around(today)
        return SaidDay("days", first, first + 2 * DAY, "tet")
    return NOTHING


def _tet_around(today: dt.date) -> dt.date:
    """Tết of this year while it lasts (five days), else the next one."""
    found = tet(today.year)
    return found if (today - found).days <= 5 else tet(today.year + 1)


def _by_numbers(text: str, today: dt.date) -> SaidDay:
    if match := re.search(r"\b(\d{4})-(\d{1,2})-(\d{1,2})\b", text):
        return _date(int(match[3]), int(match[2]), int(match[1]), today)
    written = rf"(?<![\d/])(?:ngay |hom |mung |mong )?(\d{{1,2}})(?:\s?[/.\-]\s?| thang )(\d{{1,2}}|muoi hai|muoi mot|mot|hai|ba|tu|nam|sau|bay|tam|chin|muoi)\b{_YEAR}"
    if match := re.search(written, text):
        return _date(int(match[1]), _number(match[2]), int(match[3]) if match[3] else None, today)
    if match := re.search(r"(?<![\d/])(?:ngay |hom )?(\d{1,2}) (\d{1,2})(?: (?:nam )?(\d{4}))?(?![\d/])", text):
        found = _date(int(match[1]), int(match[2]), int(match[3]) if match[3] else None, today)
        return found if found.kind == "day" else NOTHING
    if match := re.search(r"\b(?:ngay |hom |mung |mong )?(\d{1,2}) thang (nay|sau|toi)\b", text):
        month = today.replace(day=1) if match[2] == "nay" else _next_month(today)
        return _date(int(match[1]), month.month, month.year, today)
    return NOTHING


def _date(day: int, month: int, year: int | None, today: dt.date) -> SaidDay:
    """The day named, or its next coming when no year is named."""
    label = f"{day}/{month}" + (f"/{year}" if year is not None else "")
    for candidate in range(today.year, today.year + 9) if year is None else [year]:
        try:
            found = dt.date(candidate, month, day)
        except ValueError:  # 31/4, or 29/2 in a common year
            continue
        if year is None and found < today:
            continue
        far = year is not None and not -1 <= candidate - today.year <= YEARS_AHEAD
        return SaidDay("far" if far else "day", found, found, label if far else "")
    return SaidDay("impossible", label=label)


def _by_week(text: str, today: dt.date) -> SaidDay:
    monday = today - today.weekday() * DAY
    next_week = re.search(r"\btuan (sau|toi|ke|ke tiep|tiep theo)\b", text) is not None
    after_next = re.search(r"\b(tuan sau nua|hai tuan nua|2 tuan nua)\b", text) is not None
    last_week = re.search(r"\b(tuan truoc|tuan roi|tuan vua roi|tuan qua)\b", text) is not None
    start = monday + (2 * WEEK if after_next else WEEK if next_week else -WEEK if last_week else 0 * DAY)
    if re.search(r"\b(hom nay|hom ni|bua nay) (chu nhat|cn|thu)\b", text):
        return NOTHING
    if (match := _NAMED.search(text)) is not None:
        weekday = SUNDAY if match[3] else _WEEKDAY[match[1] or match[2]]
        if (found := _weekday_of_month(text, weekday, today)) is not None:
            return _one(found)
        if next_week or after_next or last_week or re.search(r"\btuan nay\b", text):
            return _one(start + weekday * DAY)
        if re.search(r"\b(vua roi|vua qua|hom truoc|truoc do)\b", text):
            return _one(today - ((today.weekday() - weekday) % 7 or 7) * DAY)
        ahead = (weekday - today.weekday()) % 7
        coming = re.search(rf"{match[0]} (toi|sap toi|sau|ke tiep)\b", text) is not None
        exact = coming or re.search(rf"{match[0]} (nay|ni)\b", text) is not None or re.search(r"\b(mai|hom nay)\b", text) is not None
        return _one(today + (ahead or (7 if coming else 0)) * DAY, exact=exact)
    if re.search(r"\bcuoi tuan\b", text):
        begin = start + 5 * DAY
        return SaidDay("days", begin, begin + DAY, "weekend")
    if next_week or after_next or last_week or re.search(r"\btuan (nay|ni)\b", text):
        return SaidDay("days", start, start + 6 * DAY, "next_week" if next_week else "last_week" if last_week else "week")
    return NOTHING


def _weekday_of_month(text: str, weekday: int, today: dt.date) -> dt.date | None:
    """«chủ nhật đầu tháng 12», «cn cuối tháng này», «chủ nhật thứ hai của tháng»."""
    match = re.search(
        rf"\b(dau tien|dau|cuoi cung|cuoi|thu (?:hai|ba|tu|2|3|4))(?: (?:cua|trong))? thang(?: (nay|sau|toi|{_MONTH}))?\b", text
    )
    if match is None:
        return None
    which = {"dau": 1, "dau tien": 1, "cuoi": -1, "cuoi cung": -1}.get(match[1]) or _number(match[1].removeprefix("thu "))
    first = _month_said(match[2] or "", today)
    found = _nth(first, weekday, which)
    if not match[2] and found is not None and found < today:
        found = _nth(_next_month(first), weekday, which)
    return found


def _nth(first: dt.date, weekday: int, which: int) -> dt.date | None:
    last = first.replace(day=months.monthrange(first.year, first.month)[1])
    days = [first + ahead * DAY for ahead in range(last.day) if (first + ahead * DAY).weekday() == weekday]
    return days[which - 1] if 0 < which <= len(days) else days[-1] if which == -1 else None


def _month_said(said: str, today: dt.date) -> dt.date:
    """The first day of the month that was said; this month when none was."""
    this = today.replace(day=1)
    if said in ("", "nay"):
        return this
    if said in ("sau", "toi"):
        return _next_month(this)
    number = _number(said.removeprefix("thang "))
    if not 1 <= number <= 12:
        return this
    return dt.date(today.year + (number < today.month), number, 1)


def _next_month(day: dt.date) -> dt.date:
    return (day.replace(day=28) + 4 * DAY).replace(day=1)


def _by_relative(text: str, today: dt.date) -> SaidDay:
    if match := re.search(rf"\b{_SMALL} (ngay|bua|hom) (nua|sau)\b", text):
        return _one(today + _number(match[1]) * DAY)
    if match := re.search(rf"\b{_SMALL} tuan (nua)\b", text):
        return _one(today + _number(match[1]) * WEEK)
    plain = _THIS_NAY.sub(lambda found: found[0].removesuffix("nay"), text)
    for pattern, ahead, label in _RELATIVE:
        if re.search(pattern, plain):
            return _one(today + ahead * DAY, label)
    return NOTHING


def _by_month(text: str, today: dt.date) -> SaidDay:
    match = re.search(r"\b(dau|giua|cuoi)? ?thang (nay|sau|toi|(?:(?:\d{1,2}|gieng|chap|muoi hai|muoi mot)\b))", text)
    whole = match is None and re.search(r"\b(dau|giua|cuoi) thang\b", text)
    if match is None and not whole:
        return NOTHING
    said = match[2] if match else ""
    if said.isdigit() and not 1 <= int(said) <= 12:
        return SaidDay("impossible", label=f"tháng {said}")
    first = _month_said(said, today)
    part = (match[1] if match else whole[1] if whole else "") or ""
    if not said and part == "dau" and today.day > 10:
        first = _next_month(first)
    last = first.replace(day=months.monthrange(first.year, first.month)[1])
    start, end = {"dau": (first, first + 9 * DAY), "giua": (first + 10 * DAY, first + 19 * DAY), "cuoi": (last - 6 * DAY, last)}.get(
        part, (first, last)
    )
    word = {"dau": "đầu tháng", "giua": "giữa tháng", "cuoi": "cuối tháng"}.get(part, "tháng")
    return SaidDay("days", start, end, f"{word} {first.month}/{first.year}")


def _by_day_number(text: str, today: dt.date) -> SaidDay:
    match = re.search(r"\b(?:ngay|hom|mung|mong) (?:mung |mong )?(\d{1,2})\b(?! ?(?:gio|h\b|ngay|lan|%|/))", text)
    if match is None:
        return NOTHING
    day, first = int(match[1]), today.replace(day=1)
    if not 1 <= day <= 31:
        return SaidDay("impossible", label=f"ngày {day}")
    for _ in range(3):
        if day <= months.monthrange(first.year, first.month)[1] and first.replace(day=day) >= today:
            return _one(first.replace(day=day))
        first = _next_month(first)
    return NOTHING


def _number(word: str) -> int:
    word = word.removeprefix("thang ")
    return int(word) if word.isdigit() else _NUMBERS.get(word, 0)
