"""The volunteer's page as a phone uses it: the queue, the form without JavaScript, the roster."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from tests.console.desk import Desk
from tests.console.test_ward import text_of
from tests.volunteers.people import BIRTH, HOME, JOIN, MARRIAGE, ROSTER, Phone, joined, next_sunday, rows, tally

EVIL = '<script>alert(1)</script>"onmouseover=x'


def test_a_queue_is_taken_and_sending_it_again_changes_nothing(desk: Desk) -> None:
    phone = joined(desk)
    sent = [tally(), tally(MARRIAGE, on_behalf=False, hard="mat-khau", ago=60)]
    answer = phone.send(*sent)
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "private, no-store"
    assert answer.json() == {"kept": [each["id"] for each in sent], "refused": {}, "month": 2}
    assert phone.send(*reversed(sent)).json()["month"] == 2
    assert [row[:3] for row in rows(desk)] == [(BIRTH, 1, "khong"), (MARRIAGE, 0, "mat-khau")]


def test_a_queue_needs_the_token_of_this_phone(desk: Desk) -> None:
    phone, other = joined(desk), joined(desk, "Lê Quốc Bảo")
    for token in ("", "0" * 32, other.field(), "x" * 5000):
        assert phone.send(tally(), csrf=token).status_code == 422
    assert Phone(desk.url).send(tally(), csrf=phone.field()).status_code == 401
    assert rows(desk) == []


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"null", b"[]", b'{"now": 1}', b'{"now": 1, "tallies": 5}', b"\xff\xfe", b"[" * 50_000, json.dumps("x" * 90_000).encode()],
)
def test_what_is_no_queue_is_refused(desk: Desk, body: bytes) -> None:
    phone = joined(desk)
    headers = {"x-csrf": phone.field(), "accept": "application/json", "content-type": "application/json"}
    answer = phone.http.post(f"{HOME}/gui", content=body, headers=headers)
    assert answer.status_code == 422
    assert answer.json()["error"] == "du-lieu-sai"


def test_too_much_at_once_is_refused_and_fifty_are_not(desk: Desk) -> None:
    phone = joined(desk)
    assert len(phone.send(*(tally() for _ in range(50))).json()["kept"]) == 50
    assert phone.send(*(tally() for _ in range(51))).status_code == 422
    assert phone.post_json({"now": 1, "tallies": ["x" * 200_000]}).status_code == 413


def test_nothing_about_a_person_can_be_sent(desk: Desk) -> None:
    phone = joined(desk)
    sent: list[dict[str, Any]] = [
        tally() | more for more in ({"name": "bà Tư"}, {"phone": "0905123456"}, {"hard": "bà Tư nghèo"}, {"note": "x"})
    ]
    answer = phone.send(*sent).json()
    assert set(answer["refused"]) == {each["id"] for each in sent}
    assert rows(desk) == []
    page = phone.get().text
    assert "<textarea" not in page
    typed = re.findall(r"<input[^>]*>", page)
    assert all(re.search(r'type="(hidden|radio|search)"', each) for each in typed), typed


# --- without JavaScript ------------------------------------------------------------------------------------------------


def test_a_form_counts_once_also_when_it_is_pressed_twice(desk: Desk) -> None:
    phone = joined(desk)
    sent = {"ma_luot": phone.field("ma_luot"), "thu_tuc": BIRTH, "nop_ho": "0", "vuong": "giay-to"}
    for _ in range(2):
        page = phone.post(f"{HOME}/ghi", sent)
        assert page.url.path == HOME
        assert "Đã ghi một lượt" in text_of(page)
    assert [row[:3] for row in rows(desk)] == [(BIRTH, 0, "giay-to")]


def test_a_form_filled_in_anew_after_back_is_another_tally(desk: Desk) -> None:
    phone = joined(desk)
    sent = {"ma_luot": phone.field("ma_luot"), "thu_tuc": BIRTH, "nop_ho": "0", "vuong": "giay-to"}
    phone.post(f"{HOME}/ghi", sent)
    assert "Tháng này bạn đã giúp 2 lượt" in text_of(phone.post(f"{HOME}/ghi", sent | {"thu_tuc": MARRIAGE}))
    assert [row[0] for row in rows(desk)] == [BIRTH, MARRIAGE]


@pytest.mark.parametrize(
    "wrong",
    [
        {"thu_tuc": ""},
        {"thu_tuc": "9.999999"},
        {"nop_ho": ""},
        {"nop_ho": "2"},
        {"vuong": "bà Tư"},
        {"vuong": ""},
        {"ma_luot": "x"},
        {"ma_luot": ""},
    ],
)
def test_a_form_that_is_not_whole_comes_back_with_what_was_chosen(desk: Desk, wrong: dict[str, str]) -> None:
    phone = joined(desk)
    sent = {"ma_luot": phone.field("ma_luot"), "thu_tuc": MARRIAGE, "nop_ho": "1", "vuong": "mang"} | wrong
    page = phone.post(f"{HOME}/ghi", sent)
    assert page.status_code == 422
    assert "Chưa ghi được" in text_of(page)
    for name in ("thu_tuc", "nop_ho", "vuong"):
        if name not in wrong:
            assert re.search(rf'name="{name}" value="{re.escape(sent[name])}" required checked', page.text)
    assert rows(desk) == []


def test_the_server_searches_where_the_phone_cannot(desk: Desk) -> None:
    phone = joined(desk)
    assert f'value="{MARRIAGE}"' in phone.get(f"{HOME}?tim=dang+ky+ket+hon").text
    page = phone.get(f"{HOME}?tim={EVIL}")
    assert "<script>alert" not in page.text
    assert "Không tìm thấy thủ tục nào" in text_of(page) or 'name="thu_tuc"' in page.text


# --- roster ------------------------------------------------------------------------------------------------------------


def _put_down(desk: Desk, *names: str) -> str:
    """Put these volunteers down for the next Sunday service, as the lead does; its uid."""
    lead = desk.official("volunteer_lead")
    uid = next_sunday(lead)
    people = [str(row[0]) for row in desk.sql(f"select id from volunteers where name in ({', '.join('?' * len(names))})", *names)]
    assert "Đã lưu phân công" in text_of(lead.post(f"{ROSTER}/{uid}", {"people": people}))
    return uid


def test_a_volunteer_says_yes_or_no_to_a_sunday(desk: Desk) -> None:
    phone = joined(desk)
    assert "Chưa có buổi nào" in text_of(phone.get())
    uid = _put_down(desk, "Trần Minh Anh")
    assert "Bạn trả lời: Chưa trả lời" in text_of(phone.get())
    [(shift,)] = desk.sql("select id from volunteer_shifts")
    page = phone.post(f"{HOME}/truc/{shift}", {"tra_loi": "yes"})
    assert "Bạn trả lời: Đi được" in text_of(page)
    assert re.search(r"Đi được 1 Chưa trả lời 0", text_of(desk.official("editor").get(ROSTER)))
    phone.post(f"{HOME}/truc/{shift}", {"tra_loi": "no"})
    _put_down(desk, "Trần Minh Anh")  # saved again: the answer stays
    assert desk.sql("select session_uid, reply from volunteer_shifts") == [(uid, "no")]


@pytest.mark.parametrize("answer", ["", "asked", "maybe", "yes ", "x" * 5000])
def test_other_answers_are_none(desk: Desk, answer: str) -> None:
    phone = joined(desk)
    _put_down(desk, "Trần Minh Anh")
    [(shift,)] = desk.sql("select id from volunteer_shifts")
    assert phone.post(f"{HOME}/truc/{shift}", {"tra_loi": answer}).status_code == 422
    assert desk.sql("select reply from volunteer_shifts") == [("asked",)]


def test_nobody_answers_for_another(desk: Desk) -> None:
    phone, other = joined(desk), joined(desk, "Lê Quốc Bảo")
    _put_down(desk, "Lê Quốc Bảo")
    [(shift,)] = desk.sql("select id from volunteer_shifts")
    for number in (shift, 999_999, 0, -1, 10**18):
        assert phone.post(f"{HOME}/truc/{number}", {"tra_loi": "yes"}).status_code == 404
    assert phone.post(f"{HOME}/truc/{shift}", {"tra_loi": "yes"}, csrf=other.field()).status_code == 422
    assert desk.sql("select reply from volunteer_shifts") == [("asked",)]


def test_a_stranger_is_led_to_the_code_and_changes_nothing(desk: Desk) -> None:
    for path in ("ghi", "truc/1", "ra"):
        answer = Phone(desk.url).http.post(f"{HOME}/{path}", data={"csrf": "x"}, follow_redirects=False)
        assert (answer.status_code, answer.headers["location"]) == (303, JOIN)
    assert Phone(desk.url).http.get(HOME, follow_redirects=False).headers["location"] == JOIN


def test_the_page_of_an_official_is_not_a_volunteers(desk: Desk) -> None:
    assert desk.official("leader").get(HOME).url.path == JOIN
    phone = joined(desk)
    assert phone.get("/can-bo/tinh-nguyen").url.path == "/can-bo/dang-nhap"


def test_phones_keep_the_page_and_what_it_is_made_of(desk: Desk) -> None:
    worker = Phone(desk.url).get("/sw.js").text
    assert '"/tinh-nguyen"' in worker.partition("BESIDE = ")[2].partition(";")[0]
    page = joined(desk).get().text
    made_of = set(re.findall(r'(?:src|href)="(/static/[^"]+)"', page)) | {
        "/tra-cuu/kho?v=" + page.partition("/tra-cuu/kho?v=")[2].partition('"')[0]
    }
    assert "/static/tally.js" in " ".join(made_of)
    kept = json.loads(worker.partition("FILES = ")[2].partition(";\n")[0])
    assert {address for address in made_of if not address.endswith("favicon.svg")} <= set(kept)
