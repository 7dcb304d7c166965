"""Announcements at the console, over HTTP: writing, previews, approval, sending, corrections, files, and what must not happen."""

from __future__ import annotations

import asyncio
import datetime as dt
import html
import json
import re
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from app.announcements import service
from app.database import Database
from tests.announcements import pictures
from tests.console.desk import Browser, Desk
from tests.support.databases import sqlite_url

HOME = "/can-bo/thong-bao"
HTMX: Any = {"hx-request": "true"}
TEXT = {
    "title": "Làm căn cước lưu động ở tổ 12",
    "what": "Công an phường làm căn cước tại nhà văn hóa tổ 12.",
    "when": "7:30–11:00 Chủ nhật 6/12/2026",
    "where": "Nhà văn hóa tổ 12",
    "contact": "Công an phường 0236 3 123 456",
    "topic": "dinh-danh",
    "urgency": "normal",
    "channels": ["zalo_oa", "zalo_bot", "telegram"],
}
URGENT = TEXT | {
    "title": "Bão số 5 vào đêm nay", "what": "Bão vào đất liền từ 19:00.", "topic": "thien-tai", "urgency": "urgent", "quiet_exempt": "1",
    "quiet_reason": "Bão vào đêm nay", "cap": "1", "cap_event": "Bão", "cap_status": "Actual",
}  # fmt: skip


def number_of(answer: httpx.Response) -> int:
    match = re.search(rf"{HOME}/(\d+)", str(answer.url))
    assert match is not None, f"{answer.status_code} {answer.url}"
    return int(match[1])


def version(desk: Desk, number: int) -> str:
    return str(desk.sql("select version from announcements where id = ?", number)[0][0])


def status(desk: Desk, number: int) -> str:
    return str(desk.sql("select status from announcements where id = ?", number)[0][0])


def write(desk: Desk, who: Browser, values: dict[str, Any]) -> int:
    answer = who.post(f"{HOME}/moi", values)
    assert answer.status_code == 200, answer.text[-3000:]
    return number_of(answer)


def act(desk: Desk, who: Browser, number: int, what: str, **values: str) -> httpx.Response:
    return who.post(f"{HOME}/{number}/{what}", {"version": version(desk, number)} | values)


def go_out(desk: Desk, number: int) -> None:
    """What the sender does; the server's own may be quicker."""

    async def send() -> None:
        database = Database(sqlite_url(desk.file))
        now = dt.datetime.now(dt.UTC)
        async with database.write() as session:
            await service.begin_sending(session, number, now)
        async with database.write() as session:
            await service.finished(session, number, now)
        await database.close()

    with ThreadPoolExecutor(1) as pool:  # a thread of its own: Playwright has a loop in this one
        pool.submit(lambda: asyncio.run(send())).result()


def test_the_whole_way_of_an_urgent_one(desk: Desk) -> None:
    clerk, editor, leader = desk.official("official"), desk.official("editor"), desk.official("leader")
    number = write(desk, clerk, URGENT)
    assert "Tin khẩn" in clerk.get(f"{HOME}/{number}").text
    assert act(desk, clerk, number, "hen").status_code == 403
    assert act(desk, editor, number, "hen").status_code == 422
    assert "Đã trình duyệt" in act(desk, clerk, number, "trinh").text
    assert act(desk, editor, number, "duyet").status_code == 403
    assert "Duyệt tin khẩn «Bão số 5 vào đêm nay»" in html.unescape(leader.get("/can-bo").text)
    before = leader.get(f"{HOME}/{number}/truoc-khi-gui").text
    assert "Gửi «Bão số 5 vào đêm nay»?" in before
    assert "Chưa có ai theo dõi" in before
    assert "Đã duyệt" in act(desk, leader, number, "duyet").text
    assert any(sentence.endswith("duyệt thông báo «Bão số 5 vào đêm nay»") for sentence in desk.sentences())
    go_out(desk, number)
    assert status(desk, number) == "done"
    assert act(desk, clerk, number, "dung").status_code == 422


def test_a_normal_one_is_sent_by_an_editor_or_taken_back(desk: Desk) -> None:
    clerk, editor = desk.official("official"), desk.official("editor")
    later = (dt.datetime.now(dt.UTC) + dt.timedelta(days=3)).strftime("%Y-%m-%d")
    number = write(desk, clerk, TEXT | {"send_date": later, "send_time": "08:00"})
    assert "Xem người nhận rồi gửi" not in clerk.get(f"{HOME}/{number}").text
    assert "Xem người nhận rồi gửi" in editor.get(f"{HOME}/{number}").text
    assert "Đã hẹn giờ gửi" in act(desk, editor, number, "hen").text
    assert status(desk, number) == "scheduled"
    assert "8:00" in editor.get(f"{HOME}/{number}").text
    changed = clerk.post(f"{HOME}/{number}/sua", TEXT | {"version": version(desk, number), "where": "Trường tiểu học"})
    assert changed.status_code == 200
    assert status(desk, number) == "draft"
    assert act(desk, editor, number, "hen").status_code == 200
    assert status(desk, number) == "scheduled"
    assert act(desk, clerk, number, "dung").status_code == 200
    assert act(desk, clerk, number, "bo").status_code == 200
    assert "Đã bỏ" in clerk.get(f"{HOME}?o=thu-hoi").text


def test_what_is_given_back_says_why_and_waits_for_its_author(desk: Desk) -> None:
    clerk, editor = desk.official("official"), desk.official("editor")
    number = write(desk, clerk, TEXT | {"title": "Tin trả lại"})
    act(desk, clerk, number, "trinh")
    assert "ghi lý do" in act(desk, editor, number, "tra-lai").text
    act(desk, editor, number, "tra-lai", note="Thiếu giờ <b>kết thúc</b>")
    assert "Thiếu giờ &lt;b&gt;kết thúc&lt;/b&gt;" in clerk.get(f"{HOME}/{number}").text
    assert "Sửa thông báo «Tin trả lại» được trả lại" in html.unescape(clerk.get("/can-bo").text)


def test_before_sending_nobody_is_promised_a_channel_that_is_off(desk: Desk) -> None:
    clerk, editor = desk.official("official"), desk.official("editor")
    now = dt.datetime.now(dt.UTC)
    at = (now - dt.timedelta(hours=1)).replace(tzinfo=None).isoformat(sep=" ")
    for channel, person in (("zalo_oa", "z1"), ("zalo_oa", "z2"), ("telegram", "t1")):
        desk.sql(
            "insert into subscribers (commune_id, channel, person, consent_at, consent_words, guest, staff, person_key) values (1, ?, ?, ?, '', 0, 1, ?)",
            channel, person, at, f"{channel}-{person}",
        )  # fmt: skip
        key = desk.sql("select id from subscribers where channel = ? and person = ?", channel, person)[0][0]
        desk.sql(
            "insert into subscriptions (commune_id, subscriber_id, topic, created_at, words) values (1, ?, 'dien-nuoc', ?, '')", key, at
        )
        desk.sql(
            "insert into conversations (commune_id, channel, person, state, updated_at, reachable) values (1, ?, ?, '{}', ?, 1)",
            channel, person, at,
        )  # fmt: skip
    number = write(desk, clerk, TEXT | {"title": "Cắt nước", "topic": "dien-nuoc"})
    page = html.unescape(re.sub(r"<[^>]+>", " ", editor.get(f"{HOME}/{number}/truoc-khi-gui").text))
    said = " ".join(page.split())
    assert "3 người theo dõi loại tin này" in said
    assert "Zalo OA 2 chưa nhận được: kênh này chưa nối hoặc đã tắt" in said
    assert "Telegram 1 chưa nhận được: kênh này chưa nối hoặc đã tắt" in said
    assert "nhận ngay" not in said
    assert "Đang chạy thử: chỉ cán bộ và khách mời nhận được." in said
    only = write(desk, clerk, TEXT | {"title": "Cắt nước", "topic": "dien-nuoc", "channels": ["telegram"]})
    assert "Zalo OA 2" not in " ".join(re.sub(r"<[^>]+>", " ", editor.get(f"{HOME}/{only}/truoc-khi-gui").text).split())


def test_two_who_edit_at_once_do_not_overwrite_each_other(desk: Desk) -> None:
    number = write(desk, desk.official("official"), TEXT)
    assert desk.official("editor").post(f"{HOME}/{number}/sua", TEXT | {"version": "1", "where": "Chỗ một"}).status_code == 200
    lost = desk.official("official").post(f"{HOME}/{number}/sua", TEXT | {"version": "1", "where": "Chỗ hai"})
    assert lost.status_code == 422
    assert "vừa sửa" in lost.text
    assert 'value="Chỗ hai"' in lost.text  # nothing typed is lost
    wrong = desk.official("official").post(f"{HOME}/{number}/sua", TEXT | {"version": "1", "where": "Chỗ hai", "channels": []})
    for page in (lost, wrong):  # pressing «Lưu» again is no way around
        assert 'name="version" value="1"' in page.text
        assert "Mở bản mới nhất" in page.text
    assert "Mở bản mới nhất" not in desk.official("official").get(f"{HOME}/{number}/sua").text


def test_a_correction_and_a_withdrawal(desk: Desk) -> None:
    clerk, editor = desk.official("official"), desk.official("editor")
    number = write(desk, clerk, TEXT | {"title": "Tin sẽ sửa"})
    act(desk, editor, number, "hen")
    go_out(desk, number)
    fixing = number_of(clerk.post(f"{HOME}/{number}/tiep", {"kind": "correction"}))
    form = clerk.get(f"{HOME}/{fixing}/sua").text
    assert "Đã sửa gì, vì sao" in form
    assert "Gửi đúng những người đã nhận tin trước." in form
    assert "Còn thiếu" in html.unescape(act(desk, clerk, fixing, "trinh").text)
    clerk.post(f"{HOME}/{fixing}/sua", TEXT | {"version": "1", "title": "Tin sẽ sửa", "note": "Giờ cũ ghi nhầm.", "topic": "tin-chung"})
    assert desk.sql("select topic, kind, root_id from announcements where id = ?", fixing) == [("dinh-danh", "correction", number)]
    act(desk, editor, fixing, "hen")
    go_out(desk, fixing)
    assert "Đính chính: Tin sẽ sửa" in desk.stranger().get(f"/thong-bao/tin-se-sua-{number}").text
    assert clerk.post(f"{HOME}/{number}/tiep", {"kind": "original"}).status_code == 422
    gone = number_of(clerk.post(f"{HOME}/{number}/tiep", {"kind": "withdrawal"}))
    again = clerk.post(f"{HOME}/{number}/tiep", {"kind": "reminder"})
    assert again.status_code == 422
    assert "chưa gửi" in again.text
    form = clerk.get(f"{HOME}/{gone}/sua").text
    assert "Vì sao thu hồi" in form
    assert '<input type="hidden" name="what" value="Công an phường' in form
    act(desk, clerk, gone, "bo")


def test_previews_while_typing_are_what_will_be_sent(desk: Desk) -> None:
    clerk = desk.official("official")
    whole = clerk.post(f"{HOME}/xem-truoc", TEXT)
    assert "<form" in whole.text
    assert 'value="Làm căn cước lưu động ở tổ 12"' in whole.text
    inside = clerk.post(f"{HOME}/xem-truoc", TEXT, **HTMX).text
    assert "<form" not in inside
    for name in ("Zalo OA", "Zalo Bot", "Telegram", "Trang web", "Loa phường đọc"):
        assert f'aria-label="{name}"' in inside
    assert "⏱ Thời gian: 7:30–11:00 Chủ nhật 6/12/2026" in inside
    assert "trên 1.900 chữ cái" in inside
    assert "ngày sáu tháng mười hai năm hai nghìn không trăm hai mươi sáu" in inside
    assert "7/12/2026 là thứ hai" in clerk.post(f"{HOME}/xem-truoc", TEXT | {"when": "Chủ nhật 7/12/2026"}, **HTMX).text
    empty = clerk.post(f"{HOME}/xem-truoc", {}, **HTMX)
    assert empty.status_code == 200
    assert desk.sql("select count(*) from announcements where status = 'preview'") == [(0,)]


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"title": "x" * 121}, "dài quá 120"),
        ({"link_label": ["a"], "link_url": ["javascript:alert(1)"]}, "https"),
        ({"channels": []}, "ít nhất một kênh"),
        ({"send_date": "31/2/2027", "send_time": "7:30"}, "Không có ngày giờ"),
        ({"send_date": "2027-02-03"}, "đủ ngày và giờ"),
        ({"send_date": "1/1/0001", "send_time": "1:00"}, "Không có ngày giờ"),
        ({"send_date": "3/2/2036", "send_time": "7h30"}, "một năm"),
        ({"topic": "khac"}, "loại tin"),
        ({"group_ids": ["99"]}, "tổ dân phố"),
        ({"quiet_exempt": "1", "quiet_reason": "x"}, "Chỉ tin khẩn"),
        ({"urgency": "urgent", "quiet_exempt": "1"}, "ghi lý do"),
        ({"cap": "1", "cap_event": "Rồng"}, "loại nguy hiểm"),
        ({"cap": "1", "cap_severity": "Huge"}, "chưa đúng"),
        ({"what": "\u0000" * 5 + "é" * 5_000}, "dài quá 700"),
    ],
)  # fmt: skip
def test_a_wrong_form_comes_back_with_what_was_typed(desk: Desk, values: dict[str, Any], said: str) -> None:
    answer = desk.official("official").post(f"{HOME}/moi", TEXT | {"where": "Chỗ đã gõ"} | values)
    assert answer.status_code == 422
    assert said in html.unescape(answer.text)
    assert 'value="Chỗ đã gõ"' in answer.text
    assert 'role="alert"' in answer.text


def test_no_field_carries_a_script_to_anybody(desk: Desk) -> None:
    evil = '"><script>alert(1)</script><img src=x onerror=alert(1)>'
    fields = ("title", "what", "when", "where", "who", "bring", "do", "contact", "body", "short")
    clerk, editor = desk.official("official"), desk.official("editor")
    values = TEXT | dict.fromkeys(fields, evil) | {"link_label": [evil], "link_url": ["https://example.com/a"]}
    number = write(desk, clerk, values)
    desk.sql(
        "insert into ward_settings (commune_id, key, value, reason, changed_name, changed_at)"
        """ values (1, 'mode', '"real"', '', '', '2026-11-22 00:00:00')"""
    )
    act(desk, editor, number, "hen")
    go_out(desk, number)
    desk.sql("delete from ward_settings where key = 'mode'")
    slug = desk.sql("select slug from announcements where id = ?", number)[0][0]
    paths = [f"{HOME}/{number}", f"{HOME}/{number}/in", f"{HOME}/{number}/loa", HOME, "/can-bo/nhat-ky"]
    paths += ["/thong-bao", f"/thong-bao/{slug}", f"/thong-bao/{slug}/in"]
    for path in paths:
        page = clerk.get(path).text
        scripts = re.findall(r'<script type="application/ld\+json">(.*?)</script>', page)
        for script in scripts:
            json.loads(script)
            page = page.replace(script, "")
        assert "<script>alert" not in page, path
        assert "<img src=x" not in page, path
    feed = clerk.get("/thong-bao/atom.xml").text
    assert "<script>" not in feed
    assert "&lt;script&gt;" in feed


def test_another_commune_sees_and_touches_nothing(desk: Desk) -> None:
    number = write(desk, desk.official("official"), TEXT | {"title": "Của phường mình"})
    stranger = desk.browsers["other-leader"]
    assert "Của phường mình" not in stranger.get(HOME).text
    for path in ("", "/sua", "/in", "/loa", "/truoc-khi-gui"):
        assert stranger.get(f"{HOME}/{number}{path}").status_code == 404, path
    for what in ("trinh", "hen", "duyet", "tra-lai", "dung", "bo"):
        assert act(desk, stranger, number, what, note="x").status_code == 404, what
    assert stranger.post(f"{HOME}/{number}/tiep", {"kind": "correction"}).status_code == 404
    assert stranger.post(f"{HOME}/{number}/sua", TEXT | {"version": "1"}).status_code == 404
    assert stranger.post(f"{HOME}/xem-truoc", TEXT | {"id": str(number)}).status_code == 404
    assert status(desk, number) == "draft"


def test_nobody_sets_what_is_not_in_the_form(desk: Desk) -> None:
    extra = {
        "status": "done",
        "approved_by": "3",
        "commune_id": "2",
        "published_at": "2026-01-01",
        "kind": "withdrawal",
        "root_id": "1",
        "created_by": "1",
    }
    number = write(desk, desk.official("official", second=True), TEXT | extra)
    row = desk.sql("select status, approved_by, commune_id, published_at, kind, root_id from announcements where id = ?", number)
    assert row == [("draft", None, 1, None, "original", None)]


def test_forms_without_the_token_do_nothing(desk: Desk) -> None:
    number = write(desk, desk.official("official"), TEXT)
    clerk = desk.official("official")
    for path in (f"{HOME}/moi", f"{HOME}/xem-truoc", f"{HOME}/{number}/trinh", f"{HOME}/{number}/bo", f"{HOME}/{number}/tep"):
        assert clerk.http.post(path, data=TEXT | {"csrf": "x", "version": "1"}).status_code == 422, path
    assert status(desk, number) == "draft"


def test_the_volunteers_lead_has_no_door_here(desk: Desk) -> None:
    lead = desk.official("volunteer_lead")
    assert lead.get(HOME).status_code == 403
    assert lead.post(f"{HOME}/moi", TEXT).status_code == 403


# --- files -----------------------------------------------------------------------------------------------------------


def test_a_picture_is_cleaned_shown_and_taken_away(desk: Desk) -> None:
    clerk, editor = desk.official("official"), desk.official("editor")
    number = write(desk, clerk, TEXT | {"title": "Tin có ảnh"})
    photo = pictures.jpeg(exif=pictures.phone_exif(6), tail=b"<?php")
    added = clerk.post(
        f"{HOME}/{number}/tep", {"version": "1", "alt": "Bản đồ điểm làm"}, files={"file": ("../ảnh.jpg", photo, "text/html")}
    )
    assert "Đã thêm tệp" in added.text
    file_id = desk.sql("select id from announcement_files where announcement_id = ?", number)[0][0]
    shown = clerk.get(f"{HOME}/{number}/tep/{file_id}")
    assert (shown.headers["content-type"], b"Samsung" in shown.content, b"php" in shown.content) == ("image/jpeg", False, False)
    address = f"/thong-bao/tin-co-anh-{number}/tep/{file_id}-anh.jpg"
    assert desk.stranger().get(address).status_code == 404
    clerk.post(f"{HOME}/{number}/tep", {"version": "2"}, files={"file": ("giấy mời.pdf", pictures.PDF, "application/pdf")})
    act(desk, editor, number, "hen")
    go_out(desk, number)
    public = desk.stranger().get(address)
    assert (public.status_code, public.headers["content-type"], public.headers["x-content-type-options"]) == (200, "image/jpeg", "nosniff")
    page = desk.stranger().get(f"/thong-bao/tin-co-anh-{number}").text
    assert 'alt="Bản đồ điểm làm"' in page
    pdf = re.search(r'href="(/thong-bao/[^"]+\.pdf)"', page)
    assert pdf is not None
    assert desk.stranger().get(pdf[1]).headers["content-disposition"] == 'attachment; filename="giay-moi.pdf"'
    assert clerk.post(f"{HOME}/{number}/tep/{file_id}/bo", {"version": "3"}).status_code == 422


@pytest.mark.parametrize(
    ("name", "data", "code", "said"),
    [
        ("a.png", b"<svg onload=alert(1)>", 422, "không phải ảnh PNG, JPEG"),
        ("a.png", pictures.png() + b"x" * 1_000_001, 422, "1 MB"),
        ("a.pdf", b"%PDF-" + b"x" * 5_000_100 + b"%%EOF", 422, "5 MB"),
        ("a.pdf", b"%PDF-" + b"x" * 5_200_000 + b"%%EOF", 413, "5 MB"),
        ("", b"", 422, "chọn ảnh"),
        ("a.pdf", pictures.PDF.replace(b"/Catalog", b"/Catalog/OpenAction<</S/JavaScript>>"), 422, "tự chạy"),
    ],
)  # fmt: skip
def test_wrong_files_are_refused_in_plain_words(desk: Desk, name: str, data: bytes, code: int, said: str) -> None:
    clerk = desk.official("official")
    number = write(desk, clerk, TEXT)
    answer = clerk.post(f"{HOME}/{number}/tep", {"version": "1", "alt": "ảnh"}, files={"file": (name, data, "image/png")})
    assert answer.status_code == code
    assert said in html.unescape(answer.text)
    assert desk.sql("select count(*) from announcement_files where announcement_id = ?", number) == [(0,)]


def test_files_of_another_announcement_or_commune_are_not_there(desk: Desk) -> None:
    clerk = desk.official("official")
    number = write(desk, clerk, TEXT)
    clerk.post(f"{HOME}/{number}/tep", {"version": "1", "alt": "ảnh"}, files={"file": ("a.png", pictures.png(), "image/png")})
    file_id = desk.sql("select id from announcement_files where announcement_id = ?", number)[0][0]
    other = write(desk, clerk, TEXT)
    assert clerk.get(f"{HOME}/{other}/tep/{file_id}").status_code == 404
    assert clerk.post(f"{HOME}/{other}/tep/{file_id}/bo", {"version": "1"}).status_code == 404
    stranger = desk.browsers["other-leader"]
    assert stranger.get(f"{HOME}/{number}/tep/{file_id}").status_code == 404
    assert stranger.post(f"{HOME}/{number}/tep/{file_id}/bo", {"version": "2"}).status_code == 404
    refused = stranger.post(f"{HOME}/{number}/tep", {"version": "2", "alt": "x"}, files={"file": ("a.png", pictures.png(), "image/png")})
    assert refused.status_code == 404
