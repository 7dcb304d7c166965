"""`gandan` on the command line: asking without a server, checking the catalog, and never a traceback."""

from __future__ import annotations

import json
import subprocess
import sys
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

import app.assistant.kept
from app.cli import app as gandan
from app.settings import ROOT
from tests.assistant.ward import knowledge

FIELDS = ["id", "decision", "intent", "codes", "aspect", "confidence", "ms"]
GANDAN = str(Path(sys.executable).with_name("gandan"))


@pytest.fixture(autouse=True, scope="module")
def one_catalog() -> Iterator[None]:
    """Load the catalog once for all commands of these tests."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(app.assistant.kept, "load_kept", lambda _folder, _locale, _cache, **_: knowledge().files)
        yield


@pytest.fixture(autouse=True)
def empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Each command runs in a new folder, with no settings of this machine."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GANDAN_DATA_DIR", str(tmp_path / "var"))
    for name in ("GANDAN_DATABASE_URL", "GANDAN_PROCEDURES_DIR", "GANDAN_COMMUNE_FILE", "GANDAN_MESSAGE_MAX_LENGTH"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


def _ask(*texts: str) -> str:
    result = CliRunner().invoke(gandan, ["ask", *texts])
    assert result.exit_code == 0, result.output
    return result.output


def _batch(lines: str | bytes) -> list[dict[str, Any]]:
    result = CliRunner().invoke(gandan, ["ask", "--jsonl"], input=lines)
    assert result.exit_code == 0, result.exception
    return [json.loads(line) for line in result.stdout.splitlines()]


def _lines(*questions: object) -> str:
    return "".join(json.dumps(question, ensure_ascii=False) + "\n" for question in questions)


# --- one question --------------------------------------------------------------------------------------------------


def test_a_question_is_answered_with_facts_and_their_basis(empty_folder: Path) -> None:
    output = _ask("làm giấy khai sinh cho con cần giấy tờ gì")
    assert "Đăng ký khai sinh" in output
    assert "Giấy chứng sinh" in output
    assert "kiểm tra ngày" in output
    assert list(empty_folder.iterdir()) == []


@pytest.mark.parametrize("text", ["", "🙏", "qwe rty uio", "cháy nhà rồi", "a" * 10_000, "-", "'; drop table answers; --"])
def test_anything_can_be_asked(text: str) -> None:
    assert len(_ask("--", text)) > 20


def test_a_question_typed_in_any_form_of_unicode_is_the_same() -> None:
    text = "Đăng ký khai sinh cho con hết bao nhiêu tiền?"
    assert _ask(unicodedata.normalize("NFD", text)) == _ask(text)


def test_a_broken_catalog_is_told_in_sentences(empty_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GANDAN_PROCEDURES_DIR", str(empty_folder / "khong-co"))
    done = subprocess.run([GANDAN, "ask", "khai sinh"], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 1
    assert "LỖI  fields.yaml — cả tệp: không mở được tệp" in done.stderr
    assert "Traceback" not in done.stderr


# --- many questions ------------------------------------------------------------------------------------------------


def test_each_line_is_answered_in_its_place_with_exactly_these_fields() -> None:
    answers = _batch(
        _lines({"id": "a", "text": "đăng ký kết hôn hết bao nhiêu tiền"}, {"id": "b", "text": "cảm ơn ad"}, {"text": "khai tử"})
    )
    assert [list(answer) for answer in answers] == [FIELDS] * 3
    assert [answer["id"] for answer in answers] == ["a", "b", None]
    assert (answers[0]["decision"], answers[0]["codes"][0], answers[0]["aspect"]) == ("answer", "1.000894", ["fee"])
    assert (answers[1]["decision"], answers[1]["intent"]) == ("other", "thanks")
    for answer in answers:
        assert isinstance(answer["codes"], list)
        assert len(answer["codes"]) <= 5
        assert 0 <= answer["confidence"] <= 1
        assert answer["ms"] >= 0


def test_earlier_messages_are_minded() -> None:
    alone, after = _batch(
        _lines({"id": 1, "text": "bao nhiêu tiền"}, {"id": 2, "text": "bao nhiêu tiền", "prev": ["làm giấy khai sinh cho con"]})
    )
    assert alone["decision"] != "answer"
    assert (after["id"], after["decision"], after["codes"][0]) == (2, "answer", "1.001193")


def test_lines_do_not_mind_each_other() -> None:
    first, second = _batch(_lines({"id": 1, "text": "làm giấy khai sinh cho con"}, {"id": 2, "text": "bao nhiêu tiền"}))
    assert (first["decision"], second["decision"] != "answer") == ("answer", True)


BAD = [
    "không phải json",
    "{",
    "[]",
    "null",
    "5",
    '"chữ"',
    "{}",
    '{"id": "x"}',
    '{"text": "a", "prev": 5}',
    '{"id": "x", "txet": "khai sinh"}',
]


def test_a_bad_line_is_answered_in_its_place_and_stops_nothing() -> None:
    good = _lines({"id": "tốt", "text": "khai sinh"}).strip()
    answers = _batch("\n".join(line for bad in BAD for line in (bad, good)) + "\n")
    assert len(answers) == 2 * len(BAD)
    for bad, good_answer in zip(answers[::2], answers[1::2], strict=True):
        assert list(bad) == FIELDS
        assert (bad["decision"], bad["codes"]) == ("unknown", [])
        assert (good_answer["id"], good_answer["decision"]) == ("tốt", "answer")


def test_empty_lines_are_passed_over() -> None:
    assert [answer["id"] for answer in _batch('\n\n{"id": 1, "text": "khai sinh"}\n   \n\n{"id": 2, "text": "khai tử"}')] == [1, 2]


def test_no_lines_give_no_answers() -> None:
    assert _batch("") == []


def test_decomposed_capital_and_very_long_texts_are_answered() -> None:
    text = "đăng ký khai sinh cho con mới sinh"
    variants = [text, unicodedata.normalize("NFD", text), text.upper(), f"{text} 🙏"]
    answers = _batch(_lines(*({"id": number, "text": variant} for number, variant in enumerate(variants))))
    assert {(answer["decision"], answer["codes"][0]) for answer in answers} == {("answer", "1.001193")}
    (long,) = _batch(_lines({"id": 1, "text": "a" * 10_000, "prev": ["b" * 10_000] * 3}))
    assert long["decision"] in ("unknown", "other")
    assert long["ms"] < 1_000


@pytest.mark.parametrize(
    "line",
    [
        pytest.param(b'{"id": "\\ud800", "text": "khai sinh"}', id="half a letter as id"),
        pytest.param(b'{"id": 1, "text": "khai sinh \\ud800"}', id="half a letter in the text"),
        pytest.param(b"[" * 100_000, id="nested too deep"),
        pytest.param(b'{"id": 1, "text": "\xff\xfe"}', id="not UTF-8"),
        pytest.param(b'{"id": 1, "text": "khai\\u0000sinh"}', id="a NUL"),
        pytest.param(b'\xef\xbb\xbf{"id": 1, "text": "khai sinh"}', id="a byte order mark"),
    ],
)
def test_strange_bytes_are_answered_in_their_place_too(line: bytes) -> None:
    good = b'{"id": "good", "text": "khai sinh"}\n'
    answers = _batch(good + line + b"\n" + good)
    assert len(answers) == 3
    assert [answers[0]["id"], answers[2]["id"]] == ["good", "good"]
    assert list(answers[1]) == FIELDS


def test_the_command_itself_writes_nothing_but_answers(empty_folder: Path) -> None:
    questions = "".join(_lines({"id": number, "text": "khai sinh"}) for number in range(3))
    done = subprocess.run([GANDAN, "ask", "--jsonl"], input=questions, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert [json.loads(line)["id"] for line in done.stdout.splitlines()] == [0, 1, 2]
    assert list(empty_folder.iterdir()) == []


# --- the catalog ---------------------------------------------------------------------------------------------------


def test_the_real_catalog_passes_its_own_check() -> None:
    result = CliRunner().invoke(gandan, ["catalog", "check", str(ROOT / "procedures")])
    assert result.exit_code == 0, result.output
    assert result.output.splitlines()[-1] == "Không có lỗi."


def test_without_a_command_the_commands_are_told() -> None:
    output = CliRunner().invoke(gandan, []).output
    for command in ("serve", "worker", "ask", "catalog", "healthcheck"):
        assert command in output
