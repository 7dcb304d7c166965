"""Tallies as phones send them: each read strictly, its day put right, stored once however often it comes."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StrictBool, StrictInt, StrictStr, ValidationError, field_validator
from sqlalchemy.ext.asyncio import AsyncSession

from app.calendar.calendar import Calendar
from app.calendar.facts import VIETNAM
from app.errors import BadInput
from app.volunteers import repository, words
from app.volunteers.joining import Helper
from app.volunteers.roster import helped_at, session_at

MOST = 50
"""Tallies in one sending; a phone that has more sends again."""
OLDEST = dt.timedelta(days=60)
"""A phone that was longer without a network has a wrong clock."""
LARGEST_CLOCK = 2**53
MILLISECOND = dt.timedelta(milliseconds=1)


class Sent(BaseModel):
    """One tally as it comes. A field more, such as a name, and it is refused.

    `id`: a UUID. `made`: milliseconds by the phone's clock, whatever that shows.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: StrictStr
    code: Annotated[StrictStr, Field(max_length=20)]
    on_behalf: StrictBool
    hard: StrictStr
    made: Annotated[StrictInt, Field(ge=0, le=LARGEST_CLOCK)]

    @field_validator("id")
    @classmethod
    def _is_a_uuid(cls, value: str) -> str:
        found = str(uuid.UUID(value))
        if found != value:
            raise ValueError("not as our pages write it")
        return value

    @field_validator("hard")
    @classmethod
    def _is_offered(cls, value: str) -> str:
        if value not in words.hard():
            raise ValueError("not one of the list")
        return value


@dataclass
class Taken:
    """What became of a sending. `kept`: ids that are in the database now. `refused`: id → sentence; sending again will not help."""

    kept: list[str] = field(default_factory=list)
    refused: dict[str, str] = field(default_factory=dict)


def read(body: Any) -> tuple[int, Sequence[Any]]:
    """The phone's clock at sending and the tallies, unread. Raises BadInput."""
    clock, sent = (body.get("now"), body.get("tallies")) if isinstance(body, dict) else (None, None)
    if type(clock) is not int or not 0 <= clock <= LARGEST_CLOCK or not isinstance(sent, list) or len(sent) > MOST:
        raise BadInput
    return clock, sent


async def take(
    session: AsyncSession,
    helper: Helper,
    calendar: Calendar,
    known: Callable[[str], object | None],
    body: Any,
    now: dt.datetime,
) -> Taken:
    """Store a sending. `body`: {"now": …, "tallies": [Sent, …]}; `known`: the procedure of a code, or None. Raises BadInput."""
    clock, sent = read(body)
    entries = helped_at(calendar, await repository.shifts_of(session, helper.commune_id, helper.id))
    taken, rows = Taken(), []
    for each in sent:
        try:
            tally = Sent.model_validate(each)
        except ValidationError:
            named = each.get("id") if isinstance(each, dict) else None
            if isinstance(named, str):
                taken.refused[named[:36]] = words.get("refused.broken")
            continue
        if known(tally.code) is None:
            taken.refused[tally.id] = words.get("refused.procedure")
            continue
        moment = made_at(tally.made, clock, now, helper.since)
        taken.kept.append(tally.id)
        rows.append(
            {
                "commune_id": helper.commune_id,
                "tally_id": tally.id,
                "volunteer_id": helper.id,
                "code": tally.code,
                "on_behalf": tally.on_behalf,
                "hard": tally.hard,
                "day": moment.astimezone(VIETNAM).date(),
                "session_uid": session_at(entries, moment),
                "received_at": now,
            }
        )
    await repository.add_tallies(session, rows)
    return taken


def made_at(made: int, clock: int, now: dt.datetime, since: dt.datetime) -> dt.datetime:
    """When a tally was made, by our clock: as long ago as the phone says by its own, which may show any time.

    A phone whose clock was put right in between may say that it comes from the future, or from years ago: then it is taken as
    made now. None is older than the volunteer's account.
    """
    age = (clock - made) * MILLISECOND if abs(clock - made) <= OLDEST / MILLISECOND else dt.timedelta(0)
    return max(now - max(age, dt.timedelta(0)), since)
