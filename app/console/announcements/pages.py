"""Pages that only show: the list, one announcement, its paper and script."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.responses import Response

from app.announcements import repository
from app.announcements.checking import APPROVERS, PUBLISHERS
from app.announcements.content import content_of, is_exercise
from app.announcements.messages import items_of
from app.announcements.models import Announcement, AnnouncementFile, FileKind, Status, Urgency
from app.announcements.published import Standing, framed, sender_of
from app.announcements.quiet import QuietHours
from app.announcements.reading import hints
from app.announcements.states import OPEN, SENT
from app.announcements.words import status_label, words
from app.calendar.opening import VIETNAM
from app.console.announcements.previews import Previews, capabilities, kinds_for, previews, reach
from app.console.pages import render
from app.errors import NotFound
from app.officials.access import access_read
from app.signed import Signed
from app.subscribers import repository as subscribers

HOME = "/can-bo/thong-bao"
TABS: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("", "Tất cả", ()),
    ("dang-lam", "Đang làm", (Status.DRAFT, Status.WAITING)),
    ("hen-gio", "Đã hẹn giờ", (Status.SCHEDULED,)),
    ("da-gui", "Đã gửi", (Status.SENDING, Status.DONE)),
    ("thu-hoi", "Thu hồi, bỏ", (Status.WITHDRAWN,)),
)
TONES = {"draft": "neutral", "waiting": "wait", "scheduled": "info", "sending": "info", "done": "good", "withdrawn": "bad"}

router = APIRouter(prefix=HOME, include_in_schema=False)


def now() -> dt.datetime:
    """The moment of a request."""
    return dt.datetime.now(dt.UTC)


@router.get("")
async def listed(request: Request, who: Annotated[Signed, Depends(access_read)], o: str = "") -> Response:
    """All announcements of the ward."""
    statuses = next((each for key, _, each in TABS if key == o), ())
    async with request.app.state.database.read() as session:
        found = await repository.listed(session, who.commune_id, statuses)
    tabs = [(name, f"{HOME}?o={key}" if key else HOME) for key, name, _ in TABS]
    here = f"{HOME}?o={o}" if statuses else HOME
    return render(request, "announcements/list.html", found=found, tabs=tabs, here=here, topics=request.app.state.topics, **_words())


@router.get("/{announcement_id}")
async def shown(request: Request, announcement_id: int, who: Annotated[Signed, Depends(access_read)]) -> Response:
    """One announcement: what it says, where it stands, what can be done now."""
    async with request.app.state.database.read() as session:
        return await page_of(request, session, who, announcement_id)


@router.get("/{announcement_id}/in")
async def paper(request: Request, announcement_id: int, who: Annotated[Signed, Depends(access_read)]) -> Response:
    """The sheet for the wall, also of a draft."""
    state = request.app.state
    async with state.database.read() as session:
        found, root, files = await parts_of(session, who, announcement_id)
    framing = framed(found, files, root, state.commune, state.settings.public_url)
    content = content_of(found)
    facts = [(label.name, getattr(content, name), items_of(getattr(content, name))) for name, label in words().facts.items()]
    picture = next(((each, f"{HOME}/{found.id}/tep/{each.id}") for each in files if each.kind == FileKind.PICTURE), None)
    return render(
        request,
        "announcements/paper.html",
        found=found,
        stands=Standing(root or found, found, ()),
        framing=framing,
        content=content,
        facts=facts,
        picture=picture,
        exercise=is_exercise(found),
        exercise_line=words().exercise_line,
        qr_svg=state.draw_qr(framing.page),
        sender=sender_of(state.commune),
        urgent=found.urgency == Urgency.URGENT,
    )


@router.get("/{announcement_id}/loa")
async def loudspeaker(request: Request, announcement_id: int, who: Annotated[Signed, Depends(access_read)]) -> Response:
    """What the loudspeaker reads."""
    async with request.app.state.database.read() as session:
        found, root, files = await parts_of(session, who, announcement_id)
    seen = await saved_previews(request, found, root, files)
    return render(request, "announcements/loudspeaker.html", found=found, script=seen.script)


# --- for the acts, too -----------------------------------------------------------------------------------------------


async def parts_of(
    session: AsyncSession, who: Signed, announcement_id: int
) -> tuple[Announcement, Announcement | None, list[AnnouncementFile]]:
    """One of the official's ward, what it follows, its files. Raises NotFound."""
    found = await repository.announcement(session, who.commune_id, announcement_id)
    if found is None:
        raise NotFound("Không có thông báo này.")
    root = await repository.announcement(session, who.commune_id, found.root_id) if found.root_id else None
    return found, root, list(await repository.files(session, who.commune_id, found.id))


async def saved_previews(request: Request, found: Announcement, root: Announcement | None, files: list[AnnouncementFile]) -> Previews:
    """The previews of what is saved."""
    framing = framed(found, files, root, request.app.state.commune, request.app.state.settings.public_url)
    return previews(content_of(found), framing, await capabilities(request), found.channels, now())


async def page_of(
    request: Request, session: AsyncSession, who: Signed, announcement_id: int, *, error: str = "", status: int = 200
) -> Response:
    """The page of one announcement; with `error`, what was just refused."""
    found, root, files = await parts_of(session, who, announcement_id)
    home = root or found
    told = await repository.follow_ups(session, who.commune_id, [home.id], published=False)
    groups = {group.id: group.name for group in await subscribers.groups(session, who.commune_id)}
    context: dict[str, Any] = {
        "found": found,
        "root": root,
        "files": files,
        "told": [each for each in (home, *told) if each.id != found.id],
        "versions": await repository.versions(session, who.commune_id, found.id),
        "groups": [groups.get(number, "tổ đã bỏ") for number in found.group_ids],
        "content": content_of(found),
        "previews": await saved_previews(request, found, root, files),
        "allowed": allowed(found, who),
        "follow_kinds": kinds_for(danger=home.cap is not None),
        "topics": request.app.state.topics,
        "channel_names": [words().channels[name] for name in found.channels],
        "urgent": found.urgency == Urgency.URGENT,
        "exercise": is_exercise(found),
        "error": error,
        "quiet": quiet_of(request).words(),
    }
    if found.status in OPEN:
        context["reach"] = await reach(request, session, found, now())
        context["mistakes"] = [hint for hint in hints(content_of(found), now().astimezone(VIETNAM).date()) if hint.serious]
    return render(request, "announcements/page.html", status=status, **context, **_words())


def allowed(found: Announcement, who: Signed) -> dict[str, bool]:
    """What this official may do with it now; the service checks the same again."""
    urgent = found.urgency == Urgency.URGENT
    approves = who.role in (APPROVERS if urgent else PUBLISHERS)
    own = who.official_id in {found.created_by, found.edited_by}
    draft, waiting = found.status == Status.DRAFT, found.status == Status.WAITING
    return {
        "edit": found.status in OPEN,
        "submit": draft,
        "schedule": draft and not urgent and who.role in PUBLISHERS,
        "approve": waiting and approves and not own,
        "give_back": waiting and approves,
        "own": waiting and own,
        "unschedule": found.status == Status.SCHEDULED,
        "take_back": waiting,
        "drop": found.status in OPEN,
        "follow": found.root_id is None and found.status in SENT,
    }


def quiet_of(request: Request) -> QuietHours:
    """The ward's quiet hours."""
    return QuietHours.parse(request.app.state.settings.quiet_hours)


def _words() -> dict[str, Any]:
    return {"label": status_label, "tones": TONES, "kinds": words().kinds, "URGENT": Urgency.URGENT}
