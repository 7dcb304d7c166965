"""What officials do with local facts: propose, see the difference, check another's, withdraw."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from app.audit import service as audit
from app.calendar.facts import VIETNAM
from app.catalog.catalog import Catalog
from app.catalog.content import Procedure
from app.catalog.layers import apply_layer
from app.database import lock_commune
from app.errors import BadInput, NotFound
from app.local import repository
from app.local.differences import Saying, words
from app.local.layering import fitting, layer_of
from app.local.models import FactStatus, LocalFact
from app.local.schemas import ALL_CASES, FactField, Proposal
from app.signed import Signed
from app.understanding.text import clean

SHORTEST_REASON, LONGEST_REASON = 5, 300


@dataclass(frozen=True)
class Versions:
    """One procedure: as the catalog has it, as citizens read it here, and all that was ever proposed for it."""

    national: Procedure
    local: Procedure
    facts: Sequence[LocalFact]

    @property
    def in_force(self) -> list[LocalFact]:
        """Facts that citizens read, in the order they were checked."""
        found = [fact for fact in self.facts if fact.status == FactStatus.CHECKED and fact.replaced_at is None]
        return sorted(found, key=lambda fact: (fact.checked_at or fact.proposed_at, fact.id))

    @property
    def waiting(self) -> list[LocalFact]:
        return [fact for fact in self.facts if fact.status == FactStatus.DRAFT]


class LocalFacts:
    """The work on one ward's facts. `catalog`: the files' own, without what is kept here; `place`: the ward's name."""

    def __init__(self, catalog: Catalog, saying: Saying, place: str, commune_id: int) -> None:
        self._catalog, self._saying, self._place, self._commune_id = catalog, saying, place, commune_id

    async def versions(self, session: AsyncSession, code: str) -> Versions:
        """Everything about one procedure. Raises NotFound."""
        national = self._procedure(code)
        facts = await repository.of_procedure(session, self._commune_id, code)
        found = Versions(national, national, facts)
        return Versions(national, self._laid_over(national, found.in_force), facts)

    async def differences(self, session: AsyncSession, proposal: Proposal) -> list[str]:
        """What citizens would read differently if this were checked now. Raises NotFound, and BadInput for an unknown case."""
        return self.differences_of(await self.versions(session, proposal.code), self._row(proposal))

    def differences_of(self, versions: Versions, fact: LocalFact) -> list[str]:
        """The same of a stored fact."""
        others = [each for each in versions.in_force if fact.field == FactField.NOTE or _place_of(each) != _place_of(fact)]
        after = self._laid_over(versions.national, [*others, fact])
        return self._saying.differences(versions.local, after)

    async def propose(self, session: AsyncSession, who: Signed, proposal: Proposal, now: dt.datetime) -> LocalFact:
        """Store a draft. Raises BadInput when it changes nothing, or is proposed already."""
        if proposal.source_date > now.astimezone(VIETNAM).date():
            raise BadInput("Ngày của nguồn ở tương lai. Ghi ngày văn bản hoặc ngày anh/chị đọc bảng niêm yết.")
        versions, row = await self.versions(session, proposal.code), self._row(proposal)
        found = self.differences_of(versions, row)
        if not found:
            raise BadInput(words()["same"])
        if any(_place_of(each) == _place_of(row) and each.value == row.value for each in versions.waiting):
            raise BadInput("Đề nghị này đã có người gửi và đang chờ kiểm tra.")
        row.proposed_by, row.proposed_name, row.proposed_at = who.official_id, who.name, now
        await repository.add(session, row)
        await self._record(session, who, "propose", row, now, words="; ".join(found))
        return row

    async def check(self, session: AsyncSession, who: Signed, fact_id: int, now: dt.datetime) -> LocalFact:
        """Let citizens read a draft. Raises BadInput when it is one's own, or dealt with already."""
        await lock_commune(session, self._commune_id)  # of two drafts in the same place the later takes it
        fact = await self._fact(session, fact_id)
        if fact.status != FactStatus.DRAFT:
            raise BadInput("Đề nghị này đã được xử lý rồi. Anh/chị tải lại trang.")
        if fact.proposed_by == who.official_id:
            raise BadInput("Người đề nghị không tự kiểm tra được. Nhờ người khác đối chiếu với nguồn.")
        found = self.differences_of(await self.versions(session, fact.code), fact)
        fact.status, fact.checked_by, fact.checked_name, fact.checked_at = FactStatus.CHECKED, who.official_id, who.name, now
        await session.flush()
        if fact.field != FactField.NOTE:
            await repository.replace_others(session, fact, now)
        await self._record(session, who, "check", fact, now, words="; ".join(found) or words()["same"])
        return fact

    async def withdraw(
        self, session: AsyncSession, who: Signed, fact_id: int, reason: str, now: dt.datetime, *, may_publish: bool
    ) -> LocalFact:
        """End a draft or a fact in force. Who may not publish ends only what is his own and not checked yet."""
        fact = await self._fact(session, fact_id)
        own_draft = fact.status == FactStatus.DRAFT and fact.proposed_by == who.official_id
        if fact.status == FactStatus.WITHDRAWN or fact.replaced_at is not None:
            raise BadInput("Thông tin này đã ngừng dùng rồi. Anh/chị tải lại trang.")
        if not (may_publish or own_draft):
            raise BadInput("Việc này cần người biên tập hoặc lãnh đạo.")
        reason = clean(reason)
        if not own_draft and not SHORTEST_REASON <= len(reason) <= LONGEST_REASON:
            raise BadInput(f"Ghi lý do bằng một câu, từ {SHORTEST_REASON} đến {LONGEST_REASON} ký tự.")
        act = "take_back" if own_draft else "refuse" if fact.status == FactStatus.DRAFT else "withdraw"
        fact.status, fact.replaced_at = FactStatus.WITHDRAWN, now
        fact.ended_by, fact.ended_name, fact.ended_reason = who.official_id, who.name, reason[:LONGEST_REASON]
        await session.flush()
        await self._record(session, who, act, fact, now, reason=reason)
        return fact

    # --- one fact -------------------------------------------------------------------------------------------------

    async def _fact(self, session: AsyncSession, fact_id: int) -> LocalFact:
        fact = await repository.fact(session, self._commune_id, fact_id, for_change=True)
        if fact is None:
            raise NotFound
        return fact

    def _procedure(self, code: str) -> Procedure:
        procedure = self._catalog.get(code)
        if procedure is None:
            raise NotFound("Không có thủ tục mang mã này trong kho.")
        return procedure

    def _row(self, proposal: Proposal) -> LocalFact:
        procedure = self._procedure(proposal.code)
        if proposal.case_id != ALL_CASES and proposal.case_id not in {case.id for case in procedure.cases}:
            raise BadInput("Thủ tục này không có trường hợp đó. Anh/chị tải lại trang rồi chọn lại.")
        return LocalFact(
            commune_id=self._commune_id,
            code=proposal.code,
            case_id=proposal.case_id,
            field=proposal.field,
            value=proposal.stored_value,
            source_title=proposal.source_title,
            source_kind=proposal.source_kind,
            source_url=proposal.source_url,
            source_date=proposal.source_date,
            note=proposal.note,
            status=FactStatus.DRAFT,
            proposed_name="",
            proposed_at=dt.datetime.combine(proposal.source_date, dt.time(), dt.UTC),  # until it is proposed in earnest
            ended_name="",
            ended_reason="",
            checked_name="",
        )

    def _laid_over(self, procedure: Procedure, facts: Sequence[LocalFact]) -> Procedure:
        layer = layer_of(procedure.code, facts, self._place)
        return apply_layer(procedure, fitting(layer, procedure)) if layer is not None else procedure

    async def _record(self, session: AsyncSession, who: Signed, act: str, fact: LocalFact, now: dt.datetime, **more: str) -> None:
        sentence = words()["audit"][act].format(
            field=words()["fields"][fact.field].lower(),
            name=self._procedure(fact.code).name,
            code=fact.code,
            author=fact.proposed_name,
            **more,
        )
        await audit.record(session, who, sentence, subject=("local_fact", str(fact.id)), at=now)


def _place_of(fact: LocalFact) -> tuple[str, str, str]:
    return fact.code, fact.case_id, fact.field
