"""What decides in a short message whatever procedure it names: a file handed in, a fine, a hung page, a number at the counter."""

from __future__ import annotations

import pytest

from app.assistant.training_rows import told_messages
from app.settings import ROOT
from app.understanding.decision import State
from app.understanding.dialogue import decide
from app.understanding.reader import Reader
from tests.evaluation.telling import fired


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


@pytest.mark.parametrize(
    "text",
    [
        "trường mẫu giáo chưa đủ giáo viên có được cho phép hoạt động không",
        "người lao động có phải đóng không",
        "em muốn xin xếp hạng sao cho homestay",
        "đổi chỗ làm thì nghĩa vụ quân sự có phải khai lại không",
        "chưa nộp tiền sử dụng đất mà vẫn lấy sổ được không",
        "đi tuần tự phát không ai phân công",
    ],
)
def test_what_only_sounds_like_it_tells_nothing(reader: Reader, text: str) -> None:
    assert reader.read(text).signs.telling is None


def test_what_tells_hardly_ever_takes_a_message_about_a_procedure(reader: Reader) -> None:
    """Of every fourth message that is learned; fines are another thing: «trễ có bị phạt không» is labelled by what it is late for."""
    taken = fired(reader, told_messages(ROOT / "procedures" / "training")[::4])
    assert len(taken["intent:status"]) > 10
    for intent, samples in taken.items():
        others = sum(not sample.target.startswith("intent:") for sample in samples)
        assert intent == "intent:fines" or others <= 0.03 * len(samples) + 1, intent


@pytest.mark.parametrize(
    ("text", "intent"),
    [("em nộp tuần trước mà chưa thấy ai gọi", "status"), ("có phải lấy số thứ tự không", "queue"), ("trễ có bị phạt không", "fines")],
)
def test_it_decides_in_a_conversation_too_and_the_matter_stays_in_mind(reader: Reader, text: str, intent: str) -> None:
    before = decide(reader, "khai tử cần gì", State())
    told = decide(reader, text, before.state)
    assert told.intent == intent
    assert told.codes[:1] in ((), ("1.000656",))
    assert decide(reader, "phí bao nhiêu", told.state).codes[0] == "1.000656"


def test_a_fine_still_names_the_nearest_procedure(reader: Reader) -> None:
    assert decide(reader, "quên đăng ký tạm trú có bị phạt không", State()).codes[0] == "1.004194"
