"""The lead of the volunteers at work: teams, invitations, roster, counts. With the pages' own forms."""

from __future__ import annotations

import datetime as dt
import re
import uuid
from collections.abc import Iterator

import pytest

from app.calendar.facts import VIETNAM
from tests.console.desk import OTHER_COMMUNE, Browser, Desk
from tests.console.test_ward import text_of
from tests.volunteers.people import CODE, PEOPLE, ROSTER, next_sunday, without_volunteers

HOME = "/can-bo/tinh-nguyen"
TEAMS, COUNTS = f"{HOME}/to", f"{HOME}/da-giup"
EVIL = '<script>alert(1)</script>"onmouseover=x'


@pytest.fixture(autouse=True)
def _empty(desk: Desk) -> Iterator[None]:
    with without_volunteers(desk):
        yield


def _group(desk: Desk, name: str, commune: int = 1) -> str:
    desk.sql("insert into residential_groups (commune_id, name, number, aliases, active) values (?, ?, '', '[]', 1)", commune, name)
    [(number,)] = desk.sql("select max(id) from residential_groups")
    return str(number)


def _team(desk: Desk, name: str = "Tổ công nghệ số tổ 12", browser: Browser | None = None, **more: object) -> int:
    (browser or desk.official("volunteer_lead")).post(f"{TEAMS}/them", {"name": name} | more)
    [(number,)] = desk.sql("select max(id) from volunteer_teams")
    return int(number)


def _person(desk: Desk, name: str = "Trần Minh Anh", browser: Browser | None = None, **more: object) -> int:
    (browser or desk.official("volunteer_lead")).post(f"{PEOPLE}/them", {"name": name} | more)
    [(number,)] = desk.sql("select max(id) from volunteers")
    return int(number)


def _tallies(desk: Desk, count: int, person: int | None = None, *, commune: int = 1, code: str = "1.001193", behalf: int = 0) -> None:
    for _ in range(count):
        values = (commune, str(uuid.uuid4()), person, code, behalf, "mang")
        desk.sql(
            "insert into tallies (commune_id, tally_id, volunteer_id, code, on_behalf, hard, day, received_at)"
            " values (?, ?, ?, ?, ?, ?, date('now', '+7 hours'), datetime('now'))",
            *values,
        )


# --- teams -------------------------------------------------------------------------------------------------------------


def test_a_team_is_added_changed_put_aside_and_deleted(desk: Desk) -> None:
    lead, groups = desk.official("volunteer_lead"), [_group(desk, "Tổ 12"), _group(desk, "Tổ 13")]
    number = _team(desk, "  Tổ công nghệ số   tổ 12 ", contact="Chị Hoa", phone="0905 123 456", groups=groups)
    said = text_of(lead.get(HOME))
    assert "Tổ công nghệ số tổ 12" in said
    assert "Tổ 12, Tổ 13" in said
    assert "Không cho thấy" in said
    form = {"name": "Tổ công nghệ số 12", "contact": "Anh Nam", "phone": "0905 123 456", "phone_shown": "1", "groups": groups[:1]}
    assert "Đã lưu Tổ công nghệ số 12" in text_of(lead.post(f"{TEAMS}/{number}", form))
    assert desk.sql("select name, contact, phone_shown, active from volunteer_teams") == [("Tổ công nghệ số 12", "Anh Nam", 1, 0)]
    assert [str(row[0]) for row in desk.sql("select group_id from volunteer_team_groups")] == groups[:1]
    person = _person(desk, team=str(number))
    assert "Tổ có 1 tình nguyện viên" in text_of(lead.get(f"{TEAMS}/{number}/xoa"))
    assert "Đã xóa Tổ công nghệ số 12" in text_of(lead.post(f"{TEAMS}/{number}/xoa"))
    assert desk.sql("select id, team_id from volunteers") == [(person, None)]
    written = " ".join(desk.sentences()[-4:])
    assert "thêm Tổ công nghệ số tổ 12: phụ trách Tổ 12, Tổ 13; không cho thấy số điện thoại" in written
    assert "cho bà con thấy số điện thoại; thôi dùng" in written
    assert "xóa Tổ công nghệ số 12 khỏi danh sách" in written


@pytest.mark.parametrize(
    ("form", "says"),
    [
        ({"name": ""}, "ghi tên tổ"),
        ({"name": "😀"}, "ghi tên tổ"),
        ({"name": "x" * 81}, "dài quá"),
        ({"name": "x" * 50_000}, "dài quá"),
        ({"name": "TO\u0302\u0309 12"}, "Đã có"),
        ({"name": "Tổ 1", "phone": "gọi chị Hoa"}, "Số điện thoại chỉ gồm"),
        ({"name": "Tổ 1", "phone": "113"}, "Số điện thoại chỉ gồm"),
        ({"name": "Tổ 1", "phone": "0" * 500}, "Số điện thoại chỉ gồm"),
        ({"name": "Tổ 1", "phone_shown": "1"}, "đồng ý cho bà con thấy"),
        ({"name": "Tổ 1", "contact": "x" * 500}, "dài quá"),
        ({"name": "Tổ 1", "place": "x" * 500}, "dài quá"),
        ({"name": "Tổ 1", "groups": ["999999"]}, "không còn trong danh sách"),
    ],
)
def test_a_team_that_cannot_be_is_refused_with_a_sentence(desk: Desk, form: dict[str, object], says: str) -> None:
    _team(desk, "Tổ 12")
    page = desk.official("volunteer_lead").post(f"{TEAMS}/them", form)
    assert page.status_code == 422
    assert says in text_of(page)
    assert desk.sql("select name from volunteer_teams") == [("Tổ 12",)]


def test_odd_group_numbers_are_none(desk: Desk) -> None:
    for number, odd in enumerate(("", "x", "-1", "1e9", "9" * 40, "²", "1; drop")):
        assert desk.official("editor").post(f"{TEAMS}/them", {"name": f"Tổ {number}", "groups": [odd]}).status_code == 200


# --- volunteers ----------------------------------------------------------------------------------------------------------


def test_somebody_is_invited_changed_ended_and_erased(desk: Desk) -> None:
    lead = desk.official("volunteer_lead")
    page = lead.post(f"{PEOPLE}/them", {"name": "  Trần  Minh Anh"})
    assert CODE.search(page.text)
    assert "/tinh-nguyen/vao" in page.text
    assert "<svg" in page.text
    assert page.headers["cache-control"] == "private, no-store"
    [(number,)] = desk.sql("select id from volunteers where name = 'Trần Minh Anh'")
    said = text_of(lead.get(PEOPLE))
    assert "Chờ gõ mã" in said
    assert lead.get(f"{PEOPLE}/{number}/xoa").status_code == 404  # not before the account was ended
    assert lead.post(f"{PEOPLE}/{number}/xoa").status_code == 404
    team = _team(desk)
    lead.post(f"{PEOPLE}/{number}", {"name": "Trần Minh Ánh", "team": str(team)})
    assert desk.sql("select name, team_id from volunteers") == [("Trần Minh Ánh", team)]
    _tallies(desk, 6, number)
    lead.post(f"{PEOPLE}/{number}/thoi")
    assert desk.sql("select count(*) from volunteer_invitations") == [(0,)]
    assert "không còn biết ai ghi" in text_of(lead.get(f"{PEOPLE}/{number}/xoa"))
    lead.post(f"{PEOPLE}/{number}/xoa")
    assert desk.sql("select count(*) from volunteers") == [(0,)]
    assert desk.sql("select count(*), count(volunteer_id) from tallies") == [(6, 0)]
    assert "xóa tên một tình nguyện viên" in desk.sentences()[-1]


def test_the_page_with_the_code_loaded_again_invites_nobody_twice(desk: Desk) -> None:
    lead = desk.official("volunteer_lead")
    lead.post(f"{PEOPLE}/them", {"name": "Trần Minh Anh"})
    again = lead.post(f"{PEOPLE}/them", {"name": "trần minh anh "})
    assert again.status_code == 422
    assert "Đã mời người tên này rồi" in text_of(again)
    assert desk.sql("select count(*) from volunteers") == [(1,)]
    assert CODE.search(lead.post(f"{PEOPLE}/them", {"name": "Trần Minh Anh tổ 12"}).text)


@pytest.mark.parametrize("name", ["", "   ", "😀", "x" * 81, "x" * 90_000])
def test_a_name_that_cannot_be_is_refused(desk: Desk, name: str) -> None:
    page = desk.official("volunteer_lead").post(f"{PEOPLE}/them", {"name": name})
    assert page.status_code == 422
    assert CODE.search(page.text) is None
    assert desk.sql("select count(*) from volunteers") == [(0,)]


@pytest.mark.parametrize("team", ["999999", "x", "-1", "²", "9" * 40])
def test_a_team_that_is_not_there_is_refused(desk: Desk, team: str) -> None:
    assert desk.official("editor").post(f"{PEOPLE}/them", {"name": "Anh", "team": team}).status_code == 422


# --- another commune -------------------------------------------------------------------------------------------------------


def test_another_communes_things_are_not_there(desk: Desk) -> None:
    other = desk.official("other-volunteer_lead")
    team, person, group = _team(desk, "Tổ xã hai", other), _person(desk, "Người xã hai", other), _group(desk, "Tổ xã hai", OTHER_COMMUNE)
    lead = desk.official("volunteer_lead")
    for path in (f"{TEAMS}/{team}", f"{TEAMS}/{team}/xoa", f"{PEOPLE}/{person}", f"{PEOPLE}/{person}/thoi"):
        assert lead.get(path).status_code == 404
        assert lead.post(path, {"name": "Của tôi"}).status_code == 404
    assert lead.post(f"{PEOPLE}/{person}/ma").status_code == 404
    assert lead.post(f"{PEOPLE}/them", {"name": "Anh", "team": str(team)}).status_code == 422
    assert lead.post(f"{TEAMS}/them", {"name": "Tổ 1", "groups": [group]}).status_code == 422
    uid = next_sunday(lead)
    lead.post(f"{ROSTER}/{uid}", {"people": [str(person)]})
    assert desk.sql("select count(*) from volunteer_shifts") == [(0,)]
    for path in (HOME, PEOPLE, ROSTER, f"{ROSTER}/{uid}", COUNTS):
        assert "xã hai" not in lead.get(path).text.casefold(), path
    assert desk.sql("select name from volunteer_teams union all select name from volunteers") == [("Tổ xã hai",), ("Người xã hai",)]


def test_an_official_without_the_role_sees_nothing(desk: Desk) -> None:
    number = _person(desk)
    for path in (HOME, PEOPLE, f"{PEOPLE}/{number}", ROSTER, COUNTS, f"{TEAMS}/them"):
        assert desk.official("official").get(path).status_code == 403
        assert desk.stranger().get(path).url.path == "/can-bo/dang-nhap"
    assert desk.official("official").post(f"{PEOPLE}/them", {"name": "x"}).status_code == 403


# --- roster, counts ----------------------------------------------------------------------------------------------------------


def test_people_are_put_down_and_taken_off(desk: Desk) -> None:
    lead, anh, bao = desk.official("volunteer_lead"), _person(desk), _person(desk, "Lê Quốc Bảo")
    uid = next_sunday(lead)
    lead.post(f"{ROSTER}/{uid}", {"people": [str(anh), str(bao), "x", "999999"]})
    desk.sql("update volunteer_shifts set reply = 'yes' where volunteer_id = ?", anh)
    lead.post(f"{ROSTER}/{uid}", {"people": [str(anh)]})
    assert desk.sql("select volunteer_id, session_uid, reply from volunteer_shifts") == [(anh, uid, "yes")]
    assert "Trần Minh Anh · đi được" in text_of(lead.get(f"{ROSTER}/{uid}"))
    assert re.search(r"phân công «Ngày Chủ nhật gần Dân» ngày \d+/\d+/\d+: Trần Minh Anh$", desk.sentences()[-1])
    lead.post(f"{PEOPLE}/{anh}/thoi")
    assert desk.sql("select count(*) from volunteer_shifts") == [(0,)]
    lead.post(f"{ROSTER}/{uid}", {"people": [str(anh)]})  # ended meanwhile
    assert desk.sql("select count(*) from volunteer_shifts") == [(0,)]


def test_a_sunday_that_nobody_has_said_yes_to_is_something_to_do(desk: Desk) -> None:
    lead, soon = desk.official("volunteer_lead"), dt.datetime.now(VIETNAM).date() + dt.timedelta(days=3)
    todo = f"Phân công tình nguyện viên cho Ngày Chủ nhật gần Dân ngày {soon.day}/{soon.month}"
    columns = "commune_id, day, kind, hours, reason, place, counters, procedures, bring, team, sequence, updated_at"
    desk.sql(
        f"insert into calendar_days ({columns}) values (1, ?, 'extra', '[]', '', '', '[]', '[]', '', '', 1, datetime('now'))",
        soon.isoformat(),
    )
    try:
        assert todo not in text_of(lead.get("/can-bo"))  # nobody to put down yet
        person = _person(desk)
        assert todo in text_of(lead.get("/can-bo"))
        assert todo not in text_of(desk.official("official").get("/can-bo"))
        lead.post(f"{ROSTER}/chu-nhat-{soon}", {"people": [str(person)]})
        desk.sql("update volunteer_shifts set reply = 'yes'")
        assert todo not in text_of(lead.get("/can-bo"))
    finally:
        desk.sql("delete from calendar_days where day = ?", soon.isoformat())


@pytest.mark.parametrize("uid", ["chu-nhat-2020-01-05", "chu-nhat-x", "dot-x", "%2e%2e", "x" * 500, "chu-nhat-2026-12-07"])
def test_a_session_that_is_not_ahead_has_no_roster(desk: Desk, uid: str) -> None:
    assert desk.official("volunteer_lead").get(f"{ROSTER}/{uid}").status_code == 404
    assert desk.official("volunteer_lead").post(f"{ROSTER}/{uid}").status_code == 404


def test_help_is_counted_and_few_are_not_told(desk: Desk) -> None:
    lead = desk.official("volunteer_lead")
    assert "Chưa có lượt nào" in text_of(lead.get(COUNTS))
    team, small = _team(desk, "Tổ 12"), _team(desk, "Tổ 13")
    people = [_person(desk, f"Anh {number}", team=str(team)) for number in range(3)]
    alone = _person(desk, "Một mình", team=str(small))
    _tallies(desk, 7, people[0], behalf=1)
    _tallies(desk, 3, people[1], code="1.000894")
    _tallies(desk, 9, alone)
    _tallies(desk, 50, None, commune=OTHER_COMMUNE)
    said = text_of(lead.get(COUNTS))
    assert "Tất cả 19 lượt" in said
    assert "Nộp hộ bà con 7" in said
    assert re.search(r"Đăng ký khai sinh Số lượt 16 Trong đó nộp hộ 7", said)
    assert re.search(r"Đăng ký kết hôn Số lượt dưới 5", said)
    assert "Theo tổ" not in said  # beside «Tổ 12», one person's number would be that person
    for number in range(2):
        _person(desk, f"Bạn {number}", team=str(small))
    said = text_of(lead.get(COUNTS))
    assert re.search(r"Tổ 12 Số lượt 10", said)
    assert re.search(r"Tổ 13 Số lượt 9", said)
    _tallies(desk, 6, _person(desk, "Ngoài tổ"))
    said = text_of(lead.get(COUNTS))
    assert re.search(r"Tổ 13 Số lượt 9", said)
    assert re.search(r"Các tổ khác, người chưa thuộc tổ nào Số lượt 16", said)
    assert "Tổ 12 Số lượt" not in said
    assert "Anh 0" not in said
    for span in ("7", "365", "x", "9" * 30):
        assert lead.get(f"{COUNTS}?trong={span}").status_code == 200


def test_what_is_typed_comes_back_as_text(desk: Desk) -> None:
    lead = desk.official("volunteer_lead")
    group = _group(desk, EVIL)
    team = _team(desk, EVIL, contact=EVIL, place=EVIL, groups=[group])
    page = lead.post(f"{PEOPLE}/them", {"name": EVIL[:60], "team": str(team)})
    assert "<script>alert" not in page.text
    [(person,)] = desk.sql("select id from volunteers")
    paths = (
        HOME,
        f"{TEAMS}/{team}",
        f"{TEAMS}/{team}/xoa",
        PEOPLE,
        f"{PEOPLE}/{person}",
        f"{PEOPLE}/{person}/thoi",
        f"{ROSTER}/{next_sunday(lead)}",
    )
    for path in (*paths, "/to-cong-nghe-so"):
        answer = lead.get(path)
        assert answer.status_code == 200
        assert "<script>alert" not in answer.text, path
    desk.official("leader").post(f"{PEOPLE}/them", {"name": "Bảo", "commune_id": "2", "id": "77", "token_hash": "x"})
    assert desk.sql("select commune_id, token_hash from volunteers where name = 'Bảo'") == [(1, None)]
