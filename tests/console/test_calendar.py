"""The calendar's pages: a day and a session are shown as citizens will read them, then saved, and citizens read them."""

from __future__ import annotations

import datetime as dt
import html
import re
import unicodedata

import httpx
import pytest

from app.calendar.calendar import Calendar
from app.calendar.facts import VIETNAM
from app.calendar.lunar import tet
from tests.assistant.ward import commune
from tests.console.desk import Browser, Desk
from tests.console.test_ward import ask

PATH = "/can-bo/lich"
TODAY = dt.datetime.now(VIETNAM).date()
DAY = dt.timedelta(days=1)


def _services(count: int) -> list[dt.date]:
    """Sunday services that will be held, at least a week ahead."""
    found = Calendar(commune()).sunday_services(TODAY + 7 * DAY, TODAY + 300 * DAY)
    return [each.planned for each in found if each.held is not None][:count]


def _weekday(after: int) -> dt.date:
    """An ordinary working day."""
    plans = Calendar(commune()).plans(TODAY + after * DAY, 30)
    return next(plan.day for plan in plans if plan.reason == "weekday")


def _text(page: httpx.Response) -> str:
    return html.unescape(page.text)


def _version(editor: Browser, path: str) -> str:
    """The version that the form of this address was read with."""
    found = re.search(r'name="version" value="(\w+)"', _text(editor.get(path)))
    return found[1] if found else ""


def _save(editor: Browser, path: str, **typed: str) -> str:
    """Preview, then save what was previewed; the page after it."""
    typed = {"version": _version(editor, path)} | typed
    page = editor.post(path, {**typed, "act": "preview"})
    assert page.status_code == 200, _text(page)
    assert "Người dân sẽ đọc" in _text(page)
    done = editor.post(path, {**typed, "act": "save"})
    assert done.status_code == 200, _text(done)
    return _text(done)


def _session(**more: str) -> dict[str, str]:
    day = _weekday(20).isoformat()
    typed = {
        "kind": "identity",
        "title": "Làm căn cước lưu động",
        "day": day,
        "starts": "8:00",
        "ends": "11h30",
        "place": "Nhà văn hóa tổ 12",
    }
    return typed | more


def test_a_moved_sunday_service_is_told_right_on_both_days(desk: Desk) -> None:
    service, official = _services(1)[0], desk.official("official")
    target = service + 7 * DAY
    path = f"{PATH}/ngay/{service}"
    typed = {"kind": "moved", "reason": "Trùng lễ hội đình làng", "moved_to": target.isoformat(), "version": "0"}
    page = _text(official.post(path, typed | {"act": "preview"}))
    assert f"chuyển sang Chủ nhật {target.day}/{target.month}/{target.year}" in page
    assert "vì trùng lễ hội đình làng" in page
    assert f"Chủ nhật {target.day}/{target.month}/{target.year} là Ngày Chủ nhật gần Dân" in page
    assert not desk.sql("select 1 from calendar_days"), "a preview saves nothing"
    back = _text(official.post(path, typed | {"act": "edit"}))
    assert 'value="Trùng lễ hội đình làng"' in back
    _save(official, path, **typed)
    said = ask(desk, f"chủ nhật {service.day}/{service.month}/{service.year} phường có làm không")
    assert "chuyển sang Chủ nhật" in said
    said = ask(desk, f"chủ nhật {target.day}/{target.month}/{target.year} phường có làm không")
    assert "là Ngày Chủ nhật gần Dân (chuyển từ" in said
    feed = httpx.get(f"{desk.url}/lich/chu-nhat-{service}.ics").text
    assert f"DTSTART;TZID=Asia/Ho_Chi_Minh:{target:%Y%m%d}T073000" in feed
    assert "SEQUENCE:1" in feed
    assert any("dời Ngày Chủ nhật gần Dân" in line and "Trùng lễ hội đình làng" in line for line in desk.sentences())
    assert "Sửa ở ngày đó" in _text(official.get(f"{PATH}/ngay/{target}"))
    assert official.post(f"{PATH}/ngay/{target}", {"kind": "closed", "reason": "Nghỉ", "act": "save"}).status_code == 422
    assert "Bỏ đi thì người dân hỏi sẽ nghe" in _text(official.get(f"{path}/bo"))
    official.post(f"{path}/bo", {"version": "1"})
    assert "chuyển sang" not in ask(desk, f"chủ nhật {service.day}/{service.month}/{service.year} phường có làm không")
    assert "SEQUENCE:2" in httpx.get(f"{desk.url}/lich/chu-nhat-{service}.ics").text, "the phone must see the taking back too"
    assert official.post(f"{path}/bo").status_code == 404


def test_a_day_can_be_closed_shortened_and_a_service_added(desk: Desk) -> None:
    editor = desk.official("editor")
    closed, short, extra = _weekday(30), _weekday(40), _services(1)[0] + 14 * DAY
    _save(editor, f"{PATH}/ngay/{closed}", kind="closed", reason="Tập huấn toàn phường")
    said = ask(desk, f"ngày {closed.day}/{closed.month}/{closed.year} phường có làm không")
    assert "phường nghỉ, vì tập huấn toàn phường" in said
    _save(editor, f"{PATH}/ngay/{short}", kind="open", morning_from="7h30", morning_to="10:00")
    assert "có làm việc: 7:30–10:00." in ask(desk, f"ngày {short.day}/{short.month}/{short.year} phường có làm không")
    _save(editor, f"{PATH}/ngay/{extra}", kind="extra", place="Nhà văn hóa phường", counters="Hộ tịch\nChứng thực")
    said = ask(desk, f"chủ nhật {extra.day}/{extra.month}/{extra.year} phường có làm không")
    assert "là Ngày Chủ nhật gần Dân" in said
    assert "Nhà văn hóa phường" in said
    page = _text(editor.get(f"{PATH}?thang={closed:%Y-%m}"))
    assert "Tập huấn toàn phường" in page
    for day in (closed, short, extra):
        assert editor.post(f"{PATH}/ngay/{day}/bo", {"version": "1"}).status_code == 200


@pytest.mark.parametrize(
    ("typed", "wrong"),
    [
        ({}, "Anh/chị chọn ngày này thế nào."),
        ({"kind": "rule"}, "Anh/chị chọn ngày này thế nào."),
        ({"kind": "closed"}, "Anh/chị ghi lý do"),
        ({"kind": "closed", "reason": "x" * 301}, "Dài quá"),
        ({"kind": "open"}, "Anh/chị ghi giờ làm việc"),
        ({"kind": "open", "morning_from": "bảy giờ", "morning_to": "9:00"}, "Giờ viết như 7:30"),
        ({"kind": "open", "morning_from": "25:00", "morning_to": "9:00"}, "Giờ viết như 7:30"),
        ({"kind": "open", "morning_from": "9:00", "morning_to": "8:00"}, "Giờ nghỉ phải sau giờ mở."),
        (
            {"kind": "open", "morning_from": "7:00", "morning_to": "12:00", "afternoon_from": "11:00", "afternoon_to": "15:00"},
            "Buổi sau phải",
        ),
        ({"kind": "open", "morning_from": "7:00"}, "cả giờ mở và giờ nghỉ"),
        ({"kind": "moved", "reason": "Bận", "moved_to": "2027-02-31"}, "Ngày này không có"),
        ({"kind": "moved", "reason": "Bận", "moved_to": ""}, "chọn ngày chuyển tới"),
    ],
)
def test_what_is_wrong_with_a_day_is_said_and_nothing_saved(desk: Desk, typed: dict[str, str], wrong: str) -> None:
    before = desk.sql("select count(*) from calendar_days")
    page = desk.official("editor").post(f"{PATH}/ngay/{_weekday(50)}", typed | {"act": "save"})
    assert page.status_code == 422
    assert wrong in _text(page)
    assert desk.sql("select count(*) from calendar_days") == before


def test_a_service_is_not_moved_into_the_past_to_itself_or_onto_another(desk: Desk) -> None:
    one, other = _services(2)
    editor = desk.official("editor")
    for target, wrong in (
        (one, "ngày khác"),
        (TODAY - DAY, "đã qua"),
        (other, "đã có Ngày Chủ nhật gần Dân"),
        (one + 200 * DAY, "sáu tháng"),
    ):
        page = editor.post(f"{PATH}/ngay/{one}", {"kind": "moved", "reason": "Bận", "moved_to": target.isoformat(), "act": "save"})
        assert page.status_code == 422
        assert wrong in _text(page)
    assert editor.post(f"{PATH}/ngay/{TODAY - 7 * DAY}", {"kind": "closed", "reason": "Muộn", "act": "save"}).status_code == 422
    assert "đã qua, không sửa được nữa" in _text(editor.get(f"{PATH}/ngay/{TODAY - 7 * DAY}"))
    for nowhere in ("2027-02-30", "mai", "0001-01-01", "9999-12-31", "..%2F.."):
        assert editor.get(f"{PATH}/ngay/{nowhere}").status_code == 404


def test_tet_is_a_thing_to_do_until_the_service_is_moved(desk: Desk) -> None:
    """Whenever a Sunday service falls on a holiday within two months, the start page says so."""
    occurrences = Calendar(commune()).sunday_services(TODAY, TODAY + 62 * DAY)
    lost = [each for each in occurrences if each.held is None]
    page = _text(desk.official("editor").get("/can-bo"))
    assert ("nên không tổ chức" in page) == bool(lost)
    first = tet(TODAY.year + 1)
    assert "Tết" in _text(desk.official("editor").get(f"{PATH}?thang={first:%Y-%m}"))


def test_a_session_is_planned_asked_for_changed_and_cancelled(desk: Desk) -> None:
    official = desk.official("official")
    desk.sql("insert into residential_groups (commune_id, name, number, aliases, active) values (1, 'Tổ 12', '12', '[]', 1)")
    group = str(desk.sql("select id from residential_groups where name = 'Tổ 12'")[0][0])
    _save(official, f"{PATH}/buoi/them", **_session(group=group, bring="căn cước cũ"))
    number = desk.sql("select max(id) from calendar_sessions")[0][0]
    said = ask(desk, "đợt làm định danh ở tổ 12 khi nào")
    assert "«Làm căn cước lưu động» cho Tổ 12:" in said
    assert "8:00–11:30, tại Nhà văn hóa tổ 12" in said
    assert "căn cước cũ" in said
    assert "chưa có lịch" in ask(desk, "đợt làm định danh ở tổ 5 khi nào")
    later = _weekday(25).isoformat()
    _save(official, f"{PATH}/buoi/{number}", **_session(group=group, day=later, reason="Máy đang sửa"))
    assert "Lịch này đã đổi, vì máy đang sửa" in ask(desk, "đợt làm định danh ở tổ 12 khi nào")
    assert desk.sql("select sequence from calendar_sessions where id = ?", number) == [(1,)]
    assert official.post(f"{PATH}/buoi/{number}/huy", {"reason": " "}).status_code == 422
    official.post(f"{PATH}/buoi/{number}/huy", {"reason": "Mưa bão", "version": "1"})
    assert "đã hủy, vì mưa bão" in ask(desk, "đợt làm định danh ở tổ 12 khi nào")
    assert official.post(f"{PATH}/buoi/{number}", _session(act="save")).status_code == 422
    uid = desk.sql("select uid from calendar_sessions where id = ?", number)[0][0]
    assert "STATUS:CANCELLED" in httpx.get(f"{desk.url}/lich/{uid}.ics").text
    assert "Mưa bão" in html.unescape(httpx.get(f"{desk.url}/lich/{uid}").text)
    lines = "\n".join(desk.sentences())
    assert "thêm «Làm căn cước lưu động»" in lines
    assert "ngày: " in lines
    assert "hủy «Làm căn cước lưu động»" in lines


def test_a_session_that_repeats_makes_one_for_each_day(desk: Desk) -> None:
    editor = desk.official("editor")
    before = desk.sql("select count(*) from calendar_sessions")[0][0]
    monday = TODAY + (7 - TODAY.weekday()) * DAY
    typed = {
        "kind": "reception",
        "title": "Chủ tịch tiếp công dân",
        "day": monday.isoformat(),
        "starts": "8:00",
        "ends": "11:00",
        "place": "Trụ sở",
    }
    _save(editor, f"{PATH}/buoi/them", **typed, repeat="weekly", times="4")
    assert desk.sql("select count(*) from calendar_sessions")[0][0] == before + 4
    said = ask(desk, "lịch tiếp công dân của chủ tịch")
    assert "Lần sau" in said
    for repeat, times in (("weekly", "1"), ("weekly", "99"), ("weekly", ""), ("daily", "3"), ("monthly", "-2")):
        assert editor.post(f"{PATH}/buoi/them", typed | {"repeat": repeat, "times": times, "act": "save"}).status_code == 422
    assert desk.sql("select count(*) from calendar_sessions")[0][0] == before + 4


@pytest.mark.parametrize(
    ("more", "wrong"),
    [
        ({"title": ""}, "tên buổi"),
        ({"title": "x" * 201}, "Dài quá"),
        ({"kind": "party"}, "loại buổi"),
        ({"starts": "11:00", "ends": "9:00"}, "Giờ xong phải sau"),
        ({"day": "31/2/2027"}, "Ngày này không có"),
        ({"day": "2020-01-01"}, "đã qua"),
        ({"day": "2099-01-01"}, "xa quá"),
        ({"place": "\u200b\x07"}, "nơi đến"),
        ({"group": "999999"}, "Không có tổ này"),
        ({"group": "1 or 1=1"}, "Không có tổ này"),
        ({"procedures": "\n".join(f"việc {number}" for number in range(30))}, "Nhiều nhất"),
    ],
)
def test_what_is_wrong_with_a_session_is_said(desk: Desk, more: dict[str, str], wrong: str) -> None:
    page = desk.official("editor").post(f"{PATH}/buoi/them", _session(**more, act="save"))
    assert page.status_code == 422
    assert wrong in _text(page)


def test_decomposed_letters_and_emoji_come_out_whole(desk: Desk) -> None:
    editor = desk.official("editor")
    title = unicodedata.normalize("NFD", "Khám mắt miễn phí 👓 <b>")
    _save(editor, f"{PATH}/buoi/them", **_session(kind="health", title=title))
    stored = desk.sql("select title, uid from calendar_sessions order by id desc limit 1")[0]
    assert stored[0] == unicodedata.normalize("NFC", title)
    page = httpx.get(f"{desk.url}/lich/{stored[1]}").text
    assert "&lt;b&gt;" in page
    assert "<b>" not in page


def test_a_holiday_as_decreed_wins_over_the_list(desk: Desk) -> None:
    editor, day, made_up = desk.official("editor"), _weekday(60), TODAY + 70 * DAY
    while Calendar(commune()).plan(made_up).is_open or Calendar(commune()).is_sunday_service(made_up):
        made_up += DAY
    off = {"day": day.isoformat(), "kind": "holiday", "name": "Nghỉ hoán đổi"}
    seen = {"version": _version(editor, f"{PATH}/ngay-le")}
    assert "Đã sửa" in _text(editor.post(f"{PATH}/ngay-le", off | seen))
    for path, typed in ((f"{PATH}/ngay-le", off | {"name": "Tên khác"}), (f"{PATH}/ngay-le/{day}/bo", {})):  # who looked before that
        page = desk.official("official").post(path, typed | seen)
        assert (page.status_code, "Người khác vừa sửa ngày lễ" in _text(page)) == (422, True)
    assert desk.sql("select name from holiday_overrides where day = ?", day.isoformat()) == [("Nghỉ hoán đổi",)]
    seen = {"version": _version(editor, f"{PATH}/ngay-le")}
    editor.post(f"{PATH}/ngay-le", {"day": made_up.isoformat(), "kind": "workday", "swapped_with": day.isoformat()} | seen)
    assert "là ngày nghỉ (Nghỉ hoán đổi)" in ask(desk, f"ngày {day.day}/{day.month}/{day.year} phường có làm không")
    assert "làm bù cho" in ask(desk, f"ngày {made_up.day}/{made_up.month}/{made_up.year} phường có làm không")
    for of_day in (day, made_up):
        assert editor.post(f"{PATH}/ngay-le/{of_day}/bo", {"version": _version(editor, f"{PATH}/ngay-le")}).status_code == 200
    assert editor.post(f"{PATH}/ngay-le/{day}/bo", {"version": _version(editor, f"{PATH}/ngay-le")}).status_code == 404
    assert editor.post(f"{PATH}/ngay-le", {"day": day.isoformat(), "kind": "holiday"}).status_code == 422
    assert editor.post(f"{PATH}/ngay-le", {"day": "9999-99-99", "kind": "x"}).status_code == 422


def test_another_communes_calendar_is_out_of_reach(desk: Desk) -> None:
    editor, other = desk.official("editor"), desk.browsers["other-editor"]
    _save(editor, f"{PATH}/buoi/them", **_session(title="Của phường một"))
    number = desk.sql("select max(id) from calendar_sessions")[0][0]
    assert "Của phường một" not in _text(other.get(f"{PATH}/buoi"))
    assert other.get(f"{PATH}/buoi/{number}").status_code == 404
    assert other.post(f"{PATH}/buoi/{number}", _session(act="save")).status_code == 404
    assert other.post(f"{PATH}/buoi/{number}/huy", {"reason": "Phá"}).status_code == 404
    day = _weekday(80)
    _save(editor, f"{PATH}/ngay/{day}", kind="closed", reason="Tập huấn")
    assert other.post(f"{PATH}/ngay/{day}/bo").status_code == 404
    _save(other, f"{PATH}/ngay/{day}", kind="closed", reason="Việc của xã hai")
    assert desk.sql("select commune_id, reason from calendar_days where day = ? order by commune_id", day.isoformat()) == [
        (1, "Tập huấn"),
        (2, "Việc của xã hai"),
    ]
    editor.post(f"{PATH}/ngay/{day}/bo", {"version": "1"})


def test_of_two_officials_who_change_the_same_the_second_is_told(desk: Desk) -> None:
    editor, day = desk.official("editor"), _weekday(90)
    path, typed = f"{PATH}/ngay/{day}", {"kind": "closed", "reason": "Tập huấn", "version": "0"}
    _save(desk.official("official"), path, **typed)
    for act in ("preview", "save", "edit"):
        page = editor.post(path, typed | {"reason": "Mất điện", "act": act})
        assert page.status_code == 422
        assert "Người khác vừa sửa ngày này" in _text(page)
        assert f'<a href="{path}">Mở bản mới nhất</a>' in page.text
        assert 'value="Mất điện"' in _text(page), "what was typed is still there"
    assert desk.sql("select reason from calendar_days where day = ?", day.isoformat()) == [("Tập huấn",)]
    page = editor.post(f"{path}/bo", {"version": "0"})
    assert (page.status_code, "Người khác vừa sửa ngày này" in _text(page)) == (422, True)
    _save(editor, f"{PATH}/buoi/them", **_session())
    number = desk.sql("select max(id) from calendar_sessions")[0][0]
    path = f"{PATH}/buoi/{number}"
    _save(editor, path, **_session(place="Chợ"))
    page = editor.post(path, _session(place="Trường học", version="0", act="save"))
    assert (page.status_code, "Người khác vừa sửa buổi này" in _text(page)) == (422, True)
    assert 'value="Trường học"' in _text(page)
    page = editor.post(f"{path}/huy", {"reason": "Mưa", "version": "0"})
    assert (page.status_code, "Chưa hủy gì" in _text(page)) == (422, True)
    assert desk.sql("select place, status from calendar_sessions where id = ?", number) == [("Chợ", "planned")]
    for kept, of in ((f"{PATH}/ngay/{day}/bo", "1"), (f"{path}/huy", "1")):
        assert editor.post(kept, {"reason": "Mưa", "version": of}).status_code == 200


def test_two_sessions_in_one_place_are_warned_of_before_saving(desk: Desk) -> None:
    editor = desk.official("editor")
    _save(editor, f"{PATH}/buoi/them", **_session(place="Hội trường lớn", team="Lê Văn A, Trần B"))
    typed = _session(title="Họp dân", kind="meeting", place="hội trường LỚN", team="Trần B", starts="9:00", ends="10:00", act="preview")
    page = _text(editor.post(f"{PATH}/buoi/them", typed))
    assert "cùng giờ, cùng chỗ" in page
    assert "Trần B có tên ở cả" in page


def test_who_may_not_write_may_not_change(desk: Desk) -> None:
    day = _weekday(50)
    lead = desk.official("volunteer_lead")
    assert lead.get(PATH).status_code == 403
    assert lead.post(f"{PATH}/ngay/{day}", {"kind": "closed", "reason": "Nghỉ", "act": "save"}).status_code == 403
    assert (
        desk.official("editor").post(f"{PATH}/ngay/{day}", {"kind": "closed", "reason": "Nghỉ", "act": "save", "csrf": "x"}).status_code
        == 422
    )
