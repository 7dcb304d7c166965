"""Whether a message stays with the matter in hand: an open list, a circumstance, a paper, a verb, what was asked before, an hour beside it."""

from __future__ import annotations

import json

import pytest

from app.settings import ROOT
from app.understanding.decision import Decision, State
from app.understanding.dialogue import decide
from app.understanding.heard import without_particle, without_residence
from app.understanding.reader import Reader
from app.understanding.rules import Aspect

BIRTH, MARRIAGE, DEATH, COPY, SINGLE, STAY = "1.001193", "1.000894", "1.000656", "2.000815", "1.004873", "1.004194"
CARD_LOST, CARD_CHILD, BOOK, VEHICLE, BUSINESS = "1.014064", "1.014062", "1.013831", "1.013076", "1.001612"
FUNERAL = State(choices=("1.001731", "1.014028", "1.014359", "2.002308"))
DEATH_MATTERS = ("2.002913", DEATH, "1.003197", "1.014028", "1.001731", "1.010824", "2.001016", "2.001406", BOOK)
BEREAVED = State(choices=DEATH_MATTERS)


def _in_hand(code: str, *recent: str) -> State:
    return State(code=code, recent=(code, *recent))


def _meant(decision: Decision) -> str | None:
    return decision.parts[0].code if decision.parts else decision.target


# --- an open list is what a message is about -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("state", "text", "aspect"),
    [
        (FUNERAL, "phí bao nhiêu", Aspect.FEE),
        (FUNERAL, "nop o dau vay", Aspect.PLACE),
        (State(choices=("1.013080", "1.013079")), "làm trên mạng được không", Aspect.ONLINE),
        (State(choices=("1.001612", "2.000720")), "mấy bữa có hỉ", Aspect.TIME),
        (BEREAVED, "cần giấy tờ chi rứa", Aspect.DOCUMENTS),
    ],
)
def test_what_is_asked_of_an_open_list_is_remembered_and_the_list_asked_again(
    reader: Reader, state: State, text: str, aspect: Aspect
) -> None:
    decision = decide(reader, text, state)
    assert (decision.outcome, decision.inherited, decision.choices) == ("clarify", True, state.choices)
    assert aspect in decision.state.aspects
    chosen = decide(reader, "1", decision.state)
    assert _meant(chosen) == state.choices[0]
    assert aspect in chosen.aspects


@pytest.mark.parametrize(
    ("state", "text", "code"),
    [
        (FUNERAL, "bả lãnh tiền già", "1.014028"),
        (FUNERAL, "ông là thanh niên xung phong", "2.002308"),
        (State(choices=("1.004088", "1.004047", "1.004002", "1.003930", "2.001659")), "ghe mới đóng", "1.004088"),
        (State(choices=("1.004088", "1.004047", "1.004002", "1.003930", "2.001659")), "mat giay dang ky thi sao", "1.003930"),
        (State(choices=("1.005040", "1.002372")), "trên sông Gâm", "1.005040"),
        (State(choices=("1.014061", CARD_CHILD, "1.014063", CARD_LOST)), "con 5 tuổi", CARD_CHILD),
        (State(choices=("1.013978", BOOK, "1.012786", "1.012783")), "bị rách", "1.012783"),
        (State(choices=("3.000722", BIRTH, "1.000689", "2.000528", "1.004222")), "tụi em chưa cưới", "1.000689"),
    ],
)
def test_words_pick_among_what_was_offered(reader: Reader, state: State, text: str, code: str) -> None:
    assert _meant(decide(reader, text, state)) == code


@pytest.mark.parametrize(
    ("text", "code"),
    [("đăng ký kết hôn cần gì", MARRIAGE), ("sao y căn cước bao nhiêu tiền", COPY), ("em muốn mở quán ăn", BUSINESS), ("tạm trú", STAY)],
)
def test_what_names_something_else_leaves_the_list(reader: Reader, text: str, code: str) -> None:
    assert _meant(decide(reader, text, FUNERAL)) == code


def test_what_everybody_is_offered_is_no_open_list(reader: Reader) -> None:
    decision = decide(reader, "phí bao nhiêu", State(choices=reader.often))
    assert not decision.inherited


def test_after_a_death_the_first_or_those_about_money(reader: Reader) -> None:
    assert _meant(decide(reader, "em xin giấy gì trước", BEREAVED)) == DEATH_MATTERS[0]
    about_money = decide(reader, "có tiền hỗ trợ không", BEREAVED)
    assert about_money.outcome == "clarify"
    assert set(about_money.choices) <= {"1.014028", "1.001731", "1.010824"}


def test_a_question_back_about_something_else_is_the_matter_now(reader: Reader) -> None:
    asked = decide(reader, "xin giấy xác nhận", _in_hand(BOOK))
    assert asked.outcome == "clarify"
    after = decide(reader, "mấy ngày có", asked.state)
    assert (after.outcome, after.choices) == ("clarify", asked.choices)


# --- a circumstance, a paper, a verb of the matter in hand ---------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "text"),
    [
        (BIRTH, "à không, chưa đăng ký kết hôn"),
        (BIRTH, "chưa kết hôn"),
        (BIRTH, "2 vc e co dk ket hon r"),
        (BIRTH, "tụi em tạm trú ở An Khê"),
        (BIRTH, "hộ khẩu em ở Nghệ An"),
        (SINGLE, "em từng cưới ở Rạch Giá năm 1999"),
        (BOOK, "con tui 15 tuổi"),
        (BOOK, "một đứa ở Mỹ"),
        (STAY, "con 10 tuổi"),
        ("2.001263", "cháu 17 tuổi rồi thì sao"),
        ("2.001263", "con đã lớn rồi"),
        ("1.014027", "74 tuổi hộ nghèo thì sao"),
        (BUSINESS, "đã có tạm trú ở đây"),
        ("1.013949", "2 công"),
        (BIRTH, "cần tạm trú không"),
        (MARRIAGE, "cần bản án không"),
        (BIRTH, "giấy độc thân có cần không"),
        (VEHICLE, "xong rồi sang tên ở đâu"),
        ("1.002755", "gia hạn mấy ngày có"),
        ("1.003930", "lệ phí đăng ký bao nhiêu"),
        ("1.012786", "cấp lại mất bao lâu"),
    ],
)
def test_what_belongs_to_the_matter_in_hand_stays_with_it(reader: Reader, code: str, text: str) -> None:
    assert _meant(decide(reader, text, _in_hand(code))) == code


@pytest.mark.parametrize(
    ("code", "text", "meant"),
    [
        (BIRTH, "à không, đăng ký kết hôn", MARRIAGE),
        (BIRTH, "con 14 tuổi rồi làm căn cước được chưa", "1.014061"),
        (BIRTH, "tạm trú", STAY),
        (CARD_LOST, "mất luôn bằng lái rồi", "3.000348"),
        ("1.014061", "thế đứa 5 tuổi thì sao", CARD_CHILD),
        (BIRTH, "khai tử có phải đóng tiền không", DEATH),
        ("1.010028", "đăng ký tạm trú", STAY),
        (STAY, "còn gia hạn thì sao", "1.002755"),
        (MARRIAGE, "ba em mới mất, giờ làm gì trước", "event:nguoi-than-mat"),
    ],
)
def test_what_is_another_matter_turns_to_it(reader: Reader, code: str, text: str, meant: str) -> None:
    assert _meant(decide(reader, text, _in_hand(code))) == meant


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("dk ket hon co can giay doc than k", MARRIAGE),
        ("khai sinh có cần giấy kết hôn không", BIRTH),
        ("xin giấy phép xây nhà có cần sổ đỏ không", "1.013225"),
        ("ở trọ có cần đăng ký tạm trú không", STAY),
        ("mở quán nước có cần đăng ký kinh doanh không", BUSINESS),
        ("làm khai sinh cho con mà thôi cho hỏi cái tạm trú trước đi", STAY),
    ],
)
def test_the_matter_is_what_the_paper_is_needed_for(reader: Reader, text: str, code: str) -> None:
    assert _meant(decide(reader, text, State())) == code


@pytest.mark.parametrize(("code", "target"), [(BUSINESS, "elsewhere:thue-ho-kinh-doanh"), (BOOK, "elsewhere:thue-nha-dat")])
def test_tax_is_that_of_the_matter_in_hand(reader: Reader, code: str, target: str) -> None:
    for text in ("thuế nộp ở đâu", "có được miễn thuế không"):
        assert decide(reader, text, _in_hand(code)).target == target


# --- what was asked before, and what is asked beside a matter ------------------------------------------------------


@pytest.mark.parametrize(
    ("state", "text", "code", "aspect"),
    [
        (_in_hand(STAY, BIRTH), "quay lại cái khai sinh hồi nãy, cha đang ở tù thì ai ký", BIRTH, Aspect.AGENCY),
        (_in_hand(COPY, DEATH), "quay lai khai tu, ai nop duoc", DEATH, Aspect.WHO),
        (_in_hand(STAY, CARD_CHILD), "trở lại vụ căn cước, ai đi được", CARD_CHILD, Aspect.WHO),
        (_in_hand("1.004002", "1.004047"), "hồi nãy cái đăng ký lần đầu mấy ngày", "1.004047", Aspect.TIME),
        (_in_hand(DEATH, BOOK), "rồi đất sao", BOOK, Aspect.STEPS),
    ],
)
def test_what_is_named_again_is_what_was_asked_before(reader: Reader, state: State, text: str, code: str, aspect: Aspect) -> None:
    decision = decide(reader, text, state)
    assert _meant(decision) == code
    assert aspect in decision.aspects


@pytest.mark.parametrize(
    ("text", "intent", "code"),
    [
        ("xin giay doc than, chu nhat dc k", "sunday_service", SINGLE),
        ("dk ket hon chu nhat dc ko ad", "sunday_service", MARRIAGE),
        ("ba mất hôm qua, hôm nay chủ nhật phường có làm việc không để khai tử", "sunday_service", DEATH),
        ("khai sinh trễ có bị phạt không", "fines", BIRTH),
    ],
)
def test_a_matter_named_beside_an_hour_or_a_fine_is_in_mind_afterwards(reader: Reader, text: str, intent: str, code: str) -> None:
    told = decide(reader, text, State())
    assert (told.intent, told.state.code) == (intent, code)
    assert _meant(decide(reader, "phí bao nhiêu", told.state)) == code


def test_after_an_hour_or_thanks_an_open_list_is_still_open(reader: Reader) -> None:
    for text in ("thứ bảy phường có làm không", "dạ cảm ơn"):
        assert _meant(decide(reader, "1", decide(reader, text, FUNERAL).state)) == FUNERAL.choices[0]


# --- words that say nothing of a matter ----------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["không hiểu", "đúng rồi", "thôi khỏi", "hihi", "a", "ê", "500k", "1+1=?", "em hong hieu gi het", "haha"])
@pytest.mark.parametrize("state", [State(), _in_hand(BIRTH)], ids=["alone", "in hand"])
def test_small_words_are_neither_a_card_nor_a_list(reader: Reader, text: str, state: State) -> None:
    decision = decide(reader, text, state)
    assert not decision.parts
    assert not decision.choices
    assert decision.intent != "thanks" or "hieu" not in text
    assert decision.state.code == state.code


@pytest.mark.parametrize("text", ["tốn bao nhiêu tiền hỉ", "mấy bựa có hỉ", "nộp ở mô hí", "can giay chi hi"])
def test_a_closing_particle_greets_nobody(reader: Reader, text: str) -> None:
    assert _meant(decide(reader, text, _in_hand(BIRTH))) == BIRTH
    assert decide(reader, text, State()).intent != "greeting"


@pytest.mark.parametrize("text", ["xin để bàn ghế ra vỉa hè", "con nghỉ hè"])
def test_a_pavement_and_the_summer_are_no_particles(reader: Reader, text: str) -> None:
    assert without_particle(text) == text


def test_starting_over_is_said_alone(reader: Reader) -> None:
    assert decide(reader, "làm lại từ đầu", _in_hand(BIRTH)).intent == "restart"
    assert _meant(decide(reader, "vậy phải làm lại từ đầu hả", _in_hand(BIRTH))) == BIRTH


def test_another_matter_is_no_comparison(reader: Reader) -> None:
    assert _meant(decide(reader, "thoi e hoi viec khac, sao y cccd bn tien", State())) == COPY


# --- conversations that were not learned from ----------------------------------------------------------------------


def test_messages_that_were_not_learned_stay_or_turn_as_they_should(reader: Reader) -> None:
    rows = [json.loads(line) for line in (ROOT / "tests/understanding/turning.jsonl").read_text("utf-8").splitlines()]
    stayed, turned = [], []
    for row in rows:
        decision = decide(reader, row["text"], _in_hand(row["before"]))
        if row["code"] == row["before"]:
            stayed.append(_meant(decision) == row["code"])
        else:
            turned.append(row["code"] in (_meant(decision), *decision.choices, *decision.codes[:3]))
    assert len(rows) >= 100
    assert sum(stayed) >= 0.9 * len(stayed)
    assert sum(turned) >= 0.95 * len(turned)


# --- a verb alone, a word of its papers, where one is registered -----------------------------------------------------


@pytest.mark.parametrize("text", ["xin lại ở mô", "sửa ở đâu", "xin cấp lại mấy ngày"])
def test_an_act_alone_is_done_to_the_matter_in_hand(reader: Reader, text: str) -> None:
    decision = decide(reader, text, _in_hand("2.000635"))
    assert (_meant(decision), decision.inherited) == ("2.000635", True)


def test_an_act_alone_is_done_to_another_agencys_matter_in_hand(reader: Reader) -> None:
    known = decide(reader, "thẻ bảo hiểm y tế ghi sai ngày sinh", State()).state
    assert _meant(decide(reader, "sửa ở đâu", known)) == "elsewhere:bao-hiem-y-te"


def test_what_a_paper_is_that_the_matter_in_hand_needs(reader: Reader) -> None:
    decision = decide(reader, "giấy chứng sinh là gì", _in_hand(BIRTH))
    assert (_meant(decision), decision.aspects) == (BIRTH, (Aspect.MEANING,))
    assert _meant(decide(reader, "giấy chứng sinh là gì", State())) == "elsewhere:benh-vien"


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("3.000347", "kham suc khoe k"),
        (MARRIAGE, "độc thân không"),
        ("1.014027", "nhà tui hộ cận nghèo thì răng"),
        ("2.001406", "không có di chúc"),
    ],
)
def test_a_few_words_after_an_answer_are_about_it(reader: Reader, code: str, text: str) -> None:
    assert _meant(decide(reader, text, _in_hand(code))) == code


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("độc thân xin ở đâu, hộ khẩu em ở quê", SINGLE),
        ("ho khau tui o hue, muon mo tiem tap hoa o day xin giay gi", BUSINESS),
        ("đăng ký kết hôn ở đây được không, hk ở Quảng Ngãi", MARRIAGE),
    ],
)
def test_where_one_is_registered_is_no_matter(reader: Reader, text: str, code: str) -> None:
    assert _meant(decide(reader, text, State())) == code


def test_who_asks_about_the_register_asks_about_it(reader: Reader) -> None:
    assert without_residence("nhập hộ khẩu ở đây cần gì") == "nhập hộ khẩu ở đây cần gì"
    assert without_residence("chuyển nhà, giờ làm hộ khẩu ở đâu") == "chuyển nhà, giờ làm hộ khẩu ở đâu"


@pytest.mark.parametrize("text", ["khai tử, với lại sang tên sổ đỏ", "đăng ký tạm trú, ngoài ra đăng ký kết hôn cần gì"])
def test_what_is_said_to_be_several_is_several(reader: Reader, text: str) -> None:
    assert len(decide(reader, text, State()).parts) == 2


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("gọi ai", "contact"),
        ("gio goi ai", "contact"),
        ("còn chiều", "opening_hours"),
        ("may gio", "opening_hours"),
        ("ma so 12345", "status"),
    ],
)
def test_a_few_words_that_need_no_matter(reader: Reader, text: str, intent: str) -> None:
    assert decide(reader, text, State()).intent == intent
