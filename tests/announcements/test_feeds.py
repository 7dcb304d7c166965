"""Atom, against a schema written from RFC 4287 and its rules of how often."""

from __future__ import annotations

import datetime as dt
import xml.etree.ElementTree as ET
from collections import Counter

from app.announcements import feeds
from tests.announcements.office import NOON
from tests.announcements.schemas import ATOM, problems

URL = "https://ankhe.example.vn"


def entry(number: int, title: str = "Làm căn cước") -> feeds.Entry:
    return feeds.Entry(
        id=feeds.entry_id("an-khe", number), title=title, summary="Chủ nhật 6/12", text="Bà con tới <nhà văn hóa> & mang giấy.",
        address=f"{URL}/thong-bao/lam-can-cuoc-{number}", published=NOON, updated=NOON + dt.timedelta(hours=number),
        topic=("dinh-danh", "Căn cước"), enclosures=((f"{URL}/thong-bao/x/tep/1-a.png", "image/png", 2000),),
    )  # fmt: skip


def feed(*entries: feeds.Entry) -> bytes:
    return feeds.atom(feeds.feed_id("an-khe"), "Thông báo – Phường An Khê", "UBND phường An Khê", f"{URL}/a.xml", f"{URL}/", entries, NOON)


def rules(xml: bytes) -> list[str]:
    """RFC 4287, 4.1: what the schema cannot say."""
    root, wrong = ET.fromstring(xml), []
    for node in (root, *root.iter(f"{ATOM}entry")):
        counts = Counter(child.tag.removeprefix(ATOM) for child in node)
        wrong += [name for name in ("id", "title", "updated") if counts[name] != 1]
        wrong += [name for name in ("published", "summary", "content", "generator") if counts[name] > 1]
        alternates = [child for child in node if child.tag == f"{ATOM}link" and child.get("rel") == "alternate"]
        wrong += ["alternate"] if len(alternates) > 1 else []
    ids = [node.findtext(f"{ATOM}id") for node in root.iter(f"{ATOM}entry")]
    wrong += ["ids"] if len(set(ids)) != len(ids) else []
    wrong += ["author"] if root.find(f"{ATOM}author") is None else []
    return wrong


def test_a_feed_validates_full_and_empty() -> None:
    for xml in (feed(entry(2), entry(1, "Tin <b>&amp;</b>")), feed()):
        assert problems("atom", xml) == []
        assert rules(xml) == []


def test_updated_is_that_of_the_newest() -> None:
    assert ET.fromstring(feed(entry(1), entry(3), entry(2))).findtext(f"{ATOM}updated") == "2026-11-24T08:00:00Z"


def test_ids_stay_when_the_site_moves_and_differ_between_wards() -> None:
    assert feeds.entry_id("an-khe", 5) == feeds.entry_id("an-khe", 5) != feeds.entry_id("tan-thanh", 5)
    assert len({feeds.feed_id("an-khe"), feeds.feed_id("an-khe", "thien-tai"), feeds.entry_id("an-khe", 1)}) == 3


def test_the_check_itself_sees_a_mistake() -> None:
    xml = feed(entry(1))
    assert problems("atom", xml.replace(b"2026-11-24T05:00:00Z", b"24/11/2026"))
    assert rules(feed(entry(1), entry(1))) == ["ids"]
    assert rules(xml.replace(b"<generator", b"<title>x</title><generator")) == ["title"]
