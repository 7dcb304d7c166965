"""A real server with one channel connected to its fake, set up by the keeper's own commands."""

from __future__ import annotations

import contextlib
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import httpx

from tests.fakes.serving import Fake, running_fake
from tests.support.server import Server, free_port, running_server

CHANNELS = ("zalo_oa", "zalo_bot", "telegram")
VALUES = {
    "zalo_oa": {
        "app_id": "4444444444444444444",
        "app_secret": "APP_SECRET_fake_0123456789",
        "oa_secret": "OA_SECRET_fake_0123456789",
        "per_second": "100000",
    },
    "zalo_bot": {"token": "1459232241454765289:fakeSecretOfTheZaloBotFake", "per_second": "100000"},
    "telegram": {"token": "123456789:AAFakeTokenOfTheTelegramFake", "per_second": "100000"},
}
URLS = {
    "zalo_oa": ("GANDAN_ZALO_OA_URL", "GANDAN_ZALO_OAUTH_URL"),
    "zalo_bot": ("GANDAN_ZALO_BOT_URL",),
    "telegram": ("GANDAN_TELEGRAM_URL",),
}
UNLIMITED: dict[str, dict[str, int]] = {
    "telegram": {"ports": False, "rate": False},
    "zalo_bot": {"users": 1_000_000, "messages_per_month": 1_000_000},
}
"""Limits of the platforms that would stop a test, not a ward."""
ROOT = Path(__file__).resolve().parent.parent.parent


@dataclass(frozen=True)
class Connected:
    """A channel in use: the fake of its platform, the address of its webhook, and the environment of our processes."""

    channel: str
    fake: Fake
    url: str
    hook: str
    port: int
    data_dir: Path
    environment: Mapping[str, str]

    @property
    def webhook(self) -> str:
        return f"{self.url}/kenh/{self.hook}"

    @contextlib.contextmanager
    def serving(self, **environment: str) -> Iterator[Server]:
        """`gandan serve` with this channel."""
        with running_server(self.data_dir, **(dict(self.environment) | environment)) as server:
            yield server


def command(environment: Mapping[str, str], *arguments: str, typed: str = "") -> subprocess.CompletedProcess[str]:
    """Run `gandan …` as a keeper does."""
    return subprocess.run(
        [sys.executable, "-m", "app", *arguments],
        cwd=ROOT,
        env=os.environ | dict(environment),
        input=typed,
        text=True,
        capture_output=True,
        timeout=60,
        check=False,
    )


@contextlib.contextmanager
def connected(channel: str, folder: Path, environment: Mapping[str, str] | None = None, *, polling: bool = False) -> Iterator[Connected]:
    """The fake of a channel, and an installation connected to it. Nothing serves yet."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    with running_fake(channel) as fake:
        settings = dict.fromkeys(URLS[channel], fake.url) | {
            "GANDAN_DATA_DIR": str(folder / "data"),
            "GANDAN_PUBLIC_URL": url,
            "GANDAN_PORT": str(port),
            "GANDAN_MESSAGES_PER_MINUTE": "100000",
        }
        settings |= environment or {}
        if channel in UNLIMITED:
            fake.sim("switch", http_loopback=True, **UNLIMITED[channel])
        mode = ["--polling"] if polling else []
        done = command(settings, "channel", "connect", channel, *mode, "--stdin", typed=json.dumps(VALUES[channel]))
        assert done.returncode == 0, done.stdout + done.stderr
        hook = _hook(settings)
        if channel == "zalo_oa":
            _consent(fake, url, hook, done.stdout, settings, folder)
        yield Connected(channel, fake, url, hook, port, folder / "data", settings)


def _hook(settings: Mapping[str, str]) -> str:
    """The hook of the account, from the installation itself."""
    code = "import asyncio; from app.channels.keeper import Keeper; from app.settings import Settings; "
    code += "print(asyncio.run(Keeper(Settings(), {}).rows())[-1].hook)"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=os.environ | dict(settings), text=True, capture_output=True, check=True
    )
    return done.stdout.strip()


def _consent(fake: Fake, url: str, hook: str, printed: str, settings: Mapping[str, str], folder: Path) -> None:
    """What the OA's administrator does once: set the addresses in the console, open the link, consent."""
    link = re.search(r"http\S+/cap-quyen\S+", printed)
    assert link is not None, printed
    fake.sim("oa", callback=f"{url}/kenh/{hook}/xong", webhook_url=f"{url}/kenh/{hook}")
    with running_server(folder / "data", **settings):
        page = httpx.get(link[0], follow_redirects=True, timeout=30)
        assert "Đã nối Zalo Official Account" in page.text, page.text[:2000]
