"""CAP 1.2: every kind of message, against the schema of OASIS and against what the text of the standard asks beside it."""

from __future__ import annotations

import datetime as dt
import re
import xml.etree.ElementTree as ET
from typing import Any, get_args

import pytest

from app.announcements import cap
from app.announcements.content import Cap, Content
from app.announcements.messages import Framing
from app.announcements.models import Kind
from app.announcements.words import words
from tests.announcements.office import DANGER, NOON, STORM
from tests.announcements.schemas import problems

URL = "https://ankhe.example.vn"
WARD = "Phường An Khê, Thành phố Đà Nẵng"
C = f"{{{cap.NAMESPACE}}}"


def sent(number: int, hours: int = 0) -> cap.Sent:
    return cap.sent_of(URL, "an-khe", number, 1, NOON + dt.timedelta(hours=hours))


def made(
    kind: Kind = Kind.ORIGINAL, danger: Cap = DANGER, content: Content = STORM, earlier: int = 0, **framing: Any
) -> tuple[bytes, ET.Element]:
    around = Framing(sender="UBND phường An Khê", page=f"{URL}/thong-bao/bao-so-5-7", kind=kind, urgent=True, earlier=NOON, **framing)
    xml = cap.alert(content, danger, around, sent(7 + earlier, earlier), [sent(7 + n, n) for n in range(earlier)], [WARD])
    return xml, ET.fromstring(xml)


def text(root: ET.Element, path: str) -> str:
    return root.findtext("/".join(C + step for step in path.split("/")), "")


@pytest.mark.parametrize(
    ("kind", "earlier", "message", "response", "urgency"),
    [
        (Kind.ORIGINAL, 0, "Alert", "Prepare", "Expected"),
        (Kind.CORRECTION, 1, "Update", "Prepare", "Expected"),
        (Kind.REMINDER, 2, "Update", "Prepare", "Expected"),
        (Kind.ALL_CLEAR, 3, "Update", "AllClear", "Past"),
        (Kind.WITHDRAWAL, 2, "Cancel", "None", "Past"),
    ],
)
def test_each_kind_validates_and_refers_to_all_before(kind: Kind, earlier: int, message: str, response: str, urgency: str) -> None:
    xml, root = made(kind, content=STORM.model_copy(update={"note": "Bão đổi hướng & yếu đi <nhanh>."}), earlier=earlier)
    assert problems("cap-1.2", xml) == []
    assert (text(root, "msgType"), text(root, "info/responseType"), text(root, "info/urgency")) == (message, response, urgency)
    references = text(root, "references").split()
    assert len(references) == earlier
    assert all(re.fullmatch(r"[^,\s<&]+,[^,\s<&]+,\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+07:00", each) for each in references)
    if earlier:
        assert text(root, "incidents") == "gandan-an-khe-7-1"
        assert references[0] == "ankhe.example.vn,gandan-an-khe-7-1,2026-11-24T12:00:00+07:00"


def test_what_the_standard_asks_of_the_fields() -> None:
    _, root = made()
    assert text(root, "status") == "Actual"
    assert text(root, "scope") == "Public"
    assert not re.search(r"[\s,<&]", text(root, "identifier") + text(root, "sender"))
    assert text(root, "sent") == text(root, "info/effective") == "2026-11-24T12:00:00+07:00"
    assert text(root, "info/onset") == "2026-11-24T19:00:00+07:00"
    assert text(root, "info/expires") == "2026-11-25T08:00:00+07:00"
    assert text(root, "info/language") == "vi-VN"
    assert (text(root, "info/event"), text(root, "info/category"), text(root, "info/area/areaDesc")) == ("Bão", "Met", WARD)
    assert "Ở yên trong nhà" in text(root, "info/instruction")
    assert text(root, "info/web") == f"{URL}/thong-bao/bao-so-5-7"


def test_an_exercise_says_so_in_every_place_a_machine_or_person_looks() -> None:
    xml, root = made(danger=DANGER.model_copy(update={"status": "Exercise"}), exercise=True)
    assert problems("cap-1.2", xml) == []
    assert text(root, "status") == "Exercise"
    assert "diễn tập" in text(root, "note")
    assert text(root, "info/headline").startswith("DIỄN TẬP: ")


def test_every_choice_of_the_form_validates() -> None:
    fields = Cap.model_fields
    for name in ("status", "category", "response", "urgency", "severity", "certainty"):
        for value in get_args(fields[name].annotation):
            xml, _ = made(danger=DANGER.model_copy(update={name: value}))
            assert problems("cap-1.2", xml) == [], (name, value)
    for name, labels in words().cap.items():
        assert set(labels) == set(get_args(fields[name].annotation)), name
    assert {event.category for event in words().events} <= set(words().cap["category"])


def test_little_is_enough_and_several_areas_are_named() -> None:
    bare = Cap(event="Cháy", category="Fire")
    around = Framing(sender="UBND phường", page=f"{URL}/thong-bao/x")
    xml = cap.alert(Content(title="Cháy"), bare, around, sent(1), [], ["Tổ 12", "Tổ 13"])
    assert problems("cap-1.2", xml) == []
    assert [each.text for each in ET.fromstring(xml).iter(f"{C}areaDesc")] == ["Tổ 12", "Tổ 13"]


def test_the_check_itself_sees_a_mistake() -> None:
    xml, _ = made()
    assert problems("cap-1.2", xml.replace(b"<scope>Public</scope>", b""))
    assert problems("cap-1.2", xml.replace(b"+07:00</sent>", b"Z</sent>"))
