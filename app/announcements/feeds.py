"""Atom (RFC 4287): the announcements of a ward for readers and other sites. An entry keeps its id; a correction updates it."""

from __future__ import annotations

import datetime as dt
import uuid
import xml.etree.ElementTree as ET
from collections.abc import Sequence
from dataclasses import dataclass

NAMESPACE = "http://www.w3.org/2005/Atom"


@dataclass(frozen=True)
class Entry:
    """One announcement as it stands now. `topic`: id and name; `enclosure`: address, type and bytes of a picture."""

    id: str
    title: str
    summary: str
    text: str
    address: str
    published: dt.datetime
    updated: dt.datetime
    topic: tuple[str, str]
    enclosures: tuple[tuple[str, str, int], ...] = ()


def entry_id(ward: str, announcement_id: int) -> str:
    """An id that stays when the site moves to another address."""
    return f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, f'gandan:{ward}:announcement:{announcement_id}')}"


def feed_id(ward: str, topic: str = "") -> str:
    """The id of a feed; one for each topic and one for all."""
    return f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, f'gandan:{ward}:announcements:{topic}')}"


def atom(identity: str, title: str, author: str, self_url: str, page_url: str, entries: Sequence[Entry], started: dt.datetime) -> bytes:
    """The feed, newest entry first. `started`: what «updated» says while there is no entry."""
    ET.register_namespace("", NAMESPACE)
    root = ET.Element(f"{{{NAMESPACE}}}feed", {"{http://www.w3.org/XML/1998/namespace}lang": "vi"})
    _put(root, "id", identity)
    _put(root, "title", title)
    _put(root, "updated", _moment(max((entry.updated for entry in entries), default=started)))
    _put(ET.SubElement(root, f"{{{NAMESPACE}}}author"), "name", author)
    _put(root, "link", rel="self", type="application/atom+xml", href=self_url)
    _put(root, "link", rel="alternate", type="text/html", href=page_url)
    _put(root, "generator", "Gần Dân")
    for entry in entries:
        _entry(ET.SubElement(root, f"{{{NAMESPACE}}}entry"), entry)
    ET.indent(root)
    return b'<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(root, encoding="unicode").encode() + b"\n"


def _entry(parent: ET.Element, entry: Entry) -> None:
    _put(parent, "id", entry.id)
    _put(parent, "title", entry.title)
    _put(parent, "published", _moment(entry.published))
    _put(parent, "updated", _moment(entry.updated))
    _put(parent, "category", term=entry.topic[0], label=entry.topic[1])
    _put(parent, "link", rel="alternate", type="text/html", href=entry.address)
    for address, kind, size in entry.enclosures:
        _put(parent, "link", rel="enclosure", type=kind, length=str(size), href=address)
    _put(parent, "summary", entry.summary)
    _put(parent, "content", entry.text, type="text")


def _put(parent: ET.Element, name: str, text: str = "", **attributes: str) -> None:
    child = ET.SubElement(parent, f"{{{NAMESPACE}}}{name}", attributes)
    if text:
        child.text = text


def _moment(at: dt.datetime) -> str:
    return at.astimezone(dt.UTC).replace(microsecond=0).isoformat().replace("+00:00", "Z")
