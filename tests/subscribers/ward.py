"""A ward whose people follow its news: the whole assistant over a real database, said through `Talk`."""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from app.assistant.service import Assistant
from app.database import Base, Database
from app.messages import Door, Incoming, MessageKind, Reply
from app.subscribers import repository
from app.subscribers.acts import Acts
from app.subscribers.models import Subscriber, Subscription
from app.templates import environment
from tests.assistant.ward import Clock, knowledge, pipeline, settings

DOORS = (Door("Zalo", "https://zalo.me/579745863508352884", words=True), Door("Telegram", "https://t.me/phuong_mau_bot", words=False))
_numbers = itertools.count(1)
EVERY = {"tin-chung", "chu-nhat-gan-dan", "dinh-danh", "tiem-chung", "thien-tai", "an-ninh", "dien-nuoc", "chinh-sach"}
"""All topics."""


def assistant(database: Database, clock: Clock, *, trial: bool = False) -> Assistant:
    """The assistant as `main` makes it."""
    acts = Acts(environment(), lambda: knowledge().now.topics, "https://phuong.example.vn", lambda: DOORS, lambda: trial)
    return Assistant(pipeline(clock), database, settings(), acts)


@dataclass
class Talk:
    """One person on one channel."""

    assistant: Assistant
    channel: str = "zalo_oa"
    person: str = "bà Tư 7f3a"
    commune_id: int = 1

    async def say(self, text: str, kind: MessageKind = MessageKind.TEXT) -> str:
        """Say something; the reply as text."""
        return (await self.reply(text, kind)).as_text()

    async def reply(self, text: str, kind: MessageKind = MessageKind.TEXT) -> Reply:
        """Say something; the reply."""
        message = Incoming(
            commune_id=self.commune_id,
            channel=self.channel,
            person=self.person,
            message_id=f"m{next(_numbers)}",
            kind=kind,
            text=text,
            sent_at=self.assistant.pipeline.clock(),
        )
        return await self.assistant.handle(message)


async def add_groups(database: Database, *names: str, commune_id: int = 1) -> dict[str, int]:
    """Residential groups by these names; their ids."""
    from app.subscribers.groups import number_of  # noqa: PLC0415

    async with database.write() as session:
        return {
            name: await repository.save_group(session, commune_id, None, {"name": name, "number": number_of(name), "aliases": []}) or 0
            for name in names
        }


async def add_commune(database: Database, commune_id: int = 2) -> None:
    """Another commune in the same database."""
    async with database.write() as session:
        await session.execute(
            sa.text("insert into communes (id, slug, name) values (:id, :slug, 'Khác')"), {"id": commune_id, "slug": f"x{commune_id}"}
        )


async def followed(database: Database, person: str = "bà Tư 7f3a", channel: str = "zalo_oa", commune_id: int = 1) -> set[str]:
    """What a person follows."""
    query = (
        sa.select(Subscription.topic)
        .join(Subscriber)
        .where(
            Subscriber.person == person, Subscriber.channel == channel, Subscriber.commune_id == commune_id, Subscriber.left_at.is_(None)
        )
    )
    async with database.read() as session:
        return set((await session.execute(query)).scalars())


async def subscriber(database: Database, person: str = "bà Tư 7f3a", channel: str = "zalo_oa") -> Any:
    """The row of one person."""
    async with database.read() as session:
        return (
            await session.execute(sa.select(Subscriber).where(Subscriber.person == person, Subscriber.channel == channel))
        ).scalar_one_or_none()


async def code_of(talk: Talk) -> str:
    """A fresh code to link another channel with."""
    found = re.search(r"\b\d{6}\b", await talk.say("liên kết"))
    assert found is not None
    return found[0]


async def everything(database: Database) -> str:
    """All rows of all tables, as text."""
    async with database.read() as session:
        rows = [(await session.execute(sa.select(table))).all() for table in Base.metadata.sorted_tables]
    return repr(rows)
