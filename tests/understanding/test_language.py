"""Counts of words and pairs: kept on disk as they are, and grown by what is newer."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from app.understanding.language import Language, as_written

TEXTS = [text.split() for text in ("khai sinh cho con", "khai tử cho cha", "khai sinh lại", "")]


@pytest.fixture(scope="module")
def language() -> Language:
    return Language.of(TEXTS)


def test_pairs_are_counted(language: Language) -> None:
    assert (language.pair("khai", "sinh"), language.pair("khai", "tử"), language.pair("sinh", "khai")) == (2, 1, 0)
    assert (language.pair("", "khai"), language.pair("con", ""), language.pair("ai", "khai")) == (3, 1, 0)
    assert "khai" in language
    assert "ai" not in language


def test_what_was_seen_often_is_likelier(language: Language) -> None:
    said = [language.beside("khai", word) for word in ("sinh", "tử", "con", "ai")]
    assert said == sorted(said, reverse=True)
    assert len(set(said)) == 4
    assert language.beside("ai", "sinh") == language.alone("sinh") > language.alone("ai")


def test_what_follows_a_word_sums_to_one(language: Language) -> None:
    assert sum(math.exp(language.beside("khai", word)) for word in language.words) == pytest.approx(1, abs=0.01)


def test_it_is_kept_on_disk(language: Language, tmp_path: Path) -> None:
    language.save(tmp_path / "language.npz")
    again = Language.load(tmp_path / "language.npz")
    assert again.words == language.words
    for first in language.words:
        assert [again.pair(first, second) for second in again.words] == [language.pair(first, second) for second in again.words]
        assert [again.beside(first, second) for second in again.words] == [language.beside(first, second) for second in again.words]


def test_newer_texts_with_new_words_are_added(language: Language) -> None:
    assert language.with_texts(TEXTS) is language
    grown = language.with_texts([["khai", "sinh", "cho", "cháu"], ["khai", "sinh"]])
    assert (grown.pair("cho", "cháu"), grown.pair("khai", "sinh"), grown.pair("khai", "tử")) == (1, 3, 1)
    assert "cháu" in grown
    assert "cháu" not in language


def test_of_nothing_nothing_is_known() -> None:
    nothing = Language.of([])
    assert "khai" not in nothing
    assert nothing.pair("", "") == 0
    assert math.isfinite(nothing.beside("khai", "sinh"))


def test_each_text_counts_without_accents_too() -> None:
    assert list(as_written([["khai", "tử"], ["khai", "sinh"]])) == [["khai", "tử"], ["khai", "tu"], ["khai", "sinh"]]
