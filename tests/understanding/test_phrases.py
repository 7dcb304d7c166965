"""Patterns of phrases: what they stand for, and where they are found."""

from __future__ import annotations

import pytest

from app.understanding.phrases import Phrases, expand


@pytest.mark.parametrize(
    ("pattern", "phrases"),
    [
        ("le phi", {"le phi"}),
        (r"\b(sua|cai chinh)\b", {"sua", "cai chinh"}),
        ("(?:co )?(?:le )?phi", {"phi", "le phi", "co phi", "co le phi"}),
        (r"\bnguoi (han|my|trung( quoc)?)\b", {"nguoi han", "nguoi my", "nguoi trung", "nguoi trung quoc"}),
        ("a|b c|(d|e) f?", {"a", "b c", "d", "e", "d f", "e f"}),
    ],
)
def test_a_pattern_stands_for_phrases(pattern: str, phrases: set[str]) -> None:
    assert expand(pattern) == phrases


@pytest.mark.parametrize("pattern", ["a.*b", "(a|b", "a)", "[ab]", "a+", "a{2}"])
def test_more_than_phrases_is_refused(pattern: str) -> None:
    with pytest.raises(ValueError, match=r"«|ngoặc"):
        expand(pattern)


def test_phrases_are_found_where_they_stand() -> None:
    phrases = Phrases({"sửa": "sua|sua ten", "tên": "ten"})
    assert list(phrases.find(["toi", "muon", "sua", "ten", "con"])) == [(2, 3, ["sửa"]), (2, 4, ["sửa"]), (3, 4, ["tên"])]


@pytest.mark.parametrize("text", ["", "sualam", "ten sua"])
def test_only_whole_words_in_order_count(text: str) -> None:
    assert "sua ten" not in {text[b:e] for b, e, _ in Phrases({"x": "sua ten"}).find(text.split())}
    assert not Phrases({"x": "sua ten"}).names(text.split())
