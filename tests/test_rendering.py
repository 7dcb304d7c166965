"""A Reply becomes parts: how some read in a chat, and the rules one by one. What holds for any reply: channels/test_any_reply.py."""

from __future__ import annotations

import timeit
from dataclasses import replace

import pytest

from app.messages import Badge, Button, Capabilities, Card, Choice, Line, Link, Part, Picture, Reply
from app.rendering import MAX_PARTS, render
from tests.channels.limits import CAPABILITIES, broken_rules

OA, ZALO_BOT, TELEGRAM = CAPABILITIES["zalo-oa"], CAPABILITIES["zalo-bot"], CAPABILITIES["telegram"]
PAGE, PORTAL = "https://ankhe.example/thu-tuc/1.001193", "https://dichvucong.gov.vn/thu-tuc-hanh-chinh/019d2bfd"
CASES = (Choice(label="Bé chưa quá 60 ngày", send="Bé chưa quá 60 ngày"), Choice(label="Bé đã quá 60 ngày", send="Bé đã quá 60 ngày"))
QR = Picture(url="https://ankhe.example/qr/1.001193.png", alt="Mã QR của trang Đăng ký khai sinh")
CARD = Card(
    code="1.001193",
    title="Đăng ký khai sinh",
    case="Bé chưa quá 60 ngày",
    badge=Badge(text="Toàn trình", tone="full"),
    lines=(
        Line(label="Giấy tờ", text="", icon="📄", items=("Giấy chứng sinh (1 bản chính)", "Căn cước (chỉ xuất trình)")),
        Line(label="Phí", text="Miễn phí.", icon="💰"),
    ),
    basis="Theo Luật Hộ tịch · kiểm tra ngày 22/11/2026",
    url=PAGE,
    links=(Link(label="Trang trên Cổng", url=PORTAL),),
)
REPLY = Reply(
    paragraphs=("Dạ, bạn hỏi về «Đăng ký khai sinh»:",),
    cards=(CARD,),
    choices=CASES,
    closing=("Bé thuộc trường hợp nào?",),
    feedback=True,
    answer_id="a1",
)

# --- how it reads ----------------------------------------------------------------------------------------------------


def test_a_card_on_telegram() -> None:
    (part,) = render(REPLY, TELEGRAM)
    assert (
        part.text
        == """\
Dạ, bạn hỏi về «Đăng ký khai sinh»:

Đăng ký khai sinh — Bé chưa quá 60 ngày [Toàn trình]
📄 Giấy tờ:
• Giấy chứng sinh (1 bản chính)
• Căn cước (chỉ xuất trình)

💰 Phí: Miễn phí.

Theo Luật Hộ tịch · kiểm tra ngày 22/11/2026

Bé thuộc trường hợp nào?"""
    )
    assert _bold(part) == ["Đăng ký khai sinh — Bé chưa quá 60 ngày", "Giấy tờ:", "Phí:"]
    assert part.buttons == (
        Button(label="1. Bé chưa quá 60 ngày", data="c:a1:1"),
        Button(label="2. Bé đã quá 60 ngày", data="c:a1:2"),
        Button(label="Xem đầy đủ", url=PAGE),
        Button(label="Trang trên Cổng", url=PORTAL),
        Button(label="Đúng ý", data="f:a1:1"),
        Button(label="Chưa đúng", data="f:a1:0"),
    )


def test_a_card_where_there_are_no_buttons() -> None:
    (part,) = render(REPLY, ZALO_BOT)
    assert part.text.endswith(
        f"""\
Theo Luật Hộ tịch · kiểm tra ngày 22/11/2026

Xem đầy đủ: {PAGE}
Trang trên Cổng: {PORTAL}

Bé thuộc trường hợp nào?
1. Bé chưa quá 60 ngày
2. Bé đã quá 60 ngày"""
    )
    assert part.buttons == ()


def test_a_question_with_choices() -> None:
    reply = Reply(paragraphs=("Bạn cần giấy gì?",), choices=CASES, closing=("Hoặc bạn nói rõ hơn.",), answer_id="a1")
    (numbered,), (pressed,) = render(reply, ZALO_BOT), render(reply, OA)
    assert numbered.text == (
        "Bạn cần giấy gì?\n\nBạn nhắn số để chọn:\n1. Bé chưa quá 60 ngày\n2. Bé đã quá 60 ngày\n\nHoặc bạn nói rõ hơn."
    )
    assert pressed.text == "Bạn cần giấy gì?\n\nHoặc bạn nói rõ hơn."
    assert [button.send for button in pressed.buttons] == [choice.send for choice in CASES]


def test_an_emergency_says_the_numbers_first() -> None:
    numbers = (Link(label="114 – cháy", url="tel:114"), Link(label="Trực ban", url="tel:02360000002"))
    reply = Reply(paragraphs=("Gọi ngay!",), links=numbers, closing=("Ra nơi an toàn.",), urgent=True, feedback=True, answer_id="a1")
    for can in CAPABILITIES.values():
        (part,) = render(reply, can)
        assert part.text == "📞 114 – cháy\n📞 Trực ban: 02360000002\n\nGọi ngay!\n\nRa nơi an toàn."
        assert part.buttons == ()
        assert _bold(part) == (["114 – cháy", "Trực ban: 02360000002"] if can.bold else [])


# --- buttons, rule by rule -------------------------------------------------------------------------------------------


def test_long_labels_become_numbers_and_the_words_stay_in_the_text() -> None:
    reply = REPLY.model_copy(update={"choices": (*CASES, Choice(label="rất " * 20, send="x"))})
    (part,) = render(reply, TELEGRAM)
    assert part.text.endswith("Bé thuộc trường hợp nào?\n1. Bé chưa quá 60 ngày\n2. Bé đã quá 60 ngày\n3. " + ("rất " * 20).strip())
    assert [(button.label, button.data) for button in part.buttons[:3]] == [("1", "c:a1:1"), ("2", "c:a1:2"), ("3", "c:a1:3")]


@pytest.mark.parametrize(("length", "label"), [(57, "1. " + "x" * 57), (58, "1")])
def test_a_label_is_words_as_long_as_they_fit(length: int, label: str) -> None:
    (part,) = render(Reply(paragraphs=("Chọn:",), choices=(Choice(label="x" * length, send="x"),), answer_id="a1"), TELEGRAM)
    assert part.buttons == (Button(label=label, data="c:a1:1"),)


def test_more_choices_than_buttons_are_numbered_lines() -> None:
    reply = Reply(paragraphs=("Chọn:",), choices=CASES * 3, answer_id="a1", feedback=True)
    (part,) = render(reply, OA)
    assert "6. Bé đã quá 60 ngày" in part.text
    assert [button.data for button in part.buttons] == ["#gd:f:a1:1", "#gd:f:a1:0"]


def test_words_that_are_too_long_to_send_are_sent_unseen_or_as_the_number() -> None:
    choices = (Choice(label="Việc dài", send="dài " * 300),)
    for answer_id, expected in (("a1", Button(label="1. Việc dài", data="#gd:c:a1:1")), ("", Button(label="1. Việc dài", send="1"))):
        (part,) = render(Reply(paragraphs=("Chọn:",), choices=choices, answer_id=answer_id), OA)
        assert part.buttons == (expected,)


@pytest.mark.parametrize(("answer_id", "buttons"), [("", 0), ("x" * 60, 2), ("x" * 61, 0)])
def test_data_names_an_answer_and_fits_or_is_no_button(answer_id: str, buttons: int) -> None:
    (part,) = render(Reply(paragraphs=("Chọn:",), choices=CASES, answer_id=answer_id), TELEGRAM)
    assert len(part.buttons) == buttons
    assert part.text.endswith("Chọn:" if buttons else "1. Bé chưa quá 60 ngày\n2. Bé đã quá 60 ngày")


def test_choices_come_first_then_addresses_then_feedback() -> None:
    links = tuple(Link(label=f"Trang {number}", url=f"https://ankhe.example/{number}") for number in range(4))
    (part,) = render(REPLY.model_copy(update={"links": links}), OA)
    assert [button.label for button in part.buttons] == [
        "1. Bé chưa quá 60 ngày",
        "2. Bé đã quá 60 ngày",
        "Xem đầy đủ",
        "Trang trên Cổng",
        "Trang 0",
    ]
    assert "Trang 1: https://ankhe.example/1\nTrang 2: https://ankhe.example/2\nTrang 3: https://ankhe.example/3" in part.text
    assert "ankhe.example/0" not in part.text


def test_feedback_is_two_buttons_or_none() -> None:
    for room, labels in ((4, ["Đúng ý", "Chưa đúng"]), (3, [])):
        (part,) = render(Reply(paragraphs=("Chọn:",), choices=CASES, answer_id="a1", feedback=True), replace(OA, buttons=room))
        assert [button.label for button in part.buttons[2:]] == labels


def test_two_cards_have_buttons_that_say_which() -> None:
    other = CARD.model_copy(update={"title": "Đăng ký khai tử", "url": PAGE + "0", "links": ()})
    (part,) = render(Reply(cards=(CARD, other)), TELEGRAM)
    assert [button.label for button in part.buttons] == [
        "Xem đầy đủ: Đăng ký khai sinh",
        "Xem đầy đủ: Đăng ký khai tử",
        "Trang trên Cổng: Đăng ký khai sinh",
    ]


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:8000/thu-tuc",
        "http://localhost/",
        "https://192.168.1.5/",
        "https://[::1]/",
        "https://may-chu/",
        "https://x.local/",
        "https://[",
        "mailto:a@ankhe.example",
    ],
)
def test_addresses_that_only_this_house_can_open_stay_lines(url: str) -> None:
    (part,) = render(Reply(paragraphs=("Dạ.",), links=(Link(label="Trang", url=url),)), TELEGRAM)
    assert part.text == f"Dạ.\n\nTrang: {url}"
    assert part.buttons == ()


def test_addresses_that_everyone_can_open_are_buttons_once() -> None:
    links = (Link(label="Trang", url="https://1.1.1.1/"), Link(label="Vẫn trang ấy", url="https://1.1.1.1/"))
    assert render(Reply(paragraphs=("Dạ.",), links=links), OA)[0].buttons == (Button(label="Trang", url="https://1.1.1.1/"),)


def test_what_is_only_buttons_gets_words_above_them() -> None:
    (chosen,) = render(Reply(choices=CASES, answer_id="a1"), TELEGRAM)
    assert chosen.text == "Bạn bấm nút hoặc nhắn số để chọn:\n1. Bé chưa quá 60 ngày\n2. Bé đã quá 60 ngày"
    assert len(chosen.buttons) == 2
    (linked,) = render(Reply(links=(Link(label="Trang", url=PAGE),)), TELEGRAM)
    assert linked == Part(text=f"Trang: {PAGE}", buttons=(Button(label="Trang", url=PAGE),))


# --- pictures --------------------------------------------------------------------------------------------------------


def test_a_picture_goes_with_text_that_fits_under_it() -> None:
    (part,) = render(Reply(paragraphs=("Dạ, mã QR đây.",), picture=QR, answer_id="a1", feedback=True), TELEGRAM)
    assert (part.text, part.picture, len(part.buttons)) == ("Dạ, mã QR đây.", QR, 2)


def test_a_picture_goes_before_text_that_does_not_fit_under_it() -> None:
    reply = Reply(paragraphs=("Dạ. " * 300,), picture=QR, answer_id="a1", feedback=True)
    first, last = render(reply, TELEGRAM)
    assert first == Part(text=QR.alt, picture=QR)
    assert (last.picture, len(last.buttons)) == (None, 2)


def test_a_picture_alone() -> None:
    assert render(Reply(picture=QR), TELEGRAM) == (Part(text=QR.alt, picture=QR),)


@pytest.mark.parametrize(
    ("picture", "can"),
    [
        (QR, Capabilities(text_limit=2000, caption_limit=2000)),
        (QR, replace(TELEGRAM, caption_limit=len(QR.alt) - 1)),
        (QR.model_copy(update={"url": "http://ankhe.example/qr.png"}), ZALO_BOT),
        (QR.model_copy(update={"url": "https://127.0.0.1/qr.png"}), ZALO_BOT),
    ],
)
def test_a_picture_that_cannot_be_shown_is_told(picture: Picture, can: Capabilities) -> None:
    assert render(Reply(picture=picture), can) == (Part(text=f"{QR.alt}: {picture.url}"),)


def test_a_picture_that_is_uploaded_may_lie_anywhere() -> None:
    inside = QR.model_copy(update={"url": "http://127.0.0.1:8000/qr.png"})
    assert render(Reply(picture=inside), TELEGRAM)[0].picture == inside


# --- long and empty --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("reply", [Reply(), Reply(paragraphs=(" ", "\n")), Reply(feedback=True, answer_id="a1"), Reply(closing=("",))])
def test_nothing_is_never_sent(reply: Reply) -> None:
    with pytest.raises(ValueError, match="says nothing"):
        render(reply, TELEGRAM)


SENTENCE = "Bạn mang giấy tờ tới phường."


def test_a_long_text_is_cut_at_the_best_place_that_costs_no_part() -> None:
    can = Capabilities(text_limit=200, caption_limit=200)
    paragraph = " ".join([SENTENCE] * 4)
    assert [part.text for part in render(Reply(paragraphs=(paragraph, paragraph)), can)] == [paragraph, paragraph]
    assert [part.text for part in render(Reply(paragraphs=("a\n" + paragraph + "\n" + paragraph,)), can)] == [f"a\n{paragraph}", paragraph]
    in_sentences = " ".join([SENTENCE] * 8)
    assert [len(part.text) for part in render(Reply(paragraphs=(in_sentences,)), can)] == [6 * len(SENTENCE) + 5, 2 * len(SENTENCE) + 1]
    in_words = "giấy " * 60
    assert [len(part.text) for part in render(Reply(paragraphs=(in_words,)), can)] == [199, 99]


SMALL = Capabilities(text_limit=100, caption_limit=100, bold=True)


@pytest.mark.parametrize(
    ("reply", "texts"),
    [
        (Reply(paragraphs=("x" * 50, "Bạn cần:", "x" * 60)), ["x" * 50, "Bạn cần:\n\n" + "x" * 60]),
        (Reply(paragraphs=("Bạn cần:", "x" * 95)), ["Bạn cần:", "x" * 95]),
        (Reply(choices=(Choice(label="x" * 90, send="x"),)), ["Bạn nhắn số để chọn:", "1. " + "x" * 90]),
        (Reply(paragraphs=("x" * 87 + " 0236 000 0001",)), ["x" * 87, "0236 000 0001"]),
        (Reply(paragraphs=("Bạn cần:",), cards=(Card(code="x", title="năm chữ " * 12),)), ["Bạn cần:", "năm chữ " * 11 + "năm chữ"]),
    ],
    ids=["what a colon announces", "what follows a colon", "a choice", "a phone number", "bold"],
)
def test_what_belongs_together_stays_together(reply: Reply, texts: list[str]) -> None:
    assert [part.text for part in render(reply, SMALL)] == texts


@pytest.mark.parametrize("letter", ["q\u0323\u0307", "👨\u200d👩\u200d👧"])
def test_a_word_longer_than_a_part_is_cut_between_letters(letter: str) -> None:
    parts = render(Reply(paragraphs=(letter * 60,)), SMALL)
    assert len(parts) > 1
    assert all(len(part.text) % len(letter) == 0 and part.text.startswith(letter) for part in parts)


def test_beyond_the_last_part_stands_where_to_read_on_and_the_choices_stay() -> None:
    facts = tuple(Line(label=f"Điều {number}", text="Một câu.") for number in range(1, 900))
    reply = REPLY.model_copy(update={"cards": (CARD.model_copy(update={"lines": facts}),)})
    parts = render(reply, ZALO_BOT)
    assert len(parts) == MAX_PARTS
    assert not broken_rules(parts, ZALO_BOT)
    assert parts[-1].text.endswith(
        f"Còn nữa, bạn xem đầy đủ ở {PAGE}\n\nBé thuộc trường hợp nào?\n1. Bé chưa quá 60 ngày\n2. Bé đã quá 60 ngày"
    )
    title, *labels = [run for part in parts for run in _bold(part)]
    assert title == "Đăng ký khai sinh — Bé chưa quá 60 ngày"
    assert labels == [f"Điều {number}:" for number in range(1, len(labels) + 1)]


def test_beyond_the_last_part_without_a_page_the_citizen_asks_on() -> None:
    for picture in (None, QR):
        parts = render(Reply(paragraphs=("Dạ. " * 4000,), picture=picture), Capabilities(2000, 1000, pictures="upload"))
        assert len(parts) == MAX_PARTS
        assert parts[-1].text.endswith("\n\nCòn nữa, nhưng tin đã dài. Bạn hỏi từng ý giúp mình nhé.")


def test_text_is_composed() -> None:
    (part,) = render(Reply(cards=(Card(code="x", title="Đa\u0323t", lines=(Line(label="Phi\u0301", text="0"),)),)), TELEGRAM)
    assert part.text == "Đạt\nPhí: 0"
    assert _bold(part) == ["Đạt", "Phí:"]


def test_a_card_takes_no_time() -> None:
    assert min(timeit.repeat(lambda: render(REPLY, TELEGRAM), number=20, repeat=20)) / 20 < 0.001


def _bold(part: Part) -> list[str]:
    return [part.text[start : start + length] for start, length in part.bold]
