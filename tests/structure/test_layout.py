"""Where files lie, how long they are and what they are called."""

from __future__ import annotations

from pathlib import Path

from tests.structure.project import PROJECT, read, tracked_files

MAX_LINES = 400
# The one list of files that may be longer, each with its reason.
LONGER: dict[str, str] = {}

EMPTY_NAMES = frozenset({"utils", "util", "helpers", "helper", "common", "manager", "managers", "misc", "v2"})

# Folders of tests/ that mirror no folder of app/.
OTHER_TESTS: dict[str, str] = {
    "bench": "measurements, run by ./dev bench",
    "bots": "mirrors bots/",
    "browser": "whole pages in a browser",
    "deploy": "the image and the Compose file",
    "dialogues": "conversations as they read in the chat",
    "evaluation": "scores on labelled questions, run by ./dev eval",
    "fakes": "stand-ins for the outside world",
    "structure": "the project as a whole",
    "support": "what tests share",
}

PYTHON = [path for path in tracked_files() if path.suffix == ".py"]


def _packages(folder: str) -> set[str]:
    """Names of the folders with code directly below `folder`."""
    return {path.parts[1] for path in PYTHON if path.parts[0] == folder and len(path.parts) > 2}


def _tested(folder: Path) -> bool:
    return any(path.is_relative_to(folder) and path.name.startswith("test_") for path in PYTHON)


def test_no_file_is_longer_than_one_can_read_at_a_sitting() -> None:
    lengths = {str(path): len((read(path) or "").splitlines()) for path in PYTHON}
    too_long = {path: lines for path, lines in lengths.items() if lines > MAX_LINES and path not in LONGER}
    assert not too_long, f"split them, or give the reason in LONGER: {too_long}"


def test_the_list_of_longer_files_is_not_stale() -> None:
    for path, reason in LONGER.items():
        assert reason
        assert len((PROJECT / path).read_text().splitlines()) > MAX_LINES, f"{path} needs no exception"


def test_every_module_says_by_its_name_what_it_holds() -> None:
    named = {str(path): {part.removesuffix(".py") for part in path.parts} for path in PYTHON}
    assert not [path for path, parts in named.items() if parts & EMPTY_NAMES]


def test_every_folder_of_the_app_has_tests() -> None:
    assert not [f"app/{name}" for name in _packages("app") if not _tested(Path("tests", name))]


def test_every_channel_has_tests() -> None:
    assert not [f"bots/{name}" for name in _packages("bots") if not _tested(Path("tests", "bots", name))]


def test_tests_mirror_the_app_and_hold_nothing_else() -> None:
    strangers = _packages("tests") - _packages("app") - set(OTHER_TESTS)
    assert not strangers, "a folder of tests/ mirrors app/ or is named in OTHER_TESTS"


def test_every_folder_with_code_is_a_package() -> None:
    folders = {path.parent for path in PYTHON if path.parts[0] in {"app", "bots", "tests"}}
    assert not [str(folder) for folder in folders if not (PROJECT / folder / "__init__.py").exists()]
