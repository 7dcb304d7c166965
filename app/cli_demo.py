"""`gandan demo`: a sample ward in an empty installation."""

from __future__ import annotations

import asyncio
import datetime as dt
from pathlib import Path
from typing import Annotated, Any

import typer


def demo(
    data_dir: Annotated[Path | None, typer.Option("--data-dir", help="Thư mục để dữ liệu mẫu (mặc định theo cài đặt).")] = None,
) -> None:
    """Đưa dữ liệu của một phường mẫu vào chỗ còn trống, để xem thử. Không gửi gì ra ngoài."""
    from app.settings import Settings  # noqa: PLC0415

    settings = Settings() if data_dir is None else Settings(data_dir=data_dir, database_url=None)
    typer.echo("Đang dựng phường mẫu, khoảng nửa phút…", err=True)
    filled = asyncio.run(_fill(settings))
    typer.echo(
        f"Xong: {filled.people} người theo dõi, {filled.answers} câu hỏi, thông báo, lịch, tình nguyện viên, số liệu, dữ liệu riêng của phường mẫu.\n"
    )
    _table(filled.opened)
    typer.echo("\nMật khẩu trên chỉ dùng một lần: đăng nhập lần đầu, hệ thống mời đặt mật khẩu riêng.")
    folder = f"GANDAN_DATA_DIR={data_dir} " if data_dir is not None else ""
    typer.echo(f"Xem phường mẫu:  {folder}gandan serve   rồi mở {settings.public_url}/can-bo")


async def _fill(settings: Any) -> Any:
    from app import tables  # noqa: F401, PLC0415 -- every table is known
    from app.database import Database, migrate  # noqa: PLC0415
    from app.demo.filling import fill  # noqa: PLC0415
    from app.logs import configure_logging  # noqa: PLC0415

    configure_logging(settings.model_copy(update={"log_level": "error"}))  # hundreds of answers, none of them news
    await asyncio.to_thread(migrate, settings.resolved_database_url)
    database = Database(settings.resolved_database_url)
    try:
        return await fill(settings, database, dt.datetime.now(dt.UTC))
    finally:
        await database.close()


def _table(opened: Any) -> None:
    from app.officials.service import ROLE_NAMES  # noqa: PLC0415
    from app.signed import Role  # noqa: PLC0415

    typer.echo(f"{'Tên đăng nhập':14}  {'Mật khẩu một lần':16}  {'Quyền':22}  Họ tên")
    for each in opened:
        official = each.official
        typer.echo(f"{official.username:14}  {each.one_time:16}  {ROLE_NAMES[Role(official.role)]:22}  {official.name}")
