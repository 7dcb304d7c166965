"""Shows 6, who may do what: every route of the console, whoever wrote it, with every role, without token, from another commune.

Generic over the list of routes: a new page is covered when its router is in `app.console.routes`.
"""

from __future__ import annotations

import contextlib
import re
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from app.access import public
from app.officials import access
from app.settings import ROOT
from app.signed import Role
from app.tables import Base
from tests.console.desk import ROLES, Desk
from tests.console.siege import DAY, FAR_ID, MARKER, SIGNING, addresses, call, console_rows, dump, parameters


def test_there_are_routes_to_test() -> None:
    assert len(console_rows()) > 60
    assert {row.declared for row in console_rows()} >= {access.access_read, access.access_write, access.access_publish, access.access_keep}


# --- who may do what ---------------------------------------------------------------------------------------------------


def table() -> dict[tuple[str, str], set[str]]:
    """The page of docs/ as it is written: call → roles."""
    found = {}
    for line in (ROOT / "docs" / "quyen-truy-cap.md").read_text("utf-8").splitlines():
        if match := re.match(r"\| `(\w+) ([^`]+)` \|(.*)\|", line):
            cells = [cell.strip() for cell in match[3].split("|")]
            found[match[1], match[2]] = {role for role, cell in zip(ROLES, cells, strict=False) if cell == "có"}
    return found


@pytest.mark.parametrize("role", ROLES)
def test_each_role_may_do_what_the_page_says_and_nothing_else(fort: Desk, role: str) -> None:
    written = table()
    assert {(row.method, row.path) for row in console_rows()} <= set(written), "docs/quyen-truy-cap.md is stale: run ./dev generate"
    for row in console_rows():
        if row.path.startswith(SIGNING):
            continue
        for path in addresses(row.path):
            status = call(fort, f"{role}-2", row, path).status_code
            assert status < 500, (row.method, path, status)
            assert (status == 403) == (role not in written[row.method, row.path]), (role, row.method, path, status)


def test_a_stranger_is_led_to_the_form_and_changes_nothing(fort: Desk) -> None:
    before, stranger = dump(fort), fort.stranger()
    for row in console_rows():
        if row.declared in {access.access_half, public}:
            continue
        for path in addresses(row.path):
            answer = stranger.http.request(row.method, path, data={"csrf": "x"} if row.method == "POST" else None, follow_redirects=False)
            assert (answer.status_code, answer.headers["location"].split("?")[0]) == (303, "/can-bo/dang-nhap"), (row.method, path)
            assert answer.text == ""
    assert dump(fort) == before


def test_an_official_without_the_role_sees_nothing_of_the_page(fort: Desk) -> None:
    answer = fort.official("official", second=True).get("/can-bo/can-bo")
    assert answer.status_code == 403
    assert "keeper" not in answer.text.split("<main")[1]


# --- forms of other pages ----------------------------------------------------------------------------------------------


def test_no_form_works_without_the_token_of_this_very_session(fort: Desk) -> None:
    before = dump(fort)
    posts = [row for row in console_rows() if row.method != "GET" and not row.path.startswith(SIGNING[0])]
    assert len(posts) > 20
    for row in posts:
        key = f"{min(row.roles)}"
        for path in addresses(row.path, 1):
            for token in (None, "", "0" * 32, fort.token_of("other-keeper"), fort.token_of(f"{min(row.roles)}-2"), "đ" * 10):
                data = {} if token is None else {"csrf": token}
                answer = fort.browsers[key].http.request(row.method, path, data=data, follow_redirects=False)
                assert answer.status_code == 422, (row.method, path, token, answer.status_code)
                assert "hết hạn" in answer.text, (path, answer.text[:300])
    assert dump(fort) == before


def test_the_sign_in_form_works_only_from_our_own_page(fort: Desk) -> None:
    stranger = fort.stranger()
    answer = stranger.http.post("/can-bo/dang-nhap", data={"username": "keeper", "password": "x"})
    assert (answer.status_code, "hết hạn" in answer.text) == (422, True)
    stranger.get("/can-bo/dang-nhap")
    answer = stranger.http.post("/can-bo/dang-nhap", data={"username": "keeper", "password": "x", "csrf": "0" * 32})
    assert (answer.status_code, "hết hạn" in answer.text) == (422, True)


def test_nothing_is_changed_by_looking(fort: Desk) -> None:
    before = dump(fort)
    for row in console_rows():
        if row.method == "GET" and row.roles:
            for path in addresses(row.path, 1):
                call(fort, str(max(row.roles)), row, path)
    after = dump(fort)
    assert {name for name in after if after[name] != before[name]} <= set()


# --- another commune ---------------------------------------------------------------------------------------------------


def plant(file: Path) -> list[str]:
    """One row in every table of commune 1 with the id FAR_ID and MARKER in every text. Returns the tables."""
    done: list[str] = []
    with contextlib.closing(sqlite3.connect(file, timeout=10)) as connection:
        connection.execute("pragma ignore_check_constraints = on")
        for table in Base.metadata.sorted_tables:
            if "commune_id" not in table.columns:
                continue
            values = {column.name: _value(column) for column in table.columns if column.name != "commune_id"} | {"commune_id": 1}
            marks = ", ".join("?" * len(values))
            connection.execute(f'insert into "{table.name}" ({", ".join(values)}) values ({marks})', list(values.values()))
            done.append(table.name)
        connection.commit()
    return done


def unplant(file: Path) -> None:
    """Take the rows of `plant` away: they are no rows an application would write, and their own commune's pages trip over them."""
    with contextlib.closing(sqlite3.connect(file, timeout=10)) as connection:
        for table in reversed(Base.metadata.sorted_tables):
            planted = [f"{column.name} = ?" for column in table.primary_key if column.name != "commune_id"]
            values = [_value(column) for column in table.primary_key if column.name != "commune_id"]
            if "commune_id" in table.columns:
                connection.execute(f'delete from "{table.name}" where {" and ".join(planted)}', values)
        connection.commit()


def _value(column: sa.Column[object]) -> object:
    kind = column.type
    if isinstance(kind, sa.JSON):
        return "[]" if column.name.endswith(("s", "ids", "recovery")) else "{}"
    if isinstance(kind, sa.Boolean):
        return 0
    if isinstance(kind, sa.Integer):
        return FAR_ID
    if isinstance(kind, sa.String):
        return MARKER
    if isinstance(kind, sa.Date):
        return DAY
    if isinstance(kind, sa.LargeBinary):
        return b"x"
    return "2026-12-06 01:00:00.000000"


@pytest.fixture
def planted(fort: Desk) -> Iterator[list[str]]:
    yield plant(fort.file)
    unplant(fort.file)


def test_another_commune_sees_and_changes_nothing(fort: Desk, planted: list[str]) -> None:
    assert {"officials", "official_sessions", "audit_entries"} <= set(planted)
    assert MARKER in fort.official("keeper").get("/can-bo/nhat-ky").text  # who is of the commune does see it
    before, tried = dump(fort, 1), 0
    for row in console_rows():
        if row.path.startswith(SIGNING) or not row.roles:
            continue
        for number in (FAR_ID, 1, MARKER):
            for path in addresses(row.path, number):
                for role in sorted(row.roles)[: 2 if number == FAR_ID else 1]:
                    answer = call(fort, f"other-{role}", row, path)
                    tried += 1
                    assert answer.status_code < 500, (row.method, path)
                    # What one asked for may stand in the address of a form; nothing else of the marker may be there.
                    assert MARKER not in answer.text.replace(path, "").replace(f"/{MARKER}", ""), (row.method, path)
            if not parameters(row.path):
                break
    assert tried > 100
    after = dump(fort, 1)
    assert {name for name in after if after[name] != before[name]} <= {"sign_in_failures"}  # counted for whoever tries a password


def test_roles_are_the_five() -> None:
    assert set(ROLES) == {str(role) for role in Role}
