"""Accounts: the keeper's verbs, and what stands in the record."""

from __future__ import annotations

import asyncio
import unicodedata
from pathlib import Path

import pytest

from app.database import Database
from app.errors import BadInput, NotFound
from app.officials.office import utc_now
from app.officials.passwords import one_time_password, problem_of, verify
from app.officials.service import Refused
from app.officials.sessions import Sessions, device_of
from app.settings import Settings
from app.signed import Role, Signed
from tests.officials.conftest import OWN, Hall, request_from
from tests.support.databases import sqlite_url


async def test_every_act_is_a_sentence_of_who_did_it(hall: Hall) -> None:
    keeper = (await hall.ready("quan", "keeper")).signed
    opened = await hall.office.accounts.add(keeper, "Lan.Nguyen", "  Nguyễn \n Thị  Lan ", "editor")
    number = opened.official.id
    await hall.office.accounts.edit(keeper, number, "Nguyễn Thị Lan", "leader", "")
    await hall.office.accounts.edit(keeper, number, "Nguyễn Thị Lan", "leader", "")  # nothing changes: no sentence
    await hall.office.accounts.reset(keeper, number)
    await hall.office.accounts.set_active(keeper, number, active=False)
    await hall.office.accounts.set_active(keeper, number, active=False)
    await hall.office.accounts.set_active(keeper, number, active=True)
    assert [sentence for sentence in await hall.sentences() if "lan.nguyen" in sentence] == [
        "Bà Quan mở tài khoản lan.nguyen cho Nguyễn Thị Lan, quyền biên tập",
        "Bà Quan sửa tài khoản lan.nguyen: quyền: biên tập → lãnh đạo",
        "Bà Quan đặt lại mật khẩu của lan.nguyen",
        "Bà Quan khóa tài khoản lan.nguyen",
        "Bà Quan mở lại tài khoản lan.nguyen",
    ]


async def test_another_commune_has_no_hold_on_an_account(hall: Hall) -> None:
    lan = (await hall.open("lan")).official
    stranger = Signed(99, 2, "Xã Hai", Role.KEEPER)
    accounts = hall.office.accounts
    for act in (
        accounts.edit(stranger, lan.id, "Xuân", "keeper", ""),
        accounts.reset(stranger, lan.id),
        accounts.set_active(stranger, lan.id, active=False),
        accounts.drop_second_step(stranger, lan.id),
        accounts.end_all_sessions(stranger, lan.id),
    ):
        with pytest.raises(NotFound):
            await act
    assert (await hall.official("lan")).role == "official"


async def test_a_user_name_is_one_in_the_whole_database(hall: Hall) -> None:
    await hall.open("lan")
    with pytest.raises(Refused, match="đã có người dùng"):
        await hall.open("LAN", commune_id=2)


async def test_the_last_keeper_can_be_neither_closed_nor_demoted(hall: Hall) -> None:
    first = await hall.ready("mot", "keeper")
    with pytest.raises(Refused, match="quản trị duy nhất"):
        await hall.office.accounts.edit(first.signed, first.signed.official_id, "Một", "official", "")
    with pytest.raises(Refused):
        await hall.office.accounts.set_active(None, first.signed.official_id, active=False)
    await hall.open("xa.hai", "keeper", commune_id=2)  # another commune's keeper does not count
    with pytest.raises(Refused):
        await hall.office.accounts.set_active(None, first.signed.official_id, active=False)
    second = await hall.open("hai", "keeper")
    await hall.office.accounts.set_active(first.signed, second.official.id, active=False)
    with pytest.raises(BadInput, match="không tự khóa"):
        await hall.office.accounts.set_active(first.signed, first.signed.official_id, active=False)


async def test_two_keepers_cannot_put_each_other_out_at_once(hall: Hall) -> None:
    one, two = (await hall.ready("mot", "keeper")).signed, (await hall.ready("hai", "keeper")).signed
    acts = (hall.office.accounts.set_active(who, other.official_id, active=False) for who, other in ((one, two), (two, one)))
    done = await asyncio.gather(*acts, return_exceptions=True)
    assert sorted(type(each).__name__ for each in done) == ["Official", "Refused"]


async def test_a_password_that_the_keeper_reset_meanwhile_cannot_change_anything(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody else sits at an open session; the keeper resets while the old password is still being looked at."""
    current = await hall.ready("lan")

    async def slow(password: str, kept: str | None) -> bool:
        good = await verify(password, kept)
        await hall.office.accounts.reset(None, current.signed.official_id)
        return good

    monkeypatch.setattr("app.officials.service.verify", slow)
    with pytest.raises(Refused, match="đang dùng chưa đúng"):
        await hall.office.accounts.change_password(request_from(), current, OWN, "một mật khẩu khác hẳn", "một mật khẩu khác hẳn")
    assert (await hall.official("lan")).must_change


async def test_a_new_password_typed_twice_is_the_same_however_the_keyboard_composes_it(hall: Hall) -> None:
    current, new = await hall.ready("lan"), "một mật khẩu khác hẳn"
    await hall.office.accounts.change_password(request_from(), current, OWN, new, unicodedata.normalize("NFD", new))
    assert await hall.enter("lan", new)


async def test_what_an_account_is_opened_with(hall: Hall) -> None:
    opened = await hall.office.accounts.add(None, "lan", unicodedata.normalize("NFD", "Nguyễn Thị Lan"), "official")
    assert opened.official.name == "Nguyễn Thị Lan"
    with pytest.raises(Refused, match="họ tên"):
        await hall.office.accounts.add(None, "mai", "M", "official")
    with pytest.raises(NotFound, match="số 7"):
        await hall.open("mai", commune_id=7)


async def test_a_new_password_ends_every_other_session_and_renews_this_one(hall: Hall) -> None:
    await hall.ready("lan")
    here, there = await hall.enter("lan", OWN), await hall.enter("lan", OWN)
    current = await hall.current(here)
    token = await hall.office.accounts.change_password(
        request_from(token=here.token), current, OWN, "một mật khẩu khác hẳn", "một mật khẩu khác hẳn"
    )
    assert not await hall.lives(here.token)
    assert not await hall.lives(there.token)
    assert await hall.lives(token)


async def test_a_weak_new_password_does_not_count_as_a_wrong_one(hall: Hall) -> None:
    current = await hall.ready("lan")
    for _ in range(12):
        with pytest.raises(Refused, match="ít nhất"):
            await hall.office.accounts.change_password(request_from(), current, OWN, "ngan", "ngan")
    await hall.enter("lan", OWN)


async def test_a_name_at_the_province_belongs_to_one_and_unbinds_when_changed(hall: Hall) -> None:
    keeper = (await hall.ready("quan", "keeper")).signed
    lan, mai = (await hall.open("lan", oidc_name="lan@tinh.example")).official, (await hall.open("mai")).official
    entered = await hall.office.signing_in.by_province(request_from(), "tinh#7", ["lan@tinh.example"])
    with pytest.raises(Refused, match="đã gắn"):
        await hall.office.accounts.edit(keeper, mai.id, "Mai", "official", " LAN@tinh.example ")
    await hall.office.accounts.edit(keeper, lan.id, "Lan", "official", "")
    assert not await hall.lives(entered.token)
    with pytest.raises(BadInput):
        await hall.office.signing_in.by_province(request_from(), "tinh#7", ["lan@tinh.example"])


@pytest.mark.parametrize("good", ["tre xanh bên sông", "Xe-dap-cu-mau-do", "mật khẩu của bà Lan 63", "correct horse battery"])
def test_good_passwords(good: str) -> None:
    assert problem_of(good, "lan", "cu ky la lam roi") == ""


@pytest.mark.parametrize(
    "bad",
    ["", "ngan", "          ", "aaaaaaaaaaaa", "1234567890", "password123", "Matkhau1234", "la\nmo hai ba", "nguyenlan-2026", "x" * 201],
)
def test_bad_passwords_are_told_why(bad: str) -> None:
    assert problem_of(bad, "nguyenlan").endswith((".", "!"))


def test_one_time_passwords_are_good_and_differ() -> None:
    made = {one_time_password() for _ in range(200)}
    assert len(made) == 200
    assert not [one for one in made if problem_of(one)]


@pytest.mark.parametrize(
    ("agent", "name"),
    [
        ("Mozilla/5.0 (Windows NT 10.0; Win64) AppleWebKit/537.36 Chrome/126.0 Safari/537.36", "Chrome trên Windows"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 17_5) Version/17.5 Mobile Safari/604.1", "Safari trên iPhone"),
        ("Mozilla/5.0 (Linux; Android 14) Chrome/126.0 Mobile Zalo android/24", "Zalo trên Android"),
        ("", "Trình duyệt"),
        ("<script>" * 9000, "Trình duyệt"),
    ],
)
def test_a_browser_has_a_name_people_know(agent: str, name: str) -> None:
    assert device_of(agent) == name


def test_over_https_the_cookie_is_bound_to_the_host(tmp_path: Path) -> None:
    sessions = Sessions(Database(sqlite_url(tmp_path / "x")), Settings(public_url="https://phuong.example"), utc_now)
    assert (sessions.cookie, sessions.secure) == ("__Host-gdcb", True)
