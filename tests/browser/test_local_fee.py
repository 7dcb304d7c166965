"""A local fee, given by one official and checked by another, with the keyboard alone; citizens read it at once."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.browsing import DESK, PHONE, Tab, violations
from tests.console.desk import Desk

COPY = "2.000815"
FIGURES = {PHONE: "6300", DESK: "6200"}


def _signed(new_tab: Callable[..., Tab], desk: Desk, who: str, width: int) -> Tab:
    found = new_tab(desk.url, width=width)
    found.page.context.add_cookies([{"name": "gdcb", "value": desk.browsers[who].token, "url": desk.url}])
    return found


def _tab_to(page: Page, name: str, presses: int = 120) -> None:
    """Press Tab until what has the focus is called so."""
    for _ in range(presses):
        page.keyboard.press("Tab")
        called = page.evaluate(
            "() => {const e = document.activeElement; const l = e.id && document.querySelector(`label[for='${e.id}']`);"
            " return (l || e).textContent.trim() || e.value || ''}"
        )
        if called.startswith(name):
            return
    raise AssertionError(f"the keyboard never reached «{name}»")


def _fine(page: Page) -> None:
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def _propose(page: Page, amount: str, words: str) -> None:
    """From the list of procedures to the proposal that is sent."""
    _tab_to(page, "Tìm thủ tục")
    page.keyboard.type("sao y ban chinh")
    expect(page.locator("#ket-qua a").first).to_have_attribute("href", f"/can-bo/thu-tuc/{COPY}")
    _fine(page)
    _tab_to(page, "Công chứng photo")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Chung và riêng")).to_be_visible()
    _fine(page)
    _tab_to(page, "Đề nghị sửa phí, lệ phí")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Đề nghị: Phí, lệ phí")).to_be_visible()
    _fine(page)
    _tab_to(page, "Cho trường hợp nào")
    page.keyboard.press("Home")
    _tab_to(page, "Số đồng")
    page.keyboard.press("Control+a")
    page.keyboard.type(amount)
    _tab_to(page, "Tính theo")
    page.keyboard.press("Control+a")
    page.keyboard.type("bản")
    _tab_to(page, "Miễn, giảm cho ai")
    page.keyboard.press("Control+a")
    page.keyboard.press("Delete")
    _tab_to(page, "Tên nguồn")
    page.keyboard.type("Bảng niêm yết ở quầy 2")
    _tab_to(page, "Ngày của nguồn")
    page.keyboard.type("11202026")
    _tab_to(page, "Xem người dân sẽ đọc gì")
    page.keyboard.press("Enter")
    expect(page.get_by_text(f"→ {words}").first).to_be_visible()
    _fine(page)
    _tab_to(page, "Gửi để kiểm tra")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Đã gửi đề nghị")).to_be_visible()


@pytest.mark.parametrize("width", [PHONE])
def test_a_local_fee_by_keyboard(new_tab: Callable[..., Tab], desk: Desk, width: int) -> None:
    amount = FIGURES[width]
    words = f"{amount[0]}.{amount[1:]} đồng một bản"
    _propose(_signed(new_tab, desk, "official", width).open("/can-bo/thu-tuc"), amount, words)

    checker = _signed(new_tab, desk, "editor", width)
    page = checker.open("/can-bo")
    _tab_to(page, "Kiểm tra phí, lệ phí")
    page.keyboard.press("Enter")
    expect(page.get_by_text(f"→ {words}").first).to_be_visible()
    _fine(page)
    _tab_to(page, "Đã đối chiếu, cho người dân đọc")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Đã cho dùng")).to_be_visible()
    _fine(page)

    citizen = new_tab(desk.url, width=width)
    citizen.open("/")
    answer = citizen.ask("chứng thực bản sao hết bao nhiêu tiền")
    expect(answer).to_contain_text(words)
    expect(answer).to_contain_text("Riêng ở Phường An Khê (mẫu): phí theo Bảng niêm yết ở quầy 2 (20/11/2026)")
    _fine(citizen.page)
