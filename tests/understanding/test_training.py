"""The messages written to learn from: well formed, of known classes, by many, without anybody's data, and never those we measure with."""

from __future__ import annotations

import copy
import json
import re
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from app.assistant.knowing import Knowledge
from app.assistant.training_rows import judge, score
from app.catalog.checks import PERSONAL
from app.catalog.content import Voice
from app.settings import ROOT
from app.understanding.leaning import Leanings
from app.understanding.learned import Learned
from app.understanding.text import folded_words
from tests.evaluation.questions import BLIND

FOLDER = ROOT / "procedures" / "training"
FILES = sorted(FOLDER.glob("*.jsonl"))
CONVERSATIONS = sorted((FOLDER / "conversations").glob("*.jsonl"))
OTHERS = sorted((FOLDER / "others").glob("*.jsonl"))


def _rows(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def _key(text: str) -> str:
    return " ".join(folded_words(text))


@pytest.mark.parametrize("path", FILES, ids=[path.stem for path in FILES])
def test_every_line_is_whole_and_of_a_known_class(path: Path, knowledge: Knowledge) -> None:
    known = knowledge.reader.index.number_of
    for row in _rows(path):
        assert set(row) == {"code", "voice", "text"}, row
        assert Voice(row["voice"])
        assert row["code"] in known or row["code"] in knowledge.catalog.procedures, row
        assert 2 <= len(row["text"]) <= 800, row
        assert not PERSONAL.search(row["text"]), row


@pytest.mark.parametrize("path", OTHERS, ids=[path.stem for path in OTHERS])
def test_every_line_about_others_is_of_what_we_do_not_hold(path: Path, knowledge: Knowledge) -> None:
    """By at least three writers; of the national catalogue, not ours, and not what wards do elsewhere."""
    assert len(OTHERS) >= 3
    for row in _rows(path):
        assert set(row) == {"code", "voice", "text"}, row
        assert Voice(row["voice"])
        assert row["code"] not in knowledge.catalog.procedures, row
        assert not knowledge.reader.national.by_code[row["code"]].is_of_wards, row
        assert 2 <= len(row["text"]) <= 800, row
        assert not PERSONAL.search(row["text"]), row


@pytest.mark.parametrize("path", CONVERSATIONS, ids=[path.stem for path in CONVERSATIONS])
def test_every_conversation_is_of_known_procedures(path: Path, knowledge: Knowledge) -> None:
    """By at least two writers; messages that go on about the one in mind, and messages that turn to another."""
    assert len(CONVERSATIONS) >= 2
    rows = _rows(path)
    for row in rows:
        assert set(row) == {"before", "first", "text", "code"}, row
        assert row["before"] in knowledge.catalog.procedures, row
        assert row["code"] in knowledge.reader.index.number_of, row
        assert 2 <= len(row["text"]) <= 800, row
        assert not PERSONAL.search(row["first"] + row["text"]), row
    assert any(row["code"] != row["before"] for row in rows)
    assert len({_key(row["text"]) for row in rows}) > 0.98 * len(rows)


def test_learning_judges_a_text_as_the_reader_does(knowledge: Knowledge) -> None:
    reader = copy.copy(knowledge.reader)
    reader.leanings = Leanings()  # what certain words say comes on top, and is not learned
    texts = ["làm khai sinh cho bé sinh ở viện Đà Nẵng", "đăng ký kết hôn", "xin giấy độc thân", "cưới vợ người Lào", "nhà e bị mất sổ đỏ"]
    learned = frozenset(Learned.load().classes)

    def weighed(numbers: Iterable[int]) -> list[str]:
        """Without what is newer than the weights: its learned sum is guessed in reading only."""
        return [reader.index.entries[number].id for number in numbers if reader.index.entries[number].id in learned]

    for text in texts:
        ranking = reader.read(text).ranking
        row = score(reader.index, reader.rules, text)
        judged = judge(row, reader.weights.rank, reader.weights.confidence)
        if reader.index.exact(reader.index.query(text)) is None:
            assert ranking is not None
            assert weighed(row.classes[judged.order].tolist()) == weighed(ranking.classes)
            assert judged.confidence == pytest.approx(ranking.confidence, abs=0.001)


def test_there_are_many_and_none_twice(knowledge: Knowledge) -> None:
    """With the ways of asking in the catalog: at least 8,000, from at least three writers."""
    texts = Counter(_key(row["text"]) for path in FILES for row in _rows(path))
    asks = {_key(ask) for procedure in knowledge.catalog.in_force() for ask in procedure.all_asks()}
    assert len(FILES) >= 3
    assert len(texts.keys() | asks) >= 8000
    assert [text for text, count in texts.items() if count > 1 and len(text.split()) > 5] == []


def test_no_message_is_a_template_with_one_word_changed() -> None:
    """Beginnings of four words may recur; not so often that a template must be behind them."""
    starts = Counter(" ".join(_key(row["text"]).split()[:4]) for path in FILES for row in _rows(path))
    total = sum(starts.values())
    assert starts.most_common(1)[0][1] < total * 0.01


@pytest.mark.skipif(not list(BLIND.glob("*.jsonl")), reason="no blind writers' messages")
def test_what_we_measure_with_is_not_learned_from(knowledge: Knowledge) -> None:
    learned = {_key(row["text"]) for path in (*FILES, *OTHERS, *CONVERSATIONS) for row in _rows(path)}
    learned |= {_key(ask) for procedure in knowledge.catalog.in_force() for ask in procedure.all_asks()}
    measured = [_key(row["text"]) for path in BLIND.glob("*.jsonl") for row in _rows(path)]
    assert not [text for text in measured if text in learned and len(re.findall(r"\w+", text)) > 5]
