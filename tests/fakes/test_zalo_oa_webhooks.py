"""The fake of Zalo OA sends webhooks as the platform does (zalo-oa.md §9, §12)."""

from __future__ import annotations

import hashlib
import hmac
import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.fakes.serving import Fake, running_fake
from tests.fakes.zalo_oa_peers import CITIZEN, Program, Receiver, receiving

VECTOR = (
    '{"app_id":"4444444444444444444","sender":{"id":"9000000000000000001"},"user_id_by_app":"552177279717587730",'
    '"recipient":{"id":"3333333333333333333"},"event_name":"user_send_text",'
    '"message":{"text":"Thủ tục khai sinh","msg_id":"a1b2c3d4e5f60718"},"timestamp":"1786300000123"}'
)
MAC = "fff982b6a13b651b79697702cbce701302ec4c5986cd2f1823abe5c468b6f1cd"
SECRET = "OA_SECRET_fake_0123456789"
HOUR = 3600


@pytest.fixture(scope="module")
def fake() -> Iterator[Fake]:
    with running_fake("zalo_oa") as found:
        yield found


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as found:
        yield found


@pytest.fixture
def program(fake: Fake, receiver: Receiver) -> Iterator[Program]:
    with httpx.Client(base_url=fake.url, trust_env=False, verify=False) as http:
        program = Program(fake, http)
        fake.sim("oa", webhook_url=receiver.url)
        yield program


def by_hand(body: bytes, timestamp: str) -> str:
    return hashlib.sha256(b"4444444444444444444" + body + timestamp.encode() + SECRET.encode()).hexdigest()


def test_body_and_signature_are_those_of_the_reference(program: Program, receiver: Receiver) -> None:
    assert by_hand(VECTOR.encode(), "1786300000123") == MAC
    said = program.fake.sim("say", id=CITIZEN, text="Thủ tục khai sinh", msg_id="a1b2c3d4e5f60718", timestamp="1786300000123")
    (received,) = receiver.received
    assert len(received.body) == 278
    assert received.body == VECTOR.encode()
    assert received.headers["x-zevent-signature"] == f"mac={MAC}"
    assert "num_retry" not in received.headers
    assert (said["msg_id"], said["delivered"]) == ("a1b2c3d4e5f60718", 200)
    assert 0 < said["seconds"] < 2


def test_a_signature_may_be_written_otherwise_be_wrong_or_be_missing(program: Program, receiver: Receiver) -> None:
    for signing in ("good", "spaced", "bare", "wrong", "hmac", "missing", "tampered"):
        program.fake.sim("say", id=CITIZEN, text="a", signature=signing)
    found = [each.headers.get("x-zevent-signature") for each in receiver.received]
    good = [by_hand(each.body, each.json["timestamp"]) for each in receiver.received]
    assert found[:3] == [f"mac={good[0]}", f"mac = {good[1]}", good[2]]
    assert found[3] != f"mac={good[3]}"
    assert found[4] == "mac=" + hmac.new(SECRET.encode(), receiver.received[4].body, hashlib.sha256).hexdigest()
    assert found[5] is None
    assert found[6] != f"mac={good[6]}"
    assert receiver.received[6].json["forged"] is True


def test_a_failed_webhook_comes_again_by_the_ladder_and_then_never(program: Program, receiver: Receiver) -> None:
    receiver.status = 500
    assert program.fake.sim("say", id=CITIZEN, text="a")["delivered"] == 500
    for number, seconds in enumerate((30, 300, 900, 1800, HOUR), 1):
        assert program.fake.sim("clock", advance_seconds=seconds - 5)["webhooks"] == []
        (again,) = program.fake.sim("clock", advance_seconds=6)["webhooks"]
        assert again["num_retry"] == number
    assert [each.headers.get("num_retry") for each in receiver.received] == [None, "1", "2", "3", "4", "5"]
    assert len({each.body for each in receiver.received}) == 1
    assert program.fake.sim("state")["subscribed"] is False
    receiver.status = 200
    assert program.fake.sim("say", id=CITIZEN, text="b")["delivered"] is None
    program.fake.sim("oa", webhook_url=receiver.url)
    assert program.fake.sim("say", id=CITIZEN, text="c")["delivered"] == 200


def test_a_retry_that_succeeds_is_the_last(program: Program, receiver: Receiver) -> None:
    receiver.status = 503
    program.fake.sim("say", id=CITIZEN, text="a")
    receiver.status = 200
    webhooks = program.fake.sim("clock", advance_seconds=3 * HOUR)["webhooks"]
    assert [(each["num_retry"], each["delivered"]) for each in webhooks] == [(1, 200)]


def test_only_lost_connections_may_be_retried(program: Program, receiver: Receiver) -> None:
    program.fake.sim("oa", retry_on="connection")
    receiver.status = 500
    program.fake.sim("say", id=CITIZEN, text="a")
    assert program.fake.sim("clock", advance_seconds=60)["webhooks"] == []
    program.fake.sim("oa", webhook_url="http://127.0.0.1:1/")
    assert program.fake.sim("say", id=CITIZEN, text="b")["delivered"] is None
    program.fake.sim("oa", webhook_url=receiver.url)
    receiver.status = 200
    assert [each["delivered"] for each in program.fake.sim("clock", advance_seconds=60)["webhooks"]] == [200]


def test_an_answer_after_two_seconds_is_too_late(program: Program, receiver: Receiver) -> None:
    receiver.delay = 2.5
    said = program.fake.sim("say", id=CITIZEN, text="a")
    assert said["delivered"] is None
    assert said["seconds"] > 1.9
    receiver.delay = 0
    assert [each["num_retry"] for each in program.fake.sim("clock", advance_seconds=60)["webhooks"]] == [1]


def test_webhooks_may_come_twice_or_out_of_order(program: Program, receiver: Receiver) -> None:
    assert program.fake.sim("say", id=CITIZEN, text="a", copies=2)["copies"] == [200, 200]
    first, second = receiver.received
    assert first.body == second.body
    for text in ("b", "c"):
        program.fake.sim("say", id=CITIZEN, text=text, hold=True)
    assert len(receiver.received) == 2
    assert [each["delivered"] for each in program.fake.sim("release", order="reversed")] == [200, 200]
    assert [each.json["message"]["text"] for each in receiver.received[2:]] == ["c", "b"]


def test_an_accepted_message_comes_back_as_echo_and_receipts(program: Program, receiver: Receiver) -> None:
    sent = program.send({"text": "Chào bác"})["data"]["message_id"]
    events = {each.json["event_name"]: each.json for each in receiver.until(3)}
    assert events["oa_send_text"]["message"] == {"text": "Chào bác", "msg_id": sent}
    assert events["oa_send_text"]["sender"] == {"id": "3333333333333333333"}
    assert events["user_received_message"]["message"] == {"msg_id": sent}
    assert events["user_seen_message"]["message"] == {"msg_ids": [sent]}
    assert events["user_seen_message"]["recipient"] == {"id": CITIZEN}


def test_echo_and_receipts_can_be_switched_off(program: Program, receiver: Receiver) -> None:
    program.fake.sim("oa", echo=False, receipts=False, muted=["user_send_sticker"])
    program.send({"text": "a"})
    assert program.fake.sim("sticker", id=CITIZEN)["delivered"] is None
    program.fake.sim("say", id=CITIZEN, text="b")
    assert receiver.events() == ["user_send_text"]


@pytest.mark.parametrize(
    ("action", "kind", "payload"),
    [
        ("photo", "image", {"url", "thumbnail"}),
        ("gif", "gif", {"url", "thumbnail"}),
        ("link", "link", {"thumbnail", "description", "url"}),
        ("audio", "audio", {"url"}),
        ("video", "video", {"url", "thumbnail", "description"}),
        ("sticker", "sticker", {"id", "url"}),
        ("location", "location", {"coordinates"}),
        ("file", "file", {"url", "name", "size", "type", "checksum"}),
    ],
)
def test_a_citizen_sends_other_things_than_text(program: Program, receiver: Receiver, action: str, kind: str, payload: set[str]) -> None:
    said = program.fake.sim(action, id=CITIZEN, text="đây")
    (body,) = [each.json for each in receiver.received]
    assert body["event_name"] == f"user_send_{kind}"
    assert (body["message"]["msg_id"], body["message"]["text"]) == (said["msg_id"], "đây")
    (attachment,) = body["message"]["attachments"]
    assert (attachment["type"], set(attachment["payload"])) == (kind, payload)


@pytest.mark.parametrize(
    ("name", "fields"),
    [
        ("user_send_business_card", {"sender", "recipient", "user_id_by_app", "message"}),
        *((f"oa_send_{kind}", {"sender", "recipient", "message"}) for kind in ("text", "image", "list", "file", "sticker", "template")),
        ("user_received_message", {"sender", "recipient", "message"}),
        ("user_seen_message", {"sender", "recipient", "message"}),
        ("user_reacted_message", {"sender", "recipient", "user_id_by_app", "message"}),
        ("oa_reacted_message", {"sender", "recipient", "message"}),
        ("follow", {"oa_id", "follower", "user_id_by_app", "source"}),
        ("unfollow", {"oa_id", "follower", "user_id_by_app", "source"}),
        ("user_click_chatnow", {"oa_id", "user_id", "user_id_by_app"}),
        ("user_submit_info", {"sender", "recipient", "user_id_by_app", "info"}),
        ("update_user_info", {"sender", "recipient", "user_id_by_app", "info"}),
        ("user_withdraw", {"oa_id", "user_id", "user_id_by_app"}),
        ("add_user_to_tag", {"oa_id", "tag"}),
        ("remove_tag", {"oa_id", "tag"}),
        *((f"anonymous_send_{kind}", {"sender", "recipient", "message"}) for kind in ("text", "image", "file", "sticker")),
        ("oa_send_anonymous_text", {"sender", "recipient", "message"}),
        ("widget_interaction_accepted", {"oa_id", "data"}),
        ("widget_failed_to_sync_user_external_id", {"oa_id"}),
        ("user_join_group", {"oa_id", "group_id", "users"}),
        ("user_reply_consent", {"sender", "recipient", "user_id_by_app"}),
        ("change_oa_daily_quota", {"oa_id"}),
        ("event_of_tomorrow", {"oa_id"}),
    ],
)
def test_every_event_has_the_fields_of_the_reference(program: Program, receiver: Receiver, name: str, fields: set[str]) -> None:
    assert program.fake.sim("event", name=name)["delivered"] == 200
    (received,) = receiver.received
    assert received.json.keys() == fields | {"app_id", "event_name", "timestamp"}
    assert received.headers["x-zevent-signature"] == "mac=" + by_hand(received.body, received.json["timestamp"])


def test_an_event_takes_other_fields_and_the_next_one_starts_afresh(program: Program, receiver: Receiver) -> None:
    program.fake.sim("event", name="oa_send_text", fields={"sender": {"admin_id": "777"}, "message": {"text": "Chào"}})
    program.fake.sim("event", name="oa_send_text", fields={"recipient": {"id": "5"}})
    program.fake.sim("event", name="user_withdraw", party="to_oa")
    first, second, third = (each.json for each in receiver.received)
    assert first["sender"] == {"id": "3333333333333333333", "admin_id": "777"}
    assert second["message"]["text"] == "Chào bà con"
    assert first["message"]["msg_id"] != second["message"]["msg_id"]
    assert third["sender"] == {"id": CITIZEN}


def test_the_console_sends_a_signed_test(program: Program, receiver: Receiver) -> None:
    assert program.fake.sim("console_test")["msg_id"] == "This is message id"
    (received,) = receiver.received
    assert received.json["message"]["text"] == "This is testing message"
    assert received.json["recipient"]["id"] != "3333333333333333333"
    assert received.headers["x-zevent-signature"] == "mac=" + by_hand(received.body, received.json["timestamp"])


def test_raw_bytes_can_be_sent(program: Program, receiver: Receiver) -> None:
    assert program.fake.sim("raw", body="{no json", headers={"X-ZEvent-Signature": "mac=0"})["delivered"] == 200
    assert (receiver.received[0].body, receiver.received[0].headers["x-zevent-signature"]) == (b"{no json", "mac=0")


def test_following_and_leaving_decide_who_can_be_reached(program: Program, receiver: Receiver) -> None:
    program.fake.sim("follow", id="9000000000000000002")
    assert program.send({"text": "a"}, "9000000000000000002")["error"] == 0
    program.fake.sim("unfollow", id="9000000000000000002")
    assert program.send({"text": "a"}, "9000000000000000002")["error"] == -213
    assert [event for event in receiver.events() if "follow" in event] == ["follow", "unfollow"]


def test_a_press_says_the_words_of_a_query_button_only(program: Program, receiver: Receiver) -> None:
    program.fake.sim("oa", echo=False, receipts=False)
    found = [
        {"type": "oa.query.show", "title": "Có", "payload": "có ạ"},
        {"type": "oa.query.hide", "title": "Không", "payload": "#khong"},
        {"type": "oa.open.url", "title": "Mở", "payload": {"url": "https://example.vn/"}},
    ]
    attachment = {"type": "template", "payload": {"buttons": found}}
    sent = program.send({"text": "Chọn", "attachment": attachment})["data"]["message_id"]
    program.fake.sim("press", id=CITIZEN, message_id=sent, button=0)
    program.fake.sim("press", id=CITIZEN, message_id=sent, button="Không")
    assert program.fake.sim("press", id=CITIZEN, message_id=sent, button=2)["opened"] == {"url": "https://example.vn/"}
    assert [(each.json["event_name"], each.json["message"]["text"]) for each in receiver.received] == [
        ("user_send_text", "có ạ"),
        ("user_send_text", "#khong"),
    ]


def test_zns_tells_when_a_message_arrived(program: Program, receiver: Receiver) -> None:
    program.fake.sim("phone", phone="84901234567")
    program.fake.sim("template", id="t", params={"ten": 30})
    body = {"phone": "84901234567", "template_id": "t", "template_data": {"ten": "A"}, "tracking_id": "42"}
    msg_id = program.post("/message/template", body)["data"]["msg_id"]
    program.fake.sim("clock", advance_seconds=6)
    (received,) = receiver.received
    assert received.headers["x-zevent-server"] == "ZNS"
    assert received.json["recipient"] == {"id": "84901234567"}
    assert received.json["message"].items() >= {"msg_id": msg_id, "tracking_id": "42"}.items()


def test_one_can_wait_for_messages(program: Program) -> None:
    assert program.fake.sim("wait", to=CITIZEN, count=1, timeout=0.1) == {"count": 0, "done": False}
    program.send({"text": "a"})
    assert program.fake.sim("wait", to=CITIZEN, count=1) == {"count": 1, "done": True}
    assert program.fake.sim("wait", id=CITIZEN) == {"count": 1, "done": True}
    assert program.fake.sim("wait") == {"count": 1, "done": True}


def test_a_flood_keeps_its_rate_and_latencies_run_until_the_first_answer(program: Program, receiver: Receiver) -> None:
    program.fake.sim("oa", echo=False, receipts=False)
    assert program.fake.sim("flood", citizens=10, per_second=40, seconds=0.5, texts=["một", "hai"]) == {"planned": 20}
    received = receiver.until(20)
    assert [each.json["message"]["text"] for each in sorted(received, key=_sent_at)][:2] == ["một", "hai"]
    assert len({each.json["sender"]["id"] for each in received}) == 10
    before = program.fake.sim("latencies")
    assert (before["count"], before["waiting"], before["p50"]) == (0, 20, None)
    for citizen in {each.json["sender"]["id"] for each in received}:
        assert program.send({"text": "đáp"}, citizen)["error"] == 0
    after = _finished(program)
    assert (after["count"], after["waiting"], len(after["list"])) == (20, 0, 20)
    assert 0 < after["p50"] <= after["p99"]
    assert after["flood"]["statuses"] == {"200": 20}


def _sent_at(received: Any) -> int:
    return int(received.json["timestamp"])


def _finished(program: Program) -> dict[str, Any]:
    end = time.monotonic() + 10
    while (found := program.fake.sim("latencies"))["flood"]["running"] and time.monotonic() < end:
        time.sleep(0.02)
    return dict(found)
