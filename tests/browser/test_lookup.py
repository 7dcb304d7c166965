"""The lookup page in a real browser: instant, forgiving, and whole when the network is cut."""

from __future__ import annotations

import re
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Literal

import cv2
import numpy as np
import pytest
import segno
from playwright.sync_api import Browser, Page, expect

from app.settings import ROOT
from tests.bench.lookup import FIND, LIMIT_MS, READY, typing
from tests.browser.browsing import DESK, PHONE, Tab, tab, violations, wait_until
from tests.catalog.small_catalog import FIRST, procedure, write_catalog
from tests.support.server import Server, running_server

BOX = "Bà con cần việc gì?"
MARRIAGE = "1.000894"
CONTROLLED = "navigator.serviceWorker.ready.then(() => navigator.serviceWorker.controller !== null)"


def _ready(tab: Tab, path: str = "/tra-cuu") -> Page:
    page = tab.open(path)
    page.wait_for_selector(READY, timeout=30_000)  # the server packs the catalog when it is first asked for
    return page


def _kept(page: Page) -> None:
    """Wait until the phone has everything."""
    expect(page.locator("[data-age]")).to_contain_text("mất mạng vẫn tra được", timeout=20_000)
    assert page.evaluate(CONTROLLED)


def _decoded(picture: bytes) -> str:
    image = cv2.imdecode(np.frombuffer(picture, np.uint8), cv2.IMREAD_COLOR)
    assert image is not None
    return cv2.QRCodeDetector().detectAndDecode(image)[0]


def test_with_the_network_cut_everything_goes_on(new_tab: Callable[..., Tab], tmp_path: Path) -> None:
    tab = new_tab(scale=2)
    _kept(_ready(tab))
    tab.page.context.set_offline(True)
    page = _ready(tab)  # opened anew, without a network
    expect(page.locator("[data-age]")).to_contain_text("đối chiếu với nguồn tới ngày")
    page.get_by_label(BOX).press_sequentially("dang ky ket hn")
    expect(page.locator("[data-found] a").first).to_have_text("Đăng ký kết hôn")
    page.locator("[data-found] a").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Đăng ký kết hôn")
    for heading in ("Giấy tờ cần chuẩn bị", "Nộp hồ sơ", "Các bước", "Ai làm được", "Căn cứ và nguồn"):
        expect(page.get_by_role("heading", name=heading)).to_be_visible()
    page.locator(".checklist input").first.check()
    expect(page.locator(".checklist").get_by_role("status")).to_contain_text("Đã có 1 trong")
    page.get_by_role("button", name="Đưa QR cho bà con").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text(f"/q/{MARRIAGE}")
    assert _decoded(dialog.locator(".qr").screenshot()) == f"{tab.url}/q/{MARRIAGE}?p=tra-cuu"
    dialog.get_by_role("button", name="Đóng").click()
    page.reload()
    expect(page.get_by_role("heading", level=1)).to_have_text("Đăng ký kết hôn")
    expect(page.locator(".checklist input").first).to_be_checked()
    page.get_by_role("button", name="Bỏ hết dấu").click()
    expect(page.locator(".checklist input:checked")).to_have_count(0)
    page.get_by_role("link", name="Tra tiếp").click()
    expect(page.get_by_label(BOX)).to_be_visible()


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("khai sinh", "1.001193"),
        ("KHAI SINH", "1.001193"),
        ("khai sih", "1.001193"),
        ("ddangw kys keets hoon", MARRIAGE),
        ("d9a8ng ky1 ke6t1 ho6n", MARRIAGE),
        ("da\u0306ng ky\u0301 ke\u0302\u0301t ho\u0302n", MARRIAGE),
        ("😀 dang ky ket hon !!!", MARRIAGE),
        ("gks", "1.001193"),
        ("dang ky ket h", MARRIAGE),
        ("dang ky ket hon " * 40, MARRIAGE),
    ],
)
def test_any_spelling_is_understood(shared: Page, typed: str, code: str) -> None:
    assert shared.evaluate(FIND, [typed])[0][0] == code


@pytest.mark.parametrize("typed", ["", " ", "\n", "zzzz qqqq", "!!!", "😀", "\u200b\u0000", "'\"><script>"])
def test_nothing_sensible_finds_nothing_or_little_and_breaks_nothing(shared: Page, typed: str) -> None:
    found = shared.evaluate(FIND, [typed])[0]
    assert len(found) <= 5
    shared.get_by_label(BOX).fill(typed.replace("\n", ""))
    expect(shared.locator("[data-count]")).not_to_be_empty()
    assert shared.locator("[data-found] script").count() == 0


def test_a_very_long_text_is_answered_too(shared: Page) -> None:
    assert len(shared.evaluate(FIND, ["mất căn cước " + "abc xyz " * 20_000])) == 1


@pytest.fixture(scope="module")
def shared(browser: Browser, server: Server) -> Iterator[Page]:
    """One open page for many questions."""
    with tab(browser, server.url) as opened:
        yield _ready(opened)
        assert opened.complaints == []


def test_codes_are_drawn_as_another_library_draws_them(shared: Page) -> None:
    """Bit for bit where a code is full to its last byte (where it is not, segno fills one byte more); our addresses are read."""
    address = "https://phuong-an-khe.danang.gov.vn/q/1.000894?p=tra-cuu"
    draw = "(text) => window.GanDan.qr(text).map((row) => row.map(Number))"
    for length in (14, 26, 42, 62, 84, 106, 122, 152, 180, 213):
        text = (address + "&x=" + "a" * 200)[:length]
        made = [segno.make(text, error="m", micro=False, boost_error=False, mode="byte", mask=mask) for mask in range(8)]
        assert shared.evaluate(draw, text) in [[list(row) for row in each.matrix] for each in made], length
    for text in (address, "https://xa.vn/q/2.001263", "http://127.0.0.1:8000/q/3.000722?p=tra-cuu"):
        grey = np.kron(255 * (1 - np.pad(np.array(shared.evaluate(draw, text), np.uint8), 4)), np.ones((6, 6), np.uint8)).astype(np.uint8)
        assert cv2.QRCodeDetector().detectAndDecode(cv2.cvtColor(grey, cv2.COLOR_GRAY2BGR))[0] == text
    with pytest.raises(Exception, match="too long"):
        shared.evaluate("window.GanDan.qr('a'.repeat(214))")


def test_a_keystroke_is_answered_at_once_on_a_slow_phone(shared: Page, capsys: pytest.CaptureFixture[str]) -> None:
    spent, busy = typing(shared, ["làm giấy khai sinh cho con", "dang ky tam tru"])
    with capsys.disabled():
        print(
            f"\ntra cứu, máy chậm 4 lần: {busy:.1f} ms mỗi phím, giữa {sorted(spent)[len(spent) // 2]:.1f} ms kể cả lúc máy bận việc khác"
        )
    assert busy < LIMIT_MS


def test_filters_and_letters_twice_as_large(new_tab: Callable[..., Tab]) -> None:
    visitor = new_tab()
    page = _ready(visitor)
    page.get_by_text("Lọc bớt").click()
    page.get_by_label("Lĩnh vực").select_option("ho-tich")
    wait_until(page, lambda: 0 < page.locator("[data-found] li").count() < 100)
    page.get_by_label("Nộp qua mạng").select_option("full")
    wait_until(page, lambda: set(page.locator("[data-found] .badge").all_inner_texts()) == {"Toàn trình"})
    page.get_by_label(BOX).fill("kết hôn")
    expect(page.locator("[data-found] a").first).to_have_text("Đăng ký kết hôn")
    page.get_by_label(BOX).fill(MARRIAGE)  # who reads the code from a paper
    expect(page.locator("[data-found] a")).to_have_text(["Đăng ký kết hôn"])
    page.get_by_label(BOX).fill("asdfgh")
    expect(page.locator("[data-count]")).to_have_text("Không tìm thấy thủ tục nào")
    expect(page.get_by_role("link", name="hỏi bằng một câu")).to_have_attribute("href", re.compile("hoi=asdfgh"))
    size = "parseFloat(getComputedStyle(document.querySelector('.count')).fontSize)"
    before = page.evaluate(size)
    page.get_by_role("button", name="Chữ lớn").click()
    wait_until(page, lambda: page.evaluate(size) >= 1.3 * before)
    page.reload()
    page.wait_for_selector(READY)
    assert page.evaluate(size) >= 1.3 * before
    for width in (320, PHONE):
        page.set_viewport_size({"width": width, "height": 844})
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_a_case_is_chosen_and_the_way_back_leads_back(new_tab: Callable[..., Tab]) -> None:
    page = _ready(new_tab())
    page.get_by_label(BOX).fill("khai sinh")
    page.locator("[data-found] a").first.click()
    page.get_by_role("link", name=re.compile("đã quá 60 ngày")).click()
    expect(page.get_by_role("heading", level=2, name=re.compile("60 ngày")).last).to_be_in_viewport()
    expect(page).to_have_url(re.compile("#1.001193/qua-60-ngay$"))
    page.go_back()
    page.go_back()
    expect(page.get_by_label(BOX)).to_have_value("khai sinh")
    page.goto(page.url.split("#")[0] + "#9.999999/x/%3Cb%3E")
    expect(page.get_by_label(BOX)).to_be_visible()


def test_every_procedure_can_be_laid_out(shared: Page) -> None:
    laid: list[Any] = shared.evaluate(
        """async () => {
          const wrong = [];
          for (const code of await window.GanDan.lookup.codes()) {
            location.hash = "#" + code;
            await new Promise((resolve) => addEventListener("hashchange", resolve, { once: true }));
            const sheet = document.querySelector("[data-sheet]");
            const text = sheet.textContent;
            if (sheet.hidden || /undefined|null|\\{\\w+\\}|\\[object/.test(text)) wrong.push(code);
            if ([...sheet.querySelectorAll("a")].some((link) => !link.getAttribute("href"))) wrong.push(code + " link");
          }
          location.hash = "";
          return wrong;
        }"""
    )
    assert laid == []


@pytest.mark.parametrize("scheme", ["dark"])
def test_no_violation_in_the_list_the_sheet_and_the_code(new_tab: Callable[..., Tab], scheme: Literal["light", "dark"]) -> None:
    for width in (PHONE, DESK) if scheme == "light" else (PHONE,):
        page = _ready(new_tab(width=width, scheme=scheme))
        assert violations(page) == []
        page.goto(f"{page.url}#1.001193")
        expect(page.get_by_role("heading", level=1)).to_have_text("Đăng ký khai sinh")
        assert violations(page) == []
        page.get_by_role("button", name="Đưa QR cho bà con").click()
        expect(page.get_by_role("dialog")).to_be_visible()
        assert violations(page) == []


def test_nothing_jumps_while_it_loads_and_while_one_types(new_tab: Callable[..., Tab]) -> None:
    visitor = new_tab()
    visitor.page.add_init_script(
        "window.jumps = 0; new PerformanceObserver((list) => list.getEntries().forEach((one) => { window.jumps += one.value; }))"
        ".observe({ type: 'layout-shift', buffered: true });"
    )
    page = _ready(visitor)
    page.wait_for_timeout(300)
    assert page.evaluate("window.jumps") < 0.1


def test_without_javascript_the_server_searches(plain_visitor: Tab) -> None:
    page = plain_visitor.open("/tra-cuu")
    expect(page.get_by_role("link", name="xem danh sách thủ tục")).to_be_visible()
    page.get_by_label(BOX).fill("khai sinh")
    page.get_by_role("button", name="Tìm").click()
    expect(page).to_have_url(re.compile(r"/thu-tuc\?q=khai\+sinh"))


def test_sharing_copies_the_address_where_the_phone_has_no_menu(new_tab: Callable[..., Tab]) -> None:
    visitor = new_tab()
    visitor.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    visitor.page.add_init_script("delete Navigator.prototype.share")
    page = _ready(visitor, f"/tra-cuu#{MARRIAGE}")
    page.get_by_role("button", name="Gửi liên kết").click()
    expect(page.get_by_text("Đã chép liên kết.")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == f"{visitor.url}/q/{MARRIAGE}"


# --- a new version -------------------------------------------------------------------------------------------------------
def _write(folder: Path, name: str, day: str) -> None:
    write_catalog(folder, {FIRST: procedure(name=name, checked_on=day)})


def test_a_new_catalog_is_offered_and_used_when_wanted_and_then_works_without_the_server(browser: Browser, tmp_path: Path) -> None:
    folder = tmp_path / "procedures"
    _write(folder, "Đặt tên đường", "2026-11-22")
    for name in ("lexicon.yaml", "intents.yaml", "topics.yaml"):
        (folder / name).write_bytes((ROOT / "procedures" / name).read_bytes())
    ward = tmp_path / "ward.yaml"
    ward.write_text(re.sub(r"(?m)^locale:.*$", "", (ROOT / "procedures" / "commune.sample.yaml").read_text("utf-8")), "utf-8")
    paths = {"GANDAN_PROCEDURES_DIR": str(folder), "GANDAN_COMMUNE_FILE": str(ward)}
    with running_server(tmp_path / "data", **paths) as server, tab(browser, server.url) as visitor:
        page = _ready(visitor)
        _kept(page)
        old = _worker(server.url)
        _write(folder, "Đặt tên cây cầu", "2026-11-21")
        end = time.monotonic() + 20
        while _worker(server.url) == old:
            assert time.monotonic() < end, "the server does not see the new file"
            time.sleep(0.25)
        page.evaluate("navigator.serviceWorker.getRegistration().then((found) => found.update())")
        fresh = page.locator("[data-fresh]")
        expect(fresh).to_contain_text("Có dữ liệu mới ngày 22/11/2026.")
        expect(page.locator("[data-found]")).not_to_contain_text("cây cầu")
        fresh.get_by_role("button", name="Bấm để dùng").click()
        expect(page.locator("[data-found]")).to_contain_text("Đặt tên cây cầu")
        expect(page.locator("[data-fresh]")).to_be_hidden()
        wait_until(page, lambda: len(page.evaluate("caches.keys()")) == 1)
        server.process.kill()
        server.process.wait()
        page.reload()
        expect(page.locator("[data-found]")).to_contain_text("Đặt tên cây cầu")
        page.evaluate("localStorage.setItem('tc:asked', String(Date.now() - 40 * 86400000))")
        page.reload()
        expect(page.locator("[data-age]")).to_contain_text("Đã 40 ngày chưa hỏi lại máy chủ")


def _worker(url: str) -> bytes:
    with urllib.request.urlopen(f"{url}/sw.js", timeout=10) as answer:
        return bytes(answer.read())
