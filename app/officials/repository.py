"""All SQL of the officials, and only SQL."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from app.officials.models import Official, OfficialSession, Role, SignInFailure


async def official(session: AsyncSession, commune_id: int, official_id: int, *, lock: bool = False) -> Official | None:
    """One account of this commune; `lock`: nobody else changes it until the transaction ends."""
    query = sa.select(Official).where(Official.id == official_id, Official.commune_id == commune_id)
    return (await session.execute(query.with_for_update() if lock else query)).scalar_one_or_none()


async def named(session: AsyncSession, username: str, *, lock: bool = False) -> Official | None:
    """The account that signs in with this name, whatever its commune."""
    query = sa.select(Official).where(Official.username == username)
    return (await session.execute(query.with_for_update() if lock else query)).scalar_one_or_none()


async def of_province(session: AsyncSession, subject: str, names: Sequence[str]) -> Official | None:
    """The account bound to this subject of the province's sign-in, else one that still waits for one of these names."""
    bound = sa.select(Official).where(Official.oidc_subject == subject).with_for_update()
    found = (await session.execute(bound)).scalar_one_or_none()
    if found is not None or not names:
        return found
    waiting = sa.select(Official).where(Official.oidc_subject.is_(None), Official.oidc_name.in_(names)).with_for_update()
    return (await session.execute(waiting)).scalars().first()


async def oidc_name_taken(session: AsyncSession, name: str, by_other_than: int) -> bool:
    """Whether another account has this name at the province's sign-in."""
    query = sa.select(Official.id).where(Official.oidc_name == name, Official.id != by_other_than)
    return (await session.execute(query)).first() is not None


async def officials(session: AsyncSession, commune_id: int) -> Sequence[Official]:
    """Every account of a commune, those in use first, by name."""
    query = sa.select(Official).where(Official.commune_id == commune_id).order_by(Official.active.desc(), Official.name, Official.id)
    return (await session.execute(query)).scalars().all()


async def count_active(session: AsyncSession, commune_id: int, role: Role) -> int:
    """Accounts in use with this role."""
    query = sa.select(sa.func.count()).where(Official.commune_id == commune_id, Official.role == role, Official.active)
    return (await session.execute(query)).scalar_one()


# --- sessions --------------------------------------------------------------------------------------------------------


async def session_of(session: AsyncSession, token_hash: str) -> tuple[OfficialSession, Official] | None:
    """The session with this token and its account, when the account is in use."""
    query = (
        sa.select(OfficialSession, Official)
        .join(Official, Official.id == OfficialSession.official_id)
        .where(OfficialSession.token_hash == token_hash, Official.active)
    )
    row = (await session.execute(query)).first()
    return (row[0], row[1]) if row else None


async def sessions(session: AsyncSession, official_id: int) -> Sequence[OfficialSession]:
    """An official's sessions, the last used first."""
    query = sa.select(OfficialSession).where(OfficialSession.official_id == official_id).order_by(OfficialSession.seen_at.desc())
    return (await session.execute(query)).scalars().all()


async def seen(session: AsyncSession, session_id: int, now: dt.datetime) -> None:
    """Write that a session is in use."""
    await session.execute(sa.update(OfficialSession).where(OfficialSession.id == session_id).values(seen_at=now))


async def end_session(session: AsyncSession, official_id: int, session_id: int) -> bool:
    """End one session of this official; whether there was one."""
    gone = sa.delete(OfficialSession).where(OfficialSession.id == session_id, OfficialSession.official_id == official_id)
    return (await session.execute(gone.returning(OfficialSession.id))).first() is not None


async def end_sessions(session: AsyncSession, official_id: int, *, but: int | None = None) -> int:
    """End an official's sessions, all or all but one; how many."""
    gone = sa.delete(OfficialSession).where(OfficialSession.official_id == official_id)
    if but is not None:
        gone = gone.where(OfficialSession.id != but)
    return len((await session.execute(gone.returning(OfficialSession.id))).all())


async def end_old_sessions(session: AsyncSession, seen_before: dt.datetime, created_before: dt.datetime) -> int:
    """Erase sessions that nobody can use any more; how many."""
    old = sa.or_(OfficialSession.seen_at < seen_before, OfficialSession.created_at < created_before)
    return len((await session.execute(sa.delete(OfficialSession).where(old).returning(OfficialSession.id))).all())


# --- failed sign-ins -------------------------------------------------------------------------------------------------


async def failures(session: AsyncSession, keys: Sequence[str]) -> dict[str, SignInFailure]:
    """What is known of these keys, locked, in one order so that two transactions never wait for each other."""
    query = sa.select(SignInFailure).where(SignInFailure.key.in_(keys)).order_by(SignInFailure.key).with_for_update()
    return {row.key: row for row in (await session.execute(query)).scalars()}


async def forget_failures(session: AsyncSession, key: str) -> None:
    """Start counting anew."""
    await session.execute(sa.delete(SignInFailure).where(SignInFailure.key == key))


async def purge_failures(session: AsyncSession, before: dt.datetime) -> None:
    """Erase counts that no longer matter."""
    await session.execute(sa.delete(SignInFailure).where(SignInFailure.last_at < before))
