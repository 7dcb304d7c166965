"""One more way of asking in a file: there, readable, and nothing else changed."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import time
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.catalog.ask_writer import put_ask, replace_file
from app.catalog.loader import procedure_files
from app.catalog.yaml_loader import ContentError, parse_document
from app.settings import ROOT

ASK = "làm sao đặt tên cho đường"
BLOCK = """\
# đầu tệp
code: "1.000001"   # mã
asks:
  plain:
    - câu một  # ghi chú
    - "câu: hai"   # ghi chú cuối

  # chú thích của giọng ngắn
  short: [ngắn một, "ngắn, hai"]
notes:
  - xong
"""


def _asks(text: str) -> dict[str, list[str]]:
    return dict(parse_document(text, "thu.yaml").data["asks"])


def _added(before: str, after: str) -> str:
    """What was inserted; fails when anything was taken away or changed."""
    start = next((at for at, (one, other) in enumerate(zip(before, after, strict=False)) if one != other), len(before))
    length = len(after) - len(before)
    assert after[:start] + after[start + length :] == before
    return after[start : start + length]


def test_a_list_of_lines_gets_a_line_and_keeps_its_comments() -> None:
    after = put_ask(BLOCK, "plain", ASK, "thu.yaml")
    assert after == BLOCK.replace("# ghi chú cuối\n", f"# ghi chú cuối\n    - {ASK}\n")
    assert _asks(after)["plain"] == ["câu một", "câu: hai", ASK]


def test_a_list_in_brackets_gets_an_item() -> None:
    after = put_ask(BLOCK, "short", "đặt tên, đường", "thu.yaml")
    assert _added(BLOCK, after) == ', "đặt tên, đường"'
    assert _asks(after)["short"] == ["ngắn một", "ngắn, hai", "đặt tên, đường"]


def test_a_voice_nobody_used_yet_is_made() -> None:
    after = put_ask(BLOCK, "teen", ASK, "thu.yaml")
    assert _added(BLOCK, after) == f"  teen:\n    - {ASK}\n"
    assert _asks(after)["teen"] == [ASK]


OTHER_LAYOUTS = {
    "dashes under the key": "asks:\n  plain:\n  - câu một\n  - câu hai\nnotes: [a]\n",
    "no line end at the end": "notes: [a]\nasks:\n  plain:\n    - câu một",
    "Windows line ends": "asks:\r\n  plain:\r\n    - câu một\r\nnotes: [a]\r\n",
    "a text over two lines": "asks:\n  plain:\n    - câu một\n      còn dài # ghi chú\nnotes: [a]\n",
    "a block of text": "asks:\n  plain:\n    - >-\n      câu một\n      còn dài\n\nnotes: [a]\n",
    "all in one line": "asks: {plain: [câu một, câu hai]}\n",
    "empty brackets": "asks: {plain: []}\n",
    "brackets over lines": "asks:\n  plain: [\n    câu một,\n    câu hai,\n  ]\nnotes: [a]\n",
    "an emoji before it": "notes: ['🙏 a']\nasks:\n  plain:\n    - câu 😊 một\n",
    "an anchor beside it": "asks:\n  plain:\n    - câu một\nnotes: &a [b]\nmore: *a\n",
}


@pytest.mark.parametrize("text", OTHER_LAYOUTS.values(), ids=OTHER_LAYOUTS)
@pytest.mark.parametrize("voice", ["plain", "teen"])
def test_any_layout_is_kept(text: str, voice: str) -> None:
    after = put_ask(text, voice, ASK, "thu.yaml")
    _added(text, after)
    assert _asks(after)[voice][-1] == ASK
    assert ("\r\n" in text) == ("\r\n" in after)
    assert after.count("\n") == after.count("\r\n") or "\r\n" not in after


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("asks:\n  plain: &a\n    - câu một\n  short: *a\n", id="an alias: two voices would change"),
        pytest.param("plain: &a\n  - câu một\nasks:\n  plain: *a\n", id="an alias of a list elsewhere"),
        pytest.param("asks: không\n", id="no mapping"),
        pytest.param("asks: {plain: không}\n", id="no list"),
        pytest.param("code: x\n", id="no asks"),
    ],
)
def test_what_cannot_be_edited_safely_is_refused(text: str) -> None:
    with pytest.raises(ContentError, match="bằng tay"):
        put_ask(text, "plain", ASK, "thu.yaml")


@pytest.mark.parametrize("text", ["asks: [", "", "a: b\na: c\n", "asks: {plain: [ca\u0301]}"])
def test_a_broken_file_is_told_as_everywhere(text: str) -> None:
    with pytest.raises(ContentError, match=r"thu\.yaml"):
        put_ask(text, "plain", ASK, "thu.yaml")


@pytest.mark.parametrize(
    "ask",
    ["phí: bao nhiêu", "a #b", "- a", '"a"', "'a", "yes", "12", "1.5", "{a}", "a: ", "*a", "null", "2026-11-22", "\\", "@a", "a]", "ok? :"],
)
@pytest.mark.parametrize("voice", ["plain", "short", "teen"])
def test_an_ask_that_looks_like_something_else_to_a_parser_is_quoted(voice: str, ask: str) -> None:
    assert _asks(put_ask(BLOCK, voice, ask, "thu.yaml"))[voice][-1] == ask


@settings(deadline=None, max_examples=150)
@given(
    ask=st.text(st.characters(codec="utf-8", exclude_categories=["C", "Zl", "Zp"]), min_size=2).filter(lambda t: t == t.strip()),
    voice=st.sampled_from(["plain", "short", "story"]),
)
def test_any_text_comes_back_as_it_was(ask: str, voice: str) -> None:
    if not unicodedata.is_normalized("NFC", ask):
        with pytest.raises(ContentError):
            put_ask(BLOCK, voice, ask, "thu.yaml")
        return
    assert _asks(put_ask(BLOCK, voice, ask, "thu.yaml"))[voice][-1] == ask


def test_in_real_files_exactly_one_line_is_new() -> None:
    files = sorted(procedure_files(ROOT / "procedures"), key=lambda path: hashlib.sha256(path.name.encode()).digest())[:15]
    for path in files:
        text = path.read_bytes().decode()
        after = put_ask(text, "story", ASK, path.name)
        assert _added(text, after).strip() == f"- {ASK}", path.name


# --- whole or not at all ---------------------------------------------------------------------------------------------


def test_a_replaced_file_keeps_its_rights_and_leaves_nothing_beside_it(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_text("cũ")
    path.chmod(0o640)
    replace_file(path, b"moi")
    assert (path.read_bytes(), path.stat().st_mode & 0o777) == (b"moi", 0o640)
    assert list(tmp_path.iterdir()) == [path]


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    real, link = tmp_path / "that.yaml", tmp_path / "noi.yaml"
    real.write_text("cũ")
    link.symlink_to(real)
    replace_file(link, b"moi")
    assert link.is_symlink()
    assert real.read_bytes() == b"moi"


def test_a_process_killed_at_any_moment_leaves_the_old_or_the_new_file(tmp_path: Path) -> None:
    """Two contents take turns as fast as they can; whenever the process is killed, one of them is there whole."""
    path = tmp_path / "a.yaml"
    contents = [b"a" * 300_000, b"b" * 200_000]
    path.write_bytes(contents[0])
    code = (
        "import sys; from pathlib import Path; from app.catalog.ask_writer import replace_file\n"
        "print('ready', flush=True)\n"
        "while True:\n"
        "    replace_file(Path(sys.argv[1]), b'b' * 200_000); replace_file(Path(sys.argv[1]), b'a' * 300_000)"
    )
    for number in range(4):
        process = subprocess.Popen([sys.executable, "-c", code, str(path)], stdout=subprocess.PIPE, cwd=ROOT)
        assert process.stdout is not None
        process.stdout.readline()
        time.sleep(0.01 + 0.013 * number)
        process.kill()
        process.wait()
        process.stdout.close()
        assert path.read_bytes() in contents
    assert not [left for left in os.listdir(tmp_path) if left.endswith(".yaml") and left != "a.yaml"]  # noqa: PTH208
