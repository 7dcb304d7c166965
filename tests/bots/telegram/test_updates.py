"""What Telegram tells, read from one payload of each kind."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import bots.telegram
from app.messages import Forged, Malformed, MessageKind, Update, UpdateKind, WebhookRequest
from bots.telegram.updates import Told, parse, read
from tests.bots.telegram.peers import ACCEPTED, PERSON, SECRET, Scripted, channel, started

PAYLOADS = Path(bots.telegram.__file__).with_name("payloads")
ANSWER = "9f2c41d07ab84e6e8f60b1c3d5e7a9b1"

MESSAGES: dict[str, tuple[MessageKind, str]] = {
    "text": (MessageKind.TEXT, "làm giấy khai sinh cho con cần gì 👶"),
    "start": (MessageKind.START, ""),
    "start_link": (MessageKind.START, ""),
    "start_procedure": (MessageKind.TEXT, "1.001193"),
    "command": (MessageKind.TEXT, "giờ làm việc"),
    "photo": (MessageKind.PHOTO, "giấy này có được không"),
    "sticker": (MessageKind.STICKER, ""),
    "voice": (MessageKind.VOICE, ""),
    "audio": (MessageKind.VOICE, ""),
    "video": (MessageKind.VIDEO, ""),
    "video_note": (MessageKind.VIDEO, ""),
    "animation": (MessageKind.OTHER, ""),
    "document": (MessageKind.FILE, "tờ khai đây"),
    "location": (MessageKind.LOCATION, ""),
    "contact": (MessageKind.CONTACT, ""),
    "poll": (MessageKind.OTHER, ""),
}
OTHERS: dict[str, dict[str, object]] = {
    "press": {"kind": UpdateKind.PRESS, "answer_id": ANSWER, "number": 2, "receipt": "4382bfdwdsb323b2d9"},
    "press_inaccessible": {"kind": UpdateKind.PRESS, "answer_id": ANSWER, "number": 1, "receipt": "4382bfdwdsb323b2db"},
    "feedback": {"kind": UpdateKind.FEEDBACK, "answer_id": ANSWER, "number": 0, "receipt": "4382bfdwdsb323b2da"},
    "blocked": {"kind": UpdateKind.BLOCKED},
    "search": {"kind": UpdateKind.SEARCH, "text": "khai sinh", "receipt": "9000000000000000001"},
}
STRAY = {"press_unknown", "press_elsewhere"}
NOTHING = {"notice", "through_search", "group", "edited", "unblocked"}


def payload(name: str) -> dict[str, Any]:
    raw: dict[str, Any] = json.loads((PAYLOADS / f"{name}.json").read_text())
    return raw


def text_message(text: str) -> Update:
    raw = payload("text")
    raw["message"]["text"] = text
    update = read(raw).update
    assert update
    return update


def test_every_payload_has_a_promise() -> None:
    assert {path.stem for path in PAYLOADS.glob("*.json")} == {*MESSAGES, *OTHERS, *STRAY, *NOTHING}


@pytest.mark.parametrize("name", MESSAGES)
def test_messages(name: str) -> None:
    raw = payload(name)
    update = parse(json.dumps(raw).encode()).update
    assert update
    assert (update.kind, update.message, update.text) == (UpdateKind.MESSAGE, *MESSAGES[name])
    assert (update.update_id, update.person) == (str(raw["update_id"]), PERSON)
    assert update.sent_at == dt.datetime.fromtimestamp(raw["message"]["date"], dt.UTC)


@pytest.mark.parametrize("name", OTHERS)
def test_presses_and_what_else_is_told(name: str) -> None:
    update = read(payload(name)).update
    assert update
    assert update.person == PERSON
    assert update.model_dump(include=set(OTHERS[name])) == OTHERS[name]
    assert update.sent_at.tzinfo is not None


def test_a_contact_leaves_no_trace_of_the_number() -> None:
    assert "900000000" not in repr(read(payload("contact")))


@pytest.mark.parametrize("name", sorted(NOTHING | STRAY))
def test_what_starts_no_work(name: str) -> None:
    told = read(payload(name))
    assert told.update is None
    assert bool(told.stray) is (name in STRAY)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("/thutuc", "danh sách thủ tục"),
        ("/ThuTuc@xa_a_bot", "danh sách thủ tục"),
        ("  /chunhat ", "chủ nhật này có làm không"),
        ("/giolamviec thứ bảy", "giờ làm việc thứ bảy"),
        ("/khai_sinh cho con", "khai_sinh cho con"),
        ("/khaisinh\ncần gì", "khaisinh cần gì"),
        ("/ hay /", "/ hay /"),
        ("làm 1/2 ngày", "làm 1/2 ngày"),
        ("/start tt_1-001193", "1.001193"),
    ],
)
def test_commands_become_words(text: str, words: str) -> None:
    update = text_message(text)
    assert (update.message, update.text) == (MessageKind.TEXT, words)


@pytest.mark.parametrize("rest", ["", " tt_1-00119", " tt_1-0011933", " tt_x-001193", " tt_1-001193-x", "@xa_a_bot"])
def test_start_without_a_procedure_opens_the_chat(rest: str) -> None:
    assert text_message(f"/start{rest}").message is MessageKind.START


@pytest.mark.parametrize("data", ["", "c::1", "c:a:0", "c:a:100", "f:a:2", "c:a", "C:a:1", "c:a b:1", f"c:{ANSWER}:1:2", "x:a:1"])
def test_foreign_data_is_no_press(data: str) -> None:
    raw = payload("press")
    raw["callback_query"]["data"] = data
    assert read(raw) == Told(raw["update_id"], stray="4382bfdwdsb323b2d9")


async def test_the_secret_is_asked_for_first() -> None:
    body = json.dumps(payload("text")).encode()
    async with started("http://127.0.0.1:9") as telegram:
        [update] = telegram.read(WebhookRequest({"x-telegram-bot-api-secret-token": SECRET}, body))
        assert update.text.startswith("làm giấy khai sinh")
        for headers in (
            {},
            {"x-telegram-bot-api-secret-token": ""},
            {"x-telegram-bot-api-secret-token": "sai–rồi"},
            {"authorization": SECRET},
        ):
            with pytest.raises(Forged):
                telegram.read(WebhookRequest(headers, b"no JSON either"))


async def test_without_a_secret_of_ours_no_webhook_is_believed() -> None:
    telegram = channel("http://127.0.0.1:9")
    telegram._secret = ""
    with pytest.raises(Forged):
        telegram.read(WebhookRequest({"x-telegram-bot-api-secret-token": ""}, json.dumps(payload("text")).encode()))
    await telegram.stop()


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\xff",
        b"null",
        b"[]",
        b"{}",
        b'{"update_id": "7"}',
        b'{"update_id": true}',
        b'{"update_id": 7.0}',
        b'{"update_id": 1' + b"0" * 5000 + b"}",
        b"[" * 100_000,
    ],
)
def test_without_an_update_id_it_is_malformed(body: bytes) -> None:
    with pytest.raises(Malformed):
        parse(body)


@pytest.mark.parametrize(
    "body",
    [
        b'{"update_id": 7, "message": "chao"}',
        b'{"update_id": 7, "message": {"message_id": 1}}',
        b'{"update_id": 7, "message": {"message_id": 1, "date": 1e300, "chat": {"id": 1, "type": "private"}}}',
        b'{"update_id": 7, "callback_query": {"id": 5}}',
    ],
)
def test_an_unreadable_update_is_passed_over_or_it_would_come_again_for_a_day(body: bytes) -> None:
    assert parse(body) == Told(7)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)
)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # a busy machine is no failure
@given(name=st.sampled_from(sorted({*MESSAGES, *OTHERS, *STRAY, *NOTHING})), value=json_values, data=st.data())
def test_a_payload_broken_anywhere_is_read_or_passed_over(name: str, value: Any, data: st.DataObject) -> None:
    raw = payload(name)
    place: Any = raw
    while True:
        key = data.draw(st.sampled_from(sorted(place) if isinstance(place, dict) else range(len(place))))
        inner = place[key]
        if not isinstance(inner, dict | list) or not inner or data.draw(st.booleans()):
            break
        place = inner
    place[key] = value
    try:
        told = read(raw)
    except Malformed:
        assert type(raw.get("update_id")) is not int
    else:
        assert told.number == raw["update_id"]


async def test_a_press_that_means_nothing_is_acknowledged_all_the_same() -> None:
    async with Scripted(ACCEPTED) as server, started(server.url) as telegram:
        request = WebhookRequest({"x-telegram-bot-api-secret-token": SECRET}, json.dumps(payload("press_unknown")).encode())
        assert telegram.read(request) == []
        while telegram._acknowledging:
            await telegram._acknowledging.copy().pop()
        assert server.asked == [("answerCallbackQuery", {"callback_query_id": "4382bfdwdsb323b2dc"})]
