"""Tables of the volunteers. A citizen's name has no place here: a tally is a procedure and two choices from short lists."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.database import Base


class Reply(StrEnum):
    """What a volunteer said to a session he or she was put down for."""

    ASKED = "asked"
    YES = "yes"
    NO = "no"


class VolunteerTeam(Base):
    """A team. Citizens read `name`, `contact`, `place`; `phone` only when `phone_shown`: the team agreed."""

    __tablename__ = "volunteer_teams"
    __table_args__ = (sa.UniqueConstraint("commune_id", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    commune_id: Mapped[int] = mapped_column(sa.ForeignKey("communes.id"))
    name: Mapped[str] = mapped_column(sa.String(80))
    contact: Mapped[str] = mapped_column(sa.String(80), default="")
    phone: Mapped[str] = mapped_column(sa.String(20), default="")
    phone_shown: Mapped[bool] = mapped_column(default=False)
    place: Mapped[str] = mapped_column(sa.String(160), default="")
    active: Mapped[bool] = mapped_column(default=True)
    updated_at: Mapped[dt.datetime]


class VolunteerTeamGroup(Base):
    """A residential group that a team looks after; a group may have several teams."""

    __tablename__ = "volunteer_team_groups"

    team_id: Mapped[int] = mapped_column(sa.ForeignKey("volunteer_teams.id", ondelete="CASCADE"), primary_key=True)
    group_id: Mapped[int] = mapped_column(sa.ForeignKey("residential_groups.id", ondelete="CASCADE"), primary_key=True, index=True)
    commune_id: Mapped[int] = mapped_column(sa.ForeignKey("communes.id"))


class Volunteer(Base):
    """A volunteer's account on one phone. `token_hash`: SHA-256 of what its cookie holds; `ended_at`: the lead ended it."""

    __tablename__ = "volunteers"

    id: Mapped[int] = mapped_column(primary_key=True)
    commune_id: Mapped[int] = mapped_column(sa.ForeignKey("communes.id"), index=True)
    team_id: Mapped[int | None] = mapped_column(sa.ForeignKey("volunteer_teams.id", ondelete="SET NULL"), index=True)
    name: Mapped[str] = mapped_column(sa.String(80))
    token_hash: Mapped[str | None] = mapped_column(sa.String(64), unique=True)
    created_at: Mapped[dt.datetime]
    joined_at: Mapped[dt.datetime | None]
    ended_at: Mapped[dt.datetime | None]


class VolunteerInvitation(Base):
    """A code that signs one volunteer in, once. `code_hash`: signed with the installation's secret; one live code per volunteer."""

    __tablename__ = "volunteer_invitations"

    volunteer_id: Mapped[int] = mapped_column(sa.ForeignKey("volunteers.id", ondelete="CASCADE"), primary_key=True)
    commune_id: Mapped[int] = mapped_column(sa.ForeignKey("communes.id"))
    code_hash: Mapped[str] = mapped_column(sa.String(64), unique=True)
    created_at: Mapped[dt.datetime]
    expires_at: Mapped[dt.datetime]


class VolunteerShift(Base):
    """A volunteer put down for a Sunday service or session (its `uid` in the calendar), and the answer."""

    __tablename__ = "volunteer_shifts"
    __table_args__ = (sa.UniqueConstraint("commune_id", "session_uid", "volunteer_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    commune_id: Mapped[int] = mapped_column(sa.ForeignKey("communes.id"))
    session_uid: Mapped[str] = mapped_column(sa.String(100))
    volunteer_id: Mapped[int] = mapped_column(sa.ForeignKey("volunteers.id", ondelete="CASCADE"), index=True)
    reply: Mapped[str] = mapped_column(sa.String(10), default=Reply.ASKED)
    assigned_at: Mapped[dt.datetime]
    replied_at: Mapped[dt.datetime | None]


class Tally(Base):
    """One time a volunteer helped somebody. `tally_id`: a UUID made on the phone, so that sending again changes nothing.

    `day`: in Vietnam, the phone's clock put right; `on_behalf`: the volunteer filed, else the citizen did; `hard`: a key of
    `words.yaml`; `session_uid`: the Sunday service or session of that day for which the volunteer was on the roster.
    """

    __tablename__ = "tallies"
    __table_args__ = (
        sa.UniqueConstraint("commune_id", "tally_id"),
        sa.Index("ix_tallies_commune_id_day", "commune_id", "day"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    commune_id: Mapped[int] = mapped_column(sa.ForeignKey("communes.id"))
    tally_id: Mapped[str] = mapped_column(sa.String(36))
    volunteer_id: Mapped[int | None] = mapped_column(sa.ForeignKey("volunteers.id", ondelete="SET NULL"), index=True)
    code: Mapped[str] = mapped_column(sa.String(20))
    on_behalf: Mapped[bool]
    hard: Mapped[str] = mapped_column(sa.String(20))
    day: Mapped[dt.date]
    session_uid: Mapped[str | None] = mapped_column(sa.String(100))
    received_at: Mapped[dt.datetime]
