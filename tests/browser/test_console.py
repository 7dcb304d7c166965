"""The console in a real browser: every page for axe, by keyboard, on a phone, without JavaScript."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import expect

from tests.browser.browsing import DESK, PHONE, Tab, violations
from tests.console.desk import Desk, running_desk
from tests.console.siege import crawl
from tests.console.test_sign_in import OWN, opened

LOOKED_INTO = 3  # one page in so many: axe takes a second for each, and every slice's own tests look into its pages
Scheme = Literal["light", "dark"]
FOCUS_SEEN = """() => { const one = document.activeElement, style = getComputedStyle(one), box = one.getBoundingClientRect();
  return one === document.body ? 'body' : style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2 && box.width > 0 ? 'seen' : one.outerHTML }"""
FOCUSABLE = """() => [...document.querySelectorAll('a[href], button, input:not([type=hidden], [hidden]), select, textarea, summary')]
  .filter((one) => one.checkVisibility({visibilityProperty: true}) && !(one.type === 'radio' && !one.checked)).length"""


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Iterator[Desk]:
    with running_desk(tmp_path_factory.mktemp("office"), sqlite_template) as running:
        yield running


def signed(
    desk: Desk, new_tab: Callable[..., Tab], role: str, *, width: int = DESK, scheme: Scheme = "light", javascript: bool = True
) -> Tab:
    tab = new_tab(desk.url, width=width, scheme=scheme, javascript=javascript)
    tab.page.context.add_cookies([{"name": "gdcb", "value": desk.official(role).token, "url": desk.url}])
    return tab


@pytest.mark.parametrize(("role", "width", "scheme"), [("leader", PHONE, "light"), ("keeper", DESK, "dark")])
def test_no_page_has_a_violation_or_is_too_wide(desk: Desk, new_tab: Callable[..., Tab], role: str, width: int, scheme: Scheme) -> None:
    """Every page that links lead to, by its width; by axe one in three. Whoever adds a page adds it here by linking to it."""
    tab, found = signed(desk, new_tab, role, width=width, scheme=scheme), {}
    seen = crawl(desk.official("leader"), alike=1)
    paths = list(seen) if role == "leader" else ["/can-bo", *(set(crawl(desk.official(role), alike=1)) - set(seen))]
    assert len(paths) > 3
    for number, path in enumerate(paths):
        page = tab.open(path)
        wrong = violations(page) if number % LOOKED_INTO == 0 else []
        if page.evaluate("document.documentElement.scrollWidth") > width:
            wrong.append("wider than the screen")
        if wrong:
            found[path] = wrong
    assert found == {}


@pytest.mark.parametrize(("width", "scheme"), [(PHONE, "dark"), (DESK, "light")])
def test_the_gallery_and_the_sign_in_page_have_no_violation(desk: Desk, new_tab: Callable[..., Tab], width: int, scheme: Scheme) -> None:
    assert violations(new_tab(desk.url, width=width, scheme=scheme).open("/can-bo/dang-nhap")) == []
    page = signed(desk, new_tab, "editor", width=width, scheme=scheme).open("/can-bo/mau-giao-dien")
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_the_keyboard_alone_signs_in_and_reaches_everything(desk: Desk, new_tab: Callable[..., Tab]) -> None:
    one_time = opened(desk, "phim")
    page = new_tab(desk.url, width=DESK).open("/can-bo")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Tới nội dung chính")).to_be_in_viewport(ratio=1)
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.get_by_label("Tên đăng nhập")).to_be_focused()
    page.keyboard.type("phim")
    page.keyboard.press("Tab")
    page.keyboard.type(one_time)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Đặt mật khẩu của riêng mình")).to_be_visible()
    page.get_by_label("Mật khẩu quản trị đưa").focus()
    for text in (one_time, OWN, OWN):
        page.keyboard.type(text)
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("Đã đổi mật khẩu")
    expect(page.get_by_role("heading", name="Việc cần làm")).to_be_visible()


@pytest.mark.parametrize("path", ["/can-bo", "/can-bo/mau-giao-dien", "/can-bo/can-bo/them", "/can-bo/nhat-ky"])
def test_tab_reaches_every_control_and_focus_is_always_seen(desk: Desk, new_tab: Callable[..., Tab], path: str) -> None:
    page = signed(desk, new_tab, "keeper").open(path)
    expected = page.evaluate(FOCUSABLE)
    reached = 0
    for _ in range(expected * 4 + 20):  # a date field holds several stops
        page.keyboard.press("Tab")
        seen = page.evaluate(FOCUS_SEEN)
        if seen == "body":
            break
        assert seen == "seen", seen
        reached += 1
    assert reached >= expected > 10


def test_the_menu_opens_on_a_phone_also_without_javascript(desk: Desk, new_tab: Callable[..., Tab]) -> None:
    page = signed(desk, new_tab, "keeper", width=PHONE, javascript=False).open("/can-bo")
    expect(page.get_by_role("link", name="Nhật ký", exact=True)).to_be_hidden()
    page.get_by_text("Danh mục", exact=True).click()
    page.get_by_role("navigation", name="Danh mục").get_by_role("link", name="Nhật ký").click()
    expect(page.get_by_role("heading", name="Nhật ký", level=1)).to_be_visible()


def test_a_wrong_form_says_what_and_where_also_to_a_screen_reader(desk: Desk, new_tab: Callable[..., Tab]) -> None:
    page = signed(desk, new_tab, "keeper", javascript=False, width=PHONE)
    page.open("/can-bo/can-bo/them")
    page.page.get_by_role("textbox", name="Họ tên").fill("Lê Thị Mới")
    page.page.get_by_role("button", name="Mở tài khoản").click()
    expect(page.page.get_by_role("alert")).to_contain_text("Tên đăng nhập có 2 đến 40 ký tự")
    field = page.page.get_by_role("textbox", name="Tên đăng nhập")
    expect(field).to_have_attribute("aria-invalid", "true")
    expect(field).to_have_accessible_description(
        "Chưa đúng: Tên đăng nhập có 2 đến 40 ký tự: chữ không dấu, số, dấu chấm, gạch. Ví dụ: lan.nguyen Chữ không dấu, số, dấu chấm. Ví dụ: lan.nguyen"
    )
    expect(page.page.get_by_role("textbox", name="Họ tên")).to_have_value("Lê Thị Mới")
    page.complaints[:] = [text for text in page.complaints if "422" not in text]
