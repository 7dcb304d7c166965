"""The page behind a printed code, where chats are connected."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Literal

import cv2
import numpy as np
import pytest
from playwright.sync_api import expect

from tests.browser.browsing import BIRTH, DESK, FIRST_VISIT_LIMIT, PHONE, Tab, violations, weigh
from tests.site.chats import BOT, OA

SHORT, LONG, OLD = "/q/1.000894", "/q/3.000722", "/q/2.002621"
THUMB = 60


@pytest.mark.parametrize("scheme", ["dark"])
@pytest.mark.parametrize("path", [SHORT, LONG, OLD, "/", BIRTH])
def test_a_page_with_doors_has_no_violation(
    new_tab: Callable[..., Tab], with_chats: str, path: str, scheme: Literal["light", "dark"]
) -> None:
    for width in (PHONE, DESK):
        page = new_tab(with_chats, width=width, scheme=scheme).open(path)
        assert violations(page) == []
        if path == SHORT:
            page.get_by_role("button", name="Chép").click()
            expect(page.get_by_role("status")).not_to_be_empty()
            assert violations(page) == []


@pytest.mark.parametrize("javascript", [True, False])
@pytest.mark.parametrize("width", [PHONE, DESK])
def test_every_way_in_is_on_the_first_screen_and_made_for_thumbs(
    new_tab: Callable[..., Tab], with_chats: str, width: int, javascript: bool
) -> None:
    page = new_tab(with_chats, width=width, javascript=javascript).open(SHORT)
    for name in ("Xem giấy tờ, phí, nơi nộp", "Hỏi trên Zalo", "Hỏi trên Telegram"):
        link = page.get_by_role("link", name=name)
        expect(link).to_be_in_viewport(ratio=1)
        box = link.bounding_box()
        assert box is not None
        assert box["height"] >= THUMB, name
    expect(page.get_by_text("đăng ký kết hôn", exact=True)).to_be_in_viewport(ratio=1)


def test_the_first_choice_leads_to_the_page(new_tab: Callable[..., Tab], with_chats: str) -> None:
    page = new_tab(with_chats, javascript=False).open(SHORT)
    page.get_by_role("link", name="Xem giấy tờ").click()
    expect(page).to_have_url(re.compile("/thu-tuc/1.000894/dang-ky-ket-hon$"))
    expect(page.get_by_text("Bao nhiêu tiền").first).to_be_visible()


def test_the_other_choices_lead_into_the_chats(new_tab: Callable[..., Tab], with_chats: str) -> None:
    page = new_tab(with_chats).open(SHORT)
    expect(page.get_by_role("link", name="Hỏi trên Zalo")).to_have_attribute("href", OA)
    expect(page.get_by_role("link", name="Hỏi trên Telegram")).to_have_attribute("href", f"{BOT}?start=tt_1-000894")


def test_the_words_are_copied(new_tab: Callable[..., Tab], with_chats: str) -> None:
    page = new_tab(with_chats).open(LONG)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="Chép").click()
    expect(page.get_by_role("status")).to_contain_text("Đã chép.")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied == page.locator(".to-send strong").inner_text() == "khai sinh, thường trú, bảo hiểm y tế, căn cước cho bé: làm một lần"


def test_where_copying_is_refused_the_words_are_marked(new_tab: Callable[..., Tab], with_chats: str) -> None:
    tab = new_tab(with_chats)
    # As on plain http, where browsers give no clipboard.
    tab.page.add_init_script("Object.defineProperty(Navigator.prototype, 'clipboard', { value: undefined })")
    page = tab.open(SHORT)
    page.get_by_role("button", name="Chép").click()
    expect(page.get_by_role("status")).to_contain_text("Máy không cho chép.")
    assert page.evaluate("getSelection().toString()") == "đăng ký kết hôn"


def test_without_javascript_the_words_can_be_marked_and_no_button_is_dead(new_tab: Callable[..., Tab], with_chats: str) -> None:
    page = new_tab(with_chats, javascript=False).open(SHORT)
    expect(page.get_by_role("button")).to_have_count(0)
    words = page.get_by_text("đăng ký kết hôn", exact=True)
    assert words.evaluate("node => getComputedStyle(node).userSelect") == "all"


def test_a_scan_on_a_phones_data_plan_is_small_and_asks_nobody_else(new_tab: Callable[..., Tab], with_chats: str) -> None:
    weights = weigh(new_tab(with_chats), SHORT)
    assert {"/static/app.css", "/static/fonts/be-vietnam-pro-400.woff2"} <= weights.keys()
    assert not [name for name in weights if "htmx" in name]
    assert sum(weights.values()) < FIRST_VISIT_LIMIT, weights


def test_no_page_with_doors_is_wider_than_the_screen(new_tab: Callable[..., Tab], with_chats: str) -> None:
    page = new_tab(with_chats).open(SHORT)
    for path in (SHORT, LONG, OLD, "/", BIRTH):
        page.goto(path)
        for width in (PHONE // 2, 320, PHONE, DESK):
            page.set_viewport_size({"width": width, "height": 844})
            assert page.evaluate("document.documentElement.scrollWidth") <= width, (path, width)


def test_the_links_into_the_chats_are_big_enough_on_other_pages(new_tab: Callable[..., Tab], with_chats: str) -> None:
    page = new_tab(with_chats).open(BIRTH)
    links = page.locator(".keep a, .chats a")
    assert links.count() == 6
    assert [
        height for height in links.evaluate_all("nodes => nodes.map((node) => node.getBoundingClientRect().height)") if height < 44
    ] == []


def test_a_printed_code_opens_the_choice(new_tab: Callable[..., Tab], with_chats: str) -> None:
    tab = new_tab(with_chats, scale=2)
    page = tab.open(BIRTH)
    page.emulate_media(media="print")
    picture = cv2.imdecode(np.frombuffer(page.locator(".print-head .qr").screenshot(), np.uint8), cv2.IMREAD_COLOR)
    assert picture is not None
    text, _, _ = cv2.QRCodeDetector().detectAndDecode(picture)
    assert text == f"{tab.url}/q/1.001193"
    page.emulate_media(media="screen")
    page.goto(text)
    expect(page.get_by_role("link", name="Hỏi trên Zalo")).to_be_visible()
