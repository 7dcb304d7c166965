"""The state of what was sent: numbers by state and channel, why somebody has not got it, trying again."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator

import pytest

from tests.console.desk import OTHER_COMMUNE, Desk

PATH = "/can-bo/gui-tin"
ANNOUNCEMENT = 9_000
COLUMNS = "id, commune_id, dispatch_id, subscriber_id, channel, account_id, person, status, reason, attempts, crashes, parts_sent, due_at, updated_at"
ROWS = [
    ("zalo_oa", "sent", "", 5),
    ("zalo_oa", "delivered", "", 3),
    ("telegram", "seen", "", 1),
    ("zalo_oa", "waiting", "window", 4),
    ("telegram", "skipped", "blocked", 2),
    ("telegram", "failed", "-201", 1),
    ("telegram", "unknown", "no_answer", 1),
]


def _time(ahead: dt.timedelta = dt.timedelta()) -> str:
    return (dt.datetime.now(dt.UTC) + ahead).replace(tzinfo=None).isoformat(sep=" ")


def _announcement(desk: Desk, number: int, commune: int, title: str, status: str) -> None:
    desk.sql(
        "insert into announcements (id, commune_id, slug, status, urgency, topic, group_ids, channels, quiet_exempt, quiet_reason, version,"
        " created_by_name, approved_by_name, returned_note, kind, content, created_at, updated_at)"
        " values (?, ?, ?, ?, 'normal', 'tin-chung', '[]', '[]', 0, '', 1, '', '', '', 'original', ?, ?, ?)",
        *(number, commune, f"tin-{number}", status, f'{{"title": "{title}", "what": "x"}}', _time(), _time()),
    )


def _dispatch(desk: Desk, number: int, commune: int, title: str, status: str = "done") -> None:
    _announcement(desk, number, commune, title, "done")
    desk.sql(
        "insert into dispatches (id, commune_id, key, announcement_id, version, kind, topic, title, reply, urgent, quiet_exempt, status, reason,"
        " total, created_at, expires_at) values (?, ?, ?, ?, 1, 'original', 'tin-chung', ?, '{}', 0, 0, ?, '', 0, ?, ?)",
        *(number, commune, f"announcement:{number}", number, title, status, _time(), _time(dt.timedelta(days=2))),
    )


@pytest.fixture(scope="module")
def account(desk: Desk) -> int:
    """A connected account, switched off: nothing is really sent."""
    desk.sql(
        "insert into channel_accounts (id, commune_id, channel, hook, mode, status, reason, sealed, updated_at)"
        " values (77, 1, 'telegram', 'hook-77', 'webhook', 'off', '', '', ?)",
        _time(),
    )
    return 77


@pytest.fixture
def sent(desk: Desk, account: int) -> Iterator[int]:
    """A dispatch with deliveries in many states; its id, which is also that of its announcement."""
    number = ANNOUNCEMENT
    _dispatch(desk, number, 1, "Tiêm chủng <b>tháng 12</b>")
    _dispatch(desk, number + 1, OTHER_COMMUNE, "Của xã khác")
    position = 0
    for channel, status, reason, count in ROWS:
        for _ in range(count):
            position += 1
            person = (1, "telegram", f"nguoi-{position}", _time(), "x", f"k{position}")
            desk.sql(
                "insert into subscribers (commune_id, channel, person, consent_at, consent_words, person_key, guest, staff)"
                " values (?, ?, ?, ?, ?, ?, 0, 0)",
                *person,
            )
            [[subscriber]] = desk.sql("select max(id) from subscribers")
            values = (
                number * 100 + position,
                1,
                number,
                subscriber,
                channel,
                account,
                person[2],
                status,
                reason,
                1,
                0,
                0,
                _time(),
                _time(),
            )
            desk.sql(f"insert into deliveries ({COLUMNS}) values ({','.join('?' * 14)})", *values)
    yield number
    desk.sql("delete from deliveries")
    desk.sql("delete from subscribers")
    desk.sql("delete from dispatches")
    desk.sql("delete from announcements where id >= ?", ANNOUNCEMENT)


def _text(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


@pytest.mark.parametrize("path", [f"{PATH}/{ANNOUNCEMENT}", f"/can-bo/thong-bao/{ANNOUNCEMENT}/gui"])
def test_an_official_reads_who_got_it_and_why_others_did_not(desk: Desk, sent: int, path: str) -> None:
    page = desk.official("official").get(path)
    assert page.status_code == 200
    said = _text(page.text)
    assert "9 trên 17 người" in said
    assert "4 người sẽ nhận khi được phép gửi" in said
    assert "3 người không nhận được" in said
    assert "1 người chưa rõ" in said
    for words in ("Đã gửi", "Đã tới máy", "Đã xem", "Chờ người dân nhắn lại", "Không gửi", "Gửi hỏng", "Chưa rõ", "Zalo OA", "Telegram"):
        assert words in said
    assert "Người dân đã chặn hoặc bỏ theo dõi" in said
    assert "Nền tảng báo mã -201" in said
    assert "<b>tháng 12" not in page.text
    assert "hx-trigger" not in page.text.split('id="tinh-trang"')[1].split(">")[0], "nothing changes any more"
    assert "nguoi-" not in said, "numbers only, no persons"


def test_while_it_is_sent_the_numbers_follow_and_a_page_without_javascript_has_a_link(desk: Desk, sent: int, account: int) -> None:
    desk.sql("update dispatches set status = 'sending' where id = ?", sent)
    desk.sql("update deliveries set status = 'queued', due_at = ? where id = ?", _time(dt.timedelta(days=1)), sent * 100 + 1)
    whole = desk.official("official").get(f"{PATH}/{sent}").text
    assert "<html" in whole
    assert 'hx-trigger="every 3s"' in whole
    assert f'<a href="{PATH}/{sent}">Tải lại trang</a>' in whole
    part = desk.official("official").get(f"{PATH}/{sent}", **{"hx-request": "true"}).text
    assert part.lstrip().startswith('<section id="tinh-trang"')
    assert "<html" not in part
    assert "1 người đang chờ tới lượt" in _text(part)


def test_switched_off_it_says_why_nothing_goes_out(desk: Desk, sent: int) -> None:
    desk.sql("update dispatches set status = 'sending' where id = ?", sent)
    desk.sql("update deliveries set status = 'queued' where id = ?", sent * 100 + 1)
    desk.official("leader").post("/can-bo/cong-tac/announcements", {"wanted": "off", "reason": "Đang sửa máy chủ của phường"})
    try:
        assert "công tắc đã tắt" in _text(desk.official("official").get(f"{PATH}/{sent}").text)
    finally:
        desk.official("leader").post("/can-bo/cong-tac/announcements", {"wanted": "on"})


def test_the_list_of_all_dispatches(desk: Desk, sent: int) -> None:
    said = _text(desk.official("official").get(PATH).text)
    assert "9 / 17" in said
    assert "Gửi xong" in said
    assert "Của xã khác" not in said
    for page in ("0", "-3", "99999999", "2"):
        assert desk.official("official").get(f"{PATH}?trang={page}").status_code == 200
    assert desk.official("official").get(f"{PATH}?trang=hai").status_code == 422


def test_an_editor_tries_again_once_and_it_is_written_down(desk: Desk, sent: int) -> None:
    editor = desk.official("editor")
    assert "Gửi lại cho 3 người" in _text(editor.get(f"{PATH}/{sent}").text)
    assert "Gửi lại cho 3 người?" in _text(editor.get(f"{PATH}/{sent}/gui-lai").text)
    done = editor.post(f"{PATH}/{sent}/gui-lai")
    assert "Đang gửi lại cho 3 người." in _text(done.text)
    assert desk.sql("select status, count(*) from deliveries where status in ('queued', 'unknown', 'failed') group by 1 order by 1") == [
        ("queued", 3),
        ("unknown", 1),
    ]
    assert any("gửi lại «Tiêm chủng <b>tháng 12</b>» cho 3 người" in sentence for sentence in desk.sentences())
    again = editor.post(f"{PATH}/{sent}/gui-lai")
    assert again.status_code == 422
    assert "Không còn ai để gửi lại" in _text(again.text)


def test_who_may_not_publish_cannot_try_again(desk: Desk, sent: int) -> None:
    official = desk.official("official")
    assert "Gửi lại cho" not in official.get(f"{PATH}/{sent}").text
    assert official.get(f"{PATH}/{sent}/gui-lai").status_code == 403
    assert official.post(f"{PATH}/{sent}/gui-lai").status_code == 403
    assert desk.official("volunteer_lead").get(f"{PATH}/{sent}").status_code == 403


@pytest.mark.parametrize("number", [str(ANNOUNCEMENT + 1), "123456", "0", "-1"])
def test_another_communes_dispatch_is_not_there(desk: Desk, sent: int, number: str) -> None:
    editor = desk.official("editor")
    for path in (f"{PATH}/{number}", f"{PATH}/{number}/gui-lai", f"/can-bo/thong-bao/{number}/gui"):
        assert editor.get(path).status_code == 404, path
    assert editor.post(f"{PATH}/{number}/gui-lai").status_code == 404


def test_what_went_wrong_is_a_thing_to_do(desk: Desk, sent: int) -> None:
    start = desk.official("editor").get("/can-bo").text
    assert "Xem 2 người chưa nhận được" in _text(start)
    assert f'href="{PATH}/{sent}"' in start
    assert "chưa nhận được" not in _text(desk.official("official").get("/can-bo").text)


def test_what_was_not_begun_says_so(desk: Desk, sent: int) -> None:
    _announcement(desk, ANNOUNCEMENT + 5, 1, "Chưa gửi", "scheduled")
    said = _text(desk.official("official").get(f"/can-bo/thong-bao/{ANNOUNCEMENT + 5}/gui").text)
    assert "Chưa bắt đầu gửi" in said


def test_when_single_rows_are_erased_the_numbers_stay(desk: Desk, sent: int) -> None:
    desk.sql('update dispatches set summary = \'[["telegram", "sent", "", 4]]\' where id = ?', sent)
    said = _text(desk.official("official").get(f"{PATH}/{sent}").text)
    assert "4 trên 4 người" in said
    assert "Mọi người đều đã được gửi" in said
