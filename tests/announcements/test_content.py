"""The text: what may stand in it, its short form, its hints, the quiet hours, and what each channel gets of it."""

from __future__ import annotations

import datetime as dt
import unicodedata

import pytest

from app.announcements.content import SHORT_LENGTH, Content, WrongFields, propose_short, read_cap, read_content, slug_of
from app.announcements.messages import Framing, reply_for
from app.announcements.models import Kind
from app.announcements.quiet import QuietHours
from app.announcements.reading import hints
from app.calendar.opening import VIETNAM
from app.messages import Link, Picture
from app.rendering import render
from app.wiring import channel_capabilities
from tests.announcements.office import CONTENT, NOON, STORM

TODAY = dt.date(2026, 11, 24)
FRAMING = Framing(sender="UBND phường An Khê", page="https://ankhe.example.vn/thong-bao/lam-can-cuoc-7")


def test_text_is_cleaned_not_trusted() -> None:
    messy = unicodedata.normalize("NFD", "Tổ  dân phố\u200b 12\x00\r\n<b>đậm</b>\n\n\n\ncuối \u202etxet")
    content = read_content({"title": messy, "what": messy})
    assert content.title == "Tổ dân phố 12 <b>đậm</b> cuối txet"
    assert content.what == "Tổ dân phố 12\n<b>đậm</b>\n\ncuối txet"


@pytest.mark.parametrize(
    ("values", "field", "said"),
    [
        ({"title": "x" * 121}, "title", "«Tiêu đề» dài quá 120"),
        ({"short": "x" * 161}, "short", "«Tin rút gọn» dài quá 160"),
        ({"body": "x" * 8001}, "body", "«Viết thêm» dài quá 8000"),
        ({"links": [{"label": "a", "url": "http://a.vn"}]}, "links", "https"),
        ({"links": [{"label": "a", "url": "javascript:alert(1)"}]}, "links", "https"),
        ({"links": [{"label": "a", "url": "https://127.0.0.1/x"}]}, "links", "công khai"),
        ({"links": [{"label": "a", "url": 'https://a.vn/"><script>'}]}, "links", "https"),
        ({"links": [{"label": "", "url": "https://a.vn"}]}, "links", "Đường dẫn"),
        ({"links": [{"label": "a", "url": "https://a.vn"}] * 4}, "links", "nhiều quá 3"),
        ({"title": ["not text"]}, "title", "Tiêu đề"),
    ],
)  # fmt: skip
def test_wrong_fields_are_named(values: dict[str, object], field: str, said: str) -> None:
    with pytest.raises(WrongFields, match=said) as caught:
        read_content(values)
    assert field in caught.value.fields


def test_a_wrong_danger_is_named() -> None:
    with pytest.raises(WrongFields):
        read_cap({"event": "Bão", "category": "Rain"})
    with pytest.raises(WrongFields, match="múi giờ"):
        read_cap({"event": "Bão", "category": "Met", "onset": "2026-11-24T12:00:00"})


def test_the_short_form_holds_whole_facts() -> None:
    assert propose_short(CONTENT) == (
        "Làm căn cước lưu động ở tổ 12. 7:30–11:00 Chủ nhật 6/12/2026. Nhà văn hóa tổ 12, số 34/5 Trần Phú. Công an phường 0236 3 123 456."
    )
    long = CONTENT.model_copy(update={"where": "Ở rất xa " * 20})
    assert propose_short(long) == "Làm căn cước lưu động ở tổ 12. 7:30–11:00 Chủ nhật 6/12/2026. Công an phường 0236 3 123 456."
    assert propose_short(Content()) == ""
    for content in (CONTENT, STORM, long, Content(title="dài " * 30)):
        assert len(propose_short(content)) <= SHORT_LENGTH


@pytest.mark.parametrize(
    ("title", "slug"), [("Bão số 5 – đêm 24/11!", "bao-so-5-dem-24-11"), ("Đường Điện Biên", "duong-dien-bien"), ("🎉", "thong-bao"), ("a" * 99, "a" * 60)]
)  # fmt: skip
def test_addresses(title: str, slug: str) -> None:
    assert slug_of(title) == slug


def said(**values: str) -> list[str]:
    return [hint.text for hint in hints(CONTENT.model_copy(update=values), TODAY)]


def test_a_good_text_has_no_hint() -> None:
    assert said() == []


@pytest.mark.parametrize(
    ("values", "hint"),
    [
        ({"when": "Chủ nhật 7/12/2026"}, "7/12/2026 là thứ hai, không phải Chủ nhật."),
        ({"when": "thứ 7 ngày 5/12"}, ""),
        ({"when": "thứ 7 ngày 6/12"}, "6/12/2026 là Chủ nhật, không phải thứ 7."),
        ({"when": "ngày 23/11/2026"}, "Ngày 23/11/2026 đã qua."),
        ({"when": "ngày 5/1"}, ""),
        ({"when": "ngày 31/11/2026"}, "Không có ngày 31/11/2026."),
        ({"when": ""}, "Chưa ghi thời gian. Bà con sẽ hỏi «bao giờ?»."),
        ({"where": ""}, "Chưa ghi địa điểm. Nếu có nơi phải tới, bạn ghi rõ."),
        ({"contact": ""}, "Chưa ghi nơi hỏi thêm. Anh/chị ghi một số điện thoại."),
        ({"what": "Đề nghị bà con tới."}, "«đề nghị» là chữ công văn. Nói thường: «mời, nhờ»."),
        ({"what": "Ông A, số 048095001234."}, "Có dãy 12 chữ số giống số định danh. Đừng đưa thông tin riêng của ai vào thông báo."),
        ({"what": "MỜI TOÀN THỂ BÀ CON tới họp."}, "Nhiều chữ in hoa liền nhau khó đọc. Anh/chị viết thường."),
        ({"what": "Mời bà con tới! Nhanh lên!"}, "Dấu chấm than nhiều làm bà con lo. Một dấu là đủ."),
        ({"what": " ".join(["chữ"] * 26) + "."}, "Câu này dài 26 từ, người nghe khó theo. Anh/chị tách thành hai câu: «chữ chữ chữ chữ chữ…»"),
    ],
)  # fmt: skip
def test_hints(values: dict[str, str], hint: str) -> None:
    assert said(**values) == ([hint] if hint else [])


@pytest.mark.parametrize(
    ("clock", "quiet", "next_loud"),
    [("20:59", False, "20:59"), ("21:00", True, "06:30"), ("23:30", True, "06:30"), ("00:10", True, "06:30"), ("06:29", True, "06:30"), ("06:30", False, "06:30")],
)  # fmt: skip
def test_quiet_hours(clock: str, quiet: bool, next_loud: str) -> None:
    hours = QuietHours.parse("21:00-06:30")
    moment = dt.datetime.fromisoformat(f"2026-11-24T{clock}:00+07:00")
    assert hours.covers(moment) is quiet
    loud = hours.next_loud(moment).astimezone(VIETNAM)
    assert f"{loud:%H:%M}" == next_loud
    assert loud.date() == dt.date(2026, 11, 25 if clock > "21" or clock == "21:00" else 24)
    assert not QuietHours.parse("00:00-00:00").covers(moment)


def test_quiet_hours_are_written_in_one_way() -> None:
    with pytest.raises(ValueError, match="21:00-06:30"):
        QuietHours.parse("tối")


# --- what each channel gets ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["Zalo OA", "Zalo Bot", "Telegram"])
@pytest.mark.parametrize("kind", list(Kind))
def test_every_channel_gets_every_kind_within_its_limits(name: str, kind: Kind) -> None:
    able = channel_capabilities()[name]
    full = Content(
        title="Tiêu đề " * 15, what="Câu này dài vừa phải. " * 31, when="x" * 200, where="y" * 200, who="z" * 200, bring="giấy tờ\n" * 50,
        do="làm việc này\n" * 50, contact="0236 3 123 456", note="vì sao " * 40,
    )  # fmt: skip
    framing = Framing(
        sender="UBND phường An Khê", page=FRAMING.page, kind=kind, urgent=True, exercise=True, earlier=NOON,
        picture=Picture(url="https://ankhe.example.vn/thong-bao/x/tep/1-a.png", alt="bản đồ"),
        files=(Link(label="Tệp kèm: a.pdf", url="https://ankhe.example.vn/thong-bao/x/tep/2-a.pdf"),),
    )  # fmt: skip
    for content in (full, CONTENT, STORM):
        parts = render(reply_for(content, framing), able)
        assert 1 <= len(parts) <= 5
        for part in parts:
            assert len(part.text.encode("utf-16-le")) // 2 <= (able.caption_limit if part.picture else able.text_limit)
        everything = "\n".join(part.text for part in parts)
        assert "DIỄN TẬP" in everything
        assert "HỦY" in everything


def test_the_message_reads_as_a_person_would_write_it() -> None:
    parts = render(reply_for(CONTENT, FRAMING), channel_capabilities()["Zalo OA"])
    assert "".join(part.text for part in parts) == (
        "Làm căn cước lưu động ở tổ 12\n"
        "Công an phường làm căn cước tại nhà văn hóa tổ 12. Bà con chưa có căn cước thì tới làm.\n\n"
        "⏱ Thời gian: 7:30–11:00 Chủ nhật 6/12/2026\n\n"
        "📍 Địa điểm: Nhà văn hóa tổ 12, số 34/5 Trần Phú\n\n"
        "Ai cần biết: Bà con từ 14 tuổi\n\n"
        "📄 Mang theo:\n• CCCD cũ\n• Sổ hộ khẩu (nếu có)\n\n"
        "Hỏi thêm: Công an phường 0236 3 123 456\n\n"
        "UBND phường An Khê. Nhắn HỦY để ngừng nhận tin."
    )
    assert len(parts) == 1
    assert [(button.label, button.url) for button in parts[0].buttons] == [("Xem đầy đủ", FRAMING.page)]


def test_a_correction_says_first_what_was_wrong() -> None:
    fixed = CONTENT.model_copy(update={"note": "Giờ cũ ghi nhầm."})
    framing = Framing(sender="UBND phường An Khê", page=FRAMING.page, kind=Kind.CORRECTION, earlier=NOON)
    text = reply_for(fixed, framing).as_text()
    assert text.startswith("Tin này thay cho tin đã gửi ngày 24/11/2026. Giờ cũ ghi nhầm.\n\nĐính chính: Làm căn cước lưu động ở tổ 12")
    gone = reply_for(fixed, Framing(sender="UBND phường", page=FRAMING.page, kind=Kind.WITHDRAWAL, earlier=NOON)).as_text()
    assert gone.startswith("Tin gửi ngày 24/11/2026 không còn đúng. Bà con bỏ qua tin đó. Giờ cũ ghi nhầm.\n\nThu hồi: Làm căn cước")
    assert "Mang theo" not in gone
    assert CONTENT.what not in gone
