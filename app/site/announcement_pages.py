"""Announcements for everyone: list, page, paper, files, Atom, CAP. Only what was sent is here."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Sequence
from typing import Any

from fastapi import APIRouter, Depends, Request
from starlette.responses import RedirectResponse, Response

from app.access import public
from app.announcements import cap, feeds, repository
from app.announcements.content import cap_of, content_of, is_exercise, propose_short
from app.announcements.messages import items_of
from app.announcements.models import Announcement, AnnouncementFile, FileKind, Urgency
from app.announcements.published import Standing, file_path, find, framing_of, sender_of, standing
from app.announcements.words import words
from app.commune import CommuneProfile
from app.errors import NotFound
from app.site.pages import SHARED, render
from app.site.qr import qr_svg
from app.subscribers import repository as subscribers
from app.subscribers.topics import Topics

COMMUNE_ID = 1
READ = ["GET", "HEAD"]
PAGE_LENGTH = 20
FEED_LENGTH = 30
ATOM, CAP_XML = "application/atom+xml; charset=utf-8", "application/cap+xml; charset=utf-8"
FACTS = ("when", "where", "who", "bring", "do", "contact")
STARTED = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
FOREVER = "public, max-age=31536000, immutable"

router = APIRouter(prefix="/thong-bao", include_in_schema=False)


@router.api_route("", methods=READ, dependencies=[Depends(public)])
async def announcements(request: Request, loai: str = "", trang: int = 1) -> Response:
    """All announcements, newest first; of one topic when asked."""
    topics = _topics(request)
    topic = loai if loai in topics.by_id else ""
    page = max(1, min(trang, 500))
    async with request.app.state.database.read() as session:
        roots = await repository.published_roots(session, COMMUNE_ID, topic, limit=PAGE_LENGTH + 1, skip=(page - 1) * PAGE_LENGTH)
        found = await standing(session, COMMUNE_ID, roots[:PAGE_LENGTH])
    context = {
        "found": found,
        "topics": topics,
        "topic": topic,
        "page": page,
        "more": len(roots) > PAGE_LENGTH,
        "summary": _summary,
        "urgent": Urgency.URGENT,
    }
    return render(request, "site/announcements.html", context, cache=SHARED)


@router.api_route("/atom.xml", methods=READ, dependencies=[Depends(public)])
async def feed(request: Request) -> Response:
    """The feed of all."""
    return await _feed(request, "")


@router.api_route("/{topic}/atom.xml", methods=READ, dependencies=[Depends(public)])
async def topic_feed(request: Request, topic: str) -> Response:
    """The feed of one topic."""
    if topic not in _topics(request).by_id:
        raise NotFound
    return await _feed(request, topic)


@router.api_route("/{slug}", methods=READ, dependencies=[Depends(public)])
async def announcement(request: Request, slug: str) -> Response:
    """One announcement as it stands now, with what was corrected."""
    return await _page(request, slug, "site/announcement.html")


@router.api_route("/{slug}/in", methods=READ, dependencies=[Depends(public)])
async def paper(request: Request, slug: str) -> Response:
    """The same on an A4 sheet for the wall, with a QR code."""
    return await _page(request, slug, "site/announcement_paper.html")


@router.api_route("/{slug}/cap.xml", methods=READ, dependencies=[Depends(public)])
async def cap_xml(request: Request, slug: str) -> Response:
    """A danger in CAP 1.2; every message of it has its own."""
    profile, public_url = _profile(request), request.app.state.settings.public_url
    async with request.app.state.database.read() as session:
        this = await repository.by_slug(session, COMMUNE_ID, slug)
        facts = cap_of(this) if this else None
        if this is None or facts is None:
            raise NotFound
        framing = await framing_of(session, this, profile, public_url)
        earlier = await _earlier(session, this)
        areas = await _areas(session, this, profile)
    sent = [_sent(each, profile, public_url) for each in (*earlier, this)]
    if this.trial:
        facts = facts.model_copy(update={"status": "Test"})
    xml = cap.alert(content_of(this), facts, framing, sent[-1], sent[:-1], areas)
    return _tagged(request, xml, CAP_XML)


@router.api_route("/{slug}/tep/{name}", methods=READ, dependencies=[Depends(public)])
async def file(request: Request, slug: str, name: str) -> Response:
    """A picture or an attachment."""
    number, _, rest = name.partition("-")
    async with request.app.state.database.read() as session:
        this = await repository.by_slug(session, COMMUNE_ID, slug)
        found = (
            await repository.file(session, COMMUNE_ID, this.id, int(number)) if this and number.isdecimal() and len(number) < 10 else None
        )
    if found is None or found.name != rest:
        raise NotFound
    return file_response(found, FOREVER)


def file_response(found: AnnouncementFile, cache: str) -> Response:
    """A file of ours: the type we checked, never another, and nothing in it may run."""
    headers = {
        "cache-control": cache,
        "etag": f'"{found.digest[:16]}"',
        "content-disposition": f'{"inline" if found.kind == FileKind.PICTURE else "attachment"}; filename="{found.name}"',
    }
    return Response(found.data, media_type=found.media_type, headers=headers)


# --- inside ----------------------------------------------------------------------------------------------------------


async def _page(request: Request, slug: str, template: str) -> Response:
    profile, public_url = _profile(request), request.app.state.settings.public_url
    async with request.app.state.database.read() as session:
        stands = await find(session, COMMUNE_ID, slug)
        if stands is None:
            raise NotFound
        if stands.root.slug != slug:
            tail = "/in" if template.endswith("paper.html") else ""
            return RedirectResponse(stands.address + tail, status_code=307, headers={"cache-control": SHARED})
        files = await repository.files(session, COMMUNE_ID, stands.now.id)
        areas = await _areas(session, stands.root, profile)
    view = view_of(stands, files, areas, public_url) | {"topics": _topics(request), "sender": sender_of(profile)}
    return render(request, template, view | {"structured": _structured(stands, areas, profile, view)}, cache=SHARED)


def view_of(stands: Standing, files: Sequence[AnnouncementFile], areas: Sequence[str], public_url: str) -> dict[str, Any]:
    """What both the page and the paper show."""
    content = stands.content
    last = stands.told[-1] if stands.told else None
    return {
        "stands": stands,
        "content": content,
        "facts": [(words().facts[name].name, getattr(content, name), items_of(getattr(content, name))) for name in FACTS],
        "areas": areas,
        "picture": next(((each, file_path(stands.now.slug, each)) for each in files if each.kind == FileKind.PICTURE), None),
        "attachments": [(each, file_path(stands.now.slug, each)) for each in files if each.kind == FileKind.ATTACHMENT],
        "trial": stands.root.trial,
        "urgent": stands.root.urgency == Urgency.URGENT,
        "exercise": is_exercise(stands.root),
        "last": last,
        "kinds": words().kinds,
        "address": public_url + stands.address,
        "qr_svg": qr_svg(public_url + stands.address),
        "has_cap": stands.root.cap is not None,
        "exercise_line": words().exercise_line,
    }


def _summary(stands: Standing) -> str:
    content = stands.content
    return content.note if stands.is_withdrawn and content.note else content.short or propose_short(content)


def _structured(stands: Standing, areas: Sequence[str], profile: CommuneProfile, view: dict[str, Any]) -> dict[str, Any]:
    """schema.org SpecialAnnouncement."""
    known: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "SpecialAnnouncement",
        "name": stands.title,
        "text": "\n".join(filter(None, (stands.content.note, stands.content.what, stands.content.body))),
        "datePosted": stands.published.isoformat(),
        "url": view["address"],
        "spatialCoverage": [{"@type": "AdministrativeArea", "name": name} for name in areas],
        "publisher": {"@type": "GovernmentOrganization", "name": sender_of(profile), "address": profile.address},
    }
    if stands.now.banner_until:
        known["expires"] = stands.now.banner_until.isoformat()
    return known


async def _feed(request: Request, topic: str) -> Response:
    profile, public_url, topics = _profile(request), request.app.state.settings.public_url, _topics(request)
    async with request.app.state.database.read() as session:
        roots = await repository.published_roots(session, COMMUNE_ID, topic, limit=FEED_LENGTH)
        found = await standing(session, COMMUNE_ID, roots)
        entries = [_entry(each, await repository.files(session, COMMUNE_ID, each.now.id), profile, public_url, topics) for each in found]
    entries.sort(key=lambda entry: entry.updated, reverse=True)
    name = topics.name(topic) if topic else "Thông báo"
    page = f"{public_url}/thong-bao" + (f"?loai={topic}" if topic else "")
    here = f"{public_url}/thong-bao/{f'{topic}/' if topic else ''}atom.xml"
    xml = feeds.atom(feeds.feed_id(profile.slug, topic), f"{name} – {profile.name}", sender_of(profile), here, page, entries, STARTED)
    return _tagged(request, xml, ATOM)


def _entry(stands: Standing, files: Sequence[AnnouncementFile], profile: CommuneProfile, public_url: str, topics: Topics) -> feeds.Entry:
    content = stands.content
    facts = [f"{words().facts[name].name}: {getattr(content, name)}" for name in FACTS if getattr(content, name)]
    return feeds.Entry(
        id=feeds.entry_id(profile.slug, stands.root.id),
        title=stands.title,
        summary=_summary(stands),
        text="\n\n".join(filter(None, (content.note, content.what, *facts, content.body))),
        address=public_url + stands.address,
        published=stands.published,
        updated=stands.updated,
        topic=(stands.root.topic, topics.name(stands.root.topic)),
        enclosures=tuple((public_url + file_path(stands.now.slug, each), each.media_type, each.size) for each in files),
    )


async def _earlier(session: Any, this: Announcement) -> list[Announcement]:
    """Messages of the same danger that went out before this one, oldest first."""
    if this.root_id is None:
        return []
    root = await repository.announcement(session, COMMUNE_ID, this.root_id)
    told = await repository.follow_ups(session, COMMUNE_ID, [this.root_id])
    before = [each for each in told if (each.published_at, each.id) < (this.published_at, this.id)]
    return ([root] if root else []) + before


async def _areas(session: Any, this: Announcement, profile: CommuneProfile) -> list[str]:
    """The places meant, in words."""
    ward = f"{profile.name}, {profile.province}"
    if not this.group_ids:
        return [ward]
    names = {group.id: group.name for group in await subscribers.groups(session, this.commune_id)}
    return [f"{names[number]}, {ward}" for number in this.group_ids if number in names] or [ward]


def _sent(each: Announcement, profile: CommuneProfile, public_url: str) -> cap.Sent:
    return cap.sent_of(public_url, profile.slug, each.id, each.version, each.published_at or each.updated_at)


def _tagged(request: Request, body: bytes, media_type: str) -> Response:
    """XML with an ETag; 304 for who has it already."""
    tag = f'"{hashlib.sha256(body).hexdigest()[:16]}"'
    headers = {"etag": tag, "cache-control": "public, max-age=60"}
    if tag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    return Response(body, media_type=media_type, headers=headers)


def _profile(request: Request) -> CommuneProfile:
    profile: CommuneProfile = request.app.state.commune
    return profile


def _topics(request: Request) -> Topics:
    topics: Topics = request.app.state.topics
    return topics
