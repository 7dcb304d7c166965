"""Local facts: proposed by one, checked by another, read by citizens with their source; nothing else ever changes."""

from __future__ import annotations

import asyncio
import datetime as dt
import os
import unicodedata
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from pydantic import ValidationError

from app.assistant.apart import Thinker
from app.assistant.pipeline import Pipeline
from app.audit.models import AuditEntry
from app.catalog.content import UNKNOWN, Procedure
from app.catalog.layers import apply_layer
from app.cli import _use_ward
from app.database import Database
from app.errors import BadInput, NotFound
from app.local import repository
from app.local.differences import Saying
from app.local.holder import snapshot_now
from app.local.layering import laid_over, layer_of, layers_of
from app.local.models import FactStatus, LocalFact
from app.local.schemas import FactField, Proposal
from app.local.service import LocalFacts
from app.local.snapshot import Snapshot
from app.signed import Role, Signed
from app.templates import environment
from app.understanding.decision import State
from app.ward.ward import Switch, Ward, WardMode
from tests.assistant.ward import Clock, commune, incoming, knowledge, pipeline, settings

NOW = dt.datetime(2026, 11, 22, 3, 0, tzinfo=dt.UTC)
COPY, BIRTH = "2.000815", "1.001193"
AN, BINH, CHI = (Signed(number, 1, name, Role.EDITOR) for number, name in enumerate(("An", "Bình", "Chi"), 1))
STRANGER = Signed(9, 2, "Người xã khác", Role.LEADER)
SIX = [{"channel": "any", "status": "amount", "amount": 6000, "per": "bản"}]


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    found = Database(database_url)
    yield found
    await found.close()


def work(commune_id: int = 1) -> LocalFacts:
    return LocalFacts(knowledge().files.catalog, Saying(environment()), "phường An Khê", commune_id)


def proposal(**more: Any) -> Proposal:
    base = {"code": COPY, "field": "fees", "value": SIX, "source_title": "Quyết định 12/2026", "source_kind": "decision"}
    return Proposal.model_validate(base | {"source_date": "2026-11-01"} | more)


async def _propose(database: Database, who: Signed = AN, **more: Any) -> int:
    async with database.write() as session:
        return (await work(who.commune_id).propose(session, who, proposal(**more), NOW)).id


async def _check(database: Database, fact_id: int, who: Signed = BINH, at: dt.datetime = NOW) -> None:
    async with database.write() as session:
        await work(who.commune_id).check(session, who, fact_id, at)


async def _here(database: Database, code: str = COPY) -> Procedure:
    """The procedure as citizens of this ward read it."""
    async with database.read() as session:
        layers = layers_of(await repository.in_force(session, 1), "phường An Khê")
    return laid_over(knowledge().files.catalog, layers).procedures[code]


def _national(code: str = COPY) -> Procedure:
    return knowledge().files.catalog.procedures[code]


# --- what may be proposed --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "more",
    [
        {"field": "papers"},
        {"field": "steps"},
        {"value": []},
        {"value": [{"channel": "any", "status": "amount", "amount": 0}]},
        {"value": [{"channel": "any", "status": "free"}]},
        {"value": [{"channel": "any", "status": "unknown"}]},
        {"field": "online", "value": {"level": "unknown"}},
        {"field": "online", "value": {"level": "full"}},
        {"field": "where", "value": {"text": "Quầy 1 của phường"}, "case_id": "dung-han"},
        {"field": "time", "value": [{"value": 5, "unit": "years"}]},
        {"value": [{"channel": "any", "status": "amount", "amount": 6000, "papers": []}]},
        {"code": "khong-phai-ma"},
        {"case_id": "../x"},
        {"source_url": "http://example.vn"},
        {"source_url": "javascript:alert(1)"},
        {"source_title": ""},
        {"source_date": "hôm qua"},
        {"status": "checked"},
        {"commune_id": 2},
    ],
    ids=str,
)
def test_what_a_local_fact_can_never_be(more: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        proposal(**more)


def test_papers_and_steps_stay_whatever_lies_over_them() -> None:
    procedure = _national()
    rows = [LocalFact(id=1, code=COPY, case_id="*", field=field, value=value, **_source()) for field, value in _one_of_each()]
    layer = layer_of(COPY, rows, "phường")
    assert layer is not None
    local = apply_layer(procedure, layer)
    assert [case.papers for case in local.cases] == [case.papers for case in procedure.cases]
    assert (local.steps, local.conditions, local.legal_basis, local.asks) == (
        procedure.steps,
        procedure.conditions,
        procedure.legal_basis,
        procedure.asks,
    )
    assert local.where.text == "Quầy 2"
    assert local.notes[-1].text == "Mang bản chính."


def _source() -> dict[str, Any]:
    return {
        "commune_id": 1, "source_title": "Bảng niêm yết", "source_kind": "notice", "source_url": "", "source_date": NOW.date(),
        "status": "checked", "proposed_name": "An", "proposed_at": NOW, "checked_name": "Bình", "checked_at": NOW,
    }  # fmt: skip


def _one_of_each() -> list[tuple[str, Any]]:
    return [
        ("online", {"level": "full", "basis": "QĐ 1", "place": "phường"}),
        ("where", {"text": "Quầy 2"}),
        ("note", {"text": "Mang bản chính."}),
        ("fees", SIX),
        ("time", [{"value": 1, "unit": "same_working_day"}]),
    ]


# --- the way of a fact -----------------------------------------------------------------------------------------------


async def test_a_draft_reaches_nobody_a_checked_one_everybody(database: Database) -> None:
    async with database.read() as session:
        [said] = await work().differences(session, proposal())
    assert said.endswith("→ 6.000 đồng một bản")
    fact = await _propose(database)
    assert await _here(database) == _national()
    await _check(database, fact)
    here = await _here(database)
    assert here.cases[0].fees != UNKNOWN
    assert here.cases[0].fees[0].amount == 6000
    source = here.source_of(here.cases[0].fees[0])
    assert (source.title, getattr(source, "place", None)) == ("Quyết định 12/2026", "phường An Khê")
    async with database.read() as session:
        sentences = list((await session.execute(sa.select(AuditEntry.sentence).order_by(AuditEntry.id))).scalars())
    assert sentences[0].startswith("đề nghị phí, lệ phí của «")
    assert sentences[1].startswith("kiểm tra và cho dùng phí, lệ phí của «")
    assert all("6.000 đồng" in sentence for sentence in sentences)


async def test_the_proposer_never_checks_and_nobody_checks_twice(database: Database) -> None:
    fact = await _propose(database)
    with pytest.raises(BadInput, match="Người đề nghị"):
        await _check(database, fact, AN)
    await _check(database, fact, BINH)
    with pytest.raises(BadInput, match="đã được xử lý"):
        await _check(database, fact, CHI)
    with pytest.raises(NotFound):
        await _check(database, fact, STRANGER)


async def test_two_checks_at_once_are_one(database: Database) -> None:
    fact = await _propose(database)
    done = await asyncio.gather(_check(database, fact, BINH), _check(database, fact, CHI), return_exceptions=True)
    assert sorted(type(each).__name__ for each in done) == ["BadInput", "NoneType"]


async def test_a_newer_fact_takes_the_place_and_the_old_one_stays_in_history(database: Database) -> None:
    first = await _propose(database)
    await _check(database, first)
    second = await _propose(database, value=[SIX[0] | {"amount": 5000}])
    await _check(database, second, at=NOW + dt.timedelta(hours=1))
    assert (await _here(database)).cases[0].fees[0].amount == 5000  # type: ignore[union-attr]
    async with database.write() as session:
        versions = await work().versions(session, COPY)
        assert [(fact.id, fact.status, fact.replaced_at is None) for fact in versions.facts] == [
            (second, FactStatus.CHECKED, True),
            (first, FactStatus.CHECKED, False),
        ]
        await work().withdraw(session, BINH, second, "Ghi nhầm số tiền", NOW, may_publish=True)
    assert await _here(database) == _national(), "an old one does not come back by itself"


async def test_notes_stand_beside_each_other(database: Database) -> None:
    for text in ("Mang bản chính để đối chiếu.", "Buổi chiều thứ Sáu đông người."):
        await _check(database, await _propose(database, field="note", value={"text": text}))
    assert [note.text for note in (await _here(database)).notes][-2:] == ["Mang bản chính để đối chiếu.", "Buổi chiều thứ Sáu đông người."]


async def test_one_case_only(database: Database) -> None:
    procedure = next(each for each in knowledge().files.catalog.in_force() if len(each.cases) > 1)
    second = procedure.cases[1]
    more: dict[str, Any] = {"code": procedure.code, "case_id": second.id, "field": "time", "value": [{"value": 33, "unit": "working_day"}]}
    async with database.read() as session:
        [said] = await work().differences(session, proposal(**more))
    assert f"trường hợp «{second.name}»" in said
    await _check(database, await _propose(database, **more))
    here = await _here(database, procedure.code)
    assert here.cases[0] == procedure.cases[0]
    assert here.cases[1].time[0].value == 33  # type: ignore[union-attr]
    with pytest.raises(BadInput, match="không có trường hợp"):
        await _propose(database, **(more | {"case_id": "khong-co"}))


async def test_nothing_new_twice_or_from_the_future_is_refused(database: Database) -> None:
    with pytest.raises(BadInput, match="Giống thông tin"):
        await _propose(database, field="where", value={"text": _national().where.text})
    with pytest.raises(BadInput, match="tương lai"):
        await _propose(database, source_date="2027-01-01")
    with pytest.raises(NotFound):
        await _propose(database, code="9.999999")
    await _propose(database)
    with pytest.raises(BadInput, match="đã có người gửi"):
        await _propose(database, BINH)


async def test_days_are_those_of_vietnam(database: Database) -> None:
    """Read off the wall at half past six in the morning, while it is still yesterday in UTC."""
    early = dt.datetime(2026, 11, 22, 23, 30, tzinfo=dt.UTC)
    async with database.write() as session:
        with pytest.raises(BadInput, match="tương lai"):
            await work().propose(session, AN, proposal(source_date="2026-11-23"), NOW)
        fact = await work().propose(session, AN, proposal(source_date="2026-11-23"), early)
    await _check(database, fact.id, at=early)
    source = (here := await _here(database)).source_of(here.cases[0].fees[0])  # type: ignore[arg-type]
    assert getattr(source, "checked_on", None) == dt.date(2026, 11, 23)


async def test_of_two_drafts_checked_at_once_one_is_in_force(database: Database) -> None:
    drafts = [await _propose(database, value=[SIX[0] | {"amount": amount}]) for amount in (5000, 7000)]
    await asyncio.gather(*(_check(database, draft, CHI, NOW + dt.timedelta(seconds=draft)) for draft in drafts))
    async with database.read() as session:
        assert len(await repository.in_force(session, 1)) == 1


async def test_what_is_typed_is_kept_composed_and_without_control_characters(database: Database) -> None:
    fact = await _propose(database)
    async with database.write() as session:
        ended = await work().withdraw(session, BINH, fact, unicodedata.normalize("NFD", "Số tiền\0 ghi nhầm"), NOW, may_publish=True)
    assert ended.ended_reason == "Số tiền ghi nhầm"


async def test_who_may_end_what(database: Database) -> None:
    own, other = await _propose(database), await _propose(database, field="note", value={"text": "Một ghi chú."})
    async with database.write() as session:
        with pytest.raises(BadInput, match="biên tập hoặc lãnh đạo"):
            await work().withdraw(session, CHI, own, "không thích", NOW, may_publish=False)
        with pytest.raises(BadInput, match="lý do"):
            await work().withdraw(session, CHI, other, "", NOW, may_publish=True)
        with pytest.raises(NotFound):
            await work(2).withdraw(session, STRANGER, own, "không phải của mình", NOW, may_publish=True)
        await work().withdraw(session, AN, own, "", NOW, may_publish=False)
        with pytest.raises(BadInput, match="đã ngừng"):
            await work().withdraw(session, AN, own, "", NOW, may_publish=False)


async def test_another_ward_s_facts_are_its_own(database: Database) -> None:
    async with database.write() as session:
        await session.execute(sa.text("insert into communes (id, slug, name) values (2, 'xa-hai', 'Xã Hai')"))
    fact = await _propose(database, STRANGER)
    await _check(database, fact, Signed(10, 2, "Người khác của xã hai", Role.LEADER))
    assert await _here(database) == _national()


# --- robust against what is stored ---------------------------------------------------------------------------------


def test_a_fact_that_today_s_model_refuses_is_left_out() -> None:
    good = LocalFact(id=1, code=COPY, case_id="*", field="fees", value=SIX, **_source())
    broken = [
        LocalFact(id=2, code=COPY, case_id="*", field="fees", value=[{"status": "gone"}], **_source()),
        LocalFact(id=3, code=COPY, case_id="*", field="papers", value=[], **_source()),
        LocalFact(id=4, code=COPY, case_id="*", field="where", value=None, **_source()),
    ]
    assert layer_of(COPY, broken, "phường") is None
    layer = layer_of(COPY, [good, *broken], "phường")
    assert layer is not None
    assert list(layer.sources) == ["xa-1"]
    nameless = LocalFact(id=5, code=BIRTH, case_id="*", field="fees", value=SIX, **(_source() | {"checked_name": "X"}))
    assert [each.code for each in layers_of([good, nameless], "phường")] == [COPY]


def test_a_case_or_procedure_that_is_gone_is_no_harm() -> None:
    lost = LocalFact(id=1, code=COPY, case_id="da-bo", field="fees", value=SIX, **_source())
    gone = LocalFact(id=2, code="9.999999", case_id="*", field="fees", value=SIX, **_source())
    catalog = knowledge().files.catalog
    assert laid_over(catalog, layers_of([lost, gone], "phường")).procedures[COPY].cases == catalog.procedures[COPY].cases


# --- who answers ---------------------------------------------------------------------------------------------------


@pytest.fixture
def answering(monkeypatch: pytest.MonkeyPatch) -> Iterator[Pipeline]:
    """A pipeline whose catalog is put back afterwards."""
    found = pipeline(Clock())
    yield found
    knowledge().lay(())


def _snapshot(**more: Any) -> Snapshot:
    fact = LocalFact(id=7, code=COPY, case_id="*", field="fees", value=SIX, **_source())
    profile = commune().model_copy(update={"address": "12 Điện Biên Phủ"})
    return Snapshot.made(Ward.made(profile, WardMode.REAL, more), layers=layers_of([fact], "phường An Khê"))


def test_answers_follow_the_snapshot_and_name_its_version(answering: Pipeline) -> None:
    before = answering.think(incoming("chứng thực bản sao hết bao nhiêu", "1"), State())
    answering.use(_snapshot())
    after = answering.think(incoming("chứng thực bản sao hết bao nhiêu", "2"), State())
    assert "6.000 đồng một bản" in after.reply.as_text()
    assert "Riêng ở phường An Khê: phí theo Bảng niêm yết (22/11/2026)" in after.reply.as_text()
    assert before.catalog_version != after.catalog_version
    assert "12 Điện Biên Phủ" in answering.think(incoming("địa chỉ phường ở đâu", "3"), State()).reply.as_text()
    answering.use(Snapshot.of_file(commune()))
    assert answering.think(incoming("chứng thực bản sao hết bao nhiêu", "4"), State()).reply == before.reply


async def test_the_other_process_answers_with_the_same_snapshot(answering: Pipeline, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _pid: {0, 1})
    thinker = Thinker(answering)
    thinker.start()
    try:
        answering.use(_snapshot(chat=Switch(on=True)))
        asked = [(incoming("chứng thực bản sao hết bao nhiêu", "1"), State()), (incoming("địa chỉ phường ở đâu", "2"), State())]
        for _ in range(2):  # the second time nothing is sent again, and is still known
            found = " ".join(thought.reply.as_text() for thought in await thinker.think(asked))
            assert "6.000 đồng một bản" in found
            assert "12 Điện Biên Phủ" in found
        answering.use(_snapshot(chat=Switch(on=False, reason="Phường mất điện")))
        [thought] = await thinker.think(asked[:1])
        assert "Phường mất điện".lower() in thought.reply.as_text().lower()
        assert thought.decision.intent == "switched_off"
    finally:
        thinker.close()


async def test_a_command_reads_the_same(database: Database) -> None:
    await _check(database, await _propose(database))
    local = await snapshot_now(database, commune())
    assert [layer.code for layer in local.layers] == [COPY]
    assert local.version != Snapshot.of_file(commune()).version
    assert FactField.FEES in {str(name) for name in local.layers[0].cases["*"].model_fields_set}


def test_gandan_ask_answers_as_the_officials_set_it(sqlite_database_url: str, answering: Pipeline, tmp_path: Path) -> None:
    """With a database; without one, or with one that cannot be read, as the files say."""

    async def prepare() -> None:
        database = Database(sqlite_database_url)
        await _check(database, await _propose(database))
        await database.close()

    asyncio.run(prepare())
    question = "chứng thực bản sao hết bao nhiêu"
    _use_ward(answering, settings(data_dir=tmp_path / "none"))
    (tmp_path / "old").mkdir()
    (tmp_path / "old" / "gandan.sqlite3").touch()
    _use_ward(answering, settings(data_dir=tmp_path / "old"))
    assert "6.000" not in answering.think(incoming(question, "1"), State()).reply.as_text()
    _use_ward(answering, settings(database_url=sqlite_database_url))
    assert "6.000 đồng một bản" in answering.think(incoming(question, "2"), State()).reply.as_text()
