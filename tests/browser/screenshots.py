"""Take the pictures of docs/screenshots again: `.venv/bin/python -m tests.browser.screenshots`."""

from __future__ import annotations

import tempfile
from pathlib import Path

from playwright.sync_api import Browser

from tests.browser.browsing import BIRTH, DESK, PHONE, Tab, chromium, still, tab
from tests.site.chats import BOTH, running_with
from tests.support.server import running_server

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "screenshots"
A4_AT_96_DPI = 794


def main() -> None:
    """Start a server, take every picture."""
    FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as data, running_server(Path(data) / "data") as server, chromium() as browser:
        for width, scale in ((PHONE, 1.5), (DESK, 1.0)):
            with tab(browser, server.url, width=width, scale=scale) as visitor:
                _walk(visitor, str(width))
        with tab(browser, server.url, scheme="dark", scale=1.5) as visitor:
            _dark(visitor)
        _paper(browser, server.url)
        _doors(browser, Path(data) / "chats")
    for path in sorted(FOLDER.glob("*.png")):
        print(f"{path.stat().st_size / 1000:6.0f} kB  {path.name}")


def _take(visitor: Tab, name: str) -> None:
    still(visitor.page)
    visitor.page.screenshot(path=FOLDER / f"{name}.png")


def _walk(visitor: Tab, width: str) -> None:
    visitor.open("/")
    _take(visitor, f"home-{width}")
    visitor.ask("dang ky ket hon")
    _take(visitor, f"card-{width}")
    if width == str(PHONE):
        visitor.ask("giấy xác nhận")
        _take(visitor, f"clarify-{width}")
    visitor.open("/thu-tuc?q=khai+sinh")
    _take(visitor, f"list-{width}")
    visitor.open("/thu-tuc/1.000894")
    _take(visitor, f"procedure-{width}")
    if width == str(PHONE):
        visitor.page.locator(".checklist input").first.check()
        visitor.page.locator(".checklist").first.scroll_into_view_if_needed()
        visitor.page.locator(".checklist").first.evaluate("node => node.scrollIntoView()")
        _take(visitor, f"checklist-{width}")
        visitor.page.locator(".keep").evaluate("node => node.scrollIntoView({block: 'end'})")
        _take(visitor, f"qr-{width}")
        visitor.open(BIRTH)
        _take(visitor, f"cases-{width}")
        visitor.open("/")
        visitor.ask("nhà hàng xóm cháy, cứu với")
        _take(visitor, f"emergency-{width}")


def _dark(visitor: Tab) -> None:
    visitor.open("/")
    visitor.ask("dang ky ket hon")
    _take(visitor, f"dark-card-{PHONE}")
    visitor.open("/thu-tuc/1.000894")
    _take(visitor, f"dark-procedure-{PHONE}")


def _doors(browser: Browser, data_dir: Path) -> None:
    with running_with(BOTH, data_dir) as url:
        for width in (PHONE, DESK):
            with tab(browser, url, width=width) as visitor:
                visitor.open("/q/1.000894")
                _take(visitor, f"door-{width}")


def _paper(browser: Browser, url: str) -> None:
    with tab(browser, url, width=A4_AT_96_DPI) as visitor:
        page = visitor.open(f"{BIRTH}#trong-60-ngay")
        page.emulate_media(media="print")
        page.set_viewport_size({"width": A4_AT_96_DPI, "height": 1123})
        # The margins that @page gives on real paper.
        page.evaluate("document.body.style.setProperty('padding', '12mm 15mm')")
        page.evaluate("scrollTo(0, 0)")
        _take(visitor, "print-a4")


if __name__ == "__main__":
    main()
