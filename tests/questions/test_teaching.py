"""A question becomes a way of asking and a test, or nothing is written and it is said why."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import unicodedata
from pathlib import Path

import pytest

import app.assistant.knowledge
import app.questions.teaching
from app.catalog.ask_writer import replace_file
from app.catalog.content import Voice
from app.catalog.loader import load_catalog
from app.catalog.yaml_loader import ContentError, read_document
from app.errors import BadInput, Unavailable
from app.questions.teaching import TAUGHT, Teacher, voice_of
from app.settings import ROOT
from tests.questions.source_tree import make_source_tree

NEW = "ra phường đăng ký kết hôn cho con gái út với thằng rể"
SECOND = "thằng em tui xin cái giấy xác nhận độc thân để đi cưới vợ"
FIRST = "ho-tich/1.000894-dang-ky-ket-hon.yaml"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The catalog's folder in a source tree."""
    return make_source_tree(tmp_path)


def _taught(folder: Path) -> list[dict[str, str]]:
    path = folder.parent / TAUGHT
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()] if path.exists() else []


def _everything(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in sorted(folder.parent.rglob("*")) if path.is_file()}


def test_a_question_becomes_a_way_of_asking_with_its_test(folder: Path) -> None:
    before = _everything(folder)
    taught = Teacher(folder).teach(NEW, "1.000894", Voice.STORY)
    assert (taught.file, taught.voice, taught.text) == (FIRST, Voice.STORY, NEW)
    assert load_catalog(folder).procedures["1.000894"].asks[Voice.STORY][-1] == NEW
    assert _taught(folder) == [{"text": NEW, "code": "1.000894"}]
    changed = {path.relative_to(folder.parent).as_posix() for path, content in _everything(folder).items() if before.get(path) != content}
    assert changed == {f"procedures/{FIRST}", TAUGHT.as_posix()}


def test_a_second_one_comes_behind_the_first(folder: Path) -> None:
    Teacher(folder).teach(NEW, "1.000894")
    Teacher(folder).teach(SECOND, "1.004873")
    assert [line["code"] for line in _taught(folder)] == ["1.000894", "1.004873"]


def test_it_is_written_in_nfc_on_one_line(folder: Path) -> None:
    Teacher(folder).teach(unicodedata.normalize("NFD", f"  {NEW}\n\tcần gì\u200b "), "1.000894")
    assert _taught(folder)[0]["text"] == f"{NEW} cần gì"


@pytest.mark.parametrize(
    ("text", "voice"),
    [
        ("dat ten duong o dau", Voice.NO_ACCENT),
        ("đặt tên đường", Voice.SHORT),
        ("Muốn đặt tên cho con đường thì làm sao?", Voice.PLAIN),
        ("", Voice.NO_ACCENT),
    ],
)
def test_the_voice_is_known_by_the_form(text: str, voice: Voice) -> None:
    assert voice_of(text) is voice


REFUSED = {
    "empty": ("", "1.000894", "Câu hỏi trống"),
    "no letters": ("?? 🙏 12", "1.000894", "Câu hỏi trống"),
    "half a letter": ("\ud800", "1.000894", "Câu hỏi trống"),
    "too long": ("đường làng " * 40, "1.000894", "nhiều nhất là 400"),
    "huge": ("đ" * 1_000_000, "1.000894", "nhiều nhất là 400"),
    "a phone number": ("đặt tên đường gọi 0905123456", "1.000894", "có số điện thoại của người hỏi"),
    "an identity number": ("đặt tên đường, căn cước 048199000123", "1.000894", "có số căn cước của người hỏi"),
    "masked before": ("đặt tên đường [số điện thoại]", "1.000894", "có số điện thoại của người hỏi"),
    "no such code": (NEW, "1.999999", "Kho không có thủ tục 1.999999"),
    "no code": (NEW, "khai sinh", "Kho không có thủ tục khai sinh"),
    "replaced": (NEW, "2.000986", "2.000986 không còn dùng, đã được thay bằng"),
    "leads elsewhere": (
        "làm giấy khai sinh cho con mới sinh hết bao nhiêu tiền",
        "1.000894",
        "máy vẫn trả lời bằng 1.001193 (Đăng ký khai sinh)",
    ),
    "leads to another agency": ("làm hộ chiếu đi nước ngoài ở đâu vậy", "1.000894", "máy vẫn chỉ sang việc của nơi khác (Hộ chiếu"),
    "an intent": ("cảm ơn ad nhiều nha", "1.000894", "máy vẫn hiểu là lời nói thường «thanks»"),
}


@pytest.mark.parametrize(("text", "code", "said"), REFUSED.values(), ids=REFUSED)
def test_what_must_not_be_added_is_refused_with_the_reason_and_nothing_is_written(folder: Path, text: str, code: str, said: str) -> None:
    before = _everything(folder)
    with pytest.raises(BadInput) as refused:
        Teacher(folder).teach(text, code)
    assert said in refused.value.message
    assert _everything(folder) == before


def test_what_is_asked_of_something_else_already_stays_there(folder: Path) -> None:
    def first_ask(name: str, key: str) -> str:
        return str(read_document(folder / f"{name}.yaml").data[key][0]["asks"][0])

    other = load_catalog(folder).procedures["1.001193"].all_asks()[0]
    for ask, owner in (
        (other, "thủ tục 1.001193 (Đăng ký khai sinh)"),
        (first_ask("families", "families"), "câu hỏi lại"),
        (first_ask("elsewhere", "elsewhere"), "việc của nơi khác ("),
    ):
        for said in (ask, f" {ask.upper()}? "):
            with pytest.raises(BadInput) as refused:
                Teacher(folder).teach(said, "1.000894")
            assert f"đã là cách hỏi của {owner}" in refused.value.message
    with pytest.raises(BadInput, match="là việc của nơi khác"):
        Teacher(folder).teach(NEW, next(item.codes[0] for item in load_catalog(folder).elsewhere if item.codes))


def test_twice_is_refused_but_a_missing_test_is_added(folder: Path) -> None:
    Teacher(folder).teach(NEW, "1.000894")
    with pytest.raises(BadInput, match="đã có cách hỏi này"):
        Teacher(folder).teach(f"{NEW.upper()}?", "1.000894")
    (folder.parent / TAUGHT).unlink()  # as if killed between the two files
    before = (folder / FIRST).read_bytes()
    taught = Teacher(folder).teach(NEW, "1.000894")
    assert (taught.file, (folder / FIRST).read_bytes()) == ("", before)
    assert _taught(folder) == [{"text": NEW, "code": "1.000894"}]


def test_what_would_lead_an_earlier_question_astray_is_refused(folder: Path) -> None:
    path = folder.parent / TAUGHT
    path.write_text(json.dumps({"text": "qwe rty uio", "code": "1.001193"}) + "\n", "utf-8")
    before = _everything(folder)
    with pytest.raises(BadInput, match=r"câu đã dạy «qwe rty uio» \(1\.001193\) bị lệch"):
        Teacher(folder).teach(NEW, "1.000894")
    assert _everything(folder) == before


@pytest.mark.parametrize(
    "line", ["{", "[]", "5", "null", '{"text": "a"}', '{"text": "a", "code": 5}', '{"text": "a", "code": "b", "c": "d"}', "[" * 100_000]
)
def test_a_broken_line_of_taught_questions_is_told_with_its_number(folder: Path, line: str) -> None:
    (folder.parent / TAUGHT).write_text(f'{{"text": "đặt tên đường", "code": "1.000894"}}\n\n{line}\n', "utf-8")
    with pytest.raises(BadInput, match=r"taught\.jsonl, dòng 3"):
        Teacher(folder).teach(NEW, "1.000894")


def test_a_file_of_taught_questions_in_another_encoding_is_told(folder: Path) -> None:
    (folder.parent / TAUGHT).write_bytes("đặt tên".encode("utf-16"))
    with pytest.raises(Unavailable, match="UTF-8"):
        Teacher(folder).teach(NEW, "1.000894")


def test_a_broken_catalog_is_told_and_nothing_is_written(folder: Path) -> None:
    (folder / FIRST).with_name("1.001193-hong.yaml").write_text("asks: [", "utf-8")
    before = _everything(folder)
    with pytest.raises(ContentError):
        Teacher(folder).teach(NEW, "1.000894")
    assert _everything(folder) == before


def test_without_the_source_tree_nothing_is_written(folder: Path) -> None:
    (folder.parent / TAUGHT).parent.rmdir()
    with pytest.raises(Unavailable, match="bản mã nguồn"):
        Teacher(folder).teach(NEW, "1.000894")


def test_when_the_second_file_cannot_be_written_the_first_is_as_before(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A full disk: not to be had here, so the second writing fails as it would."""
    before = _everything(folder)

    def full(path: Path, content: bytes) -> None:
        if path.suffix == ".jsonl":
            raise OSError(28, "No space left on device")
        replace_file(path, content)

    monkeypatch.setattr(app.questions.teaching, "replace_file", full)
    with pytest.raises(Unavailable, match="No space left"):
        Teacher(folder).teach(NEW, "1.000894")
    assert _everything(folder) == before


def test_a_file_that_somebody_edits_meanwhile_is_left_to_them(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = app.assistant.knowledge.build_reader

    def slow(*given: object) -> object:
        (folder / FIRST).write_text((folder / FIRST).read_text("utf-8") + "\n", "utf-8")
        return real(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(app.questions.teaching, "build_reader", slow)
    with pytest.raises(BadInput, match="vừa sửa"):
        Teacher(folder).teach(NEW, "1.000894")
    assert _taught(folder) == []


def test_a_process_killed_between_the_two_files_leaves_both_whole_and_the_next_try_completes_them(folder: Path) -> None:
    code = (
        "import os, signal, sys; from pathlib import Path\n"
        "import app.questions.teaching as teaching\n"
        "write = teaching.replace_file\n"
        "def killed(path, content):\n"
        "    os.kill(os.getpid(), signal.SIGKILL) if path.suffix == '.jsonl' else write(path, content)\n"
        "teaching.replace_file = killed\n"
        "teaching.Teacher(Path(sys.argv[1])).teach(sys.argv[2], '1.000894')"
    )
    done = subprocess.run([sys.executable, "-c", code, str(folder), NEW], cwd=ROOT, check=False, timeout=60)
    assert done.returncode == -signal.SIGKILL
    assert NEW in load_catalog(folder).procedures["1.000894"].all_asks()
    assert _taught(folder) == []
    assert Teacher(folder).teach(NEW, "1.000894").file == ""
    assert _taught(folder) == [{"text": NEW, "code": "1.000894"}]


def test_a_byte_order_mark_stays(folder: Path) -> None:
    path = folder / FIRST
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    Teacher(folder).teach(NEW, "1.000894")
    assert path.read_bytes().startswith(b"\xef\xbb\xbf#")
    assert NEW in load_catalog(folder).procedures["1.000894"].all_asks()
