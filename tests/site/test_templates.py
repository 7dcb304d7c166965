"""Templates on their own: escaping, empty and broken states that real content does not show."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from jinja2 import Environment

from app.catalog.loader import load_catalog
from app.commune import load_commune
from app.messages import Badge, Card, Choice, Line, Link, Reply
from app.settings import ROOT, Settings
from app.site.links import page_path
from app.site.pages import with_phone_links
from app.site.procedure_view import structured_data, view_of
from app.site.static_files import static
from app.templates import environment
from tests.catalog.small_catalog import FIRST, case, procedure, write_catalog

HOSTILE = "<script>alert('x')</script> & <b>đậm</b>"


class _Exchange:
    def __init__(self, reply: Reply) -> None:
        self.reply, self.masked_text, self.answer_id, self.feedback = reply, HOSTILE, "a1", None


@pytest.fixture(scope="module")
def templates() -> Environment:
    made = environment()
    made.globals |= {"static": static, "commune": load_commune(ROOT / "procedures" / "commune.sample.yaml")}
    return made


def _render(templates: Environment, name: str, **context: Any) -> str:
    known = {"settings": Settings(), "path": "/", "with_phone_links": with_phone_links, "page_path": page_path}
    return templates.get_template(name).render(known | context)


def _procedure_page(templates: Environment, folder: Path, **more: Any) -> str:
    catalog = load_catalog(write_catalog(folder, {FIRST: procedure(**more)}))
    found = catalog.procedures["1.000001"]
    view = view_of(catalog, found, "https://phuong.example")
    commune: Any = templates.globals["commune"]
    return _render(
        templates,
        "site/procedure.html",
        view=view,
        procedure=found,
        current=found,
        doors=(),
        field=catalog.field("ho-tich"),
        structured=structured_data(view, commune, HOSTILE),
    )


def _exchange(templates: Environment, reply: Reply) -> str:
    return _render(
        templates,
        "site/exchange.html",
        exchange=_Exchange(reply),
        csrf="c",
        fresh_message_id=lambda: "m",
        local=lambda url: url,
    )


def test_text_of_the_catalog_never_becomes_markup(templates: Environment, tmp_path: Path) -> None:
    cases = [
        case(
            when=HOSTILE,
            papers=[{"name": HOSTILE, "kind": "fill", "form": HOSTILE, "note": HOSTILE, "only_if": HOSTILE}],
            time=[{"value": "5", "unit": "working_day", "note": HOSTILE}],
            fees=[{"status": "amount", "amount": "8000", "per": HOSTILE, "note": HOSTILE, "basis": HOSTILE}],
        )
    ]
    page = _procedure_page(
        templates,
        tmp_path,
        cases=cases,
        summary=HOSTILE,
        official_name=HOSTILE,
        where=HOSTILE,
        notes=[HOSTILE],
        result=HOSTILE,
        sources={"cong": {"title": HOSTILE, "date": "2026-07-18", "kind": "portal"}},
        online={"level": "full", "basis": HOSTILE, "place": HOSTILE},
    )
    assert "<script>alert" not in page
    assert "<b>đậm" not in page
    assert page.count("&lt;script&gt;alert") >= 14


def test_text_of_a_reply_never_becomes_markup(templates: Environment) -> None:
    card = Card(
        code="1.000001",
        title=HOSTILE,
        subtitle=HOSTILE,
        case=HOSTILE,
        badge=Badge(text=HOSTILE, tone="full"),
        lines=(Line(label=HOSTILE, text=HOSTILE, items=(HOSTILE,)),),
        basis=HOSTILE,
        links=(Link(label=HOSTILE, url="https://example.org"),),
    )
    reply = Reply(
        paragraphs=(HOSTILE,),
        cards=(card,),
        choices=(Choice(label=HOSTILE, send=HOSTILE),),
        closing=(HOSTILE,),
        links=(Link(label=HOSTILE, url="tel:113"),),
    )
    page = _exchange(templates, reply)
    assert "<script>" not in page
    assert "<b>đậm" not in page


def test_what_is_unknown_is_said_never_left_blank(templates: Environment, tmp_path: Path) -> None:
    page = _procedure_page(
        templates,
        tmp_path,
        cases=[case(papers="unknown", time="unknown", fees="unknown")],
        steps="unknown",
        result="unknown",
        legal_basis="unknown",
        conditions="unknown",
        channels="unknown",
    )
    assert page.count("Chưa có thông tin, bạn hỏi bộ phận một cửa.") >= 8
    assert "unknown" not in page.replace('class="unknown"', "")
    assert "miễn phí" not in page.lower()


def test_several_cases_are_each_complete_and_asked_about_first(templates: Environment, tmp_path: Path) -> None:
    cases = [case("moi", "Đường mới"), case("cu", "Đường cũ", fees="unknown")]
    page = _procedure_page(templates, tmp_path, cases=cases, case_question="Đường mới hay cũ?")
    assert page.index("Đường mới hay cũ?") < page.index('id="moi"') < page.index('id="cu"')
    for anchor in ("moi", "cu"):
        section = page.partition(f'id="{anchor}"')[2].partition("</section>")[0]
        for label in ("Cần gì", "Bao nhiêu tiền", "Mấy ngày", "Nộp ở đâu", 'type="checkbox"'):
            assert label in section, (anchor, label)


def test_a_replaced_procedure_says_so_with_a_link(templates: Environment, tmp_path: Path) -> None:
    page = _procedure_page(templates, tmp_path, replaced_by="1.000002")
    assert "Thủ tục này không còn dùng." in page
    assert 'href="/thu-tuc/1.000002/doi-ten-duong"' in page


def test_a_procedure_without_uuid_leads_to_the_portals_search(templates: Environment, tmp_path: Path) -> None:
    page = _procedure_page(templates, tmp_path)
    assert 'href="https://dichvucong.gov.vn/tra-cuu-thu-tuc"' in page
    assert "gõ mã 1.000001" in page
    assert "nop-ho-so" not in page


def test_an_emergency_shows_its_numbers_first(templates: Environment) -> None:
    reply = Reply(
        paragraphs=("Gọi ngay.",), links=(Link(label="114 – cháy", url="tel:114"),), closing=("Trực ban: 0236 000 0002.",), urgent=True
    )
    page = _exchange(templates, reply)
    assert 'class="reply urgent"' in page
    assert page.index('href="tel:114"') < page.index('href="tel:02360000002"')


def test_choices_are_numbered_buttons_that_send_their_text(templates: Environment) -> None:
    page = _exchange(
        templates, Reply(paragraphs=("Việc nào?",), choices=(Choice(label="Một", send="viec mot"), Choice(label="Hai", send="viec hai")))
    )
    assert '<button type="submit" name="text" value="viec hai"><span class="number">2.</span>' in page


@pytest.mark.parametrize("status", [400, 404, 405, 413, 422, 429, 500, 503])
def test_every_error_has_a_page_of_ours(templates: Environment, status: int) -> None:
    page = _render(templates, "site/error.html", status=status, message="Câu này nói phải làm gì.", request=None)
    assert page.count("<h1") == 1
    assert '<div id="thong-bao-loi"><p class="lede">Câu này nói phải làm gì.</p></div>' in page
    assert 'href="/thu-tuc"' in page


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("Gọi 0236 000 0000 nhé.", ["02360000000"]),
        ("Tổng đài 18001096; 0905.123.456", ["18001096", "0905123456"]),
        ("Trực 0236 3 123 456, (0236) 3 123 456, 0236.3.123.456, 0236-3123456", ["02363123456"] * 4),
        ("Gọi +84 905 123 456 hay +84 236 3 123 456; ĐT.0905 12 34 56.", ["+84905123456", "+842363123456", "0905123456"]),
        ("ĐT.0905123456, 09 0512 3456 - 024 3825 1234", ["0905123456", "0905123456", "02438251234"]),
        ("Tổng đài 1900 1234 24/7, 1900 12 34, 1800.545.455, 1900545455", ["19001234", "19001234", "1800545455", "1900545455"]),
        ("1900 1234 15 phút sau", ["19001234"]),
        ("Số 048095001234, 034 095 001 234, 034095001234; 02/09/2026; 5.0905123456; 0905123456/2026", []),
        ("Nghị định 123/2015/NĐ-CP, 10.000 đồng, ngày 20/11/2026, mã 1.001193", []),
    ],
)
def test_phone_numbers_can_be_pressed(text: str, numbers: list[str]) -> None:
    linked = str(with_phone_links(text))
    assert [part.partition('"')[0] for part in linked.split('href="tel:')[1:]] == numbers


def test_today_is_said_in_every_situation(templates: Environment) -> None:
    from app.calendar.opening import DayPlan  # noqa: PLC0415
    from app.commune import Shift  # noqa: PLC0415

    day, shifts = dt.date(2026, 12, 6), (Shift(opens=dt.time(7, 30), closes=dt.time(11)),)
    say: Any = templates.get_template("site/words.html").module
    hours = '<span class="span">7:30–11:00</span>.'
    assert say.open_today(DayPlan(day, "sunday_service", shifts)) == f"Hôm nay là Ngày Chủ nhật gần Dân, phường làm việc {hours}"
    assert say.open_today(DayPlan(day, "weekday", shifts)) == f"Hôm nay phường làm việc {hours}"
    assert "Hôm nay nghỉ lễ (Tết)" in say.open_today(DayPlan(day, "holiday", (), "Tết"))
    assert "không nhận hồ sơ" in say.open_today(DayPlan(day, "day_off", ()))
