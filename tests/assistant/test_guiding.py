"""Guided questions as a citizen meets them: to the very case by numbers or words, corrected one by one, never a trap."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.assistant.options import OptionPicker, Spoken
from app.assistant.pipeline import Turn
from app.assistant.service import _state_of, _state_to_json
from app.catalog.content import UNKNOWN, Procedure, Question
from app.catalog.narrowing import open_options, walked
from app.understanding.decision import State
from tests.assistant.ward import Clock, incoming, knowledge, pipeline

PIPELINE = pipeline(Clock())
GUIDED = [procedure for procedure in knowledge().now.catalog.in_force() if procedure.guide]
STAY = "1.004194"


@dataclass
class Talk:
    """A conversation, its state stored and read between two messages."""

    state: State = field(default_factory=State)

    def say(self, text: str) -> Turn:
        turn = PIPELINE.answer(incoming(text, "m"), self.state)
        assert turn.decision is not None
        assert turn.reply is not None
        self.state = _state_of(json.loads(json.dumps(_state_to_json(turn.decision.state))))
        return turn

    def hear(self, text: str) -> str:
        reply = self.say(text).reply
        assert reply is not None
        return reply.as_text()

    @property
    def offered(self) -> tuple[str, ...]:
        return self.state.labels


def _ways(procedure: Procedure) -> Iterator[tuple[list[int], str]]:
    """Every way through a guide: the numbers to say, and the case it must end at."""

    def further(answers: dict[str, int], said: list[int]) -> Iterator[tuple[list[int], str]]:
        possible, _, question = walked(procedure.guide or (), frozenset(case.id for case in procedure.cases), answers)
        if question is None:
            (case_id,) = possible
            yield said, case_id
            return
        for position, number in enumerate(open_options(question, possible), 1):
            yield from further({**answers, question.id: number}, [*said, position])

    yield from further({}, [])


@pytest.mark.parametrize("procedure", GUIDED, ids=lambda procedure: procedure.code)
def test_every_way_of_numbers_ends_at_its_case_with_all_its_papers(procedure: Procedure) -> None:
    reached = set()
    for numbers, case_id in _ways(procedure):
        talk = Talk()
        begin = talk.say(procedure.code)
        assert begin.reply is not None
        assert [line.label for line in begin.reply.cards[0].lines] == ["Để làm gì"]
        for number in numbers:
            turn = talk.say(str(number))
        assert turn.decision is not None
        assert turn.reply is not None
        (part,) = turn.decision.parts
        assert (part.code, part.case_id) == (procedure.code, case_id)
        (card,) = turn.reply.cards
        case = procedure.case(case_id)
        papers = [] if case.papers == UNKNOWN else [paper.name.casefold() for paper in case.papers]
        told = "\n".join(card.lines[0].items).casefold()
        assert not [name for name in papers if name not in told]
        assert card.url.endswith(f"#{case_id}")
        assert "«đổi câu 1»" in turn.reply.closing[-1]
        assert len(json.dumps(_state_to_json(turn.decision.state))) < 400
        reached.add(case_id)
    assert reached == {case.id for case in procedure.cases}


@pytest.mark.parametrize("procedure", GUIDED, ids=lambda procedure: procedure.code)
def test_every_option_is_understood_by_its_words_and_by_other_ways_to_say_it(procedure: Procedure) -> None:
    index = knowledge().now.reader.index
    for question in procedure.guide or ():
        picker, offered = OptionPicker(question, procedure, index), range(1, len(question.options) + 1)
        for number, option in enumerate(question.options, 1):
            for words in (option.label, *option.asks):
                fit = picker.fit(Spoken.of(words, index), offered)
                assert fit is not None, (procedure.code, question.id, words)
                assert (fit.number, fit.sure) == (number, True), (procedure.code, question.id, words)


@pytest.mark.parametrize("procedure", GUIDED, ids=lambda procedure: procedure.code)
def test_every_answer_can_be_corrected_alone(procedure: Procedure) -> None:
    numbers, case_id = max(_ways(procedure), key=lambda way: len(way[0]))
    talk = Talk()
    for text in (procedure.code, *map(str, numbers)):
        talk.say(text)
    for at, number in enumerate(numbers, 1):
        before = set(talk.state.answers)
        again = talk.say(f"đổi câu {at}")
        assert again.decision is not None
        assert again.decision.parts[0].case_id is None
        assert len(before - set(talk.state.answers)) == 1  # the others are kept
        back = talk.say(str(number))
        assert back.decision is not None
        assert back.decision.parts[0].case_id == case_id


@pytest.mark.parametrize(
    "text",
    [
        "đổi câu 1",
        "sửa câu 1",
        "cho em đổi lại câu 1 ạ",
        "quay lại câu đầu",
        "doi cau 1",
        "quay lại",
        "chọn lại câu một",
        "câu 1",
        "đổi câu 9",
        "đổi câu 0",
    ],
)
def test_ways_to_go_back(text: str) -> None:
    talk = Talk()
    for each in ("đăng ký tạm trú", "2"):
        talk.say(each)
    assert "của ai" in talk.hear(text)
    assert len(talk.offered) == 4
    assert talk.state.answers == ()


@pytest.mark.parametrize("text", ["à không, tôi ở thuê", "ý em là ở trọ", "nhầm, phòng trọ", "nhà thuê", "a khong, toi o thue"])
def test_other_words_correct_an_answer(text: str) -> None:
    talk = Talk()
    for each in ("đăng ký tạm trú", "2"):
        talk.say(each)
    turn = talk.say(text)
    assert turn.decision is not None
    assert turn.decision.parts[0].case_id == "thue-muon-o-nho"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("đăng ký kết hôn cần giấy tờ gì", "1.000894"),
        ("làm giấy khai sinh cho con", "1.001193"),
        ("chứng thực chữ ký ở đâu", "2.000884"),
        ("à không, ý em là khai tử cho ba", "1.000656"),
    ],
)
def test_another_matter_leaves_the_guide(text: str, code: str) -> None:
    talk = Talk()
    for each in ("nhập hộ khẩu", "3"):
        talk.say(each)
    turn = talk.say(text)
    assert turn.decision is not None
    assert turn.decision.parts[0].code == talk.state.code == code
    assert not [choice for choice in talk.state.choices if STAY in choice or "1.004222" in choice]


@pytest.mark.parametrize("text", ["9", "0", "số 7", "😀", "🙏🙏", "...", "không biết", "em chưa rõ lắm", "qwe rty uio", "zzz", "ừ"])
def test_what_is_no_answer_asks_again_and_loses_nothing(text: str) -> None:
    talk = Talk()
    for each in ("nhập hộ khẩu", "3"):
        talk.say(each)
    before = talk.state
    assert "Câu 2" in talk.hear(text)
    assert replace(talk.state, unheard=before.unheard) == before


@pytest.mark.parametrize("text", ["mất bao lâu", "bao lâu thì xong", "hết bao nhiêu tiền", "nộp ở đâu", "làm online được không"])
def test_an_aspect_is_no_answer(text: str) -> None:
    for code in ("1.003197", "1.000656", STAY):  # their options speak of death, of days, of places
        talk = Talk()
        talk.say(code)
        turn = talk.say(text)
        assert turn.decision is not None
        assert turn.decision.parts[0].case_id is None
        assert turn.decision.aspects
        assert talk.state.answers == ()
        assert len(talk.offered) >= 2


def test_fees_that_differ_are_told_case_by_case_and_none_that_is_ruled_out() -> None:
    talk = Talk()
    talk.say("đăng ký tạm trú")
    everyone = talk.hear("phí bao nhiêu")
    assert "Thuê trọ" in everyone
    assert "Đăng ký theo danh sách nhiều người" in everyone
    talk.say("4")
    left = talk.hear("phí bao nhiêu")
    assert "Thuê trọ" not in left
    assert "Đăng ký theo danh sách nhiều người" in left


def test_a_state_stored_before_guides_is_still_read() -> None:
    old = {"code": STAY, "choices": [f"case:{STAY}:nha-cua-minh", f"case:{STAY}:thue-muon-o-nho"], "labels": ["Ở nhà", "Thuê trọ"]}
    talk = Talk(_state_of(old))
    assert talk.state.answers == ()
    turn = talk.say("2")
    assert turn.decision is not None
    assert turn.decision.parts[0].case_id == "thue-muon-o-nho"


@pytest.mark.parametrize(
    "stored",
    [
        {"code": STAY, "answers": ["nha-cua-ai:9", "cau-cu:1", ":", "x", "nha-cua-ai:x", "noi-nao:-1"]},
        {"code": STAY, "choices": [f"guide:{STAY}:cau-cu:1"], "labels": ["Cũ"]},
        {"code": STAY, "choices": ["guide:9.999999:cau-cu:1"], "labels": ["Cũ"]},
        {"code": "9.999999", "answers": ["nha-cua-ai:1"], "choices": ["guide:9.999999:a:1"], "labels": ["Cũ"]},
        {"code": "1.000894", "answers": ["nha-cua-ai:1"]},
    ],
)
@pytest.mark.parametrize("text", ["1", "đổi câu 1", "nhà thuê", "phí bao nhiêu", "😀", ""])
def test_a_state_of_another_catalog_breaks_nothing(stored: dict[str, object], text: str) -> None:
    turn = Talk(_state_of(stored)).say(text)
    assert turn.reply is not None
    assert turn.reply.as_text()


def test_a_later_question_answered_first_is_not_asked_again() -> None:
    talk = Talk()
    talk.say("nhập hộ khẩu")
    first = talk.hear("nhà mình đứng tên")
    assert "Bạn đã chọn: Nhà của chính mình." in first
    assert "Câu 1" in first
    turn = talk.say("3")
    assert turn.decision is not None
    assert turn.decision.parts[0].case_id == "nha-cua-minh"


def test_a_question_that_tells_nothing_any_more_is_skipped() -> None:
    talk = Talk()
    talk.say("2.001035")
    talk.say("1")  # mua bán
    turn = talk.say("2")  # xe: nothing more to ask, the third question is about loans
    assert turn.decision is not None
    assert turn.decision.parts[0].case_id == "dong-san"


def _question() -> tuple[Question, Procedure]:
    procedure = next(each for each in GUIDED if each.code == STAY)
    assert procedure.guide is not None
    return procedure.guide[0], procedure


@pytest.mark.parametrize("text", ["", "   ", "nhà", "a" * 5000, "không", "1 và 2", "thuê hay nhà mình", "nhà thuê " * 200])
def test_what_fits_two_options_or_none_is_not_guessed(text: str) -> None:
    question, procedure = _question()
    index = knowledge().now.reader.index
    fit = OptionPicker(question, procedure, index).fit(Spoken.of(text, index), (1, 2, 3, 4))
    assert fit is None or not fit.sure


_SAID = st.sampled_from(
    ["1", "2", "3", "4", "9", "đổi câu 1", "đổi câu 2", "quay lại", "à không", "nhà thuê", "nhà của mình", "phí bao nhiêu", "cần giấy tờ gì",
     "đăng ký tạm trú", "nhập hộ khẩu", "khai tử", "bắt đầu lại", "cảm ơn", "😀", "không biết", "ký túc xá", "mất rồi", "mã qr", "menu", "không phải"]
)  # fmt: skip


@settings(deadline=None, max_examples=60)
@given(st.lists(_SAID, min_size=1, max_size=7))
def test_any_conversation_keeps_its_promises(texts: list[str]) -> None:
    talk = Talk()
    for text in texts:
        turn = talk.say(text)
        assert turn.reply is not None
        assert turn.decision is not None
        assert turn.reply.as_text()
        assert [choice.label for choice in turn.reply.choices] == list(talk.state.labels) or not turn.reply.choices
        assert len(talk.state.choices) == len(talk.state.labels) or not turn.reply.choices
        assert not talk.state.answers or talk.state.code is not None
        if any(choice.startswith("guide:") for choice in talk.state.choices):
            assert all(choice.split(":")[1] == talk.state.code for choice in talk.state.choices)
