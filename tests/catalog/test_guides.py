"""A guide leads every citizen to exactly one case, and a broken one tells its writer what to put right."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from app.catalog.content import Option, Procedure, Question
from app.catalog.loader import load_catalog, read_catalog
from app.catalog.narrowing import answers_of, left_by, narrows, open_options, walked, wrong_with
from app.settings import ROOT
from tests.catalog.small_catalog import FIRST, GONE, case, changed, procedure, write_catalog

CASES = ("thue", "minh", "linh")


def _question(name: str, *options: tuple[str, list[str]]) -> dict[str, Any]:
    return {"id": name, "text": f"Câu hỏi {name}?", "options": [{"label": label, "cases": ids} for label, ids in options]}


GUIDE = [
    _question("noi-o", ("Nhà dân", ["thue", "minh"]), ("Đơn vị", ["linh"])),
    _question("cua-ai", ("Của mình", ["minh"]), ("Đi thuê", ["thue"])),
]
WHOLE = procedure(cases=[case(name, f"Trường hợp {name}") for name in CASES], case_question="Bạn ở đâu vậy?", guide=GUIDE)


def _questions(*guide: dict[str, Any]) -> tuple[Question, ...]:
    return tuple(Question.model_validate(each) for each in guide)


# --- validation ----------------------------------------------------------------------------------------------------


def test_a_good_guide_is_taken() -> None:
    guide = Procedure.model_validate(WHOLE).guide
    assert guide is not None
    assert [question.id for question in guide] == ["noi-o", "cua-ai"]
    assert Procedure.model_validate(changed(WHOLE, {"guide": GONE})).guide is None


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"guide.0.options.1.cases": ["khac"]}, "trường hợp không có: khac"),
        ({"guide.0.options.1.cases": ["linh", "thue", "minh"], "guide.0.options.0.cases": list(CASES)}, "`cua-ai` không có lựa chọn nào cho: linh"),
        ({"guide.1.options.0.cases": ["minh", "thue"]}, "vẫn chưa phân được: minh, thue"),
        ({"guide.0.options.0.cases": ["minh"]}, "`noi-o` không có lựa chọn nào cho: thue"),
        ({"guide.1.id": "noi-o"}, "trùng `id`"),
        ({"guide.1.options.1.label": "của MÌNH"}, "hai lựa chọn cùng lời"),
        ({"guide": [*GUIDE, _question("thua", ("Có", ["minh"]), ("Không", ["thue", "linh"]))]}, "`thua` không loại bớt"),
        ({"guide.1.options": [*GUIDE[1]["options"], {"label": "Trong đơn vị", "cases": ["linh"]}]}, "«Trong đơn vị»"),
        ({"cases": [case()], "case_question": GONE}, "không cần `guide`"),
    ],
)  # fmt: skip
def test_a_guide_that_leads_nowhere_is_refused_in_vietnamese(changes: dict[str, object], told: str) -> None:
    with pytest.raises(ValidationError) as error:
        Procedure.model_validate(changed(WHOLE, changes))
    assert told in str(error.value)


@pytest.mark.parametrize(
    "changes",
    [
        {"guide": []},
        {"guide": [*GUIDE, *GUIDE]},
        {"guide.0.options": GUIDE[0]["options"][:1]},
        {"guide.0.options": [{"label": f"Lời {n}", "cases": ["linh"]} for n in range(5)]},
        {"guide.0.options.0.cases": []},
        {"guide.0.options.0.label": "x" * 91},
        {"guide.0.options.0.lable": "Nhà"},
        {"guide.0.id": "Nơi ở"},
        {"guide.0.text": GONE},
        {"guide": "hỏi"},
    ],
    ids=lambda changes: next(iter(changes)),
)
def test_a_guide_of_the_wrong_shape_is_refused(changes: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Procedure.model_validate(changed(WHOLE, changes))


def test_the_report_names_the_file_and_says_what_to_do(tmp_path: Path) -> None:
    broken = changed(WHOLE, {"guide.0.options.1.cases": ["khac"]})
    reading = read_catalog(write_catalog(tmp_path, {FIRST: broken}))
    assert reading.catalog is None
    (problem,) = reading.errors
    assert problem.file == FIRST
    assert "khac" in problem.wrong
    assert "thue, minh, linh" in problem.wrong


# --- narrowing -----------------------------------------------------------------------------------------------------


def test_answers_narrow_and_what_tells_nothing_is_skipped() -> None:
    questions, everything = _questions(*GUIDE), frozenset(CASES)
    possible, answered, asked = walked(questions, everything, {})
    assert (possible, answered, asked) == (everything, (), questions[0])
    possible, answered, asked = walked(questions, everything, {"noi-o": 1})
    assert (possible, asked) == (frozenset({"thue", "minh"}), questions[1])
    possible, answered, asked = walked(questions, everything, {"noi-o": 2, "cua-ai": 1})
    assert (possible, answered, asked) == (frozenset({"linh"}), ((questions[0], 2),), None)


@pytest.mark.parametrize("number", [0, 3, -1, 99])
def test_an_answer_that_is_no_option_is_asked_again(number: int) -> None:
    questions = _questions(*GUIDE)
    assert walked(questions, frozenset(CASES), {"noi-o": number})[2] == questions[0]
    assert left_by(questions[0], number, frozenset(CASES)) == frozenset()


def test_an_answer_that_fits_no_case_left_is_asked_again() -> None:
    questions = _questions(
        _question("mot", ("A hay B", ["a", "b"]), ("C hay D", ["c", "d"])),
        _question("hai", ("A hay C", ["a", "c"]), ("Là B", ["b"]), ("Là D", ["d"])),
    )
    everything = frozenset("abcd")
    assert wrong_with(questions, "abcd") is None
    assert walked(questions, everything, {"mot": 2, "hai": 2})[2] == questions[1]
    assert walked(questions, everything, {"mot": 2, "hai": 1})[0] == {"c"}
    assert open_options(questions[1], frozenset("ab")) == (1, 2)


def test_a_case_has_answers_that_lead_to_it() -> None:
    questions = _questions(*GUIDE)
    assert answers_of(questions, "thue", frozenset(CASES)) == {"noi-o": 1, "cua-ai": 2}
    assert answers_of(questions, "linh", frozenset(CASES)) == {"noi-o": 2}
    assert answers_of(questions, "khac", frozenset(CASES)) is None


_IDS = st.sampled_from(["a", "b", "c", "d"])
_OPTIONS = st.lists(st.lists(_IDS, min_size=1, max_size=4, unique=True), min_size=2, max_size=4)


@given(st.lists(_OPTIONS, min_size=1, max_size=3), st.dictionaries(st.sampled_from(["q0", "q1", "q2"]), st.integers(0, 5)))
def test_whatever_is_answered_a_good_guide_ends_at_one_case(guide: list[list[list[str]]], answers: dict[str, int]) -> None:
    questions = tuple(
        Question(
            id=f"q{at}",
            text="Hỏi gì đây?",
            options=tuple(Option(label=f"Lời {number}", cases=tuple(ids)) for number, ids in enumerate(options)),
        )
        for at, options in enumerate(guide)
    )
    everything = frozenset("abcd")
    possible, _, asked = walked(questions, everything, answers)
    assert possible
    assert possible <= everything
    assert asked is None or narrows(asked, possible)
    if wrong_with(questions, sorted(everything)) is None:
        assert (asked is None) == (len(possible) == 1)
        for case_id in everything:
            found = answers_of(questions, case_id, everything)
            assert found is not None
            assert walked(questions, everything, found)[0] == {case_id}


# --- the real guides -----------------------------------------------------------------------------------------------


def test_real_guides_are_short_and_plain() -> None:
    guided = [each for each in load_catalog(ROOT / "procedures").in_force() if each.guide]
    assert len(guided) >= 25
    for each in guided:
        assert len(each.cases) >= 3, each.code
        for question in each.guide or ():
            assert question.text.endswith("?"), each.code
            assert len(question.text.split()) <= 20, f"{each.code}: {question.text}"
            assert all(len(option.label.split()) <= 16 for option in question.options), each.code
