"""Officials, rules and announcements for tests of the domain."""

from __future__ import annotations

import datetime as dt
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from app.announcements import service
from app.announcements.checking import Rules
from app.announcements.content import Cap, Content, Draft
from app.announcements.models import Announcement, Urgency
from app.announcements.quiet import QuietHours
from app.calendar.opening import VIETNAM
from app.database import Commune, Database
from app.settings import ROOT
from app.signed import Role, Signed
from app.subscribers.topics import load_topics
from app.ward.service import set_mode
from app.ward.ward import WardMode

TOPICS = load_topics(ROOT / "procedures")
QUIET = QuietHours.parse("21:00-06:30")
RULES = Rules(TOPICS, QUIET, groups=(12, 13))
NOON = dt.datetime(2026, 11, 24, 12, 0, tzinfo=VIETNAM)
CLERK = Signed(1, 1, "Trần Văn Cán", Role.OFFICIAL)
EDITOR = Signed(2, 1, "Lê Thị Biên", Role.EDITOR)
LEADER = Signed(3, 1, "Phạm Văn Lãnh", Role.LEADER)
SECOND_LEADER = Signed(4, 1, "Hồ Thị Phó", Role.LEADER)
STRANGER = Signed(9, 2, "Người Xã Khác", Role.LEADER)

CONTENT = Content(
    title="Làm căn cước lưu động ở tổ 12",
    what="Công an phường làm căn cước tại nhà văn hóa tổ 12. Bà con chưa có căn cước thì tới làm.",
    when="7:30–11:00 Chủ nhật 6/12/2026",
    where="Nhà văn hóa tổ 12, số 34/5 Trần Phú",
    who="Bà con từ 14 tuổi",
    bring="CCCD cũ\nSổ hộ khẩu (nếu có)",
    contact="Công an phường 0236 3 123 456",
)
STORM = Content(
    title="Bão số 5 vào đêm 24/11",
    what="Bão số 5 vào đất liền từ 19:00 ngày 24/11/2026. Gió cấp 9-10, mưa 200–300 mm.",
    when="19:00 ngày 24/11/2026 tới 5:00 ngày 25/11/2026",
    where="Toàn phường, nhất là tổ 12 và tổ 13",
    do="- Chằng chống nhà cửa trước 15:00\n- Ở yên trong nhà",
    contact="Trực ban 0236 3 123 456, gấp gọi 113",
)
DANGER = Cap(event="Bão", category="Met", onset=NOON + dt.timedelta(hours=7), expires=NOON + dt.timedelta(hours=20))


def draft(content: Content = CONTENT, **values: Any) -> Draft:
    """A draft that may be sent."""
    return Draft(content=content, **({"topic": "dinh-danh", "channels": ("zalo_oa", "telegram"), "group_ids": (12,)} | values))


def storm(content: Content = STORM, **values: Any) -> Draft:
    """An urgent danger for the whole ward."""
    known = {
        "topic": "thien-tai",
        "urgency": Urgency.URGENT,
        "cap": DANGER,
        "group_ids": (),
        "quiet_exempt": True,
        "quiet_reason": "Bão vào đêm nay",
    }
    return draft(content, **(known | values))


@asynccontextmanager
async def opened(url: str) -> AsyncIterator[Database]:
    """A database with two communes."""
    database = Database(url)
    async with database.write() as session:
        if await session.get(Commune, 1) is None:
            session.add(Commune(id=1, slug="mau", name="Phường Mẫu"))
        session.add(Commune(id=2, slug="hai", name="Xã Hai"))
        await session.flush()
        await set_mode(session, None, WardMode.REAL, "Đã thử xong", NOON)
    try:
        yield database
    finally:
        await database.close()


async def sent(session: AsyncSession, what: Draft | None = None, now: dt.datetime = NOON) -> Announcement:
    """One that went out completely."""
    what = what or draft()
    made = await service.create(session, CLERK, what, RULES, now)
    await service.submit(session, CLERK, made.id, made.version, now)
    await service.approve(session, LEADER, made.id, made.version, RULES, now)
    assert await service.begin_sending(session, made.id, now)
    assert await service.finished(session, made.id, now + dt.timedelta(minutes=5))
    await session.refresh(made)
    return made
