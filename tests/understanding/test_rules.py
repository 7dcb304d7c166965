"""Patterns over folded text: choices by number, what is asked about a procedure, and what cannot wait."""

from __future__ import annotations

import re
from typing import Any

import pytest

from app.assistant.knowing import Knowledge
from app.assistant.replies import Replies
from app.catalog.yaml_loader import read_document
from app.settings import ROOT
from app.templates import environment
from app.understanding.decision import State
from app.understanding.dialogue import decide
from app.understanding.reader import Reader
from app.understanding.rules import Aspect

INTENTS: dict[str, Any] = read_document(ROOT / "procedures" / "intents.yaml").data
IDS = [intent["id"] for intent in INTENTS["intents"]]
KINDS = ("patterns", "veto", "always", "telling", "bare")
PATTERNS = [(intent["id"], pattern) for intent in INTENTS["intents"] for kind in KINDS for pattern in intent.get(kind, ())]
SIGNS = ("follow_up", "correction", "back", "supposes", "needs", "receives", "compares", "gets")
PATTERNS += [(name, pattern) for name in SIGNS for pattern in INTENTS[name]]
PATTERNS += [(name, pattern) for name, patterns in INTENTS["aspects"].items() for pattern in patterns]


# --- intents.yaml --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "pattern"), PATTERNS)
def test_every_pattern_compiles_and_matches_no_empty_message(name: str, pattern: str) -> None:
    assert re.compile(pattern).search("") is None


def test_every_intent_is_named_once_and_has_examples() -> None:
    assert len(IDS) == len(set(IDS))
    assert not [intent["id"] for intent in INTENTS["intents"] if len(intent["examples"]) < 6]


def test_every_intent_has_a_reply() -> None:
    assert not set(IDS) - Replies(environment()).intents


def test_no_example_belongs_to_two_intents() -> None:
    seen: dict[str, str] = {}
    twice = []
    for intent in INTENTS["intents"]:
        for example in intent["examples"]:
            key = " ".join(example.casefold().split())
            if seen.setdefault(key, intent["id"]) != intent["id"]:
                twice.append((example, seen[key], intent["id"]))
    assert not twice


def test_every_aspect_has_patterns() -> None:
    assert set(INTENTS["aspects"]) == set(Aspect) - {Aspect.AMOUNT}
    assert INTENTS["receives"], "by which an amount is asked for"


# --- choices by number ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("2", 2),
        ("số 2", 2),
        ("số 2 nha ad", 2),
        ("dạ 3 ạ", 3),
        ("chọn 4", 4),
        ("chọn số 1", 1),
        ("2️⃣", 2),
        ("2.", 2),
        ("(2)", 2),
        ("cái thứ hai", 2),
        ("cái thứ 2 á", 2),
        ("cái số 3", 3),
        ("câu 1", 1),
        ("mục 3", 3),
        ("trường hợp 2", 2),
        ("em thuộc trường hợp thứ nhất", 1),
        ("cái đầu tiên", 1),
        ("cái đầu", 1),
        ("cái thứ ba", 3),
        ("cái thứ tư", 4),
        ("cái thứ năm", 5),
        ("cái cuối", -1),
        ("cái cuối cùng ấy", -1),
        ("cái chót", -1),
        ("cái giữa ấy", 0),
        ("SỐ 2", 2),
        ("so hai", 2),
    ],
)
def test_numbers_and_ordinals_are_choices(reader: Reader, text: str, number: int) -> None:
    assert reader.read(text).signs.number == number


@pytest.mark.parametrize(
    "text",
    [
        "10",
        "số 25",
        "25",
        "2 vợ chồng em muốn ly hôn",
        "em có 2 con nhỏ",
        "mất 2 giấy",
        "con em 3 tuổi",
        "năm 2026",
        "nhà số 45/12",
        "1.001193",
        "khai sinh",
        "hai đứa em muốn cưới",
        "nhất là giấy tờ gì",
        "",
    ],
)
def test_other_numbers_are_no_choices(reader: Reader, text: str) -> None:
    assert reader.read(text).signs.number is None


# --- aspects -------------------------------------------------------------------------------------------------------

ASPECTS = {
    Aspect.DOCUMENTS: [
        "cần giấy tờ gì",
        "hồ sơ gồm những gì",
        "phải mang theo gì",
        "chuẩn bị giấy chi rứa",
        "can nop nhung giay nao",
        "phải nộp chi nữa",
        "có phải kèm giấy ra viện không em",
        "can chu ky cua chong ko ad",
    ],
    Aspect.FEE: [
        "hết bao nhiêu tiền",
        "phí bao nhiêu",
        "có mất tiền không",
        "le phi the nao",
        "có miễn phí không ạ",
        "bao tiền một bản",
        "phường thu mấy ngàn",
        "có mất đồng nào không",
    ],
    Aspect.TIME: [
        "mấy ngày thì xong",
        "bao lâu có kết quả",
        "may bua moi co",
        "khi nào lấy được",
        "thời hạn giải quyết",
        "đợt này làm tháng mấy",
    ],
    Aspect.PLACE: [
        "nộp ở đâu",
        "tới chỗ nào làm",
        "nop o mo",
        "phải ra đâu vậy ạ",
        "nộp ở bộ phận nào",
        "ở đây làm được không hay phải về quê",
        "nộp ở trường hay phường",
        "cán bộ có vô nhà làm giùm không hè",
    ],
    Aspect.STEPS: [
        "các bước làm",
        "quy trình thế nào",
        "trình tự thực hiện ra sao",
        "bắt đầu từ đâu",
        "đăng ký tạm trú cho khách kiểu gì ạ",
        "xin giấy đó răng rứa",
        "làm cái nào trước",
    ],
    Aspect.CONDITIONS: [
        "điều kiện là gì",
        "ai được làm",
        "mấy tuổi thì làm được",
        "co can phai co ho khau khong",
        "ở nước ngoài thì có làm được giấy này không",
        "nhà em có thuộc diện được xét không",
        "đã được nhận tiền người già chưa",
        "ba em 70 tuổi đã được lãnh tiền người già chưa ạ",
        "lỡ người bán chết rồi thì răng",
        "mở tiệm net cách trường mấy mét",
    ],
    Aspect.ONLINE: ["làm online được không", "nộp qua mạng", "ngồi nhà làm được hông", "qua vneid dc ko"],
    Aspect.FORMS: ["xin mẫu đơn", "tải mẫu ở đâu", "có biểu mẫu không", "mau to khai", "viết đơn gì", "tờ khai lấy ở đâu em"],
    Aspect.LEGAL_BASIS: ["căn cứ luật nào", "theo nghị định nào", "văn bản nào quy định"],
    Aspect.AGENCY: [
        "ai ký giấy này",
        "cơ quan nào giải quyết",
        "thẩm quyền của ai",
        "noi nao cap",
        "báo cho ai",
        "ai là người xét",
        "xin phép ai",
        "phuong tra loi hay so",
        "viết rồi gởi ai",
    ],
    Aspect.QR: ["cho xin mã qr", "mã QR của thủ tục này", "gui em ma qr", "có mã qr để quét không"],
    Aspect.RESULT: [
        "làm xong nhận được giấy gì",
        "kết quả là gì",
        "được cấp giấy gì",
        "mỗi tháng được lãnh bao nhiêu",
        "mai táng phí được mấy triệu",
        "gia đình được nhận những khoản gì",
        "nhận bản giấy hay bản điện tử",
    ],
}


@pytest.mark.parametrize(("aspect", "text"), [(aspect, text) for aspect, texts in ASPECTS.items() for text in texts])
def test_short_phrases_ask_for_their_aspect(reader: Reader, aspect: Aspect, text: str) -> None:
    assert aspect in reader.read(text).signs.aspects


@pytest.mark.parametrize(
    "text",
    [
        "trợ cấp người cao tuổi mỗi tháng được bao nhiêu tiền",
        "hộ nghèo được hỗ trợ bao nhiêu",
        "tien tuat liet si moi thang lanh may trieu",
    ],
)
def test_money_to_receive_is_no_fee(reader: Reader, text: str) -> None:
    asked = reader.read(text).signs.aspects
    assert {Aspect.AMOUNT, Aspect.RESULT} <= set(asked)
    assert Aspect.FEE not in asked


@pytest.mark.parametrize(
    "text",
    [
        "xin trợ cấp mất bao nhiêu tiền phí",
        "làm hồ sơ hưởng mai táng phí có tốn bao nhiêu không",
        "được bao nhiêu tiền trợ cấp và phí bao nhiêu",
    ],
)
def test_a_fee_of_what_brings_money_is_a_fee(reader: Reader, text: str) -> None:
    assert Aspect.FEE in reader.read(text).signs.aspects


@pytest.mark.parametrize("text", ["mã QR quét không ra", "quét mã qr đóng phí không được"])
def test_trouble_with_a_code_asks_for_none(reader: Reader, text: str) -> None:
    assert Aspect.QR not in reader.read(text).signs.aspects


@pytest.mark.parametrize("text", ["làm giấy khai sinh cho con", "em muốn đăng ký kết hôn", "mất căn cước", "con tui mới sanh"])
def test_who_only_names_a_matter_asks_for_no_aspect(reader: Reader, text: str) -> None:
    assert reader.read(text).signs.aspects == ()


# --- emergencies ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "cháy nhà rồi cứu với",
        "nhà hàng xóm đang bốc cháy",
        "có đứa nhỏ đuối nước ngoài sông",
        "chồng em đang đánh em chảy máu",
        "có cướp giật túi xách",
        "có người bị điện giật",
        "ba em bất tỉnh gọi cấp cứu giúp",
        "nước dâng lên tới nóc nhà em mắc kẹt",
        "sạt lở đè nhà dân",
        "có người uống thuốc sâu",
        "chay nha roi",
        "bị xâm hại trẻ em gọi ai",
        "dây điện đứt ngoài đường",
    ],
)
def test_an_emergency_is_heard_at_once(reader: Reader, text: str) -> None:
    assert decide(reader, text, State()).intent == "emergency"
    assert decide(reader, text, State(code="1.001193", choices=("1.001193", "1.000894"))).intent == "emergency"


NOT_EMERGENCIES = [
    "nhà bị cháy mất sổ đỏ làm lại sao",
    "nhà cháy mất hết giấy tờ giờ làm lại căn cước",
    "cháy túi rồi làm giấy có mất tiền không",
    "xin cấp lại giấy tờ bị cháy",
    "người bị tai nạn mất thì khai tử ở đâu",
    "nước ngập đường phản ánh ở đâu",
]
MISTAKEN = [
    "giấy khai tử người chết đuối cần gì",
    "làm khai tử cho người bị đuối nước",
    "từ từ cho em hỏi cái này",
    "em đang chạy xe ôm, muốn đăng ký tạm trú",
    "không muốn sống chung với chồng nữa, muốn tách hộ",
    "ba em đột quỵ mất hôm qua, làm giấy khai tử",
    "nhà em bảo hành bao lâu",
    "em bị cướp giật mất căn cước hôm qua, làm lại ở đâu",
    "nhà em bị sạt lở, xin hỗ trợ sửa nhà làm giấy gì",
    "chồng em bị điện giật mất năm ngoái, giờ làm khai tử",
    "đợt quý 3 có hỗ trợ hộ nghèo không",
]


@pytest.mark.parametrize("text", [*NOT_EMERGENCIES, *MISTAKEN])
def test_what_only_sounds_like_an_emergency_is_none(reader: Reader, text: str) -> None:
    assert "emergency" not in reader.read(text).signs.intents


def test_no_way_of_asking_for_a_procedure_is_an_emergency(knowledge: Knowledge) -> None:
    catalog, rules = knowledge.catalog, knowledge.reader.rules
    asks = [ask for procedure in catalog.in_force() for ask in procedure.all_asks()]
    for group in (catalog.elsewhere, catalog.families, catalog.life_events):
        asks += [ask for item in group for ask in item.asks]
    words = [(ask, knowledge.reader.index.normalizer.words(ask)) for ask in asks]
    suspicious = [ask for ask, said in words if "emergency" in rules.signs(said.plain, " ".join(said.folded), said.original).intents]
    assert not [ask for ask in suspicious if decide(knowledge.reader, ask, State()).intent == "emergency"]


@pytest.mark.parametrize(
    "text",
    [
        "cháy nhà rồi, sổ đỏ còn trong nhà, cứu với",
        "chồng đang đánh em cứu em với, em ở trọ tạm trú tổ 5",
    ],
)
def test_a_cry_for_help_outweighs_words_about_papers(reader: Reader, text: str) -> None:
    assert decide(reader, text, State()).intent == "emergency"


@pytest.mark.parametrize(
    "text",
    ["tu tu cho em hoi", "noi tu tu thoi ad", "xe em dang chay thi bi cong an giu giay", "không muốn sống ở đây nữa, muốn chuyển hộ khẩu"],
)
def test_what_only_sounds_like_an_emergency_without_accents_is_none(reader: Reader, text: str) -> None:
    assert "emergency" not in reader.read(text).signs.intents
