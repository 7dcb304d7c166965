"""Personal numbers in a message, masked before anything is stored, logged or shown again."""

from __future__ import annotations

import re
from dataclasses import dataclass

_GAP = r"[ .\-]?"
_PATTERNS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("email", re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,4}")),
    ("otp", re.compile(r"(?i)\b(?:otp|mã xác (?:nhận|thực)|ma xac (?:nhan|thuc))\D{0,20}(\d{4,8})\b")),
    ("dossier", re.compile(r"\b[A-Z]{1,3}\d{1,3}(?:\.\d{1,3}){1,3}-\d{6}-[A-Z\d]{3,8}\b")),
    ("account", re.compile(r"(?i)\b(?:stk|số tài khoản|so tai khoan|tài khoản ngân hàng|tk ngân hàng)\D{0,20}(\d{6,19})\b")),
    ("phone", re.compile(rf"(?<![\d.])(?:\+?84|0){_GAP}[235789](?:{_GAP}\d){{8}}(?!\d)")),
    ("identity", re.compile(rf"(?<!\d)\d(?:{_GAP}\d){{11}}(?!\d)")),
    ("identity_old", re.compile(r"(?<![\d.])\d{9,10}(?![\d])")),
    ("long_number", re.compile(r"(?<!\d)\d{11,30}(?!\d)")),
)
LABELS = {
    "email": "[thư điện tử]",
    "otp": "[mã xác nhận]",
    "dossier": "[mã hồ sơ]",
    "account": "[số tài khoản]",
    "phone": "[số điện thoại]",
    "identity": "[số căn cước]",
    "identity_old": "[số giấy tờ]",
    "long_number": "[dãy số]",
}


@dataclass(frozen=True)
class Masked:
    """A text without personal numbers, and which kinds were found."""

    text: str
    kinds: tuple[str, ...]

    @property
    def for_reading(self) -> str:
        """The text for the understanding: placeholders out, so that they are not mistaken for words."""
        text = self.text
        for label in LABELS.values():
            text = text.replace(label, " ")
        return text


def mask(text: str) -> Masked:
    """Mask identity, phone and account numbers, codes and e-mail addresses."""
    kinds: list[str] = []
    for kind, pattern in _PATTERNS:

        def hide(match: re.Match[str], kind: str = kind) -> str:
            if kind not in kinds:
                kinds.append(kind)
            if match.lastindex:  # only the number behind the word
                start, end = match.span(1)
                return match.string[match.start() : start] + LABELS[kind] + match.string[end : match.end()]
            return LABELS[kind]

        text = pattern.sub(hide, text)
    return Masked(text, tuple(kinds))
