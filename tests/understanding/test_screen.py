"""Looking a text through finds all that a search for each pattern finds."""

from __future__ import annotations

import pickle
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.assistant.knowing import Knowledge
from app.understanding.screen import Screen, wider

PATTERNS = tuple(
    map(
        re.compile,
        (
            r"\bđánh (?:đập|nhau)\b",
            r"\b(?<!cấp )cứu(?! hộ)\b",
            r"^(?!.*\b(?:sua|doi)\b).*\bmoi\b",
            r"\bphi\b|\btien\b",
            r"(?=.*nha)\w+ o",
            r"\bso (?:\w+ ){0,3}\d{1,2}\b",
            r"[ạ-ỹ]n",
            r"\bko\b",
            r"[\u4e00-\u9fff]",
        ),
    )
)
WORDS = ("đánh", "đập", "nhau", "cứu", "cấp", "hộ", "sua", "moi", "phi", "tien", "nha", "o", "so", "12", "ko", "hạn", "中文", "a", "nhà")


@given(st.lists(st.sampled_from(WORDS), max_size=9), st.sampled_from(["", " "]))
def test_whatever_a_pattern_finds_may_be_there(words: list[str], between: str) -> None:
    text = between.join(words)
    screened = Screen(PATTERNS).read(text)
    for pattern in PATTERNS:
        assert screened.has((pattern,)) == (pattern.search(text) is not None), (pattern.pattern, text)


def test_most_patterns_are_ruled_out_without_a_search() -> None:
    screened = Screen(PATTERNS).read("dang ky khai sinh cho con")
    assert not any(screened.may_be(pattern) for pattern in PATTERNS[:2])
    assert not screened.has(PATTERNS)


def test_nothing_is_missed_of_what_the_rules_and_leanings_look_for(knowledge: Knowledge) -> None:
    """All their patterns, on texts as people write them."""
    reader = knowledge.reader
    asks = [ask for procedure in knowledge.catalog.in_force() for ask in procedure.all_asks()]
    for screen in (reader.rules.screen, reader.leanings.screen):
        assert len(screen.patterns) > 50
        for text in asks[::40]:
            words = reader.index.query(text).words
            for each in (words.plain, words.original):
                screened = screen.read(each)
                missed = [pattern.pattern for pattern in screen.patterns if pattern.search(each) and not screened.may_be(pattern)]
                assert not missed, each


def test_it_goes_to_another_process_and_back() -> None:
    screen, patterns = pickle.loads(pickle.dumps((Screen(PATTERNS), PATTERNS)))
    assert screen.read("bi danh, bị đánh đập").has(patterns)
    assert not screen.read("không có gì").has(patterns)


def test_what_is_left_of_a_text_is_looked_through_as_well() -> None:
    screened = Screen(PATTERNS).read("phi bao nhieu tien")
    assert screened.has(PATTERNS[3:4])
    assert not screened.without(PATTERNS[3:4]).has(PATTERNS[3:4])


def test_no_pattern_at_all_finds_nothing() -> None:
    assert not Screen(()).read("gì cũng được").has(())


def test_a_pattern_that_cannot_be_screened_is_refused() -> None:
    with pytest.raises(ValueError, match="failed to add"):
        Screen([re.compile(r"(\w+) \1")])


def test_lookarounds_go_and_classes_become_dots() -> None:
    assert wider(r"\b(?<!cấp )cứu(?! (?:hộ|trợ)\b)\w+ [a-z(]\d") == "cứu.+ .."
