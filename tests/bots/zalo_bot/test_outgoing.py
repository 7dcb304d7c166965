"""A part becomes arguments of sendMessage or sendPhoto."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.messages import Part, Picture
from bots.zalo_bot.outgoing import TEXT_LIMIT, can_be_fetched, method_of

PUBLIC = "https://phuongmau.example.vn/qr/1.001193.png"
INSIDE = "http://127.0.0.1:8000/qr/1.001193.png"


def test_plain_text_has_no_styles() -> None:
    assert method_of(Part(text="Dạ, có ạ.")) == ("sendMessage", {"text": "Dạ, có ạ."})


def test_bold_is_counted_in_utf16_units() -> None:
    text = "📄 Giấy tờ 🏠: tờ khai 𝐀"
    styles = method_of(Part(text=text, bold=((2, 9), (len(text) - 1, 1))))[1]["text_styles"]
    assert styles == [{"start": 3, "len": 10, "st": ["b"]}, {"start": 23, "len": 2, "st": ["b"]}]
    units = text.encode("utf-16-le")
    assert [units[2 * style["start"] : 2 * (style["start"] + style["len"])].decode("utf-16-le") for style in styles] == ["Giấy tờ 🏠", "𝐀"]


@settings(deadline=None)  # a busy machine is no failure
@given(st.text(min_size=1, max_size=60), st.data())
def test_bold_covers_the_same_characters_in_any_text(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text) - 1))
    length = data.draw(st.integers(1, len(text) - start))
    (style,) = method_of(Part(text=text, bold=((start, length),)))[1]["text_styles"]
    units = text.encode("utf-16-le")
    assert units[2 * style["start"] : 2 * (style["start"] + style["len"])].decode("utf-16-le") == text[start : start + length]


def test_a_picture_goes_by_its_address_with_the_text_as_caption() -> None:
    part = Part(text="Mã QR của thủ tục", bold=((0, 2),), picture=Picture(url=PUBLIC, alt="Mã QR"))
    assert method_of(part) == ("sendPhoto", {"photo": PUBLIC, "caption": "Mã QR của thủ tục"})


def test_a_picture_without_text_says_what_it_shows() -> None:
    assert method_of(Part(text="", picture=Picture(url=PUBLIC, alt="Mã QR")))[1]["caption"] == "Mã QR"
    assert "caption" not in method_of(Part(text="", picture=Picture(url=PUBLIC, alt="")))[1]


def test_a_picture_that_zalo_cannot_fetch_becomes_its_address() -> None:
    part = Part(text="Mã của bạn", bold=((0, 2),), picture=Picture(url=INSIDE, alt="Mã QR"))
    styles = [{"start": 0, "len": 2, "st": ["b"]}]
    assert method_of(part) == ("sendMessage", {"text": f"Mã của bạn\n\nMã QR: {INSIDE}", "text_styles": styles})


def test_the_address_is_left_out_rather_than_the_text_too_long() -> None:
    text = "x" * (TEXT_LIMIT - 10)
    assert method_of(Part(text=text, picture=Picture(url=INSIDE, alt="Mã QR"))) == ("sendMessage", {"text": text})


@pytest.mark.parametrize("url", [PUBLIC, "https://gandan.vn/a.png", "https://8.8.8.8/a.png", "https://[2606:4700::1111]/a.png"])
def test_public_addresses_can_be_fetched(url: str) -> None:
    assert can_be_fetched(url)


@pytest.mark.parametrize(
    "url",
    [
        "http://phuongmau.example.vn/a.png",
        "https://127.0.0.1/a.png",
        "https://localhost:8443/a.png",
        "https://192.168.1.5/a.png",
        "https://10.0.0.1/a.png",
        "https://[::1]/a.png",
        "https://[fd00::1]/a.png",
        "https://[bad/a.png",
        "https://may-chu/a.png",
        "https://may-chu.local/a.png",
        "https:///a.png",
        "/qr/1.png",
        "",
    ],
)
def test_other_addresses_cannot(url: str) -> None:
    assert not can_be_fetched(url)
