"""One server for the tests of the site; each test is a visitor of its own."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from tests.support.server import Server, running_server


@dataclass(frozen=True)
class Site:
    """The running server and where its data lies."""

    server: Server
    data: Path


@pytest.fixture(scope="package")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    data = tmp_path_factory.mktemp("site") / "data"
    with running_server(data, GANDAN_MESSAGES_PER_MINUTE="10000") as server:
        yield Site(server, data)


class Visitor:
    """A browser without JavaScript, or with HTMX when asked."""

    def __init__(self, url: str) -> None:
        self.http = httpx.Client(base_url=url, headers={"accept": "text/html"}, timeout=30)

    def get(self, path: str, **headers: str) -> httpx.Response:
        return self.http.get(path, headers=headers)

    def form(self, path: str = "/") -> dict[str, str]:
        """The hidden fields of the first form."""
        page = self.get(path).text
        return {name: _field(page, name) for name in ("csrf", "message_id")}

    def ask(self, text: str, *, htmx: bool = False, form: dict[str, str] | None = None) -> httpx.Response:
        """Send one message, as the form of the page would; redirects are not followed."""
        headers = {"hx-request": "true"} if htmx else {}
        return self.http.post("/chat", data=(form or self.form()) | {"text": text}, headers=headers)


def _field(page: str, name: str) -> str:
    match = re.search(rf'name="{name}" value="([^"]+)"', page)
    assert match is not None, f"no field {name} on the page"
    return match[1]


@pytest.fixture
def visitor(site: Site) -> Iterator[Visitor]:
    found = Visitor(site.server.url)
    yield found
    found.http.close()
