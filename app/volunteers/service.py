"""What the lead of the volunteers does; each act writes its sentence."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from app.audit import service as audit
from app.calendar.agenda import Entry
from app.errors import NotFound
from app.signed import Signed
from app.understanding.text import clean, folded_words
from app.visitor import Signer
from app.volunteers import joining, repository
from app.volunteers.models import Volunteer, VolunteerTeam

NAME_LENGTH, PLACE_LENGTH, PHONE_LENGTH = 80, 160, 20
_PHONE = re.compile(r"\+?[0-9 .]{8,16}")


@dataclass(frozen=True)
class TeamDraft:
    """A team as typed, put in order. `group_ids`: residential groups of the same commune."""

    name: str
    contact: str = ""
    phone: str = ""
    phone_shown: bool = False
    place: str = ""
    group_ids: frozenset[int] = frozenset()
    active: bool = True

    def wrong(self, others: Sequence[VolunteerTeam]) -> dict[str, str]:
        """Field → sentence, where it cannot be saved beside `others`."""
        found: dict[str, str] = {}
        if not folded_words(self.name):
            found["name"] = "Anh/chị ghi tên tổ, ví dụ «Tổ công nghệ số cộng đồng tổ 12»."
        elif len(self.name) > NAME_LENGTH:
            found["name"] = f"Tên dài quá {NAME_LENGTH} chữ. Anh/chị ghi ngắn hơn."
        elif any(folded_words(other.name) == folded_words(self.name) for other in others):
            found["name"] = f"Đã có «{self.name}» trong danh sách."
        if len(self.contact) > NAME_LENGTH:
            found["contact"] = f"Tên dài quá {NAME_LENGTH} chữ. Anh/chị ghi ngắn hơn."
        if self.phone and (not _PHONE.fullmatch(self.phone) or sum(letter.isdigit() for letter in self.phone) < 8):
            found["phone"] = "Số điện thoại chỉ gồm chữ số và dấu cách, từ 8 số."
        if self.phone_shown and not self.phone:
            found["phone"] = "Anh/chị ghi số điện thoại mà tổ đồng ý cho bà con thấy."
        if len(self.place) > PLACE_LENGTH:
            found["place"] = f"Nơi gặp dài quá {PLACE_LENGTH} chữ. Anh/chị ghi ngắn hơn."
        return found


def tidy(text: str, most: int) -> str:
    """One line as it is kept; of a flood only so much that its length can be told."""
    return clean(text[: 4 * most]).strip(" ,;")[: most + 1]


def wrong_name(name: str) -> str:
    """Why a volunteer cannot be called this; empty when it is fine."""
    if not folded_words(name):
        return "Anh/chị ghi họ tên tình nguyện viên."
    return f"Tên dài quá {NAME_LENGTH} chữ. Anh/chị ghi ngắn hơn." if len(name) > NAME_LENGTH else ""


# --- teams ---------------------------------------------------------------------------------------------------------


async def save_team(
    session: AsyncSession, who: Signed, team_id: int | None, draft: TeamDraft, group_names: Iterable[str], now: dt.datetime
) -> VolunteerTeam:
    """Add or change a team. `group_names`: of its groups, for the record. Raises NotFound."""
    row = await repository.team(session, who.commune_id, team_id) if team_id is not None else None
    if row is None and team_id is not None:
        raise NotFound
    new = row is None
    if row is None:
        row = VolunteerTeam(commune_id=who.commune_id)
        session.add(row)
    row.name, row.contact, row.phone, row.phone_shown = draft.name, draft.contact, draft.phone, draft.phone_shown
    row.place, row.active, row.updated_at = draft.place, draft.active, now
    await session.flush()
    await repository.set_groups(session, who.commune_id, row.id, sorted(draft.group_ids))
    told = [
        f"phụ trách {', '.join(group_names) or 'chưa nơi nào'}",
        "cho bà con thấy số điện thoại" if draft.phone_shown else "không cho thấy số điện thoại",
        *([] if draft.active else ["thôi dùng"]),
    ]
    await audit.record(session, who, f"{'thêm' if new else 'sửa'} {draft.name}: {'; '.join(told)}", subject=("volunteer_team", str(row.id)))
    return row


async def delete_team(session: AsyncSession, who: Signed, team_id: int) -> str:
    """Delete a team; its volunteers stay, without a team. Its name. Raises NotFound."""
    row = await repository.team(session, who.commune_id, team_id)
    if row is None:
        raise NotFound
    name = row.name
    await repository.remove(session, row)
    await audit.record(session, who, f"xóa {name} khỏi danh sách tổ tình nguyện", subject=("volunteer_team", str(team_id)))
    return name


# --- volunteers ------------------------------------------------------------------------------------------------------


async def add_volunteer(
    session: AsyncSession, who: Signed, signer: Signer, name: str, team_id: int | None, now: dt.datetime
) -> tuple[Volunteer, str]:
    """A new volunteer and the code to join with."""
    row = Volunteer(commune_id=who.commune_id, team_id=await _team_id(session, who, team_id), name=name, created_at=now)
    session.add(row)
    await session.flush()
    return await invite(session, who, signer, row.id, now)


async def edit_volunteer(session: AsyncSession, who: Signed, volunteer_id: int, name: str, team_id: int | None) -> Volunteer:
    """Change name and team. Raises NotFound."""
    row = await _volunteer(session, who, volunteer_id)
    before, row.name, row.team_id = row.name, name, await _team_id(session, who, team_id)
    await session.flush()
    await audit.record(session, who, f"sửa tình nguyện viên {before}", subject=("volunteer", str(row.id)))
    return row


async def invite(session: AsyncSession, who: Signed, signer: Signer, volunteer_id: int, now: dt.datetime) -> tuple[Volunteer, str]:
    """A volunteer and a new code; it works once, for seven days. Whom the lead had ended is back. Raises NotFound."""
    row = await _volunteer(session, who, volunteer_id)
    row.ended_at = None
    code = await joining.invite(session, signer, row, now)
    await audit.record(session, who, f"tạo mã mời cho {row.name}", subject=("volunteer", str(row.id)))
    return row, code


async def end(session: AsyncSession, who: Signed, volunteer_id: int, coming: Iterable[str], now: dt.datetime) -> Volunteer:
    """End an account: the phone is signed out at its next step, the code works no more, `coming` sessions are given up."""
    row = await _volunteer(session, who, volunteer_id)
    row.ended_at, row.token_hash = row.ended_at or now, None
    await repository.take_back(session, row.id)
    for uid in coming:
        await repository.unassign(session, who.commune_id, uid, [row.id])
    await audit.record(session, who, f"cho {row.name} thôi làm tình nguyện viên", subject=("volunteer", str(row.id)))
    return row


async def forget(session: AsyncSession, who: Signed, volunteer_id: int) -> None:
    """Erase an ended volunteer; the tallies stay without a name. Raises NotFound."""
    row = await _volunteer(session, who, volunteer_id)
    if row.ended_at is None:
        raise NotFound
    await repository.remove(session, row)
    await audit.record(session, who, "xóa tên một tình nguyện viên đã thôi", subject=("volunteer", str(volunteer_id)))


# --- roster ----------------------------------------------------------------------------------------------------------


async def assign(session: AsyncSession, who: Signed, entry: Entry, volunteer_ids: set[int], now: dt.datetime) -> None:
    """Let exactly these volunteers of the commune be on the roster of a session; who stays keeps the answer."""
    people = {each.id: each.name for each in await repository.volunteers(session, who.commune_id, active=True)}
    wanted = volunteer_ids & set(people)
    before = {person.id for _, person in await repository.shifts(session, who.commune_id, [entry.uid])}
    await repository.unassign(session, who.commune_id, entry.uid, before - wanted)
    await repository.assign(session, who.commune_id, entry.uid, sorted(wanted - before), now)
    names = ", ".join(name for each, name in people.items() if each in wanted) or "chưa ai"
    sentence = f"phân công «{entry.title}» ngày {entry.day.day}/{entry.day.month}/{entry.day.year}: {names}"
    await audit.record(session, who, sentence, subject=("volunteer_roster", entry.uid))


async def _volunteer(session: AsyncSession, who: Signed, volunteer_id: int) -> Volunteer:
    row = await repository.volunteer(session, who.commune_id, volunteer_id)
    if row is None:
        raise NotFound
    return row


async def _team_id(session: AsyncSession, who: Signed, team_id: int | None) -> int | None:
    """The team, if it is of this commune. Raises NotFound."""
    if team_id is None:
        return None
    if await repository.team(session, who.commune_id, team_id) is None:
        raise NotFound
    return team_id
