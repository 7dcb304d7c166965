"""What can be followed: `procedures/topics.yaml`, read strictly."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from app.calendar.facts import SERVICE_TOPIC, SessionKind
from app.catalog.yaml_loader import ContentError, Problem, read_document
from app.understanding.text import folded_words

FILE = "topics.yaml"
GENERAL = "tin-chung"
"""What is followed by who names nothing."""

Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=2, max_length=60)]


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Topic(_Frozen):
    """One kind of news. `words`: what people call it. `urgent`: its urgent news reach everyone who follows anything."""

    id: str = Field(pattern=r"^[a-z]+(-[a-z]+)*$", max_length=40)
    name: str = Field(max_length=60)
    about: str = Field(max_length=120)
    words: tuple[Words, ...] = Field(min_length=1)
    urgent: bool = False

    @functools.cached_property
    def phrases(self) -> tuple[str, ...]:
        """Its name and words, folded, longest first."""
        return tuple(sorted({" ".join(folded_words(words)) for words in (self.name, *self.words)}, key=len, reverse=True))


class Topics(_Frozen):
    """All topics, in the order they are offered; `hearing`: the patterns of following and leaving (`app.subscribers.hearing`)."""

    topics: tuple[Topic, ...] = Field(min_length=1, max_length=12)
    hearing: Mapping[str, str | tuple[str, ...]]

    @functools.cached_property
    def by_id(self) -> dict[str, Topic]:
        """Each topic under its id."""
        return {topic.id: topic for topic in self.topics}

    def name(self, topic_id: str) -> str:
        """The name people read; the id itself for a topic that is gone from the file."""
        topic = self.by_id.get(topic_id)
        return topic.name if topic else topic_id


def load_topics(folder: Path) -> Topics:
    """Read `topics.yaml` of the folder of procedures. Raises ContentError, in Vietnamese, when it is broken."""
    document = read_document(folder / FILE)
    try:
        found = Topics.model_validate(document.data)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))
        raise ContentError([Problem(FILE, where, first["msg"], "so với các mục bên cạnh")]) from error
    needed = dict.fromkeys((GENERAL, SERVICE_TOPIC, *(kind.topic for kind in SessionKind)))
    if not found.by_id.keys() >= needed.keys() or len(found.by_id) != len(found.topics):
        codes = ", ".join(f"«{code}»" for code in needed)
        raise ContentError([Problem(FILE, "topics", f"phải có {codes} và mỗi mã một lần", "sửa mã (id)")])
    return found
