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


WITHOUT_CASE = (
    "tốn tiền hông", "có mất phí không", "có làm mất công không", "mất mấy ngày", "ai đi khai được", "cần giấy tờ gì", "can giay to chi",
    "có được ủy quyền không", "dc ho tro tien k", "lệ phí bao nhiêu rứa", "làm trên mạng được không", "phường làm được k",
)  # fmt: skip


@pytest.mark.parametrize("procedure", SEVERAL, ids=lambda procedure: procedure.code)
def test_what_is_asked_of_an_open_list_chooses_nothing(procedure: Procedure) -> None:
    """«Có làm mất công không» is no lost paper, «có được ủy quyền không» no case for who is sent."""
    before = PIPELINE.answer(incoming(procedure.name, "m"), State()).decision
    assert before is not None
    for text in WITHOUT_CASE if before.state.code == procedure.code else ():
        after = PIPELINE.answer(incoming(text, "m"), before.state).decision
        assert after is not None
        assert (after.intent != "choice", after.state.case, after.state.answers) == (True, "", ()), text


@pytest.mark.parametrize(
    ("text", "code", "case", "answers"),
    [
        ("tui muốn cắt khẩu cho ông đã mất", "1.003197", "da-mat", ("bay-gio:1",)),
        ("tui muon cat khau cho ba noi da mat", "1.003197", "da-mat", ("bay-gio:1",)),
        ("muốn cắt khẩu chồng bỏ đi 2 năm", "1.003197", "vang-mat-12-thang", ("bay-gio:3",)),
        ("đăng ký khai tử trễ", "1.000656", None, ("bao-lau:2",)),
        ("mun tach thua cho em trai 1 nua", "1.012784", "doi-chu", ()),
        ("bà dọn về ở với con gái ở Huế, đang lãnh tiền hưu trí xã hội ở đây thì sao", "1.014027", "doi-noi-o", ()),
    ],
)
def test_what_is_said_beside_the_name_tells_the_case(text: str, code: str, case: str | None, answers: tuple[str, ...]) -> None:
    assert _case_told(text) == (code, case, answers)
