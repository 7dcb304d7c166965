"""The statistics in a real browser: nothing overflows, nothing is complained about, the lists open, assistive technology finds its way."""

from __future__ import annotations

import asyncio
import datetime as dt
import json
import re
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from app.database import Database
from app.statistics.periods import last_months, month_of, today
from tests.browser.browsing import DESK, PHONE, Tab, violations
from tests.console.desk import Desk, running_desk
from tests.statistics.sample_ward import PUBLISHED, fill
from tests.support.databases import sqlite_url

NOVEMBER = "/can-bo/so-lieu?ky=2026-11"


@pytest.fixture(scope="module")
def ward(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Iterator[Desk]:
    """A server with the sample ward and two published months."""

    async def write(file: Path) -> None:
        database = Database(sqlite_url(file))
        async with database.write() as session:
            await fill(session)
        await database.close()

    with running_desk(tmp_path_factory.mktemp("statistics"), sqlite_template) as desk:
        in_thread(write(desk.file))
        now = dt.datetime.now(dt.UTC)
        for month in last_months(month_of(month_of(today(now)).first - dt.timedelta(days=1)), 2):
            figures = json.dumps(PUBLISHED | {"month": month.first.isoformat()})
            stamp = str(now.replace(tzinfo=None))
            desk.sql("insert or replace into published_months values (1, ?, ?, ?, ?)", month.first.isoformat(), figures, stamp, stamp)
        yield desk


def in_thread(work: Coroutine[Any, Any, None]) -> None:
    """Playwright has an event loop in this thread."""
    with ThreadPoolExecutor(1) as pool:
        pool.submit(asyncio.run, work).result()


def opened(new_tab: Callable[..., Tab], ward: Desk, path: str, **options: Any) -> Tab:
    tab = new_tab(ward.url, **options)
    tab.page.context.add_cookies([{"name": "gdcb", "value": ward.official("leader").token, "url": ward.url}])
    tab.open(path)
    return tab


@pytest.mark.parametrize("width", [PHONE, DESK])
@pytest.mark.parametrize("path", [NOVEMBER, "/can-bo/so-lieu/chi-tieu", "/can-bo/so-lieu/ho-so", "/so-lieu"])
def test_every_page_fits_and_speaks(new_tab: Callable[..., Tab], ward: Desk, path: str, width: int) -> None:
    tab = opened(new_tab, ward, path, width=width)
    tab.page.wait_for_load_state("networkidle")
    assert tab.page.evaluate("document.documentElement.scrollWidth") <= width
    assert violations(tab.page) == []


def test_a_number_leads_to_its_list_and_back(new_tab: Callable[..., Tab], ward: Desk) -> None:
    page = opened(new_tab, ward, NOVEMBER, width=PHONE).page
    page.get_by_role("link", name=re.compile("xem danh sách Chưa trả lời được")).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Chưa trả lời được")
    expect(page.locator("main")).to_contain_text("6 câu.")
    page.get_by_role("link", name="Số liệu tháng 11/2026").click()
    expect(page.get_by_role("img", name="Trợ lý trả lời thế nào")).to_be_visible()


def test_it_all_works_without_javascript(new_tab: Callable[..., Tab], ward: Desk) -> None:
    page = opened(new_tab, ward, NOVEMBER, width=PHONE, javascript=False).page
    page.get_by_role("link", name="Xem các nhóm câu hỏi").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Câu chưa trả lời được")
    page.goto(f"{ward.url}/can-bo/so-lieu")
    page.get_by_label("Kỳ").select_option("2026-11")
    page.get_by_role("button", name="Xem").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Số liệu tháng 11/2026")
