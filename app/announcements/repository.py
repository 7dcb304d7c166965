"""All SQL of announcements, and only SQL. Every query is bounded by the commune."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import undefer

from app.announcements.models import Announcement, AnnouncementFile, AnnouncementVersion, Status, Urgency


async def announcement(session: AsyncSession, commune_id: int, announcement_id: int, *, lock: bool = False) -> Announcement | None:
    """One of this commune; `lock`: nobody else changes it until the transaction ends."""
    query = sa.select(Announcement).where(Announcement.commune_id == commune_id, Announcement.id == announcement_id)
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    return (await session.execute(query)).scalar_one_or_none()


async def by_slug(session: AsyncSession, commune_id: int, slug: str) -> Announcement | None:
    """One that was published, by the last part of its address."""
    query = sa.select(Announcement).where(
        Announcement.commune_id == commune_id, Announcement.slug == slug, Announcement.published_at.is_not(None)
    )
    return (await session.execute(query)).scalar_one_or_none()


async def listed(session: AsyncSession, commune_id: int, statuses: Collection[str] = (), limit: int = 100) -> Sequence[Announcement]:
    """For the console: newest first, of these states or all."""
    query = sa.select(Announcement).where(Announcement.commune_id == commune_id)
    if statuses:
        query = query.where(Announcement.status.in_(statuses))
    return (await session.execute(query.order_by(Announcement.updated_at.desc(), Announcement.id.desc()).limit(limit))).scalars().all()


async def counts(session: AsyncSession, commune_id: int) -> dict[str, int]:
    """How many there are in each state."""
    query = sa.select(Announcement.status, sa.func.count()).where(Announcement.commune_id == commune_id).group_by(Announcement.status)
    return {row[0]: row[1] for row in await session.execute(query)}


async def published_roots(
    session: AsyncSession, commune_id: int, topic: str = "", *, limit: int = 30, skip: int = 0
) -> Sequence[Announcement]:
    """Published announcements that follow no other, newest first."""
    query = sa.select(Announcement).where(
        Announcement.commune_id == commune_id, Announcement.published_at.is_not(None), Announcement.root_id.is_(None), ~Announcement.trial
    )
    if topic:
        query = query.where(Announcement.topic == topic)
    ordered = query.order_by(Announcement.published_at.desc(), Announcement.id.desc()).limit(limit).offset(skip)
    return (await session.execute(ordered)).scalars().all()


async def heard_of(session: AsyncSession, commune_id: int, since: dt.datetime, now: dt.datetime, *, limit: int) -> Sequence[Announcement]:
    """Published roots of which, or of whose follow-ups, people heard since then or whose banner stands: those first, then the newest."""
    root = sa.func.coalesce(Announcement.root_id, Announcement.id).label("root")
    stands = sa.and_(Announcement.urgency == Urgency.URGENT, Announcement.banner_until > now, Announcement.status != Status.WITHDRAWN)
    heard = (
        sa.select(root, sa.func.max(sa.case((stands, 1), else_=0)).label("stands"), sa.func.max(Announcement.published_at).label("at"))
        .where(
            Announcement.commune_id == commune_id,
            sa.or_(Announcement.published_at >= since, sa.and_(stands, Announcement.published_at.is_not(None))),
        )
        .group_by(root)
        .subquery()
    )
    query = (
        sa.select(Announcement)
        .join(heard, heard.c.root == Announcement.id)
        .where(Announcement.commune_id == commune_id, Announcement.published_at.is_not(None), ~Announcement.trial)
        .order_by(heard.c.stands.desc(), heard.c.at.desc(), Announcement.id.desc())
        .limit(limit)
    )
    return (await session.execute(query)).scalars().all()


async def follow_ups(session: AsyncSession, commune_id: int, roots: Collection[int], *, published: bool = True) -> Sequence[Announcement]:
    """What corrects, withdraws or follows these, oldest first."""
    if not roots:
        return []
    query = sa.select(Announcement).where(Announcement.commune_id == commune_id, Announcement.root_id.in_(roots))
    if published:
        query = query.where(Announcement.published_at.is_not(None)).order_by(Announcement.published_at, Announcement.id)
    return (await session.execute(query.order_by(Announcement.id))).scalars().all()


async def in_force(session: AsyncSession, commune_id: int, now: dt.datetime) -> Sequence[Announcement]:
    """Published urgent roots and follow-ups whose banner still stands, newest first."""
    query = sa.select(Announcement).where(
        Announcement.commune_id == commune_id,
        Announcement.urgency == Urgency.URGENT,
        Announcement.published_at.is_not(None),
        Announcement.status != Status.WITHDRAWN,
        ~Announcement.trial,
        Announcement.banner_until > now,
    )
    return (await session.execute(query.order_by(Announcement.published_at.desc(), Announcement.id.desc()))).scalars().all()


async def due(session: AsyncSession, now: dt.datetime, commune_id: int | None = None) -> Sequence[Announcement]:
    """Scheduled ones whose time has come, urgent ones first."""
    query = sa.select(Announcement).where(Announcement.status == Status.SCHEDULED, Announcement.scheduled_at <= now)
    if commune_id is not None:
        query = query.where(Announcement.commune_id == commune_id)
    return (await session.execute(query.order_by(Announcement.urgency.desc(), Announcement.scheduled_at, Announcement.id))).scalars().all()


async def take(session: AsyncSession, announcement_id: int, then: Status, was: Status, **values: Any) -> bool:
    """Change the state only if it is still `was`; whether it was. Two processes that try: one wins."""
    statement = (
        sa.update(Announcement)
        .where(Announcement.id == announcement_id, Announcement.status == was)
        .values(status=then, **values)
        .returning(Announcement.id)
        .execution_options(synchronize_session=False)
    )
    return (await session.execute(statement)).scalar_one_or_none() is not None


async def versions(session: AsyncSession, commune_id: int, announcement_id: int) -> Sequence[AnnouncementVersion]:
    """All versions, newest first."""
    query = sa.select(AnnouncementVersion).where(
        AnnouncementVersion.commune_id == commune_id, AnnouncementVersion.announcement_id == announcement_id
    )
    return (await session.execute(query.order_by(AnnouncementVersion.version.desc()))).scalars().all()


async def files(session: AsyncSession, commune_id: int, announcement_id: int) -> Sequence[AnnouncementFile]:
    """Its picture and attachments, without their bytes, in the order they came."""
    query = sa.select(AnnouncementFile).where(
        AnnouncementFile.commune_id == commune_id, AnnouncementFile.announcement_id == announcement_id
    )
    return (await session.execute(query.order_by(AnnouncementFile.id))).scalars().all()


async def file(session: AsyncSession, commune_id: int, announcement_id: int, file_id: int) -> AnnouncementFile | None:
    """One file with its bytes."""
    query = sa.select(AnnouncementFile).where(
        AnnouncementFile.commune_id == commune_id,
        AnnouncementFile.announcement_id == announcement_id,
        AnnouncementFile.id == file_id,
    )
    return (await session.execute(query.options(undefer(AnnouncementFile.data)))).scalar_one_or_none()
