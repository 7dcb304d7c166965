"""A file of Vietnamese words: read when first asked, looked up by dotted names, its texts rendered as templates compiled once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

from jinja2 import Environment, StrictUndefined, Template

from app.catalog.yaml_loader import read_document


class Words:
    """The words of one part of the app."""

    def __init__(self, file: Path, environment: Environment | None = None) -> None:
        """`environment`: with the filters that the texts use; without, one that knows none and refuses what was not given."""
        self._file = file
        self._environment = environment or Environment(undefined=StrictUndefined, autoescape=False)  # noqa: S701 -- chat text; pages escape it
        self._compiled: dict[str, Template] = {}

    @cached_property
    def data(self) -> Mapping[str, Any]:
        """Everything in the file. Raises ContentError when it is broken."""
        data: Mapping[str, Any] = read_document(self._file).data
        return data

    def get(self, name: str) -> Any:
        """The value at a dotted name; KeyError when there is none."""
        value: Any = self.data
        for part in name.split("."):
            value = value[part]
        return value

    def say(self, text: str, context: Mapping[str, Any]) -> str:
        """One text, filled in, with single spaces."""
        template = self._compiled.get(text)
        if template is None:
            template = self._compiled[text] = self._environment.from_string(text)
        return " ".join(template.render(context).split())

    def say_all(self, texts: Iterable[str], context: Mapping[str, Any]) -> tuple[str, ...]:
        """Texts, filled in; those that come out empty are left out."""
        return tuple(said for text in texts if (said := self.say(text, context)))
