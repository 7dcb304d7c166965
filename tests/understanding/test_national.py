"""What the ward does not do: recognised by the national catalogue's names, and never before what the ward does."""

from __future__ import annotations

import csv

import pytest

from app.assistant.knowing import Knowledge
from app.settings import ROOT
from app.understanding.decision import State
from app.understanding.dialogue import decide
from app.understanding.national import Named, National
from app.understanding.reader import Reader
from app.understanding.text import folded_words

NAMES = [
    Named("1.000001", "a", "Cấp giấy phép hoạt động khai thác khoáng sản biển", "Sở Nông nghiệp và Môi trường"),
    Named("1.000002", "b", "Gia hạn giấy phép hoạt động điện lực", "Bộ Công Thương"),
    Named("1.000003", "c", "Thông báo thành lập văn phòng đại diện của tổ chức tín dụng", "Ngân hàng Nhà nước"),
]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("giấy phép khai thác khoáng sản biển", "1.000001"),
        ("gia han giay phep hoat dong dien luc", "1.000002"),
        ("xin gia hạn phép điện lực", "1.000002"),
        ("lập văn phòng đại diện tổ chức tín dụng", "1.000003"),
    ],
)
def test_a_name_is_found_by_its_words(text: str, code: str) -> None:
    found = National(NAMES).find(folded_words(text))
    assert found is not None
    assert found.code == code


@pytest.mark.parametrize("text", ["", "con tôi mới sinh", "giấy phép", "xyz", "điện thoại bị hỏng không gọi được ngân hàng"])
def test_little_in_common_is_nothing(text: str) -> None:
    assert National(NAMES).find(folded_words(text)) is None


def test_without_names_nothing_is_found() -> None:
    assert National(()).find(["giay", "phep"]) is None


@pytest.mark.parametrize(
    "text",
    ["cấp giấy phép thành lập trường đại học tư thục", "thủ tục cấp giấy phép hoạt động ngân hàng thương mại", "cap phep bay flycam drone"],
)
def test_somebody_elses_procedure_gets_no_card(reader: Reader, text: str) -> None:
    decision = decide(reader, text, State())
    assert decision.outcome == "other"
    assert decision.intent in ("national", "other_level")


def test_the_names_are_those_the_ward_does_not_hold(knowledge: Knowledge) -> None:
    with (ROOT / "procedures" / "national.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) > 4500
    assert not knowledge.reader.national.by_code.keys() & knowledge.catalog.procedures.keys()


def test_no_name_of_ours_is_taken_for_somebody_elses(knowledge: Knowledge) -> None:
    """The names in use, as somebody would type them."""
    wrong = [
        procedure.code
        for procedure in knowledge.catalog.in_force()
        if decide(knowledge.reader, procedure.name, State()).intent == "national"
    ]
    assert not wrong
