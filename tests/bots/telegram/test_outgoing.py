"""A part becomes the arguments of the Bot API."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from telegram import MessageEntity

from app.messages import Button, Found, Part, Picture, is_public
from app.settings import Settings
from bots.telegram import build, outgoing
from tests.bots.telegram.peers import PERSON, TOKEN, MemoryVault


def rows(*buttons: Button) -> list[list[str]]:
    markup = outgoing.message(PERSON, Part(text="a", buttons=buttons)).get("reply_markup", {"inline_keyboard": []})
    return [[button["text"] for button in row] for row in markup["inline_keyboard"]]


def choice(label: str, number: int = 1) -> Button:
    return Button(label=label, data=f"c:a:{number}")


def test_a_message_has_no_preview_and_nothing_it_does_not_need() -> None:
    assert outgoing.message(PERSON, Part(text="Dạ, chào bạn!")) == {
        "chat_id": PERSON,
        "text": "Dạ, chào bạn!",
        "link_preview_options": {"is_disabled": True},
    }


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # a busy machine is no failure
@given(st.text(st.characters(exclude_categories=["Cs"])), st.data())
def test_bold_is_counted_in_utf16_units(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text)))
    length = data.draw(st.integers(0, len(text) - start))
    made = outgoing.message(PERSON, Part(text=text, bold=((start, length),)))["entities"]
    [peer] = MessageEntity.adjust_message_entities_to_utf_16(text, [MessageEntity("bold", start, length)])
    assert made == [{"type": "bold", "offset": peer.offset, "length": peer.length}]


def test_no_more_bold_runs_than_telegram_takes() -> None:
    part = Part(text="a" * 300, bold=tuple((place, 1) for place in range(300)))
    assert len(outgoing.message(PERSON, part)["entities"]) == 100


def test_short_labels_stand_in_pairs_long_ones_alone() -> None:
    long = "Đăng ký khai sinh cho bé mới sinh"
    assert rows(choice("1"), choice("2"), choice("3")) == [["1", "2"], ["3"]]
    assert rows(choice("1"), choice(long), choice("2"), choice("3")) == [["1"], [long], ["2", "3"]]


def test_feedback_stays_together_and_links_below() -> None:
    feedback = (Button(label="Đúng ý", data="f:a:1"), Button(label="Chưa đúng", data="f:a:0"))
    links = (Button(label="Xem đầy đủ", url="https://xa-a.example.vn/tt/1.001193"), Button(label="Cổng", url="https://dichvucong.gov.vn"))
    assert rows(choice("1"), *feedback, *links) == [["1"], ["Đúng ý", "Chưa đúng"], ["Xem đầy đủ", "Cổng"]]


def test_what_a_button_does() -> None:
    part = Part(text="a", buttons=(choice("1"), Button(label="Xem", url="https://xa-a.example.vn/")))
    assert outgoing.message(PERSON, part)["reply_markup"] == {
        "inline_keyboard": [[{"text": "1", "callback_data": "c:a:1"}], [{"text": "Xem", "url": "https://xa-a.example.vn/"}]]
    }


@pytest.mark.parametrize(
    ("url", "public"),
    [
        ("https://xa-a.example.vn/tt/1.001193", True),
        ("http://dichvucong.gov.vn", True),
        ("https://8.8.8.8/a", True),
        ("https://[2001:4860:4860::8888]/a", True),
        ("http://127.0.0.1:8000/thu-tuc", False),
        ("http://localhost:8000/", False),
        ("http://may-chu/", False),
        ("http://may-chu.local/", False),
        ("http://192.168.1.7/", False),
        ("https://10.1.2.3/", False),
        ("http://[::1]/", False),
        ("tel:114", False),
        ("javascript:alert(1)", False),
        ("https://", False),
        ("https://[", False),
        ("", False),
    ],
)
def test_only_public_addresses_become_buttons(url: str, public: bool) -> None:
    assert is_public(url) is public
    assert bool(rows(Button(label="Xem", url=url))) is public


def test_a_photo_carries_its_words_as_caption() -> None:
    part = Part(text="📄 Sơ đồ", bold=((2, 5),), buttons=(choice("1"),), picture=Picture(url="https://xa-a.example.vn/a.png", alt="Sơ đồ"))
    made = outgoing.photo(PERSON, part, b"\x89PNG")
    assert made["photo"].mimetype == "image/png"
    assert made["photo"].input_file_content == b"\x89PNG"
    assert (made["caption"], made["caption_entities"]) == ("📄 Sơ đồ", [{"type": "bold", "offset": 3, "length": 5}])
    assert "reply_markup" in made
    assert not {"text", "link_preview_options"} & made.keys()


def test_without_its_picture_a_part_still_says_something() -> None:
    picture = Picture(url="http://127.0.0.1:8000/a.png", alt="Sơ đồ đường đi")
    assert outgoing.message(PERSON, Part(text="", picture=picture))["text"] == "Sơ đồ đường đi"
    assert outgoing.message(PERSON, Part(text="Đường đi:", picture=picture))["text"] == "Đường đi:"


def test_a_search_result_sends_the_card_without_presses() -> None:
    buttons = (choice("1"), Button(label="Xem đầy đủ", url="https://xa-a.example.vn/"))
    part = Part(text="Đăng ký khai sinh", bold=((0, 17),), buttons=buttons)
    made: dict[str, Any] = outgoing.article(Found(id="1.001193", title="Đăng ký khai sinh", summary="Tư pháp", part=part))
    assert made == {
        "type": "article",
        "id": "1.001193",
        "title": "Đăng ký khai sinh",
        "description": "Tư pháp",
        "input_message_content": {
            "message_text": "Đăng ký khai sinh",
            "link_preview_options": {"is_disabled": True},
            "entities": [{"type": "bold", "offset": 0, "length": 17}],
        },
        "reply_markup": {"inline_keyboard": [[{"text": "Xem đầy đủ", "url": "https://xa-a.example.vn/"}]]},
    }


@pytest.mark.parametrize(("username", "code"), [("", "1.001193"), ("xa_a_bot", "1.001193/" + "x" * 60), ("xa_a_bot", "khai sinh")])
async def test_no_door_without_a_name_or_for_a_code_no_link_can_carry(username: str, code: str) -> None:
    telegram = build({"token": TOKEN, "username": username}, MemoryVault(), Settings())
    assert telegram.door(code) is None
    await telegram.stop()
