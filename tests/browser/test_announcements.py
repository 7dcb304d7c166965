"""Announcements in a real browser: writing beside its previews, two people, correction, paper; by keyboard and without JavaScript."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from app.calendar.facts import VIETNAM
from tests.browser.browsing import DESK, PHONE, Tab, violations
from tests.console.desk import Desk, running_desk
from tests.console.test_announcements import HOME, go_out, status

A4 = (595, 842)  # points
CHANNELS = ("Zalo OA", "Zalo Bot", "Telegram", "Trang web")


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Iterator[Desk]:
    with running_desk(tmp_path_factory.mktemp("office"), sqlite_template) as running:
        running.sql(
            "insert into ward_settings (commune_id, key, value, reason, changed_name, changed_at)"
            """ values (1, 'mode', '"real"', '', '', '2026-11-22 00:00:00')"""
        )
        running.sql("insert into residential_groups (id, commune_id, name, number, aliases, active) values (12, 1, 'Tổ 12', '12', '[]', 1)")
        yield running


@pytest.fixture
def sign_in(desk: Desk, new_tab: Callable[..., Tab]) -> Callable[..., Page]:
    def signed(role: str, **options: object) -> Page:
        tab = new_tab(desk.url, **({"width": DESK} | options))
        tab.page.context.add_cookies([{"name": "gdcb", "value": desk.official(role).token, "url": desk.url}])
        return tab.page

    return signed


def fill(page: Page) -> None:
    page.get_by_label("Tiêu đề").fill("Bão số 5 vào đêm 24/11")
    page.get_by_label("Nội dung chính").fill("Bão vào đất liền từ 19:00 ngày 24/11/2026.")
    page.get_by_label("Thời gian").fill("Thứ tư 24/11/2026")
    page.get_by_label("Hỏi thêm").fill("Trực ban 0236 3 123 456")


def test_the_whole_way_with_two_people_and_a_correction(desk: Desk, sign_in: Callable[..., Page]) -> None:
    page = sign_in("official")
    page.goto(HOME)
    page.get_by_role("link", name="Soạn thông báo").first.click()
    fill(page)
    seen = page.get_by_role("region", name="Xem trước")
    for name in CHANNELS:
        expect(seen.get_by_role("region", name=name)).to_contain_text("Bão số 5 vào đêm 24/11")
    expect(seen.get_by_role("region", name="Loa phường đọc")).to_contain_text("mười chín giờ ngày hai mươi tư tháng mười một")
    expect(seen).to_contain_text("24/11/2026 là thứ ba, không phải Thứ tư.")
    page.get_by_label("Thời gian").fill("Thứ ba 24/11/2026")
    expect(seen).not_to_contain_text("không phải Thứ tư")
    page.get_by_label("Tổ 12").check()
    page.get_by_text("Tin khẩn, thiên tai").click()
    expect(page.get_by_label("Nguy hiểm gì")).to_be_hidden()
    page.get_by_label("Tin khẩn", exact=True).check()
    page.get_by_label("Đây là tin thiên tai").check()
    expect(page.get_by_label("Nguy hiểm gì")).to_be_visible()
    expect(seen.get_by_role("region", name="Loa phường đọc")).to_contain_text("Thông báo khẩn")
    assert violations(page) == []
    page.get_by_role("button", name="Lưu").click()
    expect(page.get_by_role("status")).to_contain_text("Đã lưu bản nháp.")
    expect(page.get_by_text("Tổ 12").first).to_be_visible()
    assert violations(page) == []
    page.get_by_role("button", name="Trình duyệt").click()
    expect(page.get_by_text("Chờ người thứ hai duyệt").first).to_be_visible()
    number = int(page.url.rpartition("/")[2])

    leader = sign_in("leader", width=PHONE)
    leader.goto("/can-bo")
    leader.get_by_role("link", name=re.compile("Duyệt tin khẩn «Bão số 5")).click()
    leader.get_by_role("link", name="Xem người nhận rồi duyệt").click()
    expect(leader.get_by_role("heading", level=1)).to_have_text("Gửi «Bão số 5 vào đêm 24/11»?")
    assert violations(leader) == []
    leader.get_by_role("button", name="Duyệt và gửi").click()
    expect(leader.get_by_role("status").first).to_contain_text("Đã duyệt")
    go_out(desk, number)
    leader.reload()
    expect(leader.get_by_text("Đã gửi", exact=True).first).to_be_visible()
    expect(leader.get_by_role("region", name="Gửi tới đâu rồi")).not_to_contain_text("<section")
    assert violations(leader) == []

    page.reload()
    page.get_by_role("button", name="Soạn bản đính chính").click()
    page.get_by_label("Đã sửa gì, vì sao").fill("Bão vào sớm hơn.")
    page.get_by_label("Thời gian").fill("Chiều thứ ba 24/11/2026")
    expect(seen.get_by_role("region", name="Zalo OA")).to_contain_text("Bão vào sớm hơn.\n\nĐính chính: Bão số 5 vào đêm 24/11")
    page.get_by_role("button", name="Lưu").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Đính chính: Bão số 5 vào đêm 24/11")
    assert status(desk, number) in {"sending", "done"}


def test_without_javascript_everything_is_there(desk: Desk, sign_in: Callable[..., Page]) -> None:
    page = sign_in("editor", javascript=False, width=PHONE)
    page.goto(f"{HOME}/moi")
    fill(page)
    day = dt.datetime.now(VIETNAM).date() + dt.timedelta(days=3)
    page.get_by_label("Ngày gửi").fill(day.isoformat())
    page.get_by_label("Giờ gửi").fill("08:30")
    page.get_by_role("button", name="Xem trước").click()
    expect(page.get_by_label("Tiêu đề")).to_have_value("Bão số 5 vào đêm 24/11")
    for name in CHANNELS:
        expect(page.get_by_role("region", name=name)).to_be_visible()
    page.get_by_role("button", name="Lưu").click()
    expect(page.get_by_role("status")).to_contain_text("Đã lưu bản nháp.")
    page.get_by_role("link", name="Xem người nhận rồi gửi").click()
    page.get_by_role("button", name="Gửi", exact=True).click()
    expect(page.get_by_role("status")).to_contain_text("Đã hẹn giờ gửi.")
    expect(page.get_by_text("Tin sẽ gửi lúc")).to_contain_text(re.compile(rf"8:30.*\b{day.day}/{day.month}\b"))
    assert status(desk, int(page.url.rpartition("/")[2])) == "scheduled"
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE


def test_the_keyboard_alone_writes_and_saves(desk: Desk, sign_in: Callable[..., Page]) -> None:
    page = sign_in("official")
    page.goto(f"{HOME}/moi")
    page.get_by_label("Tiêu đề").focus()
    page.keyboard.type("Họp tổ 12")
    page.keyboard.press("Tab")
    page.keyboard.type("Mời bà con họp.")
    page.get_by_label("Hỏi thêm").focus()
    page.keyboard.press("Enter")  # a form is sent by Enter in a line
    expect(page.get_by_role("status")).to_contain_text("Đã lưu bản nháp.")
    expect(page.get_by_role("heading", level=1)).to_have_text("Họp tổ 12")


@pytest.mark.parametrize(("width", "scheme"), [(PHONE, "light"), (DESK, "dark")])
def test_public_pages_have_no_violation_and_fit(desk: Desk, new_tab: Callable[..., Tab], width: int, scheme: str) -> None:
    slug, number = desk.sql("select slug, id from announcements where published_at is not null order by id limit 1")[0]
    assert number
    tab = new_tab(desk.url, width=width, scheme=scheme)
    for path in ("/thong-bao", "/thong-bao?loai=tiem-chung", f"/thong-bao/{slug}", f"/thong-bao/{slug}/in"):
        page = tab.open(path)
        assert violations(page) == [], path
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
    expect(tab.open("/gioi-thieu").get_by_role("complementary", name="Tin khẩn")).to_contain_text("Bão số 5")


def test_the_sheet_for_the_wall_is_one_a4_page(desk: Desk, new_tab: Callable[..., Tab]) -> None:
    slug = desk.sql("select slug from announcements where published_at is not null order by id limit 1")[0][0]
    page = new_tab(desk.url).open(f"/thong-bao/{slug}/in")
    page.emulate_media(media="print")
    expect(page.locator(".paper .qr svg")).to_be_visible()
    for hidden in (".masthead", ".site-footer", ".banner", ".screen-only"):
        expect(page.locator(hidden).first).to_be_hidden()
    pdf = page.pdf(prefer_css_page_size=True).decode("latin-1")
    sizes = {tuple(round(float(number)) for number in box.split()[2:]) for box in re.findall(r"/MediaBox\s*\[([^\]]+)\]", pdf)}
    assert sizes == {A4}
    assert len(re.findall(r"/Type\s*/Page\b", pdf)) == 1
