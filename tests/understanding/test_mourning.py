"""What the family of somebody who died is due, and whose «mất» it is."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.understanding.decision import State
from app.understanding.dialogue import decide
from app.understanding.reader import Reader

DIED = State(died=(1, 1))


@pytest.mark.parametrize(
    ("received", "due"),
    [
        ("ông là cán bộ hưu trí có lương hưu", "elsewhere:tu-tuat-bao-hiem"),
        ("ba em đóng bảo hiểm xã hội", "elsewhere:tu-tuat-bao-hiem"),
        ("ba huong tro cap nguoi gia", "1.014028"),
        ("bà đang nhận hưu trí xã hội", "1.014028"),
        ("ông lãnh trợ cấp khuyết tật", "1.001731"),
    ],
)
def test_what_the_dead_received_is_remembered(reader: Reader, received: str, due: str) -> None:
    state = decide(reader, received, DIED).state
    assert state.due == due
    asked = decide(reader, "tiền mai táng thì sao", replace(state, died=(1, 1), code=None, elsewhere=""))
    assert due in (asked.target, *asked.codes[:1])


@pytest.mark.parametrize("text", ["ông là cán bộ hưu trí có lương hưu", "tiền mai táng thì sao"])
def test_where_nobody_died_nothing_is_due(reader: Reader, text: str) -> None:
    assert not decide(reader, text, State()).state.due


@pytest.mark.parametrize("text", ["mẹ tui 76 tuổi chưa có lương hưu xin trợ cấp người già được không", "xin trợ cấp người cao tuổi cho mẹ"])
def test_who_is_alive_may_apply(reader: Reader, text: str) -> None:
    assert decide(reader, text, DIED).codes[0] == "1.014027"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("sổ đỏ của ba tui mất trong bão", "1.012786"),
        ("căn cước của ông nội bị mất", "1.014064"),
        ("Trích lục khai tử của bà nội tôi bị mất", "2.000635"),
        ("chồng chết rồi, giờ lấy chồng khác có cần giấy chứng tử không", "1.000894"),
        ("vợ tui mất được hai năm, chừ tui muốn lấy vợ khác thì làm giấy chi", "1.000894"),
    ],
)
def test_a_paper_that_is_gone_or_a_death_long_ago_is_not_mourned(reader: Reader, text: str, code: str) -> None:
    decision = decide(reader, text, State())
    assert decision.codes[0] == code
    assert not reader.leanings.mourns(reader.index.query(text).words.original)


@pytest.mark.parametrize(
    "text", ["sạt núi vùi mất vợ tui, đào được xác rồi", "Lũ cuốn mất thằng con tui rồi o ơi, tìm được xác hồi sáng, chừ tui phải làm răng"]
)
def test_who_was_swept_away_died(reader: Reader, text: str) -> None:
    assert decide(reader, text, State()).target == "event:nguoi-than-mat"


@pytest.mark.parametrize(
    "text",
    [
        "Cán bộ làm việc quan liêu quá, tôi lên xuống năm lần rồi chưa xong, tôi bực lắm",
        "tui đi mấy bận rồi mà cứ kêu thiếu giấy, mệt lắm rồi",
        "di 4 lan roi van chua xong, buc qua",
    ],
)
def test_who_is_angry_is_not_guessed_at(reader: Reader, text: str) -> None:
    assert decide(reader, text, State()).intent == "fed_up"
