"""Checks that need more than one file, or judge the wording: run by `gandan catalog check` and by the tests."""

from __future__ import annotations

import datetime as dt
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping

from app.catalog.catalog import Catalog
from app.catalog.content import UNKNOWN, Procedure
from app.catalog.yaml_loader import Problem

FRESH_DAYS, STALE_DAYS = 90, 180
MAX_WORDS = 34
OFFICIALESE = (
    "theo quy định của pháp luật",
    "cơ quan có thẩm quyền",
    "đối với trường hợp",
    "nêu trên",
    "hồ sơ hợp lệ",
    "thành phần hồ sơ",
    "thẩm quyền giải quyết",
)
PERSONAL = re.compile(r"(?<!\d)(\d{12}|0\d{9})(?!\d)")


def check_procedures(files: Mapping[str, Procedure], known_codes: Iterable[str], today: dt.date) -> list[Problem]:
    """Problems over all procedures; `files` maps the path under procedures/ to what it holds."""
    problems: list[Problem] = []
    known = {procedure.code for procedure in files.values()} | set(known_codes)
    by_code: dict[str, str] = {}
    for file, procedure in files.items():
        if procedure.code in by_code:
            problems.append(Problem(file, "code", f"mã này đã có ở {by_code[procedure.code]}", "xoá một trong hai tệp"))
        by_code[procedure.code] = file
        problems += _check_place(file, procedure)
        problems += _check_links(file, procedure, known)
        problems += _check_wording(file, procedure)
        problems += _check_age(file, procedure, today)
    return problems + _check_repeated_asks(files)


def check_references(catalog: Catalog) -> list[Problem]:
    """Names in the smaller files that lead nowhere."""
    fields = {field.id for field in catalog.fields}
    elsewhere = {f"elsewhere:{item.id}" for item in catalog.elsewhere}
    named = [
        *(("life-events.yaml", event.id, code) for event in catalog.life_events for code in event.procedures),
        *(("elsewhere.yaml", item.id, code) for item in catalog.elsewhere for code in item.near),
        *(("families.yaml", "everyday", code) for code in catalog.everyday),
        *(("families.yaml", family.id, code) for family in catalog.families for code in family.choices),
    ]
    problems = [
        Problem(file, where, f"nhắc tới «{code}» chưa có trong kho", "sửa mã, hoặc viết thủ tục đó")
        for file, where, code in named
        if code not in catalog.procedures and code not in elsewhere
    ]
    return problems + [
        Problem(procedure.code, "field", f"không có lĩnh vực `{procedure.field}`", "thêm vào fields.yaml")
        for procedure in catalog.procedures.values()
        if procedure.field not in fields
    ]


def _check_place(file: str, procedure: Procedure) -> list[Problem]:
    folder, _, name = file.rpartition("/")
    problems = []
    if folder != procedure.field:
        problems.append(Problem(file, "field", f"`{procedure.field}` khác tên thư mục", f"đặt tệp vào {procedure.field}/"))
    if not re.fullmatch(rf"{re.escape(procedure.code)}-[a-z0-9-]+\.yaml", name):
        problems.append(Problem(file, "code", "tên tệp không bắt đầu bằng mã", f"đặt tên {procedure.code}-ten-khong-dau.yaml"))
    return problems


def _check_links(file: str, procedure: Procedure, known: set[str]) -> list[Problem]:
    problems = []
    if procedure.replaced_by is not None and procedure.replaced_by not in known:
        problems.append(Problem(file, "replaced_by", f"không có thủ tục {procedure.replaced_by}", "sửa mã hoặc thêm tệp"))
    for index, item in enumerate(procedure.lookalikes):
        if item.code == procedure.code:
            problems.append(Problem(file, f"lookalikes[{index}].code", "trùng mã của chính thủ tục", "ghi mã khác"))
    return problems


def _check_wording(file: str, procedure: Procedure) -> list[Problem]:
    problems = []
    for where, text in _sentences(procedure):
        lowered = text.casefold()
        for phrase in OFFICIALESE:
            if phrase in lowered:
                problems.append(Problem(file, where, f"lời hành chính: «{phrase}»", "nói như với người nhà", severity="warning"))
        for sentence in re.split(r"(?<=[.!?;])\s+", text):
            if len(sentence.split()) > MAX_WORDS:
                problems.append(
                    Problem(file, where, f"câu dài {len(sentence.split())} chữ", f"tách thành câu dưới {MAX_WORDS} chữ", severity="warning")
                )
    for ask in procedure.all_asks():
        if PERSONAL.search(ask):
            problems.append(Problem(file, "asks", "có số giống căn cước hoặc điện thoại", "bỏ số đó đi"))
    return problems


def _sentences(procedure: Procedure) -> Iterable[tuple[str, str]]:
    yield "summary", procedure.summary
    yield "where", procedure.where.text
    if procedure.who:
        yield "who", procedure.who.text
    for index, note in enumerate(procedure.notes):
        yield f"notes[{index}]", note.text
    if procedure.steps != UNKNOWN:
        for index, step in enumerate(procedure.steps):
            yield f"steps[{index}]", step.text
    for case in procedure.cases:
        if case.papers != UNKNOWN:
            for index, paper in enumerate(case.papers):
                for text in (paper.note, paper.only_if):
                    if text:
                        yield f"cases.{case.id}.papers[{index}]", text


def _check_age(file: str, procedure: Procedure, today: dt.date) -> list[Problem]:
    age = (today - procedure.checked_on).days
    if age < 0:
        return [Problem(file, "checked_on", "ngày đối chiếu ở tương lai", "ghi ngày thật")]
    if age <= FRESH_DAYS:
        return []
    wrong = f"đã {age} ngày chưa đối chiếu lại" + (" (quá cũ)" if age > STALE_DAYS else "")
    return [Problem(file, "checked_on", wrong, "mở nguồn, so lại, ghi ngày mới", severity="warning")]


def _check_repeated_asks(files: Mapping[str, Procedure]) -> list[Problem]:
    seen: dict[str, set[str]] = defaultdict(set)
    for procedure in files.values():
        for ask in procedure.all_asks():
            seen[" ".join(ask.casefold().split()).rstrip("?. ")].add(procedure.code)
    return [
        Problem(", ".join(sorted(codes)), "asks", f"cùng một câu hỏi ở hai thủ tục: «{ask}»", "giữ ở thủ tục đúng, viết lại câu kia")
        for ask, codes in seen.items()
        if len(codes) > 1
    ]
