"""The Zalo Bot channel: a bot of the Zalo Bot Platform. See README.md."""

from bots.zalo_bot.channel import ZaloBot, build

__all__ = ["ZaloBot", "build"]
