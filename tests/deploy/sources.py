"""What a clean root is made of: a minimal Debian, and the wheels of a lock file. Both are fetched once per machine.

They lie in a cache folder of the user, outside the project. Where they come from is the machine's own affair: its apt
sources and its pip configuration are used as they are, and neither is copied anywhere.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from packaging.markers import default_environment
from packaging.requirements import Requirement

CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "gandan"
# What python:slim has beside the minimal system; netbase and tzdata are named because minbase lacks them.
PACKAGES = ("ca-certificates", "netbase", "python3", "python3-venv", "tzdata")
NEEDLESS = ("proc", "dev", "var/cache/apt", "var/lib/apt/lists", "usr/share/doc", "usr/share/man", "usr/share/locale")
NEWEST_GLIBC = 36  # minor version of bookworm's glibc: no wheel may ask for a newer one


def debian(suite: str) -> Path:
    """A tar file of a minimal Debian. Takes about a minute when it is not in the cache."""
    archive = CACHE / f"debian-{suite}-{platform.machine()}-{_digest(*PACKAGES)}.tar"
    with _only_one("debian"):
        if not archive.exists():
            partial = archive.with_suffix(".partial")
            with tempfile.TemporaryDirectory(prefix="gandan-debian-", dir="/var/tmp") as root:  # /tmp may be in memory
                Path(root).chmod(0o755)  # it becomes "/", which every user must be able to enter
                include = f"--include={','.join(PACKAGES)}"
                _run("debootstrap", "--variant=minbase", include, suite, root, *_mirror(suite))
                _run("tar", "-C", root, *(f"--exclude=./{path}/*" for path in NEEDLESS), "-cf", partial, ".")
            partial.rename(archive)
    return archive


def wheels(lock: Path, python: str) -> Path:
    """A folder with the wheels that a lock file names for a minor Python on this kind of machine."""
    folder = CACHE / "wheels"
    wanted = _wanted(lock.read_text(), python)
    stamp = folder / f".{python}-{_digest(wanted)}"
    with _only_one("wheels"):
        folder.mkdir(exist_ok=True)
        if not stamp.exists():
            with tempfile.TemporaryDirectory() as temporary:
                names = Path(temporary, "requirements.txt")
                names.write_text(wanted)
                _run(sys.executable, "-m", "venv", f"{temporary}/venv")  # a .venv made by uv has no pip of its own
                pip = [f"{temporary}/venv/bin/python", "-m", "pip", "download", "--no-deps", "--require-hashes"]
                _run(*pip, *_target(python), f"--dest={folder}", f"--requirement={names}")
            stamp.touch()
    return folder


def _mirror(suite: str) -> list[str]:
    """The mirror this machine's apt uses for a Debian suite; empty for debootstrap's own choice."""
    if not shutil.which("apt-get"):
        return []
    query = ["apt-get", "indextargets", "--format", "$(REPO_URI)", "Created-By: Packages", "Origin: Debian"]
    query += [f"Release: {suite}", "Component: main"]
    answer = subprocess.run(query, capture_output=True, text=True, check=False)
    return answer.stdout.split()[:1]


def _wanted(lock: str, python: str) -> str:
    """The entries of a lock file that count for a minor Python on Linux, without their markers."""
    environment = {name: str(value) for name, value in default_environment().items()}
    environment |= {"python_version": python, "python_full_version": f"{python}.0"}
    entries = []
    for entry in lock.replace("\\\n", " ").splitlines():
        if not entry or entry.startswith("#"):
            continue
        requirement = Requirement(entry.partition(" --hash=")[0])
        if requirement.marker is None or requirement.marker.evaluate(environment):
            hashes = [word for word in entry.split() if word.startswith("--hash=")]
            entries.append(" ".join([f"{requirement.name}{requirement.specifier}", *hashes]))
    return "\n".join(entries) + "\n"


def _target(python: str) -> list[str]:
    """Options of pip for wheels that run in the clean root, whatever Python and glibc this machine has."""
    tags = [f"manylinux_2_{minor}" for minor in range(NEWEST_GLIBC, 4, -1)] + ["manylinux2014", "linux"]
    platforms = [f"--platform={tag}_{platform.machine()}" for tag in tags]
    return ["--only-binary=:all:", f"--python-version={python}", "--implementation=cp", *platforms]


def _run(*command: str | Path) -> None:
    """Run a command. Raises RuntimeError with the end of what it said when it fails."""
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{command[0]} failed:\n{done.stdout[-3000:]}")


@contextlib.contextmanager
def _only_one(what: str) -> Iterator[None]:
    """Let one process at a time fill a part of the cache; the others wait and find it filled."""
    CACHE.mkdir(parents=True, exist_ok=True)
    with (CACHE / f".{what}.lock").open("w") as guard:
        fcntl.flock(guard, fcntl.LOCK_EX)
        yield


def _digest(*parts: str) -> str:
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:12]
