"""What stands published, as the assistant may tell it: small frozen values that travel between processes."""

from __future__ import annotations

import datetime as dt
import re

from pydantic import BaseModel, ConfigDict
from sqlalchemy.ext.asyncio import AsyncSession

from app.announcements import repository
from app.announcements.content import is_exercise
from app.announcements.messages import day_of
from app.announcements.models import Kind, Urgency
from app.announcements.published import Standing, standing
from app.announcements.words import words
from app.subscribers import repository as subscribers

KEPT = dt.timedelta(days=45)
"""How long ago people last heard of what is still told."""
MOST = 30
_DATE = re.compile(r"(?<![\d/])(\d{1,2})/(\d{1,2})/(\d{4})(?![\d/])")
_PIECE = re.compile(r"[^\W_]+|\S")
_BESIDE_DATES = "sáng chiều trưa tối đêm buổi ngày thứ hai ba tư năm sáu bảy chủ nhật cn lúc giờ phút và từ đến tới - – : , ; . ( )"
_OF_A_DAY = frozenset(_BESIDE_DATES.split())
_UNTIL = frozenset(["đến", "tới", "-", "–"])
_TIME = re.compile(r"\d{1,2}(?:[hg]\d{0,2})?")


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True)


class NewsGroup(_Frozen):
    """A residential group as `app.subscribers.groups.meant` reads it."""

    id: int
    name: str
    number: str = ""
    aliases: tuple[str, ...] = ()


class News(_Frozen):
    """One announcement as it stands. `title` says «Đính chính:», «Thu hồi:», «DIỄN TẬP:» itself.

    `remark`: what was wrong before, or that it is only an exercise. `groups`: for whom, all when empty. `hidden`: words it is
    found by and that are never told, such as those of what was withdrawn.
    """

    id: int
    title: str
    topic: str
    address: str
    published: dt.datetime
    updated: dt.datetime
    kind: Kind = Kind.ORIGINAL
    what: str = ""
    when: str = ""
    where: str = ""
    who: str = ""
    do: str = ""
    remark: str = ""
    groups: tuple[NewsGroup, ...] = ()
    urgent_until: dt.datetime | None = None
    exercise: bool = False
    hidden: str = ""

    @property
    def is_withdrawn(self) -> bool:
        return self.kind is Kind.WITHDRAWAL

    def is_in_force(self, now: dt.datetime) -> bool:
        """Whether it is urgent and the danger, or its end, is still above every page."""
        return self.urgent_until is not None and self.urgent_until > now

    def is_over(self, today: dt.date) -> bool:
        """Whether `when` names nothing but whole dates that have passed; a doubt («từ 24/11/2026», «hằng tuần») is no."""
        days = [_day(match) for match in _DATE.finditer(self.when)]
        if not days or not all(day is not None and day < today for day in days):
            return False
        pieces = _PIECE.findall(_DATE.sub(" # ", self.when.casefold()))
        if not all(piece == "#" or piece in _OF_A_DAY or _TIME.fullmatch(piece) for piece in pieces):
            return False
        begun = pieces[len(pieces) - pieces[::-1].index("từ") :] if "từ" in pieces else None
        return begun is None or any(piece in _UNTIL and "#" in begun[at:] for at, piece in enumerate(begun))


def _day(match: re.Match[str]) -> dt.date | None:
    try:
        return dt.date(int(match[3]), int(match[2]), int(match[1]))
    except ValueError:
        return None


async def read_news(session: AsyncSession, commune_id: int, now: dt.datetime) -> tuple[News, ...]:
    """What the commune's people last heard of, newest first; what is urgent and in force before all."""
    roots = await repository.heard_of(session, commune_id, now - KEPT, now, limit=MOST)
    if not roots:
        return ()
    named = {
        row.id: NewsGroup(id=row.id, name=row.name, number=row.number, aliases=tuple(row.aliases))
        for row in (await subscribers.groups(session, commune_id) if any(root.group_ids for root in roots) else ())
    }
    found = [_news(each, named) for each in await standing(session, commune_id, roots)]
    return tuple(sorted(found, key=lambda each: (each.is_in_force(now), each.updated, each.id), reverse=True))


def _news(stands: Standing, named: dict[int, NewsGroup]) -> News:
    content, root = stands.content, stands.root
    kind = Kind.WITHDRAWAL if stands.is_withdrawn else Kind(stands.now.kind)
    exercise = is_exercise(root)
    practised = words().exercise_line if exercise else ""
    known = {
        "id": root.id,
        "title": stands.title,
        "topic": root.topic,
        "address": stands.address,
        "published": stands.published,
        "updated": stands.updated,
        "kind": kind,
        "exercise": exercise,
        "groups": tuple(named[number] for number in root.group_ids if number in named),
    }
    if kind is Kind.WITHDRAWAL:  # nothing of what is no longer so is repeated
        remark = " ".join(filter(None, (practised, words().withdraws.format(date=day_of(stands.published)), content.note)))
        return News(**known, remark=remark, hidden=f"{root.content.get('title', '')}\n{root.content.get('what', '')}")
    told = {name: getattr(content, name) for name in ("what", "when", "where", "who", "do")}
    until = stands.now.banner_until if stands.now.urgency == Urgency.URGENT else None
    return News(**known, **told, remark=" ".join(filter(None, (practised, content.note))), urgent_until=until)
