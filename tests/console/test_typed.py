"""Shows 6, anything typed: markup, fields that do not belong there, odd text, tricks in paths, bodies too large."""

from __future__ import annotations

import re
import socket
from urllib.parse import quote, urlsplit

import pytest

from app.tables import Base
from tests.console.desk import OTHER_COMMUNE, Desk
from tests.console.reading import Page
from tests.console.siege import SIGNING, addresses, call, console_rows, crawl, dump, parameters

XSS = "\"' onmouseover=zz() <script>zz()</script> javascript:zz()"
ODD = {
    "long": "x" * 3_000,
    "nul": "a\0b",
    "emoji": "😀" * 50,
    "nfd": "đô\u0323\u0302",
    "lines": "a\r\n\r\nb",
    "number": "-99999999999999999999",
    "empty": "",
}
TRICKS = (
    "../../../../etc/passwd",
    "..%2f..%2fetc%2fpasswd",
    "%00",
    "a" * 5000,
    "😀",
    "-1",
    "9" * 40,
    "-" + "9" * 40,
    "9" * 5000,
    "²",
    "2026-02-31",
    "con\u0302",
    "%0d%0aset-cookie:x=1",
)
NEW = "/can-bo/thong-bao/moi"  # the one form that leads to a page where files are sent
WRITERS = ("leader-2", "keeper-2")  # between them they see every form
QUERY_NAMES = ("q", "trang", "nguoi", "loai", "muc", "tu", "den", "thang", "nam", "ngay")
FIELD_NAMES = ("username", "name", "role", "title", "text", "body", "value", "reason", "day", "starts_at", "hours", "topic", "code", "old")
EXTRA = {
    "role": "keeper",
    "commune_id": str(OTHER_COMMUNE),
    "official_id": "1",
    "id": "1",
    "status": "done",
    "created_by": "99",
    "approved_by": "99",
    "checked_by": "99",
    "proposed_by": "99",
    "active": "0",
    "version": "99",
}


def send_markup(desk: Desk, key: str) -> int:
    """Fill every form this official can reach with markup, and with fields that do not belong there; how many were sent."""
    sent = 0
    for path, page in crawl(desk.browsers[key]).items():
        for form in page.forms:
            target = form.action or path
            if form.method != "post" or target.startswith((*SIGNING, "/can-bo/can-bo/", "/can-bo/tai-khoan")):
                continue
            plain = form.fields | {name: ["Mời bà con"] for name in form.required if not any(form.fields.get(name, []))}
            # Everything at once, and each alone among what is right: one refused field must not shield the others.
            for typed in ({name: [XSS] for name in form.free}, *({name: [XSS]} for name in form.free)):
                answer = desk.browsers[key].http.post(target, data=EXTRA | plain | typed)
                sent += 1
                assert answer.status_code < 500, (key, target)
                assert Page(answer.text).running == [], (key, target)
    return sent


def test_what_is_typed_stays_text_and_nothing_slips_in_beside_it(fort: Desk) -> None:
    accounts = fort.sql("select id, role, commune_id, active from officials")
    sent = sum(send_markup(fort, key) for key in WRITERS)
    assert sent > 50
    fort.browsers["keeper-2"].post("/can-bo/can-bo/them", EXTRA | {"username": "xss", "name": XSS, "role": "official"})
    stored = [name for name, rows in dump(fort).items() if "onmouseover" in str(rows)]
    assert {"officials", "audit_entries"} <= set(stored)
    print(f"forms sent: {sent}; markup kept in: {', '.join(stored)}")
    for key in WRITERS:
        assert {path: page.running for path, page in crawl(fort.browsers[key]).items() if page.running} == {}
    for path in ("/", "/gioi-thieu", "/lich", "/thong-bao"):
        assert Page(fort.stranger().get(path).text).running == [], path
    assert fort.sql("select id, role, commune_id, active from officials where username != 'xss'") == accounts
    assert fort.sql("select role, commune_id, active from officials where username = 'xss'") == [("official", 1, 1)]
    assert smuggled(fort) == []


FILES = {
    "page": ("../../../evil.html", b"<script>zz()</script>", "text/html"),
    "drawing": ("x.svg", b'<svg xmlns="http://www.w3.org/2000/svg" onload="zz()"><script>zz()</script></svg>', "image/svg+xml"),
    "false picture": ("anh.png", b"\x89PNG\r\n\x1a\n<script>zz()</script>", "image/png"),
    "false paper": ("don.pdf", b"<script>zz()</script>%PDF-1.4", "application/pdf"),
    "name": ('"><script>zz()</script>.png\r\nx: y', b"x", "image/png"),
    "nothing": ("", b"", ""),
}


def test_a_file_that_is_not_what_it_says_goes_nowhere(fort: Desk) -> None:
    writer = fort.browsers[WRITERS[0]]
    new = next(form for form in Page(writer.get(NEW).text).forms if form.action == NEW)
    written = writer.http.post(NEW, data=new.fields | {name: ["Mời bà con"] for name in new.required})
    forms = [form for form in Page(written.text).forms if form.files]
    assert forms, written.url
    before = {name: rows for name, rows in dump(fort).items() if "file" in name}
    for form in forms:
        for kind, content in FILES.items():
            answer = writer.http.post(form.action, data=form.fields, files={form.files[0]: content})
            assert answer.status_code < 500, kind
            assert Page(answer.text).running == [], kind
    assert {name: rows for name, rows in dump(fort).items() if "file" in name} == before
    assert not list(fort.data.parent.rglob("evil.html"))


def smuggled(desk: Desk) -> list[str]:
    """Tables with rows of the other commune, or of an official who does not exist."""
    found = []
    for table in Base.metadata.sorted_tables:
        wrong = [f"{name} = 99" for name in ("created_by", "approved_by", "checked_by", "proposed_by") if name in table.columns]
        if "commune_id" in table.columns and table.name not in {"officials", "official_sessions", "audit_entries"}:
            wrong.append(f"commune_id = {OTHER_COMMUNE}")
        if wrong and desk.sql(f'select 1 from "{table.name}" where {" or ".join(wrong)}'):
            found.append(table.name)
    return found


def test_the_reader_itself_sees_what_would_run() -> None:
    assert Page("<p onmouseover=zz()>").running
    assert Page("<script>zz()</script>").running
    assert Page('<a href=" javascript:zz()">').running
    assert not Page(f'<p title="{XSS.replace(chr(34), "&quot;").replace("<", "&lt;")}">').running


@pytest.mark.parametrize("turn", range(3))
def test_odd_input_is_refused_or_kept_but_never_breaks(fort: Desk, turn: int) -> None:
    """Every call, with odd text in whatever field has one of the usual names; each turn other text in other fields."""
    odd = [*ODD.values()]
    for number, row in enumerate(console_rows()):
        if row.path.startswith(SIGNING) or not row.roles:
            continue
        values = odd[(number + turn * 2) % len(odd) :] + odd
        key, path = f"{max(row.roles)}-2", addresses(row.path, 1)[0]
        if row.method == "GET":
            typed = {name: value[:2000] for name, value in zip(QUERY_NAMES, values * 2, strict=False)}
            answer = fort.browsers[key].http.get(path, params=typed, follow_redirects=False)
        else:
            answer = call(fort, key, row, path, {name: [value, value] for name, value in zip(FIELD_NAMES, values * 3, strict=False)})
        assert answer.status_code < 500, (row.method, path, turn)


def test_tricks_in_the_path_lead_nowhere(fort: Desk) -> None:
    """Each call gets every third trick, its neighbours the others."""
    for number, row in enumerate(row for row in console_rows() if parameters(row.path) and row.roles):
        for trick in TRICKS[number % 3 :: 3]:
            path = re.sub(r"{\w+(:\w+)?}", trick if "%" in trick else quote(trick, safe="./"), row.path)
            answer = call(fort, f"{max(row.roles)}-2", row, path)
            assert answer.status_code < 500, (row.method, path)
            assert "root:" not in answer.text
            assert "x=1" not in answer.headers.get("set-cookie", "")


def test_too_large_a_body_is_refused_before_it_is_read(fort: Desk) -> None:
    host, port = urlsplit(fort.url).hostname, urlsplit(fort.url).port
    for row in console_rows():
        if row.method == "GET":
            continue
        path = addresses(row.path)[0]
        with socket.create_connection((host, port), timeout=10) as line:
            head = f"{row.method} {path} HTTP/1.1\r\nhost: x\r\ncontent-type: multipart/form-data; boundary=x\r\ncontent-length: 300000000\r\n\r\n"
            line.sendall(head.encode())
            assert line.recv(100).startswith(b"HTTP/1.1 413"), path


def test_every_answer_carries_the_headers_that_protect(fort: Desk) -> None:
    for row in console_rows():
        if row.method == "GET" and row.roles:
            answer = call(fort, f"{max(row.roles)}", row, addresses(row.path)[0])
            assert "script-src 'self'" in answer.headers["content-security-policy"]
            assert answer.headers["x-content-type-options"] == "nosniff"
            assert "no-store" in answer.headers["cache-control"] or answer.status_code >= 400, row.path
