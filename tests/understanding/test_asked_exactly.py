"""What is asked about a procedure, when coarse words («mấy tháng», «bao nhiêu», «được không») ask for something of their own."""

from __future__ import annotations

import pytest

from app.understanding.decision import State
from app.understanding.dialogue import decide
from app.understanding.reader import Reader
from app.understanding.rules import Aspect

HEARD = {
    Aspect.WHO: [
        "ai đi nộp",
        "ai làm đơn",
        "ai làm hồ sơ cho bà",
        "ai nộp được",
        "ai đi khai",
        "ai làm giùm được",
        "ai ký đơn",
        "ai đứng đơn",
        "ai đi cũng được hả",
        "ông ngoại đi nộp thay được không",
        "ba me nop thay duoc khong",
        "nhờ con nộp hộ được hông",
        "nho chi ho di nop dum dc k",
        "con dâu đi nộp được hông",
        "uy quyen cho em di nop duoc ko",
        "một mình vợ em đi ký được không",
        "hai vợ chồng phải cùng đi không",
        "có phải tự đi không",
    ],
    Aspect.VALIDITY: [
        "giấy này dùng được mấy tháng",
        "có giá trị bao lâu",
        "xài được bao lâu",
        "hết hạn sau mấy tháng",
        "hieu luc bao lau",
        "giấy phép mấy năm",
        "được tạm trú mấy năm",
        "bao lau thi het han",
        "mấy năm phải gia hạn",
    ],
    Aspect.DEADLINE: [
        "hạn nộp là khi nào",
        "hạn mấy ngày",
        "khi nào hết hạn nộp",
        "hạn chót ngày mấy",
        "phải nộp trước mấy ngày",
        "báo trước mấy hôm",
        "trong bao nhiêu ngày phải báo",
        "khi nào nộp",
        "trễ thì sao",
        "de qua han thi sao",
        "bao lau phai khai",
    ],
    Aspect.PAYOUT: ["khi nào lãnh tiền", "bao gio nhan duoc tien", "lãnh tiền ở đâu"],
    Aspect.AMOUNT: ["bao nhiêu một tháng", "mỗi con bao nhiêu", "mức bao nhiêu", "được mấy đồng", "luong bao nhieu"],
    Aspect.DUTY: ["có phải xin phép không", "co can dang ky khong", "có bắt buộc không", "bắt buộc phải làm không"],
    Aspect.PLACE: [
        "làm ở Đà Nẵng được không",
        "ở phường làm được không",
        "có phải về quê không",
        "hộ khẩu Quảng Ngãi làm ở đây được không",
        "nop o noi tam tru dc k",
        "phường nào cũng được hả",
    ],
    Aspect.MEANING: ["giấy chứng sinh là gì", "thổ cư là gì"],
    Aspect.BRIEF: ["rút gọn", "nói ngắn thôi", "nói đơn giản cho mẹ em hiểu", "noi gon lai"],
    Aspect.LINK: ["cho mình cái link", "xin đường link nộp", "cho link", "xin duong dan"],
    Aspect.CONDITIONS: ["cần bao nhiêu hội viên", "tối thiểu bao nhiêu tiền"],
    Aspect.DOCUMENTS: ["bản chính hay photo", "ban goc hay ban sao"],
    Aspect.ONLINE: ["qua vneid dc ko", "nộp tại nhà được không", "online được không"],
}


@pytest.mark.parametrize(("aspect", "text"), [(aspect, text) for aspect, texts in HEARD.items() for text in texts])
def test_a_question_is_heard_as_what_it_asks(reader: Reader, aspect: Aspect, text: str) -> None:
    assert aspect in reader.read(text).signs.aspects


NOT_HEARD = [
    (Aspect.WHO, "ai ký giấy này"),
    (Aspect.WHO, "ai duyệt hồ sơ"),
    (Aspect.WHO, "nộp hồ sơ ở đâu"),
    (Aspect.WHO, "em làm online được không"),
    (Aspect.WHO, "làm giúp em với"),
    (Aspect.AGENCY, "ai đi nộp"),
    (Aspect.VALIDITY, "mấy tháng thì xong"),
    (Aspect.VALIDITY, "nộp hồ sơ mấy ngày có giấy"),
    (Aspect.VALIDITY, "con em mấy tháng tuổi thì làm"),
    (Aspect.DEADLINE, "bao lâu có kết quả"),
    (Aspect.DEADLINE, "nghỉ việc ở nhà chăm có được tiền không"),
    (Aspect.AGENCY, "ai làm đơn"),
    (Aspect.DEADLINE, "người Hàn nộp giấy gì"),
    (Aspect.DEADLINE, "khi nào lấy được"),
    (Aspect.AMOUNT, "phí bao nhiêu"),
    (Aspect.AMOUNT, "bao nhiêu tiền một bản"),
    (Aspect.FEE, "làng định mở lại lễ hội bỏ mấy chục năm"),
    (Aspect.FEE, "nhà em ra mặt tiền"),
    (Aspect.FEE, "cần bao nhiêu hội viên"),
    (Aspect.FEE, "tối thiểu bao nhiêu tiền"),
    (Aspect.ONLINE, "mở lớp giữ trẻ tại nhà"),
    (Aspect.ONLINE, "cán bộ tới nhà được không"),
    (Aspect.ONLINE, "quên mật khẩu tài khoản vneid"),
    (Aspect.ONLINE, "căn cước có trên vneid rồi có cần mang bản chính"),
    (Aspect.PLACE, "giờ biết bám víu vô đâu"),
    (Aspect.LINK, "link hỏng rồi"),
    (Aspect.LINK, "đường link bấm không vào được"),
    (Aspect.MEANING, "lệ phí là gì"),
    (Aspect.MEANING, "kết quả là gì"),
]


@pytest.mark.parametrize(("aspect", "text"), NOT_HEARD)
def test_and_not_as_what_it_only_sounds_like(reader: Reader, aspect: Aspect, text: str) -> None:
    assert aspect not in reader.read(text).signs.aspects


@pytest.mark.parametrize(
    ("text", "aspect"),
    [
        ("ba mẹ nộp thay được không", Aspect.WHO),
        ("nho con nop ho duoc khong", Aspect.WHO),
        ("mấy ngày trả lời", Aspect.TIME),
        ("cho mình cái link", Aspect.LINK),
        ("nói ngắn thôi", Aspect.BRIEF),
        ("tre thi sao", Aspect.DEADLINE),
    ],
)
@pytest.mark.parametrize("code", ["1.004873", "1.001612", "1.014027"])
def test_such_a_question_after_a_card_is_about_that_procedure(reader: Reader, text: str, aspect: Aspect, code: str) -> None:
    decision = decide(reader, text, State(code=code, recent=(code,)))
    assert (decision.outcome, decision.codes[:1]) == ("answer", (code,))
    assert aspect in decision.aspects


def test_a_link_of_another_procedure_is_that_ones(reader: Reader) -> None:
    decision = decide(reader, "cho xin link đăng ký kết hôn", State(code="1.004194", recent=("1.004194",)))
    assert (decision.codes[0], decision.aspects) == ("1.000894", (Aspect.LINK,))


def test_a_broken_link_is_no_wish_for_one(reader: Reader) -> None:
    assert decide(reader, "link hỏng rồi", State(code="1.004194", recent=("1.004194",))).intent == "bot_feedback"


@pytest.mark.parametrize("text", ["chủ nhật làm căn cước được không", "thứ 7 có làm căn cước không", "sang thu 7 lam can cuoc duoc ko"])
def test_hours_are_asked_of_the_matter_that_is_named(reader: Reader, text: str) -> None:
    decision = decide(reader, text, State())
    assert decision.intent in ("opening_hours", "sunday_service")
    assert decision.codes[0].startswith("1.0140")


def test_hours_are_asked_of_the_matter_in_mind(reader: Reader) -> None:
    assert decide(reader, "sáng thứ 7 công an phường có nhận hồ sơ tạm trú không", State(code="1.004194", recent=("1.004194",))).codes == (
        "1.004194",
    )
