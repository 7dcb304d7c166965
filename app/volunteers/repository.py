"""All SQL of the volunteers, and only SQL. Every statement names the commune, but for those that a secret hash finds."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any, cast

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from app.commune import as_counted
from app.database import dialect_of, insert_of
from app.subscribers.models import ResidentialGroup
from app.volunteers.facts import Group, Team
from app.volunteers.models import Reply, Tally, Volunteer, VolunteerInvitation, VolunteerShift, VolunteerTeam, VolunteerTeamGroup

_shifts = cast("sa.Table", VolunteerShift.__table__)
_tallies = cast("sa.Table", Tally.__table__)


# --- teams ---------------------------------------------------------------------------------------------------------


async def teams(session: AsyncSession, commune_id: int) -> Sequence[VolunteerTeam]:
    """All teams, by name; those put aside last."""
    query = sa.select(VolunteerTeam).where(VolunteerTeam.commune_id == commune_id).order_by(VolunteerTeam.id)
    return sorted(await session.scalars(query), key=lambda team: (not team.active, as_counted(team.name)))


async def team(session: AsyncSession, commune_id: int, team_id: int) -> VolunteerTeam | None:
    """One team of this commune."""
    query = sa.select(VolunteerTeam).where(VolunteerTeam.commune_id == commune_id, VolunteerTeam.id == team_id)
    return (await session.scalars(query)).one_or_none()


async def groups_by_team(session: AsyncSession, commune_id: int) -> dict[int, list[ResidentialGroup]]:
    """Team → the residential groups it looks after."""
    query = (
        sa.select(VolunteerTeamGroup.team_id, ResidentialGroup)
        .join(ResidentialGroup, ResidentialGroup.id == VolunteerTeamGroup.group_id)
        .where(VolunteerTeamGroup.commune_id == commune_id, ResidentialGroup.commune_id == commune_id)
    )
    found: dict[int, list[ResidentialGroup]] = {}
    for team_id, group in sorted(await session.execute(query), key=lambda row: as_counted(row[1].name)):
        found.setdefault(team_id, []).append(group)
    return found


async def set_groups(session: AsyncSession, commune_id: int, team_id: int, group_ids: Iterable[int]) -> None:
    """Let a team look after exactly these groups, which must be of this commune."""
    mine = (VolunteerTeamGroup.commune_id == commune_id, VolunteerTeamGroup.team_id == team_id)
    await session.execute(sa.delete(VolunteerTeamGroup).where(*mine))
    session.add_all(VolunteerTeamGroup(commune_id=commune_id, team_id=team_id, group_id=each) for each in group_ids)
    await session.flush()


async def in_charge(session: AsyncSession, commune_id: int) -> tuple[Team, ...]:
    """The teams in use as citizens may know them."""
    groups = await groups_by_team(session, commune_id)
    return tuple(
        Team(
            name=row.name,
            contact=row.contact,
            phone=row.phone if row.phone_shown else "",
            place=row.place,
            groups=tuple(
                Group(id=each.id, name=each.name, number=each.number, aliases=tuple(each.aliases))
                for each in groups.get(row.id, ())
                if each.active
            ),
        )
        for row in await teams(session, commune_id)
        if row.active
    )


# --- volunteers ------------------------------------------------------------------------------------------------------


async def volunteers(session: AsyncSession, commune_id: int, *, active: bool = False) -> Sequence[Volunteer]:
    """All volunteers by name, the ended ones last; `active`: without them."""
    query = sa.select(Volunteer).where(Volunteer.commune_id == commune_id, *([Volunteer.ended_at.is_(None)] if active else []))
    return (await session.scalars(query.order_by(Volunteer.ended_at.is_not(None), Volunteer.name, Volunteer.id))).all()


async def volunteer(session: AsyncSession, commune_id: int, volunteer_id: int) -> Volunteer | None:
    """One volunteer of this commune, locked."""
    query = sa.select(Volunteer).where(Volunteer.commune_id == commune_id, Volunteer.id == volunteer_id).with_for_update()
    return (await session.scalars(query)).one_or_none()


async def by_token(session: AsyncSession, commune_id: int, token_hash: str) -> Volunteer | None:
    """The volunteer whose phone holds this token, unless ended."""
    query = sa.select(Volunteer).where(Volunteer.commune_id == commune_id, Volunteer.token_hash == token_hash, Volunteer.ended_at.is_(None))
    return (await session.scalars(query)).one_or_none()


async def members(session: AsyncSession, commune_id: int) -> dict[int | None, int]:
    """Team → how many volunteers it has."""
    query = sa.select(Volunteer.team_id, sa.func.count()).where(Volunteer.commune_id == commune_id, Volunteer.ended_at.is_(None))
    return {row[0]: row[1] for row in await session.execute(query.group_by(Volunteer.team_id))}


async def remove(session: AsyncSession, row: VolunteerTeam | Volunteer) -> None:
    """Delete a row; what points to it is let go or goes with it, as the tables say."""
    await session.delete(row)
    await session.flush()


# --- invitations -----------------------------------------------------------------------------------------------------


async def invite(session: AsyncSession, row: VolunteerInvitation) -> None:
    """Store a code in place of the one this volunteer had."""
    await take_back(session, row.volunteer_id)
    session.add(row)
    await session.flush()


async def take_back(session: AsyncSession, volunteer_id: int) -> None:
    """Let a volunteer's code work no more."""
    await session.execute(sa.delete(VolunteerInvitation).where(VolunteerInvitation.volunteer_id == volunteer_id))


async def use_code(session: AsyncSession, commune_id: int, code_hash: str, now: dt.datetime) -> Volunteer | None:
    """The volunteer whom a code invites, locked; the code is gone afterwards. None: there is no such code, or it is too old."""
    code = VolunteerInvitation
    live = (code.commune_id == commune_id, code.code_hash == code_hash, code.expires_at > now)
    volunteer_id = await session.scalar(sa.select(code.volunteer_id).where(*live))
    if volunteer_id is None:
        return None
    # The volunteer is locked before the code, as where a code is replaced or taken back: else both would wait for each other.
    row = await volunteer(session, commune_id, volunteer_id)
    used = await session.scalar(sa.delete(code).where(*live).returning(code.volunteer_id))
    return row if used is not None else None


async def invited(session: AsyncSession, commune_id: int, now: dt.datetime) -> dict[int, dt.datetime]:
    """Volunteer → until when the code works."""
    query = sa.select(VolunteerInvitation.volunteer_id, VolunteerInvitation.expires_at).where(
        VolunteerInvitation.commune_id == commune_id, VolunteerInvitation.expires_at > now
    )
    return {row[0]: row[1] for row in await session.execute(query)}


# --- roster ----------------------------------------------------------------------------------------------------------


async def shifts(session: AsyncSession, commune_id: int, session_uids: Iterable[str]) -> Sequence[tuple[VolunteerShift, Volunteer]]:
    """Who is put down for these sessions, by name."""
    query = (
        sa.select(VolunteerShift, Volunteer)
        .join(Volunteer, Volunteer.id == VolunteerShift.volunteer_id)
        .where(VolunteerShift.commune_id == commune_id, VolunteerShift.session_uid.in_(list(session_uids)))
        .order_by(Volunteer.name, Volunteer.id)
    )
    return [(shift, person) for shift, person in await session.execute(query)]


async def shifts_of(session: AsyncSession, commune_id: int, volunteer_id: int) -> Sequence[VolunteerShift]:
    """All sessions one volunteer is put down for."""
    query = sa.select(VolunteerShift).where(VolunteerShift.commune_id == commune_id, VolunteerShift.volunteer_id == volunteer_id)
    return (await session.scalars(query.order_by(VolunteerShift.id))).all()


async def assign(session: AsyncSession, commune_id: int, session_uid: str, volunteer_ids: Iterable[int], now: dt.datetime) -> None:
    """Put volunteers down for a session; who is on it already keeps the answer."""
    rows = [
        {"commune_id": commune_id, "session_uid": session_uid, "volunteer_id": each, "reply": Reply.ASKED, "assigned_at": now}
        for each in volunteer_ids
    ]
    if rows:
        columns = ["commune_id", "session_uid", "volunteer_id"]
        await session.execute(insert_of(dialect_of(session), _shifts).on_conflict_do_nothing(index_elements=columns), rows)


async def unassign(session: AsyncSession, commune_id: int, session_uid: str, volunteer_ids: Iterable[int]) -> None:
    """Take volunteers off a session."""
    own = (VolunteerShift.commune_id == commune_id, VolunteerShift.session_uid == session_uid)
    await session.execute(sa.delete(VolunteerShift).where(*own, VolunteerShift.volunteer_id.in_(list(volunteer_ids))))


async def reply(session: AsyncSession, commune_id: int, volunteer_id: int, shift_id: int, said: Reply, now: dt.datetime) -> str | None:
    """A volunteer's own answer; the session's uid, None when the shift is not this volunteer's."""
    own = (VolunteerShift.commune_id == commune_id, VolunteerShift.volunteer_id == volunteer_id, VolunteerShift.id == shift_id)
    query = sa.update(VolunteerShift).where(*own).values(reply=said, replied_at=now).returning(VolunteerShift.session_uid)
    return (await session.execute(query)).scalar_one_or_none()


# --- tallies ---------------------------------------------------------------------------------------------------------


async def add_tallies(session: AsyncSession, rows: Sequence[dict[str, Any]]) -> None:
    """Store tallies; those whose id the commune has already change nothing."""
    if rows:
        statement = insert_of(dialect_of(session), _tallies).on_conflict_do_nothing(index_elements=["commune_id", "tally_id"])
        await session.execute(statement, list(rows))


async def count_of(session: AsyncSession, commune_id: int, volunteer_id: int, since: dt.date) -> int:
    """How many tallies one volunteer has since a day, for him or her alone."""
    own = (Tally.commune_id == commune_id, Tally.volunteer_id == volunteer_id, Tally.day >= since)
    return (await session.execute(sa.select(sa.func.count()).select_from(Tally).where(*own))).scalar_one()


async def counts(session: AsyncSession, commune_id: int, since: dt.date, column: str) -> dict[Any, int]:
    """The commune's tallies since a day, by one column of the table."""
    by = _tallies.c[column]
    query = sa.select(by, sa.func.count()).where(_tallies.c.commune_id == commune_id, _tallies.c.day >= since).group_by(by)
    return {row[0]: row[1] for row in await session.execute(query)}


async def counts_by_code(session: AsyncSession, commune_id: int, since: dt.date) -> dict[str, tuple[int, int]]:
    """Procedure → how many times helped, and how many of these were filed on behalf."""
    behalf = sa.func.sum(sa.case((_tallies.c.on_behalf, 1), else_=0))
    query = sa.select(_tallies.c.code, sa.func.count(), behalf).where(_tallies.c.commune_id == commune_id, _tallies.c.day >= since)
    return {code: (count, int(own)) for code, count, own in await session.execute(query.group_by(_tallies.c.code))}


async def counts_by_team(session: AsyncSession, commune_id: int, since: dt.date) -> dict[int | None, int]:
    """Team → how many times its volunteers helped."""
    query = (
        sa.select(Volunteer.team_id, sa.func.count())
        .select_from(Tally)
        .outerjoin(Volunteer, Volunteer.id == Tally.volunteer_id)
        .where(Tally.commune_id == commune_id, Tally.day >= since)
    )
    return {row[0]: row[1] for row in await session.execute(query.group_by(Volunteer.team_id))}
