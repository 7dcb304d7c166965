"""Another agency's matter in a conversation: what is asked next is about it, and short plain names of it are known."""

from __future__ import annotations

import pytest

from app.assistant.knowing import Knowledge
from app.understanding.decision import Decision, State
from app.understanding.dialogue import decide
from app.understanding.reader import Reader
from app.understanding.text import fold

SHORT = 4  # words
BIRTH, DEATH, MARRIAGE = "1.001193", "1.000656", "1.000894"


def _talk(reader: Reader, *texts: str) -> Decision:
    state = State()
    for text in texts[:-1]:
        state = decide(reader, text, state).state
    return decide(reader, texts[-1], state)


@pytest.mark.parametrize("after", ["mất bao lâu vậy", "lỡ mất thì sao", "vậy nộp ở đâu", "thế phí thì sao ạ"])
def test_what_is_asked_after_another_agencys_matter_is_about_it(reader: Reader, after: str) -> None:
    decision = _talk(reader, "đăng ký khai sinh cho con", "làm hộ chiếu ở đâu vậy ạ", after)
    assert (decision.intent, decision.target) == ("other_level", "elsewhere:ho-chieu")
    assert decide(reader, "cảm ơn em", decision.state).state.elsewhere == "elsewhere:ho-chieu"


@pytest.mark.parametrize("after", ["quay lại vụ khai sinh", "đăng ký kết hôn mất bao lâu", "em muốn làm giấy khai sinh"])
def test_another_agencys_matter_is_left(reader: Reader, after: str) -> None:
    decision = _talk(reader, "đăng ký khai sinh cho con", "làm hộ chiếu ở đâu vậy ạ", after)
    assert decision.outcome == "answer"
    assert decision.state.elsewhere == ""


@pytest.mark.parametrize("text", ["xin lý lịch tư pháp số 2", "làm phiếu lý lịch tư pháp số 2 ở đâu"])
def test_a_number_that_is_part_of_a_name_is_no_choice(reader: Reader, text: str) -> None:
    state = State(choices=(BIRTH, DEATH, MARRIAGE))
    assert decide(reader, text, state).target == "elsewhere:ly-lich-tu-phap"
    assert decide(reader, "cho em số 2 đi", state).codes[0] == DEATH
    assert decide(reader, "số 2 cần giấy tờ gì", state).codes[0] == DEATH


@pytest.mark.parametrize(
    ("text", "agency"),
    [
        ("mở công ty", "doanh-nghiep"), ("giải thể công ty", "doanh-nghiep"), ("thanh lap cong ty can gi", "doanh-nghiep"),
        ("gia hạn hộ chiếu", "ho-chieu"), ("thuế hộ kinh doanh", "thue-ho-kinh-doanh"), ("thế chấp sổ đỏ", "the-chap-so-do"),
        ("đăng ký người phụ thuộc", "thue"), ("trợ giúp pháp lý", "tro-giup-phap-ly"), ("xuất khẩu lao động", "xuat-khau-lao-dong"),
    ],
)  # fmt: skip
def test_short_plain_names_of_another_agencys_matter(reader: Reader, text: str, agency: str) -> None:
    assert _talk(reader, text).target == f"elsewhere:{agency}"


def test_every_short_way_of_asking_leads_to_its_agency_without_accents_too(knowledge: Knowledge) -> None:
    short = {ask: item.id for item in knowledge.catalog.elsewhere for ask in item.asks if ask.count(" ") < SHORT}
    assert len(short) > 100
    told = {ask: _talk(knowledge.reader, f"{fold(ask)} o dau vay").target for ask in short}
    assert told == {ask: f"elsewhere:{agency}" for ask, agency in short.items()}
