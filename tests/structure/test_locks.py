"""The lock files: every package with a version and hashes, no address, and true to pyproject.toml."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.structure.project import PROJECT, tracked_files

LOCKS = [path for path in tracked_files() if path.suffix == ".lock"]
RUN, DEV = Path("requirements.lock"), Path("requirements-dev.lock")
HASH = re.compile(r"--hash=sha256:[0-9a-f]{64}")


def _entries(lock: Path) -> list[tuple[Requirement, list[str]]]:
    """The requirements of a lock file, each with its options."""
    text = (PROJECT / lock).read_text().replace("\\\n", " ")
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    return [(Requirement(line.partition(" --")[0]), re.findall(r"--\S+", line)) for line in lines]


def _versions(lock: Path) -> set[str]:
    return {f"{canonicalize_name(requirement.name)}{requirement.specifier}" for requirement, _ in _entries(lock)}


def _declared(*, dev: bool) -> list[Requirement]:
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text())["project"]
    texts = project["dependencies"] + (project["optional-dependencies"]["dev"] if dev else [])
    return [Requirement(text) for text in texts]


def test_both_locks_are_tracked() -> None:
    assert {RUN, DEV} == set(LOCKS)


@pytest.mark.parametrize("lock", LOCKS, ids=str)
def test_every_package_has_one_version_and_hashes(lock: Path) -> None:
    entries = _entries(lock)
    assert entries
    for requirement, options in entries:
        assert re.fullmatch(r"==[\w.+!]+", str(requirement.specifier)), requirement
        assert options, requirement
        assert all(HASH.fullmatch(option) for option in options), requirement


@pytest.mark.parametrize("lock", LOCKS, ids=str)
def test_no_lock_names_an_address(lock: Path) -> None:
    assert "://" not in (PROJECT / lock).read_text()
    assert not [requirement for requirement, _ in _entries(lock) if requirement.url]


def test_tests_run_on_the_versions_that_are_shipped() -> None:
    assert not _versions(RUN) - _versions(DEV)


@pytest.mark.parametrize(("lock", "dev"), [(RUN, False), (DEV, True)], ids=str)
def test_the_lock_is_not_older_than_what_is_declared(lock: Path, dev: bool) -> None:
    locked = {canonicalize_name(requirement.name): requirement for requirement, _ in _entries(lock)}
    for wanted in _declared(dev=dev):
        found = locked.get(canonicalize_name(wanted.name))
        assert found, f"{wanted.name} is not locked: ./dev lock"
        version = str(found.specifier).removeprefix("==")
        assert wanted.specifier.contains(version, prereleases=True), f"{found} does not satisfy {wanted}: ./dev lock"
