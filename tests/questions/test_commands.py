"""`gandan questions …` as a keeper types it: what is said, what is written, and never a traceback."""

from __future__ import annotations

import asyncio
import datetime as dt
import functools
import json
import re
import subprocess
import sys
from collections.abc import Coroutine, Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from app.assistant.knowing import Knowledge
from app.cli_catalog import group as catalog
from app.cli_questions import group as questions
from app.database import Database
from app.errors import GanDanError
from app.questions.service import Questions
from app.questions.teaching import TAUGHT
from app.settings import ROOT
from tests.questions.asked import Ward
from tests.questions.source_tree import make_source_tree

WEDDING = "con gái út với thằng rể nhà tôi giờ ra phường đăng ký kết hôn sao đây"
CAT = "con mèo nhà tôi đi lạc mất rồi"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A catalog that tests only read."""
    return make_source_tree(tmp_path_factory.mktemp("nguon"))


@pytest.fixture(autouse=True, scope="module")
def one_catalog() -> Iterator[None]:
    """Load each catalog once for all commands of these tests."""
    load = functools.cache(Knowledge.load)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Knowledge, "load", load)
        yield


@pytest.fixture(autouse=True)
def machine(tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine with nothing but the catalog: no database yet."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GANDAN_DATA_DIR", str(tmp_path / "var"))
    monkeypatch.setenv("GANDAN_PROCEDURES_DIR", str(folder))
    monkeypatch.setenv("GANDAN_COMMUNE_FILE", str(folder / "commune.sample.yaml"))
    monkeypatch.setenv("GANDAN_SECRET_KEY", "một bí mật dài của các phép thử này")
    monkeypatch.delenv("GANDAN_DATABASE_URL", raising=False)
    return tmp_path


async def _ask(ward: Ward) -> None:
    """A cat is asked for twice, a wedding once, and once something that is answered."""
    await ward.ask(CAT)
    await ward.ask(f"ad ơi {CAT}", feedback="bad", minutes_ago=500)
    await ward.ask(WEDDING)
    await ward.ask("đăng ký kết hôn", "answer", code="1.000894")


@pytest.fixture
def asked(sqlite_database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GANDAN_DATABASE_URL", sqlite_database_url)
    _with_ward(sqlite_database_url, _ask)


@pytest.fixture
def asked_anywhere(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Once on SQLite, once on PostgreSQL."""
    monkeypatch.setenv("GANDAN_DATABASE_URL", database_url)
    _with_ward(database_url, _ask)


def _with_ward(url: str, job: Any) -> None:
    async def run() -> None:
        database = Database(url)
        done: Coroutine[Any, Any, None] = job(Ward(database, dt.datetime.now(dt.UTC)))
        await done
        await database.close()

    asyncio.run(run())


def _run(*arguments: str, code: int = 0) -> str:
    result = CliRunner().invoke(questions, list(arguments))
    assert result.exit_code == code, (result.output, result.exception)
    return result.output


def _refused(*arguments: str) -> str:
    """What `main` prints of a refusal."""
    result = CliRunner().invoke(questions, list(arguments))
    assert isinstance(result.exception, GanDanError), result.output
    return result.exception.message


def _groups(output: str) -> dict[str, str]:
    """Group ids by their typical question."""
    return {text: name for name, text in re.findall(r"^([0-9a-f]{6})  .*\n +«(.*)»", output, re.MULTILINE)}


@pytest.mark.usefixtures("asked")
def test_the_groups_are_listed_with_what_to_do_next() -> None:
    output = _run("list")
    assert output.startswith("3 lượt hỏi trong 30 ngày qua, 2 nhóm:\n")
    assert "2 lượt · 1 bị bấm «Chưa đúng», 2 chưa trả lời được · " in output
    assert "gần nhất: 1.000894 Đăng ký kết hôn (1/1 lượt)" in output
    first = next(iter(_groups(output).values()))
    assert f"gandan questions teach {first} MÃ" in output
    assert "nguoi-" not in output
    assert _run("list", "--limit", "1").startswith("3 lượt hỏi trong 30 ngày qua, 2 nhóm, xem 1 nhóm đầu:\n")
    assert _run("list", "--kind", "disliked").startswith("1 lượt hỏi")
    assert _run("list", "--kind", "clarified") == "Không có câu nào cần xem trong 30 ngày qua.\n"


@pytest.mark.usefixtures("asked")
def test_a_group_is_shown_whole() -> None:
    name = next(name for text, name in _groups(_run("list")).items() if "mèo" in text)
    output = _run("show", name.upper())
    assert f"  - {CAT}\n" in output
    assert f"  - ad ơi {CAT}\n" in output


@pytest.mark.usefixtures("asked_anywhere")
def test_a_group_put_aside_is_gone() -> None:
    name = next(name for text, name in _groups(_run("list")).items() if "mèo" in text)
    assert _run("forget", name) == f"Đã cất nhóm {name}: 2 câu, 2 lượt hỏi.\n"
    assert "mèo" not in _run("list")
    assert f"Không có nhóm {name} trong 30 ngày qua" in _refused("forget", name)


@pytest.mark.usefixtures("asked")
def test_a_group_taught_is_a_way_of_asking_and_gone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    own = make_source_tree(tmp_path / "nguon")
    monkeypatch.setenv("GANDAN_PROCEDURES_DIR", str(own))
    name = _groups(_run("list"))[WEDDING]
    output = _run("teach", name, "1.000894", "--voice", "dialect")
    assert f"Đã thêm vào 1.000894 Đăng ký kết hôn, giọng dialect: «{WEDDING}»" in output
    assert "Đã ghi: ho-tich/1.000894-dang-ky-ket-hon.yaml và tests/understanding/taught.jsonl" in output
    assert f"Trong nhóm {name}, 1/1 câu nay dẫn tới thủ tục này" in output
    assert f"    - {WEDDING}\n" in next(own.glob("*/1.000894-*.yaml")).read_text("utf-8")
    assert json.loads((tmp_path / "nguon" / TAUGHT).read_text("utf-8")) == {"text": WEDDING, "code": "1.000894"}
    assert WEDDING not in _run("list")


@pytest.mark.usefixtures("asked_anywhere")
def test_who_was_cut_off_between_the_files_and_the_mark_may_teach_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GANDAN_PROCEDURES_DIR", str(make_source_tree(tmp_path / "nguon")))
    name = _groups(_run("list"))[WEDDING]
    with monkeypatch.context() as patch:
        patch.setattr(Questions, "mark_taught", lambda *_: sys.exit(137))
        _run("teach", name, "1.000894", code=137)
    written = (tmp_path / "nguon" / TAUGHT).read_bytes()
    assert WEDDING in _run("list")
    output = _run("teach", name, "1.000894")
    assert "đã có sẵn cách hỏi" in output
    assert "Đã ghi:" not in output
    assert WEDDING not in _run("list")
    assert (tmp_path / "nguon" / TAUGHT).read_bytes() == written
    assert "Không cần thêm" in _refused("teach", WEDDING, "1.000894")


def test_a_sentence_is_taught_without_any_database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    own = make_source_tree(tmp_path / "nguon")
    monkeypatch.setenv("GANDAN_PROCEDURES_DIR", str(own))
    assert "Đã thêm vào 1.000894" in _run("teach", WEDDING, " 1.000894 ")
    assert not (tmp_path / "var").exists()


def test_before_anything_was_asked_the_list_is_empty() -> None:
    assert _run("list") == "Không có câu nào cần xem trong 30 ngày qua.\n"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        pytest.param(("show", "khai sinh"), "mã nhóm gồm 6", id="no group"),
        pytest.param(("forget", ""), "mã nhóm gồm 6", id="empty"),
        pytest.param(("list", "--days", "0"), "greater than or equal to 1", id="no days"),
        pytest.param(("list", "--kind", "x"), "'unanswered', 'disliked', 'clarified'", id="no kind"),
        pytest.param(("teach", "câu", "1.000894", "--voice", "x"), "no_accent", id="no voice"),
    ],
)
def test_what_makes_no_sense_is_told(arguments: tuple[str, ...], said: str) -> None:
    output = " ".join(_run(*arguments, code=2).replace("│", " ").split())
    assert said in output


def test_refusals_are_sentences() -> None:
    assert "Không có nhóm abcdef" in _refused("show", "abcdef")
    assert "Không có nhóm abcdef" in _refused("teach", "abcdef", "1.000894")
    assert "có số điện thoại" in _refused("teach", "kết hôn gọi 0905123456", "1.000894")


def test_other_commands_do_not_wait_for_the_work() -> None:
    code = "import sys, app.cli_questions; print(*[name for name in sys.modules if name.startswith(('app.', 'sqlalchemy', 'numpy'))])"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT).stdout.split()
    assert sorted(loaded) == ["app.cli_questions", "app.settings"]


# --- gandan catalog check --report -----------------------------------------------------------------------------------


def _report(*arguments: str, folder: Path, code: int = 0) -> list[str]:
    result = CliRunner().invoke(catalog, ["check", str(folder), "--report", *arguments])
    assert result.exit_code == code, (result.output, result.exception)
    return result.output.splitlines()


@pytest.mark.usefixtures("asked")
def test_what_to_verify_next_is_by_use(folder: Path) -> None:
    lines = _report("--all", folder=folder)
    assert lines[-1] == "Lượt hỏi: câu trả lời của 90 ngày qua."
    [wedding] = [line for line in lines if line.startswith("1.000894")]
    assert re.search(r"Đăng ký kết hôn +1  \d\d/\d\d/\d{4}  ", wedding)


def test_without_a_database_the_report_makes_none(folder: Path, tmp_path: Path) -> None:
    lines = _report(folder=folder)
    assert lines[-1].startswith("Chưa có cơ sở dữ liệu nên chưa biết lượt hỏi: xếp theo ngày đối chiếu")
    assert lines[0].split()[:3] == ["mã", "thủ", "tục"]
    assert len(lines) <= 33
    assert not (tmp_path / "var").exists()


@pytest.mark.parametrize("content", [b"", b"no database at all", b"SQLite format 3\x00" + b"x" * 5000])
def test_a_broken_database_is_told_in_the_last_line(folder: Path, tmp_path: Path, content: bytes) -> None:
    (tmp_path / "var").mkdir()
    (tmp_path / "var" / "gandan.sqlite3").write_bytes(content)
    lines = _report(folder=folder)
    assert lines[-1].startswith("Không đọc được lượt hỏi (")


def test_a_server_that_is_not_there_is_told_too(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GANDAN_DATABASE_URL", "postgresql+psycopg://nobody@127.0.0.1:9/none")
    assert _report(folder=folder)[-1].startswith("Không đọc được lượt hỏi (OperationalError;")


def test_only_some_and_a_broken_catalog(folder: Path, tmp_path: Path) -> None:
    lines = _report("--all", "--only", "1.000894", folder=folder)
    assert [line[:8] for line in lines[1:-2]] == ["1.000894"]
    own = make_source_tree(tmp_path / "hong")
    next(own.glob("*/1.001193-*.yaml")).write_text("code: [", "utf-8")
    assert re.match(r"\d+ lỗi trong kho, tệp lỗi không có ở trên", _report(folder=own, code=1)[-1])
