"""Many ways to type the same words read as the same words."""

from __future__ import annotations

import time
import unicodedata

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.understanding.text import Normalizer, clean, fold

PLAIN = Normalizer({})
VIETNAMESE = "aàáảãạăằắẳẵặâầấẩẫậbcdđeèéẻẽẹêềếểễệfghiìíỉĩịjklmnoòóỏõọôồốổỗộơờớởỡợpqrstuùúủũụưừứửữựvwxyỳýỷỹỵz"
EMOJI = ["🙏", "😊😊", " ❤️", " 👨‍👩‍👧‍👦", "🇻🇳", " 👍🏽", "…🥺", " ☺️ 🤝", "💯"]
# One fixture serves all examples of a property: it is read only.
relaxed = settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def _words(text: str) -> str:
    return " ".join(PLAIN.words(text).folded)


# --- folding -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "folded"),
    [
        ("Hộ tịch", "ho tich"),
        ("ĐĂNG KÝ", "dang ky"),
        ("đường Đống Đa", "duong dong da"),
        ("Ủy ban", "uy ban"),
        ("nghị quyết", "nghi quyet"),
        ("SỔ ĐỎ", "so do"),
        ("", ""),
        ("abc 123", "abc 123"),
    ],
)
def test_folding_takes_every_accent_and_capital_away(typed: str, folded: str) -> None:
    assert fold(typed) == fold(unicodedata.normalize("NFD", typed)) == folded


def test_every_vietnamese_letter_folds_to_a_plain_one() -> None:
    for letter in VIETNAMESE + VIETNAMESE.upper():
        assert fold(letter).isascii(), letter
        assert len(fold(letter)) == 1


@pytest.mark.parametrize(
    ("typed", "cleaned"),
    [
        ("  hộ   tịch \n", "hộ tịch"),
        ("hộ\u200btịch", "hộ tịch"),
        ("hộ\u00a0tịch", "hộ tịch"),
        ("\ufeffhộ tịch\x00", "hộ tịch"),
        (unicodedata.normalize("NFD", "hộ tịch"), "hộ tịch"),
    ],
)
def test_cleaning_leaves_single_spaces_and_composed_letters(typed: str, cleaned: str) -> None:
    assert clean(typed) == cleaned


@pytest.mark.parametrize("text", ["Làm giấy khai sinh ở đâu?", "Uỷ ban", "hoà giải", "thuỷ lợi, quý, khuỷu"])
def test_composed_and_decomposed_text_read_the_same(text: str) -> None:
    assert PLAIN.words(unicodedata.normalize("NFD", text)) == PLAIN.words(unicodedata.normalize("NFC", text))


# --- slips of the keyboard -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("ddawng kys", "đăng ký"),
        ("ddangw kys", "đăng ký"),
        ("giaays towf", "giấy tờ"),
        ("keets hoon", "kết hôn"),
        ("hooj khaaur", "hộ khẩu"),
        ("chuwngs thuwcj", "chứng thực"),
        ("nhaanj con nuooi", "nhận con nuôi"),
        ("ddaats ddai", "đất đai"),
        ("soor ddor", "sổ đỏ"),
        ("tamj trus", "tạm trú"),
        ("thuwowngf trus", "thường trú"),
        ("cawn cuwowcs", "căn cước"),
        ("khuyeets taatj", "khuyết tật"),
        ("d9a8ng ky1", "đăng ký"),
        ("gia61y to72", "giấy tờ"),
        ("ke61t ho6n", "kết hôn"),
        ("ho65 kha63u", "hộ khẩu"),
        ("d9a61t d9ai", "đất đai"),
        ("ca8n cu7o71c", "căn cước"),
    ],
)
def test_telex_and_vni_slips_read_as_what_was_meant(typed: str, meant: str) -> None:
    assert PLAIN.words(typed).folded == PLAIN.words(meant).folded
    assert PLAIN.words(typed.upper()).folded == PLAIN.words(meant).folded


@pytest.mark.parametrize("typed", ["ddawng kys", "d9a8ng ky1", "keets hoon", "tamj trus"])
def test_a_decoded_slip_counts_as_typed_with_accents(typed: str) -> None:
    assert len(PLAIN.words(typed).accented) == len(typed.split())


@pytest.mark.parametrize(
    "word",
    ["online", "zalo", "facebook", "passport", "vneid", "wifi", "covid", "app", "gmail", "ct01", "a4", "a1", "2026", "1.001193", "ok", "khai", "sinh",
     "giay", "nuoc", "ngoai", "quoc", "nguyen", "huong", "tphcm", "5g", "b2", "excel", "word", "pdf"],
)  # fmt: skip
def test_words_that_are_no_slips_stay(word: str) -> None:
    assert _words(word) == word.replace(".", " ")


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("ơiiiiii", "ơi"),
        ("emmmm hỏi", "em hỏi"),
        ("khônggggg", "không"),
        ("giúp emmmm vớiiiii", "giúp em với"),
        ("trờiiii", "trời"),
        ("điiii", "đi"),
        ("vậyyyy", "vậy"),
    ],
)
def test_stretched_letters_read_as_one(typed: str, meant: str) -> None:
    assert _words(typed) == _words(meant)


# --- the lexicon ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("làm gks z", "làm giấy khai sinh vậy"),
        ("đk kết hôn ko dc", "đăng ký kết hôn không được"),
        ("đkkh", "đăng ký kết hôn"),
        ("mất cccd r", "mất cccd rồi"),
        ("cần j v ad", "cần gì v admin"),
        ("bn tiền", "bao nhiêu tiền"),
        ("xin cmnd", "xin chứng minh nhân dân"),
        ("vk ck em", "vợ chồng em"),
        ("ubnd", "ủy ban nhân dân"),
        ("con tui mới sanh", "con tôi mới sinh"),
        ("mần răng", "làm sao"),
        ("nộp ở mô", "nộp ở đâu"),
        ("CCCD", "cccd"),
    ],
)
def test_short_forms_and_dialect_read_as_what_they_stand_for(normalizer: Normalizer, typed: str, meant: str) -> None:
    assert normalizer.words(typed).folded == normalizer.words(meant).folded


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("đi mô", "đi mở"),
        ("má em", "mà em"),
        ("răng chi lạ", "rằng chi lạ"),
        ("bố em", "bò em"),
    ],
)
def test_an_accent_that_was_typed_tells_words_apart(normalizer: Normalizer, one: str, other: str) -> None:
    assert normalizer.words(one).folded != normalizer.words(other).folded


def test_mo_is_where_only_with_its_own_accent(normalizer: Normalizer) -> None:
    assert "dau" in normalizer.words("tới mô nộp").folded
    assert "dau" not in normalizer.words("mở sổ").folded
    assert "mo" in normalizer.words("mở sổ").folded


def test_the_text_before_the_lexicon_is_kept_for_the_rules(normalizer: Normalizer) -> None:
    words = normalizer.words("Làm GKS ở mô?")
    assert words.plain == "lam gks o mo"
    assert words.original == "làm gks ở mô"


def test_a_longer_phrase_wins_over_a_shorter_one() -> None:
    words = Normalizer({"khai": "noi", "khai sanh": "khai sinh"}).words("khai sanh với khai")
    assert words.folded == ("khai", "sinh", "voi", "noi")


# --- nothing to read, too much to read -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text", ["", " ", "🙏🙏🙏", "❤️", "👨‍👩‍👧‍👦", "🇻🇳", "???", "...", "\u200b\u200b", "—", "「」", "_ _", "👍🏽", "\x00\x01"]
)
def test_what_has_no_letters_has_no_words(normalizer: Normalizer, text: str) -> None:
    assert normalizer.words(text).folded == ()


LONG = {
    "words": "khai sinh " * 1_000,
    "one word": "a" * 10_000,
    "accented": "ắ" * 10_000,
    "vni": "d9" * 5_000,
    "telex": "dd aw " * 1_700,
    "emoji": "🙏" * 10_000,
    "unseen": "\u200b" * 10_000,
    "marks": "a" + "\u0301\u0323" * 5_000,
    "digits": "1" * 10_000,
    "spaces": " " * 10_000,
    "short forms": "ko dc j z " * 1_000,
}


@pytest.mark.parametrize("text", LONG.values(), ids=LONG.keys())
def test_ten_thousand_characters_take_a_moment(normalizer: Normalizer, text: str) -> None:
    started = time.process_time()
    words = normalizer.words(text)
    assert time.process_time() - started < 1
    assert len(words.plain.split()) <= 400


# --- for any text --------------------------------------------------------------------------------------------------


@relaxed
@given(st.text())
def test_no_text_can_break_it(normalizer: Normalizer, text: str) -> None:
    words = normalizer.words(text)
    assert all(word == fold(word) and word.strip() for word in words.folded)


@relaxed
@given(st.text() | st.text(alphabet=VIETNAMESE + " "))
def test_any_text_reads_the_same_composed_and_decomposed(normalizer: Normalizer, text: str) -> None:
    assert normalizer.words(unicodedata.normalize("NFD", text)) == normalizer.words(unicodedata.normalize("NFC", text))


@relaxed
@given(st.text(alphabet=VIETNAMESE + "0123456789 ,.?!"))
def test_capitals_change_nothing(normalizer: Normalizer, text: str) -> None:
    assert normalizer.words(text.upper()) == normalizer.words(text)


@relaxed
@given(st.text(alphabet=VIETNAMESE + " "), st.sampled_from(EMOJI))
def test_emoji_at_the_end_change_nothing(normalizer: Normalizer, text: str, emoji: str) -> None:
    assert normalizer.words(text + emoji).folded == normalizer.words(text).folded


@relaxed
@given(st.text(alphabet=VIETNAMESE + "  "), st.sampled_from(["  ", "\n", "\t", "\u00a0", " \u200b "]))
def test_more_space_changes_nothing(normalizer: Normalizer, text: str, space: str) -> None:
    assert normalizer.words(space + text.replace(" ", space) + space).folded == normalizer.words(text).folded
