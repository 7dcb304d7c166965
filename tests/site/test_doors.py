"""The ways into our chats: behind a printed code, on the page of a procedure, at the foot of every page."""

from __future__ import annotations

import contextlib
import re
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import cast

import httpx
import pytest

from app.channels.accounts import Accounts
from app.site.doors import doors_of
from app.templates import environment
from tests.assistant.ward import Clock, knowledge, pipeline
from tests.site.chats import BOT, BOTH, OA, Chats, Connected, Doorless, Telegram, Unready, Zalo, running_with
from tests.site.conftest import Visitor

CODE, REPLACED = "1.000894", "2.002621"
PAGE = f"/thu-tuc/{CODE}/dang-ky-ket-hon"
PROOF = "S_cF0hVqR3-kJ9"


def _doors(*accounts: Connected, code: str = "") -> list[tuple[str, str]]:
    return [(door.name, door.url) for door in doors_of(cast("Accounts", Chats(accounts)), code)]


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("doors") / "data"


@pytest.fixture(scope="module")
def url(data: Path) -> Iterator[str]:
    with running_with(BOTH, data, zalo_verification=PROOF) as address:
        yield address


@pytest.fixture
def guest(url: str) -> Iterator[Visitor]:
    """A visitor of a site with Zalo and Telegram."""
    found = Visitor(url)
    yield found
    found.http.close()


def _scans(data: Path) -> dict[str, int]:
    with contextlib.closing(sqlite3.connect(data / "gandan.sqlite3")) as database:
        return dict(database.execute("select place, sum(scans) from qr_scans where code = ? group by place", (CODE,)))


def _main(page: httpx.Response) -> str:
    return page.text.partition("<main")[2].partition("</main>")[0]


def _links(markup: str) -> list[tuple[str, str]]:
    return re.findall(r'<a [^>]*href="([^"]+)"[^>]*>([^<]+)</a>', markup)


# --- which doors there are ------------------------------------------------------------------------------------------


def test_zalo_comes_first_whatever_was_connected_first() -> None:
    assert _doors(*BOTH, code=CODE) == [("Zalo", OA), ("Telegram", f"{BOT}?start=tt_1-000894")]
    assert _doors(*BOTH) == [("Zalo", OA), ("Telegram", BOT)]


def test_a_platform_has_one_door_and_the_official_account_goes_first() -> None:
    bot, oa = Connected(1, "zalo_bot", Zalo("https://zalo.me/bot")), Connected(2, "zalo_oa", Zalo())
    assert _doors(bot, oa) == [("Zalo", OA)]
    assert _doors(bot) == [("Zalo", "https://zalo.me/bot")]
    assert _doors(bot, Connected(2, "zalo_oa", Unready())) == [("Zalo", "https://zalo.me/bot")]


def test_a_channel_that_cannot_be_entered_has_no_door() -> None:
    assert _doors(Connected(1, "zalo_oa", Unready()), Connected(2, "sms", Doorless())) == []


# --- behind a printed code ------------------------------------------------------------------------------------------


def test_a_code_opens_the_choice_with_the_page_first(guest: Visitor) -> None:
    answer = guest.get(f"/q/{CODE}")
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    assert "set-cookie" not in answer.headers
    assert _links(_main(answer)) == [
        (PAGE, "Xem giấy tờ, phí, nơi nộp"),
        (OA, "Hỏi trên Zalo"),
        (f"{BOT}?start=tt_1-000894", "Hỏi trên Telegram"),
    ]
    assert "<h1>Đăng ký kết hôn</h1>" in answer.text
    assert f'<link rel="canonical" href="{guest.http.base_url.copy_with(path=PAGE)}">' in answer.text


def test_the_words_to_type_stand_only_where_they_are_needed(guest: Visitor) -> None:
    main = _main(guest.get(f"/q/{CODE}"))
    assert re.findall(r"<strong>(.+?)</strong>", main) == ["đăng ký kết hôn"]
    assert "Mở Zalo rồi gửi:" in main
    assert f"Gửi mã {CODE} cũng được." in main
    assert "Mở Telegram rồi gửi" not in main


def test_the_choice_loads_our_own_files_alone_and_nothing_inline(guest: Visitor) -> None:
    page = guest.get(f"/q/{CODE}").text
    assert not re.search(r"<style|\sstyle=|\son[a-z]+=|javascript:|<script(?![^>]*\bsrc=)", page)
    loaded = re.findall(r'<(?:script|img)[^>]*\bsrc="([^"]+)"|<link rel="(?:stylesheet|preload|icon)" href="([^"]+)"', page)
    assert loaded
    assert all((script or sheet).startswith("/static/") for script, sheet in loaded)


def test_opening_the_choice_counts_and_looking_does_not(guest: Visitor, data: Path) -> None:
    guest.get(f"/q/{CODE}")
    before = _scans(data)
    for query in ("?p=cho-an-khe", "?p=cho-an-khe", "", "?p=Chợ"):
        assert guest.get(f"/q/{CODE}{query}").status_code == 200
    assert guest.http.head(f"/q/{CODE}?p=cho-an-khe").status_code == 200
    assert guest.get(f"/q/{CODE}", dnt="1").status_code == 200
    after = _scans(data)
    assert after["cho-an-khe"] - before.get("cho-an-khe", 0) == 2
    assert after[""] - before[""] == 2
    assert after.keys() <= {"", "cho-an-khe"}


def test_an_unknown_code_has_no_choice(guest: Visitor) -> None:
    answer = guest.get("/q/9.999999")
    assert answer.status_code == 404
    assert "Mã này không còn dùng" in answer.text


def test_an_old_code_asks_about_what_replaced_it(guest: Visitor) -> None:
    main = _main(guest.get(f"/q/{REPLACED}"))
    current = knowledge().now.catalog.current(REPLACED)
    assert current is not None
    assert "Thủ tục này không còn dùng." in main
    assert f"start=tt_{current.code.replace('.', '-')}" in main
    assert f"<strong>{environment().filters['lower_first'](current.name)}</strong>" in main


def test_without_a_door_a_code_leads_to_the_page_as_ever(tmp_path: Path) -> None:
    nobody = (Connected(1, "zalo_oa", Unready()), Connected(2, "sms", Doorless()))
    with running_with(nobody, tmp_path / "data") as url, httpx.Client(base_url=url, timeout=30) as client:
        answer = client.get(f"/q/{CODE}")
        assert (answer.status_code, answer.headers["location"], answer.headers["cache-control"]) == (302, PAGE, "no-store")
        for path in (PAGE, "/"):
            assert not re.search(r"\bZalo\b|Telegram", client.get(path).text), path


def test_what_people_are_told_to_type_finds_the_procedure() -> None:
    lower_first = environment().filters["lower_first"]
    asked = pipeline(Clock())
    for procedure in knowledge().now.catalog.in_force():
        for words in (lower_first(procedure.name), procedure.code):
            reply = asked.ask(words, []).reply
            assert reply is not None
            assert [card.code for card in reply.cards][:1] == [procedure.code], words


# --- on other pages -------------------------------------------------------------------------------------------------


def test_the_page_of_a_procedure_leads_into_the_chats(guest: Visitor) -> None:
    section = guest.get(PAGE).text.partition('<section class="keep')[2].partition("</section>")[0]
    assert _links(section) == [
        ("/in/ma/tt/1.000894", "In áp phích, tem có mã QR"),
        ("/?hoi=%C4%90%C4%83ng%20k%C3%BD%20k%E1%BA%BFt%20h%C3%B4n", "Hỏi thêm về thủ tục này"),
        (OA, "Zalo"),
        (f"{BOT}?start=tt_1-000894", "Telegram"),
    ]
    assert "Trên Zalo, bạn gửi: «đăng ký kết hôn»." in section


@pytest.mark.parametrize("path", ["/", "/thu-tuc", "/gioi-thieu"])
def test_the_foot_of_a_page_leads_to_the_chats_themselves(guest: Visitor, path: str) -> None:
    foot = guest.get(path).text.partition("<footer")[2]
    assert [link for link in _links(foot) if not link[0].startswith(("tel:", "/"))] == [(OA, "Zalo"), (BOT, "Telegram")]


def test_only_telegram_when_zalo_is_not_connected(tmp_path: Path) -> None:
    with running_with([Connected(1, "telegram", Telegram())], tmp_path / "data") as url:
        page = httpx.get(f"{url}/q/{CODE}", timeout=30).text
    assert "Hỏi trên Telegram" in page
    assert "Zalo" not in page
    assert "Chép" not in page


# --- whose domain this is -------------------------------------------------------------------------------------------


def test_zalo_is_told_that_the_domain_is_ours(guest: Visitor) -> None:
    tag = f'<meta name="zalo-platform-site-verification" content="{PROOF}">'
    assert tag in guest.get("/").text.partition("</head>")[0]
    answer = guest.get(f"/zalo_verifier{PROOF}.html")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/html")
    assert answer.text.startswith("<!doctype html>")
    found = re.search(r"<meta ([^>]*zalo[^>]*)>", answer.text)
    assert found is not None
    assert dict(re.findall(r'(\w+)="([^"]*)"', found[1])) == {
        "name": "zalo-platform-site-verification",
        "property": "zalo-platform-site-verification",
        "content": PROOF,
    }


@pytest.mark.parametrize("name", ["", "x", PROOF[:-1], PROOF + "x", PROOF.lower()])
def test_no_other_proof_is_given(guest: Visitor, name: str) -> None:
    assert guest.get(f"/zalo_verifier{name}.html").status_code == 404


def test_without_the_setting_there_is_no_proof(visitor: Visitor) -> None:
    assert "zalo-platform" not in visitor.get("/").text
    for name in ("", PROOF):
        assert visitor.get(f"/zalo_verifier{name}.html").status_code == 404
