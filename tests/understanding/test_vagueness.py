"""Too vague to be answered, though one procedure may rank high: a question back, with what may be meant."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from app.assistant.knowing import Knowledge
from app.understanding.decision import State
from app.understanding.dialogue import decide
from app.understanding.ranker import WEIGHTS_FILE, Weights, likely
from app.understanding.rules import Aspect
from app.understanding.vagueness import VAGUE_FEATURES, vague_features


@pytest.mark.parametrize(
    "text",
    [
        "làm giấy tờ cho con",
        "làm lại giấy",
        "giấy tờ nhà đất",
        "xin giấy xác nhận",
        "sửa giấy tờ bị sai",
        "xin cấp lại giấy bị rách nát",
        "gia han giay to",
    ],
)
def test_what_nobody_can_decide_is_asked_back(knowledge: Knowledge, text: str) -> None:
    decision = decide(knowledge.reader, text, State())
    assert decision.outcome == "clarify"
    assert len(decision.choices) >= 2


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("tạm trú cần gì", "1.004194"),
        ("thủ tục khai sinh", "1.001193"),
        ("tách hộ ở đâu", "1.010038"),
        ("dang ky ket hon online dc ko", "1.000894"),
    ],
)
def test_what_is_short_and_clear_is_answered(knowledge: Knowledge, text: str, code: str) -> None:
    decision = decide(knowledge.reader, text, State())
    assert (decision.outcome, decision.codes[0]) == ("answer", code)


@pytest.mark.parametrize(
    "text", ["lệ phí", "thời gian xử lý", "tài liệu cần thiết", "phí dịch vụ bao nhiêu", "co can di truc tiep khong", "làm ở đâu"]
)
def test_who_asks_about_nothing_in_particular_is_asked_what_it_is(knowledge: Knowledge, text: str) -> None:
    asked = decide(knowledge.reader, text, State())
    assert (asked.outcome, asked.choices) == ("clarify", knowledge.reader.often)
    answered = decide(knowledge.reader, "đăng ký kết hôn", asked.state)
    assert answered.codes[0] == "1.000894"


def test_what_was_asked_before_the_matter_was_named_is_answered(knowledge: Knowledge) -> None:
    asked = decide(knowledge.reader, "lệ phí bao nhiêu vậy", State())
    assert decide(knowledge.reader, "2", asked.state).aspects == (Aspect.FEE,)
    named = decide(knowledge.reader, "tạm trú", asked.state)
    assert (named.codes[0], named.aspects) == ("1.004194", (Aspect.FEE,))


@pytest.mark.parametrize("text", ["mới sinh con", "e mới chuyển nhà ad ơi", "vo em vua sanh em be"])
def test_who_only_tells_what_happened_is_asked_what_is_needed(knowledge: Knowledge, text: str) -> None:
    decision = decide(knowledge.reader, text, State())
    assert (decision.outcome, decision.intent) == ("clarify", "life_event")
    assert decision.target is not None


def test_who_asks_what_to_do_gets_the_list_in_order(knowledge: Knowledge) -> None:
    decision = decide(knowledge.reader, "nhà em có người vừa mất thì phải làm thủ tục gì", State())
    assert (decision.outcome, decision.target) == ("answer", "event:nguoi-than-mat")
    assert decision.codes[0] == "2.002913"


@pytest.mark.parametrize(
    ("text", "code"),
    [("làm giấy phép kinh doanh", "1.001612"), ("xin giấy chứng nhận hộ nghèo", "1.011607"), ("thu tuc xin phep xay dung", "1.013225")],
)
def test_who_asks_to_get_it_means_the_plain_one(knowledge: Knowledge, text: str, code: str) -> None:
    decision = decide(knowledge.reader, text, State())
    assert (decision.outcome, decision.codes[0]) == ("answer", code)
    assert decision.choices, "the others are offered below"


@pytest.mark.parametrize("text", ["giấy phép kinh doanh bị sai", "hộ nghèo", "giấy phép xây dựng"])
def test_who_names_only_the_paper_or_a_change_is_asked(knowledge: Knowledge, text: str) -> None:
    assert decide(knowledge.reader, text, State()).outcome == "clarify"


def test_words_of_nobody_are_no_evidence_and_no_error() -> None:
    found = vague_features(np.array([1.0]), np.array([False]), 0.0, 0.5, 0.0, (), 0, 0, 0.0)
    assert found.shape == (len(VAGUE_FEATURES),)
    assert np.isfinite(found).all()
    assert 0 <= likely(found, Weights.load().vague) <= 1


def test_words_alone_tell_something_of_vagueness(knowledge: Knowledge) -> None:
    reader = knowledge.reader
    assert reader.vague_words is not None
    vague, clear = (reader.vague_words.score(reader.index.query(text).terms) for text in ("xin xác nhận giấy tờ", "đăng ký kết hôn cần gì"))
    assert vague > clear


def test_weights_learned_for_other_evidence_are_refused(tmp_path: Path) -> None:
    stale = json.loads(WEIGHTS_FILE.read_text("utf-8")) | {"vague_features": ["entropy"]}
    (tmp_path / "weights.json").write_text(json.dumps(stale), "utf-8")
    with pytest.raises(ValueError, match=r"run \./dev train"):
        Weights.load(tmp_path / "weights.json")
