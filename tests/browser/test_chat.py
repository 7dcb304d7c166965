"""Asking in the browser."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.browsing import DESK, PHONE, Tab, wait_until

BIRTH = "làm giấy khai sinh cho con cần gì"
VAGUE = "giấy xác nhận"


def _box(page: Page) -> str:
    return page.get_by_label("Câu hỏi của bạn").input_value()


def test_the_first_screen_has_the_ward_the_box_and_the_button(visitor: Tab) -> None:
    page = visitor.open("/")
    expect(page.get_by_role("link", name=re.compile("Phường"))).to_be_in_viewport(ratio=1)
    expect(page.get_by_role("heading", level=1)).to_be_in_viewport(ratio=1)
    expect(page.get_by_label("Câu hỏi của bạn")).to_be_in_viewport(ratio=1)
    expect(page.get_by_role("button", name="Gửi")).to_be_in_viewport(ratio=1)
    suggestions = page.locator(".suggestions button")
    for number in range(4):
        expect(suggestions.nth(number)).to_be_in_viewport(ratio=1)


def test_ask_and_follow_up(visitor: Tab) -> None:
    page = visitor.open("/")
    first = visitor.ask(BIRTH)
    expect(first.locator(".card h2")).to_have_text("Đăng ký khai sinh")
    assert _box(page) == ""
    second = visitor.ask("phí bao nhiêu?")
    expect(second).to_contain_text("khai sinh")
    expect(second).to_contain_text("Phí")
    assert page.url.rstrip("/") == visitor.url, "HTMX: the page was not left"
    page.reload()
    expect(page.locator(".exchange")).to_have_count(2)


def test_ask_and_follow_up_without_javascript(plain_visitor: Tab) -> None:
    page = plain_visitor.open("/")
    plain_visitor.ask(BIRTH)
    expect(page.locator(".exchange .card h2")).to_have_text("Đăng ký khai sinh")
    assert page.url.endswith("/#cuoi")
    expect(page.locator(".exchange .question")).to_be_in_viewport()
    plain_visitor.ask("phí bao nhiêu?")
    expect(page.locator(".exchange").last).to_contain_text("khai sinh")
    expect(page.locator(".exchange")).to_have_count(2)


@pytest.mark.parametrize("width", [PHONE, DESK])
@pytest.mark.parametrize("way", ["button", "number"])
def test_a_choice_is_made_by_button_or_by_number(new_tab: Callable[..., Tab], way: str, width: int) -> None:
    tab = new_tab(width=width)
    tab.open("/")
    choices = tab.ask(VAGUE).locator(".choices button")
    wanted = choices.nth(1).locator("span").last.inner_text()
    if way == "button":
        choices.nth(1).click()
        answer = tab.exchange(1)
    else:
        answer = tab.ask("2")
    expect(answer.locator(".card h2")).to_have_text(wanted)


def test_choose_by_button_without_javascript(plain_visitor: Tab) -> None:
    page = plain_visitor.open("/")
    plain_visitor.ask(VAGUE)
    wanted = page.locator(".choices button span").last.inner_text()
    page.locator(".choices button").last.click()
    expect(page.locator(".exchange")).to_have_count(2)
    expect(page.locator(".exchange").last.locator(".card h2")).to_have_text(wanted)


def test_numbers_stand_only_before_the_choices_that_a_number_answers(new_tab: Callable[..., Tab]) -> None:
    tab = new_tab()
    page = tab.open("/")
    tab.ask(VAGUE)
    expect(page.locator(".number").first).to_be_visible()
    tab.ask(BIRTH)
    expect(page.locator(".exchange").first.locator(".number").first).to_be_hidden()


def test_a_suggestion_is_asked_by_one_press(visitor: Tab) -> None:
    page = visitor.open("/")
    page.get_by_role("button", name="Đăng ký kết hôn").click()
    expect(visitor.exchange(0).locator(".card h2")).to_have_text("Đăng ký kết hôn")
    expect(page.locator(".suggestions")).to_be_hidden()


def test_the_new_question_comes_to_the_top_and_the_box_stays_at_hand(visitor: Tab) -> None:
    page = visitor.open("/")
    visitor.ask("đăng ký kết hôn")
    answer = visitor.ask(BIRTH)
    expect(answer.locator(".question")).to_be_in_viewport(ratio=1)
    expect(page.get_by_label("Câu hỏi của bạn")).to_be_in_viewport(ratio=1)
    wait_until(page, lambda: (answer.locator(".question").bounding_box() or {"y": 999})["y"] < 120)


def test_enter_sends_and_keeps_the_focus_at_a_desk(new_tab: Callable[..., Tab]) -> None:
    tab = new_tab(width=DESK)
    page = tab.open("/")
    box = page.get_by_label("Câu hỏi của bạn")
    box.fill("đăng ký kết hôn")
    box.press("Shift+Enter")
    box.press_sequentially("cần gì")
    box.press("Enter")
    expect(tab.exchange(0).locator(".question")).to_contain_text("cần gì")
    expect(box).to_be_focused()
    expect(box).to_have_value("")


def test_the_button_gives_the_focus_back_at_a_desk_but_opens_no_keyboard_on_a_phone(new_tab: Callable[..., Tab]) -> None:
    for width in (DESK, PHONE):
        tab = new_tab(width=width)
        page = tab.open("/")
        tab.ask("đăng ký kết hôn")
        box = page.get_by_label("Câu hỏi của bạn")
        if width == DESK:
            expect(box).to_be_focused()
        else:
            expect(page.get_by_role("button", name="Gửi")).to_be_focused()


def test_a_double_press_is_answered_once(new_tab: Callable[..., Tab]) -> None:
    tab = new_tab()
    page = tab.open("/")
    page.get_by_label("Câu hỏi của bạn").fill(BIRTH)
    page.get_by_role("button", name="Gửi").dblclick()
    tab.exchange(0)
    page.wait_for_load_state("networkidle")
    assert [url for url in tab.requests if url.endswith("/chat")] == [f"{tab.url}/chat"]
    expect(page.locator("#loi-gui")).to_be_empty()
    page.reload()
    expect(page.locator(".exchange")).to_have_count(1)


def test_the_same_question_may_be_asked_again(new_tab: Callable[..., Tab]) -> None:
    tab = new_tab()
    page = tab.open("/")
    tab.ask(BIRTH)
    tab.ask(BIRTH)
    page.reload()
    expect(page.locator(".exchange")).to_have_count(2)


def test_an_empty_message_gets_a_kind_hint(new_tab: Callable[..., Tab]) -> None:
    for javascript in (True, False):
        tab = new_tab(javascript=javascript)
        page = tab.open("/")
        page.get_by_role("button", name="Gửi").click()
        expect(page.get_by_role("alert")).to_contain_text("Bạn chưa viết câu hỏi")
        expect(page.locator(".exchange")).to_have_count(0)
        # Chromium itself reports every answer of class 4xx.
        tab.complaints[:] = [text for text in tab.complaints if "422" not in text]


def _ask_and_hold(page: Page) -> list[Route]:
    """Send BIRTH; messages wait until they are let through."""
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route("**/chat", hold)
    page.get_by_label("Câu hỏi của bạn").fill(BIRTH)
    page.get_by_role("button", name="Gửi").click()
    wait_until(page, lambda: bool(held))  # the page says that it waits before its request reaches us
    return held


def test_what_is_written_while_waiting_stays_in_the_box(new_tab: Callable[..., Tab]) -> None:
    tab = new_tab()
    page = tab.open("/")
    held = _ask_and_hold(page)
    expect(page.locator("#dang-gui")).not_to_be_empty()
    page.get_by_label("Câu hỏi của bạn").fill("đăng ký kết hôn")
    held[0].continue_()
    expect(tab.exchange(0).locator(".question")).to_contain_text(BIRTH)
    page.wait_for_load_state("networkidle")
    assert _box(page) == "đăng ký kết hôn"
    page.unroute("**/chat")
    page.get_by_role("button", name="Gửi").click()
    expect(tab.exchange(1).locator(".question")).to_contain_text("đăng ký kết hôn")


def test_waiting_is_said_in_words(new_tab: Callable[..., Tab]) -> None:
    tab = new_tab()
    page = tab.open("/")
    held = _ask_and_hold(page)
    expect(page.locator("#dang-gui")).to_have_text("Đang tìm câu trả lời…")
    held[0].continue_()
    tab.exchange(0)
    expect(page.locator("#dang-gui")).to_be_empty()


def test_a_lost_connection_is_said_and_nothing_typed_is_lost(new_tab: Callable[..., Tab]) -> None:
    tab = new_tab()
    page = tab.open("/")
    page.context.set_offline(True)
    page.get_by_label("Câu hỏi của bạn").fill(BIRTH)
    page.get_by_role("button", name="Gửi").click()
    expect(page.get_by_role("alert")).to_contain_text("Chưa gửi được, bạn thử lại.")
    assert _box(page) == BIRTH
    page.context.set_offline(False)
    page.get_by_role("button", name="Gửi").click()
    tab.exchange(0)
    expect(page.locator("#loi-gui")).to_be_empty()
    tab.complaints.clear()  # being offline is what the browser complains of


def test_an_error_of_ours_is_shown_with_its_own_sentence(new_tab: Callable[..., Tab]) -> None:
    tab = new_tab()
    page = tab.open("/")
    page.locator("[data-composer] input[name=csrf]").evaluate("input => { input.value = 'x' }")
    page.get_by_label("Câu hỏi của bạn").fill(BIRTH)
    page.get_by_role("button", name="Gửi").click()
    expect(page.get_by_role("alert")).to_contain_text("Bạn tải lại trang")
    assert _box(page) == BIRTH
    tab.complaints[:] = [text for text in tab.complaints if "422" not in text]


def test_an_emergency_shows_numbers_to_press(visitor: Tab) -> None:
    visitor.open("/")
    answer = visitor.ask("nhà hàng xóm cháy lớn quá cứu với")
    call = answer.locator('a[href="tel:114"]')
    expect(call).to_be_in_viewport(ratio=1)
    box = call.bounding_box()
    assert box is not None
    assert box["height"] >= 44


def test_feedback_is_thanked_in_place(visitor: Tab) -> None:
    page = visitor.open("/")
    answer = visitor.ask(BIRTH)
    answer.get_by_role("button", name="Đúng ý").click()
    expect(answer.locator(".thanks")).to_have_text("Cảm ơn bạn đã cho biết.")
    expect(page.locator(".exchange")).to_have_count(1)
    page.reload()
    expect(page.locator(".thanks")).to_have_text("Cảm ơn bạn đã cho biết.")


def test_the_conversation_is_erased_after_asking_twice(new_tab: Callable[..., Tab]) -> None:
    for javascript in (True, False):
        tab = new_tab(javascript=javascript)
        page = tab.open("/")
        tab.ask(BIRTH)
        expect(page.get_by_role("button", name="Xóa ngay")).to_be_hidden()
        page.get_by_text("Xóa cuộc trò chuyện").click()
        page.get_by_role("button", name="Xóa ngay").click()
        expect(page.get_by_text("Đã xóa cuộc trò chuyện của bạn.")).to_be_visible()
        expect(page.locator(".exchange")).to_have_count(0)


def test_asking_to_be_forgotten_clears_the_page(new_tab: Callable[..., Tab]) -> None:
    tab = new_tab()
    page = tab.open("/")
    tab.ask(BIRTH)
    expect(tab.ask("xóa dữ liệu của tôi")).to_contain_text("nhắn XÓA")
    page.get_by_label("Câu hỏi của bạn").fill("XÓA")
    page.get_by_role("button", name="Gửi").click()
    expect(page.get_by_text("Đã xóa cuộc trò chuyện của bạn.")).to_be_visible()
    expect(page.locator(".exchange")).to_have_count(0)


def test_the_card_leads_to_the_whole_page(new_tab: Callable[..., Tab]) -> None:
    for width in (PHONE, DESK):
        tab = new_tab(width=width)
        page = tab.open("/")
        tab.ask(BIRTH).get_by_role("link", name=re.compile("Xem đầy đủ")).click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Đăng ký khai sinh")
