"""A sentence of a procedure may name a source of its own."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from app.catalog.content import Procedure
from tests.catalog.small_catalog import procedure

SOURCES = {
    "cong": {"title": "Cổng Dịch vụ công quốc gia", "date": "2026-07-01", "kind": "portal"},
    "luat": {"title": "Luật Cư trú 2020", "date": "2020-11-13", "kind": "law"},
}


def test_a_note_is_plain_text_or_names_its_own_source() -> None:
    built = Procedure.model_validate(
        procedure(sources=SOURCES, default_source="cong", notes=["Đi sớm cho vắng.", {"text": "Khai trong 12 giờ.", "source": "luat"}])
    )
    assert [str(note) for note in built.notes] == ["Đi sớm cho vắng.", "Khai trong 12 giờ."]
    assert [built.source_of(note).title for note in built.notes] == ["Cổng Dịch vụ công quốc gia", "Luật Cư trú 2020"]


def test_where_and_who_may_name_their_source_too() -> None:
    said = {"text": "Nộp ở phường nào cũng được.", "source": "luat"}
    built = Procedure.model_validate(procedure(sources=SOURCES, default_source="cong", where=said, who=said))
    assert built.source_of(built.where).title == "Luật Cư trú 2020"
    assert built.cited_sources() == {"luat"}


def test_a_source_that_is_not_declared_is_refused() -> None:
    with pytest.raises(ValidationError, match="Nguồn chưa khai báo"):
        Procedure.model_validate(procedure(notes=[{"text": "Khai trong 12 giờ.", "source": "vang"}]))
