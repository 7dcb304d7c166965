"""Slips are put right by the words beside them; what is known and fits is left alone."""

from __future__ import annotations

import pickle

import pytest

from app.understanding.language import Language, as_written
from app.understanding.spelling import Spelling
from tests.evaluation.questions import load_blind, with_typing_errors
from tests.evaluation.spelling import accented, repaired

TEXTS = ["đăng ký khai sinh cho con", "đăng ký khai tử cho cha", "khai tử cho ông", "giấy chứng từ hai tờ", "sổ đỏ bị mất", "đo sổ nhà"] * 5


@pytest.fixture(scope="module")
def spelling() -> Spelling:
    return Spelling(Language.of(as_written(text.split() for text in TEXTS)))


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("dang ky khia sinh", "dang ky khai sinh"),  # swapped
        ("dang ky khi sinh cho con", "dang ky khai sinh cho con"),  # lost
        ("ddang kyy khai sinhh", "dang ky khai sinh"),  # doubled
        ("khai tur cho ong", "khai tu cho ong"),  # a Telex key without its effect
        ("giay chung tu hai tp", "giay chung tu hai to"),  # a neighbour on the keyboard
        ("đăng ký kkhaai sinhh cho con", "đăng ký khai sinh cho con"),  # two in one word
        ("đăng lý khai sịnh cho con", "đăng ký khai sinh cho con"),  # a wrong letter, a wrong tone
        ("sổ ddor bị mất", "sổ đỏ bị mất"),  # Telex keys
    ],
)
def test_a_slip_is_put_right(spelling: Spelling, typed: str, meant: str) -> None:
    assert " ".join(spelling.repair(typed.split())) == meant


def test_the_neighbours_decide(spelling: Spelling) -> None:
    assert spelling.repair(["so", "ddo", "bi", "mat"]) == ("so", "do", "bi", "mat")
    assert spelling.repair(["khai", "tuu", "cho"]) == ("khai", "tu", "cho")
    assert spelling.repair(["khai", "từ", "cho", "ông"])[1] == "tử"
    assert spelling.repair(["chứng", "tử", "hai", "tờ"])[1] == "từ"


def test_who_types_without_accents_is_read_without(spelling: Spelling) -> None:
    assert spelling.repair(["khia", "sinh", "cho", "con"]) == ("khai", "sinh", "cho", "con")


@pytest.mark.parametrize("text", ["so do bi mat", "sổ đỏ bị mất", "12 45", "", "xyzabc qqq", "con cha", "khai sinh 2 con a4"])
def test_what_is_known_or_beyond_help_is_left_alone(spelling: Spelling, text: str) -> None:
    assert " ".join(spelling.repair(text.split())) == text


def test_most_slips_of_unseen_writers_are_put_right_and_hardly_a_word_is_spoilt() -> None:
    learned = Spelling(Language.load())
    questions = accented(load_blind("north-and-highlands"))
    mistyped = repaired(learned, [(each.text, with_typing_errors(each).text) for each in questions])
    clean = repaired(learned, [(each.text, each.text) for each in questions])
    assert mistyped.slipped > 1000
    assert mistyped.share_right > 0.75
    assert mistyped.share_spoilt < 0.02
    assert clean.share_spoilt < 0.01


def test_a_short_form_is_no_slip() -> None:
    language = Language.of(as_written(text.split() for text in TEXTS))
    assert Spelling(language).repair(["dang", "ky", "khai", "tuu"]) == ("dang", "ky", "khai", "tu")
    assert Spelling(language, {"tuu"}).repair(["dang", "ky", "khai", "tuu"]) == ("dang", "ky", "khai", "tuu")


def test_it_can_be_sent_to_another_process(spelling: Spelling) -> None:
    again = pickle.loads(pickle.dumps(spelling))
    assert again.repair(["khai", "tuu", "cho"]) == ("khai", "tu", "cho")
