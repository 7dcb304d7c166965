"""How a phone becomes a volunteer's: a code that works once, then a signed token in a cookie. No e-mail, no phone number."""

from __future__ import annotations

import datetime as dt
import hashlib
import re
import secrets
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from app.visitor import Signer
from app.volunteers import repository
from app.volunteers.models import Volunteer, VolunteerInvitation

CODE_LIVES = dt.timedelta(days=7)
ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
"""No 0, 1, I or O: what is read off a paper is not mistaken."""
CODE_LENGTH = 8
_TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")


@dataclass(frozen=True)
class Helper:
    """A volunteer on his or her phone. `owner` names the phone's queue of tallies: the same after a new invitation."""

    id: int
    commune_id: int
    name: str
    team_id: int | None
    token_hash: str
    owner: str
    since: dt.datetime


async def invite(session: AsyncSession, signer: Signer, volunteer: Volunteer, now: dt.datetime) -> str:
    """A new code for a volunteer, as it is written on paper («KHE7-2M9P»); one made before works no more."""
    letters = "".join(secrets.choice(ALPHABET) for _ in range(CODE_LENGTH))
    row = VolunteerInvitation(
        volunteer_id=volunteer.id,
        commune_id=volunteer.commune_id,
        code_hash=_hash_of_code(signer, letters),
        created_at=now,
        expires_at=now + CODE_LIVES,
    )
    await repository.invite(session, row)
    return f"{letters[:4]}-{letters[4:]}"


def read_code(typed: str) -> str:
    """A code as it is kept: capitals without signs between them; empty when it cannot be one."""
    letters = re.sub(r"[\s\-–.]", "", typed[:40]).upper()
    return letters if len(letters) == CODE_LENGTH and set(letters) <= set(ALPHABET) else ""


async def join(session: AsyncSession, signer: Signer, commune_id: int, typed: str, now: dt.datetime) -> tuple[Volunteer, str] | None:
    """Use a code: the volunteer and the text of the cookie for this phone. None when the code does not work.

    A phone that this volunteer used before is signed out: one volunteer, one phone.
    """
    letters = read_code(typed)
    row = await repository.use_code(session, commune_id, _hash_of_code(signer, letters), now) if letters else None
    if row is None or row.ended_at is not None:
        return None
    token = secrets.token_urlsafe(32)
    row.token_hash, row.joined_at = hash_of(token), now
    await session.flush()
    return row, f"{token}.{signer.sign('volunteer', token)}"


async def current(session: AsyncSession, signer: Signer, commune_id: int, cookie: str) -> Helper | None:
    """Who holds this cookie; None when it is not ours, or was ended, or another phone took over."""
    token, _, signature = cookie.partition(".")
    good = _TOKEN.fullmatch(token) and secrets.compare_digest(signature.encode(), signer.sign("volunteer", token).encode())
    row = await repository.by_token(session, commune_id, hash_of(token)) if good else None
    if row is None or row.token_hash is None:
        return None
    owner = signer.sign("volunteer-owner", f"{row.commune_id}:{row.id}")[:16]
    return Helper(row.id, row.commune_id, row.name, row.team_id, row.token_hash, owner, row.created_at)


async def leave(session: AsyncSession, helper: Helper) -> None:
    """Sign this phone out."""
    row = await repository.volunteer(session, helper.commune_id, helper.id)
    if row is not None and row.token_hash == helper.token_hash:
        row.token_hash = None


def hash_of(token: str) -> str:
    """What the database keeps of a token: 256 random bits need no salt."""
    return hashlib.sha256(token.encode()).hexdigest()


def _hash_of_code(signer: Signer, letters: str) -> str:
    """What the database keeps of a code: signed, because forty bits alone could be tried out."""
    return signer.sign("volunteer-code", letters)
