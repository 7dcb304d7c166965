"""Canned words: `templates/replies.yaml`, every text a Jinja2 template, compiled once."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path

from jinja2 import Environment

from app.words import Words

FILE = Path(__file__).parent / "templates" / "replies.yaml"
SECTIONS = frozenset(
    {"condolence", "card", "kinds", "weekdays", "hours", "too_long", "personal_data", "feedback", "switched_off", "alert", "alert_codes"}
)


class Replies(Words):
    """Looks a text up by its dotted name and renders it."""

    def __init__(self, environment: Environment, file: Path = FILE) -> None:
        super().__init__(file, environment)

    @cached_property
    def intents(self) -> frozenset[str]:
        """Names that answer an intent."""
        return frozenset(self.data) - SECTIONS
