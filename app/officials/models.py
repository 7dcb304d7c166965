"""Tables of the officials: accounts, their sessions, failed sign-ins."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.database import Base
from app.signed import Role, Signed

__all__ = ["Official", "OfficialSession", "Role", "SignInFailure", "Signed", "Stage"]


class Stage(StrEnum):
    """How far a session has come. `HALF`: the password was right, the second step is owed."""

    HALF = "half"
    FULL = "full"


class Official(Base):
    """An account. `username` is unique in the whole database: signing in asks for no commune.

    `totp_sealed`: the secret of the second step, encrypted; `totp_step`: the last used thirty seconds, so that no code
    works twice; `recovery`: hashes of unused recovery codes. `oidc_name`: who they are at the province's sign-in;
    `oidc_subject`: the same, for good, learned at the first sign-in there.
    """

    __tablename__ = "officials"

    id: Mapped[int] = mapped_column(primary_key=True)
    commune_id: Mapped[int] = mapped_column(sa.ForeignKey("communes.id"), index=True)
    username: Mapped[str] = mapped_column(sa.String(40), unique=True)
    name: Mapped[str] = mapped_column(sa.String(120))
    role: Mapped[str] = mapped_column(sa.String(20))
    password_hash: Mapped[str] = mapped_column(sa.String(200))
    must_change: Mapped[bool]
    active: Mapped[bool] = mapped_column(default=True)
    totp_sealed: Mapped[str | None] = mapped_column(sa.Text)
    totp_on: Mapped[bool] = mapped_column(default=False)
    totp_step: Mapped[int] = mapped_column(default=0)
    recovery: Mapped[list[str]] = mapped_column(sa.JSON, default=list)
    oidc_name: Mapped[str | None] = mapped_column(sa.String(200), unique=True)
    oidc_subject: Mapped[str | None] = mapped_column(sa.String(300), unique=True)
    created_at: Mapped[dt.datetime]
    changed_at: Mapped[dt.datetime]
    last_signed_in_at: Mapped[dt.datetime | None]


class OfficialSession(Base):
    """One signed-in browser. `token_hash`: SHA-256 of what the cookie holds; `device`: what the browser says it is."""

    __tablename__ = "official_sessions"

    id: Mapped[int] = mapped_column(primary_key=True)
    commune_id: Mapped[int] = mapped_column(sa.ForeignKey("communes.id"))
    official_id: Mapped[int] = mapped_column(sa.ForeignKey("officials.id"), index=True)
    token_hash: Mapped[str] = mapped_column(sa.String(64), unique=True)
    stage: Mapped[str] = mapped_column(sa.String(10))
    device: Mapped[str] = mapped_column(sa.String(120))
    created_at: Mapped[dt.datetime]
    seen_at: Mapped[dt.datetime]


class SignInFailure(Base):
    """Failed sign-ins under one key: a user name or an address, hashed.

    Unknown names are counted like known ones, so `commune_id` is that of the installation, 1.
    """

    __tablename__ = "sign_in_failures"

    commune_id: Mapped[int] = mapped_column(sa.ForeignKey("communes.id"))
    key: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    failures: Mapped[int]
    last_at: Mapped[dt.datetime]
    locked_until: Mapped[dt.datetime | None]
