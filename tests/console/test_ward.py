"""The ward's pages: what a leader changes is said before it is saved, read by citizens at once, and can be brought back."""

from __future__ import annotations

import html
import re
import time
import unicodedata
from collections.abc import Callable

import httpx
import pytest

from tests.console.desk import Browser, Desk

PATH = "/can-bo/phuong"
CONTACT = {
    "office": "Trung tâm Phục vụ hành chính công phường",
    "address": "Số 1 đường Mẫu, phường An Khê, thành phố Đà Nẵng",
    "police": "Công an phường An Khê, số 2 đường Mẫu",
    "phones": "Bộ phận một cửa: 0236 000 0000\nCông an phường: 0236 000 0001\nTrực ban ngoài giờ: 0236 000 0002",
}
DAY = "7:30–11:30, 13:30–17:30"
HOURS = {
    **{f"hours_{day}": DAY for day in ("mon", "tue", "wed", "thu", "fri")},
    "hours_sat": "",
    "hours_sun": "",
    "hours_note": "Sáng thứ Bảy và ngày lễ không nhận hồ sơ, trừ Ngày Chủ nhật gần Dân.",
    "sunday_hours": "7:30–11:30, 13:30–16:30",
    "sunday_about": "Phường làm việc như ngày thường, nhận hồ sơ và trả kết quả ngay các việc trong quyền của phường. "
    "Có đoàn viên giúp điền tờ khai.",
}


def text_of(page: httpx.Response) -> str:
    """The words of a page."""
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page.text)).split())


def save(official: Browser, sheet: str, sent: dict[str, str]) -> httpx.Response:
    """Both steps: see what would change, agree."""
    seen = re.search(r'name="seen" value="(\w+)"', official.post(f"{PATH}/sua/{sheet}", sent).text)
    return official.post(f"{PATH}/sua/{sheet}", sent | {"seen": seen[1] if seen else ""})


def ask(desk: Desk, question: str) -> str:
    """What the bot answers a citizen."""
    answer = httpx.post(f"{desk.url}/api/v1/ask", json={"text": question}, timeout=30).json()
    return " ".join([*answer["reply"]["paragraphs"], *answer["reply"]["closing"], str(answer["reply"]["cards"])])


def eventually(found: Callable[[], bool], seconds: float = 6) -> bool:
    """Whether it comes true soon."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if found():
            return True
        time.sleep(0.1)
    return False


def test_a_change_is_said_in_words_before_it_is_saved_and_reaches_citizens_at_once(desk: Desk) -> None:
    leader = desk.official("leader")
    sent = HOURS | {"hours_mon": "7h - 11h30; 13h30 đến 17h"}
    said = text_of(leader.post(f"{PATH}/sua/gio", sent))
    assert "Giờ mở cửa thứ Hai: 7:30–11:30 và 13:30–17:30 → 7:00–11:30 và 13:30–17:00" in said
    assert "thứ Ba" not in said
    assert "7:00" not in httpx.get(f"{desk.url}/gioi-thieu").text, "nothing is saved yet"
    saved = save(leader, "gio", sent)
    assert "Đã lưu" in saved.text
    assert "7:00–11:30" in httpx.get(f"{desk.url}/gioi-thieu").text.replace(" ", "")
    assert "7:00" in ask(desk, "giờ làm việc của phường")
    assert any("sửa thông tin phường, xã: Giờ mở cửa thứ Hai" in sentence for sentence in desk.sentences())


def test_what_a_colleague_saved_meanwhile_is_seen_before_it_is_undone(desk: Desk) -> None:
    leader, keeper = desk.official("leader"), desk.official("keeper")
    sent = {"counters": "Quầy 1 – Hộ tịch: Khai sinh, khai tử."}
    [seen] = re.findall(r'name="seen" value="(\w+)"', leader.post(f"{PATH}/sua/quay", sent).text)
    assert "Đã lưu" in save(keeper, "quay", {"counters": "Quầy 7 – Đất đai: Hồ sơ đất đai."}).text
    again = leader.post(f"{PATH}/sua/quay", sent | {"seen": seen})
    assert "Quầy 7 – Đất đai" in text_of(again)
    assert "Quầy 7 – Đất đai" in keeper.get(PATH).text
    assert "Đã lưu" in save(leader, "quay", sent).text


def test_any_earlier_version_can_be_brought_back(desk: Desk) -> None:
    keeper = desk.official("keeper")
    for street in ("12 Điện Biên Phủ, phường An Khê", "14 Điện Biên Phủ, phường An Khê"):
        save(keeper, "lien-he", CONTACT | {"address": street})
    [(last,)] = desk.sql("select max(id) from ward_changes where key = 'profile.address'")
    page = text_of(keeper.get(f"{PATH}/lich-su/{last}"))
    assert "14 Điện Biên Phủ, phường An Khê → 12 Điện Biên Phủ, phường An Khê" in page
    keeper.post(f"{PATH}/lich-su/{last}")
    assert "12 Điện Biên Phủ" in keeper.get(PATH).text
    assert "đang đúng như trước lần sửa đó" in keeper.get(f"{PATH}/lich-su/{last}").text
    assert keeper.post(f"{PATH}/lich-su/{last}").status_code == 422
    assert keeper.get(f"{PATH}/lich-su/999999").status_code == 404


@pytest.mark.parametrize(
    ("sheet", "name", "text", "said"),
    [
        ("gio", "hours_mon", "từ sáng tới chiều", "Giờ viết như 7:30–11:30"),
        ("gio", "hours_mon", "25:00–26:00", "Giờ viết như"),
        ("gio", "hours_mon", "11:30–7:30", "Giờ đóng phải sau giờ mở"),
        ("gio", "hours_mon", "7:30–11:30, 11:00–17:00", "buổi chiều phải sau buổi sáng"),
        ("gio", "sunday_about", "", "đang trống"),
        ("lien-he", "office", "   ", "đang trống"),
        ("lien-he", "office", "x" * 5_000, "dài quá"),
        ("lien-he", "phones", "", "ít nhất một số điện thoại"),
        ("lien-he", "phones", "Bộ phận một cửa: không chín không", "chưa đúng"),
        ("lien-he", "phones", "Một cửa: 0236 000 0000\n" * 40, "tối đa 30 dòng"),
        ("quay", "counters", "Quầy 1", "dấu hai chấm"),
        ("lien-ket", "links", "Trang xấu: javascript:alert(1)", "https://"),
        ("lien-ket", "links", "Trang: http://example.vn", "https://"),
    ],
)
def test_what_is_typed_wrong_comes_back_with_a_sentence_at_its_field(desk: Desk, sheet: str, name: str, text: str, said: str) -> None:
    good = {"gio": HOURS, "lien-he": CONTACT, "quay": {"counters": ""}, "lien-ket": {"links": ""}}[sheet]
    page = desk.official("leader").post(f"{PATH}/sua/{sheet}", good | {name: text})
    assert page.status_code == 422
    assert said in html.unescape(page.text)
    assert f'href="#{name}"' in page.text


def test_only_the_fields_of_the_form_are_taken(desk: Desk) -> None:
    before = desk.sql("select count(*) from ward_settings")[0][0]
    sent = {"counters": "Quầy 9 – Thử: Việc của quầy chín.", "name": "Phường Giả", "slug": "gia", "commune_id": "2", "is_sample": "false"}
    save(desk.official("leader"), "quay", sent)
    assert desk.sql("select count(*) from ward_settings")[0][0] <= before + 1
    assert not desk.sql("select * from ward_settings where commune_id = 2")
    assert "Phường Giả" not in desk.official("leader").get(PATH).text


def test_markup_and_decomposed_letters_are_only_text(desk: Desk) -> None:
    nasty = 'Trung tâm "><script>alert(1)</script> 🏛 Phục vụ'
    save(desk.official("leader"), "lien-he", CONTACT | {"office": nasty, "address": unicodedata.normalize("NFD", CONTACT["address"])})
    for page in (desk.official("leader").get(PATH).text, httpx.get(desk.url).text, desk.official("leader").get(f"{PATH}/lich-su").text):
        assert "<script>alert" not in page
        assert "&lt;script&gt;" in page or "script" not in page
        assert page == unicodedata.normalize("NFC", page)
    said = save(desk.official("leader"), "gio", HOURS | {"hours_mon": unicodedata.normalize("NFD", "7h đến 11h30 và 13h tới 17h\0")})
    assert "Đã lưu" in said.text
    save(desk.official("leader"), "lien-he", CONTACT)
    assert "alert(1)" not in httpx.get(desk.url).text


def test_who_may_not_change_sees_but_has_no_buttons(desk: Desk) -> None:
    for role in ("official", "editor"):
        page = desk.official(role).get(PATH)
        assert page.status_code == 200
        assert "/sua/" not in page.text
        assert desk.official(role).get(f"{PATH}/sua/gio").status_code == 403
        assert desk.official(role).post(f"{PATH}/sua/gio", HOURS).status_code == 403
    assert desk.official("leader").get(f"{PATH}/sua/khong-co").status_code == 404


def test_another_commune_has_no_business_here(desk: Desk) -> None:
    other = desk.browsers["other-leader"]
    for path in ("", "/sua/gio", "/lich-su/1"):
        assert other.get(PATH + path).status_code == 404
    assert "Điện Biên Phủ" not in other.get(f"{PATH}/lich-su").text
    assert other.post(f"{PATH}/che-do", {"wanted": "trial", "reason": "không phải phường mình"}).status_code == 404
    assert not desk.sql("select * from ward_settings where commune_id = 2")


def test_the_real_mode_opens_only_when_nothing_required_is_missing(desk: Desk) -> None:
    leader = desk.official("leader")
    page = leader.get(f"{PATH}/che-do")
    assert "Chưa nối kênh nhắn tin nào" in page.text
    assert "Đang <strong>chạy thử</strong>" in page.text, "the ribbon"
    refused = leader.post(f"{PATH}/che-do", {"wanted": "real", "reason": "Phường đã tập huấn xong"})
    assert refused.status_code == 422
    assert "Chưa mở được" in refused.text
    assert not desk.sql("select * from ward_settings where key = 'mode'")
    assert desk.official("keeper").post(f"{PATH}/che-do", {"wanted": "real", "reason": "thử xem"}).status_code == 403
    assert leader.post(f"{PATH}/che-do", {"wanted": "nonsense"}).status_code in (400, 422)
