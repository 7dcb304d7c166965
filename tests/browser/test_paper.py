"""Paper as a printer gets it: PDF pages drawn by Chromium's own PDF reader and read by OpenCV; print views of pages; access for everyone."""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest
from playwright.sync_api import Browser, BrowserType, Error, Page, expect

from app.paper.pdf import pdf_of
from app.paper.poster_layout import Format
from app.paper.posters import Kind
from app.paper.service import Press
from tests.browser.browsing import QUIET, WHOLE, Tab, find_chromium, violations
from tests.console.desk import Desk
from tests.paper.conftest import MORNING, calendar, catalog, press  # noqa: F401 -- fixtures
from tests.paper.reading import codes_of, decoded

SLIP = "/in/phieu/1.001193/trong-60-ngay"
SAMPLE = 8
POINTS = {"a4": (595, 842), "a5": (421, 595), "a6": (298, 421)}


@contextlib.contextmanager
def pdf_reader(kind: BrowserType) -> Iterator[Page]:
    """A Chromium that shows PDF files within its window, as a desk's does."""
    arguments = [*QUIET, "--headless=new", "--disable-features=PdfOopif", *(["--no-sandbox"] if os.geteuid() == 0 else [])]
    browser = kind.launch(executable_path=find_chromium(WHOLE), args=arguments, ignore_default_args=["--headless"])
    try:
        yield browser.new_page(viewport={"width": 1000, "height": 1414})
    finally:
        browser.close()


def _seen(page: Page) -> np.ndarray:
    image = cv2.imdecode(np.frombuffer(page.screenshot(), np.uint8), cv2.IMREAD_GRAYSCALE)
    assert image is not None
    return np.asarray(image)


def test_pdf_pages_are_drawn_and_their_codes_read(browser: Browser, press: Press, tmp_path: Path) -> None:  # noqa: F811
    """Posters of all kinds, spread over the catalog, at the size of a screen."""
    if find_chromium(WHOLE) is None:
        pytest.skip("the headless shell reads no PDF (Debian/Ubuntu: apt install chromium)")
    subjects = press.subjects()
    keys = [subjects.of(kind)[-1].key for kind in Kind if kind is not Kind.PROCEDURE]
    procedures = subjects.of(Kind.PROCEDURE)
    keys += [each.key for each in procedures[:: len(procedures) // (SAMPLE - len(keys))]][: SAMPLE - len(keys)]
    made = press.many(keys, Format.A4, "cho-an-khe")
    assert len(made.pages) == SAMPLE
    with pdf_reader(browser.browser_type) as page:
        for number, sheet in enumerate(made.pages):
            file = tmp_path / f"{number}.pdf"
            file.write_bytes(pdf_of([sheet], made.title, MORNING))
            page.goto(f"{file.as_uri()}#toolbar=0&view=Fit")
            (code,) = codes_of(sheet)
            _wait_until_read(page, code.address)


def _wait_until_read(page: Page, address: str) -> None:
    """Chromium's PDF reader does not tell when it has drawn."""
    for _ in range(60):
        with contextlib.suppress(Error):  # nor lets itself be pictured while it draws, on a busy machine
            if decoded(_seen(page)) == address:
                return
        page.wait_for_timeout(150)
    pytest.fail(f"not read: {address}")


@pytest.mark.parametrize("paper", ["a4", "a5", "a6"])
def test_a_poster_printed_from_the_browser_is_one_page_of_its_size(new_tab: Callable[..., Tab], paper: str) -> None:
    page = new_tab(width=700).open(f"/in/ma/tt/1.001193?kho={paper}")
    assert _sizes(page.pdf(prefer_css_page_size=True)) == [POINTS[paper]]


def test_the_print_view_holds_the_same_code(new_tab: Callable[..., Tab]) -> None:
    tab = new_tab(width=1280)
    page = tab.open("/in/ma/quay/1?p=quay-1")
    assert decoded(_seen_of(page)) == f"{tab.url}/q/quay/1?p=quay-1"


def test_a_slip_printed_from_the_browser_is_one_page_without_the_site_around_it(new_tab: Callable[..., Tab]) -> None:
    page = new_tab(width=700, scheme="dark").open(SLIP)
    page.emulate_media(media="print")
    assert page.locator(".masthead").is_hidden()
    assert page.locator("svg.paper-sheet text").first.is_visible()
    assert _sizes(page.pdf(prefer_css_page_size=True)) == [POINTS["a4"]]


@pytest.mark.parametrize("path", ["/in/ma/tt/1.001193?kho=tem", SLIP, "/quay/1"])
@pytest.mark.parametrize("scheme", ["light"])
def test_everyone_can_use_these_pages(new_tab: Callable[..., Tab], path: str, scheme: str) -> None:
    page = new_tab(width=390, scheme=scheme).open(path)
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


@pytest.mark.parametrize("width", [390, 1280])
def test_officials_can_use_the_form(new_tab: Callable[..., Tab], desk: Desk, width: int) -> None:
    tab = new_tab(desk.url, width=width)
    tab.page.context.add_cookies([{"name": "gdcb", "value": desk.browsers["editor"].token, "url": desk.url}])
    page = tab.open("/can-bo/in-an")
    assert width == 1280 or violations(page) == []  # once: there are five hundred boxes
    page.get_by_label("Quầy 1 – Hộ tịch").check()
    page.get_by_label("Nơi dán").fill("Quầy 1")
    page.get_by_role("button", name="Xem thử").click()
    expect(page.locator("svg.paper-sheet")).to_have_count(1)
    assert width == 390 or violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def _seen_of(page: Page) -> np.ndarray:
    image = cv2.imdecode(np.frombuffer(page.locator("svg.paper-sheet").screenshot(), np.uint8), cv2.IMREAD_GRAYSCALE)
    assert image is not None
    return np.asarray(image)


def _sizes(pdf: bytes) -> list[tuple[int, int]]:
    boxes = re.findall(rb"/MediaBox\s*\[([^\]]+)\]", pdf)
    return [(round(float(box.split()[2])), round(float(box.split()[3]))) for box in boxes]
