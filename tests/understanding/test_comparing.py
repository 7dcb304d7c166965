"""Look-alikes compared: what each is for, then which of them is needed."""

from __future__ import annotations

import pytest

from app.understanding.decision import State
from app.understanding.dialogue import decide
from app.understanding.reader import Reader

TEMPORARY, PERMANENT = "1.004194", "1.004222"


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("thường trú với tạm trú khác nhau sao", {PERMANENT, TEMPORARY}),
        ("thuong tru vs tam tru khac j nhau v ad", {PERMANENT, TEMPORARY}),
        ("phân biệt giùm tạm trú và lưu trú", {TEMPORARY, "2.001159"}),
        ("em cần làm tạm trú hay thường trú ạ", {TEMPORARY, PERMANENT}),
        ("khai sinh mới khác đăng ký lại thế nào", {"1.001193", "1.004884"}),
        ("trích lục khác chứng thực bản sao chỗ nào", {"2.000635", "2.000815"}),
        ("tố cáo khác gì khiếu nại", {"2.002396", "2.002409"}),
        ("tạm trú với thường trú cái nào nhanh hơn", {TEMPORARY, PERMANENT}),
        ("cắt khẩu với tách khẩu khác nhau răng rứa", {"1.003197", "1.010038"}),
        ("đổi bằng lái với cấp lại bằng lái khác nhau chỗ nào", {"3.000347", "3.000348"}),
    ],
)
def test_two_that_are_named_are_compared(reader: Reader, text: str, codes: set[str]) -> None:
    decision = decide(reader, text, State())
    assert (decision.outcome, decision.intent) == ("clarify", "difference")
    assert set(decision.choices) == codes
    assert decision.state.choices == decision.choices


def test_with_another_agency_s_matter_too(reader: Reader) -> None:
    decision = decide(reader, "hộ kinh doanh với công ty khác gì nhau", State())
    assert decision.choices == ("1.001612", "elsewhere:doanh-nghiep")
    assert decision.codes == ("1.001612",)


def test_those_just_offered_are_compared(reader: Reader) -> None:
    offered = decide(reader, "căn cước", State())
    assert offered.outcome == "clarify"
    decision = decide(reader, "mấy cái đó khác nhau chỗ nào", offered.state)
    assert (decision.intent, decision.choices) == ("difference", offered.choices)


@pytest.mark.parametrize(("text", "other"), [("khác gì thường trú", PERMANENT), ("vậy khác với gia hạn sao", "1.002755")])
def test_the_one_in_mind_is_compared_with_what_is_named(reader: Reader, text: str, other: str) -> None:
    before = decide(reader, "đăng ký tạm trú cần gì", State())
    decision = decide(reader, text, before.state)
    assert (decision.intent, decision.choices) == ("difference", (TEMPORARY, other))
    assert decide(reader, "2", decision.state).codes[0] == other


def test_the_one_in_mind_is_compared_with_its_nearest_look_alike(reader: Reader) -> None:
    before = decide(reader, "đăng ký tạm trú cần gì", State())
    first, second = decide(reader, "khác nhau chỗ nào", before.state).choices
    assert first == TEMPORARY
    assert second in reader.index.entries[reader.index.number_of[TEMPORARY]].related


@pytest.mark.parametrize(
    "text", ["sổ đỏ với sổ hồng khác nhau sao", "chứng thực với công chứng khác gì nhau", "khác nhau giữa hộ nghèo và hộ cận nghèo"]
)
def test_two_names_of_one_thing_lead_to_its_question(reader: Reader, text: str) -> None:
    decision = decide(reader, text, State())
    assert (decision.outcome, decision.intent) == ("clarify", "vague")
    assert decision.family is not None


@pytest.mark.parametrize(
    "text",
    [
        "người tỉnh khác đăng ký tạm trú thế nào",
        "tạm trú ở phường khác cần gì",
        "làm khai sinh online hay lên phường",
        "sang tên sổ đỏ cho người khác sao ạ",
        "đất dính quy hoạch có được xây nhà hay sửa nhà không",
        "một người có được mở hai hộ kinh doanh ở hai phường khác nhau không",
    ],
)
def test_another_place_or_person_is_no_comparison(reader: Reader, text: str) -> None:
    assert decide(reader, text, State()).intent != "difference"


def test_nothing_to_compare_is_no_error(reader: Reader) -> None:
    decision = decide(reader, "khác nhau chỗ nào", State())
    assert decision.outcome in ("unknown", "clarify")
    assert decision.intent != "difference"
