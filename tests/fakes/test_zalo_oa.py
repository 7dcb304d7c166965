"""The fake of Zalo OA keeps the platform's rules for sending (zalo-oa.md §1, §3, §5, §10, §12)."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.fakes.serving import Fake, running_fake
from tests.fakes.zalo_oa_peers import CITIZEN, PNG, V2, V3, Program

DAY = 86400.0


@pytest.fixture(scope="module")
def fake() -> Iterator[Fake]:
    with running_fake("zalo_oa") as found:
        yield found


@pytest.fixture
def program(fake: Fake) -> Iterator[Program]:
    with httpx.Client(base_url=fake.url, trust_env=False, verify=False) as http:
        yield Program(fake, http)


def template(**payload: Any) -> dict[str, Any]:
    return {"type": "template", "payload": payload}


def buttons(*found: dict[str, Any]) -> dict[str, Any]:
    return {"text": "Chọn", "attachment": template(buttons=list(found))}


def media(**element: Any) -> dict[str, Any]:
    return {"text": "Ảnh", "attachment": template(template_type="media", elements=[element])}


def cards(*elements: dict[str, Any], kind: str = "list") -> dict[str, Any]:
    return {"attachment": template(template_type=kind, elements=list(elements))}


SHOW = {"type": "oa.query.show", "title": "Có", "payload": "#co"}
URL = {"type": "oa.open.url", "title": "Mở", "payload": {"url": "https://example.vn/"}}
CARD = {"title": "Tin", "subtitle": "Tóm tắt", "image_url": "https://example.vn/a.jpg"}


def test_a_text_arrives_once_and_the_answer_names_it(program: Program) -> None:
    answer = program.send({"text": "Chào bác"})
    (shown,) = program.inbox()
    assert (answer["error"], answer["message"]) == (0, "Success")
    assert answer["data"]["message_id"] == shown["message_id"]
    assert answer["data"]["user_id"] == CITIZEN
    assert answer["data"]["sent_time"].isdecimal()
    assert answer["data"]["quota"] == {"quota_type": "reply"}
    assert (shown["text"], shown["kind"], shown["free"]) == ("Chào bác", "text", True)


def test_the_kind_of_oa_decides_the_endpoint(program: Program) -> None:
    assert program.send({"text": "a"}, path=V2)["error"] == -240
    program.fake.sim("oa", oa_type=4)
    refused = program.send({"text": "a"}, path=V3)
    assert refused == {"error": -235, "message": "This API does not support this type of OA"}
    assert not program.inbox()
    assert program.send({"text": "a"}, path=V2)["error"] == 0
    program.fake.sim("oa", oa_type=2, v2_for_business=True)
    assert program.send({"text": "b"}, path=V2)["error"] == 0


@pytest.mark.parametrize(
    ("message", "error"),
    [
        ("text", -201),
        ({}, -201),
        ({"text": 5}, -201),
        ({"text": "  "}, -201),
        ({"text": "a" * 2001}, -210),
        ({"text": "🙂" * 1001}, -210),
        (buttons(*[SHOW] * 6), -201),
        (buttons(), -201),
        ({"attachment": template(buttons=[SHOW])}, -201),
        (buttons({**SHOW, "title": "t" * 101}), -201),
        (buttons({**SHOW, "title": ""}), -201),
        (buttons({**SHOW, "payload": {"a": 1}}), -201),
        (buttons({**SHOW, "payload": "p" * 1001}), -201),
        (buttons({**SHOW, "type": "oa.query"}), -201),
        (buttons({**URL, "payload": "https://example.vn/"}), -201),
        (buttons({**URL, "payload": {"url": "example.vn"}}), -201),
        (buttons({"type": "oa.open.phone", "title": "Gọi", "payload": "84901234567"}), -201),
        (buttons({"type": "oa.open.sms", "title": "Nhắn", "payload": {"phone_code": "84901234567"}}), -201),
        (media(media_type="image", attachment_id="none"), -201),
        (media(media_type="image"), -201),
        (media(media_type="image", attachment_id="a", url="https://example.vn/a.jpg"), -201),
        (media(media_type="gif", url="https://example.vn/a.gif"), -201),
        (media(media_type="article", attachment_id="1"), -201),
        ({"attachment": template(template_type="media", elements=[{"media_type": "sticker", "attachment_id": "1"}] * 2)}, -201),
        ({"attachment": template(template_type="carousel", elements=[{}])}, -233),
        ({"attachment": {"type": "file", "payload": {"token": "none"}}}, -201),
        (cards(*[CARD] * 6), -201),
        (cards({"title": "Tin"}), -201),
        (cards({**CARD, "title": "t" * 101}), -201),
        (cards({**CARD, "subtitle": "t" * 501}), -201),
        (cards({**CARD, "default_action": {"type": "oa.open.url", "payload": {"url": "https://example.vn/"}}}), -201),
        (cards(CARD, CARD, kind="request_user_info"), -201),
    ],
)
def test_a_message_that_breaks_a_rule_is_refused(program: Program, message: Any, error: int) -> None:
    assert program.send(message)["error"] == error
    assert not program.inbox()


@pytest.mark.parametrize(
    ("message", "seen"),
    [
        ({"text": "a" * 2000}, {"kind": "text"}),
        (buttons(*[SHOW] * 5), {"buttons": [SHOW] * 5, "text": "Chọn"}),
        (buttons(URL, {**SHOW, "type": "oa.query.hide", "payload": "p" * 1000, "title": "t" * 100}), {"kind": "text"}),
        (buttons({"type": "oa.open.phone", "title": "Gọi", "payload": {"phone_code": "84901234567"}}), {"kind": "text"}),
        (media(media_type="image", url="https://example.vn/a.jpg"), {"kind": "image", "picture": {"url": "https://example.vn/a.jpg"}}),
        (media(media_type="gif", url="https://example.vn/a.gif", width=10, height=10), {"kind": "gif"}),
        (media(media_type="sticker", attachment_id="s1"), {"kind": "sticker"}),
        (cards(CARD, {"title": "Tin hai"}), {"kind": "list", "cards": [CARD, {"title": "Tin hai"}]}),
        (cards({**CARD, "default_action": {"type": "oa.open.url", "url": "https://example.vn/"}}), {"kind": "list"}),
        (cards(CARD, kind="request_user_info"), {"kind": "template"}),
    ],
)
def test_a_message_that_keeps_the_rules_is_shown(program: Program, message: Any, seen: dict[str, Any]) -> None:
    assert program.send(message)["error"] == 0
    (shown,) = program.inbox()
    assert {name: shown[name] for name in seen} == seen


def test_the_unit_of_the_limit_can_be_chosen(program: Program) -> None:
    program.fake.sim("oa", text_unit="codepoints")
    assert program.send({"text": "🙂" * 2000})["error"] == 0
    assert program.send({"text": "🙂" * 2001})["error"] == -210


def test_a_list_on_v3_can_be_refused(program: Program) -> None:
    program.fake.sim("oa", list_on_v3=False)
    assert program.send(cards(CARD))["error"] == -201


def test_a_bad_quote_is_ignored_or_refused(program: Program) -> None:
    first = program.send({"text": "a"})["data"]["message_id"]
    program.send({"text": "b", "quote_message_id": first})
    program.send({"text": "c", "quote_message_id": "none"})
    assert [shown["quote"] for shown in program.inbox()] == ["", first, ""]
    program.fake.sim("oa", bad_quote_refused=True)
    assert program.send({"text": "c", "quote_message_id": "none"})["error"] == -201


def test_a_picture_is_uploaded_and_its_id_lives_seven_days(program: Program) -> None:
    picture = media(media_type="image", attachment_id=program.upload()["data"]["attachment_id"])
    assert program.send(picture)["error"] == 0
    assert program.inbox()[0]["picture"] == {"sha256": hashlib.sha256(PNG).hexdigest(), "size": len(PNG), "type": "png"}
    program.fake.sim("clock", advance_seconds=7 * DAY + 60)
    program.tokens = program.fake.sim("grant")
    program.fake.sim("citizen", id=CITIZEN)
    assert program.send(picture)["error"] == -100


def test_a_file_goes_alone(program: Program) -> None:
    token = program.upload("file", b"%PDF-1.7", "don.pdf")["data"]["token"]
    attachment = {"type": "file", "payload": {"token": token}}
    assert program.send({"attachment": attachment, "text": "kèm chữ"})["error"] == -201
    assert program.send({"attachment": attachment})["error"] == 0
    assert program.send(media(media_type="image", attachment_id=token))["error"] == -201


@pytest.mark.parametrize(
    ("kind", "content", "name", "error"),
    [
        ("image", b"\xff\xd8\xff" + bytes(10), "a.jpg", 0),
        ("image", PNG, "a.bin", 0),
        ("image", PNG + bytes(1 << 20), "a.png", -210),
        ("image", b"<svg/>", "a.png", -201),
        ("image", b"", "a.png", -201),
        ("gif", b"GIF89a" + bytes(10), "a.gif", 0),
        ("gif", PNG, "a.gif", -201),
        ("file", b"PK\x03\x04" + bytes(10), "a.docx", 0),
        ("file", b"a,b", "a.csv", 0),
        ("file", b"PK\x03\x04" + bytes(10), "a.xlsx", -201),
        ("file", b"%PDF" + bytes(5 << 20), "a.pdf", -210),
    ],
)
def test_uploads_are_judged_by_content_and_size(program: Program, kind: str, content: bytes, name: str, error: int) -> None:
    assert program.upload(kind, content, name)["error"] == error


def test_an_upload_without_a_file_is_refused(program: Program) -> None:
    assert program.post("/v2.0/oa/upload/image", {"file": "x"})["error"] == -201


@pytest.mark.parametrize(
    ("citizen", "error"),
    [
        ({"follows": False}, -213),
        ({"silent_for": None}, -232),
        ({"silent_for": 7 * DAY + 60}, -230),
        ({"silent_for": 7 * DAY - 60}, 0),
        ({"refuse": -244}, -244),
    ],
)
def test_a_citizen_may_be_out_of_reach(program: Program, citizen: dict[str, Any], error: int) -> None:
    program.fake.sim("citizen", id=CITIZEN, **citizen)
    assert program.send({"text": "a"})["error"] == error
    assert len(program.inbox()) == (error == 0)


@pytest.mark.parametrize("user_id", ["1", 9000000000000000001, None])
def test_an_unknown_or_wrongly_typed_user_is_refused(program: Program, user_id: Any) -> None:
    assert program.send({"text": "a"}, user_id) == {"error": -201, "message": "user_id is invalid"}


def test_messages_cost_after_two_days_and_the_window_opens_again(program: Program) -> None:
    program.fake.sim("citizen", id=CITIZEN, silent_for=2 * DAY + 60)
    assert program.send({"text": "a"})["data"]["quota"]["quota_type"] == "sub_quota"
    program.fake.sim("oa", paid_quota=1)
    assert program.send({"text": "b"})["error"] == -211
    program.fake.sim("say", id=CITIZEN, text="alo")
    assert program.send({"text": "c"})["data"]["quota"]["quota_type"] == "reply"
    assert [shown["free"] for shown in program.inbox()] == [False, True]


def test_free_replies_can_be_counted_as_before_2026(program: Program) -> None:
    program.fake.sim("oa", free_replies=2)
    quotas = [program.send({"text": "a"})["data"]["quota"] for _ in range(3)]
    assert quotas[:2] == [{"quota_type": "reply", "remain": str(left), "total": "2"} for left in (1, 0)]
    assert quotas[2] == {"quota_type": "sub_quota"}
    left = program.post("/v3.0/oa/quota/message", {"user_id": CITIZEN})["data"]
    assert left["cs_reply"] == {"remain": "0", "total": "2"}
    assert left["last_interaction"].isdecimal()


def test_the_token_goes_in_the_header(program: Program) -> None:
    body = {"recipient": {"user_id": CITIZEN}, "message": {"text": "a"}}
    for place in ({}, {"params": program.auth}, {"headers": {"access_token": "wrong"}}, {"headers": {"Authorization": "Bearer x"}}):
        answer = program.http.post(V3, json=body, **place)  # type: ignore[arg-type]
        assert (answer.status_code, answer.json()["error"]) == (200, -216)
    assert [call["token"] for call in program.fake.calls()] == ["none", "query", "unknown", "none"]


def test_a_token_lives_25_hours(program: Program) -> None:
    program.fake.sim("clock", advance_seconds=25 * 3600 - 60)
    assert program.send({"text": "a"})["error"] == 0
    program.fake.sim("clock", advance_seconds=120)
    assert program.send({"text": "a"}) == {"error": -216, "message": "Access token has expired"}
    program.fake.sim("oa", expired_error=-220)
    assert program.send({"text": "a"})["error"] == -220


def test_calls_are_limited_by_the_minute(program: Program) -> None:
    program.fake.sim("oa", rate_per_minute=2)
    program.fake.sim("clock", set_to="2026-11-22T10:00:01+07:00")
    answers = [program.http.get("/v2.0/oa/getoa", headers=program.auth) for _ in range(3)]
    assert [answer.json()["error"] for answer in answers] == [0, 0, -32]
    assert [answer.headers["x-ratelimit-remain"] for answer in answers] == ["1", "0", "0"]
    assert answers[0].headers["x-ratelimit-limit"] == "2"
    program.fake.sim("clock", advance_seconds=60)
    assert program.get("/v2.0/oa/getoa")["error"] == 0


@pytest.mark.parametrize("error", [-204, -209, -212])
def test_an_oa_may_be_in_a_bad_state(program: Program, error: int) -> None:
    program.fake.sim("oa", refuse=error)
    assert program.send({"text": "a"})["error"] == error
    assert program.get("/v2.0/oa/getoa")["error"] == error


def test_everything_is_recorded_without_secrets(program: Program) -> None:
    program.send({"text": "a", "colour": "red"})
    program.http.post("/v3.0/oa/user/getprofile")
    first, second = program.fake.calls()
    assert (first["path"], first["body"]["message"]["text"], first["status"], first["answer"]["error"]) == (V3, "a", 200, 0)
    assert first["warnings"] == ["message: unknown field colour"]
    assert program.tokens["access_token"] not in str(first)
    assert second["status"] == 404
    assert httpx.get(f"{program.fake.url}/_sim/calls?after=1", verify=False).json() == [second]


@pytest.mark.parametrize(
    ("fault", "error", "delivered"),
    [
        ({"kind": "delivered_but_error"}, -200, 1),
        ({"kind": "delivered_but_error", "code": -32}, -32, 1),
        ({"kind": "error", "code": -230}, -230, 0),
        ({"kind": "slow", "seconds": 0.2}, 0, 1),
    ],
)
def test_a_fault_answers_otherwise_for_one_send(program: Program, fault: dict[str, Any], error: int, delivered: int) -> None:
    program.fake.sim("fault", **fault)
    assert program.get("/v2.0/oa/getoa")["error"] == 0
    assert program.send({"text": "a"})["error"] == error
    assert len(program.inbox()) == delivered
    assert program.send({"text": "b"})["error"] == 0


@pytest.mark.parametrize(("kind", "delivered"), [("cut_after_delivery", 1), ("cut_before_delivery", 0)])
def test_a_connection_may_be_cut(program: Program, kind: str, delivered: int) -> None:
    program.fake.sim("fault", kind=kind)
    with pytest.raises(httpx.TransportError):
        program.send({"text": "a"})
    assert len(program.inbox()) == delivered
    assert program.send({"text": "b"})["error"] == 0


def test_a_fault_may_last_until_it_is_cleared(program: Program) -> None:
    program.fake.sim("fault", kind="http500", times=-1, on="any")
    for _ in range(3):
        assert program.http.post(V3, json={}, headers=program.auth).status_code == 500
    program.fake.sim("fault", kind="none")
    assert program.send({"text": "a"})["error"] == 0


def test_a_message_can_be_reacted_to_fifty_times(program: Program) -> None:
    message_id = program.fake.sim("say", id=CITIZEN, text="cảm ơn")["msg_id"]
    action = {"recipient": {"user_id": CITIZEN}, "sender_action": {"react_icon": "/-strong", "react_message_id": message_id}}
    assert [program.post(V2, action)["error"] for _ in range(51)] == [0] * 50 + [-210]
    action["sender_action"]["react_message_id"] = "none"
    assert program.post(V2, action)["error"] == -201


def test_it_serves_this_machine_only() -> None:
    command = [sys.executable, "-m", "tests.fakes.zalo_oa", "--port", "1", "--host", "0.0.0.0"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "127.0.0.1 only" in done.stderr


@pytest.mark.parametrize(
    ("action", "values"),
    [
        ("nothing", {}),
        ("oa", {"colour": "red"}),
        ("oa", {"webhook_url": "https://example.vn/zalo"}),
        ("fault", {"kind": "flood"}),
        ("say", {"id": CITIZEN}),
        ("press", {"id": CITIZEN, "message_id": "none", "button": 0}),
    ],
)
def test_the_control_api_refuses_what_it_cannot_do(program: Program, action: str, values: dict[str, Any]) -> None:
    with pytest.raises(httpx.HTTPStatusError):
        program.fake.sim(action, **values)
