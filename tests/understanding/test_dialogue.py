"""What is done with a message in its conversation: answer, ask back, admit, or send elsewhere."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.assistant.knowing import Knowledge
from app.understanding.choosing import choose
from app.understanding.decision import Decision, State
from app.understanding.dialogue import decide
from app.understanding.reader import Reader
from app.understanding.rules import Aspect

BIRTH, MARRIAGE, DEATH, COPY = "1.001193", "1.000894", "1.000656", "2.000815"
OFFERED = State(choices=(BIRTH, MARRIAGE, COPY))


def _talk(reader: Reader, *texts: str, state: State | None = None) -> Decision:
    """The decision about the last of several messages."""
    state = state or State()
    decision = decide(reader, texts[0], state)
    for text in texts[1:]:
        decision = decide(reader, text, decision.state)
    return decision


# --- one message ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "code", "aspect"),
    [
        ("làm giấy khai sinh cho con cần giấy tờ gì", BIRTH, Aspect.DOCUMENTS),
        ("đăng ký kết hôn hết bao nhiêu tiền", MARRIAGE, Aspect.FEE),
        ("khai tử cho ba nộp ở đâu", DEATH, Aspect.PLACE),
        ("sao y chứng thực mấy ngày có", COPY, Aspect.TIME),
    ],
)
def test_a_clear_question_is_answered_with_what_was_asked(reader: Reader, text: str, code: str, aspect: Aspect) -> None:
    decision = _talk(reader, text)
    assert (decision.outcome, decision.codes[0], decision.inherited) == ("answer", code, False)
    assert aspect in decision.aspects
    assert decision.parts[0].code == decision.state.code == code


@pytest.mark.parametrize("text", ["đăng ký", "chứng thực", "sổ đỏ", "em cần cái giấy xác nhận", "hộ nghèo"])
def test_a_vague_message_is_asked_back_with_two_to_five_choices(reader: Reader, text: str) -> None:
    decision = _talk(reader, text)
    assert decision.outcome == "clarify"
    assert 2 <= len(decision.choices) <= 5
    assert decision.state.choices == decision.choices
    assert not decision.parts


@pytest.mark.parametrize("text", ["qwe rty uio", "bla bla bla bla", "zzz", "hmm"])
def test_what_means_nothing_is_admitted(reader: Reader, text: str) -> None:
    decision = _talk(reader, text)
    assert decision.outcome in ("unknown", "other")
    assert not decision.parts
    assert decision.state.code is None


@pytest.mark.parametrize("text", ["sang tên sổ đỏ cho con", "sang ten so do cho con", "làm sổ đỏ cho con gái"])
def test_a_red_book_for_a_child_is_no_curse(reader: Reader, text: str) -> None:
    assert _talk(reader, text).intent == "procedure"


@pytest.mark.parametrize("text", ["", "   ", "🙏🙏", "???", "\u200b"])
def test_a_message_without_words_changes_nothing(reader: Reader, text: str) -> None:
    state = State(code=BIRTH, aspects=(Aspect.FEE,), recent=(BIRTH,), choices=(MARRIAGE,))
    decision = decide(reader, text, state)
    assert (decision.outcome, decision.intent, decision.state) == ("other", "empty", state)


def test_a_matter_of_another_agency_names_it(reader: Reader) -> None:
    decision = _talk(reader, "làm hộ chiếu ở đâu vậy ạ")
    assert (decision.outcome, decision.intent, decision.target) == ("other", "other_level", "elsewhere:ho-chieu")


def test_a_life_event_leads_to_its_procedures(reader: Reader) -> None:
    decision = _talk(reader, "nhà em sắp có em bé, cần làm những giấy tờ gì")
    assert (decision.outcome, decision.intent, decision.target) == ("answer", "life_event", "event:sinh-con")
    assert decision.codes


@pytest.mark.parametrize("text", ["mẹ mất", "bố mất rồi cần làm gì", "ba em mới mất, giờ phải làm sao", "me mat can lam gi"])
def test_a_death_said_in_two_words_is_understood(reader: Reader, text: str) -> None:
    decision = _talk(reader, text)
    assert decision.outcome == ("clarify" if text == "mẹ mất" else "answer")  # who asks nothing is asked what is needed
    assert decision.target == "event:nguoi-than-mat" or decision.codes[0] == DEATH


@pytest.mark.parametrize("text", ["mẹ mất giấy khai sinh", "bố mất sổ đỏ", "chồng mất căn cước"])
def test_who_lost_a_paper_is_alive(reader: Reader, text: str) -> None:
    decision = _talk(reader, text)
    assert decision.target != "event:nguoi-than-mat"
    assert decision.codes[0] != DEATH


def test_at_home_is_said_of_the_thing_that_is_named(reader: Reader) -> None:
    assert _talk(reader, "mẹ em nằm một chỗ, cán bộ có tới nhà làm căn cước không").codes[0] == "1.014061"
    assert _talk(reader, "vợ sinh mổ chưa đi được, có ai tới nhà làm khai sinh không").codes[0] == "1.003583"


def test_a_fee_asked_of_a_life_event_is_that_of_its_plain_procedure(reader: Reader) -> None:
    decision = _talk(reader, "xây nhà phí bao nhiêu")
    assert (decision.outcome, decision.codes[0], decision.aspects) == ("answer", "1.013225", (Aspect.FEE,))


def test_two_matters_in_one_message_are_both_answered(reader: Reader) -> None:
    decision = _talk(reader, "em muốn làm giấy khai sinh cho con, với lại đăng ký tạm trú")
    assert (decision.outcome, decision.intent) == ("answer", "several")
    assert {part.code for part in decision.parts} == {BIRTH, "1.004194"}
    assert decision.state.code in {BIRTH, "1.004194"}


def test_two_matters_are_heard_in_decomposed_text_too(reader: Reader) -> None:
    text = "làm giấy khai sinh cho con đồng thời đăng ký tạm trú"
    assert _talk(reader, text).intent == "several"
    assert _talk(reader, unicodedata.normalize("NFD", text)) == _talk(reader, text)


# --- the next message ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "aspect"),
    [
        ("bao nhiêu tiền vậy", Aspect.FEE),
        ("mấy ngày có ạ", Aspect.TIME),
        ("nộp ở đâu", Aspect.PLACE),
        ("làm online được không", Aspect.ONLINE),
        ("cần giấy tờ gì", Aspect.DOCUMENTS),
        ("còn mẫu đơn thì sao", Aspect.FORMS),
    ],
)
def test_a_short_question_after_an_answer_is_about_the_same_procedure(reader: Reader, text: str, aspect: Aspect) -> None:
    decision = _talk(reader, "làm giấy khai sinh cho con", text)
    assert (decision.outcome, decision.codes[0], decision.inherited) == ("answer", BIRTH, True)
    assert aspect in decision.aspects
    assert decision.state.code == BIRTH


@pytest.mark.parametrize("text", ["đăng ký kết hôn cần giấy tờ gì", "em muốn đăng ký kết hôn", "còn đăng ký kết hôn thì sao"])
def test_another_procedure_said_clearly_is_a_switch(reader: Reader, text: str) -> None:
    decision = _talk(reader, "làm giấy khai sinh cho con", text)
    assert (decision.outcome, decision.codes[0]) == ("answer", MARRIAGE)
    assert decision.state.recent[:2] == (MARRIAGE, BIRTH)


@pytest.mark.parametrize(
    "text",
    [
        "có cần giấy đăng ký kết hôn không",
        "có phải có sổ hộ khẩu không em",
        "lỡ chưa kết hôn thì sao",
        "nếu mẹ bé tạm trú nơi khác thì làm được không",
        "tờ khai lấy ở đâu",
        "ba bé ký thay được hông",
        "co can cong chung giay chung sinh ko",
    ],
)
def test_a_detail_of_the_one_in_mind_is_no_switch_though_it_names_another(reader: Reader, text: str) -> None:
    decision = _talk(reader, "làm giấy khai sinh cho con", text)
    assert (decision.outcome, decision.codes[0]) == ("answer", BIRTH)


@pytest.mark.parametrize(
    ("text", "code"),
    [("kết hôn", MARRIAGE), ("khai tử", DEATH), ("tạm trú", "1.004194"), ("bà ngoại em mới mất hôm qua, giờ báo ở đâu", DEATH)],
)
def test_another_procedure_said_briefly_or_by_what_happened_is_a_switch(reader: Reader, text: str, code: str) -> None:
    decision = _talk(reader, "làm giấy khai sinh cho con", text)
    assert code in decision.codes[:2]
    assert decision.codes[0] != BIRTH


def test_an_ordinal_means_what_was_asked_before_or_nothing(reader: Reader) -> None:
    decision = _talk(reader, "làm giấy khai sinh cho con", "đăng ký tạm trú", "cái thứ nhất phí bao nhiêu")
    assert (decision.intent, decision.codes[0], decision.aspects) == ("choice", BIRTH, (Aspect.FEE,))
    assert _talk(reader, "làm giấy khai sinh cho con", "cái đầu tiên").intent == "menu"
    assert _talk(reader, "cái thứ hai").intent == "menu"
    assert _talk(reader, "làm giấy khai sinh cho con", "đăng ký tạm trú", "xin lý lịch tư pháp số 2").intent == "other_level"


def test_a_switch_with_and_keeps_what_was_asked(reader: Reader) -> None:
    decision = _talk(reader, "làm giấy khai sinh hết bao nhiêu tiền", "còn khai tử?")
    assert (decision.outcome, decision.codes[0], decision.aspects) == ("answer", DEATH, (Aspect.FEE,))


def test_a_correction_takes_the_corrected_procedure(reader: Reader) -> None:
    decision = _talk(reader, "làm giấy khai sinh cho con", "à không, ý em là đăng ký kết hôn")
    assert (decision.outcome, decision.codes[0]) == ("answer", MARRIAGE)


@pytest.mark.parametrize(
    ("before", "text", "code"),
    [
        ("làm giấy khai sinh cho con", "không phải khai sinh, tôi hỏi khai tử cơ", DEATH),
        ("làm giấy khai sinh cho con", "khai tử chứ không phải khai sinh ạ", DEATH),
        ("lam giay khai sinh cho con", "chu hong phai khai sinh, khai tu do em", DEATH),
        ("đăng ký thường trú cần gì", "chứ hổng phải thường trú, tạm trú thôi em ơi", "1.004194"),
        ("đăng ký kết hôn cần gì", "không phải tôi hỏi khai sinh", BIRTH),
    ],
)
def test_what_it_is_not_is_not_heard(reader: Reader, before: str, text: str, code: str) -> None:
    decision = _talk(reader, before, text)
    assert (decision.outcome, decision.codes[0]) == ("answer", code)


@pytest.mark.parametrize(
    ("text", "aspect"),
    [
        ("vậy làm ở phường, không phải đóng phí đúng không", Aspect.FEE),
        ("không phải mang giấy tờ gì hả em", Aspect.DOCUMENTS),
    ],
)
def test_what_one_need_not_do_is_heard(reader: Reader, text: str, aspect: Aspect) -> None:
    decision = _talk(reader, "làm giấy khai sinh cho con", text)
    assert (decision.outcome, decision.codes[0]) == ("answer", BIRTH)
    assert aspect in decision.aspects


@pytest.mark.parametrize(
    "text", ["không phải", "không phải khai sinh", "à không phải vậy", "chứ không phải, chứ không phải", "không phải," * 500]
)
def test_a_mere_no_is_no_other_matter(reader: Reader, text: str) -> None:
    decision = _talk(reader, "làm giấy khai sinh cho con", text)
    assert decision.codes[:1] in ((), (BIRTH,))


@pytest.mark.parametrize(
    ("before", "text", "code"),
    [
        ("con tôi khuyết tật xin trợ cấp hằng tháng cần giấy gì", "còn xin vào hộ nghèo thì ra đâu", "1.011607"),
        ("khai tử cho ba cần giấy gì", "xong rồi xin giấy độc thân cho má thì cần gì", "1.004873"),
    ],
)
def test_another_matter_that_the_one_in_mind_is_not_about(reader: Reader, before: str, text: str, code: str) -> None:
    decision = _talk(reader, before, text)
    assert (decision.outcome, decision.codes[0]) == ("answer", code)


@pytest.mark.parametrize("text", ["phường khác có làm cho không", "làm vậy có mất tiền không hả em", "thế xã nào cũng làm được hở anh"])
def test_no_other_matter_is_heard_in_a_question_about_the_one_in_mind(reader: Reader, text: str) -> None:
    decision = _talk(reader, "sao y bằng tốt nghiệp ở đâu", text)
    assert (decision.outcome, decision.codes[0]) == ("answer", COPY)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("số 2", MARRIAGE),
        ("2", MARRIAGE),
        ("cái thứ hai ạ", MARRIAGE),
        ("cái đầu tiên", BIRTH),
        ("cái cuối", COPY),
        ("cái giữa ấy", MARRIAGE),
    ],
)
def test_a_number_or_an_ordinal_chooses_what_was_offered(reader: Reader, text: str, code: str) -> None:
    decision = decide(reader, text, OFFERED)
    assert (decision.outcome, decision.intent, decision.parts[0].code) == ("answer", "choice", code)
    assert decision.state.code == code
    assert decision.state.choices == ()


def test_a_choice_remembers_what_was_asked_before(reader: Reader) -> None:
    decision = _talk(reader, "chứng thực hết bao nhiêu tiền", "số 1")
    assert decision.parts[0].code == COPY
    assert Aspect.FEE in decision.aspects


@pytest.mark.parametrize("text", ["số 9", "4", "0", "cái thứ năm"])
def test_a_number_nobody_offered_asks_again(reader: Reader, text: str) -> None:
    decision = decide(reader, text, OFFERED)
    assert (decision.outcome, decision.choices, decision.state) == ("clarify", OFFERED.choices, OFFERED)


def test_a_number_when_nothing_was_offered_answers_no_procedure(reader: Reader) -> None:
    assert decide(reader, "2", State()).outcome != "answer"


def test_naming_another_matter_is_no_choice(reader: Reader) -> None:
    decision = decide(reader, "khai tử cho ba nộp ở đâu", OFFERED)
    assert decision.codes[0] == DEATH


@pytest.mark.parametrize(
    "text",
    ["thứ 7 phường có làm việc không", "thứ hai phường làm mấy giờ", "thứ sáu phường có làm không", "sáng thứ tư mấy giờ phường mở cửa"],
)
def test_a_day_of_the_week_is_no_choice(reader: Reader, text: str) -> None:
    assert decide(reader, text, State()).intent == "opening_hours"
    assert decide(reader, text, OFFERED).intent == "opening_hours"


@pytest.mark.parametrize(
    ("chosen", "outcome", "intent"),
    [("elsewhere:ho-chieu", "other", "other_level"), ("event:sinh-con", "answer", "life_event"), (BIRTH, "answer", "choice")],
)
def test_choices_lead_to_what_they_name(chosen: str, outcome: str, intent: str) -> None:
    decision = choose(chosen, (), State(choices=(chosen, MARRIAGE)))
    assert (decision.outcome, decision.intent) == (outcome, intent)
    assert decision.target == (chosen if ":" in chosen else None)


def test_a_chosen_case_is_kept_with_its_procedure() -> None:
    decision = choose(f"case:{BIRTH}:qua-60-ngay", (Aspect.FEE,), State(code=BIRTH))
    assert (decision.parts[0].code, decision.parts[0].case_id, decision.parts[0].aspects) == (BIRTH, "qua-60-ngay", (Aspect.FEE,))


def test_starting_over_forgets_and_other_talk_does_not(reader: Reader) -> None:
    state = State(code=BIRTH, aspects=(Aspect.FEE,), recent=(BIRTH,), choices=(MARRIAGE,))
    assert decide(reader, "bắt đầu lại", state).state == State()
    thanked = decide(reader, "cảm ơn ad", state)
    assert thanked.outcome == "other"
    assert thanked.state.code == BIRTH


def test_after_thanks_the_procedure_is_still_in_mind(reader: Reader) -> None:
    decision = _talk(reader, "làm giấy khai sinh cho con", "dạ cảm ơn ad", "bao nhiêu tiền vậy")
    assert (decision.outcome, decision.codes[0]) == ("answer", BIRTH)


@pytest.mark.parametrize("state", [State(code="9.999999"), State(choices=("9.999999", BIRTH))], ids=["in mind", "offered"])
def test_a_procedure_that_is_no_longer_in_the_catalog_is_not_answered(reader: Reader, state: State) -> None:
    for text in ("bao nhiêu tiền vậy", "số 1"):
        assert "9.999999" not in [part.code for part in decide(reader, text, state).parts]


# --- always --------------------------------------------------------------------------------------------------------

_TEXTS = st.lists(
    st.sampled_from(
        ["khai", "sinh", "khai sinh", "kết hôn", "khai tử", "tạm trú", "số 2", "3", "còn", "à không", "bao nhiêu tiền", "ở đâu", "và", ",", "?",
         "cái cuối", "quay lại", "menu", "chứng thực", "hộ chiếu", "sổ đỏ", "không", "nước ngoài", "🙏", "mất", "làm lại", "ủa", "case:", ":"]
    ) | st.text(max_size=12),
    max_size=8,
).map(" ".join)  # fmt: skip


@dataclass(repr=False)
class Held:
    """Keeps the whole catalog out of what hypothesis prints of a failing example."""

    knowledge: Knowledge


@pytest.fixture(scope="session")
def held(knowledge: Knowledge) -> Held:
    return Held(knowledge)


def test_any_conversation_keeps_its_promises(knowledge: Knowledge) -> None:
    catalog = knowledge.catalog

    @settings(deadline=None, max_examples=100)
    @given(texts=st.lists(_TEXTS, min_size=1, max_size=3))
    def talk(texts: list[str]) -> None:
        state = State()
        for text in texts:
            decision = decide(knowledge.reader, text, state)
            assert decision == decide(knowledge.reader, text, state)
            assert 0.0 <= decision.confidence <= 1.0
            assert len(decision.codes) <= 5
            assert len(set(decision.codes)) == len(decision.codes)
            assert all(catalog.get(code) for code in decision.codes)
            assert not decision.parts or decision.outcome == "answer"
            assert decision.outcome != "answer" or bool(decision.parts) != (decision.intent == "life_event")
            assert decision.outcome != "clarify" or len(decision.choices) >= 2
            assert all(catalog.get(part.code) for part in decision.parts)
            state = decision.state

    talk()


@pytest.mark.parametrize(
    ("first", "then", "code"),
    [
        ("tạm trú cần gì", "còn gia hạn thì sao", "1.002755"),
        ("dang ky tam tru may ngay", "con xoa thi sao", "1.010028"),
        ("làm lại căn cước bị mất cần gì", "hết hạn thì sao", "1.014063"),
        ("khai sinh cần gì", "còn làm lại?", "1.004884"),
        ("làm khai sinh mất mấy ngày", "còn khai tử?", "1.000656"),
        ("tạm trú cần gì", "còn phí", "1.004194"),
    ],
)
def test_what_is_added_to_the_one_in_mind_leads_to_its_look_alike(reader: Reader, first: str, then: str, code: str) -> None:
    known = decide(reader, first, State()).state
    assert decide(reader, then, known).codes[0] == code
