"""The pages of the statistics on a running server: figures with their lists, typing in, files, what everyone sees."""

from __future__ import annotations

import asyncio
import datetime as dt
import html
import json
import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import openpyxl
import pytest

from app.database import Database
from app.statistics.periods import last_months, month_of, today
from tests.console.desk import Browser, Desk, running_desk
from tests.statistics.sample_ward import BIRTH, COPY, PUBLISHED, fill
from tests.support.databases import sqlite_url

PATH = "/can-bo/so-lieu"
NOVEMBER = f"{PATH}?ky=2026-11"


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Iterator[Desk]:
    """A server of its own; the ward's rows come when its tests ask for them."""
    with running_desk(tmp_path_factory.mktemp("statistics"), sqlite_template) as running:
        yield running


@pytest.fixture(scope="module")
def filled(own: Desk) -> Desk:
    async def write() -> None:
        database = Database(sqlite_url(own.file))
        async with database.write() as session:
            await fill(session)
        await database.close()

    asyncio.run(write())
    own.sql("update answers set masked_text = 'cấp giấy cho chó ' || id where status = 'unknown'")
    return own


def read(desk: Desk, path: str, role: str = "official") -> str:
    answer = desk.official(role).get(path)
    assert answer.status_code == 200, (path, answer.status_code)
    return html.unescape(answer.text)


def save(browser: Browser, path: str, typed: dict[str, str], key: str) -> httpx.Response:
    """Open the form, then send it filled in."""
    version = re.search(r'name="version" value="(\w+)"', browser.get(f"{path}?{key}={typed[key]}").text)
    assert version
    return browser.post(path, typed | {"version": version[1]})


def test_the_first_day_of_a_ward(own: Desk) -> None:
    page = read(own, PATH)
    assert "Chưa đặt chỉ tiêu nào" in page
    assert "Chưa có." in page
    assert "None" not in page
    assert "Không có câu nào." in read(own, f"{PATH}/danh-sach")
    assert "Chưa có lượt quét nào." in read(own, f"{PATH}/quet")
    assert "Chưa có lượt nào." in read(own, f"{PATH}/luot-giup")
    public = own.stranger().get("/so-lieu")
    assert public.status_code == 200
    assert "Chưa có tháng nào công bố" in html.unescape(public.text)
    assert own.stranger().get("/so-lieu.json").json()["months"] == []
    for ending in ("docx", "xlsx", "csv"):
        key = month_of(today(dt.datetime.now(dt.UTC))).key
        assert own.official("official").get(f"{PATH}/bao-cao/{key}.{ending}").status_code == 200


def test_each_number_opens_its_list_and_the_list_is_that_long(filled: Desk) -> None:
    page = read(filled, NOVEMBER)
    opened = 0
    for address, said in re.findall(r'<a href="(/can-bo/so-lieu/danh-sach\?[^"]+)">([\d.]+)<', page):
        listed = read(filled, address)
        assert f"<strong>{said}</strong> câu." in listed, address
        assert listed.count('role="row"') == int(said) + 1
        opened += 1
    assert opened >= 4 + 3 + 3 + 2  # results, procedures, channels, judgements
    # A share opens the list of what it is the share of.
    shares = dict(re.findall(r'<dt>([^<]+)</dt><dd><a href="(/can-bo/so-lieu/danh-sach\?[^"]+)">', page))
    assert "<strong>6</strong> câu." in read(filled, shares["Chưa trả lời được"])
    assert "<strong>9</strong> câu." in read(filled, f"{PATH}/danh-sach?ky=2026-11&thu-tuc={BIRTH}")
    assert "<strong>16</strong> câu." in read(filled, shares["Trả lời được"])
    slowest = read(filled, shares["Một nửa số câu trả lời trong"])
    assert "<strong>24</strong> câu." in slowest
    assert re.findall(r"1,5 giây|dưới 0,1 giây", slowest)[:2] == ["1,5 giây", "dưới 0,1 giây"]
    for address, said in re.findall(r'<a href="(/can-bo/so-lieu/(?:quet|luot-giup)\?[^"]+)">([\d.]+)<', page):
        assert f"<strong>{said}</strong> lượt." in read(filled, address), address


def test_places_are_called_as_they_were_typed_and_what_strangers_write_into_addresses_is_not_shown(filled: Desk) -> None:
    filled.sql("insert into qr_scans values (1, ?, 'lanh-dao-an-hoi-lo', '2026-11-05', 6)", BIRTH)
    try:
        for path in (NOVEMBER, f"{PATH}/quet?ky=2026-11"):
            page = read(filled, path)
            assert "Chợ An Khê" in page
            assert "Nơi khác" in page
            assert "hoi-lo" not in page
            assert "hoi lo" not in page
        assert "<strong>6</strong> lượt." in read(filled, f"{PATH}/quet?ky=2026-11&noi=*")
        assert "quay/1" not in read(filled, f"{PATH}/quet?ky=2026-11&noi=quay-1")  # a counter is called «Quầy 1», too
    finally:
        filled.sql("delete from qr_scans where place = 'lanh-dao-an-hoi-lo'")


def test_lists_name_nobody_and_no_moment(filled: Desk) -> None:
    listed = read(filled, f"{PATH}/danh-sach?ky=2026-11")
    assert "Lê" not in listed.split("<main", 1)[1].split("</main", 1)[0]
    assert "w1" not in listed
    assert "08:10" not in listed
    assert "8:10" not in listed
    assert "30/11/2026" in listed
    tallied = read(filled, f"{PATH}/luot-giup?ky=2026-11&ngay=2026-11-01")
    assert "<strong>6</strong> lượt." in tallied
    assert "<strong>12</strong> lượt." in read(filled, f"{PATH}/luot-giup?ky=2026-11&ngay=khong-phai-ngay")


def test_another_communes_numbers_are_its_own(filled: Desk) -> None:
    other = html.unescape(filled.browsers["other-official"].get(f"{PATH}/danh-sach?ky=2026-11").text)
    assert "<strong>3</strong> câu." in other
    assert "<strong>50</strong> lượt." in html.unescape(filled.browsers["other-official"].get(f"{PATH}/quet?ky=2026-11").text)
    save(filled.official("leader"), f"{PATH}/chi-tieu", {"nam": "2026", "online": "95"}, "nam")
    assert "Chưa đặt chỉ tiêu nào" in html.unescape(filled.browsers["other-leader"].get(NOVEMBER).text)


def test_groups_of_what_could_not_be_answered_are_those_of_the_month(filled: Desk) -> None:
    assert "cấp giấy cho chó" in read(filled, f"{PATH}/nhom-cau-hoi?ky=2026-11")
    assert "cấp giấy cho chó" not in read(filled, f"{PATH}/nhom-cau-hoi?ky=2026-09")
    part = filled.official("official").get(f"{PATH}/nhom-cau-hoi?ky=2026-11", **{"hx-request": "true"}).text
    assert "<h1" not in part
    assert "<html" not in part


@pytest.mark.parametrize(
    "query",
    ["ky=2026-13", "ky=" + "9" * 5000, "ky=%F0%9F%90%95", "ky=2026-11&trang=-5", "ky=2026-11&trang=99999999999999999999", "thu-tuc=" + "a" * 3000,
     "ket-qua=%00", "kenh=%F0%9F%90%95&danh-gia=kho%CC%81", "ngay=9999-99-99", "ky=2026-11&ky=2025"],
)  # fmt: skip
def test_odd_addresses_give_a_page(filled: Desk, query: str) -> None:
    for page in ("", "/danh-sach", "/quet", "/luot-giup", "/chi-tieu", "/ho-so", "/nhom-cau-hoi"):
        answer = filled.official("official").get(f"{PATH}{page}?{query}")
        assert answer.status_code in {200, 422}, (page, query, answer.status_code)


def test_targets_are_set_by_who_publishes_and_refused_when_wrong(filled: Desk) -> None:
    assert filled.official("official").post(f"{PATH}/chi-tieu", {"nam": "2026", "online": "90"}).status_code == 403
    this = str(today(dt.datetime.now(dt.UTC)).year)
    done = save(filled.official("editor"), f"{PATH}/chi-tieu", {"nam": this, "online": "95", "followers": "1.000"}, "nam")
    assert "Đã lưu chỉ tiêu" in html.unescape(done.text)
    assert 'value="1000"' in done.text
    assert [line for line in filled.sentences() if "đặt chỉ tiêu «Hồ sơ nộp trực tuyến»" in line]
    for name, text in (
        ("online", "101"),
        ("online", "0"),
        ("online", "chín mươi"),
        ("online", "-5"),
        ("helped", "99999999"),
        ("online", "９５"),
    ):
        refused = filled.official("editor").post(f"{PATH}/chi-tieu", {"nam": this, name: text})
        assert refused.status_code == 422, (name, text)
        assert "Chỉ tiêu" in html.unescape(refused.text)
    assert filled.sql("select goal from targets where commune_id = 1 and year = ? and metric = 'online'", int(this)) == [(95,)]
    save(filled.official("editor"), f"{PATH}/chi-tieu", {"nam": this, "online": "", "followers": "1000"}, "nam")
    assert filled.sql("select metric from targets where commune_id = 1 and year = ?", int(this)) == [("followers",)]
    assert [line for line in filled.sentences() if "bỏ chỉ tiêu «Hồ sơ nộp trực tuyến»" in line]


def test_files_of_a_month_are_typed_in_once_and_put_right(filled: Desk) -> None:
    clerk = filled.official("official")
    good = {"ky": "2026-11", "received": "1.200", "online": "1100", "on_time": ""}
    assert "Đã lưu số hồ sơ tháng 11/2026" in html.unescape(save(clerk, f"{PATH}/ho-so", good, "ky").text)
    save(clerk, f"{PATH}/ho-so", good | {"online": "1150", "on_time": "1190"}, "ky")
    assert filled.sql("select received, online, on_time from monthly_entries where month = '2026-11-01'") == [(1200, 1150, 1190)]
    for wrong in (
        {"received": ""}, {"received": "mười"}, {"online": "1201"}, {"on_time": "1201"}, {"received": "-1"}, {"on_time": "x" * 9000}, {"online": "²"},
    ):  # fmt: skip
        refused = clerk.post(f"{PATH}/ho-so", good | wrong)
        assert refused.status_code == 422, wrong
    later = save(clerk, f"{PATH}/ho-so", good | {"ky": "2099-01"}, "ky")  # a month that has not begun is taken as this one
    assert later.status_code == 200
    assert filled.sql("select count(*) from monthly_entries where month > '2030-01-01'") == [(0,)]


def test_of_two_who_type_in_the_same_the_second_is_told(filled: Desk) -> None:
    first, second = filled.official("leader"), filled.official("editor")
    for path, key, typed, other in (
        ("chi-tieu", "nam", {"nam": "2025", "helped": "500"}, {"nam": "2025", "sunday": "90"}),
        ("ho-so", "ky", {"ky": "2026-09", "received": "10", "online": "9"}, {"ky": "2026-09", "received": "11", "online": "9"}),
    ):
        read_before = re.search(r'name="version" value="(\w+)"', second.get(f"{PATH}/{path}?{key}={typed[key]}").text)
        assert read_before
        assert save(first, f"{PATH}/{path}", typed, key).status_code == 200
        refused = second.post(f"{PATH}/{path}", other | {"version": read_before[1]})
        assert (refused.status_code, "Người khác vừa sửa" in html.unescape(refused.text)) == (422, True)
        assert f'value="{list(other.values())[1]}"' in refused.text, "what was typed is still there"
    assert filled.sql("select metric, goal from targets where year = 2025") == [("helped", 500)]
    assert filled.sql("select received from monthly_entries where month = '2026-09-01'") == [(10,)]


def test_files_to_take_away(filled: Desk, tmp_path: Path) -> None:
    clerk = filled.official("official")
    word = clerk.get(f"{PATH}/bao-cao/2026-11.docx")
    assert word.headers["content-disposition"] == 'attachment; filename="bao-cao-2026-11.docx"'
    assert word.content.startswith(b"PK")
    excel = clerk.get(f"{PATH}/bao-cao/2026.xlsx")
    (tmp_path / "a.xlsx").write_bytes(excel.content)
    assert openpyxl.load_workbook(tmp_path / "a.xlsx").worksheets
    assert "Trợ lý trả lời thế nào,Chưa trả lời được,Số câu,6" in clerk.get(f"{PATH}/bao-cao/2026-11.csv").content.decode("utf-8-sig")
    for nothing in ("2026.docx", "2099-01.docx", "x.docx", "2026-1.csv", "%2e%2e.xlsx"):
        assert clerk.get(f"{PATH}/bao-cao/{nothing}").status_code == 404, nothing
    assert filled.official("volunteer_lead").get(f"{PATH}/bao-cao/2026-11.docx").status_code == 403


# --- for everyone ----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def public(filled: Desk) -> Desk:
    """Two months are published, the second waits for late tallies."""
    now = dt.datetime.now(dt.UTC)
    months = last_months(month_of(month_of(today(now)).first - dt.timedelta(days=1)), 3)
    for number, month in enumerate(months):
        figures = json.dumps(PUBLISHED | {"month": month.first.isoformat()})
        settled = None if number == 2 else str(now.replace(tzinfo=None))
        statement = "insert or replace into published_months values (1, ?, ?, ?, ?)"
        filled.sql(statement, month.first.isoformat(), figures, str(now.replace(tzinfo=None)), settled)
    filled.sql("insert into published_months values (2, '2026-10-01', '{}', '2026-11-01 00:00:00', '2026-11-01 00:00:00')")
    return filled


def test_everyone_sees_months_that_are_settled(public: Desk) -> None:
    stranger = public.stranger()
    data = stranger.get("/so-lieu.json")
    assert data.headers["access-control-allow-origin"] == "*"
    months = data.json()["months"]
    assert len(months) == 2
    assert months[0]["asking"] == PUBLISHED["asking"]
    page = html.unescape(stranger.get(f"/so-lieu?thang={months[0]['month'][:7]}").text)
    month = dt.date.fromisoformat(months[0]["month"])
    assert f"<h1>Số liệu tháng {month.month}/{month.year}</h1>" in page
    assert "dưới 5" in page
    assert "từ 20" in page
    assert "<svg" in page
    assert "chưa đủ số liệu" in page  # of ten people no share is given
    assert "Chợ An Khê" in page
    assert data.json()["places"] == {"": "Không ghi nơi dán", "cho-an-khe": "Chợ An Khê", "quay-1": "Quầy 1"}
    for thang in ("2099-01", "x", "%F0%9F%90%95", "9" * 4000):
        assert stranger.get(f"/so-lieu?thang={thang}").status_code == 200


def test_open_data_has_no_number_from_one_to_four(public: Desk) -> None:
    text = public.stranger().get("/so-lieu.csv").content.decode("utf-8-sig")
    rows = [line.rsplit(",", 1)[-1] for line in text.splitlines()[1:] if "Thông báo đã đăng" not in line and "Buổi" not in line]
    assert rows
    assert not [row for row in rows if row.isdigit() and int(row) % 5]
    assert "dưới 5" in rows
    assert BIRTH in text
    assert COPY not in text  # too few for a row of its own


def test_the_public_site_leads_there(public: Desk) -> None:
    assert 'href="/so-lieu"' in public.stranger().get("/").text
    head = public.stranger().http.head("/so-lieu")
    assert head.status_code == 200
    assert public.stranger().http.post("/so-lieu").status_code == 405
