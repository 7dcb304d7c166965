"""Switches: what is off says why, to officials and to citizens; danger and people's rights are answered all the same."""

from __future__ import annotations

import html
import time

import httpx
import pytest

from tests.console.desk import Desk
from tests.console.test_ward import ask

PATH = "/can-bo/cong-tac"
REASON = "Phường đang mất điện, 15 giờ có lại"


@pytest.fixture
def off(desk: Desk) -> str:
    return _turn(desk, "chat", "off")


def _turn(desk: Desk, name: str, wanted: str, reason: str = REASON) -> str:
    page = desk.official("leader").post(f"{PATH}/{name}", {"wanted": wanted, "reason": reason})
    assert page.status_code == 200
    return page.text


def test_when_chat_is_off_the_reason_is_the_answer(desk: Desk, off: str) -> None:
    assert "Đã tắt" in off
    try:
        said = ask(desk, "làm khai sinh cần gì")
        assert "mất điện, 15 giờ có lại" in said
        assert "0236 000 0000" in said
        assert "khai sinh" not in said
        assert "114" in str(httpx.post(f"{desk.url}/api/v1/ask", json={"text": "cháy nhà rồi cứu với"}, timeout=30).json()["reply"])
        assert "mất điện" not in ask(desk, "xóa dữ liệu của tôi")
        assert "mất điện" not in ask(desk, "hủy nhận tin")
        assert "mất điện, 15 giờ có lại" in html.unescape(httpx.get(desk.url).text), "the home page says it before anybody types"
        assert "đang tắt" in html.unescape(desk.official("leader").get("/can-bo").text), "it waits to be switched on again"
    finally:
        _turn(desk, "chat", "on")
    assert "mất điện" not in ask(desk, "làm khai sinh cần gì")
    assert [line for line in desk.sentences() if "tắt: Trả lời tin nhắn ở mọi kênh. Lý do: Phường đang mất điện" in line]
    assert [line for line in desk.sentences() if "bật lại: Trả lời tin nhắn ở mọi kênh" in line]


def test_one_channel_off_leaves_the_others(desk: Desk) -> None:
    _turn(desk, "channel_zalo_oa", "off")
    assert "mất điện" not in ask(desk, "làm khai sinh cần gì")
    _turn(desk, "channel_zalo_oa", "on")
    _turn(desk, "channel_web", "off")
    assert "mất điện" in ask(desk, "làm khai sinh cần gì")
    _turn(desk, "channel_web", "on")


def test_feedback_off_hides_the_two_buttons(desk: Desk) -> None:
    def offered() -> bool:
        reply = httpx.post(f"{desk.url}/api/v1/ask", json={"text": "làm khai sinh cho con"}, timeout=30).json()["reply"]
        return bool(reply.get("feedback"))

    assert offered()
    _turn(desk, "feedback", "off")
    assert not offered()
    _turn(desk, "feedback", "on")
    assert offered()


@pytest.mark.parametrize("reason", ["", "    ", "ok", "x" * 400])
def test_switching_off_needs_a_sentence(desk: Desk, reason: str) -> None:
    page = desk.official("leader").post(f"{PATH}/chat", {"wanted": "off", "reason": reason})
    assert page.status_code == 422
    assert "Ghi lý do bằng một câu" in page.text
    assert "Đang tắt" not in desk.official("leader").get(PATH).text


def test_what_does_not_exist_is_refused(desk: Desk) -> None:
    leader = desk.official("leader")
    assert leader.post(f"{PATH}/khong-co", {"wanted": "off", "reason": REASON}).status_code in (404, 422)
    assert leader.post(f"{PATH}/chat", {"wanted": "maybe", "reason": REASON}).status_code == 422
    for role in ("official", "editor"):
        assert desk.official(role).get(PATH).status_code == 200
        assert desk.official(role).post(f"{PATH}/chat", {"wanted": "off", "reason": REASON}).status_code == 403
    assert desk.browsers["other-leader"].post(f"{PATH}/chat", {"wanted": "off", "reason": REASON}).status_code == 404


def test_what_another_process_writes_is_seen_within_seconds(desk: Desk) -> None:
    """As a second web process, or a command, does: only the database changes."""
    desk.sql(
        "insert or replace into ward_settings values (1, 'switch.channel_web', 'false', ?, null, 'lệnh', '2026-11-22 10:00:00')", REASON
    )
    desk.sql(
        "insert into audit_entries (commune_id, at, actor, sentence, subject_kind, subject_id, details)"
        " values (1, '2026-11-22 10:00:00', 'lệnh', 'tắt', '', '', '{}')"
    )
    end = time.monotonic() + 6
    while "mất điện" not in ask(desk, "làm khai sinh cần gì") and time.monotonic() < end:
        time.sleep(0.2)
    assert "mất điện" in ask(desk, "làm khai sinh cần gì")
    _turn(desk, "channel_web", "on")
