"""Search and filters of the list."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.catalog.catalog import Catalog
from app.catalog.loader import load_catalog
from app.site.listing import Filters, Search, find
from tests.catalog.small_catalog import FIRST, OTHERS, SECOND, procedure, write_catalog

LEVEL = {"level": "full", "basis": "Quyết định 1/QĐ-UBND", "place": "Đà Nẵng"}
EVENT = {
    "id": "mo-duong",
    "name": "Mở đường",
    "about": "Các việc khi mở đường mới.",
    "asks": [f"mở đường câu {number}" for number in range(6)],
    "procedures": ["1.000002", "1.000001"],
}


@pytest.fixture
def catalog(tmp_path: Path) -> Catalog:
    files = {
        FIRST: procedure(name="Đặt tên đường", online=LEVEL),
        SECOND: procedure("1.000002", "Đổi tên hẻm", field="cu-tru"),
        "life-events.yaml": {"life_events": [EVENT]},
    }
    files["cu-tru/1.000002-doi-ten.yaml"] = files.pop(SECOND)
    return load_catalog(write_catalog(tmp_path, OTHERS | files | {SECOND: None}))


def _understands(*codes: str) -> Search:
    return lambda _text: list(codes)


def _codes(catalog: Catalog, search: Search | None = None, **filters: str) -> list[str]:
    values = {"words": "", "field": "", "level": "", "event": ""} | filters
    groups = find(catalog, Filters.read(catalog, **values), search or _understands())
    return [item.code for group in groups for item in group.procedures]


def test_without_words_everything_stands_under_its_field(catalog: Catalog) -> None:
    groups = find(catalog, Filters(), _understands())
    assert [(group.field.id if group.field else None, len(group.procedures)) for group in groups] == [("ho-tich", 1), ("cu-tru", 1)]


@pytest.mark.parametrize("words", ["hẻm", "hem", "HEM", "doi ten h", "1.000002"])
def test_a_name_is_found_without_accents_and_while_it_is_typed(catalog: Catalog, words: str) -> None:
    assert _codes(catalog, words=words) == ["1.000002"]


def test_a_word_is_found_from_its_beginning_only(catalog: Catalog) -> None:
    assert _codes(catalog, words="em") == []


def test_what_the_bot_understands_joins_and_leads(catalog: Catalog) -> None:
    # «plain» stands in the asks of both, in no name.
    assert _codes(catalog, _understands("1.000002"), words="plain") == ["1.000002"]
    assert _codes(catalog, _understands("1.000002", "1.000001"), words="ten") == ["1.000002", "1.000001"]


def test_a_guess_that_shares_no_word_is_not_shown(catalog: Catalog) -> None:
    assert _codes(catalog, _understands("1.000001", "1.000002"), words="zzzz") == []


def test_a_code_that_is_not_in_the_catalog_is_passed_over(catalog: Catalog) -> None:
    assert _codes(catalog, _understands("9.999999"), words="hem") == ["1.000002"]


def test_filters_narrow_together_with_words(catalog: Catalog) -> None:
    assert _codes(catalog, words="ten", field="cu-tru") == ["1.000002"]
    assert _codes(catalog, level="full") == ["1.000001"]
    assert _codes(catalog, level="full", field="cu-tru") == []


def test_a_life_event_keeps_its_order(catalog: Catalog) -> None:
    assert _codes(catalog, event="mo-duong") == ["1.000002", "1.000001"]


def test_what_means_nothing_is_no_filter(catalog: Catalog) -> None:
    filters = Filters.read(catalog, words="  a\x00 b ", field="../x", level="wrong", event="none")
    assert filters == Filters(words="a b")
    assert not filters.narrowed


def test_the_address_has_no_empty_parts(catalog: Catalog) -> None:
    assert Filters().path() == "/thu-tuc"
    assert Filters.read(catalog, "sổ đỏ", "", "full", "").path() == "/thu-tuc?q=s%E1%BB%95+%C4%91%E1%BB%8F&muc=full"
