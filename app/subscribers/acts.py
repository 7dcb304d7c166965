"""What a wish does, in the transaction of the message that said it, and the reply that tells so."""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from jinja2 import Environment

from app.calendar.facts import SERVICE_TOPIC, VIETNAM
from app.database import Transaction
from app.messages import Choice, Door, Incoming, Link, Reply
from app.subscribers import repository
from app.subscribers.groups import is_name, meant
from app.subscribers.hearing import OURS, Act, Expects, Wish
from app.subscribers.models import CodeKind
from app.subscribers.saying import Saying
from app.subscribers.topics import GENERAL, Topics
from app.subscribers.tries import Tries

UNWRITABLE = frozenset({"web", "api"})
"""Channels on which nobody can be written to first."""
CODE_LIVES = dt.timedelta(minutes=15)
CODE_DIGITS, CODE_TRIES = 6, 20
EXAMPLE = "tổ 12"


@dataclass(frozen=True)
class Done:
    """What to say, and what that asks for."""

    reply: Reply
    expects: Expects = Expects.NOTHING


@dataclass(frozen=True)
class _Asking:
    """One wish with everything around it. `row`: the subscriber, None when this person follows nothing and never did."""

    session: Transaction
    person: repository.Person
    account_id: int | None
    wish: Wish
    now: dt.datetime
    row: Any

    @property
    def commune_id(self) -> int:
        return self.person[0]

    @property
    def channel(self) -> str:
        return self.person[1]

    @property
    def active(self) -> bool:
        """Whether there is a subscriber who did not leave."""
        return self.row is not None and self.row.left_at is None


class Acts:
    """Performs wishes.

    `topics`: those in use now. `doors`: the ways into our chats, for who asks on the web page. `trial`: whether the ward only
    tries things out, and who follows gets nothing yet.
    """

    def __init__(
        self,
        environment: Environment,
        topics: Callable[[], Topics],
        public_url: str,
        doors: Callable[[], Sequence[Door]] = tuple,
        trial: Callable[[], bool] = lambda: False,
    ) -> None:
        self._trial = trial
        self._say = Saying(environment)
        self._topics, self._public_url, self._doors = topics, public_url, doors
        self._tries = Tries()

    async def perform(self, session: Transaction, incoming: Incoming, wish: Wish, now: dt.datetime) -> Done | None:
        """Do what was wished. None: it was nothing after all, or is the conversation's own matter; the usual answer stands."""
        if wish.act in OURS:
            return None
        if incoming.channel in UNWRITABLE:
            return Done(self._on_the_web(wish)) if wish.sure else None
        person = (incoming.commune_id, incoming.channel, incoming.person)
        row = await repository.find(session, person)
        asking = _Asking(session, person, incoming.account_id, wish, now, row)
        done: Done | None = await self._performers[wish.act](asking)
        return done

    async def forget(self, session: Transaction, person: repository.Person) -> None:
        """Erase everything of a person on this channel."""
        await repository.forget(session, person)

    async def left(self, session: Transaction, person: repository.Person, now: dt.datetime) -> None:
        """The person blocked us: nothing may be sent until they follow again."""
        await repository.leave(session, person, now)

    @property
    def _performers(self) -> dict[Act, Any]:
        return {
            Act.FOLLOW: self._follow,
            Act.UNFOLLOW: self._unfollow,
            Act.WHY: self._why,
            Act.MINE: self._mine,
            Act.TOPICS: self._offer,
            Act.GROUP: self._set_group,
            Act.LINK: self._link,
            Act.UNLINK: self._unlink,
            Act.LINK_CODE: self._link_code,
            Act.GUEST: self._guest,
        }

    # --- following and leaving ----------------------------------------------------------------------------------------

    async def _follow(self, asking: _Asking) -> Done:
        topics = self._topics()
        wish = asking.wish
        wanted = [topic.id for topic in topics.topics] if wish.everything else [id_ for id_ in wish.topics if id_ in topics.by_id]
        known = {each.topic for each in await self._followed(asking)}
        subscriber_id = await self._join(asking)
        await repository.follow(asking.session, asking.commune_id, subscriber_id, wanted or [GENERAL], wish.words, asking.now)
        groups = await repository.groups(asking.session, asking.commune_id, active=True)
        found = meant(groups, wish.plain, answering=False) if wish.group else []
        if len(found) == 1:
            await repository.change(asking.session, subscriber_id, group_id=found[0].id)
        unknown = wish.group if groups and not found else ""
        group = found[0].name if len(found) == 1 else "" if wish.group else self._own_group(asking, groups)
        asks = bool(groups) and not group
        names = [topics.name(id_) for id_ in wanted or [GENERAL]]
        reply = self._say.reply(
            "followed",
            self._to_choose(found),
            channel=self._say.channel(asking.channel),
            limit=self._say.limit(asking.channel),
            added=[name for id_, name in zip(wanted or [GENERAL], names, strict=True) if id_ not in known],
            known=names,
            group=group,
            unknown_group=unknown,
            asks=asks,
            example=self._example(groups),
            new=not asking.active,
            trial=self._trial() and not (asking.active and (asking.row.guest or asking.row.staff)),
        )
        return Done(reply, Expects.GROUP if asks else Expects.NOTHING)

    async def _join(self, asking: _Asking) -> int:
        """The subscriber's id; made, or brought back with nothing of what they followed before they left."""
        if asking.active:
            if asking.account_id is not None and asking.row.account_id != asking.account_id:
                await repository.change(asking.session, asking.row.id, account_id=asking.account_id)
            return int(asking.row.id)
        consent = {"consent_at": asking.now, "consent_words": asking.wish.words, "account_id": asking.account_id}
        subscriber_id = await repository.add(asking.session, asking.person, consent | {"person_key": secrets.token_hex(16)})
        if asking.row is not None:
            await repository.unfollow(asking.session, subscriber_id)
        return subscriber_id

    async def _followed(self, asking: _Asking) -> Sequence[Any]:
        return await repository.topics_of(asking.session, asking.row.id) if asking.active else ()

    async def _unfollow(self, asking: _Asking) -> Done | None:
        followed = [each.topic for each in await self._followed(asking)]
        wish, topics = asking.wish, self._topics()
        if not followed and await self._linked(asking):
            return await self._unlink(asking)
        if not followed:
            return Done(self._say.reply("nothing")) if wish.sure else None
        if wish.group and not wish.topics:
            groups = await repository.groups(asking.session, asking.commune_id)
            group = self._own_group(asking, groups) or wish.group
            await repository.change(asking.session, asking.row.id, group_id=None)
            return Done(self._say.reply("group_dropped", group=group, left=[topics.name(id_) for id_ in followed]))
        elsewhere = [channel for _, channel in await self._followed_on(asking, await self._linked(asking))]
        gone = [id_ for id_ in followed if not wish.topics or id_ in wish.topics]
        left = [id_ for id_ in followed if id_ not in gone]
        await repository.unfollow(asking.session, asking.row.id, gone)
        if not left:
            await repository.change(asking.session, asking.row.id, group_id=None, guest=False, staff=False, left_at=asking.now)
        reply = self._say.reply(
            "unfollowed",
            gone=[topics.name(id_) for id_ in gone],
            left=[topics.name(id_) for id_ in left],
            channel=self._say.channel(asking.channel),
            others=[] if left else list(dict.fromkeys(elsewhere)),
        )
        return Done(reply)

    async def _offer(self, asking: _Asking) -> Done:
        del asking
        choices = [Choice(label=topic.name, send=f"nhận tin {topic.name}") for topic in self._topics().topics]
        return Done(self._say.reply("topics", choices), Expects.TOPIC)

    # --- what is kept, and why ------------------------------------------------------------------------------------------

    async def _mine(self, asking: _Asking) -> Done:
        followed = await self._followed(asking)
        linked = await self._linked(asking)
        others = [self._say.channel(each.channel) for each in linked]
        if not followed:
            elsewhere = await self._followed_on(asking, linked)
            known = [self._topics().name(topic) for topic in dict.fromkeys(each.topic for each, _ in elsewhere)]
            return Done(self._say.reply("mine_linked", others=others, known=known) if known else self._say.reply("nothing"))
        groups = await repository.groups(asking.session, asking.commune_id, active=True)
        reply = self._say.reply(
            "mine",
            channel=self._say.channel(asking.channel),
            known=[self._topics().name(each.topic) for each in followed],
            group=self._own_group(asking, groups),
            example=self._example(groups) if groups else "",
            others=others,
            guest=asking.row.guest or asking.row.staff,
        )
        return Done(reply)

    async def _why(self, asking: _Asking) -> Done:
        here = [(each, "") for each in await self._followed(asking)]
        followed = [*here, *await self._followed_on(asking, await self._linked(asking))]
        if not followed:
            return Done(self._say.reply("why_nothing", channel=self._say.channel(asking.channel)))
        groups = await repository.groups(asking.session, asking.commune_id)
        given = [
            {"name": self._topics().name(each.topic), "day": _day(each.created_at), "words": each.words, "channel": channel}
            for each, channel in followed
        ]
        return Done(self._say.listing("why", given, group=self._own_group(asking, groups)))

    async def _linked(self, asking: _Asking) -> list[Any]:
        """The other channels of this person."""
        if not asking.active:
            return []
        linked = await repository.linked(asking.session, asking.commune_id, asking.row.person_key)
        return [each for each in linked if each.id != asking.row.id]

    async def _followed_on(self, asking: _Asking, linked: Sequence[Any]) -> list[tuple[Any, str]]:
        """What this person follows on other channels, each with the channel's name."""
        return [
            (each, self._say.channel(other.channel)) for other in linked for each in await repository.topics_of(asking.session, other.id)
        ]

    # --- residential group ------------------------------------------------------------------------------------------------

    async def _set_group(self, asking: _Asking) -> Done | None:
        wish = asking.wish
        if not asking.active:
            return Done(self._say.reply("nothing")) if wish.sure else None
        groups = await repository.groups(asking.session, asking.commune_id, active=True)
        if wish.whole and not any(is_name(group, wish.group) for group in groups):
            return None
        if not groups:
            return Done(self._say.reply("no_groups"))
        if not wish.group:
            return Done(self._say.reply("ask_group", example=self._example(groups)), Expects.GROUP)
        found = meant(groups, wish.group, answering=True)
        if not found:
            unknown = self._say.reply("group_unknown", said=wish.group, example=self._example(groups))
            return Done(unknown, Expects.GROUP) if wish.sure else None
        if len(found) > 1:
            return Done(self._say.reply("group_several", self._to_choose(found)), Expects.GROUP)
        await repository.change(asking.session, asking.row.id, group_id=found[0].id)
        return Done(self._say.reply("group_set", group=found[0].name))

    @staticmethod
    def _to_choose(found: Sequence[Any]) -> list[Choice]:
        return [Choice(label=group.name, send=f"tôi ở {group.name}") for group in found] if len(found) > 1 else []

    @staticmethod
    def _own_group(asking: _Asking, groups: Sequence[Any]) -> str:
        if asking.row is None or asking.row.group_id is None:
            return ""
        return next((group.name for group in groups if group.id == asking.row.group_id), "")

    @staticmethod
    def _example(groups: Sequence[Any]) -> str:
        """A group of this ward as an example, the way people write it."""
        name = str(groups[0].name) if groups else EXAMPLE
        return name[:1].lower() + name[1:]

    # --- codes -------------------------------------------------------------------------------------------------------------

    async def _link(self, asking: _Asking) -> Done:
        if not await self._followed(asking):
            return Done(self._say.reply("nothing"))
        await repository.drop_stale_codes(asking.session, asking.now)
        await repository.drop_codes(asking.session, asking.person)
        commune_id, channel, who = asking.person
        times = {"created_at": asking.now, "expires_at": asking.now + CODE_LIVES}
        for _ in range(CODE_TRIES):
            code = f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}d}"
            values = {"commune_id": commune_id, "code": code, "kind": CodeKind.LINK, "channel": channel, "person": who} | times
            if await repository.put_code(asking.session, values):
                break
        return Done(self._say.reply("link", code=code, minutes=int(CODE_LIVES.total_seconds() // 60)))

    async def _link_code(self, asking: _Asking) -> Done | None:
        code = await self._typed(asking, (CodeKind.LINK,))
        if code is None or isinstance(code, Done):
            return code
        maker = await repository.find(asking.session, (asking.commune_id, code.channel, code.person))
        if maker is None or maker.left_at is not None:
            return self._wrong(asking)
        if code.channel == asking.channel:
            return Done(self._say.reply("link_same"))
        subscriber_id = await self._join(asking)
        if asking.row is not None:
            await repository.join(asking.session, asking.commune_id, asking.row.person_key, maker.person_key)
        await repository.change(asking.session, subscriber_id, person_key=maker.person_key)
        await repository.drop_codes(asking.session, (asking.commune_id, code.channel, code.person))
        names = [self._say.channel(code.channel), self._say.channel(asking.channel)]
        return Done(self._say.reply("linked", names=names))

    async def _unlink(self, asking: _Asking) -> Done:
        if asking.row is None:
            return Done(self._say.reply("nothing"))
        kept = {} if await self._followed(asking) else {"left_at": asking.now}  # linked only: nothing is sent here any more
        await repository.change(asking.session, asking.row.id, person_key=secrets.token_hex(16), **kept)
        return Done(self._say.reply("unlinked", followed=not kept))

    async def _guest(self, asking: _Asking) -> Done | None:
        code = await self._typed(asking, (CodeKind.GUEST, CodeKind.STAFF))
        if code is None or isinstance(code, Done):
            return code
        subscriber_id = await self._join(asking)
        staff = code.kind == CodeKind.STAFF
        await repository.change(asking.session, subscriber_id, **({"staff": True} if staff else {"guest": True}))
        every = [topic.id for topic in self._topics().topics]
        await repository.follow(asking.session, asking.commune_id, subscriber_id, every, asking.wish.words, asking.now)
        await repository.count_use(asking.session, code.id)
        return Done(self._say.reply("guest", staff=staff, channel=self._say.channel(asking.channel)))

    async def _typed(self, asking: _Asking, kinds: Sequence[CodeKind]) -> Any:
        """The code that was typed; what to say when it is none; None when it was perhaps no code at all."""
        if not self._tries.left(asking.person, asking.now):
            return Done(self._say.reply("code_often")) if asking.wish.sure else None
        code = await repository.live_code(asking.session, asking.commune_id, asking.wish.code, kinds, asking.now)
        if code is None:
            self._tries.failed(asking.person, asking.now)
            return self._wrong(asking)
        return code

    def _wrong(self, asking: _Asking) -> Done | None:
        return Done(self._say.reply("code_wrong")) if asking.wish.sure else None

    # --- on the web page ---------------------------------------------------------------------------------------------------

    def _on_the_web(self, wish: Wish) -> Reply:
        """Nobody can be written to there: the doors to the chats, the page and the feed of what was wished."""
        doors = list(self._doors())
        feed = f"{wish.topics[0]}/" if len(wish.topics) == 1 and wish.topics[0] in self._topics().by_id else ""
        links = [Link(label=door.name, url=door.url) for door in doors]
        links.append(Link(label=self._say.word("web", "notices"), url=f"{self._public_url}/thong-bao"))
        links.append(Link(label=self._say.word("web", "feed"), url=f"{self._public_url}/thong-bao/{feed}atom.xml"))
        if SERVICE_TOPIC in wish.topics:
            links.append(Link(label=self._say.word("web", "calendar"), url=f"{self._public_url}/lich.ics"))
        return self._say.reply("web", links=links, doors=[door.name for door in doors])


def _day(moment: dt.datetime) -> str:
    """The day in Vietnam, as people write it."""
    day = moment.astimezone(VIETNAM)
    return f"{day.day}/{day.month}/{day.year}"
