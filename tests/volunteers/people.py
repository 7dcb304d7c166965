"""Volunteers to test with: invited through the lead's own pages, joined as a phone does, sending as a phone sends."""

from __future__ import annotations

import contextlib
import re
import time
import uuid
from collections.abc import Iterator
from typing import Any, ClassVar

import httpx

from tests.console.desk import Browser, Desk

HOME, JOIN = "/tinh-nguyen", "/tinh-nguyen/vao"
PEOPLE, ROSTER = "/can-bo/tinh-nguyen/nguoi", "/can-bo/tinh-nguyen/truc"
BIRTH, MARRIAGE = "1.001193", "1.000894"
CODE = re.compile(r"\b[2-9A-HJ-NP-Z]{4}-[2-9A-HJ-NP-Z]{4}\b")
TABLES = (
    "tallies",
    "volunteer_shifts",
    "volunteer_invitations",
    "volunteers",
    "volunteer_team_groups",
    "volunteer_teams",
    "residential_groups",
)


@contextlib.contextmanager
def without_volunteers(desk: Desk) -> Iterator[Desk]:
    """The server before anybody volunteers; the phones of the test are closed at its end."""
    for table in TABLES:
        desk.sql(f"delete from {table}")
    yield desk
    while Phone.opened:
        Phone.opened.pop().http.close()


def next_sunday(lead: Browser) -> str:
    """The uid of the next Sunday service on the lead's roster."""
    found = re.search(r"truc/(chu-nhat-[\d-]+)", lead.get(ROSTER).text)
    assert found is not None
    return found[1]


def code_on(page: httpx.Response) -> str:
    """The code on the page that shows it once."""
    found = CODE.search(page.text)
    assert found is not None, page.text[:2000]
    return found[0]


def invited(desk: Desk, name: str = "Trần Minh Anh", lead: Browser | None = None, **more: str) -> str:
    """Invite somebody as the lead does; the code."""
    return code_on((lead or desk.official("volunteer_lead")).post(f"{PEOPLE}/them", {"name": name} | more))


def tally(code: str = BIRTH, *, on_behalf: bool = True, hard: str = "khong", ago: float = 0, **more: Any) -> dict[str, Any]:
    """A tally as the phone makes it, `ago` seconds before now by its clock."""
    made = int((time.time() - ago) * 1000)
    return {"id": str(uuid.uuid4()), "code": code, "on_behalf": on_behalf, "hard": hard, "made": made} | more


class Phone:
    """A volunteer's browser, without JavaScript. `opened`: those of this test, closed at its end."""

    opened: ClassVar[list[Phone]] = []

    def __init__(self, url: str) -> None:
        self.http = httpx.Client(base_url=url, headers={"accept": "text/html"}, timeout=30, follow_redirects=True)
        self.opened.append(self)

    def get(self, path: str = HOME) -> httpx.Response:
        return self.http.get(path)

    def field(self, name: str = "csrf", path: str = HOME) -> str:
        match = re.search(rf'name="{name}" value="([^"]+)"', self.get(path).text)
        assert match is not None, f"no {name} on {path}"
        return match[1]

    def join(self, code: str) -> httpx.Response:
        return self.http.post(JOIN, data={"csrf": self.field(path=f"{JOIN}?ma=x"), "ma": code})

    def send(self, *tallies: Any, csrf: str | None = None, clock: int | None = None, **more: Any) -> httpx.Response:
        """What tally.js sends."""
        body = {"now": clock if clock is not None else int(time.time() * 1000), "tallies": list(tallies)} | more
        return self.post_json(body, csrf)

    def post_json(self, body: Any, csrf: str | None = None) -> httpx.Response:
        headers = {"x-csrf": self.field() if csrf is None else csrf, "accept": "application/json"}
        return self.http.post(f"{HOME}/gui", json=body, headers=headers, follow_redirects=False)

    def post(self, path: str, data: dict[str, str], csrf: str | None = None) -> httpx.Response:
        return self.http.post(path, data={"csrf": self.field() if csrf is None else csrf} | data)


def joined(desk: Desk, name: str = "Trần Minh Anh", **more: str) -> Phone:
    """Somebody who was invited and joined."""
    phone = Phone(desk.url)
    page = phone.join(invited(desk, name, None, **more))
    assert page.url.path == HOME, page.text
    return phone


def rows(desk: Desk, columns: str = "code, on_behalf, hard, day, session_uid") -> list[Any]:
    """The tallies, oldest first."""
    return desk.sql(f"select {columns} from tallies order by id")
