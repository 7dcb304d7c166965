"""Validity, deadline and processing time are told apart; so are money to pay and money to get, who signs and who decides."""

from __future__ import annotations

import pytest

from app.understanding.reader import Reader
from app.understanding.rules import Aspect


@pytest.mark.parametrize(
    ("text", "aspect"),
    [
        ("giấy có hạn bao lâu", Aspect.VALIDITY),
        ("giấy xác nhận cư trú có thời hạn bao lâu", Aspect.VALIDITY),
        ("giay xac nhan tinh trang hon nhan co thoi han may thang", Aspect.VALIDITY),
        ("thời hạn là mấy năm", Aspect.VALIDITY),
        ("giấy độc thân xin hồi tháng 3 còn xài được không", Aspect.VALIDITY),
        ("thời hạn khiếu nại bao nhiêu ngày", Aspect.DEADLINE),
        ("nghỉ hưu bao lâu thì không được đổi nữa", Aspect.DEADLINE),
        ("trễ thế có sao không", Aspect.DEADLINE),
        ("muộn mấy ngày có bị gì không", Aspect.DEADLINE),
        ("chồng em đi tàu không có nhà thì ai ký", Aspect.WHO),
        ("vo em o xa thi ai nop", Aspect.WHO),
        ("phải chủ nhà đứng tên hay tôi đứng tên", Aspect.WHO),
        ("bố đi một mình được không", Aspect.WHO),
        ("mỗi con được mấy", Aspect.AMOUNT),
        ("mỗi vụ được mấy vậy", Aspect.AMOUNT),
        ("mai táng phí bao nhiêu", Aspect.AMOUNT),
        ("diện tích tối thiểu là bao nhiêu", Aspect.CONDITIONS),
        ("làm trên mạng thì có rẻ hơn không", Aspect.FEE),
    ],
)
def test_what_is_asked_is_heard(reader: Reader, text: str, aspect: Aspect) -> None:
    assert aspect in reader.read(text).signs.aspects


@pytest.mark.parametrize(
    ("text", "aspect"),
    [
        ("hộ kinh doanh nghỉ bán một thời gian", Aspect.TIME),
        ("xin giấy phép xây dựng có thời hạn", Aspect.TIME),
        ("diện tích tối thiểu là bao nhiêu", Aspect.FEE),
        ("mai táng phí bao nhiêu", Aspect.FEE),
        ("làm hồ sơ hưởng mai táng phí có tốn bao nhiêu không", Aspect.AMOUNT),
        ("được mấy ngày thì có", Aspect.AMOUNT),
        ("gia hạn được mấy lần", Aspect.AMOUNT),
        ("xin giấy xác nhận cư trú bao lâu có", Aspect.VALIDITY),
        ("đăng ký kết hôn thời hạn bao lâu", Aspect.DEADLINE),
        ("thời hạn giải quyết khiếu nại bao nhiêu ngày", Aspect.DEADLINE),
        ("ai ký giấy khai sinh", Aspect.WHO),
        ("em phải báo cái mô", Aspect.PLACE),
    ],
)
def test_what_only_looks_alike_is_not(reader: Reader, text: str, aspect: Aspect) -> None:
    assert aspect not in reader.read(text).signs.aspects
