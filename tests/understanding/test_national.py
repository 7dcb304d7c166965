"""What the ward does not do: recognised by the national catalogue's names."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest

from app.assistant.knowing import Knowledge
from app.settings import ROOT
from app.understanding.decision import State
from app.understanding.dialogue import decide
from app.understanding.foreign import FOREIGN_BUCKETS, FOREIGN_FEATURES
from app.understanding.hashed_words import HashedWords
from app.understanding.national import Named, National
from app.understanding.reader import Reader
from app.understanding.text import folded_words

NAMES = [
    Named("1.000001", "a", "Cấp giấy phép hoạt động khai thác khoáng sản biển", "Sở Nông nghiệp và Môi trường"),
    Named("1.000002", "b", "Gia hạn giấy phép hoạt động điện lực", "Bộ Công Thương"),
    Named("1.000003", "c", "Thông báo thành lập văn phòng đại diện của tổ chức tín dụng", "Ngân hàng Nhà nước"),
]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("giấy phép khai thác khoáng sản biển", "1.000001"),
        ("gia han giay phep hoat dong dien luc", "1.000002"),
        ("xin gia hạn phép điện lực", "1.000002"),
        ("lập văn phòng đại diện tổ chức tín dụng", "1.000003"),
    ],
)
def test_a_name_is_found_by_its_words(text: str, code: str) -> None:
    found = National(NAMES).nearest(folded_words(text))
    assert found is not None
    assert found.is_meant
    assert found.named.code == code


@pytest.mark.parametrize("text", ["", "con tôi mới sinh", "giấy phép", "xyz", "điện thoại bị hỏng không gọi được ngân hàng"])
def test_little_in_common_is_nothing(text: str) -> None:
    found = National(NAMES).nearest(folded_words(text))
    assert found is None or not found.is_meant


def test_without_names_nothing_is_found() -> None:
    assert National(()).nearest(["giay", "phep"]) is None


@pytest.mark.parametrize(
    "text",
    ["cấp giấy phép thành lập trường đại học tư thục", "thủ tục cấp giấy phép hoạt động ngân hàng thương mại", "cap phep bay flycam drone"],
)
def test_somebody_elses_procedure_gets_no_card(reader: Reader, text: str) -> None:
    decision = decide(reader, text, State())
    assert decision.outcome == "other"
    assert decision.intent in ("national", "other_level")


@pytest.mark.parametrize(
    "text",
    [
        "công ty em muốn xin giấy phép nhập khẩu thiết bị y tế thì nộp ở đâu",
        "phong kham nha khoa doi bac si phu trach co phai lam lai giay phep hoat dong khong",
        "gia hạn chứng chỉ hành nghề thú y cần giấy tờ gì",
    ],
)
def test_words_of_other_agencies_outweigh_a_likeness_to_ours(reader: Reader, text: str) -> None:
    decision = decide(reader, text, State())
    assert decision.outcome in ("other", "unknown")
    assert not decision.parts


@pytest.mark.parametrize(
    "text",
    [
        "làm giấy khai sinh cho con",
        "xin giấy phép xây nhà 2 tầng",
        "mở quán ăn có cần giấy an toàn thực phẩm không",
        "đăng ký hộ kinh doanh",
    ],
)
def test_what_wards_do_is_nobody_elses(reader: Reader, text: str) -> None:
    probability, _ = reader.foreign(reader.read(text))
    assert probability < 0.9
    assert decide(reader, text, State()).intent != "national"


def test_the_agency_of_another_trade_is_not_named(reader: Reader) -> None:
    """«Chứng chỉ hành nghề xây dựng» is listed as another agency's; that of a vet is not that one."""
    decision = decide(reader, "gia hạn chứng chỉ hành nghề thú y cần giấy tờ gì", State())
    assert decision.intent == "national"
    assert "thú y" in reader.national.by_code[(decision.target or "").removeprefix("national:")].name


def test_words_nobody_ever_wrote_are_no_error(reader: Reader) -> None:
    assert reader.foreign_words is not None
    assert np.isfinite(reader.foreign_words.score({}))
    probability, nearest = reader.foreign(reader.read("qwzx"))
    assert 0 <= probability <= 1
    assert nearest is None


def test_weights_of_words_are_kept_to_a_byte(tmp_path: Path) -> None:
    learned = HashedWords(np.linspace(-2, 2, FOREIGN_BUCKETS, dtype=np.float32), -0.5)
    learned.save(tmp_path / "foreign.npz")
    read = HashedWords.load(tmp_path / "foreign.npz")
    assert read.bias == learned.bias
    assert np.abs(read.weights - learned.weights).max() < 0.01


@pytest.mark.parametrize(
    ("agency", "said", "names_a_place"),
    [
        ("Sở Y tế", "Sở Y tế", False),
        ("Sở Nông nghiệp và Môi trường Thành phố Hải Phòng; Ủy ban nhân dân cấp tỉnh", "Ủy ban nhân dân cấp tỉnh", False),
        ("Sở Nông nghiệp và Môi trường - tỉnh An Giang; Sở Nông nghiệp và Môi trường", "Sở Nông nghiệp và Môi trường", False),
        ("Sở Văn hóa và Thể thao Thành phố Hà Nội", "Sở Văn hóa và Thể thao Thành phố Hà Nội", True),
        ("Bảo hiểm xã hội tỉnh, thành phố", "Bảo hiểm xã hội tỉnh, thành phố", False),
        ("Cục Lãnh sự; Sở Ngoại vụ Thành phố Hồ Chí Minh", "Cục Lãnh sự; Sở Ngoại vụ Thành phố Hồ Chí Minh", True),
        ("Sở Tư pháp Thành phố Hà Nội; Ủy ban nhân dân cấp xã", "Sở Tư pháp Thành phố Hà Nội; Ủy ban nhân dân cấp xã", True),
        ("Sở Khoa học và Công nghệ TP.Đà Nẵng", "Sở Khoa học và Công nghệ TP.Đà Nẵng", True),
        ("", "", False),
    ],
)
def test_nobody_is_sent_to_another_province(agency: str, said: str, names_a_place: bool) -> None:
    named = Named("1.000001", "a", "Việc", agency)
    assert (named.agencies, named.names_a_place) == (said, names_a_place)


def test_what_one_province_decided_is_not_said_to_be_nobodys(knowledge: Knowledge) -> None:
    of_wards = [each for each in knowledge.reader.national.by_code.values() if each.is_of_wards]
    assert 0 < len(of_wards) < 50


def test_the_names_are_those_the_ward_does_not_hold(knowledge: Knowledge) -> None:
    with (ROOT / "procedures" / "national.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) > 4500
    assert not knowledge.reader.national.by_code.keys() & knowledge.catalog.procedures.keys()


def test_no_name_of_ours_is_taken_for_somebody_elses(knowledge: Knowledge) -> None:
    """The names in use, as somebody would type them."""
    wrong = [
        procedure.code
        for procedure in knowledge.catalog.in_force()
        if decide(knowledge.reader, procedure.name, State()).intent == "national"
    ]
    assert not wrong


def test_no_name_is_looked_for_where_none_could_make_it_another_agencys_matter(reader: Reader) -> None:
    assert reader.weights.foreign[[FOREIGN_FEATURES.index(name) for name in ("agreement", "telling")]].min() > 0
    reading = reader.read("đăng ký khai sinh cho con mới đẻ")
    most, nearest = reader.foreign(reading, 0.85)
    exactly, found = reader.foreign(reading)
    assert nearest is None
    assert found is not None
    assert exactly <= most < 0.85
