"""Webhooks and poll results become updates."""

from __future__ import annotations

import contextlib
import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import bots.zalo_bot
from app.messages import Forged, Malformed, MessageKind, Update, WebhookRequest
from bots.zalo_bot.updates import read_body, read_event
from tests.bots.zalo_bot.bot import CITIZEN, SECRET, channel_at

PAYLOADS = Path(bots.zalo_bot.__file__).parent / "payloads"
FORMS = ("bare", "enveloped")
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9)
JSON = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3), max_leaves=5
)


def payload(name: str, form: str = "bare") -> bytes:
    return (PAYLOADS / f"{name}.{form}.json").read_bytes()


def event(**changes: Any) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(payload("text"))
    found["message"] |= changes
    return found


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(
    ("name", "kind", "text"),
    [
        ("text", MessageKind.TEXT, "Làm giấy khai sinh cần gì?"),
        ("image-photo", MessageKind.PHOTO, "Giấy này dùng được không ạ?"),
        ("image-photo-url", MessageKind.PHOTO, ""),
        ("sticker", MessageKind.STICKER, ""),
        ("voice", MessageKind.VOICE, ""),
    ],
)
def test_a_message_becomes_one_update(name: str, form: str, kind: MessageKind, text: str) -> None:
    sent = json.loads(payload(name))["message"]
    (update,) = read_body(payload(name, form))
    assert update == Update(
        update_id=sent["message_id"],
        person=CITIZEN,
        message=kind,
        text=text,
        sent_at=dt.datetime.fromtimestamp(sent["date"] / 1000, dt.UTC),
    )


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("name", ["unsupported", "group", "own"])
def test_protected_people_groups_and_ourselves_start_no_work(name: str, form: str) -> None:
    assert read_body(payload(name, form)) == ()


def test_every_payload_is_tried() -> None:
    names = {path.name.removesuffix(".json") for path in PAYLOADS.iterdir()}
    tried = {"text", "image-photo", "image-photo-url", "sticker", "voice", "unsupported", "group", "own"}
    assert names == {f"{name}.{form}" for name in tried for form in FORMS}


def test_an_unsupported_message_may_lack_everything() -> None:
    assert read_event({"event_name": "message.unsupported.received"}) == ()


def test_an_event_newer_than_this_code_starts_no_work() -> None:
    assert read_event({"event_name": "message.hologram.received", "message": {"light": 1}}) == ()


@pytest.mark.parametrize(
    ("said", "read"),
    [("/thutuc", "thutuc"), (" /khai sinh ", "khai sinh"), ("1/2 ngày", "1/2 ngày"), ("//", "/"), ("/", ""), ("khai sinh?", "khai sinh?")],
)
def test_the_slash_of_a_command_is_dropped(said: str, read: str) -> None:
    assert read_event(event(text=said))[0].text == read


@pytest.mark.parametrize(
    "changes",
    [
        {"message_id": None},
        {"message_id": ""},
        {"message_id": "x" * 201},
        {"message_id": 5},
        {"date": "hôm nay"},
        {"date": None},
        {"date": 10**30},
        {"date": "2026-11-22T08:00:00"},  # of which zone?
        {"chat": {}},
        {"chat": {"id": CITIZEN}},
        {"chat": {"id": "", "chat_type": "PRIVATE"}},
        {"from": "An"},
        {"text": ["bí mật"]},
        {"text": {"bí mật": 1}},
    ],
)
def test_a_message_of_another_shape_is_malformed_and_its_words_are_not_quoted(changes: dict[str, Any]) -> None:
    with pytest.raises(Malformed) as caught:
        read_event(event(**changes))
    assert "mật" not in str(caught.value)
    assert "khai sinh" not in str(caught.value)
    assert caught.value.__cause__ is None


@pytest.mark.parametrize("body", [b"", b"{", b"\xff", b"[]", b"null", b"5", b'"x"', b"{}", b'{"ok":true}', b'{"ok":true,"result":[]}'])
def test_a_body_of_another_shape_is_malformed(body: bytes) -> None:
    with pytest.raises(Malformed):
        read_body(body)


def test_deeply_nested_json_is_malformed() -> None:
    with pytest.raises(Malformed):
        read_body(b"[" * 100_000)


@settings(deadline=None)  # a busy machine is no failure
@given(st.binary() | JSON.map(lambda document: json.dumps(document).encode()))
def test_no_body_breaks_the_reader(body: bytes) -> None:
    with contextlib.suppress(Malformed):
        assert read_body(body) == ()


@settings(deadline=None)
@given(st.dictionaries(st.sampled_from(["from", "chat", "message_id", "date", "text", "caption", "photo"]), JSON))
def test_no_message_breaks_the_reader(changes: dict[str, Any]) -> None:
    with contextlib.suppress(Malformed):
        assert len(read_event(event(**changes))) <= 1


def request(secret: str | None, body: bytes) -> WebhookRequest:
    return WebhookRequest(headers={} if secret is None else {"x-bot-api-secret-token": secret}, body=body)


def test_the_right_secret_opens() -> None:
    (update,) = channel_at("http://127.0.0.1:9").read(request(SECRET, payload("text", "enveloped")))
    assert update.text == "Làm giấy khai sinh cần gì?"


@pytest.mark.parametrize("secret", [None, "", SECRET + "x", SECRET.upper(), "sai bí mật", "\xff"])
def test_another_secret_is_forged_before_anything_is_read(secret: str | None) -> None:
    with pytest.raises(Forged):
        channel_at("http://127.0.0.1:9").read(request(secret, b"not JSON"))


@pytest.mark.parametrize("secret", [None, ""])
def test_without_a_secret_of_ours_everything_is_forged(secret: str | None) -> None:
    with pytest.raises(Forged):
        channel_at("http://127.0.0.1:9", secret="").read(request(secret, payload("text")))
