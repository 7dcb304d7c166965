"""Acts of officials on both databases: what is stored, what the record says, and nothing of another commune."""

from __future__ import annotations

import datetime as dt
from collections.abc import AsyncIterator

import pytest
import sqlalchemy as sa

from app.audit.models import AuditEntry
from app.calendar import repository, service
from app.calendar.drafts import SessionDraft
from app.calendar.facts import VIETNAM, DayChange, DayKind, HolidayChange, HolidayKind, SessionKind, SessionStatus
from app.commune import Shift
from app.database import Commune, Database
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
        await service.change_day(session, ONE, MOVED, NOW)
    async with database.write() as session:
        await service.change_day(session, ONE, MOVED.model_copy(update={"reason": "Bão số 10"}), NOW)
    async with database.read() as session:
        [change] = (await repository.load(session, 1, NOW)).days
        assert (await repository.load(session, 2, NOW)).days == ()
    assert (change.kind, change.moved_to, change.reason, change.sequence) == (DayKind.MOVED, dt.date(2026, 12, 13), "Bão số 10", 2)
    assert change.hours == MOVED.hours
    assert change.updated_at == NOW
    async with database.write() as session:
        with pytest.raises(NotFound):
            await service.restore_day(session, TWO, DAY, NOW)
    async with database.write() as session:
        await service.restore_day(session, ONE, DAY, NOW)
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
            await service.edit_session(session, TWO, numbers[0], DRAFT, NOW)
        with pytest.raises(NotFound):
            await service.cancel_session(session, TWO, numbers[0], "Phá", NOW)
    async with database.write() as session:
        await service.cancel_session(session, ONE, numbers[1], "Hết vắc xin", NOW)
    async with database.write() as session:
        with pytest.raises(BadInput):
            await service.edit_session(session, ONE, numbers[1], DRAFT, NOW)
    async with database.read() as session:
        found = (await repository.load(session, 1, NOW)).sessions
    assert [(each.status, each.reason, each.sequence) for each in found] == [
        (SessionStatus.PLANNED, "", 0),
        (SessionStatus.CANCELLED, "Hết vắc xin", 1),
    ]
    assert await _sentences(database) == ["thêm «Tiêm chủng» ngày 2/12/2026, 2 lần", "hủy «Tiêm chủng» ngày 9/12/2026: Hết vắc xin"]


async def test_holidays_are_set_changed_and_dropped(database: Database) -> None:
    day = dt.date(2027, 1, 8)
    async with database.write() as session:
        await service.set_holiday(session, ONE, HolidayChange(day=day, kind=HolidayKind.HOLIDAY, name="Nghỉ hoán đổi"), NOW)
        await service.set_holiday(session, ONE, HolidayChange(day=day, kind=HolidayKind.WORKDAY, swapped_with=dt.date(2027, 1, 9)), NOW)
    async with database.read() as session:
        assert (await repository.load(session, 1, NOW)).holidays == (
            HolidayChange(day=day, kind=HolidayKind.WORKDAY, swapped_with=dt.date(2027, 1, 9)),
        )
    async with database.write() as session:
        with pytest.raises(NotFound):
            await service.drop_holiday(session, TWO, day)
    async with database.write() as session:
        await service.drop_holiday(session, ONE, day)
    async with database.read() as session:
        assert (await repository.load(session, 1, NOW)).holidays == ()


async def test_what_is_long_past_is_not_kept_in_memory(database: Database) -> None:
    async with database.write() as session:
        await service.add_sessions(session, ONE, DRAFT, [dt.date(2026, 12, 2)], NOW)
        await service.change_day(session, ONE, MOVED, NOW)
    async with database.read() as session:
        facts = await repository.load(session, 1, NOW + dt.timedelta(days=500))
    assert (facts.sessions, facts.days) == ((), ())
