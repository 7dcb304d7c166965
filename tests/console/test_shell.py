"""The console's frame: menu, start page, fragments, flashes, errors, gallery."""

from __future__ import annotations

import re

import pytest

from app.settings import ROOT
from tests.console.desk import ROLES, Desk


@pytest.mark.parametrize("role", ROLES)
def test_everyone_has_a_start_page_with_a_menu_of_what_the_role_may_open(desk: Desk, role: str) -> None:
    browser = desk.official(role)
    page = browser.get("/can-bo").text
    assert "<h1>Việc cần làm</h1>" in page
    links = set(re.findall(r'<a href="(/can-bo[^"#]*)"', page.split("<main")[0]))
    for link in sorted(links):
        assert browser.get(link).status_code == 200, link


def test_the_same_address_gives_htmx_the_inside(desk: Desk) -> None:
    editor = desk.official("editor")
    whole, inside = editor.get("/can-bo/nhat-ky"), editor.get("/can-bo/nhat-ky", **{"hx-request": "true"})
    assert "<!doctype html>" in whole.text
    assert "<html" not in inside.text
    assert "<h1>Nhật ký</h1>" in inside.text
    assert "hx-request" in inside.headers["vary"]


def test_nothing_of_the_console_is_kept_by_the_browser(desk: Desk) -> None:
    assert desk.official("editor").get("/can-bo").headers["cache-control"] == "private, no-store"


def test_an_unknown_page_is_an_error_within_the_console(desk: Desk) -> None:
    answer = desk.official("keeper").get("/can-bo/can-bo/99999")
    assert answer.status_code == 404
    assert "Không có tài khoản này." in answer.text
    assert "Bàn làm việc của cán bộ" in answer.text


def test_who_is_not_signed_in_is_led_to_the_form_and_back(desk: Desk) -> None:
    stranger = desk.stranger()
    answer = stranger.http.get("/can-bo/nhat-ky?loai=official", follow_redirects=False)
    assert answer.status_code == 303
    assert answer.headers["location"] == "/can-bo/dang-nhap?ve=%2Fcan-bo%2Fnhat-ky%3Floai%3Dofficial"
    assert 'name="ve" value="/can-bo/nhat-ky?loai=official"' in stranger.get(answer.headers["location"]).text
    fragment = stranger.get("/can-bo/nhat-ky", **{"hx-request": "true"})
    assert (fragment.status_code, fragment.headers["hx-redirect"]) == (401, "/can-bo/dang-nhap?ve=%2Fcan-bo%2Fnhat-ky")
    assert stranger.http.get("/can-bo", headers={"accept": "text/html"}, follow_redirects=False).headers["location"] == "/can-bo/dang-nhap"


def test_the_gallery_shows_every_macro(desk: Desk) -> None:
    templates = ROOT / "app" / "console" / "templates"
    macros = set(re.findall(r"{% macro ([a-z]\w*)\(", (templates / "macros" / "ui.html").read_text("utf-8")))
    shown = set(re.findall(r"ui\.(\w+)", (templates / "gallery" / "page.html").read_text("utf-8")))
    assert macros - shown == {"csrf"}
    page = desk.official("volunteer_lead").get("/can-bo/mau-giao-dien")
    assert page.status_code == 200
    ids = re.findall(r' id="([^"]+)"', page.text)
    assert len(ids) == len(set(ids))


def test_a_flash_is_shown_once_and_cannot_be_forged(desk: Desk) -> None:
    keeper = desk.official("keeper", second=True)
    answer = keeper.post("/can-bo/can-bo/10/dang-xuat")
    assert answer.text.count("Đã đăng xuất khỏi") == 1
    assert "Đã đăng xuất khỏi" not in keeper.get("/can-bo").text
    keeper.http.cookies.set("gdcb_loi", "WyJ4Il0.0000", path="/can-bo")
    assert keeper.get("/can-bo").status_code == 200
    assert "notice good" not in keeper.get("/can-bo").text
