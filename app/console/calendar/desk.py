"""What all calendar pages need: the ward's calendar as the database has it now, forms, refreshing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from fastapi import Request
from sqlalchemy.ext.asyncio import AsyncSession

from app.calendar import repository
from app.calendar.calendar import Calendar
from app.calendar.facts import VIETNAM
from app.errors import NotFound
from app.signed import Signed

HERE = "/can-bo/lich"
SESSIONS, HOLIDAYS = f"{HERE}/buoi", f"{HERE}/ngay-le"
TABS = [("Từng ngày", HERE), ("Đợt, buổi", SESSIONS), ("Ngày lễ", HOLIDAYS)]
FIELD_LENGTH = 10_000


def now() -> dt.datetime:
    """The moment, in UTC."""
    return dt.datetime.now(dt.UTC)


def today() -> dt.date:
    """The day in Vietnam."""
    return dt.datetime.now(VIETNAM).date()


async def calendar_of(request: Request, session: AsyncSession, who: Signed) -> Calendar:
    """The calendar of the official's commune, with every change up to now."""
    facts = await repository.load(session, who.commune_id, now())
    return Calendar(request.app.state.ward.now.profile, facts)


async def typed(request: Request, names: tuple[str, ...]) -> dict[str, str]:
    """The named fields of the form and `act`, nothing else; of a field sent twice the last one."""
    form = await request.form()
    return {name: value[:FIELD_LENGTH] if isinstance(value := form.get(name, ""), str) else "" for name in (*names, "act")}


def version_of(values: Mapping[str, str]) -> int:
    """The version a form was read with; -1 when it says none."""
    version = values.get("version", "")
    return int(version) if version.isdecimal() and len(version) < 10 else -1


def kept(values: Mapping[str, str]) -> dict[str, str]:
    """The fields that a preview sends again."""
    return {name: value for name, value in values.items() if value and name != "act"}


def day_of(text: str) -> dt.date:
    """The day in an address. Raises NotFound."""
    try:
        day = dt.date.fromisoformat(text)
    except ValueError:
        raise NotFound("Không có ngày này.") from None
    if not 2020 <= day.year <= 2100:
        raise NotFound("Không có ngày này.")
    return day


async def refresh(request: Request) -> None:
    """Let answers and pages of this process see a change at once; other processes see it within seconds."""
    await request.app.state.ward.refresh()
