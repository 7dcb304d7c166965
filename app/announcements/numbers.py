"""Numbers as Vietnamese people say them: 2026 → «hai nghìn không trăm hai mươi sáu»."""

from __future__ import annotations

DIGITS = ("không", "một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín")
_BILLION = 10**9
LARGEST = 10**15


def cardinal(number: int) -> str:
    """A whole number from 0 on in words; from LARGEST on digit by digit."""
    if number >= LARGEST:
        return digit_by_digit(str(number))
    if number >= _BILLION:
        high, low = divmod(number, _BILLION)
        return f"{cardinal(high)} tỷ{_rest(low)}"
    return _below_billion(number)


def _rest(low: int) -> str:
    """What follows «tỷ»: all places are said from the first one that is not empty."""
    if not low:
        return ""
    groups = [low // 10**6, low // 1000 % 1000, low % 1000]
    said = [f"{_three(group, full=True)} {scale}".strip() for group, scale in zip(groups, ("triệu", "nghìn", ""), strict=True) if group]
    return " " + " ".join(said)


def _below_billion(number: int) -> str:
    if number < 1000:
        return _three(number, full=False)
    groups = [number // 10**6, number // 1000 % 1000, number % 1000]
    said: list[str] = []
    for group, scale in zip(groups, ("triệu", "nghìn", ""), strict=True):
        if group:
            said.append(f"{_three(group, full=bool(said))} {scale}".strip())
    return " ".join(said)


def _three(number: int, *, full: bool) -> str:
    """A group of three digits. `full`: something stands before it, so that «không trăm» and «lẻ» are said."""
    hundreds, tens, ones = number // 100, number // 10 % 10, number % 10
    said = [f"{DIGITS[hundreds]} trăm"] if hundreds or full else []
    if not tens:
        if ones or not said:
            said += (["lẻ"] if said else []) + [DIGITS[ones]]
        return " ".join(said)
    said.append("mười" if tens == 1 else f"{DIGITS[tens]} mươi")
    if ones:
        said.append(_one(tens, ones))
    return " ".join(said)


def _one(tens: int, ones: int) -> str:
    """The last digit after a ten: mốt, tư, lăm."""
    if ones == 5:
        return "lăm"
    if ones == 1 and tens > 1:
        return "mốt"
    return "tư" if ones == 4 and tens > 1 else DIGITS[ones]


def digit_by_digit(digits: str) -> str:
    """Phone numbers and codes: «0236» → «không hai ba sáu»."""
    return " ".join(DIGITS[int(digit)] for digit in digits if digit.isdigit())


def decimal(whole: int, fraction: str) -> str:
    """«1,5» → «một phẩy năm»; «2,25» → «hai phẩy hai mươi lăm»; «0,05» → «không phẩy không năm»."""
    after = digit_by_digit(fraction) if fraction.startswith("0") or len(fraction) > 2 else cardinal(int(fraction))
    return f"{cardinal(whole)} phẩy {after}"
