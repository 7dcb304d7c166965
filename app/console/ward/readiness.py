"""What a ward needs before its announcements go to citizens, as a checklist in words."""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import Request
from sqlalchemy.ext.asyncio import AsyncSession

from app.channels import repository as channels
from app.channels.models import AccountStatus
from app.officials import repository as officials
from app.officials.access import PUBLISHERS
from app.officials.models import Role
from app.ward.ward import Ward

LOCAL = ("http://", "https://127.", "https://localhost")


@dataclass(frozen=True)
class Item:
    """One thing. `name`: its words are in ward/mode.html. `required`: without it the real mode is not opened."""

    name: str
    good: bool
    sentence: str
    required: bool
    url: str = ""


async def checklist(request: Request, session: AsyncSession, commune_id: int) -> list[Item]:
    """Everything looked at, what is missing first."""
    ward: Ward = request.app.state.ward.now
    people = [each for each in await officials.officials(session, commune_id) if each.active]
    publishing = [each for each in people if each.role in PUBLISHERS]
    leading = [each for each in people if each.role == Role.LEADER]
    accounts = [each for each in await channels.accounts(session) if each.commune_id == commune_id]
    working = [each for each in accounts if each.status == AccountStatus.ON]
    address = not request.app.state.settings.public_url.startswith(LOCAL)
    words = request.app.state.templates.get_template("console/ward/checklist.jinja").module
    found = [
        ("profile", not ward.profile.is_sample, True, ""),
        ("leader", bool(leading), True, "/can-bo/can-bo"),
        ("second", len(publishing) > 1, True, "/can-bo/can-bo"),
        ("channel", bool(working), True, "/can-bo/kenh"),
        ("address", address, False, ""),
        ("on", ward.switch("announcements").on, False, "/can-bo/cong-tac"),
        ("sunday", ward.profile.sunday is not None, False, "/can-bo/phuong/sua/gio"),
    ]
    items = [Item(name, good, " ".join(str(words.said(name, good)).split()), required, url) for name, good, required, url in found]
    return sorted(items, key=lambda item: (item.good, not item.required))
