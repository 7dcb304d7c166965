"""What was built once is read back: the same, only when everything it was made of is the same, never when others could have written it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from app.assistant import kept
from app.assistant.kept import kept_file, load_kept
from app.assistant.knowing import Knowledge
from app.catalog.yaml_loader import ContentError
from tests.questions.source_tree import make_source_tree


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A few procedures: quickly built."""
    return make_source_tree(tmp_path_factory.mktemp("nguon"))


@pytest.fixture
def built(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """The folders that were really built."""
    folders: list[Path] = []
    load = Knowledge.load

    def counting(folder: Path, locale: str | None) -> Knowledge:
        folders.append(folder)
        return load(folder, locale)

    monkeypatch.setattr(Knowledge, "load", counting)
    return folders


def test_it_is_built_once(small: Path, tmp_path: Path, built: list[Path]) -> None:
    first = load_kept(small, None, tmp_path / "cache")
    second = load_kept(small, None, tmp_path / "cache")
    assert len(built) == 1
    assert first.catalog.version == second.catalog.version
    assert first.reader.read("phường mấy giờ mở cửa").entries == second.reader.read("phường mấy giờ mở cửa").entries
    [file] = (tmp_path / "cache").iterdir()
    assert file == kept_file(small, None, tmp_path / "cache")
    assert (file.stat().st_mode & 0o077, file.parent.stat().st_mode & 0o077) == (0, 0)


def test_a_changed_word_is_another_one_and_the_oldest_go(small: Path, tmp_path: Path, built: list[Path]) -> None:
    folder = shutil.copytree(small, tmp_path / "folder")
    intents = folder / "intents.yaml"
    names = []
    for number in range(kept.VERSIONS + 1):
        intents.write_text(f"# {number}\n{intents.read_text('utf-8')}", "utf-8")
        load_kept(folder, None, tmp_path / "cache")
        names.append(kept_file(folder, None, tmp_path / "cache"))
    assert len(built) == kept.VERSIONS + 1
    assert set((tmp_path / "cache").iterdir()) == set(names[1:])


@pytest.mark.parametrize("what", ["half", "empty", "something else", "writable by others"])
def test_what_is_broken_or_not_safely_ours_is_made_again(small: Path, tmp_path: Path, built: list[Path], what: str) -> None:
    load_kept(small, None, tmp_path / "cache")
    file = kept_file(small, None, tmp_path / "cache")
    data = file.read_bytes()
    if what == "writable by others":
        file.chmod(0o666)
    else:
        file.write_bytes({"half": data[: len(data) // 2], "empty": b"", "something else": b"\x80\x05K\x01."}[what])
    assert load_kept(small, None, tmp_path / "cache").catalog.version
    assert len(built) == 2
    assert load_kept(small, None, tmp_path / "cache").catalog.version
    assert len(built) == 2, "what was made again is kept again"


def test_where_nothing_can_be_written_it_is_built_each_time(small: Path, tmp_path: Path, built: list[Path]) -> None:
    (tmp_path / "cache").write_text("a file, no folder")
    for _ in range(2):
        assert load_kept(small, None, tmp_path / "cache").catalog.version
    assert len(built) == 2


def test_who_only_asks_writes_nothing(small: Path, tmp_path: Path, built: list[Path]) -> None:
    load_kept(small, None, tmp_path / "cache", keep=False)
    assert not (tmp_path / "cache").exists()
    load_kept(small, None, tmp_path / "cache")
    load_kept(small, None, tmp_path / "cache", keep=False)
    assert len(built) == 2


def test_broken_content_is_told_and_nothing_is_kept(small: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(small, tmp_path / "folder")
    (folder / "intents.yaml").write_text("intents: [", "utf-8")
    with pytest.raises(ContentError):
        load_kept(folder, None, tmp_path / "cache")
    assert not (tmp_path / "cache").exists()
