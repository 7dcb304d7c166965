"""Guided questions on the page: links all the way, one answer can be changed, the end is the case with its papers."""

from __future__ import annotations

import re

import pytest

from app.catalog.content import Procedure
from app.catalog.loader import load_catalog
from app.settings import Settings
from app.site.links import page_path
from tests.site.conftest import Visitor

GUIDED = [each for each in load_catalog(Settings().procedures_dir).in_force() if each.guide]
OPTION = re.compile(r'<li><a class="button secondary" href="([^"]+)">')


def _start(procedure: Procedure) -> str:
    return f"{page_path(procedure)}/truong-hop"


def test_there_are_guides() -> None:
    assert len(GUIDED) > 20


@pytest.mark.parametrize("procedure", GUIDED[:6], ids=lambda each: each.code)
def test_first_answers_lead_to_a_case_with_its_papers(visitor: Visitor, procedure: Procedure) -> None:
    assert procedure.guide is not None
    page = visitor.get(_start(procedure))
    assert procedure.guide[0].text in page.text
    for _ in procedure.guide:
        options = OPTION.findall(page.text)
        if not options:
            break
        page = visitor.get(options[0].replace("&amp;", "&"))
    assert "trường hợp của bạn là" in page.text
    assert "Bạn đã trả lời" in page.text
    assert "Giấy tờ cần chuẩn bị" in page.text or "Chưa có thông tin" in page.text


def test_changing_the_first_answer_keeps_the_second(visitor: Visitor) -> None:
    procedure = next(each for each in GUIDED if each.guide is not None and len(each.guide) > 1)
    assert procedure.guide is not None
    page = visitor.get(_start(procedure))
    for _ in procedure.guide:
        options = OPTION.findall(page.text)
        page = visitor.get(options[0].replace("&amp;", "&")) if options else page
    change = re.findall(r'href="([^"]+)">Đổi', page.text)[0].replace("&amp;", "&")
    again = visitor.get(change)
    assert f"<h1>{procedure.guide[0].text}</h1>" in again.text
    assert "trường hợp của bạn là" in visitor.get(OPTION.findall(again.text)[0].replace("&amp;", "&")).text


@pytest.mark.parametrize(
    "wrong", ["tl=x:9", "tl=:", "tl=%F0%9F%98%80:1", "tl=a:99999999999999999999", "tl=" + "a" * 3000, "&".join(["tl=a:1"] * 99)]
)
def test_answers_that_mean_nothing_begin_at_the_beginning(visitor: Visitor, wrong: str) -> None:
    assert GUIDED[0].guide is not None
    assert GUIDED[0].guide[0].text in visitor.get(f"{_start(GUIDED[0])}?{wrong}").text


def test_a_procedure_without_a_guide_shows_its_page(visitor: Visitor) -> None:
    plain = next(each for each in load_catalog(Settings().procedures_dir).in_force() if not each.guide)
    assert visitor.get(_start(plain)).status_code in {302, 308}
    assert visitor.get("/thu-tuc/9.999999/x/truong-hop").status_code == 404
