"""`gandan backup`: the embedded database in one file, while the server goes on running."""

from __future__ import annotations

import contextlib
import datetime as dt
import os
import sqlite3
from pathlib import Path
from typing import Annotated

import typer

from app.errors import BadInput, Unavailable
from app.settings import Settings

SQLITE = "sqlite+aiosqlite:///"
PATTERN = "gandan-*.sqlite3"


def backup(
    folder: Annotated[Path, typer.Argument(help="Thư mục cất bản sao lưu, nên ở ổ đĩa khác.")],
    keep: Annotated[int, typer.Option("--giu", help="Chỉ giữ chừng này bản mới nhất trong thư mục (0: giữ hết).", min=0)] = 0,
) -> None:
    """Sao lưu cơ sở dữ liệu SQLite khi máy vẫn đang chạy. Khóa bí mật không nằm trong đó: cất riêng."""
    made = make_backup(Settings(), folder, dt.datetime.now().astimezone())
    gone = _drop_older(folder, keep, made) if keep else []
    typer.echo(f"Đã sao lưu: {made} ({made.stat().st_size / 1_000_000:.1f} MB, đã kiểm tra).")
    if gone:
        typer.echo(f"Đã xóa {len(gone)} bản cũ hơn {keep} bản mới nhất.")
    typer.echo(
        "Trong đó có dữ liệu của bà con: cất nơi khóa được. Khóa bí mật (secret.key) cất riêng nơi khác. Cách khôi phục: docs/huong-dan/sao-luu.md."
    )


def make_backup(settings: Settings, folder: Path, now: dt.datetime) -> Path:
    """Copy the database as it is at one moment and check the copy.

    Raises: BadInput when it is not SQLite or there is none yet; Unavailable when the copy cannot be written or is not whole.
    """
    url = settings.resolved_database_url
    if not url.startswith(SQLITE):
        raise BadInput("Máy này dùng PostgreSQL: sao lưu bằng pg_dump, xem docs/huong-dan/sao-luu.md.")
    source = Path(url.removeprefix(SQLITE))
    if not source.is_file():
        raise BadInput(f"Chưa có cơ sở dữ liệu ở {source}. Xem lại GANDAN_DATA_DIR.")
    target = folder / f"gandan-{now:%Y%m%d-%H%M%S}.sqlite3"
    part = target.with_suffix(".part")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if target.exists():
            raise BadInput(f"Đã có {target}. Bạn chạy lại sau một giây.")
        part.unlink(missing_ok=True)
        os.close(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))  # nobody else on the machine reads it
        _copy(source, part)
        part.rename(target)
    except (OSError, sqlite3.Error) as error:
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)
        raise Unavailable(f"Không sao lưu được vào {folder}: {error}") from error
    return target


def _copy(source: Path, part: Path) -> None:
    """The whole database, with what is still in the write-ahead log, as one file that needs no other."""
    with contextlib.closing(sqlite3.connect(source, timeout=60)) as live, contextlib.closing(sqlite3.connect(part)) as copy:
        live.backup(copy)
        copy.execute("PRAGMA journal_mode=DELETE")
        found = copy.execute("PRAGMA integrity_check").fetchone()[0]
    if found != "ok":
        raise sqlite3.DatabaseError(f"bản sao không nguyên vẹn ({found})")


def _drop_older(folder: Path, keep: int, made: Path) -> list[Path]:
    older = sorted((path for path in folder.glob(PATTERN) if path != made), reverse=True)[keep - 1 :]
    for path in older:
        path.unlink()
    return older
