"""Every reply can be said: every text in every situation, every card of every procedure, case and aspect."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from typing import Any

import pytest
from jinja2 import meta

from app.assistant.asked import Asked
from app.assistant.cards import WHOLE, Cards
from app.assistant.composer import Composer
from app.assistant.replies import FILE, SECTIONS, Replies
from app.calendar.opening import VIETNAM
from app.catalog.content import UNKNOWN, Case, OnlineLevel, Procedure
from app.catalog.yaml_loader import read_document
from app.commune import CommuneProfile, Phone
from app.local.snapshot import Snapshot
from app.messages import Reply
from app.templates import environment
from app.understanding.decision import Decision, Part
from app.understanding.rules import Aspect
from tests.assistant.ward import MONDAY, commune, knowledge

TODAY = dt.date(2026, 11, 23)
LIMIT = 2_000  # characters of one chat message on the tightest channel
WORDS_IN_A_SENTENCE = 20
DATA: dict[str, Any] = read_document(FILE).data
INTENTS = sorted(DATA.keys() - SECTIONS)
ENVIRONMENT = environment()
REPLIES = Replies(ENVIRONMENT)
CARDS = Cards(ENVIRONMENT, REPLIES, "https://phuong.example.vn")


def _blemishes(text: str) -> list[str]:
    """What must not be in a text for citizens."""
    found = [word for word in ("None", "unknown", "Undefined", "{{", "{%", "[]", "()", "..", " .", " ,", ",,", ": .") if word in text]
    return found + [line for line in text.splitlines() if "  " in line.strip()]


# --- replies.yaml --------------------------------------------------------------------------------------------------

KNOWN_NAMES = {
    "commune", "near", "question", "asked", "day", "hours", "day_sentence", "next_open", "next_open_words", "next_sunday", "next_sunday_words",
    "week", "name", "names", "case", "old", "count", "who", "law", "checked", "source", "item", "named", "event", "kinds", "when", "holiday", "weekday",
    "number", "text", "said", "place", "reason", "title", "topic", "more", "published", "updated", "how", "again", "bank", "each", "asked_back",
    "nothing_said", "police", "online", "postal", "phone", "opening",
}  # fmt: skip


def _texts(value: object, path: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield from _texts(inner, f"{path}.{key}" if path else key)
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from _texts(inner, f"{path}[{number}]")


@pytest.mark.parametrize(("path", "text"), list(_texts(DATA)), ids=[path for path, _ in _texts(DATA)])
def test_every_text_is_a_template_over_names_that_are_given(path: str, text: str) -> None:
    assert meta.find_undeclared_variables(ENVIRONMENT.parse(text)) <= KNOWN_NAMES


def test_every_aspect_has_words_on_a_card() -> None:
    for aspect in Aspect:
        words = DATA["card"][aspect]
        assert words["label"]
        assert "{{ name }}" in words["intro"]


def test_long_sentences_grow_no_more() -> None:
    """A reminder more than a law: sentences of more than 20 words are listed, and their number may only fall."""
    sentences = [sentence for _, text in _texts(DATA) for sentence in re.split(r"(?<=[.!?:;])\s+", re.sub(r"{[{%].*?[%}]}", "x", text))]
    long = [sentence for sentence in sentences if len(sentence.split()) > WORDS_IN_A_SENTENCE]
    print("\n".join(long))
    assert len(long) <= 14


# --- replies in every situation ------------------------------------------------------------------------------------

NO_SUNDAY = commune().model_copy(update={"sunday": None, "hours_note": None, "links": (), "is_sample": False})
ONE_PHONE = commune().model_copy(update={"phones": (Phone(name="Văn phòng", number="0236 111 1111"),)})
WARDS = {"sample": commune(), "no Sunday": NO_SUNDAY, "one phone": ONE_PHONE}
MOMENTS = {
    "a Monday": MONDAY,
    "a Saturday": dt.datetime(2026, 11, 28, 2, 0, tzinfo=dt.UTC),
    "a Sunday service": dt.datetime(2026, 12, 6, 2, 0, tzinfo=dt.UTC),
    "Tết": dt.datetime(2027, 2, 7, 2, 0, tzinfo=dt.UTC),
    "New Year's Eve": dt.datetime(2026, 12, 31, 16, 59, tzinfo=dt.UTC),
}
PLAINS = ("", "gio lam viec", "chu nhat tuan sau co lam khong", "mai co lam khong", "30 4 co lam khong", "thu 7", "mot cua may gio")


Speaker = tuple[Composer, Snapshot]


def _composer(ward: CommuneProfile) -> Speaker:
    return Composer(environment(), "https://phuong.example.vn"), Snapshot.of_file(ward)


def _say(speaker: Speaker, decision: Decision, plain: str = "", now: dt.datetime = MONDAY) -> Reply:
    composer, local = speaker
    asked = Asked(knowledge().now, plain, words=frozenset(), markers=frozenset(), now=now.astimezone(VIETNAM), local=local)
    reply, after = composer.compose(decision, asked)
    assert len({choice.send for choice in reply.choices}) == len(reply.choices) == len(after.state.choices)
    text = reply.as_text()
    assert len(text) > 15
    assert not _blemishes(text), text
    return reply


@pytest.mark.parametrize("ward", WARDS.values(), ids=WARDS.keys())
@pytest.mark.parametrize("now", MOMENTS.values(), ids=MOMENTS.keys())
def test_every_intent_can_be_answered_at_any_time_in_any_ward(ward: CommuneProfile, now: dt.datetime) -> None:
    composer = _composer(ward)
    for intent in INTENTS:
        outcome = {"unknown": "unknown", "clarify": "clarify"}.get(intent, "other")
        name = {"unknown": "unclear", "clarify": "vague"}.get(intent, intent)
        national = f"national:{next(iter(knowledge().now.reader.national.by_code))}"
        target = {"other_level": "elsewhere:ho-chieu", "life_event": "event:sinh-con", "national": national}.get(intent)
        for codes in ((), ("1.001193", "1.000894")):
            decision = Decision(outcome, name, codes, choices=codes, target=target)  # type: ignore[arg-type]
            for plain in PLAINS:
                _say(composer, decision, plain, now)


def test_an_emergency_is_urgent_and_gives_numbers_to_call() -> None:
    reply = _say(_composer(commune()), Decision("other", "emergency"))
    assert reply.urgent
    assert {link.url for link in reply.links} == {"tel:111", "tel:113", "tel:114", "tel:115"}
    assert not any(_say(_composer(commune()), Decision("other", intent)).urgent for intent in ("greeting", "thanks", "menu", "contact"))


@pytest.mark.parametrize("code", ["1.004946", "1.012084", "2.000282"])
def test_cards_for_who_is_being_hurt_say_first_whom_to_call(code: str) -> None:
    decision = Decision("answer", "procedure", (code,), parts=(Part(code, ()),))
    first = _say(_composer(commune()), decision).paragraphs[0]
    assert "113" in first
    assert "111" in first


def test_a_crime_told_beside_a_procedure_is_reported_first() -> None:
    decision = Decision("answer", "procedure", ("1.014064",), parts=(Part("1.014064", ()),), beside="crime")
    assert "báo công an trước" in _say(_composer(commune()), decision).paragraphs[0]


@pytest.mark.parametrize(
    ("intent", "numbers"),
    [
        ("despair", {"115", "113", "111"}),
        ("violence", {"113", "111", "115"}),
        ("missing", {"113", "111"}),
        ("robbed", {"113"}),
        ("crime", {"113"}),
        ("english", {"111", "113", "114", "115"}),
    ],
)
def test_who_needs_help_gets_numbers_to_call(intent: str, numbers: set[str]) -> None:
    for inherited in (False, True):
        reply = _say(_composer(commune()), Decision("other", intent, inherited=inherited))
        assert {link.url for link in reply.links} == {f"tel:{number}" for number in numbers}


def test_sample_data_is_called_so() -> None:
    for intent in ("opening_hours", "sunday_service", "contact"):
        assert "dữ liệu mẫu" in _say(_composer(commune()), Decision("other", intent)).as_text()
        assert "mẫu" not in _say(_composer(NO_SUNDAY), Decision("other", intent)).as_text().replace("đường Mẫu", "").replace("(mẫu)", "")


@pytest.mark.parametrize(
    ("plain", "now", "said"),
    [
        ("hom nay", "a Monday", "thứ Hai 23/11/2026 Trung tâm Phục vụ hành chính công phường có làm việc: 7:30–11:30 và 13:30–17:30"),
        ("hom nay", "a Saturday", "thứ Bảy 28/11/2026 phường không làm việc"),
        ("hom nay", "a Saturday", "Ngày làm việc gần nhất: Thứ Hai 30/11/2026"),
        ("hom nay", "Tết", "là ngày nghỉ (Mùng hai Tết Nguyên Đán)"),
        ("hom nay", "a Sunday service", "Dạ có ạ. Hôm nay Chủ nhật 6/12/2026 là Ngày Chủ nhật gần Dân"),
        ("hom nay", "New Year's Eve", "thứ Năm 31/12/2026"),
        ("mai", "New Year's Eve", "thứ Sáu 1/1/2027 là ngày nghỉ (Tết Dương lịch)"),
        ("", "a Monday", "Thứ Hai đến Thứ Sáu 7:30–11:30 và 13:30–17:30"),
        ("mot cua may gio", "a Monday", "Thứ Hai đến Thứ Sáu 7:30–11:30 và 13:30–17:30"),
    ],
)
def test_opening_hours_are_told_for_the_day_that_was_asked(plain: str, now: str, said: str) -> None:
    assert said in _say(_composer(commune()), Decision("other", "opening_hours"), plain, MOMENTS[now]).as_text()


def test_every_agency_elsewhere_and_every_life_event_can_be_told() -> None:
    catalog, composer = knowledge().now.catalog, _composer(commune())
    for item in catalog.elsewhere:
        text = _say(composer, Decision("other", "other_level", target=f"elsewhere:{item.id}")).as_text()
        assert item.agency in text
        assert len(text) <= LIMIT
    for event in catalog.life_events:
        reply = _say(composer, Decision("answer", "life_event", target=f"event:{event.id}"))
        assert len(reply.choices) == len(event.procedures)
    for family in catalog.families:
        reply = _say(composer, Decision("clarify", "vague", choices=family.choices, family=f"family:{family.id}"))
        assert (reply.paragraphs, len(reply.choices)) == ((family.question,), len(family.choices))


def test_a_procedure_that_is_gone_from_the_catalog_is_still_answered_with_words() -> None:
    _say(_composer(commune()), Decision("answer", "procedure", ("9.999999",), parts=(Part("9.999999", ()),)))


def test_a_replaced_procedure_is_answered_with_its_successor() -> None:
    catalog = knowledge().now.catalog
    replaced = [procedure for procedure in catalog.procedures.values() if procedure.replaced_by in catalog.procedures]
    assert replaced
    for procedure in replaced:
        reply = _say(_composer(commune()), Decision("answer", "procedure", (procedure.code,), parts=(Part(procedure.code, ()),)))
        assert reply.cards[0].code == procedure.replaced_by
        assert procedure.code in reply.paragraphs[0]


# --- cards ---------------------------------------------------------------------------------------------------------


def _each_case() -> Iterator[tuple[Procedure, Case]]:
    for procedure in knowledge().now.catalog.procedures.values():
        for case in procedure.cases:
            yield procedure, case


def _text(procedure: Procedure, case: Case, aspects: tuple[Aspect, ...], *, case_known: bool = True) -> str:
    return Reply(cards=(CARDS.card(procedure, case, aspects, TODAY, case_known=case_known),)).as_text()


@pytest.mark.parametrize("case_known", [False, True])
def test_every_whole_card_fits_a_message_and_is_clean(case_known: bool) -> None:
    wrong = {}
    for procedure, case in _each_case():
        text = _text(procedure, case, (), case_known=case_known)
        if len(text) > LIMIT or _blemishes(text):
            wrong[procedure.code, case.id] = (len(text), _blemishes(text))
    assert not wrong


@pytest.mark.parametrize("aspect", list(Aspect))
def test_every_aspect_of_every_case_can_be_told(aspect: Aspect) -> None:
    label, papers = DATA["card"][aspect]["label"], DATA["card"]["documents"]["label"]
    for procedure, case in _each_case():
        unsaid = aspect is Aspect.CONDITIONS and procedure.conditions in ("unknown", ()) and len(procedure.cases) == 1
        card = CARDS.card(procedure, case, (aspect,), TODAY, case_known=True)
        assert [line.label for line in card.lines] == [label, *([papers] if aspect is Aspect.STEPS or unsaid else [])]
        assert all(line.text or line.items for line in card.lines)
        assert not _blemishes(_text(procedure, case, (aspect,))), (procedure.code, case.id)


def test_all_aspects_together_can_be_told() -> None:
    for procedure, case in _each_case():
        card = CARDS.card(procedure, case, tuple(Aspect), TODAY, case_known=False)
        assert len(card.lines) == len(Aspect)


def test_a_whole_card_tells_papers_fee_time_and_place_with_its_basis_and_page() -> None:
    for procedure, case in _each_case():
        card = CARDS.card(procedure, case, (), TODAY, case_known=True)
        assert [line.label for line in card.lines] == [DATA["card"][aspect]["label"] for aspect in WHOLE]
        assert "kiểm tra ngày" in card.basis
        assert card.url.startswith(f"https://phuong.example.vn/thu-tuc/{procedure.code}")


def test_every_paper_is_told_when_papers_are_asked() -> None:
    for procedure, case in _each_case():
        if case.papers != UNKNOWN:
            text = _text(procedure, case, (Aspect.DOCUMENTS,)).casefold()
            assert not [paper.name for paper in case.papers if paper.name.casefold() not in text]


def test_what_is_unknown_sends_to_the_counter_and_not_to_zero() -> None:
    for procedure, case in _each_case():
        for aspect, value in ((Aspect.FEE, case.fees), (Aspect.TIME, case.time), (Aspect.DOCUMENTS, case.papers)):
            if value == UNKNOWN:
                (line,) = CARDS.card(procedure, case, (aspect,), TODAY, case_known=True).lines
                assert "chưa có thông tin" in line.text
                assert "hỏi bộ phận một cửa" in line.text
                assert not re.search(r"\d|miễn", line.text)


def test_an_unknown_online_level_shows_no_badge() -> None:
    for procedure, case in _each_case():
        badge = CARDS.card(procedure, case, (), TODAY, case_known=True).badge
        assert (badge is None) == (procedure.online.level is OnlineLevel.UNKNOWN)


def test_a_fact_not_checked_for_long_says_so() -> None:
    procedure, case = next(_each_case())
    late = procedure.checked_on + dt.timedelta(days=181)
    assert "lâu chưa kiểm tra lại" in CARDS.card(procedure, case, (), late, case_known=True).basis
    assert "lâu chưa" not in CARDS.card(procedure, case, (), TODAY, case_known=True).basis


def test_every_case_can_be_chosen() -> None:
    composer = _composer(commune())
    for procedure in knowledge().now.catalog.in_force():
        if len(procedure.cases) > 1 and procedure.guide is None:  # those with a guide: test_guiding.py
            reply = _say(composer, Decision("answer", "procedure", (procedure.code,), parts=(Part(procedure.code, ()),)))
            assert [choice.label for choice in reply.choices] == [case.name for case in procedure.cases], procedure.code
