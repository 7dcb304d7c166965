"""A running server with one official per role, and a browser without JavaScript for each of them.

def test_x(desk: Desk) -> None:
    editor = desk.official("editor")
    assert "Thông báo" in editor.get("/can-bo/thong-bao").text
    editor.post("/can-bo/thong-bao/moi", {"title": "Mất điện"})   # the token comes by itself
"""

from __future__ import annotations

import contextlib
import datetime as dt
import re
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from app.database import migrate
from app.officials.sessions import hash_of
from app.signed import Role
from app.visitor import Signer
from tests.support.databases import copy_sqlite, sqlite_url
from tests.support.server import Server, running_server

ROLES = tuple(str(role) for role in Role)
OTHER_COMMUNE = 2
NAMES = {
    "official": "Trần Văn Cán",
    "editor": "Lê Thị Biên",
    "leader": "Phạm Văn Lãnh",
    "keeper": "Nguyễn Thị Quản",
    "volunteer_lead": "Võ Tình",
}


class Browser:
    """One official at work. Redirects are followed."""

    def __init__(self, url: str, token: str = "", name: str = "") -> None:
        self.http = httpx.Client(base_url=url, headers={"accept": "text/html"}, timeout=30, follow_redirects=True)
        self.token, self.name = token, name
        if token:
            self.http.cookies.set("gdcb", token)

    def get(self, path: str, **headers: str) -> httpx.Response:
        return self.http.get(path, headers=headers)

    def csrf(self, page: str = "/can-bo/tai-khoan") -> str:
        """The form token of this session, read off a page."""
        match = re.search(r'name="csrf" value="([^"]+)"', self.get(page).text)
        assert match is not None, f"no form on {page}"
        return match[1]

    def post(
        self, path: str, data: dict[str, Any] | None = None, *, files: Any = None, follow: bool = True, **headers: str
    ) -> httpx.Response:
        """Send a form, with the token unless it is given."""
        sent = {"csrf": self.csrf()} | (data or {})
        return self.http.post(path, data=sent, files=files, headers=headers, follow_redirects=follow)


@dataclass
class Desk:
    """The server, its data, and the officials' browsers. `other_*`: a second commune in the same database."""

    server: Server
    data: Path
    browsers: dict[str, Browser] = field(default_factory=dict)
    strangers: list[Browser] = field(default_factory=list)

    def token_of(self, key: str) -> str:
        """The form token of an official, without asking a page for it."""
        return Signer((self.data / "secret.key").read_bytes()).sign("official-csrf", hash_of(self.browsers[key].token))

    @property
    def url(self) -> str:
        return self.server.url

    @property
    def file(self) -> Path:
        return self.data / "gandan.sqlite3"

    def official(self, role: str, *, second: bool = False) -> Browser:
        """The browser of the commune's official with this role; `second`: another person with it."""
        return self.browsers[f"{role}{'-2' if second else ''}"]

    def stranger(self) -> Browser:
        """Somebody who is not signed in."""
        self.strangers.append(Browser(self.url))
        return self.strangers[-1]

    def sql(self, statement: str, *values: Any) -> list[Any]:
        """Look into, or change, the database behind the server's back."""
        with contextlib.closing(sqlite3.connect(self.file, timeout=10)) as connection:
            rows = connection.execute(statement, values).fetchall()
            connection.commit()
            return rows

    def sentences(self) -> list[str]:
        """What the record says, oldest first, each with its actor."""
        return [f"{row[0]} {row[1]}" for row in self.sql("select actor, sentence from audit_entries order by id")]


def seed(file: Path) -> dict[str, str]:
    """Officials of two communes, each with a session that lies ready. Returns key → token."""
    now = dt.datetime.now(dt.UTC).replace(tzinfo=None).isoformat(sep=" ")
    tokens: dict[str, str] = {}
    with contextlib.closing(sqlite3.connect(file)) as connection:
        connection.execute("insert into communes (id, slug, name) values (?, 'xa-hai', 'Xã Hai')", (OTHER_COMMUNE,))
        people = [(role, role, 1) for role in ROLES] + [(f"{role}-2", role, 1) for role in ROLES]
        people += [(f"other-{role}", role, OTHER_COMMUNE) for role in ROLES]
        for number, (key, role, commune) in enumerate(people, 1):
            token = f"{key:x<43}".replace("_", "-")[:43]
            tokens[key] = token
            connection.execute(
                "insert into officials (id, commune_id, username, name, role, password_hash, must_change, active, totp_on, totp_step,"
                " recovery, created_at, changed_at) values (?, ?, ?, ?, ?, '', 0, 1, 0, 0, '[]', ?, ?)",
                (number, commune, key.replace("_", "."), NAMES[role] + key.removeprefix(role), role, now, now),
            )
            connection.execute(
                "insert into official_sessions (commune_id, official_id, token_hash, stage, device, created_at, seen_at)"
                " values (?, ?, ?, 'full', 'Firefox trên Windows', ?, ?)",
                (commune, number, hash_of(token), now, now),
            )
        connection.commit()
    return tokens


@contextlib.contextmanager
def running_desk(folder: Path, template: Path | None = None, **environment: str) -> Iterator[Desk]:
    """A server on a fresh SQLite file (a copy of `template`, which saves a second) with the officials of `seed`."""
    data = folder / "data"
    data.mkdir(parents=True)
    if template is None:
        migrate(sqlite_url(data / "gandan.sqlite3"))
    else:
        copy_sqlite(template, data / "gandan.sqlite3")
    tokens = seed(data / "gandan.sqlite3")
    with running_server(data, GANDAN_MESSAGES_PER_MINUTE="10000", **environment) as server:
        desk = Desk(server, data)
        desk.browsers = {key: Browser(server.url, token, key) for key, token in tokens.items()}
        yield desk
        for browser in (*desk.browsers.values(), *desk.strangers):
            browser.http.close()
