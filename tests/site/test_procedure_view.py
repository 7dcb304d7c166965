"""What the page of a procedure shows beside the procedure."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from app.catalog.catalog import Catalog
from app.catalog.loader import load_catalog
from app.commune import CommuneProfile, load_commune
from app.settings import ROOT
from app.site.procedure_view import ProcedureView, structured_data, view_of
from app.site.qr import qr_svg
from tests.catalog.small_catalog import FIRST, case, procedure, write_catalog

PAPERS = [
    {"name": "Đơn xin đặt tên", "kind": "fill", "originals": "1"},
    {"name": "Giấy ủy quyền", "kind": "submit", "copies": "1", "only_if": "Bạn làm thay người khác."},
]


def _catalog(folder: Path, **more: Any) -> Catalog:
    return load_catalog(write_catalog(folder, {FIRST: procedure(**more)}))


def _view(folder: Path, **more: Any) -> ProcedureView:
    catalog = _catalog(folder, **more)
    return view_of(catalog, catalog.procedures["1.000001"], "https://phuong.example")


@pytest.fixture(scope="module")
def commune() -> CommuneProfile:
    return load_commune(ROOT / "procedures" / "commune.sample.yaml")


def test_papers_everyone_needs_stand_apart(tmp_path: Path) -> None:
    view = _view(tmp_path, cases=[case(papers=PAPERS)])
    papers = view.papers(view.procedure.cases[0])
    assert papers is not None
    assert [paper.name for paper in papers.always] == ["Đơn xin đặt tên"]
    assert [paper.name for paper in papers.sometimes] == ["Giấy ủy quyền"]


def test_unknown_papers_are_not_no_papers(tmp_path: Path) -> None:
    view = _view(tmp_path, cases=[case(papers="unknown")])
    assert view.papers(view.procedure.cases[0]) is None


def test_a_tick_belongs_to_its_paper_not_to_its_place_in_the_list(tmp_path: Path) -> None:
    keys = []
    for name, order in (("as-written", PAPERS), ("turned", PAPERS[::-1])):
        view = _view(tmp_path / name, cases=[case(papers=order)])
        papers = view.papers(view.procedure.cases[0])
        assert papers is not None
        keys.append({paper.name: view.paper_key(paper) for paper in (*papers.always, *papers.sometimes)})
    assert keys[0] == keys[1]
    assert len(set(keys[0].values())) == 2


def test_the_qr_code_has_no_style_that_our_policy_forbids() -> None:
    drawing = qr_svg("https://phuong.example/q/1.001193")
    assert drawing.startswith("<svg")
    assert not re.search(r"\s(style|on\w+)=", drawing)


def test_structured_data_leaves_out_what_is_unknown(tmp_path: Path, commune: CommuneProfile) -> None:
    unknown = case(fees="unknown", time="unknown", papers="unknown")
    view = _view(tmp_path, cases=[unknown], result="unknown", legal_basis="unknown", channels="unknown")
    data = structured_data(view, commune, "Hộ tịch")
    assert "unknown" not in json.dumps(data)
    assert not data.keys() & {"offers", "serviceOutput", "termsOfService", "availableChannel", "sameAs"}


def test_structured_data_says_a_fee_only_when_it_has_an_amount(tmp_path: Path, commune: CommuneProfile) -> None:
    fees = [{"status": "amount", "amount": "8000", "per": "bản"}, {"status": "by_province"}]
    data = structured_data(_view(tmp_path, cases=[case(fees=fees)]), commune, "Hộ tịch")
    assert [(offer["price"], offer["description"]) for offer in data["offers"]] == [(8000, "bản")]
    assert data["@type"] == "GovernmentService"
    assert data["url"] == "https://phuong.example/thu-tuc/1.000001/dat-ten-duong"


def test_a_replaced_procedure_knows_what_replaced_it(tmp_path: Path) -> None:
    view = _view(tmp_path, replaced_by="1.000002")
    assert view.replaced_by is not None
    assert view.replaced_by.code == "1.000002"
    assert _view(tmp_path / "b").replaced_by is None


def test_look_alikes_come_with_their_difference(tmp_path: Path) -> None:
    assert [(item.procedure.code, item.difference) for item in _view(tmp_path).lookalikes] == [("1.000002", "Việc kia là đổi tên đã có.")]
