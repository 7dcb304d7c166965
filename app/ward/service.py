"""What officials do with their ward: change its profile, open the real mode, switch something off and say why."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import structlog
from pydantic import ValidationError
from sqlalchemy.ext.asyncio import AsyncSession

from app.audit import service as audit
from app.commune import CommuneProfile
from app.errors import BadInput, NotFound
from app.signed import Signed
from app.understanding.text import clean
from app.ward import repository
from app.ward.differences import differences, words
from app.ward.models import WardChange
from app.ward.repository import By
from app.ward.ward import PROFILE_FIELDS, SUNDAY, Switch, SwitchName, Ward, WardMode, changed_profile, values_of

log = structlog.get_logger()
PROFILE, MODE, SWITCH = "profile.", "mode", "switch."
SHORTEST_REASON, LONGEST_REASON = 5, 300


@dataclass(frozen=True)
class Draft:
    """A profile as it would be, and what that changes, in sentences."""

    profile: CommuneProfile
    values: Mapping[str, Any]
    """Of the fields that change."""
    words: tuple[str, ...]


async def read_ward(session: AsyncSession, base: CommuneProfile, commune_id: int = 1) -> Ward:
    """The ward as the database has it, over the file's profile.

    A stored value that the file of today does not bear (its format changed) is left out and logged, never fatal.
    """
    values, mode, switches = {}, WardMode.TRIAL, {}
    for row in await repository.settings(session, commune_id):
        if row.key.startswith(PROFILE):
            values[row.key.removeprefix(PROFILE)] = row.value
        elif row.key == MODE:
            mode = WardMode(row.value)
        elif row.key.startswith(SWITCH):
            switches[row.key.removeprefix(SWITCH)] = Switch(bool(row.value), row.reason)
    return Ward.made(_laid_over(base, values), mode, switches)


async def mode_of(session: AsyncSession, commune_id: int = 1) -> WardMode:
    """Trial or real, for who has no holder."""
    rows = await repository.settings(session, commune_id)
    return next((WardMode(row.value) for row in rows if row.key == MODE), WardMode.TRIAL)


def draft_of(now: CommuneProfile, values: Mapping[str, Any]) -> Draft:
    """What saving these values would change. Raises pydantic's ValidationError when the profile would be broken."""
    after = changed_profile(now, values)
    old, new = values_of(now), values_of(after)
    found = differences(now, after)
    return Draft(
        after,
        {name: new[name] for name in PROFILE_FIELDS if new[name] != old[name]},
        tuple(sentence for each in found.values() for sentence in each),
    )


async def save_profile(session: AsyncSession, who: Signed, base: CommuneProfile, ward: Ward, draft: Draft, now: dt.datetime) -> None:
    """Write what changes; what is as in the file's profile (`base`) again is the file's again. Raises BadInput when nothing changes."""
    if not draft.values:
        raise BadInput("Chưa có gì thay đổi so với thông tin đang dùng.")
    by, said, of_file = By(who.official_id, who.name, now), differences(ward.profile, draft.profile), values_of(base)
    for name, value in draft.values.items():
        own = value != of_file[name]
        if own:
            await repository.put(session, who.commune_id, PROFILE + name, value, "", by)
        else:
            await repository.remove(session, who.commune_id, PROFILE + name)
        sentences = said.get("sunday" if name.startswith(SUNDAY) else name, [])
        await repository.write_change(session, who.commune_id, PROFILE + name, value, sentences, "", by, present=own)
    await audit.record(session, who, words()["audit"]["profile"].format(words="; ".join(draft.words)), subject=("ward", "profile"), at=now)


async def restorable(session: AsyncSession, base: CommuneProfile, ward: Ward, commune_id: int, change_id: int) -> tuple[WardChange, Draft]:
    """A change, and what it would change now to have its field as it was before; both parts of the Sunday service, if saved as one.

    Raises NotFound, and BadInput when the value of then is no longer valid.
    """
    change = await repository.change(session, commune_id, change_id)
    if change is None or not change.key.startswith(PROFILE):
        raise NotFound
    sunday = change.key.startswith(PROFILE + SUNDAY)
    together = await repository.saved_with(session, change, PROFILE + SUNDAY) if sunday else [change]
    values = {}
    for each in together:
        name, before = each.key.removeprefix(PROFILE), await repository.change_before(session, each)
        values[name] = before.value if before is not None and before.present else values_of(base)[name]
    try:
        return change, draft_of(ward.profile, values)
    except ValidationError as error:
        raise BadInput("Bản này không còn dùng lại được. Anh/chị sửa tay ở trang Thông tin phường, xã.") from error


async def before_all(session: AsyncSession, commune_id: int, limit: int = 50) -> list[WardChange]:
    """The history of the profile, newest first."""
    return list(await repository.changes(session, commune_id, PROFILE, limit))


async def set_mode(
    session: AsyncSession, who: Signed | None, mode: WardMode, reason: str, now: dt.datetime, *, commune_id: int = 1
) -> None:
    """Open the real mode, or go back to trial. `who` None: a command, in `commune_id`."""
    reason = _reason(reason)
    by = By(who.official_id, who.name, now) if who else By(None, audit.SYSTEM, now)
    commune_id = who.commune_id if who else commune_id
    sentence = words()["audit"][mode].format(reason=reason)
    await repository.put(session, commune_id, MODE, mode.value, reason, by)
    await repository.write_change(session, commune_id, MODE, mode.value, [sentence], reason, by)
    await audit.record(session, who, sentence, commune_id=commune_id, subject=("ward", "mode"), at=now)


async def set_switch(
    session: AsyncSession, who: Signed | None, name: SwitchName, switch: Switch, now: dt.datetime, *, commune_id: int = 1
) -> None:
    """Switch on, or off with a reason that citizens read. Raises BadInput without a reason."""
    reason = "" if switch.on else _reason(switch.reason)
    by = By(who.official_id, who.name, now) if who else By(None, audit.SYSTEM, now)
    commune_id = who.commune_id if who else commune_id
    called = words()["switches"][name]["name"]
    sentence = words()["audit"]["on" if switch.on else "off"].format(name=called, reason=reason)
    await repository.put(session, commune_id, SWITCH + name, switch.on, reason, by)
    await repository.write_change(session, commune_id, SWITCH + name, switch.on, [sentence], reason, by)
    await audit.record(session, who, sentence, commune_id=commune_id, subject=("switch", name), at=now)


def _laid_over(base: CommuneProfile, values: Mapping[str, Any]) -> CommuneProfile:
    # Together: hours alone are no Sunday service where the file has none.
    sunday = {name: value for name, value in values.items() if name.startswith(SUNDAY)}
    profile = base
    for part in (sunday, *({name: value} for name, value in values.items() if name not in sunday)):
        try:
            profile = changed_profile(profile, part)
        except ValidationError:
            log.error("ward_value_refused", keys=sorted(part))
    return profile


def _reason(reason: str) -> str:
    reason = clean(reason)
    if not SHORTEST_REASON <= len(reason) <= LONGEST_REASON:
        raise BadInput(f"Ghi lý do bằng một câu, từ {SHORTEST_REASON} đến {LONGEST_REASON} ký tự.")
    return reason
