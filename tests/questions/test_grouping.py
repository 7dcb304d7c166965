"""Grouping by meaning: right, the same every time, and quick."""

from __future__ import annotations

import hashlib
import itertools
import random
import time
import unicodedata

import pytest

from app.questions.grouping import group, key_of, meaning_of
from tests.assistant.ward import knowledge

Pair = tuple[int, int]


def _pairs(groups: list[list[int]]) -> set[Pair]:
    return {pair for each in groups for pair in itertools.combinations(sorted(each), 2)}


def test_the_key_is_of_the_words_and_nothing_else() -> None:
    text = "Đăng ký kết hôn, cần gì?"
    same = [
        "đăng ký kết hôn cần gì",
        "DANG KY KET HON CAN GI!!!",
        unicodedata.normalize("NFD", text),
        " đăng\u00a0ký  kết\u200b hôn… cần gì 🙏",
    ]
    assert {key_of(each) for each in same[:3]} == {key_of(text)}
    assert key_of("đăng ký kết hôn") != key_of(text)
    assert len(key_of("")) == 32


def test_ways_of_asking_for_one_procedure_are_grouped_better_than_by_chance() -> None:
    """Ways of asking of 40 procedures, six of each, by hash: pairs in one group nearly always belong together."""
    procedures = sorted(knowledge().now.catalog.in_force(), key=lambda each: hashlib.sha256(each.code.encode()).digest())[:40]
    asks = [
        (ask, each.code) for each in procedures for ask in sorted(each.all_asks(), key=lambda a: hashlib.sha256(a.encode()).digest())[:6]
    ]
    vectors = [meaning_of(ask, knowledge().now.reader).vector for ask, _ in asks]
    found = _pairs(group(vectors, [1] * len(vectors)))
    wanted = {(one, other) for one, other in itertools.combinations(range(len(asks)), 2) if asks[one][1] == asks[other][1]}
    assert len(found & wanted) / len(found) >= 0.85
    assert len(found & wanted) / len(wanted) >= 0.4


def test_the_order_of_the_questions_changes_nothing_but_ties() -> None:
    asks = [ask for each in knowledge().now.catalog.in_force()[:12] for ask in each.all_asks()[:5]]
    meanings = {ask: meaning_of(ask, knowledge().now.reader).vector for ask in asks}

    def grouped(texts: list[str]) -> set[frozenset[str]]:
        return {frozenset(texts[at] for at in each) for each in group([meanings[text] for text in texts], [1] * len(texts))}

    shuffled = asks.copy()
    random.Random(3).shuffle(shuffled)
    assert grouped(asks) == grouped(asks) == grouped(shuffled)


@pytest.mark.parametrize(
    ("vectors", "counts", "groups"),
    [
        pytest.param([], [], [], id="nothing"),
        pytest.param([{}], [1], [[0]], id="no words"),
        pytest.param([{}, {}], [1, 1], [[0], [1]], id="twice no words"),
        pytest.param([{"a": 1.0}, {"a": 1.0}], [1, 1], [[0, 1]], id="the same"),
        pytest.param([{"a": 1.0}, {"b": 1.0}], [1, 5], [[1], [0]], id="asked more, first"),
        pytest.param([{"a": 1.0}, {"a": 0.6, "b": 0.8}, {"a": 0.8, "b": 0.6}], [1, 1, 1], [[2, 1, 0]], id="the middle one is typical"),
        pytest.param([{"a": 1.0}, {"a": 0.6, "b": 0.8}], [9, 1], [[0, 1]], id="what is asked most is typical"),
    ],
)
def test_small_groups(vectors: list[dict[str, float]], counts: list[int], groups: list[list[int]]) -> None:
    assert group(vectors, counts) == groups


def test_a_chain_of_neighbours_is_not_one_group() -> None:
    """Each is like the next only: by the mean likeness, the ends do not belong together."""
    chain = [{f"w{number}": 0.7071, f"w{number + 1}": 0.7071} for number in range(12)]
    assert max(len(each) for each in group(chain, [1] * len(chain))) <= 3


def test_thousands_take_seconds() -> None:
    chance = random.Random(7)
    words = [f"w{number}" for number in range(1500)]
    vectors = []
    for _ in range(2000):
        chosen = chance.choices(words, weights=[1 / (rank + 3) for rank in range(len(words))], k=25)
        vectors.append(dict.fromkeys(chosen, 1 / len(set(chosen)) ** 0.5))
    started = time.process_time()
    groups = group(vectors, [1] * len(vectors))
    assert sorted(at for each in groups for at in each) == list(range(2000))
    assert time.process_time() - started < 20
