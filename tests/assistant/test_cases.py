"""Which case a message is about: what names a procedure, or whose matter it is, tells no case."""

from __future__ import annotations

import pytest

from app.catalog.content import Procedure
from app.understanding.decision import State
from tests.assistant.ward import Clock, incoming, knowledge, pipeline

PIPELINE = pipeline(Clock())
SEVERAL = [procedure for procedure in knowledge().now.catalog.in_force() if len(procedure.cases) > 1]


def _case_told(text: str) -> tuple[str, str | None, tuple[str, ...]]:
    """The procedure, the case and the guide's answers that a first message is understood to tell."""
    decision = PIPELINE.answer(incoming(text, "m"), State()).decision
    assert decision is not None
    if not decision.parts:
        return "", None, ()
    return decision.parts[0].code, decision.parts[0].case_id, decision.state.answers


@pytest.mark.parametrize("procedure", SEVERAL, ids=lambda procedure: procedure.code)
def test_its_name_tells_no_case(procedure: Procedure) -> None:
    """A name is what stands on buttons: «Đổi thẻ căn cước (hết hạn, sai, thay đổi)» has not told why yet."""
    for name in {procedure.name, procedure.official_name}:
        code, case_id, answers = _case_told(name)
        assert code != procedure.code or (case_id, answers) == (None, ()), name


@pytest.mark.parametrize("text", ["tạm trú của tôi", "tam tru cua toi", "đăng ký tạm trú nhà em", "làm tạm trú cho mình"])
def test_whose_it_is_tells_no_case(text: str) -> None:
    assert _case_told(text) == ("1.004194", None, ())


def test_two_words_tell_though_another_answer_denies_them() -> None:
    assert _case_told("đổi căn cước hết hạn")[2][:1] == ("vi-sao:1",)


@pytest.mark.parametrize(
    ("text", "case"),
    [
        ("đăng ký tạm trú ở phòng trọ", "thue-muon-o-nho"),
        ("em ở trọ muốn đăng ký tạm trú", "thue-muon-o-nho"),
        ("dang ky tam tru o nha chong", "ve-o-voi-gia-dinh"),
        ("đăng ký tạm trú nhà thuê cần gì", "thue-muon-o-nho"),
    ],
)
def test_what_is_told_needs_no_question(text: str, case: str) -> None:
    assert _case_told(text)[:2] == ("1.004194", case)
