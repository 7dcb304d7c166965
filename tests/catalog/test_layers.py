"""A layer tells what is different in one place, with its own source; papers and steps stay the national ones."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from app.catalog.collections import Layer
from app.catalog.content import Case, FeeStatus, OnlineLevel, Procedure
from app.catalog.layers import apply_layer
from app.catalog.loader import load_catalog, read_catalog
from app.catalog.yaml_loader import ContentError
from tests.catalog.small_catalog import case, layer, procedure, write_catalog

FREE = {"status": "free", "basis": "Nghị quyết 13/2025", "channel": "online"}
DAY = {"value": "1", "unit": "day"}
TWO: dict[str, Any] = {"cases": [case("mot", "Trường hợp một"), case("hai", "Trường hợp hai")], "case_question": "Trường hợp nào?"}


def _applied(**more: Any) -> Procedure:
    return apply_layer(Procedure.model_validate(procedure(**TWO)), Layer.model_validate(layer(**more)))


def _statuses(one: Case) -> list[FeeStatus]:
    assert not isinstance(one.fees, str)
    return [fee.status for fee in one.fees]


def test_a_layer_changes_the_case_it_names_and_no_other() -> None:
    built = _applied(cases={"hai": {"fees": [FREE], "time": [DAY]}})
    one, two = built.cases
    assert _statuses(one) == [FeeStatus.AMOUNT]
    assert _statuses(two) == [FeeStatus.FREE]
    assert [item.value for item in two.time if not isinstance(item, str)] == [1]


def test_a_star_means_every_case_and_a_named_case_wins_over_it() -> None:
    built = _applied(cases={"*": {"fees": [FREE]}, "hai": {"fees": [{"status": "by_province"}]}})
    assert [_statuses(one) for one in built.cases] == [[FeeStatus.FREE], [FeeStatus.BY_PROVINCE]]


def test_a_layer_that_names_only_fees_keeps_the_national_time() -> None:
    national = Procedure.model_validate(procedure(**TWO))
    built = _applied(cases={"*": {"fees": [FREE]}})
    assert [one.time for one in built.cases] == [one.time for one in national.cases]


def test_papers_steps_conditions_and_result_are_never_touched() -> None:
    national = Procedure.model_validate(procedure(**TWO))
    online = {"level": "full", "basis": "Quyết định 1", "place": "Đà Nẵng"}
    built = _applied(
        cases={"*": {"fees": [FREE], "time": [DAY]}}, online=online, where="Nộp ở 1 đường Mẫu.", notes=["Ở đây khác một chút."]
    )
    assert [one.papers for one in built.cases] == [one.papers for one in national.cases]
    assert (built.steps, built.conditions, built.result) == (national.steps, national.conditions, national.result)
    assert built.online.level is OnlineLevel.FULL
    assert str(built.where) == "Nộp ở 1 đường Mẫu."
    assert tuple(map(str, built.notes)) == ("Ở đây khác một chút.",)


@pytest.mark.parametrize("name", ["papers", "steps", "conditions", "name", "legal_basis", "asks"])
def test_a_layer_that_tries_to_is_refused(tmp_path: Path, name: str) -> None:
    for content in (layer() | {name: []}, layer(cases={"*": {name: []}})):
        reading = read_catalog(write_catalog(tmp_path, {"locales/da-nang/1.000001.yaml": content}), "da-nang")
        assert [problem.wrong for problem in reading.errors] == ["không có trường tên này"]


def test_what_a_layer_changes_names_the_sources_of_the_layer() -> None:
    built = _applied(cases={"mot": {"fees": [FREE]}})
    fee, paper = built.cases[0].fees[0], built.cases[0].papers[0]
    assert not isinstance(fee, str)
    assert not isinstance(paper, str)
    assert (built.source_of(fee).title, built.source_of(paper).title) == ("Báo Đà Nẵng", "Cổng Dịch vụ công quốc gia")


def test_a_source_of_the_layer_does_not_hide_a_national_one_of_the_same_name() -> None:
    sources = {"cong": {"title": "Cổng tỉnh", "date": "2026-01-01", "kind": "portal"}}
    built = _applied(default_source="cong", sources=sources, cases={"mot": {"fees": [FREE]}})
    fee, paper = built.cases[0].fees[0], built.cases[0].papers[0]
    assert not isinstance(fee, str)
    assert not isinstance(paper, str)
    assert (built.source_of(fee).title, built.source_of(paper).title) == ("Cổng tỉnh", "Cổng Dịch vụ công quốc gia")


def test_notes_of_the_layer_come_after_the_national_ones() -> None:
    built = apply_layer(
        Procedure.model_validate(procedure(notes=["Lời chung cả nước."])), Layer.model_validate(layer(notes=["Lời ở đây."]))
    )
    assert tuple(map(str, built.notes)) == ("Lời chung cả nước.", "Lời ở đây.")


def test_an_unknown_case_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match=r"Không có trường hợp ba trong thủ tục 1\.000001"):
        _applied(cases={"ba": {"fees": [FREE]}})


def test_a_place_without_a_layer_is_told_with_the_places_there_are(tmp_path: Path) -> None:
    write_catalog(tmp_path, {"locales/da-nang/1.000001.yaml": layer()})
    with pytest.raises(ContentError, match="locales/hue — cả tệp: không có lớp địa phương này → chọn một trong: da-nang"):
        load_catalog(tmp_path, "hue")


def test_without_a_place_the_national_text_stands(tmp_path: Path) -> None:
    write_catalog(tmp_path, {"locales/da-nang/1.000001.yaml": layer(cases={"chung": {"fees": [FREE]}})})
    national, local = load_catalog(tmp_path), load_catalog(tmp_path, "da-nang")
    assert _statuses(national.procedures["1.000001"].cases[0]) == [FeeStatus.AMOUNT]
    assert _statuses(local.procedures["1.000001"].cases[0]) == [FeeStatus.FREE]
    assert national.version != local.version
