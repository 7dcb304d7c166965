"""Addresses of our pages and of the national portal."""

from __future__ import annotations

from typing import Any

import pytest

from app.catalog.content import Procedure
from app.site import links
from tests.catalog.small_catalog import procedure

UUID = "019d2bfd-3fe0-70ac-b9d6-5e9e20d6eef7"
FULL = {"level": "full", "basis": "Quyết định 1/QĐ-UBND", "place": "Đà Nẵng"}


def _procedure(**more: Any) -> Procedure:
    return Procedure.model_validate(procedure(**more))


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("Đăng ký khai sinh", "dang-ky-khai-sinh"),
        ("Giấy độc thân (xác nhận tình trạng hôn nhân)", "giay-doc-than-xac-nhan-tinh-trang-hon-nhan"),
        ("  Ưu đãi, 100%  ", "uu-dai-100"),
    ],
)
def test_a_name_becomes_an_address_without_accents(name: str, slug: str) -> None:
    assert links.slug_of(name) == slug


def test_a_long_name_is_cut_between_words() -> None:
    slug = links.slug_of("đăng ký " * 30)
    assert len(slug) <= links.SLUG_LENGTH
    assert slug.endswith(("-ky", "-dang"))


def test_the_portal_is_linked_by_its_uuid_never_by_code() -> None:
    assert links.portal_page(_procedure(portal_id=UUID)) == f"https://dichvucong.gov.vn/thu-tuc-hanh-chinh/{UUID}"
    assert links.portal_page(_procedure()) is None


@pytest.mark.parametrize(
    ("more", "offered"),
    [
        ({"portal_id": UUID, "online": FULL}, True),
        ({"portal_id": UUID, "online": {**FULL, "level": "partial"}}, True),
        ({"portal_id": UUID, "channels": ["in_person", "online"]}, True),
        ({"portal_id": UUID, "channels": ["in_person"]}, False),
        ({"portal_id": UUID, "channels": "unknown"}, False),
        ({"online": FULL}, False),
    ],
)
def test_filing_online_is_offered_only_when_it_is_known_to_work(more: dict[str, Any], offered: bool) -> None:
    link = links.portal_filing(_procedure(**more))
    assert (link == f"https://dichvucong.gov.vn/nop-ho-so?formalityId={UUID}") is offered
    assert (link is None) is not offered


def test_a_printed_code_holds_our_own_short_address() -> None:
    assert links.short_address("https://phuong.example", "1.001193") == "https://phuong.example/q/1.001193"
