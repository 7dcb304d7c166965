"""The Vietnamese words of the volunteers, from `words.yaml`."""

from __future__ import annotations

from pathlib import Path

from app.words import Words

NOTHING_HARD = "khong"
get = Words(Path(__file__).with_name("words.yaml")).get


def hard() -> dict[str, str]:
    """What may have been hard: key → words, in the order they are offered."""
    found: dict[str, str] = get("hard")
    return found
