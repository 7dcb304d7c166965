"""The site in this process, with chats connected that are nothing but their doors."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import uvicorn

from app.main import create_app
from app.messages import Door
from tests.assistant.ward import knowledge, settings

OA, BOT = "https://zalo.me/1234567890123456789", "https://t.me/GanDanThuBot"


@dataclass(frozen=True)
class Zalo:
    """A chat whose address takes nothing along."""

    url: str = OA

    def door(self, code: str) -> Door | None:
        return Door(name="Zalo", url=self.url, words=True)


class Telegram:
    """A chat that opens at a procedure."""

    def door(self, code: str) -> Door | None:
        return Door(name="Telegram", url=f"{BOT}?start=tt_{code.replace('.', '-')}" if code else BOT, words=False)


class Unready:
    """A channel that does not know its address yet."""

    def door(self, code: str) -> Door | None:
        return None


class Doorless:
    """A channel that nobody can enter from a page."""


@dataclass(frozen=True)
class Connected:
    """What a page sees of an account."""

    id: int
    name: str
    channel: object


class Chats:
    """Accounts in use, in place of those of the database."""

    def __init__(self, accounts: Sequence[Connected]) -> None:
        self._accounts = accounts

    def all(self) -> list[Connected]:
        return list(self._accounts)


BOTH = (Connected(1, "telegram", Telegram()), Connected(2, "zalo_oa", Zalo()))


@contextlib.contextmanager
def running_with(accounts: Sequence[Connected], data_dir: Path, **more: Any) -> Iterator[str]:
    """The whole site on a free loopback port, in a thread; its address."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        chosen = settings(data_dir=data_dir, database_url=None, public_url=url, messages_per_minute=10_000, **more)
        app = create_app(chosen, lambda: knowledge().now)
        app.state.accounts = Chats(accounts)
        server = uvicorn.Server(uvicorn.Config(app, log_config=None, access_log=False, ws="none"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            while not server.started:
                assert thread.is_alive(), "the site did not start"
                time.sleep(0.02)
            yield url
        finally:
            server.should_exit = True
            thread.join(30)
