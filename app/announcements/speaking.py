"""Written Vietnamese as it is read aloud: no digit, abbreviation, sign or web address is left for the reader to guess."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from functools import cache
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict

from app.announcements.numbers import cardinal, decimal, digit_by_digit

_CALL = r"((?:[Gg]ọi|[Đđ]ường dây nóng|[Tt]ổng đài|[Hh]otline|SĐT|ĐT|[Đđ]iện thoại)(?:\s+(?:số|ngay|tới|đến))*\s*:?\s+)"


class _Rules(BaseModel):
    """Everything of `speaking.yaml`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    letters: dict[str, str]
    abbreviations: dict[str, str]
    issuers: dict[str, str]
    units: dict[str, str]
    roman: dict[str, int]
    weekdays: dict[str, str]
    month_four: str


@cache
def _rules() -> _Rules:
    return _Rules.model_validate(yaml.safe_load(Path(__file__).with_suffix(".yaml").read_text("utf-8")))


def speak(text: str, *, address: str = "") -> str:
    """`text` in spoken words; line ends stay. `address` is said for every web address."""
    text = unicodedata.normalize("NFC", text)
    for pattern, said in _steps(address):
        text = pattern.sub(said, text)
    text = "".join(char for char in text if char in "\n.,;:?!…-–()«»\"'" or char.isalnum() or char.isspace() or unicodedata.combining(char))
    return _tidy(text)


@cache
def _steps(address: str) -> tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], str]], ...]:
    """What is replaced, in order: the longest and surest shapes first."""
    rules = _rules()
    issuers = "|".join(map(re.escape, sorted(rules.issuers, key=len, reverse=True)))
    short = "|".join(map(re.escape, sorted(rules.abbreviations, key=len, reverse=True)))
    units = "|".join(map(re.escape, sorted(rules.units, key=len, reverse=True)))
    hour = r"(?P<{0}h>[01]?\d|2[0-4])\s?(?:(?:giờ|g|h|:)\s?(?P<{0}m>[0-5]\d)(?:\s?phút\b)?|(?:giờ|g|h)(?!\w))"
    shapes: list[tuple[str, Callable[[re.Match[str]], str]]] = [
        (r"https?://\S+[^\s.,;:!?)]|www\.\S+[^\s.,;:!?)]", lambda _: address),
        (r"\S+@\S+\.\w+", lambda match: match[0].replace("@", " a còng ").replace(".", " chấm ")),
        (rf"(?<!\w)(\d+)/(\d{{4}})/({issuers})(?!\w)", _document),
        (rf"(?<!\w)(\d+)/({issuers})(?!\w)", lambda match: f"{cardinal(int(match[1]))} {_rules().issuers[match[2]]}"),
        (r"(?<!\d)24\s?/\s?(?:24|7)(?!\d)", lambda _: "suốt ngày đêm"),
        (
            r"(?:\b[Nn]gày\s+)?(?<![\d/.])(\d{1,2})(?:/(\d{1,2}))?\s?(?:[-–]|đến(?: ngày)?)\s?(\d{1,2})/(\d{1,2})(?:/(\d{4}))?(?![\d/])",
            _days,
        ),
        (r"(?P<before>\b[Nn]gày\s+)?(?<![\d/.])(\d{1,2})[/](\d{1,2})[/](\d{4})(?![\d/])", _full_date),
        (
            r"(?P<place>(?:[Ss]ố(?: nhà)?|[Nn]hà|[Nn]gõ|[Hh]ẻm|[Kk]iệt|[Nn]gách|[Đđ]ịa chỉ)\s*:?\s+|\bK)(?P<number>\d+(?:/\d+)+)(?P<tail>[A-Z]?)",
            _house,
        ),
        (r"(?P<before>\b[Nn]gày\s+)?(?<![\d/.])(\d{1,2})/(\d{1,2})(?![\d/])", _short_date),
        (r"(?<!\w)(?P<before>[Tt]háng\s+)?(0?[1-9]|1[0-2])/(\d{4})(?![\d/])", _month),
        (r"(?<![\d/.])\d+(?:/\d+)+(?![\d/])", lambda match: " trên ".join(cardinal(int(part)) for part in match[0].split("/"))),
        (r"\b([Tt]háng) 0?4(?!\d|[.,]\d)", lambda match: f"{match[1]} {_rules().month_four}"),
        (r"\b([Tt]hứ)\s?([2-7])(?![\d.,]*\d)", lambda match: f"{match[1]} {_rules().weekdays[match[2]]}"),
        (r"(?<!\w)T([2-7])(?!\w)", lambda match: f"thứ {_rules().weekdays[match[1]]}"),
        (r"(?<!\w)CN(?!\w)", lambda _: "chủ nhật"),
        (rf"(?<![\d.,:]){hour.format('a')}\s?[-–]\s?{hour.format('b')}", lambda match: f"{_time(match, 'a')} đến {_time(match, 'b')}"),
        (rf"(?<![\d.,:]){hour.format('a')}", lambda match: _time(match, "a")),
        (r"(?<![\d/.,+])\+84[ .]?(\d[\d .]{7,12}\d)(?!\d)", lambda match: _phone(f"0{match[1]}")),
        (r"(?<![\d/.,+])(?:0\d{1,3}(?:[ .-]?\d{1,4}){2,4}|1[89]00(?:[ .-]?\d{2,4}){1,2})(?!\d|[.,]\d)", lambda match: _phone(match[0])),
        (rf"{_CALL}(1\d\d\d?(?:(?:,| hoặc| hay| và|/)\s*1\d\d\d?)*)(?!\d|[.,]\d)", _hotlines),
        (rf"(?<![\w.,])(?P<n>\d[\d.]*(?:,\d+)?)\s?[-–]\s?(?P<m>\d[\d.]*(?:,\d+)?)\s?(?P<unit>{units})?(?![\w²³])", _range),
        (rf"(?<![\w.,])(?P<n>\d[\d.]*(?:,\d+)?)\s?(?P<unit>{units})(?![\w²³])(?P<per>/\w)?", _measured),
        (
            r"(?<=\b[Qq]uý )([IVX]+)\b|(?<=\b[Kk]hóa )([IVX]+)\b|(?<=\b[Cc]ấp )([IVX]+)\b|(?<=\b[Kk]ỳ )([IVX]+)\b|(?<=thứ )([IVX]+)\b",
            _roman,
        ),
        (rf"(?<![\w-])(?:{short})(?![\w-])\.?(?=\s\w)|(?<![\w-])(?:{short})(?![\w-])", _abbreviation),
        (r"(?<![\w.,])(\d+)([A-ZĐ])(?!\w)", lambda match: f"{cardinal(int(match[1]))} {_rules().letters.get(match[2], match[2])}"),
        (r"(?<=[^\W\d])(?=\d)", lambda _: " "),
        (r"(?<![\d.,])\d[\d.]*(?:,\d+)?", lambda match: _number(match[0])),
        (r"\d+", lambda match: digit_by_digit(match[0])),
        (r"(?<=\w)\s?/\s?(?=\w)", lambda _: ", "),
        (r"\s?[-–]\s(?=\w)|(?<=\w)–(?=\w)", lambda _: ", "),
        (r"\+", lambda _: " cộng "),
    ]
    return tuple((re.compile(shape, re.MULTILINE), said) for shape, said in shapes)


def _number(text: str) -> str:
    """«8.000», «1,5», «0123» in words; a dot at the end of a sentence stays."""
    body = text.rstrip(".")
    tail = text[len(body) :]
    whole, _, fraction = body.partition(",")
    digits = whole.replace(".", "")
    grouped = bool(re.fullmatch(r"\d{1,3}(?:\.\d{3})+", whole))
    if "." in whole and not grouped:  # 1.2, 12.05.3: a version or a code
        return " chấm ".join(cardinal(int(part)) if part else "" for part in whole.split(".")) + tail
    if fraction and digits:
        return decimal(int(digits), fraction) + tail
    plain = digit_by_digit(digits) if (len(digits) > 1 and digits[0] == "0") or (len(digits) > 8 and not grouped) else ""
    return (plain or cardinal(int(digits))) + tail


def _measured(match: re.Match[str]) -> str:
    per = " một " if match["per"] else ""
    return f"{_number(match['n'])} {_rules().units[match['unit']]}{per}{(match['per'] or '')[1:]}"


def _range(match: re.Match[str]) -> str:
    unit = f" {_rules().units[match['unit']]}" if match["unit"] else ""
    return f"{_number(match['n'])} đến {_number(match['m'])}{unit}"


def _time(match: re.Match[str], name: str) -> str:
    hour, minute = int(match[f"{name}h"]), int(match[f"{name}m"] or 0)
    if not minute:
        return f"{cardinal(hour)} giờ"
    return f"{cardinal(hour)} giờ {'không ' if minute < 10 else ''}{cardinal(minute)}"


def _day_and_month(day: int, month: int) -> str:
    return f"ngày {cardinal(day)} tháng {_rules().month_four if month == 4 else cardinal(month)}"


def _full_date(match: re.Match[str]) -> str:
    day, month, year = int(match[2]), int(match[3]), int(match[4])
    if not (1 <= day <= 31 and 1 <= month <= 12):
        return match[0]
    return _cased(match, f"{_day_and_month(day, month)} năm {cardinal(year)}")


def _short_date(match: re.Match[str]) -> str:
    day, month = int(match[2]), int(match[3])
    if not (1 <= day <= 31 and 1 <= month <= 12):
        return f"{match['before'] or ''}{cardinal(day)} trên {cardinal(month)}"
    return _cased(match, _day_and_month(day, month))


def _cased(match: re.Match[str], said: str) -> str:
    """«Ngày» at the head of a sentence keeps its capital."""
    return said[:1].upper() + said[1:] if (match["before"] or "").startswith("N") else said


def _days(match: re.Match[str]) -> str:
    """«6–8/12», «28/11 - 2/12/2026». Numbers that are no days stay for later rules."""
    first, first_month, last, month, year = (int(group) if group else 0 for group in match.groups())
    if not (1 <= first <= 31 and 1 <= last <= 31 and 1 <= month <= 12 and first_month <= 12):
        return match[0]
    start = _day_and_month(first, first_month) if first_month else f"ngày {cardinal(first)}"
    return f"{start} đến {_day_and_month(last, month)}" + (f" năm {cardinal(year)}" if year else "")


def _month(match: re.Match[str]) -> str:
    month = _rules().month_four if int(match[2]) == 4 else cardinal(int(match[2]))
    return f"{(match['before'] or 'tháng ').strip()} {month} năm {cardinal(int(match[3]))}"


def _house(match: re.Match[str]) -> str:
    """«K12/3» → «ca mười hai trên ba»: numbers of houses in lanes."""
    place = match["place"]
    said = " trên ".join(cardinal(int(part)) for part in match["number"].split("/"))
    tail = f" {_rules().letters.get(match['tail'], '')}" if match["tail"] else ""
    return f"{'kiệt ' if place == 'K' else place}{said}{tail}"


def _document(match: re.Match[str]) -> str:
    return f"{cardinal(int(match[1]))} năm {cardinal(int(match[2]))} {_rules().issuers[match[3]]}"


def _phone(text: str) -> str:
    """Digit by digit, with a breath where the number is parted, or after each three or four."""
    parts = re.findall(r"\d+", text)
    if len(parts) == 1 and len(parts[0]) == 10:
        parts = [parts[0][:4], parts[0][4:7], parts[0][7:]]
    return ", ".join(digit_by_digit(part) for part in parts)


def _hotlines(match: re.Match[str]) -> str:
    """«gọi 113, 114 hoặc 115»: each digit by digit."""
    return match[1] + re.sub(r"\d+", lambda number: digit_by_digit(number[0]), match[2])


def _roman(match: re.Match[str]) -> str:
    letters = next(group for group in match.groups() if group)
    number = _rules().roman.get(letters)
    return cardinal(number) if number else letters


def _abbreviation(match: re.Match[str]) -> str:
    text = match[0]
    known = _rules().abbreviations
    return known[text] if text in known else known[text.rstrip(".")]


def _tidy(text: str) -> str:
    rows = []
    for row in text.split("\n"):
        clean = re.sub(r"\s+([,.;:?!…)»])", r"\1", " ".join(row.split()))
        clean = re.sub(r"([,;:])(?:\s*,)+", r"\1", clean)
        clean = re.sub(r"\(\s+", "(", clean)
        rows.append(clean[:1].upper() + clean[1:])
    return "\n".join(rows).strip()
