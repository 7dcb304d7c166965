"""The officials' whole way on a real server with a platform's stand-in: signing in, an urgent announcement for one residential group
that two people send and correct, a Sunday service moved away from Tết. A local fee: test_local_fee.

Set GANDAN_PICTURES to a folder to look at every page on the way.
"""

from __future__ import annotations

import datetime as dt
import os
import re
import shutil
import sqlite3
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Page, expect

from app.calendar.calendar import Calendar
from app.calendar.facts import VIETNAM
from app.calendar.words import date_words
from app.commune import load_commune
from app.settings import ROOT
from tests.browser.browsing import DESK, PHONE, Tab, violations
from tests.browser.test_local_fee import _tab_to as tab_to
from tests.console.desk import Browser, Desk, seed
from tests.console.test_sign_in import OWN, opened
from tests.deliveries.town import Town, town
from tests.support.databases import sqlite_url
from tests.support.server import Server, free_port

PEOPLE, IN_GROUP = 9, 6
TITLE = "Nước sông lên, tổ 12 sơ tán"
CHANNELS = ("Zalo OA", "Zalo Bot", "Telegram", "Trang web")


@pytest.fixture(autouse=True)
def patient() -> Iterator[None]:
    """A password takes its time to be checked, more so where other tests run beside."""
    expect.set_options(timeout=20_000)
    yield
    expect.set_options(timeout=5_000)


@dataclass
class Office:
    """The desk, and the town that its announcements reach."""

    desk: Desk
    town: Town

    def inbox(self) -> int:
        """How many messages the platform has brought to people."""
        return self.town.look()


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Iterator[Office]:
    """A ward in real mode, nine followers on Telegram, six of them in group 12."""
    folder = tmp_path_factory.mktemp("way")
    file = folder / "way.sqlite3"
    shutil.copyfile(sqlite_template, file)
    tokens = seed(file)
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    with town(folder / "town", sqlite_url(file), ("telegram",), GANDAN_PORT=str(port), GANDAN_PUBLIC_URL=url) as known:
        known.fill(PEOPLE)
        connection = sqlite3.connect(file)
        connection.execute(
            "insert into residential_groups (id, commune_id, name, number, aliases, active) values (12, 1, 'Tổ 12', '12', '[]', 1)"
        )
        connection.execute("update subscribers set group_id = 12 where id <= ?", (IN_GROUP,))
        connection.commit()
        connection.close()
        process = known.start("serve")
        _wait(url)
        desk = Desk(Server(url, process, 0.0), folder)
        desk.browsers = {key: Browser(url, token, key) for key, token in tokens.items()}
        yield Office(desk, known)
        for browser in (*desk.browsers.values(), *desk.strangers):
            browser.http.close()


def _wait(url: str) -> None:
    end = time.monotonic() + 90
    while time.monotonic() < end:
        try:
            if httpx.get(f"{url}/healthz").is_success:
                return
        except httpx.TransportError:
            time.sleep(0.1)
    raise TimeoutError(url)


def signed(office: Office, new_tab: Callable[..., Tab], role: str, width: int = DESK) -> Page:
    """The page of an official who is signed in."""
    tab = new_tab(office.desk.url, width=width)
    tab.page.context.add_cookies([{"name": "gdcb", "value": office.desk.official(role).token, "url": office.desk.url}])
    return tab.page


def fine(page: Page, name: str) -> None:
    """Nothing for axe, nothing too wide; a picture where one is asked for."""
    assert violations(page) == [], name
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), name
    if folder := os.environ.get("GANDAN_PICTURES"):
        Path(folder).mkdir(parents=True, exist_ok=True)
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)


def until(page: Page, text: str) -> None:
    """Reload until the table of states says so."""
    end = time.monotonic() + 30
    while text not in page.get_by_role("main").inner_text() and time.monotonic() < end:
        page.wait_for_timeout(300)
        page.reload(wait_until="networkidle")
    expect(page.get_by_role("region", name="Gửi tới đâu rồi")).to_contain_text(text)


def by_keyboard(page: Page, *steps: tuple[str, str]) -> None:
    """Tab to what is called so, then type the text, or press the key when it is one."""
    for name, text in steps:
        tab_to(page, name)
        if text in {"Enter", "Space"}:
            page.keyboard.press(text)
        else:
            page.keyboard.type(text)


def sign_in(office: Office, new_tab: Callable[..., Tab]) -> Page:
    """Somebody new signs in and sets an own password, with the keyboard."""
    one_time = opened(office.desk, "soan")
    page = new_tab(office.desk.url, width=DESK).open("/can-bo")
    fine(page, "1-dang-nhap")
    by_keyboard(page, ("Tên đăng nhập", "soan"), ("Mật khẩu", one_time))
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Đặt mật khẩu của riêng mình")).to_be_visible()
    fine(page, "2-mat-khau")
    by_keyboard(page, ("Mật khẩu quản trị đưa", one_time), ("Mật khẩu mới", OWN), ("Gõ lại", OWN))
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Việc cần làm")).to_be_visible()
    return page


def write(page: Page) -> None:
    """From the start page to an announcement that waits for the second person, with the keyboard."""
    by_keyboard(page, ("Thông báo", "Enter"))
    expect(page.get_by_role("heading", name="Thông báo", level=1)).to_be_visible()
    by_keyboard(page, ("Soạn thông báo", "Enter"))
    expect(page.get_by_label("Tiêu đề")).to_be_visible()
    by_keyboard(page, ("Tiêu đề", TITLE), ("Nội dung chính", "Nước sông lên nhanh, nhà thấp có thể ngập."))
    by_keyboard(page, ("Địa điểm", "Trường tiểu học"), ("Hỏi thêm", "Trực ban 0236 000 0002"), ("Tổ 12", "Space"))
    by_keyboard(page, ("Tin khẩn, thiên tai", "Enter"))
    tab_to(page, "Tin thường")
    page.keyboard.press("ArrowDown")
    expect(page.get_by_label("Tin khẩn", exact=True)).to_be_checked()
    by_keyboard(page, ("Gửi cả trong giờ nghỉ", "Space"), ("Lý do gửi trong giờ nghỉ", "Nước lên trong đêm"))
    seen = page.get_by_role("region", name="Xem trước")
    for name in CHANNELS:
        expect(seen.get_by_role("region", name=name)).to_contain_text(TITLE)
    expect(seen.get_by_role("region", name="Telegram")).to_contain_text("Trường tiểu học")
    fine(page, "3-soan")
    save(page)
    fine(page, "4-cho-duyet")


def save(page: Page) -> None:
    """Save and ask the second person, with the keyboard."""
    by_keyboard(page, ("Lưu", "Enter"))
    expect(page.get_by_role("status")).to_contain_text("Đã lưu")
    by_keyboard(page, ("Trình duyệt", "Enter"))
    expect(page.get_by_text("Chờ người thứ hai duyệt").first).to_be_visible()


def approve(leader: Page, name: str) -> None:
    """The second person looks who gets it, agrees, and watches the table fill."""
    leader.get_by_role("link", name="Xem người nhận rồi duyệt").click()
    expect(leader.get_by_role("main")).to_contain_text(str(IN_GROUP))
    fine(leader, f"{name}-truoc-khi-gui")
    leader.get_by_role("button", name="Duyệt và gửi").click()
    expect(leader.get_by_role("status").first).to_contain_text("Đã duyệt")
    until(leader, f"{IN_GROUP} trên {IN_GROUP} người")
    fine(leader, f"{name}-da-gui")


def test_an_urgent_announcement_for_one_group_by_keyboard_by_two_people_and_its_correction(
    office: Office, new_tab: Callable[..., Tab]
) -> None:
    page = sign_in(office, new_tab)
    write(page)
    assert office.inbox() == 0, "nobody gets what nobody approved"

    leader = signed(office, new_tab, "leader", PHONE)
    leader.goto("/can-bo")
    leader.get_by_role("link", name=re.compile(f"Duyệt tin khẩn «{TITLE}»")).click()
    approve(leader, "5")
    assert office.inbox() == IN_GROUP

    page.reload()
    by_keyboard(page, ("Soạn bản đính chính", "Enter"))
    expect(page.get_by_label("Đã sửa gì, vì sao")).to_be_visible()
    by_keyboard(page, ("Đã sửa gì, vì sao", "Đổi nơi tránh trú."))
    tab_to(page, "Địa điểm")
    page.keyboard.press("Control+a")
    page.keyboard.type("Nhà văn hóa phường")
    seen = page.get_by_role("region", name="Xem trước")
    expect(seen.get_by_role("region", name="Telegram")).to_contain_text("Nhà văn hóa phường")
    fine(page, "6-dinh-chinh")
    save(page)
    leader.goto(page.url)
    approve(leader, "7")
    assert office.inbox() == 2 * IN_GROUP
    assert set(office.town.heard["telegram"].values()) == {2}, "the same people, each once more"

    citizen = new_tab(office.desk.url, width=PHONE).open("/thong-bao")
    expect(citizen.get_by_role("main")).to_contain_text(f"Đính chính: {TITLE}")
    fine(citizen, "9-nguoi-dan-doc")


def test_the_sunday_service_that_falls_on_a_holiday_is_moved(office: Office, new_tab: Callable[..., Tab]) -> None:
    calendar = Calendar(load_commune(ROOT / "procedures" / "commune.sample.yaml"))
    today = dt.datetime.now(VIETNAM).date()
    falls = next(each.planned for each in calendar.sunday_services(today, today + dt.timedelta(days=700)) if each.held is None)
    target = next(day for weeks in range(1, 6) if calendar.plan(day := falls + dt.timedelta(days=7 * weeks)).reason == "day_off")
    page = signed(office, new_tab, "editor")
    page.goto(f"/can-bo/lich/ngay/{falls}")
    fine(page, "10-ngay-trung-le")
    page.get_by_label("Dời Ngày Chủ nhật gần Dân sang ngày khác").check()
    page.get_by_label("Lý do").fill("Trùng ngày nghỉ lễ")
    page.get_by_label("Dời sang ngày").fill(target.isoformat())
    page.get_by_role("button", name="Xem trước").click()
    expect(page.get_by_role("heading", name="Xem trước", level=1)).to_be_visible()
    fine(page, "11-xem-truoc-doi-ngay")
    page.get_by_role("button", name="Lưu").click()
    expect(page.get_by_role("status")).to_be_visible()
    fine(page, "12-da-doi")
    citizen = new_tab(office.desk.url, width=PHONE)
    citizen.open("/")
    answer = citizen.ask(f"ngày {falls.day}/{falls.month}/{falls.year} phường có làm việc không")
    expect(answer).to_contain_text(date_words(target)[-10:].strip().rpartition(" ")[2])
    expect(answer).to_contain_text("trùng ngày nghỉ lễ")
    fine(citizen.page, "13-nguoi-dan-hoi")
