"""What officials do with residential groups and lists of a trial; each act writes its sentence. Numbers, never persons."""

from __future__ import annotations

import datetime as dt
import secrets
from dataclasses import dataclass
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from app.audit import service as audit
from app.calendar.opening import VIETNAM
from app.errors import NotFound
from app.signed import Signed
from app.subscribers import repository
from app.subscribers.groups import NAME_LENGTH, Pasted, number_of, tidy_aliases, tidy_name
from app.subscribers.models import CodeKind
from app.subscribers.topics import Topics
from app.understanding.text import folded_words

WEEKS = 8
SMALL = 5
"""A count below is not shown: few people in a small group are somebody."""
GUEST_DAYS, MOST_DAYS = 7, 60
CODE_DIGITS, CODE_TRIES, MOST_CODES = {CodeKind.GUEST: 4, CodeKind.STAFF: 6}, 50, 20
KIND_WORDS = {CodeKind.GUEST: "khách", CodeKind.STAFF: "cán bộ"}


# --- residential groups ------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class GroupDraft:
    """A group as typed, put in order."""

    name: str
    aliases: list[str]
    active: bool = True

    @classmethod
    def typed(cls, name: str, aliases: str, *, active: bool) -> GroupDraft:
        """From the fields of a form."""
        return cls(tidy_name(name), tidy_aliases(aliases), active)

    def wrong(self, others: list[Any]) -> dict[str, str]:
        """Field → sentence, where it cannot be saved beside `others`."""
        plain = " ".join(folded_words(self.name))
        if not plain:
            return {"name": "Anh/chị ghi tên tổ, ví dụ «Tổ 12» hoặc «Thôn Phú Hạ»."}
        if len(self.name) > NAME_LENGTH:
            return {"name": f"Tên dài quá {NAME_LENGTH} chữ. Anh/chị ghi ngắn hơn."}
        if any(" ".join(folded_words(other.name)) == plain for other in others):
            return {"name": f"Đã có «{self.name}» trong danh sách."}
        taken = {" ".join(folded_words(words)): other.name for other in others for words in (other.name, *other.aliases)}
        for alias in self.aliases:
            owner = taken.get(" ".join(folded_words(alias)))
            if owner is not None:
                return {"aliases": f"«{alias}» đã là tên của {owner}."}
        return {}


async def save_group(session: AsyncSession, who: Signed, group_id: int | None, draft: GroupDraft) -> int:
    """Add or change a group; its id. Raises NotFound when this commune has no such group."""
    before = await repository.group(session, who.commune_id, group_id) if group_id is not None else None
    values = {"name": draft.name, "number": number_of(draft.name), "aliases": draft.aliases, "active": draft.active}
    saved = await repository.save_group(session, who.commune_id, group_id, values)
    if saved is None:
        raise NotFound
    await audit.record(session, who, _group_sentence(before, draft), subject=("residential_group", str(saved)))
    return saved


def _group_sentence(before: Any, draft: GroupDraft) -> str:
    if before is None:
        return f"thêm {draft.name} vào danh sách tổ dân phố"
    changes = []
    if before.name != draft.name:
        changes.append(f"tên thành {draft.name}")
    if before.aliases != draft.aliases:
        changes.append(f"cách gọi khác: {', '.join(draft.aliases) or 'không có'}")
    if before.active != draft.active:
        changes.append("dùng lại" if draft.active else "thôi dùng")
    return f"sửa {before.name}: {'; '.join(changes) or 'không đổi gì'}"


async def delete_group(session: AsyncSession, who: Signed, group_id: int) -> str:
    """Delete a group; its name. Raises NotFound."""
    group = await repository.group(session, who.commune_id, group_id)
    if group is None or not await repository.delete_group(session, who.commune_id, group_id):
        raise NotFound
    await audit.record(session, who, f"xóa {group.name} khỏi danh sách tổ dân phố", subject=("residential_group", str(group_id)))
    return str(group.name)


async def add_pasted(session: AsyncSession, who: Signed, pasted: Pasted) -> int:
    """Add the new groups of a pasted list; how many."""
    for name, aliases in pasted.new:
        values = {"name": name, "number": number_of(name), "aliases": aliases}
        await repository.save_group(session, who.commune_id, None, values)
    names = ", ".join(name for name, _ in pasted.new)
    await audit.record(session, who, f"thêm {len(pasted.new)} tổ dân phố từ danh sách dán vào: {names}")
    return len(pasted.new)


# --- the list of a trial -------------------------------------------------------------------------------------------------


async def make_code(session: AsyncSession, who: Signed, kind: CodeKind, days: int, now: dt.datetime) -> str:
    """A code that puts who types it on the list of guests or staff."""
    await repository.drop_stale_codes(session, now)
    expires_at = now + dt.timedelta(days=max(1, min(days, MOST_DAYS)))
    digits = CODE_DIGITS[kind]
    for _ in range(CODE_TRIES):
        code = f"{secrets.randbelow(9 * 10 ** (digits - 1)) + 10 ** (digits - 1)}"
        values = {"commune_id": who.commune_id, "code": code, "kind": kind, "created_at": now, "expires_at": expires_at}
        if await repository.put_code(session, values):
            break
    until = expires_at.astimezone(VIETNAM)
    sentence = f"tạo mã cho {KIND_WORDS[kind]} nhận thử tin, dùng tới ngày {until.day}/{until.month}/{until.year}"
    await audit.record(session, who, sentence, subject=("trial_list", kind))
    return code


async def drop_code(session: AsyncSession, who: Signed, code_id: int) -> None:
    """Take a code back. Raises NotFound."""
    if await repository.drop_code(session, who.commune_id, code_id) is None:
        raise NotFound
    await audit.record(session, who, "bỏ một mã nhận thử tin", subject=("trial_list", str(code_id)))


async def end_list(session: AsyncSession, who: Signed, kind: CodeKind) -> int:
    """Take everybody off the list; how many there were."""
    count = await repository.end_trial(session, who.commune_id, kind)
    await audit.record(session, who, f"bỏ hết danh sách {KIND_WORDS[kind]} nhận thử tin", subject=("trial_list", kind))
    return count


# --- numbers -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Week:
    """A week that begins on `monday`: how many came, how many left."""

    monday: dt.date
    joined: int
    left: int


@dataclass(frozen=True)
class Numbers:
    """How many follow what. Pairs of name and count."""

    total: int
    topics: list[tuple[str, int]]
    groups: list[tuple[str, int]]
    no_group: int
    channels: list[tuple[str, int]]
    guests: int
    staff: int
    weeks: list[Week]


async def numbers(session: AsyncSession, commune_id: int, topics: Topics, now: dt.datetime) -> Numbers:
    """The numbers of a commune. `weeks`: the last WEEKS, newest first, as they begin in Vietnam."""
    by_topic = await repository.count_by_topic(session, commune_id)
    by_group = await repository.count_by(session, commune_id, "group_id")
    by_channel = await repository.count_by(session, commune_id, "channel")
    today = now.astimezone(VIETNAM).date()
    mondays = [today - dt.timedelta(days=today.weekday() + 7 * back) for back in range(WEEKS - 1, -2, -1)]
    edges = [dt.datetime.combine(day, dt.time(), VIETNAM) for day in mondays]
    joined, left = await repository.count_changes(session, commune_id, edges)
    weeks = [Week(*each) for each in zip(mondays[:-1], joined, left, strict=True)]
    groups = await repository.groups(session, commune_id)
    return Numbers(
        total=sum(by_channel.values()),
        topics=[(topic.name, by_topic.get(topic.id, 0)) for topic in topics.topics],
        groups=[(group.name, by_group.get(group.id, 0)) for group in groups if group.active or by_group.get(group.id)],
        no_group=by_group.get(None, 0),
        channels=sorted(by_channel.items(), key=lambda pair: -pair[1]),
        guests=(await repository.count_by(session, commune_id, "guest")).get(True, 0),
        staff=(await repository.count_by(session, commune_id, "staff")).get(True, 0),
        weeks=weeks[::-1],
    )


def few(count: int) -> str:
    """A count as it may be shown: «chưa có», «dưới 5», or the number."""
    if count == 0:
        return "chưa có"
    return f"dưới {SMALL}" if count < SMALL else f"{count:,}".replace(",", ".")
