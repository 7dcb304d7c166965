"""Where a code hangs, as a tag in its address: «Chợ An Khê» → `cho-an-khe`. It says of a place how often its codes are opened, of nobody who."""

from __future__ import annotations

import re

from app.errors import BadInput
from app.understanding.text import clean, fold

TAG_LENGTH, NAME_LENGTH = 40, 60
SLIP = "phieu"
"""The tag of codes on slips."""
_TAG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


def is_tag(text: str) -> bool:
    """Whether scans are counted under this tag."""
    return len(text) <= TAG_LENGTH and _TAG.fullmatch(text) is not None


def tag_of(text: str) -> str:
    """A place as an official writes it, as a tag; empty for no place. Raises BadInput when it gives no tag or too long a one."""
    letters = "".join(char if char.isascii() and char.isalnum() else " " for char in fold(text))
    tag = "-".join(letters.split())
    if text.strip() and not tag:
        raise BadInput("Anh/chị ghi nơi dán bằng chữ hoặc số, ví dụ: Chợ An Khê.")
    if len(tag) > TAG_LENGTH or len(clean(text)) > NAME_LENGTH:
        raise BadInput("Tên nơi dán dài quá. Anh/chị ghi ngắn lại, ví dụ: Chợ An Khê.")
    return tag
