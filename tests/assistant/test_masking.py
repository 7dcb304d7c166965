"""Personal numbers never get past the mask; prices, dates and names of laws do."""

from __future__ import annotations

import re
import time
import unicodedata

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from app.assistant.masking import LABELS, mask
from app.assistant.replies import FILE
from app.catalog.yaml_loader import read_document


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("048099001234", "identity"),
        ("CCCD:048099001234.", "identity"),
        ("048 099 001 234", "identity"),
        ("048.099.001.234", "identity"),
        ("0480-9900-1234", "identity"),
        ("0 4 8 0 9 9 0 0 1 2 3 4", "identity"),
        ("048\u00a0099\u00a0001\u00a0234", "identity"),
        ("048\u200b099\u200b001\u200b234", "identity"),
        ("001099001234", "identity"),
        ("cmnd 205 123 456", "identity"),
        ("số chứng minh của em là 205.123.456", "identity"),
        ("205123456", "identity_old"),
        ("hộ chiếu B1234567", "identity_old"),
        ("0905123456", "phone"),
        ("0905.123.456", "phone"),
        ("0905 123 456", "phone"),
        ("090-512-3456", "phone"),
        ("09 05 12 34 56", "phone"),
        ("gọi em.0905123456", "phone"),
        ("+84905123456", "phone"),
        ("+84 905 123 456", "phone"),
        ("84905123456", "phone"),
        ("0236 3888 999", "phone"),
        ("02363888999", "phone"),
        ("zalo0905123456nha", "phone"),
        ("otp 123456", "otp"),
        ("OTP của em là 1234", "otp"),
        ("mã xác nhận: 123 456", "otp"),
        ("ma xac thuc la 65432178", "otp"),
        ("mã 482913", "otp"),
        ("ma la 482 913", "otp"),
        ("4111 1111 1111 1111", "card"),
        ("thẻ 9704-3612-3456-7890", "card"),
        ("the atm 9704.3612.3456.7890.123", "card"),
        ("cvv 123", "password"),
        ("CVC: 4567", "password"),
        ("pin 123456", "password"),
        ("mã pin là 2580", "password"),
        ("mật khẩu của em là Hoa1990@", "password"),
        ("mat khau vneid la hoa123456", "password"),
        ("pass: dung2k5", "password"),
        ("mk là hoa1990", "password"),
        ("stk 0123456789", "account"),
        ("STK 1903 5678 9012 techcombank", "account"),
        ("số tài khoản của tôi 19035678901234", "account"),
        ("nguyen.van-a+1@thu.example.vn", "email"),
        ("H17.25-250701-0001", "dossier"),
        ("000.00.19.H17-250701-0001", "dossier"),
        ("G22.99.11-240112-0012", "dossier"),
        ("hồ sơ h17.25-250701-0001 tới đâu rồi", "dossier"),
        ("12345678901", "long_number"),
        ("1" * 31, "long_number"),
        ("1" * 300, "long_number"),
    ],
)
def test_personal_numbers_are_masked_and_named(text: str, kind: str) -> None:
    masked = mask(text)
    assert masked.kinds == (kind,)
    assert LABELS[kind] in masked.text
    assert not re.search(r"\d.*\d.*\d", masked.text)


@pytest.mark.parametrize(
    "text",
    [
        "8000", "8.000 đồng", "150.000đ", "1.500.000 đồng", "12.000.000.000 đồng", "500.000-800.000 đồng", "500.000 800.000",
        "từ 100.000 đến 200.000", "1.500.000-2.000.000", "8 000 000 đồng", "20/11/2026", "20-11-2026", "02.09.1945", "ngày 2 tháng 9 năm 2027",
        "02-09-2024", "12.05.2024 10.30", "01 01 2020 31 12 2020", "năm 2026", "2024 2025 2026", "7:30-11:30", "số 2", "2", "cái thứ 3",
        "6 tháng", "60 ngày", "75 tuổi", "4 người", "luật 60/2014/QH13", "nghị định 123/2015/NĐ-CP", "thông tư 04/2020/TT-BTP",
        "nghị quyết 66.7/2025", "1.001193", "thủ tục 1.001193 và 1.001194", "1.001193 2.000815 1.004194", "mẫu CT01", "mẫu số 18", "đường 3/2",
        "nhà 45/12 tổ 7", "thửa 123 tờ bản đồ 45", "113 114 115 111", "tổng đài 18001096", "1900 1096", "mã otp là gì", "otp gửi về máy không được",
        "số tài khoản ngân hàng ở đâu", "định danh mức 2", "căn cước làm mất 50.000 đồng", "A4", "email của phường là gì", "bạn@phường",
        "quên mật khẩu là gì", "đổi mật khẩu vneid ở đâu", "mật khẩu phải 8 ký tự", "quên mật khẩu từ năm 2023", "mk 25 tuổi", "pass lại nhà", "2020 2021 2022 2023",
        "mã số thuế ở đâu", "mã 1.001193", "mã hồ sơ", "pin dự phòng 2 cái", "mật khẩu, gọi 18001096", "mã vạch", "năm 2024 2025 2026 2027",
    ],
)  # fmt: skip
def test_what_is_no_personal_number_stays(text: str) -> None:
    assert mask(text) == mask(text).__class__(text, ())


def test_words_around_a_number_stay() -> None:
    masked = mask("em tên gì cũng được, số 0905.123.456, cccd 048099001234, otp 445566 nha")
    assert masked.text == "em tên gì cũng được, số [số điện thoại], cccd [số căn cước], otp [mã xác nhận] nha"
    assert set(masked.kinds) == {"phone", "identity", "otp"}
    assert masked.for_reading == "em tên gì cũng được,  , cccd  , otp   nha"


def test_the_same_kind_is_named_once() -> None:
    assert mask("0905123456 hoặc 0935123456").kinds == ("phone",)


def test_decomposed_accents_hide_nothing() -> None:
    text = unicodedata.normalize("NFD", "mã xác nhận 123456, số tài khoản 1234567")
    assert mask(text).text == "mã xác nhận [mã xác nhận], số tài khoản [số tài khoản]"


@pytest.mark.parametrize("text", ["khai\x00sinh", "khai\ud800sinh", "khai\x1bsinh"])
def test_what_no_database_keeps_becomes_a_space(text: str) -> None:
    assert mask(text).text == "khai sinh"


def test_lines_and_emoji_stay() -> None:
    assert mask("dòng một\ndòng\thai 👨‍👩‍👧").text == "dòng một\ndòng\thai 👨‍👩‍👧"


def test_masking_twice_changes_nothing() -> None:
    once = mask("cccd 048099001234, a@b.vn, H17.25-250701-0001, stk 12345678, 205123456")
    assert mask(once.text).text == once.text


def test_every_kind_has_a_label_and_a_name_for_the_citizen() -> None:
    names = read_document(FILE).data["kinds"]
    assert set(names) == set(LABELS)


_BITS = st.sampled_from(
    [*"0123456789", "09", "84", "+84", "048", " ", ".", "-", "otp", "stk ", "cccd ", "@", "a", "H17", "\u200b", "\u00a0", "ạ", "\n"]
)


@settings(deadline=None)
@given(st.text() | st.lists(_BITS, max_size=60).map("".join))
@example("1" * 8 + "." + "1" * 9)
@example(".123456789")
@example("٠١٢٣٤٥٦٧٨٩")
def test_no_run_of_nine_digits_survives(text: str) -> None:
    masked = mask(text)
    assert not re.search(r"\d{9}", masked.text)
    assert not re.search(r"\d{9}", masked.for_reading)


@settings(deadline=None)
@given(
    digits=st.from_regex(r"0[1-9]\d{10}", fullmatch=True), groups=st.sampled_from([(3, 3, 3, 3), (4, 4, 4), (3, 9), (6, 6), (12,)]),
    gap=st.sampled_from([" ", ".", "-", "\u00a0", ""]),
)  # fmt: skip
def test_an_identity_number_is_masked_however_it_is_grouped(digits: str, groups: tuple[int, ...], gap: str) -> None:
    parts, start = [], 0
    for length in groups:
        parts.append(digits[start : start + length])
        start += length
    masked = mask(f"cccd của em: {gap.join(parts)} ạ").text
    assert not re.search(r"\d", masked)


@pytest.mark.parametrize(
    "text", ["1 " * 5_000, "0" * 10_000, "a@" * 5_000, "1." * 5_000, "otp" * 3_000, "H1." * 3_000, "a" * 10_000, ". " * 5_000]
)
def test_ten_thousand_characters_take_no_time(text: str) -> None:
    started = time.process_time()
    mask(text)
    assert time.process_time() - started < 0.5
