"""`gandan official …`: the first account, and the keeper who forgot the password."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from app.database import Database
    from app.officials.office import Office

group = typer.Typer(help="Tài khoản cán bộ.", no_args_is_help=True)
Username = Annotated[str, typer.Argument(help="Tên đăng nhập.")]
Commune = Annotated[int, typer.Option("--xa-phuong", help="Số của xã, phường trong cơ sở dữ liệu.")]


@group.command()
def add(
    username: Annotated[str, typer.Argument(help="Tên đăng nhập: chữ không dấu, số, dấu chấm.")],
    name: Annotated[str, typer.Option("--ten", help="Họ tên, hiện trong nhật ký.")] = "",
    role: Annotated[str, typer.Option("--quyen", help="official | editor | leader | keeper | volunteer_lead")] = "keeper",
    commune: Commune = 1,
) -> None:
    """Mở tài khoản. In ra mật khẩu dùng một lần; người đó đổi khi đăng nhập lần đầu."""

    async def work(office: Office, _database: Database) -> None:
        opened = await office.accounts.add(None, username, name or username, role, commune_id=commune)
        _tell(opened.official.username, opened.one_time)

    _run(work)


@group.command()
def reset(
    username: Username,
    second_step: Annotated[bool, typer.Option("--bo-buoc-hai", help="Bỏ cả bước xác nhận thứ hai (mất điện thoại).")] = False,
) -> None:
    """Đặt lại mật khẩu, mở khóa sau nhiều lần gõ sai, đăng xuất khỏi mọi máy."""

    async def work(office: Office, database: Database) -> None:
        number, commune = await _find(database, username)
        if second_step:
            await office.accounts.drop_second_step(None, number, commune_id=commune)
        opened = await office.accounts.reset(None, number, commune_id=commune)
        _tell(opened.official.username, opened.one_time)

    _run(work)


@group.command()
def disable(username: Username) -> None:
    """Khóa tài khoản; đăng xuất ngay khỏi mọi máy."""
    _switch(username, active=False)


@group.command()
def enable(username: Username) -> None:
    """Mở lại tài khoản đã khóa."""
    _switch(username, active=True)


@group.command("list")
def list_(commune: Commune = 1) -> None:
    """Các tài khoản."""

    async def work(_office: Office, database: Database) -> None:
        from app.officials import repository  # noqa: PLC0415
        from app.officials.models import Role  # noqa: PLC0415
        from app.officials.service import ROLE_NAMES  # noqa: PLC0415

        async with database.read() as session:
            found = await repository.officials(session, commune)
        for one in found:
            state = "đã khóa" if not one.active else "chờ đổi mật khẩu" if one.must_change else "đang dùng"
            typer.echo(f"{one.username:20}  {ROLE_NAMES[Role(one.role)]:22}  {state:18}  {one.name}")
        if not found:
            typer.echo("Chưa có tài khoản nào. Mở tài khoản quản trị đầu tiên: gandan official add <tên đăng nhập> --ten <họ tên>")

    _run(work)


def _switch(username: str, *, active: bool) -> None:
    async def work(office: Office, database: Database) -> None:
        number, commune = await _find(database, username)
        await office.accounts.set_active(None, number, active=active, commune_id=commune)
        typer.echo("Đã mở lại." if active else "Đã khóa.")

    _run(work)


async def _find(database: Database, username: str) -> tuple[int, int]:
    from app.errors import NotFound  # noqa: PLC0415
    from app.officials import repository  # noqa: PLC0415
    from app.officials.signing_in import name_of  # noqa: PLC0415

    async with database.read() as session:
        official = await repository.named(session, name_of(username))
    if official is None:
        raise NotFound(f"Không có tài khoản {username}. Xem: gandan official list")
    return official.id, official.commune_id


def _tell(username: str, one_time: str) -> None:
    typer.echo(f"Tên đăng nhập:          {username}")
    typer.echo(f"Mật khẩu dùng một lần:  {one_time}")
    if sys.stdout.isatty():
        typer.echo("Đưa tận tay. Đăng nhập lần đầu ở /can-bo, hệ thống mời đặt mật khẩu riêng.")


def _run(work: Callable[[Office, Database], Awaitable[None]]) -> None:
    from app.database import Database, migrate  # noqa: PLC0415
    from app.officials.office import Office  # noqa: PLC0415
    from app.settings import Settings  # noqa: PLC0415
    from app.visitor import load_secret  # noqa: PLC0415

    async def whole() -> None:
        settings = Settings()
        await asyncio.to_thread(migrate, settings.resolved_database_url)
        database = Database(settings.resolved_database_url)
        try:
            await work(Office(database, settings, load_secret(settings)), database)
        finally:
            await database.close()

    asyncio.run(whole())
