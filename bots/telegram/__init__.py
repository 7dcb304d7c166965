"""The Telegram channel: a bot of the Bot API. See README.md."""

from bots.telegram.channel import Telegram, build

__all__ = ["Telegram", "build"]
