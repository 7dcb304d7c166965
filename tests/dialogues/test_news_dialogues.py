"""«Mai có cúp điện không»: questions about what the ward published, through the whole way of a message, with the clock standing still."""

from __future__ import annotations

import datetime as dt
import unicodedata
from collections.abc import Sequence
from typing import Any

import pytest

from app.announcements.models import Kind
from app.announcements.news import News, NewsGroup
from app.assistant.news import shortened
from app.assistant.pipeline import Turn
from app.local.snapshot import Snapshot
from app.messages import Reply
from app.rendering import MAX_PARTS, render
from app.ward.ward import Ward, WardMode
from app.wiring import channel_capabilities
from tests.assistant.ward import MONDAY, Clock, commune, pipeline
from tests.dialogues.calendar_ward import FACTS

DAY = dt.timedelta(days=1)
GROUPS = tuple(NewsGroup(id=number, name=f"Tổ {number}", number=str(number)) for number in (3, 4, 12))
NOTHING = "hiện mình chưa có thông báo nào về việc này"
LIST = "Xem các thông báo khác: http://127.0.0.1:8000/thong-bao"


def news(number: int, title: str, topic: str, days_ago: float, **more: Any) -> News:
    at = MONDAY - days_ago * DAY
    known = {"id": number, "title": title, "topic": topic, "address": f"/thong-bao/tin-{number}", "published": at, "updated": at}
    return News.model_validate(known | more)


POWER = news(
    1,
    "Cắt điện ở tổ 12 để sửa lưới",
    "dien-nuoc",
    3,
    what="Điện lực sửa đường dây, cắt điện cả buổi sáng.",
    when="7:00–11:00 thứ Ba 24/11/2026",
    where="Tổ 12",
    do="Rút phích cắm trước 7:00.",
    groups=(GROUPS[2],),
)
RABIES = news(
    2,
    "Đính chính: Tiêm phòng dại cho chó, mèo",
    "tiem-chung",
    5,
    kind=Kind.CORRECTION,
    updated=MONDAY - 2 * DAY,
    what="Thú y tiêm phòng dại miễn phí cho chó, mèo từ hai tháng tuổi.",
    when="7:30–10:30 thứ Bảy 28/11/2026",
    where="Sân đình Phú Lộc",
    remark="Nhà văn hóa đang sửa nên chuyển sang sân đình.",
)
WATER = news(
    3,
    "Thu hồi: Cắt nước ở tổ 3 và tổ 4",
    "dien-nuoc",
    6,
    kind=Kind.WITHDRAWAL,
    updated=MONDAY - 4 * DAY,
    remark="Tin gửi ngày 17/11/2026 không còn đúng. Bà con bỏ qua tin đó.",
    hidden="Cắt nước ở tổ 3 và tổ 4\nThay đường ống",
    groups=GROUPS[:2],
)
BLOOD = news(4, "Hiến máu nhân đạo", "tin-chung", 7, what="Hội Chữ thập đỏ tổ chức hiến máu.", where="Hội trường phường")
MOSQUITOES = news(5, "Phun thuốc diệt muỗi", "tiem-chung", 13, what="Phun thuốc ở các tổ.", when="8:00 ngày 12/11/2026")
SCAM = news(6, "Có người giả cán bộ gọi điện", "an-ninh", 8, what="Phường không gọi điện bảo bà con cài ứng dụng định danh điện tử.")
ALL = (POWER, RABIES, WATER, BLOOD, SCAM, MOSQUITOES)
STORM = news(
    9,
    "Bão số 5 vào đêm 24/11",
    "thien-tai",
    0.1,
    what="Bão vào đất liền từ 19:00.",
    do="- Chằng chống nhà cửa\n- Ở yên trong nhà",
    urgent_until=MONDAY + DAY,
)


def turn(text: str, told: Sequence[News] = ALL, **more: Any) -> Turn:
    found = pipeline(Clock())
    found.local = Snapshot.made(Ward.made(commune(), WardMode.REAL, {}), news=tuple(told), **more)
    return found.ask(text, [])


def ask(text: str, told: Sequence[News] = ALL, **more: Any) -> str:
    reply = turn(text, told, **more).reply
    assert reply is not None
    return reply.as_text()


# --- what was published answers ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "mai có cúp điện không",
        "mai co cup dien khong",
        unicodedata.normalize("NFD", "Mai có cúp điện không ạ?"),
        "CẮT ĐIỆN TỚI MẤY GIỜ",
        "tổ 12 có mất điện hông ad 😀",
        "lịch cúp điện tuần này",
    ],
)
def test_what_was_published_is_told_with_its_day(text: str) -> None:
    said = ask(text)
    for words in (
        "thông báo về việc này",
        POWER.title,
        "7:00–11:00 thứ Ba 24/11/2026",
        "Rút phích cắm trước 7:00.",
        "Dành cho: Tổ 12",
        "Đăng thứ Sáu 20/11/2026.",
        "http://127.0.0.1:8000/thong-bao/tin-1",
        LIST,
    ):
        assert words in said
    for other in (RABIES, WATER, BLOOD, SCAM):
        assert other.title not in said


@pytest.mark.parametrize("text", ["khi nào tiêm phòng dại cho chó", "lich tiem dai cho cho meo", "bữa nào chích ngừa dại"])
def test_a_correction_is_told_as_one(text: str) -> None:
    said = ask(text)
    for words in (RABIES.title, "Sân đình Phú Lộc", "Lưu ý: Nhà văn hóa đang sửa", "Đăng thứ Tư 18/11/2026, sửa lại thứ Bảy 21/11/2026."):
        assert words in said


def test_what_was_withdrawn_is_told_as_withdrawn_only() -> None:
    said = ask("lịch cắt nước tuần này")
    assert "Thu hồi: Cắt nước ở tổ 3 và tổ 4" in said
    assert "không còn đúng. Bà con bỏ qua tin đó." in said
    assert "Thay đường ống" not in said
    assert POWER.title not in said, "both are cut off, that is all they share"
    assert "Thu hồi" not in ask("phường có thông báo gì mới")


@pytest.mark.parametrize("text", ["phường có thông báo gì mới", "co gi moi khong", "tuần này phường có tin gì", "thông báo gì vậy ad"])
def test_a_generic_question_gets_the_newest_three(text: str) -> None:
    found = turn(text).reply
    assert found is not None
    assert [card.title for card in found.cards] == [POWER.title, RABIES.title, BLOOD.title]
    assert found.paragraphs == ("Dạ, đây là 3 thông báo mới nhất của phường:",)
    assert found.links[-1].url.endswith("/thong-bao")


def test_nothing_fits_and_others_are_there() -> None:
    said = ask("khi nào phát quà tết cho hộ nghèo")
    assert NOTHING in said
    assert said.endswith(LIST)
    for each in ALL:
        assert each.title not in said


def test_without_any_news_it_is_as_it_was() -> None:
    assert NOTHING in ask("mai có cúp điện không", ())
    assert "thong-bao" not in ask("mai có cúp điện không", ())
    assert "hiện phường chưa có thông báo nào mới" in ask("phường có thông báo gì mới", ())


def test_what_is_surely_over_is_not_told_as_coming() -> None:
    said = ask("bữa nào phun thuốc muỗi")
    assert "Thông báo gần nhất nói về ngày đã qua" in said
    assert "Phun thuốc diệt muỗi (đăng thứ Ba 10/11/2026)" in said
    assert "8:00 ngày 12/11/2026" not in said


def test_of_the_same_kind_is_said_to_be_no_more() -> None:
    said = ask("hôm nay có cắt nước không", (POWER,))
    assert NOTHING in said
    assert "Tin cùng loại «Điện, nước, đường sá»" in said
    assert f"{POWER.title} (đăng thứ Sáu 20/11/2026)" in said
    assert "Rút phích cắm" not in said


def test_old_news_only_when_they_surely_fit() -> None:
    assert "Hiến máu nhân đạo" in ask("khi nào hiến máu", (BLOOD.model_copy(update={"updated": MONDAY - 30 * DAY}),))
    old = news(8, "Điện chiếu sáng ngõ hẻm", "dien-nuoc", 20, what="Phường lắp thêm đèn.")
    assert old.title not in ask("mai có cúp điện không", (old,))
    assert old.title in ask("mai có cúp điện không", (old.model_copy(update={"updated": MONDAY - 2 * DAY}),))


@pytest.mark.parametrize("text", ["bao giờ họp dân", "bao gio hop dan", "có thông báo họp tổ dân phố không"])
def test_a_storm_is_no_notice(text: str) -> None:
    """«bão», «báo» and «bao» are three words."""
    assert STORM.title not in ask(text, (STORM.model_copy(update={"urgent_until": None}),))


def test_who_cuts_the_power_is_told_as_well_where_nothing_surely_fits() -> None:
    said = ask("bao giờ có điện lại")
    assert "Điện lực" in said.split("\n\n")[0]
    assert f"{POWER.title} (đăng thứ Sáu 20/11/2026)" in said


# --- dangers -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["có tin bão gì không", "bao so may roi", "có phải sơ tán không", "mai có mưa bão không"])
def test_a_danger_in_force_is_told_whole(text: str) -> None:
    said = ask(text, (STORM, *ALL))
    assert STORM.title in said
    assert "Chằng chống nhà cửa. Ở yên trong nhà" in said


def test_a_danger_in_force_comes_first_wherever_news_are_asked() -> None:
    for text in ("mai có cúp điện không", "khi nào phát quà tết cho hộ nghèo"):
        assert ask(text, (STORM, *ALL)).startswith(f"Tin khẩn đăng 6:36 thứ Hai 23/11/2026: «{STORM.title}».")
    assert POWER.title in ask("mai có cúp điện không", (STORM, *ALL))
    newest = turn("phường có thông báo gì mới", (STORM, *ALL)).reply
    assert newest is not None
    assert newest.cards[0].title == STORM.title


def test_a_danger_that_is_over_is_soon_told_no_more() -> None:
    for gone, told in ((3, True), (8, False)):
        past = STORM.model_copy(update={"updated": MONDAY - gone * DAY, "published": MONDAY - gone * DAY, "urgent_until": MONDAY - DAY})
        assert (STORM.title in ask("có tin bão gì không", (past, *ALL))) is told
        assert not ask("mai có cúp điện không", (past, *ALL)).startswith("Tin khẩn")


def test_an_exercise_is_never_a_warning() -> None:
    practised = STORM.model_copy(update={"title": "DIỄN TẬP: Bão", "remark": "Đây là tin diễn tập.", "exercise": True})
    assert "DIỄN TẬP" not in ask("mai có cúp điện không", (practised, *ALL))
    said = ask("có tin bão gì không", (practised, *ALL))
    assert "DIỄN TẬP: Bão" in said
    assert "Đây là tin diễn tập." in said


# --- for whom ------------------------------------------------------------------------------------------------------------


def test_news_for_other_groups_are_said_to_be_for_them() -> None:
    said = ask("tổ 14 có cúp điện không")
    assert said.startswith("Dạ, mình chưa thấy thông báo về việc này cho nơi bạn nói. Phường có thông báo cho nơi khác:")
    assert "Dành cho: Tổ 12" in said


def test_news_for_the_own_group_and_for_all_come_first() -> None:
    other = POWER.model_copy(update={"id": 20, "title": "Cắt điện ở tổ 3", "groups": (GROUPS[0],), "updated": MONDAY})
    for text, first in (("tổ 12 có cúp điện không", POWER), ("to dan pho so 3 co cup dien khong", other), ("có cúp điện không", other)):
        found = turn(text, (other, *ALL)).reply
        assert found is not None
        assert found.cards[0].title == first.title
        assert "về việc này:" in found.paragraphs[0]


# --- beside other answers ------------------------------------------------------------------------------------------------


def test_a_planned_session_comes_first() -> None:
    """The calendar knows the day; news on the same matter stand below as a link."""
    vaccines = news(7, "Lịch tiêm vắc xin cho bé", "tiem-chung", 1, what="Trạm y tế tiêm vắc xin cho bé.")
    said = ask("khi nào tiêm vắc xin cho bé", (vaccines,), facts=FACTS)
    assert "Tiêm chủng mở rộng" in said.split("\n\n")[0]
    assert "Lịch tiêm vắc xin cho bé (đăng Chủ nhật 22/11/2026): http" in said


def test_a_question_not_understood_may_be_about_news() -> None:
    for text in ("phường có tổ chức hiến máu không", "khi nào hiến máu"):
        found = turn(text)
        assert found.decision is not None
        assert found.decision.intent == "announcement"
        assert BLOOD.title in ask(text)


def test_procedures_are_answered_as_before() -> None:
    about = news(7, "Đăng ký khai sinh tại nhà", "tin-chung", 1, what="Phường làm giấy khai sinh tại nhà.")
    for text in ("làm khai sinh cho con cần gì", "bao giờ lấy giấy khai sinh", "cắt khẩu"):
        assert ask(text, (about, *ALL)) == ask(text, ())


# --- whatever officials write --------------------------------------------------------------------------------------------


LONG = "Chữ dài «& <b>đậm</b>» {{ commune }} " * 25
WORST = tuple(
    POWER.model_copy(
        update={
            "id": number,
            "title": f"Cắt điện {LONG}"[:120],
            "groups": tuple(NewsGroup(id=each, name=f"Tổ dân phố số {each} {'x' * 60}") for each in range(60)),
            **{
                name: LONG[:length].strip() for name, length in (("what", 700), ("when", 200), ("where", 200), ("do", 700), ("remark", 380))
            },
        }
    )
    for number in range(3)
)


@pytest.mark.parametrize("text", ["mai có cúp điện không", "có gì mới không", "khi nào họp dân"])
def test_no_channel_gets_too_much(text: str) -> None:
    found = turn(text, (STORM.model_copy(update={"title": LONG[:120]}), *WORST)).reply
    assert found is not None
    for capabilities in channel_capabilities().values():
        parts = render(found, capabilities)
        assert len(parts) < MAX_PARTS, "nothing was left out"
        assert all(len(part.text) <= capabilities.text_limit for part in parts)
    assert len(found.as_text()) < 6000


def test_texts_go_through_as_they_are() -> None:
    said = ask("mai có cúp điện không", (WORST[0], STORM.model_copy(update={"title": "Bão & lũ {{ 7 * 7 }} <b>"})))
    assert "«Bão & lũ {{ 7 * 7 }} <b>»." in said
    assert "<b>đậm</b>» {{ commune }}" in said
    assert "…" in said
    assert isinstance(turn("có gì mới không", WORST).reply, Reply)


def test_rows_become_sentences_and_long_ones_end_whole() -> None:
    assert shortened("- Chằng mái tôn\n---\n\n- Ở yên, gọi 113!\n- Nghe đài", 90) == "Chằng mái tôn. Ở yên, gọi 113! Nghe đài"
    assert shortened("Câu một. Câu hai dài hơn.", 12) == "Câu một."
    assert shortened("Một câu dài không có chỗ dừng", 16) == "Một câu dài…"
    assert shortened("---", 90) == shortened("", 90) == ""
