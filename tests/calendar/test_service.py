"""Acts of officials on both databases: what is stored, what the record says, and nothing of another commune."""

from __future__ import annotations

import asyncio
import dataclasses
import datetime as dt
from collections.abc import AsyncIterator

import pytest
import sqlalchemy as sa

from app.audit.models import AuditEntry
from app.calendar import repository, service
from app.calendar.drafts import SessionDraft
from app.calendar.facts import VIETNAM, DayChange, DayKind, HolidayChange, HolidayKind, SessionKind, SessionStatus
from app.calendar.models import CalendarDay, CalendarSession
from app.commune import Shift
from app.database import Commune, Database, version_of
from app.errors import BadInput, NotFound
from app.officials.models import Official
from app.signed import Role, Signed

NOW = dt.datetime(2026, 11, 23, 2, 0, tzinfo=dt.UTC)
DAY = dt.date(2026, 12, 6)
MOVED = DayChange(
    day=DAY, kind=DayKind.MOVED, moved_to=dt.date(2026, 12, 13), reason="Bão số 9", hours=(Shift(opens=dt.time(8), closes=dt.time(11)),)
)
DRAFT = SessionDraft(
    SessionKind.VACCINATION,
    "Tiêm chủng",
    dt.datetime(2026, 12, 2, 7, 30, tzinfo=VIETNAM),
    dt.datetime(2026, 12, 2, 11, 0, tzinfo=VIETNAM),
    "Trạm y tế",
    None,
    "",
    ("Tiêm sởi",),
    "sổ tiêm",
    "Lê A",
)


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    found = Database(database_url)
    async with found.write() as session:
        session.add(Commune(id=2, slug="xa-hai", name="Xã Hai"))
        await session.flush()
        for number, commune in ((1, 1), (2, 2)):
            session.add(
                Official(
                    id=number,
                    commune_id=commune,
                    username=f"u{number}",
                    name=f"Cán bộ {number}",
                    role="editor",
                    password_hash="",
                    must_change=False,
                    created_at=NOW,
                    changed_at=NOW,
                )
            )
    yield found
    await found.close()


ONE, TWO = Signed(1, 1, "Lê Thị Biên", Role.EDITOR), Signed(2, 2, "Người xã hai", Role.EDITOR)


async def _sentences(database: Database) -> list[str]:
    async with database.read() as session:
        return list((await session.scalars(sa.select(AuditEntry.sentence).order_by(AuditEntry.id))).all())


async def test_a_day_is_changed_changed_again_and_taken_back(database: Database) -> None:
    async with database.write() as session:
        await service.change_day(session, ONE, MOVED, 0, NOW)
    async with database.write() as session:
        await service.change_day(session, ONE, MOVED.model_copy(update={"reason": "Bão số 10"}), 1, NOW)
    async with database.read() as session:
        [change] = (await repository.load(session, 1, NOW)).days
        assert (await repository.load(session, 2, NOW)).days == ()
    assert (change.kind, change.moved_to, change.reason, change.sequence) == (DayKind.MOVED, dt.date(2026, 12, 13), "Bão số 10", 2)
    assert change.hours == MOVED.hours
    assert change.updated_at == NOW
    async with database.write() as session:
        with pytest.raises(NotFound):
            await service.restore_day(session, TWO, DAY, 2, NOW)
    async with database.write() as session:
        await service.restore_day(session, ONE, DAY, 2, NOW)
    async with database.read() as session:
        [change] = (await repository.load(session, 1, NOW)).days
    assert (change.kind, change.sequence, change.reason) == (DayKind.RULE, 3, "")
    assert await _sentences(database) == [
        "dời Ngày Chủ nhật gần Dân 6/12/2026 sang 13/12/2026: Bão số 9",
        "dời Ngày Chủ nhật gần Dân 6/12/2026 sang 13/12/2026: Bão số 10",
        "bỏ thay đổi lịch ngày 6/12/2026",
    ]


async def test_sessions_are_added_edited_and_cancelled(database: Database) -> None:
    days = [dt.date(2026, 12, 2), dt.date(2026, 12, 9)]
    async with database.write() as session:
        rows = await service.add_sessions(session, ONE, DRAFT, days, NOW)
        numbers = [row.id for row in rows]
    async with database.read() as session:
        found = (await repository.load(session, 1, NOW)).sessions
    assert [each.day for each in found] == days
    assert len({each.uid for each in found}) == 2
    assert (found[1].starts.time(), found[0].procedures, found[0].team) == (dt.time(7, 30), ("Tiêm sởi",), "Lê A")
    async with database.write() as session:
        with pytest.raises(NotFound):
            await service.edit_session(session, TWO, numbers[0], DRAFT, 0, NOW)
        with pytest.raises(NotFound):
            await service.cancel_session(session, TWO, numbers[0], "Phá", 0, NOW)
    async with database.write() as session:
        await service.cancel_session(session, ONE, numbers[1], "Hết vắc xin", 0, NOW)
    async with database.write() as session:
        with pytest.raises(BadInput):
            await service.edit_session(session, ONE, numbers[1], DRAFT, 1, NOW)
    async with database.read() as session:
        found = (await repository.load(session, 1, NOW)).sessions
    assert [(each.status, each.reason, each.sequence) for each in found] == [
        (SessionStatus.PLANNED, "", 0),
        (SessionStatus.CANCELLED, "Hết vắc xin", 1),
    ]
    assert await _sentences(database) == ["thêm «Tiêm chủng» ngày 2/12/2026, 2 lần", "hủy «Tiêm chủng» ngày 9/12/2026: Hết vắc xin"]


async def test_who_read_an_older_version_changes_nothing(database: Database) -> None:
    async with database.write() as session:
        [row] = await service.add_sessions(session, ONE, DRAFT, [dt.date(2026, 12, 2)], NOW)
        await service.change_day(session, ONE, MOVED, 0, NOW)
    async with database.write() as session:
        await service.edit_session(session, ONE, row.id, dataclasses.replace(DRAFT, place="Chợ"), 0, NOW)
    for act in (
        lambda session: service.change_day(session, ONE, MOVED.model_copy(update={"reason": "Khác"}), 0, NOW),
        lambda session: service.restore_day(session, ONE, DAY, 0, NOW),
        lambda session: service.edit_session(session, ONE, row.id, DRAFT, 0, NOW),
        lambda session: service.cancel_session(session, ONE, row.id, "Mưa", 0, NOW),
    ):
        with pytest.raises(service.ChangedMeanwhile):
            async with database.write() as session:
                await act(session)
    async with database.read() as session:
        facts = await repository.load(session, 1, NOW)
    assert (facts.days[0].reason, facts.days[0].sequence) == ("Bão số 9", 1)
    assert (facts.sessions[0].place, facts.sessions[0].sequence, facts.sessions[0].cancelled) == ("Chợ", 1, False)


async def test_of_two_who_change_a_day_for_the_first_time_one_is_told(database: Database) -> None:
    async def change(reason: str) -> None:
        async with database.write() as session:
            await service.change_day(session, ONE, MOVED.model_copy(update={"reason": reason}), 0, NOW)

    told = await asyncio.gather(change("Bão"), change("Lụt"), return_exceptions=True)
    assert [type(each) for each in told if each is not None] == [service.ChangedMeanwhile]


async def test_a_stored_value_that_is_no_longer_allowed_takes_nothing_else_with_it(database: Database) -> None:
    async with database.write() as session:
        await service.change_day(session, ONE, MOVED, 0, NOW)
        broken, whole = await service.add_sessions(session, ONE, DRAFT, [dt.date(2026, 12, 2), dt.date(2026, 12, 9)], NOW)
        await session.execute(sa.update(CalendarDay).values(hours=[{"opens": "11:00", "closes": "08:00"}]))
        await session.execute(sa.update(CalendarSession).where(CalendarSession.id == broken.id).values(kind="party"))
    async with database.read() as session:
        facts = await repository.load(session, 1, NOW)
    assert [(each.kind, each.hours) for each in facts.days] == [(DayKind.MOVED, ())]
    assert [each.id for each in facts.sessions] == [whole.id]


async def test_holidays_are_set_changed_and_dropped(database: Database) -> None:
    day = dt.date(2027, 1, 8)
    async with database.write() as session:
        first = HolidayChange(day=day, kind=HolidayKind.HOLIDAY, name="Nghỉ hoán đổi")
        second = HolidayChange(day=day, kind=HolidayKind.WORKDAY, swapped_with=dt.date(2027, 1, 9))
        await service.set_holiday(session, ONE, first, version_of([]), NOW)
        with pytest.raises(service.ChangedMeanwhile):  # read before the first was saved
            await service.set_holiday(session, ONE, second, version_of([]), NOW)
        await service.set_holiday(session, ONE, second, version_of([first]), NOW)
    async with database.read() as session:
        assert (await repository.load(session, 1, NOW)).holidays == (
            HolidayChange(day=day, kind=HolidayKind.WORKDAY, swapped_with=dt.date(2027, 1, 9)),
        )
    async with database.write() as session:
        with pytest.raises(NotFound):
            await service.drop_holiday(session, TWO, day, version_of([]))
    async with database.write() as session:
        with pytest.raises(service.ChangedMeanwhile):
            await service.drop_holiday(session, ONE, day, version_of([first]))
        await service.drop_holiday(session, ONE, day, version_of([second]))
    async with database.read() as session:
        assert (await repository.load(session, 1, NOW)).holidays == ()


async def test_what_is_long_past_is_not_kept_in_memory(database: Database) -> None:
    async with database.write() as session:
        await service.add_sessions(session, ONE, DRAFT, [dt.date(2026, 12, 2)], NOW)
        await service.change_day(session, ONE, MOVED, 0, NOW)
    async with database.read() as session:
        facts = await repository.load(session, 1, NOW + dt.timedelta(days=500))
    assert (facts.sessions, facts.days) == ((), ())
