"""Canned words: `templates/replies.yaml`, every text a Jinja2 template, compiled once."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

from jinja2 import Environment, Template

from app.catalog.yaml_loader import read_document

FILE = Path(__file__).parent / "templates" / "replies.yaml"
SECTIONS = frozenset({"card", "kinds", "weekdays", "hours", "too_long", "personal_data", "feedback", "switched_off"})


class Replies:
    """Looks a text up by its dotted name and renders it."""

    def __init__(self, environment: Environment, file: Path = FILE) -> None:
        self._environment = environment
        self.data: Mapping[str, Any] = read_document(file).data
        self._compiled: dict[str, Template] = {}

    @cached_property
    def intents(self) -> frozenset[str]:
        """Names that answer an intent."""
        return frozenset(self.data) - SECTIONS

    def get(self, name: str) -> Any:
        """Raw value at a dotted name; KeyError when it does not exist."""
        value: Any = self.data
        for part in name.split("."):
            value = value[part]
        return value

    def say(self, text: str, context: Mapping[str, Any]) -> str:
        """Render one text."""
        template = self._compiled.get(text)
        if template is None:
            template = self._compiled[text] = self._environment.from_string(text)
        return " ".join(template.render(context).split())

    def say_all(self, texts: list[str], context: Mapping[str, Any]) -> tuple[str, ...]:
        """Render texts; those that come out empty are left out."""
        return tuple(said for text in texts if (said := self.say(text, context)))
