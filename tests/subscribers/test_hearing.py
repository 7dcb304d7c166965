"""Who wants news is heard; who wants a procedure is not. «Đăng ký» and «hủy» are words of both."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterator

import pytest

from app.catalog.yaml_loader import ContentError, read_document
from app.settings import ROOT
from app.subscribers.hearing import LONGEST, WORDS_KEPT, Act, Expects, Listener, load_listener
from app.subscribers.topics import GENERAL, load_topics
from app.understanding.text import fold
from tests.assistant.ward import knowledge

PROCEDURES = ROOT / "procedures"
LISTENER = Listener(load_topics(PROCEDURES))

FOLLOW = {
    "theo dõi tin tiêm chủng": ("tiem-chung",),
    "đăng ký nhận tin tổ 12": (GENERAL,),
    "nhận tin chủ nhật gần dân": ("chu-nhat-gan-dan",),
    "nhắc tôi chủ nhật gần dân": ("chu-nhat-gan-dan",),
    "nhắc em trước ngày chủ nhật gần dân nha": ("chu-nhat-gan-dan",),
    "đăng ký nhận thông báo của phường": (GENERAL,),
    "dang ky nhan tin": (GENERAL,),
    "NHẬN TIN": (GENERAL,),
    "nhận tin": (GENERAL,),
    "dạ cho em đăng ký nhận tin điện nước với ạ": ("dien-nuoc",),
    "muốn nhận tin cúp điện qua zalo": ("dien-nuoc",),
    "khi nào có đợt làm căn cước lưu động thì báo tôi với": ("dinh-danh",),
    "có lịch tiêm chủng thì nhắn em nhé": ("tiem-chung",),
    "báo cho tôi khi có cúp điện": ("dien-nuoc",),
    "theo dõi phường": (GENERAL,),
    "theo dõi": (GENERAL,),
    "follow": (GENERAL,),
    "đăng ký nhận tin mưa bão và tiêm chủng tổ 5": ("tiem-chung", "thien-tai"),
    "cho tôi nhận thông báo thôn Phú Hạ": (GENERAL,),
    "dk nhận tin an ninh": ("an-ninh",),
    "đăng ký tin thiên tai": ("thien-tai",),
    "nhận tin chính sách mới nhé ad": ("chinh-sach",),
    "bật thông báo": (GENERAL,),
    "cho mẹ nhận tin y tế": ("tiem-chung",),
}
UNFOLLOW = {
    "HỦY": (),
    "hủy": (),
    "huỷ": (),
    "stop": (),
    "STOP": (),
    "dạ hủy giúp em": (),
    "hủy tin tiêm chủng": ("tiem-chung",),
    "ngừng nhận tin": (),
    "đừng gửi tin nữa": (),
    "đừng nhắn nữa": (),
    "tắt thông báo đi đừng gửi nữa": (),
    "hủy nhận tin": (),
    "bỏ theo dõi thiên tai": ("thien-tai",),
    "không nhận tin nữa": (),
    "không muốn nhận thông báo nữa": (),
    "thôi không nhận tin điện nước nữa": ("dien-nuoc",),
    "hủy nhắc chủ nhật gần dân": ("chu-nhat-gan-dan",),
    "rút lại đồng ý": (),
}
OTHERS = {
    Act.WHY: ["vì sao tôi nhận tin này", "sao gửi tin này cho tôi", "tại sao tôi lại nhận được thông báo này", "vi sao toi nhan tin nay"],
    Act.MINE: ["tôi đang theo dõi gì", "tôi đang theo dõi những tin gì", "đang theo dõi tin gì vậy", "danh sách theo dõi"],
    Act.TOPICS: [
        "chủ đề",
        "các chủ đề",
        "có những tin gì để theo dõi",
        "làm sao nhận tin của phường",
        "đăng ký nhận tin ở đâu",
        "nhận tin gì",
    ],
    Act.GROUP: ["đổi tổ", "tổ 12", "tôi ở tổ 12", "nhà em ở khu phố 3", "nhà tôi chuyển qua tổ 7"],
    Act.LINK: ["liên kết", "nối zalo", "liên kết telegram"],
    Act.UNLINK: ["hủy liên kết", "ngắt kết nối"],
    Act.LINK_CODE: ["liên kết 482913", "mã liên kết 482 913", "482913"],
    Act.GUEST: ["MÃ KHÁCH 4821", "ma khach 4821", "mã cán bộ 112233"],
}
NOTHING = [
    "đăng ký tạm trú", "hủy kết hôn", "hủy đăng ký tạm trú", "đăng ký kết hôn", "đăng ký thông báo lưu trú", "đăng ký khai sinh online",
    "đăng ký hoạt động tín ngưỡng", "nhận con nuôi", "nhận tiền trợ cấp", "khi nào nhận được thông báo kết quả", "hủy hộ khẩu",
    "chưa nhận được tin nhắn trả hồ sơ", "theo dõi hồ sơ của tôi", "theo dõi tiến độ làm căn cước", "làm căn cước", "tắt bếp", "nhận nuôi mèo",
    "đăng ký tiêm chủng cho bé ở đâu", "mai có cúp điện không", "lịch tiêm chủng", "nhắn tin cho cán bộ", "hủy hợp đồng thuê nhà",
    "xóa đăng ký thường trú", "hủy thông báo lưu trú", "không nhận thông báo thuế đất", "đăng ký thay đổi thông tin căn cước", "hủy hồ sơ",
    "tổ trưởng tổ 12 là ai", "đợt làm định danh ở tổ 12 khi nào", "tôi ở tổ 12 muốn làm khai sinh", "tin bão mới nhất", "báo tin cho công an",
    "bao giờ có tin tiêm chủng", "nhận thông báo nghĩa vụ quân sự rồi làm gì", "hủy giấy khai sinh", "dừng kinh doanh", "tạm ngừng kinh doanh",
    "nhắc lại câu hỏi", "nhắc lại giấy tờ khai sinh", "đăng ký nhận cha con", "đăng ký nhận quà tết", "hủy thẻ bảo hiểm y tế", "có tin gì mới",
    "tôi đã nhận tin rồi", "em đã nhận thông báo rồi thì làm gì", "tín ngưỡng", "nhận tín dụng ưu đãi", "đăng ký thế chấp", "theo dõi sức khỏe bé",
    "hủy đăng ký kết hôn", "dừng trợ cấp", "thôi quốc tịch", "bỏ hộ khẩu", "hủy khai tử", "ngừng trợ cấp thì làm sao", "hủy tài khoản vneid",
    "thông báo hoạt động tôn giáo", "thông báo lưu trú", "đăng ký nhận kết quả tại nhà", "nhận kết quả qua bưu điện", "", "   ", "😀", "12", "1",
]  # fmt: skip


def _acts(text: str, expects: str = "") -> Act | None:
    wish = LISTENER.hear(text, expects)
    return wish.act if wish else None


@pytest.mark.parametrize(("text", "topics"), FOLLOW.items())
def test_who_wants_news_is_heard_with_the_topics(text: str, topics: tuple[str, ...]) -> None:
    for said in (text, fold(text), unicodedata.normalize("NFD", text), f"  {text}!!! 😀"):
        wish = LISTENER.hear(said)
        assert wish is not None, said
        assert (wish.act, wish.topics) == (Act.FOLLOW, topics), said


@pytest.mark.parametrize(("text", "topics"), UNFOLLOW.items())
def test_who_wants_no_more_is_heard(text: str, topics: tuple[str, ...]) -> None:
    for said in (text, unicodedata.normalize("NFD", text), f"{text}."):
        wish = LISTENER.hear(said)
        assert wish is not None, said
        assert (wish.act, wish.topics, wish.sure) == (Act.UNFOLLOW, topics, True), said


@pytest.mark.parametrize(("act", "text"), [(act, text) for act, texts in OTHERS.items() for text in texts])
def test_other_wishes_are_heard(act: Act, text: str) -> None:
    assert _acts(text) is act


@pytest.mark.parametrize("text", NOTHING)
def test_what_is_no_wish_is_left_to_the_understanding(text: str) -> None:
    assert _acts(text) is None
    assert _acts(fold(text)) is None


@pytest.mark.parametrize("text", ["hủy đăng ký", "dừng", "ngừng", "dừng lại ạ", "từ chối nhận tin"])
def test_words_of_both_are_only_perhaps_a_wish(text: str) -> None:
    wish = LISTENER.hear(text)
    assert wish is not None
    assert (wish.act, wish.sure) == (Act.UNFOLLOW, False)
    assert _acts("đúng") is None
    assert _acts("dùng") is None


def _everything_people_ask() -> Iterator[tuple[str, str]]:
    """All ways of asking, names, examples and messages of ours: tens of thousands, none of which wants news."""
    catalog = knowledge().now.catalog
    for procedure in catalog.in_force():
        yield from ((procedure.code, text) for text in (*procedure.all_asks(), procedure.name, procedure.official_name, *procedure.aliases))
    for asks in (each.asks for group in (catalog.families, catalog.elsewhere, catalog.life_events) for each in group):
        yield from (("", text) for text in asks)
    for intent in read_document(PROCEDURES / "intents.yaml").data["intents"]:
        if intent["id"] not in ("follow", "unfollow", "why_received", "my_subscriptions"):
            yield from ((intent["id"], text) for text in intent["examples"])
    for folder in (PROCEDURES / "training", ROOT / "tests" / "evaluation" / "blind"):
        for file in sorted(folder.glob("*.jsonl")):
            for line in file.read_text("utf-8").splitlines():
                row = json.loads(line)
                yield row.get("code", row.get("id", "")), row["text"]


def test_none_of_our_questions_is_taken_for_a_wish() -> None:
    asked = list(_everything_people_ask())
    assert len(asked) > 20_000
    heard = []
    for source, text in asked:
        wish = LISTENER.hear(text)
        if wish is not None and (wish.sure or wish.act is Act.LINK_CODE):
            heard.append((source, text, wish.act))
    assert heard == []


# --- what is said after a question -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "topics"),
    [
        ("1", (GENERAL,)),
        ("số 2", ("chu-nhat-gan-dan",)),
        ("1 và 3", (GENERAL, "dinh-danh")),
        ("1, 3,5", (GENERAL, "dinh-danh", "thien-tai")),
        ("3 3 3", ("dinh-danh",)),
        ("tiêm chủng", ("tiem-chung",)),
        ("điện nước nha", ("dien-nuoc",)),
    ],
)
def test_topics_are_chosen_by_number_and_by_name(text: str, topics: tuple[str, ...]) -> None:
    wish = LISTENER.hear(text, Expects.TOPIC)
    assert wish is not None
    assert (wish.act, wish.topics) == (Act.FOLLOW, topics)
    assert wish.words == f"chủ đề: {text}"


def test_all_topics_can_be_chosen() -> None:
    wish = LISTENER.hear("tất cả", Expects.TOPIC)
    assert wish is not None
    assert wish.everything
    assert _acts("9", Expects.TOPIC) is Act.TOPICS
    assert _acts("0", Expects.TOPIC) is Act.TOPICS
    assert _acts("khai sinh", Expects.TOPIC) is None


@pytest.mark.parametrize(("text", "group"), [("12", "12"), ("tổ 12", "tổ 12"), ("em ở tổ 3b ạ", "tổ 3b"), ("Thôn Phú Hạ", "Thôn Phú Hạ")])
def test_a_group_is_heard_as_the_answer(text: str, group: str) -> None:
    wish = LISTENER.hear(text, Expects.GROUP)
    assert wish is not None
    assert (wish.act, wish.group) == (Act.GROUP, group)


@pytest.mark.parametrize("text", ["không", "không cần ạ", "bỏ qua", "không biết", "thôi"])
def test_a_group_need_not_be_told(text: str) -> None:
    assert _acts(text, Expects.GROUP) is Act.SKIP


@pytest.mark.parametrize("text", ["XÓA", "xóa", "xoá", "xoa di", "xóa hết đi", "đồng ý xóa", "xóa nhé ad"])
def test_erasure_is_confirmed(text: str) -> None:
    assert _acts(text, Expects.ERASE) is Act.ERASE
    assert _acts(text) is not Act.ERASE


@pytest.mark.parametrize(
    "text", ["không", "thôi", "đừng xóa", "không xóa nữa", "khoan", "ok", "vâng", "xóa đăng ký tạm trú", "xóa án tích"]
)
def test_everything_else_confirms_nothing(text: str) -> None:
    assert _acts(text, Expects.ERASE) is not Act.ERASE


# --- bad input ---------------------------------------------------------------------------------------------------------


def test_long_messages_are_stories_and_words_are_kept_short() -> None:
    assert _acts("nhận tin " * LONGEST) is None
    wish = LISTENER.hear("theo dõi tin tiêm chủng " + "!" * 1000)
    assert wish is not None
    assert len(wish.words) <= WORDS_KEPT


@pytest.mark.parametrize("text", ["nhận tin " + "ạ " * 5000, "huy " * 3000, "a" * 100_000, "tin " * 20 + "x", "(" * 500, "khi co " * 12])
def test_nothing_takes_long(text: str) -> None:
    for expects in Expects:
        LISTENER.hear(text, expects)


def test_a_folder_without_topics_hears_nothing_and_a_broken_one_is_refused(tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("procedures")
    assert load_listener(folder) is None
    whole = (PROCEDURES / "topics.yaml").read_text("utf-8")
    for broken in (
        whole.replace("id: tin-chung", "id: tin-rieng"),
        whole.replace("  never:", "  nie:"),
        whole.replace(r"'^(?:rut", r"'^((?:rut"),
        "x",
    ):
        (folder / "topics.yaml").write_text(broken, "utf-8")
        with pytest.raises(ContentError):
            load_listener(folder)


def test_every_topic_is_found_by_its_name_and_words() -> None:
    for topic in LISTENER.topics.topics:
        for words in (topic.name, *topic.words):
            assert topic.id in LISTENER.topics_in(fold(words).replace(",", "").casefold()), words
