"""No violation that axe knows, on every page, in light and dark; and everything by keyboard."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import pytest
from playwright.sync_api import expect

from tests.browser.browsing import BIRTH, DESK, PHONE, Tab, violations, wait_until

PAGES = ["/", "/thu-tuc", "/thu-tuc?muc=full", "/thu-tuc?q=zzzz", BIRTH, f"{BIRTH}#qua-60-ngay", "/gioi-thieu", "/su-kien/sinh-con"]
MISSING = ["/q/9.999999", "/khong-co"]


@pytest.mark.parametrize(("width", "scheme"), [(PHONE, "light"), (DESK, "dark")])
@pytest.mark.parametrize("path", [*PAGES, *MISSING])
def test_a_page_has_no_violation(new_tab: Callable[..., Tab], path: str, width: int, scheme: str) -> None:
    """Layout depends on the width only, colours on the scheme only: two visits see both of both."""
    tab = new_tab(width=width, scheme=scheme)
    assert violations(tab.open(path)) == []
    if path in MISSING:
        tab.complaints[:] = [text for text in tab.complaints if "404" not in text]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_conversation_has_no_violation(new_tab: Callable[..., Tab], scheme: Literal["light", "dark"]) -> None:
    tab = new_tab(scheme=scheme)
    page = tab.open("/")
    tab.ask("đăng ký kết hôn")
    tab.ask("giấy xác nhận")
    tab.ask("cháy nhà cứu với")
    tab.ask("khai sinh").get_by_role("button", name="Chưa đúng").click()
    expect(page.locator(".thanks")).to_be_visible()
    assert violations(page) == []


def test_the_check_itself_sees_a_violation(new_tab: Callable[..., Tab]) -> None:
    page = new_tab().open("/gioi-thieu")
    page.evaluate("document.querySelector('main').insertAdjacentHTML('beforeend', '<img src=\"data:,\"><input>')")
    assert {line.partition(":")[0] for line in violations(page)} >= {"image-alt", "label"}


def test_the_watch_on_the_content_policy_sees_a_violation(new_tab: Callable[..., Tab]) -> None:
    tab = new_tab()
    page = tab.open("/gioi-thieu")
    page.evaluate("document.querySelector('main').insertAdjacentHTML('beforeend', '<p style=\"color: red\">x</p>')")
    wait_until(page, lambda: any("Content Security Policy" in text for text in tab.complaints))
    tab.complaints.clear()


def test_the_keyboard_alone_asks_and_reads(new_tab: Callable[..., Tab]) -> None:
    tab = new_tab(width=DESK)
    page = tab.open("/")
    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="Tới nội dung chính")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport(ratio=1)
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.get_by_label("Câu hỏi của bạn")).to_be_focused()
    page.keyboard.type("đăng ký kết hôn")
    page.keyboard.press("Enter")
    wrong = tab.exchange(0).get_by_role("button", name="Chưa đúng")
    expect(wrong).to_be_visible()
    page.keyboard.press("Shift+Tab")
    expect(wrong).to_be_focused()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_focus_is_always_seen(new_tab: Callable[..., Tab], scheme: Literal["light", "dark"]) -> None:
    for path in ("/", "/thu-tuc", BIRTH):
        page = new_tab(scheme=scheme, width=DESK).open(path)
        for _ in range(14):
            page.keyboard.press("Tab")
            seen = page.evaluate(
                """() => { const style = getComputedStyle(document.activeElement);
                  return document.activeElement === document.body
                    || (style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2 && style.outlineColor !== 'rgba(0, 0, 0, 0)') }"""
            )
            assert seen, page.evaluate("document.activeElement.outerHTML")


def test_nothing_moves_by_itself(new_tab: Callable[..., Tab]) -> None:
    tab = new_tab()
    page = tab.open("/")
    tab.ask("đăng ký kết hôn")
    for path in ("", "/thu-tuc", BIRTH):
        if path:
            tab.open(path)
        assert page.evaluate("document.getAnimations().filter((one) => one.playState === 'running').length") == 0


def test_letters_twice_as_large_still_fit(new_tab: Callable[..., Tab]) -> None:
    for path in ("/", "/thu-tuc", BIRTH, "/gioi-thieu"):
        page = new_tab(width=PHONE // 2).open(path)
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE // 2, path
