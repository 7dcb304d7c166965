"""Followers as counts and never as persons; residential groups; the lists of a trial. With the pages' own forms."""

from __future__ import annotations

import datetime as dt
import re

import pytest

from tests.console.desk import OTHER_COMMUNE, Browser, Desk
from tests.console.test_ward import text_of
from tests.support.server import quickest

GROUPS, NUMBERS, LISTS = "/can-bo/to-dan-pho", "/can-bo/nguoi-theo-doi", "/can-bo/nguoi-theo-doi/nhan-thu"
NAMES = ("id", "commune_id", "channel", "person", "group_id", "consent_at", "consent_words", "left_at", "guest", "staff", "person_key")
EVIL = '<script>alert(1)</script>"onmouseover=x'


@pytest.fixture(autouse=True)
def _empty(desk: Desk) -> None:
    for table in ("subscriptions", "subscribers", "subscriber_codes", "residential_groups"):
        desk.sql(f"delete from {table}")


def _people(
    desk: Desk, count: int, topic: str = "tiem-chung", channel: str = "zalo_oa", *, group_id: int | None = None, commune: int = 1
) -> None:
    now = dt.datetime.now(dt.UTC).replace(tzinfo=None).isoformat(sep=" ")
    for number in range(count):
        person = f"{channel}-{topic}-{commune}-{group_id}-{number}"
        values = (commune, channel, person, group_id, now, "nhận tin", None, 0, 0, person[:32])
        desk.sql(f"insert into subscribers ({', '.join(NAMES[1:])}) values ({', '.join('?' * len(values))})", *values)
        [(id_,)] = desk.sql("select id from subscribers where person = ?", person)
        desk.sql(
            "insert into subscriptions (subscriber_id, topic, commune_id, created_at, words) values (?, ?, ?, ?, '')",
            id_,
            topic,
            commune,
            now,
        )


def _add(desk: Desk, name: str, aliases: str = "", browser: Browser | None = None) -> int:
    (browser or desk.official("official")).post(f"{GROUPS}/them", {"name": name, "aliases": aliases})
    [(id_,)] = desk.sql("select max(id) from residential_groups")
    return int(id_)


# --- numbers -----------------------------------------------------------------------------------------------------------


def test_numbers_are_told_and_small_ones_are_not(desk: Desk) -> None:
    assert "Chưa có ai theo dõi" in text_of(desk.official("official").get(NUMBERS))
    group = _add(desk, "Tổ 12")
    _people(desk, 7, group_id=group)
    _people(desk, 3, "dien-nuoc", "telegram")
    _people(desk, 9, "thien-tai", commune=OTHER_COMMUNE)
    said = text_of(desk.official("official").get(NUMBERS))
    assert "10 người đang theo dõi" in said
    assert re.search(r"Tiêm chủng, y tế Người theo dõi 7\b", said)
    assert re.search(r"Điện, nước, đường sá Người theo dõi dưới 5", said)
    assert re.search(r"Thiên tai, khẩn cấp Người theo dõi chưa có", said)
    assert re.search(r"Telegram Người theo dõi dưới 5", said)
    assert re.search(r"Tổ 12 Người theo dõi 7\b", said)
    assert re.search(r"Thêm 10\b", said)
    assert "zalo_oa-tiem" not in said


def test_who_leads_volunteers_and_who_is_not_signed_in_see_nothing(desk: Desk) -> None:
    for path in (NUMBERS, LISTS, GROUPS):
        assert desk.official("volunteer_lead").get(path).status_code == 403
        assert desk.stranger().get(path).url.path == "/can-bo/dang-nhap"


# --- residential groups ---------------------------------------------------------------------------------------------------


def test_a_group_is_added_changed_put_aside_and_deleted(desk: Desk) -> None:
    official, editor = desk.official("official"), desk.official("editor")
    id_ = _add(desk, "  tổ   12 ", "tdp 12, Xóm Chùa\nxóm chùa")
    assert desk.sql("select name, number, aliases, active from residential_groups") == [
        ("Tổ 12", "12", '["Tdp 12", "X\\u00f3m Ch\\u00f9a"]', 1)
    ]
    assert "Xóm Chùa" in official.get(f"{GROUPS}/{id_}").text
    said = text_of(official.post(f"{GROUPS}/{id_}", {"name": "Tổ 12A", "aliases": ""}))
    assert "Đã lưu Tổ 12A" in said
    assert "Thôi dùng" in said
    assert official.get(f"{GROUPS}/{id_}/xoa").status_code == 403
    _people(desk, 6, group_id=id_)
    assert "Số người theo dõi ở đây: 6" in text_of(editor.get(f"{GROUPS}/{id_}/xoa"))
    assert "Đã xóa Tổ 12A" in text_of(editor.post(f"{GROUPS}/{id_}/xoa"))
    assert desk.sql("select count(*) from subscribers where group_id is null") == [(6,)]
    written = desk.sentences()[-3:]
    assert "thêm Tổ 12 vào danh sách tổ dân phố" in written[0]
    assert "sửa Tổ 12: tên thành Tổ 12A; cách gọi khác: không có; thôi dùng" in written[1]
    assert "xóa Tổ 12A" in written[2]


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("", "ghi tên tổ"),
        ("   ", "ghi tên tổ"),
        ("😀", "ghi tên tổ"),
        ("x" * 81, "dài quá"),
        ("x" * 50_000, "dài quá"),
        ("TỔ 1", "Đã có"),
        ("to 1", "Đã có"),
        ("To\u0302\u0309 1", "Đã có"),
    ],
)
def test_a_name_that_cannot_be_is_refused_with_a_sentence(desk: Desk, name: str, says: str) -> None:
    _add(desk, "Tổ 1")
    page = desk.official("official").post(f"{GROUPS}/them", {"name": name})
    assert page.status_code == 422
    assert says in text_of(page)
    assert desk.sql("select count(*) from residential_groups") == [(1,)]


def test_a_group_that_somebody_adds_at_the_same_moment_is_said(desk: Desk) -> None:
    desk.sql(
        "create trigger meanwhile before insert on residential_groups when new.name = 'Tổ 77' begin select raise(abort, 'unique'); end"
    )
    page = desk.official("official").post(f"{GROUPS}/dan", {"text": "Tổ 76\nTổ 77", "sure": "1"})
    desk.sql("drop trigger meanwhile")
    assert page.status_code == 422
    assert "Người khác vừa thêm tổ trùng tên" in text_of(page)
    assert "Sẽ thêm 2 tổ" in text_of(page), "as it is now, to be looked at again"
    assert desk.sql("select count(*) from residential_groups where name like 'Tổ 7%'") == [(0,)]


def test_an_alias_of_another_group_is_refused(desk: Desk) -> None:
    _add(desk, "Tổ 1", "Xóm Chùa")
    page = desk.official("official").post(f"{GROUPS}/them", {"name": "Tổ 2", "aliases": "xom chua"})
    assert page.status_code == 422
    assert "đã là tên của Tổ 1" in text_of(page)


def test_a_list_is_pasted_looked_at_and_then_added(desk: Desk) -> None:
    official = desk.official("official")
    _add(desk, "Tổ 3")
    sent = {"text": "Tổ 1\n2\nTổ 3\nThôn Phú Hạ; Phú Hạ\n😀"}
    said = text_of(official.post(f"{GROUPS}/dan", sent))
    assert "Sẽ thêm 3 tổ" in said
    assert "Đã có, không thêm: Tổ 3" in said
    assert "«😀»" in said
    assert desk.sql("select count(*) from residential_groups") == [(1,)]
    assert "Đã thêm 3 tổ" in text_of(official.post(f"{GROUPS}/dan", sent | {"sure": "1"}))
    assert [row[0] for row in desk.sql("select name from residential_groups order by id")] == ["Tổ 3", "Tổ 1", "Tổ 2", "Thôn Phú Hạ"]
    assert "thêm 3 tổ dân phố từ danh sách" in desk.sentences()[-1]
    assert official.post(f"{GROUPS}/dan", {"text": " \n"}).status_code == 422
    assert official.post(f"{GROUPS}/dan", sent | {"sure": "1"}).status_code == 200
    assert desk.sql("select count(*) from residential_groups") == [(4,)]


def test_groups_of_another_commune_are_not_there(desk: Desk) -> None:
    id_ = _add(desk, "Tổ 7", browser=desk.official("other-official"))
    assert desk.sql("select commune_id from residential_groups") == [(OTHER_COMMUNE,)]
    editor = desk.official("editor")
    for path in (f"{GROUPS}/{id_}", f"{GROUPS}/{id_}/xoa", f"{GROUPS}/999999"):
        assert editor.get(path).status_code == 404
        assert editor.post(path, {"name": "Của tôi"}).status_code == 404
    assert "Tổ 7" not in editor.get(GROUPS).text
    assert desk.sql("select name from residential_groups") == [("Tổ 7",)]
    _add(desk, "Tổ 7")  # the same name in another commune is another group
    assert desk.sql("select count(*) from residential_groups") == [(2,)]


def test_what_is_typed_comes_back_as_text(desk: Desk) -> None:
    official = desk.official("official")
    _add(desk, EVIL, EVIL + "2")
    [(id_,)] = desk.sql("select id from residential_groups")
    for path in (GROUPS, f"{GROUPS}/{id_}", NUMBERS, "/can-bo/nhat-ky"):
        assert "<script>alert" not in desk.official("leader").get(path).text, path
    assert "<script>alert" not in official.post(f"{GROUPS}/dan", {"text": f"Tổ 5\n{EVIL}; {EVIL}"}).text
    official.post(f"{GROUPS}/them", {"name": "Tổ 8", "commune_id": "2", "id": "77", "active": "0"})
    assert desk.sql("select commune_id, active from residential_groups where name = 'Tổ 8'") == [(1, 1)]


# --- the lists of a trial ---------------------------------------------------------------------------------------------------


def test_a_code_for_guests_is_made_used_and_taken_back(desk: Desk) -> None:
    leader = desk.official("leader")
    said = text_of(leader.post(LISTS, {"kind": "guest", "days": "3"}))
    code = re.search(r"MÃ KHÁCH (\d{4})\b", said)
    assert code is not None
    assert re.search(r"MÃ CÁN BỘ \d{6}\b", text_of(leader.post(LISTS, {"kind": "staff", "days": "3"})))
    assert code[1] not in " ".join(desk.sentences())
    assert "tạo mã cho khách nhận thử tin" in desk.sentences()[-2]
    [(id_,)] = desk.sql("select id from subscriber_codes where kind = 'guest'")
    assert desk.official("other-leader").post(f"{LISTS}/ma/{id_}/bo").status_code == 404
    assert "Đã bỏ mã" in text_of(leader.post(f"{LISTS}/ma/{id_}/bo"))
    assert desk.sql("select kind from subscriber_codes") == [("staff",)]
    assert desk.official("official").post(LISTS, {"kind": "guest", "days": "3"}).status_code == 403


@pytest.mark.parametrize(
    "sent",
    [
        {"kind": "keeper"},
        {"kind": "link"},
        {},
        {"kind": "guest", "days": "0"},
        {"kind": "guest", "days": "61"},
        {"kind": "guest", "days": "x" * 999},
        {"kind": "guest", "days": "²"},
    ],
)
def test_a_code_that_cannot_be_is_refused(desk: Desk, sent: dict[str, str]) -> None:
    assert desk.official("leader").post(LISTS, sent).status_code == 422
    assert desk.sql("select count(*) from subscriber_codes") == [(0,)]


def test_a_list_is_emptied_after_asking(desk: Desk) -> None:
    _people(desk, 6)
    _people(desk, 5, commune=OTHER_COMMUNE)
    desk.sql("update subscribers set guest = 1")
    leader = desk.official("leader")
    assert "Số người trong danh sách: 6" in text_of(leader.get(f"{LISTS}/guest/het"))
    assert "đã trống" in text_of(leader.post(f"{LISTS}/guest/het"))
    assert desk.sql("select commune_id, sum(guest) from subscribers group by 1") == [(1, 0), (OTHER_COMMUNE, 5)]
    for wrong in ("link", "x", "..%2f"):
        assert leader.get(f"{LISTS}/{wrong}/het").status_code == 404


def test_the_pages_are_quick_with_many_followers(desk: Desk) -> None:
    ids = range(1, 20_001)
    now = "2026-11-01 00:00:00"
    with_ = "with recursive n(i) as (select 1 union all select i + 1 from n where i < ?)"
    desk.sql(
        f"insert into subscribers ({', '.join(NAMES)}) {with_} select i, 1, 'zalo_oa', 'p' || i, null, ?, 'x', null, 0, 0, 'k' || i from n",
        len(ids),
        now,
    )
    desk.sql(
        "insert into subscriptions (subscriber_id, topic, commune_id, created_at, words) select id, 'tin-chung', 1, consent_at, '' from subscribers"
    )
    official = desk.official("official")
    assert "20.000 người đang theo dõi" in text_of(official.get(NUMBERS))
    assert quickest(lambda: official.get(NUMBERS)) < 1
