"""Joining by a code, staying joined, and being ended, as a phone without JavaScript meets it."""

from __future__ import annotations

import asyncio
import datetime as dt
import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from app.database import Database
from app.main import create_app
from app.visitor import Signer
from app.volunteers import joining, repository
from app.volunteers.models import Volunteer
from tests.assistant.ward import knowledge, settings
from tests.console.desk import OTHER_COMMUNE, Desk
from tests.console.test_ward import text_of
from tests.support.databases import copy_sqlite
from tests.volunteers.people import HOME, JOIN, PEOPLE, Phone, code_on, invited, joined


def test_a_code_makes_a_phone_the_volunteers_once(desk: Desk) -> None:
    code = invited(desk)
    phone, other = Phone(desk.url), Phone(desk.url)
    assert phone.get().url.path == JOIN  # who has not joined is led to the code
    page = phone.join(code)
    assert page.url.path == HOME
    assert "Chào Trần Minh Anh" in text_of(page)
    assert "Bạn đã vào nhóm" in text_of(page)
    again = other.join(code)
    assert again.status_code == 422
    assert "chỉ dùng một lần" in text_of(again)
    assert phone.get().url.path == HOME


def test_the_code_is_shown_once_and_kept_nowhere(desk: Desk) -> None:
    code = invited(desk)
    letters = code.replace("-", "")
    kept = repr(desk.sql("select * from volunteer_invitations")) + repr(desk.sql("select * from audit_entries"))
    log = "".join(path.read_text("utf-8", "replace") for path in desk.data.parent.glob("server-*.log"))
    for where in (kept, log, desk.official("volunteer_lead").get(PEOPLE).text):
        assert letters not in where.replace("-", "")


def test_two_phones_at_once_cannot_share_a_code(desk: Desk) -> None:
    code = invited(desk)
    with ThreadPoolExecutor(4) as pool:
        ends = list(pool.map(lambda _: Phone(desk.url).join(code).url.path, range(4)))
    assert sorted(ends) == [HOME, JOIN, JOIN, JOIN]


@pytest.mark.parametrize("change", [str.lower, lambda code: code.replace("-", " "), lambda code: f"  {code.replace('-', '')}\t"])
def test_a_code_may_be_typed_as_one_likes(desk: Desk, change: object) -> None:
    assert callable(change)
    assert Phone(desk.url).join(change(invited(desk))).url.path == HOME


@pytest.mark.parametrize(
    "typed", ["", "   ", "AAAA-AAA", "AAAA-AAAA", "0000-0000", "😀" * 8, "A" * 50_000, "КХЕ7-2М9Р", "'; drop --", "KHE7-2M9P" * 2]
)
def test_what_is_no_code_is_answered_with_a_sentence(desk: Desk, typed: str) -> None:
    page = Phone(desk.url).join(typed)
    assert page.status_code == 422
    assert "Chưa vào được" in text_of(page)
    assert 'value="A' not in page.text or len(page.text) < 20_000


def test_a_code_lives_seven_days(desk: Desk) -> None:
    code = invited(desk)
    desk.sql("update volunteer_invitations set expires_at = datetime('now', '-1 minute')")
    assert "không dùng được" in text_of(Phone(desk.url).join(code))
    [(days,)] = desk.sql("select count(*) from volunteers where joined_at is null")
    assert days == 1


def test_a_new_code_replaces_the_old_one_and_the_new_phone_the_old(desk: Desk) -> None:
    first, lead = invited(desk), desk.official("volunteer_lead")
    [(number,)] = desk.sql("select id from volunteers")
    second = code_on(lead.post(f"{PEOPLE}/{number}/ma"))
    assert Phone(desk.url).join(first).status_code == 422
    old = Phone(desk.url)
    assert old.join(second).url.path == HOME
    third = code_on(lead.post(f"{PEOPLE}/{number}/ma"))
    assert old.get().url.path == HOME  # until the new code is used
    new = Phone(desk.url)
    assert new.join(third).url.path == HOME
    assert old.get().url.path == JOIN


def test_looking_at_an_invitation_does_not_use_it_up(desk: Desk) -> None:
    code = invited(desk)
    for _ in range(2):  # what chat programs do with an address before anybody presses it
        page = Phone(desk.url).get(f"{JOIN}?ma={code}")
        assert f'value="{code.replace("-", "")}"' in page.text
        assert page.headers["cache-control"] == "private, no-store"
    assert Phone(desk.url).join(code).url.path == HOME


def test_the_lead_ends_an_account(desk: Desk) -> None:
    phone, lead = joined(desk), desk.official("volunteer_lead")
    csrf = phone.field()
    [(number,)] = desk.sql("select id from volunteers")
    waiting = code_on(lead.post(f"{PEOPLE}/{number}/ma"))
    assert "không ghi thêm được nữa" in text_of(lead.get(f"{PEOPLE}/{number}/thoi"))
    assert "đã thôi làm tình nguyện viên" in text_of(lead.post(f"{PEOPLE}/{number}/thoi"))
    assert phone.get().url.path == JOIN
    assert phone.send(csrf=csrf).status_code == 401
    assert Phone(desk.url).join(waiting).status_code == 422  # the code that lay ready works no more
    back = code_on(lead.post(f"{PEOPLE}/{number}/ma"))
    assert phone.join(back).url.path == HOME


def test_one_can_leave(desk: Desk) -> None:
    phone = joined(desk)
    page = phone.post(f"{HOME}/ra", {})
    assert page.url.path == JOIN
    assert phone.get().url.path == JOIN
    assert desk.sql("select token_hash from volunteers") == [(None,)]


def test_a_cookie_that_is_not_ours_opens_nothing(desk: Desk) -> None:
    phone = joined(desk)
    [cookie] = [each for each in phone.http.cookies.jar if each.name == "gdtn"]
    assert (cookie.path, cookie.has_nonstandard_attr("HttpOnly"), cookie.get_nonstandard_attr("SameSite")) == (HOME, True, "lax")
    token, _, signature = str(cookie.value).partition(".")
    for wrong in ("", ".", token, f"{token}.", f"{token}.{'0' * 32}", f"{'A' * 43}.{signature}", "x" * 5000, f"{token}.{signature}.x"):
        stranger = Phone(desk.url)
        stranger.http.cookies.set("gdtn", wrong, path=HOME)
        assert stranger.get().url.path == JOIN, wrong
    stolen = Signer(b"another secret").sign("volunteer", token)
    stranger = Phone(desk.url)
    stranger.http.cookies.set("gdtn", f"{token}.{stolen}", path=HOME)
    assert stranger.get().url.path == JOIN


def test_another_communes_volunteer_is_a_stranger_here(desk: Desk) -> None:
    code = code_on(desk.official("other-volunteer_lead").post(f"{PEOPLE}/them", {"name": "Người xã khác"}))
    assert Phone(desk.url).join(code).status_code == 422
    phone = joined(desk)
    desk.sql("update volunteers set commune_id = ? where name = 'Trần Minh Anh'", OTHER_COMMUNE)
    assert phone.get().url.path == JOIN


def test_joining_needs_our_own_form(desk: Desk) -> None:
    code, phone = invited(desk), Phone(desk.url)
    assert phone.http.post(JOIN, data={"ma": code}).status_code == 422
    phone.get(JOIN)
    for token in ("", "0" * 32, "đ"):
        assert phone.http.post(JOIN, data={"ma": code, "csrf": token}).status_code == 422
    assert desk.sql("select count(*) from volunteer_invitations") == [(1,)]


async def test_a_code_used_while_it_is_taken_back_works_no_more_and_nobody_waits_for_ever(database_url: str) -> None:
    database, signer, now = Database(database_url), Signer(b"x"), dt.datetime.now(dt.UTC)
    async with database.write() as session:
        person = Volunteer(commune_id=1, name="Anh", created_at=now)
        session.add(person)
        await session.flush()
        code = await joining.invite(session, signer, person, now)

    async def join() -> object:
        async with database.write() as session:
            return await joining.join(session, signer, 1, code, now)

    async with database.write() as session:
        await repository.volunteer(session, 1, person.id)
        used = asyncio.create_task(join())
        await asyncio.sleep(0.2)
        await repository.take_back(session, person.id)
    assert await used is None
    await database.close()


def test_codes_are_easy_to_read_and_hard_to_guess() -> None:
    assert len(joining.ALPHABET) ** joining.CODE_LENGTH > 10**12
    assert not set("01IO") & set(joining.ALPHABET)
    assert joining.read_code("khe7-2m9p") == "KHE72M9P"
    assert re.fullmatch(r"[2-9A-Z]+", joining.ALPHABET)


async def test_who_tries_codes_out_is_told_to_wait(sqlite_template: Path, tmp_path: Path) -> None:
    copy_sqlite(sqlite_template, tmp_path / "gandan.sqlite3")
    app = create_app(settings(data_dir=tmp_path, messages_per_minute=2), lambda: knowledge().now)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://x", headers={"accept": "text/html"}) as http:
        found = re.search(r'name="csrf" value="([^"]+)"', (await http.get(JOIN)).text)
        assert found is not None
        tries = [(await http.post(JOIN, data={"csrf": found[1], "ma": code})) for code in ("AAAA-AAAA", "BBBB-BBBB", "CCCC-CCCC")]
    await app.state.database.close()
    assert [each.status_code for each in tries] == [422, 422, 429]
    assert "chờ một phút" in tries[2].text
