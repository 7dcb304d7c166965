"""What a correction says beside what it denies: «sửa giấy khai sinh chứ không phải căn cước» is about the first, not the second."""

from __future__ import annotations

import re

_NO = r"(?:không|khong|ko|hông|hong|hổng|đâu|dau|chẳng|chang|chả)"
_DENIED = re.compile(
    rf"(?i)(?:\b(?:chứ|chu|mà|ma)\s+)?\b{_NO}\s+(?:có\s+)?(?:phải|phai)\b(?:(?!\b(?:mà|ma|chỉ|chi|chứ|chu)\b)[^,.;])*[,.;]?"
)
_OPENING = re.compile(
    rf"(?i)^(?:\s*(?:{_NO}|dạ|da|à|a|ý|y)\b[\s,.]*)*(?:(?:ý|y)\s+)?(?:(?:tôi|toi|tui|em|mình|minh|con|cháu|chau)\s+(?:là|la)\s+)?"
)


def affirmed(text: str) -> str:
    """The part of a correction that says what is so; all of it, where nothing is denied or nothing else is said."""
    left = _DENIED.sub(" ", text)
    if left == text:
        return text
    left = " ".join(_OPENING.sub("", left).split()).strip(" ,.;")
    return left or text
