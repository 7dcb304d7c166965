"""The list and the page of a procedure in the browser."""

from __future__ import annotations

import re
from collections.abc import Callable

import cv2
import numpy as np
from playwright.sync_api import Page, expect

from tests.browser.browsing import BIRTH, DESK, PHONE, Tab, wait_until

EVERY = 40  # one procedure in forty: all five hundred take a minute and a half


def _scroll_width(page: Page) -> int:
    return int(page.evaluate("document.documentElement.scrollWidth"))


def test_the_list_narrows_while_typing_and_keeps_its_address(visitor: Tab) -> None:
    page = visitor.open("/thu-tuc")
    everything = page.locator("#ket-qua li").count()
    page.get_by_label("Tìm theo tên hay việc cần làm").press_sequentially("ket hon", delay=20)
    expect(page.locator("#so-ket-qua")).to_contain_text("«ket hon»")
    wait_until(page, lambda: 0 < page.locator("#ket-qua li").count() < everything)
    expect(page.locator("#ket-qua li a").first).to_contain_text("ết hôn")
    expect(page).to_have_url(re.compile(r"/thu-tuc\?q=ket\+hon$"))
    page.reload()
    expect(page.locator("#so-ket-qua")).to_contain_text("«ket hon»")


def test_the_list_works_without_javascript(plain_visitor: Tab) -> None:
    page = plain_visitor.open("/thu-tuc")
    page.get_by_label("Tìm theo tên hay việc cần làm").fill("khai sinh")
    page.get_by_role("button", name="Tìm").click()
    expect(page.locator("#so-ket-qua")).to_contain_text("«khai sinh»")
    page.get_by_text("Lọc bớt danh sách").click()
    page.get_by_label("Lĩnh vực").select_option("ho-tich")
    page.get_by_role("button", name="Tìm").click()
    expect(page).to_have_url(re.compile("linh-vuc=ho-tich"))
    expect(page.locator("#ket-qua li").first).to_be_visible()


def test_a_filter_works_as_soon_as_it_is_chosen(visitor: Tab) -> None:
    page = visitor.open("/thu-tuc")
    page.get_by_text("Lọc bớt danh sách").click()
    page.get_by_label("Nộp qua mạng").select_option("full")
    expect(page).to_have_url(re.compile(r"\?muc=full$"))
    badges = page.locator("#ket-qua li .badge")
    wait_until(page, lambda: badges.count() == page.locator("#ket-qua li").count() > 0)
    expect(badges.first).to_have_text("Toàn trình")


def test_leaving_the_box_searches_no_second_time(visitor: Tab) -> None:
    page = visitor.open("/thu-tuc")
    page.get_by_label("Tìm theo tên hay việc cần làm").fill("zzzz")
    expect(page.get_by_role("status")).to_have_text("Không tìm thấy thủ tục nào")
    searches = [request for request in visitor.requests if "/thu-tuc?q=" in request]
    page.locator("#tim").blur()  # as a tap on a result does: swapping the list now would swallow that tap
    page.wait_for_timeout(300)
    assert [request for request in visitor.requests if "/thu-tuc?q=" in request] == searches


def test_nothing_found_is_answered_with_advice(visitor: Tab) -> None:
    page = visitor.open("/thu-tuc")
    page.get_by_label("Tìm theo tên hay việc cần làm").fill("zzzz")
    expect(page.get_by_role("status")).to_have_text("Không tìm thấy thủ tục nào")
    page.get_by_role("link", name="Hỏi bằng một câu").click()
    expect(page.get_by_label("Câu hỏi của bạn")).to_have_value("zzzz")


def test_the_four_answers_come_before_everything_else(new_tab: Callable[..., Tab]) -> None:
    page = new_tab().open("/thu-tuc/1.000894")
    labels = page.locator(".facts.boxed").first.locator("dt").all_inner_texts()
    assert labels == ["Cần gì", "Bao nhiêu tiền", "Mấy ngày", "Nộp ở đâu"]
    expect(page.locator(".facts.boxed dt").first).to_be_in_viewport()


def test_ticks_survive_a_reload_and_can_be_cleared(visitor: Tab) -> None:
    page = visitor.open(BIRTH)
    list_ = page.locator(".checklist").first
    expect(list_.locator("[data-progress]")).to_be_hidden()
    list_.locator("input").nth(0).check()
    list_.get_by_text("Căn cước").first.click()
    expect(list_.get_by_role("status")).to_contain_text("Đã có 2 trong")
    page.reload()
    expect(list_.locator("input").nth(0)).to_be_checked()
    expect(list_.locator("input").nth(1)).to_be_checked()
    expect(page.locator(".checklist").nth(1).locator("input:checked")).to_have_count(0)
    list_.get_by_role("button", name="Bỏ hết dấu").click()
    expect(list_.locator("input:checked")).to_have_count(0)
    page.reload()
    expect(list_.locator("input:checked")).to_have_count(0)


def test_ticks_stay_in_the_browser(new_tab: Callable[..., Tab]) -> None:
    tab = new_tab()
    page = tab.open(BIRTH)
    page.wait_for_load_state("networkidle")
    tab.requests.clear()
    page.locator(".checklist input").first.check()
    page.wait_for_timeout(300)
    assert tab.requests == []


def test_boxes_can_be_ticked_without_javascript(plain_visitor: Tab) -> None:
    page = plain_visitor.open(BIRTH)
    page.locator(".checklist input").first.check()
    expect(page.locator(".checklist input").first).to_be_checked()
    expect(page.get_by_role("button", name="In trang này")).to_be_hidden()


def test_choosing_a_case_shows_that_case_alone_and_leads_back(visitor: Tab) -> None:
    page = visitor.open(BIRTH)
    expect(page.locator("section.case")).to_have_count(2)
    expect(page.locator("section.case").first).to_be_visible()
    page.get_by_role("link", name=re.compile("đã quá 60 ngày")).click()
    expect(page.locator("#qua-60-ngay")).to_be_in_viewport()
    expect(page.locator("#trong-60-ngay")).to_be_hidden()
    page.locator("#qua-60-ngay").get_by_role("link", name="Xem các trường hợp khác").click()
    expect(page.locator("#trong-60-ngay")).to_be_visible()


def test_the_qr_code_on_the_page_opens_the_short_address(new_tab: Callable[..., Tab]) -> None:
    for scheme in ("light", "dark"):
        tab = new_tab(scheme=scheme, scale=2)
        page = tab.open(BIRTH)
        picture = cv2.imdecode(np.frombuffer(page.locator("[data-qr]").screenshot(), np.uint8), cv2.IMREAD_COLOR)
        assert picture is not None
        text, _, _ = cv2.QRCodeDetector().detectAndDecode(picture)
        assert text == f"{tab.url}/q/1.001193", scheme
        page.goto(text)
        expect(page.get_by_role("heading", level=1)).to_have_text("Đăng ký khai sinh")


def test_no_page_is_wider_than_the_screen(new_tab: Callable[..., Tab]) -> None:
    page = new_tab().open("/thu-tuc")
    paths = [str(link.get_attribute("href")) for link in page.locator("#ket-qua a").all()]
    assert len(paths) > 50
    too_wide = []
    for path in ("/", "/thu-tuc", "/gioi-thieu", *paths[::EVERY]):
        page.goto(path)
        for width in (320, PHONE, DESK):
            page.set_viewport_size({"width": width, "height": 844})
            if _scroll_width(page) > width:
                too_wide.append((path, width))
    assert too_wide == []


def test_text_is_large_and_lines_are_short(visitor: Tab) -> None:
    page = visitor.open(BIRTH)
    assert page.evaluate("parseFloat(getComputedStyle(document.body).fontSize)") >= 18
    longest = page.evaluate(
        """() => Math.max(...[...document.querySelectorAll('main p, main li')].map((node) => {
          const range = document.createRange();
          range.selectNodeContents(node);
          const lines = new Set([...range.getClientRects()].map((box) => Math.round(box.top)));
          return lines.size > 2 ? node.innerText.length / lines.size : 0;
        }))"""
    )
    assert 0 < longest <= 75


def test_everything_to_press_is_big_enough(new_tab: Callable[..., Tab]) -> None:
    for path in ("/", "/thu-tuc", BIRTH, "/gioi-thieu"):
        tab = new_tab()
        page = tab.open(path)
        if path == "/":
            tab.ask("giấy xác nhận")
            tab.ask("đăng ký kết hôn")
        small = page.evaluate(
            """() => [...document.querySelectorAll(
                'button, select, summary, nav a, label:has(input), input[type=search], textarea, .procedures a, .links a, .phones a, ' +
                '.actions a, .keep a, .after-chat a, .other-cases, .brand, .card h2 a')]
              .filter((node) => node.getClientRects().length && node.getBoundingClientRect().height < 44)
              .map((node) => `${node.tagName} ${node.innerText} ${node.getBoundingClientRect().height}`)"""
        )
        assert small == [], path
