"""Common Alerting Protocol 1.2 (OASIS): one danger as XML that other alert systems read.

An original is an Alert; a correction, a reminder and «hết nguy hiểm» are Updates (the last with responseType AllClear); a
withdrawal is a Cancel. Follow-ups refer to every earlier message of the same danger.
"""

from __future__ import annotations

import datetime as dt
import xml.etree.ElementTree as ET
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from app.announcements.content import Cap, Content, titled
from app.announcements.messages import Framing, before
from app.announcements.models import Kind
from app.calendar.opening import VIETNAM

NAMESPACE = "urn:oasis:names:tc:emergency:cap:1.2"
_TYPES = {Kind.ORIGINAL: "Alert", Kind.WITHDRAWAL: "Cancel"}


@dataclass(frozen=True)
class Sent:
    """One message of a danger as it went out: the three things that CAP refers to."""

    sender: str
    identifier: str
    at: dt.datetime

    def reference(self) -> str:
        """`sender,identifier,sent`."""
        return f"{self.sender},{self.identifier},{moment(self.at)}"


def sent_of(public_url: str, ward: str, announcement_id: int, version: int, at: dt.datetime) -> Sent:
    """How CAP names a message of ours: the site's host, and the ward with our number. No spaces, commas, < or &."""
    return Sent(urlsplit(public_url).hostname or "localhost", f"gandan-{ward}-{announcement_id}-{version}", at)


def moment(at: dt.datetime) -> str:
    """A time as CAP writes it: seconds, and the offset of Vietnam."""
    return at.astimezone(VIETNAM).replace(microsecond=0).isoformat()


def alert(content: Content, cap: Cap, framing: Framing, this: Sent, earlier: Sequence[Sent], areas: Sequence[str]) -> bytes:
    """The XML. `areas`: names of the places meant, at least one; `earlier`: messages of this danger, oldest first."""
    ET.register_namespace("", NAMESPACE)
    root = ET.Element(f"{{{NAMESPACE}}}alert")
    _put(root, "identifier", this.identifier)
    _put(root, "sender", this.sender)
    _put(root, "sent", moment(this.at))
    _put(root, "status", cap.status)
    _put(root, "msgType", _TYPES.get(framing.kind, "Update"))
    _put(root, "source", framing.sender)
    _put(root, "scope", "Public")
    _put(root, "note", " ".join(before(content, framing)))
    _put(root, "references", " ".join(sent.reference() for sent in earlier))
    _put(root, "incidents", earlier[0].identifier if earlier else "")
    info = ET.SubElement(root, f"{{{NAMESPACE}}}info")
    _put(info, "language", "vi-VN")
    _put(info, "category", cap.category)
    _put(info, "event", cap.event)
    _put(info, "responseType", _response(cap, framing))
    over = framing.kind in {Kind.ALL_CLEAR, Kind.WITHDRAWAL}
    _put(info, "urgency", "Past" if over else cap.urgency)
    _put(info, "severity", "Minor" if framing.kind is Kind.ALL_CLEAR else cap.severity)
    _put(info, "certainty", "Observed" if framing.kind is Kind.ALL_CLEAR else cap.certainty)
    _put(info, "effective", moment(this.at))
    _put(info, "onset", moment(cap.onset) if cap.onset and not over else "")
    _put(info, "expires", moment(cap.expires) if cap.expires else "")
    _put(info, "senderName", framing.sender)
    _put(info, "headline", titled(content.title, framing.kind, exercise=framing.exercise)[:160])
    _put(info, "description", "\n".join(filter(None, (content.what, content.when, content.where, content.body))))
    _put(info, "instruction", content.do)
    _put(info, "web", framing.page)
    _put(info, "contact", content.contact)
    for name in areas:
        _put(ET.SubElement(info, f"{{{NAMESPACE}}}area"), "areaDesc", name)
    ET.indent(root)
    return b'<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(root, encoding="unicode").encode() + b"\n"


def _response(cap: Cap, framing: Framing) -> str:
    if framing.kind is Kind.ALL_CLEAR:
        return "AllClear"
    return "None" if framing.kind is Kind.WITHDRAWAL else cap.response


def _put(parent: ET.Element, name: str, text: str) -> None:
    """A child with text; nothing for empty text, which the schema would take for a value."""
    if text:
        ET.SubElement(parent, f"{{{NAMESPACE}}}{name}").text = text
