"""Personal numbers in a message, masked before anything is stored, logged or shown again."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

# Between digits: a space of any width, a dot, a dash, or what copying leaves behind unseen.
_GAP = r"(?:[^\S\n]|[.\-\u2010-\u2013\u200b-\u200d\u2060])?"
# Where a number may begin: not inside another, not behind the dot of a price, and not as a date such as 02-09-2024.
_BEGIN = r"(?<!\d)(?<!\d\.)(?!(?:0?[1-9]|[12]\d|3[01])[ .\-](?:0?[1-9]|1[0-2])[ .\-](?:19|20)\d\d\b)"
_IDENTITY_WORDS = "cccd|cmnd|cmt|căn cước|can cuoc|chứng minh|chung minh|định danh|dinh danh"
# What a password is called, what is no word between that and it, and what one looks like: it has a digit.
_CALLED = "mật khẩu|mat khau|pass(?:word|wd)?|(?:mk|pw)(?=[^\\S\\n]*(?:[:=]|là|la\\b))"
_NOT_BETWEEN = r"(?:năm|nam|ngày|ngay|tháng|thang|gọi|goi|tổng|tong|đài|dai|hotline|lúc|luc|luật|luat|số|so|phí|phi|thẻ|the|ký|ky)\b"
_SAID = r"(?=\S{0,39}\d)[^\s,;\[\]()]{4,40}"
_PATTERNS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("email", re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,4}")),
    # Four groups of four digits that are no years.
    ("card", re.compile(rf"{_BEGIN}(?!(?:(?:19|20)\d\d{_GAP}){{4}})(?:\d{{4}}{_GAP}){{3}}\d{{4}}(?:{_GAP}\d{{1,3}})?(?!\d)")),
    ("password", re.compile(r"(?i)\b(?:cvv2?|cvc|(?:mã |ma )?pin)\b\D{0,12}(\d{3,8})\b")),
    (
        "password",
        re.compile(rf"(?i)\b(?:{_CALLED})(?:[^\S\n]+(?!{_NOT_BETWEEN})[^\W\d]+){{0,4}}[^\S\n]*[:=]?[^\S\n]*({_SAID})"),
    ),
    ("otp", re.compile(rf"(?i)\b(?:otp|mã xác (?:nhận|thực)|ma xac (?:nhan|thuc))\D{{0,20}}(\d(?:{_GAP}\d){{3,7}})\b")),
    (
        "otp",
        re.compile(r"(?i)(?<!nối )(?<!noi )\b(?:mã|ma)[^\S\n]+(?:(?:là|la|số|so)[^\S\n]+)?(\d{6}|\d{3}[^\S\n]\d{3})(?![\w.]|[^\S\n]\d)"),
    ),
    ("dossier", re.compile(r"(?i)(?<![\w.])(?:\d{1,3}\.){0,4}[A-Z]{1,3}\d{1,3}(?:\.\d{1,3}){0,4}-\d{6}-[A-Z\d]{3,8}\b")),
    (
        "account",
        re.compile(rf"(?i)\b(?:stk|số tài khoản|so tai khoan|tài khoản ngân hàng|tk ngân hàng)\D{{0,20}}(\d(?:{_GAP}\d){{5,18}})\b"),
    ),
    ("phone", re.compile(rf"{_BEGIN}(?:\+?84|0){_GAP}(?:[35789](?:{_GAP}\d){{8}}|2(?:{_GAP}\d){{8,9}})(?!\d)")),
    ("identity", re.compile(rf"(?i)\b(?:{_IDENTITY_WORDS})\D{{0,20}}(\d(?:{_GAP}\d){{8,11}})\b")),
    # With gaps only as identity numbers begin, with 0: `500.000-800.000` is a price, `2020 2021 2022` are years.
    ("identity", re.compile(rf"{_BEGIN}(?:\d{{12}}|0(?:{_GAP}\d){{11}})(?!\d)")),
    ("identity_old", re.compile(r"(?<!\d)\d{9,10}(?!\d)|\b[A-Z]\d{7,8}\b")),
    ("long_number", re.compile(r"\d{11,}")),
)
# What no database keeps (PostgreSQL takes no NUL, UTF-8 no lone surrogate) and nobody types.
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")
LABELS = {
    "email": "[thư điện tử]",
    "card": "[số thẻ]",
    "password": "[mật khẩu]",
    "otp": "[mã xác nhận]",
    "dossier": "[mã hồ sơ]",
    "account": "[số tài khoản]",
    "phone": "[số điện thoại]",
    "identity": "[số căn cước]",
    "identity_old": "[số giấy tờ]",
    "long_number": "[dãy số]",
}


_WHOSE = r"(?:\s+(?:của|cua))?(?:\s+(?:em|tôi|toi|mình|minh|tui|con|cháu|chau|anh|chị))?(?:\s+(?:là|la))?\s*:?\s*"
_NUMBER = r"số|so|sđt|sdt|đt|điện thoại|dien thoai|liên hệ|lien he|lh|zalo"
_PLACEHOLDER = re.compile(
    rf"(?i)(?:\b(?:{_NUMBER})(?:\s+(?:điện thoại|dien thoai|căn cước|can cuoc|cccd|cmnd|chứng minh|định danh))?{_WHOSE})?"
    rf"(?:{'|'.join(map(re.escape, LABELS.values()))})"
)


@dataclass(frozen=True)
class Masked:
    """A text without personal numbers, and which kinds were found."""

    text: str
    kinds: tuple[str, ...]

    @property
    def for_reading(self) -> str:
        """The text for the understanding: placeholders out, with «số em là» before them, so that they are not mistaken for words."""
        return _PLACEHOLDER.sub(" ", self.text)


def mask(text: str) -> Masked:
    """Mask identity, phone and account numbers, codes and e-mail addresses. The text comes back in NFC and fit to be stored."""
    kinds: list[str] = []
    text = _CONTROL.sub(" ", unicodedata.normalize("NFC", text))
    for kind, pattern in _PATTERNS:

        def hide(match: re.Match[str], kind: str = kind) -> str:
            if kind not in kinds:
                kinds.append(kind)
            if match.lastindex:  # only the number behind the word
                start, end = match.span(1)
                return match.string[match.start() : start] + LABELS[kind] + match.string[end : match.end()]
            return LABELS[kind]

        text = pattern.sub(hide, text)
    # A text that was masked before it was stored still says what was hidden.
    kinds += [kind for kind, label in LABELS.items() if kind not in kinds and label in text]
    return Masked(text, tuple(kinds))
