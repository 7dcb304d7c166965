"""The case of a procedure in a conversation: what was chosen or told stays, what was said in words is understood, fragments choose nothing."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from app.assistant.service import _state_of, _state_to_json
from app.understanding.decision import State
from tests.assistant.ward import Clock, incoming, pipeline

PIPELINE = pipeline(Clock())
BIRTH, TWICE_BORN, DEATH, STAY, HOME, PARENT = "1.001193", "1.004884", "1.000656", "1.004194", "1.004222", "1.001022"


def _talk(text: str) -> tuple[State, str, str | None, str]:
    """The state after a conversation (turns separated by « >> »), the last procedure, its case, and the last reply."""
    state, code, case, said = State(), "", None, ""
    for each in text.split(" >> "):
        turn = PIPELINE.answer(incoming(each, "m"), state)
        assert turn.decision is not None
        assert turn.reply is not None
        state = _state_of(json.loads(json.dumps(_state_to_json(turn.decision.state))))
        parts = turn.decision.parts
        code, case, said = (parts[0].code, parts[0].case_id, turn.reply.as_text()) if parts else ("", None, turn.reply.as_text())
    return state, code, case, said


@pytest.mark.parametrize(
    ("text", "code", "case"),
    [
        ("làm khai sinh cho con >> 2 >> phí bao nhiêu", BIRTH, "qua-60-ngay"),
        ("làm khai sinh cho con >> 2 >> phí bao nhiêu >> giấy tờ gì >> mấy ngày có", BIRTH, "qua-60-ngay"),
        ("be 2 tuoi chua khai sinh >> phi bao nhieu", BIRTH, "qua-60-ngay"),
        ("con em đủ 8 tháng chưa khai sinh >> giấy tờ gì >> phí bao nhiêu", BIRTH, "qua-60-ngay"),
        ("tách hộ >> 2 >> cần giấy gì", "1.010038", "da-ly-hon"),
        ("làm căn cước cho con 8 tuổi >> 2 >> mang theo gì", "1.014062", "tu-6-den-duoi-14"),
        ("dùng tạm vỉa hè làm đám cưới >> giấy tờ gì >> nộp trước mấy hôm", "1.013274", "viec-khac"),
        ("sang tên xe >> em là người bán >> phí", "1.013076", "nguoi-ban"),
        ("đăng ký tạm trú >> em ở trọ >> sinh viên có được miễn phí không >> giấy tờ cần gì", STAY, "thue-muon-o-nho"),
        ("sao y bằng đại học >> bằng đại học Hàn Quốc thì sao >> phí cũng vậy hả", "2.000815", "giay-nuoc-ngoai"),
    ],
)
def test_the_case_stays(text: str, code: str, case: str) -> None:
    assert _talk(text)[1:3] == (code, case)


@pytest.mark.parametrize(
    ("text", "code", "case"),
    [
        ("làm khai sinh cho con >> 2 >> phí bao nhiêu >> à nhầm, bé mới 20 ngày", BIRTH, "trong-60-ngay"),
        ("làm căn cước cho bé 8 tuổi >> còn bé 3 tuổi thì sao >> phí", "1.014062", "duoi-6-tuoi"),
        ("sang tên xe >> em là người bán >> ý em là người mua", "1.013076", "nguoi-mua"),
        ("làm khai sinh cho con >> 2 >> đăng ký khai sinh", BIRTH, None),
    ],
)
def test_another_case_and_a_new_beginning_are_heard(text: str, code: str, case: str | None) -> None:
    assert _talk(text)[1:3] == (code, case)


def test_another_procedure_forgets_the_case() -> None:
    state, code, _, _ = _talk("làm khai sinh cho con >> 2 >> đăng ký kết hôn cần giấy gì")
    assert (code, state.case) == ("1.000894", "")


def test_a_case_that_is_no_more_and_a_state_of_old_break_nothing() -> None:
    assert _state_of({"code": BIRTH, "answers": []}).case == ""
    turn = PIPELINE.answer(incoming("phí bao nhiêu", "m"), replace(State(code=BIRTH, recent=(BIRTH,)), case="gone"))
    assert turn.decision is not None
    assert turn.decision.parts[0].case_id is None


def test_a_fee_that_differs_is_told_for_each_case_while_none_is_known() -> None:
    said = _talk("làm khai sinh cho con >> phí bao nhiêu")[3]
    assert "Bé sinh chưa quá 60 ngày: Miễn phí" in said
    assert "Hội đồng nhân dân" in said
    assert "Trường hợp:" not in said
    late = _talk("khai sinh trễ 1 năm có mất tiền không")
    assert late[2] == "qua-60-ngay"
    assert "Miễn lệ phí khi khai sinh đúng hạn" not in late[3]


@pytest.mark.parametrize(
    ("text", "code", "case"),
    [
        ("đăng ký lại khai sinh >> hông còn bản nào hết", TWICE_BORN, "khong-con-ban-sao"),
        ("đăng ký lại khai sinh >> không còn bản sao", TWICE_BORN, "khong-con-ban-sao"),
        ("đăng ký lại khai sinh >> mất hết rồi", TWICE_BORN, "khong-con-ban-sao"),
        ("đăng ký lại khai sinh >> chua co ban sao nao", TWICE_BORN, "khong-con-ban-sao"),
        ("đăng ký lại khai sinh >> dạ còn", TWICE_BORN, "con-ban-sao"),
        ("nhận cha cho con >> chưa có adn", PARENT, "khong-co-giay"),
        ("nhận cha cho con >> hông có tiền làm adn thì sao", PARENT, "khong-co-giay"),
        ("nhan cha cho con >> co adn roi", PARENT, "co-giay-xac-nhan"),
        ("tách hộ >> vợ chồng ly thân", "1.010038", "cung-nha"),
    ],
)
def test_words_answer_which_case_it_is(text: str, code: str, case: str) -> None:
    assert _talk(text)[1:3] == (code, case)


@pytest.mark.parametrize(
    "text",
    [
        "nhận con nuôi >> công việc của tui ổn định",
        "nhập hộ khẩu >> vậy đợi đủ 18 hả",
        "chồng hay đánh em, em muốn xin giấy tạm trú chỗ khác",
        "đổi chủ hộ >> chủ hộ kinh doanh khác chủ hộ khẩu phải không",
        "khai tử >> mất ở bệnh viện",
        "khai tử >> ông mất ở nhà không có giấy báo tử",
        "khai tử >> có giấy báo tử của bệnh viện",
        "đăng ký tạm trú >> chủ nhà không đưa hợp đồng thì sao",
    ],
)
def test_fragments_questions_and_later_answers_fix_no_question(text: str) -> None:
    """The open question stands; what answers a later one is kept for that one."""
    state, _, case, _ = _talk(text)
    before = _talk(text.rpartition(" >> ")[0])[0] if " >> " in text else State()
    assert case is None
    assert state.choices
    assert not [each for each in state.answers if each not in before.answers and not each.startswith("giay-bao-tu")]


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("khai tử >> hai bữa rồi", "bao-lau:1"),
        ("khai tử >> hôm kia", "bao-lau:1"),
        ("khai tu >> hoi hom", "bao-lau:1"),
        ("khai tử >> 5 năm trước", "bao-lau:2"),
        ("khai tử >> hồi 1978", "bao-lau:2"),
        ("khai tử >> một tháng rồi", "bao-lau:2"),
        ("khai tử >> rằm tháng trước", "bao-lau:2"),
        ("khai tử ông nội chết năm 1968", "bao-lau:2"),
        ("ba em mất 3 năm rồi giờ mới đi khai tử", "bao-lau:2"),
        ("mạ tui mất hồi hôm, giờ làm khai tử ra răng", "bao-lau:1"),
        ("nhập khẩu cho con 2 tháng tuổi", "cho-ai:1"),
        ("nhập hộ khẩu >> 30 tuổi", "cho-ai:3"),
        ("nhập hộ khẩu >> 3 >> nhà ngoại", "nha-cua-ai:2"),
        ("khai tử >> có giấy báo tử của bệnh viện", "giay-bao-tu:1"),
        ("xin giấy độc thân >> chưa, xin lần đầu >> để cưới chồng ở quê", "de-lam-gi:1"),
        ("xóa hộ khẩu con trai >> nó qua Mỹ ở luôn", "bay-gio:2"),
    ],
)
def test_times_and_whole_words_answer_a_guide(text: str, answer: str) -> None:
    assert answer in _talk(text)[0].answers


def test_a_question_in_a_guide_is_no_answer_and_is_not_called_unclear() -> None:
    said = _talk("đăng ký tạm trú >> hai bên phải đến cả à")[3]
    assert "chưa rõ bạn chọn" not in said
    assert "của ai" in said


def test_what_is_not_understood_twice_is_answered_with_all() -> None:
    first = _talk("đăng ký tạm trú >> xyz abc")[3]
    second = _talk("đăng ký tạm trú >> xyz abc >> xyz abc")[3]
    assert "chưa rõ bạn chọn" in first
    assert second != first
    assert "Mình kể hết" in second
