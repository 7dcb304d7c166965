"""Take the pictures of docs/huong-dan/can-bo.md again, from a run of `gandan demo`: `.venv/bin/python -m tests.browser.officials_guide`.

Another folder than the guide's own as the first argument: look before you replace.
"""

from __future__ import annotations

import datetime as dt
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Page

from app.calendar.calendar import Calendar
from app.calendar.facts import VIETNAM
from app.commune import load_commune
from app.settings import ROOT
from tests.browser.browsing import GUIDE_PICTURES, Tab, chromium, picture, tab
from tests.support.server import running_server

WIDTH = 820
OWN = "hoa phượng đỏ bên sông"


def main(folder: Path) -> None:
    """Fill a ward, serve it, walk through it."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as data:
        printed = subprocess.run(
            [sys.executable, "-m", "app", "demo", "--data-dir", data], cwd=ROOT, capture_output=True, text=True, check=True
        ).stdout
        passwords = dict(re.findall(r"^(\w+) +(\w{4}-\w{4}-\w{4}) ", printed, re.MULTILINE))
        with running_server(Path(data)) as server, chromium() as browser:
            with tab(browser, server.url, width=WIDTH) as visitor:
                _walk(visitor, passwords["bientap"], folder)
            with tab(browser, server.url, width=WIDTH) as visitor:
                _urgent(visitor, passwords["lanhdao"], folder)
    for path in sorted(folder.glob("*.png")):
        print(f"{path.stat().st_size / 1000:6.0f} kB  {path.name}")


def _sign_in(visitor: Tab, username: str, one_time: str) -> Page:
    page = visitor.open("/can-bo/dang-nhap")
    page.get_by_label("Tên đăng nhập").fill(username)
    page.get_by_label("Mật khẩu", exact=True).fill(one_time)
    return page


def _own_password(page: Page, one_time: str) -> None:
    page.get_by_role("button", name="Đăng nhập", exact=True).click()
    page.get_by_label("Mật khẩu quản trị đưa").fill(one_time)
    page.get_by_label("Mật khẩu mới", exact=True).fill(OWN)
    page.get_by_label("Gõ lại").fill(OWN)
    page.get_by_role("main").get_by_role("button").first.click()
    page.get_by_role("heading", name="Việc cần làm").wait_for()


def _walk(visitor: Tab, one_time: str, folder: Path) -> None:
    page = _sign_in(visitor, "bientap", one_time)
    picture(page, folder / "1-dang-nhap.png")
    _own_password(page, one_time)

    visitor.open("/can-bo/thong-bao/moi")
    page.get_by_label("Tiêu đề").fill("Khám răng miễn phí cho học sinh tổ 5")
    page.get_by_label("Nội dung chính").fill("Bác sĩ khám và trám răng sữa cho các cháu. Không mất tiền.")
    page.get_by_label("Thời gian").fill("7:30–11:00 sáng thứ Bảy")
    page.get_by_role("region", name="Zalo OA").get_by_text("Khám răng").first.wait_for()
    picture(page, folder / "2-soan-thong-bao.png", page.get_by_label("Tiêu đề").locator("xpath=.."))

    calendar = Calendar(load_commune(ROOT / "procedures" / "commune.sample.yaml"))
    today = dt.datetime.now(VIETNAM).date()
    service = [each.day for each in calendar.sunday_services(today, today + dt.timedelta(days=100)) if each.held][1]
    visitor.open(f"/can-bo/lich/ngay/{service}")
    page.get_by_label("Dời Ngày Chủ nhật gần Dân sang ngày khác").check()
    page.get_by_label("Lý do").fill("Trùng ngày bầu cử ở phường")
    page.get_by_label("Dời sang ngày").fill((service + dt.timedelta(days=7)).isoformat())
    # Without the date field: this browser writes days the American way, those of the officials do not.
    picture(page, folder / "3-doi-ngay.png", page.get_by_role("heading", name="Sửa ngày này"), 470)

    visitor.open("/can-bo/thu-tuc/2.000815/de-nghi/fees")
    page.get_by_label("Tên nguồn").fill("Bảng niêm yết ở quầy 2")
    picture(page, folder / "4-sua-phi.png", page.get_by_role("heading", level=1))
    visitor.open("/can-bo/cau-hoi")
    page.get_by_role("main").get_by_role("table").get_by_role("link").first.click()
    picture(page, folder / "5-cau-chua-tra-loi.png", page.get_by_role("heading", level=1))


def _urgent(visitor: Tab, one_time: str, folder: Path) -> None:
    page = _sign_in(visitor, "lanhdao", one_time)
    _own_password(page, one_time)
    visitor.open("/can-bo")
    picture(page, folder / "6-tin-khan.png", page.get_by_role("heading", level=1))


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else GUIDE_PICTURES)
