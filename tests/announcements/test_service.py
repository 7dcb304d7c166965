"""What happens to an announcement from the first word to the last correction, on both databases."""

from __future__ import annotations

import datetime as dt
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from app.announcements import repository, service
from app.announcements.content import Content
from app.announcements.models import Announcement, AnnouncementVersion, Kind, Status
from app.announcements.published import Banners, find
from app.announcements.states import ALLOWED, checked
from app.announcements.words import status_label, words
from app.audit.models import AuditEntry
from app.calendar.opening import VIETNAM
from app.errors import BadInput, NotAllowed, NotFound
from app.ward.service import set_mode
from app.ward.ward import WardMode
from tests.announcements.office import (
    CLERK,
    CONTENT,
    EDITOR,
    LEADER,
    NOON,
    QUIET,
    RULES,
    SECOND_LEADER,
    STORM,
    STRANGER,
    draft,
    opened,
    sent,
    storm,
)  # fmt: skip

LATE = dt.datetime(2026, 11, 24, 22, 15, tzinfo=VIETNAM)
Step = Callable[[AsyncSession, Announcement], Awaitable[object]]


async def test_an_urgent_one_goes_all_the_way_with_two_people(database_url: str) -> None:
    async with opened(database_url) as database:
        async with database.write() as session:
            made = await service.create(session, CLERK, storm(), RULES, NOON)
            assert made.slug == f"bao-so-5-vao-dem-24-11-{made.id}"
            with pytest.raises(BadInput, match="người thứ hai"):
                await service.schedule(session, LEADER, made.id, 1, RULES, NOON)
            await service.submit(session, CLERK, made.id, 1, NOON)
            with pytest.raises(NotAllowed):
                await service.approve(session, EDITOR, made.id, 1, RULES, NOON)
            await service.approve(session, LEADER, made.id, 1, RULES, LATE)
            assert (made.status, made.approved_by, made.approved_version) == (Status.SCHEDULED, LEADER.official_id, 1)
            assert await repository.by_slug(session, 1, made.slug) is None
            assert [each.id for each in await service.due(session, LATE, QUIET)] == [made.id]
            assert await service.begin_sending(session, made.id, LATE)
            assert not await service.begin_sending(session, made.id, LATE)
            assert await service.finished(session, made.id, LATE)
            assert not await service.finished(session, made.id, LATE)
        async with database.read() as session:
            found = await repository.by_slug(session, 1, made.slug)
            assert found is not None
            assert (found.status, found.published_at, found.banner_until) == (Status.DONE, LATE, LATE + dt.timedelta(days=1))
            query = sa.select(AuditEntry.actor, AuditEntry.sentence).where(AuditEntry.subject_kind == "announcement")
            told = (await session.execute(query.order_by(AuditEntry.id))).all()
            assert [tuple(row) for row in told] == [
                ("Trần Văn Cán", "soạn thông báo «Bão số 5 vào đêm 24/11»"),
                ("Trần Văn Cán", "trình duyệt thông báo «Bão số 5 vào đêm 24/11»"),
                ("Phạm Văn Lãnh", "duyệt thông báo «Bão số 5 vào đêm 24/11»"),
                ("Hệ thống", "bắt đầu gửi thông báo «Bão số 5 vào đêm 24/11»"),
                ("Hệ thống", "gửi xong thông báo «Bão số 5 vào đêm 24/11»"),
            ]


async def test_who_wrote_or_last_changed_it_may_not_approve(sqlite_database_url: str) -> None:
    async with opened(sqlite_database_url) as database, database.write() as session:
        made = await service.create(session, LEADER, storm(), RULES, NOON)
        await service.submit(session, LEADER, made.id, 1, NOON)
        with pytest.raises(BadInput, match="người khác duyệt"):
            await service.approve(session, LEADER, made.id, 1, RULES, NOON)
        changed = storm().model_copy(update={"content": CONTENT})
        await service.update(session, SECOND_LEADER, made.id, 1, changed, RULES, NOON)
        await service.submit(session, LEADER, made.id, 2, NOON)
        with pytest.raises(BadInput, match="người khác duyệt"):
            await service.approve(session, SECOND_LEADER, made.id, 2, RULES, NOON)


async def test_a_change_after_approval_asks_for_approval_again(database_url: str) -> None:
    async with opened(database_url) as database, database.write() as session:
        made = await service.create(session, CLERK, storm(), RULES, NOON)
        await service.submit(session, CLERK, made.id, 1, NOON)
        await service.approve(session, LEADER, made.id, 1, RULES, NOON)
        same = await service.update(session, CLERK, made.id, 1, storm(scheduled_at=made.scheduled_at), RULES, NOON)
        assert (same.status, same.version) == (Status.SCHEDULED, 1)
        await service.update(session, CLERK, made.id, 1, storm(topic="an-ninh"), RULES, NOON)
        assert (made.status, made.version, made.approved_by, made.approved_version) == (Status.DRAFT, 2, None, None)
        assert await service.due(session, LATE, QUIET) == []
        with pytest.raises(BadInput, match="vừa sửa"):
            await service.submit(session, CLERK, made.id, 1, NOON)
        kept = (await session.execute(sa.select(AnnouncementVersion).order_by(AnnouncementVersion.version))).scalars().all()
        assert [(each.version, each.content["topic"]) for each in kept] == [(1, "thien-tai"), (2, "an-ninh")]


async def test_a_normal_one_needs_an_editor_and_waits_for_the_morning(database_url: str) -> None:
    async with opened(database_url) as database, database.write() as session:
        made = await service.create(session, CLERK, draft(), RULES, LATE)
        with pytest.raises(NotAllowed):
            await service.schedule(session, CLERK, made.id, 1, RULES, LATE)
        await service.schedule(session, EDITOR, made.id, 1, RULES, LATE)
        assert made.scheduled_at == dt.datetime(2026, 11, 25, 6, 30, tzinfo=VIETNAM)
        await session.flush()
        assert await service.due(session, dt.datetime(2026, 11, 25, 6, 29, tzinfo=VIETNAM), QUIET) == []
        assert [each.id for each in await service.due(session, dt.datetime(2026, 11, 25, 6, 30, tzinfo=VIETNAM), QUIET)] == [made.id]
        assert await service.due(session, dt.datetime(2026, 11, 25, 21, 5, tzinfo=VIETNAM), QUIET) == []


async def take(session: AsyncSession, made: Announcement, then: Status) -> object:
    """Bring it to `then` by the act that officials have for it."""
    version = made.version
    publish = service.approve if made.status == Status.WAITING else service.schedule
    acts: dict[Status, Callable[[], Awaitable[object]]] = {
        Status.WAITING: lambda: service.submit(session, CLERK, made.id, version, NOON),
        Status.SCHEDULED: lambda: publish(session, EDITOR, made.id, version, RULES, NOON),
        Status.SENDING: lambda: service.begin_sending(session, made.id, NOON),
        Status.DONE: lambda: service.finished(session, made.id, NOON),
        Status.DRAFT: lambda: service.unschedule(session, EDITOR, made.id, version, NOON),
        Status.WITHDRAWN: lambda: service.drop(session, CLERK, made.id, version, NOON),
    }
    if then is Status.DRAFT and made.status == Status.WAITING:
        return await service.give_back(session, EDITOR, made.id, version, "Ghi lại giờ", NOON)
    if then is Status.WITHDRAWN and made.published_at is not None:
        return await withdraw(session, made)
    return await acts[then]()


async def withdraw(session: AsyncSession, made: Announcement) -> bool:
    gone = await service.follow_up(session, CLERK, made.id, Kind.WITHDRAWAL, NOON)
    noted = draft(CONTENT.model_copy(update={"note": "Ghi nhầm ngày"}))
    await service.update(session, CLERK, gone.id, 1, noted, RULES, NOON)
    await service.schedule(session, EDITOR, gone.id, 2, RULES, NOON)
    return await service.begin_sending(session, gone.id, NOON)


async def test_every_allowed_step_can_be_taken_and_no_other(sqlite_database_url: str) -> None:
    ways: dict[Status, tuple[Status, ...]] = {
        Status.DRAFT: (),
        Status.WAITING: (Status.WAITING,),
        Status.SCHEDULED: (Status.WAITING, Status.SCHEDULED),
        Status.SENDING: (Status.SCHEDULED, Status.SENDING),
        Status.DONE: (Status.SCHEDULED, Status.SENDING, Status.DONE),
    }
    async with opened(sqlite_database_url) as database:
        for start, way in ways.items():
            for then in ALLOWED[start]:
                async with database.write() as session:
                    made = await service.create(session, CLERK, draft(), RULES, NOON)
                    for step in (*way, then):
                        await take(session, made, step)
                        await session.refresh(made)
                    assert made.status == then, (start, then)
                    assert status_label(made)
    for start, allowed in ALLOWED.items():
        for then in set(Status) - allowed:
            with pytest.raises(BadInput):
                checked(start, then)


async def test_a_correction_goes_to_the_same_people_and_stands_on_the_same_page(database_url: str) -> None:
    async with opened(database_url) as database:
        async with database.write() as session:
            first = await sent(session)
            fixing = await service.follow_up(session, CLERK, first.id, Kind.CORRECTION, NOON)
            with pytest.raises(BadInput, match="chưa gửi"):
                await service.follow_up(session, CLERK, first.id, Kind.WITHDRAWAL, NOON)
            with pytest.raises(BadInput, match="Đã sửa gì"):
                await service.submit(session, CLERK, fixing.id, 1, NOON)
            right = CONTENT.model_copy(update={"when": "13:30–16:30 Chủ nhật 6/12/2026", "note": "Giờ cũ ghi nhầm."})
            elsewhere = draft(right, topic="tin-chung", group_ids=(), channels=("zalo_bot",))
            await service.update(session, CLERK, fixing.id, 1, elsewhere, RULES, NOON)
            assert (fixing.topic, fixing.group_ids, fixing.channels) == ("dinh-danh", [12], ["zalo_oa", "telegram"])
            spec = service.audience_spec(fixing)
            assert spec.same_as == (first.id,)
            assert service.audience_spec(first).same_as == ()
            await service.schedule(session, EDITOR, fixing.id, 2, RULES, NOON)
            await service.begin_sending(session, fixing.id, NOON + dt.timedelta(hours=1))
        async with database.read() as session:
            for slug in (first.slug, fixing.slug):
                stands = await find(session, 1, slug)
                assert stands is not None
                assert (stands.root.id, stands.now.id) == (first.id, fixing.id)
                assert stands.title == "Đính chính: Làm căn cước lưu động ở tổ 12"
                assert stands.content.when == "13:30–16:30 Chủ nhật 6/12/2026"


async def test_a_withdrawal_stops_what_is_still_going_out(database_url: str) -> None:
    async with opened(database_url) as database, database.write() as session:
        first = await service.create(session, CLERK, storm(), RULES, NOON)
        await service.submit(session, CLERK, first.id, 1, NOON)
        await service.approve(session, LEADER, first.id, 1, RULES, NOON)
        await service.begin_sending(session, first.id, NOON)
        banners = Banners(lambda: NOON + dt.timedelta(minutes=1))
        await banners.read(session)
        assert [banner.title for banner in banners()] == ["Bão số 5 vào đêm 24/11"]
        gone = await service.follow_up(session, CLERK, first.id, Kind.WITHDRAWAL, NOON)
        text = gone.content | {"note": "Bão đã đổi hướng."}
        await service.update(session, CLERK, gone.id, 1, storm(content=Content.model_validate(text)), RULES, NOON)
        await service.submit(session, CLERK, gone.id, 2, NOON)
        await service.approve(session, LEADER, gone.id, 2, RULES, NOON)
        assert await service.begin_sending(session, gone.id, NOON)
        await session.refresh(first)
        assert (first.status, status_label(first)) == (Status.WITHDRAWN, "Đã thu hồi")
        assert not await service.finished(session, first.id, NOON)
        await banners.read(session)
        assert banners() == []
        stands = await find(session, 1, first.slug)
        assert stands is not None
        assert stands.is_withdrawn
        assert stands.title == "Thu hồi: Bão số 5 vào đêm 24/11"


async def test_an_all_clear_takes_over_the_banner(sqlite_database_url: str) -> None:
    async with opened(sqlite_database_url) as database, database.write() as session:
        first = await sent(session, storm())
        over = await service.follow_up(session, CLERK, first.id, Kind.ALL_CLEAR, NOON)
        with pytest.raises(BadInput, match="Nội dung chính"):  # nothing of the warning was taken over
            await service.submit(session, CLERK, over.id, 1, NOON)
        calm = Content.model_validate(over.content | {"what": "Bão đã tan. Bà con đi lại bình thường."})
        await service.update(session, CLERK, over.id, 1, storm(calm), RULES, NOON)
        await service.submit(session, CLERK, over.id, 2, NOON)
        await service.approve(session, LEADER, over.id, 2, RULES, NOON)
        await service.begin_sending(session, over.id, NOON)
        banners = Banners(lambda: NOON)
        await banners.read(session)
        assert [(banner.title, banner.tone) for banner in banners()] == [("Hết nguy hiểm: Bão số 5 vào đêm 24/11", "good")]
        assert banners()[0].address == f"/thong-bao/{first.slug}"
        later = Banners(lambda: NOON + dt.timedelta(days=2))
        await later.read(session)
        assert later() == []


async def test_no_banner_of_a_correction_stays_when_it_is_over(sqlite_database_url: str) -> None:
    async with opened(sqlite_database_url) as database, database.write() as session:
        first = await sent(session, storm())
        fixing = await service.follow_up(session, CLERK, first.id, Kind.CORRECTION, NOON)
        await service.update(session, CLERK, fixing.id, 1, storm(STORM.model_copy(update={"note": "Sai giờ."})), RULES, NOON)
        await service.submit(session, CLERK, fixing.id, 2, NOON)
        await service.approve(session, LEADER, fixing.id, 2, RULES, NOON)
        await service.begin_sending(session, fixing.id, NOON)
        over = await service.follow_up(session, CLERK, first.id, Kind.ALL_CLEAR, NOON)
        await service.update(session, CLERK, over.id, 1, draft(Content(title=STORM.title, what="Bão đã tan.")), RULES, NOON)
        await service.schedule(session, EDITOR, over.id, 2, RULES, NOON)
        await service.begin_sending(session, over.id, NOON)
        banners = Banners(lambda: NOON)
        await banners.read(session)
        assert banners() == []


async def test_what_went_out_while_the_ward_was_trying_is_listed_nowhere(database_url: str) -> None:
    async with opened(database_url) as database, database.write() as session:
        await set_mode(session, None, WardMode.TRIAL, "Thử lại", NOON)
        tried = await sent(session, storm())
        assert tried.trial
        assert await repository.published_roots(session, 1) == []
        assert await repository.in_force(session, 1, NOON) == []
        assert await find(session, 1, tried.slug) is not None
        await set_mode(session, None, WardMode.REAL, "Đã thử xong", NOON)
        real = await sent(session)
        assert [each.id for each in await repository.published_roots(session, 1)] == [real.id]


async def test_another_commune_sees_and_touches_nothing(database_url: str) -> None:
    acts: list[Step] = [
        lambda s, a: service.update(s, STRANGER, a.id, a.version, draft(), RULES, NOON),
        lambda s, a: service.submit(s, STRANGER, a.id, a.version, NOON),
        lambda s, a: service.approve(s, STRANGER, a.id, a.version, RULES, NOON),
        lambda s, a: service.schedule(s, STRANGER, a.id, a.version, RULES, NOON),
        lambda s, a: service.give_back(s, STRANGER, a.id, a.version, "x", NOON),
        lambda s, a: service.unschedule(s, STRANGER, a.id, a.version, NOON),
        lambda s, a: service.drop(s, STRANGER, a.id, a.version, NOON),
        lambda s, a: service.follow_up(s, STRANGER, a.id, Kind.CORRECTION, NOON),
    ]
    async with opened(database_url) as database, database.write() as session:
        made = await service.create(session, CLERK, draft(), RULES, NOON)
        for act in acts:
            with pytest.raises(NotFound):
                await act(session, made)
        assert made.status == Status.DRAFT
        assert await repository.listed(session, 2) == []
        published = await sent(session)
        assert await repository.by_slug(session, 2, published.slug) is None
        assert await repository.published_roots(session, 2) == []


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"topic": "khong-co"}, "loại tin"),
        ({"group_ids": (12, 99)}, "tổ dân phố"),
        ({"channels": ("zalo_oa", "fax")}, "kênh"),
        ({"quiet_exempt": True, "quiet_reason": "vì thích"}, "tin khẩn"),
        ({"scheduled_at": NOON + dt.timedelta(days=800)}, "một năm"),
    ],
)
async def test_what_no_form_sends_is_refused(sqlite_database_url: str, values: dict[str, Any], said: str) -> None:
    async with opened(sqlite_database_url) as database, database.write() as session:
        with pytest.raises(BadInput, match=said):
            await service.create(session, CLERK, draft(**values), RULES, NOON)


async def test_an_empty_one_can_be_kept_but_not_sent(sqlite_database_url: str) -> None:
    async with opened(sqlite_database_url) as database, database.write() as session:
        made = await service.create(session, CLERK, draft(Content()), RULES, NOON)
        with pytest.raises(BadInput, match="Tiêu đề, Nội dung chính"):
            await service.submit(session, CLERK, made.id, 1, NOON)
        with pytest.raises(BadInput, match="Còn thiếu"):
            await service.schedule(session, EDITOR, made.id, 1, RULES, NOON)


def test_every_word_has_its_label() -> None:
    assert set(words().statuses) == {*Status, "dropped"}
    assert set(words().kinds) == set(words().prefixes) == set(Kind)
