"""From the official's desk to the process that understands: what is published, corrected, withdrawn is answered so at once."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import AsyncIterator

import pytest

from app.announcements import service
from app.announcements.content import Content, draft_of
from app.announcements.models import Announcement, Kind
from app.assistant.apart import Thinker
from app.assistant.pipeline import Thought
from app.database import Database
from app.local.holder import SnapshotHolder
from app.understanding.decision import State
from app.ward.holder import WardHolder
from tests.announcements.office import CLERK, LEADER, NOON, RULES, draft, opened, sent
from tests.assistant.ward import Clock, commune, incoming, pipeline

POWER = Content(title="Cắt điện ở tổ 12", what="Điện lực sửa đường dây.", when="Sáng thứ Năm", where="Đường Trần Phú")
LATER = NOON + dt.timedelta(hours=1)


@pytest.fixture
async def database(sqlite_database_url: str) -> AsyncIterator[Database]:
    async with opened(sqlite_database_url) as found:
        yield found


async def _follow(database: Database, root: Announcement, kind: Kind, **content: str) -> None:
    async with database.write() as session:
        made = await service.follow_up(session, CLERK, root.id, kind, LATER)
        found = draft_of(made)
        said = Content.model_validate(found.content.model_dump() | content)
        made = await service.update(session, CLERK, made.id, made.version, found.model_copy(update={"content": said}), RULES, LATER)
        await service.submit(session, CLERK, made.id, made.version, LATER)
        await service.approve(session, LEADER, made.id, made.version, RULES, LATER)
        assert await service.begin_sending(session, made.id, LATER)


async def test_the_process_that_understands_knows_it_at_once(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _pid: {0, 1})
    clock = Clock(now=LATER)
    answering = pipeline(clock)
    thinker = Thinker(answering)
    thinker.start()
    wards = WardHolder(database, commune())
    local = SnapshotHolder(wards, answering.use, clock)
    await wards.refresh()

    def here(*_: object) -> Thought:
        raise AssertionError("thought in the process that serves")

    monkeypatch.setattr(answering, "think", here)

    async def asked() -> str:
        await wards.look()  # what the server does every two seconds
        [thought] = await thinker.think([(incoming("mai có cúp điện không", "1"), State())])
        return thought.reply.as_text()

    try:
        assert "chưa có thông báo nào về việc này" in await asked()
        before = local.now.version
        async with database.write() as session:
            await service.create(session, CLERK, draft(POWER, topic="dien-nuoc", group_ids=()), RULES, NOON)
        assert "Trần Phú" not in await asked(), "a draft"
        async with database.write() as session:
            root = await sent(session, draft(POWER, topic="dien-nuoc", group_ids=()))
        said = await asked()
        assert "📍 Địa điểm: Đường Trần Phú" in said
        assert f"/thong-bao/cat-dien-o-to-12-{root.id}" in said
        assert local.now.version != before
        await _follow(database, root, Kind.CORRECTION, where="Đường Lê Lợi", note="Ghi nhầm tên đường.")
        said = await asked()
        assert "Đính chính: Cắt điện ở tổ 12" in said
        assert "Đường Lê Lợi" in said
        assert "Trần Phú" not in said
        await _follow(database, root, Kind.WITHDRAWAL, note="Điện lực hoãn.")
        said = await asked()
        assert "Thu hồi: Cắt điện ở tổ 12" in said
        assert "Điện lực hoãn." in said
        assert "Lê Lợi" not in said
    finally:
        thinker.close()
