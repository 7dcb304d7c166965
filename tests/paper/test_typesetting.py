"""Setting text: nothing lost, nothing cut, whatever is written."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.catalog.catalog import Catalog
from app.errors import BadInput
from app.paper.places import is_tag, tag_of
from app.paper.typesetting import LEAST, clean, face, fit, wrap

VIETNAMESE = "aăâbcdđeêghiklmnoôơpqrstuưvxyáàảãạắằẳẵặấầẩẫậéèẻẽẹếềểễệíìỉĩịóòỏõọốồổỗộớờởỡợúùủũụứừửữựýỳỷỹỵ"


def test_both_faces_have_every_letter_of_vietnamese() -> None:
    for bold in (False, True):
        known = face(bold=bold).advances
        assert [letter for letter in VIETNAMESE + VIETNAMESE.upper() + "0123456789«»–…₫§°()/" if letter not in known] == []


def test_nothing_of_the_catalog_is_left_out(catalog: Catalog) -> None:
    known = face(bold=False).advances
    for procedure in catalog.procedures.values():
        for text in (procedure.name, procedure.summary, procedure.where.text):
            composed = unicodedata.normalize("NFC", text)
            assert [letter for letter in composed if letter not in known and not letter.isspace()] == [], procedure.code


@pytest.mark.parametrize(
    ("written", "read"),
    [
        (unicodedata.normalize("NFD", "Giấy khai sinh"), "Giấy khai sinh"),
        ("Chợ 🎉 An  Khê\n", "Chợ An Khê"),
        ("a\u200bb\u00ad‑c", "ab-c"),
        ("<script>", "<script>"),
        ("🎉", ""),
        ("", ""),
    ],
)
def test_text_comes_in_letters_that_we_have(written: str, read: str) -> None:
    assert clean(written) == read


@settings(max_examples=60, deadline=None)
@given(st.text(st.sampled_from(VIETNAMESE + "   /.-"), max_size=300), st.floats(15, 180), st.floats(6, 60))
def test_lines_are_the_text_and_fit_the_column(text: str, width: float, size: float) -> None:
    lines = wrap(text, width, size)
    assert "".join(lines).replace(" ", "") == clean(text).replace(" ", "")
    for line in lines:
        assert face(bold=False).width(line, size) <= width + 1e-6 or len(line) == 1


@settings(max_examples=60, deadline=None)
@given(st.text(st.sampled_from(VIETNAMESE + "    "), max_size=200), st.floats(30, 180), st.floats(10, 90), st.booleans())
def test_what_is_fitted_is_inside_its_box(text: str, width: float, height: float, even: bool) -> None:
    block = fit(text, width, height, 56, bold=True, even=even)
    assert block.height <= height
    assert block.width <= width + 1e-6
    assert "".join(block.lines).replace(" ", "") == clean(text).replace(" ", "")


def test_words_stay_whole_while_letters_are_readable() -> None:
    block = fit("nghiêng " * 12, 20, 60, 56)
    assert block.size > LEAST
    assert {word for line in block.lines for word in line.split()} == {"nghiêng"}


def test_a_box_without_room_ends_the_search() -> None:
    assert fit("Đăng ký khai sinh", 40, -3, 56).lines


@pytest.mark.parametrize(("place", "tag"), [("Chợ An Khê", "cho-an-khe"), ("  Quầy 1 ", "quay-1"), ("", ""), ("Đ/c: số 5", "d-c-so-5")])
def test_a_place_becomes_a_tag(place: str, tag: str) -> None:
    assert tag_of(place) == tag
    assert is_tag(tag) or tag == ""


@pytest.mark.parametrize("place", ["🎉", "???", "chợ " * 40])
def test_a_place_that_is_none_is_refused(place: str) -> None:
    with pytest.raises(BadInput):
        tag_of(place)
