"""The bot under test: its token and secret, a vault in memory, and the channel at an address."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

from app.messages import Vault
from app.settings import Settings
from bots.zalo_bot import ZaloBot, build

TOKEN = "1459232241454765289:fake-token-of-tests"
SECRET = "fake-secret-of-tests"
CITIZEN = "6ede9afa66b88fe6d6a9"


class Memory:
    """A vault that lasts as long as a test."""

    def __init__(self) -> None:
        self.values = {"token": TOKEN, "secret": SECRET}

    async def read(self) -> Mapping[str, str]:
        return dict(self.values)

    async def remember(self, values: Mapping[str, str]) -> None:
        self.values |= values

    async def renew(self, stale: str, exchange: Callable[[Mapping[str, str]], Awaitable[Mapping[str, str]]]) -> Mapping[str, str]:
        raise AssertionError("a bot's token is never renewed")


def channel_at(url: str, vault: Vault | None = None, **values: str) -> ZaloBot:
    """The channel of our bot on a server at `url`."""
    return build({"token": TOKEN, "secret": SECRET} | values, vault or Memory(), Settings(zalo_bot_url=url))
