"""Before an announcement is sent: who gets it now, who later, what it costs, by the channels that are connected."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from app.announcements.models import Announcement
from app.console.announcements.previews import reach
from app.database import Database
from app.ward.ward import Ward, WardMode
from tests.assistant.ward import MONDAY, commune
from tests.site.chats import Chats, Connected
from tests.subscribers.test_audience import ABLE, add_person

ZALO, TELEGRAM = Connected(1, "zalo_oa", object()), Connected(2, "telegram", object())


async def _lines(database: Database, *connected: Connected) -> dict[str, str]:
    ward = SimpleNamespace(now=Ward.made(commune(), WardMode.REAL, {}))
    request: Any = SimpleNamespace(
        app=SimpleNamespace(state=SimpleNamespace(known_capabilities=ABLE, ward=ward, accounts=Chats(connected)))
    )
    found = Announcement(commune_id=1, topic="tin-chung", urgency="normal", kind="original", group_ids=[], channels=[])
    async with database.read() as session:
        return dict((await reach(request, session, found, MONDAY)).lines)


async def test_who_gets_it_now_who_later_and_what_it_costs(sqlite_database_url: str) -> None:
    database = Database(sqlite_database_url)
    for number, (hours, reachable) in enumerate([(1, True), (1, True), (72, True), (400, True), (1, False)]):
        await add_person(database, f"z{number}", wrote=hours, reachable=reachable)
    await add_person(database, "t1", wrote=5000, channel="telegram")
    assert await _lines(database, ZALO, TELEGRAM) == {
        "Zalo OA": "2 nhận ngay, không mất phí; 1 nhận ngay, khoảng 55 đồng; 1 lâu chưa nhắn (quá 7 ngày): sẽ gửi khi họ nhắn lại; "
        "1 đã chặn hoặc không liên lạc được",
        "Telegram": "1 nhận ngay",
    }
    assert (await _lines(database, TELEGRAM))["Zalo OA"] == "5 chưa nhận được: kênh này chưa nối hoặc đã tắt"
    await database.close()
