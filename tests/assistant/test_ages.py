"""Ages as people say them, and the case they tell."""

from __future__ import annotations

import pytest

from app.understanding.ages import said_ages
from app.understanding.decision import State
from app.understanding.text import fold
from tests.assistant.ward import Clock, incoming, pipeline

PIPELINE = pipeline(Clock())


@pytest.mark.parametrize(
    ("text", "ages"),
    [
        ("bé 3 tháng", [92]),
        ("con em được hai tuổi", [730]),
        ("bé sinh được 10 ngày", [10]),
        ("con 8 tháng tuổi", [244]),
        ("chau noi toi 13 tuoi", [4745]),
        ("vợ đẻ được 2 tuần", [14]),
        ("em 25 tuổi, con em 4 tuổi", [9125, 1460]),
        ("con em sinh ngày 1 tháng 5", []),
        ("con nộp hồ sơ chờ 3 tháng", []),
        ("con sinh trong 60 ngày thì sao", []),
        ("làm mất 3 ngày", []),
        ("bà bảy mươi chín tuổi, ông tám mươi tuổi", []),
        ("ba 60 tuổi", [21900]),
        ("", []),
    ],
)
def test_ages_that_are_said(text: str, ages: list[int]) -> None:
    assert said_ages(fold(text)) == set(ages)


@pytest.mark.parametrize(
    ("text", "code", "case"),
    [
        ("con em 3 tháng chưa khai sinh vì ba nó đi biển", "1.001193", "qua-60-ngay"),
        ("làm khai sinh cho bé mới 10 ngày tuổi", "1.001193", "trong-60-ngay"),
        ("làm căn cước cho bé 8 tuổi cần gì", "1.014062", "tu-6-den-duoi-14"),
        ("lam can cuoc cho be 4 tuoi", "1.014062", "duoi-6-tuoi"),
        ("bé 2 tháng làm khai sinh", "1.001193", None),
    ],
)
def test_the_case_it_tells(text: str, code: str, case: str | None) -> None:
    """Two months may be a day more or less than sixty: then it is asked."""
    decision = PIPELINE.answer(incoming(text, "m"), State()).decision
    assert decision is not None
    assert [(part.code, part.case_id) for part in decision.parts] == [(code, case)]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("bà nội 90 tuổi không đi được muốn làm căn cước", "1.014062"),
        ("em 25 tuổi chưa khai sinh bao giờ", "1.001193"),
        ("ong toi 80 tuoi lam can cuoc", "1.014062"),
    ],
)
def test_what_is_for_children_is_not_for_a_grown_up(text: str, code: str) -> None:
    decision = PIPELINE.answer(incoming(text, "m"), State()).decision
    assert decision is not None
    assert decision.codes[0] != code


def test_a_mother_tells_her_own_age_and_means_the_child() -> None:
    decision = PIPELINE.answer(incoming("em 25 tuổi mới sinh con đầu lòng, làm khai sinh cho bé", "m"), State()).decision
    assert decision is not None
    assert decision.codes[0] == "1.001193"
