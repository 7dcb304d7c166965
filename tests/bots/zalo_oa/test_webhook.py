"""Whose webhook it is, and what each of Zalo's events becomes."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.messages import Forged, Malformed, MessageKind, Update, UpdateKind, WebhookRequest
from bots.zalo_oa.webhook import MESSAGES, RECEIPTS, read_webhook, signature
from tests.bots.zalo_oa.accounts import APP, CITIZEN, OA, OA_SECRET, PAYLOADS, account, signed

EVENTS = sorted(path.stem for path in PAYLOADS.glob("*.json"))
VECTOR = (PAYLOADS / "user_send_text.json").read_bytes()
VECTOR_MAC = "fff982b6a13b651b79697702cbce701302ec4c5986cd2f1823abe5c468b6f1cd"

# What starts work: kind of update, kind of message, text, update id. Every other recorded event starts none.
EXPECTED: dict[str, tuple[UpdateKind, MessageKind, str, str]] = {
    "user_send_text": (UpdateKind.MESSAGE, MessageKind.TEXT, "Thủ tục khai sinh", "a1b2c3d4e5f60718"),
    "user_send_image": (UpdateKind.MESSAGE, MessageKind.PHOTO, "Giấy này đủ chưa ạ", "a1b2c3d4e5f60701"),
    "user_send_gif": (UpdateKind.MESSAGE, MessageKind.PHOTO, "", "a1b2c3d4e5f60702"),
    "user_send_link": (UpdateKind.MESSAGE, MessageKind.OTHER, "https://dichvucong.gov.vn", "a1b2c3d4e5f60703"),
    "user_send_audio": (UpdateKind.MESSAGE, MessageKind.VOICE, "", "a1b2c3d4e5f60704"),
    "user_send_video": (UpdateKind.MESSAGE, MessageKind.VIDEO, "", "a1b2c3d4e5f60705"),
    "user_send_sticker": (UpdateKind.MESSAGE, MessageKind.STICKER, "", "a1b2c3d4e5f60706"),
    "user_send_location": (UpdateKind.MESSAGE, MessageKind.LOCATION, "", "a1b2c3d4e5f60707"),
    "user_send_file": (UpdateKind.MESSAGE, MessageKind.FILE, "", "a1b2c3d4e5f60708"),
    "user_send_business_card": (UpdateKind.MESSAGE, MessageKind.CONTACT, "", "a1b2c3d4e5f60709"),
    "user_submit_info": (UpdateKind.MESSAGE, MessageKind.CONTACT, "", ""),
    "user_submit_info_new": (UpdateKind.MESSAGE, MessageKind.CONTACT, "", ""),
    "follow": (UpdateKind.MESSAGE, MessageKind.START, "", ""),
    "user_click_chatnow": (UpdateKind.MESSAGE, MessageKind.START, "", ""),
    "unfollow": (UpdateKind.BLOCKED, MessageKind.TEXT, "", ""),
    "user_withdraw": (UpdateKind.ERASE, MessageKind.TEXT, "", ""),
}


def event(**changes: Any) -> tuple[bytes, str]:
    """The recorded text event with other fields; a field of None is left out."""
    values = {key: value for key, value in (json.loads(VECTOR) | changes).items() if value is not None}
    return json.dumps(values, ensure_ascii=False).encode(), str(values.get("timestamp", ""))


def read(body: bytes, timestamp: str, oa_id: str = OA) -> tuple[Update, ...]:
    return read_webhook(signed(body, timestamp), APP, OA_SECRET, oa_id)


def said(text: str) -> Update:
    [update] = read(*event(message={"text": text, "msg_id": "b1"}))
    return update


def test_the_signature_agrees_with_the_official_sdk() -> None:
    assert len(VECTOR) == 278
    assert signature(APP, VECTOR, "1786300000123", OA_SECRET) == VECTOR_MAC
    assert hashlib.sha256(f"{APP}{VECTOR.decode()}1786300000123{OA_SECRET}".encode()).hexdigest() == VECTOR_MAC


@pytest.mark.parametrize("header", ["mac={}", "mac = {}", " mac={} ", "{}", "MAC={}"])
def test_the_signature_is_found_in_every_form_it_comes_in(header: str) -> None:
    request = WebhookRequest({"x-zevent-signature": header.format(VECTOR_MAC)}, VECTOR)
    assert read_webhook(request, APP, OA_SECRET, OA)
    upper = WebhookRequest({"x-zevent-signature": header.format(VECTOR_MAC.upper())}, VECTOR)
    assert read_webhook(upper, APP, OA_SECRET, OA)


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"x-zevent-signature": ""},
        {"x-zevent-signature": "mac="},
        {"x-zevent-signature": f"mac={VECTOR_MAC[:-1]}"},
        {"x-zevent-signature": f"mac={VECTOR_MAC[:-1]}e"},
        {"x-zevent-signature": f"mac={'é' * 64}"},
        {"x-zevent-signature": f"mac={VECTOR_MAC} mac={VECTOR_MAC}"},
        {"signature": f"mac={VECTOR_MAC}"},
    ],
)
def test_without_the_right_signature_it_is_forged(headers: dict[str, str]) -> None:
    with pytest.raises(Forged):
        read_webhook(WebhookRequest(headers, VECTOR), APP, OA_SECRET, OA)


def test_a_changed_body_is_forged() -> None:
    request = WebhookRequest({"x-zevent-signature": f"mac={VECTOR_MAC}"}, VECTOR.replace(b"a1b2", b"a1b3"))
    with pytest.raises(Forged):
        read_webhook(request, APP, OA_SECRET, OA)


def test_an_account_without_its_secret_believes_nobody() -> None:
    with pytest.raises(Forged):
        read_webhook(signed(VECTOR, "1786300000123", secret=""), APP, "", OA)


def test_the_channel_checks_with_the_keepers_values() -> None:
    channel, _ = account("http://127.0.0.1:9")
    assert channel.read(signed(VECTOR, "1786300000123"))[0].text == "Thủ tục khai sinh"
    with pytest.raises(Forged):
        channel.read(signed(VECTOR, "1786300000123", secret="another"))


@pytest.mark.parametrize(
    ("body", "timestamp"),
    [
        (b"", ""),
        (b"{", ""),
        (b"\xff\xfe", ""),
        (b"[" * 100_000, ""),
        (b"[]", ""),
        (b"7", ""),
        (b'{"timestamp":"1786300000123"}', "1786300000123"),
        event(event_name=7),
        event(event_name=["user_send_text"]),
        event(timestamp=None),
        event(timestamp="soon"),
        event(timestamp="17863000001230000"),
        event(timestamp="１７８６３００００"),
        event(sender=None),
        event(sender={"id": ""}),
        event(sender={"id": {}}),
        event(sender="9000000000000000001"),
        event(message="hello"),
        event(message={"msg_id": "x" * 300}),
        event(message={"msg_id": "b1", "text": {"a": 1}}),
        (VECTOR.replace("Thủ tục khai sinh".encode(), b"\\ud800"), "1786300000123"),
    ],
)
def test_what_is_no_event_is_malformed(body: bytes, timestamp: str) -> None:
    with pytest.raises(Malformed):
        read(body, timestamp)


RECEIVED = {"user_received_message": ["f1e2d3c4b5a69701"], "user_seen_message": ["f1e2d3c4b5a69701", "f1e2d3c4b5a69702"]}


@pytest.mark.parametrize(
    ("changes", "count"),
    [
        ({"sender": {"id": CITIZEN}, "recipient": {"id": OA}}, 1),  # the other way round than published
        ({"sender": {"id": "5"}, "recipient": {"id": "6"}}, 0),  # of another OA
        ({"sender": None}, 0),
        ({"message": {}}, 0),
        ({"message": {"msg_id": ""}}, 0),
        ({"message": {"msg_ids": ["a", "a", "", "b"]}}, 2),
    ],
)
def test_a_receipt_of_any_shape(changes: dict[str, object], count: int) -> None:
    published = {"sender": {"id": OA}, "recipient": {"id": CITIZEN}, "message": {"msg_id": "m1"}}
    updates = read(*event(event_name="user_received_message", **(published | changes)))
    assert [(update.kind, update.person) for update in updates] == [(UpdateKind.RECEIPT, CITIZEN)] * count


@pytest.mark.parametrize("name", EVENTS)
def test_a_recorded_event_becomes_its_update(name: str) -> None:
    body = (PAYLOADS / f"{name}.json").read_bytes()
    recorded = json.loads(body)
    updates = read(body, recorded["timestamp"])
    if name in RECEIPTS:
        assert [(update.kind, update.person, update.update_id, update.number) for update in updates] == [
            (UpdateKind.RECEIPT, CITIZEN, msg_id, RECEIPTS[name]) for msg_id in RECEIVED[name]
        ]
        return
    if name not in EXPECTED:
        assert updates == ()
        return
    kind, message, text, msg_id = EXPECTED[name]
    [update] = updates
    assert (update.kind, update.message, update.text, update.person) == (kind, message, text, CITIZEN)
    assert update.update_id == (msg_id or f"{recorded['event_name']}:{recorded['timestamp']}:{CITIZEN}")
    assert update.sent_at == dt.datetime.fromtimestamp(0, dt.UTC) + dt.timedelta(milliseconds=int(recorded["timestamp"]))


def test_every_event_that_starts_work_is_recorded() -> None:
    assert set(MESSAGES) | {"unfollow", "user_withdraw"} <= set(EVENTS)
    assert set(EXPECTED) <= set(EVENTS)


@pytest.mark.parametrize("name", ["user_submit_info", "user_submit_info_new", "user_send_business_card"])
def test_nothing_of_a_shared_card_is_kept(name: str) -> None:
    body = (PAYLOADS / f"{name}.json").read_bytes()
    [update] = read(body, json.loads(body)["timestamp"])
    kept = update.model_dump_json()
    assert "Nguyễn" not in kept
    assert "901234567" not in kept


def test_events_of_another_account_of_the_same_app_are_not_ours() -> None:
    assert read(VECTOR, "1786300000123", oa_id="3333333333333333334") == ()
    follow = (PAYLOADS / "follow.json").read_bytes()
    assert read(follow, json.loads(follow)["timestamp"], oa_id="3333333333333333334") == ()
    assert len(read(VECTOR, "1786300000123", oa_id="")) == 1


def test_the_consoles_test_is_answered_but_starts_nothing_even_before_consent() -> None:
    body = (PAYLOADS / "console_test.json").read_bytes()
    assert read(body, json.loads(body)["timestamp"], oa_id="") == ()


def test_a_withdrawal_counts_also_when_it_names_no_account() -> None:
    body, timestamp = event(event_name="user_withdraw", recipient=None, message=None)
    assert read(body, timestamp)[0].kind is UpdateKind.ERASE


def test_ids_and_times_come_as_numbers_too() -> None:
    body, timestamp = event(timestamp=1786300000123, sender={"id": int(CITIZEN)})
    assert read(body, timestamp)[0].person == CITIZEN


def test_buttons_come_back_as_presses_and_feedback() -> None:
    answer = "0123456789abcdef0123456789abcdef"
    press, good, bad = said(f"#gd:c:{answer}:12"), said(f"#gd:f:{answer}:1"), said(f"#gd:f:{answer}:0")
    assert (press.kind, press.answer_id, press.number, press.text) == (UpdateKind.PRESS, answer, 12, "")
    assert (good.kind, good.answer_id, good.number) == (UpdateKind.FEEDBACK, answer, 1)
    assert (bad.kind, bad.answer_id, bad.number) == (UpdateKind.FEEDBACK, answer, 0)


@pytest.mark.parametrize(
    "text",
    [
        "#gd:c:a:0",
        "#gd:c:a:100",
        "#gd:f:a:2",
        "#gd:c::1",
        f"#gd:c:{'a' * 65}:1",
        "#gd:c:a:1 nhé",
        "#gd:c:ắ:1",
        "#gd:x:a:1",
        "#LK 4821",
        "1",
    ],
)
def test_what_only_looks_like_a_button_is_text(text: str) -> None:
    update = said(text)
    assert (update.kind, update.text) == (UpdateKind.MESSAGE, text)


@settings(deadline=None)
@given(st.text(st.characters(codec="utf-8"), max_size=300))
def test_any_text_arrives_as_it_was_typed(text: str) -> None:
    assert said("." + text).text == "." + text


@settings(deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes_are_refused_in_our_own_words(body: bytes) -> None:
    with pytest.raises((Forged, Malformed)):
        read_webhook(signed(body, "1"), APP, OA_SECRET, OA)
