"""Announcements of the two months: written, approved, sent, corrected by the ward's own services. Nothing goes out of the machine."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from types import SimpleNamespace
from typing import Any, cast

from sqlalchemy.ext.asyncio import AsyncSession

from app.announcements import repository as announcements
from app.announcements import service
from app.announcements.checking import Rules
from app.announcements.content import Cap, Content, Draft, draft_of
from app.announcements.models import Announcement, Kind, Urgency
from app.announcements.published import reply_of
from app.announcements.quiet import QuietHours
from app.channels.accounts import Accounts
from app.deliveries import recipients
from app.deliveries.dispatcher import Dispatcher
from app.deliveries.dispatcher import Rules as SendingRules
from app.deliveries.engine import Engine
from app.deliveries.models import Status
from app.demo import repository
from app.demo.people import COMMUNE
from app.demo.stage import Happening, Stage
from app.messages import Reply
from app.signed import Role, Signed
from app.ward.ward import Ward, WardMode

ARRIVES = dt.timedelta(minutes=7)
APPROVED_AFTER = dt.timedelta(minutes=12)
ZALO_WINDOW = dt.timedelta(days=7)
OUTCOMES: dict[str, Sequence[tuple[Status, str, int]]] = {
    "zalo_oa": (
        (Status.SEEN, "", 55),
        (Status.DELIVERED, "", 25),
        (Status.SENT, "", 14),
        (Status.SKIPPED, "blocked", 3),
        (Status.UNKNOWN, "no_answer", 1),
        (Status.FAILED, "too_often", 2),
    ),
    "zalo_bot": ((Status.SENT, "", 96), (Status.SKIPPED, "blocked", 3), (Status.FAILED, "too_often", 1)),
    "telegram": ((Status.SENT, "", 96), (Status.SKIPPED, "blocked", 3), (Status.UNKNOWN, "no_answer", 1)),
}
"""What became of sent messages, by channel, with how often."""


class News:
    """Writes announcements and lets them go out at their moment."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._rules = Rules(stage.knowledge.now.topics, QuietHours.parse(stage.settings.quiet_hours), set(stage.groups.values()))
        self._dispatcher = _dispatcher(stage, self._text)
        self._numbers: dict[int, int] = {}

    def happenings(self) -> list[Happening]:
        """Everything the story tells of announcements."""
        found: list[Happening] = []
        for key, told in enumerate(self._stage.story["announcements"]):
            found += self._of(key, told)
        return found

    def _of(self, key: int, told: dict[str, Any]) -> Iterator[Happening]:
        at = self._stage.days.at(told["at"])
        then = told.get("then", "sent")

        async def write(now: dt.datetime) -> None:
            async with self._stage.database.write() as session:
                made = await service.create(session, self._writer(key), self._draft(told), self._rules, now)
                self._numbers[key] = made.id
                if then in {"waiting", "scheduled", "sent", "returned"}:
                    await service.submit(session, self._writer(key), made.id, made.version, now)
                if then == "dropped":
                    await service.drop(session, self._writer(key), made.id, made.version, now)

        yield Happening(at - APPROVED_AFTER, write, official=True)
        if then in {"scheduled", "sent"}:
            yield Happening(at, lambda now: self._approve(self._numbers[key], now, send=then == "sent"), official=True)
        if then == "returned":
            yield Happening(at, lambda now: self._give_back(self._numbers[key], told["note"], now), official=True)
        for each in told.get("follow_ups", []):
            later = self._stage.days.at(each["at"])
            yield Happening(later, lambda now, each=each: self._follow_up(key, each, now), official=True)  # type: ignore[misc]

    # --- acts ----------------------------------------------------------------------------------------------------------

    async def _follow_up(self, key: int, told: dict[str, Any], now: dt.datetime) -> None:
        writer = self._writer(key)
        async with self._stage.database.write() as session:
            made = await service.follow_up(session, writer, self._numbers[key], Kind(told["kind"]), now)
            draft = draft_of(made)
            content = Content.model_validate(draft.content.model_dump() | self._said(told["content"]))
            made = await service.update(
                session, writer, made.id, made.version, draft.model_copy(update={"content": content}), self._rules, now
            )
            await service.submit(session, writer, made.id, made.version, now)
            number = made.id
        await self._approve(number, now + dt.timedelta(minutes=1), send=True)

    async def _give_back(self, number: int, note: str, now: dt.datetime) -> None:
        async with self._stage.database.write() as session:
            found = await self._announcement(session, number)
            await service.give_back(session, self._stage.who(Role.EDITOR), number, found.version, note, now)

    async def _approve(self, number: int, now: dt.datetime, *, send: bool) -> None:
        async with self._stage.database.write() as session:
            found = await self._announcement(session, number)
            approver = Role.LEADER if found.urgency == Urgency.URGENT else Role.EDITOR
            await service.approve(session, self._stage.who(approver), number, found.version, self._rules, now)
        if send:
            await self._dispatcher.begin(number, now)
            await self._arrive(now + ARRIVES)
            await self._stage.hear()

    async def _arrive(self, now: dt.datetime) -> None:
        """What the platforms would have said."""
        rng = self._stage.rng
        async with self._stage.database.write() as session:
            outcomes = []
            for row in await repository.queued(session):
                chances = OUTCOMES[row.channel]
                status, reason, _ = rng.choices(chances, [chance for _, _, chance in chances])[0]
                outcomes.append({"id_": row.id, "status_": status, "reason_": reason, "updated_": now})
            await repository.settle(session, outcomes)
            for row in await recipients.finish(session, now):
                await service.finished(session, row.announcement_id, now)

    # --- what is needed for it -----------------------------------------------------------------------------------------

    async def _announcement(self, session: AsyncSession, number: int) -> Announcement:
        found = await announcements.announcement(session, COMMUNE, number)
        assert found is not None
        return found

    async def _text(self, session: AsyncSession, announcement: Announcement) -> Reply:
        return await reply_of(session, announcement, self._stage.profile, self._stage.settings.public_url)

    def _writer(self, key: int) -> Signed:
        writers = [each for each in self._stage.people.values() if each.role == Role.OFFICIAL]
        return writers[key % len(writers)]

    def _said(self, content: dict[str, str]) -> dict[str, str]:
        return {name: self._stage.days.say(text) for name, text in content.items()}

    def _draft(self, told: dict[str, Any]) -> Draft:
        days = self._stage.days
        banner = told.get("banner")
        return Draft(
            content=Content.model_validate(self._said(told["content"])),
            topic=told["topic"],
            urgency=Urgency.URGENT if told.get("urgent") else Urgency.NORMAL,
            group_ids=tuple(self._stage.groups[number] for number in told.get("groups", [])),
            channels=tuple(self._stage.accounts),
            scheduled_at=days.later(told["send"]) if "send" in told else None,
            quiet_exempt="exempt" in told,
            quiet_reason=told.get("exempt", ""),
            banner_until=days.later([banner, "23:59"]) if banner is not None else None,
            cap=Cap.model_validate(told["cap"]) if "cap" in told else None,
        )


def _dispatcher(stage: Stage, text: Any) -> Dispatcher:
    """The ward's dispatcher, with accounts that are only names: it makes deliveries, and has nothing to send them with."""
    windows = {"zalo_oa": ZALO_WINDOW}
    accounts = [
        SimpleNamespace(id=number, name=name, channel=SimpleNamespace(capabilities=SimpleNamespace(window=windows.get(name))))
        for name, number in stage.accounts.items()
    ]
    names = cast("Accounts", SimpleNamespace(all=lambda: accounts))
    engine = cast("Engine", SimpleNamespace())
    real = Ward.made(stage.profile, WardMode.REAL, {})
    rules = SendingRules(QuietHours.parse(stage.settings.quiet_hours), stage.settings.channel_lease, stage.settings.keep_deliveries)
    return Dispatcher(stage.database, names, engine, lambda: real, rules, text, stage.clock, name="demo")
