"""What the security tests share: every call of the console, how to make it, what it may have changed."""

from __future__ import annotations

import re
from collections import Counter
from functools import cache
from urllib.parse import quote, urlsplit

import httpx

from app.access_table import Row, rows
from app.console.routes import ROUTERS
from app.tables import Base
from tests.console.desk import Browser, Desk
from tests.console.reading import Page

SIGNING = ("/can-bo/dang-nhap", "/can-bo/dang-xuat")
FAR_ID = 7777
MARKER = "ZZMAT"
DAY = "2026-12-06"
CODE = "1.001193"
# What our own paths may hold besides numbers. Names that are missing here are given MARKER.
KNOWN_VALUES = {
    "code": [CODE, MARKER],
    "day": [DAY],
    "field": ["fees", "note", MARKER],
    "sheet": ["lien-he", MARKER],
    "name": ["chat", MARKER],
}


@cache
def console_rows() -> list[Row]:
    return rows(route for router in ROUTERS for route in router.routes if hasattr(route, "dependant"))  # type: ignore[misc]


def parameters(path: str) -> list[str]:
    return re.findall(r"{(\w+)(?::\w+)?}", path)


def addresses(path: str, number: int | str = 999_999) -> list[str]:
    """The path with its parameters filled in, each way we know."""
    found = [path]
    for name in parameters(path):
        values = KNOWN_VALUES.get(name) or [str(number)]
        found = [re.sub(rf"{{{name}(:\w+)?}}", quote(value), one) for one in found for value in values]
    return found


def call(desk: Desk, key: str, row: Row, path: str, data: dict[str, object] | None = None, **headers: str) -> httpx.Response:
    sent = None if row.method == "GET" else {"csrf": desk.token_of(key)} | (data or {})
    return desk.browsers[key].http.request(row.method, path, data=sent, headers=headers, follow_redirects=False)


def dump(desk: Desk, commune: int | None = None) -> dict[str, list[tuple[object, ...]]]:
    """Every row of the database but what a look alone changes."""
    found: dict[str, list[tuple[object, ...]]] = {}
    for table in Base.metadata.sorted_tables:
        names = [column.name for column in table.columns if column.name not in {"seen_at", "last_at"}]
        where = f" where commune_id = {commune}" if commune and "commune_id" in table.columns else ""
        found[table.name] = sorted(desk.sql(f'select {", ".join(names)} from "{table.name}"{where}'), key=repr)
    return {name: rows for name, rows in found.items() if name != "executors"}


def crawl(browser: Browser, first: str = "/can-bo", alike: int = 2) -> dict[str, Page]:
    """Every page of the console that can be reached by links; of pages that differ by a number or a day only, `alike` of each."""
    seen: dict[str, Page] = {}
    waiting, shapes = [first], Counter[str]()
    while waiting and len(seen) < 200:
        path = waiting.pop(0)
        shape = re.sub(r"\d[\d.-]*", "0", path)
        if path in seen or shapes[shape] >= (alike if "0" in shape else 1):
            continue
        shapes[shape] += 1
        answer = browser.http.get(path)
        if "text/html" not in answer.headers.get("content-type", ""):
            continue
        seen[path] = Page(answer.text)
        parts = [urlsplit(link) for link in seen[path].links]
        waiting += [part.path for part in parts if not part.netloc and part.path.startswith("/can-bo") and not part.query]
    return seen
