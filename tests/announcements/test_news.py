"""What of the announcements reaches the assistant: what stands published and nothing else, on both databases."""

from __future__ import annotations

import datetime as dt
import pickle
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from app.announcements import service
from app.announcements.content import Content, Draft, draft_of
from app.announcements.models import Announcement, Kind
from app.announcements.news import KEPT, MOST, News, read_news
from app.assistant.news_search import Wanted, search
from app.database import Database
from app.settings import ROOT
from app.subscribers.models import ResidentialGroup
from app.subscribers.topics import load_topics
from app.understanding.text import fold
from app.ward.service import set_mode
from app.ward.ward import WardMode
from tests.announcements.office import CLERK, CONTENT, DANGER, LEADER, NOON, RULES, STORM, draft, opened, sent, storm

DAY = dt.timedelta(days=1)
LATER = NOON + dt.timedelta(hours=2)


@pytest.fixture
async def database(sqlite_database_url: str) -> AsyncIterator[Database]:
    async with _with_groups(sqlite_database_url) as found:
        yield found


@pytest.fixture
async def either(database_url: str) -> AsyncIterator[Database]:
    """SQLite, then PostgreSQL: for what only the query decides."""
    async with _with_groups(database_url) as found:
        yield found


@asynccontextmanager
async def _with_groups(url: str) -> AsyncIterator[Database]:
    async with opened(url) as found:
        async with found.write() as session:
            session.add_all(ResidentialGroup(id=number, commune_id=1, name=f"Tổ {number}", number=str(number)) for number in (12, 13))
        yield found


async def _follow(session: AsyncSession, root: Announcement, kind: Kind, *, now: dt.datetime = LATER, **content: str) -> Announcement:
    """A follow-up that went out."""
    made = await service.follow_up(session, CLERK, root.id, kind, now)
    found = draft_of(made)
    said = Content.model_validate(found.content.model_dump() | content)
    made = await service.update(session, CLERK, made.id, made.version, found.model_copy(update={"content": said}), RULES, now)
    await service.submit(session, CLERK, made.id, made.version, now)
    await service.approve(session, LEADER, made.id, made.version, RULES, now)
    assert await service.begin_sending(session, made.id, now)
    return made


async def _now(database: Database, now: dt.datetime = LATER, commune_id: int = 1) -> tuple[News, ...]:
    async with database.read() as session:
        return await read_news(session, commune_id, now)


async def test_what_is_published_is_told_and_nothing_before(database: Database) -> None:
    async with database.write() as session:
        made = await service.create(session, CLERK, draft(), RULES, NOON)
        number = made.id
    assert await _now(database) == ()
    async with database.write() as session:
        await service.submit(session, CLERK, number, 1, NOON)
    assert await _now(database) == ()
    async with database.write() as session:
        await service.approve(session, LEADER, number, 1, RULES, NOON)
    assert await _now(database) == (), "scheduled is not published"
    async with database.write() as session:
        assert await service.begin_sending(session, number, NOON)
    [news] = await _now(database)
    assert (news.title, news.topic, news.when, news.where) == (CONTENT.title, "dinh-danh", CONTENT.when, CONTENT.where)
    assert news.address == f"/thong-bao/lam-can-cuoc-luu-dong-o-to-12-{number}"
    assert [group.name for group in news.groups] == ["Tổ 12"]
    assert news.published == news.updated == NOON
    assert pickle.loads(pickle.dumps(news)) == news


async def test_a_correction_takes_the_place_of_what_it_corrects(database: Database) -> None:
    async with database.write() as session:
        await _follow(session, await sent(session), Kind.CORRECTION, where="Sân đình Phú Lộc", note="Nhà văn hóa đang sửa.")
    [news] = await _now(database)
    assert news.title == f"Đính chính: {CONTENT.title}"
    assert (news.where, news.remark, news.kind) == ("Sân đình Phú Lộc", "Nhà văn hóa đang sửa.", Kind.CORRECTION)
    assert (news.published, news.updated) == (NOON, LATER)


async def test_nothing_of_what_is_withdrawn_is_told(database: Database) -> None:
    async with database.write() as session:
        await _follow(session, await sent(session), Kind.WITHDRAWAL, note="Công an phường hoãn.")
    [news] = await _now(database)
    assert news.title == f"Thu hồi: {CONTENT.title}"
    assert news.is_withdrawn
    assert news.remark == "Tin gửi ngày 24/11/2026 không còn đúng. Bà con bỏ qua tin đó. Công an phường hoãn."
    assert {news.what, news.when, news.where, news.who, news.do} == {""}


async def test_an_all_clear_and_a_reminder(database: Database) -> None:
    async with database.write() as session:
        danger = await sent(session, storm())
        await _follow(session, danger, Kind.ALL_CLEAR, what="Bão đã tan.")
        reminded = await sent(session, draft(CONTENT.model_copy(update={"title": "Khám mắt miễn phí"})))
        await _follow(session, reminded, Kind.REMINDER)
    clear, other = sorted(await _now(database), key=lambda news: news.id)
    assert (clear.title, clear.what, clear.when, clear.kind) == (f"Hết nguy hiểm: {STORM.title}", "Bão đã tan.", "", Kind.ALL_CLEAR)
    assert (other.title, other.updated, other.kind) == ("Khám mắt miễn phí", LATER, Kind.ORIGINAL)


async def test_an_exercise_says_so(database: Database) -> None:
    async with database.write() as session:
        await sent(session, storm(cap=DANGER.model_copy(update={"status": "Exercise"})))
    [news] = await _now(database)
    assert news.title.startswith("DIỄN TẬP: ")
    assert news.remark == "Đây là tin diễn tập, không có nguy hiểm thật."
    assert news.exercise


async def test_what_went_out_while_the_ward_was_trying_stays_with_the_guests(database: Database) -> None:
    async with database.write() as session:
        await set_mode(session, None, WardMode.TRIAL, "Tập với khách mời", NOON)
        await sent(session)
    assert await _now(database) == ()


async def test_each_commune_has_its_own(either: Database) -> None:
    async with either.write() as session:
        theirs = await sent(session)
        await session.execute(sa.update(Announcement).where(Announcement.id == theirs.id).values(commune_id=2))
        await sent(session, draft(CONTENT.model_copy(update={"title": "Của phường mình"})))
    assert [news.title for news in await _now(either)] == ["Của phường mình"]
    assert [news.title for news in await _now(either, commune_id=2)] == [CONTENT.title]


async def test_urgent_in_force_first_then_the_newest_and_the_old_no_more(either: Database) -> None:
    async with either.write() as session:
        old = await sent(session, _named("Cũ"), NOON - KEPT - DAY)
        await sent(session, _named("Cũ, quên"), NOON - KEPT - DAY)
        await _follow(session, old, Kind.CORRECTION, now=NOON - DAY, title="Cũ, mới sửa", note="Sai tiêu đề.")
        danger = await sent(session, storm(banner_until=NOON + DAY), NOON)
        await session.execute(sa.update(Announcement).where(Announcement.id == danger.id).values(published_at=NOON - KEPT - 2 * DAY))
        await sent(session, _named("Mới"), NOON)
    assert [news.title for news in await _now(either)] == [STORM.title, "Mới", "Đính chính: Cũ, mới sửa"]
    assert (await _now(either))[0].is_in_force(LATER)
    later = await _now(either, NOON + 2 * DAY)
    assert STORM.title not in [news.title for news in later], "in force no longer, and too old"


async def test_never_too_many(database: Database) -> None:
    async with database.write() as session:
        root = await sent(session)
        values = {column.name: getattr(root, column.name) for column in sa.inspect(Announcement).columns}
        copies = [values | {"id": 1000 + number, "slug": f"tin-{number}"} for number in range(MOST + 5)]
        await session.execute(sa.insert(Announcement), copies)
    assert len(await _now(database)) == MOST


def test_a_danger_is_not_what_a_word_that_says_nothing_asks_for() -> None:
    topics = load_topics(ROOT / "procedures")
    urgent = next(topic.id for topic in topics.topics if topic.urgent)
    storm = News(
        id=1, title="Bão số 9 vào đất liền", topic=urgent, address="/thong-bao/x", published=NOON, updated=NOON, urgent_until=LATER + DAY
    )
    for text, told in (("alo", False), ("bao giờ", False), ("bão vào chưa", True)):
        wanted = Wanted.heard(text, fold(text), (), ())
        assert any(fit.surely for fit in search(wanted, [storm], topics, NOON).fits) is told, text


def _named(title: str) -> Draft:
    return draft(CONTENT.model_copy(update={"title": title}))


@pytest.mark.parametrize(
    ("when", "over"),
    [
        ("7:00–17:00 20/11/2026", True),
        ("từ 7:00 đến 17:00 ngày 20/11/2026", True),
        ("19:00 ngày 20/11/2026 tới 5:00 ngày 21/11/2026", True),
        ("sáng thứ Sáu, 20/11/2026", True),
        ("7:00–17:00 24/11/2026", False),
        ("Từ 20/11/2026", False),
        ("Từ 20/11/2026, 7:30–11:00", False),
        ("hằng tuần, bắt đầu 20/11/2026", False),
        ("20/11/2026 đến khi xong", False),
        ("20/11", False),
        ("31/2/2026", False),
        ("Các buổi sáng trong tuần sau", False),
        ("", False),
    ],
)
def test_it_is_over_only_when_that_is_sure(when: str, over: bool) -> None:
    news = News(id=1, title="Cắt điện", topic="dien-nuoc", address="/thong-bao/x", published=NOON, updated=NOON, when=when)
    assert news.is_over(NOON.date()) is over
