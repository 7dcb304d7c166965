"""Slips for people without a phone: everything they need, in large letters, on one side where one side holds it."""

from __future__ import annotations

from collections import Counter

import pytest

from app.calendar.calendar import Calendar
from app.catalog.catalog import Catalog
from app.catalog.content import UNKNOWN
from app.errors import NotFound
from app.paper.poster_layout import Format
from app.paper.service import Press
from app.paper.sheet import Box
from app.paper.slip_layout import TEXT
from app.paper.typesetting import clean, face
from tests.paper.conftest import PUBLIC_URL
from tests.paper.reading import codes_of, decoded, is_composed, picture, squeezed, text_layer, words_of

BIRTH = ("1.001193", "trong-60-ngay")


def _said(press: Press, code: str, case: str, paper: Format = Format.A4) -> str:
    return squeezed(each.text for page in press.slip(code, case, paper).pages for each in words_of(page))


def test_a_slip_tells_what_to_bring_what_it_costs_and_when_to_come(press: Press) -> None:
    said = _said(press, *BIRTH)
    for words in (
        "Phường An Khê (mẫu)",
        "Đăng ký khai sinh",
        "Mang theo Giấy chứng sinh của bé (1 bản chính)",
        "Bao nhiêu tiền Miễn phí.",
        "Mấy ngày 1 ngày làm việc.",
        "Nộp ở đâu",
        "Hôm nay 23/11: 7:30–11:30 và 13:30–17:30",
        "Thứ Tư 25/11: 7:30–11:30 và 13:30–17:30",
        "Ngày gần Dân Chủ nhật 6/12/2026, 7:30–11:30 và 13:30–16:30",
        "Bộ phận một cửa: 0236 000 0000",
        "Người nhà quét để xem giúp",
        "In ngày 23/11/2026.",
    ):
        assert words in said, words


def test_the_code_for_a_relative_is_read_and_counted_as_a_slip(press: Press) -> None:
    (code,) = codes_of(press.slip(*BIRTH).pages[0])
    assert decoded(picture(code)) == f"{PUBLIC_URL}/q/1.001193?p=phieu"


def test_every_slip_is_whole_in_large_letters_with_a_box_for_each_paper(press: Press, catalog: Catalog) -> None:
    sides: Counter[int] = Counter()
    for procedure in catalog.in_force()[::2]:
        for case in procedure.cases:
            pages = press.slip(procedure.code, case.id).pages
            sides[len(pages)] += 1
            lines = [each for page in pages for each in words_of(page)]
            assert min(each.size for each in lines) >= TEXT, procedure.code
            assert all(each.x + face(bold=each.bold).width(each.text, each.size) <= 210 for each in lines if not each.centred), (
                procedure.code
            )
            assert all(each.y < page.height - 8 for page in pages for each in words_of(page)), procedure.code
            said = squeezed(each.text for each in lines)
            papers = () if case.papers == UNKNOWN else case.papers
            assert [each.name for each in papers if clean(each.name) not in said] == [], procedure.code
            assert sum(isinstance(item, Box) for page in pages for item in page.items) == len(papers), procedure.code
            assert "khi khi" not in said
    print(f"\nsides of A4: {dict(sides)}")
    assert sides[1] / sides.total() > 0.88
    assert max(sides) == 2


def test_two_sides_say_so(press: Press) -> None:
    pages = press.slip("1.013978", "dang-su-dung-dat").pages
    assert len(pages) == 2
    assert "Xem tiếp mặt sau" in squeezed(each.text for each in words_of(pages[0]))
    assert "Mặt 2 trên 2" in squeezed(each.text for each in words_of(pages[1]))


@pytest.mark.parametrize("paper", [Format.A4, Format.A5])
def test_the_words_of_a_slip_can_be_read_aloud(press: Press, paper: Format) -> None:
    made = press.slip(*BIRTH, paper)
    read = text_layer(made.pdf())
    assert is_composed(read)
    lines = [each.text for page in made.pages for each in words_of(page)]
    assert read.replace(" ", "") == "".join(lines).replace(" ", "")
    assert all(line in read for line in lines)


def test_what_is_not_known_is_said_to_be_asked(press: Press, catalog: Catalog) -> None:
    code, case = next((item.code, case.id) for item in catalog.in_force() for case in item.cases if case.papers == UNKNOWN)
    assert "Mang theo Chưa có thông tin, bạn hỏi bộ phận một cửa." in _said(press, code, case)


def test_no_slip_for_what_is_not_there(press: Press, calendar: Calendar) -> None:
    for code, case, paper in (
        ("9.999999", "x", Format.A4),
        ("1.001193", "khong-co", Format.A4),
        (*BIRTH, Format.STICKERS),
        (*BIRTH, Format.A6),
    ):
        with pytest.raises(NotFound):
            press.slip(code, case, paper)
