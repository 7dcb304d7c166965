"""JSON-LD: another program reads it, it is what CPSV-AP asks for, and it never says more than the catalog knows."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pyshacl
import pytest
import rdflib
from rdflib.namespace import DCTERMS, RDF, SKOS

from app.catalog.catalog import Catalog
from app.catalog.exporting import Format, export, select
from app.catalog.loader import load_catalog
from app.settings import ROOT
from tests.catalog.small_catalog import FIRST, SECOND, case, procedure, write_catalog

pytestmark = pytest.mark.filterwarnings("ignore:(ConjunctiveGraph|Dataset)[ .]:DeprecationWarning")

URL = "https://phuong.example.vn"
SHAPES = Path(__file__).with_name("cpsv_ap.ttl")
CPSV = rdflib.Namespace("http://purl.org/vocab/cpsv#")
CV = rdflib.Namespace("http://data.europa.eu/m8g/")
SERVICE = rdflib.URIRef(f"{URL}/thu-tuc/1.000001")
XSD_DOUBLE = "http://www.w3.org/2001/XMLSchema#double"


def _graph(catalog: Catalog, *fields: str) -> rdflib.Graph:
    text = export(select(catalog, URL, fields), Format.JSONLD).decode()
    return rdflib.Graph().parse(data=text, format="json-ld")


def _of(tmp_path: Path, **more: Any) -> rdflib.Graph:
    return _graph(load_catalog(write_catalog(tmp_path, {FIRST: procedure(**more)})))


def _complaints(graph: rdflib.Graph) -> str:
    conforms, _, text = pyshacl.validate(graph, shacl_graph=str(SHAPES), shacl_graph_format="turtle")
    return "" if conforms else str(text)


def _notes(graph: rdflib.Graph, of: rdflib.URIRef = SERVICE) -> str:
    return "\n".join(sorted(map(str, graph.objects(of, SKOS.note))))


def test_the_whole_catalog_is_valid() -> None:
    catalog = load_catalog(ROOT / "procedures", "da-nang")
    graph = _graph(catalog)
    assert _complaints(graph) == ""
    codes = {str(value) for service in graph.subjects(RDF.type, CPSV.PublicService) for value in graph.objects(service, DCTERMS.identifier)}
    assert codes >= set(catalog.procedures)


@pytest.mark.parametrize(
    ("kind", "path"),
    [
        (CPSV.PublicService, DCTERMS.identifier),
        (CPSV.PublicService, DCTERMS.description),
        (CPSV.PublicService, CV.hasCompetentAuthority),
        (CV.Cost, DCTERMS.identifier),
        (CV.Evidence, DCTERMS.title),
        (CV.PublicOrganisation, SKOS.prefLabel),
    ],
)
def test_the_shapes_see_what_is_missing(tmp_path: Path, kind: rdflib.URIRef, path: rdflib.URIRef) -> None:
    graph = _of(tmp_path)
    assert _complaints(graph) == ""
    for subject in list(graph.subjects(RDF.type, kind)):
        graph.remove((subject, path, None))
    assert "MinCount" in _complaints(graph)


def test_the_facts_of_a_procedure_stand_where_cpsv_ap_has_them(tmp_path: Path) -> None:
    graph = _of(tmp_path, channels=["in_person", "online"], online={"level": "full", "basis": "Quyết định 1", "place": "toàn quốc"})
    assert [str(value) for value in graph.objects(SERVICE, DCTERMS.identifier)] == ["1.000001"]
    (title,) = graph.objects(SERVICE, DCTERMS.title)
    assert (str(title), title.language) == ("Thủ tục đặt tên đường", "vi")  # type: ignore[attr-defined]
    (paper,) = graph.objects(SERVICE, CPSV.hasInput)
    assert str(graph.value(paper, DCTERMS.title)) == "Đơn xin đặt tên"
    (cost,) = graph.objects(SERVICE, CV.hasCost)
    value = graph.value(cost, CV.hasValue)
    assert isinstance(value, rdflib.Literal)
    assert (value.toPython(), str(value.datatype)) == (8000.0, XSD_DOUBLE)
    assert str(graph.value(cost, CV.currency)).endswith("/currency/VND")
    assert [str(time) for time in graph.objects(SERVICE, CV.processingTime)] == ["P5D"]
    assert len(list(graph.objects(SERVICE, CV.hasChannel))) == 2
    assert "Thời hạn: 5 ngày làm việc." in _notes(graph)
    assert "Mức độ trực tuyến: Toàn trình (toàn quốc). Căn cứ: Quyết định 1." in _notes(graph)


def test_every_fact_leads_to_its_source_and_date(tmp_path: Path) -> None:
    sources = {
        "cong": {"title": "Cổng Dịch vụ công quốc gia", "date": "2026-07-18", "kind": "portal"},
        "luat": {"title": "Luật Đặt tên", "date": "2020-11-13", "kind": "law"},
    }
    fees = [{"status": "amount", "amount": "8000", "source": "luat"}]
    graph = _of(tmp_path, sources=sources, cases=[case(fees=fees)])
    (cost,), (paper,) = graph.objects(SERVICE, CV.hasCost), graph.objects(SERVICE, CPSV.hasInput)
    found = [graph.value(source, DCTERMS.title) for fact in (cost, paper) for source in graph.objects(fact, DCTERMS.source)]
    assert [str(title) for title in found] == ["Luật Đặt tên", "Cổng Dịch vụ công quốc gia"]
    assert str(graph.value(next(iter(graph.objects(cost, DCTERMS.source))), DCTERMS.issued)) == "2020-11-13"
    assert [str(day) for day in graph.objects(SERVICE, DCTERMS.modified)] == ["2026-11-22"]


def test_what_is_not_known_is_left_out_and_said_and_is_never_zero(tmp_path: Path) -> None:
    unknown = dict.fromkeys(("conditions", "steps", "result", "legal_basis", "channels"), "unknown")
    graph = _of(tmp_path, cases=[case(papers="unknown", time="unknown", fees="unknown")], **unknown)
    for path in (CPSV.hasInput, CV.hasCost, CV.processingTime, CPSV.produces, CV.hasLegalResource, CV.hasChannel, CPSV.follows):
        assert not list(graph.objects(SERVICE, path)), path
    assert "Chưa rõ: mức độ trực tuyến, các bước, kết quả, căn cứ pháp lý, điều kiện, cách nộp." in _notes(graph)
    assert "Chưa rõ: giấy tờ, thời hạn, phí." in _notes(graph)
    assert _complaints(graph) == ""


@pytest.mark.parametrize(
    ("fee", "values", "said"),
    [
        ({"status": "free", "basis": "Luật Đặt tên"}, [0.0], "Miễn phí. Căn cứ: Luật Đặt tên."),
        ({"status": "by_province"}, [], "Hội đồng nhân dân tỉnh quy định."),
        ({"status": "by_regulation", "note": "Tùy công việc."}, [], "Theo quy định riêng. Tùy công việc."),
    ],
)
def test_a_cost_has_a_value_only_where_an_amount_is_known(tmp_path: Path, fee: dict[str, str], values: list[float], said: str) -> None:
    graph = _of(tmp_path, cases=[case(fees=[fee])])
    (cost,) = graph.objects(SERVICE, CV.hasCost)
    assert [value.toPython() for value in graph.objects(cost, CV.hasValue)] == values  # type: ignore[attr-defined]
    assert str(graph.value(cost, DCTERMS.description)) == said


def test_a_fee_of_unknown_status_is_no_cost(tmp_path: Path) -> None:
    graph = _of(tmp_path, cases=[case(fees=[{"status": "unknown", "note": "Cổng ghi 0 đồng, bạn hỏi quầy."}])])
    assert not list(graph.objects(SERVICE, CV.hasCost))
    assert "Phí: Cổng ghi 0 đồng, bạn hỏi quầy." in _notes(graph)
    assert "Chưa rõ: phí." in _notes(graph)


def test_each_of_several_cases_is_a_service_with_its_own_papers_and_costs(tmp_path: Path) -> None:
    cases = [case("mot", "Trường hợp một"), case("hai", "Trường hợp hai", time="unknown", fees=[{"status": "by_province"}])]
    graph = _of(tmp_path, cases=cases, case_question="Trường hợp nào?")
    one, two = (rdflib.URIRef(f"{SERVICE}#{name}") for name in ("mot", "hai"))
    assert set(graph.objects(SERVICE, DCTERMS.hasPart)) == {one, two}
    assert not list(graph.objects(SERVICE, CV.hasCost))
    assert [str(time) for time in graph.objects(one, CV.processingTime)] == ["P5D"]
    assert not list(graph.objects(two, CV.processingTime))
    assert "Chưa rõ: thời hạn." in _notes(graph, two)
    assert _complaints(graph) == ""


def test_times_that_differ_by_channel_stand_at_the_channels(tmp_path: Path) -> None:
    times = [{"channel": "online", "value": "8", "unit": "hour"}, {"channel": "in_person", "value": "1", "unit": "month"}]
    graph = _of(tmp_path, channels=["in_person", "online"], cases=[case(time=times)])
    assert not list(graph.objects(SERVICE, CV.processingTime))
    assert {str(graph.value(way, CV.processingTime)) for way in graph.objects(SERVICE, CV.hasChannel)} == {"PT8H", "P1M"}


def test_one_field_names_no_procedure_of_another(tmp_path: Path) -> None:
    other = procedure("1.000002", "Khai tạm vắng") | {"field": "cu-tru"}
    files = {SECOND: None, "cu-tru/1.000002-khai-tam-vang.yaml": other}
    event = {
        "id": "don-nha",
        "name": "Dọn nhà",
        "about": "Dọn sang nhà mới.",
        "asks": ["dọn nhà một hai"] * 6,
        "procedures": ["1.000001", "1.000002"],
    }
    catalog = load_catalog(write_catalog(tmp_path, {**files, "life-events.yaml": {"life_events": [event]}}))
    text = export(select(catalog, URL, ["cu-tru"]), Format.JSONLD).decode()
    assert "1.000001" not in text
    assert "su-kien/don-nha" in text
    assert _complaints(rdflib.Graph().parse(data=text, format="json-ld")) == ""


def test_a_replaced_procedure_is_withdrawn_and_says_by_what(tmp_path: Path) -> None:
    graph = _of(tmp_path, replaced_by="1.000002")
    assert str(next(iter(graph.objects(SERVICE, DCTERMS.isReplacedBy)))).endswith("/thu-tuc/1.000002")
    assert "Withdrawn" in str(graph.value(SERVICE, rdflib.URIRef("http://www.w3.org/ns/adms#status")))


def test_nothing_outside_the_document_is_needed_to_read_it(tmp_path: Path) -> None:
    document = json.loads(export(select(load_catalog(write_catalog(tmp_path)), URL), Format.JSONLD))
    assert isinstance(document["@context"], dict)
