"""The officials, the residential groups, the channels, and the people who follow the ward."""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Iterator
from typing import Any

from app.assistant import repository as conversations
from app.channels.accounts import put_account
from app.channels.models import AccountStatus, Mode
from app.demo.stage import Happening, Stage
from app.officials.office import Office
from app.officials.service import Opened
from app.sealing import Sealer
from app.signed import Role, Signed
from app.subscribers import repository
from app.subscribers import service as subscribers
from app.subscribers.groups import read_pasted
from app.visitor import load_secret

COMMUNE = 1
FIRST_DAY = 80
"""So many days ago the ward began."""
OFF = "phường mẫu: không nối với nền tảng nào"
STAFF, GUESTS, LEFT, LINKED, BLOCKED = 6, 18, 9, 14, 5
"""How many of the people are officials, guests of the trial, left, follow on a second channel, blocked us."""


async def open_office(stage: Stage) -> list[Opened]:
    """Accounts of all roles; their one-time passwords are known only now."""
    secret = load_secret(stage.settings)
    office = Office(stage.database, stage.settings, secret, stage.clock)
    opened = [await office.accounts.add(None, each["username"], each["name"], each["role"]) for each in stage.story["officials"]]
    found = [each.official for each in opened]
    stage.people = {each.username: Signed(each.id, each.commune_id, each.name, Role(each.role)) for each in found}
    pasted = read_pasted(stage.story["groups"], [])
    async with stage.database.write() as session:
        await subscribers.add_pasted(session, stage.who(Role.KEEPER), pasted)
        rows = await repository.groups(session, COMMUNE)
    stage.groups = {row.number: row.id for row in rows}
    # Sealed with a key that nobody keeps: switched on by mistake, such a channel cannot be opened, so nothing can ever go out.
    sealer = Sealer(secrets.token_bytes(32))
    stage.accounts = {
        channel: await put_account(
            stage.database,
            sealer,
            channel,
            Mode.WEBHOOK if channel == "zalo_oa" else Mode.POLLING,
            {},
            status=AccountStatus.OFF,
            reason=OFF,
        )
        for channel in stage.story["channels"]
    }
    return opened


def followers(stage: Stage) -> list[Happening]:
    """Each person begins to follow on some day; more of them lately. Some leave again."""
    made = list(_persons(stage))
    return [each for person in made for each in _life(stage, person)]


def person_of(channel: str, number: int) -> str:
    """An id that no platform gives, so that it can be nobody's."""
    return f"mau-{channel}-{number:03d}"


def _persons(stage: Stage) -> Iterator[dict[str, Any]]:
    rng, channels = stage.rng, stage.story["channels"]
    numbers = [(channel, number) for channel, count in channels.items() for number in range(1, count + 1)]
    rng.shuffle(numbers)
    keys: list[str] = []
    for place, (channel, number) in enumerate(numbers):
        key = f"{rng.getrandbits(128):032x}"
        late = place >= max(LINKED, len(numbers) - LINKED)
        partner = keys[place - LINKED] if late and numbers[place - LINKED][0] != channel else ""
        keys.append(key)
        yield {
            "channel": channel,
            "person": person_of(channel, number),
            "person_key": partner or key,
            "staff": place < STAFF,
            "guest": STAFF <= place < STAFF + GUESTS,
            "leaves": STAFF + GUESTS <= place < STAFF + GUESTS + LEFT,
            "blocks": STAFF + GUESTS + LEFT <= place < STAFF + GUESTS + LEFT + BLOCKED,
        }


def _life(stage: Stage, person: dict[str, Any]) -> Iterator[Happening]:
    rng, days = stage.rng, stage.days
    ago = 1 + (FIRST_DAY - 2) * rng.random() ** 1.3
    joined = max(days.now - dt.timedelta(days=ago), days.now - dt.timedelta(days=FIRST_DAY - 1))
    chances = stage.story["follows"].items()
    topics = [topic for topic, chance in chances if person["staff"] or person["guest"] or rng.random() * 100 < chance] or ["tin-chung"]
    group = rng.choice(list(stage.groups.values())) if rng.random() < 0.85 else None
    said = f"nhận tin {stage.knowledge.now.topics.name(topics[0]).lower()}"
    key = (COMMUNE, person["channel"], person["person"])

    async def follow(now: dt.datetime) -> None:
        values = {name: person[name] for name in ("person_key", "staff", "guest")}
        values |= {"consent_at": now, "consent_words": said, "account_id": stage.accounts[person["channel"]], "group_id": group}
        async with stage.database.write() as session:
            await conversations.open_conversations(session, [key], now)
            number = await repository.add(session, key, values)
            await repository.follow(session, COMMUNE, number, topics, said, now)

    async def leave(now: dt.datetime) -> None:
        async with stage.database.write() as session:
            await repository.leave(session, key, now)

    async def block(_now: dt.datetime) -> None:
        async with stage.database.write() as session:
            await conversations.set_unreachable(session, *key)

    yield Happening(joined, follow)
    if person["leaves"]:
        yield Happening(joined + (days.now - joined) * 0.7, leave)
    if person["blocks"]:
        yield Happening(joined + (days.now - joined) * 0.5, block)
