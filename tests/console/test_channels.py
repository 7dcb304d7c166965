"""The channels' page: how each account is, in words; checking asks the platform now."""

from __future__ import annotations

import html

from tests.console.desk import Desk
from tests.console.test_ward import text_of

PATH = "/can-bo/kenh"
NOW = "2026-11-22 03:00:00.000000"


def _account(desk: Desk, channel: str, status: str, reason: str = "", commune: int = 1) -> int:
    desk.sql(
        "insert into channel_accounts (commune_id, channel, hook, mode, status, reason, sealed, updated_at)"
        " values (?, ?, ?, 'webhook', ?, ?, 'x', ?)",
        commune, channel, f"hook-{channel}-{commune}-{status}", status, reason, NOW,
    )  # fmt: skip
    return int(desk.sql("select max(id) from channel_accounts")[0][0])


def test_accounts_their_status_and_what_waits(desk: Desk) -> None:
    number = _account(desk, "zalo_bot", "failing", "Bot Token không đúng <b>")
    other = _account(desk, "telegram", "on", commune=2)
    for at, status, done in (("02:00:00", "sent", "2026-11-22 02:00:05.000000"), ("02:30:00", "received", None)):
        desk.sql(
            "insert into channel_messages (commune_id, account_id, update_id, kind, person, content, sent_at, received_at, status, due_at,"
            " attempts, parts_sent, reason, done_at) values (1, ?, ?, 'message', 'p', '{}', ?, ?, ?, ?, 0, 0, '', ?)",
            number, at, NOW, f"2026-11-22 {at}.000000", status, "2999-01-01 00:00:00", done,
        )  # fmt: skip
    page = desk.official("official").get(PATH)
    said = text_of(page)
    assert "Zalo Bot (số" in said
    assert "Đang lỗi" in said
    assert "9:30 ngày 22/11/2026" in said, "the last message in, in Vietnam's time"
    assert "9:00 ngày 22/11/2026" in said
    assert "<b>" not in page.text.split("<main")[1]
    assert f"(số {other})" not in said, "the other commune's"
    assert "Kiểm tra" not in said, "only the keeper asks platforms"
    todo = html.unescape(desk.official("keeper").get("/can-bo").text)
    assert "Zalo Bot đang bị nền tảng từ chối" in todo
    assert "Zalo Bot đang bị nền tảng từ chối" not in html.unescape(desk.official("editor").get("/can-bo").text)


def test_checking_says_what_to_do_also_when_the_secret_is_gone(desk: Desk) -> None:
    number = _account(desk, "telegram", "on")
    page = desk.official("keeper").post(f"{PATH}/{number}/kiem-tra")
    assert page.status_code in (200, 503)
    assert "Traceback" not in page.text
    assert desk.official("editor").post(f"{PATH}/{number}/kiem-tra").status_code == 403
    assert desk.browsers["other-keeper"].post(f"{PATH}/{number}/kiem-tra").status_code == 404
    assert desk.official("keeper").post(f"{PATH}/999999/kiem-tra").status_code == 404
    desk.sql("delete from channel_messages")
    desk.sql("delete from channel_accounts")
