"""The Vietnamese words on paper, from `words.yaml`."""

from __future__ import annotations

from pathlib import Path

from app.words import Words

get = Words(Path(__file__).with_name("words.yaml")).get


def say(name: str, /, **filled: object) -> str:
    """The text at a dotted name, filled in."""
    text: str = get(name)
    return text.format(**filled) if filled else text
