"""A real Chromium, and pages that remember everything they complained about."""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

from playwright.sync_api import Browser, Locator, Page, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
QUIET = ("--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run")
PHONE, DESK = 390, 1280
HEIGHT = {PHONE: 844, DESK: 900}
BIRTH = "/thu-tuc/1.001193/dang-ky-khai-sinh"


def find_chromium() -> str | None:
    """Path of an installed Chromium; nothing is downloaded."""
    return next((path for name in NAMES if (path := shutil.which(name))), None)


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
