"""JSON-LD after CPSV-AP 3.2, the European profile for public services (https://semiceu.github.io/CPSV-AP/releases/3.2.0/).

A procedure is a `cpsv:PublicService`. A procedure with several cases has one more service per case (`dct:hasPart`), because
papers, costs and time belong to a case. What is not known is left out and told in `skos:note`; nothing is ever zero because it
is unknown. A working day has no place in xsd:duration: it is counted as a day, and `skos:note` says the time in words.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterator, Sequence
from typing import Any

from app.catalog.catalog import Catalog
from app.catalog.content import UNKNOWN, Case, Channel, Fact, Fee, FeeStatus, OnlineLevel, Procedure, ProcessingTime, TimeUnit
from app.catalog.exporting.plain import LICENCE, last_checked
from app.catalog.sheets import one_amount, one_time, sheets

Node = dict[str, Any]

CONTEXT: Node = {
    "adms": "http://www.w3.org/ns/adms#",
    "cpsv": "http://purl.org/vocab/cpsv#",
    "cv": "http://data.europa.eu/m8g/",
    "dcat": "http://www.w3.org/ns/dcat#",
    "dct": "http://purl.org/dc/terms/",
    "eli": "http://data.europa.eu/eli/ontology#",
    "eu": "http://publications.europa.eu/resource/authority/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "owl": "http://www.w3.org/2002/07/owl#",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
    "@language": "vi",
    "dct:identifier": {"@language": None},
    "owl:versionInfo": {"@language": None},
    "dct:issued": {"@type": "xsd:date"},
    "dct:modified": {"@type": "xsd:date"},
    "cv:processingTime": {"@type": "xsd:duration"},
    "cv:hasValue": {"@type": "xsd:double"},
}
VIETNAMESE = {"@id": "eu:language/VIE", "@type": "dct:LinguisticSystem"}
DONG = {"@id": "eu:currency/VND", "@type": "skos:Concept"}
# The class that CPSV-AP wants of a place that an organisation is responsible for.
VIETNAM = {"@id": "eu:country/VNM", "@type": ["http://data.europa.eu/88u/dataset/atu-type", "dct:Location"]}
IN_FORCE = {"@id": "http://purl.org/adms/status/Completed", "@type": "skos:Concept"}
WITHDRAWN = {"@id": "http://purl.org/adms/status/Withdrawn", "@type": "skos:Concept"}
DURATION = {TimeUnit.HOUR: "PT{}H", TimeUnit.MONTH: "P{}M"}
CHANNEL_NAMES = {Channel.ANY: "Mọi cách nộp"}


def linked_data(catalog: Catalog, procedures: Sequence[Procedure], base_url: str) -> bytes:
    """One JSON-LD document: a dcat:Dataset, the services in it, the life events that need them. Nothing outside need be fetched."""
    graph = [_dataset(catalog, procedures, base_url)]
    for procedure in procedures:
        graph += _Describe(catalog, procedure, base_url).nodes()
    graph += _events(catalog, {procedure.code for procedure in procedures}, base_url)
    return json.dumps({"@context": CONTEXT, "@graph": graph}, ensure_ascii=False, indent=1).encode() + b"\n"


def slug(text: str) -> str:
    """Small letters without accents, joined by hyphens: what names a thing in an address."""
    folded = unicodedata.normalize("NFD", text.casefold().replace("đ", "d"))
    return re.sub(r"[^a-z0-9]+", "-", "".join(letter for letter in folded if not unicodedata.combining(letter))).strip("-")


def _dataset(catalog: Catalog, procedures: Sequence[Procedure], base_url: str) -> Node:
    return {
        "@id": f"{base_url}/api/v1/catalog.jsonld",
        "@type": "dcat:Dataset",
        "dct:identifier": "gan-dan-thu-tuc",
        "dct:title": "Gần Dân: thủ tục hành chính của xã, phường",
        "dct:description": (
            "Giấy tờ, thời hạn, phí, cách nộp của các thủ tục ở xã, phường, mỗi điều có nguồn và ngày. "
            "Điều chưa rõ thì không có trong dữ liệu và được nói ở skos:note. "
            "Trong cv:processingTime một ngày làm việc được ghi như một ngày; skos:note ghi đúng đơn vị."
        ),
        "dct:publisher": {
            "@id": f"{base_url}/#nhom-gan-dan",
            "@type": "foaf:Agent",
            "dct:identifier": "gan-dan",
            "dct:title": "Nhóm Gần Dân",
        },
        "dct:language": VIETNAMESE,
        "dct:license": {"@id": LICENCE},
        "owl:versionInfo": catalog.version,
        **_some("dct:modified", last_checked(procedures)),
        "dcat:landingPage": {"@id": f"{base_url}/thu-tuc", "@type": "foaf:Document"},
        **_some("dct:hasPart", [{"@id": _service_id(base_url, procedure.code)} for procedure in procedures]),
    }


def _events(catalog: Catalog, codes: set[str], base_url: str) -> Iterator[Node]:
    for event in catalog.life_events:
        services = [{"@id": _service_id(base_url, code)} for code in event.procedures if code in codes]
        if services:
            yield {
                "@id": f"{base_url}/su-kien/{event.id}",
                "@type": ["cv:Event", "cv:LifeEvent"],
                "dct:identifier": event.id,
                "dct:title": event.name,
                "dct:description": f"{event.about} {event.advice}" if event.advice else event.about,
                "cv:hasRelatedService": services,
            }


def _service_id(base_url: str, code: str) -> str:
    return f"{base_url}/thu-tuc/{code}"


def _some(name: str, value: object) -> Node:
    """The pair, or nothing: an empty value says nothing."""
    return {name: value} if value else {}


class _Describe:
    """Nodes of one procedure."""

    def __init__(self, catalog: Catalog, procedure: Procedure, base_url: str) -> None:
        self._catalog, self._procedure, self._base = catalog, procedure, base_url
        self._id = _service_id(base_url, procedure.code)
        self._terms = f"{base_url}/api/v1/catalog.jsonld#"

    def nodes(self) -> Iterator[Node]:
        procedure = self._procedure
        whole = self._common() | self._general()
        if len(procedure.cases) == 1:
            yield _joined(whole, self._of_case(procedure.cases[0]))
            return
        parts = [self._part(case) for case in procedure.cases]
        links = [{"@id": part["@id"]} for part in parts]
        channels = [] if procedure.channels == UNKNOWN else [self._channel(channel, None) for channel in procedure.channels]
        yield whole | {"dct:hasPart": links, "cv:relatedService": links} | _some("cv:hasChannel", channels)
        yield from parts

    def _common(self) -> Node:
        """What a case has from its procedure: authority, language, status, provenance."""
        procedure = self._procedure
        return {
            "@type": "cpsv:PublicService",
            "cv:hasCompetentAuthority": {
                "@id": self._terms + "co-quan-" + slug(procedure.agency),
                "@type": "cv:PublicOrganisation",
                "skos:prefLabel": procedure.agency,
                "dct:spatial": VIETNAM,
            },
            "dct:language": VIETNAMESE,
            "adms:status": WITHDRAWN if procedure.replaced_by else IN_FORCE,
            "dct:modified": procedure.checked_on.isoformat(),
            "dct:source": [self._source(name) for name in procedure.sources],
            "dct:isPartOf": {"@id": f"{self._base}/api/v1/catalog.jsonld"},
        }

    def _general(self) -> Node:
        procedure = self._procedure
        laws = [] if procedure.legal_basis == UNKNOWN else [self._law(name) for name in procedure.legal_basis]
        return {
            "@id": self._id,
            "dct:identifier": procedure.code,
            "dct:title": procedure.official_name,
            "dct:alternative": procedure.name,
            "dct:description": procedure.summary,
            **_some("dcat:keyword", list(procedure.aliases)),
            "cv:thematicArea": self._field(),
            **_some("cv:isClassifiedBy", self._level()),
            **_some("cv:hasLegalResource", laws),
            **_some("cpsv:produces", self._output()),
            **_some("cv:holdsRequirement", list(self._requirements())),
            **_some("cpsv:follows", self._rule(laws)),
            **_some("dct:isReplacedBy", {"@id": _service_id(self._base, procedure.replaced_by)} if procedure.replaced_by else None),
            "skos:note": list(self._notes()),
        }

    def _part(self, case: Case) -> Node:
        node = {
            "@id": f"{self._id}#{case.id}",
            "dct:identifier": f"{self._procedure.code}#{case.id}",
            "dct:title": f"{self._procedure.official_name}: {case.name}",
            "dct:alternative": case.name,
            "dct:description": case.when,
            "cv:relatedService": {"@id": self._id},
        }
        return _joined(node | self._common(), self._of_case(case))

    def _of_case(self, case: Case) -> Node:
        """Papers, costs, channels and time of a case."""
        procedure = self._procedure
        times = () if case.time == UNKNOWN else case.time
        known = () if procedure.channels == UNKNOWN else procedure.channels
        fees = () if case.fees == UNKNOWN else case.fees
        named = ({time.channel for time in times} | {fee.channel for fee in fees}) - {Channel.ANY}
        channels = [channel for channel in Channel if channel in known or channel in named]
        durations = {_duration(time) for time in times}
        papers = [] if case.papers == UNKNOWN else list(self._papers(case))
        return {
            **_some("cpsv:hasInput", papers),
            **_some("cv:hasCost", list(self._costs(case))),
            **_some("cv:hasChannel", [self._channel(channel, case) for channel in channels]),
            **_some("cv:processingTime", durations.pop() if len(durations) == 1 else None),
            **_some("skos:note", list(self._case_notes(case))),
        }

    def _papers(self, case: Case) -> Iterator[Node]:
        assert case.papers != UNKNOWN
        for number, paper in enumerate(case.papers, 1):
            counts = [f"{count} {kind}" for count, kind in ((paper.originals, "bản chính"), (paper.copies, "bản sao")) if count]
            about = [
                f"Cách nộp: {', '.join([sheets().paper_kinds[paper.kind], *counts])}.",
                f"Chỉ khi: {paper.only_if}" if paper.only_if else "",
                f"Mẫu: {paper.form}." if paper.form else "",
                f"Thay bằng dữ liệu: {paper.replaced_by_data}." if paper.replaced_by_data else "",
                paper.note or "",
            ]
            yield {
                "@id": f"{self._id}#giay-to-{case.id}-{number}",
                "@type": "cv:Evidence",
                "dct:identifier": f"{self._procedure.code}#giay-to-{case.id}-{number}",
                "dct:title": paper.name,
                "dct:description": " ".join(filter(None, about)),
                "dct:language": VIETNAMESE,
                "dct:source": self._source_of(paper),
            }

    def _costs(self, case: Case) -> Iterator[Node]:
        """A cost only where something is known; a value only where an amount is, or where a law says it is free."""
        for number, fee in enumerate(() if case.fees == UNKNOWN else case.fees, 1):
            if fee.status is FeeStatus.UNKNOWN:
                continue
            value = 0 if fee.status is FeeStatus.FREE else fee.amount
            about = f"{one_amount(fee)}." + (f" {fee.note}" if fee.note else "") + (f" Căn cứ: {fee.basis}." if fee.basis else "")
            yield {
                "@id": f"{self._id}#phi-{case.id}-{number}",
                "@type": "cv:Cost",
                "dct:identifier": f"{self._procedure.code}#phi-{case.id}-{number}",
                "dct:description": about,
                **({} if value is None else {"cv:hasValue": str(value), "cv:currency": DONG}),
                **_some("cv:ifAccessedThrough", None if fee.channel is Channel.ANY else {"@id": self._channel_id(fee.channel, case)}),
                "dct:source": self._source_of(fee),
            }

    def _channel_id(self, channel: Channel, case: Case | None) -> str:
        return f"{self._id}#kenh-{channel}" + (f"-{case.id}" if case else "")

    def _channel(self, channel: Channel, case: Case | None) -> Node:
        times = () if case is None or case.time == UNKNOWN else case.time
        durations = {_duration(time) for time in times if time.channel in (channel, Channel.ANY)}
        node_id = self._channel_id(channel, case)
        return {
            "@id": node_id,
            "@type": "cv:Channel",
            "dct:identifier": node_id.removeprefix(f"{self._base}/thu-tuc/"),
            "dct:type": self._term(f"kenh-{channel}", CHANNEL_NAMES.get(channel) or sheets().channels[channel]),
            **_some("cv:processingTime", durations.pop() if len(durations) == 1 else None),
            **_some("dct:description", str(self._procedure.where) if channel is Channel.IN_PERSON else None),
        }

    def _level(self) -> Node | None:
        level = self._procedure.online.level
        return None if level is OnlineLevel.UNKNOWN else self._term(f"muc-do-{level}", sheets().levels[level])

    def _field(self) -> Node:
        field = self._catalog.field(self._procedure.field)
        return self._term(f"linh-vuc-{self._procedure.field}", field.name if field else self._procedure.field)

    def _term(self, name: str, label: str) -> Node:
        return {"@id": self._terms + name, "@type": "skos:Concept", "skos:prefLabel": label}

    def _output(self) -> Node | None:
        if self._procedure.result == UNKNOWN:
            return None
        number = f"{self._procedure.code}#ket-qua"
        node = {"@id": f"{self._id}#ket-qua", "@type": "cv:Output", "dct:identifier": number, "dct:title": self._procedure.result}
        return node | {"dct:language": VIETNAMESE}

    def _law(self, name: str) -> Node:
        return {"@id": self._terms + "van-ban-" + slug(name), "@type": "eli:LegalResource", "dct:title": name}

    def _requirements(self) -> Iterator[Node]:
        conditions = self._procedure.conditions
        for number, condition in enumerate(() if conditions == UNKNOWN else conditions, 1):
            yield {
                "@id": f"{self._id}#dieu-kien-{number}",
                "@type": "cv:Requirement",
                "dct:identifier": f"{self._procedure.code}#dieu-kien-{number}",
                "dct:title": condition.text,
                "dct:source": self._source_of(condition),
            }

    def _rule(self, laws: list[Node]) -> Node | None:
        """The steps, in order, as the one rule that the service follows."""
        steps = self._procedure.steps
        if steps == UNKNOWN:
            return None
        return {
            "@id": f"{self._id}#cac-buoc",
            "@type": "cpsv:Rule",
            "dct:identifier": f"{self._procedure.code}#cac-buoc",
            "dct:title": "Các bước",
            "dct:description": "\n".join(f"{number}. {step.text}" for number, step in enumerate(steps, 1)),
            "dct:language": VIETNAMESE,
            **_some("cpsv:implements", [{"@id": law["@id"]} for law in laws]),
        }

    def _notes(self) -> Iterator[str]:
        procedure, online = self._procedure, self._procedure.online
        yield f"Nơi nộp: {procedure.where}"
        if procedure.who:
            yield f"Ai làm: {procedure.who}"
        if online.level is not OnlineLevel.UNKNOWN:
            yield f"Mức độ trực tuyến: {sheets().levels[online.level]} ({online.place}). Căn cứ: {online.basis}."
        for note in procedure.notes:
            yield str(note)
        unknown = [] if online.level is not OnlineLevel.UNKNOWN else ["mức độ trực tuyến"]
        whole: dict[str, object] = {"các bước": procedure.steps, "kết quả": procedure.result, "căn cứ pháp lý": procedure.legal_basis}
        whole |= {"điều kiện": procedure.conditions, "cách nộp": procedure.channels}
        unknown += [label for label, value in whole.items() if value == UNKNOWN]
        if unknown:
            yield f"Chưa rõ: {', '.join(unknown)}."

    def _case_notes(self, case: Case) -> Iterator[str]:
        if case.time != UNKNOWN:
            for time in case.time:
                way = f" ({sheets().channels[time.channel].casefold()})" if time.channel is not Channel.ANY else ""
                yield f"Thời hạn{way}: {one_time(time)}." + (f" {time.note}" if time.note else "")
        fees: tuple[Fee, ...] = () if case.fees == UNKNOWN else case.fees
        for fee in fees:
            if fee.status is FeeStatus.UNKNOWN and fee.note:
                yield f"Phí: {fee.note}"
        unknown = [name for name, value in (("giấy tờ", case.papers), ("thời hạn", case.time), ("phí", case.fees)) if value == UNKNOWN]
        if any(fee.status is FeeStatus.UNKNOWN for fee in fees):
            unknown.append("phí")
        if unknown:
            yield f"Chưa rõ: {', '.join(unknown)}."

    def _source(self, name: str) -> Node:
        source = self._procedure.sources[name]
        return {
            "@id": f"{self._id}#nguon-{name}",
            "@type": "foaf:Document",
            "dct:title": source.title,
            "dct:issued": source.date.isoformat(),
        }

    def _source_of(self, fact: Fact) -> Node:
        return {"@id": f"{self._id}#nguon-{fact.source or self._procedure.default_source}"}


def _duration(time: ProcessingTime) -> str:
    """`P5D`, `PT8H`, `P1M`; a working day counts as a day."""
    return DURATION.get(time.unit, "P{}D").format(time.value)


def _joined(one: Node, more: Node) -> Node:
    """Both nodes as one; lists of the same name one after the other."""
    return one | {name: [*one[name], *value] if isinstance(one.get(name), list) else value for name, value in more.items()}
