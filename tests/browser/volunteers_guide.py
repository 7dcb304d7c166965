"""Take the pictures of docs/huong-dan/tinh-nguyen-vien.md again: `.venv/bin/python -m tests.browser.volunteers_guide`.

Another folder than the guide's own as the first argument: look before you replace.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from tests.browser.browsing import GUIDE_PICTURES, PHONE, Tab, chromium, picture, tab
from tests.console.desk import Desk, running_desk
from tests.volunteers.people import HOME, JOIN, ROSTER, invited, next_sunday


def main(folder: Path) -> None:
    """Fill a ward, invite somebody, walk with the phone."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as data, running_desk(Path(data)) as desk, chromium() as browser:
        code = _fill(desk)
        with tab(browser, desk.url, width=PHONE) as visitor:
            _walk(visitor, code, folder)
    for path in sorted(folder.glob("tn-*.png")):
        print(f"{path.stat().st_size / 1000:6.0f} kB  {path.name}")


def _fill(desk: Desk) -> str:
    """A team, a volunteer on the roster of the next Sunday service; the code to join with."""
    desk.official("editor").post("/can-bo/to-dan-pho/dan", {"text": "Tổ 11\nTổ 12", "sure": "1"})
    lead = desk.official("volunteer_lead")
    groups = [str(row[0]) for row in desk.sql("select id from residential_groups")]
    lead.post("/can-bo/tinh-nguyen/to/them", {"name": "Tổ công nghệ số tổ 12", "contact": "Chị Hoa", "groups": groups})
    code = invited(desk, "Minh Anh", team="1")
    lead.post(f"{ROSTER}/{next_sunday(lead)}", {"people": ["1"]})
    return code


def _walk(visitor: Tab, code: str, folder: Path) -> None:
    page = visitor.open(JOIN)
    page.get_by_label("Mã mời").fill(code)
    picture(page, folder / "tn-1-vao-nhom.png")
    page.get_by_role("button", name="Vào nhóm").click()
    page.get_by_text("mất mạng vẫn ghi được").wait_for(timeout=20_000)
    visitor.open(HOME)
    page.wait_for_selector("[data-tally][data-ready]")
    picture(page, folder / "tn-2-viec-gi.png")
    page.get_by_role("button", name="Đăng ký khai sinh", exact=True).click()
    picture(page, folder / "tn-3-ai-nop.png", page.get_by_role("heading", name="2. Ai nộp hồ sơ?"), 340)
    page.get_by_role("button", name="Nộp hộ bà con").click()
    picture(page, folder / "tn-4-vuong-gi.png", page.get_by_role("heading", name="3. Vướng điều gì nhất?"))
    page.context.set_offline(True)
    page.get_by_role("button", name="Chưa có tài khoản VNeID").click()
    page.get_by_text("lượt đang chờ mạng").wait_for()
    picture(page, folder / "tn-5-mat-mang.png", page.get_by_role("heading", level=1))
    page.context.set_offline(False)
    page.get_by_text("Đã gửi đủ").wait_for()
    picture(page, folder / "tn-6-lich-truc.png", page.get_by_role("heading", name="Lịch trực của bạn"), 400)
    visitor.open("/tra-cuu#1.001193")
    page.locator("[data-lookup]").evaluate("(place) => { place.dataset.short = 'https://phuong-an-khe.example.vn/q/'; }")
    page.get_by_role("button", name="Đưa QR cho bà con").click()
    picture(page, folder / "tn-7-dua-qr.png")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else GUIDE_PICTURES)
