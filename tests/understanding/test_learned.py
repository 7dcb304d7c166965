"""What is learned about words: kept, found again, and without a say on what it never saw."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from app.assistant.learn_words import learn_words
from app.understanding.learned import Learned
from app.understanding.terms import terms_of
from app.understanding.text import Normalizer

TEXTS = [
    ("mất sổ đỏ", "mat"),
    ("sổ đỏ bị mất rồi", "mat"),
    ("mất giấy đất", "mat"),
    ("sang tên sổ đỏ", "sang"),
    ("mua đất sang tên", "sang"),
] * 3
CLASSES = ("mat", "sang", "khac")


def _terms(text: str) -> dict[str, float]:
    return terms_of(Normalizer({}).words(text))


@pytest.fixture(scope="module")
def learned() -> Learned:
    return learn_words([(_terms(text), name) for text, name in TEXTS], CLASSES, seed=1)


def _best(learned: Learned, text: str) -> str:
    return CLASSES[int(np.argmax(learned.score(_terms(text))))]


@pytest.mark.parametrize(("text", "name"), [("sổ đỏ mất", "mat"), ("sang tên đất", "sang"), ("so do bi mat", "mat")])
def test_the_telling_words_decide(learned: Learned, text: str, name: str) -> None:
    assert _best(learned, text) == name


@pytest.mark.parametrize("text", ["", "xin chào", "zzz"])
def test_what_was_never_seen_has_no_say(learned: Learned, text: str) -> None:
    assert not learned.score(_terms(text)).any()


def test_it_is_the_same_after_a_file(learned: Learned, tmp_path: Path) -> None:
    learned.save(tmp_path / "learned.npz")
    again = Learned.load(tmp_path / "learned.npz")
    for text, _ in TEXTS:
        np.testing.assert_allclose(again.score(_terms(text)), learned.score(_terms(text)), atol=0.2)
    assert again.classes == learned.classes


def test_learning_twice_gives_the_same(learned: Learned) -> None:
    again = learn_words([(_terms(text), name) for text, name in TEXTS], CLASSES, seed=1)
    np.testing.assert_array_equal(again.weights, learned.weights)
