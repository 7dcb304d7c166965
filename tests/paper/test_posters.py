"""Posters and stickers of everything in the catalog: no word lost, nothing over the edge, every code read by somebody else's reader."""

from __future__ import annotations

import time
import unicodedata
from dataclasses import replace
from itertools import pairwise

import pytest

from app.calendar.calendar import Calendar
from app.catalog.catalog import Catalog
from app.errors import BadInput, NotFound
from app.paper.codes import LEAST_MODULE, code_at
from app.paper.poster_layout import MARGIN, Format, pages_of
from app.paper.posters import Kind, Subject, poster_of
from app.paper.service import Press
from app.paper.sheet import POINT, Box, Code, Words
from app.paper.typesetting import TINIEST, clean, face
from tests.paper.reading import codes_of, decoded, is_composed, picture, seen_from_an_arm, squeezed, text_layer, words_of

PLACE = "Nhà văn hóa tổ 12"


def _everything(press: Press) -> list[Subject]:
    subjects = press.subjects()
    return [subject for kind in Kind for subject in subjects.of(kind)]


def test_every_kind_has_posters(press: Press, catalog: Catalog) -> None:
    subjects = press.subjects()
    assert len(subjects.of(Kind.PROCEDURE)) == len(catalog.in_force()) > 450
    assert [each.key for each in subjects.of(Kind.COUNTER)] == ["quay/1", "quay/2", "quay/3", "quay/4"]
    assert [each.key for each in subjects.of(Kind.CHAT)] == ["hoi/web", "hoi/zalo", "hoi/telegram"]
    assert [each.key for each in subjects.of(Kind.SUNDAY)] == ["lich/chu-nhat"]
    assert len(subjects.of(Kind.FIELD)) > 20
    assert len(subjects.of(Kind.EVENT)) > 8
    assert max(len(each.key) for each in _everything(press)) <= 60


@pytest.fixture(scope="module")
def stickers(press: Press) -> list[Code]:
    """The codes on stickers of everything, in that order."""
    keys = [each.key for each in _everything(press)]
    return [code for page in press.many(keys, Format.STICKERS, PLACE).pages for code in codes_of(page)]


def test_every_code_of_the_catalog_is_read(press: Press, stickers: list[Code]) -> None:
    """All kinds, all procedures; the code on A4 is the same code, larger."""
    found = _everything(press)
    began = time.process_time()
    for subject, code in zip(found, stickers, strict=True):
        assert code.module >= LEAST_MODULE, subject.key
        assert decoded(picture(code)) == press.poster(subject, PLACE).address == code.address, subject.key
    print(f"\n{len(found)} codes read, {len(found) / (time.process_time() - began):.0f} a second")


def test_a_sticker_is_read_at_arms_length_by_a_cheap_phone(stickers: list[Code]) -> None:
    for code in stickers[::15]:
        assert decoded(seen_from_an_arm(code)) == code.address


def test_the_reader_at_arms_length_can_fail(stickers: list[Code]) -> None:
    tiny = replace(stickers[0], side=stickers[0].side / 3)
    assert decoded(seen_from_an_arm(tiny)) == ""


def test_a_third_longer_address_still_fits_a_sticker_and_a_silly_one_is_refused() -> None:
    assert code_at(0, 0, 38, "https://trogiup.phuong-an-khe.danang.gov.vn/q/sk/nguoi-than-mat?p=nha-van-hoa-to-12").module >= LEAST_MODULE
    with pytest.raises(BadInput, match="khổ lớn hơn"):
        code_at(0, 0, 38, "https://example.vn/" + "x" * 150)


@pytest.mark.parametrize("paper", [Format.A4, Format.A5, Format.A6])
def test_every_name_is_whole_and_within_its_sheet(press: Press, paper: Format) -> None:
    """The title is set in lines that together are the title; no line leaves the paper; no letters too small to read."""
    found = _everything(press)[:: 1 if paper is Format.A4 else 5]
    pages = press.many([each.key for each in found], paper, PLACE).pages
    for subject, page in zip(found, pages, strict=True):
        _assert_words_are_inside(page.width, page.height, words_of(page))
        said = squeezed(each.text for each in words_of(page))
        poster = press.poster(subject, PLACE)
        wanted = (subject.title, subject.sentence, poster.ward, poster.office, poster.scan, *poster.come, poster.phone, *subject.facts)
        for text in wanted:
            assert clean(text) in said, (subject.key, text)
        assert poster.letters in said.replace(" ", "")
        title = max(each.size for each in words_of(page))
        assert title >= 24 * page.width / 210, subject.title


def _assert_words_are_inside(width: float, height: float, words: list[Words]) -> None:
    for each in words:
        wide = face(bold=each.bold).width(each.text, each.size)
        left = each.x - wide / 2 if each.centred else each.x
        assert left >= 0, each
        assert left + wide <= width + 0.01, each
        assert each.size * POINT < each.y < height, each
        assert each.size > TINIEST * 3, each


def test_nothing_of_a_poster_lies_on_its_code(press: Press) -> None:
    for subject in _everything(press)[::10]:
        (page,) = press.many([subject.key], Format.A4).pages
        (code,) = codes_of(page)
        for each in words_of(page):
            right = each.x + face(bold=each.bold).width(each.text, each.size)
            apart = each.y < code.y or each.y - each.size * POINT > code.y + code.side or each.x > code.x + code.side or right < code.x
            assert apart, (subject.key, each.text)


def test_blocks_of_a_poster_do_not_overlap(press: Press) -> None:
    for subject in _everything(press)[::10]:
        (page,) = press.many([subject.key], Format.A4, PLACE).pages
        band, *_ = (item for item in page.items if isinstance(item, Box))
        lines = sorted((each for each in words_of(page) if each.x == MARGIN), key=lambda each: each.y)
        assert lines[0].y - lines[0].size * POINT > band.y + band.height, subject.key
        for above, below in pairwise(lines):
            assert below.y - above.y > max(above.size * 0.3, below.size * 0.9) * POINT * 0.85, (subject.key, above.text, below.text)


def _letters(text: str) -> str:
    """Without spaces: a reader leaves out the one between two texts that follow on one line."""
    return text.replace(" ", "")


@pytest.mark.parametrize("kind", list(Kind))
@pytest.mark.parametrize("paper", list(Format))
def test_the_words_of_a_pdf_can_be_searched_and_copied(press: Press, kind: Kind, paper: Format) -> None:
    """The text layer holds exactly what was set, composed (NFC), with every Vietnamese letter."""
    keys = [each.key for each in press.subjects().of(kind)[:2]]
    made = press.many(keys, paper, PLACE, joined=True)
    read = text_layer(made.pdf())
    assert is_composed(read)
    assert _letters(read) == _letters(squeezed(each.text for page in made.pages for each in words_of(page)))
    assert all(each.text in read for page in made.pages for each in words_of(page))
    assert "Phường An Khê (mẫu)" in read


def test_a_sheet_has_twenty_stickers_and_joined_sheets_are_a4(press: Press) -> None:
    assert [len(codes_of(page)) for page in press.many(["1.001193"], Format.STICKERS, copies=21).pages] == [20, 1]
    five = ["1.001193", "1.000894", "2.000815", "lv/ho-tich", "quay/1"]
    assert [(page.width, page.height, len(codes_of(page))) for page in press.many(five, Format.A5, joined=True).pages] == [
        (297, 210, 2), (297, 210, 2), (297, 210, 1),
    ]  # fmt: skip
    assert [(page.width, page.height, len(codes_of(page))) for page in press.many(five, Format.A6, joined=True).pages] == [
        (210, 297, 4),
        (210, 297, 1),
    ]
    assert {(page.width, page.height) for page in press.many(five, Format.A6).pages} == {(105, 148.5)}


def test_the_sunday_poster_tells_the_days_that_are_really_held(press: Press) -> None:
    subject = press.subjects().find("lich", "chu-nhat")
    assert subject is not None
    assert subject.facts == (
        "Các buổi tới: Chủ nhật 6/12/2026, 3/1/2027, 7/3/2027",
        "Giờ làm việc: 7:30–11:30 và 13:30–16:30",
    )  # 7/2 is Tết


def test_what_is_replaced_gets_the_poster_of_what_replaced_it(press: Press, catalog: Catalog) -> None:
    old = next(each for each in catalog.procedures.values() if each.replaced_by)
    found = press.subjects().at(old.code)
    current = catalog.current(old.code)
    assert found is not None
    assert current is not None
    assert found.ident == current.code


def test_bad_wishes_are_refused_in_words(press: Press) -> None:
    with pytest.raises(BadInput, match="ít nhất một"):
        press.many([], Format.A4)
    with pytest.raises(BadInput, match="không còn trong danh mục"):
        press.many(["9.999999"], Format.A4)
    with pytest.raises(BadInput, match="nhiều nhất"):
        press.many([each.code for each in press._catalog().in_force()], Format.STICKERS, copies=200)
    for kind, ident in (("tt", "9.999999"), ("lv", "khong-co"), ("quay", "0"), ("quay", "99"), ("xx", "1"), ("hoi", "facebook")):
        with pytest.raises(NotFound):
            press.one(kind, ident, Format.A4)


def test_many_posters_are_made_quickly(press: Press, catalog: Catalog) -> None:
    codes = [each.code for each in catalog.in_force()[:60]]
    began = time.process_time()
    size = len(press.many(codes, Format.A4, PLACE).pdf())
    taken = time.process_time() - began
    print(f"\n{len(codes) / taken:.0f} posters a second of one core, {size // len(codes) // 1000} kB each")
    assert len(codes) / taken > 8


@pytest.mark.parametrize("paper", list(Format))
def test_the_longest_names_a_ward_may_write_stay_on_the_paper(calendar: Calendar, paper: Format) -> None:
    """Names of 90 letters, an office and an address of 600, an emoji, letters taken apart (NFD): smaller, never cut or over the edge."""
    name = "Nguyễn Nghiêm Thượng Phước Trường Xuân Hòa Bình Đông Tây Nam Bắc Trung Hưng Phú Mỹ Lộc Thọ"[:90].strip()
    long = unicodedata.normalize("NFD", ("Trung tâm Phục vụ hành chính công " * 20)[:590].strip()) + " 🎉"
    profile = calendar.profile.model_copy(update={"name": name, "office": long, "address": long})
    host = "https://trogiup.phuong-nguyen-nghiem-thuong.quangngai.gov.vn"
    subject = Subject(Kind.SUNDAY, "chu-nhat", name, long[:400], ("Các buổi tới: " + "Chủ nhật 6/12/2026, " * 3, "Giờ làm việc: 7:30"))
    poster = poster_of(subject, profile, host, "CHỢ 🎉" if paper is Format.STICKERS else "NHÀ VĂN HÓA TỔ DÂN PHỐ 123 🎉 XÓM MƯƠNG")
    (page,) = pages_of([poster], paper)
    said = squeezed(each.text for each in words_of(page))
    for each in words_of(page):
        wide = face(bold=each.bold).width(each.text, each.size)
        assert each.x - (wide / 2 if each.centred else 0) >= -0.01
        assert each.x + (wide / 2 if each.centred else wide) <= page.width
        assert 0 < each.y < page.height
    assert clean(name) in said
    if paper is not Format.STICKERS:
        assert clean(long) in said
    assert decoded(picture(codes_of(page)[0])) == poster.address
