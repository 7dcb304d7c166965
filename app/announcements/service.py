"""What officials do with announcements, and what the sender asks. Each act is one transaction and one sentence of the audit."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from app.announcements import repository
from app.announcements.checking import PUBLISHERS, Rules, check, complete, may_approve
from app.announcements.content import Content, Draft, draft_of, slug_of
from app.announcements.models import Announcement, AnnouncementFile, AnnouncementVersion, Kind, Status, Urgency
from app.announcements.quiet import QuietHours
from app.announcements.states import OPEN, SENT, checked
from app.announcements.words import words
from app.audit import service as audit
from app.errors import BadInput, NotAllowed, NotFound
from app.signed import Signed
from app.ward.service import mode_of
from app.ward.ward import WardMode

BANNER = dt.timedelta(hours=24)
EDITED_MEANWHILE = "Người khác vừa sửa thông báo này. Anh/chị tải lại trang, xem chỗ đã sửa rồi làm tiếp."


@dataclass(frozen=True)
class AudienceSpec:
    """Who gets it. `group_ids` empty: the whole ward. `same_as`: not by topic and group, but who got these announcements."""

    commune_id: int
    topic: str
    urgent: bool
    group_ids: tuple[int, ...]
    channels: tuple[str, ...]
    same_as: tuple[int, ...] = ()


# --- writing ---------------------------------------------------------------------------------------------------------


async def create(session: AsyncSession, who: Signed, draft: Draft, rules: Rules, now: dt.datetime) -> Announcement:
    """A new draft. Raises BadInput."""
    check(draft, rules, now)
    made = await _begin(session, who, draft, now)
    await _keep_version(session, made, who, now)
    await _record(session, who, made, "soạn thông báo", now)
    return made


async def update(
    session: AsyncSession, who: Signed, announcement_id: int, version: int, draft: Draft, rules: Rules, now: dt.datetime
) -> Announcement:
    """Change what was not sent. What waited or was scheduled becomes a draft again: a changed text needs a new approval.

    Raises BadInput when somebody else changed `version` meanwhile, or when it went out already.
    """
    found = await _open(session, who, announcement_id, version)
    check(draft, rules, now)
    if found.root_id is not None:  # a correction goes to whom the first went
        fixed = draft_of(found)
        draft = draft.model_copy(update={"topic": fixed.topic, "group_ids": fixed.group_ids, "channels": fixed.channels})
    if draft == draft_of(found):
        return found
    was = found.status
    _put(found, draft)
    await _changed(session, found, who, now)
    await _record(session, who, found, "sửa thông báo" if was == Status.DRAFT else "sửa thông báo đã trình, phải duyệt lại", now)
    return found


async def touch_files(session: AsyncSession, who: Signed, announcement_id: int, version: int, now: dt.datetime, what: str) -> Announcement:
    """A file is about to come or go: as much a change as one of the text."""
    found = await _open(session, who, announcement_id, version)
    await _changed(session, found, who, now)
    await _record(session, who, found, what, now)
    return found


async def submit(session: AsyncSession, who: Signed, announcement_id: int, version: int, now: dt.datetime) -> Announcement:
    """Ask the second person. Raises BadInput when something is missing."""
    found = await _open(session, who, announcement_id, version)
    complete(found)
    found.status = checked(found.status, Status.WAITING)
    found.returned_note, found.updated_at = "", now
    await _record(session, who, found, "trình duyệt thông báo", now)
    return found


async def give_back(session: AsyncSession, who: Signed, announcement_id: int, version: int, note: str, now: dt.datetime) -> Announcement:
    """The second person does not agree, and says why."""
    found = await _open(session, who, announcement_id, version)
    may_approve(found, who, own=True)
    if not note.strip():
        raise BadInput("Anh/chị ghi lý do trả lại để người soạn sửa.")
    found.status = checked(found.status, Status.DRAFT)
    found.returned_note, found.updated_at = note.strip()[:500], now
    await _record(session, who, found, f"trả lại thông báo («{note.strip()[:120]}»)", now)
    return found


async def approve(session: AsyncSession, who: Signed, announcement_id: int, version: int, rules: Rules, now: dt.datetime) -> Announcement:
    """The second person agrees to exactly this version: it is scheduled."""
    found = await _open(session, who, announcement_id, version)
    if found.status != Status.WAITING:
        raise BadInput("Thông báo này không chờ duyệt. Anh/chị tải lại trang để xem hiện trạng.")
    may_approve(found, who)
    complete(found)
    found.approved_by, found.approved_by_name, found.approved_at = who.official_id, who.name, now
    found.approved_version = found.version
    _schedule(found, rules, now)
    await _record(session, who, found, "duyệt thông báo", now)
    return found


async def schedule(session: AsyncSession, who: Signed, announcement_id: int, version: int, rules: Rules, now: dt.datetime) -> Announcement:
    """Send a normal announcement without a second person; editors and leaders may. Urgent ones always need one."""
    found = await _open(session, who, announcement_id, version)
    if found.urgency == Urgency.URGENT:
        raise BadInput("Tin khẩn phải có người thứ hai duyệt. Anh/chị bấm «Trình duyệt».")
    if who.role not in PUBLISHERS:
        raise NotAllowed
    complete(found)
    _schedule(found, rules, now)
    await _record(session, who, found, "hẹn giờ gửi thông báo", now)
    return found


async def unschedule(session: AsyncSession, who: Signed, announcement_id: int, version: int, now: dt.datetime) -> Announcement:
    """Take back what is not yet going out."""
    found = await _open(session, who, announcement_id, version)
    found.status = checked(found.status, Status.DRAFT)
    _forget_approval(found)
    found.updated_at = now
    await _record(session, who, found, "dừng gửi thông báo", now)
    return found


async def drop(session: AsyncSession, who: Signed, announcement_id: int, version: int, now: dt.datetime) -> Announcement:
    """Put aside what was never sent; it stays readable in the console."""
    found = await _open(session, who, announcement_id, version)
    found.status = checked(found.status, Status.WITHDRAWN)
    found.updated_at = now
    await _record(session, who, found, "bỏ bản nháp thông báo", now)
    return found


async def _begin(
    session: AsyncSession, who: Signed, draft: Draft, now: dt.datetime, kind: Kind = Kind.ORIGINAL, root_id: int | None = None
) -> Announcement:
    """The row of a new draft, with an address of its own until its first version gives it the title's."""
    made = Announcement(
        commune_id=who.commune_id,
        slug=f"moi-{now.timestamp():.6f}-{who.official_id}",
        status=Status.DRAFT,
        version=0,
        created_by=who.official_id,
        created_by_name=who.name,
        kind=kind,
        root_id=root_id,
        created_at=now,
        content={},
    )
    _put(made, draft)
    made.updated_at = now
    session.add(made)
    await session.flush()
    return made


async def follow_up(session: AsyncSession, who: Signed, announcement_id: int, kind: Kind, now: dt.datetime) -> Announcement:
    """A draft of a correction, withdrawal, all-clear or reminder of what was sent, for the same people. Raises BadInput."""
    found = await _one(session, who, announcement_id)
    root = found if found.root_id is None else await _one(session, who, found.root_id)
    if root.status not in SENT:
        raise BadInput("Chỉ đính chính, thu hồi được thông báo đã gửi. Bản chưa gửi thì anh/chị sửa thẳng.")
    for each in await repository.follow_ups(session, who.commune_id, [root.id], published=False):
        if each.status in OPEN:
            raise BadInput(f"Đang có bản «{words().kinds[each.kind]}» chưa gửi của thông báo này. Anh/chị làm tiếp bản đó, hoặc bỏ nó đi.")
    latest = await latest_of(session, root)
    draft = draft_of(latest)
    content = draft.content.model_copy(update={"note": "", "short": "" if kind is not Kind.REMINDER else draft.content.short})
    if kind is Kind.ALL_CLEAR:  # nothing of the warning may stand in it
        content = Content(title=content.title, contact=content.contact)
    anew = {"scheduled_at": None, "banner_until": None, "content": content}
    made = await _begin(session, who, draft.model_copy(update=anew), now, kind, root.id)
    if kind not in {Kind.WITHDRAWAL, Kind.ALL_CLEAR}:
        await _copy_files(session, latest, made, now)
    await _keep_version(session, made, who, now)
    await _record(session, who, made, f"soạn bản {words().kinds[kind].lower()} của thông báo", now)
    return made


async def _copy_files(session: AsyncSession, source: Announcement, target: Announcement, now: dt.datetime) -> None:
    for each in await repository.files(session, source.commune_id, source.id):
        whole = await repository.file(session, source.commune_id, source.id, each.id)
        if whole is None:
            continue
        names = ("kind", "name", "alt", "media_type", "size", "width", "height", "digest", "data")
        copy = {name: getattr(whole, name) for name in names}
        session.add(AnnouncementFile(commune_id=target.commune_id, announcement_id=target.id, created_at=now, **copy))
    await session.flush()


async def latest_of(session: AsyncSession, root: Announcement) -> Announcement:
    """The newest published follow-up, or the root itself. A withdrawal or reminder says nothing new."""
    told = await repository.follow_ups(session, root.commune_id, [root.id])
    return next((each for each in reversed(told) if each.kind in {Kind.CORRECTION, Kind.ALL_CLEAR}), root)


# --- sending: what the deliveries ask --------------------------------------------------------------------------------


async def due(session: AsyncSession, now: dt.datetime, quiet: QuietHours) -> Sequence[Announcement]:
    """Scheduled announcements to begin now, urgent ones first; in quiet hours only those exempt."""
    return [each for each in await repository.due(session, now) if may_send(each, now, quiet)]


def may_send(announcement: Announcement, now: dt.datetime, quiet: QuietHours) -> bool:
    """Whether a phone may ring for it now. Asked again for every chunk: a long sending may run into the night."""
    return announcement.quiet_exempt or not quiet.covers(now)


async def begin_sending(session: AsyncSession, announcement_id: int, now: dt.datetime) -> bool:
    """Scheduled → sending, and public from now on (in a ward that is still trying: only for who has the address). False when somebody else began, or it was taken back.

    A withdrawal that goes out withdraws its root, whose own sending then stops.
    """
    if not await repository.take(session, announcement_id, Status.SENDING, Status.SCHEDULED, published_at=now, updated_at=now):
        return False
    found = await session.get(Announcement, announcement_id, populate_existing=True)
    if found is None:
        return False
    found.trial = await mode_of(session, found.commune_id) is WardMode.TRIAL
    if found.urgency == Urgency.URGENT and found.banner_until is None and found.kind != Kind.WITHDRAWAL:
        found.banner_until = now + BANNER
    if found.root_id is not None:
        told = await repository.follow_ups(session, found.commune_id, [found.root_id])
        root = await session.get(Announcement, found.root_id, populate_existing=True)
        for each in (*([root] if root else ()), *told):
            if each.id == found.id:
                continue
            each.banner_until = None  # the newer one has its own, or says that it is over
            if found.kind == Kind.WITHDRAWAL and each.status in SENT:
                each.status, each.updated_at = checked(each.status, Status.WITHDRAWN), now
    await session.flush()
    await _record(session, None, found, "bắt đầu gửi thông báo", now)
    return True


async def finished(session: AsyncSession, announcement_id: int, now: dt.datetime) -> bool:
    """Sending → done. False when it was withdrawn meanwhile."""
    if not await repository.take(session, announcement_id, Status.DONE, Status.SENDING, finished_at=now, updated_at=now):
        return False
    found = await session.get(Announcement, announcement_id, populate_existing=True)
    if found is not None:
        await _record(session, None, found, "gửi xong thông báo", now)
    return True


def audience_spec(announcement: Announcement) -> AudienceSpec:
    """Whom it is for. A correction, withdrawal or all-clear goes to whom the first one went; a reminder is sent anew."""
    same = announcement.root_id is not None and announcement.kind != Kind.REMINDER
    return AudienceSpec(
        commune_id=announcement.commune_id,
        topic=announcement.topic,
        urgent=announcement.urgency == Urgency.URGENT,
        group_ids=tuple(announcement.group_ids),
        channels=tuple(announcement.channels),
        same_as=(announcement.root_id,) if same and announcement.root_id is not None else (),
    )


# --- inside ----------------------------------------------------------------------------------------------------------


async def _one(session: AsyncSession, who: Signed, announcement_id: int) -> Announcement:
    found = await repository.announcement(session, who.commune_id, announcement_id, lock=True)
    if found is None:
        raise NotFound("Không có thông báo này.")
    return found


async def _open(session: AsyncSession, who: Signed, announcement_id: int, version: int) -> Announcement:
    """One that was not sent, and that is still as the official saw it."""
    found = await _one(session, who, announcement_id)
    if found.status not in OPEN:
        raise BadInput("Thông báo này đã gửi hoặc đã bỏ nên không sửa được. Muốn sửa tin đã gửi, anh/chị soạn bản đính chính.")
    if found.version != version:
        raise BadInput(EDITED_MEANWHILE)
    return found


def _schedule(found: Announcement, rules: Rules, now: dt.datetime) -> None:
    wanted = max(found.scheduled_at or now, now)
    found.scheduled_at = wanted if found.quiet_exempt else rules.quiet.next_loud(wanted)
    found.status = checked(found.status, Status.SCHEDULED)
    found.updated_at = now


def _put(found: Announcement, draft: Draft) -> None:
    found.content = draft.content.model_dump(mode="json")
    found.topic, found.urgency = draft.topic, draft.urgency
    found.group_ids, found.channels = sorted(set(draft.group_ids)), list(dict.fromkeys(draft.channels))
    found.scheduled_at, found.banner_until = draft.scheduled_at, draft.banner_until
    found.quiet_exempt, found.quiet_reason = draft.quiet_exempt, draft.quiet_reason if draft.quiet_exempt else ""
    found.cap = draft.cap.model_dump(mode="json") if draft.cap else None


async def _changed(session: AsyncSession, found: Announcement, who: Signed, now: dt.datetime) -> None:
    if found.status != Status.DRAFT:
        found.status = checked(found.status, Status.DRAFT)
    _forget_approval(found)
    found.updated_at = now
    await _keep_version(session, found, who, now)


def _forget_approval(found: Announcement) -> None:
    found.approved_by, found.approved_by_name, found.approved_version, found.approved_at = None, "", None, None


async def _keep_version(session: AsyncSession, found: Announcement, who: Signed, now: dt.datetime) -> None:
    """The next version, whole; the address follows the title as long as nobody has it."""
    found.version += 1
    found.edited_by = who.official_id
    found.slug = f"{slug_of(str(found.content.get('title', '')))}-{found.id}"
    session.add(
        AnnouncementVersion(
            commune_id=found.commune_id,
            announcement_id=found.id,
            version=found.version,
            content=draft_of(found).model_dump(mode="json"),
            saved_by=who.official_id,
            saved_by_name=who.name,
            saved_at=now,
        )
    )
    await session.flush()


async def _record(session: AsyncSession, who: Signed | None, found: Announcement, what: str, now: dt.datetime) -> None:
    title = str(found.content.get("title", "")) or "chưa có tiêu đề"
    await audit.record(
        session,
        who,
        f"{what} «{title}»",
        commune_id=found.commune_id,
        subject=("announcement", str(found.id)),
        details={"version": found.version, "status": str(found.status)},
        at=now,
    )
