"""Who is signed in: roles, and the one object that stands for an official in every call."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """What an official may do grows from `OFFICIAL` to `LEADER`; `KEEPER` looks after accounts and channels."""

    OFFICIAL = "official"
    EDITOR = "editor"
    LEADER = "leader"
    KEEPER = "keeper"
    VOLUNTEER_LEAD = "volunteer_lead"


@dataclass(frozen=True)
class Signed:
    """An official at work. `name` is what others read; `commune_id` bounds all that may be seen."""

    official_id: int
    commune_id: int
    name: str
    role: Role
