"""Printing many at a time: choosing, the place, one file; and what is wrong said in words."""

from __future__ import annotations

import io

import httpx
import pytest
from pypdf import PdfReader

from tests.console.desk import Desk

HERE = "/can-bo/in-an"
WISH = {"ma": ["1.001193", "quay/1", "lich/chu-nhat"], "kho": "a4", "ban": "1", "noi": "Chợ An Khê", "ghep": "1"}


def _pages(answer: httpx.Response) -> list[str]:
    assert answer.headers["content-type"] == "application/pdf", answer.text[:500]
    return [page.extract_text() for page in PdfReader(io.BytesIO(answer.content)).pages]


def test_many_posters_come_in_one_file(desk: Desk) -> None:
    pages = _pages(desk.official("editor").post(HERE, WISH))
    assert ["Đăng ký khai sinh" in pages[0], "Quầy 1" in pages[1], "Các buổi tới" in pages[2]] == [True] * 3
    assert all("Nơi dán: Chợ An Khê" in page for page in pages)


def test_a_whole_field_is_one_tick_and_nothing_comes_twice(desk: Desk) -> None:
    pages = _pages(desk.official("official").post(HERE, WISH | {"ma": ["ca/ho-tich", "1.001193"], "kho": "tem"}))
    assert sum(page.count("Quét mã xem giấy tờ") for page in pages) == len(desk_field(desk))


def desk_field(desk: Desk) -> set[str]:
    """The civil status procedures, as the form lists them."""
    page = desk.official("official").get(HERE).text
    part = page.partition('id="ca-ho-tich"')[2].partition("</fieldset>")[0]
    return {code.partition('"')[0] for code in part.split('name="ma" value="')[2:]}


@pytest.mark.parametrize("role", ["official", "leader", "keeper", "volunteer_lead"])
def test_every_role_may_print(desk: Desk, role: str) -> None:
    assert "In mã QR" in desk.official(role).get(HERE).text
    assert len(_pages(desk.official(role).post(HERE, WISH | {"ma": "quay/1"}))) == 1


def test_nobody_else_may(desk: Desk) -> None:
    assert "Tên đăng nhập" in desk.stranger().get(HERE).text


def test_the_preview_shows_the_sheets_and_keeps_the_wish(desk: Desk) -> None:
    page = desk.official("editor").post(HERE, WISH | {"act": "xem", "kho": "a6", "ban": "2"}).text
    assert page.count("<svg xmlns") == 2  # six A6 on two A4
    assert 'name="noi" value="Chợ An Khê"' in page
    assert "Nơi dán: Chợ An Khê" in page


def test_who_chooses_again_finds_everything_as_it_was(desk: Desk) -> None:
    answer = desk.official("editor").post(HERE, WISH | {"act": "sua", "kho": "a6"})
    assert answer.status_code == 200
    assert answer.text.count(" checked") == 3 + 1 + 1 + 1  # three subjects, one of them also in its field; the size; joined
    assert 'value="Chợ An Khê"' in answer.text


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"ma": []}, "chọn ít nhất một mục"),
        ({"ma": ["9.999999"]}, "không còn trong danh mục"),
        ({"ma": ["ca/khong-co"]}, "chọn ít nhất một mục"),
        ({"kho": "a3"}, "chọn khổ giấy"),
        ({"ban": "0"}, "từ 1 đến 200"),
        ({"ban": "²"}, "từ 1 đến 200"),
        ({"ban": "9" * 4000}, "từ 1 đến 200"),
        ({"ban": "0000000019999"}, "từ 1 đến 200"),
        ({"ma": ["ca/ho-tich"], "ban": "200"}, "nhiều nhất"),
        ({"noi": "🎉"}, "nơi dán bằng chữ"),
        ({"noi": "chợ " * 100}, "dài quá"),
        ({"noi": "a" + "!" * 60}, "dài quá"),
    ],
)
def test_a_wrong_wish_comes_back_with_its_words(desk: Desk, change: dict[str, object], says: str) -> None:
    answer = desk.official("editor").post(HERE, WISH | change)
    assert answer.status_code == 422
    assert says in answer.text
    if "noi" not in change:
        assert 'value="Chợ An Khê"' in answer.text


def test_places_that_were_printed_for_are_offered_as_they_were_typed_last_of_this_commune_only(desk: Desk) -> None:
    desk.official("editor").post(HERE, WISH | {"ma": "quay/1", "noi": "chợ cũ"})
    desk.official("editor").post(HERE, WISH | {"ma": "quay/1", "noi": "  Chợ  Cũ "})
    desk.official("editor").post(HERE, WISH | {"ma": "quay/1", "noi": "Chợ in từ trình duyệt", "act": "xem"})
    desk.browsers["other-editor"].post(HERE, WISH | {"ma": "quay/1", "noi": "Chợ xã hai"})
    desk.sql("insert into qr_scans (commune_id, code, place, day, scans) values (1, '1.001193', 'ai-do-go-bay', '2026-11-01', 3)")
    page = desk.official("editor").get(HERE).text
    assert 'value="Chợ Cũ"' in page
    assert 'value="Chợ in từ trình duyệt"' in page
    for not_offered in ("chợ cũ", "Chợ xã hai", "ai-do-go-bay"):
        assert not_offered not in page


def test_an_address_that_phones_cannot_open_is_told(desk: Desk) -> None:
    assert "điện thoại người dân không mở được" in desk.official("editor").get(HERE).text


def test_one_is_ticked_from_the_address(desk: Desk) -> None:
    page = desk.official("editor").get(f"{HERE}?ma=1.001193").text
    assert 'value="1.001193" checked' in page
