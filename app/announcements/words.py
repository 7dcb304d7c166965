"""The Vietnamese words of announcements, from `words.yaml`: names of states, channels, kinds, warnings."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ConfigDict

from app.announcements.models import Announcement, Status


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Label(_Frozen):
    """An icon of a chat and the words before a fact; `spoken` is how the loudspeaker says it."""

    icon: str
    name: str
    spoken: str


class Officialese(_Frozen):
    """A word of the office and what people say."""

    word: str
    better: str


class Event(_Frozen):
    """A danger that CAP can name."""

    name: str
    category: str


class Words(_Frozen):
    """Everything of `words.yaml`."""

    statuses: dict[str, str]
    kinds: dict[str, str]
    channels: dict[str, str]
    prefixes: dict[str, str]
    exercise: str
    exercise_line: str
    replaces: str
    withdraws: str
    clears: str
    facts: dict[str, Label]
    closing: str
    file_link: str
    hints: dict[str, str]
    officialese: tuple[Officialese, ...]
    cap: dict[str, dict[str, str]]
    events: tuple[Event, ...]
    loudspeaker: dict[str, str]
    whole_ward: str
    audience: dict[str, str]
    fees: dict[str, int]


@cache
def words() -> Words:
    """The words, read once."""
    read: dict[str, Any] = yaml.safe_load(Path(__file__).with_suffix(".yaml").read_text("utf-8"))
    return Words.model_validate(read)


def status_label(announcement: Announcement) -> str:
    """The state in words. One that nobody ever got is dropped, not withdrawn."""
    if announcement.status == Status.WITHDRAWN and announcement.published_at is None:
        return words().statuses["dropped"]
    return words().statuses[announcement.status]
