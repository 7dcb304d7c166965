"""Slips are put right by the words beside them; what is known and fits is left alone."""

from __future__ import annotations

import pytest

from app.understanding.spelling import Spelling

TEXTS = ["dang ky khai sinh cho con", "dang ky khai tu cho cha", "khai tu cho ong", "giay chung tu hai to", "so do bi mat", "do so nha"] * 5


@pytest.fixture(scope="module")
def spelling() -> Spelling:
    return Spelling([text.split() for text in TEXTS])


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("dang ky khia sinh", "dang ky khai sinh"),  # swapped
        ("dang ky khi sinh cho con", "dang ky khai sinh cho con"),  # lost
        ("ddang kyy khai sinhh", "dang ky khai sinh"),  # doubled
        ("khai tuw cho ong", "khai tu cho ong"),  # a Telex slip
        ("giay chung tu hai tp", "giay chung tu hai to"),  # a neighbour on the keyboard
    ],
)
def test_a_slip_is_put_right(spelling: Spelling, typed: str, meant: str) -> None:
    assert " ".join(spelling.repair(typed.split())) == meant


def test_the_neighbours_decide(spelling: Spelling) -> None:
    assert spelling.repair(["so", "ddo"]) == ("so", "do")
    assert spelling.repair(["khai", "tuu"]) == ("khai", "tu")


@pytest.mark.parametrize("text", ["so do bi mat", "do so nha", "12 45", "", "xyzabc qqq", "con cha"])
def test_what_is_known_or_beyond_help_is_left_alone(spelling: Spelling, text: str) -> None:
    assert " ".join(spelling.repair(text.split())) == text
