"""What people may see of announcements: each as it stands now, with its corrections; its address, files, Reply, banner."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from app.announcements import repository
from app.announcements.content import Content, content_of, is_exercise, titled
from app.announcements.messages import Framing, reply_for
from app.announcements.models import Announcement, AnnouncementFile, FileKind, Kind, Status, Urgency
from app.announcements.words import words
from app.commune import CommuneProfile
from app.messages import Link, Picture, Reply

PREFIX = "/thong-bao"
OVER = frozenset({Kind.WITHDRAWAL, Kind.ALL_CLEAR})


@dataclass(frozen=True)
class Standing:
    """An announcement as it stands: `root` names it, `now` says it, `told` is all that followed, oldest first."""

    root: Announcement
    now: Announcement
    told: tuple[Announcement, ...] = ()

    @property
    def content(self) -> Content:
        return content_of(self.now)

    @property
    def title(self) -> str:
        """With «Đính chính: », «Thu hồi: » before it."""
        last = self.told[-1] if self.told and self.told[-1].kind != Kind.REMINDER else self.now
        return titled(content_of(last).title, last.kind, exercise=is_exercise(self.root))

    @property
    def address(self) -> str:
        return f"{PREFIX}/{self.root.slug}"

    @property
    def is_withdrawn(self) -> bool:
        return any(each.kind == Kind.WITHDRAWAL for each in self.told)

    @property
    def published(self) -> dt.datetime:
        return self.root.published_at or self.root.updated_at

    @property
    def updated(self) -> dt.datetime:
        """When people last heard of it."""
        return max((each.published_at for each in (self.root, *self.told) if each.published_at), default=self.published)


async def standing(session: AsyncSession, commune_id: int, roots: Sequence[Announcement]) -> list[Standing]:
    """These as they stand now, in the same order."""
    told: dict[int, list[Announcement]] = {}
    for each in await repository.follow_ups(session, commune_id, [root.id for root in roots]):
        told.setdefault(each.root_id or 0, []).append(each)
    return [_stands(root, told.get(root.id, [])) for root in roots]


def _stands(root: Announcement, told: list[Announcement]) -> Standing:
    now = next((each for each in reversed(told) if each.kind != Kind.REMINDER), root)
    return Standing(root, now, tuple(told))


async def find(session: AsyncSession, commune_id: int, slug: str) -> Standing | None:
    """The announcement of an address; that of a correction leads to what it corrects."""
    found = await repository.by_slug(session, commune_id, slug)
    root = found
    if found is not None and found.root_id is not None:
        root = await repository.announcement(session, commune_id, found.root_id)
    return (await standing(session, commune_id, [root]))[0] if root is not None else None


# --- as a message ----------------------------------------------------------------------------------------------------


def sender_of(profile: CommuneProfile) -> str:
    """«UBND phường An Khê»."""
    return f"UBND {profile.name[:1].lower()}{profile.name[1:]}"


def file_path(slug: str, file: AnnouncementFile) -> str:
    """The address of a file, below our own."""
    return f"{PREFIX}/{slug}/tep/{file.id}-{file.name}"


def framed(
    announcement: Announcement,
    files: Sequence[AnnouncementFile],
    root: Announcement | None,
    profile: CommuneProfile,
    public_url: str,
) -> Framing:
    """What stands around the text of an announcement, sent or not."""
    home = (root or announcement).slug
    picture = next((file for file in files if file.kind == FileKind.PICTURE), None)
    pdfs = [file for file in files if file.kind == FileKind.ATTACHMENT]
    return Framing(
        sender=sender_of(profile),
        page=f"{public_url}{PREFIX}/{home}",
        kind=Kind(announcement.kind),
        urgent=announcement.urgency == Urgency.URGENT,
        exercise=is_exercise(announcement),
        earlier=root.published_at if root else None,
        picture=Picture(url=public_url + file_path(announcement.slug, picture), alt=picture.alt) if picture else None,
        files=tuple(
            Link(label=words().file_link.format(name=file.name), url=public_url + file_path(announcement.slug, file)) for file in pdfs
        ),
    )


async def framing_of(session: AsyncSession, announcement: Announcement, profile: CommuneProfile, public_url: str) -> Framing:
    """The same, with what it needs from the database."""
    root = None
    if announcement.root_id is not None:
        root = await repository.announcement(session, announcement.commune_id, announcement.root_id)
    files = await repository.files(session, announcement.commune_id, announcement.id)
    return framed(announcement, files, root, profile, public_url)


async def reply_of(session: AsyncSession, announcement: Announcement, profile: CommuneProfile, public_url: str) -> Reply:
    """Exactly what is sent: one Reply for all channels."""
    return reply_for(content_of(announcement), await framing_of(session, announcement, profile, public_url))


async def picture_bytes(session: AsyncSession, announcement: Announcement) -> bytes | None:
    """Its picture, for channels that want it uploaded."""
    for each in await repository.files(session, announcement.commune_id, announcement.id):
        if each.kind == FileKind.PICTURE:
            whole = await repository.file(session, announcement.commune_id, announcement.id, each.id)
            return whole.data if whole else None
    return None


# --- the banner ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Banner:
    """One line above every page while an urgent announcement is in force. `tone`: warning, or good for an all-clear."""

    title: str
    address: str
    until: dt.datetime
    tone: str


class Banners:
    """What stands above every page now. Follows the ward's holder; asks the clock itself, so that nothing stays too long."""

    def __init__(self, clock: Callable[[], dt.datetime]) -> None:
        self._clock = clock
        self._known: tuple[Banner, ...] = ()

    async def read(self, session: AsyncSession, commune_id: int = 1) -> None:
        """Read again."""
        found = await repository.in_force(session, commune_id, self._clock())
        roots = {each.root_id or each.id: each for each in reversed(found)}
        banners = []
        for root_id, each in roots.items():
            root = each if each.id == root_id else await repository.announcement(session, commune_id, root_id)
            if root is None or each.banner_until is None or root.status == Status.WITHDRAWN:
                continue
            title = titled(content_of(each).title, each.kind, exercise=is_exercise(each))
            tone = "good" if each.kind in OVER else "warning"
            banners.append(Banner(title, f"{PREFIX}/{root.slug}", each.banner_until, tone))
        self._known = tuple(banners)

    def __call__(self) -> list[Banner]:
        """Those in force at this moment."""
        now = self._clock()
        return [banner for banner in self._known if banner.until > now]
