"""What the loudspeaker reads: each line is a written text and how a person would say it."""

from __future__ import annotations

import re
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.announcements.loudspeaker import script
from app.announcements.messages import Framing
from app.announcements.models import Kind
from app.announcements.numbers import LARGEST, cardinal, decimal
from app.announcements.speaking import speak
from tests.announcements.office import CONTENT, STORM

SAID = [
    ("7:30–11:00 Chủ nhật 6/12/2026", "Bảy giờ ba mươi đến mười một giờ Chủ nhật ngày sáu tháng mười hai năm hai nghìn không trăm hai mươi sáu"),
    ("Từ 7h30 đến 11h, thứ 2 và T7, CN", "Từ bảy giờ ba mươi đến mười một giờ, thứ hai và thứ bảy, chủ nhật"),
    ("08:05; 7g; 13g30; 0h", "Tám giờ không năm; bảy giờ; mười ba giờ ba mươi; không giờ"),
    ("19 giờ 30 phút ngày 24/11", "Mười chín giờ ba mươi ngày hai mươi tư tháng mười một"),
    ("từ ngày 28/11 - 2/12/2026", "Từ ngày hai mươi tám tháng mười một đến ngày hai tháng mười hai năm hai nghìn không trăm hai mươi sáu"),
    ("6–8/12; từ 6 đến 8/12", "Ngày sáu đến ngày tám tháng mười hai; từ ngày sáu đến ngày tám tháng mười hai"),
    ("ngày 4/4, tháng 4/2027, thứ 4", "Ngày bốn tháng tư, tháng tư năm hai nghìn không trăm hai mươi bảy, thứ tư"),
    ("UBND phường mời bà con tổ 12, tổ 3B.", "Ủy ban nhân dân phường mời bà con tổ mười hai, tổ ba bê."),
    ("TP Đà Nẵng, TP. Đà Nẵng", "Thành phố Đà Nẵng, thành phố Đà Nẵng"),
    ("mang CCCD, thẻ BHYT, mở VNeID", "Mang căn cước công dân, thẻ bảo hiểm y tế, mở vi en i đi"),
    ("Gọi 0236 3 123 456", "Gọi không hai ba sáu, ba, một hai ba, bốn năm sáu"),
    ("SĐT: 0905123456", "Số điện thoại: không chín không năm, một hai ba, bốn năm sáu"),
    ("gọi 113, 114 hoặc 115; tổng đài 1022", "Gọi một một ba, một một bốn hoặc một một năm; tổng đài một không hai hai"),
    ("113 hộ ở 12 tổ", "Một trăm mười ba hộ ở mười hai tổ"),
    ("8.000 đồng/bản, 15.000đ, 50k, 1,5 triệu đồng", "Tám nghìn đồng một bản, mười lăm nghìn đồng, năm mươi nghìn đồng, một phẩy năm triệu đồng"),
    ("gió cấp 9-10, sức gió 75-100 km/h, mưa 200–300 mm", "Gió cấp chín đến mười, sức gió bảy mươi lăm đến một trăm ki lô mét một giờ, mưa hai trăm đến ba trăm mi li mét"),
    ("95%; 30°C; 20 lít; 2 kg; 100 m2", "Chín mươi lăm phần trăm; ba mươi độ xê; hai mươi lít; hai ki lô gam; một trăm mét vuông"),
    ("số 34/5 Trần Phú, K12/3 Điện Biên Phủ", "Số ba mươi tư trên năm Trần Phú, kiệt mười hai trên ba Điện Biên Phủ"),
    ("Nghị định số 66/2025/NĐ-CP, Quyết định 12/QĐ-UBND", "Nghị định số sáu mươi sáu năm hai nghìn không trăm hai mươi lăm của Chính phủ, Quyết định mười hai của Ủy ban nhân dân"),
    ("quý IV, khóa XV, 24/24", "Quý bốn, khóa mười lăm, suốt ngày đêm"),
    ("xem https://ankhe.example.vn/thong-bao/x-1.", "Xem trang thông tin của phường."),
    ("xã/phường, 100/100 hộ", "Xã, phường, một trăm trên một trăm hộ"),
    ("Bà con F0 🎉 tới sớm", "Bà con F không tới sớm"),
    ("", ""),
]  # fmt: skip


@pytest.mark.parametrize(("written", "said"), SAID)
def test_it_is_read_as_people_say_it(written: str, said: str) -> None:
    assert speak(written, address="trang thông tin của phường") == said
    assert speak(unicodedata.normalize("NFD", written), address="trang thông tin của phường") == said


@pytest.mark.parametrize(
    ("number", "said"),
    [
        (0, "không"), (4, "bốn"), (5, "năm"), (10, "mười"), (14, "mười bốn"), (15, "mười lăm"), (21, "hai mươi mốt"), (24, "hai mươi tư"),
        (55, "năm mươi lăm"), (101, "một trăm lẻ một"), (110, "một trăm mười"), (1005, "một nghìn không trăm lẻ năm"),
        (2026, "hai nghìn không trăm hai mươi sáu"), (36000, "ba mươi sáu nghìn"), (1050000, "một triệu không trăm năm mươi nghìn"),
        (2500000000, "hai tỷ năm trăm triệu"),
    ],
)  # fmt: skip
def test_numbers(number: int, said: str) -> None:
    assert cardinal(number) == said


def test_a_number_too_long_for_words_is_read_digit_by_digit() -> None:
    assert cardinal(LARGEST - 1).startswith("chín trăm chín mươi chín nghìn")
    assert cardinal(LARGEST) == "một" + " không" * 15
    assert decimal(0, "05") == "không phẩy không năm"
    for text in (f"{LARGEST},5", f"{LARGEST}A", f"số {LARGEST}/3", f"{LARGEST}/2026/NĐ-CP", f"1.{LARGEST}"):
        assert " không không không không " in speak(text)


@settings(max_examples=150, deadline=None)
@given(st.text(alphabet="0123456789/.,:-–hgđ% abTtổ+()KNIVX\n", max_size=40))
def test_nothing_makes_it_stumble_and_no_digit_is_left(text: str) -> None:
    assert not re.search(r"\d", speak(text))


def test_the_script_of_a_normal_one() -> None:
    framing = Framing(sender="UBND phường An Khê", page="https://ankhe.example.vn/thong-bao/x")
    assert script(CONTENT, framing) == (
        "Alo, alo. Ủy ban nhân dân phường An Khê xin thông báo.",
        "Làm căn cước lưu động ở tổ mười hai.",
        "Công an phường làm căn cước tại nhà văn hóa tổ mười hai. Bà con chưa có căn cước thì tới làm.",
        "Thời gian: bảy giờ ba mươi đến mười một giờ Chủ nhật ngày sáu tháng mười hai năm hai nghìn không trăm hai mươi sáu.",
        "Địa điểm: Nhà văn hóa tổ mười hai, số ba mươi tư trên năm Trần Phú.",
        "Bà con cần chú ý: Bà con từ mười bốn tuổi.",
        "Khi đi, bà con mang theo: căn cước công dân cũ; Sổ hộ khẩu (nếu có).",
        "Cần hỏi thêm, xin liên hệ: Công an phường không hai ba sáu, ba, một hai ba, bốn năm sáu.",
        "Xin cảm ơn bà con đã lắng nghe.",
    )


def test_an_urgent_one_is_read_twice_and_an_exercise_says_so_first_and_last() -> None:
    framing = Framing(sender="UBND phường An Khê", page="x", urgent=True, exercise=True)
    read = script(STORM, framing)
    assert read[0] == "Alo, alo. Thông báo khẩn. Ủy ban nhân dân phường An Khê xin thông báo khẩn."
    half = read.index("Xin nhắc lại.")
    assert read[1:half] == read[half + 1 : -2]
    assert read[1] == read[-2] == "Đây là tin diễn tập, không có nguy hiểm thật."
    assert "Bà con cần làm: Chằng chống nhà cửa trước mười lăm giờ; Ở yên trong nhà." in read


def test_a_withdrawal_says_only_what_is_no_longer_so() -> None:
    gone = CONTENT.model_copy(update={"note": "Ghi nhầm ngày."})
    read = script(gone, Framing(sender="UBND phường", page="x", kind=Kind.WITHDRAWAL))
    assert read[1:3] == (
        "Tin gửi trước không còn đúng. Bà con bỏ qua tin đó. Ghi nhầm ngày.",
        "Thu hồi: Làm căn cước lưu động ở tổ mười hai.",
    )
    assert len(read) == 5
    assert not any("Địa điểm" in row for row in read)
