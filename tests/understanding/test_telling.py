"""What decides in a short message whatever procedure it names: a file handed in, a fine, a hung page, a number at the counter."""

from __future__ import annotations

import pytest

from app.understanding.decision import State
from app.understanding.dialogue import decide
from app.understanding.reader import Reader


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("giấy khai sinh nhà em ký chưa ạ", "status"),
        ("so do nha toi duyet chua", "status"),
        ("đơn xin trợ cấp của má em tới đâu rồi", "status"),
        ("nộp đổi căn cước tháng trước mà giờ chưa có ai gọi", "status"),
        ("coi giùm em hồ sơ tách thửa", "status"),
        ("khai tử trễ thì bị phạt bao nhiêu", "fines"),
        ("quên đăng ký tạm trú có bị phạt không", "fines"),
        ("đang điền tờ khai mà trang web bị treo", "portal_help"),
        ("em không nhận được mã OTP để nộp khai sinh", "portal_help"),
        ("muốn đổi địa chỉ nhận kết quả", "portal_help"),
        ("lên làm khai sinh có phải lấy số thứ tự không", "queue"),
        ("cho đặt lịch hẹn trước qua mạng không", "queue"),
        ("kính chúc cán bộ năm mới bình an", "greeting"),
    ],
)
def test_a_telling_pattern_decides(reader: Reader, text: str, intent: str) -> None:
    decision = decide(reader, text, State())
    assert (decision.outcome, decision.intent) == ("other", intent)
    assert not decision.parts


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("con em 13 tuổi làm căn cước được chưa", "1.014062"),
        ("đi đường sợ bị phạt nên muốn cấp lại bằng lái bị mất", "3.000348"),
        ("đăng ký kết hôn lần hai cần gì nếu đã ly hôn rồi", "1.000894"),
    ],
)
def test_who_wants_the_procedure_gets_it(reader: Reader, text: str, code: str) -> None:
    decision = decide(reader, text, State())
    assert (decision.outcome, decision.codes[0]) == ("answer", code)


def test_a_fine_still_names_the_nearest_procedure(reader: Reader) -> None:
    assert decide(reader, "quên đăng ký tạm trú có bị phạt không", State()).codes[0] == "1.004194"
