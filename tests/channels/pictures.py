"""Pictures of the keeper's guide to the channels: `.venv/bin/python -m tests.channels.pictures` takes them again.

Real commands, a real server and a real page, with the fakes in the place of the platforms; nothing of a platform's own
pages is shown. The diagrams beside them (*.svg) are drawn by hand.
"""

from __future__ import annotations

import base64
import codecs
import contextlib
import os
import pty
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from html import escape
from pathlib import Path

import httpx
from playwright.sync_api import Browser, FloatRect

from tests.browser.browsing import PHONE, chromium, tab
from tests.channels import cards
from tests.channels.connected import ROOT, URLS, VALUES
from tests.channels.limits import CAPABILITIES
from tests.fakes.serving import Fake, running_fake
from tests.support.server import running_server

FOLDER = ROOT / "docs" / "huong-dan" / "kenh" / "hinh"
PUBLIC_URL = cards.PUBLIC_URL
CITIZEN = "9000000000000000001"
EDGE = 10  # pixels around a part of a page
ATTEMPTS = 20
WAITING = re.compile(r"(1 tin đang chờ trả lời)[\s\S]+/cap-quyen")  # the message is in, and the lost consent is known
SCREEN = """<!doctype html><html lang="vi"><meta charset="utf-8"><style>
@font-face {{ font-family: Screen; font-weight: 400; src: url(data:font/woff2;base64,{regular}) format("woff2"); }}
@font-face {{ font-family: Screen; font-weight: 600; src: url(data:font/woff2;base64,{strong}) format("woff2"); }}
body {{ margin: 0; padding: 10px; width: 480px; background: #fff; font: 16px/1.45 Screen, sans-serif; color: #14202b; }}
.bar {{ padding: 8px 12px; border: 1px solid #9aa5b1; border-radius: 10px 10px 0 0; background: #e4e8ee; }}
.bar i {{ display: inline-block; width: 10px; height: 10px; margin-right: 6px; border-radius: 50%; background: #9aa5b1; }}
.shown {{ padding: 10px 14px 12px; border: 1px solid #9aa5b1; border-top: 0; border-radius: 0 0 10px 10px; background: #fbfcfd; }}
p {{ margin: 5px 0; overflow-wrap: anywhere; }}
p.command {{ font-weight: 600; color: #0b4f8a; }}
p.found {{ padding-left: 22px; text-indent: -22px; }}
</style><body><div class="bar"><i></i><i></i><i></i></div><div class="shown">{shown}</div>"""


def main() -> None:
    """Take every picture."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, chromium() as browser:
        _zalo_oa(browser, Path(folder) / "zalo_oa")
        for channel, connected in (("zalo_bot", "noi-zalo-bot"), ("telegram", "noi-telegram")):
            _bot(browser, Path(folder) / channel, channel, connected)
        for channel in CAPABILITIES:
            _chat(browser, channel)
    for path in sorted(FOLDER.glob("*.png")):
        print(f"{path.stat().st_size / 1000:6.0f} kB  {path.name}")


def _zalo_oa(browser: Browser, folder: Path) -> None:
    """Connect without the OA's secret, enter it, consent, all is well; then Zalo ends the consent and somebody writes."""
    with _platform("zalo_oa", folder) as (fake, environment):
        *app, oa_secret = _answers("zalo_oa")
        shown = _screen(environment, "channel", "connect", "zalo_oa", typed=[*app, ""])
        _photograph(browser, "noi-zalo-oa", shown)
        hook = _found(r"/kenh/([\w-]+)", shown)
        shown = _screen(environment, "channel", "connect", "zalo_oa", typed=[*app, oa_secret])
        link = _found(rf"(https\S+/{hook}/cap-quyen\S+)", shown)
        fake.sim("oa", name="Phường An Khê (mẫu)", oa_type=4, package_name="", callback=f"{PUBLIC_URL}/kenh/{hook}/xong")
        with running_server(folder / "data", **environment) as server:
            _consent(link, server.url)
            _home(browser, server.url)
            _photograph(browser, "kiem-tra-zalo-oa", _screen(environment, "channel", "check"))
            fake.sim("oa", webhook_url=f"{server.url}/kenh/{hook}")
            fake.sim("revoke")
            fake.sim("say", id=CITIZEN, text="giờ làm việc")
            for _ in range(ATTEMPTS):
                shown = _screen(environment, "channel", "check")
                if WAITING.search(shown):
                    break
            _found(WAITING, shown)
            _photograph(browser, "can-cap-quyen-lai", shown)


def _bot(browser: Browser, folder: Path, channel: str, name: str) -> None:
    """Connect a bot and check it."""
    with _platform(channel, folder) as (_, environment):
        shown = _screen(environment, "channel", "connect", channel, typed=_answers(channel))
        _photograph(browser, name, shown)
        _photograph(browser, name.replace("noi", "kiem-tra"), _screen(environment, "channel", "check"))


@contextlib.contextmanager
def _platform(channel: str, folder: Path) -> Iterator[tuple[Fake, Mapping[str, str]]]:
    """The fake of a platform, and the environment of an installation that takes it for the real one."""
    token = VALUES[channel].get("token")
    with running_fake(channel, *(["--token", token] if token else [])) as fake:
        environment = {"GANDAN_DATA_DIR": str(folder / "data"), "GANDAN_PUBLIC_URL": PUBLIC_URL}
        yield fake, dict.fromkeys(URLS[channel], fake.url) | environment


def _answers(channel: str) -> list[str]:
    return [value for name, value in VALUES[channel].items() if name != "per_second"]


def _screen(environment: Mapping[str, str], *arguments: str, typed: Sequence[str] = ()) -> str:
    """What a terminal shows while `gandan …` runs and its questions are answered in order."""
    leader, follower = pty.openpty()
    command = [sys.executable, "-m", "app", *arguments]
    with subprocess.Popen(
        command, cwd=ROOT, env=os.environ | environment, stdin=follower, stdout=follower, stderr=follower, start_new_session=True
    ):
        os.close(follower)
        decoder, waiting, shown = codecs.getincrementaldecoder("utf-8")(), list(typed), ""
        with contextlib.suppress(OSError):  # how a terminal whose program has ended is read
            while chunk := os.read(leader, 4096):
                shown += decoder.decode(chunk)
                if waiting and shown.endswith(": "):
                    os.write(leader, f"{waiting.pop(0)}\n".encode())
    os.close(leader)
    return f"$ gandan {' '.join(arguments)}\n{shown}".replace("\r", "").rstrip()


def _found(pattern: str | re.Pattern[str], text: str) -> str:
    match = re.search(pattern, text)
    assert match, text
    return match[1]


def _consent(link: str, server: str) -> None:
    """What the OA's administrator does in a browser: follow the link, agree, come back."""
    for _ in range(3):
        answer = httpx.get(link.replace(PUBLIC_URL, server), timeout=30)
        link = answer.headers["location"]
    assert link == "/?xong=da-noi-kenh", link


def _photograph(browser: Browser, name: str, shown: str) -> None:
    with tab(browser, PUBLIC_URL, width=500, scale=1.5) as keeper:
        regular, strong = (
            base64.b64encode((cards.FONTS / f"be-vietnam-pro-{weight}.woff2").read_bytes()).decode() for weight in (400, 600)
        )
        lines = "".join(_line(line) for line in shown.splitlines())
        keeper.page.set_content(SCREEN.format(shown=lines, regular=regular, strong=strong))
        keeper.page.evaluate("document.fonts.ready.then(() => true)")
        keeper.page.locator("body").screenshot(path=FOLDER / f"{name}.png")


def _line(line: str) -> str:
    """A line of the terminal, wrapped so that every finding stands out."""
    kind = "command" if line.startswith("$ ") else "found" if line.startswith("  ") else "said"
    return f'<p class="{kind}">{escape(line.strip())}</p>'


def _home(browser: Browser, url: str) -> None:
    """The page that the administrator comes back to, from its top to the news."""
    with tab(browser, url, width=PHONE, scale=1.5) as keeper:
        page = keeper.open("/?xong=da-noi-kenh")
        page.evaluate("document.fonts.ready.then(() => true)")
        news = page.get_by_text("Đã nối Zalo Official Account").bounding_box()
        assert news
        page.screenshot(path=FOLDER / "trang-chu-da-noi.png", clip=_area(news["y"] + news["height"]))


def _chat(browser: Browser, channel: str) -> None:
    """One question and its answer, as a citizen sees them."""
    with tab(browser, PUBLIC_URL, width=PHONE, scale=1.5) as citizen:
        page = citizen.page
        page.set_content(cards._phone(channel))
        page.evaluate("document.fonts.ready.then(() => true)")
        answer = page.locator(".part").first.bounding_box()
        assert answer
        page.screenshot(path=FOLDER / f"tra-loi-{channel}.png", clip=_area(answer["y"] + answer["height"]), full_page=True)


def _area(height: float) -> FloatRect:
    return {"x": 0, "y": 0, "width": PHONE, "height": height + EDGE}


if __name__ == "__main__":
    main()
