"""A post office in this process: subscribers, announcements, channels whose platforms do what the test says, a simple engine."""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
from collections import Counter
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import sqlalchemy as sa

from app.announcements.content import Content
from app.announcements.models import Announcement
from app.assistant.models import Conversation
from app.channels.accounts import Account, Accounts, put_account
from app.channels.models import AccountStatus, ChannelMessage, Mode
from app.database import Base, Database
from app.deliveries.engine import Run
from app.deliveries.models import Delivery, Dispatch
from app.deliveries.running import Deliveries
from app.messages import Update, UpdateKind, Vault
from app.settings import Settings
from app.subscribers.models import Subscriber, Subscription
from app.ward.holder import WardHolder
from app.ward.ward import Switch, Ward, WardMode
from tests.assistant.ward import Clock, commune, settings
from tests.channels.office import SEALER, Platform, ScriptedChannel

TOPIC = "tin-chung"
WINDOW = dt.timedelta(days=7)
WINDOWS = {"zalo_oa": WINDOW, "zalo_bot": None, "telegram": None}
SECOND = dt.timedelta(seconds=1)


class NearEngine:
    """An engine without a database: runs chunks at once, one at a time per partition. `forgets`: takes work and does nothing."""

    def __init__(self) -> None:
        self.works: dict[str, asyncio.Task[None] | None] = {}
        self.forgets = self.breaks = False
        self._locks: dict[str, asyncio.Lock] = {}
        self._run: Run | None = None

    async def start(self, run: Run) -> None:
        self._run = run

    async def stop(self) -> None:
        await self.idle()

    async def enqueue(self, work: str, chunk_id: int, partition: str) -> None:
        if self.forgets or self.works.get(work) is not None:
            return
        self.works[work] = asyncio.create_task(self._work(chunk_id, self._locks.setdefault(partition, asyncio.Lock())))

    async def _work(self, chunk_id: int, lock: asyncio.Lock) -> None:
        assert self._run is not None
        async with lock:
            await self._run(chunk_id)

    async def unfinished(self, works: Sequence[str]) -> tuple[set[str], set[str]]:
        known = {work: self.works[work] for work in works if work in self.works}
        return {work for work, task in known.items() if task is not None and not task.done()}, set(works) - known.keys()

    async def adopt(self, executors: Iterable[str]) -> int:
        return 0 * len(list(executors))

    async def forget(self, before: dt.datetime) -> int:
        return 0

    async def idle(self) -> None:
        """Wait until everything that was given is done. Raises what a chunk raised, unless `breaks`."""
        while busy := [task for task in self.works.values() if task is not None and not task.done()]:
            for result in await asyncio.gather(*busy, return_exceptions=True):
                if isinstance(result, BaseException) and not self.breaks:
                    raise result


class NamedChannel(ScriptedChannel):
    """A scripted channel of one of our three names, with that one's window."""

    def __init__(self, name: str, platform: Platform) -> None:
        super().__init__(platform)
        self.name = name
        codes = frozenset({"closed"}) if WINDOWS[name] else frozenset[str]()
        self.capabilities = replace(ScriptedChannel.capabilities, window=WINDOWS[name], window_codes=codes)


@dataclass
class Post:
    """What a test holds in its hands."""

    database: Database
    deliveries: Deliveries
    engine: NearEngine
    ward: WardHolder
    clock: Clock
    platforms: dict[str, Platform]
    accounts: Accounts
    people: dict[str, int] = field(default_factory=dict)

    # --- the ward ----------------------------------------------------------------------------------------------------

    def switch(self, *, on: bool) -> None:
        self.ward.now = replace(self.ward.now, switches={"announcements": Switch(on, "" if on else "thử")})

    def trial(self, *, on: bool) -> None:
        self.ward.now = replace(self.ward.now, mode=WardMode.TRIAL if on else WardMode.REAL)

    def account(self, channel: str) -> Account:
        return next(each for each in self.accounts.all() if each.name == channel)

    # --- people ------------------------------------------------------------------------------------------------------

    async def follows(
        self,
        *people: str,
        channel: str = "telegram",
        key: str = "",
        wrote: dt.timedelta | None = dt.timedelta(hours=1),
        topic: str = TOPIC,
        **more: Any,
    ) -> None:
        """These people follow a topic on a channel; they wrote so long ago (None: not known)."""
        now = self.clock()
        async with self.database.write() as session:
            for person in people:
                consent = {"consent_at": now, "consent_words": "nhận tin", "left_at": None, "account_id": None, "group_id": None}
                subscriber = Subscriber(commune_id=1, channel=channel, person=person, person_key=key or person, **(consent | more))
                session.add(subscriber)
                await session.flush()
                self.people[f"{channel}/{person}"] = subscriber.id
                session.add(Subscription(commune_id=1, subscriber_id=subscriber.id, topic=topic, created_at=now, words="nhận tin"))
                if wrote is not None:
                    session.add(Conversation(commune_id=1, channel=channel, person=person, state={}, updated_at=now - wrote))

    async def links(self, person: str, channel: str = "telegram", *, key: str) -> None:
        """Somebody links one more channel, on which they follow nothing."""
        await self.follows(person, channel=channel, key=key, wrote=None)
        async with self.database.write() as session:
            await session.execute(sa.delete(Subscription).where(Subscription.subscriber_id == self.people[f"{channel}/{person}"]))

    async def unfollows(self, person: str, *, instead: str) -> None:
        """Somebody stops following what they followed, and follows something else."""
        mine = sa.select(Subscriber.id).where(Subscriber.person == person).scalar_subquery()
        async with self.database.write() as session:
            await session.execute(sa.update(Subscription).where(Subscription.subscriber_id == mine).values(topic=instead))

    async def crowd(self, count: int, channel: str = "telegram") -> None:
        """Many people at once."""
        await self.follows(*(f"{channel}-{number:05}" for number in range(count)), channel=channel)

    async def writes(self, person: str, channel: str = "zalo_oa") -> None:
        """A person writes to us, as the desk records it."""
        account = self.account(channel)
        values: dict[str, Any] = {"kind": "message", "content": {}, "status": "sent", "attempts": 0, "parts_sent": 0, "reason": ""}
        values |= dict.fromkeys(("sent_at", "received_at", "due_at"), self.clock())
        async with self.database.write() as session:
            session.add(ChannelMessage(commune_id=1, account_id=account.id, update_id=f"{person}-{self.clock()}", person=person, **values))
            mine = (Conversation.channel == channel, Conversation.person == person)
            await session.execute(sa.update(Conversation).where(*mine).values(updated_at=self.clock(), reachable=True))

    # --- announcements -----------------------------------------------------------------------------------------------

    async def announce(self, title: str = "Lịch tiêm chủng", *, urgent: bool = False, **more: Any) -> int:
        """A scheduled announcement that is due; its id."""
        now = self.clock()
        values: dict[str, Any] = {
            "slug": f"tin-{now.timestamp():.0f}-{len(title)}-{len(self.engine.works)}",
            "status": "scheduled",
            "urgency": "urgent" if urgent else "normal",
            "topic": TOPIC,
            "group_ids": [],
            "channels": [],
            "scheduled_at": now,
            "version": 1,
            "kind": "original",
            "content": Content(title=title, what="Tiêm tại trạm y tế lúc 8 giờ.").model_dump(mode="json"),
            "created_at": now,
            "updated_at": now,
        }
        async with self.database.write() as session:
            made = Announcement(commune_id=1, **(values | more))
            session.add(made)
            await session.flush()
            return made.id

    async def beat(self, seconds: float = 1.0, times: int = 1) -> None:
        """Let time pass and everything that follows happen."""
        for _ in range(times):
            self.clock.pass_by(dt.timedelta(seconds=seconds))
            await self.deliveries.dispatcher.beat()
            await self.engine.idle()

    async def send(self, title: str = "Lịch tiêm chủng", **more: Any) -> int:
        """Announce and send all that can go out now."""
        announcement_id = await self.announce(title, **more)
        await self.beat(times=4)
        return announcement_id

    # --- what came of it ---------------------------------------------------------------------------------------------

    async def rows(self, announcement_id: int | None = None) -> list[Delivery]:
        query = sa.select(Delivery).order_by(Delivery.id)
        if announcement_id is not None:
            query = query.join(Dispatch, Dispatch.id == Delivery.dispatch_id).where(Dispatch.announcement_id == announcement_id)
        async with self.database.read() as session:
            return list((await session.execute(query)).scalars())

    async def states(self, announcement_id: int | None = None) -> dict[str, str]:
        """person → status, with the reason when there is one."""
        rows = await self.rows(announcement_id)
        return {row.person: f"{row.status}:{row.reason}" if row.reason else row.status for row in rows}

    async def dispatch(self, announcement_id: int) -> Dispatch:
        async with self.database.read() as session:
            return (await session.execute(sa.select(Dispatch).where(Dispatch.announcement_id == announcement_id))).scalar_one()

    async def all_of(self, table: type[Base]) -> list[Any]:
        async with self.database.read() as session:
            return list((await session.execute(sa.select(table))).scalars())

    def got(self, channel: str = "telegram") -> Counter[str]:
        """How many messages each person got."""
        return Counter(person for person, _ in self.platforms[channel].got)

    def receipt(self, message_id: str, number: int, channel: str = "zalo_oa", person: str = "x") -> None:
        update = Update(update_id=message_id, kind=UpdateKind.RECEIPT, person=person, sent_at=self.clock(), number=number)
        self.deliveries.receipts.accept(self.account(channel), [update])


@contextlib.asynccontextmanager
async def post_office(
    database_url: str, channels: Sequence[str] = ("zalo_oa", "zalo_bot", "telegram"), *, at: dt.datetime | None = None, **chosen: Any
) -> AsyncIterator[Post]:
    """A post office in real mode at nine on a Monday morning, until the block ends."""
    known = settings(**chosen)
    platforms = {name: Platform() for name in channels}

    def builder(name: str) -> Any:
        def build(values: Mapping[str, str], vault: Vault, settings: Settings) -> NamedChannel:
            del values, vault, settings
            return NamedChannel(name, platforms[name])

        return build

    database = Database(database_url)
    accounts = Accounts(database, SEALER, known, {name: builder(name) for name in channels})
    await accounts.refresh()
    for name in channels:
        if name not in {account.name for account in accounts.all()}:
            await put_account(database, SEALER, name, Mode.WEBHOOK, {"token": "t"}, status=AccountStatus.ON)
    await accounts.refresh()
    clock = Clock() if at is None else Clock(at)
    ward = WardHolder(database, commune())
    ward.now = Ward.made(commune(), WardMode.REAL, {})
    engine = NearEngine()
    deliveries = Deliveries(database, accounts, ward, known, engine=engine, clock=clock)
    await engine.start(deliveries.sender.run)
    try:
        yield Post(database, deliveries, engine, ward, clock, platforms, accounts)
    finally:
        await engine.idle()
        await accounts.close()
        await database.close()
