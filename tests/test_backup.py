"""`gandan backup`: whole while somebody writes, readable by nobody else, and never instead of an older one."""

from __future__ import annotations

import datetime as dt
import sqlite3
import stat
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from typer.testing import CliRunner

from app.cli import app as gandan
from app.cli_backup import make_backup
from app.errors import BadInput, Unavailable
from app.settings import Settings

NOW = dt.datetime(2026, 11, 23, 2, 30, tzinfo=dt.UTC)


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GANDAN_DATA_DIR", str(tmp_path / "var"))
    monkeypatch.delenv("GANDAN_DATABASE_URL", raising=False)
    return Settings()


@pytest.fixture
def live(settings: Settings) -> Iterator[sqlite3.Connection]:
    """The database of a running server: what was written last is in the write-ahead log only."""
    settings.data_dir.mkdir()
    with closing(sqlite3.connect(settings.data_dir / "gandan.sqlite3", check_same_thread=False)) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA wal_autocheckpoint=0")
        connection.execute("CREATE TABLE said (number INTEGER, twice INTEGER)")
        connection.executemany("INSERT INTO said VALUES (?, ?)", [(n, 2 * n) for n in range(1000)])
        connection.commit()
        yield connection


def _rows(file: Path) -> list[tuple[int, int]]:
    with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as connection:
        return connection.execute("SELECT number, twice FROM said ORDER BY number").fetchall()


@pytest.mark.usefixtures("live")
def test_it_holds_what_is_only_in_the_log_and_is_one_file(settings: Settings, tmp_path: Path) -> None:
    made = make_backup(settings, tmp_path / "elsewhere", NOW)
    assert made.name == "gandan-20261123-023000.sqlite3"
    assert len(_rows(made)) == 1000
    assert [path.name for path in made.parent.iterdir()] == [made.name]


@pytest.mark.usefixtures("live")
def test_nobody_else_may_read_it(settings: Settings, tmp_path: Path) -> None:
    assert stat.S_IMODE(make_backup(settings, tmp_path / "elsewhere", NOW).stat().st_mode) == 0o600


def test_it_is_one_moment_while_somebody_writes(settings: Settings, live: sqlite3.Connection, tmp_path: Path) -> None:
    stopped = threading.Event()

    def write() -> None:
        number = 1000
        while not stopped.is_set():
            with live:  # a pair is written in one transaction: half of it would show
                live.execute("INSERT INTO said VALUES (?, NULL)", (number,))
                live.execute("UPDATE said SET twice = ? WHERE number = ?", (2 * number, number))
            number += 1

    writer = threading.Thread(target=write)
    writer.start()
    try:
        made = [make_backup(settings, tmp_path / "elsewhere", NOW + dt.timedelta(seconds=second)) for second in range(5)]
    finally:
        stopped.set()
        writer.join()
    for file in made:
        rows = _rows(file)
        assert all(twice == 2 * number for number, twice in rows)
        assert [number for number, _ in rows] == list(range(len(rows)))


@pytest.mark.usefixtures("live")
def test_an_older_one_is_never_written_over(settings: Settings, tmp_path: Path) -> None:
    made = make_backup(settings, tmp_path / "elsewhere", NOW)
    before = made.read_bytes()
    with pytest.raises(BadInput, match="Đã có"):
        make_backup(settings, tmp_path / "elsewhere", NOW)
    assert made.read_bytes() == before


@pytest.mark.usefixtures("live")
def test_only_the_newest_are_kept_and_nothing_else_is_touched(tmp_path: Path) -> None:
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    for day in ("01", "02", "03"):
        (folder / f"gandan-202611{day}-020000.sqlite3").write_bytes(b"old")
    (folder / "anh.jpg").write_bytes(b"somebody's")
    result = CliRunner().invoke(gandan, ["backup", str(folder), "--giu", "2"])
    assert result.exit_code == 0, result.output
    names = sorted(path.name for path in folder.iterdir())
    assert names[0] == "anh.jpg"
    assert names[1] == "gandan-20261103-020000.sqlite3"
    assert len(names) == 3
    assert "Đã xóa 2 bản cũ" in result.output


def test_no_database_is_said(settings: Settings, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="GANDAN_DATA_DIR"):
        make_backup(settings, tmp_path / "elsewhere", NOW)


def test_postgresql_is_another_way(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GANDAN_DATABASE_URL", "postgresql+psycopg://localhost/gandan")
    monkeypatch.setenv("GANDAN_SECRET_KEY", "a secret of the tests, long enough to be one")
    with pytest.raises(BadInput, match="pg_dump"):
        make_backup(Settings(), tmp_path, NOW)


@pytest.mark.usefixtures("live")
def test_a_folder_that_cannot_be_one_is_said_and_nothing_is_left(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(Unavailable, match="Không sao lưu được"):
        make_backup(settings, tmp_path / "file", NOW)


def test_a_damaged_database_is_no_backup(settings: Settings, tmp_path: Path) -> None:
    settings.data_dir.mkdir()
    (settings.data_dir / "gandan.sqlite3").write_bytes(b"no database at all, but long enough to look like one " * 50)
    with pytest.raises(Unavailable):
        make_backup(settings, tmp_path / "elsewhere", NOW)
    assert not list((tmp_path / "elsewhere").iterdir())
