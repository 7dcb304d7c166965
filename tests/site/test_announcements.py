"""Public pages of announcements: only what was sent, as it stands now; paper, files, feeds, CAP, the banner."""

from __future__ import annotations

import asyncio
import datetime as dt
import json
import re
import time
import xml.etree.ElementTree as ET
from collections.abc import Callable

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from app.announcements import service
from app.announcements.attaching import attach
from app.announcements.content import Content, Draft
from app.announcements.files import check_picture
from app.announcements.models import Announcement, Kind, Urgency
from app.database import Database
from app.ward.service import mode_of, set_mode
from app.ward.ward import WardMode
from tests.announcements import pictures
from tests.announcements.office import CLERK, CONTENT, LEADER, RULES, draft, storm
from tests.announcements.schemas import ATOM, problems
from tests.announcements.test_feeds import rules
from tests.site.conftest import Site, Visitor
from tests.support.databases import sqlite_url

CAP = "{urn:oasis:names:tc:emergency:cap:1.2}"


def in_database(site: Site, act: Callable[[AsyncSession], object]) -> object:
    """Do it in the database of the running server."""

    async def run() -> object:
        database = Database(sqlite_url(site.data / "gandan.sqlite3"))
        try:
            async with database.write() as session:
                return await act(session)  # type: ignore[misc]
        finally:
            await database.close()

    return asyncio.run(run())


async def _send(session: AsyncSession, made: Announcement) -> None:
    now = dt.datetime.now(dt.UTC)
    if await mode_of(session) is WardMode.TRIAL:
        await set_mode(session, None, WardMode.REAL, "Đã thử xong", now)
    await service.submit(session, CLERK, made.id, made.version, now)
    await service.approve(session, LEADER, made.id, made.version, RULES, now)
    await service.begin_sending(session, made.id, now)
    await service.finished(session, made.id, now)


def publish(site: Site, what: Draft) -> tuple[int, str]:
    """Its id and address."""

    async def act(session: AsyncSession) -> tuple[int, str]:
        made = await service.create(session, CLERK, what, RULES, dt.datetime.now(dt.UTC))
        await _send(session, made)
        return made.id, f"/thong-bao/{made.slug}"

    found = in_database(site, act)
    assert isinstance(found, tuple)
    return found


def follow(site: Site, number: int, kind: Kind, **text: str) -> str:
    """The address of what followed."""

    async def act(session: AsyncSession) -> str:
        made = await service.follow_up(session, CLERK, number, kind, dt.datetime.now(dt.UTC))
        content = Content.model_validate(made.content | {"note": "Ghi nhầm giờ.", "what": made.content["what"] or "Đã hết."} | text)
        made.content = content.model_dump(mode="json")
        await _send(session, made)
        return f"/thong-bao/{made.slug}"

    return str(in_database(site, act))


def test_a_draft_is_nobodys_business(site: Site, visitor: Visitor) -> None:
    async def act(session: AsyncSession) -> str:
        secret = draft(CONTENT.model_copy(update={"title": "Tin chưa gửi"}))
        made = await service.create(session, CLERK, secret, RULES, dt.datetime.now(dt.UTC))
        await service.submit(session, CLERK, made.id, 1, dt.datetime.now(dt.UTC))
        return made.slug

    slug = in_database(site, act)
    for path in (f"/thong-bao/{slug}", f"/thong-bao/{slug}/in", f"/thong-bao/{slug}/cap.xml", f"/thong-bao/{slug}/tep/1-a.png"):
        assert visitor.get(path).status_code == 404, path
    assert "Tin chưa gửi" not in visitor.get("/thong-bao").text + visitor.get("/thong-bao/atom.xml").text


def test_a_page_says_everything_once(site: Site, visitor: Visitor) -> None:
    number, address = publish(
        site,
        draft(
            CONTENT.model_copy(update={"body": "Đoạn một.\n\nĐoạn hai.", "do": "Mang giấy\nTới sớm", "contact": "Trực ban 0236 312 3456"})
        ),
    )
    assert address == f"/thong-bao/lam-can-cuoc-luu-dong-o-to-12-{number}"
    page = visitor.get(address)
    assert page.status_code == 200
    assert 'Trực ban <a class="phone" href="tel:02363123456">0236 312 3456</a>' in page.text
    for text in ("7:30–11:00 Chủ nhật 6/12/2026", "<p>Đoạn hai.</p>", "<li>Tới sớm</li>", "<li>CCCD cũ</li>", 'rel="canonical"'):
        assert text in page.text
    data = json.loads(re.findall(r'<script type="application/ld\+json">(.*?)</script>', page.text)[0])
    assert (data["@type"], data["name"]) == ("SpecialAnnouncement", "Làm căn cước lưu động ở tổ 12")
    assert not re.search(r"<style|\sstyle=|\son[a-z]+=|javascript:", page.text)
    assert address in visitor.get("/thong-bao").text
    assert address in visitor.get("/thong-bao?loai=dinh-danh").text
    assert address not in visitor.get("/thong-bao?loai=tiem-chung").text
    paper = visitor.get(f"{address}/in").text
    assert "<svg" in paper
    assert f"{site.server.url}{address}" in paper
    for path in (
        "/thong-bao/khong-co-9",
        "/thong-bao/khong-co/atom.xml",
        f"{address}/cap.xml",
        f"{address}/tep/x",
        f"{address}/tep/999999999999-a",
    ):
        assert visitor.get(path).status_code == 404, path
    for query in ("?trang=-3", "?trang=999", "?loai=%00", "?loai=%3Cb%3E"):
        assert visitor.get(f"/thong-bao{query}").status_code == 200, query


def test_a_trial_is_read_only_by_who_has_the_address(site: Site, visitor: Visitor) -> None:
    number, address = publish(site, storm(CONTENT.model_copy(update={"title": "Bão thử"})))

    async def act(session: AsyncSession) -> None:
        found = await session.get(Announcement, number)
        assert found is not None
        found.trial = True

    in_database(site, act)
    page = visitor.get(address).text
    assert "Tin thử." in page
    assert 'content="noindex"' in page
    assert "<status>Test</status>" in visitor.get(f"{address}/cap.xml").text
    for path in ("/thong-bao", "/thong-bao/atom.xml", "/thong-bao/thien-tai/atom.xml"):
        assert "Bão thử" not in visitor.get(path).text, path


def test_a_correction_is_read_at_the_first_address(site: Site, visitor: Visitor) -> None:
    number, address = publish(site, draft())
    own = follow(site, number, Kind.CORRECTION, when="13:30–16:30 Chủ nhật 6/12/2026")
    answer = visitor.get(own)
    assert (answer.status_code, answer.headers["location"]) == (307, address)
    page = visitor.get(address).text
    assert "<h1>Đính chính: Làm căn cước lưu động ở tổ 12</h1>" in page
    assert "13:30–16:30" in page
    assert "7:30–11:00" not in page
    assert "Ghi nhầm giờ." in page
    follow(site, number, Kind.WITHDRAWAL)
    page = visitor.get(address).text
    assert "<h1>Thu hồi: Làm căn cước lưu động ở tổ 12</h1>" in page
    assert "Tin này không còn đúng" in page
    paper = visitor.get(f"{address}/in").text
    assert "Nhà văn hóa" not in paper


def test_the_feeds_validate_keep_their_ids_and_know_who_has_them(site: Site, visitor: Visitor) -> None:
    number, _ = publish(site, draft(CONTENT.model_copy(update={"title": "Tin <b>&</b> «lạ»"})))
    paths = ["/thong-bao/atom.xml", "/thong-bao/dinh-danh/atom.xml", "/thong-bao/dien-nuoc/atom.xml"]
    for path in paths:
        answer = visitor.get(path)
        assert answer.headers["content-type"].startswith("application/atom+xml")
        assert problems("atom", answer.content) == []
        assert rules(answer.content) == []
    before = ET.fromstring(visitor.get(paths[1]).content)
    entry = next(each for each in before.iter(f"{ATOM}entry") if "lạ" in each.findtext(f"{ATOM}title", ""))
    tag = visitor.get(paths[1]).headers["etag"]
    assert visitor.get(paths[1], **{"if-none-match": tag}).status_code == 304
    time.sleep(1)
    follow(site, number, Kind.CORRECTION)
    answer = visitor.get(paths[1], **{"if-none-match": tag})
    assert answer.status_code == 200
    assert answer.headers["etag"] != tag
    after = next(iter(ET.fromstring(answer.content).iter(f"{ATOM}entry")))
    assert after.findtext(f"{ATOM}id") == entry.findtext(f"{ATOM}id")
    assert after.findtext(f"{ATOM}title") == "Đính chính: Tin <b>&</b> «lạ»"
    assert str(after.findtext(f"{ATOM}updated")) > str(entry.findtext(f"{ATOM}updated"))


def test_a_danger_in_cap_from_alert_to_all_clear(site: Site, visitor: Visitor) -> None:
    number, address = publish(site, storm())
    fixed = follow(site, number, Kind.CORRECTION)
    clear = follow(site, number, Kind.ALL_CLEAR)
    seen = []
    for path in (address, fixed, clear):
        answer = visitor.get(f"{path}/cap.xml")
        assert answer.status_code == 200
        assert problems("cap-1.2", answer.content) == []
        root = ET.fromstring(answer.content)
        seen.append((root.findtext(f"{CAP}msgType"), len(root.findtext(f"{CAP}references", "").split())))
    assert seen == [("Alert", 0), ("Update", 1), ("Update", 2)]
    assert visitor.get(address).text.count("/cap.xml") >= 1
    assert "Hết nguy hiểm: Bão số 5" in visitor.get(address).text
    follow(site, number, Kind.WITHDRAWAL)  # no banner is left for the other tests


def test_the_banner_stands_on_every_page_until_it_is_over(site: Site, visitor: Visitor) -> None:
    title = "Cháy chợ, tránh đường Trần Phú"
    number, address = publish(site, storm(CONTENT.model_copy(update={"title": title}), urgency=Urgency.URGENT))

    def banner(path: str) -> bool:
        return f'<a href="{address}">{title}</a>' in visitor.get(path).text

    end = time.monotonic() + 8
    while not banner("/gioi-thieu") and time.monotonic() < end:
        time.sleep(0.1)
    for path in ("/", "/thu-tuc", "/gioi-thieu", "/thong-bao", "/khong-co-trang-nay"):
        assert banner(path), path
    follow(site, number, Kind.WITHDRAWAL)
    while banner("/gioi-thieu") and time.monotonic() < end + 8:
        time.sleep(0.1)
    assert not banner("/gioi-thieu")


def test_a_picture_is_given_as_what_it_is_and_kept_long(site: Site, visitor: Visitor) -> None:
    async def act(session: AsyncSession) -> str:
        now = dt.datetime.now(dt.UTC)
        made = await service.create(session, CLERK, draft(), RULES, now)
        file = await attach(session, CLERK, made.id, 1, check_picture(pictures.png(), "Bản đồ.png"), "bản đồ tổ 12", now)
        await _send(session, made)
        return f"/thong-bao/{made.slug}/tep/{file.id}-{file.name}"

    address = str(in_database(site, act))
    answer = visitor.get(address)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "image/png")
    assert "immutable" in answer.headers["cache-control"]
    assert answer.headers["content-disposition"] == 'inline; filename="ban-do.png"'
    assert pictures.readable(answer.content) == (40, 30)
    assert visitor.get(address.replace("ban-do", "khac")).status_code == 404
    page = visitor.get(address.partition("/tep/")[0]).text
    assert f'<img src="{address}" alt="bản đồ tổ 12" width="40" height="30">' in page


@pytest.mark.parametrize("path", ["/thong-bao", "/thong-bao/atom.xml"])
def test_only_reading_is_possible(visitor: Visitor, path: str) -> None:
    assert visitor.http.post(path).status_code == 405
    assert visitor.http.head(path).status_code == 200
