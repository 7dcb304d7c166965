"""The project's own files, for the tests in this folder."""

from __future__ import annotations

import functools
import subprocess
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]


@functools.cache
def tracked_files() -> tuple[Path, ...]:
    """Files that git tracks or would add, relative to the project, sorted. Raises CalledProcessError without git."""
    listing = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(listing, cwd=PROJECT, capture_output=True, text=True, check=True).stdout.split("\0")
    return tuple(sorted(Path(name) for name in set(names) if name and (PROJECT / name).is_file()))


@functools.cache
def read(path: Path) -> str | None:
    """Text of a file of the project; None when it is not text."""
    content = (PROJECT / path).read_bytes()
    return None if b"\0" in content[:8192] else content.decode(errors="replace")
