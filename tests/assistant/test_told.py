"""What the sentences of a procedure say to a question that no line of its card answers; and what the ward's police keep."""

from __future__ import annotations

import datetime as dt

import pytest

from app.assistant.cards import Cards
from app.assistant.details import Details
from app.assistant.pipeline import Pipeline
from app.assistant.replies import Replies
from app.assistant.told import Topics
from app.calendar.opening import VIETNAM
from app.settings import Settings
from app.templates import environment
from tests.assistant.ward import commune, knowledge

ENVIRONMENT = environment()
REPLIES = Replies(ENVIRONMENT)
CARDS = Cards(ENVIRONMENT, REPLIES, "https://phuong.example.vn")
MONDAY_MORNING = dt.datetime(2026, 11, 23, 9, 0, tzinfo=VIETNAM)
PIPELINE = Pipeline(knowledge(), commune(), ENVIRONMENT, Settings(), lambda: MONDAY_MORNING)
NOT_TOLD = "Mình chưa có thông tin đúng câu này"


def said(*texts: str) -> str:
    """What is answered to the last of some messages."""
    reply = PIPELINE.ask(texts[-1], list(texts[:-1])).reply
    assert reply is not None
    return reply.as_text()


# --- sentences by what they speak of -------------------------------------------------------------------------------


def _speaking(topic: str, code: str) -> str:
    procedure = knowledge().now.catalog.procedures[code]
    return " | ".join(each.text for each in CARDS.topics.speaking(topic, CARDS.told(procedure, procedure.cases)))


@pytest.mark.parametrize(
    ("topic", "code", "words"),
    [
        ("validity", "1.004873", "dùng được 6 tháng"),
        ("validity", "1.010041", "có giá trị một năm"),
        ("validity", "1.004194", "nhiều nhất 2 năm"),
        ("validity", "1.013792", "dùng được 3 năm"),
        ("deadline", "1.013997", "trong 30 ngày"),
        ("deadline", "1.001622", "trong 15 ngày"),
        ("deadline", "1.000656", "15 ngày từ ngày mất"),
        ("deadline", "1.010386", "trong 2 ngày làm việc"),
        ("payout", "1.014027", "nhận tiền"),
        ("who", "1.004873", "Giấy ủy quyền"),
        ("hours", "1.004194", "sáng thứ Bảy"),
        ("hours", "1.002755", "sáng thứ Bảy"),
        ("hours", "3.000228", "thứ Hai đến thứ Sáu"),
    ],
)
def test_a_topic_finds_the_sentences_about_it(topic: str, code: str, words: str) -> None:
    assert words in _speaking(topic, code)


@pytest.mark.parametrize(
    ("topic", "code"), [("deadline", "1.013225"), ("deadline", "1.004884"), ("validity", "1.000894"), ("payout", "1.001612")]
)
def test_what_the_office_does_and_what_is_long_past_is_no_term_of_the_citizen(topic: str, code: str) -> None:
    assert _speaking(topic, code) == ""


@pytest.mark.parametrize(
    ("code", "texts", "words"),
    [
        ("2.001019", ("tui không biết chữ", "bà mù chữ thì sao", "me k biet doc"), "hai người làm chứng"),
        ("1.014061", ("có công an tới nhà hông", "bà nằm một chỗ thì sao"), "làm lưu động"),
        ("1.014064", ("bà bảy chục tuổi có được miễn không", "mẹ 72 tuổi được miễn không"), "người già"),
        ("1.013750", ("đi mấy người", "di dc may nguoi"), "tối đa 3 người"),
        ("1.008950", ("truong tu", "con học trường tư thì được không", "truong mam non tu nhan"), "tư thục"),
        ("1.013076", ("chu cu o quang ngai", "bên bán ở tỉnh khác"), "Người bán làm ở nơi mình cư trú"),
        ("1.013229", ("sua lai co xin phep k", "có phải xin phép không"), "Xin phép trước khi sửa lớn"),
        ("1.000894", ("em từng ly hôn rồi", "e li di r", "quen mat cai ban an r"), "đã từng ly hôn"),
        ("1.000894", ("quên bản án ở nhà rồi",), "tự tra cứu tình trạng hôn nhân"),
        ("1.000894", ("vợ tôi người Lào",), "kết hôn có yếu tố nước ngoài"),
        ("1.014063", ("thẻ làm năm 2021, mẹ 66 tuổi có phải đổi không", "66 tuoi con dung dc k"), "mốc tuổi"),
        ("1.014027", ("mấy tuổi mới được",), "từ đủ 75 tuổi"),
        ("2.001019", ("sau này đổi ý được không",), "sửa đổi, hủy bỏ"),
    ],
)
def test_what_is_asked_in_other_words_is_found(code: str, texts: tuple[str, ...], words: str) -> None:
    for text in texts:
        assert words in _found(code, text), text


@pytest.mark.parametrize("text", ["co 4 co chu nua", "có 3 đứa con", "18 người", "me cho con"])
def test_numbers_and_people_alone_share_nothing(text: str) -> None:
    assert _found("1.013831", text) == ""


def test_a_sentence_about_others_stands_behind() -> None:
    assert "ở nước ngoài" not in _found("1.000894", "em từng ly hôn rồi")
    assert "hủy kết hôn ở nước ngoài" in _found("1.000894", "em từng ly hôn ở nước ngoài")


# --- sentences by their words --------------------------------------------------------------------------------------


def _found(code: str, text: str) -> str:
    procedure, index = knowledge().now.catalog.procedures[code], knowledge().now.reader.index
    names = (procedure.name, procedure.official_name)
    found = Details(Topics()).find(text, names, CARDS.told(procedure, procedure.cases), index)
    return " | ".join(each.text for each in found.sentences)


@pytest.mark.parametrize(
    ("code", "text", "words"),
    [
        ("1.001193", "giấy chứng sinh mất rồi thì sao", "giấy của người làm chứng"),
        ("1.001193", "mat giay chung sinh roi", "giấy của người làm chứng"),
        ("1.001193", "cần người làm chứng không", "giấy của người làm chứng"),
        ("1.001193", "có cần giấy kết hôn hông", "cán bộ tự tra cứu"),
        ("1.004194", "hợp đồng có phải công chứng không", "Không bắt buộc công chứng"),
        ("1.004194", "chu nha k dua hop dong thi sao", "Hợp đồng thuê"),
        ("1.004194", "hộ nghèo có được miễn không", "hộ nghèo"),
        ("1.000894", "can giay doc than ko", "không có giấy độc thân"),
        ("1.014061", "lăn tay được không", "lấy vân tay"),
        ("1.014027", "có lương hưu ít ít thì được hông", "thấp hơn mức trợ cấp này"),
        ("1.004982", "còn nợ thuế thì có đóng được không", "xong thuế"),
        ("1.013831", "đất đang thế chấp có sang tên được không", "ngân hàng nhận thế chấp"),
        ("2.000815", "bản gốc bị rách có sao y được không", "không rách nát"),
    ],
)
def test_a_question_finds_the_sentence_that_shares_its_telling_words(code: str, text: str, words: str) -> None:
    assert words in _found(code, text)


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("1.001193", "để trống tên cha được không"),
        ("1.001612", "có cần hợp đồng thuê nhà không"),
        ("1.013703", "cần bao nhiêu hội viên"),
        ("1.000894", "đăng ký kết hôn cần gì"),
        ("1.014062", "cán bộ tới nhà được không"),
        ("1.013225", "hàng xóm không ký thì sao"),
    ],
)
def test_a_sentence_that_only_shares_a_word_is_not_shown(code: str, text: str) -> None:
    assert _found(code, text) == ""


# --- whole answers -------------------------------------------------------------------------------------------------


def test_who_hands_it_in_is_no_question_of_who_decides() -> None:
    text = said("giấy độc thân", "ba mẹ nộp thay được không")
    assert "Ai đi làm: Người cần giấy tự làm hoặc ủy quyền" in text
    assert "Ai giải quyết" not in text
    assert "Ai giải quyết" in said("giấy độc thân", "cơ quan nào cấp")


@pytest.mark.parametrize("text", ["giấy này dùng được mấy tháng", "giay nay xai duoc bao lau", "có giá trị mấy tháng"])
def test_how_long_it_lasts_is_never_answered_with_the_processing_time(text: str) -> None:
    assert "6 tháng kể từ ngày cấp" in said("giấy độc thân", text)
    unknown = said("đăng ký kết hôn", text)
    assert "Mình chưa có thông tin giấy này dùng được bao lâu" in unknown
    assert "ngày làm việc" not in unknown


def test_the_citizens_deadline_is_told_or_not_known() -> None:
    assert "Nộp đơn trong 30 ngày từ ngày tiêu hủy xong" in said("hỗ trợ thiệt hại vật nuôi do dịch", "hạn chót là khi nào")
    assert "Mình chưa có thông tin hạn phải nộp" in said("mở hộ kinh doanh", "phải đăng ký trước mấy ngày")


def test_how_much_of_a_support_is_what_one_receives() -> None:
    assert "500.000 đồng một tháng" in said("trợ cấp hưu trí xã hội", "bao nhiêu tiền")
    assert "Phí:" not in said("trợ cấp hưu trí xã hội", "mỗi tháng bao nhiêu")
    assert "Phí:" in said("trợ cấp hưu trí xã hội", "phí bao nhiêu")
    assert "chưa có thông tin số tiền" in said("trợ cấp người khuyết tật mỗi tháng được bao nhiêu")
    assert "chưa có thông tin số tiền cụ thể" in said("hỗ trợ thiệt hại vật nuôi do dịch", "mỗi con bao nhiêu")
    assert "Phí:" in said("đăng ký kết hôn", "mức bao nhiêu")


def test_here_or_there_is_answered_with_the_place_first() -> None:
    text = said("làm căn cước lần đầu", "hộ khẩu quảng ngãi làm ở đây được không")
    assert "Nơi nộp" in text
    assert "không nêu điều kiện" not in text


def test_an_unknown_online_level_still_tells_the_ways_of_handing_in() -> None:
    text = said("đăng ký tạm trú", "online được không")
    assert "Nộp qua mạng được" in text
    assert "VNeID" in text
    assert "công an xã, phường" in text
    assert "bộ phận một cửa" not in text


def test_what_stands_in_a_note_comes_first() -> None:
    text = said("đăng ký khai sinh", "giấy chứng sinh lấy ở đâu")
    assert text.index("Điều bạn hỏi") < text.index("Nơi nộp")
    assert "không nêu điều kiện" not in said("làm căn cước lần đầu", "lăn tay được không")


def test_what_is_not_known_is_said_and_no_card_comes_twice() -> None:
    first = said("đăng ký khai sinh", "ba nó không chịu ký thì sao")
    assert NOT_TOLD in first
    assert "Giấy tờ:" not in first
    assert NOT_TOLD not in said("đăng ký khai sinh", "cần giấy tờ gì")


def test_whether_one_must_is_answered_with_the_exemptions() -> None:
    assert "Một số nhà nhỏ ngoài khu quy hoạch được miễn" in said("giấy phép xây nhà mới", "nhà cấp 4 có phải xin phép không")


def test_a_link_and_a_short_answer_on_demand() -> None:
    assert "dichvucong.gov.vn" in said("đăng ký tạm trú", "cho mình cái link")
    short = said("đăng ký kết hôn", "nói ngắn thôi")
    assert "Nói ngắn gọn" in short
    assert len(short) < len(said("đăng ký kết hôn"))


@pytest.mark.parametrize(
    "texts",
    [
        ("đăng ký tạm trú", "sáng thứ 7 công an phường có nhận hồ sơ tạm trú không"),
        ("gia hạn tạm trú", "sáng thứ 7 có nhận không"),
    ],
)
def test_the_police_keep_hours_of_their_own(texts: tuple[str, ...]) -> None:
    text = said(*texts)
    assert "sáng thứ Bảy" in text
    assert "không làm việc" not in text
    assert "ông an phường" in text


def test_the_wards_sunday_is_not_promised_for_the_police() -> None:
    assert "Chủ nhật gần Dân" not in said("chủ nhật làm căn cước được không")
    assert "Chủ nhật gần Dân" in said("chủ nhật phường có làm việc không")
    assert "Chủ nhật gần Dân" in said("đăng ký tạm trú", "chủ nhật ủy ban có làm không")


def test_what_one_receives_is_never_answered_with_what_one_pays() -> None:
    for asked in ("có giấy rồi thì tháng được mấy tiền", "lãnh mấy đồng", "được bao nhiêu tiền"):
        text = said("làm giấy khuyết tật", asked)
        assert "không ghi khoản tiền nào được nhận" in text, asked
        assert "muốn nhận tiền hằng tháng thì xin trợ cấp xã hội" in text, asked
        assert "1. Trợ cấp xã hội hằng tháng" in text, asked
        assert "Phí:" not in text, asked
    assert "không ghi khoản tiền" not in said("thăm viếng mộ liệt sĩ", "được mấy tiền")
    assert "khoảng cách" in said("thăm viếng mộ liệt sĩ", "được mấy tiền")
    assert "500.000 đồng" in said("trợ cấp hưu trí xã hội", "lãnh mấy đồng")


@pytest.mark.parametrize("text", ["mỗi bản bao nhiêu", "tốn bao nhiêu tiền", "phí bao nhiêu", "mất bao nhiêu tiền", "đóng mấy đồng"])
def test_what_one_pays_stays_the_fee(text: str) -> None:
    assert "Phí:" in said("chứng thực di chúc", text)


def test_the_wards_counter_is_named() -> None:
    assert "Quầy: Quầy 1 – Hộ tịch" in said("quầy nào làm khai sinh")
    assert "Quầy: Quầy 2 – Chứng thực" in said("chứng thực di chúc", "quầy số mấy")
    assert "Quầy:" not in said("làm căn cước lần đầu", "quầy nào")


def test_where_the_owner_has_died_the_step_before_comes_first() -> None:
    told = "chồng tui mất rồi mà sổ đỏ đứng tên ổng, chừ sang tên cho tui"
    first = said(told)
    assert first.index("Làm trước: Mới chia di sản") < first.index("Giấy tờ:")
    assert "1. Chứng thực văn bản chia thừa kế" in first
    assert "Làm trước" in said(told, "có 3 đứa con", "đứa nào cũng nhường cho mẹ")
    assert "Làm trước" not in said(told, "tốn bao nhiêu tiền")
    assert "Làm trước" not in said("sang tên sổ đỏ mua bán")
    assert "Làm trước" not in said("ba mất, anh em đã chia xong ở phòng công chứng, giờ sang tên sổ đỏ")


def test_a_text_that_the_card_has_is_not_told_twice() -> None:
    assert said("làm lại căn cước bị mất", "bà 68 tuổi có được miễn lệ phí không").count("người già") == 1
