"""The page of a procedure on paper."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import expect

from tests.browser.browsing import BIRTH, Tab

A4 = (595, 842)  # points


def test_paper_has_the_ward_the_code_and_boxes_but_no_navigation(new_tab: Callable[..., Tab]) -> None:
    page = new_tab(width=700).open(BIRTH)
    page.emulate_media(media="print")
    expect(page.locator(".print-head")).to_contain_text("Trung tâm Phục vụ hành chính công")
    expect(page.locator(".print-head svg")).to_be_visible()
    expect(page.locator(".checklist input").first).to_be_visible()
    for hidden in (".masthead", ".site-footer", ".crumbs", ".actions", "[data-print]", "[data-qr]", ".case-question"):
        expect(page.locator(hidden).first).to_be_hidden()


def test_paper_is_black_on_white_also_from_a_dark_screen(new_tab: Callable[..., Tab]) -> None:
    page = new_tab(width=700, scheme="dark").open(BIRTH)
    page.emulate_media(media="print")
    colours = page.evaluate("(({backgroundColor, color}) => [backgroundColor, color])(getComputedStyle(document.body))")
    assert colours == ["rgb(255, 255, 255)", "rgb(0, 0, 0)"]


def test_who_chose_a_case_prints_that_case(new_tab: Callable[..., Tab]) -> None:
    page = new_tab(width=700).open(f"{BIRTH}#qua-60-ngay")
    page.emulate_media(media="print")
    expect(page.locator("#qua-60-ngay")).to_be_visible()
    expect(page.locator("#trong-60-ngay")).to_be_hidden()


def test_the_pdf_is_a4_and_short(new_tab: Callable[..., Tab]) -> None:
    page = new_tab().open(f"{BIRTH}#trong-60-ngay")
    pdf = page.pdf(prefer_css_page_size=True)
    sizes = {
        tuple(round(float(number)) for number in box.split()[2:]) for box in re.findall(r"/MediaBox\s*\[([^\]]+)\]", pdf.decode("latin-1"))
    }
    assert sizes == {A4}
    assert 1 <= len(re.findall(rb"/Type\s*/Page\b", pdf)) <= 2
