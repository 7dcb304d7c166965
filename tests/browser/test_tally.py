"""The volunteers' tally in a real browser: three taps, and nothing lost or counted twice when the network comes and goes."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.browser.browsing import DESK, PHONE, Tab, tab, violations, wait_until
from tests.browser.test_lookup import BOX, _decoded
from tests.console.desk import Desk, running_desk
from tests.volunteers.people import BIRTH, HOME, JOIN, MARRIAGE, PEOPLE, Phone, code_on, invited, joined, rows, without_volunteers

READY = "[data-tally][data-ready]"
KEPT = "Máy này đã giữ trang: mất mạng vẫn ghi được."
SENT, NONE = "Đã gửi đủ về phường.", "Không có lượt nào chờ gửi."


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Iterator[Desk]:
    with running_desk(tmp_path_factory.mktemp("tally"), sqlite_template) as running:
        httpx.get(f"{running.url}/tra-cuu/kho", timeout=120)  # the server packs the catalog when it is first asked for
        yield running


@pytest.fixture
def desk(served: Desk) -> Iterator[Desk]:
    with without_volunteers(served) as empty:
        yield empty


def _signed(visitor: Tab, phone: Phone, *, kept: bool = False) -> Page:
    """Give the browser the volunteer's cookie and open the page; `kept`: wait until it can be opened without a network."""
    _lend(visitor, phone)
    return _opened(visitor.open(HOME), kept=kept)


def _lend(visitor: Tab, phone: Phone) -> None:
    """Give the browser the volunteer's cookie."""
    [cookie] = [each for each in phone.http.cookies.jar if each.name == "gdtn"]
    visitor.page.context.add_cookies([{"name": "gdtn", "value": str(cookie.value), "domain": "127.0.0.1", "path": HOME}])


def _opened(page: Page, *, kept: bool) -> Page:
    page.wait_for_selector(READY, timeout=30_000)
    if kept:
        expect(page.get_by_text(KEPT)).to_be_visible(timeout=20_000)
    return page


def _state(page: Page) -> Any:
    return expect(page.locator("[data-state]"))


def _three_taps(page: Page, name: str = "Đăng ký khai sinh", filed: str = "Nộp hộ bà con", hard: str = "Không vướng gì") -> None:
    page.get_by_role("button", name=name, exact=True).click()
    page.get_by_role("button", name=filed).click()
    page.get_by_role("button", name=hard).click()
    expect(page.get_by_text(f"Đã ghi: {name}. {filed}. {hard}.")).to_be_visible()


def _reconnected(page: Page) -> None:
    page.context.set_offline(False)
    _state(page).to_have_text(SENT)


# --- the whole way -----------------------------------------------------------------------------------------------------


def test_after_one_visit_everything_works_without_a_network_and_arrives_exactly_once(desk: Desk, new_tab: Callable[..., Tab]) -> None:
    code = invited(desk)
    visitor = new_tab(desk.url, scale=2)
    page = visitor.open(f"{JOIN}?ma={code}")  # what the lead's QR code opens
    page.get_by_role("button", name="Vào nhóm").click()
    _opened(page, kept=True)
    expect(page.get_by_text("Bạn đã vào nhóm")).to_be_visible()
    page.context.set_offline(True)

    page.goto(f"{desk.url}/tra-cuu")  # never visited before
    page.wait_for_selector("[data-lookup][data-ready]")
    page.get_by_label(BOX).press_sequentially("dang ky ket hn")
    page.locator("[data-found] a").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Đăng ký kết hôn")
    page.locator(".checklist input").first.check()
    expect(page.locator(".checklist").get_by_role("status")).to_contain_text("Đã có 1 trong")
    page.get_by_role("button", name="Đưa QR cho bà con").click()
    assert _decoded(page.get_by_role("dialog").locator(".qr").screenshot()) == f"{desk.url}/q/{MARRIAGE}?p=tra-cuu"
    page.get_by_role("dialog").get_by_role("button", name="Đóng").click()
    page.get_by_role("link", name="Ghi lượt giúp", exact=True).click()

    expect(page.locator("[data-step='2'] [data-chosen]")).to_have_text("Đăng ký kết hôn")
    expect(page.get_by_text("Bạn đã vào nhóm")).to_have_count(0)  # the copy is of another moment
    page.get_by_role("button", name="← Chọn việc khác").click()
    _three_taps(page)
    page.locator("[data-find]").press_sequentially("tam tr")
    _three_taps(page, "Đăng ký tạm trú", "Bà con tự nộp", "Quên mật khẩu, không nhận được mã")
    page.reload()
    page.wait_for_selector(READY)
    assert page.locator("[data-procedures] button").all_inner_texts()[:2] == ["Đăng ký tạm trú", "Đăng ký khai sinh"]  # used last
    _three_taps(page, hard="Mạng yếu, không có mạng")
    _state(page).to_have_text("3 lượt đang chờ mạng, sẽ tự gửi khi có mạng.")
    assert rows(desk) == []
    _reconnected(page)
    page.evaluate("window.dispatchEvent(new Event('online'))")
    page.reload()
    page.wait_for_selector(READY)
    _state(page).to_have_text(NONE)
    expect(page.get_by_text("Tháng này bạn đã giúp 3 lượt.")).to_be_visible()
    assert [row[:3] for row in rows(desk)] == [(BIRTH, 1, "khong"), ("1.004194", 0, "mat-khau"), (BIRTH, 1, "mang")]


def test_a_killed_tab_loses_nothing(desk: Desk, new_tab: Callable[..., Tab]) -> None:
    visitor = new_tab(desk.url)
    page = _signed(visitor, joined(desk), kept=True)
    page.context.set_offline(True)
    _three_taps(page)
    other = page.context.new_page()
    page.close()  # no `beforeunload`, nothing sent on the way out
    other.goto(desk.url + HOME)  # still without a network, from the copy
    other.wait_for_selector(READY)
    _state(other).to_have_text("1 lượt đang chờ mạng, sẽ tự gửi khi có mạng.")
    other.close()
    visitor.page.context.set_offline(False)
    last = visitor.page.context.new_page()
    last.goto(desk.url + HOME)
    _state(last).to_have_text(SENT)
    assert [row[:3] for row in rows(desk)] == [(BIRTH, 1, "khong")]


def test_a_sending_whose_answer_is_lost_counts_once(desk: Desk, browser: Browser) -> None:
    with tab(browser, desk.url) as visitor:
        page = _signed(visitor, joined(desk))
        lost: list[int] = []

        def half(route: Route) -> None:
            if lost:
                route.continue_()
            else:
                lost.append(route.fetch().status)  # the server has it
                route.abort()

        page.context.route("**/tinh-nguyen/gui", half)
        _three_taps(page)
        page.evaluate("window.dispatchEvent(new Event('online'))")
        _state(page).to_have_text("1 lượt đang chờ mạng, sẽ tự gửi khi có mạng.")
        assert (lost, len(rows(desk))) == ([200], 1)
        page.evaluate("window.dispatchEvent(new Event('online'))")
        _state(page).to_have_text(SENT)
        assert len(rows(desk)) == 1


def test_two_tabs_send_together_and_it_counts_once(desk: Desk, new_tab: Callable[..., Tab]) -> None:
    visitor = new_tab(desk.url)
    page = _signed(visitor, joined(desk))
    other = page.context.new_page()
    other.goto(desk.url + HOME)
    other.wait_for_selector(READY)
    page.context.set_offline(True)
    for name in ("Đăng ký khai sinh", "Đăng ký kết hôn"):
        _three_taps(page, name)
    _three_taps(other, "Đăng ký tạm trú")
    _reconnected(page)
    wait_until(other, lambda: len(rows(desk)) == 3)
    assert sorted(row[0] for row in rows(desk)) == sorted([BIRTH, MARRIAGE, "1.004194"])


# --- fingers -----------------------------------------------------------------------------------------------------------


def test_a_slip_of_the_finger_is_taken_back(desk: Desk, new_tab: Callable[..., Tab]) -> None:
    page = _signed(new_tab(desk.url), joined(desk))
    _three_taps(page)
    _state(page).to_have_text("1 lượt vừa ghi, sắp gửi.")
    page.get_by_role("button", name="Bỏ lượt vừa ghi").click()
    _state(page).to_have_text(NONE)
    page.context.set_offline(True)
    _three_taps(page)
    page.get_by_role("button", name="Bỏ lượt vừa ghi").click()
    _state(page).to_have_text(NONE)
    page.context.set_offline(False)
    page.get_by_role("button", name="Đăng ký kết hôn").click()
    page.get_by_role("button", name="← Chọn việc khác").click()
    _three_taps(page, filed="Bà con tự nộp")
    page.get_by_role("button", name="Đăng ký kết hôn").click()  # who goes on has meant it
    _state(page).to_have_text(SENT)
    assert [row[:3] for row in rows(desk)] == [(BIRTH, 0, "khong")]


def test_it_is_sent_by_itself_after_a_moment_and_two_taps_count_once(desk: Desk, new_tab: Callable[..., Tab]) -> None:
    visitor = new_tab(desk.url)
    visitor.page.clock.install()
    page = _signed(visitor, joined(desk))
    page.get_by_role("button", name="Đăng ký khai sinh", exact=True).click()
    page.get_by_role("button", name="Nộp hộ bà con").click()
    page.get_by_role("button", name="Không vướng gì").evaluate("(button) => { button.click(); button.click(); button.click(); }")
    _state(page).to_have_text("1 lượt vừa ghi, sắp gửi.")
    page.clock.fast_forward(5000)
    _state(page).to_have_text(SENT)
    expect(page.get_by_role("button", name="Bỏ lượt vừa ghi")).to_be_hidden()
    assert len(rows(desk)) == 1


def test_a_tally_that_the_phone_could_not_keep_is_not_called_recorded(desk: Desk, new_tab: Callable[..., Tab]) -> None:
    page = _signed(new_tab(desk.url), joined(desk))
    page.evaluate("""() => {
      const whole = IDBDatabase.prototype.transaction;
      IDBDatabase.prototype.transaction = function (...given) {
        IDBDatabase.prototype.transaction = whole;
        this.close(); /* as iOS does while the page lies in the background */
        return whole.apply(this, given);
      };
    }""")
    page.get_by_role("button", name="Đăng ký khai sinh", exact=True).click()
    page.get_by_role("button", name="Nộp hộ bà con").click()
    page.get_by_role("button", name="Không vướng gì").click()
    _state(page).to_have_text("Chưa ghi được lượt này. Bạn bấm lại một lần nữa.")
    page.get_by_role("button", name="Không vướng gì").click()
    expect(page.get_by_text("Đã ghi: Đăng ký khai sinh. Nộp hộ bà con. Không vướng gì.")).to_be_visible()


def test_the_lookup_hands_a_procedure_over(desk: Desk, new_tab: Callable[..., Tab]) -> None:
    page = _signed(new_tab(desk.url), joined(desk))
    page.goto(f"{desk.url}{HOME}#{MARRIAGE}")
    expect(page.get_by_role("heading", name="2. Ai nộp hồ sơ?")).to_be_focused()
    expect(page.locator("[data-step='2'] [data-chosen]")).to_have_text("Đăng ký kết hôn")
    page.goto(f"{desk.url}/gioi-thieu")
    page.goto(f"{desk.url}{HOME}#9.999999%")
    page.wait_for_selector(READY)
    expect(page.get_by_role("heading", name="1. Vừa giúp việc gì?")).to_be_visible()
    page.locator("[data-find]").press_sequentially("ket hon")
    expect(page.locator("[data-procedures] button").first).to_have_text("Đăng ký kết hôn")


# --- whose phone it is ---------------------------------------------------------------------------------------------------


def test_an_ended_account_keeps_what_lies_in_the_phone_until_it_is_back(desk: Desk, browser: Browser) -> None:
    with tab(browser, desk.url) as visitor:
        page = _signed(visitor, joined(desk))
        page.context.set_offline(True)
        _three_taps(page)
        [(number,)] = desk.sql("select id from volunteers")
        lead = desk.official("volunteer_lead")
        lead.post(f"{PEOPLE}/{number}/thoi")
        page.context.set_offline(False)
        _state(page).to_contain_text("Máy này không còn trong nhóm. 1 lượt vẫn nằm trong máy")
        page.goto(desk.url + HOME)
        expect(page.get_by_label("Mã mời")).to_be_visible()
        page.wait_for_function("caches.match('/tinh-nguyen').then((found) => !found)")
        page.get_by_label("Mã mời").fill(code_on(lead.post(f"{PEOPLE}/{number}/ma")))
        page.get_by_role("button", name="Vào nhóm").click()
        _state(page).to_have_text(SENT)
        assert len(rows(desk)) == 1


def test_one_volunteers_queue_is_not_sent_as_anothers(desk: Desk, browser: Browser) -> None:
    with tab(browser, desk.url) as visitor:
        page = _signed(visitor, joined(desk, "Người trước"))
        page.context.set_offline(True)
        _three_taps(page)
        page.context.clear_cookies()
        page.close()
        visitor.page.context.set_offline(False)
        visitor.page = visitor.page.context.new_page()
        page = _signed(visitor, joined(desk, "Người sau"))
        _state(page).to_have_text(NONE)
        _three_taps(page, "Đăng ký kết hôn")
        page.evaluate("window.dispatchEvent(new Event('online'))")
        _state(page).to_have_text(SENT)
        names = desk.sql("select name, code from tallies join volunteers on volunteers.id = volunteer_id")
        assert names == [("Người sau", MARRIAGE)]


# --- for everyone ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("width", "scheme"), [(PHONE, "dark")])
def test_no_violation_and_not_too_wide(desk: Desk, new_tab: Callable[..., Tab], width: int, scheme: str) -> None:
    visitor = new_tab(desk.url, width=width, scheme=scheme)
    assert violations(visitor.open(JOIN)) == []
    page = _signed(visitor, joined(desk))
    assert violations(page) == []
    page.get_by_role("button", name="Đăng ký khai sinh", exact=True).click()
    assert violations(page) == []
    page.get_by_role("button", name="Nộp hộ bà con").click()
    assert violations(page) == []
    page.get_by_role("button", name="Không vướng gì").click()
    expect(page.get_by_role("button", name="Bỏ lượt vừa ghi")).to_be_visible()
    assert violations(page) == []
    for narrow in (width, 320):
        page.set_viewport_size({"width": narrow, "height": 844})
        assert page.evaluate("document.documentElement.scrollWidth") <= narrow
    assert violations(visitor.open("/to-cong-nghe-so")) == []


def test_the_keyboard_alone_tallies(desk: Desk, new_tab: Callable[..., Tab]) -> None:
    page = _signed(new_tab(desk.url, width=DESK), joined(desk))
    page.locator("[data-find]").focus()
    page.keyboard.type("ket hon")
    expect(page.locator("[data-procedures] button").first).to_have_text("Đăng ký kết hôn")
    for _ in range(3):
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
    expect(page.get_by_text(re.compile("Đã ghi: Đăng ký kết hôn"))).to_be_visible()
    expect(page.get_by_role("heading", name="1. Vừa giúp việc gì?")).to_be_focused()


def test_without_javascript_it_is_a_form(desk: Desk, new_tab: Callable[..., Tab]) -> None:
    visitor = new_tab(desk.url, javascript=False)
    _lend(visitor, joined(desk))
    page = visitor.open(HOME)
    page.get_by_role("searchbox", name="Tìm thủ tục").fill("dang ky ket hon")
    page.get_by_role("button", name="Tìm").click()
    expect(page).to_have_url(re.compile("ket"))  # the boxes to tick are those of the list that was found
    for label in ("Đăng ký kết hôn", "Bà con tự nộp", "Thiếu giấy tờ"):
        page.get_by_label(label, exact=True).check()
    page.get_by_role("button", name="Ghi lượt này").click()
    expect(page.get_by_text("Đã ghi một lượt.")).to_be_visible()
    assert [row[:3] for row in rows(desk)] == [(MARRIAGE, 0, "giay-to")]
