"""How old somebody is said to be, in days: «bé 3 tháng», «con 8 tuổi», «bà 90 tuổi»."""

from __future__ import annotations

import re

DAYS = {"ngay": 1, "tuan": 7, "thang": 30.5, "tuoi": 365}
WORDS = {"mot": 1, "hai": 2, "ba": 3, "bon": 4, "nam": 5, "sau": 6, "bay": 7, "tam": 8, "chin": 9, "muoi": 10}
_ALONE = "".join(rf"(?<!\b{word} )" for word in WORDS)
"""«Bảy mươi chín tuổi» is not nine: numbers of several words are left alone."""
_NUMBER = rf"(?P<number>\d{{1,3}}|{_ALONE}(?:{'|'.join(WORDS)}))"
_OLD = re.compile(rf"\b{_NUMBER} ?(?P<unit>(?:ngay|tuan|thang)(?= tuoi\b)|tuoi)\b")
_BORN = re.compile(
    r"\b(?:con|be|chau|nhoc|cu ti|sinh|de)\b(?: (?!trong|sau|cho|mat|han|moi lan|\d)\w+){0,3}"
    rf" {_NUMBER} ?(?P<unit>ngay|tuan|thang)\b(?! \d| (?:lam viec|nua|luong|tam tru))"
)
"""«Con em 3 tháng»; not «con sinh ngày 1 tháng 5», «chờ 3 tháng», «trong 5 ngày»."""
_OF_CHILD = re.compile(r"\b(?:con|be|chau|nhoc|tre|cu ti|de|sanh|bau|moi sinh|so sinh)\b")
_OF_GROWN = 18 * 365


def said_ages(plain: str) -> set[int]:
    """Ages in days, in a message without accents. A month is 30.5 days, a year 365."""
    found = (match for pattern in (_OLD, _BORN) for match in pattern.finditer(plain))
    return {round(DAYS[match["unit"]] * (WORDS.get(match["number"]) or int(match["number"]))) for match in found}


def grown_up(plain: str) -> int | None:
    """The age of the youngest, when only grown-ups and no child are spoken of («bà 90 tuổi muốn làm căn cước»)."""
    ages = said_ages(plain)
    return min(ages) if ages and min(ages) >= _OF_GROWN and _OF_CHILD.search(plain) is None else None
