"""Words that say for sure what is meant: a death is no lost paper, an ox no child, a place no matter. And what they must leave alone."""

from __future__ import annotations

import json
import re

import pytest

from app.settings import ROOT
from app.understanding.decision import Decision, State
from app.understanding.dialogue import decide
from app.understanding.leaning import AWAY, TOWARD, Leaning, Leanings, pattern
from app.understanding.reader import Reader
from app.understanding.text import decode_slip, split_words

DEATH = {"event:nguoi-than-mat", "1.000656", "2.002913"}
LOST = {"1.014064", "3.000348", "1.012786", "2.000635"}


def _meant(reader: Reader, text: str) -> str:
    return _name(decide(reader, text, State()))


def _name(decision: Decision) -> str:
    return decision.target or next((part.code for part in decision.parts), "") or decision.family or decision.outcome


@pytest.mark.parametrize(
    "text",
    [
        "mạ tui mất bữa rằm giờ mần răng", "vợ tui mất hồi hôm", "ôn tui mất rồi", "bọ tui mất rồi", "con tôi mất rồi", "chồng tui chết rồi",
        "ông xã tui bịnh nặng, ổng mất hồi sáng", "vợ tôi vừa mất, làm giấy tờ sao", "mự tui mất hôm qua", "tía tui mất sáng nay",
        "ngoại con mất rồi", "bà xã tui mới qua đời", "me e mat dem qua, em phai lam gi", "chong em mat roi", "ba em mat hom qua gio lam sao",
    ],
)  # fmt: skip
def test_who_is_gone_is_no_lost_paper(reader: Reader, text: str) -> None:
    assert _meant(reader, text) in DEATH


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("mẹ em mất căn cước", {"1.014064"}), ("chồng em mất bằng lái rồi", {"3.000348"}), ("ba tui mất sổ đỏ", {"1.012786"}),
        ("bằng lái chồng em mất rồi", {"3.000348"}), ("con em mất giấy khai sinh", {"2.000635", "family:lam-lai-giay-khai-sinh", "1.004884"}),
        ("lập di chúc cần gì", {"2.001019"}), ("khai tử cần gì", {"1.000656"}), ("nhận con nuôi cần gì", {"2.001263"}),
        ("làm căn cước cho bé 5 tuổi", {"1.014062"}), ("khai báo lưu trú cho khách", {"2.001159"}), ("đăng ký tạm trú cho vợ", {"1.004194"}),
        ("hỗ trợ tự học nghề cho người mới cai nghiện ở Đà Nẵng", {"1.012825"}), ("mai táng phí dân công hỏa tuyến ở Đà Nẵng", {"1.010456"}),
        ("hòa giải tranh chấp đất", {"1.012812"}), ("sổ đỏ bị mất", {"1.012786"}), ("con dấu bị mờ, đổi dấu mới", {"1.115232", "1.115231"}),
        ("tạm ngừng bán một thời gian", {"1.001570"}), ("miễn nghĩa vụ quân sự thời chiến", {"1.013139"}),
        ("đăng ký kết hôn với người Lào ở vùng biên giới", {"1.000094"}),
    ],
)  # fmt: skip
def test_what_was_right_stays(reader: Reader, text: str, codes: set[str]) -> None:
    assert _meant(reader, text) in codes


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("má chết còn sổ đỏ đứng tên má", {"2.001406", "1.013831"}), ("ôn chết để lại sổ tiết kiệm", {"2.001406"}),
        ("cháu nội mất lúc mới sanh được 2 ngày", {"1.000656"}), ("ba má chết hông để di chúc, chia đất sao", {"2.001406"}),
        ("con tui đẻ ở bên Hàn, gởi về cho ngoại nuôi, muốn làm khai sanh VN", {"2.000528"}),
        ("em lấy ck hàn quốc h li dị bên đó r muốn cưới chồng việt nam thì cần giấy j", {"2.000554"}),
        ("bão số 5 làm hư nhà, ai đền, làm đơn gửi chỗ mô", {"event:thien-tai"}),
        ("hai ông bà tui muốn nuôi thằng cháu kêu bằng ông chú, cha mẹ hắn chết bão", {"2.001944"}),
        ("cha mất không để di chúc, anh em tui chia đất ra sao", {"2.001406", "1.013831"}),
        ("khai sinh cho bé 2 tuổi", {"1.001193", "3.000722"}), ("đăng ký tạm trú cho con 2 tuổi", {"1.004194"}),
        ("con 30 tuổi chưa có khai sinh", {"1.004772"}),
        ("bão bay mất mái tôn, xã có hỗ trợ chi không", {"event:thien-tai"}), ("nhà bị bão sập", {"event:thien-tai"}),
        ("lụt cuốn trôi 200 con gà với 2 sào lúa", {"event:thien-tai"}), ("hạn mặn cháy vườn sầu riêng", {"event:thien-tai"}),
        ("khách tây ngủ lại nhà tui thì khai báo sao", {"1.000253"}), ("khach nuoc ngoai thue homestay dang ky tam tru", {"1.000253"}),
        ("vợ em người campuchia, con chưa khai sinh", {"2.000528"}), ("kết hôn với vợ người Campuchia", {"2.000806"}),
        ("ly hôn ở Hàn rồi cưới chồng Việt", {"2.000554"}), ("cho người nuôi con bị liệt có trợ cấp không", {"1.001776"}),
        ("khai sinh để trống tên cha", {"1.001193"}), ("bỏ tên cha trong giấy khai sinh", {"1.004859"}),
        ("em chuyển giới muốn đổi giới tính trên giấy tờ", {"1.004859"}), ("sổ đỏ bị mối ăn", {"1.012783"}), ("so do bi chuot gam", {"1.012783"}),
        ("hai vợ chồng ly hôn giờ muốn cưới lại với nhau", {"1.000894"}), ("xây thêm tầng 2 cho nhà đang ở", {"1.013229"}),
        ("mất giấy kết hôn, xin lại", {"2.000635"}), ("trích lục khai tử của ba để rút BHXH", {"2.000635"}),
        ("xin xác nhận tạm trú để mua xe", {"1.010041"}), ("bán quần áo trên mạng", {"1.001612"}), ("nghỉ bán tiệm luôn", {"1.001266"}),
        ("xã lấy đất làm đường, đền bù rẻ quá cháu không nhận, đơn gửi ai", {"2.002409"}), ("hòa giải không thành thì nộp đâu", {"1.013967"}),
        ("mua nhà đất công chứng ở đâu", {"2.001035"}), ("để xe làm đám cưới trên vỉa hè", {"1.013274"}),
        ("xin tiền thờ cúng liệt sĩ", {"elsewhere:tho-cung-liet-si"}), ("mất thẻ thương binh", {"elsewhere:giay-chung-nhan-nguoi-co-cong"}),
        ("mẹ vợ liệt sĩ đi lấy chồng khác", {"elsewhere:vo-chong-liet-si-lay-nguoi-khac"}),
        ("cấp lại bằng tổ quốc ghi công", {"elsewhere:cap-lai-bang-to-quoc-ghi-cong"}), ("xin tạm hoãn nhập ngũ", {"elsewhere:tam-hoan-nhap-ngu"}),
        ("thanh niên xung phong chống Mỹ chưa được trợ cấp", {"elsewhere:thanh-nien-xung-phong-khang-chien"}),
        ("má tui lãnh lương hưu mới mất, chừ được chi", {"elsewhere:tu-tuat-bao-hiem"}),
        ("bà ngoại đang hưởng trợ cấp hưu trí xã hội mới mất tuần trước", {"1.014028"}),
        ("mạ tui là mẹ liệt sĩ, đang hưởng tiền hàng tháng, vừa mới mất", {"1.010824"}),
        ("ông nội đang nhận trợ cấp xã hội hàng tháng vừa mất", {"1.001731"}), ("giấy chứng tử ghi sai ngày mất của mẹ", {"1.004859"}),
        ("giấy xác nhận khuyết tật bị rách", {"1.001653"}), ("cưới vợ người Lào cần giấy gì", {"2.000806"}),
        ("ck em la ng dai loan, cuoi ben do r, gio ve vn lam j", {"2.002189"}),
        ("mẹ mình 80 tuổi chưa có thẻ BHYT thì làm sao", {"elsewhere:bao-hiem-y-te"}),
        ("cháu vô lớp 1 trái tuyến được không", {"event:con-di-hoc"}), ("sang tên sổ đỏ, ba mất chưa chia", {"2.001406"}),
        ("mất giấy khai sinh bản chính", {"2.000635", "family:lam-lai-giay-khai-sinh"}),
        ("vk e moi de, e voi vk chua dk ket hon", {"1.000689"}),
    ],
)  # fmt: skip
def test_the_sign_decides(reader: Reader, text: str, codes: set[str]) -> None:
    assert _meant(reader, text) in codes


@pytest.mark.parametrize(
    ("text", "never"),
    [
        ("đàn lợn nhà em chết hàng loạt", {"1.000656", "event:nguoi-than-mat"}), ("nuôi ong phải kê khai ở đâu", {"2.001263", "1.014062"}),
        ("nuôi chó có phải đăng ký không", {"2.001263", "1.001193"}), ("em bán bánh mì xe đẩy", {"1.012825"}),
        ("em ở Đà Nẵng muốn làm giấy tờ", {"1.010456", "1.115114", "1.012825"}), ("mai táng phí ở Đà Nẵng", {"1.010456", "1.115114"}),
        ("e o phuong hoa khanh hoi duoc k", {"1.012812", "1.013967"}), ("con dâu tui muốn nhập khẩu", {"1.115231", "1.115232"}),
        ("lên thêm 1 lầu", {"3.000722", "1.014061"}), ("con em 5 tuổi rưỡi vào lớp 1 trái tuyến", {"1.014062"}),
        ("em từng ly hôn rồi, giờ đăng ký kết hôn", {"elsewhere:ly-hon-toa-an"}), ("con dâu đi nộp được hông", {"1.115231", "1.115232"}),
        ("không hiện bằng lái trên VNeID", {"3.000348"}), ("con tôi mất tích 3 ngày rồi", {"event:nguoi-than-mat", "1.000656"}), ("con chó nhà em mất có cần khai tử ko", {"1.000656"}),
    ],
)  # fmt: skip
def test_what_is_never_meant(reader: Reader, text: str, never: set[str]) -> None:
    assert _meant(reader, text) not in never


def test_signs_hardly_ever_speak_against_what_people_meant(reader: Reader) -> None:
    """On the messages that are learned: a sign that pushes what was meant away, or something else before it."""
    leanings = reader.leanings
    rows = [
        json.loads(line)
        for file in sorted((ROOT / "procedures/training").glob("s2*.jsonl"))
        for line in file.read_text("utf-8").splitlines()
    ]
    members = {entry.id: set(entry.members) for entry in reader.index.entries}
    spoken, against = 0, []
    for row in rows:
        found = leanings.of(" ".join(map(decode_slip, split_words(row["text"]))))
        toward = {name for name, weight in found.items() if weight > 0}
        spoken += bool(toward)
        other = toward and row["code"] not in toward and not any(row["code"] in members.get(name, ()) for name in toward)
        if other or found.get(row["code"], 0.0) < 0:
            against.append(row["text"])
    assert spoken > 50
    assert len(against) <= 0.01 * len(rows), against


@pytest.mark.parametrize(
    ("text", "mourns"),
    [
        ("ba tôi mới mất, làm khai tử cần gì", True), ("vợ tui mất hồi hôm", True), ("con em mới sinh được 3 ngày thì mất", True),
        ("vợ em bị sảy thai", True), ("me em mat hom qua xin tien mai tang o dau", True), ("cháu bé đuối nước chết rồi", True),
        ("ba em là thương binh mới mất, tiền mai táng lãnh đâu", True),
        ("khai tử cần gì", False), ("ông nội mất năm 1975 giờ làm khai tử được không", False), ("nếu chồng tôi mất thì sao", False),
        ("ba tôi mất 20 năm rồi", False), ("bạn em mất thẻ căn cước", False), ("mẹ em mất căn cước", False), ("trâu nhà tui chết", False),
        ("sổ đứng tên ông nội đã mất", False),
    ],
)  # fmt: skip
def test_who_is_condoled(reader: Reader, text: str, mourns: bool) -> None:
    assert reader.leanings.mourns(reader.index.query(text).words.original) is mourns


def test_a_word_is_found_with_its_accents_or_with_none() -> None:
    found = pattern("con dấu|=gà|<kin> tui", {"kin": "mẹ|má"})
    assert all(found.search(text) for text in ("con dấu", "con dau", "gà", "mẹ tui", "ma tui"))
    assert not any(found.search(text) for text in ("con dâu", "ga", "mà tui", "con dấus"))


def test_a_story_says_much_in_passing() -> None:
    leanings = Leanings([Leaning(re.compile("chết"), toward=("1.000656",))], {"1.012825": re.compile("cai")})
    assert leanings.of("trâu chết") == {"1.000656": TOWARD, "1.012825": -AWAY}
    assert leanings.of("chết " * 30) == {}
    assert Leanings().mourns("ba tôi mất") is False
