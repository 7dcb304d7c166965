"""A citizen's phone on a channel: says things through the platform's fake, and reads what arrives."""

from __future__ import annotations

import itertools
import re
from typing import Any

from tests.channels.connected import Connected
from tests.dialogues.webchat import Heard

_PAGE = re.compile(r"/thu-tuc/(\d\.\d{6})")
_NUMBERED = re.compile(r"^(\d)\. (.+)$", re.MULTILINE)
_numbers = itertools.count(9_000_000_000_000_000_001)
_small_numbers = itertools.count(5_000_000_001)  # Telegram's ids have at most 52 bits


MORE_PARTS = 0.5  # seconds without a further part: the reply is whole


def _buttons(message: dict[str, Any]) -> list[dict[str, Any]]:
    """A message's buttons in reading order; Telegram has them in rows."""
    found: list[dict[str, Any]] = []
    for each in message.get("buttons", ()):
        found += each if isinstance(each, list) else [each]
    return found


class PhoneChat:
    """One citizen."""

    def __init__(self, connected: Connected) -> None:
        self._fake, self._channel = connected.fake, connected.channel
        self.id = str(next(_small_numbers if connected.channel == "telegram" else _numbers))
        self._seen = 0
        extra = {"follows": True} if connected.channel == "zalo_oa" else {}
        self._fake.sim("citizen", id=self.id, **extra)

    def say(self, text: str, kind: str = "text") -> Heard:
        """Send a message, or a photo, sticker…; what then arrives."""
        sent = self._fake.sim("say", id=self.id, text=text) if kind == "text" else self._fake.sim(self._named(kind), id=self.id)
        assert sent["delivered"] == 200, sent
        return self.heard()

    @property
    def has_buttons(self) -> bool:
        return self._channel != "zalo_bot"

    def _named(self, kind: str) -> str:
        return "audio" if (kind, self._channel) == ("voice", "zalo_oa") else kind

    def press(self, label: str) -> Heard:
        """Press the newest button that begins with this label."""
        for message in reversed(self.inbox()):
            for button in _buttons(message):
                title = button.get("title", button.get("text", ""))
                if title.startswith(label):
                    self._fake.sim("press", id=self.id, message_id=message["message_id"], button=title)
                    return self.heard()
        raise AssertionError(f"no button «{label}»")

    def inbox(self) -> list[dict[str, Any]]:
        """Everything that arrived, oldest first."""
        found: list[dict[str, Any]] = self._fake.sim("inbox", id=self.id)
        return found

    def heard(self) -> Heard:
        """What arrived since the last time, as one reply."""
        messages = self.inbox() if len(self._wait(self._seen + 1, 20.0)) > self._seen else []
        while messages and len(more := self._wait(len(messages) + 1, MORE_PARTS)) > len(messages):
            messages = more
        new, self._seen = messages[self._seen :], len(messages)
        buttons = [button for message in new for button in _buttons(message)]
        text = "\n".join(str(message.get("text") or message.get("caption") or "") for message in new)
        addresses = text + " ".join(str(button) for button in buttons)
        titles = [str(button.get("title", button.get("text", ""))) for button in buttons]
        choices = [f"{number}. {label}" for number, label in _NUMBERED.findall(text)] or [t for t in titles if re.match(r"\d", t)]
        return Heard(
            text=" ".join(text.split()),
            cards=list(dict.fromkeys(_PAGE.findall(addresses))),
            choices=choices,
            tel=re.findall(r"\b\d{3,}\b", text),
        )

    def _wait(self, count: int, timeout: float) -> list[dict[str, Any]]:
        """Wait until so many messages arrived in all; those that are there then."""
        name = "to" if self._channel == "zalo_oa" else "id"
        self._fake.sim("wait", **{name: self.id, "count": count, "timeout": timeout})
        return self.inbox()

    def close(self) -> None:
        """Nothing to give back."""
