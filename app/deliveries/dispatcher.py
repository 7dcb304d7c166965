"""What happens by itself: due announcements become dispatches, queued deliveries become chunks, and nothing stays behind.

Every process that sends runs a pulse. Each beat may be run by several processes at once: keys, conditions and the engine's
names make every act happen once.
"""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from app.announcements import service as announcements
from app.announcements.models import Announcement, Kind, Urgency
from app.announcements.quiet import QuietHours
from app.calendar.opening import VIETNAM
from app.calendar.reminders import Reminder
from app.channels.accounts import Accounts
from app.channels.models import AccountStatus
from app.channels.repository import accounts as channel_accounts
from app.database import Database
from app.deliveries import recipients, reporting, repository
from app.deliveries.engine import Engine
from app.deliveries.models import DispatchStatus, Status
from app.deliveries.recipients import Way
from app.messages import Reply
from app.subscribers.audience import audience
from app.ward.ward import SwitchName, Ward

log = structlog.get_logger()
CHUNK_SECONDS = 20.0
SMALLEST_CHUNK, LARGEST_CHUNK = 20, 500
AHEAD = 2  # chunks that wait behind the one that is sent: few, so that an urgent text need not wait behind many
SETTLED = dt.timedelta(seconds=10)
"""A chunk younger than this may just be being given to the engine by the process that made it."""
ANSWER_FIRST = dt.timedelta(seconds=5)
EXPIRES = dt.timedelta(days=7)
FORGET_CHUNKS = dt.timedelta(days=1)
FORGET_EXECUTORS = dt.timedelta(days=1)
SAME_PEOPLE_STOPS = {Kind.CORRECTION: "replaced", Kind.WITHDRAWAL: "withdrawn", Kind.ALL_CLEAR: "replaced"}

Clock = Callable[[], dt.datetime]
Text = Callable[[AsyncSession, Announcement], Awaitable[Reply]]


Reminders = Callable[[AsyncSession, dt.datetime], Awaitable[Sequence[Reminder]]]


@dataclass(frozen=True)
class Rules:
    """What the dispatcher goes by, read anew at every beat. `expires`: how long a text makes sense."""

    quiet: QuietHours
    lease: dt.timedelta
    keep: dt.timedelta
    expires: dt.timedelta = EXPIRES


class Dispatcher:
    """One per sending process. `beat` is what the pulse does each second; the rarer works are beside it."""

    def __init__(
        self,
        database: Database,
        accounts: Accounts,
        engine: Engine,
        ward: Callable[[], Ward],
        rules: Rules,
        text: Text,
        clock: Clock,
        *,
        name: str,
        reminders: Reminders | None = None,
    ) -> None:
        self._database, self._accounts, self._engine = database, accounts, engine
        self._ward, self._rules, self._text, self._clock = ward, rules, text, clock
        self._name, self._reminders = name, reminders
        self._last_message: int | None = None
        self._urgent: set[int] = set()  # urgent dispatches of which something waits

    # --- what holds everything up ------------------------------------------------------------------------------------

    def hold(self, dispatch: Any) -> str:
        """Why nothing of this dispatch may go out now; empty when it may. Asked before every message: no database here."""
        if not self._ward().switch(SwitchName.ANNOUNCEMENTS).on:
            return "switch"
        if not dispatch.quiet_exempt and self._rules.quiet.covers(self._clock()):
            return "quiet"
        if self._urgent and not dispatch.urgent:
            return "urgent"
        return ""

    def everyone(self) -> bool:
        """Whether all subscribers may be written to, or, in trial mode, only staff and guests."""
        return not self._ward().is_trial

    def ways(self) -> list[Way]:
        """The accounts that can be sent through."""
        return [Way(each.id, each.name, each.channel.capabilities.window) for each in self._accounts.all()]

    # --- each second -------------------------------------------------------------------------------------------------

    async def beat(self) -> None:
        """Everything that cannot wait."""
        now = self._clock()
        await self._begin_due(now)
        await self._stop_withdrawn(now)
        await self._wake(now)
        await self._make_chunks(now)
        await self._finish(now)

    async def _begin_due(self, now: dt.datetime) -> None:
        if not self._ward().switch(SwitchName.ANNOUNCEMENTS).on:
            return
        async with self._database.read() as session:
            found = [each.id for each in await announcements.due(session, now, self._rules.quiet)]
        for announcement_id in found:
            try:
                await self.begin(announcement_id, now)
            except Exception as error:  # one that cannot be made into messages must not hold up the others
                log.exception("dispatch_not_made", announcement=announcement_id, kind=type(error).__name__)

    async def begin(self, announcement_id: int, now: dt.datetime) -> int | None:
        """Make the dispatch of a due announcement and its deliveries, in one transaction; None when another process did."""
        async with self._database.write() as session:
            if not await announcements.begin_sending(session, announcement_id, now):
                return None
            announcement = await session.get(Announcement, announcement_id, populate_existing=True)
            assert announcement is not None
            reply = await self._text(session, announcement)
            made = await recipients.make_dispatch(session, self._values(announcement, reply, now))
            if made is None:
                return None
            dispatch = await recipients.dispatch(session, made)
            total = await self._fill(session, announcement, dispatch, now)
        log.info("dispatch_made", dispatch=made, announcement=announcement_id, recipients=total)
        return made

    def _values(self, announcement: Announcement, reply: Reply, now: dt.datetime) -> dict[str, Any]:
        expires = max(announcement.banner_until or now + self._rules.expires, now + dt.timedelta(hours=1))
        return {
            "commune_id": announcement.commune_id,
            "key": f"announcement:{announcement.id}",
            "announcement_id": announcement.id,
            "version": announcement.version,
            "kind": announcement.kind,
            "topic": announcement.topic,
            "title": str(announcement.content.get("title", ""))[:300],
            "reply": reply.model_dump(mode="json"),
            "urgent": announcement.urgency == Urgency.URGENT,
            "quiet_exempt": announcement.quiet_exempt,
            "status": DispatchStatus.SENDING,
            "reason": "",
            "total": 0,
            "created_at": now,
            "expires_at": expires,
        }

    async def _fill(self, session: AsyncSession, announcement: Announcement, dispatch: Any, now: dt.datetime) -> int:
        spec = announcements.audience_spec(announcement)
        if spec.same_as:
            earlier = await recipients.chain(session, announcement)
            await recipients.stop(session, earlier, SAME_PEOPLE_STOPS.get(Kind(announcement.kind), "replaced"), now)
            await recipients.settle_stopped(session, now)
            for each in earlier:
                await announcements.finished(session, each, now)
            who = recipients.who_may_have(earlier)
        else:
            mode = "real" if self.everyone() else "trial"
            who = audience(spec.commune_id, spec.topic, spec.group_ids, spec.channels, mode=mode, urgent=spec.urgent)  # type: ignore[arg-type]
        return await self._deliver_to(session, dispatch, who, now)

    async def _deliver_to(self, session: AsyncSession, dispatch: Any, who: sa.Select[Any], now: dt.datetime) -> int:
        ways = self.ways()
        total = await recipients.fill(session, dispatch, who, ways, now)
        for stuck in await recipients.stuck(session, dispatch.id):
            await recipients.fall_back(session, stuck.id, ways, now, only_open=stuck.status == Status.WAITING)
        return total

    async def _stop_withdrawn(self, now: dt.datetime) -> None:
        """Withdrawn while sending: the rest is not sent. The claim of every single message looks, too; this is the paperwork."""
        async with self._database.read() as session:
            withdrawn = await recipients.withdrawn(session)
        if withdrawn:
            async with self._database.write() as session:
                await recipients.stop(session, withdrawn, "withdrawn", now)
                await recipients.settle_stopped(session, now)

    async def _wake(self, now: dt.datetime) -> None:
        """Who just wrote gets what waited for them."""
        async with self._database.read() as session:
            newest = await recipients.last_message(session)
            before, self._last_message = self._last_message, newest
            if before is None or newest <= before or not await recipients.anybody_waits(session):
                return
        async with self._database.write() as session:
            await recipients.wake_writers(session, before, now, now + ANSWER_FIRST)

    async def _make_chunks(self, now: dt.datetime) -> None:
        async with self._database.read() as session:
            found = await recipients.open_dispatches(session, now)
            ways = self.ways()
            to_feed = [(each, way) for each in found for way in ways if await recipients.has_queued(session, each.id, way.account_id, now)]
        self._urgent = {each.id for each, _ in to_feed if each.urgent}
        for dispatch, way in to_feed:
            if not self.hold(dispatch):
                await self._feed(dispatch, way.account_id, now)

    async def _feed(self, dispatch: Any, account_id: int, now: dt.datetime) -> None:
        """Keep a few chunks ahead of the one that is being sent."""
        account = self._accounts.by_id(account_id)
        assert account is not None
        size = int(min(LARGEST_CHUNK, max(SMALLEST_CHUNK, account.per_second * CHUNK_SECONDS)))
        while True:
            work = f"chunk-{secrets.token_hex(12)}"
            async with self._database.transact() as transaction:
                if await repository.open_chunks(transaction, account_id) > AHEAD:
                    return
                made = await repository.make_chunk(transaction, dispatch, account_id, work, size, now)
            if made is None:
                return
            await self._engine.enqueue(work, made[0], f"account-{account_id}")

    async def _finish(self, now: dt.datetime) -> None:
        async with self._database.read() as session:
            if not await recipients.to_finish(session):
                return
        async with self._database.write() as session:
            for row in await recipients.finish(session, now):
                if row.announcement_id is not None:
                    await announcements.finished(session, row.announcement_id, now)
                log.info("dispatch_done", dispatch=row.id)

    # --- now and then ------------------------------------------------------------------------------------------------

    async def heartbeat(self) -> None:
        """Say that this process lives."""
        async with self._database.transact() as transaction:
            await repository.beat(transaction, self._name, self._clock())

    async def remind(self) -> None:
        """Reminders that are due become dispatches, once each."""
        now = self._clock()
        if self._reminders is None or not self._ward().switch(SwitchName.ANNOUNCEMENTS).on:
            return
        async with self._database.read() as session:
            found = await self._reminders(session, now)
        for each in found:
            await self._begin_reminder(each, now)

    async def _begin_reminder(self, reminder: Reminder, now: dt.datetime) -> None:
        values = {
            "commune_id": 1,
            "key": f"reminder:{reminder.key}"[:250],
            "announcement_id": None,
            "version": 1,
            "kind": Kind.REMINDER,
            "topic": reminder.topic,
            "title": reminder.text.partition("\n")[0][:300],
            "reply": reminder.reply.model_dump(mode="json"),
            "urgent": False,
            "quiet_exempt": False,
            "status": DispatchStatus.SENDING,
            "reason": "",
            "total": 0,
            "created_at": now,
            "expires_at": dt.datetime.combine(reminder.day, dt.time(), VIETNAM),  # its «ngày mai» is true until midnight
        }
        async with self._database.write() as session:
            made = await recipients.make_dispatch(session, values)
            if made is None:
                return
            mode = "real" if self.everyone() else "trial"
            groups = (reminder.group_id,) if reminder.group_id is not None else ()
            who = audience(values["commune_id"], reminder.topic, groups, mode=mode)  # type: ignore[arg-type]
            total = await self._deliver_to(session, await recipients.dispatch(session, made), who, now)
        log.info("reminder_made", dispatch=made, recipients=total)

    async def replay(self) -> None:
        """Find chunks that were left behind: never given to the engine, or given up by it."""
        now = self._clock()
        async with self._database.read() as session:
            left = await repository.unfinished_chunks(session, now - SETTLED)
        if not left:
            return
        working, unknown = await self._engine.unfinished([each.work for each in left])
        for each in left:
            if each.work in unknown:
                log.warning("chunk_left_behind", chunk=each.id)
                await self._engine.enqueue(each.work, each.id, f"account-{each.account_id}")
            elif each.work not in working:
                async with self._database.transact() as transaction:
                    if await repository.finish_chunk(transaction, each.id, None, now, None):
                        log.error("chunk_given_up", chunk=each.id)

    async def sweep(self) -> None:
        """Take over what processes left that do not live any more, and send what waited for an account that works again."""
        now = self._clock()
        async with self._database.read() as session:
            dead = await repository.silent_executors(session, now - self._rules.lease)
            works = [each.id for each in await channel_accounts(session) if each.status == AccountStatus.ON]
        adopted = await self._engine.adopt([name for name in dead if name != self._name])
        if adopted:
            log.warning("executors_dead", executors=dead, adopted=adopted)
        async with self._database.transact() as transaction:
            await repository.release_accounts(transaction, works, now)
            # Only here, where their work was taken over just now: forgotten before, it would be nobody's for ever.
            await repository.forget_executors(transaction, now - FORGET_EXECUTORS)

    async def look_everywhere(self) -> None:
        """What waits for the morning or for somebody who wrote or linked a channel meanwhile, or has lost its sense."""
        now = self._clock()
        async with self._database.read() as session:
            waits, over = await recipients.anybody_waits(session), await recipients.unsettled(session, now)
        if not waits and not over:
            return
        async with self._database.write() as session:
            await recipients.wake_morning(session, now)
            for way in self.ways():
                if way.window is not None:
                    await recipients.wake_open(session, way.channel, now - way.window, now)
            await recipients.settle_stopped(session, now)
            await recipients.settle_expired(session, now)
            for delivery_id in await recipients.open_elsewhere(session, self.ways(), now):
                await recipients.fall_back(session, delivery_id, self.ways(), now, only_open=True)

    async def purge(self) -> None:
        """Erase what was kept long enough: single deliveries become counts, finished work of the engine goes."""
        now = self._clock()
        async with self._database.write() as session:
            await reporting.summarize(session, now - self._rules.keep)
        await self._engine.forget(now - FORGET_CHUNKS)
