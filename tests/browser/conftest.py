"""One server and one Chromium for this folder; a fresh visitor for each test, who must have nothing to complain about."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser

from tests.browser.browsing import DESK, PHONE, Tab, chromium, find_chromium, tab
from tests.console.desk import Desk, running_desk
from tests.site.chats import BOTH, running_with
from tests.support.server import Server, running_server


# Scope «package»: Playwright's event loop must be gone before asynchronous tests of other folders run.
@pytest.fixture(scope="package")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with running_server(tmp_path_factory.mktemp("browser") / "data", GANDAN_MESSAGES_PER_MINUTE="10000") as running:
        yield running


@pytest.fixture(scope="package")
def with_chats(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a second site, on which chats are connected."""
    with running_with(BOTH, tmp_path_factory.mktemp("chats") / "data") as url:
        yield url


@pytest.fixture(scope="package")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """The officials' server, shared by the tests of the console in a browser."""
    with running_desk(tmp_path_factory.mktemp("desk")) as running:
        yield running


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    if find_chromium() is None:
        pytest.skip("no Chromium on this machine (Debian/Ubuntu: apt install chromium)")
    with chromium() as running:
        yield running


@pytest.fixture
def new_tab(browser: Browser, server: Server) -> Iterator[Callable[..., Tab]]:
    """Opens visitors; at the end of the test none may have a complaint left, nor have asked another host for anything."""
    with contextlib.ExitStack() as stack:
        opened: list[Tab] = []

        def open_tab(url: str = server.url, **options: Any) -> Tab:
            opened.append(stack.enter_context(tab(browser, url, **options)))
            return opened[-1]

        yield open_tab
        for one in opened:
            assert one.complaints == []
            assert [url for url in one.requests if not url.startswith((one.url + "/", "data:"))] == []


@pytest.fixture(params=[PHONE, DESK], ids=["390px", "1280px"])
def visitor(request: pytest.FixtureRequest, new_tab: Callable[..., Tab]) -> Tab:
    """A visitor with JavaScript, on a phone and at a desk."""
    return new_tab(width=request.param)


@pytest.fixture(params=[PHONE, DESK], ids=["390px", "1280px"])
def plain_visitor(request: pytest.FixtureRequest, new_tab: Callable[..., Tab]) -> Tab:
    """A visitor whose browser runs no JavaScript."""
    return new_tab(width=request.param, javascript=False)
