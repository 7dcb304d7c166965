"""Who is in charge where, as citizens may know it: one frozen value that travels between processes."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True)


class Group(_Frozen):
    """A residential group as `app.subscribers.groups.meant` reads it."""

    id: int
    name: str
    number: str = ""
    aliases: tuple[str, ...] = ()


class Team(_Frozen):
    """A team in use. `phone` is empty unless the team agreed to show it."""

    name: str
    contact: str = ""
    phone: str = ""
    place: str = ""
    groups: tuple[Group, ...] = ()


def groups_of(teams: tuple[Team, ...]) -> list[Group]:
    """Every group that has a team, each once."""
    return list({group.id: group for team in teams for group in team.groups}.values())


def in_charge(teams: tuple[Team, ...], group_ids: set[int]) -> list[Team]:
    """The teams that look after any of these groups."""
    return [team for team in teams if any(group.id in group_ids for group in team.groups)]
