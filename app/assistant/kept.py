"""The knowledge kept on disk between two starts: building it from the catalog takes seconds, reading it back a half.

It is a cache, nothing more: its name is a digest of everything it was made of (content, code, libraries), so whatever
changes makes another file, and a file that is missing, broken or not safely ours is made again. It holds pickled objects,
which are code: it is only believed when it lies where nobody but we (or root) can write.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import pickle
import stat
import sys
import tempfile
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

import structlog

from app.assistant.knowing import Knowledge

log = structlog.get_logger()
APP = Path(__file__).resolve().parent.parent
CONTENT = frozenset({".yaml", ".csv"})
CODE = frozenset({".py", ".npz", ".json", ".yaml"})
LIBRARIES = ("numpy", "pydantic", "rapidfuzz")  # whose objects are in it
VERSIONS = 3  # that stay: a step back is as quick as a step forward
NAME = "knowledge-{}.pickle"
OTHERS_WRITE = stat.S_IWGRP | stat.S_IWOTH


def kept_file(folder: Path, locale: str | None, cache: Path) -> Path:
    """Where the knowledge of this content, this code and these libraries is kept, or would be."""
    return cache / NAME.format(_digest(folder, locale))


def load_kept(folder: Path, locale: str | None, cache: Path, *, keep: bool = True) -> Knowledge:
    """As `Knowledge.load`, from `cache` when the same was built before. Raises ContentError when the content is broken.

    `keep`: write what had to be built; without, nothing is ever written.
    """
    file = kept_file(folder, locale, cache)
    known = _read(file)
    if known is None:
        known = Knowledge.load(folder, locale)
        if keep:
            _write(file, known)
    return known


def _digest(folder: Path, locale: str | None) -> str:
    found = hashlib.blake2b(digest_size=16)
    libraries = [f"{name} {metadata.version(name)}" for name in LIBRARIES]
    found.update("\0".join([sys.version, str(locale), str(folder.resolve()), *libraries]).encode())
    for path in (*_files(folder, CONTENT), *_files(APP, CODE)):
        data = path.read_bytes()
        found.update(f"\0{path}\0{len(data)}\0".encode() + data)
    return found.hexdigest()


def _files(folder: Path, suffixes: frozenset[str]) -> Iterator[Path]:
    for parent, folders, names in os.walk(folder):
        folders.sort()
        yield from (Path(parent, name) for name in sorted(names) if name[name.rfind(".") :] in suffixes)


def _read(file: Path) -> Knowledge | None:
    try:
        with file.open("rb") as opened:
            kept, around = os.fstat(opened.fileno()), file.parent.stat()
            if {kept.st_uid, around.st_uid} - {os.geteuid(), 0} or (kept.st_mode | around.st_mode) & OTHERS_WRITE:
                log.warning("kept_knowledge_not_ours", file=file.name)
                return None
            known = pickle.load(opened)  # noqa: S301 -- written by us, where nobody else writes
    except (FileNotFoundError, NotADirectoryError):
        return None
    except Exception as error:  # noqa: BLE001 -- whatever is wrong with it, it is made again
        log.warning("kept_knowledge_broken", kind=type(error).__name__)
        return None
    return known if isinstance(known, Knowledge) else None


def _write(file: Path, known: Knowledge) -> None:
    """Whole or not at all; the oldest versions go. A disk that is full or read-only only costs time."""
    try:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=file.parent, prefix=".", delete=False) as made:  # mode 0600
            try:
                pickle.dump(known, made, pickle.HIGHEST_PROTOCOL)
                made.flush()
                Path(made.name).replace(file)
            except BaseException:
                Path(made.name).unlink()
                raise
        newest_first = sorted(file.parent.glob(NAME.format("*")), key=lambda each: each.stat().st_mtime_ns, reverse=True)
        for old in newest_first[VERSIONS:]:
            with contextlib.suppress(FileNotFoundError):
                old.unlink()
    except OSError as error:
        log.warning("knowledge_not_kept", kind=type(error).__name__)
