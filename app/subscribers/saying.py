"""The words of following: `words.yaml`, every text a Jinja2 template."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from jinja2 import Environment

from app.messages import Choice, Link, Reply
from app.words import Words

FILE = Path(__file__).with_name("words.yaml")


class Saying(Words):
    """Makes replies by their name in `words.yaml`."""

    def __init__(self, environment: Environment, file: Path = FILE) -> None:
        super().__init__(file, environment)

    def reply(self, name: str, choices: Sequence[Choice] = (), links: Sequence[Link] = (), **context: Any) -> Reply:
        """The reply of this name. Texts that come out empty are left out."""
        words = self.data[name]
        return Reply(
            paragraphs=self.say_all(words["paragraphs"], context),
            closing=self.say_all(words.get("closing", ()), context),
            choices=tuple(choices),
            links=tuple(links),
        )

    def listing(self, name: str, each: Sequence[Mapping[str, Any]], **context: Any) -> Reply:
        """The same with one paragraph for each of several things between its `paragraphs` and its `then`."""
        words = self.data[name]
        between = [text for one in each for text in self.say_all([words["each"]], one)]
        reply = self.reply(name, **context)
        return reply.model_copy(update={"paragraphs": (*reply.paragraphs, *between, *self.say_all(words["then"], context))})

    def channel(self, channel: str) -> str:
        """The name of a channel as people say it."""
        return str(self.data["channels"].get(channel, channel))

    def limit(self, channel: str) -> str:
        """What a follower should know of this channel, or nothing."""
        return str(self.data["limits"].get(channel, ""))

    def word(self, name: str, key: str) -> str:
        """One plain text."""
        return str(self.data[name][key])
