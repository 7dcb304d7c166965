"""Who is in danger, in despair, lost or robbed is heard before any procedure, and not forgotten with the next message."""

from __future__ import annotations

from typing import Any

import pytest

from app.catalog.yaml_loader import read_document
from app.settings import ROOT
from app.understanding.danger import HEARD, REMEMBERED
from app.understanding.decision import State
from app.understanding.dialogue import decide
from app.understanding.reader import Reader
from app.understanding.screen import Screen
from app.understanding.spoken import Spoken, Typed, one_spelling

SAID: dict[str, Any] = dict(read_document(ROOT / "tests" / "understanding" / "danger.yaml").data)
CALM: list[str] = SAID.pop("calm")
IN_DANGER = HEARD | {"bribe"}
MID_GUIDE = State(code="1.001193", choices=("1.001193", "1.000894"))


def test_enough_voices_are_heard_and_enough_are_calm() -> None:
    assert sum(map(len, SAID.values())) >= 150
    assert len(CALM) >= 80


@pytest.mark.parametrize(("intent", "text"), [(intent, text) for intent, texts in SAID.items() for text in texts])
def test_who_is_in_danger_is_heard_at_once(reader: Reader, intent: str, text: str) -> None:
    assert decide(reader, text, State()).intent == intent
    if intent in REMEMBERED:
        assert decide(reader, text, MID_GUIDE).intent == intent


@pytest.mark.parametrize("text", CALM)
def test_a_calm_question_is_no_danger(reader: Reader, text: str) -> None:
    assert decide(reader, text, State()).intent not in IN_DANGER


@pytest.mark.parametrize(
    ("said", "then"),
    [
        ("tôi muốn tự tử", ["không ai quan tâm đâu", "tại nợ nhiều quá", "mệt mỏi quá rồi"]),
        ("không muốn sống nữa", ["tại nợ nhiều quá"]),
        ("hàng xóm đang đánh vợ", ["nó khóa cửa rồi", "nghe la lớn lắm"]),
        ("cháy nhà rồi", ["ở số 12 đường Mẫu", "gọi ai"]),
        ("bị lừa 20 triệu", ["báo ở đâu", "cần giấy gì"]),
        ("ảnh đánh em hoài", ["bây giờ ảnh đang đứng ngoài cửa la", "em sợ lắm"]),
        ("con em 3 tuổi bị lạc ở chợ đêm", ["mặc áo đỏ", "giờ làm sao"]),
        ("bi trom xe may dem qua", ["bao o dau", "mang giay gi theo"]),
    ],
)
def test_what_is_said_next_gets_the_help_again(reader: Reader, said: str, then: list[str]) -> None:
    state = decide(reader, said, State()).state
    for text in then:
        decision = decide(reader, text, state)
        assert decision.intent in REMEMBERED, text
        state = decision.state


@pytest.mark.parametrize("said", ["cháy nhà rồi", "chồng em đánh em hoài", "bị lừa 20 triệu", "tôi muốn tự tử"])
def test_who_names_a_procedure_gets_it(reader: Reader, said: str) -> None:
    state = decide(reader, said, State()).state
    assert decide(reader, "cảm ơn", state).state.danger
    decision = decide(reader, "làm giấy khai sinh cho con cần gì", state)
    assert decision.codes[0] == "1.001193"
    assert not decision.state.danger
    assert not decide(reader, "bắt đầu lại", state).state.danger


@pytest.mark.parametrize(
    ("text", "beside"),
    [
        ("mất giấy tờ vì bị trộm ví làm lại căn cước", "crime"),
        ("Tối nay em không dám về, bị chồng đánh, xin vào chỗ tạm lánh", "violence"),
        ("làm giấy khai sinh cho con", ""),
        ("năm ngoái nhà cháy, giờ làm lại sổ đỏ", "emergency"),
    ],
)
def test_a_procedure_asked_beside_a_crime_says_so(reader: Reader, text: str, beside: str) -> None:
    decision = decide(reader, text, State())
    assert (decision.intent in IN_DANGER, decision.beside) == (False, beside)


@pytest.mark.parametrize(
    "text", ["người ta kêu lên làm việc", "giờ phải làm sao", "gio phai lam sao", "hỗ trợ mổ mắt", "đi sang bên kia làm việc"]
)
def test_what_only_looks_like_opening_hours_is_none(reader: Reader, text: str) -> None:
    assert "opening_hours" not in reader.read(text).signs.intents


@pytest.mark.parametrize("text", ["sáng mai phường có làm việc không", "sang mai phuong co lam viec khong", "mấy giờ phường làm việc"])
def test_opening_hours_are_still_asked(reader: Reader, text: str) -> None:
    assert decide(reader, text, State()).intent == "opening_hours"


# --- patterns with accents -------------------------------------------------------------------------------------------


def says(spoken: Spoken, original: str, folded: str) -> bool:
    screen = Screen(spoken.patterns())
    return spoken.says(Typed.of(original, (screen.read(folded),), screen))


def test_accents_tell_words_apart_where_they_are_typed() -> None:
    spoken = Spoken.of([r"\bcháy <places>\b"], {"places": "(nhà|quán)"})
    assert says(spoken, "cháy nhà", "chay nha")
    assert not says(spoken, "chạy nhà", "chay nha")
    assert says(spoken, "chay quan", "chay quan")


def test_some_patterns_are_for_one_way_of_typing_only() -> None:
    spoken = Spoken.of([], {}, accented=["cháy"], bare=["chay roi"])
    assert says(spoken, "cháy", "chay")
    assert not says(spoken, "chay", "chay")
    assert says(spoken, "chay roi", "chay roi")


@pytest.mark.parametrize(("typed", "meant"), [("doạ", "dọa"), ("khoá cửa", "khóa cửa"), ("thuỷ", "thủy"), ("hoàn", "hoàn"), ("quý", "quý")])
def test_the_tone_of_two_vowels_is_written_in_one_way(typed: str, meant: str) -> None:
    assert one_spelling(typed) == meant
