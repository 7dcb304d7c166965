"""The Vietnamese words of the volunteers, from `words.yaml`."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from app.catalog.yaml_loader import read_document

FILE = Path(__file__).with_name("words.yaml")
NOTHING_HARD = "khong"


@cache
def _data() -> dict[str, Any]:
    data: dict[str, Any] = read_document(FILE).data
    return data


def get(name: str) -> Any:
    """The value at a dotted name; KeyError when there is none."""
    value: Any = _data()
    for part in name.split("."):
        value = value[part]
    return value


def hard() -> dict[str, str]:
    """What may have been hard: key → words, in the order they are offered."""
    found: dict[str, str] = get("hard")
    return found
