"""A small ward whose November 2026 was counted by hand, on paper, before any query ran. Times are Vietnam's.

Around the month stand rows that must not count: a second earlier, a second later, another commune, a trial.
The counts are in COUNTED and PUBLISHED; how they come about is said beside the rows.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from app.announcements.models import Announcement
from app.assistant.models import Answer, Conversation
from app.calendar.facts import VIETNAM
from app.database import Commune
from app.deliveries.models import Delivery, Dispatch
from app.paper.models import CodePlace
from app.statistics.periods import Period, month_of
from app.subscribers.models import ResidentialGroup, Subscriber, Subscription
from app.tables import QrScan
from app.volunteers.models import Tally

NOVEMBER: Period = month_of(dt.date(2026, 11, 1))
NOW = dt.datetime(2026, 12, 4, 9, 0, tzinfo=VIETNAM)
BIRTH, MARRIAGE, COPY = "1.001193", "1.000894", "2.000815"

# when, channel, person, status, code, feedback, ms
ANSWERS = f"""
31/10 23:59:59 web      w1 answer  {BIRTH}    -    4
05/10 09:00:00 web      w2 answer  {MARRIAGE} -    4
06/10 09:00:00 web      w3 answer  {MARRIAGE} -    4
07/10 09:00:00 web      w4 answer  {MARRIAGE} -    4
08/10 09:00:00 web      w5 unknown -          -    4
01/11 00:00:00 web      w1 answer  {BIRTH}    good 4
01/11 08:10:00 web      w1 answer  {BIRTH}    -    6
02/11 09:00:00 web      w2 answer  {BIRTH}    -    8
02/11 09:05:00 web      w3 answer  {BIRTH}    bad  10
03/11 10:00:00 web      w4 answer  {BIRTH}    -    12
03/11 11:00:00 web      w5 answer  {BIRTH}    good 14
04/11 08:00:00 zalo_oa  z1 answer  {BIRTH}    -    16
04/11 09:00:00 zalo_oa  z2 answer  {MARRIAGE} -    18
05/11 09:00:00 zalo_oa  z3 answer  {MARRIAGE} -    20
05/11 10:00:00 zalo_oa  z4 answer  {MARRIAGE} -    22
06/11 08:00:00 zalo_oa  z5 clarify -          -    24
06/11 09:00:00 zalo_oa  z6 clarify -          -    26
07/11 08:00:00 zalo_oa  z1 unknown -          bad  28
07/11 09:00:00 zalo_oa  z2 unknown -          -    30
08/11 08:00:00 zalo_oa  z3 unknown -          -    32
08/11 09:00:00 zalo_oa  z4 unknown -          -    34
09/11 08:00:00 web      w1 unknown -          -    36
09/11 09:00:00 web      w2 unknown -          bad  38
10/11 08:00:00 telegram t1 other   -          -    40
10/11 08:01:00 telegram t1 other   -          good 42
10/11 08:02:00 telegram t1 answer  {COPY}     -    44
15/11 12:00:00 web      w6 answer  {BIRTH}    -    1500
20/11 12:00:00 web      w1 answer  {BIRTH}    -    48
30/11 23:59:59 web      w1 other   -          -    50
01/12 00:00:00 web      w1 unknown -          bad  4
"""
# November: 24 lines, from «01/11 00:00:00» to «30/11 23:59:59».
#   answer 13 = ten from the first to «05/11 10:00», then t1, w6, w1;  clarify 2;  unknown 6;  other 3.     13+2+6+3 = 24
#   web 11 = 6 first + 2 unknown + w6, w1, w1;  zalo_oa 10;  telegram 3.                                    11+10+3 = 24
#   birth 9 = w1 w1 w2 w3 w4 w5 z1 w6 w1;  marriage 3;  copy 1.       good 3 (w1, w5, t1);  bad 3 (w3, z1, w2): half of the judged.
#   times: 4, 6, 8 … 44 are 21; then 48, 50, 1500. The 12th of 24 is 26.
#   October to compare: 5 in the whole month (birth 1, marriage 3, none 1).
# People in November: w1–w6, z1–z6, t1 = 13. Birth: w1–w6, z1 = 7. Unanswered at least once: z1 z2 z3 z4 w1 w2 = 6.
#   Always served within a second: all but w6 = 12. Questions: w1 5, w2 z1 z2 z3 z4 2 each, t1 3, the other six 1 each = 24.

# day, code, place, scans, commune
SCANS = [
    ("2026-10-31", BIRTH, "cho-an-khe", 9, 1),
    ("2026-11-03", BIRTH, "cho-an-khe", 7, 1),  # the market: 7 + 5 = 12
    ("2026-11-04", BIRTH, "cho-an-khe", 5, 1),
    ("2026-11-05", BIRTH, "", 2, 1),
    ("2026-11-30", "quay/1", "quay-1", 3, 1),  # all of November: 12 + 2 + 3 = 17
    ("2026-12-01", BIRTH, "cho-an-khe", 4, 1),
    ("2026-11-05", BIRTH, "cho-an-khe", 50, 2),
]

# key, channel, group, came, left, topics
FOLLOWERS = [
    ("k1", "zalo_oa", 1, "01/10", None, ["tin-chung", "dien-nuoc"]),
    ("k1", "telegram", None, "02/10", None, ["tin-chung"]),  # the same person, linked
    ("k2", "zalo_oa", 1, "03/10", None, ["tin-chung"]),
    ("k3", "zalo_oa", 1, "03/11", None, ["tin-chung"]),
    ("k4", "zalo_oa", 1, "03/11", None, ["tin-chung"]),
    ("k5", "zalo_oa", 1, "30/11", None, ["tin-chung"]),
    ("k6", "zalo_oa", 2, "03/11", None, ["tin-chung"]),
    ("k7", "telegram", None, "03/11", None, ["dien-nuoc"]),
    ("k8", "telegram", 2, "03/10", "15/11", ["tin-chung"]),  # left in the middle of the month
    ("k9", "telegram", 2, "02/12", None, ["tin-chung"]),  # came after it
]
# When November ended: k1–k7 = 7; group 1: 5, group 2: 1, none: 1. «tin-chung»: k1–k6 = 6; «dien-nuoc»: k1, k7 = 2.

# day, code, on behalf, hard, times, commune. 1 November 2026 is the first Sunday: the Sunday service.
TALLIES = [
    ("2026-10-31", BIRTH, False, "khong", 1, 1),
    ("2026-11-01", BIRTH, False, "khong", 3, 1),
    ("2026-11-01", BIRTH, True, "khong", 2, 1),
    ("2026-11-01", MARRIAGE, True, "tai-khoan", 1, 1),
    ("2026-11-12", BIRTH, False, "mang", 3, 1),
    ("2026-11-12", BIRTH, True, "ra-quay", 1, 1),
    ("2026-11-20", MARRIAGE, False, "khong", 1, 1),
    ("2026-11-30", COPY, True, "giay-to", 1, 1),
    ("2026-12-01", BIRTH, False, "khong", 1, 1),
    ("2026-11-01", BIRTH, False, "khong", 2, 2),
]
# November: 3+2+1+3+1+1+1 = 12; alone 7, on behalf 5. Birth 6 alone, 3 on behalf; marriage 1 and 1; copy 0 and 1.
#   On the Sunday 6. Without the counter, of birth alone (which is filed online from end to end): 3+2+3 = 8.

COUNTED = {
    "total": 24,
    "status": {"answer": 13, "clarify": 2, "unknown": 6, "other": 3},
    "channel": {"web": 11, "zalo_oa": 10, "telegram": 3},
    "code": {BIRTH: 9, MARRIAGE: 3, COPY: 1},
    "feedback": {"good": 3, "bad": 3},
    "p50": 26.0,
    "before": 5,
    "places": [("cho-an-khe", 12), ("quay-1", 3), ("", 2)],
    "scans": 17,
    "announced": 2,
    "sent": [("Mất điện", 40, 30), ("Tiêm chủng", 3, 2)],
    "followers": 7,
    "topics": {"tin-chung": 6, "dien-nuoc": 2},
    "groups": {1: 5, 2: 1, None: 1},
    "helped": [(BIRTH, 6, 3), (MARRIAGE, 1, 1), (COPY, 0, 1)],
    "hard": {"khong": 6, "mang": 3, "tai-khoan": 1, "ra-quay": 1, "giay-to": 1},
    "full_online": 8,
    "visits": {dt.date(2026, 11, 1): 6},
}
# Rounded down to fives; below five hidden. 13 people → 10; web 6 → 5; zalo 6 → 5; telegram 1 → hidden.
PUBLISHED: dict[str, Any] = {
    "month": "2026-11-01",
    "asking": {
        "people": 10,
        "questions": 20,
        "unanswered": 5,
        "quick": 10,
        "channels": {"telegram": None, "web": 5, "zalo_oa": 5},
        "withheld": [],
    },
    "procedures": {BIRTH: 5},
    "following": {
        "people": 5,
        "topics": {"dien-nuoc": None, "tin-chung": 5},
        "groups": {"0": None, "1": 5, "2": None},
        "withheld": [],
    },
    "scanning": {"total": 15, "places": {"": None, "cho-an-khe": 10, "quay-1": None}, "withheld": []},
    "announcing": {"count": 2, "reached": 75},
    "services": ["2026-11-01"],
    "helping": {"alone": 5, "behalf": 5, "full_online": 5, "sunday": 5, "procedures": {BIRTH: [5, None]}},
}


def at(text: str) -> dt.datetime:
    """«01/11 00:00:00» or «01/11» of 2026, in Vietnam."""
    day, _, time = text.partition(" ")
    number, month = map(int, day.split("/"))
    return dt.datetime.combine(dt.date(2026, month, number), dt.time.fromisoformat(time or "12:00:00"), VIETNAM)


async def fill(session: AsyncSession) -> None:
    """Write the ward into an empty database."""
    if await session.get(Commune, 2) is None:
        session.add(Commune(id=2, slug="xa-hai", name="Xã Hai"))
    session.add_all([ResidentialGroup(id=1, commune_id=1, name="Tổ 1", aliases=[])])
    session.add(ResidentialGroup(id=2, commune_id=1, name="Tổ 2", aliases=[]))
    await session.flush()
    await _fill_answers(session)
    for day, code, place, scans, commune in SCANS:
        session.add(QrScan(commune_id=commune, code=code, place=place, day=dt.date.fromisoformat(day), scans=scans))
    session.add_all([CodePlace(commune_id=1, tag="cho-an-khe", name="Chợ An Khê"), CodePlace(commune_id=1, tag="quay-1", name="Quầy 1")])
    await _fill_followers(session)
    await _fill_news(session)
    number = 0
    for day, code, behalf, hard, times, commune in TALLIES:
        for _ in range(times):
            number += 1
            session.add(
                Tally(
                    commune_id=commune, tally_id=f"{number:036d}", volunteer_id=None, code=code, on_behalf=behalf, hard=hard,
                    day=dt.date.fromisoformat(day), session_uid=None, received_at=NOW,
                )
            )  # fmt: skip
    await session.flush()


async def _fill_answers(session: AsyncSession) -> None:
    lines = [line.split() for line in ANSWERS.strip().splitlines()]
    people = sorted({(line[2], line[3]) for line in lines})
    ids = {}
    for number, (channel, person) in enumerate(people, 1):
        session.add(Conversation(id=number, commune_id=1, channel=channel, person=person, state={}, updated_at=NOW))
        ids[channel, person] = number
    await session.flush()
    for number, (day, time, channel, person, status, code, feedback, ms) in enumerate(lines):
        session.add(answer(number, at(f"{day} {time}"), ids[channel, person], channel, status, code, feedback, float(ms)))
    for number in range(3):  # another commune's
        session.add(answer(100 + number, at("10/11 08:00:00"), None, "web", "answer", BIRTH, "-", 1.0, commune=2))
    await session.flush()


def answer(
    number: int, asked_at: dt.datetime, conversation: int | None, channel: str, status: str, code: str, feedback: str, ms: float,
    commune: int = 1, text: str = "làm giấy khai sinh",
) -> Answer:  # fmt: skip
    """One answer; «-» is none."""
    return Answer(
        id=f"{number:032x}", commune_id=commune, conversation_id=conversation, channel=channel, message_id=f"m{number}", asked_at=asked_at,
        masked_text=text, status=status, intent="procedure", code=None if code == "-" else code, case_id=None, aspects=[], confidence=0.5,
        catalog_version="0" * 12, app_version="0.1.0", reply={"paragraphs": ["…"]}, elapsed_ms=ms,
        feedback=None if feedback == "-" else feedback, feedback_at=None if feedback == "-" else asked_at,
    )  # fmt: skip


async def _fill_followers(session: AsyncSession) -> None:
    for number, (key, channel, group, came, left, topics) in enumerate(FOLLOWERS, 1):
        session.add(
            Subscriber(
                id=number, commune_id=1, channel=channel, account_id=None, person=f"{channel}-{key}", group_id=group, consent_at=at(came),
                consent_words="nhận tin", left_at=at(left) if left else None, guest=False, staff=False, person_key=key,
            )
        )  # fmt: skip
        await session.flush()
        for topic in topics:
            session.add(Subscription(subscriber_id=number, commune_id=1, topic=topic, created_at=at(came)))
    late = Subscription(subscriber_id=3, commune_id=1, topic="dien-nuoc", created_at=at("03/12"))  # k2, after the month
    other = Subscriber(
        id=99, commune_id=2, channel="web", person="x", consent_at=at("01/10"), consent_words="", left_at=None, person_key="x",
        account_id=None, group_id=None,
    )  # fmt: skip
    session.add_all([late, other])
    await session.flush()


async def _fill_news(session: AsyncSession) -> None:
    # «Mất điện»: for 40 people (one had two channels), 30 got it. «Tiêm chủng»: for 3, 2 got it. A correction and a trial beside them.
    for number, (title, kind, trial) in enumerate(
        [("Mất điện", "original", False), ("Tiêm chủng", "original", False), ("Mất điện", "correction", False), ("Thử", "original", True)],
        1,
    ):
        session.add(
            Announcement(
                id=number, commune_id=1, slug=f"tin-{number}", status="done", urgency="normal", topic="dien-nuoc", group_ids=[], channels=[],
                scheduled_at=None, version=1, created_by=None, edited_by=None, approved_by=None, approved_version=None, approved_at=None,
                root_id=1 if kind == "correction" else None, kind=kind, content={"title": title}, cap=None, banner_until=None, trial=trial,
                published_at=at("10/11"), finished_at=None, created_at=at("10/11"), updated_at=at("10/11"),
            )
        )  # fmt: skip
    await session.flush()
    summary = [["zalo_oa", "sent", "", 25], ["zalo_oa", "seen", "", 5], ["zalo_oa", "skipped", "blocked", 10]]
    moved = [["telegram", "failed", "other_channel", 1]]
    for number, (title, kept) in enumerate([("Mất điện", summary + moved), ("Tiêm chủng", None), ("Thử", [["web", "sent", "", 9]])], 1):
        session.add(
            Dispatch(
                id=number, commune_id=1, key=f"k{number}", announcement_id={1: 1, 2: 2, 3: 4}[number], kind="announcement", topic="tin-chung",
                title=title, reply={}, status="done", total=3, summary=kept, created_at=at("10/11"), expires_at=at("12/11"), finished_at=at("11/11"),
            )
        )  # fmt: skip
    await session.flush()
    for number, status in enumerate(["sent", "seen", "failed"], 1):
        session.add(
            Delivery(
                commune_id=1, dispatch_id=2, subscriber_id=number, channel="zalo_oa", account_id=None, person=f"p{number}", status=status,
                due_at=at("10/11"), updated_at=at("10/11"), chunk_id=None, platform_message_id=None,
            )
        )  # fmt: skip
    await session.flush()
