"""A real Chromium, and pages that remember everything they complained about."""

from __future__ import annotations

import contextlib
import os
import shutil
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from axe_core_python.sync_playwright import Axe
from PIL import Image
from playwright.sync_api import Browser, Locator, Page, sync_playwright

from app.settings import ROOT

WHOLE = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
NAMES = ("chromium-headless-shell", *WHOLE)  # the shell draws the same pages with a third less work
QUIET = ("--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run")
PHONE, DESK = 390, 1280
HEIGHT = {PHONE: 844, DESK: 900}
FIRST_VISIT_LIMIT = 100_000
BIRTH = "/thu-tuc/1.001193/dang-ky-khai-sinh"
GUIDE_PICTURES = ROOT / "docs" / "huong-dan" / "anh"
GUIDE_HEIGHT, GUIDE_COLOURS = 620, 48


def find_chromium(names: Sequence[str] = NAMES) -> str | None:
    """Path of an installed Chromium by the first of these names; nothing is downloaded."""
    return next((path for name in names if (path := shutil.which(name))), None)


@contextlib.contextmanager
def chromium() -> Iterator[Browser]:
    """A running Chromium that calls nobody by itself."""
    arguments = [*QUIET, "--no-sandbox"] if os.geteuid() == 0 else list(QUIET)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=arguments)
        yield browser
        browser.close()


@dataclass
class Tab:
    """A page of one visitor, and its complaints: console errors and warnings, failed policies, uncaught errors."""

    page: Page
    url: str
    complaints: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)

    def open(self, path: str) -> Page:
        self.page.goto(self.url + path)
        return self.page

    def ask(self, text: str) -> Locator:
        """Type a question, press the button, wait for the answer. Returns the new exchange."""
        before = self.page.locator(".exchange").count()
        self.page.get_by_label("Câu hỏi của bạn").fill(text)
        self.page.get_by_role("button", name="Gửi").click()
        return self.exchange(before)

    def exchange(self, number: int) -> Locator:
        """The exchange with this number, counted from 0, once it is there."""
        exchange = self.page.locator(".exchange").nth(number)
        exchange.wait_for()
        return exchange


@contextlib.contextmanager
def tab(
    browser: Browser, url: str, *, width: int = PHONE, scheme: Literal["light", "dark"] = "light", javascript: bool = True, scale: float = 1
) -> Iterator[Tab]:
    """A fresh visitor: no cookies, no storage."""
    context = browser.new_context(
        locale="vi-VN",
        timezone_id="Asia/Ho_Chi_Minh",
        viewport={"width": width, "height": HEIGHT.get(width, 844)},
        color_scheme=scheme,
        java_script_enabled=javascript,
        has_touch=width < 600,
        device_scale_factor=scale,
        base_url=url,
    )
    context.set_default_timeout(10_000)
    page = context.new_page()
    found = Tab(page, url)
    page.on("console", lambda message: found.complaints.append(f"{message.type}: {message.text}") if message.type != "log" else None)
    page.on("pageerror", lambda error: found.complaints.append(f"uncaught: {error}"))
    page.on("request", lambda request: found.requests.append(request.url))
    yield found
    context.close()


def wait_until(page: Page, happened: Callable[[], bool]) -> None:
    """Let the browser go on until it has happened; an error after ten seconds. For what Playwright has no `expect` for."""
    end = time.monotonic() + 10
    while not happened():
        assert time.monotonic() < end, "it did not happen within ten seconds"
        page.wait_for_timeout(20)


def violations(page: Page) -> list[str]:
    """What axe has against the page as it is now."""
    found = Axe().run(page, options={"resultTypes": ["violations"]})["violations"]
    return [f"{item['id']}: {node['target']} {node['failureSummary']}" for item in found for node in item["nodes"]]


def still(page: Page) -> None:
    """Let a page look the same whenever its picture is taken."""
    page.evaluate("document.fonts.ready.then(() => true)")
    page.evaluate("document.activeElement.blur()")
    page.mouse.move(1, 1)


def picture(page: Page, path: Path, top: Locator | None = None, height: int = GUIDE_HEIGHT) -> None:
    """A picture for a guide: what fits into it from `top` on, in few colours."""
    size = page.viewport_size
    assert size is not None
    page.set_viewport_size({"width": size["width"], "height": height})
    still(page)
    if top is not None:
        top.evaluate("node => node.scrollIntoView({block: 'start'})")
    else:
        page.evaluate("scrollTo(0, 0)")
    page.screenshot(path=path)
    with Image.open(path) as taken:
        taken.convert("RGB").quantize(GUIDE_COLOURS, dither=Image.Dither.NONE).save(path, optimize=True)


def weigh(tab: Tab, path: str) -> dict[str, int]:
    """Open a page; bytes that came over the wire, headers included, per address."""
    session = tab.page.context.new_cdp_session(tab.page)
    session.send("Network.enable")
    names: dict[str, str] = {}
    weights: dict[str, int] = {}

    def started(event: dict[str, Any]) -> None:
        names[event["requestId"]] = event["request"]["url"].removeprefix(tab.url).partition("?")[0]

    def finished(event: dict[str, Any]) -> None:
        name = names[event["requestId"]]
        weights[name] = weights.get(name, 0) + int(event["encodedDataLength"])

    session.on("Network.requestWillBeSent", started)
    session.on("Network.loadingFinished", finished)
    tab.page.goto(tab.url + path, wait_until="networkidle")
    return weights
