"""A ward to test with: the sample profile, the real catalog with its layer, and a clock that stands still."""

from __future__ import annotations

import datetime as dt
import functools
from dataclasses import dataclass, field

from app.assistant.kept import load_kept
from app.assistant.knowing import KnowledgeHolder
from app.assistant.pipeline import Pipeline
from app.commune import CommuneProfile, load_commune
from app.messages import Incoming, MessageKind
from app.settings import ROOT, Settings
from app.templates import environment

MONDAY = dt.datetime(2026, 11, 23, 2, 0, tzinfo=dt.UTC)
"""9:00 in Vietnam, a working day."""


@dataclass
class Clock:
    """A clock that moves when it is told to."""

    now: dt.datetime = field(default=MONDAY)

    def __call__(self) -> dt.datetime:
        return self.now

    def pass_by(self, time: dt.timedelta) -> None:
        self.now += time


@functools.cache
def commune() -> CommuneProfile:
    """The sample ward."""
    return load_commune(ROOT / "procedures" / "commune.sample.yaml")


@functools.cache
def knowledge() -> KnowledgeHolder:
    """The real catalog as the sample ward sees it, loaded once."""
    folder, locale = ROOT / "procedures", commune().locale
    return KnowledgeHolder(folder, locale, load_kept(folder, locale, Settings().resolved_cache_dir))


def settings(**more: object) -> Settings:
    """Settings that no environment and no `.env` changes."""
    return Settings(_env_file=None, **more)  # type: ignore[arg-type]


def pipeline(clock: Clock, chosen: Settings | None = None) -> Pipeline:
    """A pipeline over the real catalog."""
    templates = environment()
    templates.globals["commune"] = commune()
    return Pipeline(knowledge(), commune(), templates, chosen or settings(), clock)


def incoming(text: str, message_id: str, person: str = "ba-tu", channel: str = "web", kind: MessageKind = MessageKind.TEXT) -> Incoming:
    """A message as it comes from a channel."""
    return Incoming(channel=channel, person=person, message_id=message_id, text=text, kind=kind, sent_at=MONDAY)
